//! Knowledge against a real record and a real index.

mod article;
mod audience;
mod edits;
mod folder;
mod meaning;
mod release;
mod rerank;
mod schedule;
mod scripted;
mod sent;
mod split;

use chat::{WorkspaceId, testing::Fresh};

use crate::{Audience, Config, Error, Found, Knowledge, Query, Reader, Summary, Upload, gap, guides, library, release::Frozen, source};

async fn open() -> (Fresh, Knowledge) {
    let fresh = chat::testing::fresh().await.unwrap();
    let knowledge = Knowledge::open(Config::default(), fresh.chat.clone(), &fresh.folder).await.unwrap();
    (fresh, knowledge)
}

async fn ask(knowledge: &Knowledge, workspace: WorkspaceId, text: &str) -> Found {
    ask_as(knowledge, workspace, text, Reader::Anyone).await
}

async fn ask_as(knowledge: &Knowledge, workspace: WorkspaceId, text: &str, reader: Reader) -> Found {
    let query = Query { text: text.into(), reader, libraries: None, limit: 8, locale: "en".into() };
    knowledge.search(workspace, &query).await.unwrap()
}

async fn take(knowledge: &Knowledge, workspace: WorkspaceId, upload: Upload) -> Result<Summary, Error> {
    let shelf = library::by_name(knowledge.chat(), workspace, "Shop").await?;
    knowledge.import(workspace, shelf.id, upload, &|_| {}).await
}

fn titles(found: &Found) -> Vec<&str> {
    found.hits.iter().map(|hit| hit.passage.title.as_str()).collect()
}

const FAQ: &str = "question,answer\nHow long does delivery take?,Three working days.\nCan I return shoes?,\"Yes, within 14 days.\"\n怎么修改收货地址？,在订单页面点“修改地址”。\nError ERR_SSL_42,Renew the certificate.\n";

#[tokio::test]
async fn what_is_imported_is_found_at_once_in_both_languages() {
    let (fresh, knowledge) = open().await;
    let summary = take(&knowledge, fresh.workspace, Upload::bytes("faq.csv", FAQ.into())).await.unwrap();
    assert_eq!((summary.taken, summary.skipped_total()), (4, 0));
    for (question, title) in [
        ("how long is the delivery", "How long does delivery take?"),
        ("收货地址可以修改吗", "怎么修改收货地址？"),
        ("what is err_ssl_42", "Error ERR_SSL_42"),
        ("Can I return shoes", "Can I return shoes?"),
    ] {
        let found = ask(&knowledge, fresh.workspace, question).await;
        assert_eq!(titles(&found)[0], title, "{question}");
        assert!(found.hits[0].kept && found.hits[0].confidence > 0.3, "{question}: {:?}", found.hits[0]);
    }
    let sure = ask(&knowledge, fresh.workspace, "can i RETURN shoes??").await.hits[0].confidence;
    let beside =
        ask(&knowledge, fresh.workspace, "can you tell me about the weather in Paris").await.hits.first().map_or(0.0, |hit| hit.confidence);
    assert!(sure > 0.9 && beside < 0.3, "{sure} {beside}");
    for nothing in ["", "   ", "？！", "zzzz qqqq", "the of and"] {
        assert!(ask(&knowledge, fresh.workspace, nothing).await.hits.is_empty(), "{nothing}");
    }
}

#[tokio::test]
async fn importing_again_touches_only_what_changed() {
    let (fresh, knowledge) = open().await;
    let upload = |text: &str| Upload::bytes("faq.csv", text.into());
    take(&knowledge, fresh.workspace, upload(FAQ)).await.unwrap();
    let again = take(&knowledge, fresh.workspace, upload(FAQ)).await.unwrap();
    assert_eq!((again.taken, again.unchanged, again.removed), (0, 4, 0));
    let changed = FAQ.replace("Three working days", "Two working days").replace("Can I return shoes?,\"Yes, within 14 days.\"\n", "");
    let third = take(&knowledge, fresh.workspace, upload(&changed)).await.unwrap();
    assert_eq!((third.taken, third.unchanged, third.removed), (1, 2, 1));
    let found = ask(&knowledge, fresh.workspace, "how long does delivery take").await;
    assert_eq!(found.hits[0].passage.text, "Two working days.");
    assert!(!titles(&ask(&knowledge, fresh.workspace, "can I return shoes").await).contains(&"Can I return shoes?"));
    let empty = take(&knowledge, fresh.workspace, upload(" ")).await.unwrap_err();
    assert!(matches!(empty, Error::Unusable { .. }));
    assert_eq!(ask(&knowledge, fresh.workspace, "delivery").await.hits.len(), 1, "a broken file removes nothing");
}

#[tokio::test]
async fn a_deleted_source_is_gone_from_record_and_index() {
    let (fresh, knowledge) = open().await;
    take(&knowledge, fresh.workspace, Upload::bytes("faq.csv", FAQ.into())).await.unwrap();
    assert!(!ask(&knowledge, fresh.workspace, "delivery").await.hits.is_empty());
    let source = source::list(fresh.chat.store(), fresh.workspace, None).await.unwrap().remove(0);
    assert_eq!((source.documents, source.passages, source.summary.taken), (4, 4, 4));
    let stranger: WorkspaceId = fresh.chat.id();
    assert!(matches!(source::remove(&fresh.chat, stranger, source.id, Frozen::Kept).await, Err(Error::NotFound)));
    source::remove(&fresh.chat, fresh.workspace, source.id, Frozen::Kept).await.unwrap();
    assert!(ask(&knowledge, fresh.workspace, "delivery").await.hits.is_empty());
    assert_eq!(knowledge.indexed(fresh.workspace), 0);
}

#[tokio::test]
async fn staff_passages_and_other_workspaces_are_never_shown() {
    let (fresh, knowledge) = open().await;
    take(&knowledge, fresh.workspace, Upload::bytes("public.md", b"# Delivery\n\nDelivery takes three days.".to_vec())).await.unwrap();
    let secret = Upload::bytes("secret.md", b"# Delivery\n\nDelivery may be refunded up to 500 euro.".to_vec());
    take(&knowledge, fresh.workspace, secret.with_audience(Audience::Staff)).await.unwrap();
    let other: WorkspaceId = fresh.chat.id();
    chat::workspace::create(fresh.chat.store(), other, "Other", 0).await.unwrap();
    take(&knowledge, other, Upload::bytes("other.md", b"# Delivery\n\nDelivery of the others.".to_vec())).await.unwrap();
    let texts = |found: Found| -> Vec<String> { found.hits.into_iter().map(|hit| hit.passage.text).collect() };
    assert_eq!(texts(ask(&knowledge, fresh.workspace, "delivery").await), ["Delivery takes three days."]);
    assert_eq!(texts(ask_as(&knowledge, fresh.workspace, "delivery", Reader::Staff).await).len(), 2);
    assert_eq!(texts(ask(&knowledge, other, "delivery").await), ["Delivery of the others."]);
    // The same file once more, as a form without a choice sends it: who may read it stays as it is, of new passages too.
    let again = Upload::bytes("secret.md", b"# Delivery\n\nDelivery may be refunded up to 900 euro.".to_vec());
    assert_eq!(take(&knowledge, fresh.workspace, again).await.unwrap().taken, 1);
    assert_eq!(texts(ask(&knowledge, fresh.workspace, "delivery").await), ["Delivery takes three days."]);
    // For everybody from now on, because somebody says so.
    let all = source::list(fresh.chat.store(), fresh.workspace, None).await.unwrap();
    let secret = all.into_iter().find(|source| source.name == "secret.md").unwrap();
    assert!(matches!(source::set_audience(&fresh.chat, other, secret.id, &Audience::All).await, Err(Error::NotFound)));
    assert!(source::set_audience(&fresh.chat, fresh.workspace, secret.id, &Audience::All).await.unwrap());
    assert!(!source::set_audience(&fresh.chat, fresh.workspace, secret.id, &Audience::All).await.unwrap());
    assert_eq!(texts(ask(&knowledge, fresh.workspace, "delivery").await).len(), 2);
}

#[tokio::test]
async fn other_wordings_lead_to_the_answer_once() {
    let (fresh, knowledge) = open().await;
    let line = r#"{"id": "pw", "title": "Reset my password", "text": "Open settings and choose Reset.", "variants": ["I forgot my login", "cannot sign in", "forgot password"]}"#;
    take(&knowledge, fresh.workspace, Upload::bytes("faq.jsonl", line.into())).await.unwrap();
    let found = ask(&knowledge, fresh.workspace, "i forgot the login").await;
    assert_eq!(found.hits.len(), 1);
    let hit = &found.hits[0];
    assert_eq!(
        (hit.passage.text.as_str(), hit.matched.as_deref(), hit.why.as_str()),
        ("Open settings and choose Reset.", Some("I forgot my login"), "same_question")
    );
}

#[tokio::test]
async fn a_folder_is_taken_file_by_file() {
    let (fresh, knowledge) = open().await;
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    };
    write("a.md", b"# Alpha\n\nAbout alpha.");
    write("deep/er/b.html", b"<h1>Beta</h1><p>About beta.</p>");
    write("faq.csv", FAQ.as_bytes());
    write("picture.png", b"\x89PNG");
    write("lies.md", b"\x89PNG\r\n");
    write("empty.txt", b"");
    write(".git/config", b"secret");
    #[cfg(unix)]
    std::os::unix::fs::symlink("/etc", folder.path().join("link")).unwrap();
    let summary = take(&knowledge, fresh.workspace, Upload::path(folder.path())).await.unwrap();
    let skipped: Vec<_> = summary.skipped.iter().map(|skipped| (skipped.name.as_str(), skipped.reason.key())).collect();
    assert_eq!(summary.taken, 6);
    for expected in [("picture.png", "wrong_type"), ("lies.md", "binary"), ("empty.txt", "empty"), ("link", "link")] {
        assert!(skipped.contains(&expected), "{expected:?} in {skipped:?}");
    }
    // A file that cannot be read this time stays; one that is gone goes.
    write("a.md", b"");
    std::fs::remove_file(folder.path().join("deep/er/b.html")).unwrap();
    let again = take(&knowledge, fresh.workspace, Upload::path(folder.path())).await.unwrap();
    assert_eq!((again.taken, again.unchanged, again.removed), (0, 4, 1));
    assert_eq!(titles(&ask(&knowledge, fresh.workspace, "alpha").await), ["Alpha"]);
    let missing = take(&knowledge, fresh.workspace, Upload::path("/nowhere/at/all.md")).await.unwrap_err();
    assert!(missing.to_string().contains("all.md"), "{missing}");
}

#[tokio::test]
async fn an_index_that_is_lost_or_damaged_is_rebuilt() {
    let (fresh, knowledge) = open().await;
    take(&knowledge, fresh.workspace, Upload::bytes("faq.csv", FAQ.into())).await.unwrap();
    let expected = titles(&ask(&knowledge, fresh.workspace, "delivery time").await).len();
    assert_eq!(knowledge.rebuild(fresh.workspace).await.unwrap(), 4);
    drop(knowledge);
    let room = fresh.folder.join("index").join(fresh.workspace.text());
    let damages: [&dyn Fn(); 4] = [
        &|| {},
        &|| std::fs::remove_dir_all(&room).unwrap(),
        &|| {
            for generation in std::fs::read_dir(&room).unwrap() {
                std::fs::remove_file(generation.unwrap().path().join("seal.json")).unwrap();
            }
        },
        &|| {
            for generation in std::fs::read_dir(&room).unwrap() {
                std::fs::remove_dir_all(generation.unwrap().path().join("segments")).unwrap();
            }
        },
    ];
    for (n, damage) in damages.iter().enumerate() {
        damage();
        let knowledge = Knowledge::open(Config::default(), fresh.chat.clone(), &fresh.folder).await.unwrap();
        assert!(knowledge.owns_index(), "the lock is free again");
        assert_eq!(ask(&knowledge, fresh.workspace, "delivery time").await.hits.len(), expected, "damage {n}");
    }
}

#[tokio::test]
async fn a_second_process_searches_in_an_index_of_its_own() {
    let (fresh, first) = open().await;
    let second = Knowledge::open(Config::default(), fresh.chat.clone(), &fresh.folder).await.unwrap();
    assert!(first.owns_index() && !second.owns_index());
    take(&second, fresh.workspace, Upload::bytes("faq.csv", FAQ.into())).await.unwrap();
    assert_eq!(titles(&ask(&second, fresh.workspace, "delivery").await)[0], "How long does delivery take?");
    let cancel = tokio_util::sync::CancellationToken::new();
    let running = tokio::spawn(first.clone().run_owned(cancel.clone()));
    for _ in 0..100 {
        if first.indexed(fresh.workspace) == 4 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert_eq!(first.indexed(fresh.workspace), 4, "the owner noticed");
    cancel.cancel();
    running.await.unwrap();
    drop(first);
    assert!(second.index().try_own().unwrap());
    assert!(!ask(&second, fresh.workspace, "delivery").await.hits.is_empty());
}

#[tokio::test]
async fn a_page_is_fetched_and_fetched_again() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let fresh = chat::testing::fresh().await.unwrap();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/help/returns?x=1", listener.local_addr().unwrap());
    tokio::spawn(async move {
        for words in ["seven days", "seven days", "nine days"] {
            let (mut stream, _) = listener.accept().await.unwrap();
            drop(stream.read(&mut [0; 4_096]).await);
            let page = format!("<title>Returns</title><nav>Menu</nav><main><p>Return it within {words}.</p></main>");
            let head = format!("HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", page.len());
            drop(stream.write_all((head + &page).as_bytes()).await);
        }
    });
    let guarded = Knowledge::throwaway(Config::default(), fresh.chat.clone()).await.unwrap();
    let refused = take(&guarded, fresh.workspace, Upload::url(&url)).await.unwrap_err();
    assert!(refused.to_string().contains("private"), "{refused}");
    let knowledge = Knowledge::open(Config { fetch_private: true, ..Config::default() }, fresh.chat.clone(), &fresh.folder).await.unwrap();
    for expected in [(1, 0), (0, 1), (1, 0)] {
        let summary = take(&knowledge, fresh.workspace, Upload::url(&url)).await.unwrap();
        assert_eq!((summary.taken, summary.unchanged), expected);
    }
    let found = ask(&knowledge, fresh.workspace, "within how many days can I return it").await;
    assert_eq!(
        (found.hits.len(), found.hits[0].passage.text.as_str(), found.hits[0].passage.url.as_str()),
        (1, "Return it within nine days.", url.as_str())
    );
    crate::document::remove(&fresh.chat, fresh.workspace, found.hits[0].passage.document, Frozen::Kept).await.unwrap();
    assert!(ask(&knowledge, fresh.workspace, "return").await.hits.is_empty());
}

#[tokio::test]
async fn gaps_count_up_and_are_answered() {
    let (fresh, knowledge) = open().await;
    let new = |question: &str| gap::New {
        conversation: None,
        seq: None,
        question: question.into(),
        locale: "en".into(),
        reason: "unsure".into(),
        score: 0.1,
    };
    let note = async |question: &str| gap::note(&fresh.chat, fresh.workspace, new(question)).await.unwrap();
    let first = note("Do you ship to Norway?").await.unwrap();
    assert_eq!(note("do you SHIP to  norway").await, Some(first));
    note("Do you sell boats?").await.unwrap();
    assert_eq!(note("?!").await, None);
    let open = gap::list(fresh.chat.store(), fresh.workspace, false, 10).await.unwrap();
    assert_eq!((open.len(), open[0].id, open[0].asked), (2, first, 2));
    let shelf = library::by_name(&fresh.chat, fresh.workspace, "Shop").await.unwrap();
    let empty = gap::answer(&knowledge, fresh.workspace, first, shelf.id, "Do you ship to Norway?", "  ").await;
    assert!(matches!(empty, Err(Error::Invalid(_))));
    let document =
        gap::answer(&knowledge, fresh.workspace, first, shelf.id, "Which countries do you ship to?", "To Norway, too.").await.unwrap();
    let found = ask(&knowledge, fresh.workspace, "do you ship to norway").await;
    assert_eq!((found.hits[0].passage.text.as_str(), found.hits[0].confidence > 0.9), ("To Norway, too.", true));
    let closed = gap::find(fresh.chat.store(), fresh.workspace, first).await.unwrap();
    assert_eq!((closed.document, closed.closed_at.is_some()), (Some(document), true));
    assert_eq!(gap::count(fresh.chat.store(), fresh.workspace).await.unwrap(), 1);
    assert!(matches!(gap::find(fresh.chat.store(), fresh.chat.id(), first).await, Err(Error::NotFound)));
    // Other words for a question that has an answer add to those it has.
    let peru = note("May parcels go to Peru?").await.unwrap();
    gap::answer(&knowledge, fresh.workspace, peru, shelf.id, "Which countries do you ship to?", "To Norway and to Peru.").await.unwrap();
    for words in ["do you ship to norway", "may parcels go to peru"] {
        let found = ask(&knowledge, fresh.workspace, words).await;
        assert_eq!((found.hits[0].passage.text.as_str(), found.hits[0].confidence > 0.9), ("To Norway and to Peru.", true), "{words}");
    }
    // Who asked is not kept with what was asked.
    let whose = note("Where is the parcel of jo@mail.example, +49 170 1234567?").await.unwrap();
    let whose = gap::find(fresh.chat.store(), fresh.workspace, whose).await.unwrap().question;
    assert!(whose.starts_with("Where is the parcel of") && !whose.contains("jo") && !whose.contains("1234567"), "{whose}");
    // The same question written again replaces its answer.
    knowledge.write_answer(fresh.workspace, shelf.id, "Which countries do you ship to?", "To Norway and Peru.").await.unwrap();
    let found = ask(&knowledge, fresh.workspace, "which countries do you ship to").await;
    assert_eq!((found.hits.len(), found.hits[0].passage.text.as_str()), (1, "To Norway and Peru."));
}

#[tokio::test]
async fn the_guides_answer_the_first_questions() {
    let (fresh, knowledge) = open().await;
    let shelf = guides::seed(&knowledge, fresh.workspace).await.unwrap().unwrap();
    assert_eq!(guides::seed(&knowledge, fresh.workspace).await.unwrap(), Some(shelf));
    // Under another name it is still the one that is kept up to date.
    let (chat, store) = (&fresh.chat, fresh.chat.store());
    let other = library::create(chat, fresh.workspace, "Shop").await.unwrap();
    assert!(matches!(library::rename(store, fresh.workspace, shelf, "Shop").await, Err(Error::Taken)));
    assert!(matches!(library::rename(store, fresh.workspace, shelf, " ").await, Err(Error::Invalid(_))));
    assert!(matches!(library::rename(store, chat.id(), shelf, "Mine").await, Err(Error::NotFound)));
    library::rename(store, fresh.workspace, shelf, "Help").await.unwrap();
    assert_eq!(guides::seed(&knowledge, fresh.workspace).await.unwrap(), Some(shelf));
    assert!(matches!(library::remove(&fresh.chat, fresh.workspace, shelf).await, Err(Error::Invalid(_))), "it has sources");
    library::remove(&fresh.chat, fresh.workspace, other.id).await.unwrap();
    for (question, url) in [("how do I add a website?", "/guide/en/website#"), ("怎么把聊天窗口放到我的网站上？", "/guide/zh/website#")]
    {
        let found = ask(&knowledge, fresh.workspace, question).await;
        let best = &found.hits[0];
        assert!(best.passage.url.starts_with(url), "{question}: {} {:?}", best.passage.url, titles(&found));
        assert!(best.kept && best.confidence > 0.3, "{question}: {} {}", best.confidence, best.passage.heading);
    }
    let source = source::list(fresh.chat.store(), fresh.workspace, Some(shelf)).await.unwrap().remove(0);
    source::remove(&fresh.chat, fresh.workspace, source.id, Frozen::Kept).await.unwrap();
    assert_eq!(guides::seed(&knowledge, fresh.workspace).await.unwrap(), None, "what an admin removed stays away");
}
