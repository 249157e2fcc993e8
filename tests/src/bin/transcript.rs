//! What a visitor reads: questions asked in the widget of a new server, in a real browser.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Result, bail};
use clap::Parser;
use serde_json::{Value, json};
use tests::model::{Behaviour, Model};
use tests::server::{Plan, Server};
use tests::trial::Say;
use tests::{browser, corpus};

/// Boots warbler on an empty folder, asks about its guides, then imports two corpora and asks about them
#[derive(Parser)]
struct Flags {
    /// The folder that holds the retrieval sets (zh_tidb_faq, en_stackfaq); without it only the guides are asked
    #[arg(long, value_name = "DIR")]
    corpora: Option<PathBuf>,
    /// Questions about the corpora, half of them in each language
    #[arg(long, default_value_t = 10)]
    questions: usize,
    /// Answer by the scripted model instead of extracts, and show how a draft grows
    #[arg(long)]
    model: bool,
    #[command(flatten)]
    say: Say,
}

const SETS: [(&str, &str); 2] = [("en_stackfaq", "en"), ("zh_tidb_faq", "zh")];

#[tokio::main]
async fn main() -> Result<()> {
    let flags = Flags::parse();
    let mut plan = Plan::new();
    if let Some(path) = &flags.say.warbler {
        plan = plan.binary(path);
    }
    let model = Model::new(Behaviour { delay_ms: 60, ..Behaviour::default() });
    if flags.model {
        plan = plan.model(&model.start().await?);
    }
    let server = plan.start().await?;
    let guides = json!([
        {"text": "How do I add a website?", "locale": "en"},
        {"text": "What happens to a chat when an agent goes offline?", "locale": "en"},
        {"text": "怎么把聊天窗口放到我的网站上？", "locale": "zh"},
    ]);
    let mut rows = ask(&flags, &server, guides).await?;
    if let Some(folder) = &flags.corpora {
        let mut questions = Vec::new();
        for (set, locale) in SETS {
            import(&flags, &server, &folder.join(set).join("corpus.jsonl"))?;
            let texts = corpus::questions(&folder.join(set), flags.questions / 2)?;
            questions.extend(texts.into_iter().map(|text| json!({"text": text, "locale": locale, "fresh": true})));
        }
        rows.extend(ask(&flags, &server, questions.into()).await?);
    }
    if flags.model {
        growth(&flags, &server).await?;
    }
    let cited = rows.iter().filter(|row| row["sources"].as_array().is_some_and(|sources| !sources.is_empty())).count();
    flags.say.result(&json!({"asked": rows.len(), "answered_with_sources": cited}));
    Ok(())
}

async fn ask(flags: &Flags, server: &Server, questions: Value) -> Result<Vec<Value>> {
    let plan = json!({"base": server.base(), "path": "/demo", "questions": questions});
    let json = flags.say.json;
    let result = browser::run("transcript", &plan, Duration::from_secs(900), |line| print(line, json)).await?;
    if let Some(faults) = result["faults"].as_array().filter(|faults| !faults.is_empty()) {
        bail!("the browser complained: {faults:?}");
    }
    Ok(result["rows"].as_array().cloned().unwrap_or_default())
}

/// The text of one answer as it stood on the screen, moment by moment.
async fn growth(flags: &Flags, server: &Server) -> Result<()> {
    let plan = json!({"base": server.base(), "path": "/demo", "question": "How do I import documents?"});
    let seen = browser::run("words", &plan, Duration::from_secs(120), |_| {}).await?;
    if flags.say.json {
        println!("{seen}");
        return Ok(());
    }
    println!("\n  the draft of one answer, as it stood on the screen (ms, text):");
    for step in seen["growth"].as_array().into_iter().flatten() {
        let text = step["text"].as_str().unwrap_or_default().replace('\n', " ");
        println!(
            "  {:>7} {}",
            step["at"].as_i64().unwrap_or_default(),
            text.chars().rev().take(90).collect::<Vec<_>>().into_iter().rev().collect::<String>()
        );
    }
    println!("  then the message: {}", seen["answer"]["text"].as_str().unwrap_or_default());
    Ok(())
}

fn print(line: &str, json: bool) {
    let Ok(row) = serde_json::from_str::<Value>(line) else { return };
    if json {
        println!("{row}");
        return;
    }
    let text = |name: &str| row[name].as_str().unwrap_or_default().replace('\n', "\n      ");
    let marks = if row["extract"] == true { ", extract" } else { "" };
    println!("\n  you {}\n  {} ({} ms{marks})\n      {}", text("asked"), text("kind"), row["ms"], text("text"));
    for source in row["sources"].as_array().into_iter().flatten() {
        println!("      source: {}", source.as_str().unwrap_or_default());
    }
    if let Some(passage) = row["opened"]["passage"].as_str() {
        println!("      opened: {}", passage.chars().take(160).collect::<String>().replace('\n', " "));
    }
}

/// By the command, beside the running server, as an operator does it.
fn import(flags: &Flags, server: &Server, path: &std::path::Path) -> Result<()> {
    let path = path.display().to_string();
    let done = server.command(&["import", &path, "--library", "Corpora"])?;
    if !flags.say.json {
        println!("\n$ warbler import {path} --library Corpora\n{}", String::from_utf8_lossy(&done.stdout));
    }
    if !done.status.success() {
        bail!("import failed: {}", String::from_utf8_lossy(&done.stderr));
    }
    Ok(())
}
