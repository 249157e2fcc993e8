//! What models have used: by day, task and model, and by visitor and day. Days begin at midnight UTC.

use std::collections::BTreeMap;

use chat::{Column, Dialect, Store, VisitorId, WorkspaceId, store::Statement};
use chrono::{DateTime, Datelike};
use serde::Serialize;
use serde_json::{Value, json};
use sqlx::Row;

use crate::{Bot, Result, trace::ModelCall};

const DAY: i64 = 86_400_000;
/// Days for which a visitor's use is kept.
const KEPT: i64 = 31;

/// Tokens and money.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Amount {
    /// Of prompts and answers.
    pub tokens: u64,
    /// Millionths of the currency.
    pub micro: i64,
}

impl Amount {
    /// In the currency.
    #[expect(clippy::cast_precision_loss, reason = "money for pages")]
    pub fn money(&self) -> f64 {
        self.micro as f64 / 1e6
    }
}

/// What was used so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Spent {
    /// By the workspace today.
    pub day: Amount,
    /// By the workspace this month.
    pub month: Amount,
    /// By the visitor today.
    pub visitor: Amount,
}

/// What one model did in a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Day {
    /// Which model.
    pub model: String,
    /// Requests.
    pub calls: i64,
    /// Of them those that failed.
    pub failed: i64,
    /// Tokens and money.
    pub amount: Amount,
}

impl Bot {
    /// What a workspace has used today and this month, and one visitor today.
    ///
    /// # Errors
    /// The record's.
    pub async fn spent(&self, workspace: WorkspaceId, visitor: Option<VisitorId>) -> Result<Spent> {
        let (store, today) = (self.chat().store(), today(self.chat().now()));
        let sums = sqlx::query(
            "SELECT CAST(COALESCE(SUM(input_tokens + output_tokens), 0) AS BIGINT) AS month_tokens,
                    CAST(COALESCE(SUM(cost_micro), 0) AS BIGINT) AS month_micro,
                    CAST(COALESCE(SUM(CASE WHEN day = $2 THEN input_tokens + output_tokens END), 0) AS BIGINT) AS day_tokens,
                    CAST(COALESCE(SUM(CASE WHEN day = $2 THEN cost_micro END), 0) AS BIGINT) AS day_micro
               FROM usage WHERE workspace_id = $1 AND day >= $3",
        )
        .bind(workspace.text())
        .bind(today)
        .bind(first_of_month(today))
        .fetch_one(store.read())
        .await?;
        let amount = |tokens: &str, micro: &str| -> Result<Amount> {
            Ok(Amount { tokens: u64::try_from(sums.try_get::<i64, _>(tokens)?).unwrap_or(0), micro: sums.try_get(micro)? })
        };
        let visitor = match visitor {
            Some(visitor) => of_visitor(store, workspace, visitor, today).await?,
            None => Amount::default(),
        };
        Ok(Spent { day: amount("day_tokens", "day_micro")?, month: amount("month_tokens", "month_micro")?, visitor })
    }

    /// What each model did today, by name.
    ///
    /// # Errors
    /// The record's.
    pub async fn used_today(&self, workspace: WorkspaceId) -> Result<Vec<Day>> {
        let rows = sqlx::query(
            "SELECT model, CAST(SUM(calls) AS BIGINT) AS calls, CAST(SUM(failed) AS BIGINT) AS failed,
                    CAST(SUM(input_tokens + output_tokens) AS BIGINT) AS tokens, CAST(SUM(cost_micro) AS BIGINT) AS micro
               FROM usage WHERE workspace_id = $1 AND day = $2 GROUP BY model ORDER BY model",
        )
        .bind(workspace.text())
        .bind(today(self.chat().now()))
        .fetch_all(self.chat().store().read())
        .await?;
        rows.iter()
            .map(|row| {
                let amount = Amount { tokens: u64::try_from(row.try_get::<i64, _>("tokens")?).unwrap_or(0), micro: row.try_get("micro")? };
                Ok(Day { model: row.try_get("model")?, calls: row.try_get("calls")?, failed: row.try_get("failed")?, amount })
            })
            .collect()
    }

    /// Adds what the models of a turn have used. A turn is never held up by it.
    pub(crate) async fn note_usage(&self, workspace: WorkspaceId, visitor: Option<VisitorId>, calls: &[ModelCall]) {
        if summed(calls).is_empty() {
            return;
        }
        if let Err(error) = self.add_usage(workspace, visitor, calls).await {
            tracing::warn!(workspace.id = %workspace, %error, "what the models have used could not be noted");
        }
    }

    /// A power cut may take back what was used in the moment before it, as the end of the process may.
    async fn add_usage(&self, workspace: WorkspaceId, visitor: Option<VisitorId>, calls: &[ModelCall]) -> Result<()> {
        let store = self.chat().store();
        let models = models_sql(store.dialect());
        let sql = if visitor.is_some() { store.dialect().together(&models, VISITOR) } else { models };
        // In one order, so that two turns do not wait for each other.
        let rows: Vec<Value> = summed(calls).into_iter().map(|((task, model), sum)| sum.row(task, model)).collect();
        let tokens: u64 = calls.iter().map(|call| call.input_tokens + call.output_tokens).sum();
        let micro: i64 = calls.iter().map(|call| call.cost_micro).sum();
        let day = today(self.chat().now());
        let bind = |insert: Statement<'static>| {
            let insert = insert.bind(workspace.text()).bind(day).bind(json!(rows).to_string());
            match visitor {
                Some(visitor) => insert.bind(visitor.text()).bind(signed(tokens)).bind(micro),
                None => insert,
            }
        };
        store.briefly(&sql, bind).await?;
        Ok(())
    }
}

/// Adds to what each model has used on a day.
fn models_sql(dialect: Dialect) -> String {
    let texts = ["task", "model"].map(Column::Text);
    let numbers = ["calls", "failed", "input", "output", "micro"].map(Column::Int);
    let list = dialect.rows(3, &[texts.as_slice(), &numbers].concat());
    format!(
        "INSERT INTO usage (workspace_id, day, task, model, calls, failed, input_tokens, output_tokens, cost_micro)
         SELECT $1, $2, x.task, x.model, x.calls, x.failed, x.input, x.output, x.micro FROM {list} WHERE 1 = 1
         ON CONFLICT (workspace_id, day, task, model) DO UPDATE SET calls = usage.calls + excluded.calls,
            failed = usage.failed + excluded.failed, input_tokens = usage.input_tokens + excluded.input_tokens,
            output_tokens = usage.output_tokens + excluded.output_tokens, cost_micro = usage.cost_micro + excluded.cost_micro"
    )
}

/// Adds to what a visitor has used on that day.
const VISITOR: &str = "INSERT INTO visitor_usage (workspace_id, day, visitor_id, tokens, cost_micro) VALUES ($1, $2, $4, $5, $6)
     ON CONFLICT (workspace_id, visitor_id, day) DO UPDATE SET tokens = visitor_usage.tokens + excluded.tokens,
        cost_micro = visitor_usage.cost_micro + excluded.cost_micro";

/// Forgets what visitors used long ago.
pub(crate) async fn sweep(store: &Store, now: i64) -> Result<()> {
    sqlx::query("DELETE FROM visitor_usage WHERE day < $1").bind(today(now) - KEPT).execute(store.write()).await?;
    Ok(())
}

/// One model's share of a turn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sum {
    calls: i64,
    failed: i64,
    input: i64,
    output: i64,
    micro: i64,
}

impl Sum {
    fn row(&self, task: &str, model: &str) -> Value {
        let Self { calls, failed, input, output, micro } = self;
        json!({ "task": task, "model": model, "calls": calls, "failed": failed, "input": input, "output": output, "micro": micro })
    }
}

fn summed(calls: &[ModelCall]) -> BTreeMap<(&str, &str), Sum> {
    let mut sums: BTreeMap<(&str, &str), Sum> = BTreeMap::new();
    for call in calls.iter().filter(|call| !matches!(call.outcome.as_str(), "open" | "busy")) {
        let sum = sums.entry((&call.task, &call.model)).or_default();
        sum.calls += 1;
        sum.failed += i64::from(call.failed());
        sum.input += signed(call.input_tokens);
        sum.output += signed(call.output_tokens);
        sum.micro += call.cost_micro;
    }
    sums
}

async fn of_visitor(store: &Store, workspace: WorkspaceId, visitor: VisitorId, day: i64) -> Result<Amount> {
    let row = sqlx::query("SELECT tokens, cost_micro FROM visitor_usage WHERE workspace_id = $1 AND visitor_id = $2 AND day = $3")
        .bind(workspace.text())
        .bind(visitor.text())
        .bind(day)
        .fetch_optional(store.read())
        .await?;
    let Some(row) = row else { return Ok(Amount::default()) };
    Ok(Amount { tokens: u64::try_from(row.try_get::<i64, _>("tokens")?).unwrap_or(0), micro: row.try_get("cost_micro")? })
}

fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Days since 1970.
fn today(now: i64) -> i64 {
    now.div_euclid(DAY)
}

/// The day on which this day's month began.
fn first_of_month(day: i64) -> i64 {
    DateTime::from_timestamp(day * 86_400, 0).map_or(day, |date| day - i64::from(date.day0()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_begin_on_their_first_day() {
        for (day, expected) in [
            (0, 0),           // 1 January 1970
            (30, 0),          // 31 January
            (31, 31),         // 1 February
            (58, 31),         // 28 February
            (59, 59),         // 1 March
            (19_782, 19_754), // 29 February 2024 → 1 February
            (19_783, 19_783), // 1 March 2024
            (20_453, 20_423), // 31 December 2025 → 1 December
            (20_454, 20_454), // 1 January 2026
        ] {
            assert_eq!(first_of_month(day), expected, "{day}");
        }
    }
}
