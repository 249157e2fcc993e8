//! The door of each route: who may enter, and whether a form is ours.

use axum::extract::{Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use chat::agent::Role;
use subtle::ConstantTimeEq;

use crate::error::Error;
use crate::handle::Console;
use crate::templates::filters::urlencode;
use crate::web::fields::Fields;
use crate::web::visit::Visit;

/// Who may use a route; declared for each in [`crate::routes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// Anybody, without even looking for a session: style sheets.
    Asset,
    /// Anybody: signing in.
    Public,
    /// Everybody of the staff.
    Agent,
    /// Admins and owners.
    Admin,
    /// Owners.
    Owner,
}

impl Permission {
    fn role(self) -> Option<Role> {
        match self {
            Permission::Asset | Permission::Public => None,
            Permission::Agent => Some(Role::Agent),
            Permission::Admin => Some(Role::Admin),
            Permission::Owner => Some(Role::Owner),
        }
    }
}

/// What the guard of one route knows.
#[derive(Clone)]
pub struct Door {
    /// The house.
    pub console: Console,
    /// Who may enter.
    pub permission: Permission,
}

/// Lets a request through to its handler, or not.
pub async fn guard(State(door): State<Door>, request: Request, next: Next) -> Response {
    match admit(&door, request).await {
        Ok(request) => next.run(request).await,
        Err(response) => *response,
    }
}

async fn admit(door: &Door, mut request: Request) -> Result<Request, Box<Response>> {
    let refuse = |error: Error| Box::new(error.into_response());
    let visit = request.extensions().get::<Visit>().cloned().ok_or_else(|| refuse(Error::SignIn))?;
    if let Some(role) = door.permission.role() {
        if visit.lost {
            return Err(refuse(Error::Unavailable("who asks cannot be looked up".to_owned())));
        }
        let Some(agent) = &visit.agent else {
            return Err(Box::new(to_login(&visit, request.method())));
        };
        if agent.role < role {
            return Err(refuse(Error::Forbidden));
        }
    }
    if request.method() == Method::POST {
        let (parts, body) = request.into_parts();
        let headers = parts.headers.clone();
        let whole = Request::from_parts(parts.clone(), body);
        let fields = Fields::read(whole, door.console.config.upload_bytes()).await.map_err(refuse)?;
        let sent = headers.get("x-csrf-token").and_then(|value| value.to_str().ok()).unwrap_or_else(|| fields.text("csrf"));
        // An empty token of ours would match a form without any.
        let ours = !visit.csrf.is_empty() && !visit.csrf_is_new;
        if !ours || !bool::from(sent.as_bytes().ct_eq(visit.csrf.as_bytes())) {
            return Err(refuse(Error::Csrf));
        }
        request = Request::from_parts(parts, axum::body::Body::empty());
        request.extensions_mut().insert(fields);
    }
    Ok(request)
}

/// Sends people to sign in and back; a script gets the status.
fn to_login(visit: &Visit, method: &Method) -> Response {
    if visit.wants_json {
        return Error::SignIn.into_response();
    }
    let next = if method == Method::GET { format!("?next={}", urlencode(&visit.path)) } else { String::new() };
    Redirect::to(&format!("/console/login{next}")).into_response()
}
