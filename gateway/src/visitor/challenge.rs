//! The calculation a newcomer's browser does before the first message: docs/PROTOCOL.md, "Newcomers". Nothing of it is kept:
//! a challenge is signed for one visitor of one inbox at one address, and once the visitor is in the record nobody asks for it.

use std::{
    net::IpAddr,
    sync::atomic::{AtomicU64, Ordering},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chat::{InboxId, VisitorId, WorkspaceId, inbox::Challenge};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

use super::{gate::Config, key::Keys};

/// The least and the most zero bits that are asked for: on a phone a fraction of a second, and a few seconds.
const BITS: std::ops::RangeInclusive<u8> = 15..=19;
/// How long a challenge holds.
const HOLDS_MS: i64 = 120_000;
/// Bytes of a signature that are told: what is hashed fits into one block of SHA-256.
const SIGNED: usize = 16;
/// The longest proof that is read.
const LONGEST: usize = 64;

/// New visitors who wrote within the last minute, each counted here.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Crowd {
    /// From the address of the one who writes; 0 where that says nothing.
    pub of_address: f64,
    pub of_workspace: f64,
}

/// How many zero bits a newcomer is asked for: one more for each doubling of the crowd. `None`: nothing.
pub(crate) fn bits(when: Challenge, crowd: Crowd, config: &Config) -> Option<u8> {
    let part = |count: f64, usual: u32| count / f64::from(usual.max(1));
    let crowded = part(crowd.of_address, config.newcomers_per_minute_of_address)
        .max(part(crowd.of_workspace, config.newcomers_per_minute_of_workspace));
    let asked = match when {
        Challenge::Off => false,
        Challenge::Busy => crowded > 1.0,
        Challenge::Always => true,
    };
    let doubled = BITS.take_while(|bits| f64::from(1_u32 << (bits - BITS.start())) <= crowded).last();
    asked.then(|| doubled.unwrap_or(*BITS.start()))
}

/// Whom a challenge is for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Whom {
    pub workspace: WorkspaceId,
    pub inbox: InboxId,
    pub visitor: VisitorId,
    /// As [`super::limits::network`] has it.
    pub network: Option<IpAddr>,
}

/// Why a proof does not count.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Wrong {
    /// This server did not ask this newcomer for it.
    Strange,
    Late,
    /// Too few zero bits.
    Easy,
}

/// `c1.<until>.<bits>.<signature>`
pub(crate) fn make(keys: &Keys, whom: &Whom, bits: u8, now: i64) -> String {
    let until = now + HOLDS_MS;
    let signature = sign(keys, whom, until, bits).finalize().into_bytes();
    format!("c1.{until}.{bits}.{}", URL_SAFE_NO_PAD.encode(&signature[..SIGNED]))
}

/// Whether `<challenge>.<nonce>` answers a challenge that was made for them.
pub(crate) fn check(keys: &Keys, whom: &Whom, proof: &str, now: i64) -> Result<(), Wrong> {
    let (until, bits, signature) = read(proof).ok_or(Wrong::Strange)?;
    sign(keys, whom, until, bits).verify_truncated_left(&signature).map_err(|_| Wrong::Strange)?;
    if now > until {
        return Err(Wrong::Late);
    }
    if zeros(&Sha256::digest(proof)) < u32::from(bits) { Err(Wrong::Easy) } else { Ok(()) }
}

fn read(proof: &str) -> Option<(i64, u8, [u8; SIGNED])> {
    let rest = proof.strip_prefix("c1.").filter(|_| proof.len() <= LONGEST)?;
    let mut parts = rest.split('.');
    let (until, bits) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let signature = URL_SAFE_NO_PAD.decode(parts.next()?).ok()?.try_into().ok()?;
    Some((until, bits, signature))
}

fn sign(keys: &Keys, whom: &Whom, until: i64, bits: u8) -> Hmac<Sha256> {
    let mut mac = keys.begin(b"challenge.v1.");
    for id in [whom.workspace.0, whom.inbox.0, whom.visitor.0] {
        mac.update(id.as_bytes());
    }
    mac.update(&until.to_be_bytes());
    mac.update(&[bits]);
    mac.update(whom.network.map(|network| network.to_string()).unwrap_or_default().as_bytes());
    mac
}

/// The zero bits a hash begins with.
fn zeros(hash: &[u8]) -> u32 {
    let whole = hash.iter().take_while(|byte| **byte == 0).count();
    hash.get(whole).map_or(0, |byte| byte.leading_zeros()) + 8 * u32::try_from(whole).unwrap_or(u32::MAX / 8)
}

/// How often it was asked for and answered; told once a minute, without anybody's address.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    asked: AtomicU64,
    proven: AtomicU64,
    refused: AtomicU64,
}

impl Counts {
    pub(crate) fn asked(&self) {
        self.asked.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn answered(&self, right: bool) {
        if right { &self.proven } else { &self.refused }.fetch_add(1, Ordering::Relaxed);
    }

    /// Says what came since it was said last, if anything did.
    pub(crate) fn tell(&self) {
        let [asked, proven, refused] = [&self.asked, &self.proven, &self.refused].map(|count| count.swap(0, Ordering::Relaxed));
        if asked + proven + refused > 0 {
            tracing::info!(
                challenge.asked = asked,
                challenge.proven = proven,
                challenge.refused = refused,
                "new visitors had to prove work in the last minute"
            );
        }
    }
}

#[cfg(test)]
mod tests;
