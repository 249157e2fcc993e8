//! What every session shares.

use std::{ops::Deref, sync::Arc};

use bot::Bot;
use chat::{AgentId, Chat, Heard, InboxId, News, Topic, WorkspaceId, inbox::Inbox};
use dashmap::DashMap;
use serde::{Deserialize, Serialize};
use ticketing::Desk;
use tokio::sync::watch;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{arrivals::Arrivals, challenge::Counts, inboxes::Inboxes, key::Keys, limits::Limits, marks::Marks, packet::Packet, view};

/// Section `[visitor]` of the configuration.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Frames a session may send within ten seconds.
    pub frames_per_10s: u32,
    /// Messages a visitor may send within a minute, in however many tabs.
    pub messages_per_minute: u32,
    /// Messages that may come from one address within a minute; and as many searches of a help center.
    pub messages_per_minute_of_address: u32,
    /// Messages that a workspace takes within a minute.
    pub messages_per_minute_of_workspace: u32,
    /// Sessions that may begin at one address within a minute.
    pub sessions_per_minute_of_address: u32,
    /// New visitors who may write within a minute from one address, before more of them prove work.
    pub newcomers_per_minute_of_address: u32,
    /// New visitors who may write within a minute to a workspace, before more of them prove work.
    pub newcomers_per_minute_of_workspace: u32,
    /// How long a client may be silent before it pings, in seconds.
    pub beat_s: u32,
    /// How long one frame may take to reach a slow reader before it is closed, in seconds.
    pub slow_s: u32,
    /// Over how many seconds clients spread their return when the server goes down.
    pub drain_spread_s: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            frames_per_10s: 60,
            messages_per_minute: 30,
            messages_per_minute_of_address: 300,
            messages_per_minute_of_workspace: 60_000,
            sessions_per_minute_of_address: 600,
            newcomers_per_minute_of_address: 30,
            newcomers_per_minute_of_workspace: 600,
            beat_s: 25,
            slow_s: 10,
            drain_spread_s: 5,
        }
    }
}

impl Config {
    /// Errors are sentences for the operator.
    pub fn validate(&self) -> Result<(), String> {
        let zero = [
            ("frames_per_10s", self.frames_per_10s),
            ("messages_per_minute", self.messages_per_minute),
            ("messages_per_minute_of_address", self.messages_per_minute_of_address),
            ("messages_per_minute_of_workspace", self.messages_per_minute_of_workspace),
            ("sessions_per_minute_of_address", self.sessions_per_minute_of_address),
            ("newcomers_per_minute_of_address", self.newcomers_per_minute_of_address),
            ("newcomers_per_minute_of_workspace", self.newcomers_per_minute_of_workspace),
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

/// How the bot presents itself before anybody writes.
#[derive(Default)]
struct Presence {
    name: String,
    /// Empty while it does not speak.
    greeting: bot::Words,
}

/// The parts a session works with: one pointer.
#[derive(Clone)]
pub(crate) struct Gate(Arc<Parts>);

pub(crate) struct Parts {
    pub chat: Chat,
    pub desk: Desk,
    pub bot: Bot,
    pub keys: Keys,
    pub config: Config,
    /// Whether the address that a proxy names is believed.
    pub trust_proxy: bool,
    pub drain: CancellationToken,
    pub limits: Limits,
    pub challenges: Counts,
    pub arrivals: Arrivals,
    pub marks: Marks,
    /// Sockets that are open: each says goodbye before the process ends.
    pub sockets: TaskTracker,
    inboxes: Inboxes,
    names: DashMap<AgentId, (String, i64)>,
    bots: DashMap<WorkspaceId, (Arc<Presence>, i64)>,
    staffed: DashMap<WorkspaceId, watch::Sender<bool>>,
}

impl Deref for Gate {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl Gate {
    pub(crate) fn new(chat: Chat, desk: Desk, bot: Bot, keys: Keys, config: Config, trust_proxy: bool, drain: CancellationToken) -> Self {
        Self(Arc::new(Parts {
            chat,
            desk,
            bot,
            keys,
            config,
            trust_proxy,
            drain,
            limits: Limits::default(),
            challenges: Counts::default(),
            arrivals: Arrivals::default(),
            marks: Marks::default(),
            sockets: TaskTracker::new(),
            inboxes: Inboxes::default(),
            names: DashMap::new(),
            bots: DashMap::new(),
            staffed: DashMap::new(),
        }))
    }

    /// What must be done beside the sessions, until the server goes down and the last socket has ended.
    pub(crate) async fn run(&self) {
        let store = self.chat.store();
        let sweep = || {
            self.limits.sweep(self.chat.now());
            self.challenges.tell();
        };
        tokio::join!(self.arrivals.run(store, &self.drain, sweep), self.marks.run(store, &self.drain));
        self.sockets.wait().await;
        self.arrivals.write(store).await;
        self.marks.write(store).await;
    }

    /// The inbox a visitor names, and from now on news of its workspace.
    ///
    /// # Errors
    /// [`chat::Error::NotFound`], or the record's.
    pub(crate) async fn inbox(&self, id: InboxId) -> chat::Result<Arc<Inbox>> {
        let inbox = self.inboxes.get(self.chat.store(), id, self.chat.now()).await?;
        self.staffed(inbox.workspace).await;
        Ok(inbox)
    }

    /// The frame of a message, encoded once for all its readers.
    pub(crate) async fn packet(&self, message: &chat::Message) -> Packet {
        if let Some(packet) = message.made.get::<Packet>() {
            return packet.clone();
        }
        let packet = view::message(self, message, None).await.packet();
        message.made.keep(packet.clone());
        packet
    }

    /// Whether a person is there now.
    pub(crate) async fn online(&self, workspace: WorkspaceId) -> bool {
        *self.staffed(workspace).await.borrow()
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
            // Something may have changed before the ear was open.
            let mut heard = Heard::Missed;
            loop {
                let (presence, settings) = match heard {
                    Heard::Missed => (true, true),
                    Heard::News(news) => (matches!(&*news, News::Presence { .. }), matches!(&*news, News::Settings { .. })),
                };
                if settings {
                    gate.inboxes.changed();
                    gate.bots.remove(&workspace);
                }
                if presence && let Ok(online) = gate.desk.online(workspace).await {
                    sender.send_if_modified(|known| std::mem::replace(known, online) != online);
                }
                heard = tokio::select! {
                    heard = ear.next() => heard,
                    () = gate.drain.cancelled() => return,
                };
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
        self.presence(workspace).await.name.clone()
    }

    /// What the bot says first; empty while it does not speak.
    pub(crate) async fn bot_greeting(&self, workspace: WorkspaceId, locale: &str) -> String {
        let presence = self.presence(workspace).await;
        if locale == "zh" { presence.greeting.zh.clone() } else { presence.greeting.en.clone() }
    }

    async fn presence(&self, workspace: WorkspaceId) -> Arc<Presence> {
        let now = self.chat.now();
        if let Some(known) = self.bots.get(&workspace).filter(|known| known.1 > now) {
            return known.0.clone();
        }
        let presence = Arc::new(match self.bot.settings_published(workspace).await {
            Ok(settings) => {
                let say = |locale| if settings.mode() == bot::Mode::Live { self.bot.greeting(&settings, locale) } else { String::new() };
                Presence { greeting: bot::Words { en: say("en"), zh: say("zh") }, name: settings.name }
            }
            Err(_) => Presence::default(),
        });
        self.bots.insert(workspace, (presence.clone(), now + NAME_MS));
        presence
    }
}
