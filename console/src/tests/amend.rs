//! Messages that were sent already: edited and recalled with scripts off, and what admins see of it.

use axum::http::StatusCode;
use chat::agent::Role;
use chat::{Append, Audience, Author, message};

use super::House;

#[tokio::test]
async fn an_agent_edits_and_recalls() {
    let house = House::new().await;
    let (ann, mut browser) = house.signed_in("Ann Lee", Role::Agent).await;
    let (_, mut boss) = house.signed_in("Bea Ott", Role::Admin).await;
    let it = house.fresh.conversation("en").await.unwrap();
    let (workspace, chat) = (house.fresh.workspace, &house.fresh.chat);
    house.fresh.say(&it, "Hello").await.unwrap();
    let answer = Append { epoch: Some(it.epoch), ..Append::new(workspace, it.id, chat.id(), Author::Bot, "I made that up.") };
    chat.append(answer).await.unwrap();
    let at = format!("/console/conversations/{}", it.id);
    browser.act(&format!("{at}/reply"), &[("body", "It takes **three** days."), ("mode", "reply")]).await;
    let all = async || message::after(chat.store(), workspace, it.id, Audience::Staff, 0, 50).await.unwrap();
    let mine = all().await.iter().find(|m| m.author == Author::Agent(ann.id)).unwrap().seq;
    let page = browser.get(&at).await;
    let form = format!("{at}/message/{mine}");
    assert!(page.text.contains(&form) && page.text.contains("It takes **three** days."), "{}", page.text);
    assert!(!page.text.contains("/wordings"), "nothing was said before");
    let other = boss.get(&at).await;
    assert!(!other.text.contains(&form), "a colleague's own");
    assert_eq!(boss.act(&form, &[("do", "edit"), ("after", "0"), ("body", "not mine")]).await.status, StatusCode::NOT_FOUND);
    // Pressed twice, it is one change.
    for _ in 0..2 {
        let edit = [("do", "edit"), ("after", "0"), ("body", "It takes **four** days.")];
        assert_eq!(browser.act(&form, &edit).await.status, StatusCode::SEE_OTHER);
    }
    assert_eq!(all().await.iter().filter(|m| m.changes() == Some(mine)).count(), 1);
    let page = browser.get(&at).await;
    assert!(page.text.contains("It takes <strong>four</strong> days.") && page.text.contains("Edited"), "{}", page.text);
    assert!(!page.text.contains("three"), "{}", page.text);
    let empty = browser.act(&form, &[("do", "edit"), ("after", "9"), ("body", " ")]).await;
    assert_eq!((empty.status, all().await.last().unwrap().changes()), (StatusCode::SEE_OTHER, Some(mine)));
    // The bot's, however old; nobody's own once it is late.
    house.fresh.clock.advance(16 * 60_000);
    browser.act(&format!("{at}/message/2"), &[("do", "recall"), ("after", "0")]).await;
    browser.act(&form, &[("do", "recall"), ("after", "9")]).await;
    let said = all().await;
    let body = |seq: i64| said.iter().find(|m| m.seq == seq).unwrap().body.as_str();
    assert_eq!((body(2), body(mine)), ("", "It takes **four** days."));
    let page = browser.get(&at).await;
    assert!(page.text.contains("This message was recalled.") && !page.text.contains("made that up") && !page.text.contains(&form));
    let list = browser.get("/console/inbox?view=mine").await;
    assert!(list.text.contains("four") && !list.text.contains("made that up"), "{}", list.text);
    // What was said before is the admins' to see.
    let before = format!("{at}/message/{mine}/wordings");
    assert_eq!(browser.get(&before).await.status, StatusCode::FORBIDDEN);
    assert!(boss.get(&at).await.text.contains(&before));
    let page = boss.get(&before).await;
    assert!(page.text.contains("It takes **three** days.") && page.text.contains("Ann Lee"), "{}", page.text);
    assert!(boss.get(&format!("{at}/message/2/wordings")).await.text.contains("I made that up."));
}
