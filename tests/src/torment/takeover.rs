//! An agent takes over while the bot's answer streams: nothing of the bot may come afterwards.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use rand::{Rng as _, SeedableRng as _};
use serde_json::{Value, json};

use crate::model::Model;
use crate::server::Server;
use crate::staff::Staff;
use crate::visitor::Visitor;

/// A slow model writes a long answer to its end, and the index is built before.
const FIRST_ANSWER: Duration = Duration::from_secs(120);
/// After this much silence nothing of the bot is on its way any more.
const QUIET: Duration = Duration::from_millis(400);

/// Runs the trials; answers figures, and under `faults` all that was wrong.
pub async fn run(
    server: &Server,
    staff: &mut Staff,
    model: &Model,
    trials: u64,
    seed: u64,
    mut progress: impl FnMut(u64),
) -> Result<Value> {
    let mut random = rand::rngs::StdRng::seed_from_u64(seed);
    let mut faults = Vec::new();
    let mut closing = Vec::new();
    let mut drafts = 0;
    // The first question of a new server also builds the index.
    let mut first = Visitor::of(server).await?;
    first.say(&Visitor::conversation(), "How do I add a website?").await?;
    first.wait_for(FIRST_ANSWER, is_bot).await?;
    for trial in 0..trials {
        // The moment is drawn anew each time: before the first word, within the answer, near its end.
        let words = random.random_range(0..12);
        let mut visitor = Visitor::of(server).await?;
        match one(&mut visitor, staff, model, words).await {
            Ok((seen, closed)) => {
                drafts += seen;
                closing.push(closed.as_millis());
            }
            Err(error) => faults.push(format!("trial {}: {error:#}", trial + 1)),
        }
        faults.extend(visitor.faults().await?);
        progress(trial + 1);
    }
    closing.sort_unstable();
    Ok(json!({
        "trials": trials,
        "drafts_before_takeover": drafts,
        "upstream_closed": closing.len(),
        "upstream_closed_ms_p50": closing.get(closing.len() / 2).map(|ms| *ms as u64),
        "upstream_closed_ms_max": closing.last().map(|ms| *ms as u64),
        "faults": faults,
    }))
}

async fn one(visitor: &mut Visitor, staff: &mut Staff, model: &Model, words: usize) -> Result<(usize, Duration)> {
    let before = model.stats();
    let conversation = Visitor::conversation();
    visitor.say(&conversation, "How do I add a website?").await?;
    let mut seen = 0;
    // With no word to wait for, the request itself must have begun.
    let begun = Instant::now();
    while model.stats().open == 0 {
        if begun.elapsed() > Duration::from_secs(15) {
            bail!("the model was not asked");
        }
        if visitor.next(Duration::from_millis(5)).await?.is_some_and(|frame| frame["t"] == "draft") {
            seen += 1;
        }
    }
    while seen < words {
        let frame = visitor.wait(|frame| frame["t"] == "draft" || is_bot(frame)).await?;
        if is_bot(&frame) {
            bail!("the answer was complete after {seen} pieces: the model is too fast for this trial");
        }
        seen += 1;
    }
    staff.take(&conversation).await.context("taking over")?;
    let taken = Instant::now();
    let closed = loop {
        let now = model.stats();
        if now.open == 0 {
            if now.completed > before.completed {
                bail!("the model finished its answer although it was taken over");
            }
            break taken.elapsed();
        }
        if taken.elapsed() > Duration::from_secs(10) {
            bail!("the request to the model was still open 10 s after the takeover");
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    };
    staff.reply(&conversation, "A person is here now.").await?;
    let reply = visitor.wait(|frame| frame["t"] == "message" && frame["author"]["kind"] == "agent").await?;
    while let Some(frame) = visitor.next(QUIET).await? {
        if is_bot(&frame) || frame["t"] == "draft" {
            bail!("the bot spoke after the takeover: {frame}");
        }
    }
    let history = visitor.history(&conversation).await?;
    if let Some(message) =
        history.iter().find(|message| message["author"]["kind"] == "bot" && message["seq"].as_i64() > reply["seq"].as_i64())
    {
        bail!("the record has a bot message after the takeover: {message}");
    }
    if history.iter().any(|message| message["author"]["kind"] == "bot") {
        bail!("half an answer stayed");
    }
    Ok((seen, closed))
}

fn is_bot(frame: &Value) -> bool {
    frame["t"] == "message" && frame["author"]["kind"] == "bot"
}
