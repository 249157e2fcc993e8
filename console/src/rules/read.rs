//! Intents and rules from the form. Rows without anything in them are none.

use bot::{Intent, Rule, Then, When};
use chat::{InboxId, TeamId};
use knowledge::sentiment::Mood;

use super::row::then_name;
use crate::web::fields::Fields;

/// Rows at most.
const MOST: usize = 51;

/// Fields of the same name, row by row.
struct Column<'a>(Vec<&'a str>);

impl<'a> Column<'a> {
    fn of(sent: &'a Fields, name: &str) -> Self {
        Column(sent.all(name))
    }

    fn text(&self, n: usize) -> &'a str {
        self.0.get(n).map_or("", |text| text.trim())
    }
}

/// The intents that were sent.
#[must_use]
pub fn intents(sent: &Fields) -> Vec<Intent> {
    let [names, examples, teams, priorities, labels] =
        ["intent_name", "intent_examples", "intent_team", "intent_priority", "intent_labels"].map(|name| Column::of(sent, name));
    let row = |n| Intent {
        name: names.text(n).to_owned(),
        examples: examples.text(n).lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect(),
        team: TeamId::parse(teams.text(n)),
        priority: priority(priorities.text(n)),
        labels: list(labels.text(n)),
    };
    (0..names.0.len().min(MOST)).map(row).filter(|intent| !intent.name.is_empty() || !intent.examples.is_empty()).collect()
}

/// The rules that were sent, in the order they are given.
#[must_use]
pub fn rules(sent: &Fields) -> Vec<Rule> {
    let column = |name| Column::of(sent, name);
    let orders = column("rule_order");
    let mut rows: Vec<(usize, Rule)> = (0..orders.0.len().min(MOST))
        .map(|n| {
            let text = |name| column(name).text(n);
            let when = When {
                intent: text("rule_intent").to_owned(),
                mood: [Mood::Negative, Mood::Neutral, Mood::Positive].into_iter().find(|mood| mood.name() == text("rule_mood")),
                language: text("rule_language").to_owned(),
                attribute: text("rule_attribute").to_owned(),
                value: text("rule_value").to_owned(),
                failed: text("rule_failed").parse().unwrap_or(0),
                trouble: text("rule_trouble") == "yes",
                page: text("rule_page").to_owned(),
                inbox: InboxId::parse(text("rule_inbox")),
            };
            let rule = Rule {
                name: text("rule_name").to_owned(),
                keywords: list(text("rule_words")),
                when,
                then: [Then::Refuse, Then::Answer, Then::Speak]
                    .into_iter()
                    .find(|then| then_name(*then) == text("rule_then"))
                    .unwrap_or_default(),
                team: TeamId::parse(text("rule_team")),
                priority: priority(text("rule_priority")),
                labels: list(text("rule_labels")),
            };
            (orders.text(n).parse().unwrap_or(usize::MAX), named(rule))
        })
        .filter(|(_, rule)| !rule.is_empty())
        .collect();
    rows.sort_by_key(|(order, _)| *order);
    rows.into_iter().map(|(_, rule)| rule).collect()
}

/// A rule without a name is called by what it asks for first.
fn named(rule: Rule) -> Rule {
    if !rule.name.is_empty() {
        return rule;
    }
    let when = &rule.when;
    let mood = when.mood.map_or("", Mood::name);
    let name = [rule.keywords.first().map_or("", String::as_str), &when.intent, mood, &when.language, &when.attribute, &when.page];
    let name = name.into_iter().find(|name| !name.is_empty()).unwrap_or("rule").to_owned();
    Rule { name, ..rule }
}

fn priority(text: &str) -> u8 {
    text.parse().ok().filter(|rank| (1..=4).contains(rank)).unwrap_or(3)
}

/// Words parted by the commas of both scripts.
#[must_use]
pub fn list(text: &str) -> Vec<String> {
    let words = text.split([',', '，', '、', ';', '；', '\n']).map(str::trim);
    words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::list;

    #[test]
    fn words_are_parted_by_the_commas_of_both_scripts() {
        assert_eq!(list("refund, 退款，退钱、 money back;"), ["refund", "退款", "退钱", "money back"]);
        assert!(list(" , ").is_empty());
    }
}
