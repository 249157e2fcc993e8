//! Passages of different documents that say almost the same: some of them with other numbers.

mod shingle;

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    sync::Arc,
};

use chat::{DocumentId, PassageId, Store, WorkspaceId, row};
use serde::Serialize;
use sqlx::Row;

use crate::{Error, Knowledge, Passage, Result, revision, words};
use shingle::{BANDS, Shape};

/// Passages that are compared, the newest first.
const MOST: i64 = 50_000;
/// Pairs that are listed.
const LISTED: usize = 200;
/// From this share of common word groups on, two texts are twins.
const ALIKE: f64 = 0.6;
/// In a larger crowd each is compared with its neighbour only.
const CROWD: usize = 40;

/// Two passages that say almost the same.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Twins {
    /// One of them.
    pub one: Side,
    /// The other.
    pub other: Side,
    /// From 0 to 1, numbers aside.
    pub likeness: f64,
    /// Numbers, dates and amounts that only one has: they may contradict each other.
    pub differ: bool,
}

/// One of two.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Side {
    /// The passage.
    pub passage: PassageId,
    /// Its document.
    pub document: DocumentId,
    /// The document's title.
    pub title: String,
    /// Its heading, or the question.
    pub heading: String,
    /// What it says.
    pub text: String,
    /// Its numbers that the other has not.
    pub numbers: Vec<String>,
}

impl Knowledge {
    /// Passages of different documents that say almost the same, those that may contradict each other first.
    ///
    /// # Errors
    /// The record's.
    pub async fn twins(&self, workspace: WorkspaceId) -> Result<Arc<Vec<Twins>>> {
        let store = self.chat().store();
        let revision = revision::now(store, workspace).await?;
        if let Some((at, known)) = self.known_twins().lock().get(&workspace)
            && *at == revision
        {
            return Ok(known.clone());
        }
        let sides = sides(store, workspace).await?;
        let found = tokio::task::spawn_blocking(move || find(&sides)).await.map_err(|error| Error::Index(error.to_string()))?;
        let found = Arc::new(found);
        self.known_twins().lock().insert(workspace, (revision, found.clone()));
        Ok(found)
    }
}

/// Pairs among passages that an answer would rest on which contradict one another: places in the list.
#[must_use]
pub fn contradictions(passages: &[&Passage]) -> Vec<(usize, usize)> {
    let side = |passage: &&Passage| Side {
        passage: passage.id,
        document: passage.document,
        title: passage.title.clone(),
        heading: passage.heading.clone(),
        text: passage.text.clone(),
        numbers: Vec::new(),
    };
    let sides: Vec<Side> = passages.iter().map(side).collect();
    let shapes: Vec<Shape> = sides.iter().map(|side| Shape::of(&side.text)).collect();
    let pairs = (0..sides.len()).flat_map(|one| (one + 1..sides.len()).map(move |other| (one, other)));
    let differ = |&(one, other): &(usize, usize)| {
        compare(&sides[one], &sides[other], &shapes[one], &shapes[other]).is_some_and(|twins| twins.differ)
    };
    pairs.filter(differ).collect()
}

async fn sides(store: &Store, workspace: WorkspaceId) -> Result<Vec<Side>> {
    let rows = sqlx::query(
        "SELECT passage.id AS id, passage.document_id AS document_id, document.title AS title, passage.heading AS heading, passage.text AS text
         FROM passage JOIN document ON document.id = passage.document_id AND document.workspace_id = passage.workspace_id
         WHERE passage.workspace_id = $1 AND passage.hidden_at IS NULL AND passage.kind <> 'variant' ORDER BY passage.id DESC LIMIT $2",
    )
    .bind(workspace.text())
    .bind(MOST)
    .fetch_all(store.read())
    .await?;
    rows.iter()
        .map(|row| {
            Ok(Side {
                passage: row::id(row, "id")?,
                document: row::id(row, "document_id")?,
                title: row.try_get("title")?,
                heading: row.try_get("heading")?,
                text: row.try_get("text")?,
                numbers: Vec::new(),
            })
        })
        .collect()
}

/// The pairs among passages.
fn find(sides: &[Side]) -> Vec<Twins> {
    let shapes: Vec<Shape> = sides.iter().map(|side| Shape::of(&side.text)).collect();
    let mut pairs = HashSet::new();
    for band in 0..BANDS {
        crowds(sides.len(), |n| shapes[n].band(band), &mut pairs);
    }
    crowds(sides.len(), |n| sides[n].heading.contains(['?', '？']).then(|| shingle::hash(&words::fold(&sides[n].heading))), &mut pairs);
    let mut found: Vec<Twins> = pairs.into_iter().filter_map(|(a, b)| compare(&sides[a], &sides[b], &shapes[a], &shapes[b])).collect();
    found.sort_by(|a, b| b.differ.cmp(&a.differ).then(b.likeness.total_cmp(&a.likeness)).then(a.one.passage.0.cmp(&b.one.passage.0)));
    found.truncate(LISTED);
    found
}

/// Pairs of those with the same key.
fn crowds(count: usize, key: impl Fn(usize) -> Option<u64>, pairs: &mut HashSet<(usize, usize)>) {
    let mut crowds: HashMap<u64, Vec<usize>> = HashMap::new();
    for n in 0..count {
        if let Some(key) = key(n) {
            crowds.entry(key).or_default().push(n);
        }
    }
    for crowd in crowds.into_values() {
        let reach = if crowd.len() > CROWD { 1 } else { crowd.len() };
        for (at, &one) in crowd.iter().enumerate() {
            pairs.extend(crowd.iter().skip(at + 1).take(reach).map(|&other| (one, other)));
        }
    }
}

fn compare(one: &Side, other: &Side, a: &Shape, b: &Shape) -> Option<Twins> {
    if one.document == other.document {
        return None;
    }
    let question = one.heading.contains(['?', '？']) && words::fold(&one.heading) == words::fold(&other.heading);
    let likeness = a.likeness(b);
    let (left, right) = (only(&a.numbers, &b.numbers), only(&b.numbers, &a.numbers));
    let differ = !left.is_empty() && !right.is_empty();
    if likeness < ALIKE && !(question && differ) {
        return None;
    }
    let side = |side: &Side, numbers| Side { numbers, ..side.clone() };
    Some(Twins { one: side(one, left), other: side(other, right), likeness, differ })
}

fn only(ours: &BTreeSet<String>, theirs: &BTreeSet<String>) -> Vec<String> {
    ours.difference(theirs).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn side(heading: &str, text: &str) -> Side {
        let id = |text: &str| text.parse().unwrap();
        let new = uuid::Uuid::new_v4().to_string();
        Side {
            passage: id(&new),
            document: new.parse().unwrap(),
            title: String::new(),
            heading: heading.into(),
            text: text.into(),
            numbers: Vec::new(),
        }
    }

    #[test]
    fn twins_are_found_and_their_numbers_compared() {
        let returned = "You may return an item within 30 days of delivery if it is unused, in its box and with the bill that came with it.";
        let sides = [
            side("Returns", returned),
            side("Sending back", &returned.replace("30", "14")),
            side("Returns (copy)", &returned.replace("unused", "not used")),
            side(
                "Delivery",
                "Parcels within the country arrive in 2 to 4 working days after the order is packed and handed to the carrier.",
            ),
            side("运费是多少？", "全国运费 10 元，满 99 元包邮。"),
            side("运费是多少？", "每单收取 12 元运费。"),
            side("How much is it?", "It is 5 euro."),
            side("How much is it?", "It costs 5 euro."),
        ];
        let found = find(&sides);
        let pair = |a: usize, b: usize| {
            found.iter().find(|twins| {
                [(&twins.one), (&twins.other)].iter().all(|side| [sides[a].passage, sides[b].passage].contains(&side.passage))
            })
        };
        assert!(
            pair(0, 1).is_some_and(|twins| twins.differ && [&twins.one, &twins.other].iter().any(|side| side.numbers == ["14"])),
            "{found:?}"
        );
        assert!(pair(0, 2).is_some_and(|twins| !twins.differ && twins.likeness < 1.0), "{found:?}");
        assert!(pair(4, 5).is_some_and(|twins| twins.differ), "{found:?}");
        assert!(pair(6, 7).is_none() && pair(0, 3).is_none(), "{found:?}");
        assert!(found[0].differ, "contradictions come first");
    }

    #[test]
    fn many_copies_do_not_make_a_flood() {
        let sides: Vec<Side> = (0..3_000)
            .map(|_| side("Footer", "Write to us at any time, we answer within one working day and are glad to help you."))
            .collect();
        let begun = std::time::Instant::now();
        assert_eq!(find(&sides).len(), LISTED);
        assert!(begun.elapsed().as_secs() < 20);
    }
}
