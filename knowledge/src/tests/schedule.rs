//! Sources that are read by themselves.

use std::time::{Duration, Instant};

use chat::{SourceId, testing::Fresh};
use tokio_util::sync::CancellationToken;

use super::open;
use crate::{
    Audience, Knowledge,
    crawl::Reach,
    library,
    source::{self, Kind, New, Plan, Source},
    sync::Schedule,
};

async fn plant(fresh: &Fresh, address: &str, schedule: Schedule) -> SourceId {
    let shelf = library::by_name(&fresh.chat, fresh.workspace, "Shop").await.unwrap();
    let new = New { kind: Kind::Folder, name: "help", address, audience: Audience::All };
    let plan = Plan { schedule, reach: Reach::default(), owner: None };
    source::plant(&fresh.chat, fresh.workspace, shelf.id, &new, &plan).await.unwrap()
}

/// What the source is once `fine` holds.
pub(super) async fn until(fresh: &Fresh, id: SourceId, fine: impl Fn(&Source) -> bool) -> Source {
    let begun = Instant::now();
    loop {
        let source = source::find(fresh.chat.store(), fresh.workspace, id).await.unwrap();
        if fine(&source) {
            return source;
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "{source:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

pub(super) fn work(knowledge: &Knowledge) -> CancellationToken {
    let (knowledge, cancel) = (knowledge.clone(), CancellationToken::new());
    let own = cancel.clone();
    tokio::spawn(async move { knowledge.follow_sources(own).await });
    cancel
}

#[tokio::test]
async fn a_source_is_read_when_it_is_due() {
    let (fresh, knowledge) = open().await;
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.md"), "# A\n\nDelivery takes three days.").unwrap();
    let id = plant(&fresh, folder.path().to_str().unwrap(), Schedule::Daily).await;
    let cancel = work(&knowledge);
    let first = until(&fresh, id, |source| source.busy_until == 0 && source.summary.taken == 1).await;
    let day = 86_400_000;
    assert_eq!(first.due_at, Some(fresh.clock.now() + day), "and again a day later");
    std::fs::write(folder.path().join("b.md"), "# B\n\nReturns are free.").unwrap();
    fresh.clock.advance(day / 2);
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(source::find(fresh.chat.store(), fresh.workspace, id).await.unwrap().documents, 1, "read before it was due");
    fresh.clock.advance(day / 2);
    let second = until(&fresh, id, |source| source.documents == 2 && source.busy_until == 0).await;
    assert_eq!((second.summary.taken, second.summary.unchanged), (1, 1));
    // Gone: the reason is kept, what was known stays, and it is tried again.
    drop(folder);
    fresh.clock.advance(day);
    let broken = until(&fresh, id, |source| source.failure.is_some()).await;
    assert_eq!((broken.documents, broken.due_at), (2, Some(fresh.clock.now() + day)));
    cancel.cancel();
}

#[tokio::test]
async fn the_word_of_a_silent_reader_runs_out() {
    let (fresh, knowledge) = open().await;
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.md"), "# A\n\nText.").unwrap();
    let id = plant(&fresh, folder.path().to_str().unwrap(), Schedule::Off).await;
    sqlx::query("UPDATE source SET busy_until = $1").bind(fresh.clock.now() + 60_000).execute(fresh.chat.store().write()).await.unwrap();
    let cancel = work(&knowledge);
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(source::find(fresh.chat.store(), fresh.workspace, id).await.unwrap().documents, 0, "somebody else reads it");
    fresh.clock.advance(60_001);
    let read = until(&fresh, id, |source| source.documents == 1 && source.busy_until == 0).await;
    assert_eq!((read.due_at, read.schedule), (None, Schedule::Off), "asked for once, read once");
    cancel.cancel();
}
