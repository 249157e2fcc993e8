//! A model's endpoint that answers, fails, lies, or says nothing.

use std::sync::{
    Arc,
    atomic::{AtomicU8, AtomicUsize, Ordering},
};

use parking_lot::Mutex;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

pub(super) const WELL: u8 = 0;
pub(super) const BROKEN: u8 = 1;
pub(super) const GARBAGE: u8 = 2;
pub(super) const SILENT: u8 = 3;
pub(super) const HUGE: u8 = 4;
pub(super) const REDIRECT: u8 = 5;

/// How it is told to behave, and what it saw.
#[derive(Default)]
pub(super) struct Script {
    mood: AtomicU8,
    asked: AtomicUsize,
    last: Mutex<String>,
}

impl Script {
    pub(super) fn behave(&self, mood: u8) {
        self.mood.store(mood, Ordering::SeqCst);
    }

    pub(super) fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    /// The last request's body.
    pub(super) fn last(&self) -> String {
        self.last.lock().clone()
    }
}

/// Starts one whose good replies are made by `reply` from the request's body.
pub(super) async fn endpoint(reply: fn(&str) -> String) -> (String, Arc<Script>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/v1", listener.local_addr().unwrap());
    let script = Arc::new(Script::default());
    let ours = script.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, ours.clone(), reply));
        }
    });
    (base, script)
}

async fn serve(mut stream: TcpStream, script: Arc<Script>, reply: fn(&str) -> String) {
    let mut request = Vec::new();
    let mut chunk = [0; 16_384];
    loop {
        let Ok(read @ 1..) = stream.read(&mut chunk).await else { return };
        request.extend_from_slice(&chunk[..read]);
        let text = String::from_utf8_lossy(&request).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length: usize = head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok()).unwrap_or(0);
        if body.len() < length {
            continue;
        }
        script.asked.fetch_add(1, Ordering::SeqCst);
        *script.last.lock() = body.to_owned();
        let json =
            |body: String| format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        let answer = match script.mood.load(Ordering::SeqCst) {
            BROKEN => "HTTP/1.1 401 Unauthorized\r\ncontent-length: 2\r\n\r\n{}".to_owned(),
            GARBAGE => json("hello".into()),
            SILENT => return std::future::pending().await,
            HUGE => json(format!("[{}1]", "1,".repeat(2 << 20))),
            REDIRECT => "HTTP/1.1 307 Temporary Redirect\r\nlocation: /elsewhere\r\ncontent-length: 0\r\n\r\n".to_owned(),
            _ => json(reply(body)),
        };
        drop(stream.write_all(answer.as_bytes()).await);
        request.clear();
    }
}
