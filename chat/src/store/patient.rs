//! A pool that waits only so long for a server: one that froze, or that the network swallows, would be waited for a quarter of an
//! hour by the system. A connection that said nothing for so long is given up, for what it says later answers nobody.

use std::time::Duration;

use futures_util::{StreamExt as _, TryStreamExt as _, future::BoxFuture, stream, stream::BoxStream};
use sqlx::{
    Any, AnyPool, Describe, Either, Execute, Executor, SqlStr,
    any::{AnyQueryResult, AnyRow, AnyStatement, AnyTypeInfo},
    pool::PoolConnection,
};
use tokio::time::timeout;

use super::doubt::Doubt;

type Step = Either<AnyQueryResult, AnyRow>;

/// A pool, and how long it may be silent: before the first row, and between two.
#[derive(Clone, Copy, Debug)]
pub struct Patient<'p> {
    pub(super) pool: &'p AnyPool,
    pub(super) doubt: &'p Doubt,
    pub(super) patience: Duration,
}

impl<'p> Patient<'p> {
    /// A connection of one's own, to be waited for as long as one likes.
    ///
    /// # Errors
    /// When there is none in time.
    pub async fn acquire(&self) -> sqlx::Result<PoolConnection<Any>> {
        self.pool.acquire().await
    }

    /// The pool itself.
    #[cfg(test)]
    pub(super) fn pool(&self) -> &'p AnyPool {
        self.pool
    }
}

/// What came in time; a connection that was too slow is given up, one that has broken puts others in doubt.
pub(super) fn in_time<T>(connection: &mut PoolConnection<Any>, doubt: &Doubt, came: Option<sqlx::Result<T>>) -> sqlx::Result<T> {
    doubt.heard(came.unwrap_or_else(|| {
        connection.close_on_drop();
        Err(sqlx::Error::PoolTimedOut)
    }))
}

/// All that a statement gives; `None` when it is silent for too long.
async fn steps(mut given: BoxStream<'_, sqlx::Result<Step>>, patience: Duration) -> Option<sqlx::Result<Vec<Step>>> {
    let mut all = Vec::new();
    loop {
        match timeout(patience, given.try_next()).await.ok()? {
            Ok(Some(step)) => all.push(step),
            Ok(None) => return Some(Ok(all)),
            Err(error) => return Some(Err(error)),
        }
    }
}

impl<'c> Executor<'c> for Patient<'_> {
    type Database = Any;

    fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> BoxStream<'e, sqlx::Result<Step>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Any>,
    {
        let (pool, doubt, patience) = (self.pool.clone(), self.doubt.clone(), self.patience);
        let all = async move {
            let mut connection = pool.acquire().await?;
            let came = steps(connection.fetch_many(query), patience).await;
            let all = in_time(&mut connection, &doubt, came)?;
            Ok::<_, sqlx::Error>(stream::iter(all.into_iter().map(Ok::<Step, sqlx::Error>)))
        };
        stream::once(all).try_flatten().boxed()
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, sqlx::Result<Option<AnyRow>>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Any>,
    {
        let (pool, doubt, patience) = (self.pool.clone(), self.doubt.clone(), self.patience);
        Box::pin(async move {
            let mut connection = pool.acquire().await?;
            let came = timeout(patience, connection.fetch_optional(query)).await.ok();
            in_time(&mut connection, &doubt, came)
        })
    }

    fn prepare_with<'e>(self, sql: SqlStr, parameters: &'e [AnyTypeInfo]) -> BoxFuture<'e, sqlx::Result<AnyStatement>>
    where
        'c: 'e,
    {
        let (pool, doubt, patience) = (self.pool.clone(), self.doubt.clone(), self.patience);
        Box::pin(async move {
            let mut connection = pool.acquire().await?;
            let came = timeout(patience, connection.prepare_with(sql, parameters)).await.ok();
            in_time(&mut connection, &doubt, came)
        })
    }

    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, sqlx::Result<Describe<Any>>>
    where
        'c: 'e,
    {
        let (pool, doubt, patience) = (self.pool.clone(), self.doubt.clone(), self.patience);
        Box::pin(async move {
            let mut connection = pool.acquire().await?;
            let came = timeout(patience, connection.describe(sql)).await.ok();
            in_time(&mut connection, &doubt, came)
        })
    }
}
