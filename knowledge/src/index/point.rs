//! A passage as an index holds it, and who may find it.

use std::{collections::HashSet, sync::Arc};

use chat::{DocumentId, LibraryId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    stats::{Known, Stats},
    weights::Counts,
};
use crate::{
    Audience, Reader,
    passage::{Kind, Passage},
    release::{At, Span},
};

/// The name of the vectors of words.
pub(super) const WORDS: &str = "words";
/// The name of the vectors of meaning.
pub(super) const MEANING: &str = "meaning";

/// Neighbours of a vector in the graph, and how many are looked at to choose them: with half as many, one in twenty of the nearest
/// among 100,000 is out of reach.
pub(super) const LINKS: usize = 32;
pub(super) const BREADTH: usize = 200;
/// Vectors that are looked at on the way through their graph. Among 100,000 this misses one in seventy of the nearest; 256 miss one
/// in a hundred, 400 one in two hundred, and take longer.
pub(super) const WIDTH: usize = 200;
/// The way through the graph is walked on bytes, a quarter of the memory; so many of the numbers lie within what a byte can say.
pub(super) const QUANTILE: f32 = 0.99;

/// The last release of a passage that is knowledge of today: more than there will ever be, and exact as a float.
const TODAY: i64 = 1 << 40;

/// A passage to be put into an index.
#[derive(Clone, Debug)]
pub(crate) struct Point {
    pub id: Uuid,
    pub document: Uuid,
    pub library: LibraryId,
    pub audience: Audience,
    pub span: Span,
    pub kind: Kind,
    pub counts: Counts,
    pub meaning: Option<Vec<f32>>,
    /// It should have a vector, but the model did not answer.
    pub pending: bool,
}

impl Point {
    /// What is in memory of it.
    pub(super) fn known(&self) -> Known {
        Known {
            document: self.document,
            kind: self.kind,
            audience: self.audience.clone(),
            span: self.span,
            length: self.counts.length,
            pending: self.pending,
        }
    }

    /// What an engine stores.
    pub(super) fn row(&self, average_length: f32, size: Option<usize>) -> Row {
        let stored = Stored {
            document: self.document,
            library: self.library.text(),
            audience: self.audience.text(),
            kind: self.kind.text().to_owned(),
            length: self.counts.length,
            pending: self.pending,
            since: self.span.since,
            last: self.span.last.unwrap_or(TODAY),
        };
        let meaning = self.meaning.clone().filter(|meaning| Some(meaning.len()) == size);
        Row { id: self.id, stored, words: self.counts.weights(average_length), meaning }
    }
}

/// What an engine stores of a passage.
pub(super) struct Row {
    pub id: Uuid,
    pub stored: Stored,
    /// Dimensions, and the weight of each.
    pub words: (Vec<u32>, Vec<f32>),
    pub meaning: Option<Vec<f32>>,
}

/// The fields beside the vectors: searches are limited by them.
#[derive(Serialize, Deserialize)]
pub(super) struct Stored {
    document: Uuid,
    library: String,
    audience: String,
    kind: String,
    length: u32,
    pending: bool,
    since: i64,
    last: i64,
}

impl Stored {
    /// Fields that are words, and fields that are numbers: both have an index of their own.
    pub(super) const KEYWORDS: [&str; 2] = ["library", "audience"];
    pub(super) const NUMBERS: [&str; 2] = ["since", "last"];

    pub(super) fn known(&self) -> Known {
        Known {
            document: self.document,
            kind: Kind::parse(&self.kind),
            audience: Audience::parse(&self.audience),
            span: Span { since: self.since, last: Some(self.last).filter(|last| *last != TODAY) },
            length: self.length,
            pending: self.pending,
        }
    }
}

/// A point that was read back.
pub(super) struct Held {
    pub id: Uuid,
    pub known: Known,
    /// Its words, as dimensions.
    pub words: Vec<u32>,
}

/// A passage that was found.
#[derive(Clone, Debug)]
pub(crate) struct Scored {
    pub id: Uuid,
    pub document: Uuid,
    pub kind: Kind,
    pub score: f64,
}

/// What is looked for.
pub(super) enum Probe {
    /// Dimensions, and how often each was asked.
    Words(Vec<u32>, Vec<f32>),
    Meaning(Vec<f32>),
}

/// Who asks, and where to look: applied before anything is ranked.
#[derive(Clone, Debug)]
pub(crate) struct Scope {
    pub reader: Reader,
    /// Libraries to look in; `None`: all.
    pub libraries: Option<Vec<LibraryId>>,
    /// Libraries that are not for the reader.
    pub closed: Vec<LibraryId>,
    /// Documents to look in; `None`: all.
    pub documents: Option<Arc<HashSet<DocumentId>>>,
    /// Knowledge of today, or of a release.
    pub at: At,
    /// Every passage is compared; for measuring what the graph of vectors misses.
    pub exact: bool,
}

/// What must hold of a field.
pub(super) enum Must {
    BeOneOf(&'static str, Vec<String>),
    BeNoneOf(&'static str, Vec<String>),
    /// One of these points.
    Be(Vec<Uuid>),
    /// From and to, both included.
    Lie(&'static str, Option<i64>, Option<i64>),
}

impl Scope {
    /// Whether a passage of the record may be found so.
    pub(crate) fn holds(&self, passage: &Passage) -> bool {
        self.reader.may(&passage.audience)
            && self.libraries.as_ref().is_none_or(|libraries| libraries.contains(&passage.library))
            && !self.closed.contains(&passage.library)
            && self.documents.as_ref().is_none_or(|documents| documents.contains(&passage.document))
            && passage.span.holds(self.at)
    }

    /// The conditions of a search over points of which these are known. Points are named by their documents here: no engine has to
    /// keep another index for that.
    pub(super) fn conditions(&self, stats: &Stats) -> Vec<Must> {
        let mut all = Vec::new();
        all.extend(stats.audiences_of(&self.reader).map(|audiences| Must::BeOneOf("audience", audiences)));
        all.extend(self.documents.as_ref().map(|documents| Must::Be(stats.points_of(documents))));
        let texts = |libraries: &[LibraryId]| libraries.iter().map(LibraryId::text).collect();
        all.extend(self.libraries.as_deref().map(|libraries| Must::BeOneOf("library", texts(libraries))));
        if !self.closed.is_empty() {
            all.push(Must::BeNoneOf("library", texts(&self.closed)));
        }
        match self.at {
            At::Today if stats.is_of_today() => {}
            At::Today => all.push(Must::Lie("last", Some(TODAY), None)),
            At::Release(number) => {
                all.push(Must::Lie("since", None, Some(number)));
                all.push(Must::Lie("last", Some(number), None));
            }
        }
        all
    }
}
