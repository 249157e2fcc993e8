//! A model that does what it is told to do wrong: an OpenAI-compatible server for tests and for trying things out.

use anyhow::{Context as _, Result};
use clap::Parser;
use tests::model::{Behaviour, Kind, Model};
use tokio::net::TcpListener;

/// A scripted OpenAI-compatible server: /v1/chat/completions, /v1/embeddings, /v1/models
///
/// It answers from the passages in its prompt, with citations, word by word, or fails in the way it is told to.
/// POST /control/behaviour {"kind":"stall_first","delay_ms":30} changes that while it runs;
/// GET /control/stats says what it was asked and which streams were closed early; POST /control/reset forgets that.
#[derive(Parser)]
struct Flags {
    /// Where to listen; port 0 takes a free one. The address is printed as the first line.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: String,
    /// How to behave
    #[arg(long, value_enum, default_value_t = Kind::Answer)]
    behaviour: Kind,
    /// Milliseconds between two words
    #[arg(long, default_value_t = 30)]
    delay_ms: u64,
    /// Milliseconds before the first word
    #[arg(long, default_value_t = 0)]
    first_ms: u64,
    /// Status of behaviour `fail`
    #[arg(long, default_value_t = 500)]
    status: u16,
    /// Text of behaviour `say`
    #[arg(long, default_value = "")]
    text: String,
}

#[tokio::main]
async fn main() -> Result<()> {
    let flags = Flags::parse();
    let listener = TcpListener::bind(&flags.listen).await.with_context(|| format!("cannot listen on {}", flags.listen))?;
    println!("http://{}/v1", listener.local_addr()?);
    let behaviour =
        Behaviour { kind: flags.behaviour, delay_ms: flags.delay_ms, first_ms: flags.first_ms, status: flags.status, text: flags.text };
    Model::new(behaviour).serve(listener).await
}
