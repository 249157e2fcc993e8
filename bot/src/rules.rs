//! Rules of the admins over what was measured: who gets a conversation, what is never answered, what always may be.

use chat::{InboxId, TeamId};
use knowledge::{Fault, sentiment::Mood};
use serde::{Deserialize, Serialize};

use crate::verdict::Signals;

/// Rules at most.
pub(crate) const MOST: usize = 50;
/// Labels at most.
const LABELS: usize = 10;

/// A rule: when all of its conditions hold, it decides. The first one that holds counts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Rule {
    /// What admins call it.
    pub name: String,
    /// Any of these words or phrases; none: whatever is said.
    pub keywords: Vec<String>,
    /// What must hold besides.
    pub when: When,
    /// What it decides.
    pub then: Then,
    /// Who gets the conversation.
    pub team: Option<TeamId>,
    /// How urgent it is: 1 urgent, 2 high, 3 normal, 4 low.
    pub priority: u8,
    /// What its ticket is labelled with.
    pub labels: Vec<String>,
}

impl Default for Rule {
    fn default() -> Self {
        Self {
            name: String::new(),
            keywords: Vec::new(),
            when: When::default(),
            then: Then::default(),
            team: None,
            priority: 3,
            labels: Vec::new(),
        }
    }
}

/// Conditions over measured signals; those that are empty hold always.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct When {
    /// The intent of that name.
    pub intent: String,
    /// The message is clearly of that mood.
    pub mood: Option<Mood>,
    /// The message is written in it: `en`, `zh`, `de`…
    pub language: String,
    /// The name of something that is verified about the visitor; empty: nothing is asked for.
    pub attribute: String,
    /// What it must be, whatever case; empty: anything, it is enough that it is known.
    pub value: String,
    /// So many answers in a row have failed, or more.
    pub failed: u32,
    /// A model, a tool or the search has failed in this turn.
    pub trouble: bool,
    /// The page's address holds this.
    pub page: String,
    /// The conversation entered there.
    pub inbox: Option<InboxId>,
}

/// What a rule decides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Then {
    /// People get the conversation.
    #[default]
    HandOver,
    /// The bot does not answer this; it offers a person.
    Refuse,
    /// The bot goes on as usual: the rules after this one are not looked at.
    Answer,
    /// The same, and the bot speaks itself although it drafts or answers silently otherwise.
    Speak,
}

impl Rule {
    /// Whether it asks for nothing at all.
    pub fn is_empty(&self) -> bool {
        self.keywords.iter().all(|word| word.trim().is_empty()) && self.when == When::default()
    }

    /// Whether all of its conditions hold.
    pub fn holds(&self, signals: &Signals) -> bool {
        let when = &self.when;
        let said = self.keywords.is_empty() || self.keywords.iter().any(|word| signals.words.contains(word));
        let is = |value: &String| when.value.trim().is_empty() || value.to_lowercase() == when.value.to_lowercase();
        let verified = || signals.attributes.get(&when.attribute).is_some_and(is);
        !self.is_empty()
            && said
            && (when.intent.is_empty() || signals.intent.as_ref() == Some(&when.intent))
            && when.mood.is_none_or(|mood| mood == signals.mood)
            && (when.language.is_empty() || when.language == signals.language)
            && (when.attribute.is_empty() || verified())
            && when.failed <= signals.failed
            && (!when.trouble || signals.trouble())
            && (when.page.is_empty() || signals.page.to_lowercase().contains(&when.page.to_lowercase()))
            && when.inbox.is_none_or(|inbox| Some(inbox) == signals.inbox)
    }

    /// Checks values.
    ///
    /// # Errors
    /// A sentence for the admin.
    pub fn validate(&self) -> Result<(), Fault> {
        if self.is_empty() {
            return Err(Fault::of("fault-rule-empty").with("name", &self.name));
        }
        if !(1..=4).contains(&self.priority) {
            return Err(Fault::of("fault-rule-priority").with("name", &self.name));
        }
        if self.when.failed > 10 {
            return Err(Fault::of("fault-rule-failed").with("name", &self.name));
        }
        check_labels(&self.labels)
    }
}

/// Labels are few and short.
pub(crate) fn check_labels(labels: &[String]) -> Result<(), Fault> {
    match labels.len() > LABELS || labels.iter().any(|label| label.trim().is_empty() || label.chars().count() > 40) {
        true => Err(Fault::of("fault-labels").with("n", LABELS)),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::Model;

    fn signals() -> Signals {
        Signals {
            words: vec!["refund".into()],
            intent: Some("billing".into()),
            mood: Mood::Negative,
            language: "de".into(),
            attributes: [("plan".to_owned(), "Pro".to_owned())].into(),
            page: "https://shop.example/Pricing?x=1".into(),
            inbox: InboxId::parse("01997a00-0000-7000-8000-000000000101"),
            failed: 2,
            model: Model::Failed,
            ..Signals::default()
        }
    }

    #[test]
    fn each_condition_must_hold() {
        let nothing = Signals::default();
        let other = InboxId::parse("01997a00-0000-7000-8000-000000000102");
        let when = |when| Rule { when, ..Rule::default() };
        let words = |words: &[&str]| Rule { keywords: words.iter().map(|word| (*word).to_owned()).collect(), ..Rule::default() };
        for (name, rule, expected) in [
            ("nothing is asked for", Rule::default(), false),
            ("a word", words(&["money", "refund"]), true),
            ("another word", words(&["money"]), false),
            ("the intent", when(When { intent: "billing".into(), ..When::default() }), true),
            ("another intent", when(When { intent: "sales".into(), ..When::default() }), false),
            ("the mood", when(When { mood: Some(Mood::Negative), ..When::default() }), true),
            ("another mood", when(When { mood: Some(Mood::Positive), ..When::default() }), false),
            ("the language", when(When { language: "de".into(), ..When::default() }), true),
            ("another language", when(When { language: "en".into(), ..When::default() }), false),
            ("what is verified", when(When { attribute: "plan".into(), value: "pro".into(), ..When::default() }), true),
            ("not that", when(When { attribute: "plan".into(), value: "free".into(), ..When::default() }), false),
            ("it is known", when(When { attribute: "plan".into(), ..When::default() }), true),
            ("nobody knows", when(When { attribute: "vip".into(), value: "".into(), ..When::default() }), false),
            ("twice failed", when(When { failed: 2, ..When::default() }), true),
            ("not three times", when(When { failed: 3, ..When::default() }), false),
            ("trouble", when(When { trouble: true, ..When::default() }), true),
            ("the page", when(When { page: "/pricing".into(), ..When::default() }), true),
            ("another page", when(When { page: "/jobs".into(), ..When::default() }), false),
            ("the inbox", when(When { inbox: signals().inbox, ..When::default() }), true),
            ("another inbox", when(When { inbox: other, ..When::default() }), false),
            ("two of two", Rule { keywords: vec!["refund".into()], when: When { failed: 1, ..When::default() }, ..Rule::default() }, true),
            ("one of two", Rule { keywords: vec!["refund".into()], when: When { failed: 5, ..When::default() }, ..Rule::default() }, false),
        ] {
            assert_eq!(rule.holds(&signals()), expected, "{name}");
            assert!(!rule.holds(&nothing), "{name}, of nothing");
        }
    }
}
