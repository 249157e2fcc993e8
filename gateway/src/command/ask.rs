//! `warbler ask "…"`

use std::io::{self, Write as _, stdout};

use bot::Asked;
use clap::Args;

use crate::config::Config;

/// Asks the bot on the terminal: its answer, its verdict, and the passages with their scores. Nothing is kept.
#[derive(Args)]
pub(crate) struct Ask {
    /// The question
    question: String,
    /// en or zh [default: what the question is written in]
    #[arg(long)]
    locale: Option<String>,
    /// Prints JSON
    #[arg(long)]
    json: bool,
}

impl Ask {
    pub(crate) async fn run(self, config: Config) -> anyhow::Result<()> {
        anyhow::ensure!(!self.question.trim().is_empty(), "The question is empty: put it in quotes after `ask`.");
        let (house, workspace) = super::house(&config).await?;
        crate::first::guides(&house.knowledge, workspace).await?;
        let locale = self.locale.unwrap_or_else(|| knowledge::language::of(&self.question).to_owned());
        let asked = house.bot.ask(workspace, &self.question, chat::locale_of(&locale)).await?;
        if self.json {
            writeln!(stdout(), "{}", serde_json::to_string_pretty(&asked)?)?;
        } else {
            tell(&asked)?;
        }
        Ok(())
    }
}

fn tell(asked: &Asked) -> io::Result<()> {
    writeln!(stdout(), "{}\n", asked.answer)?;
    for source in &asked.citations {
        writeln!(stdout(), "[{}] {} › {} {}", source.n, source.title, source.heading, source.url)?;
    }
    writeln!(stdout(), "\nverdict  {} (rule: {})", asked.verdict.name(), asked.rule)?;
    writeln!(stdout(), "{:<10} {:>10} {:>8} {:>8} {:>8}  passage", "", "confidence", "words", "vector", "fused")?;
    for hit in &asked.found.hits {
        let vector = hit.vector.map_or("-".to_owned(), |score| format!("{score:.3}"));
        writeln!(
            stdout(),
            "{:<10} {:>10.3} {:>8.2} {vector:>8} {:>8.4}  {} › {} ({})",
            if hit.kept { "kept" } else { "rejected" },
            hit.confidence,
            hit.lexical,
            hit.fused,
            hit.passage.title,
            hit.passage.heading,
            hit.why
        )?;
    }
    Ok(())
}
