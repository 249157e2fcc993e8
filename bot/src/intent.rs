//! What visitors want, in the workspace's own words: an intent has a name, a few examples, and people who know about it.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

use chat::TeamId;
use knowledge::{
    Fault,
    classify::{Classifier, Example},
};
use quick_cache::sync::Cache;
use serde::{Deserialize, Serialize};
use ticketing::Priority;

use crate::{
    Bot, Settings,
    rules::{Rule, check_labels},
};

/// Intents at most.
const MOST: usize = 50;
/// Examples of an intent at most.
const EXAMPLES: usize = 100;
/// The longest example, in characters.
const LONGEST: usize = 500;
/// Trained classifiers that are kept, of workspaces and of settings that are tried.
const KEPT: usize = 64;

/// A wish that visitors have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Intent {
    /// What admins call it.
    pub name: String,
    /// How visitors say it.
    pub examples: Vec<String>,
    /// Who gets a conversation that is handed over with it.
    pub team: Option<TeamId>,
    /// How urgent it is then: 1 urgent, 2 high, 3 normal, 4 low.
    pub priority: u8,
    /// What its ticket is labelled with.
    pub labels: Vec<String>,
}

impl Default for Intent {
    fn default() -> Self {
        Self { name: String::new(), examples: Vec::new(), team: None, priority: 3, labels: Vec::new() }
    }
}

impl Intent {
    fn validate(&self) -> Result<(), Fault> {
        if self.name.trim().is_empty() || self.name.chars().count() > 60 {
            return Err(Fault::of("fault-intent-name"));
        }
        let wrong = |text: &String| text.trim().is_empty() || text.chars().count() > LONGEST;
        if self.examples.is_empty() || self.examples.len() > EXAMPLES || self.examples.iter().any(wrong) {
            return Err(Fault::of("fault-intent-examples").with("name", &self.name).with("n", EXAMPLES).with("length", LONGEST));
        }
        if !(1..=4).contains(&self.priority) {
            return Err(Fault::of("fault-intent-priority").with("name", &self.name));
        }
        check_labels(&self.labels)
    }
}

/// Checks the intents of a workspace.
///
/// # Errors
/// A sentence for the admin.
pub(crate) fn validate(intents: &[Intent], rules: &[Rule]) -> Result<(), Fault> {
    if intents.len() > MOST || rules.len() > crate::rules::MOST {
        return Err(Fault::of("fault-intents-most").with("n", MOST));
    }
    intents.iter().try_for_each(Intent::validate)?;
    let twice = |(n, intent): (usize, &Intent)| intents[..n].iter().any(|other| other.name == intent.name);
    if let Some((_, intent)) = intents.iter().enumerate().find(|it| twice(*it)) {
        return Err(Fault::of("fault-intent-twice").with("name", &intent.name));
    }
    rules.iter().try_for_each(Rule::validate)?;
    let unknown = |rule: &&Rule| !rule.when.intent.is_empty() && intents.iter().all(|intent| intent.name != rule.when.intent);
    if let Some(rule) = rules.iter().find(unknown) {
        return Err(Fault::of("fault-rule-intent").with("name", &rule.name).with("intent", &rule.when.intent));
    }
    Ok(())
}

/// Intents that can be told from what is said.
#[derive(Debug, Default)]
pub(crate) struct Intents {
    classifier: Option<Classifier>,
}

impl Intents {
    fn of(list: &[Intent]) -> Self {
        let examples = list.iter().flat_map(|intent| {
            let label = Some(intent.name.as_str());
            intent.examples.iter().map(move |text| Example { text, label })
        });
        Self { classifier: Classifier::among_others(&examples.collect::<Vec<_>>()) }
    }

    /// The intent of a text, if one is sure enough.
    pub(crate) fn name(&self, text: &str) -> Option<String> {
        self.classifier.as_ref()?.sure(text).map(|guess| guess.label)
    }
}

/// Classifiers by their examples: trained once, in the process that needs them.
pub(crate) struct Trained(Cache<u64, Arc<Intents>>);

impl Default for Trained {
    fn default() -> Self {
        Self(Cache::new(KEPT))
    }
}

impl Bot {
    /// The intents of settings, ready to tell.
    pub(crate) async fn intents(&self, settings: &Settings) -> Arc<Intents> {
        if settings.intents.is_empty() {
            return Arc::default();
        }
        let mut hasher = DefaultHasher::new();
        settings.intents.iter().for_each(|intent| (&intent.name, &intent.examples).hash(&mut hasher));
        let key = hasher.finish();
        let trained = &self.inner.trained.0;
        if let Some(known) = trained.get(&key) {
            return known;
        }
        let list = settings.intents.clone();
        let intents = tokio::task::spawn_blocking(move || Arc::new(Intents::of(&list))).await;
        match intents {
            Ok(intents) => {
                trained.insert(key, intents.clone());
                intents
            }
            Err(error) => {
                tracing::error!(%error, "intents could not be learnt");
                Arc::default()
            }
        }
    }
}

/// Whose work a conversation becomes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Destination {
    /// Who gets it.
    pub team: Option<TeamId>,
    /// How urgent it is.
    pub priority: Priority,
    /// What it is labelled with.
    pub labels: Vec<String>,
}

impl Destination {
    /// What a rule says, and the intent where the rule says nothing; the more urgent counts.
    pub(crate) fn of(rule: Option<&Rule>, intent: Option<&Intent>) -> Self {
        let ranks = [rule.map(|rule| rule.priority), intent.map(|intent| intent.priority)];
        let mut labels: Vec<String> = rule.map_or_else(Vec::new, |rule| rule.labels.clone());
        let more = intent.iter().flat_map(|intent| &intent.labels).filter(|label| !labels.contains(label)).cloned().collect::<Vec<_>>();
        labels.extend(more);
        // A rule's "normal" is no word against an intent's "low".
        let rank = match ranks {
            [Some(3), Some(intent)] => intent,
            [Some(rule), Some(intent)] => rule.min(intent),
            [one, other] => one.or(other).unwrap_or(3),
        };
        Self {
            team: rule.and_then(|rule| rule.team).or(intent.and_then(|intent| intent.team)),
            priority: Priority::of_rank(i64::from(rank)),
            labels,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn team(n: u128) -> Option<TeamId> {
        Some(TeamId(uuid::Uuid::from_u128(n)))
    }

    #[test]
    fn a_rule_comes_before_the_intent_and_labels_add_up() {
        let rule = |team, priority| Rule { team, priority, labels: vec!["vip".into()], ..Rule::default() };
        let intent = |team, priority| Intent { team, priority, labels: vec!["billing".into(), "vip".into()], ..Intent::default() };
        for (name, rule, intent, expected) in [
            ("nothing", None, None, (None, Priority::Normal, vec![])),
            ("the intent", None, Some(intent(team(1), 2)), (team(1), Priority::High, vec!["billing", "vip"])),
            ("the rule", Some(rule(team(2), 1)), None, (team(2), Priority::Urgent, vec!["vip"])),
            ("both", Some(rule(team(2), 4)), Some(intent(team(1), 2)), (team(2), Priority::High, vec!["vip", "billing"])),
            ("a rule without a team", Some(rule(None, 3)), Some(intent(team(1), 4)), (team(1), Priority::Low, vec!["vip", "billing"])),
        ] {
            let found = Destination::of(rule.as_ref(), intent.as_ref());
            let labels: Vec<String> = expected.2.iter().map(|label: &&str| (*label).to_owned()).collect();
            assert_eq!(found, Destination { team: expected.0, priority: expected.1, labels }, "{name}");
        }
    }

    #[test]
    fn intents_are_told_from_few_examples() {
        let intent = |name: &str, examples: &[&str]| Intent {
            name: name.into(),
            examples: examples.iter().map(|text| (*text).to_owned()).collect(),
            ..Intent::default()
        };
        let list = [
            intent("refund", &["I want my money back", "how do I get a refund", "我要退款"]),
            intent("login", &["I cannot log in", "forgot my password"]),
        ];
        assert_eq!(validate(&list, &[]), Ok(()));
        let intents = Intents::of(&list);
        assert_eq!(intents.name("please give me a refund").as_deref(), Some("refund"));
        assert_eq!(intents.name("我想退款").as_deref(), Some("refund"));
        assert_eq!(intents.name("I forgot the password").as_deref(), Some("login"));
        assert_eq!(intents.name("Do you deliver to Norway?"), None);
        assert_eq!(Intents::default().name("refund"), None);
    }
}
