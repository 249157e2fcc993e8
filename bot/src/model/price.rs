//! What a model costs. Money is counted in millionths of the currency, so that sums are exact.

use serde::{Deserialize, Serialize};

/// Tokens of a request and its answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tokens {
    /// Of the prompt.
    pub input: u64,
    /// Of the answer.
    pub output: u64,
}

/// Money for a million tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Price {
    /// Of prompts.
    pub input: f64,
    /// Of answers.
    pub output: f64,
}

impl Price {
    /// What they cost, in millionths of the currency.
    #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "rounded money, far below 2^52")]
    pub fn of(&self, tokens: Tokens) -> i64 {
        (self.input * tokens.input as f64 + self.output * tokens.output as f64).round() as i64
    }

    /// To compare models by.
    pub(crate) fn sum(&self) -> f64 {
        self.input + self.output
    }

    /// Whether it is a price.
    pub(crate) fn is_fine(&self) -> bool {
        [self.input, self.output].iter().all(|price| price.is_finite() && (0.0..=1_000_000.0).contains(price))
    }
}

/// Tokens of a text when the server does not count them: about four Latin letters each, or one and a half Chinese characters.
pub(crate) fn estimate(text: &str) -> u64 {
    let wide = text.chars().filter(|c| knowledge::language::is_han(*c) || knowledge::language::is_unspaced(*c)).count();
    let narrow = text.chars().count() - wide;
    (narrow.div_ceil(4) + (wide * 2).div_ceil(3)) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_exact_in_millionths() {
        let price = Price { input: 2.5, output: 10.0 };
        assert_eq!(price.of(Tokens { input: 1_000_000, output: 0 }), 2_500_000);
        assert_eq!(price.of(Tokens { input: 400, output: 100 }), 2_000);
        assert_eq!(Price::default().of(Tokens { input: 5, output: 5 }), 0);
    }

    #[test]
    fn tokens_are_guessed() {
        assert_eq!(estimate(""), 0);
        assert_eq!(estimate("four letters"), 3);
        assert_eq!(estimate("退款要多久"), 4);
    }
}
