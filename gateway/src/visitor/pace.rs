//! How fast one session may talk.

/// A bucket that fills with time: bursts pass, floods do not.
#[derive(Debug)]
pub(crate) struct Pace {
    left: f64,
    size: f64,
    per_ms: f64,
    at: i64,
}

impl Pace {
    /// At most `size` at once, filled anew within `fill_ms`.
    pub(crate) fn new(size: u32, fill_ms: u32, now: i64) -> Self {
        let size = f64::from(size);
        Self { left: size, size, per_ms: size / f64::from(fill_ms.max(1)), at: now }
    }

    /// Takes one; otherwise the milliseconds to wait for the next.
    pub(crate) fn take(&mut self, now: i64) -> Result<(), i64> {
        #[expect(clippy::cast_precision_loss, reason = "milliseconds between two frames")]
        let passed = (now - self.at).max(0) as f64;
        self.at = now;
        self.left = (self.left + passed * self.per_ms).min(self.size);
        if self.left >= 1.0 {
            self.left -= 1.0;
            return Ok(());
        }
        #[expect(clippy::cast_possible_truncation, reason = "at most the time to fill the bucket")]
        let wait = ((1.0 - self.left) / self.per_ms).ceil() as i64;
        Err(wait)
    }

    /// Whether nothing would be known less without it.
    pub(crate) fn is_full(&self, now: i64) -> bool {
        #[expect(clippy::cast_precision_loss, reason = "milliseconds since the last frame")]
        let passed = (now - self.at).max(0) as f64;
        self.left + passed * self.per_ms >= self.size
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bursts_pass_and_floods_wait() {
        let mut pace = Pace::new(10, 1_000, 0);
        assert!((0..10).all(|_| pace.take(0).is_ok()));
        assert_eq!(pace.take(0), Err(100));
        assert_eq!(pace.take(100), Ok(()));
        assert_eq!(pace.take(100), Err(100));
        assert!((0..10).all(|_| pace.take(60_000).is_ok()));
        assert_eq!(pace.take(60_000), Err(100));
    }
}
