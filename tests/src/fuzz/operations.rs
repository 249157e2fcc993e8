//! Bytes as a sequence of what two devices of one visitor may send: whatever it is, the session answers and the record keeps its contract.

use std::collections::BTreeMap;

use anyhow::{Result, anyhow};
use chat::{Append, Audience, Author, ClientId, ConversationId, DeviceId, Heard, VisitorId, message};
use futures_util::FutureExt as _;
use gateway::testing::Line;
use serde_json::{Value, json};

use super::wire::{House, with};

/// Operations of one input, at most.
const LENGTH: usize = 40;

/// Lives through one sequence.
pub fn operations(data: &[u8]) {
    with(|house| house.runtime.block_on(live(house, data))).expect("the record works");
}

struct Play<'a> {
    house: &'a House,
    bytes: &'a [u8],
    token: String,
    visitor: VisitorId,
    lines: [Line; 2],
    devices: [DeviceId; 2],
    talks: [ConversationId; 3],
    ids: [ClientId; 6],
    acks: BTreeMap<(ConversationId, ClientId), (i64, i64)>,
}

async fn live(house: &House, bytes: &[u8]) -> Result<()> {
    let chat = &house.fresh.chat;
    let devices: [DeviceId; 2] = [chat.id(), chat.id()];
    let (first, welcome) = hello(house, Value::Null, devices[0], json!({})).await?;
    let token = welcome["token"].clone();
    let (second, _) = hello(house, token.clone(), devices[1], json!({})).await?;
    let visitor = welcome["visitor"]["id"].as_str().and_then(VisitorId::parse).ok_or_else(|| anyhow!("no visitor"))?;
    let mut play = Play {
        house,
        bytes,
        token: token.as_str().unwrap_or_default().to_owned(),
        visitor,
        lines: [first, second],
        devices,
        talks: std::array::from_fn(|_| chat.id()),
        ids: std::array::from_fn(|_| chat.id()),
        acks: BTreeMap::new(),
    };
    for _ in 0..LENGTH {
        let Some(op) = play.byte() else { break };
        play.take(op).await?;
    }
    play.settle().await
}

async fn hello(house: &House, token: Value, device: DeviceId, cursors: Value) -> Result<(Line, Value)> {
    let hello = json!({ "t": "hello", "v": 1, "inbox": house.fresh.inbox, "token": token, "device": device, "cursors": cursors });
    let (line, frames) = house.wire.hello(&hello.to_string()).await.map_err(anyhow::Error::msg)?;
    let welcome = frames.first().map(|frame| serde_json::from_str(frame)).transpose()?.unwrap_or_default();
    Ok((line, welcome))
}

impl Play<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.bytes.split_first()?;
        self.bytes = rest;
        Some(*first)
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        let at = usize::from(self.byte().unwrap_or(0)) % of.len();
        of[at]
    }

    /// Small numbers mostly, and those at the edges.
    fn number(&mut self) -> i64 {
        match self.byte().unwrap_or(0) {
            255 => i64::MAX,
            254 => i64::MIN,
            253 => -1,
            small => i64::from(small % 24),
        }
    }

    /// Up to 63 bytes of the input as they are.
    fn text(&mut self) -> String {
        let length = usize::from(self.byte().unwrap_or(0) % 64).min(self.bytes.len());
        let (text, rest) = self.bytes.split_at(length);
        self.bytes = rest;
        String::from_utf8_lossy(text).into_owned()
    }

    async fn take(&mut self, op: u8) -> Result<()> {
        let (at, talk) = (usize::from(op >> 7), self.pick(&self.talks.clone()));
        let frame = match op % 16 {
            0..=3 => {
                let (id, body) = (self.pick(&self.ids.clone()), self.text());
                json!({ "t": "send", "id": id, "conversation": talk, "body": body, "wish": if op & 64 == 0 { None } else { Some("person") } })
            }
            4 => json!({ "t": "resume", "conversation": talk, "after": self.number() }),
            5 => json!({ "t": "history", "conversation": talk, "before": self.number(), "limit": self.number() }),
            6 => json!({ "t": "read", "conversation": talk, "seq": self.number() }),
            7 => json!({ "t": "got", "conversation": talk, "seq": self.number() }),
            8 => json!({ "t": "rate", "conversation": talk, "seq": self.number(), "score": self.number() }),
            9 => json!({ "t": "csat", "conversation": talk, "score": self.number(), "comment": self.text() }),
            10 => json!({ "t": "contact", "name": self.text(), "email": self.text() }),
            11 => json!({ "t": "page", "url": self.text(), "title": self.text() }),
            12 => return self.staff(talk).await,
            13 => return self.again(at, talk).await,
            14 => return self.hear(at).await,
            _ => Value::String(self.text()),
        };
        let text = frame.as_str().map_or_else(|| frame.to_string(), str::to_owned);
        let out = self.lines[at].frame(&text).await;
        self.look(&frame, &out)
    }

    /// A note, or a word of the house that a visitor sees.
    async fn staff(&mut self, talk: ConversationId) -> Result<()> {
        let audience = self.pick(&[Audience::All, Audience::Staff]);
        let id = self.house.fresh.chat.id();
        let append = Append::new(self.house.fresh.workspace, talk, id, Author::System, "note of the house");
        match self.house.fresh.chat.append(Append { audience, ..append }).await {
            Ok(_) | Err(chat::Error::NotFound) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// A device comes back with a cursor of any kind.
    async fn again(&mut self, at: usize, talk: ConversationId) -> Result<()> {
        let after = self.number();
        let cursors = json!({ talk.to_string(): after });
        let (line, welcome) = hello(self.house, json!(self.token), self.devices[at], cursors).await?;
        assert_eq!(welcome["visitor"]["id"], json!(self.visitor), "a key made somebody else");
        self.lines[at] = line;
        Ok(())
    }

    async fn hear(&mut self, at: usize) -> Result<()> {
        let heard = tokio::task::unconstrained(self.lines[at].news()).now_or_never().unwrap_or(Heard::Missed);
        let out = self.lines[at].hear(heard).await?;
        self.look(&Value::Null, &out)
    }

    /// Every answer is a frame; a message that is acknowledged twice keeps its place.
    fn look(&mut self, frame: &Value, out: &[String]) -> Result<()> {
        for text in out {
            let answer: Value = serde_json::from_str(text)?;
            assert!(answer["t"].is_string(), "{text} answers {frame}");
            if answer["t"] == "ack" {
                let id = answer["id"].as_str().and_then(ClientId::parse).ok_or_else(|| anyhow!("{text}"))?;
                let talk = answer["conversation"].as_str().and_then(ConversationId::parse).ok_or_else(|| anyhow!("{text}"))?;
                let place = (answer["prev"].as_i64().unwrap_or(-1), answer["seq"].as_i64().unwrap_or(-1));
                let before = *self.acks.entry((talk, id)).or_insert(place);
                assert_eq!(before, place, "{frame} got another place");
            }
        }
        if frame["t"] == "send" {
            let ends = out.iter().any(|text| text.contains("\"ack\"") || text.contains("\"error\""));
            assert!(ends, "{frame} was answered by {out:?}");
        }
        Ok(())
    }

    /// The record at the end: dense, each named before the next, and everything acknowledged is in it.
    async fn settle(self) -> Result<()> {
        let chat = &self.house.fresh.chat;
        for talk in self.talks {
            let all = message::after(chat.store(), self.house.fresh.workspace, talk, Audience::Staff, 0, 1_000).await?;
            let mut visible = 0;
            for (at, message) in (1..).zip(&all) {
                assert_eq!((message.seq, message.prev(Audience::All)), (at, visible));
                if message.audience == Audience::All {
                    visible = message.seq;
                }
            }
            for ((_, id), (prev, seq)) in self.acks.iter().filter(|((of, _), _)| *of == talk) {
                let kept: Vec<_> = all.iter().filter(|message| message.client_id == *id).collect();
                assert!(matches!(kept[..], [one] if (one.prev_visible, one.seq) == (*prev, *seq)), "{id} is not where it was acknowledged");
            }
        }
        Ok(())
    }
}
