//! How often somebody may try to sign in: failures are counted by account and by address.

use std::collections::HashMap;
use std::net::IpAddr;

use parking_lot::Mutex;

/// Failures of one account before it has to wait.
const BY_ACCOUNT: u32 = 8;
/// Failures from one address before it has to wait.
const BY_ADDRESS: u32 = 40;
/// How long failures count, in ms.
const WINDOW_MS: i64 = 15 * 60_000;
/// Entries kept at most; beyond it the oldest windows go first.
const MOST: usize = 20_000;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Who {
    Account(String),
    Address(IpAddr),
}

#[derive(Clone, Copy, Debug)]
struct Window {
    since: i64,
    failures: u32,
}

/// Failed sign-ins of the last quarter of an hour, in memory: a restart forgives.
#[derive(Debug, Default)]
pub struct Attempts(Mutex<HashMap<Who, Window>>);

impl Attempts {
    /// Whether another try is allowed now (unix ms).
    #[must_use]
    pub fn allow(&self, email: &str, address: Option<IpAddr>, now: i64) -> bool {
        let known = self.0.lock();
        let free = |who: &Who, most: u32| known.get(who).is_none_or(|window| now - window.since >= WINDOW_MS || window.failures < most);
        free(&account(email), BY_ACCOUNT) && address.is_none_or(|address| free(&Who::Address(address), BY_ADDRESS))
    }

    /// Counts a failure.
    pub fn failed(&self, email: &str, address: Option<IpAddr>, now: i64) {
        let mut known = self.0.lock();
        let both = [Some(account(email)), address.map(Who::Address)];
        for who in both.into_iter().flatten() {
            let window = known.entry(who).or_insert(Window { since: now, failures: 0 });
            if now - window.since >= WINDOW_MS {
                *window = Window { since: now, failures: 0 };
            }
            window.failures += 1;
        }
        if known.len() > MOST {
            known.retain(|_, window| now - window.since < WINDOW_MS);
        }
        if known.len() > MOST {
            known.clear();
        }
    }

    /// The account has signed in.
    pub fn forget(&self, email: &str) {
        self.0.lock().remove(&account(email));
    }
}

fn account(email: &str) -> Who {
    Who::Account(email.trim().to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::{Attempts, BY_ACCOUNT, BY_ADDRESS, WINDOW_MS};

    #[test]
    fn an_account_waits_after_too_many_failures() {
        let attempts = Attempts::default();
        for _ in 0..BY_ACCOUNT {
            assert!(attempts.allow("A@x.example", None, 0));
            attempts.failed("a@x.example ", None, 0);
        }
        assert!(!attempts.allow("a@x.example", None, 1));
        assert!(attempts.allow("b@x.example", None, 1));
        assert!(attempts.allow("a@x.example", None, WINDOW_MS));
        attempts.forget("a@x.example");
        assert!(attempts.allow("a@x.example", None, 1));
    }

    #[test]
    fn an_address_waits_whatever_account_it_tries() {
        let attempts = Attempts::default();
        let address = Some("192.0.2.1".parse().unwrap());
        for n in 0..BY_ADDRESS {
            attempts.failed(&format!("{n}@x.example"), address, 0);
        }
        assert!(!attempts.allow("new@x.example", address, 1));
        assert!(attempts.allow("new@x.example", None, 1));
    }
}
