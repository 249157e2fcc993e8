//! The figures of retrieval: recall, reciprocal rank, discounted gain, latency.

use std::collections::HashMap;

use serde::Serialize;

/// Figures over all questions; latencies in milliseconds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// Questions that were asked.
    pub queries: usize,
    /// Share of the relevant documents that stand first.
    #[serde(rename = "recall@1")]
    pub recall_1: f64,
    /// Share of the relevant documents among the first five.
    #[serde(rename = "recall@5")]
    pub recall_5: f64,
    /// Share of the relevant documents among the first ten.
    #[serde(rename = "recall@10")]
    pub recall_10: f64,
    /// One over the place of the first relevant document.
    #[serde(rename = "mrr@10")]
    pub mrr_10: f64,
    /// Gain by place, over the best there could be.
    #[serde(rename = "ndcg@10")]
    pub ndcg_10: f64,
    /// Half of the searches were faster.
    pub p50_ms: f64,
    /// One search in a hundred was slower.
    pub p99_ms: f64,
}

/// Sums over questions.
#[derive(Debug, Default)]
pub(super) struct Tally {
    recalls: [f64; 3],
    reciprocal: f64,
    gain: f64,
    took_us: Vec<u64>,
}

const CUTS: [usize; 3] = [1, 5, 10];

impl Tally {
    /// Adds one question: its ranking and the grades of what is relevant.
    pub(super) fn add(&mut self, ranked: &[&str], grades: &HashMap<String, f64>, took_us: u64) {
        for (sum, cut) in self.recalls.iter_mut().zip(CUTS) {
            *sum += ranked.iter().take(cut).filter(|name| grades.contains_key(**name)).count() as f64 / grades.len().max(1) as f64;
        }
        if let Some(first) = ranked.iter().position(|name| grades.contains_key(*name)) {
            self.reciprocal += 1.0 / (first + 1) as f64;
        }
        let mut best: Vec<f64> = grades.values().copied().collect();
        best.sort_by(|a, b| b.total_cmp(a));
        let ideal = discounted(best.into_iter().take(10));
        let gained = discounted(ranked.iter().map(|name| grades.get(*name).copied().unwrap_or(0.0)));
        self.gain += if ideal > 0.0 { gained / ideal } else { 0.0 };
        self.took_us.push(took_us);
    }

    /// Means and quantiles.
    pub(super) fn report(mut self) -> Report {
        let queries = self.took_us.len();
        let mean = |sum: f64| round(sum / queries.max(1) as f64, 4);
        self.took_us.sort_unstable();
        let quantile = |share: f64| {
            let at = ((queries as f64 * share).ceil() as usize).clamp(1, queries.max(1)) - 1;
            round(self.took_us.get(at).copied().unwrap_or(0) as f64 / 1_000.0, 2)
        };
        let [recall_1, recall_5, recall_10] = self.recalls.map(mean);
        Report {
            queries,
            recall_1,
            recall_5,
            recall_10,
            mrr_10: mean(self.reciprocal),
            ndcg_10: mean(self.gain),
            p50_ms: quantile(0.5),
            p99_ms: quantile(0.99),
        }
    }
}

fn discounted(gains: impl Iterator<Item = f64>) -> f64 {
    gains.enumerate().map(|(place, gain)| gain / ((place + 2) as f64).log2()).sum()
}

fn round(value: f64, digits: i32) -> f64 {
    let scale = 10f64.powi(digits);
    (value * scale).round() / scale
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_those_of_the_books() {
        let grades = HashMap::from([("a".to_owned(), 1.0), ("b".to_owned(), 1.0)]);
        let mut tally = Tally::default();
        tally.add(&["x", "a", "y", "z", "w", "b"], &grades, 2_000);
        tally.add(&["a", "b"], &grades, 4_000);
        let report = tally.report();
        assert_eq!((report.queries, report.recall_1, report.recall_5, report.recall_10), (2, 0.25, 0.75, 1.0));
        assert_eq!(report.mrr_10, 0.75);
        let first = (1.0 / 3f64.log2() + 1.0 / 7f64.log2()) / (1.0 + 1.0 / 3f64.log2());
        assert!((report.ndcg_10 - (first + 1.0) / 2.0).abs() < 1e-4);
        assert_eq!((report.p50_ms, report.p99_ms), (2.0, 4.0));
        assert_eq!(Tally::default().report().ndcg_10, 0.0);
    }
}
