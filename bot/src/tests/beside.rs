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
pub(super) async fn handed_over(house: &House, of: &Conversation) {
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
    let why = within(|| async { house.bot.turn_of(it.workspace, it.id, draft.seq).await.ok().filter(|turn| turn.rule == "model") }).await;
    assert_eq!((Some(why.id), why.outcome.as_deref(), why.trace.question.as_str()), (draft.extra.turn, Some("answer"), REFUND));
    assert!(why.trace.passages.iter().any(|seen| seen.cited) && why.trace.calls.len() == 1, "{:?}", why.trace);
    let again = house.bot.replay(it.workspace, it.id, &why).await.expect("replayed");
    assert_eq!(again.answer, draft.body, "asked again, it says the same");
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

#[tokio::test]
async fn bot_and_people_are_compared_by_intent_and_a_rule_lets_it_speak() {
    let (house, _) = House::new(Some(Script::Say(FIVE, Duration::ZERO))).await;
    let (chat, workspace) = (&house.fresh.chat, house.fresh.workspace);
    let intent = |name: &str, examples: &[&str]| crate::Intent {
        name: name.into(),
        examples: examples.iter().map(|text| (*text).to_owned()).collect(),
        ..crate::Intent::default()
    };
    let mut settings = Settings {
        intents: vec![
            intent("refund", &["How long does a refund take?", "I want my money back", "when do I get the refund"]),
            intent("login", &["I cannot log in", "How do I change my password?"]),
        ],
        ..Settings::default()
    };
    settings.set_mode(Mode::Shadow);
    settings.put(chat, workspace).await.expect("kept");
    let answer = async |question: &str, answer: &str, rows: i64| {
        let it = house.conversation("en").await;
        house.fresh.say(&it, question).await.expect("said");
        handed_over(&house, &it).await;
        let done = || async {
            let sql = "SELECT asked_seq FROM beside WHERE conversation_id = $1 AND until = 0";
            sqlx::query(sql).bind(it.id.text()).fetch_optional(chat.store().read()).await.expect("rows")
        };
        within(done).await;
        agent_says(&house, &it, answer).await;
        let all = || async {
            let scores = house.bot.scores(workspace, 0, i64::MAX).await.expect("scores");
            (scores.iter().map(|score| score.questions).sum::<i64>() == rows).then_some(())
        };
        within(all).await;
        it
    };
    answer(REFUND, "Refunds take five working days.", 1).await;
    let other = answer("How long until the refund is there?", "Please write to our bank, we do not know about money.", 2).await;
    let scores = house.bot.scores(workspace, 0, i64::MAX).await.expect("scores");
    assert_eq!(scores.iter().map(|score| score.intent.as_deref()).collect::<Vec<_>>(), [Some("refund"), Some("login")]);
    assert_eq!((scores[0].questions, scores[0].answered, scores[0].same), (2, 2, 1));
    assert_eq!((scores[0].grade(), scores[1].grade()), (crate::Grade::Early(None), crate::Grade::Silent));
    let apart = house.bot.disagreements(workspace, 0, i64::MAX, Some("refund"), 10).await.expect("read");
    assert_eq!((apart.len(), apart[0].conversation, &apart[0].why), (1, other.id, &crate::Why::Words), "{apart:?}");
    assert!(apart[0].people.contains("bank") && apart[0].bot.contains("five") && apart[0].question.contains("until"), "{apart:?}");
    assert!(house.bot.disagreements(workspace, 0, i64::MAX, None, 10).await.expect("read").is_empty());
    // Somebody reads both, and finds them the same.
    house.bot.judge(workspace, other.id, apart[0].asked, true, chat.id()).await.expect("judged");
    assert_eq!(house.bot.scores(workspace, 0, i64::MAX).await.expect("scores")[0].same, 2);
    assert!(matches!(house.bot.judge(workspace, other.id, 99, true, chat.id()).await, Err(crate::Error::NotFound)));
    // Let for this intent alone: tried first, then seen in the trace.
    let mut loose = settings.clone();
    loose.let_speak("refund");
    loose.let_speak("refund");
    assert_eq!(loose.rules.len(), 1);
    let run = house.bot.dry_run(workspace, &loose).await.expect("a dry run");
    assert_eq!((run.tried, run.changed, run.answered), (2, 2, (0, 2)), "{run:?}");
    assert!(run.changes.iter().all(|change| (change.rule, change.named.as_deref()) == ("let_speak", Some("refund"))), "{run:?}");
    loose.put(chat, workspace).await.expect("kept");
    let it = house.conversation("en").await;
    let reply = house.ask(&it, REFUND).await;
    assert_eq!((reply.author, reply.audience), (Author::Bot, Audience::All));
    let turn = house.turn(&reply).await;
    assert_eq!(turn.trace.rules, ["let_speak", "model"]);
    assert_eq!(turn.trace.named.as_deref(), Some("refund"));
    house.fresh.say(&it, "How do I change my password?").await.expect("said");
    within(|| async { (house.now(&it).await.speaker == Speaker::Queue).then_some(()) }).await;
    loose.silence("refund");
    assert!(loose.rules.is_empty());
}

#[tokio::test]
async fn it_measures_beside_people_what_it_measures_before_visitors() {
    let (house, _) = House::new(Some(Script::Say(FIVE, Duration::ZERO))).await;
    let (chat, workspace) = (&house.fresh.chat, house.fresh.workspace);
    let when = crate::When { attribute: "plan".into(), value: "pro".into(), ..crate::When::default() };
    let rule = crate::Rule { name: "the pro plan".into(), when, ..crate::Rule::default() };
    Settings { rules: vec![rule], ..Settings::default() }.put(chat, workspace).await.expect("kept");
    set(&house, Mode::Draft).await;
    let thought = async |of: &Conversation| {
        let sql = "SELECT outcome, trace FROM beside WHERE conversation_id = $1 AND until = 0";
        let row = within(|| async { sqlx::query(sql).bind(of.id.text()).fetch_optional(chat.store().read()).await.expect("rows") }).await;
        let trace: crate::Trace = chat::row::json(&row, "trace").expect("a trace");
        (sqlx::Row::get::<String, _>(&row, "outcome"), trace)
    };
    for (plan, outcome, named) in [("pro", "handover", Some("the pro plan")), ("free", "answer", None)] {
        let it = house.conversation("en").await;
        let identity = chat::visitor::Identity {
            subject: plan.into(),
            claims: [("plan".to_owned(), plan.into())].into_iter().collect(),
            until: chat.now() + 3_600_000,
        };
        chat::visitor::identify(chat.store(), workspace, Some(it.visitor), chat.id(), &identity, "en", 0).await.expect("identified");
        let extra = chat::Extra { subject: Some(plan.into()), ..chat::Extra::default() };
        let said = chat::Append { extra, ..chat::Append::new(workspace, it.id, chat.id(), Author::Visitor(it.visitor), REFUND) };
        chat.append(said).await.expect("said");
        handed_over(&house, &it).await;
        let (came, trace) = thought(&it).await;
        assert_eq!((came.as_str(), trace.named.as_deref()), (outcome, named), "{plan}: {trace:?}");
        assert_eq!(trace.signals.expect("signals").inbox, Some(it.inbox));
    }
}

#[tokio::test]
async fn what_it_could_not_draft_is_a_gap_once() {
    let (house, _) = House::new(Some(Script::Say("NO_ANSWER", Duration::ZERO))).await;
    set(&house, Mode::Draft).await;
    let it = house.conversation("en").await;
    let seq = house.fresh.say(&it, "How long does a refund take in Murano? I am jo@mail.example").await.expect("said");
    handed_over(&house, &it).await;
    let gaps = within(|| async {
        let gaps = knowledge::gap::list(house.fresh.chat.store(), it.workspace, false, 10).await.expect("gaps");
        (!gaps.is_empty()).then_some(gaps)
    })
    .await;
    assert_eq!((gaps.len(), gaps[0].asked, gaps[0].conversation, gaps[0].seq), (1, 1, Some(it.id), Some(seq)));
    assert!(gaps[0].reason == "model_declined" && !gaps[0].question.contains("jo@"), "{gaps:?}");
}
