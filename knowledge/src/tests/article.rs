//! Articles: who saves over whom, and what of them is knowledge, for whom.

use chat::{AgentId, ArticleId, CollectionId, agent::Role};
use serde_json::json;

use super::*;
use crate::{
    Format, Reader, Sent,
    article::{self, Article, Name, Public, Saved, Then, Typed, collection},
    document,
    edit::{self, Change},
    passage,
    release::{self, At},
};

pub(super) struct House {
    // First: its engine flushes into the folder that goes with the record.
    pub knowledge: Knowledge,
    pub fresh: Fresh,
    by: AgentId,
}

pub(super) fn typed(title: &str, body: &str) -> Typed {
    Typed { title: title.into(), summary: String::new(), body: body.into() }
}

impl House {
    pub async fn open() -> Self {
        let (fresh, knowledge) = super::open().await;
        let by = fresh.agent("Ada", Role::Admin).await.unwrap().id;
        Self { knowledge, fresh, by }
    }

    pub async fn collection(&self, name: &str, audience: Audience) -> CollectionId {
        let library = library::by_name(&self.fresh.chat, self.fresh.workspace, collection::LIBRARY).await.unwrap().id;
        let names = [("en".to_owned(), Name { name: name.into(), about: String::new() })].into();
        collection::create(&self.fresh.chat, self.fresh.workspace, library, names, audience).await.unwrap()
    }

    pub async fn begin(&self, collection: CollectionId, typed: Typed) -> ArticleId {
        self.knowledge.begin_article(self.fresh.workspace, collection, "en", typed, self.by).await.unwrap()
    }

    async fn save(&self, id: ArticleId, locale: &str, typed: Typed, seen: i64, then: Then) -> Saved {
        self.knowledge.save_article(self.fresh.workspace, (id, locale), typed, (seen, then), self.by).await.unwrap()
    }

    pub async fn publish(&self, id: ArticleId, typed: Typed) {
        let seen = self.find(id).await.text("en").map_or(0, |text| text.revision);
        assert!(matches!(self.save(id, "en", typed, seen, Then::Publish).await, Saved::Kept(_)));
    }

    async fn find(&self, id: ArticleId) -> Article {
        article::find(self.fresh.chat.store(), self.fresh.workspace, id).await.unwrap()
    }

    /// Texts that a question about kayaks finds, and where they can be read.
    async fn finds(&self, reader: Reader, at: At) -> Vec<(String, String)> {
        let query = Query { text: "how heavy is the kayak".into(), reader, libraries: None, limit: 8, locale: "en".into() };
        let hits = self.knowledge.search_at(self.fresh.workspace, &query, at).await.unwrap().hits;
        let mut found: Vec<_> = hits.into_iter().map(|hit| (hit.passage.text, hit.passage.url)).collect();
        found.sort();
        found
    }

    async fn texts(&self, reader: Reader, at: At) -> Vec<String> {
        self.finds(reader, at).await.into_iter().map(|(text, _)| text).collect()
    }

    async fn public(&self) -> Vec<Public> {
        article::public::list(self.fresh.chat.store(), self.fresh.workspace, None).await.unwrap()
    }

    async fn documents(&self, collection: CollectionId) -> Vec<document::Document> {
        let source = collection::find(self.fresh.chat.store(), self.fresh.workspace, collection).await.unwrap().source;
        document::list(self.fresh.chat.store(), self.fresh.workspace, source, "", 10).await.unwrap()
    }
}

#[tokio::test]
async fn an_article_is_knowledge_as_long_as_it_is_published() {
    let house = House::open().await;
    let shelf = house.collection("Boats", Audience::All).await;
    let id = house.begin(shelf, typed("The kayak", "## Weight\n\nThe kayak weighs 24 kg.")).await;
    assert!(house.texts(Reader::Staff, At::Today).await.is_empty(), "a draft is nobody's answer");
    assert!(house.public().await.is_empty());
    house.publish(id, typed("The kayak", "## Weight\n\nThe kayak weighs 24 kg.")).await;
    let found = house.finds(Reader::Anyone, At::Today).await;
    assert_eq!(found, [("The kayak weighs 24 kg.".to_owned(), format!("/help/article/{id}/en#weight"))]);
    let known = house.documents(shelf).await;
    assert_eq!((known.len(), known[0].title.as_str(), known[0].language.as_str()), (1, "The kayak", "en"));
    // A change is found at once, and its document stays the same one.
    house.publish(id, typed("The kayak", "## Weight\n\nThe kayak weighs 21 kg.")).await;
    assert_eq!(house.texts(Reader::Anyone, At::Today).await, ["The kayak weighs 21 kg."]);
    assert_eq!(house.documents(shelf).await[0].id, known[0].id);
    // What is as it was is not indexed again, whoever saves it.
    let revision = house.knowledge.revision(house.fresh.workspace).await.unwrap();
    let again = typed("The kayak", "## Weight\n\nThe kayak weighs 21 kg.");
    assert_eq!(house.save(id, "en", again.clone(), 1, Then::Stay).await, Saved::Kept(3));
    let summed_up = Typed { summary: "What it weighs.".into(), ..again.clone() };
    assert_eq!(house.save(id, "en", summed_up, 3, Then::Stay).await, Saved::Kept(4));
    assert_eq!(house.knowledge.revision(house.fresh.workspace).await.unwrap(), revision, "the summary is for readers of lists");
    // Its Chinese text is a document of its own.
    assert_eq!(house.save(id, "zh", typed("皮划艇", "皮划艇重 21 公斤。"), 0, Then::Publish).await, Saved::Kept(1));
    assert_eq!(house.public().await.iter().map(|public| public.locale.as_str()).collect::<Vec<_>>(), ["en", "zh"]);
    assert_eq!(house.save(id, "en", again, 4, Then::Withdraw(Frozen::Kept)).await, Saved::Kept(5));
    assert!(house.texts(Reader::Staff, At::Today).await.iter().all(|text| text.contains("公斤")));
    assert_eq!(house.documents(shelf).await.len(), 1);
}

#[tokio::test]
async fn two_authors_lose_nothing_unseen() {
    let house = House::open().await;
    let shelf = house.collection("Boats", Audience::All).await;
    let id = house.begin(shelf, typed("The kayak", "Heavy.")).await;
    assert_eq!(house.save(id, "en", typed("The kayak", "Heavy, by Ada."), 1, Then::Publish).await, Saved::Kept(2));
    assert_eq!(house.save(id, "en", typed("The kayak", "Heavy, by Bo."), 1, Then::Stay).await, Saved::Overtaken);
    let (text, body) = article::text(house.fresh.chat.store(), house.fresh.workspace, id, "en").await.unwrap().unwrap();
    assert_eq!((text.revision, body.as_str()), (2, "Heavy, by Ada."));
    assert_eq!(house.save(id, "en", typed("The kayak", "Heavy, by both."), 2, Then::Stay).await, Saved::Kept(3));
    assert_eq!(house.save(id, "zh", typed("皮划艇", "很重。"), 0, Then::Stay).await, Saved::Kept(1), "another language is another text");
    assert_eq!(house.save(id, "zh", typed("皮划艇", "不重。"), 0, Then::Stay).await, Saved::Overtaken);
    // Many at once: one of those who saw the same revision is kept.
    let mut savers = tokio::task::JoinSet::new();
    for n in 0..8 {
        let (knowledge, workspace, by) = (house.knowledge.clone(), house.fresh.workspace, house.by);
        let typed = typed("The kayak", &format!("Heavy, by {n}."));
        savers.spawn(async move { knowledge.save_article(workspace, (id, "en"), typed, (3, Then::Stay), by).await.unwrap() });
    }
    let saved = savers.join_all().await;
    assert_eq!(saved.iter().filter(|saved| **saved == Saved::Kept(4)).count(), 1, "{saved:?}");
    assert_eq!(saved.iter().filter(|saved| **saved == Saved::Overtaken).count(), 7);
    assert_eq!(house.documents(shelf).await.len(), 1);
}

#[tokio::test]
async fn what_is_not_for_everybody_is_on_no_page_and_in_no_answer() {
    let house = House::open().await;
    let (chat, workspace) = (&house.fresh.chat, house.fresh.workspace);
    let (open, staff) = (house.collection("Open", Audience::All).await, house.collection("Staff", Audience::Staff).await);
    let members = house.collection("Members", Audience::Verified).await;
    for (shelf, kg) in [(open, 1), (staff, 2), (members, 3)] {
        let id = house.begin(shelf, typed(&format!("Kayak {kg}"), "")).await;
        house.publish(id, typed(&format!("Kayak {kg}"), &format!("The kayak weighs {kg} kg."))).await;
    }
    let known = Reader::Proven([("sub".to_owned(), "7".to_owned())].into());
    let found = async |reader: Reader| house.texts(reader, At::Today).await.into_iter().collect::<String>();
    assert_eq!(found(Reader::Anyone).await, "The kayak weighs 1 kg.");
    assert_eq!(found(known.clone()).await, "The kayak weighs 1 kg.The kayak weighs 3 kg.");
    let linked = house.finds(known, At::Today).await.into_iter().map(|(_, url)| !url.is_empty()).collect::<Vec<_>>();
    assert_eq!(linked, [true, false], "only the public one has a page");
    let public = house.public().await;
    assert_eq!(public.iter().map(|public| public.title.as_str()).collect::<Vec<_>>(), ["Kayak 1"]);
    let search =
        async |public: &[Public]| house.knowledge.search_articles(workspace, public, "how heavy is the kayak", "en").await.unwrap().len();
    assert_eq!((search(&public).await, search(&[]).await), (1, 0));
    // What was public a moment ago is found neither by the list of then nor in a release.
    release::freeze(chat, workspace, "", &json!({}), house.by).await.unwrap();
    let article = house.find(public[0].article).await;
    let before = house.documents(open).await[0].id;
    assert!(house.knowledge.put_article(workspace, article.id, staff).await.unwrap());
    assert!(!house.knowledge.put_article(workspace, article.id, staff).await.unwrap(), "it is there");
    assert_eq!((house.documents(open).await.len(), house.documents(staff).await.iter().any(|document| document.id == before)), (0, true));
    assert_eq!((search(&public).await, house.public().await.len()), (0, 0));
    assert!(found(Reader::Anyone).await.is_empty());
    house.knowledge.ready(workspace).await.unwrap();
    assert!(house.texts(Reader::Anyone, At::Release(1)).await.is_empty(), "who may read is not frozen");
    assert_eq!(house.texts(Reader::Staff, At::Release(1)).await.len(), 3);
    // A library that is closed closes its collections; an inbox sees its libraries alone.
    house.knowledge.put_article(workspace, article.id, open).await.unwrap();
    let shelf = house.public().await[0].library;
    let of = async |libraries: &[chat::LibraryId]| article::public::list(chat.store(), workspace, Some(libraries)).await.unwrap().len();
    assert_eq!((of(&[shelf]).await, of(&[]).await, house.public().await.len()), (1, 0, 1));
    library::set_audience(chat, workspace, shelf, &Audience::Verified).await.unwrap();
    assert!(house.public().await.is_empty());
    let stranger: WorkspaceId = chat.id();
    assert!(article::public::list(chat.store(), stranger, None).await.unwrap().is_empty());
    assert!(matches!(article::find(chat.store(), stranger, article.id).await, Err(Error::NotFound)));
}

#[tokio::test]
async fn releases_edits_and_removals_hold_for_articles_as_for_any_source() {
    let house = House::open().await;
    let (chat, workspace) = (&house.fresh.chat, house.fresh.workspace);
    let shelf = house.collection("Boats", Audience::All).await;
    let id = house.begin(shelf, typed("The kayak", "")).await;
    let body = "The kayak weighs 24 kg.";
    house.publish(id, typed("The kayak", body)).await;
    release::freeze(chat, workspace, "", &json!({}), house.by).await.unwrap();
    house.publish(id, typed("The kayak", "The kayak weighs 21 kg.")).await;
    assert_eq!(house.texts(Reader::Anyone, At::Release(1)).await, [body]);
    assert_eq!(house.texts(Reader::Anyone, At::Today).await, ["The kayak weighs 21 kg."]);
    // An edited passage stays edited while the article says the same there.
    let known = house.documents(shelf).await[0].id;
    let first = passage::of_document(chat.store(), workspace, known).await.unwrap()[0].id;
    edit::change(chat, workspace, first, house.by, Change::Text("The kayak weighs 21 kilograms.".into())).await.unwrap();
    house.publish(id, typed("Our kayak", "The kayak weighs 21 kg.")).await;
    assert_eq!(house.texts(Reader::Anyone, At::Today).await, ["The kayak weighs 21 kilograms."]);
    // Neither its source nor its document is removed past it.
    let source = collection::find(chat.store(), workspace, shelf).await.unwrap().source;
    assert!(matches!(super::source::remove(chat, workspace, source, Frozen::Kept).await, Err(Error::Invalid(_))));
    assert!(matches!(document::remove(chat, workspace, known, Frozen::Kept).await, Err(Error::Invalid(_))));
    assert!(matches!(collection::remove(chat, workspace, shelf).await, Err(Error::Invalid(_))), "it has an article");
    // Removed, it is nowhere; brought back, it is as it was; releases may be told to forget it, too.
    house.knowledge.remove_article(workspace, id, Frozen::Kept).await.unwrap();
    assert!(house.texts(Reader::Staff, At::Today).await.is_empty() && house.public().await.is_empty());
    assert_eq!(house.texts(Reader::Anyone, At::Release(1)).await, [body]);
    assert_eq!(article::removed(chat.store(), workspace).await.unwrap().len(), 1);
    house.knowledge.restore_article(workspace, id).await.unwrap();
    assert_eq!(house.texts(Reader::Anyone, At::Today).await, ["The kayak weighs 21 kg."]);
    // What releases have of one that was withdrawn follows it to other readers, and is forgotten with it.
    house.knowledge.remove_article(workspace, id, Frozen::Kept).await.unwrap();
    house.knowledge.restore_article(workspace, id).await.unwrap();
    let staff = house.collection("Staff", Audience::Staff).await;
    assert!(house.knowledge.put_article(workspace, id, staff).await.unwrap());
    house.knowledge.ready(workspace).await.unwrap();
    assert!(house.texts(Reader::Anyone, At::Release(1)).await.is_empty());
    assert_eq!(house.texts(Reader::Staff, At::Release(1)).await, [body]);
    house.knowledge.remove_article(workspace, id, Frozen::Forgotten).await.unwrap();
    house.knowledge.ready(workspace).await.unwrap();
    assert!(house.texts(Reader::Staff, At::Release(1)).await.is_empty());
    collection::remove(chat, workspace, staff).await.unwrap();
    collection::remove(chat, workspace, shelf).await.unwrap();
    assert!(matches!(article::find(chat.store(), workspace, id).await, Err(Error::NotFound)));
}

#[tokio::test]
async fn an_article_is_found_however_much_else_is_in_its_library() {
    let house = House::open().await;
    let shelf = house.collection("Boats", Audience::All).await;
    let id = house.begin(shelf, typed("Kayaks", "The weight of everything that floats: our kayak is light.")).await;
    house.publish(id, typed("Kayaks", "The weight of everything that floats: our kayak is light.")).await;
    let public = house.public().await;
    let library = public[0].library;
    let source = house.knowledge.sent_source(house.fresh.workspace, library, "Shop", Audience::All).await.unwrap();
    let item = |n: usize| Sent {
        external_id: n.to_string(),
        title: format!("Kayak weight {n}"),
        url: String::new(),
        language: String::new(),
        format: Format::Markdown,
        text: format!("kayak weight, weight of the kayak: {n} kg"),
    };
    house.knowledge.send(house.fresh.workspace, source, (0..100).map(item).collect()).await.unwrap();
    let found = house.knowledge.search_articles(house.fresh.workspace, &public, "kayak weight", "en").await.unwrap();
    assert_eq!(found.iter().map(|(public, _)| public.title.as_str()).collect::<Vec<_>>(), ["Kayaks"]);
}

#[tokio::test]
async fn a_number_that_was_public_leads_to_nothing_else() {
    let house = House::open().await;
    let (chat, workspace) = (&house.fresh.chat, house.fresh.workspace);
    let gone = house.collection("Boats", Audience::All).await;
    let id = house.begin(gone, typed("Kayaks", "Light.")).await;
    house.knowledge.remove_article(workspace, id, release::Frozen::Kept).await.unwrap();
    collection::remove(chat, workspace, gone).await.unwrap();
    let fresh = house.collection("Bikes", Audience::All).await;
    let id = house.begin(fresh, typed("Tyres", "Round.")).await;
    assert_eq!((collection::find(chat.store(), workspace, fresh).await.unwrap().number, house.find(id).await.number), (2, 2));
}

#[tokio::test]
async fn collections_and_articles_stand_in_an_order_and_what_cannot_be_is_refused() {
    let house = House::open().await;
    let (chat, workspace) = (&house.fresh.chat, house.fresh.workspace);
    let (a, b) = (house.collection("A", Audience::All).await, house.collection("B", Audience::All).await);
    let first = house.begin(a, typed("First", "1")).await;
    let second = house.begin(a, typed("Second", "2")).await;
    article::move_article(chat, workspace, second, true).await.unwrap();
    article::move_collection(chat, workspace, b, true).await.unwrap();
    let order = article::list(chat.store(), workspace).await.unwrap();
    assert_eq!(order.iter().map(|article| (article.id, article.number)).collect::<Vec<_>>(), [(second, 2), (first, 1)]);
    let shelves = collection::list(chat.store(), workspace).await.unwrap();
    assert_eq!(shelves.iter().map(|shelf| (shelf.id, shelf.articles)).collect::<Vec<_>>(), [(b, 0), (a, 2)]);
    for bad in [typed(" ", "x"), typed(&"t".repeat(201), "x"), typed("t", &"b".repeat(100_001))] {
        let refused = house.knowledge.begin_article(workspace, a, "en", bad, house.by).await;
        assert!(matches!(refused, Err(Error::Invalid(_))));
    }
    let empty = house.knowledge.save_article(workspace, (first, "en"), typed("First", " "), (1, Then::Publish), house.by).await;
    assert!(matches!(empty, Err(Error::Invalid(_))), "an article that says nothing is not published");
    assert_eq!(house.find(first).await.text("en").unwrap().revision, 1, "and nothing of it is kept");
    let foreign = house.knowledge.begin_article(workspace, a, "fr", typed("Premier", "1"), house.by).await;
    assert!(matches!(foreign, Err(Error::NotFound)));
    let unnamed = collection::rename(chat, workspace, a, [("fr".to_owned(), Name { name: "F".into(), about: String::new() })].into()).await;
    assert!(matches!(unnamed, Err(Error::Invalid(_))));
}
