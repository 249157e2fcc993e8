//! How far the bot can be trusted, from what visitors said of its answers.

use chat::WorkspaceId;
use serde::Serialize;
use sqlx::Row;

use crate::{Bot, Result};

/// Time that is looked back on, in ms.
const SPAN_MS: i64 = 90 * 86_400_000;
/// Fewer questions say nothing.
const QUESTIONS: i64 = 50;
/// Fewer judged answers say nothing of how many are wrong.
const JUDGED: i64 = 20;

/// What the bot did with questions, and what was said of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Reliability {
    /// Questions that knowledge was asked.
    pub questions: i64,
    /// Those it answered.
    pub answered: i64,
    /// Answers that somebody judged, by a thumb or in words.
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
    /// What visitors said of the bot's answers in the past 90 days.
    ///
    /// # Errors
    /// The record's.
    pub async fn reliability(&self, workspace: WorkspaceId) -> Result<Reliability> {
        let since = self.chat().now() - SPAN_MS;
        // A turn that found an answer unhelpful judges the answer before it, unless that has a thumb already.
        let row = sqlx::query(
            "SELECT CAST(COALESCE(SUM(CASE WHEN t.outcome = 'answer' THEN 1 ELSE 0 END), 0) AS BIGINT) AS answered,
                    CAST(COALESCE(SUM(CASE WHEN t.outcome = 'answer' OR (t.outcome IN ('clarify', 'handover') AND t.rule IN
                      ('no_passage', 'model_declined', 'model_unsupported_unsure', 'model_failed_unsure', 'too_many_failed', 'nobody_online'))
                      THEN 1 ELSE 0 END), 0) AS BIGINT) AS questions,
                    CAST(COALESCE(SUM(CASE WHEN t.rule = 'unhelpful' THEN 1 ELSE 0 END), 0) AS BIGINT) AS blamed,
                    CAST(COALESCE(SUM(CASE WHEN t.outcome = 'answer' AND r.score IS NOT NULL THEN 1 ELSE 0 END), 0) AS BIGINT) AS rated,
                    CAST(COALESCE(SUM(CASE WHEN t.outcome = 'answer' AND r.score < 0 THEN 1 ELSE 0 END), 0) AS BIGINT) AS down
               FROM turn t LEFT JOIN rating r ON r.conversation_id = t.conversation_id AND r.seq = t.answer_seq AND r.workspace_id = t.workspace_id
              WHERE t.workspace_id = $1 AND t.created_at >= $2",
        )
        .bind(workspace.text())
        .bind(since)
        .fetch_one(self.chat().store().read())
        .await?;
        let count = |name: &str| row.try_get::<i64, _>(name);
        let (blamed, rated) = (count("blamed")?, count("rated")?);
        let (answered, down) = (count("answered")?, count("down")?);
        Ok(Reliability {
            questions: count("questions")?,
            answered,
            judged: (rated + blamed).min(answered),
            wrong: (down + blamed).min(answered),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
