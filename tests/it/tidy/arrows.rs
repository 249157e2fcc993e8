//! The arrows between the crates, as docs/ARCHITECTURE.md draws them.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand};

/// A crate and the crates it may use.
const DRAWN: [(&str, &[&str]); 7] = [
    ("chat", &[]),
    ("knowledge", &["chat"]),
    ("ticketing", &["chat"]),
    ("bot", &["chat", "knowledge", "ticketing"]),
    ("console", &["chat", "knowledge", "ticketing", "bot"]),
    ("gateway", &["chat", "knowledge", "ticketing", "bot", "console"]),
    ("tests", &["chat", "knowledge", "ticketing", "bot", "console", "gateway"]),
];

pub fn workspace() -> Metadata {
    MetadataCommand::new().current_dir(tests::tree::root()).other_options(["--locked".to_owned()]).exec().unwrap()
}

#[test]
fn no_arrow_goes_up() {
    let metadata = workspace();
    let drawn: BTreeMap<&str, &[&str]> = DRAWN.into();
    let members: BTreeSet<&str> = metadata.workspace_packages().iter().map(|package| package.name.as_str()).collect();
    assert_eq!(members, drawn.keys().copied().collect(), "the crates are not the ones that are drawn");
    for package in metadata.workspace_packages() {
        let folder = package.manifest_path.parent().and_then(|path| path.file_name());
        assert_eq!(folder, Some(package.name.as_str()), "a folder is named as its crate");
        for dependency in &package.dependencies {
            let name = dependency.name.as_str();
            let allowed = !members.contains(name) || drawn[package.name.as_str()].contains(&name);
            assert!(allowed, "{} may not use {name} ({:?})", package.name, dependency.kind);
        }
    }
}

#[test]
fn what_the_crates_know_nothing_of() {
    let absent: [(&str, &[&str]); 4] = [
        ("chat", &["axum", "tera", "reqwest", "async-openai", "qdrant-edge"]),
        ("knowledge", &["axum", "tera"]),
        ("ticketing", &["axum", "tera", "async-openai", "qdrant-edge"]),
        ("bot", &["axum"]),
    ];
    let metadata = workspace();
    for package in metadata.workspace_packages() {
        let normal = package.dependencies.iter().filter(|dependency| dependency.kind == DependencyKind::Normal);
        let used: BTreeSet<&str> = normal.map(|dependency| dependency.name.as_str()).collect();
        for (_, forbidden) in absent.iter().filter(|(name, _)| *name == package.name.as_str()) {
            let met: Vec<_> = forbidden.iter().filter(|name| used.contains(**name)).collect();
            assert!(met.is_empty(), "{} knows nothing of {met:?}", package.name);
        }
    }
}
