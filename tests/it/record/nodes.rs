//! Several nodes on one PostgreSQL and one Redis, each a handle of its own.

use std::sync::Arc;
use std::time::Duration;

use chat::testing::{Engine, Fresh};
use chat::{Append, Audience, Author, Chat, Clock, Heard, News, Random, Topic};
use futures_util::future::join_all;

use super::seqs;

async fn node(fresh: &Fresh) -> Chat {
    Chat::open(&fresh.config, Clock::system(), Random::system()).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn seq_is_dense_across_nodes() {
    let fresh = Engine::Postgres.fresh().await.unwrap();
    let nodes = [fresh.chat.clone(), node(&fresh).await, node(&fresh).await];
    let talks = [fresh.conversation("en").await.unwrap(), fresh.conversation("zh").await.unwrap()];
    let writes = (0..300).map(|n| {
        let talk = &talks[n % 2];
        nodes[n % 3].append(Append::new(fresh.workspace, talk.id, fresh.chat.id(), Author::Visitor(talk.visitor), format!("{n}")))
    });
    for done in join_all(writes).await {
        done.unwrap();
    }
    let expected: Vec<_> = (1..=150).map(|seq| (seq - 1, seq)).collect();
    for talk in &talks {
        assert_eq!(seqs(&fresh, talk.id, Audience::All).await, expected);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn news_cross_nodes_by_redis() {
    let fresh = Engine::Cluster.fresh().await.unwrap();
    let other = node(&fresh).await;
    let talk = fresh.conversation("en").await.unwrap();
    let mut subscription = other.bus().subscribe(Topic::Visitor(fresh.workspace, talk.visitor));
    // The subscription reaches Redis in its own time; until then there is nothing to hear.
    let heard = tokio::time::timeout(Duration::from_secs(20), async {
        loop {
            fresh.say(&talk, "hello").await.unwrap();
            if let Ok(heard) = tokio::time::timeout(Duration::from_millis(200), subscription.next()).await {
                return heard;
            }
        }
    });
    let Heard::News(news) = heard.await.unwrap() else { panic!("missed before anything was said") };
    assert!(matches!(Arc::as_ref(&news), News::Message { message } if message.body == "hello"), "{news:?}");
}
