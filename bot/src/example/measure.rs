//! What examples do to tickets they were not taken from: told rightly, wrongly or not at all, before and after.

use serde::Serialize;

use super::{
    Intents,
    routed::{Routed, Wanted},
};

/// Tickets that are named.
const NAMED: usize = 10;
/// Fewer tickets say little.
const FEW: usize = 10;

/// How tickets are told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Told {
    /// As people took them.
    pub right: usize,
    /// As something else.
    pub wrong: usize,
    /// As nothing.
    pub none: usize,
}

/// A ticket that was told rightly and would not be any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Missed {
    /// What was asked.
    pub text: String,
    /// What people took it for.
    pub wanted: String,
    /// What it would be taken for.
    pub told: Option<String>,
}

/// What examples would do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Measured {
    /// Examples that were chosen.
    pub examples: usize,
    /// Other tickets that people routed or labelled.
    pub tickets: usize,
    /// How they are told today.
    pub before: Told,
    /// How they would be told.
    pub after: Told,
    /// The first that would be worse.
    pub worse: Vec<Missed>,
    /// Says what was measured: whoever accepts names it.
    pub token: String,
}

impl Measured {
    /// Whether so few tickets were there that the figures say little.
    #[must_use]
    pub fn is_little(&self) -> bool {
        self.tickets < FEW
    }

    /// Whether fewer are told rightly than today, or more wrongly without more told rightly.
    #[must_use]
    pub fn is_worse(&self) -> bool {
        let (before, after) = (self.before, self.after);
        after.right < before.right || (after.right == before.right && after.wrong > before.wrong)
    }
}

impl Told {
    fn count(&mut self, told: Option<&str>, wanted: &str) {
        match told {
            Some(told) if told == wanted => self.right += 1,
            Some(_) => self.wrong += 1,
            None => self.none += 1,
        }
    }
}

/// Tells each ticket with both.
pub(super) fn told(tickets: &[Routed], before: &Intents, after: &Intents) -> Measured {
    let mut found = Measured { tickets: tickets.len(), ..Measured::default() };
    for ticket in tickets {
        let Wanted::Intent(wanted) = &ticket.wanted else { continue };
        let (then, now) = (before.name(&ticket.text), after.name(&ticket.text));
        found.before.count(then.as_deref(), wanted);
        found.after.count(now.as_deref(), wanted);
        let lost = then.as_ref() == Some(wanted) && now.as_ref() != Some(wanted);
        if lost && found.worse.len() < NAMED {
            found.worse.push(Missed { text: ticket.text.clone(), wanted: wanted.clone(), told: now });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fewer_right_ones_are_worse() {
        let of = |right, wrong| Told { right, wrong, none: 20 - right - wrong };
        for (before, after, worse) in [
            (of(10, 2), of(12, 4), false),
            (of(10, 2), of(10, 2), false),
            (of(10, 2), of(10, 1), false),
            (of(10, 2), of(10, 3), true),
            (of(10, 2), of(9, 0), true),
        ] {
            assert_eq!(Measured { before, after, ..Measured::default() }.is_worse(), worse, "{before:?} {after:?}");
        }
    }
}
