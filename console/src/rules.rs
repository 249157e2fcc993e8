//! Intents and rules: what visitors want, who gets it, and what decides before the bot looks anything up.

pub mod learn;
mod read;
mod row;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;

use bot::Settings;

use crate::bot_settings::DryRunText;
use crate::conversation::context::TeamText;
use crate::error::Error;
use crate::handle::Console;
use crate::web::fields::Fields;
use crate::web::flash::Flash;
use crate::web::form::{Form, FormText};
use crate::web::visit::Seat;

pub use read::list;
use row::{IntentRow, LANGUAGES, RuleRow};

const PAGE: &str = "/console/bot/rules";

#[derive(Serialize)]
struct RulesPage {
    intents: Vec<IntentRow>,
    rules: Vec<RuleRow>,
    /// Names of intents that a rule can ask for.
    wanted: Vec<String>,
    teams: Vec<TeamText>,
    inboxes: Vec<TeamText>,
    languages: &'static [&'static str],
    dry_run: Option<DryRunText>,
    /// Whether what is saved here waits for the next release.
    waits: bool,
    form: FormText,
}

/// The page.
pub async fn show(State(console): State<Console>, seat: Seat) -> Result<Response, Error> {
    let settings = Settings::get(&console.chat, seat.workspace()).await?;
    page(&console, &seat, &Form::empty(&[]), &settings, None).await
}

/// Saves all of them.
pub async fn save(State(console): State<Console>, seat: Seat, sent: Fields) -> Result<Response, Error> {
    let settings = console.sent_rules(&seat, &sent).await?;
    let mut form = Form::empty(&[]);
    match settings.put(&console.chat, seat.workspace()).await {
        Ok(()) => {
            let detail = json!({ "intents": settings.intents.len(), "rules": settings.rules.len() });
            console.note(&seat, "bot.rules", String::new(), detail).await?;
            return Ok(console.said(&seat.visit, PAGE, &Flash::done("flash-rules-saved")));
        }
        Err(bot::Error::Invalid(fault)) => form.refuse_with(fault),
        Err(error) => return Err(error.into()),
    }
    let page = page(&console, &seat, &form, &settings, None).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// Tries what is in the form on the turns of the past month, without saving it.
pub async fn dry_run(State(console): State<Console>, seat: Seat, sent: Fields) -> Result<Response, Error> {
    let settings = console.sent_rules(&seat, &sent).await?;
    let mut form = Form::empty(&[]);
    let tried = match settings.validate() {
        Ok(()) => Some(console.tried(&seat, &settings).await?),
        Err(fault) => {
            form.refuse_with(fault);
            None
        }
    };
    page(&console, &seat, &form, &settings, tried).await
}

impl Console {
    /// The settings with the intents and rules of the form.
    async fn sent_rules(&self, seat: &Seat, sent: &Fields) -> Result<Settings, Error> {
        let old = Settings::get(&self.chat, seat.workspace()).await?;
        Ok(Settings { intents: read::intents(sent), rules: read::rules(sent), ..old })
    }
}

async fn page(console: &Console, seat: &Seat, form: &Form, settings: &Settings, dry_run: Option<DryRunText>) -> Result<Response, Error> {
    let store = console.chat.store();
    let teams = console.desk.teams(seat.workspace()).await?;
    let inboxes = chat::inbox::list(store, seat.workspace()).await?;
    let own = RulesPage {
        intents: settings.intents.iter().map(IntentRow::of).chain([IntentRow::empty()]).collect(),
        rules: settings
            .rules
            .iter()
            .enumerate()
            .map(|(n, rule)| RuleRow::of(n + 1, rule))
            .chain([RuleRow::empty(settings.rules.len() + 1)])
            .collect(),
        wanted: settings.intents.iter().map(|intent| intent.name.clone()).collect(),
        teams: teams.into_iter().map(|team| TeamText { id: team.id.text(), name: team.name }).collect(),
        inboxes: inboxes.into_iter().map(|inbox| TeamText { id: inbox.id.text(), name: inbox.name }).collect(),
        languages: &LANGUAGES,
        dry_run,
        waits: console.waits(seat).await?,
        form: console.form(&seat.visit, form),
    };
    let page = console.page(&seat.visit, "rules", "rules.html", own).await?;
    Ok(page.into_response())
}
