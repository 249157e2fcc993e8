//! A question outside of any conversation: for the command line, the playground, test sets and replays. Writes nothing.

use chat::{Button, Citation, VisitorId, WorkspaceId, locale_of};
use knowledge::{Found, Reader};
use serde::Serialize;

use crate::{
    Bot, Result, Trace, Verdict, speech,
    think::{Asker, Errand, Mind, Question},
    verdict::Signals,
    words,
};

/// What the bot would do, and why.
#[derive(Clone, Debug, Serialize)]
pub struct Asked {
    /// What it would do.
    pub verdict: Verdict,
    /// The rule that decided.
    pub rule: &'static str,
    /// What the visitor would read, as Markdown.
    pub answer: String,
    /// Its sources.
    pub citations: Vec<Citation>,
    /// The quick replies beneath it.
    pub buttons: Vec<Button>,
    /// Quoted from the sources; no model wrote it.
    pub extract: bool,
    /// What was found, kept and rejected.
    pub found: Found,
    /// Everything that was measured.
    pub trace: Trace,
}

impl Bot {
    /// Answers a question as the first of a conversation, with the knowledge and the settings of this moment.
    ///
    /// # Errors
    /// The record's, or knowledge's.
    pub async fn ask(&self, workspace: WorkspaceId, question: &str, locale: &str) -> Result<Asked> {
        self.ask_as(workspace, question, locale, Asker::default()).await
    }

    /// The same as somebody, or as if it was asked in an inbox.
    ///
    /// # Errors
    /// As [`Bot::ask`].
    pub async fn ask_as(&self, workspace: WorkspaceId, question: &str, locale: &str, asker: Asker) -> Result<Asked> {
        let errand = Errand::default();
        let mut mind = self.mind(workspace, &errand).await?;
        // Whoever speaks to visitors: here the bot is asked.
        mind.policy.enabled = mind.settings.enabled;
        let text = question.trim().to_owned();
        let question = Question { locale: words::language(&text, locale_of(locale)), text, asker, ..Question::default() };
        let mut signals = self.signals(&mind, &question).await?;
        if let Reader::Proven(known) = &question.asker.reader {
            signals.attributes.clone_from(known);
        }
        Ok(self.ask_with(&mind, &errand, &question, signals).await)
    }

    /// What can be told from the words of a question alone.
    pub(crate) async fn signals(&self, mind: &Mind, question: &Question) -> Result<Signals> {
        let text = question.text.as_str();
        Ok(Signals {
            wish: speech::wants_person(text),
            forbidden: mind.settings.forbids(text),
            talk: speech::talk(text),
            unhelpful: speech::unhelpful(text),
            online: self.inner.desk.online(mind.workspace).await?,
            ..mind.measured(text)
        })
    }

    /// Thinks, and says nothing to anybody.
    pub(crate) async fn ask_with(&self, mind: &Mind, errand: &Errand, question: &Question, signals: Signals) -> Asked {
        self.ask_for(mind, errand, question, signals, None).await
    }

    /// The same, on a visitor's account.
    pub(crate) async fn ask_for(
        &self,
        mind: &Mind,
        errand: &Errand,
        question: &Question,
        signals: Signals,
        visitor: Option<VisitorId>,
    ) -> Asked {
        let mut trace = Trace {
            question: question.text.clone(),
            locale: question.locale.to_owned(),
            failed: signals.failed,
            release: mind.release,
            ..Trace::default()
        };
        let began = tokio::time::Instant::now();
        let thought = self.think(mind, question, signals, &mut trace, &mut |_| {}).await;
        trace.times.total_ms = crate::trace::Times::since(began);
        let reply = thought.reply(question, &mind.settings);
        trace.account(&errand.ledger);
        self.note_usage(mind.workspace, visitor, &trace.calls).await;
        Asked {
            verdict: thought.verdict,
            rule: thought.verdict.rule,
            answer: reply.body,
            citations: reply.extra.citations,
            buttons: reply.extra.buttons,
            extract: reply.extra.extract,
            found: thought.found,
            trace,
        }
    }
}
