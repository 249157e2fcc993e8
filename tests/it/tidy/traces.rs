//! Nothing in the tree comes from one machine, and nothing names a registry.

use std::collections::BTreeSet;

use tests::tree::files;

#[test]
fn no_address_of_a_registry_and_no_path_of_a_machine() {
    // Cargo's own lock names its registry by design; these are written in halves so as not to find themselves.
    let traces = [
        ["registry.npm", "js.org"],
        ["pypi.", "org"],
        ["files.python", "hosted.org"],
        ["/home", "/"],
        ["/Users", "/"],
        ["/root", "/"],
        ["/work", "/"],
        ["\"resol", "ved\": \"http"],
    ];
    let mut found = Vec::new();
    for file in files().unwrap().iter().filter(|file| file.path != "Cargo.lock") {
        for trace in traces.iter().map(|halves| halves.concat()) {
            if let Some(line) = file.text.lines().position(|line| has(line, &trace)) {
                found.push(format!("{}:{}: {trace}", file.path, line + 1));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// A path counts where it begins, not inside a longer address.
fn has(line: &str, trace: &str) -> bool {
    line.match_indices(trace).any(|(at, _)| {
        let inside = |c: char| c.is_alphanumeric() || "._-}~".contains(c);
        !trace.starts_with('/') || !line[..at].chars().next_back().is_some_and(inside)
    })
}

#[test]
fn cargo_names_no_other_registry_than_its_own() {
    let files = files().unwrap();
    let lock = files.iter().find(|file| file.path == "Cargo.lock").unwrap();
    let sources = lock.text.lines().filter(|line| line.starts_with("source = "));
    for source in sources {
        assert_eq!(source, "source = \"registry+https://github.com/rust-lang/crates.io-index\"");
    }
    // Only how the parts are built; sources and mirrors are one machine's own.
    for file in files.iter().filter(|file| file.path.starts_with(".cargo/")) {
        let tables: Vec<&str> = file.text.lines().filter(|line| line.starts_with('[')).collect();
        assert_eq!((file.path.as_str(), tables), (".cargo/config.toml", vec!["[env]"]));
    }
}

/// `cargo metadata --manifest-path fuzz/Cargo.toml`, after the root's lock was copied there, makes it so again.
#[test]
fn fuzzing_builds_what_the_product_is_built_of() {
    let files = files().unwrap();
    let locked = |path: &str| {
        let text = &files.iter().find(|file| file.path == path).unwrap().text;
        let blocks = text.split("[[package]]").skip(1);
        blocks.map(|block| block.lines().skip(1).take(2).collect::<Vec<_>>().join(" ")).collect::<BTreeSet<String>>()
    };
    let (product, fuzz) = (locked("Cargo.lock"), locked("fuzz/Cargo.lock"));
    let own = ["fuzz", "libfuzzer-sys", "arbitrary"].map(|name| format!("name = \"{name}\" "));
    let other: Vec<&String> = fuzz.difference(&product).filter(|package| !own.iter().any(|own| package.starts_with(own))).collect();
    assert!(other.is_empty(), "{other:?}");
    // What only tests of the product's own need is not there.
    assert!(product.difference(&fuzz).count() < 30, "fuzz/Cargo.lock is of an older product");
}
