//! What the page after a POST says once.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::locale::Locale;
use crate::words::Words;

/// A sentence for the next page, kept in a cookie as a key and not as text, so that
/// a forged one can only say what the console says anyway.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Flash {
    done: bool,
    key: String,
    #[serde(default)]
    named: Vec<(String, String)>,
    #[serde(default)]
    undo: Option<String>,
}

/// The same as a page shows it.
#[derive(Clone, Debug, Serialize)]
pub struct FlashText {
    kind: &'static str,
    text: String,
    undo: Option<UndoText>,
}

/// A way back: a button that posts to `action`.
#[derive(Clone, Debug, Serialize)]
pub struct UndoText {
    action: String,
    label: String,
}

impl Flash {
    /// Something was done; `key` names the sentence.
    #[must_use]
    pub fn done(key: &str) -> Flash {
        Flash { done: true, key: key.to_owned(), named: Vec::new(), undo: None }
    }

    /// Something was not done.
    #[must_use]
    pub fn error(key: &str) -> Flash {
        Flash { done: false, ..Flash::done(key) }
    }

    /// Fills a name into the sentence.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Flash {
        let value: String = value.into().chars().take(80).collect();
        self.named.push((name.to_owned(), value));
        self
    }

    /// Offers to undo it by a POST to `action`.
    #[must_use]
    pub fn undo(mut self, action: String) -> Flash {
        self.undo = Some(action);
        self
    }

    /// As a cookie's value.
    #[must_use]
    pub fn encode(&self) -> String {
        let json = serde_json::to_vec(self).unwrap_or_default();
        URL_SAFE_NO_PAD.encode(json)
    }

    /// From a cookie's value; anything broken or foreign is nothing.
    #[must_use]
    pub fn decode(value: &str) -> Option<Flash> {
        let json = URL_SAFE_NO_PAD.decode(value).ok()?;
        let flash: Flash = serde_json::from_slice(&json).ok()?;
        let known = flash.key.starts_with("flash-");
        let inside = flash.undo.as_deref().is_none_or(|action| action.starts_with("/console/"));
        (known && inside).then_some(flash)
    }

    /// In words.
    #[must_use]
    pub fn text(&self, words: &Words, locale: Locale) -> FlashText {
        let named: Vec<(&str, &str)> = self.named.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        FlashText {
            kind: if self.done { "done" } else { "error" },
            text: words.with(locale, &self.key, &named),
            undo: self.undo.clone().map(|action| UndoText { action, label: words.plain(locale, "undo") }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Flash;

    #[test]
    fn only_our_own_sentences_come_back() {
        let flash = Flash::done("flash-saved").with("name", "Orders");
        assert!(Flash::decode(&flash.encode()).is_some());
        assert!(Flash::decode(&Flash::done("login-title").encode()).is_none());
        let away = Flash::done("flash-saved").undo("https://elsewhere.example/".into());
        assert!(Flash::decode(&away.encode()).is_none());
        assert!(Flash::decode("%%%").is_none());
    }
}
