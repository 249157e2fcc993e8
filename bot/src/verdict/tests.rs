use proptest::prelude::*;

use super::*;
use crate::rules::When;

fn policy() -> Policy {
    Policy { answer_from: 0.5, model_from: 0.3, max_failed: 3, enabled: true, beside: false, stay_when_offline: false, rules: Vec::new() }
}

fn asked() -> Signals {
    Signals {
        wish: false,
        forbidden: false,
        talk: None,
        unhelpful: false,
        failed: 0,
        kept: 2,
        best: 0.9,
        broken: false,
        model: Model::Absent,
        online: true,
        ..Signals::default()
    }
}

#[test]
fn each_rule_decides_what_it_says() {
    use Action::{Answer, Clarify, Extract, HandOver, SmallTalk};
    use Cause::{Rule, Unanswered, Wish};
    let nothing = || Signals { kept: 0, best: 0.0, ..asked() };
    let tool = |state| Signals { tool: Some(state), model: Model::Ready, ..asked() };
    let unsure = || Signals { best: 0.4, ..asked() };
    for (name, signals, action, rule) in [
        ("a good passage", asked(), Extract, "passages"),
        ("a good passage and a model", Signals { model: Model::Ready, ..asked() }, Answer, "model"),
        ("a fair passage and a model", Signals { model: Model::Ready, ..unsure() }, Answer, "model"),
        ("a fair passage alone", unsure(), Clarify, "no_passage"),
        ("nothing found", nothing(), Clarify, "no_passage"),
        ("nothing found, with a model", Signals { model: Model::Ready, ..nothing() }, Clarify, "no_passage"),
        ("nothing found the second time", Signals { failed: 1, ..nothing() }, Clarify, "no_passage"),
        ("nothing found the third time", Signals { failed: 2, ..nothing() }, HandOver(Unanswered), "too_many_failed"),
        ("an answer after two failures", Signals { failed: 2, ..asked() }, Extract, "passages"),
        ("unhelpful once", Signals { unhelpful: true, failed: 1, ..asked() }, Clarify, "unhelpful"),
        ("unhelpful three times", Signals { unhelpful: true, failed: 3, ..asked() }, HandOver(Unanswered), "too_many_failed"),
        ("a wish", Signals { wish: true, ..asked() }, HandOver(Wish), "wish"),
        ("a wish and small talk", Signals { wish: true, talk: Some(Talk::Greeting), ..asked() }, HandOver(Wish), "wish"),
        ("a wish when nobody is there", Signals { wish: true, online: false, ..asked() }, HandOver(Wish), "wish"),
        ("a forbidden topic", Signals { forbidden: true, ..asked() }, HandOver(Rule), "forbidden_topic"),
        ("hello", Signals { talk: Some(Talk::Greeting), ..nothing() }, SmallTalk(Talk::Greeting), "small_talk"),
        ("the model fails", Signals { model: Model::Failed, ..asked() }, Extract, "model_failed"),
        ("the model fails, unsure", Signals { model: Model::Failed, ..unsure() }, HandOver(Cause::Model), "model_failed_unsure"),
        ("the model fails, nothing found", Signals { model: Model::Failed, ..nothing() }, Clarify, "no_passage"),
        ("the model declines", Signals { model: Model::Declined, ..asked() }, Clarify, "model_declined"),
        ("the model declines again", Signals { model: Model::Declined, failed: 2, ..asked() }, HandOver(Unanswered), "too_many_failed"),
        ("no support", Signals { model: Model::Unsupported, ..asked() }, Extract, "model_unsupported"),
        ("no support, unsure", Signals { model: Model::Unsupported, ..unsure() }, Clarify, "model_unsupported_unsure"),
        ("the budget is spent", Signals { model: Model::Spent, ..asked() }, Extract, "budget_spent"),
        ("the budget is spent, unsure", Signals { model: Model::Spent, ..unsure() }, HandOver(Cause::Model), "budget_spent_unsure"),
        ("the budget is spent, nothing found", Signals { model: Model::Spent, ..nothing() }, Clarify, "no_passage"),
        ("the visitor left", Signals { model: Model::Left, ..asked() }, Extract, "visitor_left"),
        ("the visitor left, unsure", Signals { model: Model::Left, failed: 2, ..unsure() }, Clarify, "visitor_left"),
        ("passages that contradict", Signals { disagree: true, ..asked() }, Clarify, "passages_disagree"),
        ("with a model", Signals { disagree: true, model: Model::Ready, ..asked() }, Clarify, "passages_disagree"),
        ("again", Signals { disagree: true, asked_which: true, ..asked() }, HandOver(Unanswered), "disagree_again"),
        ("after too many failures", Signals { disagree: true, failed: 3, ..asked() }, HandOver(Unanswered), "too_many_failed"),
        ("a tool may help where no passage does", Signals { model: Model::Ready, tools: 1, ..nothing() }, Answer, "model"),
        ("a tool without a model", Signals { tools: 1, ..nothing() }, Clarify, "no_passage"),
        ("the visitor must agree", tool(ToolState::Confirm), Action::Tool(ToolState::Confirm), "tool_confirm"),
        ("an agent must agree", tool(ToolState::Approval), Action::Tool(ToolState::Approval), "tool_approval"),
        ("an agent did not agree", tool(ToolState::Declined), Action::Tool(ToolState::Declined), "tool_declined"),
        ("the visitor did not agree", tool(ToolState::Cancelled), Action::Tool(ToolState::Cancelled), "tool_cancelled"),
        ("it is done", tool(ToolState::Acted), Action::Tool(ToolState::Acted), "tool_acted"),
        ("a tool failed", tool(ToolState::Failed), HandOver(Cause::Tool), "tool_failed"),
        ("a tool was broken off", tool(ToolState::Unknown), HandOver(Cause::Tool), "tool_unknown"),
        ("nobody decided", tool(ToolState::Expired), HandOver(Cause::Tool), "tool_expired"),
        ("a code is needed", tool(ToolState::Code), Action::Tool(ToolState::Code), "tool_code"),
        ("not the code", tool(ToolState::CodeWrong), Action::Tool(ToolState::CodeWrong), "tool_code_wrong"),
        ("never the code", tool(ToolState::CodeVoid), Action::Tool(ToolState::CodeVoid), "tool_code_void"),
        ("the code came late", tool(ToolState::CodeExpired), Action::Tool(ToolState::CodeExpired), "tool_code_expired"),
        ("the code cannot be sent", tool(ToolState::CodeUnsent), HandOver(Cause::Tool), "tool_code_unsent"),
        ("a wish before a tool", Signals { wish: true, ..tool(ToolState::Confirm) }, HandOver(Wish), "wish"),
        ("search is down", Signals { broken: true, ..nothing() }, HandOver(Cause::Model), "broken"),
    ] {
        assert_eq!(decide(&signals, &policy()), Verdict { action, rule }, "{name}");
    }
}

#[test]
fn a_bot_that_is_switched_off_gives_everything_to_people() {
    let policy = Policy { enabled: false, ..policy() };
    let decided = decide(&Signals { talk: Some(Talk::Greeting), ..asked() }, &policy);
    assert_eq!(decided, Verdict { action: Action::HandOver(Cause::Rule), rule: "switched_off" });
}

#[test]
fn a_bot_that_stays_says_so_instead_of_queueing() {
    let policy = Policy { stay_when_offline: true, ..policy() };
    let offline = Signals { online: false, kept: 0, best: 0.0, failed: 2, ..asked() };
    assert_eq!(decide(&offline, &policy), Verdict { action: Action::Clarify, rule: "nobody_online" });
    let wish = Signals { wish: true, ..offline };
    assert_eq!(decide(&wish, &policy).action, Action::HandOver(Cause::Wish));
}

fn any_signals() -> impl Strategy<Value = Signals> {
    // Who has left is not asked back either, but nobody is called for them: not here.
    let states = [Model::Absent, Model::Ready, Model::Failed, Model::Declined, Model::Unsupported, Model::Spent];
    let model = proptest::sample::select(states.to_vec());
    let flags = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    let talk = prop_oneof![Just(None), Just(Some(Talk::Greeting)), Just(Some(Talk::Thanks))];
    (flags, talk, 0u32..6, 0usize..5, 0.0f64..=1.0, model).prop_map(|(flags, talk, failed, kept, best, model)| Signals {
        wish: flags.0,
        words: flags.1.then(|| "lawyer".to_owned()).into_iter().collect(),
        mood: if flags.3 { Mood::Negative } else { Mood::Neutral },
        forbidden: flags.2,
        talk,
        unhelpful: flags.3,
        failed,
        kept,
        best: if kept == 0 { 0.0 } else { best },
        broken: flags.4,
        disagree: kept > 1 && flags.1,
        asked_which: flags.3,
        model,
        online: flags.5,
        ..Signals::default()
    })
}

#[test]
fn the_first_rule_that_holds_decides() {
    use Action::{Clarify, Extract, HandOver};
    let said = |then| Rule { keywords: vec!["lawyer".into()], then, ..Rule::default() };
    let sad = |then| Rule { when: When { mood: Some(Mood::Negative), ..When::default() }, then, ..Rule::default() };
    let failed = |then| Rule { when: When { trouble: true, ..When::default() }, then, ..Rule::default() };
    let signals = Signals { words: vec!["lawyer".into()], mood: Mood::Negative, ..asked() };
    for (name, rules, action, rule) in [
        ("none", vec![], Extract, "passages"),
        ("people", vec![said(Then::HandOver)], HandOver(Cause::Rule), "handover_rule"),
        ("never", vec![said(Then::Refuse)], Clarify, "never_answer"),
        ("as usual", vec![said(Then::Answer), sad(Then::HandOver)], Extract, "passages"),
        ("the first", vec![sad(Then::Refuse), said(Then::HandOver)], Clarify, "never_answer"),
        ("not this one", vec![failed(Then::HandOver), sad(Then::HandOver)], HandOver(Cause::Rule), "handover_rule"),
    ] {
        let policy = Policy { rules, ..policy() };
        assert_eq!(decide(&signals, &policy), Verdict { action, rule }, "{name}");
        assert_eq!(signals.is_question(&policy), rule == "passages", "{name}");
    }
    let policy = Policy { rules: vec![failed(Then::HandOver)], ..policy() };
    let down = Signals { model: Model::Failed, ..asked() };
    assert_eq!(decide(&down, &policy).rule, "handover_rule", "a model that fails is known after the search");
    assert_eq!(decide(&asked(), &policy).rule, "passages");
}

#[test]
fn a_rule_lets_a_silent_bot_speak_and_nothing_else_does() {
    use Action::{Extract, HandOver};
    let about = |then| Rule { when: When { intent: "delivery".into(), ..When::default() }, name: "mine".into(), then, ..Rule::default() };
    let sad = Rule { when: When { mood: Some(Mood::Negative), ..When::default() }, then: Then::HandOver, ..Rule::default() };
    let asked = || Signals { intent: Some("delivery".into()), ..asked() };
    let people = HandOver(Cause::Rule);
    for (name, signals, rules, beside, action, rule, named) in [
        ("let", asked(), vec![about(Then::Speak)], true, Extract, "passages", Some("mine")),
        ("another wish", Signals { intent: None, ..asked() }, vec![about(Then::Speak)], true, people, "switched_off", None),
        ("as usual is silent", asked(), vec![about(Then::Answer)], true, people, "switched_off", None),
        ("switched off is off", asked(), vec![about(Then::Speak)], false, people, "switched_off", None),
        (
            "a rule before it",
            Signals { mood: Mood::Negative, ..asked() },
            vec![sad, about(Then::Speak)],
            true,
            people,
            "handover_rule",
            Some(""),
        ),
        ("a person", Signals { wish: true, ..asked() }, vec![about(Then::Speak)], true, HandOver(Cause::Wish), "wish", None),
        (
            "what it does not know",
            Signals { kept: 0, best: 0.0, ..asked() },
            vec![about(Then::Speak)],
            true,
            HandOver(Cause::Unanswered),
            "no_passage",
            Some("mine"),
        ),
    ] {
        let policy = Policy { enabled: false, beside, rules, ..policy() };
        let decided = decide(&signals, &policy);
        assert_eq!((decided.action, decided.rule, policy.named(&signals, decided).as_deref()), (action, rule, named), "{name}");
    }
    let live = Policy { rules: vec![about(Then::Speak)], ..policy() };
    assert_eq!((decide(&asked(), &live).rule, live.let_by(&asked())), ("passages", None), "who speaks anyway needs no leave");
}

fn any_rules() -> impl Strategy<Value = Vec<Rule>> {
    let then = prop_oneof![Just(Then::HandOver), Just(Then::Refuse), Just(Then::Answer), Just(Then::Speak)];
    let when = (any::<bool>(), any::<bool>(), 0u32..4);
    let rule = (then, when).prop_map(|(then, (mood, trouble, failed))| Rule {
        then,
        keywords: vec!["lawyer".into()],
        when: When { mood: mood.then_some(Mood::Negative), trouble, failed, ..When::default() },
        ..Rule::default()
    });
    proptest::collection::vec(rule, 0..5)
}

proptest! {
    #[test]
    fn rules_only_take_away(signals in any_signals(), rules in any_rules()) {
        let ruled = Policy { rules, ..policy() };
        let (with, without) = (decide(&signals, &ruled), decide(&signals, &policy()));
        prop_assert!(with.is_by_rule() || with == without, "a rule decides, or nothing is changed");
        prop_assert_eq!(with.is_by_rule() , ruled.decided_by(&signals).is_some() && !signals.wish && !signals.forbidden);
    }

    #[test]
    fn a_wish_is_always_honoured(signals in any_signals(), stay in any::<bool>(), rules in any_rules()) {
        let policy = Policy { stay_when_offline: stay, rules, ..policy() };
        let decided = decide(&Signals { wish: true, ..signals }, &policy);
        prop_assert_eq!(decided.action, Action::HandOver(Cause::Wish));
    }

    #[test]
    fn an_answer_needs_a_passage(signals in any_signals()) {
        let decided = decide(&signals, &policy());
        if matches!(decided.action, Action::Answer | Action::Extract) {
            prop_assert!(signals.kept > 0 && signals.best >= policy().model_from);
        }
        if decided.action == Action::Extract {
            prop_assert!(signals.best >= policy().answer_from);
        }
    }

    #[test]
    fn only_a_ready_model_is_asked(signals in any_signals()) {
        if decide(&signals, &policy()).action == Action::Answer {
            prop_assert_eq!(signals.model, Model::Ready);
        }
    }

    #[test]
    fn the_bot_never_asks_back_for_ever(signals in any_signals()) {
        let tired = Signals { failed: policy().max_failed, ..signals };
        prop_assert_ne!(decide(&tired, &policy()).action, Action::Clarify);
    }

    #[test]
    fn more_confidence_never_makes_it_worse(signals in any_signals(), more in 0.0f64..=1.0) {
        let better = Signals { best: signals.best.max(more), ..signals.clone() };
        let answers = |signals: &Signals| matches!(decide(signals, &policy()).action, Action::Answer | Action::Extract);
        prop_assert!(!answers(&signals) || signals.kept == 0 || answers(&better));
    }
}
