//! Gaps that ask the same: by their words and their spelling, and by their meaning where a model tells it.

use std::{collections::HashMap, sync::Arc, time::Duration};

use chat::WorkspaceId;
use parking_lot::Mutex;
use serde::Serialize;
use tokio::time::Instant;

use super::{Gap, list};
use crate::{
    Knowledge, Result,
    embed::{Scale, dot, unit},
    search,
};

/// Gaps that are looked at together.
const TOGETHER: i64 = 400;
/// So far from two wordings of one question towards the same words two questions are one. On five public sets of questions a bar
/// like this found 1.2 to 1.9 times as many that belong together as words alone. On four of them it was wrong as rarely, on the
/// fifth (covidfaq) in 72 of 100 pairs instead of 59.
const BAR: f64 = 0.3;
/// The similarity of the same words, but for rounding.
const IDENTICAL: f64 = 0.999;
/// A page waits so long for vectors; what is missing then comes with the next look.
const PATIENCE: Duration = Duration::from_secs(3);
/// Questions whose vectors are kept in this process.
const KEPT: usize = 1_000;

/// Gaps that ask the same.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cluster {
    /// The one that was asked most.
    pub lead: Gap,
    /// The others.
    pub also: Vec<Gap>,
    /// How often all were asked.
    pub asked: i64,
}

/// The vector of a question, of length 1; `None`: the model does not speak its language.
type Meaning = Option<Arc<Vec<f32>>>;

/// Vectors of gaps that were looked at, by the question.
#[derive(Default)]
pub(crate) struct Meanings(Mutex<HashMap<String, Meaning>>);

/// Open gaps, those that mean the same together; the most asked first.
///
/// # Errors
/// The record's.
pub async fn clusters(knowledge: &Knowledge, workspace: WorkspaceId) -> Result<Vec<Cluster>> {
    let gaps = list(knowledge.chat().store(), workspace, false, TOGETHER).await?;
    let questions: Vec<String> = gaps.iter().map(|gap| gap.question.clone()).collect();
    let (meant, scale) = knowledge.meanings_of(&questions).await;
    let grouped = tokio::task::spawn_blocking(move || {
        let bar = 1.0 + BAR * (scale.standing(IDENTICAL) - 1.0);
        let alike = |a: usize, b: usize| same(meant.get(a)?.as_deref()?, meant.get(b)?.as_deref()?, scale, bar);
        search::clusters(&questions.iter().map(String::as_str).collect::<Vec<_>>(), |a, b| alike(a, b).unwrap_or(0.0))
    });
    // Alone, each is still a question.
    let grouped = grouped.await.unwrap_or_else(|_| (0..gaps.len()).map(|n| vec![n]).collect());
    let of = |places: &[usize]| -> Vec<Gap> { places.iter().filter_map(|n| gaps.get(*n)).cloned().collect() };
    let mut clusters: Vec<Cluster> = grouped
        .iter()
        .filter_map(|group| {
            let (first, rest) = group.split_first()?;
            let (lead, also) = (gaps.get(*first)?.clone(), of(rest));
            let asked = lead.asked + also.iter().map(|gap| gap.asked).sum::<i64>();
            Some(Cluster { lead, also, asked })
        })
        .collect();
    clusters.sort_by_key(|cluster| (std::cmp::Reverse(cluster.asked), std::cmp::Reverse(cluster.lead.asked_at)));
    Ok(clusters)
}

/// How surely two questions mean the same: 1 and more is sure.
fn same(a: &[f32], b: &[f32], scale: Scale, bar: f64) -> Option<f64> {
    (a.len() == b.len()).then(|| scale.standing(dot(a, b)) / bar)
}

impl Knowledge {
    /// What each question means, as far as it is known or a model tells it in time, and what its similarities mean.
    async fn meanings_of(&self, questions: &[String]) -> (Vec<Meaning>, Scale) {
        let Some(embedder) = self.embedder() else { return (Vec::new(), Scale::default()) };
        let known = |question: &String| self.inner.meanings.0.lock().get(question).cloned();
        let missing: Vec<&str> = questions.iter().filter(|question| known(question).is_none()).map(String::as_str).collect();
        let until = Instant::now() + PATIENCE;
        for part in missing.chunks(self.config().embeddings.batch.max(1)) {
            let Ok(Some(vectors)) = tokio::time::timeout_at(until, embedder.questions(part)).await else { break };
            let mut kept = self.inner.meanings.0.lock();
            if kept.len() >= KEPT {
                kept.clear();
            }
            kept.extend(
                part.iter().map(|question| (*question).to_owned()).zip(vectors.into_iter().map(|vector| vector.map(unit).map(Arc::new))),
            );
        }
        (questions.iter().map(|question| known(question).flatten()).collect(), embedder.scale())
    }
}
