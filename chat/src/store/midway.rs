//! A connection in the middle of something.

use std::ops::{Deref, DerefMut};

use sqlx::{Any, pool::PoolConnection};

/// Whoever is given up here leaves a state that nobody knows, as of a transaction that was just asked for: the connection is closed.
pub(super) struct Midway {
    connection: PoolConnection<Any>,
    over: bool,
}

impl Midway {
    pub(super) fn of(connection: PoolConnection<Any>) -> Self {
        Self { connection, over: false }
    }

    /// An answer came, or was waited for long enough: whoever reads it knows whether the connection is any good.
    pub(super) fn over(&mut self) -> &mut PoolConnection<Any> {
        self.over = true;
        &mut self.connection
    }
}

impl Drop for Midway {
    fn drop(&mut self) {
        if !self.over {
            self.connection.close_on_drop();
        }
    }
}

impl Deref for Midway {
    type Target = PoolConnection<Any>;

    fn deref(&self) -> &Self::Target {
        &self.connection
    }
}

impl DerefMut for Midway {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.connection
    }
}
