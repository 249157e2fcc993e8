use super::*;
use crate::{Error, report::Range};
use chat::{Append, Author};

chat::on_every_engine!(the_figures_are_those_of_the_record, days_begin_where_the_reader_is);

const HOUR: i64 = 3_600_000;

async fn bot_answers(s: &Story, it: &Conversation) {
    let append = Append::new(s.fresh.workspace, it.id, s.fresh.chat.id(), Author::Bot, "Here you are");
    s.fresh.chat.append(Append { epoch: Some(it.epoch), considered: Some(1), ..append }).await.unwrap();
}

async fn the_figures_are_those_of_the_record(on: Engine) {
    let s = story(on).await;
    let ws = s.fresh.workspace;
    let from = s.fresh.clock.now();
    let ann = s.online("Ann", 10).await;
    s.fresh.conversation("en").await.unwrap(); // nothing said: no conversation
    s.asked().await; // nobody has answered yet
    bot_answers(&s, &s.asked().await).await;
    let taken = s.asked().await;
    s.desk.take(ws, ann, taken.id).await.unwrap();
    for (seconds, score) in [(10, Some(5)), (20, Some(2)), (90, None)] {
        let (it, _) = s.waiting().await;
        s.later(seconds);
        s.beat(ann).await;
        s.reply(ann, it.id, "Hello").await.unwrap();
        s.later(100);
        s.desk.resolve(ws, ann, it.id).await.unwrap();
        if let Some(score) = score {
            s.desk.csat(ws, it.visitor, it.id, score, "").await.unwrap();
        }
    }
    let to = s.fresh.clock.now() + 1;
    let report = s.desk.report(ws, Range { from, to, offset_ms: 0 }).await.unwrap();
    assert_eq!((report.conversations, report.bot_only, report.handed_over, report.taken_over), (6, 1, 3, 1));
    assert_eq!((report.tickets, report.resolved), (4, 3));
    assert_eq!((report.first_reply.count, report.first_reply.median_ms, report.first_reply.p90_ms), (3, Some(20_000), Some(90_000)));
    assert_eq!((report.resolution.median_ms, report.resolution.p90_ms), (Some(120_000), Some(190_000)));
    assert_eq!((report.csat.count, report.csat.average, report.csat.scores), (2, Some(3.5), [0, 1, 0, 0, 1]));
    assert_eq!(report.agents.len(), 1);
    assert_eq!((report.agents[0].name.as_str(), report.agents[0].tickets, report.agents[0].csat.count), ("Ann", 4, 2));
    assert_eq!(report.days.iter().map(|day| day.conversations).sum::<i64>(), 6);
    assert_eq!(report.days.iter().map(|day| day.csat.count).sum::<i64>(), 2);
    let before = s.desk.report(ws, Range { from: from - 2 * HOUR, to: from, offset_ms: 0 }).await.unwrap();
    assert_eq!((before.conversations, before.tickets, before.csat.average), (0, 0, None));
}

async fn days_begin_where_the_reader_is(on: Engine) {
    let s = story(on).await;
    s.asked().await;
    let now = s.fresh.clock.now();
    for (offset_ms, days) in [(0, 3), (8 * HOUR, 3), (-11 * HOUR, 3)] {
        let range = Range { from: now - 48 * HOUR, to: now + 1, offset_ms };
        let report = s.desk.report(s.fresh.workspace, range).await.unwrap();
        assert_eq!(report.days.len(), days, "{offset_ms}");
        assert_eq!(report.days.last().map(|day| (day.conversations, (day.at + offset_ms) % (24 * HOUR))), Some((1, 0)), "{offset_ms}");
    }
    for (from, to) in [(5, 5), (5, 4), (0, 401 * 24 * HOUR), (-1, 5)] {
        let wrong = Range { from, to, offset_ms: 0 };
        assert!(matches!(s.desk.report(s.fresh.workspace, wrong).await, Err(Error::Invalid(_))));
    }
}
