use super::*;
use crate::inbox::{Filter, View};

chat::on_every_engine!(
    messages_are_found_by_any_of_their_words,
    nothing_is_found_across_workspaces_and_nothing_breaks,
    two_sweeps_at_once_index_each_message_once,
    what_is_said_now_is_found_and_what_was_said_is_not
);

/// Indexes all and answers who is found, with the marked part.
async fn found(s: &Story, question: &str) -> Vec<(ConversationId, String)> {
    while s.desk.index_messages().await.unwrap() {}
    let marked = |found: &crate::find::Found| {
        found.snippet.iter().filter(|piece| piece.hit).map(|piece| piece.text.clone()).collect::<Vec<_>>().join("+")
    };
    let found = s.desk.find(s.fresh.workspace, question).await.unwrap();
    found.iter().map(|one| (one.conversation, marked(one))).collect()
}

async fn messages_are_found_by_any_of_their_words(on: Engine) {
    let s = story(on).await;
    let ann = s.online("Ann", 4).await;
    let (late, _) = s.waiting().await;
    s.reply(ann, late.id, "您的退货单已经收到，运费我们承担。").await.unwrap();
    s.desk.note(s.fresh.workspace, ann, late.id, s.fresh.chat.id(), "VIP: call +49-30-1234567").await.unwrap();
    let other = s.fresh.conversation("en").await.unwrap();
    s.fresh.say(&other, "Refunds? The parcel came twice.").await.unwrap();
    for (question, expected) in [
        ("parcel", vec![(other.id, "parcel"), (late.id, "parcel")]),
        ("PARC", vec![(other.id, "parc"), (late.id, "Parc")]),
        ("late parcel", vec![(late.id, "parcel+late")]),
        ("退货", vec![(late.id, "退货")]),
        ("运费", vec![(late.id, "运费")]),
        ("货单已", vec![(late.id, "货单已")]),
        ("单", vec![(late.id, "单")]),
        ("退单", vec![]),
        ("1234567", vec![(late.id, "1234567")]),
        ("refund", vec![(other.id, "Refund")]),
        ("fund", vec![]),
        ("", vec![]),
        ("?!", vec![]),
    ] {
        let found = found(&s, question).await;
        let plain: Vec<_> = found.iter().map(|(it, marked)| (*it, marked.to_lowercase())).collect();
        let expected: Vec<_> = expected.into_iter().map(|(it, marked): (_, &str)| (it, marked.to_lowercase())).collect();
        assert_eq!(plain, expected, "{question}");
    }
    // A note is a note, and the list shows whose messages say it beside whose name does.
    let note = s.desk.find(s.fresh.workspace, "VIP").await.unwrap();
    assert_eq!((note.len(), note[0].author.as_str()), (1, "note"));
    let filter = Filter { search: "退货".into(), said: vec![late.id], ..Filter::of(View::All) };
    let rows = s.desk.list(s.fresh.workspace, &filter).await.unwrap().rows;
    assert_eq!(rows.iter().map(|row| row.conversation).collect::<Vec<_>>(), [late.id]);
}

async fn nothing_is_found_across_workspaces_and_nothing_breaks(on: Engine) {
    let s = story(on).await;
    let it = s.asked().await;
    assert_eq!(found(&s, "parcel").await.len(), 1);
    let stranger = s.fresh.chat.id();
    assert!(s.desk.find(stranger, "parcel").await.unwrap().is_empty());
    let scope = format!("w{}", s.fresh.workspace.0.simple());
    assert!(s.desk.find(stranger, &format!("{scope} parcel")).await.unwrap().is_empty());
    for question in ["\"", "'", "parcel\" OR \"x", "parcel' | 'x", "NEAR(parcel)", "words:parcel", "*", "a:*", "\0", "🦀", "\\", "-parcel"]
    {
        s.desk.find(s.fresh.workspace, question).await.unwrap();
    }
    s.fresh.say(&it, &"字".repeat(16_000)).await.unwrap();
    s.fresh.say(&it, &"x".repeat(16_000)).await.unwrap();
    assert_eq!(found(&s, "字字").await.len(), 1);
    assert_eq!(found(&s, &"x".repeat(200)).await.len(), 1);
}

async fn what_is_said_now_is_found_and_what_was_said_is_not(on: Engine) {
    let s = story(on).await;
    let it = s.fresh.conversation("en").await.unwrap();
    let me = chat::Author::Visitor(it.visitor);
    s.fresh.say(&it, "my umbrella is green").await.unwrap();
    s.fresh.say(&it, "my bicycle is blue").await.unwrap();
    assert_eq!(found(&s, "umbrella green").await.len(), 1);
    let edit = chat::Append::edit(it.workspace, (it.id, 1), s.fresh.chat.id(), me, "my parasol is green", 60_000);
    s.fresh.chat.append(edit).await.unwrap();
    let recall = chat::Append::recall(it.workspace, (it.id, 2), s.fresh.chat.id(), me, 60_000);
    s.fresh.chat.append(recall).await.unwrap();
    let now = found(&s, "parasol").await;
    assert_eq!((now.len(), now[0].0), (1, it.id));
    assert!(now[0].1.contains("parasol"), "{now:?}");
    for gone in ["umbrella", "bicycle", "blue"] {
        assert!(found(&s, gone).await.is_empty(), "{gone}");
    }
}

async fn two_sweeps_at_once_index_each_message_once(on: Engine) {
    let s = story(on).await;
    for _ in 0..30 {
        s.asked().await;
    }
    let (one, two) = tokio::join!(s.desk.index_messages(), s.desk.index_messages());
    assert!(!one.unwrap() && !two.unwrap());
    let rows = sqlx::query("SELECT seq FROM message_search").fetch_all(s.fresh.chat.store().read()).await.unwrap();
    assert_eq!(rows.len(), 30);
}
