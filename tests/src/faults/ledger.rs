//! What one device holds of one conversation, light enough for millions of messages.

use std::collections::HashSet;

use uuid::Uuid;

/// The messages of a conversation in the order they were taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Held {
    /// Seq and client id.
    pub(super) messages: Vec<(i64, Uuid)>,
}

/// What a message is to a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Appended,
    Known,
    /// Something before it is missing.
    Gap,
}

impl Held {
    pub(super) fn last(&self) -> i64 {
        self.messages.last().map_or(0, |(seq, _)| *seq)
    }

    /// Takes a message by the rules of the wire; an error is a broken promise, in words.
    pub(super) fn take(&mut self, seq: i64, prev: i64, id: Uuid) -> Result<Step, String> {
        let last = self.last();
        if seq <= last {
            return match self.messages.binary_search_by_key(&seq, |(seq, _)| *seq) {
                Ok(at) if self.messages[at].1 == id => Ok(Step::Known),
                Ok(at) => Err(format!("seq {seq} was {} and is {id}", self.messages[at].1)),
                Err(_) => Err(format!("seq {seq} came after {last} and was never seen")),
            };
        }
        if prev > last {
            return Ok(Step::Gap);
        }
        if prev < last {
            return Err(format!("seq {seq} says prev {prev}, but {last} was delivered"));
        }
        self.messages.push((seq, id));
        Ok(Step::Appended)
    }

    /// Compares what a device holds with what the record tells a new one; `promised` are client ids with the seq of their ack.
    pub(super) fn settle(&self, record: &Held, promised: impl Iterator<Item = (Uuid, i64)>) -> Vec<String> {
        let mut faults = Vec::new();
        let mut ids = HashSet::new();
        faults.extend(
            record.messages.iter().filter(|(_, id)| !ids.insert(*id)).map(|(seq, id)| format!("{id} is there twice, again as {seq}")),
        );
        let mut end = 0;
        for (id, seq) in promised {
            end = end.max(seq);
            match record.messages.binary_search_by_key(&seq, |(seq, _)| *seq) {
                Ok(at) if record.messages[at].1 == id => {}
                Ok(at) => faults.push(format!("{id} was acknowledged as {seq}, which is {}", record.messages[at].1)),
                Err(_) => faults.push(format!("{id} was acknowledged as {seq} and is lost")),
            }
        }
        // What the house wrote last may be on its way to one of them still.
        let both = self.messages.len().min(record.messages.len());
        if let Some(at) = (0..both).find(|at| self.messages[*at] != record.messages[*at]) {
            faults.push(format!("a device holds {:?}, the record {:?}", self.messages[at], record.messages[at]));
        }
        if self.last() < end {
            faults.push(format!("a device holds everything up to {} only, {end} was acknowledged", self.last()));
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: u128) -> Uuid {
        Uuid::from_u128(n)
    }

    #[test]
    fn messages_are_taken_in_order_once() {
        let mut held = Held::default();
        let steps = [(1, 0, 1), (3, 2, 3), (2, 1, 2), (3, 2, 3), (2, 1, 2)].map(|(seq, prev, n)| held.take(seq, prev, id(n)));
        assert_eq!(steps, [Ok(Step::Appended), Ok(Step::Gap), Ok(Step::Appended), Ok(Step::Appended), Ok(Step::Known)]);
        assert!(held.take(2, 1, id(9)).is_err(), "another message under a known seq");
        assert!(held.take(4, 2, id(4)).is_err(), "prev went back");
    }

    #[test]
    fn what_is_lost_twice_or_different_is_told() {
        let held = Held { messages: vec![(1, id(1)), (2, id(2))] };
        assert!(held.settle(&held, [(id(1), 1), (id(2), 2)].into_iter()).is_empty());
        let lost = Held { messages: vec![(1, id(1))] };
        let both = [(id(1), 1), (id(2), 2)];
        assert_eq!(held.settle(&lost, both.into_iter()).len(), 1, "lost from the record");
        assert_eq!(lost.settle(&lost, both.into_iter()).len(), 2, "lost, and the device does not have it");
        let double = Held { messages: vec![(1, id(1)), (2, id(1))] };
        assert_eq!(double.settle(&double, std::iter::empty()).len(), 1);
        let other = Held { messages: vec![(1, id(1)), (2, id(3))] };
        assert_eq!(other.settle(&held, std::iter::empty()).len(), 1);
    }
}
