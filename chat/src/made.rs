//! What a role makes of a message for its readers: made once, however many they are.

use std::{any::Any, sync::OnceLock};

/// Room for one thing that is made of a message. It is not part of what the message says: copies begin empty.
#[derive(Default)]
pub struct Made(OnceLock<Box<dyn Any + Send + Sync>>);

impl Made {
    /// What was made, if it was made and is such a thing.
    pub fn get<T: Any>(&self) -> Option<&T> {
        self.0.get()?.downcast_ref()
    }

    /// Keeps what was made; the first that was is kept.
    pub fn keep<T: Any + Send + Sync>(&self, made: T) {
        self.0.get_or_init(|| Box::new(made));
    }
}

impl Clone for Made {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl PartialEq for Made {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl std::fmt::Debug for Made {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Made")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_kept_for_whoever_asks_for_such_a_thing_and_not_copied() {
        let made = Made::default();
        assert_eq!(made.get::<String>(), None);
        made.keep("first".to_owned());
        made.keep("second".to_owned());
        assert_eq!(made.get::<String>().map(String::as_str), Some("first"));
        assert_eq!((made.get::<i64>(), made.clone().get::<String>()), (None, None));
        assert_eq!(made, Made::default());
    }
}
