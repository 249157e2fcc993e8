//! `warbler eval DIR --answers N`

use std::{
    io::{Write as _, stdout},
    path::Path,
};

use bot::{
    Bot,
    eval::{Answers, Said},
};
use chat::Chat;
use knowledge::{
    Knowledge,
    eval::{Set, Shelf},
};
use ticketing::Desk;

use super::{bar, watch};
use crate::{config::Config, first};

/// Asks the bot everything that is asked in a folder.
pub(super) async fn answered(config: &Config, chat: &Chat, folder: &Path, examples: usize) -> anyhow::Result<Answers> {
    let bar = bar()?;
    let set = Set::read(folder)?;
    let knowledge = Knowledge::throwaway(config.knowledge.clone(), chat.clone()).await?;
    let workspace = first::furnish(chat).await?.workspace;
    let desk = Desk::new(config.desk.clone(), chat.clone());
    let bot = Bot::new(config.bot.clone(), chat.clone(), knowledge.clone(), desk)?;
    let shelf = Shelf::of(&knowledge, workspace, folder).await?;
    let answers = bot.evaluate(workspace, &set, &shelf, examples, &watch(&bar)).await?;
    bar.finish_and_clear();
    Ok(answers)
}

/// Prints the figures, and the examples in full; as JSON one object.
pub(super) fn print(name: &str, answers: &Answers, json: bool) -> anyhow::Result<()> {
    let mut out = stdout();
    if json {
        let mut line = serde_json::to_value(answers)?;
        line["set"] = name.into();
        line["task"] = "answers".into();
        writeln!(out, "{line}")?;
        return Ok(());
    }
    let Answers { questions, answered, right, examples } = answers;
    writeln!(out, "{name:<24} {questions} questions, {answered:.3} answered, {right:.3} of these from a document that answers")?;
    for Said { question, answer, sources, right } in examples {
        let verdict = if *right { "right" } else { "another document" };
        writeln!(out, "\n--- {question}\n{answer}\n    {verdict}: {}", sources.join(" · "))?;
    }
    Ok(())
}
