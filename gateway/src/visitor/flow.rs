//! How many come in a minute.

const MINUTE_MS: f64 = 60_000.0;

/// Whoever came is counted, and fades out of the count: a steady flow counts what comes in a minute.
#[derive(Debug, Default)]
pub(crate) struct Flow {
    count: f64,
    at: i64,
}

impl Flow {
    /// One more; the count with it.
    pub(crate) fn add(&mut self, now: i64) -> f64 {
        self.count = self.count(now) + 1.0;
        self.at = now;
        self.count
    }

    /// Whether nothing would be known less without it.
    pub(crate) fn is_over(&self, now: i64) -> bool {
        self.count(now) < 0.5
    }

    fn count(&self, now: i64) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "milliseconds since the last one")]
        let passed = (now - self.at).max(0) as f64;
        self.count * (-passed / MINUTE_MS).exp()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_steady_flow_counts_what_comes_in_a_minute() {
        for per_minute in [6, 60, 600] {
            let (mut flow, mut count) = (Flow::default(), 0.0);
            for n in 0..per_minute * 20 {
                count = flow.add(1_760_000_000_000 + i64::from(n * 60_000 / per_minute));
            }
            let off = (count / f64::from(per_minute) - 1.0).abs();
            assert!(off < 0.1, "{per_minute} a minute counted as {count}");
        }
    }

    #[test]
    fn a_crowd_fades() {
        let mut flow = Flow::default();
        assert!(flow.is_over(0));
        for n in 1..=100 {
            assert!((flow.add(5) - f64::from(n)).abs() < 1e-9);
        }
        assert!(!flow.is_over(5) && !flow.is_over(60_000));
        assert!(flow.is_over(400_000));
        assert!(flow.add(1) > 100.0, "a clock that goes back forgets nothing");
    }
}
