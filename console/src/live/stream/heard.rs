//! What a piece of news means for one stream.

use serde_json::json;

use chat::{AgentId, Author, ConversationId, Heard, News, Side, Watching};

use super::Live;
use crate::live::event;

impl Live {
    pub(super) async fn hear(&mut self, heard: Heard) {
        match heard {
            Heard::News(news) => self.take_in(&news).await,
            Heard::Missed => {
                self.changed.messages = true;
                self.changed.counts = true;
                self.ready.push_back(event::again());
                self.gather();
            }
        }
    }

    async fn take_in(&mut self, news: &News) {
        match news {
            News::Message { message } => self.message(message.conversation),
            News::Conversation { conversation, .. } | News::SpeakerChanged { conversation, .. } => self.changed_state(*conversation),
            News::Read { conversation, by, seq, .. } => self.read(*conversation, *by, *seq),
            News::Draft { conversation, turn, n, text, .. } => {
                self.tell(*conversation, "draft", json!({ "conversation": conversation, "turn": turn, "n": n, "text": text }))
            }
            News::DraftEnd { conversation, turn, .. } => {
                self.tell(*conversation, "draft_end", json!({ "conversation": conversation, "turn": turn }))
            }
            News::Typing { conversation, author, name, on, .. } => self.typing(*conversation, author, name, *on).await,
            News::Watching { conversation, agent, name, state, .. } => self.watching(*conversation, *agent, name, *state),
            News::Presence { agent, .. } if *agent == self.seat.agent.id => {
                let state = self.console.state_of(&self.seat.agent).await;
                self.ready.push_back(event::of("presence", &json!({ "state": state })));
            }
            News::Queue { .. } | News::Presence { .. } | News::Knowledge { .. } => {
                self.changed.counts = true;
                self.gather();
            }
            News::Revoked { agent, .. } if *agent == self.seat.agent.id => {
                self.check_session().await;
            }
            News::Revoked { .. } | News::Settings { .. } | News::Due { .. } => {}
            News::Anyone { .. } | News::Here { .. } | News::Gone { .. } => {}
        }
    }

    fn message(&mut self, conversation: ConversationId) {
        self.changed.rows.insert(conversation);
        self.changed.moved.insert(conversation);
        self.changed.messages |= self.wanted.open == Some(conversation);
        self.changed.counts = true;
        self.gather();
    }

    fn changed_state(&mut self, conversation: ConversationId) {
        self.changed.rows.insert(conversation);
        self.changed.state |= self.wanted.open == Some(conversation);
        self.changed.counts = true;
        self.gather();
    }

    fn read(&mut self, conversation: ConversationId, by: Side, seq: i64) {
        match by {
            Side::Visitor => self.tell(conversation, "read", json!({ "conversation": conversation, "seq": seq })),
            Side::Staff => {
                self.changed.rows.insert(conversation);
                self.gather();
            }
        }
    }

    async fn typing(&mut self, conversation: ConversationId, author: &Author, name: &str, on: bool) {
        let mine = *author == Author::Agent(self.seat.agent.id);
        if mine || self.wanted.open != Some(conversation) {
            return;
        }
        let name = match author {
            Author::Visitor(id) => {
                let store = self.console.chat.store();
                let visitor = chat::visitor::find(store, self.seat.workspace(), *id).await;
                let known = visitor.map(|visitor| visitor.name).unwrap_or_default();
                self.console.visitor_name(self.seat.locale(), &known, *id)
            }
            Author::Bot => self.console.bot_name(self.seat.workspace()).await,
            Author::Agent(_) | Author::System => name.to_owned(),
        };
        self.tell(conversation, "typing", json!({ "conversation": conversation, "name": name, "kind": author.kind(), "on": on }));
    }

    /// A colleague, perhaps in another process, opens or leaves what is open here.
    fn watching(&mut self, conversation: ConversationId, agent: AgentId, name: &str, state: Watching) {
        let console = &self.console;
        let news = console.watchers.heard(conversation, agent, name, state, console.chat.now());
        if agent == self.seat.agent.id || self.wanted.open != Some(conversation) {
            return;
        }
        if state == Watching::Began
            && let Some(watch) = &self.watch
        {
            watch.tell(Watching::Still);
        }
        if news || state != Watching::Still {
            self.changed.state = true;
            self.gather();
        }
    }

    /// Something of the open conversation that is told at once.
    fn tell(&mut self, conversation: ConversationId, name: &str, data: serde_json::Value) {
        if self.wanted.open == Some(conversation) {
            self.ready.push_back(event::of(name, &data));
        }
    }
}
