//! Every route of the console: method, address, who may use it, and its handler. The router
//! is made from this table and from nothing else.

use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, VARY};
use axum::http::{HeaderMap, HeaderValue, Method};
use axum::middleware::{from_fn_with_state, map_response};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
use tower_http::catch_panic::CatchPanicLayer;

use crate::assets::takes_brotli;
use crate::error::Error;
use crate::handle::Console;
use crate::web::enter::{enter, panicked, secure};
use crate::web::guard::{Door, Permission, guard};
use crate::{
    account, agreement, approvals, articles, beside, bot_settings, canned, cases, conversation, gaps, home, inbox, inboxes, invite, live,
    login, models, people, playground, releases, report, rules, search, setup, sources, tokens, tools, why,
};

use Permission::{Admin, Agent, Asset, Public};

/// A declared route.
pub struct Route {
    /// `GET` or `POST`.
    pub method: Method,
    /// With `{…}` for its parts.
    pub path: &'static str,
    /// Who may use it.
    pub permission: Permission,
    handler: MethodRouter<Console>,
}

/// The table.
#[must_use]
pub fn routes() -> Vec<Route> {
    let mut all = doors();
    all.extend(desk());
    all.extend(knowledge());
    all.extend(workspace());
    all
}

/// Files, and the pages before signing in.
fn doors() -> Vec<Route> {
    vec![
        show("/console/assets/{hash}/{*path}", Asset, get(asset)),
        show("/console", Public, get(home::slash)),
        show("/console/login", Public, get(login::show)),
        send("/console/login", Public, post(login::sign_in)),
        show("/console/setup/{token}", Public, get(setup::show)),
        send("/console/setup/{token}", Public, post(setup::save)),
        show("/console/invite/{token}", Public, get(invite::show)),
        send("/console/invite/{token}", Public, post(invite::save)),
        send("/console/language", Public, post(account::language)),
        show("/console/{*nowhere}", Public, get(nowhere)),
        send("/console/{*nowhere}", Public, post(nowhere)),
    ]
}

/// What agents work with all day.
fn desk() -> Vec<Route> {
    use conversation::{acts, amend, copilot, draft, page, reply, triage};
    vec![
        show("/console/", Agent, get(home::show)),
        send("/console/logout", Agent, post(login::sign_out)),
        show("/console/inbox", Agent, get(inbox::show)),
        show("/console/inbox/{conversation}", Agent, get(inbox::open)),
        show("/console/conversations/{id}", Agent, get(page::show)),
        act("/console/conversations/{id}/reply", post(reply::send)),
        act("/console/conversations/{id}/copilot", post(copilot::help)),
        act("/console/conversations/{id}/draft/{seq}", post(draft::decide)),
        act("/console/conversations/{id}/message/{seq}", post(amend::decide)),
        show("/console/conversations/{id}/message/{seq}/wordings", Admin, get(amend::wordings)),
        act("/console/conversations/{id}/take", post(acts::take)),
        act("/console/conversations/{id}/resolve", post(acts::resolve)),
        act("/console/conversations/{id}/reopen", post(acts::reopen)),
        act("/console/conversations/{id}/return", post(acts::give_back)),
        act("/console/conversations/{id}/pend", post(acts::pend)),
        act("/console/conversations/{id}/wake", post(acts::wake)),
        act("/console/conversations/{id}/snooze", post(acts::snooze)),
        act("/console/conversations/{id}/transfer", post(acts::transfer)),
        act("/console/conversations/{id}/priority", post(acts::priority)),
        act("/console/conversations/{id}/triage", post(triage::apply)),
        act("/console/conversations/{id}/labels", post(triage::labels)),
        act("/console/conversations/{id}/read", post(acts::read)),
        act("/console/conversations/{id}/typing", post(acts::typing)),
        show("/console/conversations/{id}/beside", Agent, get(beside::of_conversation)),
        show("/console/conversations/{id}/beside/{asked}", Agent, get(beside::why)),
        act("/console/conversations/{id}/beside/{asked}", post(beside::again)),
        show("/console/conversations/{id}/why/{seq}", Agent, get(why::show)),
        act("/console/conversations/{id}/why/{seq}", post(why::again)),
        show("/console/approvals", Agent, get(approvals::show)),
        act("/console/approvals/{id}", post(approvals::decide)),
        show("/console/live", Agent, get(live::open)),
        act("/console/presence", post(live::presence)),
        show("/console/canned", Agent, get(canned::show)),
        act("/console/canned", post(canned::create)),
        act("/console/canned/{id}", post(canned::change)),
        act("/console/canned/{id}/remove", post(canned::remove)),
        show("/console/account", Agent, get(account::show)),
        act("/console/account", post(account::save)),
        act("/console/account/password", post(account::password)),
        act("/console/account/sessions", post(account::end_sessions)),
    ]
}

/// What the bot knows. Everybody may look and write answers and articles; sources and collections are the admins'.
fn knowledge() -> Vec<Route> {
    use articles::{acts as article, collection, edit, new};
    use sources::{add, check, document, library, passage, source, split};
    vec![
        show("/console/articles", Agent, get(articles::show)),
        act("/console/articles", post(new::save)),
        show("/console/articles/new", Agent, get(new::show)),
        show("/console/articles/{id}", Agent, get(edit::show)),
        act("/console/articles/{id}", post(edit::save)),
        act("/console/articles/{id}/move", post(article::shift)),
        act("/console/articles/{id}/put", post(article::put)),
        act("/console/articles/{id}/remove", post(article::remove)),
        act("/console/articles/{id}/restore", post(article::restore)),
        send("/console/collections", Admin, post(collection::create)),
        show("/console/collections/new", Admin, get(collection::new)),
        show("/console/collections/{id}", Admin, get(collection::show)),
        send("/console/collections/{id}", Admin, post(collection::save)),
        send("/console/collections/{id}/move", Admin, post(collection::shift)),
        send("/console/collections/{id}/remove", Admin, post(collection::remove)),
        show("/console/search", Agent, get(search::show)),
        show("/console/playground", Agent, get(playground::show)),
        show("/console/gaps", Agent, get(gaps::show)),
        show("/console/gaps/{id}/answer", Agent, get(gaps::form)),
        act("/console/gaps/{id}/answer", post(gaps::save)),
        act("/console/gaps/{id}/close", post(gaps::close)),
        show("/console/sources", Admin, get(sources::show)),
        send("/console/sources", Admin, post(add::save)),
        show("/console/sources/new", Admin, get(add::show)),
        show("/console/sources/check", Admin, get(check::show)),
        send("/console/sources/check", Admin, post(check::give_up)),
        show("/console/passages/{id}", Admin, get(passage::show)),
        send("/console/passages/{id}", Admin, post(passage::save)),
        show("/console/sources/{id}", Admin, get(source::show)),
        send("/console/sources/{id}", Admin, post(source::save)),
        show("/console/sources/{id}/split", Admin, get(split::show)),
        send("/console/sources/{id}/split", Admin, post(split::save)),
        send("/console/sources/{id}/sync", Admin, post(source::sync)),
        send("/console/sources/{id}/remove", Admin, post(source::remove)),
        show("/console/sources/{id}/documents/{document}", Agent, get(document::show)),
        send("/console/sources/{id}/documents/{document}/remove", Admin, post(document::remove)),
        show("/console/libraries/{id}", Admin, get(library::show)),
        send("/console/libraries/{id}", Admin, post(library::save)),
        send("/console/libraries/{id}/remove", Admin, post(library::remove)),
    ]
}

/// What admins set up.
fn workspace() -> Vec<Route> {
    use people::{person, team};
    vec![
        show("/console/bot", Admin, get(bot_settings::show)),
        send("/console/bot", Admin, post(bot_settings::save)),
        send("/console/bot/test", Admin, post(bot_settings::test)),
        send("/console/bot/try", Admin, post(bot_settings::dry_run)),
        show("/console/models", Admin, get(models::show)),
        send("/console/models/try", Admin, post(models::try_out)),
        show("/console/bot/rules", Admin, get(rules::show)),
        send("/console/bot/rules", Admin, post(rules::save)),
        send("/console/bot/rules/try", Admin, post(rules::dry_run)),
        show("/console/bot/rules/learn", Admin, get(rules::learn::show)),
        send("/console/bot/rules/learn/measure", Admin, post(rules::learn::measure)),
        send("/console/bot/rules/learn/accept", Admin, post(rules::learn::accept)),
        send("/console/bot/rules/learn/refuse", Admin, post(rules::learn::refuse)),
        show("/console/tools", Admin, get(tools::show)),
        send("/console/tools", Admin, post(tools::create)),
        show("/console/tools/new", Admin, get(tools::new)),
        show("/console/tools/{id}", Admin, get(tools::one)),
        send("/console/tools/{id}", Admin, post(tools::save)),
        send("/console/tools/{id}/try", Admin, post(tools::try_out)),
        send("/console/tools/{id}/code", Admin, post(tools::code)),
        send("/console/tools/{id}/switch", Admin, post(tools::switch)),
        send("/console/tools/{id}/remove", Admin, post(tools::remove)),
        show("/console/cases", Admin, get(cases::show)),
        send("/console/cases", Admin, post(cases::create)),
        send("/console/cases/import", Admin, post(cases::import)),
        show("/console/cases/{id}", Admin, get(cases::edit)),
        send("/console/cases/{id}", Admin, post(cases::change)),
        send("/console/cases/{id}/decline", Admin, post(cases::decline)),
        show("/console/releases", Admin, get(releases::show)),
        send("/console/releases", Admin, post(releases::freeze)),
        send("/console/releases/back", Admin, post(releases::roll_back)),
        send("/console/releases/off", Admin, post(releases::switch_off)),
        show("/console/releases/{id}", Admin, get(releases::one)),
        send("/console/releases/{id}/stage", Admin, post(releases::stage)),
        send("/console/releases/{id}/publish", Admin, post(releases::publish)),
        send("/console/releases/{id}/withdraw", Admin, post(releases::withdraw)),
        send("/console/releases/{id}/run", Admin, post(releases::run)),
        show("/console/report", Admin, get(report::show)),
        show("/console/beside", Admin, get(beside::show)),
        show("/console/agreement", Admin, get(agreement::show)),
        send("/console/agreement/let", Admin, post(agreement::let_speak)),
        send("/console/agreement/judge", Admin, post(agreement::judge)),
        show("/console/inboxes", Admin, get(inboxes::show)),
        send("/console/inboxes", Admin, post(inboxes::create)),
        show("/console/inboxes/{id}", Admin, get(inboxes::settings)),
        send("/console/inboxes/{id}", Admin, post(inboxes::save)),
        send("/console/inboxes/{id}/identity", Admin, post(inboxes::identity)),
        send("/console/inboxes/{id}/libraries", Admin, post(inboxes::choose)),
        show("/console/tokens", Admin, get(tokens::show)),
        send("/console/tokens", Admin, post(tokens::create)),
        send("/console/tokens/{id}/revoke", Admin, post(tokens::revoke)),
        show("/console/people", Admin, get(people::show)),
        send("/console/people/invite", Admin, post(people::invite)),
        show("/console/people/{id}", Admin, get(person::show)),
        send("/console/people/{id}", Admin, post(person::save)),
        send("/console/people/{id}/disable", Admin, post(person::disable)),
        send("/console/people/{id}/enable", Admin, post(person::enable)),
        send("/console/people/{id}/password", Admin, post(person::password)),
        send("/console/teams", Admin, post(team::create)),
        show("/console/teams/{id}", Admin, get(team::show)),
        send("/console/teams/{id}", Admin, post(team::save)),
        send("/console/teams/{id}/remove", Admin, post(team::remove)),
    ]
}

fn show(path: &'static str, permission: Permission, handler: MethodRouter<Console>) -> Route {
    Route { method: Method::GET, path, permission, handler }
}

fn send(path: &'static str, permission: Permission, handler: MethodRouter<Console>) -> Route {
    Route { method: Method::POST, path, permission, handler }
}

/// A form every agent may send.
fn act(path: &'static str, handler: MethodRouter<Console>) -> Route {
    send(path, Agent, handler)
}

/// The router of the table: each route behind its own guard, all behind the same entrance.
pub fn router(console: &Console) -> Router {
    let mut pages = Router::new();
    let mut files = Router::new();
    for route in routes() {
        if route.permission == Asset {
            files = files.route(route.path, route.handler);
            continue;
        }
        let door = Door { console: console.clone(), permission: route.permission };
        let guarded = route.handler.route_layer(from_fn_with_state(door, guard));
        pages = pages.route(route.path, guarded);
    }
    let pages = pages
        .method_not_allowed_fallback(nowhere)
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(console.clone(), enter))
        .layer(DefaultBodyLimit::max(console.config.upload_bytes()));
    let files = files.layer(map_response(|mut response: Response| async {
        secure(response.headers_mut());
        response
    }));
    pages.merge(files).with_state(console.clone())
}

/// An address of the console that is none.
async fn nowhere() -> Error {
    Error::NotFound
}

/// A file under the hash of all of them: browsers may keep it for ever.
async fn asset(
    State(console): State<Console>,
    axum::extract::Path((hash, path)): axum::extract::Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let assets = console.templates.assets();
    let found = assets.find(&path).filter(|_| hash == assets.hash());
    let Some(found) = found else {
        return axum::http::StatusCode::NOT_FOUND.into_response();
    };
    let packed = takes_brotli(&headers) && !found.brotli.is_empty();
    let bytes = if packed { &found.brotli } else { &found.plain };
    let mut response = bytes.clone().into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(found.kind));
    let keep = HeaderValue::from_static("public, max-age=31536000, immutable");
    headers.insert(CACHE_CONTROL, keep);
    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    if packed {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("br"));
    }
    response
}
