//! What the desk says by itself, in each language; the files are embedded.

use chat::locale_of;
use serde::de::IgnoredAny;
use std::{collections::HashMap, sync::LazyLock};

static EN: LazyLock<HashMap<String, String>> = LazyLock::new(|| read(include_str!("../locales/en.json")));
static ZH: LazyLock<HashMap<String, String>> = LazyLock::new(|| read(include_str!("../locales/zh.json")));

fn read(file: &str) -> HashMap<String, String> {
    debug_assert!(serde_json::from_str::<IgnoredAny>(file).is_ok(), "a locale file is not JSON");
    serde_json::from_str(file).unwrap_or_default()
}

/// The text of `key` for a language tag such as `zh-CN`, with `{name}` filled in; a key without text is shown as itself.
pub(crate) fn say(locale: &str, key: &str, values: &[(&str, &str)]) -> String {
    let words = if locale_of(locale) == "zh" { &*ZH } else { &*EN };
    let mut text = words.get(key).or_else(|| EN.get(key)).map_or_else(|| key.to_owned(), Clone::clone);
    for (name, value) in values {
        text = text.replace(&format!("{{{name}}}"), value);
    }
    text
}

/// Two sentences in a row: Chinese ones have no space between them.
pub(crate) fn join(first: &str, second: &str) -> String {
    let tight = first.ends_with(['。', '！', '？', '，', '；']);
    if tight || first.is_empty() { format!("{first}{second}") } else { format!("{first} {second}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placeholders(text: &str) -> Vec<&str> {
        let mut found: Vec<&str> = text.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect();
        found.sort_unstable();
        found
    }

    #[test]
    fn both_languages_have_every_key_and_the_same_placeholders() {
        let keys = |words: &HashMap<String, String>| words.keys().cloned().collect::<std::collections::BTreeSet<_>>();
        assert!(!EN.is_empty());
        assert_eq!(keys(&EN), keys(&ZH));
        for (key, text) in EN.iter() {
            assert_eq!(placeholders(text), placeholders(&ZH[key]), "{key}");
        }
    }

    #[test]
    fn the_language_is_the_first_part_of_the_tag() {
        for (locale, expected) in [
            ("en", "Ann has joined the chat."),
            ("fr-FR", "Ann has joined the chat."),
            ("zh", "Ann 已加入对话。"),
            ("zh-Hant-TW", "Ann 已加入对话。"),
            ("ZH_cn", "Ann 已加入对话。"),
        ] {
            assert_eq!(say(locale, "event.taken", &[("agent", "Ann")]), expected, "{locale}");
        }
        assert_eq!(say("en", "no.such", &[]), "no.such");
    }

    #[test]
    fn sentences_are_joined_as_the_language_does() {
        assert_eq!(join("One moment.", "Ann answers."), "One moment. Ann answers.");
        assert_eq!(join("请稍候。", "Ann 将为您解答。"), "请稍候。Ann 将为您解答。");
        assert_eq!(join("", "x"), "x");
    }
}
