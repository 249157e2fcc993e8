//! The guides and every text a person reads: complete in English and in Chinese.

use std::collections::{BTreeMap, BTreeSet};

use tests::tree::{File, files};

fn guides(language: &str) -> BTreeMap<String, File> {
    let start = format!("docs/guide/{language}/");
    let own = files().unwrap().into_iter().filter(|file| file.path.starts_with(&start));
    own.map(|file| (file.path[start.len()..].to_owned(), file)).collect()
}

/// The level of each heading, in order.
fn outline(file: &File) -> Vec<usize> {
    let headings = prose(file).filter(|line| line.starts_with('#'));
    headings.map(|line| line.chars().take_while(|c| *c == '#').count()).collect()
}

/// The lines outside of code blocks.
fn prose(file: &File) -> impl Iterator<Item = &str> {
    let mut code = false;
    file.text.lines().filter(move |line| {
        let fence = line.trim_start().starts_with("```");
        code ^= fence;
        !code && !fence
    })
}

#[test]
fn every_guide_is_there_in_both_languages_with_the_same_outline() {
    let (english, chinese) = (guides("en"), guides("zh"));
    assert!(english.len() >= 5, "{} guides", english.len());
    assert_eq!(english.keys().collect::<Vec<_>>(), chinese.keys().collect::<Vec<_>>());
    for (name, file) in &english {
        assert_eq!(outline(file), outline(&chinese[name]), "{name}: the headings differ");
        let blocks = |file: &File| file.text.matches("```").count();
        assert_eq!(blocks(file), blocks(&chinese[name]), "{name}: the code blocks differ");
    }
}

fn is_chinese(c: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&c)
}

#[test]
fn chinese_is_written_as_chinese_is() {
    let mut faults = Vec::new();
    for (name, file) in guides("zh") {
        for line in prose(&file) {
            let plain = without_code(line);
            let chars: Vec<char> = plain.chars().collect();
            for pair in chars.windows(2) {
                let touching =
                    (is_chinese(pair[0]) && pair[1].is_ascii_alphanumeric()) || (pair[0].is_ascii_alphanumeric() && is_chinese(pair[1]));
                let narrow = is_chinese(pair[0]) && [',', ';', '?', '!'].contains(&pair[1]);
                if touching || narrow {
                    faults.push(format!("{name}: {}{} in: {line}", pair[0], pair[1]));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Without what stands in backticks and without addresses of links.
fn without_code(line: &str) -> String {
    let outside: String = line.split('`').step_by(2).collect::<Vec<_>>().join(" ");
    let mut plain = String::new();
    let mut rest = outside.as_str();
    while let Some(at) = rest.find("](") {
        plain.push_str(&rest[..at]);
        rest = rest[at..].split_once(')').map_or("", |(_, after)| after);
    }
    plain + rest
}

#[test]
fn every_translation_has_the_same_keys() {
    let files = files().unwrap();
    let locales = files.iter().filter(|file| file.path.contains("/locales/"));
    let mut by_language: BTreeMap<String, BTreeMap<String, BTreeSet<String>>> = BTreeMap::new();
    for file in locales {
        let Some(language) = ["en", "zh"].into_iter().find(|language| file.path.contains(&format!("/locales/{language}"))) else {
            continue;
        };
        let group = file.path.replacen(&format!("/locales/{language}"), "/locales/*", 1);
        let keys = match file.ending() {
            "json" => json_keys(&file.text),
            "ftl" => fluent_keys(&file.text),
            _ => continue,
        };
        assert!(!keys.is_empty(), "{} has no keys", file.path);
        by_language.entry(group).or_default().insert(language.to_owned(), keys);
    }
    assert!(by_language.len() >= 2, "{by_language:?}");
    for (group, languages) in &by_language {
        let [Some(english), Some(chinese)] = ["en", "zh"].map(|language| languages.get(language)) else {
            panic!("{group} is there in {:?} only", languages.keys());
        };
        let missing: Vec<_> = english.symmetric_difference(chinese).collect();
        assert!(missing.is_empty(), "{group}: only in one language: {missing:?}");
    }
}

fn json_keys(text: &str) -> BTreeSet<String> {
    let value: serde_json::Value = serde_json::from_str(text).unwrap();
    value.as_object().map(|object| object.keys().cloned().collect()).unwrap_or_default()
}

fn fluent_keys(text: &str) -> BTreeSet<String> {
    let entries = text.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_alphabetic() || c == '-'));
    entries.filter_map(|line| line.split_once('=')).map(|(key, _)| key.trim().to_owned()).collect()
}
