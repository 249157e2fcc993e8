//! Statements that stand alone, and end in time: a server that vanished without a word never says so.

use std::{fmt::Debug, io, time::Duration};

use futures_util::{StreamExt, TryStreamExt, future::BoxFuture, stream, stream::BoxStream};
use sqlx::{
    Any, AnyPool, Either, Error, Execute, Executor, Result, SqlStr,
    any::{AnyQueryResult, AnyRow, AnyStatement, AnyTypeInfo},
    pool::PoolConnection,
};
use tokio::time::timeout;

/// Connections for statements that stand alone.
#[derive(Clone, Debug)]
pub struct Reach {
    pool: AnyPool,
    /// How long an answer may take; `None`: a store on this machine does not vanish.
    within: Option<Duration>,
}

impl Reach {
    pub(super) fn new(pool: AnyPool, within: Option<Duration>) -> Self {
        Self { pool, within }
    }

    /// The pool itself: what is done on its connections ends when its user says.
    pub(super) fn pool(&self) -> &AnyPool {
        &self.pool
    }

    /// A connection for several statements, whose time is its user's.
    ///
    /// # Errors
    /// [`Error::PoolTimedOut`], or the server's.
    pub async fn acquire(&self) -> Result<PoolConnection<Any>> {
        self.pool.acquire().await
    }

    async fn hold(&self) -> Result<Held> {
        Ok(Held { connection: self.acquire().await?, within: self.within, answered: false })
    }
}

/// A connection that is used for one statement. One that did not answer, or whose answer nobody waited for, is not used again:
/// the pool would wait for it without end.
struct Held {
    connection: PoolConnection<Any>,
    within: Option<Duration>,
    answered: bool,
}

impl Drop for Held {
    fn drop(&mut self) {
        if self.within.is_some() && !self.answered {
            self.connection.close_on_drop();
        }
    }
}

async fn in_time<T>(within: Option<Duration>, answer: impl Future<Output = Result<T>>) -> Result<T> {
    let Some(within) = within else { return answer.await };
    let late = |_| Error::Io(io::Error::new(io::ErrorKind::TimedOut, "the server does not answer"));
    timeout(within, answer).await.map_err(late)?
}

impl<'p> Executor<'p> for &'_ Reach {
    type Database = Any;

    fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> BoxStream<'e, Result<Either<AnyQueryResult, AnyRow>>>
    where
        'p: 'e,
        E: 'q + Execute<'q, Any>,
    {
        let reach = self.clone();
        let all = async move {
            let mut held = reach.hold().await?;
            let answer = (*held.connection).fetch_many(query).try_collect::<Vec<_>>();
            let answer = in_time(held.within, answer).await;
            held.answered = !matches!(answer, Err(Error::Io(_)));
            Ok::<_, Error>(stream::iter(answer?.into_iter().map(Ok)))
        };
        stream::once(all).try_flatten().boxed()
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, Result<Option<AnyRow>>>
    where
        'p: 'e,
        E: 'q + Execute<'q, Any>,
    {
        let reach = self.clone();
        Box::pin(async move {
            let mut held = reach.hold().await?;
            let answer = in_time(held.within, (*held.connection).fetch_optional(query)).await;
            held.answered = !matches!(answer, Err(Error::Io(_)));
            answer
        })
    }

    fn prepare_with<'e>(self, sql: SqlStr, parameters: &'e [AnyTypeInfo]) -> BoxFuture<'e, Result<AnyStatement>>
    where
        'p: 'e,
    {
        let pool = self.pool.clone();
        Box::pin(async move { pool.acquire().await?.prepare_with(sql, parameters).await })
    }
}
