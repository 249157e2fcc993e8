//! What helps with a conversation: canned replies, earlier conversations, passages.

use sqlx::Row as _;

use chat::conversation::Conversation;
use chat::{ConversationId, Message, Speaker, WorkspaceId, row};
use knowledge::{Query, Reader};
use ticketing::canned::{self, Values};
use ticketing::ticket::Ticket;

use crate::conversation::context::{CannedText, HistoryText, PassageText, web_address};
use crate::conversation::message::Telling;
use crate::error::Error;
use crate::handle::Console;
use crate::inbox::row::{address, preview};
use crate::inbox::view::View;
use crate::web::visit::Seat;

/// Earlier conversations that are listed.
const HISTORY: i64 = 8;
/// Passages that are suggested.
const SUGGESTIONS: usize = 3;

impl Console {
    /// Lets the bot propose cases from what was resolved; nobody waits for it.
    pub fn learn(&self, seat: &Seat, id: ConversationId) {
        let (bot, workspace) = (self.bot.clone(), seat.workspace());
        tokio::spawn(async move {
            if let Err(error) = bot.learn(workspace, id).await {
                tracing::warn!(conversation.id = %id, %error, "nothing was learnt from a conversation");
            }
        });
    }

    /// Canned replies with the names of this conversation filled in.
    pub async fn canned_for(&self, seat: &Seat, telling: &Telling, ticket: Option<&Ticket>) -> Result<Vec<CannedText>, Error> {
        let words = self.templates.words();
        // "Visitor 7F3A" is no way to be spoken to.
        let visitor = match telling.visitor_known {
            true => telling.visitor.clone(),
            false => words.plain(seat.locale(), "canned-nameless"),
        };
        let values = Values {
            visitor_name: Some(visitor),
            agent_name: Some(seat.agent.name.clone()),
            ticket_number: ticket.map(|ticket| ticket.number),
        };
        let list = canned::list(self.chat.store(), seat.workspace()).await?;
        Ok(list
            .into_iter()
            .map(|reply| CannedText { id: reply.id.text(), shortcut: reply.shortcut, body: canned::fill(&reply.body, &values).text })
            .collect())
    }

    /// The visitor's other conversations, newest first.
    pub async fn history_of(&self, seat: &Seat, it: &Conversation) -> Result<Vec<HistoryText>, Error> {
        let rows = sqlx::query(
            "SELECT c.id, c.last_at, c.closed_at, c.speaker, t.subject, \
               (SELECT m.body FROM message m WHERE m.conversation_id = c.id AND m.author = 'visitor' AND m.recalled_at IS NULL ORDER BY m.seq LIMIT 1) AS said \
             FROM conversation c LEFT JOIN ticket t ON t.workspace_id = c.workspace_id AND t.conversation_id = c.id AND t.number = \
               (SELECT MAX(x.number) FROM ticket x WHERE x.workspace_id = c.workspace_id AND x.conversation_id = c.id) \
             WHERE c.workspace_id = $1 AND c.visitor_id = $2 AND c.id <> $3 AND c.last_seq > 0 ORDER BY c.last_at DESC LIMIT $4",
        )
        .bind(seat.workspace().text())
        .bind(it.visitor.text())
        .bind(it.id.text())
        .bind(HISTORY)
        .fetch_all(self.chat.store().read())
        .await?;
        rows.iter().map(history).collect()
    }

    /// Passages for what the visitor asked last, while a person answers. Knowledge that cannot
    /// be searched means no suggestions, not no page.
    pub async fn suggestions(&self, seat: &Seat, it: &Conversation, messages: &[Message]) -> Vec<PassageText> {
        let asked = messages.iter().rev().find(|message| message.author.kind() == "visitor");
        let Some(asked) = asked.filter(|_| it.speaker != Speaker::Bot && it.closed_at.is_none()) else {
            return Vec::new();
        };
        self.passages_for(seat.workspace(), &asked.body, &it.locale, SUGGESTIONS).await
    }

    /// The best passages for a text, staff's own included.
    pub async fn passages_for(&self, workspace: WorkspaceId, text: &str, locale: &str, limit: usize) -> Vec<PassageText> {
        let query =
            Query { text: text.chars().take(1_000).collect(), reader: Reader::Staff, libraries: None, limit, locale: locale.to_owned() };
        let found = match self.knowledge.search(workspace, &query).await {
            Ok(found) => found,
            Err(error) => {
                tracing::warn!(%error, "no suggestions: knowledge cannot be searched");
                return Vec::new();
            }
        };
        let kept = found.hits.into_iter().filter(|hit| hit.kept).take(limit);
        kept.map(|hit| PassageText {
            title: hit.passage.title,
            heading: hit.passage.heading,
            text: hit.passage.text,
            url: web_address(&hit.passage.url),
            confidence: hit.confidence,
        })
        .collect()
    }
}

fn history(r: &sqlx::any::AnyRow) -> Result<HistoryText, Error> {
    let id: chat::ConversationId = row::id(r, "id")?;
    let closed: Option<i64> = r.try_get("closed_at")?;
    let speaker: String = r.try_get("speaker")?;
    let subject: Option<String> = r.try_get("subject")?;
    let said: Option<String> = r.try_get("said")?;
    Ok(HistoryText {
        href: address(id, View::All),
        id: id.text(),
        at: r.try_get("last_at")?,
        status: match (closed, speaker.as_str()) {
            (Some(_), _) => "resolved",
            (None, "bot") => "bot",
            (None, "queue") => "queue",
            (None, _) => "open",
        },
        subject: subject.or_else(|| said.as_deref().map(preview)).unwrap_or_default(),
    })
}
