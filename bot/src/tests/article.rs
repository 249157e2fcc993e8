//! Articles of the help center as sources of answers.

use chat::agent::Role;
use knowledge::{
    Audience as For, Reader,
    article::{Name, Then, Typed, collection},
    library,
};

use super::*;

#[tokio::test]
async fn an_article_is_cited_where_the_visitors_of_the_inbox_read_it() {
    let house = House::plain().await;
    let (chat, workspace, knowledge) = (&house.fresh.chat, house.fresh.workspace, house.bot.inner.knowledge.clone());
    let by = house.fresh.agent("Ada", Role::Admin).await.expect("an agent").id;
    let shelf = library::by_name(chat, workspace, collection::LIBRARY).await.expect("a library").id;
    let names = [("en".to_owned(), Name { name: "Boats".into(), about: String::new() })].into();
    let shelf = collection::create(chat, workspace, shelf, names, For::All).await.expect("a collection");
    let body = "## How heavy is the red kayak?\n\nThe red kayak weighs nineteen kilograms.";
    let typed = Typed { title: "The red kayak".into(), summary: String::new(), body: body.into() };
    let id = knowledge.begin_article(workspace, shelf, "en", typed.clone(), by).await.expect("begun");
    knowledge.save_article(workspace, (id, "en"), typed, (1, Then::Publish), by).await.expect("published");
    knowledge.ready(workspace).await.expect("an index");
    let it = house.conversation("en").await;
    let reply = house.ask(&it, "How heavy is the red kayak?").await;
    assert!(reply.body.contains("nineteen kilograms"), "{}", reply.body);
    let url = format!("/help/{}/article/{id}/en#how-heavy-is-the-red-kayak", house.fresh.inbox);
    assert_eq!(reply.extra.citations.first().map(|citation| citation.url.as_str()), Some(url.as_str()));
    // What is withdrawn a moment later is cited no more.
    knowledge.remove_article(workspace, id, knowledge::release::Frozen::Kept).await.expect("removed");
    let query = knowledge::Query { text: "red kayak".into(), reader: Reader::Staff, libraries: None, limit: 3, locale: "en".into() };
    assert!(knowledge.search(workspace, &query).await.expect("searched").hits.iter().all(|hit| !hit.passage.text.contains("kayak")));
}
