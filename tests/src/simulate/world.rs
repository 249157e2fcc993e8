//! Everything that is, and the names the trace calls it by.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use chat::conversation::{self, Conversation};
use chat::{Chat, Clock, ConversationId, Random, VisitorId};
use serde_json::{Value, json};

use super::client::Device;
use super::network::Letter;
use super::node::{BEGIN, Home, Node};
use super::turns::Turn;
use super::{Kind, Plan, Sabotage};

pub(super) struct Visitor {
    pub(super) id: VisitorId,
    pub(super) token: String,
}

/// A conversation, and what its last check saw.
pub(super) struct Talk {
    pub(super) id: ConversationId,
    pub(super) visitor: usize,
    pub(super) epoch: i64,
    /// The visitor's messages that a bot has answered.
    pub(super) answered: Vec<i64>,
    /// How far the one console of the world has come.
    pub(super) console: i64,
}

pub(super) struct World {
    pub(super) dice: Random,
    pub(super) clock: Clock,
    pub(super) home: Home,
    pub(super) sabotage: Option<Sabotage>,
    pub(super) nodes: Vec<Node>,
    pub(super) visitors: Vec<Visitor>,
    pub(super) devices: Vec<Device>,
    pub(super) talks: Vec<Talk>,
    pub(super) turns: Vec<Turn>,
    pub(super) post: Vec<Letter>,
    /// The marks each device was promised: talk, device → delivered, read.
    pub(super) marks: BTreeMap<(usize, usize), (i64, i64)>,
    /// The seqs that were promised to others than devices.
    pub(super) promised: BTreeMap<(usize, String), i64>,
    /// Bodies that count up, so that each is written once in a world.
    pub(super) bodies: u64,
    pub(super) trace: Vec<String>,
    pub(super) faults: Vec<String>,
    pub(super) kinds: BTreeMap<Kind, u64>,
    seed: u64,
    lives: u64,
    folder: PathBuf,
}

impl World {
    pub(super) async fn new(seed: u64, plan: &Plan, folder: &Path) -> Result<Self> {
        let mut world = Self {
            dice: Random::seeded(seed),
            clock: Clock::manual(BEGIN),
            home: Home::new(),
            sabotage: plan.sabotage,
            nodes: Vec::new(),
            visitors: Vec::new(),
            devices: Vec::new(),
            talks: Vec::new(),
            turns: Vec::new(),
            post: Vec::new(),
            marks: BTreeMap::new(),
            promised: BTreeMap::new(),
            bodies: 0,
            trace: Vec::new(),
            faults: Vec::new(),
            kinds: BTreeMap::new(),
            seed,
            lives: 0,
            folder: folder.to_owned(),
        };
        for _ in 0..plan.nodes {
            let node = world.node().await?;
            world.nodes.push(node);
        }
        for visitor in 0..plan.visitors {
            world.arrive(visitor, plan.devices).await?;
        }
        Ok(world)
    }

    /// A new process on the record.
    pub(super) async fn node(&mut self) -> Result<Node> {
        self.lives += 1;
        let visitors: Vec<VisitorId> = self.visitors.iter().map(|visitor| visitor.id).collect();
        let seed = self.seed.wrapping_mul(1_000).wrapping_add(self.lives);
        Node::open(&self.folder, &self.clock, seed, &self.home.topics(&visitors)).await
    }

    /// A visitor gets a key, and the devices they will use it on.
    async fn arrive(&mut self, visitor: usize, devices: usize) -> Result<()> {
        let device: chat::DeviceId = self.dice.id(BEGIN);
        let hello = json!({ "t": "hello", "v": 1, "inbox": self.home.inbox, "device": device }).to_string();
        let (_, first) = self.nodes[0].wire.hello(&hello).await.map_err(anyhow::Error::msg)?;
        let welcome: Value = serde_json::from_str(first.first().context("no welcome")?)?;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let id = VisitorId::parse(&text(&welcome["visitor"]["id"])).context("no visitor")?;
        self.visitors.push(Visitor { id, token: text(&welcome["token"]) });
        for node in &mut self.nodes {
            node.join(chat::Topic::Visitor(self.home.workspace, id));
        }
        for _ in 0..devices {
            let id = self.dice.id(BEGIN);
            self.devices.push(Device::new(visitor, id));
        }
        Ok(())
    }

    /// One of `n`, if there is any.
    pub(super) fn one_of(&self, n: usize) -> Option<usize> {
        let n = u64::try_from(n).ok().filter(|n| *n > 0)?;
        usize::try_from(self.dice.below(n)).ok()
    }

    /// True once in `n` times.
    pub(super) fn once_in(&self, n: u64) -> bool {
        self.dice.below(n) == 0
    }

    /// Any node.
    pub(super) fn any_node(&self) -> usize {
        self.one_of(self.nodes.len()).unwrap_or(0)
    }

    /// The node every check reads with.
    pub(super) fn chat(&self) -> &Chat {
        self.nodes[0].chat()
    }

    /// Text that is written once in a world.
    pub(super) fn body(&mut self, kind: &str) -> String {
        self.bodies += 1;
        format!("{kind} {}", self.bodies)
    }

    pub(super) fn fault(&mut self, what: impl Into<String>) {
        self.faults.push(what.into());
    }

    /// A conversation as the record has it now.
    pub(super) async fn found(&self, talk: usize) -> Result<Conversation> {
        Ok(conversation::find(self.chat().store(), self.home.workspace, self.talks[talk].id).await?)
    }

    /// A conversation that is in the record.
    pub(super) async fn any_talk(&self) -> Option<usize> {
        let talk = self.one_of(self.talks.len())?;
        self.found(talk).await.is_ok().then_some(talk)
    }

    pub(super) fn talk_of(&self, id: &Value) -> Option<usize> {
        let id = ConversationId::parse(id.as_str()?)?;
        self.talks.iter().position(|talk| talk.id == id)
    }

    pub(super) fn seed(&self) -> u64 {
        self.seed
    }

    /// Gives the record's files back.
    pub(super) async fn close(&mut self) {
        self.devices.clear();
        self.turns.clear();
        for node in self.nodes.drain(..) {
            node.chat().store().close().await;
        }
    }
}
