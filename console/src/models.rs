//! The models of each task, in the order in which they are asked: where each is set, how it is doing, and a try.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use bot::Settings;
use bot::model::Task;
use knowledge::models::{Meaning, Opinion};

use crate::bot_settings::{ModelRow, failed, rows};
use crate::error::Error;
use crate::handle::Console;
use crate::web::fields::Fields;
use crate::web::visit::Seat;

#[derive(Serialize)]
struct ModelsPage {
    tasks: Vec<TaskText>,
    /// The workspace has a model of its own, which is asked first; the others are the configuration's.
    own: bool,
    meaning: Option<Meaning>,
    opinion: Option<Opinion>,
    tried: Option<TriedText>,
}

#[derive(Serialize)]
struct TaskText {
    task: &'static str,
    models: Vec<ModelRow>,
}

/// What a try came to.
#[derive(Serialize)]
struct TriedText {
    /// The task.
    what: String,
    /// Which model of its list; empty where there is one alone.
    name: String,
    done: bool,
    ms: u64,
    /// Numbers of a vector; 0: it has none.
    size: usize,
    /// Why it failed, in words; empty: nothing more is known.
    problem: String,
}

/// The page.
pub async fn show(State(console): State<Console>, seat: Seat) -> Result<Response, Error> {
    page(&console, &seat, None).await
}

/// Asks a model for a word, a vector or an opinion.
pub async fn try_out(State(console): State<Console>, seat: Seat, sent: Fields) -> Result<Response, Error> {
    let (what, name) = sent.text("try").split_once(' ').unwrap_or((sent.text("try"), ""));
    let tried = match Task::ALL.into_iter().find(|task| task.name() == what) {
        Some(task) => {
            let settings = Settings::get(&console.chat, seat.workspace()).await?;
            let came = console.bot.try_model(seat.workspace(), &settings, task, name).await;
            let problem = came.err().map(|failure| console.templates.words().plain(seat.locale(), failed(failure)));
            text(what, name, came.ok().map(|ms| (ms, 0)), problem)
        }
        None => {
            let came = match what {
                "rerank" => console.knowledge.try_opinion().await,
                "meaning" => console.knowledge.try_meaning().await,
                _ => return Err(Error::NotFound),
            };
            text(what, "", came.map(|tried| (tried.ms, tried.size)), None)
        }
    };
    page(&console, &seat, Some(tried)).await
}

fn text(what: &str, name: &str, came: Option<(u64, usize)>, problem: Option<String>) -> TriedText {
    let (ms, size) = came.unwrap_or_default();
    TriedText { what: what.to_owned(), name: name.to_owned(), done: came.is_some(), ms, size, problem: problem.unwrap_or_default() }
}

async fn page(console: &Console, seat: &Seat, tried: Option<TriedText>) -> Result<Response, Error> {
    let workspace = seat.workspace();
    let settings = Settings::get(&console.chat, workspace).await?;
    let rows = rows(console, seat, &settings).await?;
    let listed = |names: Vec<String>| names.iter().filter_map(|name| rows.iter().find(|row| row.name() == name)).cloned().collect();
    let lists = console.bot.lists(workspace, &settings).into_iter();
    let own = ModelsPage {
        tasks: lists.map(|(task, names)| TaskText { task: task.name(), models: listed(names) }).collect(),
        own: !settings.model.url.is_empty(),
        meaning: console.knowledge.meaning(workspace),
        opinion: console.knowledge.opinion(),
        tried,
    };
    Ok(console.page(&seat.visit, "models", "models.html", own).await?.into_response())
}
