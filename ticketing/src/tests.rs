//! Stories on a fresh record, told on every engine.

mod closing;
mod find;
mod handover;
mod inbox;
mod life;
mod people;
mod queue;
mod race;
mod report;
mod silence;

use std::sync::Arc;

use chat::{
    AgentId, Audience, ConversationId, Message, Speaker,
    agent::Role,
    conversation::{self, Conversation},
    message,
    testing::{Engine, Fresh},
};

use crate::{Availability, Config, Desk, Escalation, Packet, Priority, Reason, Result, Ticket, ticket};

/// A desk on a record of its own.
struct Story {
    fresh: Fresh,
    desk: Desk,
}

async fn story(on: Engine) -> Story {
    let fresh = on.fresh().await.unwrap();
    let desk = Desk::new(Config::default(), fresh.chat.clone());
    Story { fresh, desk }
}

impl Story {
    /// An agent who is not here.
    async fn agent(&self, name: &str) -> AgentId {
        self.fresh.agent(name, Role::Agent).await.unwrap().id
    }

    /// An agent who is here and takes this many chats.
    async fn online(&self, name: &str, capacity: i64) -> AgentId {
        let agent = self.agent(name).await;
        self.desk.set_capacity(self.fresh.workspace, agent, capacity).await.unwrap();
        self.beat(agent).await;
        agent
    }

    async fn beat(&self, agent: AgentId) {
        self.desk.heartbeat(self.fresh.workspace, agent, Availability::Online).await.unwrap();
    }

    /// A visitor who has asked something.
    async fn asked(&self) -> Conversation {
        let it = self.fresh.conversation("en").await.unwrap();
        self.fresh.say(&it, "My parcel is late").await.unwrap();
        it
    }

    /// What the bot would ask for.
    fn handover(&self, it: &Conversation) -> Escalation {
        Escalation {
            workspace: self.fresh.workspace,
            conversation: it.id,
            epoch: None,
            reason: Reason::Unanswered,
            priority: Priority::Normal,
            team: None,
            labels: Vec::new(),
            subject: String::new(),
            packet: Packet { summary: "A late parcel".into(), ..Packet::default() },
            locale: "en".into(),
            say: "I am passing you to a person.".into(),
            considered: None,
        }
    }

    /// A visitor whose question the bot has handed over.
    async fn waiting(&self) -> (Conversation, Ticket) {
        let it = self.asked().await;
        let ticket = self.desk.escalate(self.handover(&it)).await.unwrap();
        (it, ticket)
    }

    async fn ticket(&self, it: ConversationId) -> Ticket {
        ticket::latest(self.fresh.chat.store(), self.fresh.workspace, it).await.unwrap().unwrap()
    }

    async fn now(&self, it: ConversationId) -> Conversation {
        conversation::find(self.fresh.chat.store(), self.fresh.workspace, it).await.unwrap()
    }

    async fn speaker(&self, it: ConversationId) -> Speaker {
        self.now(it).await.speaker
    }

    async fn messages(&self, it: ConversationId, audience: Audience) -> Vec<Message> {
        message::after(self.fresh.chat.store(), self.fresh.workspace, it, audience, 0, 100).await.unwrap()
    }

    /// The names of what happened, as the visitor sees it.
    async fn events(&self, it: ConversationId) -> Vec<String> {
        let messages = self.messages(it, Audience::All).await;
        messages.into_iter().filter_map(|message| message.extra.event).map(|event| event.name).collect()
    }

    async fn reply(&self, agent: AgentId, it: ConversationId, body: &str) -> Result<Arc<Message>> {
        self.desk.reply(self.fresh.workspace, agent, it, self.fresh.chat.id(), body).await
    }

    fn later(&self, seconds: i64) {
        self.fresh.clock.advance(seconds * 1_000);
    }

    /// Ticket and speaker never contradict each other.
    async fn check(&self, it: ConversationId) {
        let (ticket, speaker) = (self.ticket(it).await, self.speaker(it).await);
        if !ticket.is_live() {
            assert!(ticket.queued_at.is_none(), "{ticket:?}");
            return;
        }
        match ticket.agent {
            Some(agent) => {
                assert_eq!(speaker, Speaker::Agent(agent), "{ticket:?}");
                assert!(ticket.queued_at.is_none() && ticket.assigned_at.is_some(), "{ticket:?}");
            }
            None => {
                assert_eq!(speaker, Speaker::Queue, "{ticket:?}");
                assert!(ticket.is_queued() && ticket.assigned_at.is_none(), "{ticket:?}");
            }
        }
    }
}
