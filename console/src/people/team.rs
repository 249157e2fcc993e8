//! Teams: made, renamed, filled, removed.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use chat::{AgentId, TeamId};

use super::{Crew, PAGE, TeamText};
use crate::error::Error;
use crate::face::{initials, tint};
use crate::handle::Console;
use crate::web::fields::Fields;
use crate::web::flash::Flash;
use crate::web::form::{Form, FormText};
use crate::web::params::Id;
use crate::web::visit::Seat;

const FIELDS: [&str; 1] = ["name"];

#[derive(Serialize)]
struct TeamPage {
    team: TeamText,
    people: Vec<Choice>,
    form: FormText,
}

#[derive(Serialize)]
struct Choice {
    id: String,
    name: String,
    initials: String,
    tint: u8,
    member: bool,
}

/// Makes a team and goes to it.
pub async fn create(State(console): State<Console>, seat: Seat, fields: Fields) -> Result<Response, Error> {
    let name = fields.text("name").trim();
    match console.desk.create_team(seat.workspace(), name).await {
        Ok(id) => {
            let flash = Flash::done("flash-team-made").with("name", name);
            Ok(console.said(&seat.visit, &href(id), &flash))
        }
        Err(ticketing::Error::Taken) => {
            let flash = Flash::error("flash-team-taken").with("name", name);
            Ok(console.said(&seat.visit, PAGE, &flash))
        }
        Err(ticketing::Error::Invalid(_)) => {
            let flash = Flash::error("flash-team-name");
            Ok(console.said(&seat.visit, PAGE, &flash))
        }
        Err(error) => Err(error.into()),
    }
}

/// The page.
pub async fn show(State(console): State<Console>, seat: Seat, Id(id): Id<TeamId>) -> Result<Response, Error> {
    page(&console, &seat, id, None).await
}

/// Saves name and members.
pub async fn save(State(console): State<Console>, seat: Seat, Id(id): Id<TeamId>, fields: Fields) -> Result<Response, Error> {
    let mut form = Form::filled(&FIELDS, &fields);
    form.length("name", 60);
    if form.is_fine() {
        let (desk, workspace) = (&console.desk, seat.workspace());
        match desk.rename_team(workspace, id, form.value("name")).await {
            Ok(()) => {
                let chosen = fields.all("member");
                let members: Vec<AgentId> = chosen.iter().filter_map(|id| AgentId::parse(id)).collect();
                desk.set_members(workspace, id, &members).await?;
                let flash = Flash::done("flash-team-saved").with("name", form.value("name"));
                return Ok(console.said(&seat.visit, &href(id), &flash));
            }
            Err(ticketing::Error::Taken) => form.fault("name", "fault-taken"),
            Err(error) => return Err(error.into()),
        }
    }
    let page = page(&console, &seat, id, Some(&form)).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// Removes a team; its tickets become anybody's work.
pub async fn remove(State(console): State<Console>, seat: Seat, Id(id): Id<TeamId>) -> Result<Response, Error> {
    console.desk.remove_team(seat.workspace(), id).await?;
    Ok(console.said(&seat.visit, PAGE, &Flash::done("flash-team-removed")))
}

fn href(id: TeamId) -> String {
    format!("/console/teams/{id}")
}

async fn page(console: &Console, seat: &Seat, id: TeamId, form: Option<&Form>) -> Result<Response, Error> {
    let crew = Crew::of(console, seat).await?;
    let team = crew.teams.iter().find(|team| team.id == id).ok_or(Error::NotFound)?;
    let filled = Form::empty(&FIELDS).with("name", &*team.name);
    let own = TeamPage {
        people: crew
            .agents
            .iter()
            .filter(|agent| agent.disabled_at.is_none())
            .map(|agent| Choice {
                id: agent.id.text(),
                name: agent.name.clone(),
                initials: initials(&agent.name),
                tint: tint(agent.id.0),
                member: team.members.contains(&agent.id),
            })
            .collect(),
        team: crew.team(team),
        form: console.form(&seat.visit, form.unwrap_or(&filled)),
    };
    let page = console.page(&seat.visit, "people", "team.html", own).await?;
    Ok(page.into_response())
}
