use proptest::prelude::*;

use super::*;

fn shown(pieces: &[&str]) -> Vec<String> {
    let mut draft = Draft::new(3);
    let mut out = Vec::new();
    for piece in pieces {
        draft.push(piece);
        out.extend(draft.take());
    }
    out
}

#[test]
fn words_come_whole_and_only_with_support() {
    for (pieces, expected) in [
        (vec!["[1]\n", "Hel", "lo wor", "ld. "], vec!["Hello ", "world. "]),
        (vec!["[", "1", "]", "\n", "Hello ", "you "], vec!["Hello ", "you "]),
        (vec!["Hello ", "you. ", "[1]", " More "], vec!["Hello you. ", "[1] More "]),
        (vec!["No support ", "at all. "], vec![]),
        (vec!["[9]\n", "Made ", "up. "], vec![]),
        (vec!["NO_", "ANSWER"], vec![]),
        (vec!["[1]\n", "NO_ANSWER "], vec![]),
        (vec!["[1]\n", "你好", "，世界"], vec!["你好", "，世界"]),
        (vec!["[1]\nsee [", "7", "] now "], vec!["see ", " now "]),
        (vec!["[1]\nsee [", "2] now "], vec!["see ", "[2] now "]),
    ] {
        let found = shown(&pieces);
        if pieces[0].starts_with("Hello ") {
            assert_eq!(found.concat().trim_end(), expected.concat().trim_end(), "{pieces:?}");
        } else {
            assert_eq!(found.concat(), expected.concat(), "{pieces:?}");
        }
    }
}

proptest! {
    #[test]
    fn nothing_is_shown_twice_or_out_of_order(words in proptest::collection::vec("[a-z]{1,6}|[中文字]{1,3}|\\[1\\]", 1..30), cut in 1usize..4) {
        let text = format!("[1]\n{} ", words.join(" "));
        let chars: Vec<char> = text.chars().collect();
        let pieces: Vec<String> = chars.chunks(cut).map(|chunk| chunk.iter().collect()).collect();
        let refs: Vec<&str> = pieces.iter().map(String::as_str).collect();
        let all = shown(&refs).concat();
        let begins = crate::cite::opening(&text, 3).1;
        prop_assert!(text[begins..].trim_end().starts_with(all.trim_end()) , "{all:?} of {text:?}");
    }

    #[test]
    fn a_model_that_cites_nothing_shows_nothing(words in proptest::collection::vec("[a-z]{1,8}", 1..40)) {
        let refs: Vec<&str> = words.iter().map(String::as_str).collect();
        prop_assert!(shown(&refs).is_empty());
    }
}
