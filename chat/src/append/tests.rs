use super::*;
use crate::{Speaker, conversation, cursor, message, speaker, testing};

crate::on_every_engine!(
    a_retry_gets_the_same_seq,
    seq_is_dense_under_many_writers,
    visitors_skip_notes_without_a_gap,
    a_bot_that_lost_the_word_is_refused,
    a_question_is_answered_once,
    nothing_crosses_a_workspace_or_a_visitor,
    marks_only_move_forward,
    bad_input_is_told,
    a_crowd_is_noticed_and_forgotten,
);

async fn seqs(fresh: &testing::Fresh, conversation: ConversationId, audience: Audience) -> Vec<(i64, i64)> {
    let all = message::after(fresh.chat.store(), fresh.workspace, conversation, audience, 0, 1_000).await.unwrap();
    all.iter().map(|m| (m.prev(audience), m.seq)).collect()
}

async fn a_retry_gets_the_same_seq(engine: testing::Engine) {
    let fresh = engine.fresh().await.unwrap();
    let talk = fresh.conversation("en").await.unwrap();
    let append = Append::new(fresh.workspace, talk.id, fresh.chat.id(), Author::Visitor(talk.visitor), "hello");
    let first = fresh.chat.append(append.clone()).await.unwrap();
    let again = fresh.chat.append(append).await.unwrap();
    assert_eq!((first.message.seq, first.duplicate), (1, false));
    assert_eq!((again.message.seq, again.duplicate), (1, true));
    assert_eq!(seqs(&fresh, talk.id, Audience::Staff).await, [(0, 1)]);
}

async fn seq_is_dense_under_many_writers(engine: testing::Engine) {
    let fresh = engine.fresh().await.unwrap();
    let talk = fresh.conversation("en").await.unwrap();
    let writes = (0..200)
        .map(|n| fresh.chat.append(Append::new(fresh.workspace, talk.id, fresh.chat.id(), Author::Visitor(talk.visitor), format!("{n}"))));
    for done in futures_util::future::join_all(writes).await {
        done.unwrap();
    }
    let expected: Vec<_> = (1..=200).map(|seq| (seq - 1, seq)).collect();
    assert_eq!(seqs(&fresh, talk.id, Audience::All).await, expected);
}

async fn visitors_skip_notes_without_a_gap(engine: testing::Engine) {
    let fresh = engine.fresh().await.unwrap();
    let talk = fresh.conversation("en").await.unwrap();
    let agent = fresh.agent("Ann", crate::agent::Role::Agent).await.unwrap();
    fresh.say(&talk, "one").await.unwrap();
    let note =
        Append { audience: Audience::Staff, ..Append::new(fresh.workspace, talk.id, fresh.chat.id(), Author::Agent(agent.id), "note") };
    fresh.chat.append(note).await.unwrap();
    fresh.say(&talk, "two").await.unwrap();
    assert_eq!(seqs(&fresh, talk.id, Audience::All).await, [(0, 1), (1, 3)]);
    assert_eq!(seqs(&fresh, talk.id, Audience::Staff).await, [(0, 1), (1, 2), (2, 3)]);
}

async fn a_bot_that_lost_the_word_is_refused(engine: testing::Engine) {
    let fresh = engine.fresh().await.unwrap();
    let talk = fresh.conversation("en").await.unwrap();
    fresh.say(&talk, "question").await.unwrap();
    let answer = Append {
        epoch: Some(talk.epoch),
        considered: Some(1),
        ..Append::new(fresh.workspace, talk.id, fresh.chat.id(), Author::Bot, "answer")
    };
    let mut tx = fresh.chat.begin().await.unwrap();
    let epoch = speaker::change(&mut tx, fresh.workspace, talk.id, Some(talk.epoch), Speaker::Queue).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(epoch, talk.epoch + 1);
    assert!(matches!(fresh.chat.append(answer).await, Err(Error::Stale)));
    let mut tx = fresh.chat.begin().await.unwrap();
    assert!(matches!(speaker::change(&mut tx, fresh.workspace, talk.id, Some(talk.epoch), Speaker::Bot).await, Err(Error::Stale)));
}

async fn a_question_is_answered_once(engine: testing::Engine) {
    let fresh = engine.fresh().await.unwrap();
    let talk = fresh.conversation("en").await.unwrap();
    let answer = |asked| Append {
        epoch: Some(talk.epoch),
        considered: Some(asked),
        ..Append::new(fresh.workspace, talk.id, fresh.chat.id(), Author::Bot, "answer")
    };
    fresh.say(&talk, "question").await.unwrap();
    let first = answer(1);
    assert_eq!(fresh.chat.append(first.clone()).await.unwrap().message.seq, 2);
    // Another bot claimed the turn of the first one, which was only slow.
    assert!(matches!(fresh.chat.append(answer(1)).await, Err(Error::Stale)));
    assert_eq!(fresh.chat.append(first).await.unwrap().message.seq, 2);
    assert_eq!(fresh.say(&talk, "and more").await.unwrap(), 3);
    let (running, frozen): (crate::TurnId, crate::TurnId) = (fresh.chat.id(), fresh.chat.id());
    let claim = sqlx::query("UPDATE conversation SET turn_id = $2 WHERE workspace_id = $1").bind(fresh.workspace.text());
    claim.bind(running.text()).execute(fresh.chat.store().write()).await.unwrap();
    let of = |turn| Append { extra: Extra { turn: Some(turn), ..Extra::default() }, ..answer(3) };
    assert!(matches!(fresh.chat.append(of(frozen)).await, Err(Error::Stale)));
    assert_eq!(fresh.chat.append(of(running)).await.unwrap().message.seq, 4);
}

async fn nothing_crosses_a_workspace_or_a_visitor(engine: testing::Engine) {
    let fresh = engine.fresh().await.unwrap();
    let (mine, other) = (fresh.conversation("en").await.unwrap(), fresh.conversation("en").await.unwrap());
    let append = |workspace, visitor| Append::new(workspace, mine.id, fresh.chat.id(), Author::Visitor(visitor), "x");
    assert!(matches!(fresh.chat.append(append(fresh.chat.id(), mine.visitor)).await, Err(Error::NotFound)));
    assert!(matches!(fresh.chat.append(append(fresh.workspace, other.visitor)).await, Err(Error::NotFound)));
    assert!(matches!(conversation::find(fresh.chat.store(), fresh.chat.id(), mine.id).await, Err(Error::NotFound)));
}

async fn marks_only_move_forward(engine: testing::Engine) {
    let fresh = engine.fresh().await.unwrap();
    let talk = fresh.conversation("en").await.unwrap();
    for n in 0..5 {
        fresh.say(&talk, &format!("{n}")).await.unwrap();
    }
    let (reader, device) = (cursor::Reader::Visitor(talk.visitor), fresh.chat.id());
    for (mark, expected) in [(3, 3), (1, 3), (99, 5)] {
        cursor::mark(fresh.chat.store(), fresh.workspace, talk.id, reader, device, (mark, mark), 1).await.unwrap();
        assert_eq!(cursor::read_seq(fresh.chat.store(), fresh.workspace, talk.id, reader).await.unwrap(), expected);
    }
}

async fn bad_input_is_told(engine: testing::Engine) {
    let fresh = engine.fresh().await.unwrap();
    let talk = fresh.conversation("en").await.unwrap();
    for body in ["", "  \n", &"x".repeat(MAX_BODY + 1)] {
        let append = Append::new(fresh.workspace, talk.id, fresh.chat.id(), Author::Visitor(talk.visitor), body);
        assert!(matches!(fresh.chat.append(append).await, Err(Error::Invalid(_))));
    }
    let odd = Append::new(fresh.workspace, talk.id, fresh.chat.id(), Author::Visitor(talk.visitor), "a\0b");
    assert_eq!(fresh.chat.append(odd).await.unwrap().message.body, "a\u{fffd}b");
}

async fn a_crowd_is_noticed_and_forgotten(engine: testing::Engine) {
    let fresh = engine.fresh().await.unwrap();
    let talk = fresh.conversation("en").await.unwrap();
    for _ in 0..3 {
        fresh.say(&talk, "one after the other").await.unwrap();
    }
    assert!(!fresh.chat.crowded());
    let all = futures_util::future::join_all((0..100).map(|_| fresh.say(&talk, "all at once"))).await;
    assert!(all.iter().all(Result::is_ok));
    assert!(fresh.chat.crowded());
    fresh.clock.advance(1_000);
    assert!(!fresh.chat.crowded());
}
