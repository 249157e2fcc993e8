//! One request as its handler sees it: who asks, in which language, with which form token.

use std::net::{IpAddr, SocketAddr};
use std::ops::Deref;
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts, OriginalUri};
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT, ACCEPT_LANGUAGE, HOST};
use axum::http::request::Parts;
use axum_extra::extract::cookie::CookieJar;
use chat::WorkspaceId;
use chat::agent::{Agent, Role};

use crate::config::Config;
use crate::error::Error;
use crate::handle::Console;
use crate::locale::Locale;
use crate::web::cookies::{self, Kind};
use crate::web::flash::Flash;

/// What is known of a request before its handler runs. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Visit(Arc<Known>);

/// See [`Visit`].
#[derive(Debug)]
pub struct Known {
    /// The language to answer in.
    pub locale: Locale,
    /// `auto`, `light`, `dark` or `contrast`.
    pub theme: String,
    /// What every form must carry.
    pub csrf: String,
    /// Whether `csrf` is new and must be kept in a cookie.
    pub csrf_is_new: bool,
    /// Who is signed in.
    pub agent: Option<Agent>,
    /// The token of the signed-in browser.
    pub token: Option<String>,
    /// What this page says once.
    pub flash: Option<Flash>,
    /// A one-time link, or a token of the open API, that this page shows once.
    pub link: Option<String>,
    /// The record could not be read: who asks is not known.
    pub lost: bool,
    /// Whether the browser speaks TLS with us.
    pub https: bool,
    /// Scheme and host as the browser sees them: for links to copy.
    pub origin: String,
    /// Path and query.
    pub path: String,
    /// When it came, unix milliseconds: nothing that is read for it is older.
    pub at: i64,
    /// A script asks: answer with JSON instead of pages and redirects.
    pub wants_json: bool,
    /// Who connects, if the listener told.
    pub address: Option<IpAddr>,
}

impl Deref for Visit {
    type Target = Known;
    fn deref(&self) -> &Known {
        &self.0
    }
}

impl Visit {
    /// Reads a request; looks up its session.
    pub async fn of(console: &Console, request: &Parts) -> Visit {
        let (at, headers) = (console.chat.now(), &request.headers);
        let https = is_https(&console.config, headers);
        let jar = CookieJar::from_headers(headers);
        let token = cookies::read(&jar, Kind::Session, https);
        let found = match &token {
            Some(token) => signed_in(console, token).await,
            None => Ok(None),
        };
        let lost = found.is_err();
        let signed_in = found.unwrap_or_default();
        let kept = cookies::read(&jar, Kind::Form, https);
        let (csrf, csrf_is_new) = match (&signed_in, kept) {
            (Some((_, csrf)), _) => (csrf.clone(), false),
            (None, Some(kept)) => (kept, false),
            (None, None) => (console.chat.random().token(), true),
        };
        let agent = signed_in.map(|(agent, _)| agent);
        let path = path(request);
        Visit(Arc::new(Known {
            locale: locale(agent.as_ref(), &jar, https, headers),
            theme: cookies::read(&jar, Kind::Theme, https)
                .filter(|theme| THEMES.contains(&theme.as_str()))
                .unwrap_or_else(|| THEMES[0].to_owned()),
            csrf,
            csrf_is_new,
            token: agent.is_some().then_some(token).flatten(),
            agent,
            flash: cookies::read(&jar, Kind::Flash, https).and_then(|text| Flash::decode(&text)),
            link: cookies::read(&jar, Kind::Link, https).filter(|link| is_link(link) || is_token(link)),
            lost,
            https,
            origin: origin(&console.config, headers, https),
            path,
            at,
            wants_json: header(headers, &ACCEPT).starts_with("application/json"),
            address: address(&console.config, request),
        }))
    }
}

/// The themes a person may choose; the first is the system's own.
pub const THEMES: [&str; 4] = ["auto", "light", "dark", "contrast"];

/// A signed-in visit: what every handler behind the door takes.
#[derive(Clone, Debug)]
pub struct Seat {
    /// The request.
    pub visit: Visit,
    /// Who sits here.
    pub agent: Agent,
}

impl Seat {
    /// The tenant everything is looked up in.
    #[must_use]
    pub fn workspace(&self) -> WorkspaceId {
        self.agent.workspace
    }

    /// Whether this person may what `role` may.
    #[must_use]
    pub fn is(&self, role: Role) -> bool {
        self.agent.role >= role
    }

    /// The language to answer in.
    #[must_use]
    pub fn locale(&self) -> Locale {
        self.visit.locale
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Visit {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        parts.extensions.get::<Visit>().cloned().ok_or(Error::SignIn)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Seat {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let visit = Visit::from_request_parts(parts, state).await?;
        let agent = visit.agent.clone().ok_or(Error::SignIn)?;
        Ok(Seat { visit, agent })
    }
}

/// Whether a text is a one-time link of the console, and nothing else.
fn is_link(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || ":/.-_[]".contains(c);
    text.starts_with("http") && text.contains("/console/invite/") && text.chars().all(plain)
}

/// Whether a text is a token of the open API, and nothing else.
fn is_token(text: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
    text.strip_prefix(chat::token::PREFIX).is_some_and(|secret| secret.len() == 43 && secret.chars().all(plain))
}

/// Who the token belongs to, with their form token; an error when the record cannot be read.
async fn signed_in(console: &Console, token: &str) -> Result<Option<(Agent, String)>, chat::Error> {
    let store = console.chat.store();
    let now = console.chat.now();
    let session = match chat::session::find(store, token, now).await {
        Ok(session) => session,
        Err(chat::Error::NotFound) => return Ok(None),
        Err(error) => return Err(error),
    };
    let used_at = session.expires_at - chat::session::LIFETIME_MS;
    if used_at < now - 3_600_000 {
        // A session that cannot be prolonged is still good now.
        if let Err(error) = chat::session::touch(store, token, now).await {
            tracing::warn!(%error, "a session could not be prolonged");
        }
    }
    let agent = chat::agent::find(store, session.workspace, session.agent).await?;
    Ok(Some((agent, session.csrf)))
}

fn locale(agent: Option<&Agent>, jar: &CookieJar, https: bool, headers: &HeaderMap) -> Locale {
    agent
        .and_then(|agent| Locale::parse(&agent.locale))
        .or_else(|| Locale::parse(&cookies::read(jar, Kind::Language, https)?))
        .unwrap_or_else(|| Locale::accepted(header(headers, &ACCEPT_LANGUAGE)))
}

fn is_https(config: &Config, headers: &HeaderMap) -> bool {
    let forwarded = headers.get("x-forwarded-proto").and_then(|value| value.to_str().ok());
    config.https || (config.trust_proxy && forwarded == Some("https"))
}

fn origin(config: &Config, headers: &HeaderMap, https: bool) -> String {
    let forwarded = headers.get("x-forwarded-host").filter(|_| config.trust_proxy).and_then(|value| value.to_str().ok());
    let host = forwarded.unwrap_or_else(|| header(headers, &HOST));
    let plain = |c: char| c.is_ascii_alphanumeric() || ".-:[]".contains(c);
    let host = if !host.is_empty() && host.chars().all(plain) { host } else { "localhost" };
    format!("{}://{host}", if https { "https" } else { "http" })
}

fn address(config: &Config, request: &Parts) -> Option<IpAddr> {
    let forwarded = config.trust_proxy.then(|| forwarded_for(&request.headers)).flatten();
    let connected = request.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    forwarded.or(connected)
}

/// Whom our own proxy names: the last entry of the last line. Those before it are the client's own words.
#[must_use]
pub fn forwarded_for(headers: &HeaderMap) -> Option<IpAddr> {
    let last = headers.get_all("x-forwarded-for").iter().next_back()?;
    last.to_str().ok()?.rsplit(',').next()?.trim().parse().ok()
}

fn path(request: &Parts) -> String {
    let uri = request.extensions.get::<OriginalUri>().map_or(&request.uri, |original| &original.0);
    uri.path_and_query().map_or_else(|| uri.path().to_owned(), |path| path.as_str().to_owned())
}

fn header<'a>(headers: &'a HeaderMap, name: &axum::http::HeaderName) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_word_on_an_address_counts() {
        for (lines, found) in [
            (&["192.0.2.7"][..], Some("192.0.2.7")),
            (&["198.51.100.1, 192.0.2.7"], Some("192.0.2.7")),
            (&["198.51.100.1", "192.0.2.7"], Some("192.0.2.7")),
            (&["198.51.100.1, 198.51.100.2", "198.51.100.3 ,2001:db8::7 "], Some("2001:db8::7")),
            (&["192.0.2.7", "nobody"], None),
            (&["192.0.2.7,"], None),
            (&[], None),
        ] {
            let lines = lines.iter().map(|line| (axum::http::HeaderName::from_static("x-forwarded-for"), line.parse().unwrap()));
            let headers: HeaderMap = lines.collect();
            assert_eq!(forwarded_for(&headers), found.map(|text| text.parse().unwrap()), "{headers:?}");
        }
    }
}
