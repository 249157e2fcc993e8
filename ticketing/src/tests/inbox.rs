use super::*;
use crate::{
    Status,
    inbox::{Cursor, Filter, Turn, View},
};
use chat::{DeviceId, cursor};

chat::on_every_engine!(
    each_view_shows_what_belongs_to_it,
    visitors_are_found_by_name_and_email_in_any_script,
    a_row_says_who_waits_since_when_and_what_is_unread,
    pages_follow_each_other_without_gaps_or_doubles
);

async fn names(s: &Story, filter: &Filter) -> Vec<ConversationId> {
    s.desk.list(s.fresh.workspace, filter).await.unwrap().rows.iter().map(|row| row.conversation).collect()
}

async fn each_view_shows_what_belongs_to_it(on: Engine) {
    let s = story(on).await;
    let ws = s.fresh.workspace;
    let ann = s.online("Ann", 1).await;
    let (mine, _) = s.waiting().await;
    s.later(1);
    let (queued, _) = s.waiting().await;
    s.later(1);
    let with_bot = s.asked().await;
    s.fresh.conversation("en").await.unwrap(); // opened, nothing said: nowhere
    s.later(1);
    let (done, _) = s.waiting().await;
    let bob = s.agent("Bob").await;
    s.desk.take(ws, bob, done.id).await.unwrap();
    s.desk.resolve(ws, bob, done.id).await.unwrap();
    let of = Filter::of;
    for (filter, expected) in [
        (of(View::Mine(ann)), vec![mine.id]),
        (of(View::Mine(bob)), vec![]),
        (Filter { status: Some(Status::Resolved), ..of(View::Mine(bob)) }, vec![done.id]),
        (of(View::Unassigned), vec![queued.id]),
        (of(View::All), vec![queued.id, mine.id]),
        (Filter { status: Some(Status::Resolved), ..of(View::All) }, vec![done.id]),
        (Filter { status: Some(Status::Open), ..of(View::All) }, vec![queued.id, mine.id]),
        (Filter { status: Some(Status::Pending), ..of(View::All) }, vec![]),
        (of(View::Bot), vec![with_bot.id]),
        (of(View::Everything), vec![done.id, with_bot.id, queued.id, mine.id]),
        (Filter { search: "#2".into(), ..of(View::Everything) }, vec![queued.id]),
        (Filter { search: "PARCEL".into(), ..of(View::All) }, vec![queued.id, mine.id]),
        (Filter { search: "100%".into(), ..of(View::Everything) }, vec![]),
        (Filter { conversation: Some(mine.id), ..of(View::Mine(ann)) }, vec![mine.id]),
        (Filter { conversation: Some(mine.id), ..of(View::Unassigned) }, vec![]),
        (Filter { team: Some(s.fresh.chat.id()), ..of(View::All) }, vec![]),
    ] {
        assert_eq!(names(&s, &filter).await, expected, "{filter:?}");
    }
    let counts = s.desk.counts(ws, ann).await.unwrap();
    assert_eq!((counts.mine, counts.unassigned, counts.all, counts.bot), (1, 1, 2, 1));
}

async fn visitors_are_found_by_name_and_email_in_any_script(on: Engine) {
    let s = story(on).await;
    let (it, _) = s.waiting().await;
    chat::visitor::label(s.fresh.chat.store(), s.fresh.workspace, it.visitor, Some("王小明"), Some("Ming@Example.org")).await.unwrap();
    for (words, found) in [("小明", 1), ("ming@example", 1), ("EXAMPLE.ORG", 1), ("nobody", 0), ("_", 0), ("%", 0), ("!", 0)] {
        let filter = Filter { search: words.into(), ..Filter::of(View::Everything) };
        assert_eq!(names(&s, &filter).await.len(), found, "{words}");
    }
}

async fn a_row_says_who_waits_since_when_and_what_is_unread(on: Engine) {
    let s = story(on).await;
    let ws = s.fresh.workspace;
    let it = s.asked().await;
    let begun = s.fresh.clock.now();
    let row = s.desk.row(ws, it.id).await.unwrap();
    assert_eq!((row.turn, row.waiting_since, row.unread), (Turn::Bot, Some(begun), 1));
    assert_eq!(row.last.as_ref().map(|last| (last.author.as_str(), last.body.as_str())), Some(("visitor", "My parcel is late")));
    s.later(5);
    let handed = s.desk.escalate(s.handover(&it)).await.unwrap();
    let row = s.desk.row(ws, it.id).await.unwrap();
    assert_eq!((row.turn, row.waiting_since), (Turn::Staff, handed.queued_at));
    s.later(5);
    let ann = s.online("Ann", 4).await;
    let row = s.desk.row(ws, it.id).await.unwrap();
    assert_eq!((row.turn, row.waiting_since), (Turn::Staff, handed.queued_at), "since the handover, not since the pick-up");
    assert_eq!(row.ticket.as_ref().and_then(|ticket| ticket.agent_name.as_deref()), Some("Ann"));
    s.reply(ann, it.id, "Hello").await.unwrap();
    let row = s.desk.row(ws, it.id).await.unwrap();
    assert_eq!((row.turn, row.waiting_since, row.unread), (Turn::Visitor, None, 1));
    let device: DeviceId = s.fresh.chat.id();
    cursor::mark(s.fresh.chat.store(), ws, it.id, cursor::Reader::Agent(ann), device, (row.last_seq, row.last_seq), begun).await.unwrap();
    s.later(5);
    s.fresh.say(&it, "Thanks").await.unwrap();
    let row = s.desk.row(ws, it.id).await.unwrap();
    assert_eq!((row.turn, row.waiting_since, row.unread), (Turn::Staff, Some(s.fresh.clock.now()), 1));
    s.desk.resolve(ws, ann, it.id).await.unwrap();
    let row = s.desk.row(ws, it.id).await.unwrap();
    assert_eq!((row.turn, row.waiting_since), (Turn::Done, None));
}

async fn pages_follow_each_other_without_gaps_or_doubles(on: Engine) {
    let s = story(on).await;
    let mut all = Vec::new();
    for n in 0..7 {
        s.later(n % 2);
        all.push(s.waiting().await.0.id);
    }
    for view in [View::Everything, View::All, View::Unassigned] {
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = s.desk.list(s.fresh.workspace, &Filter { after, limit: 3, ..Filter::of(view) }).await.unwrap();
            seen.extend(page.rows.iter().map(|row| row.conversation));
            let Some(next) = page.next else { break };
            assert_eq!(Cursor::parse(&next.text()), Some(next.clone()));
            after = Some(next);
        }
        assert_eq!(seen.len(), 7, "{view:?}");
        seen.sort_unstable();
        let mut expected = all.clone();
        expected.sort_unstable();
        assert_eq!(seen, expected, "{view:?}");
    }
    for wrong in ["", "1", "1.2", "1.2.x", "a.b.c", "1.2.'; DROP"] {
        assert_eq!(Cursor::parse(wrong), None, "{wrong}");
    }
}
