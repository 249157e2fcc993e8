//! The bot: persona, thresholds, model.

mod fields;
mod money;
mod state;
mod trust;
pub mod typed;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;

use bot::{Secret, Settings};

use crate::error::Error;
use crate::handle::Console;
use crate::web::fields::Fields;
use crate::web::flash::Flash;
use crate::web::form::{Form, FormText};
use crate::web::visit::Seat;

use money::Used;
use state::ModelText;
use trust::TrustText;

pub(crate) use state::{ModelRow, failed, rows};
pub(crate) use trust::DryRunText;

const PAGE: &str = "/console/bot";

#[derive(Serialize)]
struct BotPage {
    model: ModelText,
    has_key: bool,
    models: Vec<ModelRow>,
    used: Vec<Used>,
    currency: String,
    trust: TrustText,
    dry_run: Option<DryRunText>,
    /// Whether what is saved here waits for the next release.
    waits: bool,
    form: FormText,
}

/// The page.
pub async fn show(State(console): State<Console>, seat: Seat) -> Result<Response, Error> {
    let settings = Settings::get(&console.chat, seat.workspace()).await?;
    let form = fields::form(&settings);
    let model = state::configured(&console, &settings);
    page(&console, &seat, &form, &settings, model, None).await
}

/// Saves everything of the form.
pub async fn save(State(console): State<Console>, seat: Seat, sent: Fields) -> Result<Response, Error> {
    let old = Settings::get(&console.chat, seat.workspace()).await?;
    let (mut form, settings) = read(&console, &seat, &sent, &old);
    if form.is_fine() {
        match settings.put(&console.chat, seat.workspace()).await {
            Ok(()) => {
                console.typed.forget(&seat.visit.csrf);
                let detail = json!({ "answer_from": settings.answer_from, "model": settings.model.name, "redact": settings.redact, "budget": settings.budget });
                console.note(&seat, "bot.save", String::new(), detail).await?;
                let flash = Flash::done(if console.waits(&seat).await? { "flash-bot-waits" } else { "flash-bot-saved" });
                return Ok(console.said(&seat.visit, PAGE, &flash));
            }
            Err(bot::Error::Invalid(fault)) => form.refuse_with(fault),
            Err(error) => return Err(error.into()),
        }
    }
    let model = state::configured(&console, &old);
    let page = page(&console, &seat, &form, &settings, model, None).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// Asks the model of the form something, without saving it.
pub async fn test(State(console): State<Console>, seat: Seat, sent: Fields) -> Result<Response, Error> {
    let old = Settings::get(&console.chat, seat.workspace()).await?;
    let (form, settings) = read(&console, &seat, &sent, &old);
    let model = if form.is_fine() { state::tested(&console, &seat, &settings).await } else { state::configured(&console, &old) };
    page(&console, &seat, &form, &settings, model, None).await
}

/// Tries what is in the form on the turns of the past month, without saving it.
pub async fn dry_run(State(console): State<Console>, seat: Seat, sent: Fields) -> Result<Response, Error> {
    let old = Settings::get(&console.chat, seat.workspace()).await?;
    let (form, settings) = read(&console, &seat, &sent, &old);
    let tried = if form.is_fine() { Some(console.tried(&seat, &settings).await?) } else { None };
    page(&console, &seat, &form, &settings, state::configured(&console, &old), tried).await
}

/// What was sent, as a form that may go back and as settings. A typed key is in the settings alone, and remembered for a while:
/// the form that goes back says only for which address one was typed.
fn read(console: &Console, seat: &Seat, sent: &Fields, old: &Settings) -> (Form, Settings) {
    let (mut form, now) = (fields::filled(sent), console.chat.now());
    let (session, url) = (seat.visit.csrf.as_str(), form.value("model_url").to_owned());
    let (typed, known) = (form.value("key_typed").to_owned(), url == old.model.url && !old.model.key.is_empty());
    if form.value("model_key").is_empty() && !typed.is_empty() && !url.is_empty() {
        match console.typed.find(session, &url, now).filter(|_| typed == url) {
            Some(key) => form = form.with("model_key", key.expose()),
            None if known && typed != url => {}
            None => form.fault("model_key", "fault-key-again"),
        }
    }
    form.forget("key_typed");
    let settings = fields::read(&mut form, old);
    if !form.value("model_key").is_empty() && !url.is_empty() {
        console.typed.keep(session, &url, Secret::new(form.value("model_key")), now);
        form = form.with("key_typed", url);
    }
    form.forget("model_key");
    (form, settings)
}

/// The page; `entered`: the settings of the form.
async fn page(
    console: &Console,
    seat: &Seat,
    form: &Form,
    entered: &Settings,
    model: ModelText,
    dry_run: Option<DryRunText>,
) -> Result<Response, Error> {
    let settings = Settings::get(&console.chat, seat.workspace()).await?;
    let own = BotPage {
        model,
        has_key: !settings.model.key.is_empty(),
        models: state::rows(console, seat, &settings).await?,
        used: money::used(console, seat.workspace(), &settings).await?,
        currency: settings.budget.currency.clone(),
        trust: console.trust(seat, entered).await?,
        dry_run,
        waits: console.waits(seat).await?,
        form: console.form(&seat.visit, form),
    };
    let page = console.page(&seat.visit, "bot", "bot.html", own).await?;
    Ok(page.into_response())
}
