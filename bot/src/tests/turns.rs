//! Without a model: answers are quoted, wishes honoured, failures counted.

use super::*;
use crate::{Endpoint, Offline, Rule, Settings};

#[tokio::test]
async fn a_question_is_answered_with_a_source() {
    let house = House::plain().await;
    let it = house.conversation("en").await;
    let reply = house.ask(&it, "How long does a refund take?").await;
    assert_eq!(reply.author, Author::Bot);
    assert_eq!(reply.body, "A refund takes five working days. It goes to the card you paid with. [1]");
    assert!(reply.extra.extract && reply.extra.turn.is_some());
    assert_eq!(reply.extra.citations.len(), 1);
    assert_eq!(reply.extra.citations[0].n, 1);
    let now = house.now(&it).await;
    assert_eq!((now.answered_seq, now.turn, now.speaker), (1, None, Speaker::Bot));
    let turns = house.bot.turns(it.workspace, it.id, 10).await.expect("turns");
    assert_eq!(turns.len(), 1);
    assert_eq!((turns[0].outcome.as_deref(), turns[0].answer_seq, turns[0].asked_seq), (Some("answer"), Some(2), 1));
    assert!(turns[0].trace.passages.iter().any(|seen| seen.cited && seen.kept), "{:?}", turns[0].trace);
}

#[tokio::test]
async fn a_chinese_question_is_answered_in_chinese() {
    let house = House::plain().await;
    let it = house.conversation("en").await;
    let reply = house.ask(&it, "怎么申请退款？").await;
    assert_eq!(reply.body, "请在订单页面点击“申请退款”。退款会在五个工作日内退回到您的付款账户。[1]");
    let hello = house.ask(&it, "谢谢").await;
    assert!(hello.body.starts_with("不客气"), "{}", hello.body);
}

#[tokio::test]
async fn a_burst_is_one_turn() {
    let house = House::plain().await;
    let it = house.conversation("en").await;
    for body in ["Hi", "I have a question", "How do I change my password?"] {
        house.fresh.say(&it, body).await.expect("said");
    }
    let reply = house.reply(&it, 3).await;
    assert!(reply.body.contains("Change password"), "{}", reply.body);
    house.quiet(&it).await;
    assert_eq!(house.messages(&it).await.len(), 4);
    assert_eq!(house.bot.turns(it.workspace, it.id, 10).await.expect("turns").len(), 1);
}

#[tokio::test]
async fn a_wish_is_honoured_in_both_languages_and_by_button() {
    let house = House::plain().await;
    for (body, starts) in [("I want a human", "Of course."), ("转人工", "好的")] {
        let it = house.conversation("en").await;
        let reply = house.ask(&it, body).await;
        assert_eq!(reply.author, Author::System);
        assert!(reply.body.starts_with(starts), "{}", reply.body);
        let ticket = house.ticket(&it).await;
        assert_eq!(ticket.reason, ticketing::Reason::Wish);
        assert_eq!(house.now(&it).await.speaker, Speaker::Queue);
    }
    let it = house.conversation("en").await;
    let mut append = chat::Append::new(it.workspace, it.id, house.fresh.chat.id(), Author::Visitor(it.visitor), "Talk to a person");
    append.extra.wish = Some("person".into());
    house.fresh.chat.append(append).await.expect("said");
    assert_eq!(house.reply(&it, 1).await.author, Author::System);
}

#[tokio::test]
async fn three_failures_hand_over_with_a_packet() {
    let house = House::plain().await;
    let it = house.conversation("en").await;
    let first = house.ask(&it, "Can I pay with seashells?").await;
    assert_eq!(first.author, Author::Bot);
    let person = first.extra.buttons.last().expect("a button");
    assert_eq!((person.label.as_str(), person.wish.as_deref()), ("Talk to a person", Some("person")));
    let second = house.ask(&it, "Do you accept cowries as currency").await;
    assert_ne!(first.body, second.body);
    let third = house.ask(&it, "And what about glass beads of Murano").await;
    assert_eq!(third.author, Author::System);
    let ticket = house.ticket(&it).await;
    assert_eq!(ticket.reason, ticketing::Reason::Unanswered);
    assert!(ticket.packet.summary.contains("glass beads"), "{:?}", ticket.packet);
    assert_eq!(ticket.packet.tried.len(), 2, "{:?}", ticket.packet.tried);
    within(|| async {
        let gaps = knowledge::gap::list(house.fresh.chat.store(), it.workspace, false, 10).await.expect("gaps");
        (gaps.len() == 3).then_some(())
    })
    .await;
}

#[tokio::test]
async fn useless_answers_and_thumbs_count_as_failures() {
    let house = House::plain().await;
    let it = house.conversation("en").await;
    let answer = house.ask(&it, "How long does a refund take?").await;
    let back = house.ask(&it, "That didn't help").await;
    assert!(back.body.contains("sorry"), "{}", back.body);
    assert!(back.extra.buttons.iter().any(|button| button.wish.is_some()));
    house.bot.rate(it.workspace, it.visitor, it.id, answer.seq, -1).await.expect("rated");
    let again = house.ask(&it, "How do I cancel my subscription?").await;
    assert_eq!(again.author, Author::Bot);
    house.bot.rate(it.workspace, it.visitor, it.id, again.seq, -1).await.expect("rated");
    assert_eq!(house.now(&it).await.speaker, Speaker::Bot, "two failures are not three");
    let third = house.ask(&it, "Which countries do you ship to?").await;
    house.bot.rate(it.workspace, it.visitor, it.id, third.seq, -1).await.expect("rated");
    assert_eq!(house.now(&it).await.speaker, Speaker::Queue, "a third thumb down hands over at once");
    assert_eq!(house.ticket(&it).await.reason, ticketing::Reason::Unanswered);
    let report = house.bot.report(it.workspace, 0, i64::MAX).await.expect("a report");
    assert_eq!((report.answered, report.clarified, report.unhelpful, report.conversations), (3, 1, 3, 1));
}

#[tokio::test]
async fn a_thumb_is_only_for_the_visitor_and_only_on_the_bot() {
    let house = House::plain().await;
    let (it, other) = (house.conversation("en").await, house.conversation("en").await);
    let answer = house.ask(&it, "How long does a refund take?").await;
    let rate = |visitor, seq, score| house.bot.rate(it.workspace, visitor, it.id, seq, score);
    assert!(matches!(rate(other.visitor, answer.seq, 1).await, Err(crate::Error::NotFound)));
    assert!(matches!(rate(it.visitor, 1, 1).await, Err(crate::Error::NotFound)), "not on the visitor's own message");
    assert!(matches!(rate(it.visitor, 99, 1).await, Err(crate::Error::NotFound)));
    assert!(matches!(rate(it.visitor, answer.seq, 5).await, Err(crate::Error::Invalid(_))));
    rate(it.visitor, answer.seq, -1).await.expect("rated");
    rate(it.visitor, answer.seq, 1).await.expect("rated again");
    let report = house.bot.report(it.workspace, 0, i64::MAX).await.expect("a report");
    assert_eq!((report.helpful, report.unhelpful), (1, 0));
}

#[tokio::test]
async fn rules_and_forbidden_topics_hand_over() {
    let house = House::plain().await;
    let workspace = house.fresh.workspace;
    let rule = Rule { name: "legal".into(), keywords: vec!["lawyer".into(), "律师".into()], priority: 1, ..Rule::default() };
    let settings = Settings { rules: vec![rule], forbidden: vec!["medical advice".into()], ..Settings::default() };
    settings.put(&house.fresh.chat, workspace).await.expect("kept");
    for (body, priority) in
        [("My lawyer will write to you about the refund", 1), ("我要找律师", 1), ("I need medical advice on this refund", 3)]
    {
        let it = house.conversation("en").await;
        let reply = house.ask(&it, body).await;
        assert_eq!(reply.author, Author::System, "{body}");
        let ticket = house.ticket(&it).await;
        assert_eq!((ticket.reason, ticket.priority.rank()), (ticketing::Reason::Rule, priority), "{body}");
    }
}

#[tokio::test]
async fn small_talk_needs_no_knowledge() {
    let house = House::plain().await;
    let it = house.conversation("zh").await;
    assert!(house.ask(&it, "你好").await.body.starts_with("您好"));
    assert!(house.ask(&it, "你是机器人吗？").await.body.contains("自动应答"));
    let en = house.conversation("en").await;
    assert!(house.ask(&en, "Hello!").await.body.starts_with("Hello"));
    assert_eq!(house.now(&en).await.speaker, Speaker::Bot);
}

#[tokio::test]
async fn a_follow_up_leans_on_the_question_before() {
    let house = House::plain().await;
    let it = house.conversation("en").await;
    house.ask(&it, "How long does a refund take?").await;
    let reply = house.ask(&it, "How do I change it?").await;
    let shown: Vec<&str> = reply.extra.citations.iter().map(|c| c.heading.as_str()).collect();
    assert!(!shown.contains(&"How long does a refund take?"), "the same answer again: {}", reply.body);
}

#[tokio::test]
async fn a_yes_to_the_offer_of_a_person_is_a_wish() {
    let house = House::plain().await;
    let it = house.conversation("en").await;
    house.ask(&it, "How long does a refund take?").await;
    house.ask(&it, "not helpful").await;
    assert_eq!(house.ask(&it, "yes please").await.author, Author::System);
}

#[tokio::test]
async fn the_sweep_finds_what_news_missed() {
    let house = House::plain().await;
    let it = house.conversation("en").await;
    let append = chat::Append::new(it.workspace, it.id, house.fresh.chat.id(), Author::Visitor(it.visitor), "How do I change my password?");
    let mut tx = house.fresh.chat.begin().await.expect("a transaction");
    house.fresh.chat.append_in(&mut tx, append).await.expect("said");
    tx.commit().await.expect("committed, and nobody is told");
    assert_eq!(house.reply(&it, 1).await.author, Author::Bot);
}

#[tokio::test]
async fn a_dead_bot_is_replaced_when_its_lease_ends() {
    let house = House::plain().await;
    let it = house.conversation("en").await;
    let until = house.fresh.clock.now() + 2_000;
    sqlx::query("UPDATE conversation SET turn_id = 'dead', turn_until = $2 WHERE id = $1")
        .bind(it.id.text())
        .bind(until)
        .execute(house.fresh.chat.store().write())
        .await
        .expect("a lease of another");
    house.fresh.say(&it, "How do I change my password?").await.expect("said");
    tokio::time::sleep(Duration::from_millis(400)).await;
    assert_eq!(house.messages(&it).await.len(), 1, "the lease is respected");
    house.fresh.clock.advance(2_001);
    assert_eq!(house.reply(&it, 1).await.author, Author::Bot);
}

#[tokio::test]
async fn words_are_explained_even_when_the_bot_died_after_them() {
    let house = House::plain().await;
    let it = house.conversation("en").await;
    let ends = [("Can I pay with seashells?", "clarify"), ("How do I change my password?", "answer"), ("I want a human", "handover")];
    for (body, outcome) in ends {
        let reply = house.ask(&it, body).await;
        let told = house.turn(&reply).await;
        let sql = "UPDATE turn SET outcome = NULL, answer_seq = NULL, finished_at = NULL WHERE id = $1";
        let died = sqlx::query(sql).bind(told.id.text()).execute(house.fresh.chat.store().write()).await.expect("a turn that died");
        assert_eq!(died.rows_affected(), 1);
        if reply.author == Author::Bot {
            let now = house.bot.turn_of(it.workspace, it.id, reply.seq).await.expect("a turn");
            assert_eq!((now.id, &now.trace, now.rule.as_str()), (told.id, &told.trace, told.rule.as_str()));
        }
        let ended = house.turn(&reply).await;
        assert_eq!((ended.id, ended.outcome.as_deref(), ended.answer_seq), (told.id, Some(outcome), told.answer_seq), "{body}");
    }
}

#[tokio::test]
async fn what_a_bot_did_not_say_any_more_was_not_said() {
    let house = House::plain().await;
    let it = house.conversation("en").await;
    let answer = house.ask(&it, "How do I change my password?").await;
    let handed = house.ask(&it, "agent please").await;
    // The same turns again, of bots that died before they said it: others have answered since.
    for (last, said) in [(1, &answer), (2, &handed)] {
        let (like, id) = (house.turn(said).await, format!("00000000-0000-7000-8000-00000000000{last}"));
        let sql = "INSERT INTO turn (id, workspace_id, conversation_id, epoch, asked_seq, rule, trace, created_at)
                   SELECT $2, workspace_id, conversation_id, epoch, asked_seq, rule, trace, created_at FROM turn WHERE id = $1";
        sqlx::query(sql).bind(like.id.text()).bind(&id).execute(house.fresh.chat.store().write()).await.expect("a dead turn");
        let ended = within(|| async {
            let turns = house.bot.turns(it.workspace, it.id, 10).await.expect("turns");
            turns.into_iter().find(|turn| turn.id.text() == id && turn.outcome.is_some())
        })
        .await;
        assert_eq!((ended.outcome.as_deref(), ended.answer_seq), (Some("failed"), None));
        assert_eq!(house.turn(said).await.id, like.id);
    }
}

#[tokio::test]
async fn a_question_that_stops_turns_goes_to_people() {
    let house = House::plain().await;
    let it = house.conversation("en").await;
    for _ in 0..2 {
        let id: chat::TurnId = house.fresh.chat.id();
        sqlx::query("INSERT INTO turn (id, workspace_id, conversation_id, epoch, asked_seq, rule, trace, created_at) VALUES ($1, $2, $3, 1, 1, '', '{}', 0)")
            .bind(id.text())
            .bind(it.workspace.text())
            .bind(it.id.text())
            .execute(house.fresh.chat.store().write())
            .await
            .expect("a turn that never ended");
    }
    assert_eq!(house.ask(&it, "How do I change my password?").await.author, Author::System);
    assert_eq!(house.ticket(&it).await.reason, ticketing::Reason::Model);
}

#[tokio::test]
async fn a_bot_that_stays_says_that_nobody_is_there() {
    let house = House::plain().await;
    let settings = Settings { offline: Offline::Stay, max_failed: 1, ..Settings::default() };
    settings.put(&house.fresh.chat, house.fresh.workspace).await.expect("kept");
    let it = house.conversation("en").await;
    let reply = house.ask(&it, "Can I pay with seashells?").await;
    assert_eq!(reply.author, Author::Bot);
    assert!(reply.body.contains("nobody from our team is online"), "{}", reply.body);
    assert_eq!(house.ask(&it, "agent please").await.author, Author::System, "a wish is honoured all the same");
}

#[tokio::test]
async fn nobody_online_is_said_honestly() {
    let house = House::plain().await;
    let it = house.conversation("zh").await;
    let reply = house.ask(&it, "转人工").await;
    assert!(reply.body.contains("没有客服在线") && reply.body.contains("邮箱"), "{}", reply.body);
    let agent = house.fresh.agent("Ann", chat::agent::Role::Agent).await.expect("an agent");
    house.desk.heartbeat(it.workspace, agent.id, ticketing::Availability::Online).await.expect("online");
    let other = house.conversation("zh").await;
    let reply = house.ask(&other, "转人工").await;
    assert!(!reply.body.contains("邮箱"), "{}", reply.body);
}

#[tokio::test]
async fn asking_in_the_playground_writes_nothing() {
    let house = House::plain().await;
    let asked = house.bot.ask(house.fresh.workspace, "How long does a refund take?", "en").await.expect("asked");
    assert_eq!((asked.verdict.name(), asked.rule, asked.extract), ("answer", "passages", true));
    assert!(asked.found.hits.iter().any(|hit| hit.kept));
    let wish = house.bot.ask(house.fresh.workspace, "转人工", "zh").await.expect("asked");
    assert_eq!((wish.verdict.name(), wish.rule), ("handover", "wish"));
    let near = house.bot.ask(house.fresh.workspace, "Can I pay with seashells?", "en").await.expect("asked");
    assert_eq!(near.verdict.name(), "clarify");
    let row =
        sqlx::query("SELECT CAST(COUNT(*) AS BIGINT) AS n FROM turn").fetch_one(house.fresh.chat.store().read()).await.expect("a count");
    assert_eq!(sqlx::Row::get::<i64, _>(&row, "n"), 0);
}

#[tokio::test]
async fn a_bot_that_stops_gives_its_turn_back() {
    let house = House::plain().await;
    let it = house.conversation("en").await;
    house.fresh.say(&it, "How do I change my password?").await.expect("said");
    within(|| async { house.now(&it).await.turn }).await;
    house.stop.cancel();
    house.quiet(&it).await;
    assert_eq!(house.messages(&it).await.len(), 1, "nothing was said");
    let now = house.now(&it).await;
    assert_eq!((now.speaker, now.answered_seq), (Speaker::Bot, 0), "the next bot finds it due");
}

#[test]
fn an_endpoint_without_a_name_is_refused() {
    let model = Endpoint { url: "http://127.0.0.1:1/v1".into(), ..Endpoint::default() };
    assert!(Settings { model, ..Settings::default() }.validate().is_err());
}
