//! Where a visitor comes from.

use std::net::{IpAddr, SocketAddr};

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::request::Parts,
};
use console::web::visit::forwarded_for;

use super::gate::Gate;

/// The visitor's address, as far as it can be known.
pub(crate) struct Address(pub Option<IpAddr>);

impl FromRequestParts<Gate> for Address {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, gate: &Gate) -> Result<Self, Self::Rejection> {
        let forwarded = gate.trust_proxy.then(|| forwarded_for(&parts.headers)).flatten();
        let connected = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
        Ok(Self(forwarded.or(connected)))
    }
}
