//! A model is stopped: because a person takes over, or because the visitor has left.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, bail};
use clap::ValueEnum;
use rand::{Rng as _, SeedableRng as _};
use serde_json::{Value, json};

use crate::model::{Behaviour, Kind, Model};
use crate::server::{Plan, Server};
use crate::staff::Staff;
use crate::visitor::Visitor;

/// How the model is answering when it is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Mode {
    /// Word by word
    Streaming,
    /// In one piece, which has not come yet
    Plain,
    /// Word by word, but the first word has not come yet
    Silent,
}

/// Why it is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Cause {
    /// An agent takes the conversation over
    Takeover,
    /// The visitor closes the only tab
    Leave,
}

/// What is tried.
#[derive(Clone, Copy, Debug)]
pub struct Trial {
    /// How the model answers.
    pub mode: Mode,
    /// Why it is stopped.
    pub cause: Cause,
    /// After how long a visitor has left, in milliseconds.
    pub left_ms: u64,
    /// How often.
    pub trials: u64,
    /// Repeats the random moments.
    pub seed: u64,
}

const QUESTION: &str = "How do I add a website?";
/// The first question of a new server also builds the index.
const ASKED: Duration = Duration::from_secs(120);
/// A request that should be closed is not waited for longer than this.
const PATIENCE: Duration = Duration::from_secs(20);

impl Trial {
    /// A server whose model answers so.
    pub async fn lay(&self, plan: Plan, model: &Model) -> Result<Server> {
        let url = model.start().await?;
        model.behave(match self.mode {
            Mode::Streaming => Behaviour { delay_ms: 40, ..Behaviour::default() },
            Mode::Plain => Behaviour { first_ms: 600_000, ..Behaviour::default() },
            Mode::Silent => Behaviour::of(Kind::StallFirst),
        });
        let stream = self.mode != Mode::Plain;
        let models = format!("[{{name=\"scripted\",url=\"{url}\",model=\"scripted\",stream={stream}}}]");
        plan.unlimited()
            .env("WARBLER_BOT__MODELS", models)
            .env("WARBLER_BOT__FIRST_TOKEN_MS", "60000")
            .env("WARBLER_BOT__TOTAL_MS", "120000")
            .env("WARBLER_BOT__BURST_MS", "1")
            .env("WARBLER_BOT__REMEMBERED", "0")
            .env("WARBLER_BOT__LEFT_MS", self.left_ms.to_string())
            .start()
            .await
    }

    /// Runs the trials; answers figures, and under `faults` all that was wrong.
    pub async fn run(&self, server: &Server, staff: &mut Staff, model: &Model, mut progress: impl FnMut(u64)) -> Result<Value> {
        let mut random = rand::rngs::StdRng::seed_from_u64(self.seed);
        let (mut faults, mut took) = (Vec::new(), Vec::new());
        for trial in 0..self.trials {
            match self.one(server, staff, model, random.random_range(0..200)).await {
                Ok(ms) => took.push(ms),
                Err(error) => faults.push(format!("trial {}: {error:#}", trial + 1)),
            }
            progress(trial + 1);
        }
        took.sort_unstable();
        let at = |share: usize| took.get((took.len() * share / 100).min(took.len().saturating_sub(1))).copied();
        Ok(json!({
            "mode": format!("{:?}", self.mode).to_lowercase(),
            "cause": format!("{:?}", self.cause).to_lowercase(),
            "trials": self.trials,
            "closed_upstream": took.len(),
            "ms_p50": at(50),
            "ms_p99": at(99),
            "ms_max": took.last(),
            "faults": faults,
        }))
    }

    /// Milliseconds from the deed to the end of the request, as the model saw it. A takeover is timed from before its form is sent;
    /// leaving, from the moment at which the visitor counts as gone.
    async fn one(&self, server: &Server, staff: &mut Staff, model: &Model, wait_ms: u64) -> Result<i64> {
        let before = model.stats();
        let mut visitor = Visitor::of(server).await?;
        let conversation = Visitor::conversation();
        visitor.say(&conversation, QUESTION).await?;
        let begun = Instant::now();
        while model.stats().open == 0 {
            if begun.elapsed() > ASKED {
                bail!("the model was not asked");
            }
            visitor.next(Duration::from_millis(2)).await?;
        }
        // The tab stays alive for a moment of its own.
        let until = Instant::now() + Duration::from_millis(if self.cause == Cause::Leave { 300 + wait_ms } else { wait_ms });
        while let Some(rest) = until.checked_duration_since(Instant::now()) {
            visitor.next(rest).await?;
        }
        let deed = match self.cause {
            Cause::Takeover => {
                let page = staff.conversation(&conversation).await?;
                let form = page.form_to("/take").context("nothing to take")?;
                let deed = now();
                staff.submit(&form).await?;
                deed
            }
            Cause::Leave => {
                visitor.vanish();
                now() + i64::try_from(self.left_ms)?
            }
        };
        let stopped = Instant::now();
        let closed = loop {
            let stats = model.stats();
            if stats.open == 0 && stats.closed_early > before.closed_early {
                break stats.closed.last().map_or(0, |closed| closed.at);
            }
            if stats.completed > before.completed {
                bail!("the model ended its answer: it is too fast for this trial");
            }
            if stopped.elapsed() > PATIENCE + Duration::from_millis(self.left_ms) {
                bail!("the request was still open {PATIENCE:?} later");
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        };
        self.look(&mut visitor, &conversation).await?;
        Ok((closed - deed).max(0))
    }

    /// After a takeover nothing of the bot is there; who comes back finds an extract.
    async fn look(&self, visitor: &mut Visitor, conversation: &str) -> Result<()> {
        if self.cause == Cause::Leave {
            visitor.connect().await?;
            let answer = visitor.answer(conversation, 1).await?;
            if answer["extract"] != true {
                bail!("who comes back finds no extract: {answer}");
            }
            return Ok(());
        }
        let history = visitor.history(conversation).await?;
        match history.iter().find(|message| message["author"]["kind"] == "bot") {
            Some(message) => bail!("the bot spoke: {message}"),
            None => Ok(()),
        }
    }
}

fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
