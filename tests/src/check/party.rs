//! One visitor on several devices.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use rand::Rng as _;
use rand::rngs::StdRng;
use serde_json::{Value, json};

use super::{Plan, Tally};
use crate::visitor::Visitor;

/// How long a server may be away, or a message on its way, before that is a fault.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long an acknowledgement may take before the device tries another connection.
const ACK: Duration = Duration::from_secs(5);

/// The devices of a visitor, and what was promised to any of them.
pub(super) struct Party {
    plan: Plan,
    random: StdRng,
    tally: Arc<Tally>,
    devices: Vec<Visitor>,
    conversation: String,
    promised: BTreeMap<String, i64>,
    faults: Vec<String>,
}

impl Party {
    pub(super) fn new(plan: Plan, random: StdRng, tally: Arc<Tally>) -> Party {
        let first = Visitor::new(plan.nodes.first().map_or("", String::as_str), &plan.inbox);
        let conversation = Visitor::conversation();
        Party { plan, random, tally, devices: vec![first], conversation, promised: BTreeMap::new(), faults: Vec::new() }
    }

    /// Writes all its messages, from any device, whatever happens to the connections.
    pub(super) async fn chat(&mut self, mut progress: impl FnMut()) {
        // The bot is not what is checked: people have the conversation from the first message on.
        if let Err(error) = self.write(0, json!({"wish": "person"})).await {
            self.faults.push(format!("the first message was not acknowledged: {error:#}"));
            return;
        }
        let twins: Vec<Visitor> = (1..self.plan.devices).map(|_| self.devices[0].twin()).collect();
        self.devices.extend(twins);
        for _ in 1..self.plan.messages {
            let device = self.random.random_range(0..self.devices.len());
            if self.random.random_bool(self.plan.vanish) {
                let gone = self.random.random_range(0..self.devices.len());
                self.devices[gone].vanish();
            }
            if let Err(error) = self.write(device, json!({})).await {
                self.faults.push(format!("a message was not acknowledged: {error:#}"));
                return;
            }
            progress();
            let pause = Duration::from_millis(self.random.random_range(0..=self.plan.pause_ms));
            self.listen(pause).await;
        }
    }

    /// Writes one message and waits until it is acknowledged, over as many connections as it takes.
    async fn write(&mut self, device: usize, more: Value) -> Result<()> {
        let (until, mut id) = (Instant::now() + PATIENCE, None);
        loop {
            let tried = self.try_write(device, &more, &mut id).await;
            match tried {
                Ok(()) => return Ok(()),
                Err(error) if Instant::now() > until => return Err(error),
                Err(_) => self.lose(device).await,
            }
        }
    }

    async fn try_write(&mut self, device: usize, more: &Value, id: &mut Option<String>) -> Result<()> {
        self.connect(device).await?;
        let body = format!("{} words of device {device}", self.random.random_range(0..1000));
        let visitor = &mut self.devices[device];
        // After a lost connection the visitor has sent it again by itself, under the same id.
        let id = match id {
            Some(id) => id.clone(),
            None => {
                let (made, sent) = visitor.write_with(&self.conversation, &body, more.clone()).await;
                *id = Some(made.clone());
                sent?;
                made
            }
        };
        if visitor.held(&self.conversation).promised().contains_key(&id) {
            return self.keep(device, id);
        }
        visitor.wait_for(ACK, |frame| frame["t"] == "ack" && frame["id"] == id.as_str()).await?;
        self.keep(device, id)
    }

    fn keep(&mut self, device: usize, id: String) -> Result<()> {
        let seq = self.devices[device].held(&self.conversation).promised().get(&id).copied().context("acknowledged and forgotten")?;
        self.promised.insert(id, seq);
        self.tally.acknowledged.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    /// Reads what comes on every device for a while.
    async fn listen(&mut self, pause: Duration) {
        let each = pause / u32::try_from(self.devices.len()).unwrap_or(1);
        for device in 0..self.devices.len() {
            let until = Instant::now() + each;
            while let Some(left) = until.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()) {
                if !self.devices[device].connected() {
                    tokio::time::sleep(left).await;
                } else if self.devices[device].next(left).await.is_err() {
                    self.tally.lost.fetch_add(1, Ordering::Relaxed);
                }
            }
        }
    }

    /// Connects, on any node, unless it is connected.
    async fn connect(&mut self, device: usize) -> Result<()> {
        if self.devices[device].connected() {
            return Ok(());
        }
        let node = self.random.random_range(0..self.plan.nodes.len());
        self.devices[device].move_to(&self.plan.nodes[node]);
        self.devices[device].connect().await?;
        self.tally.connections.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    async fn lose(&mut self, device: usize) {
        self.devices[device].vanish();
        self.tally.lost.fetch_add(1, Ordering::Relaxed);
        let pause = self.random.random_range(20..200);
        tokio::time::sleep(Duration::from_millis(pause)).await;
    }

    /// Brings every device up to date and names everything that is wrong with any.
    pub(super) async fn faults(mut self) -> Vec<String> {
        let mut faults = std::mem::take(&mut self.faults);
        let history = match self.history().await {
            Ok(history) => history,
            Err(error) => {
                faults.push(format!("the history could not be read: {error:#}"));
                return faults;
            }
        };
        let last = history.last().and_then(|message| message["seq"].as_i64()).unwrap_or(0);
        for device in 0..self.devices.len() {
            if let Err(error) = self.catch_up(device, last).await {
                faults.push(format!("device {device} is not up to date: {error:#}"));
            }
            let held = self.devices[device].held(&self.conversation);
            self.tally.held.fetch_add(held.messages().count() as u64, Ordering::Relaxed);
            faults.extend(held.settle(&history).into_iter().map(|fault| format!("device {device}: {fault}")));
            faults.extend(missing(&self.promised, held.messages()).into_iter().map(|fault| format!("device {device}: {fault}")));
        }
        faults
    }

    async fn history(&mut self) -> Result<Vec<Value>> {
        let until = Instant::now() + PATIENCE;
        loop {
            let read = match self.connect(0).await {
                Ok(()) => self.devices[0].history(&self.conversation).await,
                Err(error) => Err(error),
            };
            match read {
                Ok(history) => return Ok(history),
                Err(error) if Instant::now() > until => return Err(error),
                Err(_) => self.lose(0).await,
            }
        }
    }

    async fn catch_up(&mut self, device: usize, last: i64) -> Result<()> {
        let until = Instant::now() + PATIENCE;
        // A device that heard nothing yet names the conversation, and so gets all of it.
        self.devices[device].held(&self.conversation);
        self.devices[device].vanish();
        while self.devices[device].held(&self.conversation).last() < last {
            let read = match self.connect(device).await {
                Ok(()) => self.devices[device].next(ACK).await,
                Err(error) => Err(error),
            };
            match read {
                Ok(Some(_)) => {}
                Ok(None) if Instant::now() < until => {}
                Ok(None) => anyhow::bail!("nothing comes after {} of {last}", self.devices[device].held(&self.conversation).last()),
                Err(error) if Instant::now() > until => return Err(error),
                Err(_) => self.lose(device).await,
            }
        }
        Ok(())
    }
}

/// What was promised to any device and is not held, or not once, or under another seq.
fn missing<'a>(promised: &BTreeMap<String, i64>, held: impl Iterator<Item = &'a Value>) -> Vec<String> {
    let mut there: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
    for message in held {
        there.entry(message["id"].as_str().unwrap_or_default()).or_default().push(message["seq"].as_i64().unwrap_or(-1));
    }
    let wrong = promised.iter().filter(|(id, seq)| there.get(id.as_str()).is_none_or(|seqs| seqs != &[**seq]));
    wrong.map(|(id, seq)| format!("{id} was acknowledged as {seq}, it holds {:?}", there.get(id.as_str()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_was_promised_is_held_once() {
        let promised = BTreeMap::from([("a".to_owned(), 1), ("b".to_owned(), 2)]);
        let held = |list: &[(&str, i64)]| list.iter().map(|(id, seq)| json!({"id": id, "seq": seq})).collect::<Vec<_>>();
        for (list, faults) in
            [(&[("a", 1), ("b", 2), ("c", 3)][..], 0), (&[("a", 1)], 1), (&[("a", 1), ("b", 3)], 1), (&[("a", 1), ("a", 2)], 2), (&[], 2)]
        {
            assert_eq!(missing(&promised, held(list).iter()).len(), faults, "{list:?}");
        }
    }
}
