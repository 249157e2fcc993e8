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
    match knowledge::language::of(message) {
        "zh" => "zh",
        "en" if here == "zh" && says_little(message) => "zh",
        "en" if message.contains(char::is_alphabetic) => "en",
        _ => here,
    }
}

/// The language a model answers in: the message's own, also one that the house's sentences do not know; where a message says
/// little, that of the one before; else the house's.
pub(crate) fn spoken(message: &str, before: Option<&str>, house: &'static str) -> &'static str {
    let foreign = |text: &str| Some(knowledge::language::spoken(text)).filter(|code| !matches!(*code, "en" | "zh"));
    let leans = knowledge::language::of(message) == "en" && says_little(message);
    foreign(message).or_else(|| before.filter(|_| leans).and_then(foreign)).unwrap_or(house)
}

/// A product's name or an error code alone says nothing about who wrote it.
fn says_little(message: &str) -> bool {
    message.chars().filter(|c| c.is_alphabetic()).count() < 12 || message.split_whitespace().count() < 3
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
    fn a_model_answers_in_the_visitor_s_language() {
        for (message, before, house, expected) in [
            ("How do I reset it?", None, "en", "en"),
            ("怎么重置？", None, "zh", "zh"),
            ("Wie lange dauert eine Erstattung?", None, "en", "de"),
            ("Wie lange dauert eine Erstattung?", None, "zh", "de"),
            ("Où est ma commande ?", None, "en", "fr"),
            ("パスワードをリセットする方法", None, "en", "ja"),
            ("Как сбросить пароль?", None, "en", "ru"),
            ("PayPal?", Some("Wie lange dauert eine Erstattung?"), "en", "de"),
            ("PayPal?", Some("How long does a refund take?"), "en", "en"),
            ("How long does it take with PayPal?", Some("Wie lange dauert eine Erstattung?"), "en", "en"),
            ("怎么重置？", Some("Wie lange dauert eine Erstattung?"), "zh", "zh"),
            ("ERR_42", None, "zh", "zh"),
        ] {
            assert_eq!(spoken(message, before, house), expected, "{message} after {before:?}");
        }
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
