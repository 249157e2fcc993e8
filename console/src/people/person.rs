//! One person: name, role, capacity, teams; disabling, and a link for a new password.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;

use chat::agent::{Agent, Role};
use chat::{AgentId, TeamId};

use super::{Crew, PersonText, invites};
use crate::error::Error;
use crate::handle::Console;
use crate::invite::close_everywhere;
use crate::web::fields::Fields;
use crate::web::flash::Flash;
use crate::web::form::{Form, FormText};
use crate::web::params::Id;
use crate::web::visit::Seat;

const FIELDS: [&str; 3] = ["name", "role", "capacity"];

#[derive(Serialize)]
struct PersonPage {
    person: PersonText,
    teams: Vec<Choice>,
    roles: Vec<&'static str>,
    link: Option<String>,
    form: FormText,
}

#[derive(Serialize)]
struct Choice {
    id: String,
    name: String,
    member: bool,
}

/// The page.
pub async fn show(State(console): State<Console>, seat: Seat, Id(id): Id<AgentId>) -> Result<Response, Error> {
    let agent = find(&console, &seat, id).await?;
    let form = filled(&agent);
    page(&console, &seat, &agent, &form).await
}

/// Saves name, role, capacity and teams.
pub async fn save(State(console): State<Console>, seat: Seat, Id(id): Id<AgentId>, fields: Fields) -> Result<Response, Error> {
    let agent = find(&console, &seat, id).await?;
    let mut form = Form::filled(&FIELDS, &fields);
    form.length("name", 100);
    let role: Option<Role> = form.value("role").parse().ok();
    let capacity: Option<i64> = form.value("capacity").parse().ok();
    let capacity = capacity.filter(|capacity| (0..=100).contains(capacity));
    form.check(role.is_some(), "role", "fault-choose");
    form.check(capacity.is_some(), "capacity", "fault-capacity");
    if let Some(role) = role
        && let Some(fault) = role_fault(&console, &seat, &agent, role).await?
    {
        form.fault("role", fault);
    }
    let (Some(role), Some(capacity), true) = (role, capacity, form.is_fine()) else {
        let page = page(&console, &seat, &agent, &form).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    };
    let changed = Agent { name: form.value("name").to_owned(), role, capacity, ..agent.clone() };
    chat::agent::save(console.chat.store(), &changed).await?;
    console.desk.set_capacity(seat.workspace(), id, capacity).await?;
    set_teams(&console, &seat, id, &fields.all("team")).await?;
    let detail = json!({ "role": role, "was": agent.role, "capacity": capacity });
    console.note(&seat, "agent.save", id.text(), detail).await?;
    let flash = Flash::done("flash-person-saved").with("name", changed.name);
    Ok(console.said(&seat.visit, &href(id), &flash))
}

/// Closes the account and all of its sessions; chats that wait go to others.
pub async fn disable(State(console): State<Console>, seat: Seat, Id(id): Id<AgentId>) -> Result<Response, Error> {
    let agent = find(&console, &seat, id).await?;
    if id == seat.agent.id || is_last_owner(&console, &agent).await? {
        let flash = Flash::error("flash-disable-self");
        return Ok(console.said(&seat.visit, &href(id), &flash));
    }
    let disabled_at = Some(console.chat.now());
    let closed = Agent { disabled_at, ..agent.clone() };
    chat::agent::save(console.chat.store(), &closed).await?;
    close_everywhere(&console, &agent).await?;
    console.desk.sign_out(seat.workspace(), id).await?;
    console.note(&seat, "agent.disable", id.text(), json!({})).await?;
    let flash = Flash::done("flash-disabled").with("name", agent.name).undo(format!("{}/enable", href(id)));
    Ok(console.said(&seat.visit, &href(id), &flash))
}

/// Opens the account again.
pub async fn enable(State(console): State<Console>, seat: Seat, Id(id): Id<AgentId>) -> Result<Response, Error> {
    let agent = find(&console, &seat, id).await?;
    let open = Agent { disabled_at: None, ..agent };
    chat::agent::save(console.chat.store(), &open).await?;
    console.note(&seat, "agent.enable", id.text(), json!({})).await?;
    let flash = Flash::done("flash-enabled").with("name", open.name);
    Ok(console.said(&seat.visit, &href(id), &flash))
}

/// Makes a link by which they choose a new password, and shows it, once.
pub async fn password(State(console): State<Console>, seat: Seat, Id(id): Id<AgentId>) -> Result<Response, Error> {
    let agent = find(&console, &seat, id).await?;
    let link = invites::create(&console, &seat, agent.role, Some(id)).await?;
    Ok(console.linked(&seat.visit, &href(id), &link))
}

/// Somebody this person may change: nobody changes those above them.
async fn find(console: &Console, seat: &Seat, id: AgentId) -> Result<Agent, Error> {
    let agent = chat::agent::find(console.chat.store(), seat.workspace(), id).await?;
    if agent.role > seat.agent.role {
        return Err(Error::Forbidden);
    }
    Ok(agent)
}

/// Nobody gives more than they have, and the last owner stays one.
async fn role_fault(console: &Console, seat: &Seat, agent: &Agent, role: Role) -> Result<Option<&'static str>, Error> {
    if role > seat.agent.role {
        return Ok(Some("fault-role-above"));
    }
    let steps_down = agent.role == Role::Owner && role != Role::Owner;
    let last = steps_down && is_last_owner(console, agent).await?;
    Ok(last.then_some("fault-last-owner"))
}

async fn is_last_owner(console: &Console, agent: &Agent) -> Result<bool, Error> {
    let all = chat::agent::list(console.chat.store(), agent.workspace).await?;
    let others = all.iter().any(|other| other.role == Role::Owner && other.disabled_at.is_none() && other.id != agent.id);
    Ok(agent.role == Role::Owner && !others)
}

async fn set_teams(console: &Console, seat: &Seat, id: AgentId, chosen: &[&str]) -> Result<(), Error> {
    let wanted: Vec<TeamId> = chosen.iter().filter_map(|id| TeamId::parse(id)).collect();
    for team in console.desk.teams(seat.workspace()).await? {
        let (is, should) = (team.members.contains(&id), wanted.contains(&team.id));
        if is == should {
            continue;
        }
        let mut members = team.members;
        members.retain(|member| *member != id);
        members.extend(should.then_some(id));
        console.desk.set_members(seat.workspace(), team.id, &members).await?;
    }
    Ok(())
}

fn href(id: AgentId) -> String {
    format!("/console/people/{id}")
}

fn filled(agent: &Agent) -> Form {
    Form::empty(&FIELDS).with("name", &*agent.name).with("role", agent.role.text()).with("capacity", agent.capacity.to_string())
}

async fn page(console: &Console, seat: &Seat, agent: &Agent, form: &Form) -> Result<Response, Error> {
    let crew = Crew::of(console, seat).await?;
    let own = PersonPage {
        person: crew.person(agent, seat.agent.id),
        teams: crew
            .teams
            .iter()
            .map(|team| Choice { id: team.id.text(), name: team.name.clone(), member: team.members.contains(&agent.id) })
            .collect(),
        roles: [Role::Agent, Role::Admin, Role::Owner].into_iter().filter(|role| *role <= seat.agent.role).map(Role::text).collect(),
        link: seat.visit.link.clone(),
        form: console.form(&seat.visit, form),
    };
    let page = console.page(&seat.visit, "people", "person.html", own).await?;
    Ok(page.into_response())
}
