//! Learning from people: what a visitor's thumb, an agent's answer and a handover say about what the bot should have done.
//! Nothing is learnt by itself: each proposes a case that an admin looks at, or a text that an agent may take.

use chat::{Audience, Author, ConversationId, Message, WorkspaceId, message};
use knowledge::{
    case::{self, Expect, New, Origin, Said, State},
    redact,
};

use crate::{Bot, Result, Turn, speech};

/// Messages that are read back.
const READ: i64 = 60;
/// Lines of history that go with a case.
const LINES: usize = 6;
/// The longest fact that is proposed, in characters.
const FACT: usize = 200;

/// What an agent answered, as a draft of knowledge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lesson {
    /// Without greetings and small talk.
    pub answer: String,
    /// The first message of it.
    pub seq: i64,
}

impl Bot {
    /// Proposes a case for an answer that a visitor called unhelpful: as it is, it should not be given.
    pub(crate) async fn learn_from_thumb(&self, workspace: WorkspaceId, conversation: ConversationId, seq: i64) -> Result<()> {
        let Ok(turn) = self.turn_of(workspace, conversation, seq).await else { return Ok(()) };
        if turn.outcome.as_deref() == Some("answer") {
            self.propose(workspace, conversation, &turn, Expect::Refuse, String::new(), Origin::Thumb).await?;
        }
        Ok(())
    }

    /// Proposes cases from a conversation that people have resolved: the question they answered, and the wish for a person.
    ///
    /// # Errors
    /// The record's, or knowledge's.
    pub async fn learn(&self, workspace: WorkspaceId, conversation: ConversationId) -> Result<()> {
        let mut turns = self.turns(workspace, conversation, 12).await?;
        turns.sort_by_key(|turn| std::cmp::Reverse((turn.asked_seq, turn.created_at)));
        let Some(at) = turns.iter().position(|turn| turn.outcome.as_deref() == Some("handover")) else { return Ok(()) };
        let handover = &turns[at];
        if matches!(handover.rule.as_str(), "wish" | "handover_rule" | "forbidden_topic") {
            self.propose(workspace, conversation, handover, Expect::HandOver, String::new(), Origin::Handover).await?;
        }
        let Some(asked) = turns[at..].iter().find(|turn| is_question(turn)) else { return Ok(()) };
        let Some(lesson) = self.lesson(workspace, conversation, handover.asked_seq).await? else { return Ok(()) };
        let (expect, target) = self.correction(workspace, &lesson.answer, &asked.trace.locale).await?;
        self.propose(workspace, conversation, asked, expect, target, Origin::Correction).await
    }

    /// What an agent answered after a message of the visitor: the longest thing they said, before the visitor asked something
    /// else of somebody else.
    ///
    /// # Errors
    /// The record's.
    pub async fn lesson(&self, workspace: WorkspaceId, conversation: ConversationId, seq: i64) -> Result<Option<Lesson>> {
        let messages = message::after(self.chat().store(), workspace, conversation, Audience::All, seq, READ).await?;
        let before_bot = messages.iter().skip_while(|m| !is_agent(m)).take_while(|message| message.author != Author::Bot);
        let said =
            before_bot.filter(|message| is_agent(message)).map(|message| Lesson { answer: essence(&message.body), seq: message.seq });
        Ok(said
            .filter(|lesson| !lesson.answer.is_empty())
            .max_by_key(|lesson| (lesson.answer.chars().count(), std::cmp::Reverse(lesson.seq))))
    }

    /// What must come of a question that an agent answered so: the document that says the same, or the first thing they said.
    async fn correction(&self, workspace: WorkspaceId, answer: &str, locale: &str) -> Result<(Expect, String)> {
        let query = knowledge::Query {
            text: answer.chars().take(500).collect(),
            // Cases are asked by anybody.
            reader: knowledge::Reader::Anyone,
            libraries: None,
            limit: 3,
            locale: locale.to_owned(),
        };
        let found = self.inner.knowledge.search(workspace, &query).await?;
        let first = || knowledge::sentence::sentences(answer).first().map_or("", |sentence| sentence.trim()).to_owned();
        Ok(match found.hits.into_iter().find(|hit| hit.kept) {
            Some(hit) => (Expect::Cite, hit.passage.document.text()),
            None => (Expect::Fact, first().chars().take(FACT).collect()),
        })
    }

    async fn propose(
        &self,
        workspace: WorkspaceId,
        conversation: ConversationId,
        turn: &Turn,
        expect: Expect,
        target: String,
        origin: Origin,
    ) -> Result<()> {
        let before = message::before(self.chat().store(), workspace, conversation, Audience::All, turn.asked_seq, READ).await?;
        let mut history: Vec<Said> = before.iter().filter_map(said).collect();
        history.drain(..history.len().saturating_sub(LINES));
        let leans = speech::leans(&turn.trace.question) || !turn.trace.query.is_empty() && turn.trace.query != turn.trace.question;
        let new = New {
            question: redact::without(&turn.trace.question),
            // A question that stands by itself is a better case without what was said before.
            history: if leans { history } else { Vec::new() },
            locale: turn.trace.locale.clone(),
            expect,
            target,
            state: State::Proposed,
            origin,
            place: Some((conversation, turn.asked_seq)),
        };
        match case::add(self.chat(), workspace, new).await {
            // No words, or too many cases: nothing to propose.
            Err(knowledge::Error::Invalid(_)) | Ok(_) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

fn is_question(turn: &Turn) -> bool {
    let text = turn.trace.question.as_str();
    !text.is_empty() && speech::talk(text).is_none() && !speech::wants_person(text) && !speech::unhelpful(text)
}

fn is_agent(message: &Message) -> bool {
    matches!(message.author, Author::Agent(_))
}

fn said(message: &Message) -> Option<Said> {
    let who = match message.author {
        Author::Visitor(_) => "visitor",
        Author::Bot => "bot",
        Author::Agent(_) => "agent",
        Author::System => return None,
    };
    // A case outlives its conversation: nothing in it says who somebody is.
    let text = if message.author == Author::Bot { message.body.clone() } else { redact::without(&message.body) };
    Some(Said { who: who.into(), text })
}

/// What of a message answers: without greetings, thanks and goodbyes.
fn essence(body: &str) -> String {
    let is_talk = |sentence: &str| {
        let bare = sentence.trim().trim_end_matches(['!', '.', ',', '！', '。', '，', '~', '～', ' ']);
        // "Hello Ann," greets by name.
        let greets =
            bare.split([' ', ',', '，']).next().is_some_and(|first| first.contains(char::is_alphanumeric) && speech::talk(first).is_some());
        let says = bare.contains(char::is_alphanumeric);
        says && (speech::talk(bare).is_some() || (greets && bare.split_whitespace().count() <= 3 && bare.chars().count() <= 24))
    };
    let kept: String = knowledge::sentence::sentences(body).into_iter().filter(|sentence| !is_talk(sentence)).collect();
    kept.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::essence;

    #[test]
    fn politeness_is_no_knowledge() {
        for (body, expected) in [
            ("Hello Ann! We ship to the Faroe Islands in nine days. Bye!", "We ship to the Faroe Islands in nine days."),
            ("您好！可以寄到法罗群岛，大约九天。谢谢！", "可以寄到法罗群岛，大约九天。"),
            ("Thanks!", ""),
            ("Open **Billing**.\n\n- Click Cancel.\n- Confirm.", "Open **Billing**.\n\n- Click Cancel.\n- Confirm."),
        ] {
            assert_eq!(essence(body), expected, "{body}");
        }
    }
}
