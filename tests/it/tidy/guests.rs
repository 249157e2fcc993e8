//! Every dependency has a reason, is used, and has a licence that asks nothing of our users.

use std::collections::BTreeSet;

use tests::tree::{File, files, root};

use super::arrows::workspace;

/// Licences we may ship, each enough alone.
const WELCOME: [&str; 14] = [
    "Apache-2.0",
    "MIT",
    "MIT-0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSD-1-Clause",
    "ISC",
    "Zlib",
    "0BSD",
    "CC0-1.0",
    "Unlicense",
    "BSL-1.0",
    "Unicode-3.0",
    "CDLA-Permissive-2.0",
];

/// Changed files of these must stay open; unchanged use asks nothing.
const FILE_BASED: [&str; 1] = ["MPL-2.0"];

#[test]
fn every_dependency_says_why_it_was_let_in() {
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let (_, section) = manifest.split_once("[workspace.dependencies]").unwrap();
    let section = section.split("\n[").next().unwrap_or_default();
    let mut reason = false;
    let mut without = Vec::new();
    for line in section.lines() {
        match line.trim() {
            "" => reason = false,
            comment if comment.starts_with('#') => reason = true,
            entry => {
                let name = entry.split([' ', '=']).next().unwrap_or_default();
                if !reason {
                    without.push(name);
                }
                // The rooms of the house share one reason.
                reason = entry.contains("path =");
            }
        }
    }
    assert!(without.is_empty(), "no reason above: {}", without.join(", "));
}

#[test]
fn every_dependency_is_used() {
    let code: Vec<File> = files().unwrap().into_iter().filter(|file| file.ending() == "rs").collect();
    let mut unused = Vec::new();
    let mut used = BTreeSet::new();
    for package in workspace().workspace_packages() {
        let own: Vec<&File> = code.iter().filter(|file| file.path.starts_with(&format!("{}/", package.name))).collect();
        for dependency in &package.dependencies {
            used.insert(dependency.name.clone());
            let name = dependency.rename.as_ref().unwrap_or(&dependency.name).replace('-', "_");
            if !own.iter().any(|file| mentions(&file.text, &name)) {
                unused.push(format!("{} in {}", dependency.name, package.name));
            }
        }
    }
    for name in workspace_dependencies() {
        if !used.contains(&name) {
            unused.push(format!("{name} in the workspace"));
        }
    }
    assert!(unused.is_empty(), "not used:\n{}", unused.join("\n"));
}

fn workspace_dependencies() -> Vec<String> {
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let (_, section) = manifest.split_once("[workspace.dependencies]").unwrap();
    let section = section.split("\n[").next().unwrap_or_default();
    let entries = section.lines().filter(|line| !line.starts_with('#') && line.contains('='));
    entries.filter_map(|line| line.split([' ', '=']).next()).map(str::to_owned).collect()
}

fn mentions(text: &str, name: &str) -> bool {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(name).any(|(at, _)| {
        let before = text[..at].chars().next_back().is_some_and(word);
        let after = text[at + name.len()..].chars().next().is_some_and(word);
        !before && !after
    })
}

#[test]
fn every_licence_is_welcome() {
    let mut refused = Vec::new();
    for package in workspace().packages {
        let licence = package.license.clone().unwrap_or_default();
        let file = package.license_file.is_some();
        if !accepted(&licence) && (!licence.is_empty() || !file) {
            refused.push(format!("{} {}: {licence:?}", package.name, package.version));
        }
    }
    assert!(refused.is_empty(), "licences to look at:\n{}", refused.join("\n"));
}

/// Enough of SPDX: every part joined by AND must offer, among its parts joined by OR, one that is welcome.
fn accepted(licence: &str) -> bool {
    let plain = licence.replace(['(', ')'], " ").replace('/', " OR ");
    let welcome = |name: &str| {
        let name = name.split(" WITH ").next().unwrap_or_default().trim();
        WELCOME.contains(&name) || FILE_BASED.contains(&name)
    };
    !plain.trim().is_empty() && plain.split(" AND ").all(|part| part.split(" OR ").any(welcome))
}

#[test]
fn licences_are_read_as_they_are_meant() {
    let table = [
        ("MIT", true),
        ("MIT/Apache-2.0", true),
        ("(MIT OR Apache-2.0) AND Unicode-3.0", true),
        ("Apache-2.0 WITH LLVM-exception", true),
        ("GPL-3.0 OR MIT", true),
        ("AGPL-3.0-only", false),
        ("MIT AND LGPL-3.0", false),
        ("", false),
    ];
    for (licence, expected) in table {
        assert_eq!(accepted(licence), expected, "{licence}");
    }
}
