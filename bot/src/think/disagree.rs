//! Passages that contradict one another: nobody can answer from both, so the visitor is asked which is meant.

use std::collections::BTreeSet;

use chat::{Button, conversation::cut};
use knowledge::{Found, Hit, Passage, split::PATH, twin, words};

use crate::trace::Alternative;

/// Passages an answer would rest on.
const CITED: usize = 4;
/// What is less than half as likely as the best does not stand against it.
const CLOSE: f64 = 0.5;
/// Alternatives that are offered at most.
const OFFERED: usize = 3;
/// The longest label, in characters.
const LABEL: usize = 70;

/// What the visitor may mean; empty when the passages agree, or when the question tells which it is about.
pub(crate) fn alternatives(found: &Found, question: &str, from: f64) -> Vec<Alternative> {
    let kept = || found.hits.iter().filter(|hit| hit.kept);
    let best = kept().map(|hit| hit.confidence).fold(0.0, f64::max);
    let mut cited: Vec<&Hit> = kept().filter(|hit| hit.confidence >= from.max(best * CLOSE)).collect();
    cited.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    let passages: Vec<&Passage> = cited.iter().take(CITED).map(|hit| &hit.passage).collect();
    let asked: BTreeSet<String> = words::terms(question).into_iter().collect();
    let covers: Vec<usize> = passages.iter().map(|passage| covered(&asked, passage)).collect();
    let even = |(one, other): &(usize, usize)| covers[*one] == covers[*other];
    let apart: BTreeSet<usize> = twin::contradictions(&passages).into_iter().filter(even).flat_map(|(one, other)| [one, other]).collect();
    let apart: Vec<&Passage> = apart.into_iter().map(|n| passages[n]).take(OFFERED).collect();
    labelled(&apart)
}

/// Words of the question that a passage holds.
fn covered(asked: &BTreeSet<String>, passage: &Passage) -> usize {
    let held = words::terms(&format!("{}\n{}\n{}", passage.title, passage.heading, passage.text));
    asked.iter().filter(|term| held.contains(term)).count()
}

/// By what tells them apart: the title, else the heading, else the first words. Nothing when nothing does.
fn labelled(passages: &[&Passage]) -> Vec<Alternative> {
    let heading = |passage: &Passage| passage.heading.rsplit(PATH).next().unwrap_or_default().to_owned();
    let ways: [&dyn Fn(&Passage) -> String; 3] = [&|passage| passage.title.clone(), &heading, &|passage| passage.text.clone()];
    let labels = ways.iter().map(|way| passages.iter().map(|passage| line(&way(passage))).collect::<Vec<String>>());
    let told = |labels: &Vec<String>| {
        let different: BTreeSet<String> = labels.iter().map(|label| words::fold(label)).filter(|label| !label.is_empty()).collect();
        different.len() == labels.len()
    };
    let Some(labels) = labels.filter(|_| passages.len() > 1).find(told) else { return Vec::new() };
    let alternative = |(label, passage): (String, &&Passage)| Alternative { label, document: passage.document.text() };
    labels.into_iter().zip(passages).map(alternative).collect()
}

fn line(text: &str) -> String {
    cut(&text.split_whitespace().collect::<Vec<_>>().join(" "), LABEL)
}

/// Quick replies that name them.
pub(super) fn buttons(alternatives: &[Alternative]) -> Vec<Button> {
    let button = |it: &Alternative| Button { value: "question".into(), label: it.label.clone(), wish: None };
    alternatives.iter().map(button).collect()
}

/// The alternatives that are not meant, if a message says which one is.
pub(crate) fn not_meant(alternatives: &[Alternative], said: &str) -> Option<Vec<String>> {
    let folded = words::fold(said);
    let terms: BTreeSet<String> = words::terms(said).into_iter().collect();
    let whole = |it: &&Alternative| folded.contains(&words::fold(&it.label));
    let shared = |it: &Alternative| words::terms(&it.label).into_iter().collect::<BTreeSet<_>>().intersection(&terms).count();
    let most = alternatives.iter().map(shared).max().filter(|most| *most > 0);
    let one = |found: Vec<&Alternative>| if let [only] = found[..] { Some(only.document.clone()) } else { None };
    let meant = one(alternatives.iter().filter(whole).collect()).or_else(|| {
        let most = most?;
        one(alternatives.iter().filter(|it| shared(it) == most).collect())
    })?;
    Some(alternatives.iter().map(|it| it.document.clone()).filter(|document| *document != meant).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_tells_which_is_meant() {
        let alternatives =
            ["Basic plan", "Pro plan 2024", "专业版"].map(|label| Alternative { label: label.into(), document: label.into() });
        let left = |said: &str| not_meant(&alternatives, said);
        for (said, rejected) in [
            ("Basic plan", Some(["Pro plan 2024", "专业版"])),
            ("I mean the basic one", Some(["Pro plan 2024", "专业版"])),
            ("pro", Some(["Basic plan", "专业版"])),
            ("专业版的", Some(["Basic plan", "Pro plan 2024"])),
            ("my plan", None),
            ("how do I pay?", None),
        ] {
            assert_eq!(left(said), rejected.map(|list| list.map(str::to_owned).to_vec()), "{said}");
        }
    }
}
