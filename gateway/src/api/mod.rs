//! The open API: what programs of the customer do with knowledge. `openapi.json` describes it, and a test holds the two together.

mod answers;
mod body;
mod documents;
mod door;
mod libraries;
mod refusal;
mod search;
mod sources;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::{Method, header},
    middleware::from_fn_with_state,
    response::IntoResponse,
    routing::{MethodRouter, any, delete, get, post, put},
};
use chat::{Chat, TokenId, token::Rights};
use console::Console;
use dashmap::DashMap;
use knowledge::Knowledge;
use serde::{Deserialize, Serialize};

use self::{door::Door, refusal::Refusal};
use crate::visitor::Pace;

/// The document that describes every route.
const DESCRIPTION: &str = include_str!("openapi.json");

/// Section `[api]` of the configuration.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Config {
    /// Requests of one token within a minute.
    pub requests_per_minute: u32,
    /// The largest body of a request, in MiB.
    pub body_mib: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self { requests_per_minute: 600, body_mib: 16 }
    }
}

impl Config {
    /// Errors are sentences for the operator.
    pub(crate) fn validate(&self) -> Result<(), String> {
        if self.requests_per_minute == 0 {
            return Err("api.requests_per_minute must be at least 1".into());
        }
        if !(1..=64).contains(&self.body_mib) {
            return Err("api.body_mib must be from 1 to 64".into());
        }
        Ok(())
    }
}

/// What every handler reaches; cheap to clone.
#[derive(Clone)]
pub(crate) struct Api {
    chat: Chat,
    knowledge: Knowledge,
    /// For its words: what is refused is said in the caller's language.
    console: Console,
    config: Config,
    paces: Arc<DashMap<TokenId, Pace>>,
}

impl Api {
    /// Opens nothing.
    pub(crate) fn new(chat: Chat, knowledge: Knowledge, console: Console, config: Config) -> Self {
        Self { chat, knowledge, console, config, paces: Arc::default() }
    }
}

/// A declared route: which rights a token must have for it.
struct Route {
    #[cfg_attr(not(test), expect(dead_code, reason = "a test holds the description to it"))]
    method: Method,
    path: &'static str,
    rights: Rights,
    handler: MethodRouter<Api>,
}

fn look(path: &'static str, handler: MethodRouter<Api>) -> Route {
    Route { method: Method::GET, path, rights: Rights::Read, handler }
}

fn change(method: Method, path: &'static str, handler: MethodRouter<Api>) -> Route {
    Route { method, path, rights: Rights::Write, handler }
}

fn routes() -> Vec<Route> {
    vec![
        look("/v1/libraries", get(libraries::list)),
        change(Method::POST, "/v1/libraries", post(libraries::create)),
        look("/v1/libraries/{library}/answers", get(answers::list)),
        change(Method::POST, "/v1/libraries/{library}/answers", post(answers::write)),
        look("/v1/sources", get(sources::list)),
        change(Method::POST, "/v1/sources", post(sources::open)),
        look("/v1/sources/{source}", get(sources::one)),
        change(Method::DELETE, "/v1/sources/{source}", delete(sources::remove)),
        change(Method::PUT, "/v1/sources/{source}/split", put(sources::split)),
        change(Method::POST, "/v1/sources/{source}/sync", post(sources::sync)),
        look("/v1/sources/{source}/documents", get(documents::list)),
        change(Method::POST, "/v1/sources/{source}/documents", post(documents::send)),
        change(Method::PUT, "/v1/sources/{source}/documents/{external_id}", put(documents::send_one)),
        change(Method::DELETE, "/v1/sources/{source}/documents/{external_id}", delete(documents::remove_named)),
        look("/v1/documents/{document}", get(documents::one)),
        change(Method::DELETE, "/v1/documents/{document}", delete(documents::remove)),
        look("/v1/search", get(search::search)),
    ]
}

/// Every route of the API, and its description.
pub(crate) fn router(api: Api) -> Router {
    let mut doors = Router::new();
    for route in routes() {
        let door = Door { api: api.clone(), rights: route.rights };
        doors = doors.route(route.path, route.handler.route_layer(from_fn_with_state(door, door::enter)));
    }
    let bytes = usize::try_from(api.config.body_mib).unwrap_or(16) << 20;
    doors
        .route("/v1/{*nowhere}", any(nowhere))
        .method_not_allowed_fallback(wrong_method)
        .layer(from_fn_with_state(api.clone(), refusal::explain))
        .layer(DefaultBodyLimit::max(bytes))
        .with_state(api)
        .route("/v1/openapi.json", get(|| async { ([(header::CONTENT_TYPE, "application/json")], DESCRIPTION).into_response() }))
}

async fn nowhere() -> Refusal {
    Refusal::NotFound
}

async fn wrong_method() -> Refusal {
    Refusal::Method
}
