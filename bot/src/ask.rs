//! A question outside of any conversation: for the command line and the playground. Writes nothing.

use chat::{Button, Citation, WorkspaceId, locale_of};
use knowledge::Found;
use serde::Serialize;

use crate::{
    Bot, Result, Trace, Verdict, speech,
    think::{Errand, Question},
    verdict::{Model, Signals},
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
    /// Answers a question as the first of a conversation.
    ///
    /// # Errors
    /// The record's, or knowledge's.
    pub async fn ask(&self, workspace: WorkspaceId, question: &str, locale: &str) -> Result<Asked> {
        let errand = Errand::default();
        let mind = self.mind(workspace, &errand).await?;
        let text = question.trim().to_owned();
        let question = Question { locale: words::language(&text, locale_of(locale)), text, ..Question::default() };
        let signals = Signals {
            wish: speech::wants_person(&question.text),
            rule: mind.settings.rule_for(&question.text).map(|rule| rule.name.clone()),
            forbidden: mind.settings.forbids(&question.text),
            talk: speech::talk(&question.text),
            unhelpful: speech::unhelpful(&question.text),
            failed: 0,
            kept: 0,
            best: 0.0,
            broken: false,
            model: Model::Absent,
            online: self.inner.desk.online(workspace).await?,
        };
        let mut trace = Trace { question: question.text.clone(), locale: question.locale.to_owned(), ..Trace::default() };
        let began = tokio::time::Instant::now();
        let thought = self.think(&mind, &question, signals, &mut trace, &mut |_| {}).await;
        trace.times.total_ms = crate::trace::Times::since(began);
        trace.account(&errand.ledger);
        self.note_usage(workspace, None, &trace.calls).await;
        let reply = thought.reply(&question, &mind.settings);
        Ok(Asked {
            verdict: thought.verdict,
            rule: thought.verdict.rule,
            answer: reply.body,
            citations: reply.extra.citations,
            buttons: reply.extra.buttons,
            extract: reply.extra.extract,
            found: thought.found,
            trace,
        })
    }
}
