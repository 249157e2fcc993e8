//! The life of a ticket, as a table: what is done in which state, and what comes of it.

use super::*;
use crate::{Error, Status, To};

chat::on_every_engine!(
    every_state_answers_every_act,
    what_cannot_be_done_is_refused_and_changes_nothing,
    a_conversation_of_the_bot_gets_a_ticket_when_it_is_taken,
    replying_to_the_bots_conversation_takes_it_over_first,
    a_retried_reply_does_not_take_the_chat_back,
    a_note_is_for_the_staff_and_changes_nothing,
    nothing_crosses_the_workspace
);

#[derive(Clone, Copy, Debug)]
enum Act {
    Take,
    TakeByOther,
    TakeOverByOther,
    Reply,
    ReplyByOther,
    Pend,
    Snooze,
    Resume,
    Resolve,
    Reopen,
    GiveBack,
    ToOther,
    ToQueue,
    VisitorWrites,
    AnHourPasses,
}
use Act::*;

struct World {
    s: Story,
    it: Conversation,
    ann: AgentId,
    bob: AgentId,
}

impl World {
    async fn act(&self, act: Act) -> Result<()> {
        let (s, ws, it, ann, bob) = (&self.s, self.s.fresh.workspace, self.it.id, self.ann, self.bob);
        match act {
            Take => s.desk.take(ws, ann, it).await.map(drop),
            TakeByOther => s.desk.take(ws, bob, it).await.map(drop),
            TakeOverByOther => s.desk.take_over(ws, bob, it).await.map(drop),
            Reply => s.reply(ann, it, "Hello").await.map(drop),
            ReplyByOther => s.reply(bob, it, "Hello").await.map(drop),
            Pend => s.desk.pend(ws, ann, it).await.map(drop),
            Snooze => s.desk.snooze(ws, ann, it, s.fresh.clock.now() + 60_000).await.map(drop),
            Resume => s.desk.resume(ws, ann, it).await.map(drop),
            Resolve => s.desk.resolve(ws, ann, it).await.map(drop),
            Reopen => s.desk.reopen(ws, ann, it).await.map(drop),
            GiveBack => s.desk.give_back(ws, ann, it).await,
            ToOther => s.desk.transfer(ws, ann, it, To::Agent(bob)).await.map(drop),
            ToQueue => s.desk.transfer(ws, ann, it, To::Queue).await.map(drop),
            VisitorWrites => {
                s.fresh.say(&self.it, "And now?").await?;
                s.desk.sweep(false).await;
                Ok(())
            }
            AnHourPasses => {
                s.later(3_600);
                s.beat(ann).await;
                s.desk.sweep(false).await;
                Ok(())
            }
        }
    }
}

/// Ann is here; Bob only takes what he is given.
async fn world(on: Engine) -> World {
    let s = story(on).await;
    let (ann, bob) = (s.online("Ann", 4).await, s.agent("Bob").await);
    let (it, _) = s.waiting().await;
    World { s, it, ann, bob }
}

async fn every_state_answers_every_act(on: Engine) {
    use Status::{Open, Pending, Resolved, Snoozed};
    for (acts, status, holder) in [
        (&[][..], Open, "Ann"),
        (&[Take], Open, "Ann"),
        (&[Reply, Pend], Pending, "Ann"),
        (&[Reply, Pend, Reply], Pending, "Ann"),
        (&[Reply, Pend, VisitorWrites], Open, "Ann"),
        (&[Reply, Snooze], Snoozed, "Ann"),
        (&[Reply, Snooze, Reply], Open, "Ann"),
        (&[Reply, Snooze, VisitorWrites], Open, "Ann"),
        (&[Reply, Snooze, AnHourPasses], Open, "Ann"),
        (&[Reply, Pend, AnHourPasses], Pending, "Ann"),
        (&[Reply, Snooze, Resume], Open, "Ann"),
        (&[Reply, Pend, Resume], Open, "Ann"),
        (&[Reply, Resolve], Resolved, "Ann"),
        (&[Reply, Resolve, AnHourPasses], Resolved, "Ann"),
        (&[Reply, Resolve, VisitorWrites], Open, "Ann"),
        (&[Reply, Resolve, Reopen], Open, "Ann"),
        (&[Reply, Resolve, Take], Open, "Ann"),
        (&[Reply, Resolve, ReplyByOther], Open, "Bob"),
        (&[Reply, GiveBack], Resolved, "bot"),
        (&[Reply, GiveBack, VisitorWrites], Resolved, "bot"),
        (&[Reply, GiveBack, Take], Open, "Ann"),
        (&[Reply, Resolve, GiveBack], Resolved, "bot"),
        (&[ReplyByOther], Open, "Bob"),
        (&[TakeOverByOther], Open, "Bob"),
        (&[ToOther], Open, "Bob"),
        (&[ToOther, ToOther], Open, "Bob"),
        (&[ToQueue], Open, "queue"),
        (&[ToQueue, Take], Open, "Ann"),
        (&[ToQueue, Resolve], Resolved, "Ann"),
        (&[ToQueue, GiveBack], Resolved, "bot"),
        (&[ToQueue, Pend], Pending, "Ann"),
        (&[ToQueue, VisitorWrites], Open, "queue"),
    ] {
        let w = world(on).await;
        for act in acts {
            w.act(*act).await.unwrap_or_else(|error| panic!("{acts:?} at {act:?}: {error}"));
            w.s.check(w.it.id).await;
        }
        let ticket = w.s.ticket(w.it.id).await;
        let speaker = match w.s.speaker(w.it.id).await {
            Speaker::Agent(agent) if agent == w.ann => "Ann",
            Speaker::Agent(_) => "Bob",
            Speaker::Queue => "queue",
            Speaker::Bot => "bot",
        };
        assert_eq!((ticket.status, speaker, ticket.number), (status, holder, 1), "{acts:?}");
    }
}

async fn what_cannot_be_done_is_refused_and_changes_nothing(on: Engine) {
    for (acts, refused) in [
        (&[][..], TakeByOther),
        (&[], Reopen),
        (&[Resolve], Resolve),
        (&[Resolve], Pend),
        (&[Resolve], Snooze),
        (&[Resolve], Resume),
        (&[ToQueue], Resume),
        (&[Resolve], ToQueue),
        (&[GiveBack], GiveBack),
        (&[GiveBack], Resolve),
    ] {
        let w = world(on).await;
        for act in acts {
            w.act(*act).await.unwrap();
        }
        let (before, messages) = (w.s.ticket(w.it.id).await, w.s.messages(w.it.id, Audience::Staff).await);
        let error = w.act(refused).await.unwrap_err();
        match refused {
            TakeByOther => assert!(matches!(&error, Error::Held { agent } if agent == "Ann"), "{error:?}"),
            _ => assert!(matches!(error, Error::NotOpen), "{acts:?} {refused:?}: {error:?}"),
        }
        assert_eq!(w.s.ticket(w.it.id).await, before);
        assert_eq!(w.s.messages(w.it.id, Audience::Staff).await, messages);
    }
}

async fn a_conversation_of_the_bot_gets_a_ticket_when_it_is_taken(on: Engine) {
    let s = story(on).await;
    let ann = s.agent("Ann").await;
    let it = s.asked().await;
    let ticket = s.desk.take(s.fresh.workspace, ann, it.id).await.unwrap();
    assert_eq!((ticket.reason, ticket.agent, ticket.number), (Reason::Agent, Some(ann), 1));
    assert_eq!(ticket.subject, "My parcel is late");
    assert_eq!(s.events(it.id).await, ["taken"]);
    assert!(s.now(it.id).await.epoch > it.epoch);
    s.check(it.id).await;
}

async fn replying_to_the_bots_conversation_takes_it_over_first(on: Engine) {
    let s = story(on).await;
    let ann = s.agent("Ann").await;
    let it = s.asked().await;
    let id = s.fresh.chat.id();
    let sent = s.desk.reply(s.fresh.workspace, ann, it.id, id, "I am here").await.unwrap();
    let again = s.desk.reply(s.fresh.workspace, ann, it.id, id, "I am here").await.unwrap();
    assert_eq!(again.seq, sent.seq);
    let authors: Vec<&str> = s.messages(it.id, Audience::All).await.iter().map(|message| message.author.kind()).collect();
    assert_eq!(authors, ["visitor", "system", "agent"]);
    let ticket = s.ticket(it.id).await;
    assert!(ticket.first_reply_at.is_some());
    assert!(matches!(s.reply(ann, it.id, "  ").await, Err(Error::Invalid(_))));
}

async fn a_retried_reply_does_not_take_the_chat_back(on: Engine) {
    let s = story(on).await;
    let (ann, bob) = (s.online("Ann", 4).await, s.agent("Bob").await);
    let (it, _) = s.waiting().await;
    let id = s.fresh.chat.id();
    s.desk.reply(s.fresh.workspace, ann, it.id, id, "Hello").await.unwrap();
    s.desk.transfer(s.fresh.workspace, ann, it.id, To::Agent(bob)).await.unwrap();
    s.desk.reply(s.fresh.workspace, ann, it.id, id, "Hello").await.unwrap();
    assert_eq!(s.ticket(it.id).await.agent, Some(bob));
}

async fn a_note_is_for_the_staff_and_changes_nothing(on: Engine) {
    let s = story(on).await;
    let (_, bob) = (s.online("Ann", 4).await, s.agent("Bob").await);
    let (it, ticket) = s.waiting().await;
    s.desk.note(s.fresh.workspace, bob, it.id, s.fresh.chat.id(), "VIP").await.unwrap();
    assert_eq!(s.ticket(it.id).await, ticket);
    assert_eq!(s.messages(it.id, Audience::Staff).await.len(), s.messages(it.id, Audience::All).await.len() + 1);
}

async fn nothing_crosses_the_workspace(on: Engine) {
    let (s, other) = (story(on).await, story(on).await);
    let (it, _) = s.waiting().await;
    let ann = s.agent("Ann").await;
    let stranger = other.agent("Eve").await;
    let elsewhere = other.fresh.workspace;
    let s_ws = s.fresh.workspace;
    assert!(matches!(s.desk.take(s_ws, stranger, it.id).await, Err(Error::NotFound)));
    assert!(matches!(s.desk.take(elsewhere, ann, it.id).await, Err(Error::NotFound)));
    assert!(matches!(s.desk.row(elsewhere, it.id).await, Err(Error::NotFound)));
    assert!(s.desk.place(elsewhere, it.id).await.unwrap().is_none());
    let id = s.ticket(it.id).await.id;
    assert!(matches!(ticket::find(s.fresh.chat.store(), elsewhere, id).await, Err(Error::NotFound)));
}
