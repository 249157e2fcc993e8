//! Help for agents while they write: a reply from the same search, a summary, and, with a model, other words.

use chat::{Audience, Author, Citation, ConversationId, Fault, Message, WorkspaceId, conversation, message};

use crate::{
    Bot, Error, Result,
    model::{Limits, Task},
    prompt::{self, Line},
    replay::history,
    think::{Asker, Errand, Question},
    turn::{attributes, proven, summary},
    verdict::Signals,
    words,
};

/// Messages that are read back.
const READ: i64 = 60;
/// The longest text in other words, in characters.
const LONGEST: usize = 8_000;

/// A reply that an agent may send.
#[derive(Clone, Debug, PartialEq)]
pub struct Suggestion {
    /// Markdown, without the marks of its sources.
    pub body: String,
    /// What it rests on.
    pub citations: Vec<Citation>,
    /// Quoted from the sources; no model wrote it.
    pub extract: bool,
}

/// What can be done to the words of a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rewrite {
    /// Fewer words.
    Shorter,
    /// A kinder tone.
    Friendlier,
    /// Into the language of the conversation.
    Translate,
}

impl Rewrite {
    /// From a form.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "shorter" => Some(Self::Shorter),
            "friendlier" => Some(Self::Friendlier),
            "translate" => Some(Self::Translate),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Shorter => "shorter",
            Self::Friendlier => "friendlier",
            Self::Translate => "translate",
        }
    }
}

impl Bot {
    /// A reply to what the visitor asked last, from what this visitor may know; `None` when knowledge does not answer it. It is to
    /// be sent: what the staff alone may read stands beside the conversation, and in no suggestion.
    ///
    /// # Errors
    /// The record's, or knowledge's.
    pub async fn suggest(&self, workspace: WorkspaceId, id: ConversationId) -> Result<Option<Suggestion>> {
        let store = self.chat().store();
        let it = conversation::find(store, workspace, id).await?;
        let messages = message::before(store, workspace, id, Audience::All, i64::MAX, READ).await?;
        let messages: Vec<Message> = messages.into_iter().filter(Message::stands).collect();
        let Some(last) = messages.iter().rposition(|message| matches!(message.author, Author::Visitor(_))) else { return Ok(None) };
        let first = messages[..last].iter().rposition(|message| !matches!(message.author, Author::Visitor(_))).map_or(0, |at| at + 1);
        let asked: Vec<&str> = messages[first..=last].iter().map(|message| message.body.trim()).collect();
        let text = asked.join("\n");
        let said = messages[first..=last].iter();
        let identity = proven(self, &it, said, None).await?;
        let known = Signals { attributes: identity.as_ref().map(attributes).unwrap_or_default(), ..Signals::default() };
        let asker = Asker::of_inbox(self.chat(), workspace, it.inbox).await?.proven_by(&known);
        let question = Question {
            asker,
            locale: words::language(&text, &it.locale),
            text,
            history: history(&messages[..first]),
            ..Question::default()
        };
        let errand = Errand::default();
        let mut mind = self.mind(workspace, &errand).await?;
        mind.policy.enabled = true;
        let asked = self.ask_with(&mind, &errand, &question, Signals::default()).await;
        let answers = asked.verdict.name() == "answer";
        Ok(answers.then(|| Suggestion { body: plain(&asked.answer), citations: asked.citations, extract: asked.extract }))
    }

    /// What a conversation is about, what was tried and what is open, in the language of whoever reads it.
    ///
    /// # Errors
    /// The record's.
    pub async fn summary(&self, workspace: WorkspaceId, id: ConversationId, locale: &str) -> Result<String> {
        let store = self.chat().store();
        let it = conversation::find(store, workspace, id).await?;
        let messages = message::before(store, workspace, id, Audience::All, i64::MAX, READ).await?;
        let lines: Vec<Line> = messages.iter().filter_map(Line::of).collect();
        let turns = self.turns(workspace, id, 12).await?;
        let errand = Errand::default();
        let mind = self.mind(workspace, &errand).await?;
        let written = if lines.len() > 1 { summary::written(&mind, &lines, locale, self).await } else { None };
        self.note_usage(workspace, None, &errand.ledger.calls()).await;
        Ok(written.unwrap_or_else(|| summary::composed(&lines, &turns, &it, locale)))
    }

    /// Whether there is a model that can put a reply in other words.
    ///
    /// # Errors
    /// The record's.
    pub async fn can_rewrite(&self, workspace: WorkspaceId) -> Result<bool> {
        Ok(self.mind(workspace, &Errand::default()).await?.models.any(Task::Copilot))
    }

    /// A reply in other words; `language` is the tag of the one to translate into.
    ///
    /// # Errors
    /// [`Error::Invalid`] when no model is configured, or it did not answer.
    pub async fn rewrite(&self, workspace: WorkspaceId, how: Rewrite, text: &str, language: &str) -> Result<String> {
        let errand = Errand::default();
        let mind = self.mind(workspace, &errand).await?;
        if !mind.models.any(Task::Copilot) {
            return Err(Error::Invalid(Fault::of("fault-no-model")));
        }
        let prompt = prompt::rewrite(how.name(), text, language)?;
        let limits = Limits { chars: LONGEST, ..self.limits() };
        let written = mind.models.complete(Task::Copilot, prompt, limits).await;
        self.note_usage(workspace, None, &errand.ledger.calls()).await;
        let written = written.map_err(|failure| Error::Invalid(Fault::of("fault-rewrite").with("why", failure.name())))?;
        Ok(written.trim().to_owned())
    }
}

/// A text without the marks of its sources: an agent's reply has none.
pub fn plain(body: &str) -> String {
    let mut kept = String::with_capacity(body.len());
    let mut rest = body;
    while let Some(open) = rest.find('[') {
        let (before, tail) = rest.split_at(open);
        let number = tail[1..].split(']').next().unwrap_or_default();
        let is_mark = !number.is_empty() && number.len() < 4 && number.bytes().all(|b| b.is_ascii_digit()) && tail[1..].contains(']');
        if is_mark {
            kept.push_str(before.trim_end_matches(' '));
            rest = &tail[number.len() + 2..];
        } else {
            kept.push_str(before);
            kept.push('[');
            rest = &tail[1..];
        }
    }
    kept.push_str(rest);
    kept.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn marks_of_sources_are_taken_out_and_nothing_else() {
        for (body, expected) in [
            ("It takes five days. [1] It goes to your card. [2][3]", "It takes five days. It goes to your card."),
            ("退款需要五天。[1]", "退款需要五天。"),
            ("See [the page](https://a.example) [1].", "See [the page](https://a.example)."),
            ("Press [ and then ].", "Press [ and then ]."),
            ("- one [1]\n- two [2]", "- one\n- two"),
        ] {
            assert_eq!(plain(body), expected);
        }
    }
}
