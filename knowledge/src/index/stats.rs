//! How common words are in a workspace, and which passages the index holds.

use std::collections::{HashMap, HashSet};

use chat::DocumentId;
use uuid::Uuid;

use crate::{Audience, Reader, passage::Kind, release::Span};

/// How common words are in the workspace.
#[derive(Debug, Default)]
pub(crate) struct Stats {
    /// Changed by [`Stats::add`] and [`Stats::subtract`] alone, which keep the counts below.
    points: HashMap<Uuid, Known>,
    /// Points that only releases still have.
    retired: usize,
    /// How many points there are for each audience.
    audiences: HashMap<Audience, usize>,
    /// Points that wait for their vector.
    waiting: usize,
    frequencies: HashMap<u32, u32>,
    length: u64,
    /// The words of each point, where others may take points away and nobody could be asked for their words any more.
    kept: Option<HashMap<Uuid, Box<[u32]>>>,
}

/// What is known of a passage without asking the engine.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub document: Uuid,
    pub kind: Kind,
    pub audience: Audience,
    pub span: Span,
    pub length: u32,
    pub pending: bool,
}

impl Stats {
    /// Of nothing yet; `keeping`: with the words of each point.
    pub(super) fn new(keeping: bool) -> Self {
        Self { kept: keeping.then(HashMap::new), ..Self::default() }
    }

    /// The words of each point, if they are kept.
    pub(super) fn kept(&self) -> Option<&HashMap<Uuid, Box<[u32]>>> {
        self.kept.as_ref()
    }

    /// What is known of each point.
    pub(super) fn points(&self) -> &HashMap<Uuid, Known> {
        &self.points
    }

    /// Whether any point waits for its vector.
    pub(super) fn waits(&self) -> bool {
        self.waiting > 0
    }

    /// Rarity of a word, as the engine computes it.
    pub(crate) fn idf(&self, dimension: u32) -> f64 {
        let (all, having) = (self.points.len() as f64, f64::from(self.frequencies.get(&dimension).copied().unwrap_or(0)));
        (1.0 + (all - having + 0.5).max(0.0) / (having + 0.5)).ln()
    }

    /// About the rarity of a word that stands in one passage alone.
    pub(crate) fn rarest(&self) -> f64 {
        (1.0 + self.points.len() as f64).ln()
    }

    /// Whether any passage has the word.
    pub(crate) fn knows(&self, dimension: u32) -> bool {
        self.frequencies.contains_key(&dimension)
    }

    /// Words of a passage on average.
    pub(super) fn average_length(&self) -> f32 {
        if self.points.is_empty() { 1.0 } else { self.length as f32 / self.points.len() as f32 }
    }

    /// Whether all points are knowledge of today.
    pub(super) fn is_of_today(&self) -> bool {
        self.retired == 0
    }

    /// The audiences whose points a reader may find, as they are stored; `None`: every point there is, for a condition that always
    /// holds costs a search a tenth of its time. Of points that others put beside these, nothing is known.
    pub(super) fn audiences_of(&self, reader: &Reader) -> Option<Vec<String>> {
        if self.kept.is_some() {
            return reader.audiences();
        }
        if self.audiences.keys().all(|audience| reader.may(audience)) {
            return None;
        }
        let others = self.audiences.keys().filter(|audience| **audience != Audience::All && reader.may(audience));
        Some([&Audience::All].into_iter().chain(others).map(|audience| audience.text()).collect())
    }

    /// The points of documents.
    pub(super) fn points_of(&self, documents: &HashSet<DocumentId>) -> Vec<Uuid> {
        self.points.iter().filter(|(_, known)| documents.contains(&DocumentId(known.document))).map(|(id, _)| *id).collect()
    }

    /// The audiences that there are points for.
    pub(crate) fn audiences(&self) -> impl Iterator<Item = &Audience> {
        self.audiences.keys()
    }

    pub(super) fn add(&mut self, id: Uuid, known: Known, dimensions: impl Iterator<Item = u32>) {
        let dimensions: Box<[u32]> = dimensions.collect();
        dimensions.iter().for_each(|dimension| *self.frequencies.entry(*dimension).or_default() += 1);
        if let Some(kept) = &mut self.kept {
            kept.insert(id, dimensions);
        }
        self.count(&known);
        if let Some(before) = self.points.insert(id, known) {
            self.discount(&before);
        }
    }

    fn count(&mut self, known: &Known) {
        self.length += u64::from(known.length);
        self.retired += usize::from(known.span.last.is_some());
        *self.audiences.entry(known.audience.clone()).or_default() += 1;
        self.waiting += usize::from(known.pending);
    }

    fn discount(&mut self, known: &Known) {
        self.length -= u64::from(known.length);
        self.retired -= usize::from(known.span.last.is_some());
        if let Some(count) = self.audiences.get_mut(&known.audience) {
            *count -= 1;
            if *count == 0 {
                self.audiences.remove(&known.audience);
            }
        }
        self.waiting -= usize::from(known.pending);
    }

    /// Where words are kept, those are taken away and `dimensions` is not looked at.
    pub(super) fn subtract(&mut self, id: Uuid, dimensions: &[u32]) {
        let Some(known) = self.points.remove(&id) else { return };
        self.discount(&known);
        let kept = self.kept.as_mut().and_then(|kept| kept.remove(&id));
        for dimension in kept.as_deref().unwrap_or(dimensions) {
            if let Some(count) = self.frequencies.get_mut(dimension) {
                *count -= 1;
                if *count == 0 {
                    self.frequencies.remove(dimension);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_away_leaves_no_trace() {
        let mut stats = Stats::default();
        let known = Known {
            document: Uuid::from_u128(9),
            kind: Kind::Text,
            audience: Audience::All,
            span: Span::default(),
            length: 3,
            pending: false,
        };
        let (a, b) = (Uuid::from_u128(1), Uuid::from_u128(2));
        stats.add(a, known.clone(), [1, 2, 3].into_iter());
        let alone = (stats.idf(1), stats.average_length());
        stats.add(b, known, [3, 4, 5].into_iter());
        assert!(stats.idf(3) < stats.idf(4), "a common word is less rare");
        stats.subtract(b, &[3, 4, 5]);
        stats.subtract(b, &[3, 4, 5]);
        assert_eq!((stats.idf(1), stats.average_length()), alone);
        assert!(!stats.knows(4));
    }

    #[test]
    fn one_point_for_others_is_enough_to_ask_who_searches() {
        let mut stats = Stats::default();
        let of =
            |audience| Known { document: Uuid::from_u128(9), kind: Kind::Text, audience, span: Span::default(), length: 1, pending: false };
        let (a, b) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let pro = Reader::Proven([("plan".to_owned(), "Pro".to_owned())].into());
        stats.add(a, of(Audience::All), [1].into_iter());
        assert_eq!(stats.audiences_of(&Reader::Anyone), None, "all is for everybody: no condition");
        stats.add(b, of(Audience::with("plan", "pro").unwrap()), [1].into_iter());
        assert_eq!(stats.audiences_of(&Reader::Anyone), Some(vec!["all".to_owned()]));
        assert_eq!((stats.audiences_of(&pro), stats.audiences_of(&Reader::Staff)), (None, None), "they may find every point there is");
        stats.subtract(b, &[1]);
        assert_eq!(stats.audiences_of(&Reader::Anyone), None);
        stats.add(b, of(Audience::Staff), [1].into_iter());
        assert_eq!(stats.audiences_of(&pro), Some(vec!["all".to_owned()]));
        let shared = Stats::new(true);
        assert_eq!(shared.audiences_of(&Reader::Anyone), Some(vec!["all".to_owned()]), "others may have put some there");
        assert_eq!(shared.audiences_of(&pro).unwrap(), ["all", "verified", "with plan=pro", "with plan="]);
        assert_eq!(shared.audiences_of(&Reader::Staff), None);
    }

    proptest::proptest! {
        /// However points come, are replaced and go, the counts say what looking at all of them says.
        #[test]
        fn counts_are_never_stale(steps in proptest::collection::vec((0u128..6, proptest::bool::ANY, proptest::bool::ANY, 0i64..3, 1u32..9), 0..60), keeping: bool) {
            let mut stats = Stats::new(keeping);
            for (id, put, pending, last, length) in steps {
                let id = Uuid::from_u128(id);
                if put {
                    let span = Span { since: 0, last: (last > 0).then_some(last) };
                    let known = Known { document: id, kind: Kind::Text, audience: Audience::All, span, length, pending };
                    stats.add(id, known, [1].into_iter());
                } else {
                    stats.subtract(id, &[]);
                }
                let all = || stats.points().values();
                proptest::prop_assert_eq!(stats.waits(), all().any(|known| known.pending));
                proptest::prop_assert_eq!(stats.is_of_today(), all().all(|known| known.span.last.is_none()));
                proptest::prop_assert_eq!(stats.length, all().map(|known| u64::from(known.length)).sum::<u64>());
            }
        }
    }

    #[test]
    fn kept_words_are_taken_away_without_being_told() {
        let mut stats = Stats::new(true);
        let known = Known {
            document: Uuid::from_u128(9),
            kind: Kind::Text,
            audience: Audience::All,
            span: Span::default(),
            length: 3,
            pending: false,
        };
        stats.add(Uuid::from_u128(1), known, [1, 2].into_iter());
        stats.subtract(Uuid::from_u128(1), &[]);
        assert!(!stats.knows(1) && !stats.knows(2) && stats.kept().is_some_and(HashMap::is_empty));
    }
}
