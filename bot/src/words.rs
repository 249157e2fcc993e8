//! What the bot says by itself, in each language; the files are embedded.

use std::{collections::HashMap, sync::LazyLock};

use chat::locale_of;

static EN: LazyLock<HashMap<String, String>> = LazyLock::new(|| read(include_str!("../locales/en.json")));
static ZH: LazyLock<HashMap<String, String>> = LazyLock::new(|| read(include_str!("../locales/zh.json")));

fn read(file: &str) -> HashMap<String, String> {
    serde_json::from_str(file).unwrap_or_default()
}

/// The text of `key` for a language tag, with `{name}` filled in; a key without text is shown as itself.
pub(crate) fn say(locale: &str, key: &str, values: &[(&str, &str)]) -> String {
    let words = if locale_of(locale) == "zh" { &*ZH } else { &*EN };
    let text = words.get(key).or_else(|| EN.get(key)).map_or(key, String::as_str);
    fill(text, values)
}

/// One pass: a value is never searched for further names.
fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        let (before, tail) = rest.split_at(open);
        out.push_str(before);
        let named =
            tail.find('}').and_then(|close| values.iter().find(|(name, _)| *name == &tail[1..close]).map(|(_, value)| (close, value)));
        match named {
            Some((close, value)) => {
                out.push_str(value);
                rest = &tail[close + 1..];
            }
            None => {
                out.push('{');
                rest = &tail[1..];
            }
        }
    }
    out + rest
}

/// Two sentences in a row: Chinese ones have no space between them.
pub(crate) fn join(first: &str, second: &str) -> String {
    let tight = first.is_empty() || second.is_empty() || first.ends_with(['。', '！', '？', '，', '；', '”']);
    if tight { format!("{first}{second}") } else { format!("{first} {second}") }
}

/// The language to answer in: the message's own, if the house speaks it; else the conversation's.
pub(crate) fn language(message: &str, conversation: &str) -> &'static str {
    let here = locale_of(conversation);
    let letters = message.chars().filter(|c| c.is_alphabetic()).count();
    match knowledge::language::of(message) {
        "zh" => "zh",
        // A product's name or an error code alone says nothing about who wrote it.
        "en" if here == "zh" && (letters < 12 || message.split_whitespace().count() < 3) => "zh",
        "en" if letters > 0 => "en",
        _ => here,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn placeholders(text: &str) -> BTreeSet<&str> {
        text.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect()
    }

    #[test]
    fn both_languages_have_every_key_and_the_same_placeholders() {
        let keys = |words: &HashMap<String, String>| words.keys().cloned().collect::<BTreeSet<_>>();
        assert!(EN.len() > 20);
        assert_eq!(keys(&EN), keys(&ZH));
        for (key, text) in EN.iter() {
            assert_eq!(placeholders(text), placeholders(&ZH[key]), "{key}");
            assert!(!text.is_empty() && !ZH[key].is_empty());
        }
    }

    #[test]
    fn values_are_filled_in_once() {
        assert_eq!(fill("a {x} b {y} {z}", &[("x", "{y}"), ("y", "2")]), "a {y} b 2 {z}");
    }

    #[test]
    fn the_language_is_that_of_the_message() {
        for (message, conversation, expected) in [
            ("How do I reset it?", "en", "en"),
            ("怎么重置？", "en", "zh"),
            ("How do I reset my password?", "zh", "en"),
            ("TiDB", "zh", "zh"),
            ("ERR_42", "zh", "zh"),
            ("ERR_42", "en", "en"),
            ("123", "zh", "zh"),
            ("👍", "en", "en"),
            ("Как сбросить пароль?", "en", "en"),
            ("TiDB 无法启动", "en", "zh"),
        ] {
            assert_eq!(language(message, conversation), expected, "{message}");
        }
    }
}
