use super::*;
use crate::{Audience, Author, Conversation, Heard, Speaker, Topic, conversation, message, speaker, testing};

crate::on_every_engine!(
    what_is_at_hand_is_written_without_a_look,
    nothing_at_hand_outlives_what_others_write,
    a_retry_is_found_though_the_head_is_at_hand,
    rivals_leave_no_hole_and_no_double,
);

/// A node of its own, which announces nothing.
fn writer(fresh: &testing::Fresh) -> Writer {
    let (store, bus) = (fresh.chat.store().clone(), fresh.chat.bus().clone());
    Writer::new(store, (bus, Tails::new(1 << 20)), fresh.clock.clone(), Arc::default())
}

fn words(fresh: &testing::Fresh, talk: &Conversation) -> Append {
    Append::new(fresh.workspace, talk.id, fresh.chat.id(), Author::Visitor(talk.visitor), "words")
}

impl Writer {
    async fn one(&mut self, append: Append) -> Appended {
        self.all(vec![append]).await.remove(0)
    }

    async fn all(&mut self, mut group: Vec<Append>) -> Vec<Appended> {
        self.each(&mut group).await.into_iter().map(Result::unwrap).collect()
    }

    async fn each(&mut self, group: &mut [Append]) -> Vec<Result<Appended>> {
        let done = self.write(group).await.unwrap();
        // As when nobody else waits.
        self.held = None;
        done
    }

    fn has_at_hand(&self, fresh: &testing::Fresh, talk: &Conversation) -> bool {
        self.heads.of(&[words(fresh, talk)]).is_some()
    }

    /// After this the next one is written without a look.
    async fn take_in_hand(&mut self, fresh: &testing::Fresh, talk: &Conversation) {
        for _ in 0..2 {
            self.one(words(fresh, talk)).await;
        }
        assert!(self.has_at_hand(fresh, talk));
    }
}

async fn row(fresh: &testing::Fresh, talk: &Conversation) -> Conversation {
    conversation::find(fresh.chat.store(), fresh.workspace, talk.id).await.unwrap()
}

async fn speaks(fresh: &testing::Fresh, talk: &Conversation, who: Speaker) {
    let mut tx = fresh.chat.begin().await.unwrap();
    speaker::change(&mut tx, fresh.workspace, talk.id, None, who).await.unwrap();
    tx.commit().await.unwrap();
}

async fn close(fresh: &testing::Fresh, talk: &Conversation) {
    let close = sqlx::query("UPDATE conversation SET closed_at = 7 WHERE id = $1").bind(talk.id.text());
    close.execute(fresh.chat.store().write()).await.unwrap();
}

async fn what_is_at_hand_is_written_without_a_look(engine: testing::Engine) {
    let fresh = engine.fresh().await.unwrap();
    let (talk, other) = (fresh.conversation("en").await.unwrap(), fresh.conversation("en").await.unwrap());
    let agent = fresh.agent("Ann", crate::agent::Role::Agent).await.unwrap();
    let mut writer = writer(&fresh);
    writer.one(words(&fresh, &talk)).await;
    assert!(!writer.has_at_hand(&fresh, &talk), "once seen is not known to be ours");
    writer.take_in_hand(&fresh, &talk).await;
    writer.take_in_hand(&fresh, &other).await;
    // Several of one conversation in a group, a note among them.
    let note = Append { audience: Audience::Staff, author: Author::Agent(agent.id), ..words(&fresh, &talk) };
    let group = vec![words(&fresh, &talk), words(&fresh, &other), note, words(&fresh, &talk)];
    let done = writer.all(group).await;
    let place = |done: &Appended| (done.message.seq, done.message.prev_visible, done.due, done.duplicate);
    assert_eq!(
        done.iter().map(place).collect::<Vec<_>>(),
        [(4, 3, true, false), (3, 2, true, false), (5, 4, false, false), (6, 4, true, false)]
    );
    let found = row(&fresh, &talk).await;
    assert_eq!((found.last_seq, found.last_visible_seq, found.asked_seq, found.answered_seq), (6, 6, 6, 0));
    // An agent's words leave a closed conversation closed, a visitor's open it.
    close(&fresh, &talk).await;
    writer.one(Append { author: Author::Agent(agent.id), ..words(&fresh, &talk) }).await;
    assert_eq!(row(&fresh, &talk).await.closed_at, Some(7));
    assert!(writer.has_at_hand(&fresh, &talk));
    writer.one(words(&fresh, &talk)).await;
    assert_eq!(row(&fresh, &talk).await.closed_at, None);
    // What the bot says depends on more than the head.
    assert!(writer.heads.of(&[Append { author: Author::Bot, ..words(&fresh, &talk) }]).is_none());
}

async fn nothing_at_hand_outlives_what_others_write(engine: testing::Engine) {
    let fresh = engine.fresh().await.unwrap();
    let (talk, other) = (fresh.conversation("en").await.unwrap(), fresh.conversation("en").await.unwrap());
    let mut writer = writer(&fresh);
    writer.take_in_hand(&fresh, &talk).await;
    writer.take_in_hand(&fresh, &other).await;
    // A rival's message: half of the group is written without a look, the other half after it.
    assert_eq!(fresh.say(&talk, "from another node").await.unwrap(), 3);
    let done = writer.all(vec![words(&fresh, &talk), words(&fresh, &other), words(&fresh, &talk)]).await;
    assert_eq!(done.iter().map(|done| (done.message.seq, done.duplicate)).collect::<Vec<_>>(), [(4, false), (3, false), (5, false)]);
    assert!(!writer.has_at_hand(&fresh, &talk), "others write there too");
    // Another speaks, and what was answered is answered.
    writer.take_in_hand(&fresh, &talk).await;
    speaks(&fresh, &talk, Speaker::Queue).await;
    let done = writer.one(words(&fresh, &talk)).await;
    assert_eq!((done.message.seq, done.due, done.duplicate), (8, false, false));
    assert_eq!(row(&fresh, &talk).await.answered_seq, 7);
    // The bot may not speak for the epoch at hand, nor anybody else.
    writer.take_in_hand(&fresh, &talk).await;
    let late = row(&fresh, &talk).await.epoch;
    speaks(&fresh, &talk, Speaker::Bot).await;
    let of = |epoch| Append { author: Author::System, epoch: Some(epoch), ..words(&fresh, &talk) };
    assert!(matches!(writer.each(&mut [of(late)]).await.remove(0), Err(Error::Stale)));
    assert_eq!(writer.one(of(late + 1)).await.message.seq, 11);
    // It is gone.
    writer.take_in_hand(&fresh, &other).await;
    for table in ["message", "conversation"] {
        let column = if table == "message" { "conversation_id" } else { "id" };
        let delete = format!("DELETE FROM {table} WHERE {column} = $1");
        sqlx::query(sqlx::AssertSqlSafe(delete)).bind(other.id.text()).execute(fresh.chat.store().write()).await.unwrap();
    }
    assert!(matches!(writer.each(&mut [words(&fresh, &other)]).await.remove(0), Err(Error::NotFound)));
}

async fn a_retry_is_found_though_the_head_is_at_hand(engine: testing::Engine) {
    let fresh = engine.fresh().await.unwrap();
    let (talk, other) = (fresh.conversation("en").await.unwrap(), fresh.conversation("en").await.unwrap());
    let mut writer = writer(&fresh);
    writer.take_in_hand(&fresh, &talk).await;
    writer.take_in_hand(&fresh, &other).await;
    let append = words(&fresh, &talk);
    assert_eq!(writer.one(append.clone()).await.message.seq, 3);
    let done = writer.all(vec![words(&fresh, &other), append.clone(), words(&fresh, &talk), append]).await;
    assert_eq!(
        done.iter().map(|done| (done.message.seq, done.duplicate)).collect::<Vec<_>>(),
        [(3, false), (3, true), (4, false), (3, true)]
    );
}

/// Two nodes and everything that moves a head beside them, in an order that a seed makes.
async fn rivals_leave_no_hole_and_no_double(engine: testing::Engine) {
    let fresh = engine.fresh().await.unwrap();
    let mut talks = Vec::new();
    for _ in 0..3 {
        talks.push(fresh.conversation("en").await.unwrap());
    }
    let mut nodes = [writer(&fresh), writer(&fresh)];
    let (mut seed, mut kept, mut unlooked) = (20_261_122_u64, Vec::<(Append, i64)>::new(), 0);
    let mut upto = |n: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % n
    };
    for _ in 0..150 {
        let talk = &talks[upto(3) as usize];
        match upto(10) {
            0 => speaks(&fresh, talk, if upto(2) == 0 { Speaker::Queue } else { Speaker::Bot }).await,
            1 => close(&fresh, talk).await,
            _ => {
                // Mostly the first node, so that it has heads at hand.
                let node = &mut nodes[usize::from(upto(6) == 0)];
                let mut group: Vec<Append> = (0..=upto(3)).map(|_| words(&fresh, &talks[upto(3) as usize])).collect();
                if upto(8) == 0 && !kept.is_empty() {
                    group.push(kept[upto(kept.len() as u64) as usize].0.clone());
                }
                unlooked += usize::from(node.heads.of(&group).is_some());
                for (append, done) in group.clone().into_iter().zip(node.all(group).await) {
                    let before = kept.iter().find(|(old, _)| old.client_id == append.client_id).map(|(_, seq)| *seq);
                    assert_eq!((done.duplicate, before.unwrap_or(done.message.seq)), (before.is_some(), done.message.seq));
                    if before.is_none() {
                        kept.push((append, done.message.seq));
                    }
                }
            }
        }
    }
    assert!(unlooked > 20, "{unlooked}");
    for talk in &talks {
        let all = message::after(fresh.chat.store(), fresh.workspace, talk.id, Audience::Staff, 0, 1_000).await.unwrap();
        let mut told: Vec<_> =
            kept.iter().filter(|(append, _)| append.conversation == talk.id).map(|(a, seq)| (*seq, a.client_id)).collect();
        told.sort_unstable_by_key(|(seq, _)| *seq);
        assert_eq!(all.iter().map(|m| (m.seq, m.client_id)).collect::<Vec<_>>(), told);
        assert!(all.iter().zip(1..).all(|(message, seq)| (message.seq, message.prev_visible) == (seq, seq - 1)));
        let found = row(&fresh, talk).await;
        assert_eq!((found.last_seq, found.last_visible_seq, found.asked_seq), (told.len() as i64, told.len() as i64, told.len() as i64));
    }
}

#[tokio::test]
async fn what_a_lost_answer_kept_is_found_and_announced() {
    let fresh = testing::fresh().await.unwrap();
    let talk = fresh.conversation("en").await.unwrap();
    let mut append = Append::new(fresh.workspace, talk.id, fresh.chat.id(), Author::Visitor(talk.visitor), "hello");
    let (store, now) = (fresh.chat.store(), fresh.chat.now());
    // The first try was kept, its answer was lost.
    let first = Attempt::default().on(&mut None, store, now, std::slice::from_mut(&mut append)).await.unwrap();
    let unsure: Vec<Appended> = first.done.into_iter().flatten().collect();
    let again = Attempt::default().on(&mut None, store, now, std::slice::from_mut(&mut append)).await.unwrap().done;
    assert!(again[0].as_ref().unwrap().duplicate);
    let told = ours(again, &unsure);
    let told = told[0].as_ref().unwrap();
    assert_eq!((told.duplicate, told.due, told.message.seq), (false, true, 1));
    // A sender that gave up: the message is announced once the store answers, one that was not kept is not.
    let mut other = unsure[0].clone();
    Arc::make_mut(&mut other.message).client_id = fresh.chat.id();
    let lost = vec![unsure[0].clone(), other];
    assert_eq!(plan::kept(store, &lost).await.unwrap().len(), 1);
    let all = message::after(store, fresh.workspace, talk.id, Audience::All, 0, 10).await.unwrap();
    assert_eq!(all.len(), 1);
}

#[tokio::test]
async fn what_was_kept_unheard_is_told_though_nobody_writes_any_more() {
    let fresh = testing::fresh().await.unwrap();
    let talk = fresh.conversation("en").await.unwrap();
    let append = Append::new(fresh.workspace, talk.id, fresh.chat.id(), Author::Visitor(talk.visitor), "hello");
    let mut writer = writer(&fresh);
    let first = Attempt::default().on(&mut None, &writer.store, fresh.chat.now(), &mut [append]).await.unwrap();
    writer.lost = first.done.into_iter().flatten().collect();
    let mut ear = writer.bus.subscribe(Topic::Visitor(fresh.workspace, talk.visitor));
    let (_sender, inbox) = mpsc::channel(1);
    tokio::spawn(writer.run(8, inbox));
    let told = async { while !matches!(ear.next().await, Heard::News(_)) {} };
    tokio::time::timeout(LOOK * 10, told).await.unwrap();
}
