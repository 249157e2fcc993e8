//! The transports of the visitor wire: a socket, a stream with POST, or asking again and again.

use std::io::Read as _;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use flate2::read::DeflateDecoder;
use futures_util::stream::SplitSink;
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::protocol::{Message, WebSocketConfig};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};
use tokio_util::task::AbortOnDropHandle;

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Which way the frames travel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Transport {
    /// `GET /v1/visitor/socket`.
    #[default]
    Socket,
    /// `POST /v1/visitor/stream` and `POST /v1/visitor/send`.
    Stream,
    /// `POST /v1/visitor/poll` and `POST /v1/visitor/send`.
    Poll,
}

/// What came down.
#[derive(Clone, Debug)]
pub enum Incoming {
    /// A frame.
    Frame(Value),
    /// The end; a socket may say why.
    Closed(Option<u16>),
}

/// One connection.
#[derive(Debug)]
pub struct Link {
    up: Up,
    down: mpsc::UnboundedReceiver<Incoming>,
    _reader: AbortOnDropHandle<()>,
}

#[derive(Debug)]
enum Up {
    Socket(SplitSink<Socket, Message>),
    Stream { address: String, hello: Value, answers: mpsc::UnboundedSender<Incoming> },
}

impl Link {
    /// Connects and says `hello`.
    pub async fn open(base: &str, transport: Transport, hello: &Value) -> Result<Link> {
        match transport {
            Transport::Socket => {
                let mut link = Link::silent(base).await?;
                link.send(std::slice::from_ref(hello)).await?;
                Ok(link)
            }
            Transport::Stream => Link::stream(base, hello).await,
            Transport::Poll => Ok(Link::poll(base, hello)),
        }
    }

    /// Opens a socket and says nothing.
    pub async fn silent(base: &str) -> Result<Link> {
        let address = format!("{}/v1/visitor/socket", base.replacen("http", "ws", 1));
        // The library's own buffer is 128 KiB a socket: too much for thousands.
        let config = WebSocketConfig::default().read_buffer_size(8_192);
        let connecting = tokio::time::timeout(Duration::from_secs(10), connect_async_with_config(address, Some(config), true));
        let (socket, _) = connecting.await.context("the socket did not open")??;
        let (up, mut source) = socket.split();
        let (sender, down) = mpsc::unbounded_channel();
        let reader = async move {
            let mut code = None;
            while let Some(Ok(message)) = source.next().await {
                match message {
                    Message::Text(text) => {
                        let frame = serde_json::from_str(&text).unwrap_or_else(|_| json!({"broken": text.as_str()}));
                        sender.send(Incoming::Frame(frame)).ok();
                    }
                    Message::Binary(packed) => {
                        let mut text = String::new();
                        let mut frame = match DeflateDecoder::new(&packed[..]).read_to_string(&mut text) {
                            Ok(_) => serde_json::from_str(&text).unwrap_or_else(|_| json!({"broken": text})),
                            Err(error) => json!({"broken": error.to_string()}),
                        };
                        frame["packed_bytes"] = packed.len().into();
                        sender.send(Incoming::Frame(frame)).ok();
                    }
                    Message::Close(frame) => code = frame.map(|frame| frame.code.into()),
                    _ => {}
                }
            }
            sender.send(Incoming::Closed(code)).ok();
        };
        Ok(Link { up: Up::Socket(up), down, _reader: AbortOnDropHandle::new(tokio::spawn(reader)) })
    }

    async fn stream(base: &str, hello: &Value) -> Result<Link> {
        let http = crate::http();
        let request = http.post(format!("{base}/v1/visitor/stream")).timeout(Duration::from_secs(3600)).json(hello);
        let answer = request.send().await?;
        if !answer.status().is_success() {
            bail!("the stream was refused: {} {}", answer.status(), answer.text().await?);
        }
        let (sender, down) = mpsc::unbounded_channel();
        let answers = sender.clone();
        let reader = async move {
            let mut body = answer.bytes_stream();
            let mut pending = Vec::new();
            while let Some(Ok(piece)) = body.next().await {
                pending.extend_from_slice(&piece);
                while let Some(end) = pending.iter().position(|byte| *byte == b'\n') {
                    let line: Vec<u8> = pending.drain(..=end).collect();
                    if let Some(data) = line.strip_prefix(b"data:")
                        && let Ok(frame) = serde_json::from_slice(data)
                    {
                        sender.send(Incoming::Frame(frame)).ok();
                    }
                }
            }
            sender.send(Incoming::Closed(None)).ok();
        };
        let up = Up::Stream { address: format!("{base}/v1/visitor/send"), hello: hello.clone(), answers };
        Ok(Link { up, down, _reader: AbortOnDropHandle::new(tokio::spawn(reader)) })
    }

    fn poll(base: &str, hello: &Value) -> Link {
        let (sender, down) = mpsc::unbounded_channel();
        let answers = sender.clone();
        let (address, mut question) = (format!("{base}/v1/visitor/poll"), hello.clone());
        let reader = async move {
            let http = crate::http();
            loop {
                let request = http.post(address.as_str()).timeout(Duration::from_secs(60)).json(&question);
                let Ok(answer) = request.send().await else { break };
                let Ok(answer) = answer.json::<Value>().await else { break };
                let Some(frames) = answer["frames"].as_array() else { break };
                for frame in frames {
                    if frame["t"] == "welcome" {
                        question["token"] = frame["token"].clone();
                    }
                    if let (Some(talk), Some(seq)) = (frame["conversation"].as_str(), frame["seq"].as_i64())
                        && frame["t"] == "message"
                    {
                        let known = question["cursors"][talk].as_i64().unwrap_or(0);
                        question["cursors"][talk] = known.max(seq).into();
                    }
                    sender.send(Incoming::Frame(frame.clone())).ok();
                }
                question["poll"] = json!({"since": answer["since"], "mark": answer["mark"]});
            }
            sender.send(Incoming::Closed(None)).ok();
        };
        let up = Up::Stream { address: format!("{base}/v1/visitor/send"), hello: hello.clone(), answers };
        Link { up, down, _reader: AbortOnDropHandle::new(tokio::spawn(reader)) }
    }

    /// Sends frames up; over POST they are one request.
    pub async fn send(&mut self, frames: &[Value]) -> Result<()> {
        match &mut self.up {
            Up::Socket(sink) => {
                for frame in frames {
                    sink.send(Message::text(frame.to_string())).await?;
                }
            }
            Up::Stream { address, hello, answers } => {
                let body = json!({"hello": hello, "frames": frames});
                let answer = crate::http().post(address.as_str()).json(&body).send().await?;
                if !answer.status().is_success() {
                    bail!("POST was answered by {} {}", answer.status(), answer.text().await?);
                }
                let answered: Value = answer.json().await?;
                for frame in answered["frames"].as_array().into_iter().flatten() {
                    answers.send(Incoming::Frame(frame.clone())).ok();
                }
            }
        }
        Ok(())
    }

    /// Sends anything at all, for hostile tests.
    pub async fn raw(&mut self, message: Message) -> Result<()> {
        match &mut self.up {
            Up::Socket(sink) => Ok(sink.send(message).await?),
            Up::Stream { .. } => bail!("raw messages travel by sockets"),
        }
    }

    /// What comes next; nothing when `timeout` passes.
    pub async fn next(&mut self, timeout: Duration) -> Option<Incoming> {
        let incoming = tokio::time::timeout(timeout, self.down.recv()).await.ok()?;
        if let (Some(Incoming::Frame(frame)), Up::Stream { hello, .. }) = (&incoming, &mut self.up)
            && frame["t"] == "welcome"
        {
            hello["token"] = frame["token"].clone();
        }
        Some(incoming.unwrap_or(Incoming::Closed(None)))
    }
}
