//! Inboxes: the websites people write from, how the widget looks there, and the snippet to embed.

mod libraries;
mod look;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;
use sqlx::Row;

use chat::inbox::{self, Inbox, Look};
use chat::{InboxId, News, Secret, Topic};

use crate::error::Error;
use crate::handle::Console;
use crate::web::fields::Fields;
use crate::web::flash::Flash;
use crate::web::form::{Form, FormText};
use crate::web::params::Id;
use crate::web::visit::Seat;

use libraries::Shelves;
pub use libraries::choose;
use look::Contrast;

/// Where inboxes are listed.
const PAGE: &str = "/console/inboxes";
const NEW: [&str; 1] = ["name"];

#[derive(Serialize)]
struct InboxesPage {
    inboxes: Vec<InboxText>,
    form: FormText,
}

#[derive(Serialize)]
struct SettingsPage {
    inbox: InboxText,
    snippet: String,
    chat_url: String,
    demo_url: &'static str,
    contrast: Contrast,
    /// Whether identities of visitors are believed.
    believes: bool,
    /// A key that was made just now: it is shown this once.
    identity_key: String,
    shelves: Shelves,
    form: FormText,
}

#[derive(Serialize)]
struct InboxText {
    id: String,
    href: String,
    name: String,
    color: String,
    origins: Vec<String>,
    conversations: i64,
    last_at: Option<i64>,
}

/// The list, with a form for a new one.
pub async fn show(State(console): State<Console>, seat: Seat) -> Result<Response, Error> {
    list(&console, &seat, &Form::empty(&NEW)).await
}

/// Makes one and goes to it.
pub async fn create(State(console): State<Console>, seat: Seat, fields: Fields) -> Result<Response, Error> {
    let mut form = Form::filled(&NEW, &fields);
    form.length("name", 100);
    if !form.is_fine() {
        let page = list(&console, &seat, &form).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    let chat = &console.chat;
    let id: InboxId = chat.id();
    let (name, look) = (form.value("name"), Look::default());
    inbox::create(chat.store(), seat.workspace(), id, name, &look, chat.now()).await?;
    tell(&console, &seat);
    let flash = Flash::done("flash-inbox-made").with("name", name);
    Ok(console.said(&seat.visit, &format!("{PAGE}/{id}"), &flash))
}

/// Its settings.
pub async fn settings(State(console): State<Console>, seat: Seat, Id(id): Id<InboxId>) -> Result<Response, Error> {
    let inbox = inbox::find(console.chat.store(), seat.workspace(), id).await?;
    let form = look::form(&inbox, seat.locale());
    page(&console, &seat, &inbox, &form, "").await
}

/// Makes a new key for identities, shown once, or forgets it.
pub async fn identity(State(console): State<Console>, seat: Seat, Id(id): Id<InboxId>, fields: Fields) -> Result<Response, Error> {
    let (workspace, store) = (seat.workspace(), console.chat.store());
    let made = fields.text("do") == "make";
    let key = Secret::new(if made { console.chat.random().token() } else { String::new() });
    inbox::set_identity_key(store, workspace, id, &key).await?;
    tell(&console, &seat);
    console.note(&seat, if made { "inbox.identity_key" } else { "inbox.identity_off" }, id.text(), json!({})).await?;
    let inbox = inbox::find(store, workspace, id).await?;
    let form = look::form(&inbox, seat.locale());
    page(&console, &seat, &inbox, &form, key.expose()).await
}

/// Saves its settings.
pub async fn save(State(console): State<Console>, seat: Seat, Id(id): Id<InboxId>, fields: Fields) -> Result<Response, Error> {
    let (workspace, store) = (seat.workspace(), console.chat.store());
    let inbox = inbox::find(store, workspace, id).await?;
    let mut form = look::filled(&fields);
    let look = look::read(&mut form, &inbox.look, seat.locale());
    if form.is_fine() {
        let name = form.value("name");
        match inbox::save(store, workspace, id, name, &look).await {
            Ok(()) => {
                tell(&console, &seat);
                console.note(&seat, "inbox.save", id.text(), json!({ "origins": look.origins })).await?;
                let flash = Flash::done("flash-inbox-saved").with("name", name);
                return Ok(console.said(&seat.visit, &format!("{PAGE}/{id}"), &flash));
            }
            Err(chat::Error::Invalid(text)) => form.refuse_with(text),
            Err(error) => return Err(error.into()),
        }
    }
    let page = page(&console, &seat, &inbox, &form, "").await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

fn tell(console: &Console, seat: &Seat) {
    let workspace = seat.workspace();
    let news = News::Settings { workspace };
    console.chat.bus().publish(Topic::Workspace(workspace), news);
}

async fn list(console: &Console, seat: &Seat, form: &Form) -> Result<Response, Error> {
    let mut inboxes = Vec::new();
    for inbox in inbox::list(console.chat.store(), seat.workspace()).await? {
        inboxes.push(text(console, seat, &inbox).await?);
    }
    let own = InboxesPage { inboxes, form: console.form(&seat.visit, form) };
    let page = console.page(&seat.visit, "inboxes", "inboxes.html", own).await?;
    Ok(page.into_response())
}

async fn page(console: &Console, seat: &Seat, inbox: &Inbox, form: &Form, identity_key: &str) -> Result<Response, Error> {
    let origin = &seat.visit.origin;
    let id = inbox.id;
    let own = SettingsPage {
        inbox: text(console, seat, inbox).await?,
        snippet: format!("<script src=\"{origin}/widget.js\" data-inbox=\"{id}\" async></script>"),
        chat_url: format!("{origin}/chat/{id}"),
        demo_url: "/demo",
        contrast: Contrast::of(form.value("color")),
        believes: !inbox.identity_key.is_empty(),
        identity_key: identity_key.to_owned(),
        shelves: Shelves::of(console, seat, inbox).await?,
        form: console.form(&seat.visit, form),
    };
    let page = console.page(&seat.visit, "inboxes", "inbox_settings.html", own).await?;
    Ok(page.into_response())
}

async fn text(console: &Console, seat: &Seat, inbox: &Inbox) -> Result<InboxText, Error> {
    let row = sqlx::query(
        "SELECT CAST(COUNT(*) AS BIGINT) AS n, MAX(last_at) AS last_at FROM conversation \
         WHERE workspace_id = $1 AND inbox_id = $2 AND last_seq > 0",
    )
    .bind(seat.workspace().text())
    .bind(inbox.id.text())
    .fetch_one(console.chat.store().read())
    .await?;
    Ok(InboxText {
        id: inbox.id.text(),
        href: format!("{PAGE}/{}", inbox.id),
        name: inbox.name.clone(),
        color: inbox.look.color.clone(),
        origins: inbox.look.origins.clone(),
        conversations: row.try_get("n")?,
        last_at: row.try_get("last_at")?,
    })
}
