//! Who is answered from what: by source, by library, by what an inbox may use; today and in releases.

use chat::{AgentId, LibraryId, agent::Role};
use serde_json::json;

use super::*;
use crate::release::{self, At};

struct House {
    // First: its engine flushes into the folder that goes with the record.
    knowledge: Knowledge,
    fresh: Fresh,
}

impl House {
    async fn open() -> Self {
        let (fresh, knowledge) = super::open().await;
        Self { fresh, knowledge }
    }

    async fn library(&self, name: &str) -> LibraryId {
        library::by_name(&self.fresh.chat, self.fresh.workspace, name).await.unwrap().id
    }

    /// A document of one line about delivery, which is called what it says.
    async fn take(&self, library: &str, says: &str, audience: Audience) {
        let upload = Upload::bytes(&format!("{says}.md"), format!("# Delivery {says}\n\nDelivery is {says}.").into_bytes());
        let library = self.library(library).await;
        self.knowledge.import(self.fresh.workspace, library, upload.with_audience(audience), &|_| {}).await.unwrap();
    }

    async fn limit(&self, library: &str, audience: &Audience) {
        let library = self.library(library).await;
        assert!(library::set_audience(&self.fresh.chat, self.fresh.workspace, library, audience).await.unwrap());
    }

    async fn finds(&self, reader: &Reader, libraries: Option<Vec<LibraryId>>, at: At) -> Vec<String> {
        let query = Query { text: "delivery".into(), reader: reader.clone(), libraries, limit: 20, locale: "en".into() };
        let found = self.knowledge.search_at(self.fresh.workspace, &query, at).await.unwrap();
        let mut says: Vec<String> = found.hits.iter().map(|hit| hit.passage.title.trim_start_matches("Delivery ").to_owned()).collect();
        says.sort();
        says
    }
}

fn pro() -> Audience {
    Audience::with("plan", "pro").unwrap()
}

fn visitor(plan: &str) -> Reader {
    Reader::Proven([("sub".to_owned(), "7".to_owned()), ("plan".to_owned(), plan.to_owned())].into())
}

#[tokio::test]
async fn sources_and_libraries_are_for_their_audience() {
    let house = House::open().await;
    for (library, says, audience) in [
        ("Shop", "open", Audience::All),
        ("Shop", "known", Audience::Verified),
        ("Shop", "pro", pro()),
        ("Shop", "inside", Audience::Staff),
        ("Partners", "partly", Audience::All),
        ("Partners", "partly-inside", Audience::Staff),
    ] {
        house.take(library, says, audience).await;
    }
    let finds = async |reader: &Reader| house.finds(reader, None, At::Today).await;
    assert_eq!(finds(&Reader::Anyone).await, ["open", "partly"]);
    assert_eq!(finds(&visitor("free")).await, ["known", "open", "partly"]);
    assert_eq!(finds(&visitor("Pro")).await, ["known", "open", "partly", "pro"]);
    assert_eq!(finds(&Reader::Staff).await, ["inside", "known", "open", "partly", "partly-inside", "pro"]);
    // A library limits whatever is in it, at once, and gives nothing that a source keeps.
    house.limit("Partners", &pro()).await;
    assert_eq!(finds(&Reader::Anyone).await, ["open"]);
    assert_eq!(finds(&visitor("free")).await, ["known", "open"]);
    assert_eq!(finds(&visitor("pro")).await, ["known", "open", "partly", "pro"]);
    assert_eq!(finds(&Reader::Staff).await.len(), 6);
    // An index that is built anew, and one that is opened again, say the same.
    house.knowledge.rebuild(house.fresh.workspace).await.unwrap();
    assert_eq!(finds(&visitor("pro")).await, ["known", "open", "partly", "pro"]);
    assert_eq!(finds(&visitor("free")).await, ["known", "open"]);
    // What an inbox may use limits as well, and opens nothing.
    let (shop, partners) = (house.library("Shop").await, house.library("Partners").await);
    let within = async |reader: &Reader, libraries: Vec<LibraryId>| house.finds(reader, Some(libraries), At::Today).await;
    assert_eq!(within(&visitor("pro"), vec![partners]).await, ["partly"]);
    assert!(within(&Reader::Anyone, vec![partners]).await.is_empty());
    assert!(within(&Reader::Staff, vec![]).await.is_empty(), "no library is none, not all");
    assert_eq!(within(&Reader::Anyone, vec![shop, partners]).await, ["open"]);
    assert!(within(&Reader::Anyone, vec![house.fresh.chat.id()]).await.is_empty(), "a library that is gone holds nothing");
}

#[tokio::test]
async fn a_release_is_frozen_with_everything_but_who_may_read_it() {
    let house = House::open().await;
    let (workspace, chat) = (house.fresh.workspace, house.fresh.chat.clone());
    let by: AgentId = house.fresh.agent("Ada", Role::Admin).await.unwrap().id;
    house.take("Shop", "open", Audience::All).await;
    house.take("Partners", "partly", Audience::All).await;
    house.take("Partners", "known", Audience::Verified).await;
    release::freeze(&chat, workspace, "", &json!({}), by).await.unwrap();
    house.limit("Partners", &pro()).await;
    let at = At::Release(1);
    assert_eq!(house.finds(&Reader::Anyone, None, at).await, ["open"]);
    assert_eq!(house.finds(&visitor("pro"), None, at).await, ["known", "open", "partly"]);
    // The sources go, the release keeps their passages, and then the library goes: who may read them stays.
    let partners = house.library("Partners").await;
    for source in source::list(chat.store(), workspace, Some(partners)).await.unwrap() {
        source::remove(&chat, workspace, source.id, Frozen::Kept).await.unwrap();
    }
    assert_eq!(house.finds(&Reader::Anyone, None, at).await, ["open"]);
    assert_eq!(house.finds(&visitor("pro"), None, at).await, ["known", "open", "partly"]);
    library::remove(&chat, workspace, partners).await.unwrap();
    assert_eq!(house.finds(&Reader::Anyone, None, at).await, ["open"]);
    assert_eq!(house.finds(&visitor("free"), None, at).await, ["open"]);
    assert_eq!(house.finds(&visitor("pro"), None, at).await, ["open", "partly"], "what asked for more than one thing is the staff's");
    assert_eq!(house.finds(&Reader::Staff, None, at).await, ["known", "open", "partly"]);
    assert_eq!(house.finds(&Reader::Staff, None, At::Today).await, ["open"]);
}

#[tokio::test]
async fn readers_who_see_the_same_are_told_to_be_the_same() {
    let house = House::open().await;
    house.take("Shop", "open", Audience::All).await;
    let sight = async |reader: &Reader| {
        let revision = house.knowledge.revision(house.fresh.workspace).await.unwrap();
        house.finds(reader, None, At::Today).await;
        house.knowledge.sight(house.fresh.workspace, reader, revision).await.unwrap()
    };
    assert_eq!(sight(&visitor("pro")).await, sight(&Reader::Anyone).await, "all is for everybody");
    house.take("Shop", "pro", pro()).await;
    assert_ne!(sight(&visitor("pro")).await, sight(&visitor("free")).await);
    assert_eq!(sight(&visitor("free")).await, sight(&Reader::Anyone).await, "nothing is for all who are known");
    house.take("Partners", "partly", Audience::All).await;
    house.limit("Partners", &Audience::Verified).await;
    assert_ne!(sight(&visitor("free")).await, sight(&Reader::Anyone).await);
    assert_eq!(sight(&visitor("pro")).await, sight(&Reader::Staff).await, "nothing is for the staff alone");
    house.take("Shop", "inside", Audience::Staff).await;
    assert_ne!(sight(&visitor("pro")).await, sight(&Reader::Staff).await);
}
