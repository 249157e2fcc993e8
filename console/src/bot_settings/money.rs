//! Prices, budgets and what was used: numbers of the form, and of the page.

use serde::Serialize;

use bot::{Budget, Endpoint, Settings};
use chat::WorkspaceId;

use crate::error::Error;
use crate::handle::Console;
use crate::web::form::Form;

/// The fields of this part of the form.
pub const FIELDS: [&str; 9] = [
    "model_input_price",
    "model_output_price",
    "day_tokens",
    "month_tokens",
    "visitor_tokens",
    "day_money",
    "month_money",
    "visitor_money",
    "currency",
];

/// A limit and what was used of it.
#[derive(Clone, Debug, Serialize)]
pub struct Used {
    /// `day` or `month`.
    span: &'static str,
    tokens: u64,
    of_tokens: u64,
    money: f64,
    of_money: f64,
}

/// The form with what is saved.
#[must_use]
pub fn form(form: Form, settings: &Settings) -> Form {
    let budget = &settings.budget;
    form.with("model_input_price", money(settings.model.input_price))
        .with("model_output_price", money(settings.model.output_price))
        .with("day_tokens", count(budget.day_tokens))
        .with("month_tokens", count(budget.month_tokens))
        .with("visitor_tokens", count(budget.visitor_tokens))
        .with("day_money", money(budget.day_money))
        .with("month_money", money(budget.month_money))
        .with("visitor_money", money(budget.visitor_money))
        .with("currency", &*budget.currency)
}

/// Reads the budget, and notes what is wrong with it.
pub fn budget(form: &mut Form) -> Budget {
    let fine = form.value("currency").chars().count() <= 8;
    form.check(fine, "currency", "fault-long");
    Budget {
        day_tokens: tokens(form, "day_tokens"),
        month_tokens: tokens(form, "month_tokens"),
        visitor_tokens: tokens(form, "visitor_tokens"),
        day_money: amount(form, "day_money"),
        month_money: amount(form, "month_money"),
        visitor_money: amount(form, "visitor_money"),
        currency: form.value("currency").to_owned(),
    }
}

/// Reads what the workspace's own model costs.
pub fn prices(form: &mut Form, endpoint: &mut Endpoint) {
    endpoint.input_price = amount(form, "model_input_price");
    endpoint.output_price = amount(form, "model_output_price");
}

/// What was used today and this month.
///
/// # Errors
/// The record's.
pub async fn used(console: &Console, workspace: WorkspaceId, settings: &Settings) -> Result<Vec<Used>, Error> {
    let spent = console.bot.spent(workspace, None).await?;
    let budget = &settings.budget;
    let used = |span, amount: bot::usage::Amount, of_tokens, of_money| Used {
        span,
        tokens: amount.tokens,
        of_tokens,
        money: amount.money(),
        of_money,
    };
    Ok(vec![
        used("day", spent.day, budget.day_tokens, budget.day_money),
        used("month", spent.month, budget.month_tokens, budget.month_money),
    ])
}

/// A whole number; empty is none. Spaces and commas between thousands are overlooked.
fn tokens(form: &mut Form, name: &'static str) -> u64 {
    let digits: String = form.value(name).chars().filter(|c| !matches!(c, ' ' | ',' | '\u{a0}' | '，')).collect();
    let number = if digits.is_empty() { Some(0) } else { digits.parse().ok().filter(|number| *number <= 1_000_000_000_000) };
    form.check(number.is_some(), name, "fault-number");
    number.unwrap_or(0)
}

/// Money; empty is none. A comma is read as a point.
fn amount(form: &mut Form, name: &'static str) -> f64 {
    let text = form.value(name).replace(',', ".");
    let number = if text.is_empty() { Some(0.0) } else { text.parse().ok().filter(|number: &f64| (0.0..=1e6).contains(number)) };
    form.check(number.is_some(), name, "fault-number");
    number.unwrap_or(0.0)
}

fn count(number: u64) -> String {
    if number == 0 { String::new() } else { number.to_string() }
}

fn money(number: f64) -> String {
    if number == 0.0 { String::new() } else { number.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_write_them() {
        let typed = |value: &str| Form::empty(&FIELDS).with("day_tokens", value).with("day_money", value);
        for (value, expected) in [("", Some(0)), ("1,000,000", Some(1_000_000)), ("20 000", Some(20_000)), ("many", None), ("-1", None)] {
            let mut form = typed(value);
            let number = tokens(&mut form, "day_tokens");
            assert_eq!(form.is_fine().then_some(number), expected, "{value}");
        }
        for (value, expected) in [("", Some(0.0)), ("2.5", Some(2.5)), ("2,5", Some(2.5)), ("-1", None), ("free", None)] {
            let mut form = typed(value);
            let number = amount(&mut form, "day_money");
            assert_eq!(form.is_fine().then_some(number), expected, "{value}");
        }
    }
}
