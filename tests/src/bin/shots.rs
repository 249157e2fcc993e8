//! Pictures of the widget and the console, to be looked at.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;
use clap::Parser;
use serde_json::json;
use tests::browser;
use tests::furnish::Furnished;
use tests::judge::Looks;
use tests::trial::Say;

/// Screenshots of widget and console in English and Chinese, light and dark, 390 and 1280 px wide
#[derive(Parser)]
struct Flags {
    /// Where the pictures are put
    #[arg(long, value_name = "DIR", default_value = "target/shots")]
    to: PathBuf,
    #[command(flatten)]
    looks: Looks,
    #[command(flatten)]
    say: Say,
}

#[tokio::main]
async fn main() -> Result<()> {
    let flags = Flags::parse();
    std::fs::create_dir_all(&flags.to)?;
    let server = flags.say.plan().unlimited().start().await?;
    let furnished = Furnished::of(&server).await?;
    let plan = json!({
        "base": server.base(), "path": "/demo", "cookies": furnished.owner.jar(), "pages": furnished.pages,
        "looks": flags.looks.all(), "to": std::path::absolute(&flags.to)?,
        "questions": {"en": "How do I add a website?", "zh": "怎么把聊天窗口放到我的网站上？"},
    });
    let bar = flags.say.bar(0, "pictures");
    let result = browser::run("shots", &plan, Duration::from_secs(1800), |_| bar.inc(1)).await?;
    bar.finish_and_clear();
    flags.say.result(&result);
    Ok(())
}
