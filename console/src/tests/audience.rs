//! Who may read what: chosen on the pages of sources, libraries and inboxes, and tried as somebody.

use chat::inbox;
use knowledge::{Audience, library, source};

use super::*;

async fn shop(house: &House, ada: &mut Browser) -> chat::LibraryId {
    for (name, fields) in [
        ("open.md", vec![("audience", "all")]),
        ("gold.md", vec![("audience", "with"), ("attribute", "plan"), ("attribute_value", "Gold")]),
    ] {
        let text = format!("# Refunds for {name}\n\nA refund of {name} takes a day.");
        let fields: Vec<(&str, &str)> = [("library", "Shop"), ("way", "page"), ("schedule", "off")].into_iter().chain(fields).collect();
        let sent = ada.send_files("/console/sources", &fields, &[("files", name, text.as_bytes())]).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    }
    house.console.knowledge.ready(house.fresh.workspace).await.unwrap();
    library::by_name(&house.fresh.chat, house.fresh.workspace, "Shop").await.unwrap().id
}

#[tokio::test]
async fn an_audience_is_chosen_shown_and_kept_in_both_languages() {
    let house = House::new().await;
    let (workspace, store) = (house.fresh.workspace, house.fresh.chat.store());
    let (_, mut ada) = house.signed_in("Ada", Role::Admin).await;
    let shelf = shop(&house, &mut ada).await;
    let gold = source::list(store, workspace, None).await.unwrap().into_iter().find(|source| source.name == "gold.md").unwrap();
    assert_eq!(gold.audience, Audience::with("plan", "gold").unwrap());
    let page = format!("/console/sources/{}", gold.id);
    assert!(ada.get(&page).await.text.contains("Verified visitors with plan = gold"));
    assert!(ada.get("/console/sources").await.text.contains("Verified visitors with plan = gold"));
    // An attribute without a name is refused and changes nothing.
    ada.act(&page, &[("audience", "with"), ("attribute", "a=b")]).await;
    assert_eq!(source::find(store, workspace, gold.id).await.unwrap().audience, gold.audience);
    ada.act(&page, &[("audience", "verified"), ("attribute", "left over")]).await;
    assert_eq!(source::find(store, workspace, gold.id).await.unwrap().audience, Audience::Verified);
    // A library, in the same way.
    let at = format!("/console/libraries/{shelf}");
    let refused = ada.act(&at, &[("name", "Shop"), ("audience", "with"), ("attribute", "")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("Name what must be known of a visitor"), "{}", refused.text);
    assert_eq!(ada.act(&at, &[("name", "Shop"), ("audience", "staff")]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(library::find(store, workspace, shelf).await.unwrap().audience, Audience::Staff);
    assert!(ada.get(&page).await.text.contains("and within its library: Team only"));
    let log = chat::audit::recent(store, workspace, 20).await.unwrap();
    assert!(log.iter().any(|(_, action, object, _)| action == "library.audience" && *object == shelf.text()), "{log:?}");
    // Somebody who is no admin changes nothing.
    let (_, mut ben) = house.signed_in("Ben", Role::Agent).await;
    assert_eq!(ben.act(&at, &[("name", "Shop"), ("audience", "all")]).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_search_and_a_question_are_tried_as_somebody_in_an_inbox() {
    let house = House::new().await;
    let (workspace, store, inbox) = (house.fresh.workspace, house.fresh.chat.store(), house.fresh.inbox);
    let (_, mut ada) = house.signed_in("Ada", Role::Admin).await;
    let shelf = shop(&house, &mut ada).await;
    let sees = async |ada: &mut Browser, who: &str| {
        let [search, played] = ["search", "playground"].map(|page| format!("/console/{page}?q=refund+of+gold.md{who}"));
        let (search, played) = (ada.get(&search).await, ada.get(&played).await);
        assert_eq!((search.status, played.status), (StatusCode::OK, StatusCode::OK));
        let hits = |text: &str| (text.contains("A refund of gold.md"), text.contains("A refund of open.md"));
        (hits(&search.text), hits(&played.text))
    };
    for (who, gold) in [
        ("", false),
        ("&audience=verified", false),
        ("&audience=verified&proven=plan%3Dfree", false),
        ("&audience=verified&proven=region%3Deu%2C+plan%3DGOLD", true),
        ("&audience=all&proven=plan%3Dgold", false),
        ("&audience=staff", true),
    ] {
        assert_eq!(sees(&mut ada, who).await, ((gold, true), (gold, true)), "{who}");
    }
    // The inbox's own libraries.
    let page = format!("/console/inboxes/{inbox}");
    let within = format!("&audience=staff&inbox={inbox}");
    assert!(ada.get(&page).await.text.contains("All libraries"));
    let saved = ada.act(&format!("{page}/libraries"), &[("which", "some"), ("library", &shelf.text())]).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER);
    assert_eq!(inbox::libraries_of(store, workspace, inbox).await.unwrap(), Some(vec![shelf]));
    assert_eq!(sees(&mut ada, &within).await, ((true, true), (true, true)));
    ada.act(&format!("{page}/libraries"), &[("which", "some")]).await;
    assert_eq!(inbox::libraries_of(store, workspace, inbox).await.unwrap(), Some(vec![]));
    assert_eq!(sees(&mut ada, &within).await, ((false, false), (false, false)));
    ada.act(&format!("{page}/libraries"), &[("which", "all"), ("library", &shelf.text())]).await;
    assert_eq!(inbox::libraries_of(store, workspace, inbox).await.unwrap(), None);
}
