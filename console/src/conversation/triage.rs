//! What a ticket seems to be, proposed while it is open; one click makes it so.

use axum::extract::State;
use axum::response::Response;

use chat::{ConversationId, Message, TeamId};
use ticketing::ticket::{Priority, Ticket};
use ticketing::{Triage, team};

use crate::conversation::acts::done;
use crate::conversation::context::{TeamText, TriageText};
use crate::error::Error;
use crate::handle::Console;
use crate::rules::list;
use crate::web::fields::Fields;
use crate::web::flash::Flash;
use crate::web::params::Id;
use crate::web::visit::Seat;

impl Console {
    /// What the ticket seems to be and is not; `None` when there is nothing to change.
    pub async fn triage_of(&self, seat: &Seat, ticket: Option<&Ticket>, messages: &[Message]) -> Result<Option<TriageText>, Error> {
        let Some(ticket) = ticket.filter(|ticket| ticket.is_live()) else { return Ok(None) };
        let Some(found) = self.bot.suggest_triage(seat.workspace(), messages).await? else { return Ok(None) };
        let teams = team::list(self.chat.store(), seat.workspace()).await?;
        let team = found.to.team.filter(|team| ticket.team != Some(*team));
        let text = TriageText {
            intent: found.intent.unwrap_or_default(),
            team: teams.into_iter().find(|known| Some(known.id) == team).map(|known| TeamText { id: known.id.text(), name: known.name }),
            priority: if found.to.priority < ticket.priority { found.to.priority.rank() } else { 0 },
            labels: found.to.labels.into_iter().filter(|label| !ticket.labels.contains(label)).collect(),
        };
        let nothing = text.team.is_none() && text.priority == 0 && text.labels.is_empty();
        Ok((!nothing).then_some(text))
    }
}

/// Makes a ticket what it seems to be.
pub async fn apply(State(console): State<Console>, seat: Seat, Id(id): Id<ConversationId>, fields: Fields) -> Result<Response, Error> {
    let rank: Option<i64> = fields.text("priority").parse().ok().filter(|rank| (1..=4).contains(rank));
    let triage = Triage {
        team: TeamId::parse(fields.text("team")),
        priority: rank.map(Priority::of_rank),
        labels: fields.all("label").into_iter().map(str::to_owned).collect(),
    };
    console.desk.triage(seat.workspace(), seat.agent.id, id, &triage).await?;
    done(&console, &seat, &fields, id, &Flash::done("flash-triage"))
}

/// What a ticket is about, in the workspace's own words.
pub async fn labels(State(console): State<Console>, seat: Seat, Id(id): Id<ConversationId>, fields: Fields) -> Result<Response, Error> {
    console.desk.set_labels(seat.workspace(), seat.agent.id, id, &list(fields.text("labels"))).await?;
    done(&console, &seat, &fields, id, &Flash::done("flash-labels"))
}
