//! One process of the house: its own handle on the shared record, its own bus, its own memory.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use chat::agent::{NewAgent, Role};
use chat::{Chat, Clock, Config, Heard, InboxId, News, Random, Subscription, Topic, VisitorId, WorkspaceId, agent, inbox, workspace};
use futures_util::FutureExt as _;
use gateway::testing::Wire;

/// When every world begins, unix ms.
pub(super) const BEGIN: i64 = 1_760_000_000_000;

pub(super) struct Node {
    pub(super) wire: Wire,
    ears: Vec<(Topic, Subscription)>,
    /// What came from other nodes, so that it is not sent on.
    foreign: Vec<Arc<News>>,
    foreign_at: HashSet<usize>,
}

impl Node {
    pub(super) async fn open(folder: &Path, clock: &Clock, seed: u64, topics: &[Topic]) -> Result<Self> {
        let chat = Chat::open(&config(&folder.join(super::RECORD)), clock.clone(), Random::seeded(seed)).await?;
        let ears = topics.iter().map(|topic| (*topic, chat.bus().subscribe(*topic))).collect();
        let wire = Wire::open(chat, folder).await?;
        Ok(Self { wire, ears, foreign: Vec::new(), foreign_at: HashSet::new() })
    }

    pub(super) fn chat(&self) -> &Chat {
        self.wire.chat()
    }

    /// Hears the topics of a visitor who is new in the world.
    pub(super) fn join(&mut self, topic: Topic) {
        self.ears.push((topic, self.chat().bus().subscribe(topic)));
    }

    /// News that began here since it was last asked for.
    pub(super) fn own_news(&mut self) -> Vec<(Topic, Arc<News>)> {
        let mut own = Vec::new();
        for (topic, ear) in &mut self.ears {
            while let Some(heard) = tokio::task::unconstrained(ear.next()).now_or_never() {
                match heard {
                    Heard::News(news) if !self.foreign_at.contains(&address(&news)) => own.push((*topic, news)),
                    _ => {}
                }
            }
        }
        own
    }

    /// News of another node.
    pub(super) fn receive(&mut self, topic: Topic, news: &Arc<News>) {
        // A value of its own, kept as long as the node: its address then tells it apart.
        let news = Arc::new(News::clone(news));
        self.foreign_at.insert(address(&news));
        self.foreign.push(news.clone());
        self.chat().bus().publish_shared(topic, news);
    }
}

fn address(news: &Arc<News>) -> usize {
    Arc::as_ptr(news).addr()
}

fn config(record: &Path) -> Config {
    Config { address: format!("sqlite:{}", record.display()), readers: 1, ..Config::default() }
}

/// Ids that are the same in every world.
pub(super) struct Home {
    pub(super) workspace: WorkspaceId,
    pub(super) inbox: InboxId,
    pub(super) agents: [chat::AgentId; 2],
}

impl Home {
    pub(super) fn new() -> Self {
        let random = Random::seeded(0);
        Self { workspace: random.id(BEGIN), inbox: random.id(BEGIN), agents: [random.id(BEGIN), random.id(BEGIN)] }
    }

    /// What every node tells the others.
    pub(super) fn topics(&self, visitors: &[VisitorId]) -> Vec<Topic> {
        let visitors = visitors.iter().map(|visitor| Topic::Visitor(self.workspace, *visitor));
        [Topic::Workspace(self.workspace), Topic::Bot, Topic::Desk].into_iter().chain(visitors).collect()
    }
}

/// Writes what every world begins with.
pub(super) async fn furnish(record: &Path) -> Result<()> {
    let home = Home::new();
    let chat = Chat::open(&config(record), Clock::manual(BEGIN), Random::seeded(0)).await?;
    workspace::create(chat.store(), home.workspace, "Simulated", BEGIN).await?;
    inbox::create(chat.store(), home.workspace, home.inbox, "Website", &inbox::Look::default(), BEGIN).await?;
    for (at, id) in home.agents.into_iter().enumerate() {
        let new = NewAgent {
            email: format!("agent{at}@example.org"),
            name: format!("Agent {at}"),
            role: Role::Agent,
            locale: "en".into(),
            capacity: 4,
            password_hash: "none".into(),
        };
        agent::create(chat.store(), home.workspace, id, &new, BEGIN).await?;
    }
    chat.store().close().await;
    Ok(())
}
