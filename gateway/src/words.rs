//! What the gateway says to people, in their language: `locales/*.json`.

use std::{collections::HashMap, sync::LazyLock};

type Words = HashMap<String, String>;

static EN: LazyLock<Words> = LazyLock::new(|| serde_json::from_str(include_str!("../locales/en.json")).unwrap_or_default());
static ZH: LazyLock<Words> = LazyLock::new(|| serde_json::from_str(include_str!("../locales/zh.json")).unwrap_or_default());

/// The sentence of `key`; an unknown key stands for itself.
pub(crate) fn say(locale: &str, key: &'static str) -> &'static str {
    let words: &'static Words = if locale == "zh" { &ZH } else { &EN };
    words.get(key).map_or(key, String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_are_complete() {
        assert!(!EN.is_empty());
        let keys = |words: &Words| words.keys().cloned().collect::<std::collections::BTreeSet<_>>();
        assert_eq!(keys(&EN), keys(&ZH));
        assert_eq!(say("zh", "empty"), "消息是空的。");
    }
}
