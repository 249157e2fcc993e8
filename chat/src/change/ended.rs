//! Wordings that ended: what was made of their words elsewhere must lose them too. They wait in the record until whoever keeps
//! copies has gone through them; a change writes that with itself, so it cannot be forgotten.

use sqlx::Row;

use crate::{ConversationId, Result, Store, WorkspaceId, row};

/// Fewer characters than this before an ellipsis tell nothing.
const SCRAP: usize = 8;

/// What a message said until it was edited or recalled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// The tenant.
    pub workspace: WorkspaceId,
    /// The message's conversation.
    pub conversation: ConversationId,
    /// The message.
    pub seq: i64,
    /// The message that ended it.
    pub by: i64,
    /// When it ended, unix milliseconds.
    pub at: i64,
    /// The words.
    pub body: String,
}

impl Ended {
    /// Whether the words stand in a text, or their beginning where an ellipsis says that it was cut short.
    #[must_use]
    pub fn stands_in(&self, text: &str) -> bool {
        let (words, text) = (plain(&self.body), plain(text));
        let mut cut: Vec<&str> = text.split('…').collect();
        cut.pop();
        holds(&text, &words) || cut.into_iter().any(|part| ends_with_beginning(part.trim_end(), &words))
    }
}

/// Spaces and lines make no difference.
fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// As words of their own: "no" does not stand in "now".
fn holds(text: &str, words: &str) -> bool {
    let in_one = |a: Option<char>, b: Option<char>| a.zip(b).is_some_and(|(a, b)| a.is_alphanumeric() && b.is_alphanumeric());
    !words.is_empty()
        && text.match_indices(words).any(|(at, _)| {
            let (before, after) = (text[..at].chars().next_back(), text[at + words.len()..].chars().next());
            !in_one(before, words.chars().next()) && !in_one(words.chars().next_back(), after)
        })
}

fn ends_with_beginning(text: &str, words: &str) -> bool {
    let ends = text.char_indices().rev().map(|(at, _)| &text[at..]).skip(SCRAP - 1);
    ends.take_while(|end| end.len() <= words.len()).any(|end| words.starts_with(end))
}

/// Wordings whose copies are to be looked for by now, of every workspace, the longest waiting first.
pub async fn ended(store: &Store, now: i64, limit: i64) -> Result<Vec<Ended>> {
    let rows = sqlx::query(
        "SELECT workspace_id, conversation_id, seq, changed_seq, changed_at, body FROM message_wording
          WHERE copies_at IS NOT NULL AND copies_at <= $1 ORDER BY copies_at LIMIT $2",
    )
    .bind(now)
    .bind(limit)
    .fetch_all(store.read())
    .await?;
    rows.iter()
        .map(|r| {
            Ok(Ended {
                workspace: row::id(r, "workspace_id")?,
                conversation: row::id(r, "conversation_id")?,
                seq: r.try_get("seq")?,
                by: r.try_get("changed_seq")?,
                at: r.try_get("changed_at")?,
                body: r.try_get("body")?,
            })
        })
        .collect()
}

/// Whether another message of the conversation still says the words, or the same one with more around them.
pub async fn still_said(store: &Store, ended: &Ended) -> Result<bool> {
    let rows = sqlx::query(
        "SELECT body FROM message WHERE workspace_id = $1 AND conversation_id = $2 AND recalled_at IS NULL AND of_seq IS NULL
            AND author <> 'system'",
    )
    .bind(ended.workspace.text())
    .bind(ended.conversation.text())
    .fetch_all(store.read())
    .await?;
    for row in &rows {
        if ended.stands_in(row.try_get("body")?) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Its copies were gone through; `again`: when they are once more.
pub async fn gone_through(store: &Store, ended: &Ended, again: Option<i64>) -> Result<()> {
    sqlx::query(
        "UPDATE message_wording SET copies_at = $5 WHERE workspace_id = $1 AND conversation_id = $2 AND seq = $3 AND changed_seq = $4",
    )
    .bind(ended.workspace.text())
    .bind(ended.conversation.text())
    .bind(ended.seq)
    .bind(ended.by)
    .bind(again)
    .execute(store.write())
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn ended(body: &str) -> Ended {
        let (workspace, conversation) = (WorkspaceId(Uuid::nil()), ConversationId(Uuid::nil()));
        Ended { workspace, conversation, seq: 1, by: 2, at: 0, body: body.into() }
    }

    #[test]
    fn words_are_known_again_where_they_were_put() {
        let long = "My parcel with the blue vase for my grandmother has not arrived since the ninth of May, and nobody tells me why.";
        let cut: String = long.chars().take(63).collect();
        let last: String = long.chars().take(20).collect();
        for (words, text, stands) in [
            ("Where is it?", "Where is it?", true),
            ("Where\n is it? ", "Hello\nWhere is it?\nThanks", true),
            ("Where is it?", "The visitor asked: “Where is it?”", true),
            ("no", "no", true),
            ("no", "Do you know?", false),
            ("12", "order 123", false),
            ("退款", "怎么申请退款？", false),
            ("怎么申请退款", "客户想知道：“怎么申请退款”", true),
            (long, &format!("{cut}…"), true),
            (long, &format!("Hello there. {last}…"), true),
            (long, &format!("“{cut}…”, and so on"), true),
            (long, &cut, false),
            (long, "My…", false),
            ("", "anything", false),
            ("anything", "", false),
        ] {
            assert_eq!(ended(words).stands_in(text), stands, "{words} in {text}");
        }
    }
}
