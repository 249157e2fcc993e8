//! The bot: persona, thresholds, model.

mod fields;
mod money;
mod state;
mod trust;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;

use bot::Settings;

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
    let mut form = fields::filled(&sent);
    let settings = fields::read(&mut form, &old);
    if form.is_fine() {
        match settings.put(&console.chat, seat.workspace()).await {
            Ok(()) => {
                let detail = json!({ "answer_from": settings.answer_from, "model": settings.model.name, "redact": settings.redact, "budget": settings.budget });
                console.note(&seat, "bot.save", String::new(), detail).await?;
                let flash = Flash::done("flash-bot-saved");
                return Ok(console.said(&seat.visit, PAGE, &flash));
            }
            Err(bot::Error::Invalid(text)) => form.refuse_in_words(text),
            Err(error) => return Err(error.into()),
        }
    }
    form.forget("model_key");
    let model = state::configured(&console, &old);
    let page = page(&console, &seat, &form, &settings, model, None).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// Asks the model of the form something, without saving it.
pub async fn test(State(console): State<Console>, seat: Seat, sent: Fields) -> Result<Response, Error> {
    let old = Settings::get(&console.chat, seat.workspace()).await?;
    let mut form = fields::filled(&sent);
    let settings = fields::read(&mut form, &old);
    let model = if form.is_fine() { state::tested(&console, &seat, &settings).await } else { state::configured(&console, &old) };
    form.forget("model_key");
    page(&console, &seat, &form, &settings, model, None).await
}

/// Tries what is in the form on the turns of the past month, without saving it.
pub async fn dry_run(State(console): State<Console>, seat: Seat, sent: Fields) -> Result<Response, Error> {
    let old = Settings::get(&console.chat, seat.workspace()).await?;
    let mut form = fields::filled(&sent);
    let settings = fields::read(&mut form, &old);
    let tried = if form.is_fine() { Some(console.tried(&seat, &settings).await?) } else { None };
    form.forget("model_key");
    page(&console, &seat, &form, &settings, state::configured(&console, &old), tried).await
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
        waits: knowledge::release::live(console.chat.store(), seat.workspace()).await?.published.is_some(),
        form: console.form(&seat.visit, form),
    };
    let page = console.page(&seat.visit, "bot", "bot.html", own).await?;
    Ok(page.into_response())
}
