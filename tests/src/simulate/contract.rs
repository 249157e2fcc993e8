//! The contract of the record, each line of it compared with what the record holds.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use chat::ConversationId;
use serde_json::{Value, json};
use sqlx::Row as _;

use super::world::World;

/// A message as the record has it.
pub(super) struct Kept {
    pub(super) seq: i64,
    pub(super) prev: i64,
    pub(super) id: String,
    pub(super) note: bool,
    author: String,
    body: String,
}

/// Everything the record holds, read past every cache.
pub(super) struct Truth(BTreeMap<ConversationId, Vec<Kept>>);

impl Truth {
    pub(super) fn messages(&self) -> usize {
        self.0.values().map(Vec::len).sum()
    }

    pub(super) fn of(&self, talk: ConversationId) -> &[Kept] {
        self.0.get(&talk).map_or(&[], Vec::as_slice)
    }

    /// What a visitor may see of it.
    pub(super) fn seen(&self, talk: ConversationId) -> impl DoubleEndedIterator<Item = &Kept> {
        self.of(talk).iter().filter(|kept| !kept.note)
    }
}

impl World {
    pub(super) async fn truth(&self) -> Result<Truth> {
        let rows = sqlx::query(
            "SELECT conversation_id, seq, prev_visible, client_id, author, audience, body FROM message
              WHERE workspace_id = $1 ORDER BY conversation_id, seq",
        )
        .bind(self.home.workspace.text())
        .fetch_all(self.chat().store().read())
        .await?;
        let mut talks: BTreeMap<ConversationId, Vec<Kept>> = BTreeMap::new();
        for row in rows {
            let talk: String = row.try_get("conversation_id")?;
            let note = row.try_get::<String, _>("audience")? == "staff";
            talks.entry(talk.parse()?).or_default().push(Kept {
                seq: row.try_get("seq")?,
                prev: row.try_get("prev_visible")?,
                id: row.try_get("client_id")?,
                note,
                author: row.try_get("author")?,
                body: row.try_get("body")?,
            });
        }
        Ok(Truth(talks))
    }

    /// What must hold after every step.
    pub(super) async fn check(&mut self) -> Result<()> {
        let truth = self.truth().await?;
        for talk in 0..self.talks.len() {
            let mut faults = in_order(truth.of(self.talks[talk].id));
            faults.extend(self.head(talk, &truth).await?);
            self.faults.extend(faults.into_iter().map(|fault| format!("t{talk}: {fault}")));
        }
        for ((talk, id), seq) in &self.promised {
            let kept: Vec<i64> = truth.of(self.talks[*talk].id).iter().filter(|kept| kept.id == *id).map(|kept| kept.seq).collect();
            if kept != [*seq] {
                self.faults.push(format!("t{talk}: {id} was acknowledged as {seq}, the record has it as {kept:?}"));
            }
        }
        let held = self.devices.iter().enumerate().flat_map(|(at, device)| {
            device.held.values().flat_map(move |held| held.faults().iter().map(move |fault| format!("d{at}: {fault}")))
        });
        self.faults.extend(held);
        Ok(())
    }

    /// The conversation's own row agrees with its messages, and its epoch never falls.
    async fn head(&mut self, talk: usize, truth: &Truth) -> Result<Vec<String>> {
        let id = self.talks[talk].id;
        let Ok(found) = self.found(talk).await else { return Ok(Vec::new()) };
        let last = truth.of(id).last().map_or(0, |kept| kept.seq);
        let visible = truth.seen(id).next_back().map_or(0, |kept| kept.seq);
        let asked = truth.of(id).iter().rev().find(|kept| kept.author == "visitor").map_or(0, |kept| kept.seq);
        let mut faults = Vec::new();
        for (name, has, is) in [
            ("last_seq", found.last_seq, last),
            ("last_visible_seq", found.last_visible_seq, visible),
            ("asked_seq", found.asked_seq, asked),
        ] {
            if has != is {
                faults.push(format!("{name} is {has}, the messages say {is}"));
            }
        }
        if found.answered_seq > found.asked_seq {
            faults.push(format!("answered up to {}, asked up to {}", found.answered_seq, found.asked_seq));
        }
        if found.epoch < self.talks[talk].epoch {
            faults.push(format!("the epoch fell from {} to {}", self.talks[talk].epoch, found.epoch));
        }
        self.talks[talk].epoch = found.epoch;
        Ok(faults)
    }

    /// `frames` hold exactly what a visitor has not seen after `after`.
    pub(super) async fn is_the_rest(&mut self, what: &str, talk: ConversationId, after: i64, frames: &[Value]) -> Result<()> {
        let truth = self.truth().await?;
        let expected: Vec<(i64, i64)> = truth.seen(talk).filter(|kept| kept.seq > after).map(|kept| (kept.prev, kept.seq)).collect();
        let got = pairs(frames.iter().filter(|frame| frame["t"] == "message" && frame["conversation"] == json!(talk)));
        if got != expected {
            self.fault(format!("{what} with {after} and got (prev, seq) {got:?}, the rest is {expected:?}"));
        }
        Ok(())
    }

    /// The page of history that was asked for.
    pub(super) async fn is_the_page(&mut self, talk: ConversationId, frame: &Value, out: &[Value]) -> Result<()> {
        let truth = self.truth().await?;
        let before = frame["before"].as_i64().unwrap_or(i64::MAX);
        let limit = usize::try_from(frame["limit"].as_i64().unwrap_or(0))?;
        let mut all: Vec<(i64, i64)> = truth.seen(talk).filter(|kept| kept.seq < before).map(|kept| (kept.prev, kept.seq)).collect();
        let more = all.len() > limit;
        let expected = all.split_off(all.len().saturating_sub(limit));
        let page = out.iter().find(|answer| answer["t"] == "history").unwrap_or(&Value::Null);
        let got = pairs(page["messages"].as_array().into_iter().flatten());
        if got != expected || page["more"] != json!(more) {
            self.fault(format!("{frame} was answered by {got:?}, more {}: expected {expected:?}, more {more}", page["more"]));
        }
        Ok(())
    }

    /// An acknowledged message is in the record, as it was acknowledged.
    pub(super) async fn is_kept_as(&mut self, talk: ConversationId, frame: &Value, seq: i64, prev: i64) -> Result<()> {
        let truth = self.truth().await?;
        let kept: Vec<_> = truth.of(talk).iter().filter(|kept| json!(kept.id) == frame["id"]).collect();
        match kept[..] {
            [kept] if (kept.seq, kept.prev) == (seq, prev) && json!(kept.body) == frame["body"] => {}
            _ => {
                let has: Vec<_> = kept.iter().map(|kept| (kept.prev, kept.seq)).collect();
                self.fault(format!("{frame} was acknowledged as {:?}, the record has it as {has:?}", (prev, seq)));
            }
        }
        Ok(())
    }
}

/// (prev, seq) of messages as a visitor is sent them.
fn pairs<'a>(frames: impl Iterator<Item = &'a Value>) -> Vec<(i64, i64)> {
    frames.map(|frame| (frame["prev"].as_i64().unwrap_or(-1), frame["seq"].as_i64().unwrap_or(-1))).collect()
}

/// Dense from 1, each message once, each naming the one before it that a visitor sees.
fn in_order(kept: &[Kept]) -> Vec<String> {
    let mut faults = Vec::new();
    let (mut ids, mut bodies) = (BTreeSet::new(), BTreeSet::new());
    let mut visible = 0;
    for (at, message) in (1..).zip(kept) {
        if message.seq != at {
            faults.push(format!("seq {} stands where {at} belongs", message.seq));
        }
        if message.prev != visible {
            faults.push(format!("seq {} names {} before it, a visitor saw {visible}", message.seq, message.prev));
        }
        if !ids.insert(&message.id) || message.author != "system" && !bodies.insert(&message.body) {
            faults.push(format!("\"{}\" is there twice, again as {}", message.body, message.seq));
        }
        if !message.note {
            visible = message.seq;
        }
    }
    faults
}
