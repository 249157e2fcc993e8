//! Search over very many passages: what it takes to hold them, how fast they are found, and what a turn costs among them.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use chat::{Chat, Clock, Random};
use clap::Parser;
use knowledge::Knowledge;
use serde_json::{Value, json};
use tests::model::{Behaviour, Kind, Model};
use tests::scale::{Corpus, Endpoint, Searches, Turns, bytes, import, numbered};
use tests::server::{Plan, Server};
use tests::trial::Say;

/// Index time, memory, disk, search by words, by meaning and by both, what the graph of vectors misses, and the time before a model is asked
#[derive(Parser)]
struct Flags {
    /// Passages; one in fifty is in a library of its own
    #[arg(long, default_value_t = 100_000)]
    passages: usize,
    /// Searches of each kind
    #[arg(long, default_value_t = 1_000)]
    searches: usize,
    /// Searches that are compared with exact ones, of each kind
    #[arg(long, default_value_t = 200)]
    compared: usize,
    /// Questions that visitors ask the bot
    #[arg(long, default_value_t = 300)]
    turns: usize,
    /// Numbers of a vector
    #[arg(long, default_value_t = 384)]
    size: usize,
    /// Makes other passages
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Where the search index is: "embedded", or a Qdrant server such as qdrant:http://127.0.0.1:6334
    #[arg(long, default_value = "embedded")]
    index: String,
    #[command(flatten)]
    say: Say,
}

#[tokio::main]
async fn main() -> Result<()> {
    tests::trial::unless_stopped(run()).await
}

async fn run() -> Result<()> {
    let flags = Flags::parse();
    let corpus = Corpus::new(flags.passages, flags.seed);
    let url = Endpoint::new(flags.size).start().await?;
    let model = Model::new(Behaviour { text: numbered(60), delay_ms: 5, ..Behaviour::of(Kind::Say) });
    let plan = plan(flags.say.plan(), &url, &model.start().await?).env("WARBLER_KNOWLEDGE__INDEX__ADDRESS", &flags.index);
    let mut server = plan.lay().await?;
    // Its first start makes the workspace.
    server.start().await?;
    server.stop().await?;
    let steps = 4 * flags.searches + 6 * flags.compared + flags.turns;
    let bar = flags.say.bar(steps as u64, "searches and turns");
    let mut told = searched(&flags, &corpus, &server, &url, &|n| bar.inc(n)).await?;
    let started = Instant::now();
    server.start().await?;
    let turns = Turns { corpus: &corpus, server: &server, model: &model };
    if flags.turns > 0 {
        turns.times(0, &|_| ()).await?;
        told["first_answer_s"] = json!(seconds(started.elapsed()));
        let (before, words) = turns.times(flags.turns, &|n| bar.inc(n)).await?;
        (told["before_the_model"], told["each_word"]) = (before, words);
    }
    let pid = server.pid().context("warbler does not run")?;
    told["server_rss_mib"] = json!(tests::load::memory::at_rest(pid, Duration::from_secs(20)).await? / 1_024);
    bar.finish_and_clear();
    flags.say.finish(&told)
}

/// A server with the scripted models, without waiting for more of a burst and without remembering answers.
fn plan(plan: Plan, embeddings: &str, model: &str) -> Plan {
    plan.unlimited()
        .env("WARBLER_KNOWLEDGE__EMBEDDINGS__BASE_URL", embeddings)
        .env("WARBLER_KNOWLEDGE__EMBEDDINGS__MODEL", "scripted")
        .env("WARBLER_BOT__MODELS", format!("[{{name=\"scripted\",url=\"{model}\",model=\"scripted\"}}]"))
        .env("WARBLER_BOT__BURST_MS", "0")
        .env("WARBLER_BOT__REMEMBERED", "0")
        .env("WARBLER_BOT__FIRST_TOKEN_MS", "60000")
        .env("WARBLER_BOT__TOTAL_MS", "120000")
}

/// What this process measures by itself, in the server's folder.
async fn searched(flags: &Flags, corpus: &Corpus, server: &Server, url: &str, progress: &dyn Fn(u64)) -> Result<Value> {
    let data = server.data().to_owned();
    let record = chat::Config { address: server.record(), ..chat::Config::default() };
    let chat = Chat::open(&record, Clock::system(), Random::system()).await?;
    let workspace = chat::workspace::list(chat.store()).await?.first().context("no workspace")?.id;
    let mut config = knowledge::Config::default();
    (config.embeddings.base_url, config.embeddings.model, config.embeddings.batch) = (url.to_owned(), "scripted".into(), 128);
    config.index.address.clone_from(&flags.index);
    config.index.key = std::env::var("WARBLER_KNOWLEDGE__INDEX__KEY").unwrap_or_default();
    let knowledge = Knowledge::open(config, chat.clone(), &data).await?;
    let scratch = tempfile::tempdir()?;
    let started = Instant::now();
    let few = import(corpus, &knowledge, &chat, workspace, scratch.path()).await?;
    let import_s = seconds(started.elapsed());
    let started = Instant::now();
    knowledge.ready(workspace).await?;
    let index_s = seconds(started.elapsed());
    let searches = Searches { corpus, knowledge: &knowledge, workspace, few };
    let times = searches.times(flags.searches, progress).await?;
    let recall = searches.recall(flags.compared, progress).await?;
    let told = json!({
        "passages": knowledge.indexed(workspace),
        "import_s": import_s,
        "index_s": index_s,
        "index_mib": bytes(&data.join("index")) >> 20,
        "record_mib": (bytes(&data) - bytes(&data.join("index"))) >> 20,
        "search": times,
        "recall_of_exact": recall,
    });
    drop(knowledge);
    chat.store().close().await;
    Ok(told)
}

fn seconds(took: Duration) -> f64 {
    (took.as_secs_f64() * 100.0).round() / 100.0
}
