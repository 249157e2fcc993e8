//! Handing a conversation over to people, with everything they need to know.

use chat::conversation::Conversation;
use ticketing::{Escalation, Packet, Reason, Seen, Tried};

use super::{
    Running, failed,
    heard::Heard,
    summary::{LONGEST, composed, questions, short, visitor, written},
};
use crate::{
    Bot, Destination, Error, Intent, Result, Settings, Turn,
    intent::Intents,
    prompt::Line,
    settings::Offline,
    think::{Mind, Thought, handover},
    trace,
    verdict::Cause,
    words::say,
};

/// Attempts that are told, the newest ones.
const TOLD: usize = 8;
/// Passages that are told of each attempt.
const PASSAGES: usize = 3;
/// The longest subject, in characters.
const SUBJECT: usize = 100;

impl Running<'_> {
    /// What people need to know; a model writes the summary if there is one and enough to sum up.
    pub(super) async fn packet(&self, mind: &Mind, heard: &Heard) -> Result<Packet> {
        let locale = heard.question.locale;
        let asked: Vec<&str> = visitor(&heard.lines);
        let written = if asked.len() > 1 { written(mind, &heard.lines, locale, self.bot).await } else { None };
        let trace = self.trace.lock().clone();
        let now = tried(&trace, if heard.signals.is_question(&mind.policy) { "unanswered" } else { "handover" });
        Ok(Packet {
            summary: written.unwrap_or_else(|| composed(&heard.lines, &heard.turns, &heard.conversation, locale)),
            wish: wish(heard.signals.wish, &asked, &heard.turns, locale),
            tried: attempts(&heard.turns).into_iter().chain(now.filter(|tried| !tried.passages.is_empty())).collect(),
        })
    }

    /// Ticket, speaker and system message in one transaction of the desk.
    pub(super) async fn hand_over(
        &self,
        mind: &Mind,
        heard: &Heard,
        thought: &Thought,
        cause: Cause,
        packet: Packet,
        asked: i64,
    ) -> Result<()> {
        let to = destination(mind, thought, &heard.lines);
        let escalation = Escalation {
            workspace: self.claim.workspace,
            conversation: self.claim.conversation,
            epoch: Some(self.claim.epoch),
            reason: reason(cause),
            priority: to.priority,
            team: to.team,
            labels: to.labels,
            subject: subject(&heard.lines, &heard.turns, heard.question.locale),
            packet,
            locale: heard.question.locale.to_owned(),
            say: thought.reply(&heard.question, &mind.settings).body,
            considered: Some(asked),
        };
        self.bot.inner.desk.escalate(escalation).await?;
        Ok(())
    }
}

impl Bot {
    /// Hands over when thumbs down made the failed answers too many.
    pub(crate) async fn give_up(&self, conversation: &Conversation) -> Result<()> {
        let (store, workspace) = (self.chat().store(), conversation.workspace);
        let settings = self.settings_of(workspace, conversation.visitor).await?;
        let turns = trace::of_conversation(store, workspace, conversation.id, 12).await?;
        let failed = failed::in_a_row(&turns, false);
        if conversation.speaker != chat::Speaker::Bot || conversation.asked_seq > conversation.answered_seq || failed < settings.max_failed
        {
            return Ok(());
        }
        let online = self.inner.desk.online(workspace).await?;
        if !online && settings.offline == Offline::Stay {
            return Ok(());
        }
        let lines = lines_of(&turns);
        let locale = crate::words::language(lines.last().map_or("", |line| line.text.as_str()), &conversation.locale);
        let asked = visitor(&lines);
        let intents = self.intents(&settings).await;
        let to = Destination::of(None, wanted(&settings, &intents, &lines));
        let escalation = Escalation {
            workspace,
            conversation: conversation.id,
            epoch: Some(conversation.epoch),
            reason: Reason::Unanswered,
            priority: to.priority,
            team: to.team,
            labels: to.labels,
            subject: subject(&lines, &turns, locale),
            packet: Packet {
                summary: composed(&lines, &turns, conversation, locale),
                wish: wish(false, &asked, &turns, locale),
                tried: attempts(&turns),
            },
            locale: locale.to_owned(),
            say: handover(Cause::Unanswered, online, locale),
            considered: None,
        };
        match self.inner.desk.escalate(escalation).await.map_err(Error::from) {
            // Somebody was faster: the visitor is in good hands.
            Err(Error::Stale) => Ok(()),
            done => done.map(drop),
        }
    }
}

/// Where the rule that decided sends it, and what was wanted.
fn destination(mind: &Mind, thought: &Thought, lines: &[Line]) -> Destination {
    let rule = mind.policy.decided_by(&thought.signals).filter(|_| thought.verdict.is_by_rule());
    Destination::of(rule, wanted(&mind.settings, &mind.intents, lines))
}

/// The intent of the last message that has one: "a person, please" is not about anything.
pub(crate) fn wanted<'a>(settings: &'a Settings, intents: &Intents, lines: &[Line]) -> Option<&'a Intent> {
    let name = visitor(lines).into_iter().rev().find_map(|text| intents.name(text))?;
    settings.intent(&name)
}

fn reason(cause: Cause) -> Reason {
    match cause {
        Cause::Wish => Reason::Wish,
        Cause::Unanswered => Reason::Unanswered,
        Cause::Model => Reason::Model,
        Cause::Rule => Reason::Rule,
        Cause::Tool => Reason::Model,
    }
}

/// The questions of the turns, oldest first, as lines.
fn lines_of(turns: &[Turn]) -> Vec<Line> {
    let asked = turns.iter().rev().map(|turn| turn.trace.question.clone()).filter(|text| !text.is_empty());
    asked.map(|text| Line { who: "Visitor", text }).collect()
}

pub(super) fn wish(person: bool, asked: &[&str], turns: &[Turn], locale: &str) -> String {
    let from_turns: Vec<&str> = turns.iter().rev().map(|turn| turn.trace.question.as_str()).collect();
    let question = questions(asked).first().copied().or_else(|| questions(&from_turns).first().copied());
    let wants = person.then(|| say(locale, "packet.wish.person", &[]));
    let answer = question.map(|question| say(locale, "packet.wish.answer", &[("question", &short(question, LONGEST))]));
    let separator = if locale == "zh" { "；" } else { "; " };
    [wants, answer].into_iter().flatten().collect::<Vec<_>>().join(separator)
}

/// The last real question; a wish for a person alone has a title of its own.
pub(super) fn subject(lines: &[Line], turns: &[Turn], locale: &str) -> String {
    let asked = visitor(lines);
    let from_turns: Vec<&str> = turns.iter().rev().map(|turn| turn.trace.question.as_str()).collect();
    let question = questions(&asked).first().copied().or_else(|| questions(&from_turns).first().copied());
    question.map_or_else(|| say(locale, "subject.person", &[]), |question| short(question, SUBJECT))
}

/// What the bot has tried since people were last there, oldest first.
fn attempts(newest_first: &[Turn]) -> Vec<Tried> {
    let since = newest_first.iter().take_while(|turn| turn.outcome.as_deref() != Some("handover"));
    let mut tried: Vec<Tried> = since
        .filter(|turn| matches!(turn.outcome.as_deref(), Some("answer" | "clarify")))
        .filter_map(|turn| self::tried(&turn.trace, turn.outcome.as_deref().unwrap_or_default()))
        .take(TOLD)
        .collect();
    tried.reverse();
    tried
}

fn tried(trace: &crate::Trace, outcome: &str) -> Option<Tried> {
    let mut seen: Vec<&trace::Seen> = trace.passages.iter().filter(|seen| seen.cited || seen.kept).collect();
    seen.sort_by_key(|seen| !seen.cited);
    let passages = seen.into_iter().take(PASSAGES).map(|seen| Seen {
        title: seen.title.clone(),
        heading: seen.heading.clone(),
        url: seen.url.clone(),
        score: seen.confidence,
    });
    (!trace.question.is_empty()).then(|| Tried {
        question: short(&trace.question, LONGEST),
        outcome: outcome.to_owned(),
        passages: passages.collect(),
    })
}
