//! Messages that are edited and recalled: by whom, how long, once, and on every device.

use chat::agent::Role;
use chat::testing::{Engine, Fresh};
use chat::{
    Append, Audience, Author, ClientId, Conversation, Error, Extra, Message, Speaker, change, conversation, message, overview, speaker,
};
use futures_util::future::join_all;

use super::seqs;

chat::on_every_engine!(
    a_change_has_its_place_and_the_message_says_what_it_says_now,
    a_change_is_made_once,
    only_ones_own_and_only_for_a_while,
    what_was_taken_back_is_nowhere_but_with_the_admins,
    a_note_that_is_edited_stays_a_note,
    a_question_that_was_taken_back_waits_for_no_answer,
    an_answer_to_other_words_is_refused,
    rights_hang_on_the_words,
    memory_and_record_say_the_same,
);

const WITHIN: i64 = 60_000;

fn edit(fresh: &Fresh, talk: &Conversation, seq: i64, author: Author, body: &str) -> Append {
    Append::edit(fresh.workspace, (talk.id, seq), fresh.chat.id(), author, body, WITHIN)
}

fn recall(fresh: &Fresh, talk: &Conversation, seq: i64, author: Author) -> Append {
    Append::recall(fresh.workspace, (talk.id, seq), fresh.chat.id(), author, WITHIN)
}

async fn all(fresh: &Fresh, talk: &Conversation) -> Vec<Message> {
    message::after(fresh.chat.store(), fresh.workspace, talk.id, Audience::Staff, 0, 1_000).await.unwrap()
}

fn bodies(messages: &[Message]) -> Vec<&str> {
    messages.iter().map(|message| message.body.as_str()).collect()
}

async fn now(fresh: &Fresh, talk: &Conversation) -> Conversation {
    conversation::find(fresh.chat.store(), fresh.workspace, talk.id).await.unwrap()
}

async fn a_change_has_its_place_and_the_message_says_what_it_says_now(engine: Engine) {
    let fresh = engine.fresh().await.unwrap();
    let talk = fresh.conversation("en").await.unwrap();
    let me = Author::Visitor(talk.visitor);
    fresh.say(&talk, "one").await.unwrap();
    fresh.say(&talk, "two").await.unwrap();
    fresh.clock.advance(5);
    let done = fresh.chat.append(edit(&fresh, &talk, 1, me, "ONE")).await.unwrap();
    assert_eq!((done.message.seq, done.message.changes(), done.message.author), (3, Some(1), Author::System));
    fresh.chat.append(edit(&fresh, &talk, 1, me, "One!")).await.unwrap();
    let kept = all(&fresh, &talk).await;
    assert_eq!(bodies(&kept), ["One!", "two", "", "One!"], "what an earlier change said is not said any more");
    assert_eq!(kept[0].changed.map(|changed| (changed.seq, changed.recalled, changed.at)), Some((4, false, fresh.clock.now())));
    assert_eq!(kept[0].at + 5, fresh.clock.now(), "it is where and when it was");
    assert_eq!((kept[2].changed.map(|changed| changed.seq), kept[3].changed), (Some(4), None));
    assert_eq!(seqs(&fresh, talk.id, Audience::All).await, [(0, 1), (1, 2), (2, 3), (3, 4)]);
    let list = overview::list(fresh.chat.store(), fresh.workspace, talk.visitor, 10).await.unwrap();
    assert_eq!(list[0].preview, "two", "a change is no last word");
}

async fn a_change_is_made_once(engine: Engine) {
    let fresh = engine.fresh().await.unwrap();
    let talk = fresh.conversation("en").await.unwrap();
    let me = Author::Visitor(talk.visitor);
    fresh.say(&talk, "one").await.unwrap();
    let id: ClientId = fresh.chat.id();
    let again = || fresh.chat.append(Append { client_id: id, ..edit(&fresh, &talk, 1, me, "other") });
    let done = join_all([again(), again(), again(), again()]).await;
    let seqs_got: Vec<i64> = done.iter().map(|done| done.as_ref().map(|done| done.message.seq).unwrap()).collect();
    assert_eq!(seqs_got, [2; 4]);
    assert_eq!(done.iter().filter(|done| done.as_ref().is_ok_and(|done| !done.duplicate)).count(), 1);
    // Late, it is still the same change.
    fresh.chat.append(recall(&fresh, &talk, 1, me)).await.unwrap();
    fresh.clock.advance(10 * WITHIN);
    assert_eq!(again().await.unwrap().message.seq, 2);
    let store = fresh.chat.store();
    let before: Vec<String> =
        change::wordings(store, fresh.workspace, talk.id, 1).await.unwrap().into_iter().map(|wording| wording.body).collect();
    assert_eq!(before, ["one", "other"]);
}

async fn only_ones_own_and_only_for_a_while(engine: Engine) {
    let fresh = engine.fresh().await.unwrap();
    let (talk, other) = (fresh.conversation("en").await.unwrap(), fresh.conversation("en").await.unwrap());
    let (ann, ben) = (fresh.agent("Ann", Role::Agent).await.unwrap(), fresh.agent("Ben", Role::Owner).await.unwrap());
    let (me, them) = (Author::Visitor(talk.visitor), Author::Visitor(other.visitor));
    fresh.say(&talk, "visitor").await.unwrap();
    let by = |author, epoch| Append { epoch, ..Append::new(fresh.workspace, talk.id, fresh.chat.id(), author, "said") };
    fresh.chat.append(by(Author::Bot, Some(talk.epoch))).await.unwrap();
    fresh.chat.append(by(Author::Agent(ann.id), None)).await.unwrap();
    fresh.chat.append(by(Author::System, None)).await.unwrap();
    let (ann, ben) = (Author::Agent(ann.id), Author::Agent(ben.id));
    for (seq, author) in
        [(1, ann), (1, them), (2, me), (2, ann), (3, me), (3, ben), (4, me), (4, ann), (4, Author::System), (9, me), (0, me)]
    {
        let refused = fresh.chat.append(edit(&fresh, &talk, seq, author, "mine now")).await;
        assert!(matches!(refused, Err(Error::NotFound)), "{seq} by {author:?}: {refused:?}");
    }
    for (seq, author) in [(1, ann), (1, them), (2, me), (3, ben), (4, ann)] {
        let refused = fresh.chat.append(recall(&fresh, &talk, seq, author)).await;
        assert!(matches!(refused, Err(Error::NotFound)), "{seq} by {author:?}: {refused:?}");
    }
    let stranger = Append { workspace: fresh.chat.id(), ..edit(&fresh, &talk, 1, me, "another tenant") };
    assert!(matches!(fresh.chat.append(stranger).await, Err(Error::NotFound)));
    assert!(matches!(fresh.chat.append(edit(&fresh, &talk, 1, me, " \n")).await, Err(Error::Invalid(_))));
    assert_eq!(all(&fresh, &talk).await.len(), 4, "what was refused left nothing");
    fresh.clock.advance(WITHIN);
    assert!(fresh.chat.append(edit(&fresh, &talk, 3, ann, "just in time")).await.is_ok());
    assert!(matches!(fresh.chat.append(edit(&fresh, &talk, 5, Author::System, "a change")).await, Err(Error::NotFound)));
    fresh.clock.advance(1);
    for late in [edit(&fresh, &talk, 1, me, "late"), recall(&fresh, &talk, 1, me), recall(&fresh, &talk, 3, ann)] {
        assert!(matches!(fresh.chat.append(late).await, Err(Error::TooLate)));
    }
    // The bot's, by any agent, as long as whoever asks allows.
    let forever = Append::recall(fresh.workspace, (talk.id, 2), fresh.chat.id(), ben, i64::MAX);
    assert!(fresh.chat.append(forever).await.is_ok());
    assert!(matches!(fresh.chat.append(recall(&fresh, &talk, 2, ann)).await, Err(Error::TooLate)), "once");
}

async fn what_was_taken_back_is_nowhere_but_with_the_admins(engine: Engine) {
    let fresh = engine.fresh().await.unwrap();
    let talk = fresh.conversation("en").await.unwrap();
    let me = Author::Visitor(talk.visitor);
    fresh.say(&talk, "my secret").await.unwrap();
    fresh.chat.append(edit(&fresh, &talk, 1, me, "my other secret")).await.unwrap();
    fresh.chat.append(recall(&fresh, &talk, 1, me)).await.unwrap();
    let kept = all(&fresh, &talk).await;
    assert_eq!(bodies(&kept), ["", "", ""]);
    assert!(!kept[0].stands() && kept[0].extra == Extra::default());
    let list = overview::list(fresh.chat.store(), fresh.workspace, talk.visitor, 10).await.unwrap();
    assert_eq!((list[0].preview.as_str(), list[0].unread), ("", 0));
    assert!(matches!(fresh.chat.append(edit(&fresh, &talk, 1, me, "back again")).await, Err(Error::TooLate)));
    let store = fresh.chat.store();
    let wordings = change::wordings(store, fresh.workspace, talk.id, 1).await.unwrap();
    assert_eq!(wordings.iter().map(|wording| wording.body.as_str()).collect::<Vec<_>>(), ["my secret", "my other secret"]);
    assert_eq!(wordings[0].by, format!("visitor:{}", talk.visitor));
    assert!(change::wordings(store, fresh.chat.id(), talk.id, 1).await.unwrap().is_empty(), "another tenant");
}

async fn a_note_that_is_edited_stays_a_note(engine: Engine) {
    let fresh = engine.fresh().await.unwrap();
    let talk = fresh.conversation("en").await.unwrap();
    let ann = Author::Agent(fresh.agent("Ann", Role::Agent).await.unwrap().id);
    fresh.say(&talk, "one").await.unwrap();
    let note = Append { audience: Audience::Staff, ..Append::new(fresh.workspace, talk.id, fresh.chat.id(), ann, "a note") };
    fresh.chat.append(note).await.unwrap();
    fresh.chat.append(edit(&fresh, &talk, 2, ann, "a better note")).await.unwrap();
    fresh.say(&talk, "two").await.unwrap();
    assert_eq!(seqs(&fresh, talk.id, Audience::All).await, [(0, 1), (1, 4)]);
    assert_eq!(bodies(&all(&fresh, &talk).await), ["one", "a better note", "a better note", "two"]);
}

async fn a_question_that_was_taken_back_waits_for_no_answer(engine: Engine) {
    let fresh = engine.fresh().await.unwrap();
    let talk = fresh.conversation("en").await.unwrap();
    let me = Author::Visitor(talk.visitor);
    fresh.say(&talk, "one").await.unwrap();
    fresh.say(&talk, "two").await.unwrap();
    let done = fresh.chat.append(recall(&fresh, &talk, 1, me)).await.unwrap();
    let it = now(&fresh, &talk).await;
    assert!(done.due && it.asked_seq == 3 && it.answered_seq == 0, "the other one waits still: {it:?}");
    let done = fresh.chat.append(recall(&fresh, &talk, 2, me)).await.unwrap();
    let it = now(&fresh, &talk).await;
    assert!(!done.due && it.asked_seq == it.answered_seq, "nothing waits: {it:?}");
    let answer = Append {
        epoch: Some(it.epoch),
        considered: Some(2),
        ..Append::new(fresh.workspace, talk.id, fresh.chat.id(), Author::Bot, "an answer")
    };
    assert!(matches!(fresh.chat.append(answer).await, Err(Error::Stale)));
    // What has its answer is not asked again.
    fresh.say(&talk, "three").await.unwrap();
    let answer = Append {
        epoch: Some(it.epoch),
        considered: Some(5),
        ..Append::new(fresh.workspace, talk.id, fresh.chat.id(), Author::Bot, "an answer")
    };
    fresh.chat.append(answer).await.unwrap();
    let done = fresh.chat.append(edit(&fresh, &talk, 5, me, "thirty-three")).await.unwrap();
    let it = now(&fresh, &talk).await;
    assert!(!done.due && it.asked_seq == 5 && it.answered_seq == 5, "{it:?}");
}

async fn an_answer_to_other_words_is_refused(engine: Engine) {
    let fresh = engine.fresh().await.unwrap();
    let talk = fresh.conversation("en").await.unwrap();
    let me = Author::Visitor(talk.visitor);
    fresh.say(&talk, "one").await.unwrap();
    let running: chat::TurnId = fresh.chat.id();
    let claim = sqlx::query("UPDATE conversation SET turn_id = $2, turn_until = 1 WHERE workspace_id = $1").bind(fresh.workspace.text());
    claim.bind(running.text()).execute(fresh.chat.store().write()).await.unwrap();
    let done = fresh.chat.append(edit(&fresh, &talk, 1, me, "another question")).await.unwrap();
    let it = now(&fresh, &talk).await;
    assert_eq!((done.epoch, it.epoch, it.turn, it.speaker), (Some(talk.epoch + 1), talk.epoch + 1, None, Speaker::Bot));
    assert!(done.due && it.asked_seq == 2 && it.answered_seq == 0, "it is asked anew: {it:?}");
    let answer = |epoch, considered| Append {
        epoch: Some(epoch),
        considered: Some(considered),
        ..Append::new(fresh.workspace, talk.id, fresh.chat.id(), Author::Bot, "an answer")
    };
    assert!(matches!(fresh.chat.append(answer(talk.epoch, 1)).await, Err(Error::Stale)), "the answer to what is not asked any more");
    assert!(fresh.chat.append(answer(it.epoch, 2)).await.is_ok());
    // People have the word: nothing is the bot's to answer, and nobody loses it.
    let mut tx = fresh.chat.begin().await.unwrap();
    let epoch = speaker::change(&mut tx, fresh.workspace, talk.id, None, Speaker::Queue).await.unwrap();
    tx.commit().await.unwrap();
    let seq = fresh.say(&talk, "to a person").await.unwrap();
    let done = fresh.chat.append(edit(&fresh, &talk, seq, me, "to any person")).await.unwrap();
    let it = now(&fresh, &talk).await;
    assert!(done.epoch.is_none() && !done.due && it.epoch == epoch && it.asked_seq == seq, "{it:?}");
}

async fn rights_hang_on_the_words(engine: Engine) {
    let fresh = engine.fresh().await.unwrap();
    let talk = fresh.conversation("en").await.unwrap();
    let me = Author::Visitor(talk.visitor);
    let extra = Extra { subject: Some("customer 7".into()), button: Some("yes".into()), wish: Some("person".into()), ..Extra::default() };
    let proven = Append { extra, ..Append::new(fresh.workspace, talk.id, fresh.chat.id(), me, "show my order") };
    fresh.chat.append(proven).await.unwrap();
    // Whoever edits it without an identity has not written it with one.
    fresh.chat.append(edit(&fresh, &talk, 1, me, "cancel my order")).await.unwrap();
    assert_eq!(all(&fresh, &talk).await[0].extra, Extra::default());
    let mut named = edit(&fresh, &talk, 1, me, "cancel my order!");
    named.extra.subject = Some("customer 7".into());
    fresh.chat.append(named).await.unwrap();
    assert_eq!(all(&fresh, &talk).await[0].extra.subject.as_deref(), Some("customer 7"));
}

async fn memory_and_record_say_the_same(engine: Engine) {
    let fresh = engine.fresh().await.unwrap();
    let talk = fresh.conversation("en").await.unwrap();
    let me = Author::Visitor(talk.visitor);
    let node = chat::Chat::open(&fresh.config, fresh.clock.clone(), chat::Random::seeded(5)).await.unwrap();
    for n in 1..=12 {
        fresh.say(&talk, &format!("{n}")).await.unwrap();
        let it = now(&fresh, &talk).await;
        // Another node, which has heard nothing on the local bus, has read some of it before.
        node.after(&it, Audience::All, (n - 3).max(0), 100).await.unwrap();
        let seq = it.last_seq;
        let change = match n % 3 {
            0 => recall(&fresh, &talk, seq, me),
            1 => edit(&fresh, &talk, seq, me, &format!("{n} edited")),
            _ => edit(&fresh, &talk, 1, me, &format!("first, {n}")),
        };
        fresh.chat.append(change).await.unwrap();
        let it = now(&fresh, &talk).await;
        let record = all(&fresh, &talk).await;
        for cursor in [0, it.last_seq - 4, it.last_seq - 1] {
            for chat in [&fresh.chat, &node] {
                let at_hand = chat.after(&it, Audience::All, cursor, 100).await.unwrap();
                let expected: Vec<_> = record.iter().filter(|message| message.seq > cursor).collect();
                assert_eq!(at_hand.iter().map(AsRef::as_ref).collect::<Vec<&Message>>(), expected, "after {cursor} of {}", it.last_seq);
            }
        }
    }
    assert!(fresh.chat.tail_counts().hits > 0);
}
