//! Words that are not said any more stand nowhere but with the admins.

use chat::Append;
use knowledge::{
    case::{self, State},
    gap,
};
use sqlx::Row;

use super::*;

/// Everything that was made of what was said, but the wordings that admins read and the account of the door.
async fn everything(house: &House) -> String {
    let mut all = String::new();
    for (table, columns) in [
        ("message", "body || extra"),
        ("turn", "trace"),
        ("beside", "body || COALESCE(trace, '')"),
        ("tool_call", "question"),
        ("gap", "question || folded"),
        ("test_case", "question || folded || history || target"),
        ("ticket", "subject || packet"),
        ("audit", "detail"),
    ] {
        let sql = format!("SELECT {columns} AS text FROM {table} WHERE workspace_id = $1");
        let query = sqlx::query(sqlx::AssertSqlSafe(sql)).bind(house.fresh.workspace.text());
        for row in query.fetch_all(house.fresh.chat.store().read()).await.expect("rows") {
            all.push_str(row.try_get::<&str, _>("text").expect("text"));
            all.push('\n');
        }
    }
    all
}

async fn change(house: &House, of: &Conversation, seq: i64, body: Option<&str>) {
    let (id, author) = (house.fresh.chat.id(), Author::Visitor(of.visitor));
    let append = match body {
        Some(body) => Append::edit(of.workspace, (of.id, seq), id, author, body, 60_000),
        None => Append::recall(of.workspace, (of.id, seq), id, author, 60_000),
    };
    house.fresh.chat.append(append).await.expect("changed");
}

/// Waits until no copy is looked for any more.
async fn gone(house: &House) {
    within(|| async {
        let due = chat::change::ended(house.fresh.chat.store(), house.fresh.chat.now(), 10).await.expect("asked");
        due.is_empty().then_some(())
    })
    .await;
}

async fn cases(house: &House) -> Vec<case::Case> {
    case::list(house.fresh.chat.store(), house.fresh.workspace, State::Proposed, 10).await.expect("cases")
}

const SEASHELLS: &str = "Can I pay with seashells from Kilkenny?";

#[tokio::test]
async fn a_recalled_question_leaves_traces_gaps_cases_and_the_ticket() {
    let house = House::plain().await;
    let it = house.conversation("en").await;
    house.ask(&it, SEASHELLS).await;
    house.ask(&it, "I want a human").await;
    let agent = house.fresh.agent("Ada", chat::agent::Role::Admin).await.expect("an agent").id;
    house.desk.reply(it.workspace, agent, it.id, house.fresh.chat.id(), "Zebras graze quietly.").await.expect("replied");
    house.bot.learn(it.workspace, it.id).await.expect("learnt");
    let before = everything(&house).await;
    assert!(before.matches("Kilkenny").count() > 4 && cases(&house).await.len() == 2, "{before}");
    change(&house, &it, 1, None).await;
    gone(&house).await;
    let after = everything(&house).await;
    assert!(!after.to_lowercase().contains("kilkenny"), "{after}");
    assert!(after.contains("I want a human"), "what was not taken back stays: {after}");
    assert_eq!(cases(&house).await.len(), 1, "the wish for a person is still said");
    let ticket = house.ticket(&it).await;
    assert!(!ticket.subject.is_empty() && ticket.packet.wish.contains("person"), "{ticket:?}");
    // Who writes of it late is found by the second look.
    let late = "UPDATE turn SET trace = $2 WHERE workspace_id = $1";
    let trace = serde_json::json!({ "question": SEASHELLS, "query": SEASHELLS }).to_string();
    sqlx::query(late).bind(it.workspace.text()).bind(trace).execute(house.fresh.chat.store().write()).await.expect("written");
    house.fresh.clock.advance(600_001);
    gone(&house).await;
    assert!(!everything(&house).await.contains("Kilkenny"));
    house.fresh.clock.advance(600_001);
    let due = chat::change::ended(house.fresh.chat.store(), house.fresh.chat.now(), 10).await.expect("asked");
    assert!(due.is_empty(), "twice is enough");
}

#[tokio::test]
async fn a_gap_that_others_ask_too_is_asked_once_less() {
    let house = House::plain().await;
    let (one, two) = (house.conversation("en").await, house.conversation("en").await);
    house.ask(&one, SEASHELLS).await;
    house.ask(&two, &SEASHELLS.to_uppercase()).await;
    let gaps = || async { gap::list(house.fresh.chat.store(), house.fresh.workspace, false, 10).await.expect("gaps") };
    let asked = |gaps: Vec<gap::Gap>| gaps.iter().map(|gap| (gap.asked, gap.conversation)).collect::<Vec<_>>();
    within(|| async { (asked(gaps().await) == [(2, Some(two.id))]).then_some(()) }).await;
    change(&house, &one, 1, Some("Something else about Kilkenny?")).await;
    gone(&house).await;
    assert_eq!(asked(gaps().await), [(1, Some(two.id))]);
    change(&house, &two, 1, None).await;
    gone(&house).await;
    assert!(gaps().await.is_empty(), "the first to ask and the last: {:?}", gaps().await);
}

#[tokio::test]
async fn what_is_still_said_stays() {
    let house = House::plain().await;
    let it = house.conversation("en").await;
    house.ask(&it, SEASHELLS).await;
    let before = house.bot.turns(it.workspace, it.id, 10).await.expect("turns");
    change(&house, &it, 1, Some(&format!("{SEASHELLS} I have many."))).await;
    gone(&house).await;
    let turns = house.bot.turns(it.workspace, it.id, 10).await.expect("turns");
    assert_eq!(turns, before, "there are only more words around them");
    change(&house, &it, 1, Some("Can I pay with cards?")).await;
    gone(&house).await;
    let turns = house.bot.turns(it.workspace, it.id, 10).await.expect("turns");
    assert!(turns.iter().all(|turn| turn.trace.question.is_empty() && turn.trace.signals.is_none()), "{turns:?}");
}

#[tokio::test]
async fn a_wording_that_cannot_be_gone_through_holds_up_no_other() {
    let house = House::plain().await;
    let (one, two) = (house.conversation("en").await, house.conversation("en").await);
    house.ask(&one, SEASHELLS).await;
    house.ask(&one, "I want a human").await;
    house.ask(&two, SEASHELLS).await;
    let store = house.fresh.chat.store();
    let broken = sqlx::query("UPDATE ticket SET reason = 'nonsense' WHERE workspace_id = $1").bind(one.workspace.text());
    assert_eq!(broken.execute(store.write()).await.expect("written").rows_affected(), 1);
    change(&house, &one, 1, None).await;
    house.fresh.clock.advance(1);
    change(&house, &two, 1, None).await;
    gone(&house).await;
    let turns = house.bot.turns(two.workspace, two.id, 10).await.expect("turns");
    assert!(turns.iter().all(|turn| turn.trace.question.is_empty()), "{turns:?}");
    let later = chat::change::ended(store, house.fresh.chat.now() + 600_000, 10).await.expect("asked");
    assert!(later.iter().any(|ended| ended.conversation == one.id), "it is tried again: {later:?}");
}
