//! What the bot does with a turn: a pure function over measured signals. No model decides who speaks.

use std::collections::BTreeMap;

use chat::InboxId;
use knowledge::sentiment::Mood;
use serde::{Deserialize, Serialize};

use crate::{
    rules::{Rule, Then},
    speech::Talk,
};

#[cfg(test)]
mod tests;

/// In a trace: a rule lets a bot speak that otherwise drafts or answers silently.
pub(crate) const LET: &str = "let_speak";

/// What was measured about a turn.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Signals {
    /// The visitor asks for a person, by a button or in words.
    pub wish: bool,
    /// The words and phrases of rules that were found.
    pub words: Vec<String>,
    /// The intent that was told.
    pub intent: Option<String>,
    /// How the visitor feels, where it is clear.
    pub mood: Mood,
    /// The language of the message, `en`, `zh`, `de`…; empty: not told.
    pub language: String,
    /// What is verified about the visitor.
    pub attributes: BTreeMap<String, String>,
    /// The address of the page the conversation was opened on.
    pub page: String,
    /// Where the conversation entered.
    pub inbox: Option<InboxId>,
    /// A topic the bot must never answer was found.
    pub forbidden: bool,
    /// The message is small talk and nothing else.
    pub talk: Option<Talk>,
    /// The message says that the last answer did not help.
    pub unhelpful: bool,
    /// Answers in a row that failed before this turn, the last one included if it was called unhelpful.
    pub failed: u32,
    /// Passages that were kept by the search.
    pub kept: usize,
    /// The best passage's confidence, 0 to 1; 0 without passages.
    pub best: f64,
    /// Passages an answer would rest on contradict one another.
    pub disagree: bool,
    /// The visitor was asked just now which of them is meant.
    pub asked_which: bool,
    /// Search could not be used, or this question has stopped turns before.
    pub broken: bool,
    /// What the model has done so far.
    pub model: Model,
    /// A person is there.
    pub online: bool,
    /// Tools the visitor may use.
    pub tools: usize,
    /// What a tool has brought the turn to.
    pub tool: Option<ToolState>,
}

/// What a tool has brought a turn to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ToolState {
    /// The visitor must agree.
    Confirm,
    /// An agent must agree.
    Approval,
    /// The visitor must enter the code they were sent.
    Code,
    /// What they wrote was not the code.
    CodeWrong,
    /// It was wrong too often.
    CodeVoid,
    /// It came too late.
    CodeExpired,
    /// It could not be sent.
    CodeUnsent,
    /// An agent did not agree.
    Declined,
    /// The visitor did not agree.
    Cancelled,
    /// It has done something, and the model could not say more about it.
    Acted,
    /// It failed.
    Failed,
    /// It was broken off, and nobody knows what was done.
    Unknown,
    /// No agent decided in time.
    Expired,
}

/// What the model has done in this turn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Model {
    /// None is configured.
    #[default]
    Absent,
    /// It can be asked.
    Ready,
    /// It failed, or was too slow.
    Failed,
    /// It said that the passages do not answer.
    Declined,
    /// It answered without support in the passages.
    Unsupported,
    /// The budget is spent: it is not asked.
    Spent,
    /// The visitor left before it had answered: it was stopped.
    Left,
}

/// What admins set.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// From this confidence on the bot answers.
    pub answer_from: f64,
    /// A model may try from this confidence on: it reads the passages and can decline.
    pub model_from: f64,
    /// This many failed answers in a row hand over.
    pub max_failed: u32,
    /// Switched off, the bot gives everything to people.
    pub enabled: bool,
    /// It does so because it drafts or answers silently: a rule may let it speak.
    pub beside: bool,
    /// Rules of the admins; the first that holds decides.
    pub rules: Vec<Rule>,
    /// When nobody is there, the bot keeps the conversation, unless a person was asked for.
    pub stay_when_offline: bool,
}

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Let the model answer from the passages.
    Answer,
    /// Quote the passages.
    Extract,
    /// Ask back, and offer a person.
    Clarify,
    /// Give the conversation to people.
    HandOver(Cause),
    /// A friendly word, without knowledge.
    SmallTalk(Talk),
    /// Say how it stands with a tool.
    Tool(ToolState),
}

/// Why people must help.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The visitor asked for a person.
    Wish,
    /// Too many answers failed.
    Unanswered,
    /// The model failed and the passages alone do not answer.
    Model,
    /// A rule or a forbidden topic.
    Rule,
    /// A tool failed, or nobody decided about it.
    Tool,
}

/// What to do, and the rule that says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// What to do.
    pub action: Action,
    /// The rule's name, for the trace and the pages.
    pub rule: &'static str,
}

impl Signals {
    /// Whether knowledge can help: nothing else decides.
    pub fn is_question(&self, policy: &Policy) -> bool {
        let decided =
            self.wish || self.forbidden || policy.decided_by(self).is_some() || self.talk.is_some() || self.unhelpful || self.broken;
        policy.speaks(self) && !decided
    }
}

impl Signals {
    /// Whether a model or the search has failed in this turn.
    pub fn trouble(&self) -> bool {
        self.broken
            || self.model == Model::Failed
            || matches!(self.tool, Some(ToolState::Failed | ToolState::Unknown | ToolState::CodeUnsent))
    }
}

impl Policy {
    /// The rule that decides; one that lets the bot go on decides nothing, and those after it are not looked at.
    pub fn decided_by(&self, signals: &Signals) -> Option<&Rule> {
        self.first(signals).filter(|rule| !matches!(rule.then, Then::Answer | Then::Speak))
    }

    /// The rule that lets a bot speak that otherwise drafts or answers silently.
    pub fn let_by(&self, signals: &Signals) -> Option<&Rule> {
        self.first(signals).filter(|rule| rule.then == Then::Speak && self.beside && !self.enabled)
    }

    /// Whether the bot may say something itself.
    pub fn speaks(&self, signals: &Signals) -> bool {
        self.enabled || self.let_by(signals).is_some()
    }

    /// What the admins call the rule that decided, or that let the bot decide.
    pub fn named(&self, signals: &Signals, verdict: Verdict) -> Option<String> {
        let rule = match verdict.rule {
            "wish" | "forbidden_topic" => None,
            _ if verdict.is_by_rule() => self.decided_by(signals),
            _ => self.let_by(signals),
        };
        rule.map(|rule| rule.name.clone())
    }

    fn first(&self, signals: &Signals) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.holds(signals))
    }
}

impl Verdict {
    /// Whether a rule of the admins decided.
    pub fn is_by_rule(&self) -> bool {
        matches!(self.rule, "handover_rule" | "never_answer")
    }

    /// `answer`, `clarify`, `handover`, `small_talk` or `tool`: what the turn came to.
    pub fn name(&self) -> &'static str {
        match self.action {
            Action::Answer | Action::Extract => "answer",
            Action::Clarify => "clarify",
            Action::HandOver(_) => "handover",
            Action::SmallTalk(_) => "small_talk",
            Action::Tool(_) => "tool",
        }
    }
}

/// Decides. Rules are tried in the order in which they stand; the first that applies decides.
pub fn decide(signals: &Signals, policy: &Policy) -> Verdict {
    let verdict = usual(signals, policy);
    match verdict.action {
        // People are there for whatever a rule has not let the bot answer: it does not ask back in their place.
        Action::Clarify if !policy.enabled => Verdict { action: Action::HandOver(Cause::Unanswered), ..verdict },
        _ => verdict,
    }
}

fn usual(signals: &Signals, policy: &Policy) -> Verdict {
    let verdict = |action, rule| Verdict { action, rule };
    let confident = signals.kept > 0 && signals.best >= policy.answer_from;
    let plausible = signals.kept > 0 && signals.best >= policy.model_from;
    if signals.wish {
        return verdict(Action::HandOver(Cause::Wish), "wish");
    }
    if signals.forbidden {
        return verdict(Action::HandOver(Cause::Rule), "forbidden_topic");
    }
    match policy.decided_by(signals).map(|rule| rule.then) {
        Some(Then::HandOver) => return verdict(Action::HandOver(Cause::Rule), "handover_rule"),
        // A bot that is switched off, or only drafts, says nothing to anybody.
        Some(Then::Refuse) if policy.enabled => return verdict(Action::Clarify, "never_answer"),
        Some(Then::Refuse | Then::Answer | Then::Speak) | None => {}
    }
    if !policy.speaks(signals) {
        return verdict(Action::HandOver(Cause::Rule), "switched_off");
    }
    if let Some(state) = signals.tool {
        return of_tool(signals, policy, state);
    }
    if let Some(talk) = signals.talk {
        return verdict(Action::SmallTalk(talk), "small_talk");
    }
    if signals.unhelpful {
        return gives_up(signals, policy, 0, "unhelpful");
    }
    if signals.broken {
        return hand_over(signals, policy, Cause::Model, "broken");
    }
    if signals.disagree {
        return match signals.asked_which {
            true => hand_over(signals, policy, Cause::Unanswered, "disagree_again"),
            false => gives_up(signals, policy, 0, "passages_disagree"),
        };
    }
    match signals.model {
        Model::Ready if plausible || signals.tools > 0 => verdict(Action::Answer, "model"),
        Model::Failed if confident => verdict(Action::Extract, "model_failed"),
        Model::Failed if signals.kept > 0 => hand_over(signals, policy, Cause::Model, "model_failed_unsure"),
        // A model that read the passages and found no answer in them outranks the scores of the search.
        Model::Declined => gives_up(signals, policy, 1, "model_declined"),
        Model::Unsupported if confident => verdict(Action::Extract, "model_unsupported"),
        Model::Unsupported => gives_up(signals, policy, 1, "model_unsupported_unsure"),
        Model::Spent if confident => verdict(Action::Extract, "budget_spent"),
        Model::Spent if plausible => hand_over(signals, policy, Cause::Model, "budget_spent_unsure"),
        // Who comes back finds what the passages say; a person is not called for somebody who is gone.
        Model::Left if confident => verdict(Action::Extract, "visitor_left"),
        Model::Left => verdict(Action::Clarify, "visitor_left"),
        _ if confident => verdict(Action::Extract, "passages"),
        _ => gives_up(signals, policy, 1, "no_passage"),
    }
}

fn of_tool(signals: &Signals, policy: &Policy, state: ToolState) -> Verdict {
    let rule = match state {
        ToolState::Confirm => "tool_confirm",
        ToolState::Approval => "tool_approval",
        ToolState::Code => "tool_code",
        ToolState::CodeWrong => "tool_code_wrong",
        ToolState::CodeVoid => "tool_code_void",
        ToolState::CodeExpired => "tool_code_expired",
        ToolState::CodeUnsent => "tool_code_unsent",
        ToolState::Declined => "tool_declined",
        ToolState::Cancelled => "tool_cancelled",
        ToolState::Acted => "tool_acted",
        ToolState::Failed => "tool_failed",
        ToolState::Unknown => "tool_unknown",
        ToolState::Expired => "tool_expired",
    };
    match state {
        ToolState::Failed | ToolState::Expired | ToolState::CodeUnsent => hand_over(signals, policy, Cause::Tool, rule),
        // Nobody must keep to themselves that something may have been done.
        ToolState::Unknown => Verdict { action: Action::HandOver(Cause::Tool), rule },
        state => Verdict { action: Action::Tool(state), rule },
    }
}

/// Hands over when too many answers failed, this turn's `more` included; asks back otherwise.
fn gives_up(signals: &Signals, policy: &Policy, more: u32, rule: &'static str) -> Verdict {
    match signals.failed.saturating_add(more) >= policy.max_failed.max(1) {
        true => hand_over(signals, policy, Cause::Unanswered, "too_many_failed"),
        false => Verdict { action: Action::Clarify, rule },
    }
}

fn hand_over(signals: &Signals, policy: &Policy, cause: Cause, rule: &'static str) -> Verdict {
    match !signals.online && policy.stay_when_offline {
        true => Verdict { action: Action::Clarify, rule: "nobody_online" },
        false => Verdict { action: Action::HandOver(cause), rule },
    }
}
