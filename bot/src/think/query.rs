//! What to search for: the question itself, or, for one that leans on what was said, a question of its own.

use std::time::Duration;

use knowledge::{Found, Query};

use super::{Mind, Question};
use crate::{
    Bot, Result,
    model::{Limits, Task},
    prompt,
    release::Chosen,
    speech,
    trace::Times,
};

/// Passages that are looked at.
const HITS: usize = 8;
/// A model that takes longer to condense a question is not waited for.
const CONDENSING: Duration = Duration::from_secs(4);
/// A question of so few words says little by itself.
const FEW: usize = 3;

impl Bot {
    /// What was searched for, and what was found.
    pub(super) async fn search(&self, mind: &Mind, question: &Question, times: &mut Times) -> Result<(String, Found)> {
        let Some(before) = leaning(question) else {
            return Ok((question.text.clone(), self.find(mind, question, &question.text).await?));
        };
        // Searching is quick: the question as it stands is looked up while the model thinks of a better one.
        let (own, condensed) = tokio::join!(self.find(mind, question, &question.text), self.condensed(mind, question, times));
        if let Some(condensed) = condensed.filter(|condensed| *condensed != question.text) {
            return Ok((condensed.clone(), self.find(mind, question, &condensed).await?));
        }
        let own = own?;
        if confidence(&own) >= mind.policy.answer_from {
            return Ok((question.text.clone(), own));
        }
        let both = format!("{before} {}", question.text);
        let mut found = self.find(mind, question, &both).await?;
        // What was shown already is no answer to what is asked now.
        found.hits.retain(|hit| !question.cited.contains(&hit.passage.id.text()));
        let better = confidence(&found) > confidence(&own);
        Ok(if better { (both, found) } else { (question.text.clone(), own) })
    }

    pub(super) async fn find(&self, mind: &Mind, question: &Question, text: &str) -> Result<Found> {
        let query = Query {
            text: text.to_owned(),
            reader: question.asker.reader.clone(),
            libraries: question.asker.libraries.clone(),
            limit: HITS,
            locale: question.locale.to_owned(),
        };
        // An index that is being built must not mean silence.
        match tokio::time::timeout(self.limits().silence, self.inner.knowledge.search_at(mind.workspace, &query, Chosen::at(mind.release)))
            .await
        {
            Ok(found) => {
                let mut found = found?;
                found.hits.retain(|hit| !question.rejected.contains(&hit.passage.document.text()));
                Ok(found)
            }
            Err(_) => Err(knowledge::Error::Index("it did not answer in time".into()).into()),
        }
    }

    /// The question without what it leans on, by the model.
    async fn condensed(&self, mind: &Mind, question: &Question, times: &mut Times) -> Option<String> {
        if !mind.models.any(Task::Condense) {
            return None;
        }
        let began = tokio::time::Instant::now();
        let mut lines = question.history.clone();
        lines.push(prompt::Line { who: "Visitor", text: question.text.clone() });
        let prompt = prompt::condense(&lines).inspect_err(|error| tracing::error!(%error, "a prompt cannot be rendered")).ok()?;
        let limits = Limits { silence: CONDENSING, total: CONDENSING, chars: 600 };
        let text = mind.models.complete(Task::Condense, prompt, limits).await;
        times.condense_ms = Some(Times::since(began));
        let text = text.ok()?;
        let line = text.lines().next().unwrap_or_default().trim().trim_matches('"').to_owned();
        (!line.is_empty() && !line.contains(prompt::SENTINEL)).then_some(line)
    }
}

/// The question before, if this one leans on it.
fn leaning(question: &Question) -> Option<&str> {
    let before = question.history.iter().rev().find(|line| line.who == "Visitor" && speech::talk(&line.text).is_none())?;
    let leans = speech::leans(&question.text) || knowledge::words::terms(&question.text).len() <= FEW;
    leans.then_some(before.text.as_str())
}

fn confidence(found: &Found) -> f64 {
    found.hits.iter().filter(|hit| hit.kept).map(|hit| hit.confidence).fold(0.0, f64::max)
}
