//! A site of a test: pages that may change, and a list of what was asked.

use std::{collections::BTreeMap, sync::Arc};

use parking_lot::Mutex;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

/// What a path answers.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: String,
    pub body: Vec<u8>,
}

/// A running site.
#[derive(Clone)]
pub struct Site {
    /// Scheme, host and port.
    pub base: String,
    pages: Arc<Mutex<BTreeMap<String, Answer>>>,
    asked: Arc<Mutex<Vec<(String, u16)>>>,
}

impl Site {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let site = Self { base: format!("http://{}", listener.local_addr().unwrap()), pages: Arc::default(), asked: Arc::default() };
        let own = site.clone();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let site = own.clone();
                tokio::spawn(async move {
                    let mut request = vec![0; 8_192];
                    let length = stream.read(&mut request).await.unwrap_or(0);
                    let answer = site.answer(&String::from_utf8_lossy(&request[..length]));
                    drop(stream.write_all(&answer).await);
                });
            }
        });
        site
    }

    fn answer(&self, request: &str) -> Vec<u8> {
        let path = request.split(' ').nth(1).unwrap_or("/").to_owned();
        let asked = |name: &str| {
            let line = request.lines().find(|line| line.to_lowercase().starts_with(&format!("{name}:")))?;
            line.split_once(':').map(|(_, value)| value.trim().to_owned())
        };
        let missing = Answer { status: 404, headers: String::new(), body: b"not here".to_vec() };
        let mut answer = self.pages.lock().get(&path).cloned().unwrap_or(missing);
        let tag = answer.headers.lines().find_map(|line| line.strip_prefix("etag: ")).map(str::to_owned);
        if tag.is_some() && asked("if-none-match") == tag {
            (answer.status, answer.body) = (304, Vec::new());
        }
        self.asked.lock().push((path, answer.status));
        let head =
            format!("HTTP/1.1 {} X\r\nconnection: close\r\ncontent-length: {}\r\n{}\r\n", answer.status, answer.body.len(), answer.headers);
        [head.into_bytes(), answer.body].concat()
    }

    /// Puts a page of this markup there, with a tag that follows its text.
    pub fn page(&self, path: &str, body: &str) {
        let tag = crate::words::fold(body).len() * 31 + body.bytes().map(usize::from).sum::<usize>();
        self.put(
            path,
            200,
            &format!("content-type: text/html; charset=utf-8\r\netag: \"{tag}\"\r\n"),
            body.replace("{base}", &self.base).as_bytes(),
        );
    }

    pub fn put(&self, path: &str, status: u16, headers: &str, body: &[u8]) {
        let headers = headers.replace("{base}", &self.base);
        self.pages.lock().insert(path.to_owned(), Answer { status, headers, body: body.to_vec() });
    }

    pub fn remove(&self, path: &str) {
        self.pages.lock().remove(path);
    }

    /// From now on every path but these answers with an error.
    pub fn break_all_but(&self, fine: &[&str]) {
        for (path, answer) in self.pages.lock().iter_mut() {
            if !fine.contains(&path.as_str()) {
                *answer = Answer { status: 500, headers: String::new(), body: Vec::new() };
            }
        }
    }

    /// What was asked since the last time: path and status.
    pub fn asked(&self) -> Vec<(String, u16)> {
        std::mem::take(&mut self.asked.lock())
    }
}
