//! An agent's work with scripts off, and that pages have the shapes of their samples.

use axum::http::StatusCode;
use chat::agent::Role;
use chat::{Audience, message};
use serde_json::json;

use super::House;
use super::shapes::{differences, sample};
use crate::conversation::page::Reading;
use crate::inbox::view::View;
use crate::web::visit::Seat;

impl House {
    /// The seat of somebody, as a handler gets it.
    pub(super) async fn seat(&self, browser: &super::Browser) -> Seat {
        let request = browser.request(axum::http::Method::GET, "/console/").body(()).unwrap();
        let (parts, ()) = request.into_parts();
        let visit = crate::web::visit::Visit::of(&self.console, &parts).await;
        let agent = visit.agent.clone().unwrap();
        Seat { visit, agent }
    }
}

#[tokio::test]
async fn pages_are_read_while_nothing_can_be_written() {
    let house = House::with(chat::testing::Engine::Sqlite.fresh().await.unwrap()).await;
    let (_, mut browser) = house.signed_in("Ann Lee", Role::Agent).await;
    let it = house.fresh.conversation("en").await.unwrap();
    house.fresh.say(&it, "Hello there").await.unwrap();
    // The one connection that writes refuses from now on, as on a full disk.
    sqlx::query("PRAGMA query_only = 1").execute(house.fresh.chat.store().write()).await.unwrap();
    assert!(house.fresh.conversation("en").await.is_err());
    for page in [
        "/console/",
        "/console/inbox?view=bot",
        &format!("/console/inbox/{}?view=bot", it.id),
        &format!("/console/conversations/{}", it.id),
    ] {
        let page = browser.get(page).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    }
}

#[tokio::test]
async fn a_conversation_from_the_first_word_to_the_end() {
    let house = House::new().await;
    let (agent, mut browser) = house.signed_in("Ann Lee", Role::Agent).await;
    let it = house.fresh.conversation("en").await.unwrap();
    house.fresh.say(&it, "Hello <b>there</b>").await.unwrap();
    let page = browser.get("/console/inbox?view=bot").await;
    assert!(page.text.contains("Hello &lt;b&gt;there&lt;/b&gt;"), "{}", page.text);
    let at = format!("/console/conversations/{}", it.id);
    assert_eq!(browser.act(&format!("{at}/take"), &[]).await.status, StatusCode::SEE_OTHER);
    let client = uuid::Uuid::now_v7().to_string();
    let reply = [("body", "I am **here**."), ("mode", "reply"), ("client_id", client.as_str())];
    for _ in 0..2 {
        let page = browser.act(&format!("{at}/reply"), &reply).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
    }
    browser.act(&format!("{at}/reply"), &[("body", "between us"), ("mode", "note")]).await;
    let store = house.fresh.chat.store();
    let all = message::after(store, house.fresh.workspace, it.id, Audience::Staff, 0, 50).await.unwrap();
    let mine: Vec<&str> = all.iter().filter(|m| m.author.kind() == "agent").map(|m| m.body.as_str()).collect();
    assert_eq!(mine, ["I am **here**.", "between us"], "sent twice, kept once");
    let page = browser.get(&format!("/console/inbox/{}?view=mine", it.id)).await;
    assert!(page.text.contains("I am <strong>here</strong>."));
    for (act, fields) in [
        ("priority", vec![("priority", "1")]),
        ("snooze", vec![("until", "1h")]),
        ("wake", vec![]),
        ("pend", vec![]),
        ("wake", vec![]),
        ("resolve", vec![]),
        ("reopen", vec![]),
        ("transfer", vec![("to", "queue"), ("note", "please")]),
        ("take", vec![]),
        ("return", vec![]),
    ] {
        let page = browser.act(&format!("{at}/{act}"), &fields).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{act}: {}", page.text);
        assert_eq!(browser.get(&at).await.status, StatusCode::OK, "{act}");
    }
    assert_eq!(browser.act(&format!("{at}/priority"), &[("priority", "9")]).await.status, StatusCode::BAD_REQUEST);
    let page = browser.act(&format!("{at}/reply"), &[("body", "  "), ("mode", "reply")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(agent.name, "Ann Lee");
}

#[tokio::test]
async fn nobody_speaks_over_a_colleague_by_accident() {
    let house = House::new().await;
    let (_, mut ann) = house.signed_in("Ann", Role::Agent).await;
    let (_, mut bob) = house.signed_in("Bob", Role::Agent).await;
    let it = house.fresh.conversation("en").await.unwrap();
    house.fresh.say(&it, "Hello").await.unwrap();
    let at = format!("/console/conversations/{}", it.id);
    ann.act(&format!("{at}/take"), &[]).await;
    let reply = [("body", "Let me"), ("mode", "reply")];
    let page = bob.act(&format!("{at}/reply"), &reply).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text.contains("Let me") && page.text.contains("Ann"), "the text is kept, the colleague named");
    bob.json = true;
    let csrf = house.seat(&bob).await.visit.csrf.clone();
    let page = bob.post(&format!("{at}/reply"), &[("csrf", csrf), ("body", "Let me".into()), ("mode", "reply".into())]).await;
    assert_eq!(page.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn contexts_have_the_shapes_of_their_samples() {
    let house = House::new().await;
    let (_, browser) = house.signed_in("Ann", Role::Owner).await;
    let seat = house.seat(&browser).await;
    let it = house.fresh.conversation("en").await.unwrap();
    house.fresh.say(&it, "Hello").await.unwrap();
    house.console.desk.take(house.fresh.workspace, seat.agent.id, it.id).await.unwrap();
    let reading = Reading { view: View::Mine, before_seq: None, sum_up: false };
    let ours = house.console.read_conversation(&seat, it.id, &reading).await.unwrap();
    let place = house.console.place(house.fresh.workspace, seat.agent.id, View::Mine, None).await.unwrap();
    let found = house.console.desk.row(house.fresh.workspace, it.id).await.unwrap();
    let row = house.console.row(seat.locale(), &place, found);
    let mut found = Vec::new();
    differences(&json!(ours), &sample("conversation")["conversation"], "conversation", &mut found);
    differences(&json!(row), &sample("partials/row")["row"], "row", &mut found);
    assert!(found.is_empty(), "{found:#?}");
}

#[tokio::test]
async fn every_page_renders_with_what_the_record_has() {
    let house = House::new().await;
    let (_, mut browser) = house.signed_in("Ann", Role::Owner).await;
    let it = house.fresh.conversation("zh").await.unwrap();
    house.fresh.say(&it, "你好").await.unwrap();
    let inbox = format!("/console/inboxes/{}", house.fresh.inbox);
    let pages = [
        "/console/",
        "/console/inbox",
        "/console/inbox?view=all&q=x",
        "/console/sources",
        "/console/sources/new",
        "/console/sources/check",
        "/console/search",
        "/console/search?q=hello",
        "/console/gaps",
        "/console/gaps?state=closed",
        "/console/bot",
        "/console/bot/rules",
        "/console/playground",
        "/console/playground?q=hello",
        "/console/inboxes",
        &inbox,
        "/console/people",
        "/console/canned",
        "/console/report",
        "/console/report?days=90",
        "/console/account",
    ];
    for language in ["en", "zh"] {
        browser.act("/console/language", &[("lang", language)]).await;
        for path in pages {
            let page = browser.get(path).await;
            assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.text);
            assert!(page.text.contains(&format!("lang=\"{language}\"")), "{path}");
        }
    }
    let missing = house.console.templates.words().missing();
    assert!(missing.is_empty(), "{missing:?}");
}
