//! Label files: what is guessed for a text beside what people say of it. Intents are learnt from `train.jsonl`;
//! moods and languages are told as the product tells them.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use serde::{Deserialize, Serialize};

use super::{read, scope::auroc_of};
use crate::{
    Error, Result,
    classify::{Classifier, Example},
    language, sentiment,
};

/// Of two moods the negative one is said until the score is so high: who is content says so.
const CONTENT: f64 = 0.1;

/// How well one task is done.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Labels {
    /// `intent`, `sentiment` or `language`.
    pub task: &'static str,
    /// Texts that have a label.
    pub texts: usize,
    /// Labels there are.
    pub labels: usize,
    /// Share that is labelled as people do.
    pub accuracy: f64,
    /// Mean over the labels of the harmonic mean of precision and recall.
    pub macro_f1: f64,
    /// The accuracy of saying the most frequent label always.
    pub majority: f64,
    /// Of intents: how likely a text that has one is surer than one that has none.
    pub auroc: Option<f64>,
}

#[derive(Deserialize)]
struct Row {
    text: String,
    label: Option<String>,
    sentiment: Option<String>,
    #[serde(alias = "language")]
    lang: Option<String>,
    in_scope: Option<bool>,
}

/// What was said of a text, and what is guessed.
type Pair = (String, String);

/// Whether the folder has label files.
#[must_use]
pub fn has_labels(dir: &Path) -> bool {
    dir.join("test.jsonl").exists() || dir.join("train.jsonl").exists() && dir.join("queries.jsonl").exists()
}

/// Measures each task the folder has labels for; `progress` is told steps done and in all.
///
/// # Errors
/// [`Error::Invalid`] when a file is missing or broken.
pub fn labels(dir: &Path, progress: &dyn Fn(u64, u64)) -> Result<Vec<Labels>> {
    let file = if dir.join("test.jsonl").exists() { "test.jsonl" } else { "queries.jsonl" };
    let rows = rows(dir, file)?;
    let mut found = Vec::new();
    if dir.join("train.jsonl").exists() {
        found.extend(intents(&self::rows(dir, "train.jsonl")?, &rows, progress));
    }
    let moods: Vec<(&Row, &String)> = rows.iter().filter_map(|row| Some((row, row.sentiment.as_ref()?))).collect();
    let three = moods.iter().any(|(_, mood)| *mood == "neutral");
    found.extend(report("sentiment", moods.iter().map(|(row, mood)| ((*mood).clone(), guessed_mood(&row.text, three))).collect(), None));
    let spoken = rows.iter().filter_map(|row| Some((row.lang.clone()?, language::spoken(&row.text).to_owned())));
    found.extend(report("language", spoken.collect(), None));
    Ok(found)
}

fn guessed_mood(text: &str, three: bool) -> String {
    let score = sentiment::score(text);
    let mood = match three {
        true => sentiment::Mood::of(score),
        false if score > CONTENT => sentiment::Mood::Positive,
        false => sentiment::Mood::Negative,
    };
    mood.name().to_owned()
}

/// Trained on labels that are in scope; texts out of scope tell how well that is seen.
fn intents(train: &[Row], test: &[Row], progress: &dyn Fn(u64, u64)) -> Option<Labels> {
    let known: BTreeSet<&str> = test.iter().filter(|row| row.in_scope != Some(false)).filter_map(|row| row.label.as_deref()).collect();
    let examples: Vec<Example<'_>> = train
        .iter()
        .filter_map(|row| Some((row, row.label.as_deref().filter(|label| known.contains(label))?)))
        .map(|(row, label)| Example { text: &row.text, label: Some(label) })
        .collect();
    let classifier = Classifier::watched(&examples, progress)?;
    let (mut pairs, mut inside, mut outside) = (Vec::new(), Vec::new(), Vec::new());
    for row in test {
        let Some((label, guess)) = row.label.clone().zip(classifier.best(&row.text)) else { continue };
        if row.in_scope == Some(false) {
            outside.push(guess.margin);
        } else {
            inside.push(guess.margin);
            pairs.push((label, guess.label));
        }
    }
    report("intent", pairs, auroc_of(&inside, &outside))
}

fn report(task: &'static str, pairs: Vec<Pair>, auroc: Option<f64>) -> Option<Labels> {
    let mut counts: BTreeMap<&str, [usize; 3]> = BTreeMap::new();
    for (said, guessed) in &pairs {
        let right = usize::from(said == guessed);
        let own = counts.entry(said).or_default();
        (own[0], own[1]) = (own[0] + 1, own[1] + right);
        counts.entry(guessed).or_default()[2] += 1;
    }
    // Labels that nobody has said are no label of the set.
    let set: Vec<&[usize; 3]> = counts.values().filter(|[said, ..]| *said > 0).collect();
    let texts = pairs.len();
    let share = |count: usize| round(count as f64 / texts.max(1) as f64);
    let f1 = |[said, right, guessed]: &[usize; 3]| 2.0 * *right as f64 / (said + guessed).max(1) as f64;
    (texts > 0).then(|| Labels {
        task,
        texts,
        labels: set.len(),
        accuracy: share(set.iter().map(|[_, right, _]| right).sum()),
        macro_f1: round(set.iter().map(|counts| f1(counts)).sum::<f64>() / set.len().max(1) as f64),
        majority: share(set.iter().map(|[said, ..]| *said).max().unwrap_or(0)),
        auroc,
    })
}

fn rows(dir: &Path, name: &str) -> Result<Vec<Row>> {
    let text = read(dir, name)?;
    let parse = |(n, line): (usize, &str)| {
        serde_json::from_str(line).map_err(|error| Error::Invalid(format!("{name}, line {}: {error}", n + 1).into()))
    };
    text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()).map(parse).collect()
}

fn round(value: f64) -> f64 {
    (value * 10_000.0).round() / 10_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_those_of_the_books() {
        let pair = |said: &str, guessed: &str| (said.to_owned(), guessed.to_owned());
        let pairs = vec![pair("a", "a"), pair("a", "a"), pair("a", "b"), pair("b", "b"), pair("b", "x")];
        let found = report("intent", pairs, None).unwrap();
        assert_eq!((found.texts, found.labels, found.accuracy, found.majority), (5, 2, 0.6, 0.6));
        // a: precision 1, recall 2/3; b: precision 1/2, recall 1/2.
        assert_eq!(found.macro_f1, round((0.8 + 0.5) / 2.0));
        assert!(report("intent", Vec::new(), None).is_none());
    }

    #[test]
    fn a_folder_is_measured_by_the_files_it_has() {
        let dir = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(dir.path().join(name), text).unwrap();
        assert!(!has_labels(dir.path()));
        write("train.jsonl", "{\"text\":\"refund please\",\"label\":\"refund\"}\n{\"text\":\"my card is lost\",\"label\":\"card\"}\n");
        write(
            "test.jsonl",
            "{\"text\":\"a refund\",\"label\":\"refund\",\"sentiment\":\"negative\",\"lang\":\"en\"}\n{\"text\":\"这个卡太好了\",\"label\":\"card\",\"sentiment\":\"positive\",\"lang\":\"zh\"}\n",
        );
        assert!(has_labels(dir.path()));
        let found = labels(dir.path(), &|_, _| {}).unwrap();
        assert_eq!(found.iter().map(|labels| labels.task).collect::<Vec<_>>(), ["intent", "sentiment", "language"]);
        assert!(found.iter().skip(1).all(|labels| labels.accuracy == 1.0), "{found:?}");
    }
}
