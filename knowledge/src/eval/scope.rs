//! How far confidence tells what can be answered: for each threshold, what would be answered and how much of it wrongly.

use serde::Serialize;

/// What happened to one question.
#[derive(Clone, Copy, Debug)]
pub(super) struct Outcome {
    /// Something in the library answers it.
    pub in_scope: bool,
    /// Confidence of the best entry; 0 without one.
    pub confidence: f64,
    /// The best entry is one that answers it.
    pub right: bool,
}

/// Confidence against outcome.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Scope {
    /// Questions that the library answers.
    pub in_scope: usize,
    /// Questions that it does not.
    pub out_of_scope: usize,
    /// How likely a question in scope has more confidence than one out of scope; none without such questions.
    pub auroc: Option<f64>,
    /// At the threshold under which nine of ten questions in scope are answered.
    pub at_90: Point,
    /// At thresholds in steps of 0.01.
    pub curve: Vec<Point>,
    /// Mean confidence and share that was right, in ten steps of confidence; empty steps are left out.
    pub reliability: Vec<(f64, f64)>,
}

/// What a threshold does.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Point {
    /// Answered from this confidence on.
    pub threshold: f64,
    /// Share of the questions in scope that are answered.
    pub answered: f64,
    /// Share of the questions in scope that are answered rightly.
    pub right: f64,
    /// Share of the questions out of scope that are refused.
    pub refused: f64,
    /// Share of all questions that are answered wrongly, or should not have been answered.
    pub wrong: f64,
}

/// The figures of all outcomes.
pub(super) fn scope(outcomes: &[Outcome]) -> Scope {
    let inside: Vec<&Outcome> = outcomes.iter().filter(|outcome| outcome.in_scope).collect();
    let mut confidences: Vec<f64> = inside.iter().map(|outcome| outcome.confidence).collect();
    confidences.sort_by(f64::total_cmp);
    let ninth = confidences.get(confidences.len() / 10).copied().unwrap_or(0.0);
    Scope {
        in_scope: inside.len(),
        out_of_scope: outcomes.len() - inside.len(),
        auroc: auroc(outcomes),
        at_90: point(outcomes, ninth),
        curve: (1..100).map(|step| point(outcomes, f64::from(step) * 0.01)).collect(),
        reliability: reliability(outcomes),
    }
}

/// What the threshold does to these outcomes.
fn point(outcomes: &[Outcome], threshold: f64) -> Point {
    let share = |of: &dyn Fn(&&Outcome) -> bool, among: &dyn Fn(&&Outcome) -> bool| {
        let among: Vec<&Outcome> = outcomes.iter().filter(|outcome| among(outcome)).collect();
        round(among.iter().filter(|outcome| of(outcome)).count() as f64 / among.len().max(1) as f64)
    };
    let answered = |outcome: &&Outcome| outcome.confidence >= threshold && outcome.confidence > 0.0;
    Point {
        threshold: round(threshold),
        answered: share(&answered, &|outcome| outcome.in_scope),
        right: share(&|outcome| answered(outcome) && outcome.right, &|outcome| outcome.in_scope),
        refused: share(&|outcome| !answered(outcome), &|outcome| !outcome.in_scope),
        wrong: share(&|outcome| answered(outcome) && !outcome.right, &|_| true),
    }
}

/// By ranks; equal confidences share theirs.
fn auroc(outcomes: &[Outcome]) -> Option<f64> {
    let mut sorted: Vec<&Outcome> = outcomes.iter().collect();
    sorted.sort_by(|a, b| a.confidence.total_cmp(&b.confidence));
    let (mut sum, mut inside, mut at) = (0.0, 0.0, 0);
    while at < sorted.len() {
        let same = sorted[at..].iter().take_while(|outcome| outcome.confidence <= sorted[at].confidence).count();
        let members = sorted[at..at + same].iter().filter(|outcome| outcome.in_scope).count() as f64;
        sum += members * (at as f64 + (same as f64 + 1.0) / 2.0);
        inside += members;
        at += same;
    }
    let outside = sorted.len() as f64 - inside;
    (inside > 0.0 && outside > 0.0).then(|| round((sum - inside * (inside + 1.0) / 2.0) / (inside * outside)))
}

/// How likely one of the first is larger than one of the others; none when either is empty.
pub(super) fn auroc_of(inside: &[f64], outside: &[f64]) -> Option<f64> {
    let outcome = |in_scope| move |confidence: &f64| Outcome { in_scope, confidence: *confidence, right: false };
    auroc(&inside.iter().map(outcome(true)).chain(outside.iter().map(outcome(false))).collect::<Vec<_>>())
}

fn reliability(outcomes: &[Outcome]) -> Vec<(f64, f64)> {
    let steps = (0..10).map(|step| {
        let within: Vec<&Outcome> = outcomes.iter().filter(|outcome| ((outcome.confidence * 10.0) as usize).min(9) == step).collect();
        let mean = |sum: f64| round(sum / within.len().max(1) as f64);
        let said = mean(within.iter().map(|outcome| outcome.confidence).sum());
        let held = mean(within.iter().filter(|outcome| outcome.right).count() as f64);
        (!within.is_empty()).then_some((said, held))
    });
    steps.flatten().collect()
}

fn round(value: f64) -> f64 {
    (value * 1_000.0).round() / 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_threshold_parts_what_it_can() {
        let outcome = |in_scope, confidence, right| Outcome { in_scope, confidence, right };
        let all = [outcome(true, 0.9, true), outcome(true, 0.6, false), outcome(false, 0.6, false), outcome(false, 0.1, false)];
        let found = scope(&all);
        assert_eq!((found.in_scope, found.out_of_scope, found.auroc), (2, 2, Some(0.875)));
        let half = found.curve.iter().find(|point| point.threshold == 0.5).unwrap();
        assert_eq!((half.answered, half.right, half.refused, half.wrong), (1.0, 0.5, 0.5, 0.5));
        let high = found.curve.iter().find(|point| point.threshold == 0.8).unwrap();
        assert_eq!((high.answered, high.refused, high.wrong), (0.5, 1.0, 0.0));
        assert_eq!(scope(&all[..2]).auroc, None);
    }
}
