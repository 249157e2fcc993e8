//! Reading a conversation for its page, and marking it as read.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use chat::conversation::Conversation;
use chat::cursor::{self, Reader};
use chat::{Audience, ConversationId, DeviceId, Message, News, Side, Speaker, Topic, message};
use ticketing::ticket::{self, Status, Ticket};

use crate::approvals::CallText;
use crate::conversation::context::{Can, ConversationText, Named, PageText, TypingText, web_address};
use crate::conversation::copilot::CopilotText;
use crate::conversation::message::{MessageText, Telling};
use crate::error::Error;
use crate::face::Face;
use crate::handle::Console;
use crate::inbox::row::{address, turn};
use crate::inbox::view::View;
use crate::web::form::Form;
use crate::web::params::{Ask, Id};
use crate::web::visit::Seat;

/// Messages of one page.
const MESSAGES: i64 = 50;
/// The composer's fields.
pub const COMPOSER: [&str; 2] = ["body", "mode"];

/// How a conversation is looked at.
#[derive(Clone, Copy, Debug)]
pub struct Reading {
    /// The list it was opened from.
    pub view: View,
    /// Only messages before this one.
    pub before_seq: Option<i64>,
    /// With a summary.
    pub sum_up: bool,
}

/// The query of the page.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    before_seq: Option<i64>,
    sum_up: Option<u8>,
}

#[derive(Serialize)]
struct ConversationPage {
    conversation: ConversationText,
}

/// The conversation alone.
pub async fn show(
    State(console): State<Console>,
    seat: Seat,
    Id(id): Id<ConversationId>,
    Ask(asked): Ask<Asked>,
) -> Result<Response, Error> {
    let reading = Reading { view: View::All, before_seq: asked.before_seq, sum_up: asked.sum_up.is_some() };
    let conversation = console.read_conversation(&seat, id, &reading).await?;
    console.saw(&seat, id, conversation.last_seq).await;
    conversation_page(&console, &seat, conversation).await
}

/// Renders the page.
pub async fn conversation_page(console: &Console, seat: &Seat, conversation: ConversationText) -> Result<Response, Error> {
    console.beat(seat).await;
    let (id, after) = (&conversation.id, conversation.last_seq);
    let live = format!("/console/live?conversation={id}&after={after}");
    let own = ConversationPage { conversation };
    let page = console.live_page(&seat.visit, "inbox", "conversation.html", live, own).await?;
    Ok(page.into_response())
}

impl Console {
    /// Everything of a conversation that its page shows.
    pub async fn read_conversation(&self, seat: &Seat, id: ConversationId, reading: &Reading) -> Result<ConversationText, Error> {
        let (workspace, store) = (seat.workspace(), self.chat.store());
        let it = chat::conversation::find(store, workspace, id).await?;
        let ticket = ticket::latest(store, workspace, id).await?;
        let ticket = ticket.filter(|_| it.speaker != Speaker::Bot || it.closed_at.is_some());
        let telling = self.telling(seat, &it).await?;
        let before = reading.before_seq.unwrap_or(i64::MAX);
        let messages = message::before(store, workspace, id, Audience::Staff, before, MESSAGES + 1);
        let messages = messages.await?;
        let older = older(&messages, id, reading);
        let messages: Vec<Message> = messages.into_iter().filter(|message| message.changes().is_none()).collect();
        let read_seq = cursor::read_seq(store, workspace, id, Reader::Agent(seat.agent.id)).await?;
        let row = self.desk.row(workspace, id).await?;
        let waiting_since = row.waiting_since.filter(|_| turn(&row) == "us");
        let status = status(&it, ticket.as_ref());
        let agents = self.colleagues(seat).await?;
        let holder = ticket.as_ref().and_then(|ticket| ticket.agent);
        Ok(ConversationText {
            href: address(id, reading.view),
            alone: format!("/console/conversations/{id}"),
            back: format!("/console/inbox?view={}", reading.view.key()),
            view: reading.view.key(),
            page: PageText { url: web_address(&it.page_url), title: it.page_title.clone() },
            inbox: chat::inbox::find(store, workspace, it.inbox).await?.name,
            locale: it.locale.clone(),
            status,
            speaker: it.speaker.kind(),
            agent: holder.map(|holder| {
                let name = telling.agents.get(&holder).cloned().unwrap_or_default();
                Face::of(holder.0, &name, holder == seat.agent.id)
            }),
            unread_from: unread_from(&messages, read_seq),
            more: older,
            last_seq: it.last_seq,
            read_seq,
            waiting_since,
            can: can(status, holder.map(|holder| holder == seat.agent.id)),
            typing: self.bot_writing(&it, &telling),
            others: self.others(seat, id),
            place: self.place_of(seat, &it).await?,
            teams: self.teams_online(seat, &agents).await?,
            agents: self.agent_texts(seat, agents),
            canned: self.canned_for(seat, &telling, ticket.as_ref()).await?,
            history: self.history_of(seat, &it).await?,
            beside: self.bot.silent_in(seat.workspace(), id).await?,
            copilot: self.copilot(seat, id, reading).await?,
            calls: self.bot.waiting_calls(seat.workspace(), Some(it.id)).await?.into_iter().map(CallText::from).collect(),
            suggestions: self.suggestions(seat, &it, &messages).await,
            visitor: self.visitor_text(seat, &it, &telling).await?,
            messages: texts(&telling, &messages),
            triage: self.triage_of(seat, ticket.as_ref(), &messages).await?,
            team: self.team_of(seat, ticket.as_ref()).await?,
            ticket: ticket.map(|ticket| self.ticket_text(seat, ticket)),
            client_id: self.chat.id::<chat::ClientId>().text(),
            form: self.form(&seat.visit, &Form::empty(&COMPOSER).with("mode", "reply")),
            id: id.text(),
        })
    }

    async fn copilot(&self, seat: &Seat, id: ConversationId, reading: &Reading) -> Result<CopilotText, Error> {
        let workspace = seat.workspace();
        let summary = match reading.sum_up {
            true => self.bot.summary(workspace, id, seat.locale().tag()).await?,
            false => String::new(),
        };
        Ok(CopilotText { model: self.bot.can_rewrite(workspace).await?, summary, ..CopilotText::default() })
    }

    fn bot_writing(&self, it: &Conversation, telling: &Telling) -> Option<TypingText> {
        let writes = it.turn.is_some() && it.turn_until > self.chat.now();
        writes.then(|| TypingText { name: telling.bot.clone(), kind: "bot" })
    }

    fn others(&self, seat: &Seat, id: ConversationId) -> Vec<Named> {
        self.watchers.others(id, seat.agent.id, self.chat.now()).into_iter().map(|name| Named { name }).collect()
    }

    /// The same beside something that must not fail for it.
    pub async fn saw(&self, seat: &Seat, id: ConversationId, seq: i64) {
        if let Err(error) = self.mark_read(seat, id, seq).await {
            tracing::warn!(conversation.id = %id, %error, "how far somebody of the staff has read was not kept");
        }
    }

    /// Notes that this person has read up to `seq`; the visitor's widget hears of it.
    pub async fn mark_read(&self, seat: &Seat, id: ConversationId, seq: i64) -> Result<(), Error> {
        let (workspace, store) = (seat.workspace(), self.chat.store());
        let reader = Reader::Agent(seat.agent.id);
        // Staff read marks are a person's, not a browser's: one device for all of them.
        let device = DeviceId(seat.agent.id.0);
        let moved = cursor::mark(store, workspace, id, reader, device, (seq, seq), self.chat.now()).await?;
        if moved {
            let it = chat::conversation::find(store, workspace, id).await?;
            let news = News::Read { workspace, conversation: id, by: Side::Staff, seq: seq.min(it.last_seq) };
            let bus = self.chat.bus();
            if it.speaker != Speaker::Bot {
                bus.publish(Topic::Visitor(workspace, it.visitor), news.clone());
            }
            bus.publish(Topic::Workspace(workspace), news);
        }
        Ok(())
    }
}

/// What a conversation is to the staff.
#[must_use]
pub fn status(it: &Conversation, ticket: Option<&Ticket>) -> &'static str {
    if it.closed_at.is_some() {
        return "resolved";
    }
    match (&it.speaker, ticket.map(|ticket| ticket.status)) {
        (Speaker::Bot, _) => "bot",
        (_, Some(Status::Pending)) => "pending",
        (_, Some(Status::Snoozed)) => "snoozed",
        (Speaker::Queue, _) => "queue",
        (Speaker::Agent(_), _) => "open",
    }
}

/// What may be done; `mine` is whether the person who looks holds it, `None`: nobody does.
fn can(status: &str, mine: Option<bool>) -> Can {
    let with_other = mine == Some(false) && status != "resolved";
    let live = matches!(status, "open" | "queue" | "pending" | "snoozed");
    let parked = matches!(status, "pending" | "snoozed");
    Can {
        reply: !with_other,
        note: true,
        take: status == "bot" || (live && mine != Some(true)),
        resolve: live,
        reopen: status == "resolved",
        give_back: live,
        pend: live && status != "pending",
        snooze: live && status != "snoozed",
        wake: parked && !with_other,
        transfer: live || status == "bot",
    }
}

fn unread_from(messages: &[Message], read_seq: i64) -> Option<i64> {
    messages.iter().find(|message| message.seq > read_seq && message.author.kind() == "visitor").map(|message| message.seq)
}

fn older(messages: &[Message], id: ConversationId, reading: &Reading) -> Option<String> {
    let first = messages.get(1)?;
    (messages.len() as i64 > MESSAGES).then(|| format!("/console/inbox/{id}?view={}&before_seq={}", reading.view.key(), first.seq))
}

/// The page's messages; the one before them only tells where days and runs begin.
fn texts(telling: &Telling, messages: &[Message]) -> Vec<MessageText> {
    let skipped = usize::from(messages.len() as i64 > MESSAGES);
    (skipped..messages.len())
        .map(|n| {
            let previous = n.checked_sub(1).map(|before| &messages[before]);
            telling.text(&messages[n], previous)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::can;

    #[test]
    fn only_the_holder_or_nobody_s_colleague_replies() {
        for (status, mine, reply, take) in [
            ("bot", None, true, true),
            ("queue", None, true, true),
            ("open", Some(true), true, false),
            ("open", Some(false), false, true),
            ("snoozed", Some(true), true, false),
            ("resolved", Some(false), true, false),
        ] {
            let can = can(status, mine);
            assert_eq!((can.reply, can.take), (reply, take), "{status} {mine:?}");
            assert!(can.note);
        }
    }
}
