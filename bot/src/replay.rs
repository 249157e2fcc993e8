//! A turn that was, run again with the knowledge and the settings of today. Writes nothing.

use chat::{Audience, Author, ConversationId, Message, WorkspaceId, conversation, message};

use crate::{
    Asked, Bot, Result, Turn, beside,
    prompt::Line,
    think::{Asker, Errand, Question},
    trace,
    verdict::{Model, Signals},
};

/// Messages that are read back.
const READ: i64 = 40;
/// Lines of the history that a model sees.
const LINES: usize = 12;

impl Bot {
    /// The turn that led to a message of the bot, a draft among them, or to the message that said a person takes over.
    ///
    /// # Errors
    /// [`crate::Error::NotFound`] when no turn led to it.
    pub async fn turn_of(&self, workspace: WorkspaceId, conversation: ConversationId, seq: i64) -> Result<Turn> {
        let store = self.chat().store();
        match beside::of_draft(store, workspace, conversation, seq).await? {
            Some(turn) => Ok(turn),
            None => trace::of_message(store, workspace, conversation, seq).await,
        }
    }

    /// What the bot would do today with what it was asked in that turn.
    ///
    /// # Errors
    /// The record's, or knowledge's.
    pub async fn replay(&self, workspace: WorkspaceId, conversation: ConversationId, turn: &Turn) -> Result<Asked> {
        let errand = Errand::default();
        let mut mind = self.mind(workspace, &errand).await?;
        // Whoever speaks to visitors today: here the bot is asked.
        mind.policy.enabled = true;
        let store = self.chat().store();
        let messages = message::before(store, workspace, conversation, Audience::All, turn.asked_seq + 1, READ).await?;
        let messages: Vec<Message> = messages.into_iter().filter(Message::stands).collect();
        let earlier = before_burst(&messages);
        let cited = earlier.iter().rev().find(|message| message.author == Author::Bot);
        let text = turn.trace.question.clone();
        let asker = Asker::of_inbox(self.chat(), workspace, conversation::find(store, workspace, conversation).await?.inbox).await?;
        // Who it was to whom it was said then.
        let asker = turn.trace.signals.as_ref().map_or(asker.clone(), |then| asker.proven_by(then));
        let question = Question {
            locale: chat::locale_of(&turn.trace.locale),
            history: history(earlier),
            cited: cited.iter().flat_map(|m| &m.extra.citations).filter_map(|c| c.passage.map(|id| id.text())).collect(),
            text,
            asker,
            ..Question::default()
        };
        let fresh = self.signals(&mind, &question).await?;
        let signals = match &turn.trace.signals {
            // What the visitor did is what it was; what admins set and who is there is what it is.
            Some(then) => Signals {
                words: fresh.words,
                intent: fresh.intent,
                mood: fresh.mood,
                language: fresh.language,
                forbidden: fresh.forbidden,
                online: fresh.online,
                kept: 0,
                best: 0.0,
                broken: false,
                model: Model::Absent,
                // Nothing is done in a replay.
                tools: 0,
                tool: None,
                ..then.clone()
            },
            None => Signals { failed: turn.trace.failed, ..fresh },
        };
        Ok(self.ask_with(&mind, &errand, &question, signals).await)
    }
}

/// What was said before the burst of messages at the end.
fn before_burst(messages: &[Message]) -> &[Message] {
    let burst = messages.iter().rev().take_while(|message| matches!(message.author, Author::Visitor(_))).count();
    &messages[..messages.len() - burst]
}

/// As the model sees it.
pub(crate) fn history(messages: &[Message]) -> Vec<Line> {
    let lines: Vec<Line> = messages.iter().filter_map(Line::of).collect();
    lines[lines.len().saturating_sub(LINES)..].to_vec()
}
