//! Accessibility and policies of every page, judged by axe-core and Google's CSP Evaluator.

use anyhow::Result;
use clap::Parser;
use tests::judge;
use tests::server::Plan;
use tests::trial::Say;

/// axe-core on the widget in its states and on every console page, and the CSP evaluator on every policy
#[derive(Parser)]
struct Flags {
    /// Languages that are looked at
    #[arg(long, value_delimiter = ',', default_value = "en-US,zh-CN")]
    locales: Vec<String>,
    /// Themes that are looked at
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
    let mut plan = Plan::new().unlimited();
    if let Some(path) = &flags.say.warbler {
        plan = plan.binary(path);
    }
    let server = plan.start().await?;
    let looks = judge::looks(&flags.locales, &flags.themes, &flags.widths);
    let bar = flags.say.bar(0, "pages");
    let result = judge::run(&server, looks, |_| bar.inc(1)).await?;
    bar.finish_and_clear();
    flags.say.finish(&result)
}
