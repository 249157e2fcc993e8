use proptest::prelude::*;

use super::*;

fn policy() -> Policy {
    Policy { answer_from: 0.5, model_from: 0.3, max_failed: 3, enabled: true, stay_when_offline: false }
}

fn asked() -> Signals {
    Signals {
        wish: false,
        rule: None,
        forbidden: false,
        talk: None,
        unhelpful: false,
        failed: 0,
        kept: 2,
        best: 0.9,
        broken: false,
        model: Model::Absent,
        online: true,
    }
}

#[test]
fn each_rule_decides_what_it_says() {
    use Action::{Answer, Clarify, Extract, HandOver, SmallTalk};
    use Cause::{Rule, Unanswered, Wish};
    let nothing = || Signals { kept: 0, best: 0.0, ..asked() };
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
        ("a rule", Signals { rule: Some("billing".into()), ..asked() }, HandOver(Rule), "handover_rule"),
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
        rule: flags.1.then(|| "a rule".to_owned()),
        forbidden: flags.2,
        talk,
        unhelpful: flags.3,
        failed,
        kept,
        best: if kept == 0 { 0.0 } else { best },
        broken: flags.4,
        model,
        online: flags.5,
    })
}

proptest! {
    #[test]
    fn a_wish_is_always_honoured(signals in any_signals(), stay in any::<bool>()) {
        let policy = Policy { stay_when_offline: stay, ..policy() };
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
