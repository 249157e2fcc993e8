//! How times are spread: percentiles of what was measured.

use std::time::Duration;

use serde_json::{Value, json};

/// Times in microseconds.
#[derive(Clone, Debug, Default)]
pub struct Spread {
    micros: Vec<u32>,
}

impl Spread {
    /// Adds one.
    pub fn add(&mut self, time: Duration) {
        self.micros.push(u32::try_from(time.as_micros()).unwrap_or(u32::MAX));
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.micros.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.micros.is_empty()
    }

    /// The time that a share of all does not exceed, in milliseconds: the nearest rank. Without any, none.
    pub fn at(&mut self, share: f64) -> Option<f64> {
        let rank = (share * self.micros.len() as f64).ceil() as usize;
        let place = rank.clamp(1, self.micros.len().max(1)) - 1;
        self.micros.sort_unstable();
        self.micros.get(place).map(|micros| f64::from(*micros) / 1000.0)
    }

    /// p50, p99 and the longest, in milliseconds.
    pub fn figures(&mut self) -> Value {
        json!({"p50_ms": self.at(0.5), "p99_ms": self.at(0.99), "max_ms": self.at(1.0)})
    }
}

/// The middle of some figures; of an even number the mean of the two in the middle. Without any, none.
pub fn median(figures: &[f64]) -> Option<f64> {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    let upper = *sorted.get(middle)?;
    Some(if sorted.len() % 2 == 1 { upper } else { (sorted[middle - 1] + upper) / 2.0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_nearest_ranks() {
        let mut spread = Spread::default();
        assert_eq!((spread.at(0.5), spread.is_empty()), (None, true));
        for millis in (1..=200).rev() {
            spread.add(Duration::from_millis(millis));
        }
        for (share, expected) in [(0.0, 1.0), (0.5, 100.0), (0.99, 198.0), (0.999, 200.0), (1.0, 200.0)] {
            assert_eq!(spread.at(share), Some(expected), "{share}");
        }
        let mut one = Spread::default();
        one.add(Duration::from_micros(1500));
        assert_eq!((one.at(0.5), one.at(0.99)), (Some(1.5), Some(1.5)));
    }

    #[test]
    fn the_median_is_in_the_middle() {
        for (figures, expected) in [(&[][..], None), (&[3.0], Some(3.0)), (&[9.0, 1.0, 5.0], Some(5.0)), (&[4.0, 1.0], Some(2.5))] {
            assert_eq!(median(figures), expected, "{figures:?}");
        }
    }
}
