//! Pictures of the widget and the console, to be looked at.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;
use clap::Parser;
use serde_json::json;
use tests::furnish::Furnished;
use tests::server::Plan;
use tests::trial::Say;
use tests::{browser, judge};

/// Screenshots of widget and console in English and Chinese, light and dark, 390 and 1280 px wide
#[derive(Parser)]
struct Flags {
    /// Where the pictures are put
    #[arg(long, value_name = "DIR", default_value = "target/shots")]
    to: PathBuf,
    /// Languages
    #[arg(long, value_delimiter = ',', default_value = "en-US,zh-CN")]
    locales: Vec<String>,
    /// Themes
    #[arg(long, value_delimiter = ',', default_value = "light,dark")]
    themes: Vec<String>,
    /// Widths in pixels
    #[arg(long, value_delimiter = ',', default_value = "1280,390")]
    widths: Vec<u32>,
    #[command(flatten)]
    say: Say,
}

#[tokio::main]
async fn main() -> Result<()> {
    let flags = Flags::parse();
    std::fs::create_dir_all(&flags.to)?;
    let mut plan = Plan::new().unlimited();
    if let Some(path) = &flags.say.warbler {
        plan = plan.binary(path);
    }
    let server = plan.start().await?;
    let furnished = Furnished::of(&server).await?;
    let plan = json!({
        "base": server.base(), "path": "/demo", "cookies": furnished.owner.jar(), "pages": furnished.pages,
        "looks": judge::looks(&flags.locales, &flags.themes, &flags.widths), "to": std::path::absolute(&flags.to)?,
        "questions": {"en": "How do I add a website?", "zh": "怎么把聊天窗口放到我的网站上？"},
    });
    let bar = flags.say.bar(0, "pictures");
    let result = browser::run("shots", &plan, Duration::from_secs(1800), |_| bar.inc(1)).await?;
    bar.finish_and_clear();
    flags.say.result(&result);
    Ok(())
}
