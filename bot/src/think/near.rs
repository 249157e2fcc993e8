//! Questions near the one that was asked, offered as buttons.

use chat::Button;
use knowledge::{Found, Hit, passage::Kind, split::PATH};

/// Offered at most.
const OFFERED: usize = 3;
/// Less likely ones only confuse.
const LIKELY: f64 = 0.04;
/// The longest label, in characters.
const LABEL: usize = 80;

/// Quick replies for what may have been meant: pressing one asks it.
pub(super) fn buttons(found: &Found, question: &str, locale: &str) -> Vec<Button> {
    let asked = knowledge::words::fold(question);
    let mut labels: Vec<String> = Vec::new();
    for hit in found.hits.iter().filter(|hit| hit.confidence >= LIKELY) {
        let Some(label) = label(hit) else { continue };
        let readable = locale == "zh" || knowledge::language::of(&label) != "zh";
        let known = !readable || labels.contains(&label) || knowledge::words::fold(&label) == asked;
        if !known && labels.len() < OFFERED {
            labels.push(label);
        }
    }
    labels.into_iter().map(|label| Button { value: "question".into(), label, wish: None }).collect()
}

/// The question of an answer; the heading of a text, with its title when the heading alone says little.
fn label(hit: &Hit) -> Option<String> {
    let passage = &hit.passage;
    let last = passage.heading.rsplit(PATH).next().unwrap_or_default().trim();
    let label = match passage.kind {
        Kind::Answer | Kind::Variant => passage.heading.clone(),
        Kind::Text if last.is_empty() || last == passage.title => passage.title.clone(),
        Kind::Text if says_enough(last) => last.to_owned(),
        Kind::Text => format!("{}: {last}", passage.title),
    };
    let label = label.split_whitespace().collect::<Vec<_>>().join(" ");
    (4..=LABEL).contains(&label.chars().count()).then_some(label)
}

fn says_enough(heading: &str) -> bool {
    let dense = heading.chars().filter(|c| knowledge::language::is_han(*c)).count();
    heading.split_whitespace().count() >= 3 || dense >= 6
}
