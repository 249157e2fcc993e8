//! What a client may believe: every acknowledged message is there, in order, exactly once.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// What the rules of the wire say about an arrived message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// It is the next one.
    Appended,
    /// It was there already.
    Known,
    /// Something before it is missing: ask for what comes after this seq.
    Resume(i64),
}

/// One conversation as a client holds it, and what it was promised.
#[derive(Clone, Debug, Default)]
pub struct Checker {
    held: BTreeMap<i64, Value>,
    last: i64,
    promised: BTreeMap<String, i64>,
    faults: Vec<String>,
}

impl Checker {
    /// The last seq held without a gap.
    pub fn last(&self) -> i64 {
        self.last
    }

    /// The messages held, by seq.
    pub fn messages(&self) -> impl Iterator<Item = &Value> {
        self.held.values()
    }

    /// The client ids the server has acknowledged, with their seq.
    pub fn promised(&self) -> &BTreeMap<String, i64> {
        &self.promised
    }

    /// What broke the contract so far, in words.
    pub fn faults(&self) -> &[String] {
        &self.faults
    }

    /// Takes an `ack`; `body` is what was sent under its id.
    pub fn ack(&mut self, frame: &Value, body: &str) -> Step {
        let (id, seq) = (text(frame, "id"), number(frame, "seq"));
        if let Some(before) = self.promised.insert(id.clone(), seq)
            && before != seq
        {
            self.faults.push(format!("{id} was acknowledged as {before} and as {seq}"));
        }
        let mut own = frame.clone();
        own["body"] = match self.held.get(&seq) {
            Some(held) => held["body"].clone(),
            None => body.into(),
        };
        own["author"] = serde_json::json!({"kind": "visitor"});
        self.message(&own)
    }

    /// Takes a `message`, live, resumed or from history.
    pub fn message(&mut self, frame: &Value) -> Step {
        let (seq, prev) = (number(frame, "seq"), number(frame, "prev"));
        if seq < 1 || prev >= seq {
            self.faults.push(format!("seq {seq} with prev {prev}"));
        }
        if let Some(before) = self.held.get(&seq) {
            for field in ["id", "body"] {
                if before[field] != frame[field] {
                    self.faults.push(format!("seq {seq} changed its {field}: {} to {}", before[field], frame[field]));
                }
            }
            return Step::Known;
        }
        if seq <= self.last {
            self.faults.push(format!("seq {seq} came after {} and was never seen", self.last));
            return Step::Known;
        }
        if prev < self.last {
            self.faults.push(format!("seq {seq} says prev {prev}, but {} was delivered", self.last));
        }
        if prev > self.last {
            return Step::Resume(self.last);
        }
        self.held.insert(seq, frame.clone());
        self.last = seq;
        Step::Appended
    }

    /// Compares what was held and promised with the whole conversation as the server tells it now.
    pub fn settle(&self, history: &[Value]) -> Vec<String> {
        let mut faults = self.faults.clone();
        let mut before = 0;
        let mut ids = BTreeSet::new();
        for message in history {
            let (id, seq, prev) = (text(message, "id"), number(message, "seq"), number(message, "prev"));
            if prev != before {
                faults.push(format!("history: seq {seq} says prev {prev}, it follows {before}"));
            }
            if !ids.insert(id.clone()) {
                faults.push(format!("history: {id} is there twice"));
            }
            if let Some(held) = self.held.get(&seq)
                && held["id"] != message["id"]
            {
                faults.push(format!("history: seq {seq} was {} and is {id}", held["id"]));
            }
            before = seq;
        }
        for (id, seq) in &self.promised {
            let there = history.iter().filter(|message| text(message, "id") == *id);
            let seqs: Vec<i64> = there.map(|message| number(message, "seq")).collect();
            if seqs != [*seq] {
                faults.push(format!("{id} was acknowledged as {seq}, the record has it as {seqs:?}"));
            }
        }
        for seq in self.held.keys() {
            if !history.iter().any(|message| number(message, "seq") == *seq) {
                faults.push(format!("seq {seq} was delivered and is gone"));
            }
        }
        faults
    }
}

fn text(value: &Value, field: &str) -> String {
    value[field].as_str().unwrap_or_default().to_owned()
}

fn number(value: &Value, field: &str) -> i64 {
    value[field].as_i64().unwrap_or(-1)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn message(seq: i64, prev: i64) -> Value {
        json!({"t": "message", "id": format!("m{seq}"), "seq": seq, "prev": prev, "body": "b"})
    }

    #[test]
    fn a_gap_is_resumed_and_a_double_dropped() {
        let mut checker = Checker::default();
        let steps = [(1, 0), (3, 2), (2, 1), (3, 2), (2, 1), (7, 3)].map(|(seq, prev)| checker.message(&message(seq, prev)));
        assert_eq!(steps, [Step::Appended, Step::Resume(1), Step::Appended, Step::Appended, Step::Known, Step::Appended]);
        assert!(checker.faults().is_empty(), "{:?}", checker.faults());
    }

    #[test]
    fn broken_promises_are_named() {
        let mut checker = Checker::default();
        let ack = json!({"t": "ack", "id": "m1", "seq": 1, "prev": 0});
        checker.ack(&ack, "b");
        assert!(checker.settle(&[message(1, 0)]).is_empty());
        assert_eq!(checker.settle(&[]).len(), 2, "promised and delivered");
        assert_eq!(checker.settle(&[message(1, 0), json!({"id": "m1", "seq": 2, "prev": 1})]).len(), 2, "twice");
        checker.message(&message(2, 0));
        assert_eq!(checker.faults().len(), 1, "prev went back");
    }
}
