//! A connection that comes in: what the kernel is told of it, and its requests.
//!
//! This is `axum::serve` with a clock. Its own loop has none, so whoever opens a connection and says nothing would keep it for ever.

use std::{io, net::SocketAddr, pin::pin, time::Duration};

use axum::{Extension, Router, extract::ConnectInfo, serve::Listener};
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use socket2::{SockRef, TcpKeepalive};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::Layer;

/// How long the head of a request may take, and how long a connection may wait for its next one. Proxies keep theirs for a
/// minute and must be the ones who close.
pub(crate) const HEAD: Duration = Duration::from_secs(75);
/// The other side is asked whether it is there after so much silence, then so often, and so many times.
const ASKED: (Duration, Duration, u32) = (Duration::from_secs(60), Duration::from_secs(15), 4);
/// What was sent and not confirmed for so long was sent to nobody: a telephone that lost its network says no goodbye.
const UNCONFIRMED: Duration = Duration::from_secs(90);

/// Small frames go out at once, and a client that has vanished is noticed.
pub(crate) fn tune(stream: &TcpStream) {
    let tuned = || -> io::Result<()> {
        stream.set_nodelay(true)?;
        let (after, every, times) = ASKED;
        let socket = SockRef::from(stream);
        socket.set_tcp_keepalive(&TcpKeepalive::new().with_time(after).with_interval(every).with_retries(times))?;
        #[cfg(target_os = "linux")]
        socket.set_tcp_user_timeout(Some(UNCONFIRMED))?;
        Ok(())
    };
    if let Err(error) = tuned() {
        tracing::debug!(%error, "a connection could not be tuned");
    }
}

/// Serves until `stopping`, and then what was begun; `head` is how long the head of a request may take.
pub(crate) async fn serve(mut listener: impl Listener<Addr = SocketAddr>, app: Router, stopping: CancellationToken, head: Duration) {
    let connections = TaskTracker::new();
    while let Some((io, peer)) = stopping.run_until_cancelled(listener.accept()).await {
        connections.spawn(answer(io, peer, app.clone(), stopping.clone(), head));
    }
    drop(listener);
    connections.close();
    connections.wait().await;
}

async fn answer<I>(io: I, peer: SocketAddr, app: Router, stopping: CancellationToken, head: Duration)
where
    I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let app = TowerToHyperService::new(Extension(ConnectInfo(peer)).layer(app));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(head);
    let mut answering = pin!(http.serve_connection(TokioIo::new(io), app).with_upgrades());
    let done = tokio::select! {
        done = answering.as_mut() => done,
        () = stopping.cancelled() => {
            answering.as_mut().graceful_shutdown();
            answering.await
        }
    };
    if let Err(error) = done {
        tracing::debug!(%error, "a connection ended in the middle");
    }
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
        time::{sleep, timeout},
    };

    use super::*;

    const SOON: Duration = Duration::from_secs(5);

    #[tokio::test]
    async fn who_says_nothing_is_not_waited_for() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, stopping) = (listener.local_addr().unwrap(), CancellationToken::new());
        let app = Router::new().route("/", get(|ConnectInfo(peer): ConnectInfo<SocketAddr>| async move { peer.to_string() }));
        let server = tokio::spawn(serve(listener, app, stopping.clone(), Duration::from_millis(300)));
        let mut silent = TcpStream::connect(address).await.unwrap();
        let mut slow = TcpStream::connect(address).await.unwrap();
        let dripping = async {
            for byte in b"GET / HTTP/1.1\r\n".repeat(20) {
                if slow.write_all(&[byte]).await.is_err() {
                    return;
                }
                sleep(Duration::from_millis(20)).await;
            }
        };
        let mut said = Vec::new();
        let (ended, _) = tokio::join!(timeout(SOON, silent.read_to_end(&mut said)), timeout(SOON, dripping));
        ended.unwrap().ok();
        assert!(timeout(SOON, slow.read_to_end(&mut said)).await.is_ok(), "the head of a request never ends");
        // Who asks in time is answered, twice on one connection, and known by the address.
        let mut prompt = TcpStream::connect(address).await.unwrap();
        for _ in 0..2 {
            prompt.write_all(b"GET / HTTP/1.1\r\nhost: here\r\n\r\n").await.unwrap();
            let mut answer = [0; 512];
            let length = timeout(SOON, prompt.read(&mut answer)).await.unwrap().unwrap();
            let answer = String::from_utf8_lossy(&answer[..length]);
            assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with(&prompt.local_addr().unwrap().to_string()), "{answer}");
        }
        stopping.cancel();
        timeout(SOON, server).await.unwrap().unwrap();
    }

    #[tokio::test]
    async fn the_kernel_looks_for_those_who_vanished() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let _client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (stream, _) = listener.accept().await.unwrap();
        tune(&stream);
        let socket = SockRef::from(&stream);
        assert!(stream.nodelay().unwrap() && socket.keepalive().unwrap());
        assert_eq!(socket.tcp_keepalive_time().unwrap(), ASKED.0);
        #[cfg(target_os = "linux")]
        assert_eq!(socket.tcp_user_timeout().unwrap(), Some(UNCONFIRMED));
    }
}
