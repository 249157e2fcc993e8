//! The search index: one contract for the engine in the process and for a Qdrant server, and what a shared server means for nodes.

mod contract;
mod nodes;

use std::sync::Arc;

use chat::{Chat, LibraryId, Random, WorkspaceId, testing::Fresh};
use knowledge::{Audience, Config, Found, Knowledge, Legs, Place, Query, Reader, Upload, Way, library, release::At};
use tests::scale::Endpoint;

/// One record, and knowledge over an index somewhere.
struct Shelf {
    // First: its engine flushes into the folder that goes with the record.
    knowledge: Knowledge,
    config: Config,
    chat: Chat,
    fresh: Arc<Fresh>,
}

impl Shelf {
    async fn open(place: &Place, meaning: bool) -> Self {
        Self::of(Arc::new(chat::testing::fresh().await.unwrap()), place, meaning).await
    }

    /// A node of its own on the same record.
    async fn of(fresh: Arc<Fresh>, place: &Place, meaning: bool) -> Self {
        let mut config = Config { index: place.clone(), ..Config::default() };
        if meaning {
            config.embeddings.base_url = Endpoint::new(48).start().await.unwrap();
            config.embeddings.model = "scripted".into();
        }
        let chat = fresh.chat.clone();
        let knowledge = Knowledge::open(config.clone(), chat.clone(), &fresh.folder).await.unwrap();
        Self { knowledge, config, chat, fresh }
    }

    /// The same with everything in memory forgotten.
    async fn reopened(self) -> Self {
        let Self { knowledge, config, chat, fresh } = self;
        drop(knowledge);
        let knowledge = Knowledge::open(config.clone(), chat.clone(), &fresh.folder).await.unwrap();
        Self { knowledge, config, chat, fresh }
    }

    async fn library(&self, workspace: WorkspaceId, name: &str) -> LibraryId {
        library::by_name(&self.chat, workspace, name).await.unwrap().id
    }

    async fn take(&self, upload: Upload) {
        self.take_into(self.fresh.workspace, "Shop", upload).await;
    }

    async fn take_into(&self, workspace: WorkspaceId, library: &str, upload: Upload) {
        let library = self.library(workspace, library).await;
        self.knowledge.import(workspace, library, upload, &|_| {}).await.unwrap();
    }

    async fn ask(&self, text: &str) -> Vec<String> {
        titles(&self.find(self.fresh.workspace, query(text), Way::default()).await)
    }

    async fn by(&self, legs: Legs, text: &str) -> Vec<String> {
        titles(&self.find(self.fresh.workspace, query(text), Way { legs, ..Way::default() }).await)
    }

    async fn find(&self, workspace: WorkspaceId, query: Query, way: Way) -> Found {
        self.knowledge.search_with(workspace, &query, At::Today, way).await.unwrap()
    }

    fn indexed(&self) -> usize {
        self.knowledge.indexed(self.fresh.workspace)
    }
}

fn query(text: &str) -> Query {
    Query { text: text.into(), reader: Reader::Anyone, libraries: None, limit: 8, locale: "en".into() }
}

fn titles(found: &Found) -> Vec<String> {
    found.hits.iter().map(|hit| hit.passage.title.clone()).collect()
}

/// A server's index, under names that no other test has.
fn on(address: &str) -> Place {
    let mut prefix = Random::system().token();
    prefix.retain(|c| c.is_ascii_alphanumeric());
    prefix.truncate(20);
    Place {
        address: address.into(),
        key: std::env::var("WARBLER_TEST_QDRANT_KEY").unwrap_or_default(),
        prefix: format!("t{prefix}"),
        seconds: 5,
    }
}

const FAQ: &str = "question,answer\nHow long does delivery take?,Three working days.\nCan I return shoes?,\"Yes, within 14 days.\"\n怎么修改收货地址？,在订单页面点“修改地址”。\nError ERR_SSL_42,Renew the certificate.\n";

fn faq(text: &str) -> Upload {
    Upload::bytes("faq.csv", text.into())
}
