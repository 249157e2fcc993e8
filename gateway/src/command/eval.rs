//! `warbler eval DIR`

mod answers;

use std::{
    io::{Write as _, stdout},
    path::{Path, PathBuf},
};

use chat::{Chat, Clock, Random};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use knowledge::{
    Embeddings, Legs,
    eval::{Labels, Measured, Point, Scope},
};

use crate::config::Config;

/// Measures the search, and how intents, moods and languages are told. The documents go into a throw-away library; nothing is kept.
#[derive(Args)]
pub(crate) struct Eval {
    /// A folder with corpus.jsonl, queries.jsonl and qrels.tsv, or with train.jsonl and test.jsonl; or a folder of such folders
    folder: PathBuf,
    /// Prints JSON, one object a set and one a task of a set
    #[arg(long)]
    json: bool,
    /// Prints what would be answered at each confidence, and how much of it wrongly
    #[arg(long)]
    curve: bool,
    /// Asks the bot as well: how much it answers, from which documents, and so many of its answers, chosen at random
    #[arg(long, value_name = "HOW_MANY")]
    answers: Option<usize>,
    /// A folder with an embedding model, in place of the configured one: searches by words, by meaning, and by both
    #[arg(long, value_name = "FOLDER")]
    model: Option<PathBuf>,
}

impl Eval {
    pub(crate) async fn run(self, mut config: Config) -> anyhow::Result<()> {
        if let Some(folder) = &self.model {
            config.knowledge.embeddings =
                Embeddings { folder: folder.display().to_string(), ..config.knowledge.embeddings.without_endpoint() };
        }
        let folders = self.folders()?;
        let mut head = !self.json;
        let mut told = Vec::new();
        for folder in folders {
            let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            if folder.join("corpus.jsonl").exists() {
                if std::mem::take(&mut head) {
                    writeln!(
                        stdout(),
                        "{:<24} {:<7} {:>7} {:>7} {:>7} {:>7} {:>7} {:>8} {:>8} {:>8}",
                        "set",
                        "search",
                        "queries",
                        "R@1",
                        "R@5",
                        "R@10",
                        "MRR@10",
                        "nDCG@10",
                        "p50 ms",
                        "p99 ms"
                    )?;
                }
                for way in in_a_record(async |chat| searched(&config, chat, &folder).await).await? {
                    self.print_search(&name, &way)?;
                }
                if let Some(examples) = self.answers {
                    let answers = in_a_record(async |chat| answers::answered(&config, chat, &folder, examples).await).await?;
                    answers::print(&name, &answers, self.json)?;
                }
            }
            if knowledge::eval::has_labels(&folder) {
                let bar = bar()?;
                let found = tokio::task::spawn_blocking(move || {
                    let found = knowledge::eval::labels(&folder, &watch(&bar));
                    bar.finish_and_clear();
                    found
                });
                told.extend(found.await??.into_iter().map(|labels| (name.clone(), labels)));
            }
        }
        self.print_labels(&told)
    }

    fn print_search(&self, name: &str, way: &Measured) -> anyhow::Result<()> {
        let (f, scope) = (&way.report, &way.scope);
        let search = match way.legs {
            Legs::Words => "words",
            Legs::Meaning => "meaning",
            Legs::Both => "both",
        };
        if self.json {
            let mut line = serde_json::to_value(f)?;
            line["set"] = name.into();
            line["search"] = search.into();
            line["scope"] = serde_json::to_value(scope)?;
            writeln!(stdout(), "{line}")?;
            return Ok(());
        }
        writeln!(
            stdout(),
            "{name:<24} {search:<7} {:>7} {:>7.3} {:>7.3} {:>7.3} {:>7.3} {:>8.3} {:>8.2} {:>8.2}",
            f.queries,
            f.recall_1,
            f.recall_5,
            f.recall_10,
            f.mrr_10,
            f.ndcg_10,
            f.p50_ms,
            f.p99_ms
        )?;
        if self.curve || scope.out_of_scope > 0 {
            print(scope, self.curve)?;
        }
        Ok(())
    }

    /// What was told of texts, beneath the searches.
    fn print_labels(&self, told: &[(String, Labels)]) -> anyhow::Result<()> {
        if self.json {
            for (name, labels) in told {
                let mut line = serde_json::to_value(labels)?;
                line["set"] = name.as_str().into();
                writeln!(stdout(), "{line}")?;
            }
        } else if !told.is_empty() {
            let mut out = stdout();
            writeln!(
                out,
                "\n{:<24} {:<10} {:>7} {:>7} {:>9} {:>9} {:>9} {:>7}",
                "set", "task", "texts", "labels", "accuracy", "macro-F1", "majority", "AUROC"
            )?;
            for (name, f) in told {
                let auroc = f.auroc.map_or_else(String::new, |auroc| format!("{auroc:.3}"));
                writeln!(
                    out,
                    "{name:<24} {:<10} {:>7} {:>7} {:>9.3} {:>9.3} {:>9.3} {auroc:>7}",
                    f.task, f.texts, f.labels, f.accuracy, f.macro_f1, f.majority
                )?;
            }
        }
        Ok(())
    }

    /// The folder itself, or every set in it.
    fn folders(&self) -> anyhow::Result<Vec<PathBuf>> {
        let is_set = |folder: &PathBuf| is_library(folder) || knowledge::eval::has_labels(folder);
        if is_set(&self.folder) || self.folder.join("corpus.jsonl").exists() {
            return Ok(vec![self.folder.clone()]);
        }
        let mut sets: Vec<PathBuf> = std::fs::read_dir(&self.folder)
            .map_err(|error| anyhow::anyhow!("{} cannot be read: {error}", self.folder.display()))?
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(is_set)
            .collect();
        sets.sort();
        anyhow::ensure!(!sets.is_empty(), "{} has no corpus.jsonl and no test.jsonl, and no folder in it has one", self.folder.display());
        Ok(sets)
    }
}

fn is_library(folder: &Path) -> bool {
    folder.join("corpus.jsonl").exists() && folder.join("queries.jsonl").exists()
}

/// Does something with a record that is thrown away.
async fn in_a_record<T>(job: impl AsyncFnOnce(&Chat) -> anyhow::Result<T>) -> anyhow::Result<T> {
    let scratch = tempfile::tempdir()?;
    let record = chat::Config { address: format!("sqlite:{}", scratch.path().join("record.db").display()), ..chat::Config::default() };
    let chat = Chat::open(&record, Clock::system(), Random::system()).await?;
    let done = job(&chat).await;
    chat.store().close().await;
    done
}

/// Searches for everything that is asked in a folder.
async fn searched(config: &Config, chat: &Chat, folder: &Path) -> anyhow::Result<Vec<Measured>> {
    let bar = bar()?;
    let ways = knowledge::eval::run(chat, config.knowledge.clone(), folder, &watch(&bar)).await?;
    bar.finish_and_clear();
    Ok(ways)
}

fn bar() -> anyhow::Result<ProgressBar> {
    let bar = ProgressBar::new(1);
    bar.set_style(ProgressStyle::with_template("{bar:30} {pos}/{len} {msg}")?);
    Ok(bar)
}

fn watch(bar: &ProgressBar) -> impl Fn(u64, u64) + Send + Sync + use<> {
    let bar = bar.clone();
    move |done, of| {
        bar.set_length(of);
        bar.set_position(done);
    }
}

/// What confidence would have answered; all thresholds with `whole`, else the default one and that of nine in ten.
fn print(scope: &Scope, whole: bool) -> anyhow::Result<()> {
    let mut out = stdout();
    let auroc = scope.auroc.map_or_else(String::new, |auroc| format!(", AUROC {auroc:.3}"));
    writeln!(out, "  {} questions in scope, {} out of scope{auroc}", scope.in_scope, scope.out_of_scope)?;
    writeln!(out, "  {:>9} {:>9} {:>7} {:>8} {:>7}", "threshold", "answered", "right", "refused", "wrong")?;
    let default = bot::Settings::default().answer_from;
    let is_near = |point: &&Point, threshold: f64| (point.threshold - threshold).abs() < 0.001;
    let shown = |point: &&Point| is_near(point, default) || whole && is_near(point, (point.threshold * 20.0).round() / 20.0);
    for point in scope.curve.iter().filter(shown).chain([&scope.at_90]) {
        writeln!(
            out,
            "  {:>9.3} {:>9.3} {:>7.3} {:>8.3} {:>7.3}",
            point.threshold, point.answered, point.right, point.refused, point.wrong
        )?;
    }
    if whole {
        let steps: Vec<String> = scope.reliability.iter().map(|(said, held)| format!("{said:.2}:{held:.2}")).collect();
        writeln!(out, "  said:held {}", steps.join(" "))?;
    }
    Ok(())
}
