//! Which part of a passage answers: units that follow one another, so that they read as they were written.

use std::collections::{HashMap, HashSet};

use super::{
    Source,
    unit::{Kind, Unit, leads, units},
};

/// An answer may be this many times as wide as the room before only a part of it is quoted.
const WHOLE: f64 = 1.35;
/// A paragraph's end is a good end once this part of the room is used.
const ENOUGH: f64 = 0.55;
/// How many words of the question another place must say more than the beginning of an answer does.
const BETTER: f64 = 1.6;

/// The units to quote; `None` when nothing of the passage can be shown.
pub(super) fn choose(asked: &HashSet<String>, source: &Source, room: usize) -> Option<Vec<Unit>> {
    let all = from_a_start(without_title(units(&source.text), &source.heading), source.answer);
    let total: usize = all.iter().map(|unit| unit.width).sum();
    if all.is_empty() || !all.iter().any(|unit| unit.kind != Kind::Code || all.len() == 1) {
        return None;
    }
    let whole = if source.answer { WHOLE } else { 1.0 };
    if total as f64 <= room as f64 * whole {
        return Some(trimmed(all));
    }
    let weights = Weights::of(asked, source, &all);
    let starts = (0..all.len()).filter(|at| *at == 0 || !all[*at].leans);
    let scored = starts.map(|start| {
        let end = end_of(&all, start, room);
        (weights.score(&all, start, end), start, end)
    });
    let best = scored.max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)))?;
    let (_, mut start, end) = best;
    let first = weights.covered(&all[..end_of(&all, 0, room)]);
    if source.answer && weights.covered(&all[start..end]) < first + BETTER {
        start = 0;
    }
    start = back_to_sense(&all, start, room);
    let end = end_of(&all, start, room);
    let kept = trimmed(all[start..end].to_vec());
    (!kept.is_empty()).then_some(kept)
}

/// A first line that only repeats the heading says nothing.
fn without_title(mut units: Vec<Unit>, heading: &str) -> Vec<Unit> {
    let title = heading.rsplit(knowledge::split::PATH).next().unwrap_or(heading).trim();
    if units.len() > 1 && units[0].kind == Kind::Sentence && units[0].text.trim_matches(['*', '_', '#', ' ']) == title {
        units.remove(0);
    }
    units
}

/// A passage that begins within a sentence is quoted from the next one on.
fn from_a_start(mut units: Vec<Unit>, answer: bool) -> Vec<Unit> {
    let closes_first = |text: &str| text.find([')', '）']).is_some_and(|at| !text[..at].contains(['(', '（']));
    let cut = |c: char| c.is_ascii_lowercase() || matches!(c, ',' | '.' | ')' | '，' | '。' | '、' | '）');
    let within = |text: &str| text.starts_with(cut) || closes_first(text);
    if !answer && units.len() > 1 && units[0].kind == Kind::Sentence && within(&units[0].text) && !leads(&units[0].text) {
        units.remove(0);
    }
    units
}

/// From `start` as far as the room goes, rather to the end of a paragraph.
fn end_of(units: &[Unit], start: usize, room: usize) -> usize {
    let mut used = 0;
    let mut good_end = None;
    for (at, unit) in units.iter().enumerate().skip(start) {
        // A list that was promised comes along, however long it is.
        let promised = unit.leans && unit.kind != Kind::Sentence;
        if at > start && !promised {
            if used + unit.width > room {
                return good_end.unwrap_or(at);
            }
            if unit.begins && used as f64 >= room as f64 * ENOUGH {
                good_end = Some(at);
            }
        }
        used += unit.width;
    }
    units.len()
}

/// Steps back to where the words begin to make sense: the paragraph's start if it is near.
fn back_to_sense(units: &[Unit], start: usize, room: usize) -> usize {
    let mut at = start;
    let mut used = 0;
    while at > 0 && !units[at].begins {
        used += units[at - 1].width;
        if used > room / 3 && !units[at].leans {
            return if units[start].leans { at } else { start };
        }
        at -= 1;
    }
    match at > 0 && (units[at].leans || leads(&units[at - 1].text)) {
        true => at - 1,
        false => at,
    }
}

/// Without a promise at the end that nothing keeps.
fn trimmed(mut units: Vec<Unit>) -> Vec<Unit> {
    while units.len() > 1 && units.last().is_some_and(|unit| unit.kind == Kind::Sentence && leads(&unit.text)) {
        units.pop();
    }
    if let Some(first) = units.first_mut() {
        first.begins = true;
    }
    units
}

/// How much each word of the question says within this passage.
struct Weights(HashMap<String, f64>);

impl Weights {
    fn of(asked: &HashSet<String>, source: &Source, units: &[Unit]) -> Self {
        let told: HashSet<String> = knowledge::words::terms(&source.heading).into_iter().collect();
        let weigh = |term: &String| {
            let seen = units.iter().filter(|unit| unit.terms.contains(term)).count();
            // What the heading says already, every unit is about.
            let part = if told.contains(term) { 0.4 } else { 1.0 };
            (term.clone(), part * (1.0 + units.len() as f64 / (1 + seen) as f64).ln())
        };
        Self(asked.iter().map(weigh).collect())
    }

    /// The weight of the question's words that the units say, each once.
    fn covered(&self, units: &[Unit]) -> f64 {
        self.0.iter().filter(|(term, _)| units.iter().any(|unit| unit.terms.contains(*term))).map(|(_, weight)| weight).sum()
    }

    fn score(&self, units: &[Unit], start: usize, end: usize) -> f64 {
        let window = &units[start..end];
        let all: f64 = self.0.values().sum::<f64>().max(0.001);
        let repeated: f64 =
            window.iter().map(|unit| self.0.iter().filter(|(term, _)| unit.terms.contains(*term)).map(|(_, w)| w).sum::<f64>()).sum();
        let early = 0.12 * (1.0 - start as f64 / units.len() as f64) + if start == 0 { 0.08 } else { 0.0 };
        let begins = if units[start].begins { 0.06 } else { 0.0 };
        self.covered(window) / all + 0.15 * (repeated / all / window.len() as f64) + early + begins
    }
}
