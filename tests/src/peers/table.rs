//! Medians of all rounds, and how many times as much ours is as theirs.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::case::{Case, Figure};
use super::rival::Rival;
use crate::load::spread::median;

/// The figures of all rounds.
#[derive(Debug, Default)]
pub struct Table {
    seen: BTreeMap<(&'static str, &'static str, Rival), Vec<f64>>,
}

/// One line: a figure of a case, ours beside one rival's.
#[derive(Debug)]
struct Line {
    case: Case,
    figure: Figure,
    own: Rival,
    rival: Rival,
    ours: Option<f64>,
    theirs: Option<f64>,
    rounds: usize,
}

impl Table {
    /// Takes the result of a round.
    pub fn add(&mut self, case: Case, rival: Rival, result: &Value) {
        for figure in case.figures() {
            if let Some(value) = result[figure.name].as_f64() {
                self.seen.entry((case.name(), figure.name, rival)).or_default().push(value);
            }
        }
    }

    fn lines(&self, cases: &[Case]) -> Vec<Line> {
        let mut lines = Vec::new();
        for case in cases {
            let (ours, others): (Vec<Rival>, Vec<Rival>) = case.rivals().iter().partition(|rival| rival.is_ours());
            for figure in case.figures() {
                let of = |rival: Rival| self.seen.get(&(case.name(), figure.name, rival)).map_or(&[][..], Vec::as_slice);
                for (own, rival) in ours.iter().flat_map(|own| others.iter().map(move |rival| (*own, *rival))) {
                    let rounds = of(own).len().min(of(rival).len());
                    lines.push(Line { case: *case, figure: *figure, own, rival, ours: median(of(own)), theirs: median(of(rival)), rounds });
                }
            }
        }
        lines
    }

    /// For machines.
    pub fn rows(&self, cases: &[Case]) -> Vec<Value> {
        let row = |line: Line| {
            json!({
                "case": line.case.name(), "figure": line.figure.name, "own": line.own.name(), "ours": line.ours,
                "peer": line.rival.name(), "theirs": line.theirs, "ratio": line.ratio(), "rounds": line.rounds,
            })
        };
        self.lines(cases).into_iter().map(row).collect()
    }

    /// For people.
    pub fn text(&self, cases: &[Case]) -> String {
        let mut text = format!(
            "{:<9} {:<16} {:<16} {:>12} {:<16} {:>12} {:>7} {:>7}\n",
            "case", "figure", "own", "ours", "peer", "theirs", "ratio", "rounds"
        );
        for line in self.lines(cases) {
            let show = |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.*}", line.figure.decimals));
            let ratio = line.ratio().map_or("-".to_owned(), |ratio| format!("{ratio:.2}"));
            let (case, figure, own, peer) = (line.case.name(), line.figure.name, line.own.name(), line.rival.name());
            let (ours, theirs, rounds) = (show(line.ours), show(line.theirs), line.rounds);
            text += &format!("{case:<9} {figure:<16} {own:<16} {ours:>12} {peer:<16} {theirs:>12} {ratio:>7} {rounds:>7}\n");
        }
        text
    }
}

impl Line {
    fn ratio(&self) -> Option<f64> {
        match (self.ours, self.theirs) {
            (Some(ours), Some(theirs)) if theirs != 0.0 => Some((ours / theirs * 1000.0).round() / 1000.0),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_stand_side_by_side() {
        let mut table = Table::default();
        for (ours, theirs) in [(4.0, 8.0), (5.0, 20.0), (9.0, 10.0)] {
            table.add(Case::Idle, Rival::Warbler, &json!({"kb_per_session": ours, "other": 1}));
            table.add(Case::Idle, Rival::Ws, &json!({"kb_per_session": theirs}));
        }
        let rows = table.rows(&[Case::Idle]);
        let ws = json!({"case": "idle", "figure": "kb_per_session", "own": "warbler", "ours": 5.0, "peer": "ws", "theirs": 10.0, "ratio": 0.5, "rounds": 3});
        let absent = json!({"case": "idle", "figure": "kb_per_session", "own": "warbler", "ours": 5.0, "peer": "socket.io", "theirs": null, "ratio": null, "rounds": 0});
        assert_eq!(rows, [ws, absent]);
        let text = table.text(&[Case::Idle]);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 3);
        assert!(lines[1].contains("5.00") && lines[1].contains("10.00") && lines[1].contains("0.50"), "{text}");
        assert!(lines.iter().all(|line| line.len() == lines[0].len()), "{text}");
    }
}
