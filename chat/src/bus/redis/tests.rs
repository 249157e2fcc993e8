//! A server that is slow, away, or answers at the wrong moment.

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    sync::watch,
};

use super::*;
use crate::{Random, bus::Heard};

/// Answers what the bus asks, as long as it is let.
struct Server {
    address: String,
    answers: watch::Sender<bool>,
    asked: mpsc::UnboundedReceiver<String>,
}

impl Server {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("redis://{}", listener.local_addr().unwrap());
        let (answers, let_to) = watch::channel(true);
        let (heard, asked) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(serve(socket, let_to.clone(), heard.clone()));
            }
        });
        Self { address, answers, asked }
    }

    async fn is_asked(&mut self, command: &str) {
        while self.asked.recv().await.unwrap() != command {}
    }
}

/// A command is its number of words, and before each word its length.
async fn serve(socket: TcpStream, mut let_to: watch::Receiver<bool>, heard: mpsc::UnboundedSender<String>) {
    let (read, mut write) = socket.into_split();
    let mut lines = BufReader::new(read).lines();
    while let Ok(Some(head)) = lines.next_line().await {
        let mut words = Vec::new();
        for _ in 0..head[1..].parse::<usize>().unwrap() {
            lines.next_line().await.unwrap();
            words.push(lines.next_line().await.unwrap().unwrap());
        }
        drop(heard.send(words[0].clone()));
        if let_to.wait_for(|may| *may).await.is_err() {
            return;
        }
        let answer = match words[0].as_str() {
            "PUBLISH" => ":0\r\n".to_owned(),
            "PING" => "*2\r\n$4\r\npong\r\n$0\r\n\r\n".to_owned(),
            kind @ ("SUBSCRIBE" | "UNSUBSCRIBE") => {
                let done = |channel: &String| {
                    format!("*3\r\n${}\r\n{}\r\n${}\r\n{channel}\r\n:1\r\n", kind.len(), kind.to_lowercase(), channel.len())
                };
                words[1..].iter().map(done).collect()
            }
            _ => "+OK\r\n".to_owned(),
        };
        if write.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

const PATIENCE: Duration = Duration::from_secs(10);

#[tokio::test]
async fn who_did_not_wait_for_the_subscription_hears_that_something_was_missed() {
    let server = Server::start().await;
    let local = Local::default();
    let early = local.subscribe(Topic::Bot, || ());
    let redis = Redis::open(&server.address, Uuid::nil(), local.clone()).unwrap();
    assert!(matches!(timeout(PATIENCE, early.next()).await, Ok(Heard::Missed)), "the server is heard");
    server.answers.send_replace(false);
    let ear = local.subscribe(Topic::Desk, || redis.changed(Topic::Desk));
    redis.joined(Topic::Desk).await;
    server.answers.send_replace(true);
    assert!(matches!(timeout(PATIENCE, ear.next()).await, Ok(Heard::Missed)));
    // Who does wait hears no such thing.
    let workspace = Topic::Workspace(Random::seeded(1).id(1));
    let prompt = local.subscribe(workspace, || redis.changed(workspace));
    redis.joined(workspace).await;
    assert!(timeout(Duration::from_millis(200), prompt.next()).await.is_err());
}

#[tokio::test]
async fn what_is_lost_while_a_loss_is_told_is_told_as_well() {
    let mut server = Server::start().await;
    let state = Arc::new(State::default());
    let client = redis::Client::open(server.address.as_str()).unwrap();
    let mut speaker = Speaker { client, node: Uuid::nil(), installation: Uuid::nil(), state: state.clone(), connection: None };
    speaker.tell(&[]).await.unwrap();
    server.answers.send_replace(false);
    state.lost.store(true, SeqCst);
    let telling = tokio::spawn(async move {
        speaker.tell(&[]).await.unwrap();
        speaker
    });
    timeout(PATIENCE, server.is_asked("PUBLISH")).await.unwrap();
    state.lost.store(true, SeqCst);
    server.answers.send_replace(true);
    let mut speaker = telling.await.unwrap();
    assert!(state.lost.load(SeqCst), "what was lost meanwhile is forgotten");
    speaker.tell(&[]).await.unwrap();
    assert!(!state.lost.load(SeqCst));
    // A loss that could not be told is still one.
    server.answers.send_replace(false);
    state.lost.store(true, SeqCst);
    assert!(speaker.tell(&[]).await.is_err() && state.lost.load(SeqCst));
}

#[tokio::test]
async fn nothing_piles_up_for_a_server_that_is_away() {
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let redis = Redis::open(&format!("redis://{nobody}"), Uuid::nil(), Local::default()).unwrap();
    for _ in 0..3 {
        let (done, heard) = oneshot::channel();
        redis.ears.send(Ear::Sync(Topic::Bot, done)).unwrap();
        assert!(timeout(PATIENCE, heard).await.unwrap().is_err(), "it was let go, and nobody was told that it is heard");
    }
}

#[test]
fn nobody_is_second_on_a_topic_before_its_beginning_was_told() {
    let local = Local::default();
    let (second, done) = (local.clone(), std::sync::mpsc::channel());
    let (told, heard) = done;
    local.subscribe(Topic::Bot, || {
        std::thread::spawn(move || {
            second.subscribe(Topic::Bot, || ());
            let _ = told.send(());
        });
        assert!(heard.recv_timeout(Duration::from_millis(200)).is_err(), "somebody came between");
    });
    heard.recv_timeout(PATIENCE).unwrap();
}
