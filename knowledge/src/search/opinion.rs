//! The order of what was found, as a rerank model sees it. How sure an answer is stays what was measured.

use super::{Hit, confidence::SAME};
use crate::Knowledge;

/// So many of the best by that order are worth resting an answer on.
const BEST: usize = 3;

impl Knowledge {
    /// Puts the hits in the order of the rerank endpoint, if there is one and it answers in time.
    pub(super) async fn second_opinion(&self, question: &str, mut hits: Vec<Hit>) -> Vec<Hit> {
        let Some(reranker) = self.reranker() else { return hits };
        let asked = hits.len().min(reranker.top());
        let texts: Vec<String> = hits.iter().take(asked).map(text).collect();
        let Some(scores) = reranker.judge(question, &texts).await else { return hits };
        for (hit, score) in hits.iter_mut().zip(scores) {
            hit.reranked = score;
        }
        hits.sort_by(|a, b| order(b).total_cmp(&order(a)));
        for hit in hits.iter_mut().take(BEST).filter(|hit| hit.reranked.is_some() && hit.why == "others_better") {
            (hit.kept, hit.why) = (true, "answers".to_owned());
        }
        hits
    }
}

/// What is asked word for word stays first, what was not judged goes last.
fn order(hit: &Hit) -> f64 {
    if hit.confidence >= SAME { f64::INFINITY } else { hit.reranked.unwrap_or(f64::NEG_INFINITY) }
}

fn text(hit: &Hit) -> String {
    match &hit.matched {
        Some(wording) => format!("{wording}\n{}", hit.passage.text),
        None => hit.passage.searched(),
    }
}
