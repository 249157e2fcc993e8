//! What people change in passages, through imports that bring something else.

use chat::AgentId;

use super::{ask, open, take, titles};
use crate::{
    Audience, Error, Upload, document,
    edit::{self, Change},
    passage::{self, Passage},
    source,
    split::Settings,
};

const PAGE: &str = "# Shop\n\n## Delivery\n\nDelivery takes three days.\n\n## Returns\n\nReturns are free for 30 days.\n";

async fn passages(fresh: &chat::testing::Fresh) -> Vec<Passage> {
    let store = fresh.chat.store();
    let source = source::list(store, fresh.workspace, None).await.unwrap().remove(0);
    let document = document::list(store, fresh.workspace, source.id, "", 10).await.unwrap().remove(0);
    passage::of_document(store, fresh.workspace, document.id).await.unwrap()
}

#[tokio::test]
async fn an_edit_stays_until_the_source_says_something_else() {
    let (fresh, knowledge) = open().await;
    let agent: AgentId = fresh.chat.id();
    take(&knowledge, fresh.workspace, Upload::bytes("shop.md", PAGE.into())).await.unwrap();
    let first = passages(&fresh).await.remove(0);
    let wish = Change::Text("Delivery takes three **working** days.".into());
    let id = edit::change(&fresh.chat, fresh.workspace, first.id, agent, wish).await.unwrap();
    assert_ne!(id, first.id, "the index knows a passage by its id");
    let found = ask(&knowledge, fresh.workspace, "how long does delivery take").await;
    assert_eq!((found.hits[0].passage.id, found.hits[0].passage.text.contains("working")), (id, true));
    // The other passage changes: the edit stays.
    let other = PAGE.replace("30 days", "14 days");
    take(&knowledge, fresh.workspace, Upload::bytes("shop.md", other.clone().into())).await.unwrap();
    let now = passages(&fresh).await;
    assert!(now[0].text.contains("working") && !now[0].origin.is_empty() && now[1].text.contains("14 days"), "{now:?}");
    assert!(edit::lost(fresh.chat.store(), fresh.workspace).await.unwrap().is_empty());
    // Its own text changes: the source's word counts, and the edit is listed.
    take(&knowledge, fresh.workspace, Upload::bytes("shop.md", other.replace("three days", "two days").into())).await.unwrap();
    let now = passages(&fresh).await;
    assert_eq!((now[0].text.as_str(), now[0].origin.as_str()), ("Delivery takes two days.", ""));
    let lost = edit::lost(fresh.chat.store(), fresh.workspace).await.unwrap();
    assert_eq!((lost.len(), lost[0].before.as_str(), lost[0].agent), (1, "Delivery takes three days.", agent));
    // The old text comes back, and the edit with it.
    take(&knowledge, fresh.workspace, Upload::bytes("shop.md", other.into())).await.unwrap();
    assert!(passages(&fresh).await[0].text.contains("working"));
    assert!(edit::lost(fresh.chat.store(), fresh.workspace).await.unwrap().is_empty());
    let back = passages(&fresh).await.remove(0);
    edit::change(&fresh.chat, fresh.workspace, back.id, agent, Change::Restore).await.unwrap();
    let back = passages(&fresh).await.remove(0);
    assert_eq!((back.text.as_str(), back.origin.as_str()), ("Delivery takes three days.", ""));
}

#[tokio::test]
async fn a_passage_that_is_switched_off_is_not_found() {
    let (fresh, knowledge) = open().await;
    let agent: AgentId = fresh.chat.id();
    take(&knowledge, fresh.workspace, Upload::bytes("shop.md", PAGE.into())).await.unwrap();
    let question = "are returns free";
    let all = ask(&knowledge, fresh.workspace, question).await;
    let returns = all.hits.iter().find(|hit| hit.passage.heading == "Returns").unwrap().passage.clone();
    let hidden = edit::change(&fresh.chat, fresh.workspace, returns.id, agent, Change::Hide).await.unwrap();
    let found = ask(&knowledge, fresh.workspace, question).await;
    assert!(found.hits.iter().all(|hit| hit.passage.heading != "Returns"), "{:?}", titles(&found));
    take(&knowledge, fresh.workspace, Upload::bytes("shop.md", PAGE.replace("three", "four").into())).await.unwrap();
    let kept = passages(&fresh).await.remove(1);
    assert!(kept.hidden_at.is_some() && kept.id != hidden, "switched off through an import");
    edit::change(&fresh.chat, fresh.workspace, kept.id, agent, Change::Show).await.unwrap();
    let found = ask(&knowledge, fresh.workspace, question).await;
    assert!(found.hits.iter().any(|hit| hit.passage.heading == "Returns"));
}

#[tokio::test]
async fn what_changes_beside_an_edit_or_an_import_holds() {
    let (fresh, knowledge) = open().await;
    let (chat, workspace) = (&fresh.chat, fresh.workspace);
    let agent: AgentId = chat.id();
    take(&knowledge, workspace, Upload::bytes("shop.md", PAGE.into())).await.unwrap();
    let read = passages(&fresh).await;
    let source = source::list(chat.store(), workspace, None).await.unwrap().remove(0).id;
    // The team's alone, while somebody has the passage open.
    source::set_audience(chat, workspace, source, &Audience::Staff).await.unwrap();
    let mut tx = chat.begin().await.unwrap();
    let text = Change::Text("Delivery takes an hour.".into());
    edit::change_in(&mut tx, chat, workspace, &read[0], agent, text.clone()).await.unwrap();
    let again = edit::change_in(&mut tx, chat, workspace, &read[0], agent, text).await;
    assert!(matches!(again, Err(Error::NotFound)), "what is gone is not written a second time");
    tx.rollback().await.unwrap();
    let mut tx = chat.begin().await.unwrap();
    edit::change_in(&mut tx, chat, workspace, &read[0], agent, Change::Text("Delivery takes an hour.".into())).await.unwrap();
    tx.commit().await.unwrap();
    assert!(passages(&fresh).await.iter().all(|passage| passage.audience == Audience::Staff));
    // Switched off while an import waits.
    let returns = passages(&fresh).await.remove(1);
    let mut tx = chat.begin().await.unwrap();
    edit::change_in(&mut tx, chat, workspace, &returns, agent, Change::Hide).await.unwrap();
    let other = knowledge.clone();
    let taken = tokio::spawn(async move { take(&other, workspace, Upload::bytes("shop.md", PAGE.replace("three", "two").into())).await });
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert!(!taken.is_finished());
    tx.commit().await.unwrap();
    taken.await.unwrap().unwrap();
    let now = passages(&fresh).await;
    assert!(now[0].text.contains("two days") && now[1].hidden_at.is_some(), "{now:?}");
}

#[tokio::test]
async fn edits_are_checked_and_belong_to_their_workspace() {
    let (fresh, knowledge) = open().await;
    let agent: AgentId = fresh.chat.id();
    take(&knowledge, fresh.workspace, Upload::bytes("shop.md", PAGE.into())).await.unwrap();
    let first = passages(&fresh).await.remove(0);
    for text in ["", "  \n ", &"x".repeat(20_001)] {
        let done = edit::change(&fresh.chat, fresh.workspace, first.id, agent, Change::Text(text.to_owned())).await;
        assert!(matches!(done, Err(Error::Invalid(_))), "{}", text.len());
    }
    let stranger = edit::change(&fresh.chat, fresh.chat.id(), first.id, agent, Change::Hide).await;
    assert!(matches!(stranger, Err(Error::NotFound)));
    edit::change(&fresh.chat, fresh.workspace, first.id, agent, Change::Hide).await.unwrap();
    let source = source::list(fresh.chat.store(), fresh.workspace, None).await.unwrap().remove(0);
    source::remove(&fresh.chat, fresh.workspace, source.id, crate::release::Frozen::Kept).await.unwrap();
}

#[tokio::test]
async fn a_preview_keeps_nothing() {
    let (fresh, knowledge) = open().await;
    let preview = knowledge.preview(Upload::bytes("shop.md", PAGE.into()), Settings::default()).await.unwrap();
    let drafts: Vec<(&str, &str)> = preview.documents[0].1.iter().map(|draft| (draft.heading.as_str(), draft.text.as_str())).collect();
    assert_eq!(drafts, [("Delivery", "Delivery takes three days."), ("Returns", "Returns are free for 30 days.")]);
    assert!(matches!(knowledge.preview(Upload::bytes("shop.md", b" ".to_vec()), Settings::default()).await, Err(Error::Unusable { .. })));
    assert!(source::list(fresh.chat.store(), fresh.workspace, None).await.unwrap().is_empty());
}

#[tokio::test]
async fn twins_follow_the_record() {
    let (fresh, knowledge) = open().await;
    let text = "# A\n\nYou may return an item within 30 days of delivery if it is unused, in its box and with the bill that came with it.";
    take(&knowledge, fresh.workspace, Upload::bytes("a.md", text.into())).await.unwrap();
    assert!(knowledge.twins(fresh.workspace).await.unwrap().is_empty());
    take(&knowledge, fresh.workspace, Upload::bytes("b.md", text.replace("30", "14").into())).await.unwrap();
    let twins = knowledge.twins(fresh.workspace).await.unwrap();
    assert!(twins.len() == 1 && twins[0].differ, "{twins:?}");
    assert!(knowledge.twins(fresh.chat.id()).await.unwrap().is_empty(), "nobody else's");
}
