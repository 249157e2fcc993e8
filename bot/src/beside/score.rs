//! How far bot and people agree on an intent, and whether that is enough to let the bot speak.

use serde::Serialize;

/// So large a share of the same answers is good enough.
pub(super) const GOOD: f64 = 0.8;
/// Fewer answers condemn nothing.
const FEW: i64 = 5;
/// Of a normal distribution: 95 of 100.
const Z: f64 = 1.96;
/// More answers than this are not promised to tell.
const FAR: i64 = 500;

/// How far bot and people agree on an intent.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Score {
    /// As the workspace calls it; `None`: about anything else.
    pub intent: Option<String>,
    /// Questions that people have answered.
    pub questions: i64,
    /// Of them those the bot would have answered.
    pub answered: i64,
    /// Of them those in which it would have said the same.
    pub same: i64,
    /// The rule that lets the bot answer these itself.
    pub let_by: Option<String>,
}

/// What a score says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    /// The bot may answer these itself.
    Ready,
    /// It is too early to say; about so many more answers would tell, if it goes on so.
    Early(Option<i64>),
    /// It says something else too often.
    Apart,
    /// It would have answered none of them.
    Silent,
}

impl Score {
    /// The same of those it would have answered, 0 to 1.
    #[must_use]
    pub fn share(&self) -> f64 {
        ratio(self.same, self.answered)
    }

    /// Where the true share lies in 95 of 100 cases (Wilson), 0 to 1.
    #[must_use]
    pub fn interval(&self) -> (f64, f64) {
        wilson(self.same, self.answered)
    }

    /// What it says.
    #[must_use]
    pub fn grade(&self) -> Grade {
        let (low, high) = self.interval();
        match self.answered {
            0 => Grade::Silent,
            _ if low >= GOOD => Grade::Ready,
            answered if high < GOOD && answered >= FEW => Grade::Apart,
            _ => Grade::Early(self.missing()),
        }
    }

    /// How many more answers as these would make it sure; `None`: these would not.
    fn missing(&self) -> Option<i64> {
        let enough = |more: &i64| {
            let all = self.answered + more;
            #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "counts of answers")]
            let same = (self.share() * all as f64).floor() as i64;
            wilson(same, all).0 >= GOOD
        };
        (1..=FAR).find(enough)
    }
}

/// Wilson's interval of a share at 95 %.
fn wilson(part: i64, whole: i64) -> (f64, f64) {
    if whole <= 0 {
        return (0.0, 1.0);
    }
    #[expect(clippy::cast_precision_loss, reason = "counts of answers")]
    let (p, n) = (ratio(part, whole), whole as f64);
    let middle = p + Z * Z / (2.0 * n);
    let reach = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    let all = 1.0 + Z * Z / n;
    (((middle - reach) / all).clamp(0.0, 1.0), ((middle + reach) / all).clamp(0.0, 1.0))
}

#[expect(clippy::cast_precision_loss, reason = "counts of answers")]
fn ratio(part: i64, whole: i64) -> f64 {
    if whole > 0 { part as f64 / whole as f64 } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn few_answers_say_little() {
        let of = |answered, same| Score { questions: 60, answered, same, ..Score::default() };
        for (answered, same, standing) in [
            (0, 0, Grade::Silent),
            (40, 37, Grade::Ready),
            (16, 16, Grade::Ready),
            (15, 15, Grade::Early(Some(1))),
            (12, 11, Grade::Early(Some(35))),
            (25, 19, Grade::Early(None)),
            (30, 12, Grade::Apart),
            (5, 0, Grade::Apart),
            (3, 0, Grade::Early(None)),
        ] {
            assert_eq!(of(answered, same).grade(), standing, "{same} of {answered}: {:?}", of(answered, same).interval());
        }
        let (low, high) = of(40, 37).interval();
        assert!((low - 0.801).abs() < 0.001 && (high - 0.974).abs() < 0.001, "{low} {high}");
    }

    proptest! {
        #[test]
        fn the_interval_holds_the_share_and_narrows(whole in 1i64..500, part in 0i64..500, times in 2i64..20) {
            let part = part % (whole + 1);
            let ((low, high), share) = (wilson(part, whole), ratio(part, whole));
            prop_assert!((0.0..=1.0).contains(&low) && low <= share + 1e-9 && share <= high + 1e-9);
            let (lower, higher) = wilson(part * times, whole * times);
            prop_assert!(higher - lower <= high - low);
        }
    }
}
