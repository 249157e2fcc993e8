//! How common words are in a workspace, and which passages the index holds.

use std::collections::HashMap;

use chat::Audience;
use uuid::Uuid;

use crate::{passage::Kind, release::Span};

/// How common words are in the workspace.
#[derive(Debug, Default)]
pub(crate) struct Stats {
    pub(super) points: HashMap<Uuid, Known>,
    /// Points that only releases still have.
    retired: usize,
    frequencies: HashMap<u32, u32>,
    length: u64,
}

/// What is known of a passage without asking the engine.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known {
    pub document: Uuid,
    pub kind: Kind,
    pub audience: Audience,
    pub span: Span,
    pub length: u32,
    pub pending: bool,
}

impl Stats {
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

    pub(super) fn add(&mut self, id: Uuid, known: Known, dimensions: impl Iterator<Item = u32>) {
        self.length += u64::from(known.length);
        dimensions.for_each(|dimension| *self.frequencies.entry(dimension).or_default() += 1);
        self.retired += usize::from(known.span.last.is_some());
        self.points.insert(id, known);
    }

    pub(super) fn subtract(&mut self, id: Uuid, dimensions: &[u32]) {
        let Some(known) = self.points.remove(&id) else { return };
        self.retired -= usize::from(known.span.last.is_some());
        self.length = self.length.saturating_sub(u64::from(known.length));
        for dimension in dimensions {
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
        stats.add(a, known, [1, 2, 3].into_iter());
        let alone = (stats.idf(1), stats.average_length());
        stats.add(b, known, [3, 4, 5].into_iter());
        assert!(stats.idf(3) < stats.idf(4), "a common word is less rare");
        stats.subtract(b, &[3, 4, 5]);
        stats.subtract(b, &[3, 4, 5]);
        assert_eq!((stats.idf(1), stats.average_length()), alone);
        assert!(!stats.knows(4));
    }
}
