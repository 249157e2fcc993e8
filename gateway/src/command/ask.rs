//! `warbler ask "…"`

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
        let (house, workspace) = super::house(&config).await?;
        crate::first::guides(&house.knowledge, workspace).await?;
        let locale = self.locale.unwrap_or_else(|| knowledge::language::of(&self.question).to_owned());
        let asked = house.bot.ask(workspace, &self.question, chat::locale_of(&locale)).await?;
        println!("{}", serde_json::to_string_pretty(&asked)?);
        Ok(())
    }
}
