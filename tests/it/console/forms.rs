//! Forms that are not ours, and forms that are full of nonsense.

use reqwest::header::CONTENT_TYPE;
use reqwest::{Method, StatusCode};
use tests::staff::Form;
use tests::visitor::Visitor;

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
        "/console/people",
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
