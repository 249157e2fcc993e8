//! The client against a socket that says exactly what a test wants.

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use super::*;
use crate::{
    model::{Limits, Role, Said, whole},
    settings::Secret,
};

const HEAD: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";
const DONE: &str = "data: [DONE]\n\n";

fn chunk(text: &str) -> String {
    format!("data: {}\n\n", json!({ "choices": [{ "delta": { "content": text } }] }))
}

fn ended(why: &str) -> String {
    format!("data: {}\n\n", json!({ "choices": [{ "delta": {}, "finish_reason": why }] }))
}

fn limits() -> Limits {
    Limits { silence: Duration::from_millis(400), total: Duration::from_secs(2), chars: 2_000 }
}

fn prompt() -> Prompt {
    Prompt { messages: vec![Said::new(Role::User, "Hello")], max_tokens: 10, tools: Vec::new() }
}

async fn listen() -> (TcpListener, OpenAi) {
    listen_for(true).await
}

async fn listen_for(stream: bool) -> (TcpListener, OpenAi) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/v1/", listener.local_addr().expect("an address"));
    let listed = Listed { url, model: "m".into(), key: Secret::new("sk-test"), stream, ..Listed::default() };
    (listener, OpenAi::new(&Http::new().expect("a client"), &listed))
}

async fn complete(model: &OpenAi, prompt: Prompt, limits: Limits) -> Result<String, Failure> {
    whole(crate::model::ask(model, prompt, limits).await?).await
}

/// Takes one request and returns it with its connection.
async fn request(listener: &TcpListener) -> (TcpStream, String) {
    let (mut stream, _) = listener.accept().await.expect("a connection");
    let mut text = String::new();
    let mut buffer = [0; 4_096];
    while !text.ends_with('}') {
        let read = stream.read(&mut buffer).await.expect("a request");
        text.push_str(&String::from_utf8_lossy(&buffer[..read]));
    }
    (stream, text)
}

/// Answers every request with these bytes.
async fn serve(listener: TcpListener, answer: Vec<u8>) {
    loop {
        let (mut stream, _) = request(&listener).await;
        drop(stream.write_all(&answer).await);
        drop(stream.shutdown().await);
    }
}

async fn said(answer: impl Into<Vec<u8>>) -> Result<String, Failure> {
    let (listener, model) = listen().await;
    let server = tokio::spawn(serve(listener, answer.into()));
    let said = complete(&model, prompt(), limits()).await;
    server.abort();
    said
}

#[tokio::test]
async fn words_are_joined_and_everything_else_is_a_failure() {
    let error = json!({ "error": { "message": "overloaded" } });
    for (name, answer, expected) in [
        ("words", format!("{HEAD}{}{}{DONE}", chunk("Hello "), chunk("you")), Ok("Hello you".to_owned())),
        (
            "a role first",
            format!("{HEAD}data: {{\"choices\":[{{\"delta\":{{\"role\":\"assistant\"}}}}]}}\n\n{}{DONE}", chunk("Hi")),
            Ok("Hi".into()),
        ),
        ("usage last", format!("{HEAD}{}data: {{\"choices\":[],\"usage\":{{}}}}\n\n{DONE}", chunk("Hi")), Ok("Hi".into())),
        ("no end mark", format!("{HEAD}{}", chunk("Hi")), Ok("Hi".into())),
        ("nothing", format!("{HEAD}{DONE}"), Err(Failure::Empty)),
        ("broken JSON", format!("{HEAD}data: {{\"choices\"\n\n"), Err(Failure::Garbage)),
        ("other JSON", format!("{HEAD}data: {{\"hello\":1}}\n\n"), Err(Failure::Garbage)),
        ("a page", format!("{HEAD}<html>data: x</html>"), Err(Failure::Empty)),
        ("an error within", format!("{HEAD}data: {error}\n\n"), Err(Failure::Refused)),
        ("cut at the longest answer", format!("{HEAD}{}{}{DONE}", chunk("Half a"), ended("length")), Err(Failure::TooLong)),
        ("taken by a filter", format!("{HEAD}{}{}{DONE}", chunk("Half a"), ended("content_filter")), Err(Failure::Refused)),
        ("ended by itself", format!("{HEAD}{}{}{DONE}", chunk("Hi"), ended("stop")), Ok("Hi".into())),
        ("status 500", "HTTP/1.1 500 Oops\r\ncontent-length: 0\r\n\r\n".into(), Err(Failure::Refused)),
        ("status 429", "HTTP/1.1 429 Slow\r\nretry-after: 60\r\ncontent-length: 0\r\n\r\n".into(), Err(Failure::Limited)),
        ("status 400", "HTTP/1.1 400 No\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".into(), Err(Failure::Refused)),
        ("a redirect", "HTTP/1.1 302 Go\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n".into(), Err(Failure::Refused)),
        ("no HTTP", "what?".into(), Err(Failure::Unreachable)),
    ] {
        assert_eq!(said(answer).await, expected, "{name}");
    }
}

#[tokio::test]
async fn a_flood_ends_early() {
    let long = format!("{HEAD}{}", chunk("words and words ").repeat(1_000));
    assert_eq!(said(long).await, Err(Failure::TooLong));
    let line = format!("{HEAD}data: {}", "x".repeat(20_000_000));
    let found = said(line).await;
    // On a busy machine the silence may end first.
    assert!(matches!(found, Err(Failure::Garbage | Failure::Slow)), "{found:?}");
}

#[tokio::test]
async fn the_server_s_count_of_tokens_is_taken() {
    let (listener, model) = listen().await;
    let count = "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":12,\"completion_tokens\":3}}\n\n";
    let server = tokio::spawn(serve(listener, format!("{HEAD}{}{count}{DONE}", chunk("Hi")).into_bytes()));
    let words = crate::model::ask(&model, prompt(), limits()).await.expect("words");
    let pieces: Vec<_> = words.collect().await;
    server.abort();
    assert!(pieces.contains(&Ok(Piece::Used(Tokens { input: 12, output: 3 }))), "{pieces:?}");
}

#[tokio::test]
async fn a_server_that_does_not_stream_is_asked_for_one_piece() {
    let (listener, model) = listen_for(false).await;
    let asked = tokio::spawn(async move { complete(&model, prompt(), limits()).await });
    let (mut stream, text) = request(&listener).await;
    assert!(!text.contains("\"stream\""), "{text}");
    let body = json!({ "choices": [{ "message": { "role": "assistant", "content": "Hi" } }] }).to_string();
    let head = format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n", body.len());
    stream.write_all(format!("{head}{body}").as_bytes()).await.expect("sent");
    assert_eq!(asked.await.expect("asked"), Ok("Hi".into()));
}

#[tokio::test]
async fn nobody_there_is_told_at_once() {
    let (listener, model) = listen().await;
    drop(listener);
    assert_eq!(complete(&model, prompt(), limits()).await, Err(Failure::Unreachable));
}

#[tokio::test]
async fn the_request_streams_and_carries_the_key() {
    let (listener, model) = listen().await;
    let asked = tokio::spawn(async move { complete(&model, prompt(), limits()).await });
    let (mut stream, text) = request(&listener).await;
    assert!(text.starts_with("POST /v1/chat/completions "), "{text}");
    assert!(text.to_lowercase().contains("authorization: bearer sk-test"), "{text}");
    assert!(text.contains("\"stream\":true") && text.contains("\"model\":\"m\""), "{text}");
    stream.write_all(format!("{HEAD}{}{DONE}", chunk("Hi")).as_bytes()).await.expect("sent");
    assert_eq!(asked.await.expect("asked"), Ok("Hi".into()));
}

#[tokio::test]
async fn a_model_that_takes_no_settings_is_asked_without() {
    let (listener, model) = listen().await;
    let asked = tokio::spawn(async move { complete(&model, prompt(), limits()).await });
    let (mut stream, text) = request(&listener).await;
    assert!(text.contains("max_tokens"));
    stream.write_all(b"HTTP/1.1 400 No\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").await.expect("sent");
    let (mut stream, text) = request(&listener).await;
    assert!(!text.contains("max_tokens") && !text.contains("temperature"), "{text}");
    stream.write_all(format!("{HEAD}{}{DONE}", chunk("Hi")).as_bytes()).await.expect("sent");
    assert_eq!(asked.await.expect("asked"), Ok("Hi".into()));
}

#[tokio::test]
async fn dropping_the_words_closes_the_connection() {
    let (listener, model) = listen().await;
    let asked = tokio::spawn(async move { crate::model::ask(&model, prompt(), limits()).await });
    let (mut stream, _) = request(&listener).await;
    stream.write_all(format!("{HEAD}{}", chunk("Hi")).as_bytes()).await.expect("sent");
    let mut words = asked.await.expect("asked").expect("words");
    assert_eq!(words.next().await, Some(Ok(Piece::Words("Hi".into()))));
    drop(words);
    let began = std::time::Instant::now();
    let mut buffer = [0; 16];
    let read = tokio::time::timeout(Duration::from_secs(5), stream.read(&mut buffer)).await.expect("closed");
    assert!(matches!(read, Ok(0) | Err(_)), "{read:?}");
    assert!(began.elapsed() < Duration::from_millis(500), "closed after {:?}", began.elapsed());
}

#[tokio::test]
async fn dropping_a_question_closes_the_connection_before_any_answer() {
    let (listener, model) = listen().await;
    let asked = tokio::spawn(async move { crate::model::ask(&model, prompt(), limits()).await.map(drop) });
    let (mut stream, _) = request(&listener).await;
    asked.abort();
    let mut buffer = [0; 16];
    let read = tokio::time::timeout(Duration::from_secs(5), stream.read(&mut buffer)).await.expect("closed");
    assert!(matches!(read, Ok(0) | Err(_)), "{read:?}");
}

/// Nobody may be left waiting: the tasks of connections end with their requests.
#[tokio::test]
async fn nothing_is_left_of_requests_that_failed() {
    let http = Http::new().expect("a client");
    let tasks = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
    let before = tasks();
    for answer in [
        String::new(),
        HEAD.to_owned(),
        format!("{HEAD}{}", chunk("Well ")),
        format!("{HEAD}data: {{\"choices\"\n\n"),
        format!("{HEAD}data: {}", "x".repeat(100_000)),
        format!("{HEAD}{}", chunk("words and words ").repeat(300)),
        "HTTP/1.1 429 Slow\r\ncontent-length: 0\r\n\r\n".to_owned(),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/v1", listener.local_addr().expect("an address"));
        let listed = Listed { url, model: "m".into(), ..Listed::default() };
        let server = tokio::spawn(serve(listener, answer.into_bytes()));
        let model = OpenAi::new(&http, &listed);
        let short = Limits { silence: Duration::from_millis(60), ..limits() };
        for _ in 0..20 {
            drop(complete(&model, prompt(), short).await);
        }
        server.abort();
    }
    let until = tokio::time::Instant::now() + Duration::from_secs(5);
    while tasks() > before + 1 && tokio::time::Instant::now() < until {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(tasks() <= before + 1, "{before} tasks before, {} afterwards", tasks());
}
