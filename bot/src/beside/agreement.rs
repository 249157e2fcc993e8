//! How far what the bot would have said is what people said: by the words that carry meaning, after stemming and cutting, each
//! weighed by how often it stands there. A question the bot would not have answered agrees by nothing.

use std::collections::HashMap;

use chat::{Chat, ConversationId, WorkspaceId, row};
use serde::Serialize;
use sqlx::Row;

use crate::{Bot, Result};

/// From here on two answers count as the same. A figure to compare weeks by, not a judgement.
pub(super) const SAME: f64 = 0.5;
/// Questions that are compared at once.
const LOOK: i64 = 100;
/// Questions nobody has answered by then are let be, in ms.
const PATIENCE_MS: i64 = 7 * 86_400_000;

/// How far bot and people agreed on a topic.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Agreement {
    /// The document the bot's answers rest on; empty: it had none.
    pub topic: String,
    /// Questions that people have answered.
    pub questions: i64,
    /// Of them those the bot would have answered.
    pub answered: i64,
    /// Of them those in which it would have said the same.
    pub same: i64,
    /// The mean over those the bot would have answered, 0 to 1.
    pub mean: f64,
}

/// Compares what people have answered since.
pub(super) async fn compare(chat: &Chat) -> Result<()> {
    let rows = sqlx::query(
        "SELECT b.workspace_id, b.conversation_id, b.asked_seq, b.outcome, b.body,
                (SELECT MIN(m.seq) FROM message m WHERE m.conversation_id = b.conversation_id AND m.seq > b.asked_seq
                    AND m.author = 'agent' AND m.audience = 'all') AS reply
           FROM beside b WHERE b.agreement IS NULL AND b.until = 0 AND b.created_at > $1 ORDER BY b.created_at LIMIT $2",
    )
    .bind(chat.now() - PATIENCE_MS)
    .bind(LOOK * 5)
    .fetch_all(chat.store().read())
    .await?;
    for found in &rows {
        let Some(reply) = found.try_get::<Option<i64>, _>("reply")? else { continue };
        let (workspace, id): (WorkspaceId, ConversationId) = (row::id(found, "workspace_id")?, row::id(found, "conversation_id")?);
        let (outcome, body): (&str, &str) = (found.try_get("outcome")?, found.try_get("body")?);
        let said = said(chat, workspace, id, reply).await?;
        let agreement = if outcome == "answer" { likeness(body, &said) } else { 0.0 };
        sqlx::query("UPDATE beside SET agreement = $4, reply_seq = $5 WHERE workspace_id = $1 AND conversation_id = $2 AND asked_seq = $3")
            .bind(workspace.text())
            .bind(id.text())
            .bind(found.try_get::<i64, _>("asked_seq")?)
            .bind(agreement)
            .bind(reply)
            .execute(chat.store().write())
            .await?;
    }
    Ok(())
}

/// What people said from `seq` on, up to the visitor's next word.
pub(super) async fn said(chat: &Chat, workspace: WorkspaceId, id: ConversationId, seq: i64) -> Result<String> {
    let messages = chat::message::after(chat.store(), workspace, id, chat::Audience::All, seq - 1, 20).await?;
    let of_people = messages.iter().take_while(|message| !matches!(message.author, chat::Author::Visitor(_)));
    let words: Vec<&str> =
        of_people.filter(|message| matches!(message.author, chat::Author::Agent(_))).map(|message| message.body.as_str()).collect();
    Ok(words.join("\n"))
}

/// The cosine between the words of two texts, 0 to 1.
fn likeness(one: &str, other: &str) -> f64 {
    let (one, other) = (weights(one), weights(other));
    let dot: f64 = one.iter().filter_map(|(term, weight)| Some(weight * other.get(term)?)).sum();
    let length = |of: &HashMap<String, f64>| of.values().map(|weight| weight * weight).sum::<f64>().sqrt();
    let product = length(&one) * length(&other);
    if product > 0.0 { (dot / product).clamp(0.0, 1.0) } else { 0.0 }
}

fn weights(text: &str) -> HashMap<String, f64> {
    let mut counts: HashMap<String, f64> = HashMap::new();
    for term in knowledge::words::terms(text) {
        *counts.entry(term).or_default() += 1.0;
    }
    counts.values_mut().for_each(|count| *count = 1.0 + count.ln());
    counts
}

impl Bot {
    /// How far bot and people agreed on questions of `from..to`, unix milliseconds; the topics with the most questions first.
    ///
    /// # Errors
    /// The record's.
    pub async fn agreement(&self, workspace: WorkspaceId, from: i64, to: i64) -> Result<Vec<Agreement>> {
        let rows = sqlx::query(
            "SELECT topic, CAST(COUNT(*) AS BIGINT) AS questions,
                    CAST(SUM(CASE WHEN outcome = 'answer' THEN 1 ELSE 0 END) AS BIGINT) AS answered,
                    CAST(SUM(CASE WHEN outcome = 'answer' AND (judged = 1 OR (judged IS NULL AND agreement >= $4)) THEN 1 ELSE 0 END) AS BIGINT) AS same,
                    CAST(COALESCE(AVG(CASE WHEN outcome = 'answer' THEN agreement END), 0) AS DOUBLE PRECISION) AS mean
               FROM beside WHERE workspace_id = $1 AND created_at >= $2 AND created_at < $3 AND agreement IS NOT NULL
              GROUP BY topic ORDER BY questions DESC, topic LIMIT 50",
        )
        .bind(workspace.text())
        .bind(from)
        .bind(to)
        .bind(SAME)
        .fetch_all(self.chat().store().read())
        .await?;
        rows.iter()
            .map(|found| {
                Ok(Agreement {
                    topic: found.try_get("topic")?,
                    questions: found.try_get("questions")?,
                    answered: found.try_get("answered")?,
                    same: found.try_get("same")?,
                    mean: found.try_get("mean")?,
                })
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_in_other_words_is_more_alike_than_something_else() {
        for (one, same, other) in [
            (
                "A refund takes five working days and goes to the card you paid with. [1]",
                "Refunds take 5 working days; the money goes back to your card.",
                "Please open Settings and reset your password there.",
            ),
            ("退款会在五个工作日内退回到您的付款账户。", "您好，退款五个工作日内退到原付款账户。", "请在订单详情中修改收货地址。"),
        ] {
            let (near, far) = (likeness(one, same), likeness(one, other));
            assert!(near > far + 0.2, "{one}: {near} {far}");
            assert!((likeness(one, one) - 1.0).abs() < 1e-9);
        }
        assert!(likeness("", "anything").abs() < 1e-9);
    }
}
