//! Small rooms: no file over 500 lines, nine in ten under 300.

use tests::tree::{File, files};

/// Files that are written by hand as code.
const CODE: [&str; 7] = ["rs", "js", "mjs", "css", "html", "sql", "ftl"];

#[test]
fn no_room_is_too_large() {
    let code: Vec<File> = files().unwrap().into_iter().filter(|file| CODE.contains(&file.ending())).collect();
    assert!(!code.is_empty());
    let translations = |file: &&File| file.ending() == "ftl";
    let large: Vec<String> = code
        .iter()
        .filter(|file| !translations(file) && file.lines() > 500)
        .map(|file| format!("{} has {} lines", file.path, file.lines()))
        .collect();
    assert!(large.is_empty(), "over 500 lines:\n{}", large.join("\n"));
    let over = code.iter().filter(|file| file.lines() > 300).count();
    assert!(over * 10 <= code.len(), "{over} of {} files have over 300 lines", code.len());
}

#[test]
fn no_room_has_a_name_that_says_nothing() {
    let vague = ["utils", "util", "helpers", "helper", "common", "misc", "manager"];
    for file in files().unwrap() {
        let name = file.path.rsplit('/').next().unwrap_or_default();
        let stem = name.split('.').next().unwrap_or_default();
        assert!(!vague.contains(&stem), "{}: name it for what it holds", file.path);
    }
}

#[test]
fn nothing_is_left_for_a_day_that_never_comes() {
    let marks = [["to", "do!("], ["unimpl", "emented!("], ["FIX", "ME"], ["XX", "X "], ["not yet impl", "emented"]];
    for file in files().unwrap().iter().filter(|file| CODE.contains(&file.ending())) {
        for mark in marks.map(|parts| parts.concat()) {
            assert!(!file.text.contains(&mark), "{}: {mark}", file.path);
        }
    }
}
