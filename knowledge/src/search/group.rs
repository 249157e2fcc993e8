//! Points to entries: the wordings of one question count as one entry, and a document does not fill the list.

use std::collections::HashMap;

use uuid::Uuid;

use crate::{embed::Scale, index::Scored, passage::Kind};

/// Each further wording of an entry that is met counts this much of the one before: many that agree beat one that happens to.
const AGREEING: f64 = 0.35;
/// Wordings of an entry that count.
const WORDINGS: usize = 5;
/// Wordings of an entry that are compared with the question.
const COMPARED: usize = 5;
/// How much the meaning of an entry's nearest wordings counts, each half as much as the one before: one that happens to be near
/// proves less than several that agree. One, two or five, or all of them alike, tell less on the sets whose entries have many.
const MEANT: [f64; 3] = [1.0, 0.5, 0.25];
/// Best points among which entries are counted.
const VOTERS: usize = 10;
/// What a missing one counts of the best.
const ABSENT: f64 = 0.25;
/// How much meaning counts beside words. Chosen on seven sets, each left out in turn; it is flat around this value.
const MEANING: f64 = 0.85;

/// What the index found.
#[derive(Default)]
pub(super) struct Ranked {
    pub by_words: Vec<Scored>,
    pub by_meaning: Vec<Scored>,
    /// How much meaning counts beside words.
    pub weight: f64,
    /// What the model's similarities mean.
    pub scale: Scale,
}

/// An entry: one passage of running text, or a question in all its wordings.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub document: Uuid,
    /// Its points with their scores by words, best first.
    pub points: Vec<(Uuid, f64)>,
    pub asked: bool,
    pub lexical: f64,
    /// Similarities of its nearest wordings, best first; none when it was not found by meaning.
    near: Vec<f64>,
    /// How near its nearest wordings are by meaning: 0 unrelated, 1 the same question. When meaning was asked and it was not
    /// among the nearest, no nearer than the last of those.
    pub meant: Option<f64>,
    /// From 0; large when it was not found by meaning.
    pub meant_rank: usize,
    /// Score of the order.
    pub fused: f64,
    /// Share of the ten best points' scores that its document has.
    pub vote: f64,
    /// How alike the question and its closest wording are, 0 to 1.
    pub alike: f64,
    /// Its place in the order by words.
    pub words: f64,
}

impl Group {
    /// Similarity of the nearest wording, −1 to 1, when it was found by meaning.
    pub(super) fn vector(&self) -> Option<f64> {
        self.near.first().copied()
    }
}

/// The entries worth a second look: the best by words and the best by meaning.
pub(super) fn candidates(ranked: &Ranked, most: usize) -> Vec<Group> {
    let mut groups = collected(ranked);
    lexical(&mut groups, &ranked.by_words);
    meant(&mut groups, ranked);
    groups.sort_by(|a, b| b.lexical.total_cmp(&a.lexical).then(a.document.cmp(&b.document)));
    let mut at = 0;
    groups.retain(|group| {
        at += 1;
        at <= most || group.meant_rank < most
    });
    groups
}

/// The best entries in the order of words and meaning together.
pub(super) fn best(mut groups: Vec<Group>, ranked: &Ranked, limit: usize, per_document: usize) -> Vec<Group> {
    let words = if ranked.by_words.is_empty() { 0.0 } else { 1.0 };
    for group in &mut groups {
        group.fused = words * group.words + ranked.weight * MEANING * group.meant.unwrap_or(0.0);
    }
    groups.sort_by(|a, b| b.fused.total_cmp(&a.fused).then(b.words.total_cmp(&a.words)).then(a.document.cmp(&b.document)));
    let mut shown: HashMap<Uuid, usize> = HashMap::new();
    groups.retain(|group| {
        let shown = shown.entry(group.document).or_default();
        *shown += 1;
        *shown <= per_document
    });
    groups.truncate(limit);
    groups
}

/// Places by meaning, and how near each entry is.
fn meant(groups: &mut [Group], ranked: &Ranked) {
    let Some(last) = ranked.by_meaning.last().map(|point| ranked.scale.standing(point.score)) else { return };
    for group in groups.iter_mut() {
        group.meant = Some(agreed(&group.near).map_or(last, |score| ranked.scale.standing(score)));
    }
    for (rank, at) in order(groups, |group| group.meant.filter(|_| !group.near.is_empty())).into_iter().enumerate() {
        groups[at].meant_rank = rank;
    }
}

/// The mean of the similarities, each with half the weight of the one before; none of none.
fn agreed(near: &[f64]) -> Option<f64> {
    let weighed = near.iter().zip(MEANT);
    let (sum, weights) = weighed.fold((0.0, 0.0), |(sum, weights), (score, weight)| (sum + score * weight, weights + weight));
    (weights > 0.0).then(|| sum / weights)
}

fn collected(ranked: &Ranked) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut places: HashMap<Uuid, usize> = HashMap::new();
    // A document with an answer is one entry, whatever its parts are.
    let asked: HashMap<Uuid, bool> = ranked.by_words.iter().chain(&ranked.by_meaning).fold(HashMap::new(), |mut all, point| {
        *all.entry(point.document).or_default() |= point.kind != Kind::Text;
        all
    });
    let found = ranked.by_words.iter().map(|point| (point, true)).chain(ranked.by_meaning.iter().map(|point| (point, false)));
    for (point, words) in found {
        let asked = asked.get(&point.document).copied().unwrap_or(false);
        let at = *places.entry(if asked { point.document } else { point.id }).or_insert_with(|| {
            groups.push(Group {
                document: point.document,
                points: Vec::new(),
                asked,
                lexical: 0.0,
                near: Vec::new(),
                meant: None,
                meant_rank: usize::MAX,
                fused: 0.0,
                vote: 0.0,
                alike: 0.0,
                words: 0.0,
            });
            groups.len() - 1
        });
        let group = &mut groups[at];
        if words {
            group.points.push((point.id, point.score));
        } else {
            if group.near.len() < MEANT.len() {
                group.near.push(point.score);
            }
            if !group.points.iter().any(|(id, _)| *id == point.id) {
                group.points.push((point.id, 0.0));
            }
        }
    }
    groups
}

fn lexical(groups: &mut [Group], by_words: &[Scored]) {
    let mut votes: HashMap<Uuid, f64> = HashMap::new();
    for point in by_words.iter().take(VOTERS) {
        *votes.entry(point.document).or_default() += point.score;
    }
    // A small library has fewer points than voters: those that are missing count too, or the only one met would be elected.
    let missing = VOTERS.saturating_sub(by_words.len()) as f64 * ABSENT * by_words.first().map_or(0.0, |best| best.score);
    let all = votes.values().sum::<f64>() + missing;
    for group in groups {
        group.lexical = group
            .points
            .iter()
            .take(WORDINGS)
            .enumerate()
            .map(|(n, (_, score))| score * AGREEING.powi(i32::try_from(n).unwrap_or(i32::MAX)))
            .sum();
        group.vote = votes.get(&group.document).map_or(0.0, |vote| vote / all.max(f64::MIN_POSITIVE));
        group.points.truncate(COMPARED);
    }
}

/// Places of the groups that have a value, highest first.
fn order(groups: &[Group], value: impl Fn(&Group) -> Option<f64>) -> Vec<usize> {
    let mut valued: Vec<(usize, f64)> = groups.iter().enumerate().filter_map(|(at, group)| Some((at, value(group)?))).collect();
    valued.sort_by(|a, b| b.1.total_cmp(&a.1));
    valued.into_iter().map(|(at, _)| at).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(id: u128, document: u128, kind: Kind, score: f64) -> Scored {
        Scored { id: Uuid::from_u128(id), document: Uuid::from_u128(document), kind, score }
    }

    /// As if words alone had been compared.
    fn groups(ranked: &Ranked, limit: usize, per_document: usize) -> Vec<Group> {
        let mut all = candidates(ranked, 50);
        all.iter_mut().for_each(|group| group.words = group.lexical);
        best(all, ranked, limit, per_document)
    }

    fn documents(groups: &[Group]) -> Vec<u128> {
        groups.iter().map(|group| group.document.as_u128()).collect()
    }

    #[test]
    fn wordings_that_agree_beat_one_that_happens_to() {
        let by_words = vec![
            point(1, 10, Kind::Variant, 5.0),
            point(2, 20, Kind::Variant, 4.9),
            point(3, 20, Kind::Variant, 4.8),
            point(4, 20, Kind::Answer, 1.0),
        ];
        let found = groups(&Ranked { by_words, by_meaning: vec![], weight: 1.0, scale: Scale::default() }, 10, 3);
        assert_eq!(documents(&found), [20, 10]);
        assert!(found[0].vote > found[1].vote);
    }

    #[test]
    fn a_document_does_not_fill_the_list() {
        let by_words = (0..10).map(|n| point(n, u128::from(n == 9), Kind::Text, 10.0 - n as f64)).collect();
        let found = groups(&Ranked { by_words, by_meaning: vec![], weight: 1.0, scale: Scale::default() }, 10, 3);
        assert_eq!(documents(&found), [0, 0, 0, 1]);
    }

    #[test]
    fn meaning_and_words_add_up() {
        let by_words = vec![point(1, 10, Kind::Text, 0.9), point(2, 20, Kind::Text, 0.7)];
        let by_meaning = vec![point(2, 20, Kind::Text, 0.9), point(3, 30, Kind::Text, 0.8), point(4, 40, Kind::Text, 0.1)];
        let found =
            groups(&Ranked { by_words: by_words.clone(), by_meaning: by_meaning.clone(), weight: 1.0, scale: Scale::default() }, 10, 3);
        assert_eq!(documents(&found), [20, 10, 30, 40]);
        assert_eq!((found[0].lexical, found[0].vector(), found[0].meant), (0.7, Some(0.9), Some(0.9)));
        assert_eq!((found[1].vector(), found[1].meant), (None, Some(0.1)), "no nearer than the last of the nearest");
        let heavy = groups(&Ranked { by_words, by_meaning, weight: 9.0, scale: Scale::default() }, 10, 3);
        assert_eq!(documents(&heavy), [20, 30, 10, 40]);
    }

    #[test]
    fn wordings_that_agree_are_nearer_than_one_that_happens_to_be() {
        let near = [(1, 10, 0.9), (2, 20, 0.88), (3, 20, 0.87), (4, 20, 0.86), (5, 20, 0.1), (6, 10, 0.5), (7, 30, 0.4)];
        let by_meaning = near.map(|(id, document, score)| point(id, document, Kind::Variant, score)).to_vec();
        let found = groups(&Ranked { by_words: vec![], by_meaning, weight: 1.0, scale: Scale::default() }, 10, 3);
        assert_eq!(documents(&found), [20, 10, 30]);
        assert_eq!(found.iter().map(|group| group.meant_rank).collect::<Vec<_>>(), [0, 1, 2]);
        let meant: Vec<f64> = found.iter().filter_map(|group| group.meant).collect();
        assert!((meant[0] - (0.88 + 0.435 + 0.215) / 1.75).abs() < 1e-9 && (meant[1] - (0.9 + 0.25) / 1.5).abs() < 1e-9, "{meant:?}");
        assert_eq!((found[0].vector(), meant[2]), (Some(0.88), 0.4));
    }

    #[test]
    fn meaning_alone_is_in_its_own_order() {
        let by_meaning = vec![point(2, 20, Kind::Variant, 0.9), point(3, 30, Kind::Variant, 0.8), point(4, 30, Kind::Variant, 0.7)];
        let found = groups(&Ranked { by_words: vec![], by_meaning, weight: 1.0, scale: Scale::default() }, 10, 3);
        assert_eq!(documents(&found), [20, 30]);
        assert_eq!(found[1].points, [(Uuid::from_u128(3), 0.0), (Uuid::from_u128(4), 0.0)]);
    }
}
