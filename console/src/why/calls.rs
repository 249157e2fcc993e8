//! What models were asked in a turn, and what it cost.

use serde::Serialize;

use bot::Trace;
use bot::model::Failure;
use bot::trace::ModelCall;

use crate::bot_settings::failed;

/// A request to a model.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CallText {
    pub task: String,
    pub model: String,
    /// What came of it, as texts know it.
    pub came: &'static str,
    pub failed: bool,
    pub input: u64,
    pub output: u64,
    /// In the currency of the budget; empty: nothing.
    pub money: String,
    pub first_ms: Option<u64>,
    pub total_ms: u64,
}

/// All of them.
#[derive(Clone, Debug, Serialize)]
pub struct CallsText {
    pub list: Vec<CallText>,
    pub tokens: u64,
    pub money: String,
}

impl CallsText {
    /// In the order in which they ended.
    pub fn of(trace: &Trace) -> CallsText {
        let sum = |of: fn(&ModelCall) -> u64| trace.calls.iter().map(of).fold(0, u64::saturating_add);
        CallsText {
            list: trace.calls.iter().map(CallText::of).collect(),
            tokens: sum(|call| call.input_tokens.saturating_add(call.output_tokens)),
            money: money(trace.calls.iter().map(|call| call.cost_micro).fold(0, i64::saturating_add)),
        }
    }

    /// How the model that was to answer failed, as texts know it; empty: it did not.
    pub fn failure(&self) -> &'static str {
        self.list.iter().rev().find(|call| call.failed && call.task == "answer").map_or("", |call| call.came)
    }
}

impl CallText {
    fn of(call: &ModelCall) -> CallText {
        CallText {
            task: call.task.clone(),
            model: call.model.clone(),
            came: came(&call.outcome),
            failed: !matches!(call.outcome.as_str(), "ok" | "cancelled" | "left"),
            input: call.input_tokens,
            output: call.output_tokens,
            money: money(call.cost_micro),
            first_ms: call.first_ms,
            total_ms: call.total_ms,
        }
    }
}

/// What came of a request; a turn of a later version may know more.
fn came(outcome: &str) -> &'static str {
    match outcome {
        "ok" => "asked-ok",
        "cancelled" => "asked-cancelled",
        "left" => "asked-left",
        failure => Failure::named(failure).map_or("why-model-failed", failed),
    }
}

/// Millionths as money: small amounts keep their digits.
fn money(micro: i64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "money for a page")]
    let whole = micro as f64 / 1e6;
    match micro {
        0 => String::new(),
        1_000_000.. => format!("{whole:.2}"),
        _ => format!("{whole:.6}").trim_end_matches('0').to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_keeps_the_digits_that_say_something() {
        for (micro, expected) in [(0, ""), (312, "0.000312"), (310_000, "0.31"), (1_000_000, "1.00"), (2_345_678, "2.35")] {
            assert_eq!(money(micro), expected, "{micro}");
        }
    }

    #[test]
    fn calls_add_up_and_the_last_failure_of_an_answer_is_told() {
        let call = |task: &str, outcome: &str, cost_micro| ModelCall {
            task: task.into(),
            outcome: outcome.into(),
            input_tokens: 100,
            output_tokens: 20,
            cost_micro,
            ..ModelCall::default()
        };
        let of = |calls| CallsText::of(&Trace { calls, ..Trace::default() });
        let found = of(vec![call("condense", "slow", 10), call("answer", "unreachable", 0), call("answer", "limited", 300)]);
        assert_eq!((found.tokens, found.money.as_str(), found.failure()), (360, "0.00031", "model-failed-limited"));
        assert_eq!(of(vec![call("condense", "slow", 0), call("answer", "ok", 0)]).failure(), "");
    }
}
