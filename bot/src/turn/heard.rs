//! What the visitor said since the last answer, and what can be told from it before anybody looks into knowledge.

use chat::{Audience, Author, Button, Message, conversation::Conversation, message};

use super::failed;
use crate::{
    Bot, Result, Turn,
    prompt::Line,
    speech,
    think::{Mind, Question, not_meant},
    trace,
    verdict::Signals,
    words,
};

/// Messages that are read back.
const READ: i64 = 40;
/// Turns that are read back.
const TURNS: i64 = 12;
/// Lines of the history that a model sees.
const LINES: usize = 12;

/// A turn's question and first signals.
pub(super) struct Heard {
    pub question: Question,
    pub signals: Signals,
    /// The turns before, newest first.
    pub turns: Vec<Turn>,
    /// Everything that was said, the question included, oldest first.
    pub lines: Vec<Line>,
    pub conversation: Conversation,
}

/// The visitor's messages of one burst.
struct Burst<'a> {
    parts: Vec<&'a Message>,
    offers: &'a [Button],
}

impl Heard {
    pub(super) async fn of(bot: &Bot, conversation: &Conversation, mind: &Mind, broken: bool) -> Result<Self> {
        let (store, workspace) = (bot.chat().store(), conversation.workspace);
        let before = conversation.asked_seq.saturating_add(1);
        let messages = message::before(store, workspace, conversation.id, Audience::All, before, READ).await?;
        let turns = trace::of_conversation(store, workspace, conversation.id, TURNS).await?;
        let online = bot.inner.desk.online(workspace).await?;
        let is_part = |message: &&Message| message.seq > conversation.answered_seq && matches!(message.author, Author::Visitor(_));
        let (parts, earlier): (Vec<&Message>, Vec<&Message>) = messages.iter().partition(is_part);
        let last = earlier.iter().rev().find(|message| message.author == Author::Bot);
        let burst = Burst { offers: last.map_or(&[], |message| &message.extra.buttons), parts };
        let text = burst.question();
        let history: Vec<Line> = earlier.iter().filter_map(|message| Line::of(message)).collect();
        let history = history[history.len().saturating_sub(LINES)..].to_vec();
        let cited = last.map(|message| message.extra.citations.iter().filter_map(|c| c.passage.map(|id| id.text())).collect());
        let which = turns.first().filter(|turn| turn.rule == "passages_disagree");
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
            ..mind.measured(&text)
        };
        let locale = words::language(&text, &conversation.locale);
        let question = Question { text, locale, history, cited: cited.unwrap_or_default(), rejected: rejected.unwrap_or_default() };
        let lines = messages.iter().filter_map(Line::of).collect();
        Ok(Self { question, signals, turns, lines, conversation: conversation.clone() })
    }
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
