//! A panic ends what it happened in (a request, a session, a piece of work), never the process. Each is counted and told.

use std::{
    panic::{PanicHookInfo, set_hook},
    sync::atomic::{AtomicU64, Ordering::Relaxed},
};

static COUNT: AtomicU64 = AtomicU64::new(0);

/// Counts panics from now on, wherever they happen.
pub(crate) fn watch() {
    set_hook(Box::new(tell));
}

/// How many there were since the start.
pub(crate) fn count() -> u64 {
    COUNT.load(Relaxed)
}

fn tell(panic: &PanicHookInfo<'_>) {
    let count = COUNT.fetch_add(1, Relaxed) + 1;
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    // Words that were put together may quote what a visitor wrote; those that stand in the program do not.
    let text = panic.payload().downcast_ref::<&str>().copied().unwrap_or_default();
    tracing::error!(panic.place = place, panic.text = text, panic.count = count, "something panicked; the process goes on");
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::{Router, routing::get};
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::{TcpListener, TcpStream},
        time::timeout,
    };
    use tokio_util::sync::CancellationToken;
    use tower_http::catch_panic::CatchPanicLayer;

    use super::*;
    use crate::{connection, headers};

    #[tokio::test]
    async fn a_panic_is_a_500_and_counted() {
        watch();
        let before = count();
        let app = Router::new()
            .route("/bad", get(|| async { "字".split_at(1).0.len().to_string() }))
            .route("/good", get(|| async { "good" }))
            .layer(CatchPanicLayer::custom(headers::panicked));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(connection::serve(listener, app, CancellationToken::new(), connection::HEAD));
        // On one connection: what panicked takes nothing with it.
        let mut client = TcpStream::connect(address).await.unwrap();
        for (path, status, said) in [("/bad", "500", "try again"), ("/good", "200", "good"), ("/bad", "500", "try again")] {
            client.write_all(format!("GET {path} HTTP/1.1\r\nhost: here\r\n\r\n").as_bytes()).await.unwrap();
            let mut answer = [0; 1_024];
            let length = timeout(Duration::from_secs(5), client.read(&mut answer)).await.unwrap().unwrap();
            let answer = String::from_utf8_lossy(&answer[..length]);
            assert!(answer.contains(status) && answer.contains(said) && !answer.contains('字'), "{answer}");
        }
        // Work of its own that panics is counted as well.
        assert!(tokio::spawn(async { panic!("on purpose") }).await.is_err());
        assert_eq!(count() - before, 3);
    }
}
