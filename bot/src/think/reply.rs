//! The words that carry a verdict out.

use chat::{Button, Extra};

use super::{Question, Thought, disagree, near, person_button};
use crate::{
    Settings,
    speech::Talk,
    verdict::{Action, Cause, ToolState},
    words::{join, say},
};

/// What the visitor reads.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Reply {
    /// Markdown.
    pub body: String,
    pub extra: Extra,
}

impl Thought {
    /// What is said; for a handover, what the system says.
    pub(crate) fn reply(&self, question: &Question, settings: &Settings) -> Reply {
        let locale = question.locale;
        match (self.verdict.action, &self.answer) {
            (Action::Answer | Action::Extract, Some(answer)) => Reply {
                body: answer.body.clone(),
                extra: Extra { citations: answer.citations.clone(), extract: answer.extract, ..Extra::default() },
            },
            (Action::SmallTalk(talk), _) => plain(small_talk(talk, settings, locale)),
            (Action::Tool(state), _) => self.of_tool(state, locale),
            // People speak here anyway: nothing was given up.
            (Action::HandOver(Cause::Rule), _) if self.verdict.rule == "switched_off" && settings.enabled => {
                plain(say(locale, if self.signals.online { "handover.people" } else { "handover.people_offline" }, &[]))
            }
            (Action::HandOver(cause), _) => plain(handover(cause, self.signals.online, locale)),
            _ => self.ask_back(question),
        }
    }

    /// How it stands with a tool: in words of the house, for nobody must agree to what a model says it will do.
    fn of_tool(&self, state: ToolState, locale: &str) -> Reply {
        let title = self.card.as_ref().map(|card| card.title.as_str()).or(self.acted.as_deref()).unwrap_or_default();
        let key = match state {
            ToolState::Confirm => "tool.confirm",
            ToolState::Approval => "tool.approval",
            ToolState::Code => "tool.code",
            ToolState::CodeWrong => "tool.code_wrong",
            ToolState::CodeVoid => "tool.code_void",
            ToolState::CodeExpired => "tool.code_expired",
            ToolState::Acted => "tool.acted",
            ToolState::Cancelled => "tool.cancelled",
            _ => "tool.declined",
        };
        let mut body = say(locale, key, &[("title", title)]);
        let mut extra = Extra::default();
        if let Some(card) = &self.card {
            let colon = if locale == "zh" { "：" } else { ": " };
            for (label, value) in &card.values {
                body.push_str(&format!("\n- {}{colon}{}", literal(label), literal(value)));
            }
            extra.call = Some(card.call);
            extra.code = state == ToolState::Code;
            if state == ToolState::Confirm {
                let button = |key: &str, yes| Button { label: say(locale, key, &[]), value: card.button(yes), wish: None };
                extra.buttons = vec![button("button.tool_yes", true), button("button.tool_no", false)];
            }
        }
        if matches!(state, ToolState::Declined | ToolState::Cancelled | ToolState::CodeVoid | ToolState::CodeExpired) {
            extra.buttons.push(person_button(locale));
        }
        Reply { body, extra }
    }

    fn ask_back(&self, question: &Question) -> Reply {
        let locale = question.locale;
        let unhelpful = self.verdict.rule == "unhelpful";
        let refused = self.verdict.rule == "never_answer";
        let mut buttons: Vec<Button> = if unhelpful || refused { Vec::new() } else { near::buttons(&self.found, &question.text, locale) };
        let disagree = self.verdict.rule == "passages_disagree";
        if disagree {
            buttons = disagree::buttons(&self.alternatives);
        }
        let near = !buttons.is_empty();
        let key = match (self.verdict.rule, self.signals.failed > 0, near) {
            ("nobody_online", _, _) => "clarify.nobody",
            ("passages_disagree", _, _) => "clarify.disagree",
            ("never_answer", _, _) => "clarify.refused",
            ("unhelpful", _, _) => "clarify.unhelpful",
            (_, false, true) => "clarify.near",
            (_, false, false) => "clarify.first",
            (_, true, true) => "clarify.again_near",
            (_, true, false) => "clarify.again",
        };
        buttons.push(person_button(locale));
        Reply { body: say(locale, key, &[]), extra: Extra { buttons, ..Extra::default() } }
    }
}

/// A value as it is, whatever it holds: Markdown reads nothing in it.
fn literal(value: &str) -> String {
    let line: String = value.split_whitespace().collect::<Vec<_>>().join(" ").replace('`', "'");
    format!("`{}`", line.chars().take(300).collect::<String>())
}

fn plain(body: String) -> Reply {
    Reply { body, extra: Extra::default() }
}

fn small_talk(talk: Talk, settings: &Settings, locale: &str) -> String {
    let key = match talk {
        Talk::Greeting => "talk.greeting",
        Talk::Thanks => "talk.thanks",
        Talk::Bye => "talk.bye",
        Talk::Acknowledge => "talk.acknowledge",
        Talk::Identity => "talk.identity",
    };
    say(locale, key, &[("name", &settings.name)])
}

/// What the system says when people take over; honest when nobody is there.
pub(crate) fn handover(cause: Cause, online: bool, locale: &str) -> String {
    let key = match cause {
        Cause::Wish => "handover.wish",
        Cause::Unanswered => "handover.unanswered",
        Cause::Model => "handover.model",
        Cause::Rule => "handover.rule",
        Cause::Tool => "handover.tool",
    };
    match online {
        true => say(locale, key, &[]),
        false => join(&say(locale, &format!("{key}_offline"), &[]), &say(locale, "handover.offline", &[])),
    }
}
