//! Intents and rules as the form shows them.

use serde::Serialize;

use bot::{Intent, Rule, Then};

/// Languages that are told apart in messages.
pub const LANGUAGES: [&str; 23] = [
    "en", "zh", "ar", "cs", "de", "el", "es", "fr", "he", "hi", "id", "it", "ja", "ko", "nl", "pl", "pt", "ro", "ru", "sv", "th", "tr",
    "vi",
];

/// An intent.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct IntentRow {
    pub name: String,
    /// One a line.
    pub examples: String,
    pub team: String,
    pub priority: u8,
    /// With commas between.
    pub labels: String,
}

/// A rule.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct RuleRow {
    /// Its place, from 1.
    pub order: usize,
    pub name: String,
    pub words: String,
    pub intent: String,
    pub mood: &'static str,
    pub language: String,
    pub attribute: String,
    pub value: String,
    /// 0: whatever.
    pub failed: u32,
    pub trouble: bool,
    pub page: String,
    pub inbox: String,
    pub then: &'static str,
    pub team: String,
    pub priority: u8,
    pub labels: String,
}

impl IntentRow {
    /// A saved one.
    #[must_use]
    pub fn of(intent: &Intent) -> IntentRow {
        IntentRow {
            name: intent.name.clone(),
            examples: intent.examples.join("\n"),
            team: intent.team.map(|team| team.text()).unwrap_or_default(),
            priority: intent.priority,
            labels: intent.labels.join(", "),
        }
    }

    /// One to write in.
    #[must_use]
    pub fn empty() -> IntentRow {
        IntentRow { priority: 3, ..IntentRow::default() }
    }
}

impl RuleRow {
    /// A saved one.
    #[must_use]
    pub fn of(order: usize, rule: &Rule) -> RuleRow {
        let when = &rule.when;
        RuleRow {
            order,
            name: rule.name.clone(),
            words: rule.keywords.join(", "),
            intent: when.intent.clone(),
            mood: when.mood.map_or("", |mood| mood.name()),
            language: when.language.clone(),
            attribute: when.attribute.clone(),
            value: when.value.clone(),
            failed: when.failed,
            trouble: when.trouble,
            page: when.page.clone(),
            inbox: when.inbox.map(|inbox| inbox.text()).unwrap_or_default(),
            then: then_name(rule.then),
            team: rule.team.map(|team| team.text()).unwrap_or_default(),
            priority: rule.priority,
            labels: rule.labels.join(", "),
        }
    }

    /// One to write in.
    #[must_use]
    pub fn empty(order: usize) -> RuleRow {
        RuleRow { order, then: then_name(Then::HandOver), priority: 3, ..RuleRow::default() }
    }
}

/// As forms and texts name it.
#[must_use]
pub fn then_name(then: Then) -> &'static str {
    match then {
        Then::HandOver => "hand_over",
        Then::Refuse => "refuse",
        Then::Answer => "answer",
        Then::Speak => "speak",
    }
}
