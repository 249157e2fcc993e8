//! Questions that knowledge could not answer: noted, for people to write the answer.

use crate::{Bot, turn::Heard};

/// Whether a rule decides when knowledge did not answer.
pub(crate) fn is_unanswered(rule: &str) -> bool {
    matches!(
        rule,
        "no_passage"
            | "budget_spent_unsure"
            | "model_declined"
            | "model_unsupported_unsure"
            | "model_failed_unsure"
            | "too_many_failed"
            | "nobody_online"
    )
}

impl Bot {
    /// Notes the question if this rule says that nothing answers it; `best`: the best passage's confidence.
    pub(crate) async fn note_gap(&self, heard: &Heard, rule: &str, best: f64) {
        if !is_unanswered(rule) || heard.signals.unhelpful {
            return;
        }
        let it = &heard.conversation;
        let new = knowledge::gap::New {
            conversation: Some(it.id),
            seq: Some(it.asked_seq),
            question: heard.question.text.clone(),
            locale: heard.question.locale.to_owned(),
            reason: rule.to_owned(),
            score: best,
        };
        if let Err(error) = knowledge::gap::note(self.chat(), it.workspace, new).await {
            tracing::warn!(conversation.id = %it.id, %error, "an unanswered question could not be noted");
        }
    }
}
