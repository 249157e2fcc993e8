//! A server that was started again has ended every connection to it. The first that is met broken puts in doubt all that have rested
//! since before: each of those is asked whether it is there before it is used.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use parking_lot::Mutex;

/// When a connection was met broken the last time.
#[derive(Clone, Debug, Default)]
pub(super) struct Doubt(Arc<Mutex<Option<Instant>>>);

impl Doubt {
    /// Passes on what came of a statement, and notes it if its connection has broken.
    pub(super) fn heard<T>(&self, came: sqlx::Result<T>) -> sqlx::Result<T> {
        if came.as_ref().is_err_and(has_broken) {
            *self.0.lock() = Some(Instant::now());
        }
        came
    }

    /// Whether a connection that has rested so long has done so since before.
    pub(super) fn covers(&self, rested: Duration) -> bool {
        self.0.lock().is_some_and(|at| rested >= at.elapsed())
    }
}

fn has_broken(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::Protocol(_) => true,
        // PostgreSQL's class of those it ends itself: it stops, has crashed, or starts.
        sqlx::Error::Database(error) => error.code().is_some_and(|code| code.starts_with("57P")),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_rested_since_before_a_break_is_in_doubt() {
        let doubt = Doubt::default();
        assert!(!doubt.covers(Duration::from_secs(9)));
        assert!(doubt.heard(Err::<(), _>(sqlx::Error::RowNotFound)).is_err() && !doubt.covers(Duration::from_secs(9)));
        assert!(doubt.heard(Err::<(), _>(sqlx::Error::Io(std::io::ErrorKind::ConnectionReset.into()))).is_err());
        assert!(doubt.covers(Duration::from_secs(9)));
        std::thread::sleep(Duration::from_millis(2));
        assert!(!doubt.covers(Duration::from_millis(1)), "it was used since");
    }
}
