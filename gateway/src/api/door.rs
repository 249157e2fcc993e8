//! Who asks: a token names its workspace and what its holder may do there.

use axum::{
    extract::{FromRequestParts, Request, State},
    http::{HeaderMap, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use chat::{
    WorkspaceId,
    audit::{self, Actor, Entry},
    token::{self, Rights, Token},
};
use serde_json::Value;

use super::{Api, refusal::Refusal};
use crate::visitor::Pace;

const MINUTE_MS: u32 = 60_000;
/// Above so many paces, those that are full are forgotten.
const MANY: usize = 1_024;

/// The door of one route.
#[derive(Clone)]
pub(super) struct Door {
    pub api: Api,
    pub rights: Rights,
}

/// Whose request it is.
#[derive(Clone, Debug)]
pub(super) struct Caller(Token);

impl Caller {
    /// The tenant, and the only one it sees.
    pub(super) fn workspace(&self) -> WorkspaceId {
        self.0.workspace
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Caller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        parts.extensions.get::<Self>().cloned().ok_or(Refusal::Token)
    }
}

/// Lets a request through that carries a good token with the right it needs, and is not one too many.
pub(super) async fn enter(State(door): State<Door>, mut request: Request, next: Next) -> Response {
    match door.admit(request.headers()).await {
        Ok(caller) => {
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
        Err(refusal) => refusal.into_response(),
    }
}

impl Door {
    async fn admit(&self, headers: &HeaderMap) -> Result<Caller, Refusal> {
        let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let (scheme, secret) = given.split_once(' ').unwrap_or_default();
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(Refusal::Token);
        }
        let now = self.api.chat.now();
        let token = match token::open(self.api.chat.store(), secret.trim(), now).await {
            Ok(token) => token,
            Err(chat::Error::NotFound) => return Err(Refusal::Token),
            Err(error) => return Err(error.into()),
        };
        self.api.pace(&token, now)?;
        if token.rights < self.rights {
            return Err(Refusal::Rights);
        }
        Ok(Caller(token))
    }
}

impl Api {
    fn pace(&self, token: &Token, now: i64) -> Result<(), Refusal> {
        if self.paces.len() > MANY {
            self.paces.retain(|_, pace| !pace.is_full(now));
        }
        let fresh = || Pace::new(self.config.requests_per_minute, MINUTE_MS, now);
        self.paces.entry(token.id).or_insert_with(fresh).take(now).map_err(|wait_ms| Refusal::SlowDown { wait_ms })
    }

    /// A line of the audit log: what a program changed.
    pub(super) async fn note(&self, caller: &Caller, action: &str, object: String, detail: Value) -> Result<(), Refusal> {
        let entry = Entry { id: self.chat.id(), actor: Actor::Token(caller.0.id), action, object, detail, at: self.chat.now() };
        Ok(audit::note(self.chat.store(), caller.workspace(), entry).await?)
    }
}
