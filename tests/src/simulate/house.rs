//! What happens to the house: nodes die, time passes, much comes at once, and in the end everything is well.

use anyhow::{Result, bail};
use chat::{Append, Audience, Author};
use futures_util::FutureExt as _;
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::Sabotage;
use super::world::World;

/// Rounds in which everything must have arrived once nothing fails any more.
const ROUNDS: usize = 200;

impl World {
    pub(super) async fn crash(&mut self) -> Result<Option<String>> {
        let at = self.any_node();
        for device in &mut self.devices {
            if device.open.as_ref().is_some_and(|open| open.node == at) {
                device.cut();
            }
        }
        self.turns.retain(|turn| turn.node != at);
        let node = self.node().await?;
        let dead = std::mem::replace(&mut self.nodes[at], node);
        dead.chat().store().close().await;
        Ok(Some(format!("n{at} dies and starts again")))
    }

    pub(super) fn tick(&mut self) -> String {
        let most = if self.once_in(4) { 120_000 } else { 2_000 };
        let ms = 1 + self.dice.below(most);
        self.clock.advance(i64::try_from(ms).unwrap_or(1));
        format!("{ms} ms pass")
    }

    /// A message that comes by another way than a device: an app, the API.
    fn append(&mut self, talk: usize) -> Append {
        let (note, body) = (self.once_in(4), self.body("app"));
        let author = match note {
            true => Author::Agent(self.home.agents[0]),
            false => Author::Visitor(self.visitors[self.talks[talk].visitor].id),
        };
        let audience = if note { Audience::Staff } else { Audience::All };
        let body = if note { format!("note {body}") } else { body };
        Append { audience, ..Append::new(self.home.workspace, self.talks[talk].id, self.dice.id(self.clock.now()), author, body) }
    }

    pub(super) async fn burst(&mut self) -> Result<Option<String>> {
        let mut group: Vec<(usize, Append)> = Vec::new();
        for _ in 0..2 + self.dice.below(7) {
            let twice = self.one_of(group.len()).filter(|_| self.once_in(3));
            let Some(talk) = self.any_talk().await else { return Ok(None) };
            group.push(match twice {
                Some(at) => group[at].clone(),
                None => (talk, self.append(talk)),
            });
        }
        let node = self.any_node();
        let chat = self.nodes[node].chat().clone();
        let done = join_all(group.iter().map(|(_, append)| chat.append(append.clone()))).await;
        let mut seqs = Vec::new();
        for ((talk, append), done) in group.iter().zip(done) {
            let seq = done?.message.seq;
            let before = self.promised.insert((*talk, append.client_id.text()), seq);
            if before.is_some_and(|before| before != seq) {
                self.fault(format!("t{talk}: one id was kept as {before:?} and as {seq}"));
            }
            seqs.push(format!("t{talk} {seq}"));
        }
        if self.sabotage == Some(Sabotage::Hole) {
            sqlx::query("UPDATE message SET seq = seq + 1 WHERE seq = (SELECT MAX(seq) FROM message)")
                .execute(self.chat().store().write())
                .await?;
        }
        Ok(Some(format!("n{node} takes many: {}", seqs.join(", "))))
    }

    pub(super) async fn undo(&mut self) -> Result<Option<String>> {
        let Some(talk) = self.any_talk().await else { return Ok(None) };
        let (node, append) = (self.any_node(), self.append(talk));
        let chat = self.nodes[node].chat();
        let mut tx = chat.begin().await?;
        let seq = chat.append_in(&mut tx, append).await?.message.seq;
        tx.rollback().await?;
        Ok(Some(format!("n{node} undoes t{talk} {seq}")))
    }

    pub(super) async fn silent(&mut self) -> Result<Option<String>> {
        let Some(talk) = self.any_talk().await else { return Ok(None) };
        let (node, append) = (self.any_node(), self.append(talk));
        let chat = self.nodes[node].chat();
        let mut tx = chat.begin().await?;
        let done = chat.append_in(&mut tx, append).await?;
        tx.commit().await?;
        self.promised.insert((talk, done.message.client_id.text()), done.message.seq);
        Ok(Some(format!("n{node} tells nobody of t{talk} {}", done.message.seq)))
    }

    /// Every device comes back and nothing fails any more: all must have everything, once, in order.
    pub(super) async fn heal(&mut self) -> Result<()> {
        self.trace.push("     Heal: every device comes back".into());
        for at in 0..self.devices.len() {
            self.devices[at].cut();
            let node = self.any_node();
            self.connect_to(at, node).await?;
        }
        for _ in 0..ROUNDS {
            if self.settle_round().await? == 0 || !self.faults.is_empty() {
                self.check().await?;
                return self.all_is_well().await;
            }
        }
        bail!("seed {}: frames still go round after {ROUNDS} rounds", self.seed())
    }

    /// Everything that waits anywhere is delivered; how much that was.
    async fn settle_round(&mut self) -> Result<usize> {
        self.collect();
        let mut moved = self.post.len();
        while !self.post.is_empty() {
            self.deliver(0);
            // What arrives is heard by the node's own ear too, which holds only so much.
            self.collect();
        }
        for at in 0..self.devices.len() {
            while let Some(open) = &mut self.devices[at].open {
                let Some(heard) = tokio::task::unconstrained(open.line.news()).now_or_never() else { break };
                moved += 1;
                self.hear_this(at, heard).await?;
            }
            while !self.devices[at].down.is_empty() {
                moved += 1;
                self.take_down(at);
            }
            while self.up_of(at).await?.is_some() {
                moved += 1;
            }
        }
        Ok(moved)
    }

    async fn all_is_well(&mut self) -> Result<()> {
        let truth = self.truth().await?;
        let mut faults = Vec::new();
        for (at, device) in self.devices.iter().enumerate() {
            faults.extend(device.outbox.iter().map(|sent| format!("d{at}: \"{}\" was never acknowledged", sent.body)));
            for talk in self.talks.iter().filter(|talk| talk.visitor == device.visitor) {
                let history: Vec<Value> =
                    truth.seen(talk.id).map(|kept| json!({ "id": kept.id, "seq": kept.seq, "prev": kept.prev })).collect();
                let held = device.held.get(&talk.id).cloned().unwrap_or_default();
                faults.extend(held.settle(&history).into_iter().map(|fault| format!("d{at}: {fault}")));
                let seqs: Vec<i64> = held.messages().map(|message| message["seq"].as_i64().unwrap_or(-1)).collect();
                let expected: Vec<i64> = truth.seen(talk.id).map(|kept| kept.seq).collect();
                if seqs != expected {
                    faults.push(format!("d{at} holds {seqs:?}, the record {expected:?}"));
                }
            }
        }
        for ((talk, at), expected) in self.marks.clone() {
            let kept = self.kept_marks(talk, at).await?;
            if kept != expected {
                faults.push(format!("d{at} was at {expected:?} of t{talk} and is at {kept:?}"));
            }
        }
        self.faults.extend(faults);
        Ok(())
    }
}
