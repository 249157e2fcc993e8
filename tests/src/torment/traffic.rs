//! Visitors and an agent who go on whatever happens to the server.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use anyhow::Result;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use serde_json::json;
use tokio::task::JoinHandle;

use crate::staff::Staff;
use crate::visitor::{Transport, Visitor};

/// What a visitor may say; the mix makes appends, bot turns, failed answers and handovers.
const WORDS: [&str; 8] = [
    "How do I add a website?",
    "怎么把聊天窗口放到我的网站上？",
    "How do I import documents?",
    "thanks",
    "Which zeppelin brews the loudest oatmeal?",
    "I want a human",
    "转人工",
    "How do agents take over a conversation?",
];

/// Counts shared by all who make traffic.
#[derive(Debug, Default)]
pub struct Tally {
    /// Messages acknowledged to visitors.
    pub acknowledged: AtomicU64,
    /// Connections that were made.
    pub connections: AtomicU64,
    /// Messages agents sent and saw accepted.
    pub replies: AtomicU64,
    /// Conversations that were handed over.
    pub handovers: AtomicU64,
}

/// The traffic; it ends when asked.
#[derive(Debug)]
pub struct Traffic {
    over: Arc<AtomicBool>,
    /// What has happened so far.
    pub tally: Arc<Tally>,
    visitors: Vec<JoinHandle<Result<Vec<String>>>>,
    staff: JoinHandle<()>,
}

impl Traffic {
    /// Starts `visitors` visitors and one agent.
    pub fn start(base: &str, inbox: &str, staff: Staff, visitors: usize, seed: u64) -> Traffic {
        let over = Arc::new(AtomicBool::new(false));
        let tally = Arc::new(Tally::default());
        let visitors = (0..visitors).map(|n| {
            let transport = if n % 3 == 2 { Transport::Stream } else { Transport::Socket };
            let visitor = Visitor::new(base, inbox).over(transport).locale(if n % 2 == 0 { "en" } else { "zh" });
            let random = StdRng::seed_from_u64(seed.wrapping_add(n as u64));
            tokio::spawn(live(visitor, random, over.clone(), tally.clone()))
        });
        let visitors = visitors.collect();
        let staff = tokio::spawn(serve(staff, over.clone(), tally.clone()));
        Traffic { over, tally, visitors, staff }
    }

    /// Ends the traffic and answers everything that broke the contract.
    pub async fn stop(self) -> Result<Vec<String>> {
        self.over.store(true, Ordering::SeqCst);
        let mut faults = Vec::new();
        for visitor in self.visitors {
            faults.extend(visitor.await??);
        }
        self.staff.await?;
        Ok(faults)
    }
}

async fn live(mut visitor: Visitor, mut random: StdRng, over: Arc<AtomicBool>, tally: Arc<Tally>) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    while !over.load(Ordering::SeqCst) {
        if visitor.connect().await.is_err() {
            visitor.vanish();
            tokio::time::sleep(Duration::from_millis(random.random_range(20..120))).await;
            continue;
        }
        tally.connections.fetch_add(1, Ordering::Relaxed);
        // Whatever was acknowledged before the connection was lost is checked against the record of now.
        if let Ok(found) = visitor.faults().await {
            faults.extend(found);
        }
        while !over.load(Ordering::SeqCst) && chat(&mut visitor, &mut random, &tally).await.is_ok() {}
    }
    // The last word is the record's: everything promised to this visitor, once the server is back.
    for _ in 0..400 {
        if visitor.connect().await.is_ok()
            && let Ok(found) = visitor.faults().await
        {
            faults.extend(found);
            return Ok(faults);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    faults.push("the server did not come back".to_owned());
    Ok(faults)
}

async fn chat(visitor: &mut Visitor, random: &mut StdRng, tally: &Tally) -> Result<()> {
    let held = visitor.conversations();
    let conversation = match held.len() {
        0 => Visitor::conversation(),
        n if n < 6 && random.random_bool(0.1) => Visitor::conversation(),
        n => held[random.random_range(0..n)].clone(),
    };
    let body = WORDS[random.random_range(0..WORDS.len())];
    if random.random_bool(0.3) {
        visitor.frame(&[json!({"t": "typing", "conversation": conversation, "on": true})]).await?;
    }
    let sent = visitor.post(&conversation, body).await?;
    // A burst now and then, before the first was acknowledged.
    if random.random_bool(0.2) {
        visitor.post(&conversation, "and please be quick").await?;
    }
    visitor.wait(|frame| frame["t"] == "ack" && frame["id"] == sent.as_str()).await?;
    tally.acknowledged.fetch_add(1, Ordering::Relaxed);
    let pause = Duration::from_millis(random.random_range(0..1500));
    let until = tokio::time::Instant::now() + pause;
    while let Some(rest) = until.checked_duration_since(tokio::time::Instant::now()) {
        let Some(frame) = visitor.next(rest).await? else { break };
        if frame["event"]["name"] == "handed_over" {
            tally.handovers.fetch_add(1, Ordering::Relaxed);
        }
        if let (Some(seq), Some(conversation)) = (frame["seq"].as_i64(), frame["conversation"].as_str()) {
            visitor.frame(&[json!({"t": "read", "conversation": conversation, "seq": seq})]).await?;
        }
    }
    Ok(())
}

/// Takes what waits, writes, resolves; as forms do it.
async fn serve(mut staff: Staff, over: Arc<AtomicBool>, tally: Arc<Tally>) {
    while !over.load(Ordering::SeqCst) {
        if let Ok(true) = serve_one(&mut staff).await {
            tally.replies.fetch_add(1, Ordering::Relaxed);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn serve_one(staff: &mut Staff) -> Result<bool> {
    staff.online().await?;
    for view in ["open", "unassigned"] {
        let list = staff.get(&format!("/console/inbox?view={view}")).await?;
        let Some(row) = list.rows().into_iter().next() else { continue };
        let mut page = staff.get(&row).await?;
        if let Some(form) = page.form_to("/take") {
            page = staff.submit(&form).await?;
        }
        let Some(mut form) = page.form_to("/reply") else { continue };
        form.set("mode", "reply").set("body", "A person answers.").set("then", "resolve");
        return Ok(staff.submit(&form).await?.status.is_success());
    }
    Ok(false)
}
