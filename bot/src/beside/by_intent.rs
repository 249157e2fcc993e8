//! Bot and people compared by what visitors wanted: the intents of today, told anew from what was asked.

use std::collections::BTreeMap;

use chat::{AgentId, ConversationId, WorkspaceId};
use serde::Serialize;

use super::{
    agreement::said,
    pair::{self, Pair},
    reason::Why,
    score::Score,
};
use crate::{Bot, Error, Result, Rule, Settings, Then, When, intent::Intents};

/// A question on which bot and people did not agree, for reading.
#[derive(Clone, Debug, Serialize)]
pub struct Disagreement {
    /// Where.
    pub conversation: ConversationId,
    /// What was asked, up to this message.
    pub asked: i64,
    /// The person's first answer.
    pub reply: i64,
    /// What was asked.
    pub question: String,
    /// What the bot would have said; Markdown.
    pub bot: String,
    /// What people said; Markdown.
    pub people: String,
    /// Why the two are not the same.
    #[serde(flatten)]
    pub why: Why,
    /// Of the words, 0 to 1.
    pub likeness: f64,
    /// Unix milliseconds.
    pub at: i64,
}

impl Bot {
    /// How far bot and people agreed on questions of `from..to`, unix milliseconds, by intent: those with the most questions first,
    /// what has no intent last.
    ///
    /// # Errors
    /// The record's.
    pub async fn scores(&self, workspace: WorkspaceId, from: i64, to: i64) -> Result<Vec<Score>> {
        let settings = Settings::get(self.chat(), workspace).await?;
        let intents = self.intents(&settings).await;
        let mut found: BTreeMap<Option<String>, Score> =
            settings.intents.iter().map(|intent| (Some(intent.name.clone()), Score::default())).collect();
        for pair in pair::list(self.chat().store(), workspace, from, to).await? {
            let score = found.entry(intents.name(&pair.question)).or_default();
            score.questions += 1;
            score.answered += i64::from(pair.is_answer());
            score.same += i64::from(pair.is_same());
        }
        let mut scores: Vec<Score> = found
            .into_iter()
            .map(|(intent, score)| Score { let_by: intent.as_deref().and_then(|name| leave(&settings, name)), intent, ..score })
            .collect();
        scores.sort_by_key(|score| (score.intent.is_none(), std::cmp::Reverse(score.questions)));
        Ok(scores)
    }

    /// The questions about an intent (`None`: about anything else) on which they did not agree, newest first.
    ///
    /// # Errors
    /// The record's.
    pub async fn disagreements(
        &self,
        workspace: WorkspaceId,
        from: i64,
        to: i64,
        intent: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Disagreement>> {
        let settings = Settings::get(self.chat(), workspace).await?;
        let intents = self.intents(&settings).await;
        let about = |pair: &Pair, intents: &Intents| intents.name(&pair.question).as_deref() == intent;
        let pairs = pair::list(self.chat().store(), workspace, from, to).await?;
        let mut found = Vec::new();
        for pair in pairs.into_iter().filter(|pair| !pair.is_same() && about(pair, &intents)).take(limit) {
            let people = said(self.chat(), workspace, pair.conversation, pair.reply).await?;
            let why = match pair.is_answer() {
                false => Why::Unanswered,
                true if pair.judged == Some(false) => Why::Judged,
                true => Why::of(&pair.body, &people),
            };
            found.push(Disagreement {
                conversation: pair.conversation,
                asked: pair.asked,
                reply: pair.reply,
                question: pair.question,
                bot: pair.body,
                people,
                why,
                likeness: pair.likeness,
                at: pair.at,
            });
        }
        Ok(found)
    }

    /// Notes what a person found who has read what both said: it counts before the words.
    ///
    /// # Errors
    /// [`Error::NotFound`] when nothing was compared there.
    pub async fn judge(&self, workspace: WorkspaceId, id: ConversationId, asked: i64, same: bool, by: AgentId) -> Result<()> {
        let done = sqlx::query(
            "UPDATE beside SET judged = $4, judged_by = $5
              WHERE workspace_id = $1 AND conversation_id = $2 AND asked_seq = $3 AND agreement IS NOT NULL",
        )
        .bind(workspace.text())
        .bind(id.text())
        .bind(asked)
        .bind(i64::from(same))
        .bind(by.text())
        .execute(self.chat().store().write())
        .await?;
        if done.rows_affected() == 0 { Err(Error::NotFound) } else { Ok(()) }
    }
}

impl Settings {
    /// Lets the bot answer an intent itself while it drafts or answers silently: a rule after all others, so that they still count.
    pub fn let_speak(&mut self, intent: &str) {
        if leave(self, intent).is_none() {
            let when = When { intent: intent.to_owned(), ..When::default() };
            self.rules.push(Rule { name: intent.to_owned(), when, then: Then::Speak, ..Rule::default() });
        }
    }

    /// Takes that back.
    pub fn silence(&mut self, intent: &str) {
        self.rules.retain(|rule| !is_leave(rule, intent));
    }
}

/// The name of the rule that lets the bot answer an intent, and asks for nothing else.
fn leave(settings: &Settings, intent: &str) -> Option<String> {
    settings.rules.iter().find(|rule| is_leave(rule, intent)).map(|rule| rule.name.clone())
}

fn is_leave(rule: &Rule, intent: &str) -> bool {
    rule.then == Then::Speak && rule.keywords.is_empty() && rule.when == When { intent: intent.to_owned(), ..When::default() }
}
