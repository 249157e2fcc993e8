//! Draft and shadow: people speak, and nothing of the bot reaches the visitor.

use chat::Audience;

use super::*;
use crate::{Mode, Settings};

const REFUND: &str = "How long does a refund take?";
const FIVE: &str = "[1]\nIt takes five working days. [1]";

async fn set(house: &House, mode: Mode) {
    let mut settings = Settings::get(&house.fresh.chat, house.fresh.workspace).await.expect("settings");
    settings.set_mode(mode);
    settings.put(&house.fresh.chat, house.fresh.workspace).await.expect("kept");
}

/// Everything the visitor hears of the conversation, until it is dropped.
fn ear(house: &House, of: &Conversation) -> (tokio::task::JoinHandle<()>, Arc<parking_lot::Mutex<Vec<String>>>) {
    let mut ear = house.fresh.chat.bus().subscribe(Topic::Visitor(of.workspace, of.visitor));
    let heard: Arc<parking_lot::Mutex<Vec<String>>> = Arc::default();
    let said = heard.clone();
    let task = tokio::spawn(async move {
        loop {
            if let Heard::News(news) = ear.next().await {
                said.lock().push(format!("{news:?}"));
            }
        }
    });
    (task, heard)
}

async fn agent_says(house: &House, of: &Conversation, body: &str) {
    let chat = &house.fresh.chat;
    let agent = chat.id();
    let append = chat::Append::new(of.workspace, of.id, chat.id(), Author::Agent(agent), body);
    chat.append(append).await.expect("said");
}

/// People have it, and the burst is over: the clock of a test stands still.
async fn handed_over(house: &House, of: &Conversation) {
    within(|| async { (house.now(of).await.speaker == Speaker::Queue).then_some(()) }).await;
    house.quiet(of).await;
    house.fresh.clock.advance(100);
}

async fn visible(house: &House, of: &Conversation) -> Vec<Message> {
    message::after(house.fresh.chat.store(), of.workspace, of.id, Audience::All, 0, 100).await.expect("messages")
}

#[tokio::test]
async fn a_draft_is_for_the_staff_and_the_visitor_waits_for_a_person() {
    let (house, _) = House::new(Some(Script::Say(FIVE, Duration::from_millis(10)))).await;
    set(&house, Mode::Draft).await;
    let it = house.conversation("en").await;
    let (task, heard) = ear(&house, &it);
    house.fresh.say(&it, REFUND).await.expect("said");
    handed_over(&house, &it).await;
    let draft = within(|| async { house.messages(&it).await.into_iter().find(|m| m.extra.draft) }).await;
    assert_eq!((draft.body.as_str(), draft.audience, draft.author), ("It takes five working days. [1]", Audience::Staff, Author::Bot));
    assert_eq!(house.bot.open_draft(it.workspace, it.id).await.expect("read"), Some(draft.seq));
    assert_eq!(house.now(&it).await.speaker, Speaker::Queue);
    let told: Vec<String> =
        visible(&house, &it).await.into_iter().filter(|m| m.author != Author::Visitor(it.visitor)).map(|m| m.body).collect();
    assert!(told.len() == 1 && told[0].contains("Nobody from our team is online"), "{told:?}");
    // More questions get more drafts; an answer of a person closes them.
    house.fresh.say(&it, "And how do I change my password?").await.expect("said");
    house.fresh.clock.advance(100);
    within(|| async { (house.messages(&it).await.iter().filter(|m| m.extra.draft).count() == 2).then_some(()) }).await;
    agent_says(&house, &it, "It takes five working days.").await;
    assert_eq!(house.bot.open_draft(it.workspace, it.id).await.expect("read"), None);
    tokio::time::sleep(Duration::from_millis(300)).await;
    task.abort();
    let heard = heard.lock().join("\n");
    assert!(!heard.contains("author: Bot") && !heard.contains("Draft {") && !heard.contains("working days. [1]"), "{heard}");
    let spent = house.bot.spent(it.workspace, Some(it.visitor)).await.expect("spent");
    assert!(spent.visitor.tokens > 0, "a draft costs what an answer costs");
}

#[tokio::test]
async fn a_shadow_leaves_no_message_and_is_compared() {
    let (house, _) = House::new(Some(Script::Say(FIVE, Duration::ZERO))).await;
    set(&house, Mode::Shadow).await;
    let it = house.conversation("en").await;
    let (task, heard) = ear(&house, &it);
    house.fresh.say(&it, REFUND).await.expect("said");
    handed_over(&house, &it).await;
    let done = || async {
        let sql = "SELECT asked_seq FROM beside WHERE conversation_id = $1 AND until = 0 AND outcome = 'answer'";
        sqlx::query(sql).bind(it.id.text()).fetch_optional(house.fresh.chat.store().read()).await.expect("rows")
    };
    within(done).await;
    agent_says(&house, &it, "Refunds take five working days.").await;
    let agreement = within(|| async {
        house.bot.agreement(it.workspace, 0, i64::MAX).await.expect("figures").into_iter().find(|row| row.questions == 1)
    })
    .await;
    assert!(agreement.answered == 1 && agreement.same == 1 && agreement.mean > 0.5 && !agreement.topic.is_empty(), "{agreement:?}");
    assert!(house.messages(&it).await.iter().all(|m| m.author != Author::Bot), "nobody sees a shadow");
    task.abort();
    assert!(!heard.lock().join("\n").contains("author: Bot"), "{:?}", heard.lock());
}

#[tokio::test]
async fn a_bot_that_dies_beside_people_is_replaced_and_says_it_once() {
    let (house, _) = House::new(Some(Script::Hang)).await;
    set(&house, Mode::Draft).await;
    let it = house.conversation("en").await;
    house.fresh.say(&it, REFUND).await.expect("said");
    handed_over(&house, &it).await;
    // Another bot has claimed it, and dies.
    let seq = house.now(&it).await.asked_seq;
    let claimed = || async {
        let sql = "SELECT asked_seq FROM beside WHERE conversation_id = $1";
        sqlx::query(sql).bind(it.id.text()).fetch_optional(house.fresh.chat.store().read()).await.expect("rows")
    };
    within(claimed).await;
    sqlx::query("UPDATE beside SET until = $2, outcome = '', draft_seq = NULL WHERE conversation_id = $1")
        .bind(it.id.text())
        .bind(house.fresh.chat.now() - 1)
        .execute(house.fresh.chat.store().write())
        .await
        .expect("a dead lease");
    let draft = within(|| async { house.messages(&it).await.into_iter().find(|m| m.extra.draft) }).await;
    assert!(draft.extra.extract && draft.seq > seq, "a model that hangs leaves what the passages say");
    tokio::time::sleep(Duration::from_millis(1_000)).await;
    assert_eq!(house.messages(&it).await.iter().filter(|m| m.extra.draft).count(), 1);
    assert_eq!(visible(&house, &it).await.iter().filter(|m| m.author == Author::Bot).count(), 0);
}
