//! What the visitor said since the last answer, and what can be told from it before anybody looks into knowledge.

use std::{collections::BTreeMap, sync::Arc};

use chat::{
    Audience, Author, Button, Message, ToolCallId,
    conversation::Conversation,
    visitor::{self, Identity},
};
use serde_json::Value;

use super::failed;
use crate::{
    Bot, Error, Result, Turn,
    prompt::Line,
    speech,
    think::{Asker, Mind, Question, not_meant},
    tool::{self, Row, Status, value_of_button},
    trace,
    verdict::Signals,
    words,
};

/// Messages that are read back, notes among them counted.
const READ: i64 = 40;
/// Turns that are read back.
const TURNS: i64 = 12;
/// Lines of the history that a model sees.
const LINES: usize = 12;

/// A turn's question and first signals.
pub(crate) struct Heard {
    pub question: Question,
    pub signals: Signals,
    /// The turns before, newest first.
    pub turns: Vec<Turn>,
    /// Everything that was said, the question included, oldest first.
    pub lines: Vec<Line>,
    pub conversation: Conversation,
    /// A call that was decided, for the bot to go on with.
    pub decided: Option<Row>,
    /// Who the visitor is proven to be.
    pub identity: Option<Identity>,
}

/// What the record says of a conversation before anybody thinks about it.
pub(crate) struct Told {
    messages: Vec<Message>,
    /// Newest first.
    turns: Vec<Turn>,
    online: bool,
    asker: Asker,
}

impl Told {
    pub(crate) async fn of(bot: &Bot, conversation: &Conversation) -> Result<Self> {
        let (store, workspace) = (bot.chat().store(), conversation.workspace);
        let asked = conversation.asked_seq;
        let (messages, turns, online, asker) = tokio::try_join!(
            async { Ok::<_, Error>(bot.chat().after(conversation, Audience::All, (asked - READ).max(0), READ).await?) },
            async { trace::of_conversation(store, workspace, conversation.id, TURNS).await },
            async { Ok(bot.inner.desk.online(workspace).await?) },
            Asker::of_inbox(bot.chat(), workspace, conversation.inbox),
        )?;
        let messages = messages.into_iter().filter(|message| message.seq <= asked).map(Arc::unwrap_or_clone).collect();
        Ok(Self { messages, turns, online, asker })
    }
}

/// The visitor's messages of one burst.
struct Burst<'a> {
    parts: Vec<&'a Message>,
    offers: &'a [Button],
}

impl Heard {
    /// For a turn: what was decided about a call is noted, and gone on with.
    pub(super) async fn of(bot: &Bot, (conversation, told): (&Conversation, Told), mind: &Mind, broken: bool) -> Result<Self> {
        Self::listened(bot, (conversation, told), mind, broken, true).await
    }

    /// Beside people: what was said since anybody answered. Nothing is decided and nothing is done.
    pub(crate) async fn beside(bot: &Bot, (conversation, told): (&Conversation, Told), mind: &Mind) -> Result<Self> {
        Self::listened(bot, (conversation, told), mind, false, false).await
    }

    async fn listened(bot: &Bot, (conversation, told): (&Conversation, Told), mind: &Mind, broken: bool, speaks: bool) -> Result<Self> {
        let Told { messages, turns, online, asker } = told;
        let messages: Vec<Message> = messages.into_iter().filter(Message::stands).collect();
        let said_last = || messages.iter().rfind(|message| !matches!(message.author, Author::Visitor(_))).map_or(0, |message| message.seq);
        let answered = if speaks { conversation.answered_seq } else { said_last() };
        let is_new = |message: &Message| message.seq > answered;
        let decided = match speaks {
            true => decided(bot, conversation, messages.iter().filter(|message| is_new(message))).await?,
            false => None,
        };
        let identity = proven(bot, conversation, messages.iter().filter(|message| is_new(message)), decided.as_ref()).await?;
        // A decision is nothing that anybody asks.
        let messages: Vec<Message> = messages.into_iter().filter(|message| decision(message).is_none()).collect();
        let is_part = |message: &&Message| is_new(message) && matches!(message.author, Author::Visitor(_));
        let (parts, earlier): (Vec<&Message>, Vec<&Message>) = messages.iter().partition(is_part);
        let last = earlier.iter().rev().find(|message| message.author == Author::Bot);
        let burst = Burst { offers: last.map_or(&[], |message| &message.extra.buttons), parts };
        let mut text = burst.question();
        if let Some(row) = &decided {
            text = if text.is_empty() { row.question.clone() } else { format!("{}\n{text}", row.question) };
        }
        let history: Vec<Line> = earlier.iter().filter_map(|message| Line::of(message)).collect();
        let history = history[history.len().saturating_sub(LINES)..].to_vec();
        let cited = last.map(|message| message.extra.citations.iter().filter_map(|c| c.passage.map(|id| id.text())).collect());
        // The newest of all is this one, which runs.
        let asks_which = |turn: &&Turn| turn.rule == "passages_disagree" && !turn.trace.question.is_empty();
        let which = turns.iter().find(|turn| turn.outcome.is_some()).filter(asks_which);
        let rejected = which.and_then(|turn| not_meant(&turn.trace.alternatives, &text));
        // What was said names one of two: the question is still the one before.
        let text = which.filter(|_| rejected.is_some()).map_or(text, |turn| turn.trace.question.clone());
        let unhelpful = burst.parts.iter().any(|part| speech::unhelpful(&part.body));
        let signals = Signals {
            wish: burst.wish(),
            forbidden: mind.settings.forbids(&text),
            talk: burst.talk(),
            unhelpful: unhelpful && burst.questions().is_empty(),
            failed: failed::in_a_row(&turns, unhelpful),
            broken,
            asked_which: which.is_some(),
            online,
            page: conversation.page_url.clone(),
            inbox: Some(conversation.inbox),
            attributes: identity.as_ref().map(attributes).unwrap_or_default(),
            ..mind.measured(&text)
        };
        let locale = words::language(&text, &conversation.locale);
        let (cited, rejected, asker) = (cited.unwrap_or_default(), rejected.unwrap_or_default(), asker.proven_by(&signals));
        let question = Question { text, locale, history, cited, rejected, asker };
        let lines = messages.iter().filter_map(Line::of).collect();
        Ok(Self { question, signals, turns, lines, conversation: conversation.clone(), decided, identity })
    }
}

/// What is verified about the visitor, as rules read it: flat names and texts, and always who they are.
pub(crate) fn attributes(identity: &Identity) -> BTreeMap<String, String> {
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    };
    let who = [("sub".to_owned(), identity.subject.clone())];
    who.into_iter().chain(identity.claims.iter().filter_map(|(name, value)| Some((name.clone(), text(value)?)))).collect()
}

/// The call a message decides, and how, if it is the visitor's to say.
fn decision(message: &Message) -> Option<(ToolCallId, Option<bool>)> {
    match message.author {
        Author::System => message.extra.call.map(|id| (id, None)),
        // A code that was written: what it came to stands with the call.
        Author::Visitor(_) if message.extra.call.is_some() => message.extra.call.map(|id| (id, None)),
        Author::Visitor(_) => message.extra.button.as_deref().and_then(value_of_button).map(|(id, yes)| (id, Some(yes))),
        _ => None,
    }
}

/// The last call that was decided since the last answer.
async fn decided<'a>(bot: &Bot, of: &Conversation, new: impl Iterator<Item = &'a Message>) -> Result<Option<Row>> {
    let mut last = None;
    for (id, yes) in new.filter_map(decision) {
        let Some(row) = tool::find_call(bot.chat(), of.workspace, of.id, id).await? else { continue };
        if let Some(yes) = yes.filter(|_| row.status == Status::Visitor) {
            tool::decided_by_visitor(bot.chat(), of.workspace, &row, yes).await?;
        }
        last = tool::find_call(bot.chat(), of.workspace, of.id, id).await?;
    }
    Ok(last)
}

/// Who the visitor is, if all that is new was written with that identity, which still holds.
pub(crate) async fn proven<'a>(
    bot: &Bot,
    of: &Conversation,
    new: impl Iterator<Item = &'a Message>,
    decided: Option<&Row>,
) -> Result<Option<Identity>> {
    let said = new.filter(|message| matches!(message.author, Author::Visitor(_))).map(|message| message.extra.subject.as_deref());
    let mut subjects = said.chain(decided.map(|row| row.subject.as_deref()));
    // Most visitors are nobody in particular: the record is asked about the others only.
    let Some(Some(own)) = subjects.next() else { return Ok(None) };
    if !subjects.all(|subject| subject == Some(own)) {
        return Ok(None);
    }
    let identity = visitor::identity(bot.chat().store(), of.workspace, of.visitor, bot.chat().now()).await?;
    Ok(identity.filter(|identity| identity.subject == own))
}

impl Burst<'_> {
    /// The parts that are more than small talk.
    fn questions(&self) -> Vec<&str> {
        let asks = |part: &&&Message| pressed(part) || (speech::talk(&part.body).is_none() && !speech::unhelpful(&part.body));
        self.parts.iter().filter(asks).map(|part| part.body.trim()).collect()
    }

    /// The question, a burst as one; a yes to the one question that was offered is that question.
    fn question(&self) -> String {
        if let Some(offered) = self.accepted().filter(|offered| offered.wish.is_none()) {
            return offered.label.clone();
        }
        let questions = self.questions();
        let all = || self.parts.iter().map(|part| part.body.trim()).collect();
        let parts: Vec<&str> = if questions.is_empty() { all() } else { questions };
        parts.join("\n")
    }

    /// The offer that a plain yes accepts, if there was one only.
    fn accepted(&self) -> Option<&Button> {
        let [part] = self.parts.as_slice() else { return None };
        if part.extra.button.is_some() || !speech::affirms(&part.body) {
            return None;
        }
        match self.offers {
            [only] => Some(only),
            [question, person] if question.wish.is_none() && person.wish.is_some() => Some(question),
            _ => None,
        }
    }

    fn wish(&self) -> bool {
        let says = |part: &&&Message| part.extra.wish.as_deref() == Some("person") || (!pressed(part) && speech::wants_person(&part.body));
        let accepts = self.accepted().is_some_and(|offered| offered.wish.is_some());
        accepts || self.parts.iter().any(|part| says(&part))
    }

    fn talk(&self) -> Option<speech::Talk> {
        if !self.questions().is_empty() || self.accepted().is_some() {
            return None;
        }
        self.parts.iter().rev().find_map(|part| speech::talk(&part.body))
    }
}

/// A question that was offered and pressed: its words are ours.
fn pressed(message: &Message) -> bool {
    message.extra.button.as_deref() == Some("question")
}
