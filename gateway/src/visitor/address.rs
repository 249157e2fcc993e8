//! Where a visitor comes from.

use std::net::{IpAddr, SocketAddr};

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::{HeaderMap, request::Parts},
};
use console::web::visit::forwarded_for;

use super::gate::Gate;

/// The visitor's address, as far as it can be known.
pub(crate) struct Address(pub Option<IpAddr>);

impl FromRequestParts<Gate> for Address {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, gate: &Gate) -> Result<Self, Self::Rejection> {
        let connected = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
        Ok(Self::of(gate.trust_proxy, connected, &parts.headers))
    }
}

impl Address {
    /// Whom a proxy names that is trusted, or else who is connected.
    pub(crate) fn of(trust_proxy: bool, connected: Option<IpAddr>, headers: &HeaderMap) -> Self {
        Self(trust_proxy.then(|| forwarded_for(headers)).flatten().or(connected))
    }
}
