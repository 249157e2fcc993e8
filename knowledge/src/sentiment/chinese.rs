//! Chinese: the longest entry of the lexicon at each place; no dictionary of words is needed.

use super::{Said, lexicon::CHINESE};

const NEGATIONS: [&str; 11] = ["没有", "不是", "不太", "不够", "并不", "从不", "不", "没", "无", "未", "非"];
/// A question by its form negates nothing.
const ASKS: [&str; 5] = ["是不是", "有没有", "能不能", "要不要", "会不会"];
const BUTS: [&str; 8] = ["但是", "但", "不过", "可是", "然而", "就是", "只是", "可惜"];
/// Longer ones first: what is found first counts.
const DEGREES: [(&str, f64); 24] = [
    ("非常", 1.4),
    ("特别", 1.4),
    ("超级", 1.5),
    ("十分", 1.4),
    ("极其", 1.5),
    ("相当", 1.3),
    ("实在", 1.3),
    ("完全", 1.3),
    ("简直", 1.4),
    ("真的", 1.25),
    ("有点", 0.7),
    ("有些", 0.7),
    ("稍微", 0.6),
    ("比较", 0.9),
    ("还算", 0.7),
    ("超", 1.4),
    ("太", 1.4),
    ("很", 1.25),
    ("真", 1.25),
    ("极", 1.4),
    ("最", 1.4),
    ("好", 1.2),
    ("巨", 1.4),
    ("略", 0.6),
];
/// So many characters before a word are looked at for a degree and a negation.
const REACH: usize = 4;
/// "Not good" is less bad than good is good; "not bad" says little.
const NOT_GOOD: f64 = -0.8;
const NOT_BAD: f64 = -0.5;

/// What a run of Chinese characters says.
pub(super) fn weigh(run: &str) -> Said {
    let places: Vec<usize> = run.char_indices().map(|(at, _)| at).chain([run.len()]).collect();
    let slice = |from: usize, to: usize| &run[places[from]..places[to]];
    let count = places.len() - 1;
    let (mut at, mut sum) = (0, 0.0);
    while at < count {
        let longest = CHINESE.longest.min(count - at);
        let found = (1..=longest).rev().find_map(|length| CHINESE.weight(slice(at, at + length)).map(|weight| (length, weight)));
        let Some((length, weight)) = found else {
            at += 1;
            continue;
        };
        if weight != 0.0 {
            sum += weight * leaning(slice(at.saturating_sub(REACH), at), weight);
        }
        at += length;
    }
    Said { weight: sum, turns: BUTS.iter().any(|but| run.starts_with(but)) }
}

/// By what the words before it change a weight.
fn leaning(before: &str, weight: f64) -> f64 {
    let degree = DEGREES.iter().find_map(|(word, factor)| Some((before.strip_suffix(word)?, *factor)));
    let (before, factor) = degree.unwrap_or((before, 1.0));
    let asks = ASKS.iter().any(|ask| before.contains(ask));
    let skipped = before.chars().count().saturating_sub(3);
    let near = before.char_indices().nth(skipped).map_or("", |(at, _)| &before[at..]);
    match !asks && NEGATIONS.iter().any(|not| near.contains(not)) {
        true if weight > 0.0 => factor * NOT_GOOD,
        true => factor * NOT_BAD,
        false => factor,
    }
}
