//! Who and what belongs to a conversation: names, colleagues, teams, ticket, place.

use std::collections::HashMap;

use sqlx::Row as _;

use chat::agent::Role;
use chat::conversation::Conversation;
use chat::cursor::{self, Reader};
use chat::{AgentId, ConversationId, WorkspaceId};
use ticketing::crew::{Member, State};
use ticketing::ticket::Ticket;

use crate::conversation::context::{
    AgentText, PacketText, PlaceText, SeenText, TeamOnline, TeamText, TicketText, TriedText, VisitorText, web_address,
};
use crate::conversation::message::Telling;
use crate::error::Error;
use crate::face::{initials, tint};
use crate::handle::Console;
use crate::inbox::row::visitor_initials;
use crate::web::visit::Seat;

/// A visitor who was heard of within this time is there, in ms.
const VISITOR_ONLINE_MS: i64 = 90_000;

impl Console {
    /// Names and marks that messages are told with.
    pub async fn telling(&self, seat: &Seat, it: &Conversation) -> Result<Telling, Error> {
        let (workspace, store) = (seat.workspace(), self.chat.store());
        let visitor = chat::visitor::find(store, workspace, it.visitor).await?;
        let name = self.visitor_name(seat.locale(), &visitor.name, it.visitor);
        let visitor_initials = visitor_initials(&visitor.name, it.visitor);
        let agents = chat::agent::list(store, workspace).await?;
        let reader = Reader::Visitor(it.visitor);
        Ok(Telling {
            me: seat.agent.id,
            visitor: name,
            visitor_known: !visitor.name.trim().is_empty(),
            visitor_initials,
            locale: it.locale.clone(),
            bot: self.bot_name(workspace).await,
            agents: agents.into_iter().map(|agent| (agent.id, agent.name)).collect(),
            ratings: self.ratings(workspace, it.id).await?,
            open_draft: self.bot.open_draft(workspace, it.id).await?,
            visitor_read: cursor::read_seq(store, workspace, it.id, reader).await?,
            admin: seat.is(Role::Admin),
            change: (self.chat.now(), self.desk.change_ms(workspace, it.id).await?),
        })
    }

    async fn ratings(&self, workspace: WorkspaceId, id: ConversationId) -> Result<HashMap<i64, i64>, Error> {
        let rows = sqlx::query("SELECT seq, score FROM rating WHERE workspace_id = $1 AND conversation_id = $2")
            .bind(workspace.text())
            .bind(id.text())
            .fetch_all(self.chat.store().read())
            .await?;
        let pair = |row: &sqlx::any::AnyRow| Ok((row.try_get("seq")?, row.try_get("score")?));
        rows.iter().map(pair).collect()
    }

    /// The visitor as the panel shows them.
    pub async fn visitor_text(&self, seat: &Seat, it: &Conversation, telling: &Telling) -> Result<VisitorText, Error> {
        let store = self.chat.store();
        let visitor = chat::visitor::find(store, seat.workspace(), it.visitor).await?;
        let conversations = sqlx::query(
            "SELECT CAST(COUNT(*) AS BIGINT) AS n FROM conversation \
             WHERE workspace_id = $1 AND visitor_id = $2 AND last_seq > 0",
        )
        .bind(seat.workspace().text())
        .bind(it.visitor.text())
        .fetch_one(store.read())
        .await?;
        Ok(VisitorText {
            id: visitor.id.text(),
            name: telling.visitor.clone(),
            initials: telling.visitor_initials.clone(),
            tint: tint(visitor.id.0),
            email: visitor.email,
            locale: visitor.locale,
            created_at: visitor.created_at,
            seen_at: visitor.seen_at,
            online: self.chat.now() - visitor.seen_at < VISITOR_ONLINE_MS,
            conversations: conversations.try_get("n")?,
        })
    }

    /// Everybody of the staff as the desk sees them.
    pub async fn colleagues(&self, seat: &Seat) -> Result<Vec<Member>, Error> {
        Ok(self.desk.agents(seat.workspace()).await?)
    }

    /// Colleagues as the transfer form offers them.
    #[must_use]
    pub fn agent_texts(&self, seat: &Seat, members: Vec<Member>) -> Vec<AgentText> {
        members
            .into_iter()
            .map(|member| AgentText {
                id: member.agent.text(),
                initials: initials(&member.name),
                tint: tint(member.agent.0),
                name: member.name,
                state: member.state.text(),
                load: member.load,
                capacity: member.capacity,
                me: member.agent == seat.agent.id,
            })
            .collect()
    }

    /// Teams, with how many of each are here.
    pub async fn teams_online(&self, seat: &Seat, members: &[Member]) -> Result<Vec<TeamOnline>, Error> {
        let teams = ticketing::team::list(self.chat.store(), seat.workspace()).await?;
        let here = |member: &&Member| member.state == State::Online;
        Ok(teams
            .into_iter()
            .map(|team| TeamOnline {
                online: members.iter().filter(here).filter(|member| member.teams.contains(&team.id)).count() as i64,
                id: team.id.text(),
                name: team.name,
            })
            .collect())
    }

    /// The team a ticket belongs to.
    pub async fn team_of(&self, seat: &Seat, ticket: Option<&Ticket>) -> Result<Option<TeamText>, Error> {
        let Some(team) = ticket.and_then(|ticket| ticket.team) else {
            return Ok(None);
        };
        let teams = ticketing::team::list(self.chat.store(), seat.workspace()).await?;
        Ok(teams.into_iter().find(|known| known.id == team).map(|known| TeamText { id: known.id.text(), name: known.name }))
    }

    /// The place in the queue, while it waits there.
    pub async fn place_of(&self, seat: &Seat, it: &Conversation) -> Result<Option<PlaceText>, Error> {
        let place = self.desk.place(seat.workspace(), it.id).await?;
        Ok(place.map(|place| PlaceText { place: place.place, low_min: place.low_min, high_min: place.high_min }))
    }

    /// A ticket with what the bot handed over.
    #[must_use]
    pub fn ticket_text(&self, seat: &Seat, ticket: Ticket) -> TicketText {
        let tried = ticket.packet.tried.into_iter().map(|tried| TriedText {
            question: tried.question,
            outcome: outcome(&tried.outcome).to_owned(),
            passages: tried
                .passages
                .into_iter()
                .map(|seen| SeenText { title: seen.title, heading: seen.heading, url: web_address(&seen.url), score: seen.score })
                .collect(),
        });
        TicketText {
            number: ticket.number,
            status: ticket.status.text(),
            subject: ticket.subject,
            reason: ticket.reason.text(),
            priority: ticket.priority.rank(),
            labels: ticket.labels,
            created_at: ticket.created_at,
            snoozed_until: ticket.snoozed_until,
            routed: ticket.routed.text(seat.locale().tag()),
            packet: PacketText { summary: ticket.packet.summary, wish: ticket.packet.wish, tried: tried.collect() },
        }
    }

    /// A colleague's name.
    pub async fn agent_name(&self, seat: &Seat, id: AgentId) -> Result<String, Error> {
        let store = self.chat.store();
        Ok(chat::agent::find(store, seat.workspace(), id).await?.name)
    }
}

/// Outcomes we have words for; a turn of a later version may know others.
fn outcome(text: &str) -> &str {
    const KNOWN: [&str; 7] = ["answer", "clarify", "handover", "small_talk", "tool", "cancelled", "failed"];
    KNOWN.into_iter().find(|known| *known == text).unwrap_or("failed")
}
