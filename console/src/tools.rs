//! What the bot may do: tools, described by admins and tried here before a visitor's question calls them.

mod form;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;

use bot::tool::{self, Past, Tool};
use bot::{Secret, Settings};
use chat::ToolId;

use crate::error::Error;
use crate::handle::Console;
use crate::web::fields::Fields;
use crate::web::flash::Flash;
use crate::web::form::{Form, FormText};
use crate::web::params::Id;
use crate::web::visit::Seat;

/// Where tools are listed.
const PAGE: &str = "/console/tools";

#[derive(Serialize)]
struct ToolsPage {
    /// Without a model nothing calls them.
    model: bool,
    tools: Vec<ToolText>,
}

#[derive(Serialize)]
struct ToolText {
    href: String,
    name: String,
    title: String,
    method: &'static str,
    who: &'static str,
    consent: &'static str,
    on: bool,
}

#[derive(Serialize)]
struct ToolPage {
    /// `None`: a new one.
    tool: Option<ToolText>,
    form: FormText,
    tried: Option<TriedText>,
    code: CodeText,
    past: Vec<PastText>,
}

#[derive(Serialize)]
struct TriedText {
    http: Option<u16>,
    ms: u64,
    shown: String,
    problem: String,
}

/// How codes are sent.
#[derive(Default, Serialize)]
struct CodeText {
    /// They go somewhere.
    on: bool,
    /// What is sent is signed.
    signed: bool,
    /// The secret, the one time it is shown.
    secret: String,
    sample: Option<SampleText>,
}

/// A code that was sent for a try.
#[derive(Serialize)]
struct SampleText {
    code: String,
    http: Option<u16>,
    problem: String,
}

#[derive(Serialize)]
struct PastText {
    href: String,
    status: &'static str,
    http: Option<i64>,
    ms: Option<i64>,
    problem: String,
    at: i64,
}

/// The list.
pub async fn show(State(console): State<Console>, seat: Seat) -> Result<Response, Error> {
    let workspace = seat.workspace();
    let settings = Settings::get(&console.chat, workspace).await?;
    let tools = tool::list(&console.chat, workspace).await?;
    let own = ToolsPage { model: !console.bot.models(workspace, &settings).is_empty(), tools: tools.iter().map(ToolText::of).collect() };
    Ok(console.page(&seat.visit, "tools", "tools.html", own).await?.into_response())
}

/// The form of a new one.
pub async fn new(State(console): State<Console>, seat: Seat) -> Result<Response, Error> {
    page(&console, &seat, None, &form::empty(), Shown::default()).await
}

/// Makes one.
pub async fn create(State(console): State<Console>, seat: Seat, fields: Fields) -> Result<Response, Error> {
    let mut form = form::filled(&fields);
    if let Some((spec, headers)) = form::read(&mut form) {
        match tool::create(&console.chat, seat.workspace(), &spec, &headers).await {
            Ok(id) => {
                console.note(&seat, "tool.create", id.text(), json!({ "name": spec.name, "method": spec.method })).await?;
                let flash = Flash::done("flash-tool-saved").with("name", &*spec.title);
                return Ok(console.said(&seat.visit, &format!("{PAGE}/{id}#try"), &flash));
            }
            Err(bot::Error::Invalid(fault)) => form.refuse_with(fault),
            Err(error) => return Err(error.into()),
        }
    }
    form::hide(&mut form);
    let page = page(&console, &seat, None, &form, Shown::default()).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// One tool.
pub async fn one(State(console): State<Console>, seat: Seat, Id(id): Id<ToolId>) -> Result<Response, Error> {
    let tool = tool::find(&console.chat, seat.workspace(), id).await?;
    page(&console, &seat, Some(&tool), &form::of(&tool), Shown::default()).await
}

/// Changes one.
pub async fn save(State(console): State<Console>, seat: Seat, Id(id): Id<ToolId>, fields: Fields) -> Result<Response, Error> {
    let tool = tool::find(&console.chat, seat.workspace(), id).await?;
    let mut form = form::filled(&fields);
    if let Some((spec, headers)) = form::read(&mut form) {
        match tool::save(&console.chat, seat.workspace(), id, &spec, headers).await {
            Ok(()) => {
                console.note(&seat, "tool.save", id.text(), json!({ "name": spec.name, "method": spec.method })).await?;
                let flash = Flash::done("flash-tool-saved").with("name", &*spec.title);
                return Ok(console.said(&seat.visit, &format!("{PAGE}/{id}"), &flash));
            }
            Err(bot::Error::Invalid(fault)) => form.refuse_with(fault),
            Err(error) => return Err(error.into()),
        }
    }
    form::hide(&mut form);
    let page = page(&console, &seat, Some(&tool), &form, Shown::default()).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// Calls it now, with arguments an admin has written.
pub async fn try_out(State(console): State<Console>, seat: Seat, Id(id): Id<ToolId>, fields: Fields) -> Result<Response, Error> {
    let tool = tool::find(&console.chat, seat.workspace(), id).await?;
    let mut form = form::of(&tool).with("arguments", fields.text("arguments"));
    let mut tried = None;
    match serde_json::from_str(fields.text("arguments").trim()) {
        Err(error) => form.fault_with("arguments", knowledge::json::fault(&error, 0)),
        Ok(arguments) => match console.bot.try_tool(&tool, arguments).await {
            Ok(done) => {
                console.note(&seat, "tool.try", id.text(), json!({ "status": done.http })).await?;
                let (shown, problem) = match done.shown {
                    Ok(shown) => (serde_json::to_string_pretty(&shown).unwrap_or_default(), String::new()),
                    Err(problem) => (String::new(), said(&console, &seat, &problem)),
                };
                tried = Some(TriedText { http: done.http, ms: done.ms, shown: shown.chars().take(20_000).collect(), problem });
            }
            Err(bot::Error::Invalid(fault)) => {
                let problem = console.templates.words().fault(seat.locale(), &fault);
                tried = Some(TriedText { http: None, ms: 0, shown: String::new(), problem });
            }
            Err(error) => return Err(error.into()),
        },
    }
    page(&console, &seat, Some(&tool), &form, Shown { tried, ..Shown::default() }).await
}

/// Switches it on or off.
pub async fn switch(State(console): State<Console>, seat: Seat, Id(id): Id<ToolId>, fields: Fields) -> Result<Response, Error> {
    let on = fields.text("on") == "1";
    tool::switch(&console.chat, seat.workspace(), id, on).await?;
    console.note(&seat, "tool.switch", id.text(), json!({ "on": on })).await?;
    let flash = Flash::done(if on { "flash-tool-on" } else { "flash-tool-off" });
    Ok(console.said(&seat.visit, &format!("{PAGE}/{id}"), &flash))
}

/// Removes it.
pub async fn remove(State(console): State<Console>, seat: Seat, Id(id): Id<ToolId>) -> Result<Response, Error> {
    tool::remove(&console.chat, seat.workspace(), id).await?;
    console.note(&seat, "tool.remove", id.text(), json!({})).await?;
    Ok(console.said(&seat.visit, PAGE, &Flash::done("flash-tool-removed")))
}

/// Makes the secret that signs codes, or sends a code for a try.
pub async fn code(State(console): State<Console>, seat: Seat, Id(id): Id<ToolId>, fields: Fields) -> Result<Response, Error> {
    let workspace = seat.workspace();
    let mut tool = tool::find(&console.chat, workspace, id).await?;
    let mut form = form::of(&tool);
    let mut shown = Shown::default();
    if fields.text("do") == "make" {
        let secret = Secret::new(console.chat.random().token());
        tool::set_code_secret(&console.chat, workspace, id, &secret).await?;
        console.note(&seat, "tool.code_secret", id.text(), json!({})).await?;
        tool = tool::find(&console.chat, workspace, id).await?;
        secret.expose().clone_into(&mut shown.secret);
    } else {
        let subject = fields.text("subject");
        form = form.with("subject", subject);
        match console.bot.try_code(&tool, subject, seat.locale().tag()).await {
            Ok(sample) => {
                console.note(&seat, "tool.try_code", id.text(), json!({ "status": sample.http })).await?;
                let code = sample.code.expose().to_owned();
                shown.sample = Some(SampleText { code, http: sample.http, problem: said(&console, &seat, &sample.problem) });
            }
            Err(bot::Error::Invalid(fault)) => {
                let problem = console.templates.words().fault(seat.locale(), &fault);
                shown.sample = Some(SampleText { code: String::new(), http: None, problem });
            }
            Err(error) => return Err(error.into()),
        }
    }
    page(&console, &seat, Some(&tool), &form, shown).await
}

/// What came of a try.
#[derive(Default)]
struct Shown {
    tried: Option<TriedText>,
    secret: String,
    sample: Option<SampleText>,
}

async fn page(console: &Console, seat: &Seat, tool: Option<&Tool>, form: &Form, shown: Shown) -> Result<Response, Error> {
    let past = match tool {
        Some(tool) => console.bot.past_calls(seat.workspace(), tool.id).await?,
        None => Vec::new(),
    };
    let own = ToolPage {
        tool: tool.map(ToolText::of),
        form: console.form(&seat.visit, form),
        tried: shown.tried,
        code: CodeText {
            on: tool.is_some_and(|tool| !tool.spec.code_address.is_empty()),
            signed: tool.is_some_and(|tool| !tool.code_secret.is_empty()),
            secret: shown.secret,
            sample: shown.sample,
        },
        past: past.into_iter().map(|past| PastText::of(past, |problem| said(console, seat, problem))).collect(),
    };
    Ok(console.page(&seat.visit, "tools", "tool.html", own).await?.into_response())
}

impl ToolText {
    fn of(tool: &Tool) -> ToolText {
        let spec = &tool.spec;
        ToolText {
            href: format!("{PAGE}/{}", tool.id),
            name: spec.name.clone(),
            title: spec.title.clone(),
            method: spec.method.text(),
            who: form::who(spec.who),
            consent: form::consent(spec.consent),
            on: tool.disabled_at.is_none(),
        }
    }
}

/// What was wrong with a call, in the reader's language; empty: nothing.
fn said(console: &Console, seat: &Seat, problem: &str) -> String {
    if problem.is_empty() { String::new() } else { console.templates.words().fault(seat.locale(), &bot::problem(problem)) }
}

impl PastText {
    fn of(past: Past, said: impl Fn(&str) -> String) -> Self {
        PastText {
            href: format!("/console/conversations/{}", past.conversation),
            status: past.status,
            http: past.http,
            ms: past.ms,
            problem: said(&past.problem),
            at: past.created_at,
        }
    }
}
