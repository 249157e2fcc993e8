//! Keys that were typed and are not saved yet. A form that comes back never carries them, and must not lose them either.

use std::collections::HashMap;

use bot::Secret;
use parking_lot::Mutex;

/// How long one is remembered, in milliseconds.
const KEPT_MS: i64 = 15 * 60_000;
/// So many at once; the oldest make room.
const MOST: usize = 500;

/// The keys typed in this process, by session and address.
#[derive(Default)]
pub struct TypedKeys(Mutex<HashMap<(String, String), Typed>>);

struct Typed {
    key: Secret,
    /// Unix milliseconds.
    until: i64,
}

impl TypedKeys {
    /// Remembers a key that a session has typed for an address.
    pub fn keep(&self, session: &str, address: &str, key: Secret, now: i64) {
        let mut typed = self.0.lock();
        typed.retain(|_, typed| typed.until > now);
        while typed.len() >= MOST {
            let oldest = typed.iter().min_by_key(|(_, typed)| typed.until).map(|(place, _)| place.clone());
            let Some(oldest) = oldest else { break };
            typed.remove(&oldest);
        }
        typed.insert((session.to_owned(), address.to_owned()), Typed { key, until: now + KEPT_MS });
    }

    /// The key that the session has typed for the address, if that was not long ago.
    #[must_use]
    pub fn find(&self, session: &str, address: &str, now: i64) -> Option<Secret> {
        let typed = self.0.lock();
        typed.get(&(session.to_owned(), address.to_owned())).filter(|typed| typed.until > now).map(|typed| typed.key.clone())
    }

    /// Forgets what the session has typed.
    pub fn forget(&self, session: &str) {
        self.0.lock().retain(|(of, _), _| of != session);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_of_its_session_and_address_and_of_a_quarter_of_an_hour() {
        let typed = TypedKeys::default();
        typed.keep("ann", "https://a.example/v1", Secret::new("k"), 0);
        let find = |session: &str, address: &str, now| typed.find(session, address, now).map(|key| key.expose().to_owned());
        assert_eq!(find("ann", "https://a.example/v1", 1_000), Some("k".into()));
        assert_eq!(find("ben", "https://a.example/v1", 1_000), None);
        assert_eq!(find("ann", "https://b.example/v1", 1_000), None);
        assert_eq!(find("ann", "https://a.example/v1", KEPT_MS), None);
        for n in 0..MOST as i64 + 5 {
            typed.keep("cat", &n.to_string(), Secret::new("k"), n);
        }
        assert!(find("cat", "504", 600).is_some());
        assert_eq!(typed.0.lock().len(), MOST);
        typed.forget("cat");
        assert_eq!(typed.0.lock().len(), 0);
    }
}
