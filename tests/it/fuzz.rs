//! What the fuzz targets do, on stable: over the corpus of the tree and over random input.

use proptest::prelude::*;
use tests::tree::root;

/// The inputs that `fuzz/corpus/` keeps for a target.
fn corpus(target: &str) -> Vec<Vec<u8>> {
    let folder = root().join("fuzz/corpus").join(target);
    let files = std::fs::read_dir(folder).unwrap().map(|entry| std::fs::read(entry.unwrap().path()).unwrap());
    let inputs: Vec<Vec<u8>> = files.collect();
    assert!(!inputs.is_empty(), "{target} has no corpus");
    inputs
}

#[test]
fn the_corpus_breaks_nothing() {
    corpus("frames").iter().for_each(|input| tests::fuzz::frames(input));
    corpus("markdown").iter().for_each(|input| tests::fuzz::markdown(input));
    corpus("operations").iter().for_each(|input| tests::fuzz::operations(input));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn no_sequence_breaks_the_record(input in prop::collection::vec(any::<u8>(), 0..400)) {
        tests::fuzz::operations(&input);
    }
}

proptest! {
    #[test]
    fn no_bytes_break_a_frame(input in prop::collection::vec(any::<u8>(), 0..400)) {
        tests::fuzz::frames(&input);
    }

    #[test]
    fn no_markdown_becomes_more_than_is_allowed(input in "[\\[\\]()<>!`*_#|~:&;\\\\\"'= \\n\\tahtps/.@-]{0,200}") {
        tests::fuzz::markdown(input.as_bytes());
    }
}
