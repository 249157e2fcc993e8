//! Randomness, passed in so that tests can repeat it.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use parking_lot::Mutex;
use rand::{Rng, RngCore, SeedableRng, rngs::StdRng};
use uuid::Uuid;

/// Ids, tokens and jitter.
#[derive(Clone)]
pub struct Random {
    rng: Arc<Mutex<StdRng>>,
}

impl Random {
    /// Seeded by the operating system; fit for secrets.
    pub fn system() -> Self {
        Self::of(StdRng::from_os_rng())
    }

    /// The same seed gives the same sequence: tests only.
    pub fn seeded(seed: u64) -> Self {
        Self::of(StdRng::seed_from_u64(seed))
    }

    fn of(rng: StdRng) -> Self {
        Self { rng: Arc::new(Mutex::new(rng)) }
    }

    /// A new UUIDv7 of any id type; `now` in unix milliseconds.
    pub fn id<T: From<Uuid>>(&self, now: i64) -> T {
        let mut bytes = [0; 10];
        self.rng.lock().fill_bytes(&mut bytes);
        let millis = u64::try_from(now).unwrap_or_default();
        T::from(uuid::Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid())
    }

    /// 32 random bytes as base64url: a secret that nobody guesses.
    pub fn token(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.bytes())
    }

    /// 32 random bytes.
    pub fn bytes(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        self.rng.lock().fill_bytes(&mut bytes);
        bytes
    }

    /// A number in `0..n`; 0 when `n` is 0.
    pub fn below(&self, n: u64) -> u64 {
        if n == 0 { 0 } else { self.rng.lock().random_range(0..n) }
    }
}

impl std::fmt::Debug for Random {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Random")
    }
}
