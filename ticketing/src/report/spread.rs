//! How a set of durations is spread.

use serde::Serialize;

/// Median and 90th percentile (nearest rank).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Spread {
    /// How many durations.
    pub count: i64,
    /// Half of them are not longer, ms.
    pub median_ms: Option<i64>,
    /// Nine in ten of them are not longer, ms.
    pub p90_ms: Option<i64>,
}

impl Spread {
    /// Of durations in ms, in any order.
    #[must_use]
    pub fn of(mut durations: Vec<i64>) -> Self {
        durations.sort_unstable();
        let rank = |percent: usize| durations.get((durations.len() * percent).div_ceil(100).saturating_sub(1)).copied();
        Self { count: i64::try_from(durations.len()).unwrap_or(i64::MAX), median_ms: rank(50), p90_ms: rank(90) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nearest_rank() {
        for (durations, median, p90) in [
            (vec![], None, None),
            (vec![7], Some(7), Some(7)),
            (vec![3, 1], Some(1), Some(3)),
            (vec![5, 1, 3], Some(3), Some(5)),
            ((1..=100).rev().collect(), Some(50), Some(90)),
        ] {
            let spread = Spread::of(durations);
            assert_eq!((spread.median_ms, spread.p90_ms), (median, p90));
        }
    }

    proptest! {
        #[test]
        fn the_share_is_right(durations in proptest::collection::vec(0_i64..1_000, 1..80)) {
            let spread = Spread::of(durations.clone());
            let within = |limit: Option<i64>| durations.iter().filter(|d| Some(**d) <= limit).count();
            prop_assert!(within(spread.median_ms) * 2 >= durations.len());
            prop_assert!(within(spread.p90_ms) * 10 >= durations.len() * 9);
        }
    }
}
