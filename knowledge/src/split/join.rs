//! Sections whose headings do not begin a passage are joined with what stands before them, as far as a passage has room.

use super::{Cut, Draft, PATH, width};
use crate::{
    parse::{Block, Section},
    passage::Kind,
    spot::Spot,
};

/// A passage in the making.
struct Draught<'a> {
    /// What it says of which sections, by their paths.
    parts: Vec<(&'a [String], String)>,
    spot: &'a Option<Spot>,
}

/// The passages of sections; `pack` fills them with the blocks of one.
pub(super) fn join(sections: &[Section], cut: Cut, pack: impl Fn(&[Block]) -> Vec<String>) -> Vec<Draft> {
    let mut all: Vec<Draught<'_>> = Vec::new();
    for section in sections {
        for (n, text) in pack(&section.blocks).into_iter().enumerate() {
            let left = match all.last_mut().filter(|last| n == 0 && last.goes_on(section, cut.levels)) {
                Some(last) => last.take(section, text, cut.size),
                None => Some(text),
            };
            if let Some(text) = left {
                all.push(Draught { parts: vec![(&section.path, text)], spot: &section.spot });
            }
        }
    }
    all.into_iter().map(Draught::draft).collect()
}

impl<'a> Draught<'a> {
    /// Whether a section belongs to what stands before it, at the same place of the file.
    fn goes_on(&self, section: &Section, levels: usize) -> bool {
        let path = self.parts.last().map_or(&[][..], |(path, _)| path);
        section.path.len() > levels && path.get(..levels) == section.path.get(..levels) && *self.spot == section.spot
    }

    /// Takes a text of a section; gives it back when there is no room.
    fn take(&mut self, section: &'a Section, text: String, size: usize) -> Option<String> {
        self.parts.push((&section.path, text));
        let fits = width(&self.text()) <= size;
        if fits { None } else { self.parts.pop().map(|(_, text)| text) }
    }

    /// The path that all of it stands under.
    fn path(&self) -> &'a [String] {
        self.parts.iter().map(|(path, _)| *path).reduce(shared).unwrap_or_default()
    }

    /// With the headings that its own does not say.
    fn text(&self) -> String {
        let (mut lines, mut before) = (Vec::new(), self.path());
        for (path, text) in &self.parts {
            let fresh = path.iter().enumerate().skip(shared(before, path).len());
            lines.extend(fresh.map(|(level, heading)| format!("{} {heading}", "#".repeat((level + 2).min(6)))));
            lines.push(text.clone());
            before = path;
        }
        lines.join("\n\n")
    }

    fn draft(self) -> Draft {
        Draft { kind: Kind::Text, heading: self.path().join(PATH), text: self.text(), spot: self.spot.clone() }
    }
}

/// What two paths begin with.
fn shared<'a>(one: &'a [String], other: &[String]) -> &'a [String] {
    let same = one.iter().zip(other).take_while(|(one, other)| one == other).count();
    &one[..same]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A section of each path, which says its last heading in small letters.
    fn sections(paths: &[&str]) -> Vec<Section> {
        let section = |path: &&str| {
            let path: Vec<String> = path.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect();
            let text = path.last().map_or_else(|| "begin".to_owned(), |last| last.to_lowercase());
            Section { path, blocks: vec![Block { text, whole: false }], spot: None }
        };
        paths.iter().map(section).collect()
    }

    fn joined(sections: &[Section], cut: Cut) -> Vec<(String, String)> {
        let pack = |blocks: &[Block]| blocks.iter().map(|block| block.text.clone()).collect();
        join(sections, cut, pack).into_iter().map(|draft| (draft.heading, draft.text)).collect()
    }

    #[test]
    fn a_passage_begins_at_headings_down_to_a_level() {
        let document = sections(&["", "Pay", "Pay/Card", "Pay/Card/Visa", "Pay/Cash", "Return", "Return/Shoes"]);
        let of = |levels| joined(&document, Cut { size: 1_000, levels });
        let pairs = |list: &[(&str, &str)]| list.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect::<Vec<_>>();
        assert_eq!(
            of(0),
            pairs(&[(
                "",
                "begin\n\n## Pay\n\npay\n\n### Card\n\ncard\n\n#### Visa\n\nvisa\n\n### Cash\n\ncash\n\n## Return\n\nreturn\n\n### Shoes\n\nshoes"
            )])
        );
        let card = "pay\n\n### Card\n\ncard\n\n#### Visa\n\nvisa\n\n### Cash\n\ncash";
        assert_eq!(of(1), pairs(&[("", "begin"), ("Pay", card), ("Return", "return\n\n### Shoes\n\nshoes")]));
        let headings: Vec<String> = of(2).into_iter().map(|(heading, _)| heading).collect();
        assert_eq!(headings, ["", "Pay", "Pay › Card", "Pay › Cash", "Return", "Return › Shoes"]);
        assert_eq!(of(6).len(), 7);
    }

    #[test]
    fn what_has_no_room_begins_a_passage_and_says_its_own_path() {
        let document = sections(&["Pay", "Pay/Card", "Pay/Cash", "Pay/Bank"]);
        let of = |size| joined(&document, Cut { size, levels: 0 });
        let pairs = |list: &[(&str, &str)]| list.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect::<Vec<_>>();
        assert_eq!(of(22), pairs(&[("Pay", "pay\n\n### Card\n\ncard"), ("Pay › Cash", "cash"), ("Pay › Bank", "bank")]));
        // Two siblings stand under what is theirs together.
        assert_eq!(of(30), pairs(&[("Pay", "pay\n\n### Card\n\ncard"), ("Pay", "### Cash\n\ncash\n\n### Bank\n\nbank")]));
    }

    #[test]
    fn what_stands_on_another_page_is_a_passage_of_its_own() {
        let mut document = sections(&["", "Pay"]);
        document[1].spot = Some(Spot::Page { page: 2 });
        assert_eq!(joined(&document, Cut { size: 1_000, levels: 0 }).len(), 2);
    }
}
