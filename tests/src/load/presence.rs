//! What it costs that agents and visitors are there and type: no message is written while this is measured.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use chat::agent::{NewAgent, Role};
use chat::{AgentId, Clock, Config, InboxId, Random, Store, agent, inbox, session};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_util::task::AbortOnDropHandle;

use super::crowd::Pace;
use super::hold::Held;
use super::memory;
use super::session::Door;
use super::wire::Wire;
use super::writers::Writers;

/// A client says that its person types this often at most.
const TYPING: Duration = Duration::from_secs(3);

/// Who is there.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Agents with a page open, each on a conversation.
    pub agents: usize,
    /// Visitors with a session open.
    pub visitors: usize,
    /// Those of them who type.
    pub typing: usize,
    /// How long each of the two measurements takes.
    pub seconds: u64,
    /// How they come.
    pub pace: Pace,
}

/// An agent's open page; it ends when this is dropped.
struct Page(#[expect(dead_code, reason = "held, not read")] AbortOnDropHandle<()>);

/// Measures the server's processor time while all are there, and while some type; figures.
pub async fn run(
    door: &Door,
    pid: u32,
    record: &str,
    plan: &Plan,
    progress: impl Fn(u64) + Clone + Send + Sync + 'static,
) -> Result<Value> {
    let Wire::Warbler(inbox) = &door.wire else { bail!("only Warbler has agents") };
    let writers = Writers::open(door, (plan.visitors, plan.typing), plan.pace, progress).await?;
    let (losses, heard) = (writers.losses, Arc::new(AtomicU64::new(0)));
    let typing: Vec<Held> = Held::all(writers.writing, &losses);
    let tokens = sign_in(record, inbox, plan.agents).await?;
    let mut pages = Vec::with_capacity(tokens.len());
    for (n, token) in tokens.iter().enumerate() {
        let talk = &typing[n % typing.len()].who.conversation;
        pages.push(page(door.address, token, talk, heard.clone()).await.context("an agent's page")?);
    }
    // What their coming has set off comes to rest.
    tokio::time::sleep(Duration::from_secs(15)).await;
    let there = spent(pid, Duration::from_secs(plan.seconds), async {}).await?;
    let before = heard.load(Relaxed);
    let types = async {
        let frame = |held: &Held, on: bool| format!(r#"{{"t":"typing","conversation":"{}","on":{on}}}"#, held.who.conversation);
        let step = TYPING / u32::try_from(typing.len()).unwrap_or(1).max(1);
        let mut tick = tokio::time::interval(step);
        for held in typing.iter().cycle() {
            tick.tick().await;
            held.writer.now(frame(held, true).as_bytes());
        }
    };
    let typed = spent(pid, Duration::from_secs(plan.seconds), types).await?;
    let told = heard.load(Relaxed) - before;
    let mut faults = losses.faults();
    if told == 0 {
        faults.push("no agent was told that somebody types".into());
    }
    Ok(json!({
        "agents": pages.len(),
        "visitors": plan.visitors,
        "typing": typing.len(),
        "core_percent_there": there,
        "core_percent_typing": typed,
        "told_per_s": (told as f64 / plan.seconds as f64).round(),
        "faults": faults,
    }))
}

/// Hundredths of one core the process took while `meanwhile` went on.
async fn spent(pid: u32, time: Duration, meanwhile: impl Future<Output = ()>) -> Result<f64> {
    let (before, begun) = (memory::processor(pid)?, Instant::now());
    let both = async {
        meanwhile.await;
        std::future::pending::<()>().await;
    };
    tokio::time::timeout(time, both).await.ok();
    Ok(((memory::processor(pid)? - before) / begun.elapsed().as_secs_f64() * 1_000.0).round() / 10.0)
}

/// New agents of the workspace with an open session each: written into the record, since nobody waits for a thousand passwords.
async fn sign_in(record: &str, inbox: &str, count: usize) -> Result<Vec<String>> {
    let store = Store::open(&Config { address: record.to_owned(), ..Config::default() }).await?;
    let inbox = InboxId::parse(inbox).context("the inbox has no id")?;
    let workspace = inbox::of_visitor(&store, inbox).await?.workspace;
    let (random, now) = (Random::system(), Clock::system().now());
    let mut tokens = Vec::with_capacity(count);
    for n in 0..count {
        let id: AgentId = random.id(now);
        let new = NewAgent {
            email: format!("load-{n}-{id}@example.org"),
            name: format!("Agent {n}"),
            role: Role::Agent,
            locale: "en".into(),
            capacity: 1,
            password_hash: "none".into(),
        };
        agent::create(&store, workspace, id, &new, now).await?;
        tokens.push(session::open(&store, &random, workspace, id, now).await?);
    }
    store.close().await;
    Ok(tokens)
}

/// The stream of a page on a conversation; `heard` counts who is told to type.
async fn page(address: SocketAddr, token: &str, talk: &str, heard: Arc<AtomicU64>) -> Result<Page> {
    let mut stream = TcpStream::connect(address).await?;
    let path = format!("/console/live?view=mine&conversation={talk}&after=100000");
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nCookie: warbler={token}\r\nAccept: text/event-stream\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut head = [0; 12];
    stream.read_exact(&mut head).await?;
    if &head != b"HTTP/1.1 200" {
        bail!("the stream was refused: {}", String::from_utf8_lossy(&head));
    }
    let listen = async move {
        let mut bytes = vec![0; 2_048];
        while let Ok(count @ 1..) = stream.read(&mut bytes).await {
            let told = bytes[..count].windows(13).filter(|part| part == b"event: typing").count();
            heard.fetch_add(told as u64, Relaxed);
        }
    };
    Ok(Page(AbortOnDropHandle::new(tokio::spawn(listen))))
}
