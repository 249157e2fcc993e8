//! With tested releases, pages say when a change reaches visitors.

use axum::http::StatusCode;
use chat::SourceId;
use chat::agent::Role;
use knowledge::release::At;
use knowledge::{Query, Upload, document, gap, library, passage, source};

use super::{Browser, House, Page};

impl House {
    /// A source of this name that says something about delivery.
    async fn source(&self, name: &str, days: &str) -> SourceId {
        let (chat, workspace) = (&self.fresh.chat, self.fresh.workspace);
        let shelf = library::by_name(chat, workspace, "Shop").await.unwrap();
        let page = format!("# Delivery {name}\n\nDelivery takes {days} days.");
        self.console.knowledge.import(workspace, shelf.id, Upload::bytes(name, page.into()), &|_| {}).await.unwrap();
        source::at(chat.store(), workspace, shelf.id, &format!("upload:{name}")).await.unwrap().unwrap().0
    }

    async fn says(&self, at: At) -> Vec<String> {
        let query = Query {
            text: "how long does delivery take".into(),
            reader: knowledge::Reader::Anyone,
            libraries: None,
            limit: 8,
            locale: "en".into(),
        };
        let found = self.console.knowledge.search_at(self.fresh.workspace, &query, at).await.unwrap();
        found.hits.into_iter().map(|hit| hit.passage.text).collect()
    }
}

/// What the next page says of a form that was sent.
async fn said(browser: &mut Browser, done: Page) -> String {
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    browser.get(&done.to).await.text
}

#[tokio::test]
async fn a_change_that_waits_says_so() {
    let house = House::new().await;
    let (store, workspace) = (house.fresh.chat.store(), house.fresh.workspace);
    let (_, mut ada) = house.signed_in("Ada", Role::Admin).await;
    let (gone, kept) = (house.source("gone.md", "three").await, house.source("kept.md", "nine").await);
    assert_eq!(ada.act("/console/releases", &[]).await.to, "/console/releases");
    let of = |id| async move { document::list(store, workspace, id, "", 1).await.unwrap().remove(0).id };
    let page = passage::of_document(store, workspace, of(kept).await).await.unwrap().remove(0);
    let at = format!("/console/passages/{}", page.id);
    assert!(ada.get(&at).await.text.contains("from the next release on"));
    let changed = ada.act(&at, &[("text", "Delivery takes ten days."), ("do", "save")]).await;
    assert!(said(&mut ada, changed).await.contains("Visitors get it with the next release."));
    let bot = [("name", "Finch"), ("answer_from", "0.4"), ("model_from", "0.2"), ("max_failed", "3"), ("mode", "live")];
    let saved = ada.act("/console/bot", &bot).await;
    assert!(said(&mut ada, saved).await.contains("the rest with the next release"));
    let asked = gap::New {
        conversation: None,
        seq: None,
        question: "Do you ship to Norway?".into(),
        locale: "en".into(),
        reason: "no_passage".into(),
        score: 0.0,
    };
    gap::note(&house.fresh.chat, workspace, asked).await.unwrap();
    assert!(ada.get("/console/gaps").await.text.contains("visitors get it with the next release"));
    // A source that is removed stays with the release that was frozen with it.
    let at = format!("/console/sources/{gone}");
    let shown = ada.get(&at).await.text;
    assert!(shown.contains("is not in the next release any more") && shown.contains("name=\"now\""), "{shown}");
    let removed = ada.act(&format!("{at}/remove"), &[]).await;
    assert!(said(&mut ada, removed).await.contains("go on answering from it"));
    assert!(house.says(At::Release(1)).await.contains(&"Delivery takes three days.".to_owned()));
    // A document can be taken out of all of them at once.
    let at = format!("/console/sources/{kept}/documents/{}", of(kept).await);
    let shown = ada.get(&at).await.text;
    assert!(shown.contains("Remove this document") && shown.contains("name=\"now\""), "{shown}");
    let (_, mut ann) = house.signed_in("Ann", Role::Agent).await;
    assert!(!ann.get(&at).await.text.contains("Remove this document"));
    assert_eq!(ann.act(&format!("{at}/remove"), &[]).await.status, StatusCode::FORBIDDEN);
    let removed = ada.act(&format!("{at}/remove"), &[("now", "1")]).await;
    assert_eq!(removed.to, format!("/console/sources/{kept}"));
    assert!(said(&mut ada, removed).await.contains("and its passages are removed"));
    assert_eq!(house.says(At::Release(1)).await, ["Delivery takes three days."]);
    assert!(house.says(At::Today).await.is_empty());
}

#[tokio::test]
async fn a_step_that_is_refused_keeps_its_reason() {
    let house = House::new().await;
    let (_, mut ada) = house.signed_in("Ada", Role::Admin).await;
    ada.act("/console/releases", &[]).await;
    let frozen = ada.act("/console/releases", &[("note", "Two")]).await.to;
    let refused = ada.act(&format!("{frozen}/stage"), &[("share", "250"), ("reason", "The question is out of date.")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    for words in ["Choose a share from 1 to 99 per cent.", "The question is out of date.", "value=\"250\""] {
        assert!(refused.text.contains(words), "{words} is not on\n{}", refused.text);
    }
    ada.act("/console/language", &[("lang", "zh")]).await;
    let refused = ada.act(&format!("{frozen}/stage"), &[("share", "")]).await;
    assert!(refused.text.contains("请选择 1% 到 99% 之间的比例"), "{}", refused.text);
    // What has no form of its own is a page in that language, too.
    ada.act(&format!("{frozen}/withdraw"), &[]).await;
    let again = ada.act(&format!("{frozen}/withdraw"), &[]).await;
    assert!(again.status == StatusCode::BAD_REQUEST && again.text.contains("只有候选版本才能放弃"), "{}", again.text);
}
