//! How long somebody in the queue has to wait: a pure estimate, given as a range because it is one.

/// One chat that was taken out of the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PickUp {
    /// When an agent got it, unix ms.
    pub at: i64,
    /// How long it had been in the queue, ms.
    pub waited_ms: i64,
}

/// What is known about the pace of the desk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pace {
    /// The latest pick-ups, newest first.
    pub pick_ups: Vec<PickUp>,
    /// Chats the agents who are online can have at once.
    pub slots: i64,
    /// How long a chat takes when nothing has been measured yet, ms.
    pub assumed_chat_ms: i64,
}

/// An honest range, in minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wait {
    /// Hardly sooner than this, minutes.
    pub low_min: i64,
    /// Hardly later than this, minutes.
    pub high_min: i64,
}

const MINUTE_MS: i64 = 60_000;
/// Shorter waits were routed at once and say nothing about a queue.
const QUEUED_MS: i64 = 1_000;
/// Fewer measurements are no measurement.
const ENOUGH: usize = 3;
/// Nobody is told a number of days.
const MOST_MIN: i64 = 24 * 60;

/// The wait at `place` (from 1); `None` when nobody who could answer is online: then any number would be a lie.
#[must_use]
pub fn estimate(place: i64, pace: &Pace) -> Option<Wait> {
    if pace.slots < 1 || place < 1 {
        return None;
    }
    let (usual, slow) = steps(pace);
    let low = place.saturating_mul(usual).saturating_mul(3) / 4 / MINUTE_MS;
    let high = place.saturating_mul(slow).saturating_mul(5) / 4 / MINUTE_MS + 1;
    let low_min = low.clamp(1, MOST_MIN);
    Some(Wait { low_min, high_min: high.clamp(low_min + 1, MOST_MIN + 1) })
}

/// How long the queue takes to move by one: usually, and when it is slow, ms.
fn steps(pace: &Pace) -> (i64, i64) {
    let mut steps: Vec<i64> = pace
        .pick_ups
        .windows(2)
        .filter(|pair| pair[0].waited_ms >= QUEUED_MS)
        .map(|pair| (pair[0].at - pair[1].at).min(pair[0].waited_ms).max(0))
        .collect();
    if steps.len() < ENOUGH {
        let assumed = pace.assumed_chat_ms / pace.slots;
        return (assumed, assumed.saturating_mul(2));
    }
    steps.sort_unstable();
    (steps[steps.len() / 2], steps[steps.len() * 3 / 4])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Pick-ups every `step` ms out of a queue that is never empty.
    fn steady(step: i64, count: i64) -> Vec<PickUp> {
        (0..count).map(|n| PickUp { at: 10_000_000 - n * step, waited_ms: 900_000 }).collect()
    }

    fn pace(pick_ups: Vec<PickUp>, slots: i64) -> Pace {
        Pace { pick_ups, slots, assumed_chat_ms: 8 * MINUTE_MS }
    }

    #[test]
    fn the_range_follows_the_pace() {
        for (name, place, pace, expected) in [
            ("nobody is online", 1, pace(vec![], 0), None),
            ("not in the queue", 0, pace(vec![], 4), None),
            ("nothing measured, four slots", 1, pace(vec![], 4), Some((1, 6))),
            ("nothing measured, one slot", 3, pace(vec![], 1), Some((18, 61))),
            ("a pick-up every two minutes", 3, pace(steady(2 * MINUTE_MS, 10), 4), Some((4, 8))),
            ("the same, first in line", 1, pace(steady(2 * MINUTE_MS, 10), 4), Some((1, 3))),
            ("too few to measure", 1, pace(steady(1, 3), 1), Some((6, 21))),
            ("absurdly slow", 5, pace(steady(24 * 60 * MINUTE_MS, 5), 1), Some((56, 94))),
        ] {
            let wait = estimate(place, &pace).map(|wait| (wait.low_min, wait.high_min));
            assert_eq!(wait, expected, "{name}");
        }
    }

    #[test]
    fn chats_routed_at_once_do_not_make_the_queue_look_fast() {
        let mut quick = steady(1_000, 20);
        for pick_up in &mut quick {
            pick_up.waited_ms = 5;
        }
        assert_eq!(estimate(2, &pace(quick, 2)), estimate(2, &pace(vec![], 2)));
    }

    proptest! {
        #[test]
        fn a_later_place_never_waits_less(place in 1_i64..500, step in 0_i64..10_000_000, slots in 1_i64..50) {
            let pace = pace(steady(step, 8), slots);
            let (near, far) = (estimate(place, &pace).unwrap(), estimate(place + 1, &pace).unwrap());
            prop_assert!(near.low_min >= 1 && near.low_min < near.high_min);
            prop_assert!(near.low_min <= far.low_min && near.high_min <= far.high_min);
        }
    }
}
