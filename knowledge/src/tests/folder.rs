//! Shared folders: only what changed is read, what is gone disappears, and nothing outside is taken.

use std::{path::Path, time::SystemTime};

use chat::testing::Fresh;

use crate::{Audience, Config, Error, Knowledge, Reason, crawl::Reach, folder, library, source, source::Plan, sync, sync::Schedule};

pub(super) fn write(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
    // Long ago: what was written just now may be written again.
    let file = std::fs::File::options().write(true).open(path).unwrap();
    file.set_modified(SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_600_000_000)).unwrap();
}

#[tokio::test]
async fn a_shared_folder_follows_its_files() {
    let root = tempfile::tempdir().unwrap();
    let outside = tempfile::tempdir().unwrap();
    write(&outside.path().join("secret.md"), "# Secret\n\nNobody may read this.");
    for (name, text) in [
        ("docs/refunds.md", "# Refunds\n\nA refund takes five days."),
        ("docs/deep/shipping.md", "# Shipping\n\nWe ship to Spain."),
        ("docs/drafts/new.md", "# Draft\n\nNot yet."),
        (".git/config.md", "# Hidden\n\nNot a document."),
        ("README.txt", "Plain words."),
    ] {
        write(&root.path().join(name), text);
    }
    std::os::unix::fs::symlink(outside.path().join("secret.md"), root.path().join("docs/link.md")).unwrap();
    std::os::unix::fs::symlink(outside.path(), root.path().join("docs/out")).unwrap();
    let fresh: Fresh = chat::testing::fresh().await.unwrap();
    let config = Config { folders: vec![root.path().to_owned()], ..Config::default() };
    let knowledge = Knowledge::open(config.clone(), fresh.chat.clone(), &fresh.folder).await.unwrap();
    let shelf = library::create(&fresh.chat, fresh.workspace, "Handbook").await.unwrap();
    let plan = Plan { schedule: Schedule::Hourly, reach: Reach::default(), owner: None };
    let place = |name: &str| {
        let (config, chat, name) = (config.clone(), fresh.chat.clone(), name.to_owned());
        async move {
            folder::plant((&config, &chat), fresh.workspace, shelf.id, (&name, Audience::All), "docs/**/*.md\n!docs/drafts/**", &plan).await
        }
    };
    assert!(matches!(place("/etc").await, Err(Error::Invalid(_))));
    let id = place("").await.unwrap();
    let read = || async {
        let source = source::find(fresh.chat.store(), fresh.workspace, id).await.unwrap();
        knowledge.import(fresh.workspace, shelf.id, sync::upload(&source).unwrap(), &|_| {}).await
    };
    let count = |summary: &crate::import::Summary| (summary.taken, summary.unchanged, summary.removed);
    let first = read().await.unwrap();
    assert_eq!(count(&first), (2, 0, 0), "{first:?}");
    assert!(first.skipped.iter().all(|skipped| skipped.reason == Reason::Link), "{:?}", first.skipped);
    assert_eq!(count(&read().await.unwrap()), (0, 2, 0));
    // A file that is not opened cannot be found broken: the same times and size are the same file.
    let shipping = root.path().join("docs/deep/shipping.md");
    write(&shipping, "# Shipping\n\nWe ship to Spain and France.");
    write(&root.path().join("docs/returns.md"), "# Returns\n\nReturns are free.");
    std::fs::remove_file(root.path().join("docs/refunds.md")).unwrap();
    assert_eq!(count(&read().await.unwrap()), (2, 0, 1));
    // A folder becomes a way out.
    let inner = place("docs").await.unwrap();
    std::fs::rename(root.path().join("docs"), root.path().join("old")).unwrap();
    std::os::unix::fs::symlink(outside.path(), root.path().join("docs")).unwrap();
    let source = source::find(fresh.chat.store(), fresh.workspace, inner).await.unwrap();
    let refused = knowledge.import(fresh.workspace, shelf.id, sync::upload(&source).unwrap(), &|_| {}).await;
    assert!(matches!(refused, Err(Error::Unusable { reason: Reason::Unreadable { .. }, .. })), "{refused:?}");
}
