//! Sentences of a text in any script, with nothing left out.

/// Words before a full stop that do not end a sentence.
const ABBREVIATIONS: &[&str] = &["e.g", "i.e", "etc", "vs", "mr", "mrs", "ms", "dr", "no", "st", "fig", "approx", "inc", "ltd", "p", "cf"];

/// The sentences of `text` in order; joined together they are the text again. A line end ends a sentence too.
#[must_use]
pub fn sentences(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let ends = match c {
            '。' | '！' | '？' | '；' | '…' | '\n' | '।' | '؟' => true,
            '!' | '?' => chars.peek().is_none_or(|(_, next)| !next.is_alphanumeric()),
            '.' => {
                chars.peek().is_none_or(|(_, next)| next.is_whitespace() || matches!(next, '"' | '”' | ')'))
                    && !abbreviated(&text[start..at])
            }
            _ => false,
        };
        if !ends {
            continue;
        }
        // Closing marks and the space after belong to the sentence they follow.
        while let Some((_, next)) = chars.peek() {
            if matches!(next, '”' | '’' | '"' | ')' | '）' | '」' | '』' | '】' | '》' | '!' | '?' | '！' | '？' | '。' | '…')
                || next.is_whitespace()
            {
                chars.next();
            } else {
                break;
            }
        }
        let end = chars.peek().map_or(text.len(), |(at, _)| *at);
        found.push(&text[start..end]);
        start = end;
    }
    if start < text.len() {
        found.push(&text[start..]);
    }
    found
}

fn abbreviated(before: &str) -> bool {
    let word = before.rsplit(|c: char| c.is_whitespace() || matches!(c, '(' | '"' | '“' | '‘' | '\'')).next().unwrap_or_default();
    // "J.", and letters that stand for words: "U.S."; a small one alone ends what it ends: "plan b."
    let initials = word.split('.').all(|part| part.chars().count() == 1 && part.chars().all(char::is_alphabetic))
        && (word.starts_with(char::is_uppercase) || word.contains('.'));
    initials || ABBREVIATIONS.contains(&word.to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::sentences;

    #[test]
    fn sentences_end_where_readers_pause() {
        for (text, expected) in [
            ("One. Two! Three? Four", vec!["One. ", "Two! ", "Three? ", "Four"]),
            ("See e.g. version 7.1.0 of it. Then stop.", vec!["See e.g. version 7.1.0 of it. ", "Then stop."]),
            ("先登录。再点“设置”。完成！", vec!["先登录。", "再点“设置”。", "完成！"]),
            ("He said \"stop.\" Then left.", vec!["He said \"stop.\" ", "Then left."]),
            ("Metric and \"U.S. Customary\" units. Both.", vec!["Metric and \"U.S. Customary\" units. ", "Both."]),
            ("At 9 a.m. we open. Plan b. Then c.", vec!["At 9 a.m. we open. ", "Plan b. ", "Then c."]),
            ("J. Smith wrote it.\nNext line", vec!["J. Smith wrote it.\n", "Next line"]),
            ("example.com/a?b=c is fine", vec!["example.com/a?b=c is fine"]),
            ("", vec![]),
        ] {
            assert_eq!(sentences(text), expected);
        }
    }

    proptest! {
        #[test]
        fn nothing_is_lost(text in "\\PC{0,200}") {
            prop_assert_eq!(sentences(&text).concat(), text);
        }
    }
}
