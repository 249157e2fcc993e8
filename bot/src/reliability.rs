//! How far the bot can be trusted with its settings, or with others that are tried: from what was measured when visitors asked, and
//! from what they said of its answers.

use std::collections::HashSet;

use chat::{ConversationId, WorkspaceId};
use serde::Serialize;

use crate::{Bot, Mode, Result, Settings, Turn, dry_run, gap::is_unanswered, intent::Intents, trace};

/// Time that is looked back on, in ms.
const SPAN_MS: i64 = 90 * 86_400_000;
/// Turns that are looked at, the newest.
const LOOK: i64 = 1_000;
/// Fewer questions say nothing.
const QUESTIONS: i64 = 50;
/// Fewer judged answers say nothing of how many are wrong.
const JUDGED: i64 = 20;

/// What the bot would do with questions, and what was said of those answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Reliability {
    /// Questions that knowledge was asked.
    pub questions: i64,
    /// Those it would answer.
    pub answered: i64,
    /// Of them, answers that were given then and that somebody judged, by a thumb or in words.
    pub judged: i64,
    /// Of them, those that did not help.
    pub wrong: i64,
}

impl Reliability {
    /// Of 100 questions, how many it would answer; `None`: too few to say.
    #[must_use]
    pub fn answers(&self) -> Option<i64> {
        (self.questions >= QUESTIONS).then(|| share(self.answered, self.questions, 100))
    }

    /// Of those, how many wrongly; `None`: too few were judged to say.
    #[must_use]
    pub fn wrongly(&self) -> Option<i64> {
        let answers = self.answers()?;
        (self.judged >= JUDGED).then(|| share(self.wrong, self.judged, answers))
    }

    /// How many more are needed: questions, and judged answers.
    #[must_use]
    pub fn missing(&self) -> (i64, i64) {
        ((QUESTIONS - self.questions).max(0), (JUDGED - self.judged).max(0))
    }
}

/// `part` of `whole`, of so many, rounded.
fn share(part: i64, whole: i64, of: i64) -> i64 {
    (part * of + whole / 2) / whole.max(1)
}

impl Bot {
    /// What the bot would do with these settings with the questions of the past 90 days, the newest thousand turns, and what visitors
    /// said of those answers. From what was measured then; nothing is searched and no model is asked.
    ///
    /// # Errors
    /// The record's.
    pub async fn reliability(&self, workspace: WorkspaceId, settings: &Settings) -> Result<Reliability> {
        let since = self.chat().now() - SPAN_MS;
        let turns = trace::since(self.chat().store(), workspace, since, LOOK).await?;
        let mut settings = settings.clone();
        // Whoever speaks today: this is about what the bot says when it does.
        settings.set_mode(Mode::Live);
        let intents = self.intents(&settings).await;
        // A thousand questions are measured anew: not where messages wait to be carried.
        let weighed = tokio::task::spawn_blocking(move || weigh(&turns, &settings, &intents)).await;
        weighed.map_err(|_| sqlx::Error::WorkerCrashed.into())
    }
}

/// Counts turns, newest first.
fn weigh(turns: &[(ConversationId, Turn)], settings: &Settings, intents: &Intents) -> Reliability {
    let mut found = Reliability::default();
    let mut blaming: HashSet<ConversationId> = HashSet::new();
    for (conversation, turn) in turns {
        if turn.rule == "unhelpful" {
            blaming.insert(*conversation);
            continue;
        }
        let answered = turn.outcome.as_deref() == Some("answer");
        // What was found unhelpful is the answer before, unless that has a thumb already.
        let blamed = answered && blaming.remove(conversation) && turn.rating.is_none();
        let asked = answered || is_unanswered(&turn.rule);
        let Some(answers) = asked.then(|| dry_run::answers(&turn.trace, settings, intents)).flatten() else { continue };
        found.questions += 1;
        found.answered += i64::from(answers);
        if answers && answered {
            found.judged += i64::from(blamed || turn.rating.is_some());
            found.wrong += i64::from(blamed || turn.rating.is_some_and(|score| score < 0));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Trace, verdict::Signals};

    #[test]
    fn figures_are_told_only_when_there_are_enough() {
        let of = |questions, answered, judged, wrong| Reliability { questions, answered, judged, wrong };
        for (reliability, answers, wrongly) in [
            (of(0, 0, 0, 0), None, None),
            (of(49, 49, 49, 0), None, None),
            (of(200, 166, 10, 1), Some(83), None),
            (of(200, 166, 50, 2), Some(83), Some(3)),
            (of(100, 100, 20, 20), Some(100), Some(100)),
            (of(50, 0, 0, 0), Some(0), None),
        ] {
            assert_eq!((reliability.answers(), reliability.wrongly()), (answers, wrongly), "{reliability:?}");
        }
        assert_eq!(of(10, 4, 3, 1).missing(), (40, 17));
    }

    /// A turn of a conversation, as a letter: `A` answered, `C` asked back, `U` called unhelpful; with how sure it was and its thumb.
    fn turn(conversation: u128, what: char, best: f64, rating: Option<i64>) -> (ConversationId, Turn) {
        let (outcome, rule) = match what {
            'A' => ("answer", "passages"),
            'C' => ("clarify", "no_passage"),
            _ => ("clarify", "unhelpful"),
        };
        let signals = Signals { kept: 1, best, online: true, ..Signals::default() };
        let question = "How much?".to_owned();
        let trace = Trace { query: question.clone(), question, signals: Some(signals), rules: vec![rule.into()], ..Trace::default() };
        let turn = Turn {
            id: chat::TurnId(uuid::Uuid::nil()),
            asked_seq: 1,
            answer_seq: None,
            outcome: Some(outcome.into()),
            rule: rule.into(),
            trace,
            rating,
            created_at: 0,
            finished_at: None,
        };
        (ConversationId(uuid::Uuid::from_u128(conversation)), turn)
    }

    #[test]
    fn another_threshold_gives_other_figures() {
        // Newest first: the first conversation blames its answer in words, the second by a thumb.
        let turns = [
            turn(1, 'U', 0.0, None),
            turn(1, 'A', 0.5, None),
            turn(2, 'A', 0.4, Some(-1)),
            turn(3, 'A', 0.9, Some(1)),
            turn(4, 'A', 0.8, None),
            turn(5, 'C', 0.25, None),
        ];
        for (answer_from, questions, answered, judged, wrong) in
            [(0.33, 5, 4, 3, 2), (0.45, 5, 3, 2, 1), (0.6, 5, 2, 1, 0), (0.95, 5, 0, 0, 0), (0.2, 5, 5, 3, 2)]
        {
            let settings = Settings { answer_from, model_from: answer_from, ..Settings::default() };
            let found = weigh(&turns, &settings, &Intents::default());
            assert_eq!(found, Reliability { questions, answered, judged, wrong }, "from {answer_from}");
        }
    }
}
