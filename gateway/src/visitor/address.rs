//! Where a visitor comes from.

use std::net::{IpAddr, SocketAddr};

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::request::Parts,
};

use super::gate::Gate;

/// The visitor's address, as far as it can be known.
pub(crate) struct Address(pub Option<IpAddr>);

impl FromRequestParts<Gate> for Address {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, gate: &Gate) -> Result<Self, Self::Rejection> {
        let forwarded = parts
            .headers
            .get("x-forwarded-for")
            .filter(|_| gate.trust_proxy)
            .and_then(|value| value.to_str().ok())
            // The last entry is the one our own proxy added.
            .and_then(|value| value.rsplit(',').next()?.trim().parse().ok());
        let connected = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
        Ok(Self(forwarded.or(connected)))
    }
}
