//! An answer without a model: the sentences, steps or lists of the sources that answer, put together
//! so that they read well. Nothing is cut within a sentence, a list or a code block, and nothing is written
//! that the source does not say.

mod block;
mod clean;
mod flat;
mod unit;
mod window;

#[cfg(test)]
mod tests;

use std::collections::HashSet;

use self::unit::{Kind, Unit};

/// A passage to quote from.
#[derive(Clone, Debug, Default)]
pub struct Source {
    /// The heading it stands under, or the question it answers.
    pub heading: String,
    /// What it says, as Markdown.
    pub text: String,
    /// It is the answer to the question in `heading`.
    pub answer: bool,
    /// How likely it answers, 0 to 1.
    pub confidence: f64,
}

/// An answer made of quotations.
#[derive(Clone, Debug, PartialEq)]
pub struct Extract {
    /// Markdown with `[1]` … behind what was quoted.
    pub body: String,
    /// Which source each number stands for: `[1]` is `cited[0]`.
    pub cited: Vec<usize>,
}

/// How wide one quotation is about, in Latin letters; a Chinese character is as wide as two and a half.
const ROOM: usize = 600;
/// A second source adds at most this.
const SECOND_ROOM: usize = 320;
/// A second source must be nearly as good as the first.
const NEARLY: f64 = 0.85;

/// Composes an answer to the question from the sources, best first. `None` when they hold nothing that can be shown.
pub fn compose(question: &str, sources: &[Source]) -> Option<Extract> {
    let asked: HashSet<String> = knowledge::words::terms(question).into_iter().collect();
    let mut parts: Vec<(usize, Vec<Unit>)> = Vec::new();
    for (index, source) in sources.iter().enumerate() {
        let first = parts.is_empty();
        let room = if first { ROOM } else { SECOND_ROOM };
        let Some(quoted) = window::choose(&asked, source, room) else { continue };
        if first {
            parts.push((index, quoted));
        } else if adds(&asked, &parts[0], &quoted, source, sources) {
            parts.push((index, quoted));
            break;
        }
    }
    (!parts.is_empty()).then(|| join(parts))
}

/// A second quotation is worth it when it speaks of words of the question that the first leaves out.
fn adds(asked: &HashSet<String>, first: &(usize, Vec<Unit>), second: &[Unit], source: &Source, sources: &[Source]) -> bool {
    let best = &sources[first.0];
    let said = |units: &[Unit]| units.iter().flat_map(|unit| unit.terms.iter()).filter(|term| asked.contains(*term)).cloned().collect();
    let (one, two): (HashSet<String>, HashSet<String>) = (said(&first.1), said(second));
    let told = knowledge::words::terms(&best.heading);
    let new = two.iter().filter(|term| !one.contains(*term) && !told.contains(term)).count();
    let much = new * 3 >= asked.len() && (new > 1 || asked.len() < 4);
    !best.answer && source.confidence >= best.confidence * NEARLY && source.text != best.text && new > 0 && much
}

fn join(parts: Vec<(usize, Vec<Unit>)>) -> Extract {
    let mut body = String::new();
    let mut cited = Vec::new();
    for (index, units) in parts {
        cited.push(index);
        if !body.is_empty() {
            body.push_str("\n\n");
        }
        body.push_str(&write(&units, cited.len()));
    }
    Extract { body, cited }
}

/// Writes the units as Markdown with the citation behind the last words.
fn write(units: &[Unit], n: usize) -> String {
    let mark = format!("[{n}]");
    let cite_at = units.iter().rposition(|unit| matches!(unit.kind, Kind::Sentence | Kind::List | Kind::Quote));
    let mut body = String::new();
    for (at, unit) in units.iter().enumerate() {
        if at > 0 {
            body.push_str(gap(&units[at - 1], unit));
        }
        body.push_str(unit.text.trim_end());
        if Some(at) == cite_at {
            body.push_str(if ends_dense(&unit.text) { "" } else { " " });
            body.push_str(&mark);
        }
    }
    if cite_at.is_none() {
        body.push_str("\n\n");
        body.push_str(&mark);
    }
    body
}

fn gap(before: &Unit, unit: &Unit) -> &'static str {
    match (before.kind, unit.kind, unit.begins) {
        (Kind::Sentence, Kind::Sentence, false) if ends_dense(&before.text) => "",
        (Kind::Sentence, Kind::Sentence, false) => " ",
        _ => "\n\n",
    }
}

/// Whether a text ends in Chinese, where no space follows.
fn ends_dense(text: &str) -> bool {
    text.trim_end().chars().next_back().is_some_and(clean::is_dense)
}
