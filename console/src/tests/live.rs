//! The stream: what it carries is what the page would show.

use std::time::Duration;

use axum::body::Body;
use axum::http::Method;
use axum::response::IntoResponse;
use chat::agent::Role;
use futures_util::StreamExt;
use tower::ServiceExt;

use super::{Browser, House};

/// Reads events until one of this name, or gives up.
async fn until(browser: &Browser, path: &str, name: &str, then: impl Future<Output = ()>) -> Vec<(String, serde_json::Value)> {
    let request = browser.request(Method::GET, path).body(Body::empty()).unwrap();
    let response = browser.router.clone().oneshot(request).await.unwrap().into_response();
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let mut body = response.into_body().into_data_stream();
    then.await;
    let mut text = String::new();
    let mut events = Vec::new();
    while !events.iter().any(|(known, _)| known == name) {
        let part = tokio::time::timeout(Duration::from_secs(5), body.next()).await;
        let Ok(Some(Ok(bytes))) = part else { panic!("no {name}, but {events:?}") };
        text.push_str(&String::from_utf8_lossy(&bytes));
        events = parse(&text);
    }
    events
}

fn parse(text: &str) -> Vec<(String, serde_json::Value)> {
    let blocks = text.split("\n\n").filter(|block| block.contains("data:"));
    let field = |block: &str, name: &str| block.lines().find_map(|line| line.strip_prefix(name)).map(|value| value.trim().to_owned());
    let event = |block| Some((field(block, "event:")?, serde_json::from_str(&field(block, "data:")?).ok()?));
    blocks.filter_map(event).collect()
}

#[tokio::test]
async fn a_fragment_is_what_the_page_shows() {
    let house = House::new().await;
    let (_, mut browser) = house.signed_in("Ann", Role::Agent).await;
    let it = house.fresh.conversation("en").await.unwrap();
    house.fresh.say(&it, "First").await.unwrap();
    let path = format!("/console/live?view=bot&conversation={}&after=1", it.id);
    let say = async {
        house.fresh.say(&it, "Second & last").await.unwrap();
    };
    let events = until(&browser, &path, "counts", say).await;
    let put = |id: &str| {
        events
            .iter()
            .find(|(name, data)| name == "put" && data["id"] == id)
            .map(|(_, data)| data["html"].as_str().unwrap().trim().to_owned())
    };
    let page = browser.get(&format!("/console/inbox/{}?view=bot", it.id)).await.text;
    let message = put(&format!("m-{}-2", it.id)).expect("the message was told");
    assert!(page.contains(&message), "{message}\nis not on\n{page}");
    let list = until(&browser, "/console/live?view=bot", "put", async { house.fresh.say(&it, "Third").await.map(drop).unwrap() }).await;
    let row = list.iter().find(|(name, _)| name == "put").map(|(_, data)| data["html"].as_str().unwrap().trim().to_owned()).unwrap();
    let page = browser.get("/console/inbox?view=bot").await.text;
    assert!(flat(&page).contains(&flat(&row)), "{row}\nis not on\n{page}");
}

/// Indentation depends on where a partial is included.
fn flat(html: &str) -> String {
    html.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn a_revoked_session_ends_the_stream() {
    let house = House::new().await;
    let (agent, browser) = house.signed_in("Ann", Role::Agent).await;
    let end = async { crate::invite::close_everywhere(&house.console, &agent).await.unwrap() };
    let events = until(&browser, "/console/live", "bye", end).await;
    assert_eq!(events.last().unwrap().1["to"], "/console/login");
}

#[tokio::test]
async fn colleagues_see_each_other() {
    let house = House::new().await;
    let (_, ann) = house.signed_in("Ann", Role::Agent).await;
    let (_, mut bob) = house.signed_in("Bob", Role::Agent).await;
    let it = house.fresh.conversation("en").await.unwrap();
    house.fresh.say(&it, "Hello").await.unwrap();
    let path = format!("/console/live?conversation={}", it.id);
    let request = ann.request(Method::GET, &path).body(Body::empty()).unwrap();
    let open = ann.router.clone().oneshot(request).await.unwrap();
    let page = bob.get(&format!("/console/conversations/{}", it.id)).await;
    assert!(page.text.contains("Ann"), "a colleague is named");
    drop(open);
    let page = bob.get(&format!("/console/conversations/{}", it.id)).await;
    assert!(!page.text.contains("Ann is"), "and no longer, once gone");
}

#[tokio::test]
async fn what_changed_between_a_page_and_its_stream_is_told() {
    let house = House::new().await;
    let (_, mut browser) = house.signed_in("Ann", Role::Agent).await;
    let (before, after) = (house.fresh.conversation("en").await.unwrap(), house.fresh.conversation("en").await.unwrap());
    house.fresh.say(&before, "Before the page").await.unwrap();
    house.fresh.clock.advance(10_000);
    let page = browser.get("/console/inbox?view=bot").await.text;
    let (_, from) = page.split_once("data-live-from=\"").unwrap();
    let path = from.split('"').next().unwrap().replace("&amp;", "&").replace("&#x2F;", "/");
    house.fresh.say(&after, "After the page").await.unwrap();
    let events = until(&browser, &path, "counts", async {}).await;
    let rows: Vec<_> = events.iter().filter(|(name, _)| name == "put").map(|(_, data)| data["id"].clone()).collect();
    assert_eq!(rows, [format!("row-{}", after.id)], "{events:?}");
    // Nothing has changed: nothing is told. The page is old: it is fetched again.
    house.fresh.clock.advance(10_000);
    let page = format!("/console/live?view=bot&at={}", house.fresh.chat.now());
    let say = async { house.fresh.say(&before, "Live").await.map(drop).unwrap() };
    let events = until(&browser, &page, "counts", say).await;
    assert!(events.iter().all(|(name, data)| name != "again" && data["id"] != format!("row-{}", after.id)), "{events:?}");
    house.fresh.clock.advance(61_000);
    let events = until(&browser, &path, "again", async {}).await;
    assert_eq!(events[0].0, "again", "{events:?}");
}
