//! Changed settings, tried on the turns of the past month: what would have been decided otherwise. From what was measured then;
//! nothing is searched and no model is asked.

use std::collections::HashMap;

use chat::{ConversationId, WorkspaceId};
use serde::Serialize;

use crate::{
    Bot, Result, Settings, Trace, beside,
    intent::Intents,
    trace::{self, Turn},
    verdict::{self, Action, LET, Model, Signals},
};

/// Time that is looked back on, in ms.
const SPAN_MS: i64 = 30 * 86_400_000;
/// Turns that are tried, the newest.
const TRIED: i64 = 5_000;
/// Changes that are listed.
const LISTED: usize = 50;

/// What changed settings would have done.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct DryRun {
    /// Turns that could be tried.
    pub tried: usize,
    /// Those that would have come to something else.
    pub changed: usize,
    /// Those that cannot be told: a search or a model would have been asked that was not.
    pub unknown: usize,
    /// Answered then, and with the changed settings.
    pub answered: (usize, usize),
    /// Handed over then, and with the changed settings.
    pub handed_over: (usize, usize),
    /// The newest changes.
    pub changes: Vec<Change>,
}

/// A turn that would have come to something else.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    /// Where.
    pub conversation: ConversationId,
    /// The bot's message, or what it answered to.
    pub seq: i64,
    /// What was asked.
    pub question: String,
    /// What it came to.
    pub then: String,
    /// What it would have come to.
    pub now: &'static str,
    /// The rule that would have decided.
    pub rule: &'static str,
    /// What the admins call it, if it is one of theirs.
    pub named: Option<String>,
}

/// What a turn would have come to.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Now {
    Is(&'static str, &'static str, Option<String>),
    /// A rule of that name would have let it speak; nothing was searched then.
    Let(String),
    Unknown,
}

impl Bot {
    /// Tries settings on the turns of the past month. How often answers had failed before a turn is taken as it was.
    ///
    /// # Errors
    /// The record's.
    pub async fn dry_run(&self, workspace: WorkspaceId, settings: &Settings) -> Result<DryRun> {
        let since = self.chat().now() - SPAN_MS;
        let intents = self.intents(settings).await;
        let beside = beside::outcomes(self.chat().store(), workspace, since).await?;
        let turns = trace::since(self.chat().store(), workspace, since, TRIED).await?;
        let settings = settings.clone();
        // Thousands of questions are measured anew: not where messages wait to be carried.
        let tried = tokio::task::spawn_blocking(move || DryRun::of(turns, &beside, &settings, &intents)).await;
        tried.map_err(|_| sqlx::Error::WorkerCrashed.into())
    }
}

impl DryRun {
    fn of(
        turns: Vec<(ConversationId, Turn)>,
        beside: &HashMap<(ConversationId, i64), &'static str>,
        settings: &Settings,
        intents: &Intents,
    ) -> Self {
        let mut run = Self::default();
        for (conversation, turn) in turns {
            let Some(signals) = &turn.trace.signals else { continue };
            let then = turn.outcome.clone().unwrap_or_default();
            let silent = beside.get(&(conversation, turn.asked_seq)).copied();
            let now = match (decide(&turn.trace, signals, settings, intents), silent) {
                (Now::Is(now, rule, named), _) => (now, rule, named),
                // What it thought silently then it would say now.
                (Now::Let(named), Some(outcome)) => (outcome, LET, Some(named)),
                (Now::Unknown | Now::Let(_), _) => {
                    run.unknown += 1;
                    continue;
                }
            };
            run.tried += 1;
            run.answered.0 += usize::from(then == "answer");
            run.answered.1 += usize::from(now.0 == "answer");
            run.handed_over.0 += usize::from(then == "handover");
            run.handed_over.1 += usize::from(now.0 == "handover");
            if then == now.0 {
                continue;
            }
            run.changed += 1;
            if run.changes.len() < LISTED {
                run.changes.push(change(conversation, turn, then, now));
            }
        }
        run
    }
}

/// Whether a question of that turn would be answered with these settings; `None`: it cannot be told.
pub(crate) fn answers(trace: &Trace, settings: &Settings, intents: &Intents) -> Option<bool> {
    match decide(trace, trace.signals.as_ref()?, settings, intents) {
        Now::Is(outcome, ..) => Some(outcome == "answer"),
        Now::Let(_) | Now::Unknown => None,
    }
}

type Came = (&'static str, &'static str, Option<String>);

fn change(conversation: ConversationId, turn: Turn, then: String, (now, rule, named): Came) -> Change {
    Change { conversation, seq: turn.answer_seq.unwrap_or(turn.asked_seq + 1), question: turn.trace.question, then, now, rule, named }
}

/// What would be decided from what was measured.
fn decide(trace: &Trace, signals: &Signals, settings: &Settings, intents: &Intents) -> Now {
    let policy = settings.policy();
    let text = trace.question.as_str();
    // What the words tell is told anew: intents and rules may be others, and old traces knew no moods.
    let mut signals = Signals {
        words: settings.words_in(text),
        intent: intents.name(text),
        mood: knowledge::sentiment::mood(text),
        language: knowledge::language::spoken(text).to_owned(),
        forbidden: settings.forbids(text),
        ..signals.clone()
    };
    let searched = !trace.query.is_empty();
    if signals.is_question(&policy) && !searched {
        return policy.let_by(&signals).map_or(Now::Unknown, |rule| Now::Let(rule.name.clone()));
    }
    loop {
        let verdict = verdict::decide(&signals, &policy);
        match (verdict.action, trace.model_said) {
            (Action::Answer, None) => return Now::Unknown,
            // What the model did then it would do again.
            (Action::Answer, Some(said)) if said != Model::Ready => signals.model = said,
            // Passages that held nothing to show then hold nothing now.
            (Action::Extract, _) if signals.kept > 0 && held_nothing(trace) => (signals.kept, signals.best) = (0, 0.0),
            _ => {
                return Now::Is(verdict.name(), verdict.rule, policy.named(&signals, verdict));
            }
        }
    }
}

/// Whether it was tried to quote the passages, and they held nothing to quote.
fn held_nothing(trace: &Trace) -> bool {
    let quoted = |rule: &String| matches!(rule.as_str(), "passages" | "model_failed" | "model_unsupported");
    let tried = trace.rules.iter().any(quoted);
    tried && !trace.rules.last().is_some_and(quoted)
}

#[cfg(test)]
mod tests {
    use knowledge::sentiment::Mood;

    use super::*;
    use crate::{Rule, Then, When};

    fn asked(best: f64, model_said: Option<Model>, rules: &[&str]) -> (Trace, Signals) {
        let model = if model_said.is_some() { Model::Ready } else { Model::Absent };
        let signals = Signals { kept: usize::from(best > 0.0), best, model, online: true, ..Signals::default() };
        let rules = rules.iter().map(|rule| (*rule).to_owned()).collect();
        (Trace { question: "How much?".into(), query: "How much?".into(), model_said, rules, ..Trace::default() }, signals)
    }

    fn is(outcome: &'static str, rule: &'static str) -> Now {
        Now::Is(outcome, rule, None)
    }

    #[test]
    fn changed_rules_are_tried_on_what_wproven_by() {
        let rule = |when, then| Rule { name: "mine".into(), when, then, ..Rule::default() };
        let with = |rules| Settings { rules, ..Settings::default() };
        let upset = |text: &str| {
            let (trace, signals) = asked(0.9, None, &["passages"]);
            (Trace { question: text.into(), ..trace }, Signals { failed: 2, page: "https://a.example/jobs".into(), ..signals })
        };
        let by = |outcome, rule| Now::Is(outcome, rule, Some("mine".into()));
        let negative = When { mood: Some(Mood::Negative), ..When::default() };
        for (name, rules, text, expected) in [
            ("a mood", vec![rule(negative.clone(), Then::HandOver)], "This is unacceptable!", by("handover", "handover_rule")),
            ("not that mood", vec![rule(negative.clone(), Then::HandOver)], "How much is it?", is("answer", "passages")),
            (
                "never",
                vec![rule(When { page: "/jobs".into(), ..When::default() }, Then::Refuse)],
                "How much is it?",
                by("clarify", "never_answer"),
            ),
            (
                "allowed before it is forbidden",
                vec![rule(When { failed: 1, ..When::default() }, Then::Answer), rule(negative, Then::HandOver)],
                "This is unacceptable!",
                is("answer", "passages"),
            ),
        ] {
            let (trace, signals) = upset(text);
            assert_eq!(decide(&trace, &signals, &with(rules), &Intents::default()), expected, "{name}");
        }
    }

    #[test]
    fn what_wproven_by_is_decided_anew() {
        let strict = Settings { answer_from: 0.8, ..Settings::default() };
        let kind = Settings { answer_from: 0.2, ..Settings::default() };
        let once = Settings { max_failed: 1, ..Settings::default() };
        let forbidding = Settings { forbidden: vec!["much".into()], ..Settings::default() };
        for (name, (trace, signals), settings, expected) in [
            ("as it was", asked(0.6, None, &["passages"]), &Settings::default(), is("answer", "passages")),
            ("not sure enough now", asked(0.6, None, &["passages"]), &strict, is("clarify", "no_passage")),
            ("sure enough now", asked(0.3, None, &["no_passage"]), &kind, is("answer", "passages")),
            ("one failure is enough", asked(0.0, None, &["no_passage"]), &once, is("handover", "too_many_failed")),
            ("a new topic", asked(0.9, None, &["passages"]), &forbidding, is("handover", "forbidden_topic")),
            (
                "the model declines again",
                asked(0.9, Some(Model::Declined), &["model", "model_declined"]),
                &strict,
                is("clarify", "model_declined"),
            ),
            ("the model answers again", asked(0.9, Some(Model::Ready), &["model"]), &strict, is("answer", "model")),
            ("nothing to quote", asked(0.6, None, &["passages", "no_passage"]), &kind, is("clarify", "no_passage")),
        ] {
            assert_eq!(decide(&trace, &signals, settings, &Intents::default()), expected, "{name}");
        }
        let (trace, signals) = asked(0.1, None, &["no_passage"]);
        let unasked = Signals { model: Model::Ready, ..signals };
        assert_eq!(decide(&trace, &unasked, &Settings { model_from: 0.05, ..Settings::default() }, &Intents::default()), Now::Unknown);
        let off = Trace { query: String::new(), ..trace };
        assert_eq!(decide(&off, &unasked, &Settings::default(), &Intents::default()), Now::Unknown, "nothing was searched then");
    }
}
