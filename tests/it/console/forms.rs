//! Forms that are not ours, and forms that are full of nonsense.

use reqwest::header::CONTENT_TYPE;
use reqwest::{Method, StatusCode};
use tests::server::Plan;
use tests::staff::{Form, Staff};
use tests::visitor::Visitor;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::crew;

#[tokio::test]
async fn a_form_without_its_token_does_nothing() {
    let mut crew = crew().await;
    let other = crew.admin.get("/console/canned").await.unwrap().form_with("shortcut").unwrap();
    let page = crew.owner.get("/console/canned").await.unwrap();
    let form = page.form_with("shortcut").unwrap();
    let foreign = other.fields.iter().find(|(name, _)| name == "csrf").unwrap().1.clone();
    for token in [None, Some(""), Some("x"), Some(foreign.as_str())] {
        let mut forged = form.clone();
        forged.fields.retain(|(name, _)| name != "csrf");
        if let Some(token) = token {
            forged.set("csrf", token);
        }
        forged.set("shortcut", "forged").set("body", "forged");
        let answer = crew.owner.submit(&forged).await.unwrap();
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "with {token:?}");
    }
    assert!(!crew.owner.get("/console/canned").await.unwrap().text.contains("forged"));
    let mut real = form.clone();
    real.set("shortcut", "real").set("body", "Real.");
    assert!(crew.owner.submit(&real).await.unwrap().status.is_success());
    assert!(crew.owner.get("/console/canned").await.unwrap().text.contains("real"));
}

#[tokio::test]
async fn hostile_bodies_are_answered_and_nothing_ends() {
    let mut crew = crew().await;
    let page = crew.owner.get("/console/canned").await.unwrap();
    let form = page.form_with("shortcut").unwrap();
    let token = form.fields.iter().find(|(name, _)| name == "csrf").unwrap().1.clone();
    let long = format!("csrf={token}&shortcut=x&body={}", "x".repeat(12_000_000));
    let many = format!("csrf={token}&{}", "a=b&".repeat(50_000));
    let bodies: Vec<(&str, Vec<u8>)> = vec![
        ("application/x-www-form-urlencoded", b"%".to_vec()),
        ("application/x-www-form-urlencoded", b"csrf=%ff%fe&shortcut=%00".to_vec()),
        ("application/x-www-form-urlencoded", format!("csrf={token}&shortcut=%00%01&body=%ff").into_bytes()),
        ("application/x-www-form-urlencoded", format!("csrf={token}&csrf={token}&shortcut=&body=").into_bytes()),
        ("application/x-www-form-urlencoded", long.into_bytes()),
        ("application/x-www-form-urlencoded", many.into_bytes()),
        ("application/json", b"{\"csrf\":1}".to_vec()),
        ("multipart/form-data", b"no boundary".to_vec()),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n".to_vec()),
        ("text/plain", b"csrf=x".to_vec()),
        ("", vec![0xff; 1000]),
    ];
    for (kind, body) in bodies {
        let length = body.len();
        let request = crew.owner.request(Method::POST, &form.action).header(CONTENT_TYPE, kind).body(body);
        // A server that has read enough may close before everything was sent.
        if let Ok(answer) = request.send().await {
            assert!(!answer.status().is_server_error(), "{kind}, {length} bytes: {}", answer.status());
        }
    }
    assert_eq!(crew.owner.get("/console/canned").await.unwrap().status, StatusCode::OK);
}

#[tokio::test]
async fn ids_from_outside_find_nothing() {
    let mut crew = crew().await;
    let ids = ["x", "%00", "..", "0", "-1", "0199d3a0-0000-7000-8000-0000000000ff", "' OR 1=1 --", "%ff", &"9".repeat(4000)];
    for id in ids {
        for path in
            ["/console/conversations/", "/console/inbox/", "/console/sources/", "/console/documents/", "/console/people/", "/console/gaps/"]
        {
            let answer = crew.owner.get(&format!("{path}{}", id.replace(' ', "%20"))).await.unwrap();
            assert!(answer.status.is_client_error() || answer.status.is_success(), "{path}{id:.40}: {}", answer.status);
            assert!(!answer.text.contains("panicked") && !answer.text.contains("SELECT"), "{path}{id:.40} tells too much");
        }
    }
}

#[tokio::test]
async fn every_form_says_what_is_wrong_and_keeps_what_was_written() {
    let mut crew = crew().await;
    let mut visitor = Visitor::of(&crew.server).await.unwrap();
    visitor.ask(&Visitor::conversation(), "I want a human").await.unwrap();
    let pages = [
        "/console/canned",
        "/console/bot",
        "/console/bot/rules",
        "/console/people",
        "/console/tokens",
        "/console/account",
        "/console/inboxes",
        "/console/sources/new",
        "/console/gaps",
        "/console/search",
        "/console/playground",
    ];
    let mut forms: Vec<Form> = Vec::new();
    for path in pages {
        let page = crew.owner.get(path).await.unwrap();
        assert_eq!(page.status, StatusCode::OK, "{path}");
        forms.extend(
            page.forms().into_iter().filter(|form| {
                form.post && !["/logout", "/language", "/presence", "/disable"].iter().any(|end| form.action.ends_with(end))
            }),
        );
    }
    assert!(forms.len() >= 6, "{}", forms.len());
    let nonsense = ["", "\u{0}\u{1}\u{7f}", "\u{202e}<b onmouseover=x>", "-99999999999999999999", "NaN", &"长".repeat(20_000)];
    for form in &forms {
        for value in nonsense {
            let mut filled = form.clone();
            for (name, _) in form.fields.iter().filter(|(name, _)| name != "csrf" && name != "back") {
                filled.set(name, value);
            }
            let answer = crew.owner.submit(&filled).await.unwrap();
            assert!(!answer.status.is_server_error(), "{} with {value:.20?}: {}", form.action, answer.status);
            assert!(!answer.text.contains("<b onmouseover"), "{} writes markup back", form.action);
        }
    }
    assert_eq!(crew.owner.get("/console/inbox").await.unwrap().status, StatusCode::OK);
}

/// Sends all of a request and reads the answer then, as browsers do. Nothing hides a reset.
async fn post(base: &str, path: &str, headers: &str, body: &[u8]) -> std::io::Result<String> {
    let host = base.trim_start_matches("http://");
    let mut socket = TcpStream::connect(host).await?;
    let head = format!("POST {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-length: {}\r\n{headers}\r\n", body.len());
    socket.write_all(head.as_bytes()).await?;
    socket.write_all(body).await?;
    let mut answer = Vec::new();
    socket.read_to_end(&mut answer).await?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

#[tokio::test]
async fn a_body_over_its_limit_is_read_on_so_that_the_sender_sees_the_answer() {
    let server = Plan::new().env("WARBLER_CONSOLE__UPLOAD_MB", "1").start().await.unwrap();
    let base = server.base();
    let owner = Staff::owner(&server).await.unwrap();
    let mut upload = b"--x\r\ncontent-disposition: form-data; name=\"files\"; filename=\"big.txt\"\r\n\r\n".to_vec();
    upload.resize(24_000_000, b'x');
    let form = "content-type: multipart/form-data; boundary=x\r\n";
    let signed_in = format!("{form}cookie: {}\r\norigin: {base}\r\nsec-fetch-site: same-origin\r\n", owner.cookies());
    let page = post(&base, "/console/sources", &signed_in, &upload).await.unwrap();
    assert!(page.starts_with("HTTP/1.1 413") && page.contains("<html") && page.contains("Too large"), "{page}");
    // The same for an answer that never looked at the body.
    let page = post(&base, "/console/sources", form, &upload).await.unwrap();
    assert!(page.starts_with("HTTP/1.1 303") && page.contains("/console/login"), "{page}");
    let json = "content-type: application/json\r\n";
    for path in ["/v1/visitor/stream", "/v1/visitor/send"] {
        let answer = post(&base, path, json, &upload).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 413") && answer.contains("A POST carries at most"), "{answer}");
    }
    assert!(post(&base, "/nowhere", json, &upload).await.unwrap().starts_with("HTTP/1.1 404"));
}
