//! One story a line of the contract; each runs on every engine.

use chat::agent::Role;
use chat::cursor::{self, Delivered, Reader};
use chat::testing::Engine;
use chat::{Append, Audience, Author, ClientId, Conversation, DeviceId, Error, Speaker, conversation, message, speaker};
use futures_util::future::join_all;

use super::seqs;

chat::on_every_engine!(
    a_retry_gets_the_seq_it_had,
    seq_is_dense_under_many_writers,
    notes_are_no_gap_for_visitors,
    a_resume_gets_exactly_the_rest,
    marks_only_move_forward,
    many_devices_are_noted_at_once,
    no_bot_speaks_after_it_lost_the_word,
    an_undone_transaction_leaves_nothing,
    other_tenants_see_nothing,
    any_text_comes_back_as_it_was,
    what_is_wrong_is_said_and_not_kept,
);

async fn a_retry_gets_the_seq_it_had(engine: Engine) {
    let fresh = engine.fresh().await.unwrap();
    let talk = fresh.conversation("en").await.unwrap();
    let ids: Vec<ClientId> = (0..20).map(|_| fresh.chat.id()).collect();
    let send = |id: ClientId| {
        let append = Append::new(fresh.workspace, talk.id, id, Author::Visitor(talk.visitor), format!("body of {id}"));
        fresh.chat.append(append)
    };
    // Every id three times, all at once: the doubles race with their originals.
    let done = join_all(ids.iter().chain(&ids).chain(&ids).map(|id| send(*id))).await;
    let seqs_got: Vec<(ClientId, i64)> =
        done.iter().map(|done| done.as_ref().map(|done| (done.message.client_id, done.message.seq)).unwrap()).collect();
    for (id, seq) in &seqs_got {
        let same = seqs_got.iter().filter(|(other, _)| other == id).all(|(_, other)| other == seq);
        assert!(same, "{id} has several seqs");
    }
    assert_eq!(done.iter().filter(|done| done.as_ref().is_ok_and(|done| !done.duplicate)).count(), ids.len());
    assert_eq!(seqs(&fresh, talk.id, Audience::Staff).await.len(), ids.len());
}

async fn seq_is_dense_under_many_writers(engine: Engine) {
    let fresh = engine.fresh().await.unwrap();
    let mut talks = Vec::new();
    for _ in 0..5 {
        talks.push(fresh.conversation("en").await.unwrap());
    }
    let writes = (0..300).map(|n| {
        let talk = &talks[n % talks.len()];
        fresh.chat.append(Append::new(fresh.workspace, talk.id, fresh.chat.id(), Author::Visitor(talk.visitor), format!("{n}")))
    });
    for done in join_all(writes).await {
        done.unwrap();
    }
    let expected: Vec<_> = (1..=60).map(|seq| (seq - 1, seq)).collect();
    for talk in &talks {
        assert_eq!(seqs(&fresh, talk.id, Audience::All).await, expected);
    }
}

async fn notes_are_no_gap_for_visitors(engine: Engine) {
    let fresh = engine.fresh().await.unwrap();
    let talk = fresh.conversation("en").await.unwrap();
    let agent = fresh.agent("Ann", Role::Agent).await.unwrap();
    let note = |body: &str| Append {
        audience: Audience::Staff,
        ..Append::new(fresh.workspace, talk.id, fresh.chat.id(), Author::Agent(agent.id), body)
    };
    fresh.chat.append(note("before anything")).await.unwrap();
    fresh.say(&talk, "one").await.unwrap();
    fresh.chat.append(note("two notes")).await.unwrap();
    fresh.chat.append(note("in a row")).await.unwrap();
    fresh.say(&talk, "two").await.unwrap();
    assert_eq!(seqs(&fresh, talk.id, Audience::All).await, [(0, 2), (2, 5)]);
    assert_eq!(seqs(&fresh, talk.id, Audience::Staff).await, [(0, 1), (1, 2), (2, 3), (3, 4), (4, 5)]);
    let hidden = message::get(fresh.chat.store(), fresh.workspace, talk.id, Audience::All, 1).await;
    assert!(matches!(hidden, Err(Error::NotFound)), "a visitor reads a note by its number");
}

async fn a_resume_gets_exactly_the_rest(engine: Engine) {
    let fresh = engine.fresh().await.unwrap();
    let talk = fresh.conversation("en").await.unwrap();
    for n in 1..=30 {
        fresh.say(&talk, &format!("message {n}")).await.unwrap();
    }
    let store = fresh.chat.store();
    for cursor in [0, 1, 7, 29, 30, 31, i64::MAX] {
        let rest = message::after(store, fresh.workspace, talk.id, Audience::All, cursor, 1_000).await.unwrap();
        let expected: Vec<i64> = (cursor.saturating_add(1)..=30).collect();
        assert_eq!(rest.iter().map(|message| message.seq).collect::<Vec<_>>(), expected, "after {cursor}");
    }
    let page = message::before(store, fresh.workspace, talk.id, Audience::All, 11, 4).await.unwrap();
    assert_eq!(page.iter().map(|message| message.seq).collect::<Vec<_>>(), [7, 8, 9, 10]);
}

async fn marks_only_move_forward(engine: Engine) {
    let fresh = engine.fresh().await.unwrap();
    let talk = fresh.conversation("en").await.unwrap();
    for n in 0..10 {
        fresh.say(&talk, &format!("{n}")).await.unwrap();
    }
    let (store, reader) = (fresh.chat.store(), Reader::Visitor(talk.visitor));
    let (phone, laptop): (DeviceId, DeviceId) = (fresh.chat.id(), fresh.chat.id());
    let mark = |device, got, read| cursor::mark(store, fresh.workspace, talk.id, reader, device, (got, read), fresh.clock.now());
    assert!(mark(phone, 5, 3).await.unwrap());
    assert!(!mark(phone, 4, 2).await.unwrap(), "a mark went back");
    assert!(mark(laptop, 9, 1).await.unwrap());
    let of = |device| cursor::of_device(store, fresh.workspace, talk.id, reader, device);
    assert_eq!((of(phone).await.unwrap(), of(laptop).await.unwrap()), ((5, 3), (9, 1)), "each device has its own");
    assert_eq!(cursor::read_seq(store, fresh.workspace, talk.id, reader).await.unwrap(), 3);
    mark(phone, i64::MAX, i64::MAX).await.unwrap();
    assert_eq!(of(phone).await.unwrap(), (10, 10), "a mark beyond the end");
    join_all((1..=10).rev().map(|seq| mark(laptop, seq, seq))).await;
    assert_eq!(of(laptop).await.unwrap(), (10, 10));
    let advance = |device, seq| cursor::advance(store, fresh.workspace, talk.id, reader, device, (seq, seq), fresh.clock.now());
    let tablet: DeviceId = fresh.chat.id();
    assert_eq!(advance(tablet, 4).await.unwrap(), Some(4));
    assert_eq!((advance(tablet, 3).await.unwrap(), advance(tablet, i64::MAX).await.unwrap()), (None, Some(10)));
}

async fn many_devices_are_noted_at_once(engine: Engine) {
    let fresh = engine.fresh().await.unwrap();
    let (mine, theirs) = (fresh.conversation("en").await.unwrap(), fresh.conversation("en").await.unwrap());
    for talk in [&mine, &theirs] {
        for n in 0..5 {
            fresh.say(talk, &format!("{n}")).await.unwrap();
        }
    }
    let store = fresh.chat.store();
    let (phone, laptop): (DeviceId, DeviceId) = (fresh.chat.id(), fresh.chat.id());
    let got = |talk: &Conversation, device, seq| {
        let (workspace, conversation, reader) = (fresh.workspace, talk.id, Reader::Visitor(talk.visitor));
        Delivered { workspace, conversation, reader, device, seq, at: 1 }
    };
    let of = async |talk: &Conversation, device| {
        cursor::of_device(store, fresh.workspace, talk.id, Reader::Visitor(talk.visitor), device).await.unwrap()
    };
    cursor::delivered(store, &[]).await.unwrap();
    cursor::delivered(store, &[got(&mine, phone, 2), got(&mine, laptop, 99), got(&theirs, phone, 4)]).await.unwrap();
    assert_eq!((of(&mine, phone).await, of(&mine, laptop).await, of(&theirs, phone).await), ((2, 0), (5, 0), (4, 0)));
    cursor::mark(store, fresh.workspace, mine.id, Reader::Visitor(mine.visitor), phone, (3, 3), 2).await.unwrap();
    let strange = Delivered { workspace: fresh.chat.id(), ..got(&mine, phone, 5) };
    cursor::delivered(store, &[got(&mine, laptop, 1), strange]).await.unwrap();
    cursor::delivered(store, &[got(&mine, phone, 1)]).await.unwrap();
    assert_eq!((of(&mine, phone).await, of(&mine, laptop).await), ((3, 3), (5, 0)), "marks only move forward, and within their workspace");
}

async fn no_bot_speaks_after_it_lost_the_word(engine: Engine) {
    let fresh = engine.fresh().await.unwrap();
    let agent = fresh.agent("Ann", Role::Agent).await.unwrap();
    for _ in 0..20 {
        let talk = fresh.conversation("en").await.unwrap();
        let asked = fresh.say(&talk, "a question").await.unwrap();
        let answer = |n: i32| Append {
            epoch: Some(talk.epoch),
            considered: Some(asked),
            ..Append::new(fresh.workspace, talk.id, fresh.chat.id(), Author::Bot, format!("answer {n}"))
        };
        let takeover = async {
            let mut tx = fresh.chat.begin().await.unwrap();
            let change = speaker::change(&mut tx, fresh.workspace, talk.id, None, Speaker::Agent(agent.id));
            change.await.unwrap();
            tx.commit().await.unwrap();
            conversation::find(fresh.chat.store(), fresh.workspace, talk.id).await.unwrap().last_seq
        };
        let answers = join_all((0..8).map(|n| fresh.chat.append(answer(n))));
        let (last_at_takeover, answers) = tokio::join!(takeover, answers);
        for done in answers {
            match done {
                Ok(done) => assert!(done.message.seq <= last_at_takeover, "the bot spoke after the takeover"),
                Err(error) => assert!(matches!(error, Error::Stale), "{error}"),
            }
        }
        let late = fresh.chat.append(answer(99)).await;
        assert!(matches!(late, Err(Error::Stale)), "a stale answer was kept");
        let found = conversation::find(fresh.chat.store(), fresh.workspace, talk.id).await.unwrap();
        assert_eq!((found.speaker, found.last_seq), (Speaker::Agent(agent.id), last_at_takeover));
    }
}

async fn an_undone_transaction_leaves_nothing(engine: Engine) {
    let fresh = engine.fresh().await.unwrap();
    let talk = fresh.conversation("en").await.unwrap();
    fresh.say(&talk, "kept").await.unwrap();
    let append = Append::new(fresh.workspace, talk.id, fresh.chat.id(), Author::System, "undone");
    let mut tx = fresh.chat.begin().await.unwrap();
    assert_eq!(fresh.chat.append_in(&mut tx, append.clone()).await.unwrap().message.seq, 2);
    tx.rollback().await.unwrap();
    assert_eq!(fresh.say(&talk, "next").await.unwrap(), 2, "a hole was left");
    assert_eq!(fresh.chat.append(append).await.unwrap().message.seq, 3, "the id was taken by what never happened");
}

async fn other_tenants_see_nothing(engine: Engine) {
    let fresh = engine.fresh().await.unwrap();
    let talk = fresh.conversation("en").await.unwrap();
    fresh.say(&talk, "private").await.unwrap();
    let store = fresh.chat.store();
    let stranger = fresh.chat.id();
    chat::workspace::create(store, stranger, "Stranger", fresh.clock.now()).await.unwrap();
    assert!(matches!(conversation::find(store, stranger, talk.id).await, Err(Error::NotFound)));
    assert!(message::after(store, stranger, talk.id, Audience::Staff, 0, 10).await.unwrap().is_empty());
    let append = Append::new(stranger, talk.id, fresh.chat.id(), Author::System, "from outside");
    assert!(matches!(fresh.chat.append(append).await, Err(Error::NotFound)));
    let reader = Reader::Visitor(talk.visitor);
    assert!(!cursor::mark(store, stranger, talk.id, reader, fresh.chat.id(), (1, 1), 0).await.unwrap());
    let mut tx = fresh.chat.begin().await.unwrap();
    let change = speaker::change(&mut tx, stranger, talk.id, None, Speaker::Queue).await;
    assert!(matches!(change, Err(Error::Stale | Error::NotFound)));
    drop(tx);
    let other = fresh.conversation("en").await.unwrap();
    let borrowed = conversation::of_visitor(store, fresh.workspace, other.visitor, talk.id).await;
    assert!(matches!(borrowed, Err(Error::NotFound)), "another visitor of the same tenant");
}

async fn any_text_comes_back_as_it_was(engine: Engine) {
    let fresh = engine.fresh().await.unwrap();
    let talk = fresh.conversation("zh").await.unwrap();
    let long = "长".repeat(chat::MAX_BODY);
    let texts = [
        "怎么退款？",
        "a\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467}b",
        "\u{202E}txet",
        "'; DROP TABLE message; --",
        "{\"$1\":\\u0041}",
        "tab\tnew\nline",
        &long,
    ];
    for text in texts {
        fresh.say(&talk, text).await.unwrap();
    }
    let all = message::after(fresh.chat.store(), fresh.workspace, talk.id, Audience::All, 0, 100).await.unwrap();
    assert_eq!(all.iter().map(|message| message.body.as_str()).collect::<Vec<_>>(), texts);
    fresh.say(&talk, "nul\0byte").await.unwrap();
    let last = message::get(fresh.chat.store(), fresh.workspace, talk.id, Audience::All, 8).await.unwrap();
    assert!(!last.body.contains('\0'));
}

async fn what_is_wrong_is_said_and_not_kept(engine: Engine) {
    let fresh = engine.fresh().await.unwrap();
    let talk = fresh.conversation("en").await.unwrap();
    let visitor = Author::Visitor(talk.visitor);
    for body in ["", " \n\t ", &"x".repeat(chat::MAX_BODY + 1)] {
        let refused = fresh.chat.append(Append::new(fresh.workspace, talk.id, fresh.chat.id(), visitor, body)).await;
        assert!(matches!(refused, Err(Error::Invalid(_))), "{} characters", body.len());
    }
    let nowhere = fresh.chat.append(Append::new(fresh.workspace, fresh.chat.id(), fresh.chat.id(), visitor, "hello")).await;
    assert!(matches!(nowhere, Err(Error::NotFound)));
    assert!(seqs(&fresh, talk.id, Audience::Staff).await.is_empty());
    assert_eq!(fresh.say(&talk, "fine").await.unwrap(), 1);
}
