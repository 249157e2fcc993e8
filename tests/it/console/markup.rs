//! Headers and markup: strict policies, nothing inline, and visitors' words are only words.

use reqwest::StatusCode;
use serde_json::json;
use tests::staff::Page;
use tests::visitor::Visitor;

use super::crew;

const HOSTILE: &str = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&lt;";

#[tokio::test]
async fn every_page_is_strict_and_has_nothing_inline() {
    let mut crew = crew().await;
    let talk = Visitor::conversation();
    let mut eve = Visitor::of(&crew.server).await.unwrap();
    eve.frame(&[json!({"t": "page", "url": "javascript:alert(3)", "title": HOSTILE})]).await.unwrap();
    eve.frame(&[json!({"t": "contact", "name": HOSTILE, "email": "eve@evil.example"})]).await.unwrap();
    eve.say(&talk, HOSTILE).await.unwrap();
    eve.post_with(&talk, HOSTILE, json!({"wish": "person"})).await.unwrap();
    eve.wait(|frame| frame["t"] == "message" && frame["author"]["kind"] != "visitor").await.unwrap();

    let mut seen = vec!["/console/".to_owned()];
    let mut faults = Vec::new();
    let mut next = 0;
    // Every page that can be reached by links from the first.
    while let Some(path) = seen.get(next).cloned() {
        next += 1;
        let page = crew.owner.get(&path).await.unwrap();
        if page.status != StatusCode::OK {
            faults.push(format!("{path}: {}", page.status));
            continue;
        }
        faults.extend(markup_faults(&page).into_iter().map(|fault| format!("{path}: {fault}")));
        for link in page.links("/console").into_iter().chain(page.rows()) {
            let link = link.split('#').next().unwrap_or_default().to_owned();
            if seen.len() < 120 && !link.contains("/assets/") && !seen.contains(&link) {
                seen.push(link);
            }
        }
    }
    assert!(seen.len() > 15, "only {} pages were found: {seen:?}", seen.len());
    for path in ["/demo", &format!("/chat/{}", crew.server.inbox().await.unwrap()), "/guide", "/console/login"] {
        let mut nobody = tests::staff::Staff::new(&crew.server.base());
        let page = nobody.get(path).await.unwrap();
        assert_eq!(page.status, StatusCode::OK, "{path}");
        faults.extend(markup_faults(&page).into_iter().map(|fault| format!("{path}: {fault}")));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// What is wrong with the headers and the markup of a page.
fn markup_faults(page: &Page) -> Vec<String> {
    let mut faults = Vec::new();
    let header = |name: &str| page.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let policy = header("content-security-policy");
    for word in ["unsafe-inline", "unsafe-eval", "script-src *", "http:", "https:"] {
        if policy.contains(word) {
            faults.push(format!("the policy allows {word}"));
        }
    }
    for directive in ["script-src", "object-src 'none'", "base-uri", "frame-ancestors", "form-action"] {
        if !policy.contains(directive) && (directive != "object-src 'none'" || !policy.contains("default-src 'none'")) {
            faults.push(format!("the policy lacks {directive}: {policy}"));
        }
    }
    if header("x-content-type-options") != "nosniff" {
        faults.push("no nosniff".to_owned());
    }
    let html = scraper::Html::parse_document(&page.text);
    for element in html.tree.values().filter_map(|node| node.as_element()) {
        let name = element.name();
        if name == "script" && element.attr("src").is_none() && element.attr("type") != Some("application/json") {
            faults.push("an inline script".to_owned());
        }
        if name == "style" {
            faults.push("an inline style".to_owned());
        }
        if name == "img" && element.attr("src") == Some("x") {
            faults.push("a visitor's markup became an element".to_owned());
        }
        for (attribute, value) in element.attrs() {
            let value = value.trim().to_lowercase();
            if attribute == "style" || (attribute.starts_with("on") && attribute.len() > 3) {
                faults.push(format!("{name} has {attribute}"));
            }
            if ["href", "src", "action", "formaction"].contains(&attribute)
                && (value.starts_with("javascript:") || value.starts_with("data:text"))
            {
                faults.push(format!("{name} leads to {value}"));
            }
        }
    }
    if page.text.contains("<script>alert(1)") {
        faults.push("a visitor's script stands in the page".to_owned());
    }
    faults
}
