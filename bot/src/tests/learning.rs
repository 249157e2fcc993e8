//! What is learnt from people, and what is frozen, tried and run again.

use chat::{AgentId, agent::Role};
use knowledge::{
    case::{self, Expect, Origin, State},
    library,
    release::{self, At, Decision, Signature},
};

use super::*;
use crate::{Error, Rewrite};

impl House {
    async fn agent(&self) -> AgentId {
        self.agent_named("Ada").await
    }

    async fn agent_named(&self, name: &str) -> AgentId {
        self.fresh.agent(name, Role::Admin).await.expect("an agent").id
    }

    /// Writes another answer to the first question of the shelf.
    async fn refund(&self, answer: &str) {
        let shelf = library::list(self.fresh.chat.store(), self.fresh.workspace).await.expect("libraries").remove(0);
        self.bot.inner.knowledge.write_answer(self.fresh.workspace, shelf.id, SHELF[0].0, answer).await.expect("an answer");
    }

    async fn cases(&self) -> Vec<case::Case> {
        case::list(self.fresh.chat.store(), self.fresh.workspace, State::Proposed, 10).await.expect("cases")
    }
}

#[tokio::test]
async fn a_trace_tells_everything_and_is_run_again_on_todays_knowledge() {
    let house = House::plain().await;
    let it = house.conversation("en").await;
    let reply = house.ask(&it, SHELF[0].0).await;
    let turn = house.bot.turn_of(it.workspace, it.id, reply.seq).await.expect("its turn");
    let trace = &turn.trace;
    let signals = trace.signals.as_ref().expect("signals");
    assert!(signals.kept > 0 && signals.best > 0.9 && trace.revision > 0 && trace.times.keep_ms.is_some(), "{trace:?}");
    assert!(trace.passages.iter().any(|seen| !seen.kept && !seen.why.is_empty()), "rejected ones with why: {trace:?}");
    assert_eq!((trace.release, trace.model_said, trace.rules.as_slice()), (None, None, ["passages".to_owned()].as_slice()));
    house.refund("A refund takes two days.").await;
    let again = house.bot.replay(it.workspace, it.id, &turn).await.expect("replayed");
    assert_eq!(again.answer, "A refund takes two days. [1]");
    assert_eq!(house.messages(&it).await.len(), 2, "nothing was said");
    // A handover is told, too.
    let event = house.ask(&it, "I want a human").await;
    let turn = house.turn(&event).await;
    assert_eq!((turn.outcome.as_deref(), turn.rule.as_str()), (Some("handover"), "wish"));
    assert!(matches!(house.bot.turn_of(it.workspace, it.id, 1).await, Err(Error::NotFound)));
}

#[tokio::test]
async fn thumbs_corrections_and_handovers_propose_cases() {
    let house = House::plain().await;
    let it = house.conversation("en").await;
    let reply = house.ask(&it, SHELF[0].0).await;
    house.bot.rate(it.workspace, it.visitor, it.id, reply.seq, -1).await.expect("rated");
    let proposed = house.cases().await;
    assert_eq!((proposed.len(), proposed[0].expect, proposed[0].origin), (1, Expect::Refuse, Origin::Thumb));
    assert_eq!(proposed[0].question, SHELF[0].0);
    // Nobody knows; a person answers with what stands in another document, and one with what stands nowhere.
    for (name, question, answer, expect) in [
        ("Ann", "Can I pay with seashells?", "Hello! We ship to Germany, France and Spain.", Expect::Cite),
        ("Bob", "May my cat come along?", "Zebras graze quietly. Thanks!", Expect::Fact),
        ("Cid", "Is pasta for jo@mail.example?", "Yes, it is cooked daily.", Expect::Fact),
    ] {
        let it = house.conversation("en").await;
        house.ask(&it, question).await;
        house.ask(&it, "I want a human").await;
        let agent = house.agent_named(name).await;
        house.desk.reply(it.workspace, agent, it.id, house.fresh.chat.id(), answer).await.expect("replied");
        house.bot.learn(it.workspace, it.id).await.expect("learnt");
        house.bot.learn(it.workspace, it.id).await.expect("nothing new");
        let proposed = house.cases().await;
        assert!(!format!("{proposed:?}").contains("jo@mail"), "who asked is not kept: {proposed:?}");
        let mine: Vec<_> = proposed.iter().filter(|case| case.question == knowledge::redact::without(question)).collect();
        assert_eq!(mine.len(), 1, "{proposed:?}");
        assert_eq!((mine[0].expect, mine[0].origin), (expect, Origin::Correction), "{mine:?}");
        if name == "Bob" {
            assert_eq!(mine[0].target, "Zebras graze quietly.");
        }
    }
    assert_eq!(house.cases().await.iter().filter(|case| case.expect == Expect::HandOver).count(), 1, "the same wish is one case");
}

#[tokio::test]
async fn a_test_set_is_run_with_both_releases_and_visitors_are_answered_by_theirs() {
    let house = House::plain().await;
    let (chat, workspace) = (&house.fresh.chat, house.fresh.workspace);
    let by = house.agent().await;
    let shelf = knowledge::document::named(chat.store(), workspace, SHELF[2].0).await.expect("looked up").expect("a document");
    let new = |question: &str, expect, target: &str| case::New {
        question: question.into(),
        history: vec![],
        locale: "en".into(),
        expect,
        target: target.into(),
        state: State::Accepted,
        origin: Origin::Written,
        place: None,
    };
    for case in [
        new(SHELF[0].0, Expect::Fact, "five working days"),
        new(SHELF[2].0, Expect::Cite, &shelf.text()),
        new("Who wins the cup in Murano?", Expect::Refuse, ""),
        new("Let me talk to a human", Expect::HandOver, ""),
    ] {
        case::add(chat, workspace, case).await.expect("added");
    }
    house.bot.freeze(workspace, "", by).await.expect("release 1");
    house.refund("A refund takes two days.").await;
    let two = house.bot.freeze(workspace, "Quicker", by).await.expect("release 2");
    assert!(house.bot.run_test().await.expect("run") && !house.bot.run_test().await.expect("none waits"));
    let gate = release::gate(chat.store(), workspace, two.id).await.expect("a gate");
    assert_eq!((gate.cases, gate.passed, gate.unrun, gate.worse.len()), (4, 3, 0, 1), "{gate:?}");
    let it = house.conversation("en").await;
    let reply = house.ask(&it, SHELF[0].0).await;
    assert!(reply.body.contains("five working days"), "{}", reply.body);
    assert_eq!(reply.extra.release, Some(1));
    let signature = Signature { reason: "It is quicker now.".into(), by };
    assert_eq!(release::publish(chat, workspace, two.id, &signature).await.expect("published"), Decision::Done);
    let reply = house.ask(&it, SHELF[0].0).await;
    assert!(reply.body.contains("two days") && reply.extra.release == Some(2), "{reply:?}");
    let turn = house.bot.turn_of(it.workspace, it.id, reply.seq).await.expect("its turn");
    assert_eq!(turn.trace.release, Some(2));
    let query =
        knowledge::Query { text: SHELF[0].0.into(), reader: knowledge::Reader::Anyone, libraries: None, limit: 1, locale: "en".into() };
    let old = house.bot.inner.knowledge.search_at(workspace, &query, At::Release(1)).await.expect("found");
    assert!(old.hits[0].passage.text.contains("five working days"), "the way back is open");
}

#[tokio::test]
async fn an_agent_gets_a_reply_a_summary_and_with_a_model_other_words() {
    let house = House::plain().await;
    let it = house.conversation("en").await;
    house.ask(&it, "I want a human").await;
    house.fresh.say(&it, SHELF[1].0).await.expect("said");
    let suggestion = house.bot.suggest(it.workspace, it.id).await.expect("searched").expect("a reply");
    assert_eq!(suggestion.body, SHELF[1].1);
    assert!(suggestion.extract && suggestion.citations.len() == 1);
    let summary = house.bot.summary(it.workspace, it.id, "en").await.expect("a summary");
    assert!(summary.contains(SHELF[1].0), "{summary}");
    let agent = house.agent().await;
    house.desk.reply(it.workspace, agent, it.id, house.fresh.chat.id(), "One moment.").await.expect("replied");
    house.fresh.say(&it, "Purple tambourines polish unicorns quietly.").await.expect("said");
    assert_eq!(house.bot.suggest(it.workspace, it.id).await.expect("searched").map(|found| found.body), None);
    assert!(!house.bot.can_rewrite(it.workspace).await.expect("asked"));
    assert!(matches!(house.bot.rewrite(it.workspace, Rewrite::Shorter, "Long.", "en").await, Err(Error::Invalid(_))));
}
