//! People: who works here, invitations, and the teams they are in.

pub mod invites;
pub mod person;
pub mod team;

use std::collections::HashMap;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use chat::AgentId;
use chat::agent::{Agent, Role};
use ticketing::crew::{Member, State as Here};
use ticketing::team::Team;

use crate::error::Error;
use crate::face::{initials, tint};
use crate::handle::Console;
use crate::web::fields::Fields;
use crate::web::form::{Form, FormText};
use crate::web::visit::Seat;

use invites::InviteText;

/// Where people are listed.
pub const PAGE: &str = "/console/people";
const FIELDS: [&str; 1] = ["role"];

#[derive(Serialize)]
struct PeoplePage {
    people: Vec<PersonText>,
    teams: Vec<TeamText>,
    invites: Vec<InviteText>,
    invite_link: Option<String>,
    form: FormText,
}

/// A member of the staff.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the fields are nouns of the house")]
pub struct PersonText {
    pub id: String,
    pub href: String,
    pub name: String,
    pub email: String,
    pub initials: String,
    pub tint: u8,
    pub role: &'static str,
    pub state: &'static str,
    pub load: i64,
    pub capacity: i64,
    pub teams: Vec<String>,
    pub me: bool,
    pub disabled_at: Option<i64>,
    pub created_at: i64,
}

/// A team in the list.
#[derive(Clone, Debug, Serialize)]
#[expect(missing_docs, reason = "the fields are nouns of the house")]
pub struct TeamText {
    pub id: String,
    pub href: String,
    pub name: String,
    pub members: Vec<String>,
    pub online: i64,
}

/// The page.
pub async fn show(State(console): State<Console>, seat: Seat) -> Result<Response, Error> {
    let form = Form::empty(&FIELDS).with("role", "agent");
    page(&console, &seat, &form).await
}

/// Makes a one-time link; the page shows it once.
pub async fn invite(State(console): State<Console>, seat: Seat, fields: Fields) -> Result<Response, Error> {
    let mut form = Form::filled(&FIELDS, &fields);
    let role: Option<Role> = form.value("role").parse().ok();
    match role {
        None => form.fault("role", "fault-choose"),
        Some(role) if role > seat.agent.role => form.fault("role", "fault-role-above"),
        Some(_) => {}
    }
    let Some(role) = role.filter(|_| form.is_fine()) else {
        let page = page(&console, &seat, &form).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    };
    let link = invites::create(&console, &seat, role, None).await?;
    Ok(console.linked(&seat.visit, PAGE, &link))
}

async fn page(console: &Console, seat: &Seat, form: &Form) -> Result<Response, Error> {
    let crew = Crew::of(console, seat).await?;
    let own = PeoplePage {
        people: crew.agents.iter().map(|agent| crew.person(agent, seat.agent.id)).collect(),
        teams: crew.teams.iter().map(|team| crew.team(team)).collect(),
        invites: invites::open(console, seat).await?,
        invite_link: seat.visit.link.clone(),
        form: console.form(&seat.visit, form),
    };
    let page = console.page(&seat.visit, "people", "people.html", own).await?;
    Ok(page.into_response())
}

/// Everybody, with what the desk knows of them.
pub struct Crew {
    /// Everybody, disabled ones too, by name.
    pub agents: Vec<Agent>,
    /// Who may sign in, as the desk sees them.
    pub members: HashMap<AgentId, Member>,
    /// Every team.
    pub teams: Vec<Team>,
}

impl Crew {
    /// Reads everybody of the workspace.
    pub async fn of(console: &Console, seat: &Seat) -> Result<Crew, Error> {
        let workspace = seat.workspace();
        let members = console.desk.agents(workspace).await?;
        Ok(Crew {
            agents: chat::agent::list(console.chat.store(), workspace).await?,
            members: members.into_iter().map(|member| (member.agent, member)).collect(),
            teams: console.desk.teams(workspace).await?,
        })
    }

    /// One of them, as pages show them.
    #[must_use]
    pub fn person(&self, agent: &Agent, me: AgentId) -> PersonText {
        let member = self.members.get(&agent.id);
        PersonText {
            id: agent.id.text(),
            href: format!("{PAGE}/{}", agent.id),
            name: agent.name.clone(),
            email: agent.email.clone(),
            initials: initials(&agent.name),
            tint: tint(agent.id.0),
            role: agent.role.text(),
            state: member.map_or("offline", |member| member.state.text()),
            load: member.map_or(0, |member| member.load),
            capacity: agent.capacity,
            teams: self.teams.iter().filter(|team| team.members.contains(&agent.id)).map(|team| team.name.clone()).collect(),
            me: agent.id == me,
            disabled_at: agent.disabled_at,
            created_at: agent.created_at,
        }
    }

    /// A team, as pages show it.
    #[must_use]
    pub fn team(&self, team: &Team) -> TeamText {
        let here = |id: &&AgentId| self.members.get(id).is_some_and(|member| member.state == Here::Online);
        TeamText {
            id: team.id.text(),
            href: format!("/console/teams/{}", team.id),
            name: team.name.clone(),
            members: self.agents.iter().filter(|agent| team.members.contains(&agent.id)).map(|agent| agent.name.clone()).collect(),
            online: team.members.iter().filter(here).count() as i64,
        }
    }
}
