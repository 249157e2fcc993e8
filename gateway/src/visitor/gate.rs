//! What every session shares.

use std::sync::Arc;

use bot::Bot;
use chat::{AgentId, Chat, Heard, News, Topic, WorkspaceId};
use dashmap::DashMap;
use serde::{Deserialize, Serialize};
use ticketing::Desk;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::{key::Keys, stream::Streams};

/// Section `[visitor]` of the configuration.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Frames a session may send within ten seconds.
    pub frames_per_10s: u32,
    /// Messages a session may send within a minute.
    pub messages_per_minute: u32,
    /// How long a client may be silent before it pings, in seconds.
    pub beat_s: u32,
    /// How long one frame may take to reach a slow reader before it is closed, in seconds.
    pub slow_s: u32,
    /// Over how many seconds clients spread their return when the server goes down.
    pub drain_spread_s: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self { frames_per_10s: 60, messages_per_minute: 30, beat_s: 25, slow_s: 10, drain_spread_s: 5 }
    }
}

impl Config {
    /// Errors are sentences for the operator.
    pub fn validate(&self) -> Result<(), String> {
        let zero = [
            ("frames_per_10s", self.frames_per_10s),
            ("messages_per_minute", self.messages_per_minute),
            ("beat_s", self.beat_s),
            ("slow_s", self.slow_s),
        ]
        .into_iter()
        .find(|(_, value)| *value == 0);
        zero.map_or(Ok(()), |(name, _)| Err(format!("visitor.{name} must be at least 1")))
    }
}

/// How long a name is remembered, in ms.
const NAME_MS: i64 = 30_000;

/// The parts a session works with; cheap to clone.
#[derive(Clone)]
pub(crate) struct Gate {
    pub chat: Chat,
    pub desk: Desk,
    pub bot: Bot,
    pub keys: Keys,
    pub config: Config,
    pub streams: Streams,
    pub drain: CancellationToken,
    names: Arc<DashMap<AgentId, (String, i64)>>,
    bots: Arc<DashMap<WorkspaceId, (String, i64)>>,
    staffed: Arc<DashMap<WorkspaceId, watch::Sender<bool>>>,
}

impl Gate {
    pub(crate) fn new(chat: Chat, desk: Desk, bot: Bot, keys: Keys, config: Config, drain: CancellationToken) -> Self {
        Self {
            chat,
            desk,
            bot,
            keys,
            config,
            streams: Streams::default(),
            drain,
            names: Arc::default(),
            bots: Arc::default(),
            staffed: Arc::default(),
        }
    }

    /// Whether a person is there, told to every session of the workspace when it changes.
    pub(crate) async fn staffed(&self, workspace: WorkspaceId) -> watch::Receiver<bool> {
        if let Some(known) = self.staffed.get(&workspace) {
            return known.subscribe();
        }
        let online = self.desk.online(workspace).await.unwrap_or(false);
        self.staffed.entry(workspace).or_insert_with(|| self.watch_staff(workspace, online)).subscribe()
    }

    fn watch_staff(&self, workspace: WorkspaceId, online: bool) -> watch::Sender<bool> {
        let (told, gate) = (watch::Sender::new(online), self.clone());
        let (sender, mut ear) = (told.clone(), self.chat.bus().subscribe(Topic::Workspace(workspace)));
        tokio::spawn(async move {
            loop {
                let heard = tokio::select! {
                    heard = ear.next() => heard,
                    () = gate.drain.cancelled() => return,
                };
                let matters = match heard {
                    Heard::Missed => true,
                    Heard::News(news) => matches!(&*news, News::Presence { .. }),
                };
                if matters && let Ok(online) = gate.desk.online(workspace).await {
                    sender.send_if_modified(|known| std::mem::replace(known, online) != online);
                }
            }
        });
        told
    }

    /// What visitors call an agent.
    pub(crate) async fn agent_name(&self, workspace: WorkspaceId, agent: AgentId) -> String {
        let now = self.chat.now();
        if let Some(known) = self.names.get(&agent).filter(|known| known.1 > now) {
            return known.0.clone();
        }
        let name = chat::agent::find(self.chat.store(), workspace, agent).await.map(|agent| agent.name).unwrap_or_default();
        self.names.insert(agent, (name.clone(), now + NAME_MS));
        name
    }

    /// What visitors call the bot.
    pub(crate) async fn bot_name(&self, workspace: WorkspaceId) -> String {
        let now = self.chat.now();
        if let Some(known) = self.bots.get(&workspace).filter(|known| known.1 > now) {
            return known.0.clone();
        }
        let name = bot::Settings::get(&self.chat, workspace).await.map(|settings| settings.name).unwrap_or_default();
        self.bots.insert(workspace, (name.clone(), now + NAME_MS));
        name
    }
}
