//! How much may be spent on models, and what happens when it runs out: first only cheaper models, then none. Without one the
//! bot quotes, and what quoting does not answer goes to people.

use knowledge::Fault;
use serde::{Deserialize, Serialize};

use crate::usage::Spent;

/// From this share of a limit on only cheaper models are asked.
const NEAR: f64 = 0.8;

/// What a workspace may spend; 0 is no limit. Days and months are UTC.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Budget {
    /// Tokens a day.
    pub day_tokens: u64,
    /// Tokens a month.
    pub month_tokens: u64,
    /// Tokens of one visitor a day.
    pub visitor_tokens: u64,
    /// Money a day.
    pub day_money: f64,
    /// Money a month.
    pub month_money: f64,
    /// Money for one visitor a day.
    pub visitor_money: f64,
    /// What the money is called on pages, such as `EUR`.
    pub currency: String,
}

/// What is left of a budget.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Enough.
    #[default]
    Full,
    /// Little: only cheaper models.
    Cheaper,
    /// Nothing: no model.
    Spent,
}

impl Level {
    /// As traces and pages name it; nothing is said of enough.
    pub fn name(self) -> Option<&'static str> {
        match self {
            Self::Full => None,
            Self::Cheaper => Some("cheaper"),
            Self::Spent => Some("spent"),
        }
    }
}

impl Budget {
    /// Whether anything is limited.
    pub fn limits(&self) -> bool {
        let tokens = [self.day_tokens, self.month_tokens, self.visitor_tokens];
        tokens.iter().any(|tokens| *tokens > 0) || [self.day_money, self.month_money, self.visitor_money].iter().any(|money| *money > 0.0)
    }

    /// Checks values.
    ///
    /// # Errors
    /// A sentence for the admin.
    pub fn validate(&self) -> Result<(), Fault> {
        let money = [self.day_money, self.month_money, self.visitor_money];
        if money.iter().any(|money| !money.is_finite() || !(0.0..=1e9).contains(money)) {
            return Err(Fault::of("fault-budget"));
        }
        if self.currency.chars().count() > 8 {
            return Err(Fault::of("fault-currency"));
        }
        Ok(())
    }

    /// What is left after this.
    pub fn level(&self, spent: &Spent) -> Level {
        #[expect(clippy::cast_precision_loss, reason = "shares of a limit")]
        let pairs = [
            (spent.day.tokens as f64, self.day_tokens as f64),
            (spent.month.tokens as f64, self.month_tokens as f64),
            (spent.visitor.tokens as f64, self.visitor_tokens as f64),
            (spent.day.money(), self.day_money),
            (spent.month.money(), self.month_money),
            (spent.visitor.money(), self.visitor_money),
        ];
        let share = pairs.iter().filter(|(_, limit)| *limit > 0.0).map(|(used, limit)| used / limit).fold(0.0, f64::max);
        match share {
            share if share >= 1.0 => Level::Spent,
            share if share >= NEAR => Level::Cheaper,
            _ => Level::Full,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usage::Amount;

    #[test]
    fn the_tightest_limit_decides() {
        let budget = Budget { day_tokens: 1_000, month_money: 10.0, visitor_tokens: 100, ..Budget::default() };
        let spent = |day: u64, micro: i64, visitor: u64| Spent {
            day: Amount { tokens: day, micro: 0 },
            month: Amount { tokens: day, micro },
            visitor: Amount { tokens: visitor, micro: 0 },
        };
        for (spent, expected) in [
            (spent(0, 0, 0), Level::Full),
            (spent(799, 0, 0), Level::Full),
            (spent(800, 0, 0), Level::Cheaper),
            (spent(0, 8_000_000, 0), Level::Cheaper),
            (spent(0, 10_000_000, 0), Level::Spent),
            (spent(10, 10, 100), Level::Spent),
        ] {
            assert_eq!(budget.level(&spent), expected, "{spent:?}");
        }
        assert_eq!(Budget::default().level(&spent(u64::MAX, i64::MAX, 9)), Level::Full, "no limit is none");
        assert!(budget.limits() && !Budget::default().limits());
        assert!(Budget { day_tokens: u64::MAX, month_tokens: u64::MAX, ..Budget::default() }.limits());
    }
}
