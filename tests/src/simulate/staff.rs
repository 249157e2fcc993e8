//! What agents do.

use anyhow::Result;
use std::sync::Arc;

use chat::{AgentId, Audience, ClientId, ConversationId, Message, message};
use serde_json::json;
use ticketing::Error;

use super::Sabotage;
use super::world::World;

impl World {
    fn agent(&self) -> (usize, AgentId) {
        let at = self.one_of(self.home.agents.len()).unwrap_or(0);
        (at, self.home.agents[at])
    }

    pub(super) async fn note(&mut self) -> Result<Option<String>> {
        let Some(talk) = self.any_talk().await else { return Ok(None) };
        let (body, id) = (self.body("note"), self.dice.id(self.clock.now()));
        let what = self.written(talk, id, &body, true).await?;
        if self.sabotage == Some(Sabotage::ShowNote) {
            let talk = self.talks[talk].id;
            let frame = json!({ "t": "message", "conversation": talk, "seq": 1, "prev": 0, "id": id, "body": body });
            self.devices.iter_mut().for_each(|device| device.down.push_back(frame.clone()));
        }
        Ok(Some(what))
    }

    pub(super) async fn reply(&mut self) -> Result<Option<String>> {
        let Some(talk) = self.any_talk().await else { return Ok(None) };
        let (body, id) = (self.body("reply"), self.dice.id(self.clock.now()));
        self.written(talk, id, &body, false).await.map(Some)
    }

    /// Writes once or, when the answer was lost on the way, twice and by another node.
    async fn written(&mut self, talk: usize, id: ClientId, body: &str, note: bool) -> Result<String> {
        let (who, agent) = self.agent();
        let times = 1 + usize::from(self.once_in(3));
        let mut seqs = Vec::new();
        for _ in 0..times {
            let node = self.any_node();
            let done = self.write_as(node, agent, self.talks[talk].id, id, body, note).await?;
            seqs.push(done.seq);
        }
        if seqs.iter().any(|seq| *seq != seqs[0]) {
            self.fault(format!("t{talk}: one id was written as {seqs:?}"));
        }
        self.promised.insert((talk, id.text()), seqs[0]);
        Ok(format!("a{who} writes \"{body}\" in t{talk} {times} times: seq {}", seqs[0]))
    }

    async fn write_as(
        &self,
        node: usize,
        agent: AgentId,
        talk: ConversationId,
        id: ClientId,
        body: &str,
        note: bool,
    ) -> Result<Arc<Message>> {
        let (desk, workspace) = (self.nodes[node].wire.desk(), self.home.workspace);
        Ok(match note {
            true => desk.note(workspace, agent, talk, id, body).await?,
            false => desk.reply(workspace, agent, talk, id, body).await?,
        })
    }

    pub(super) async fn take(&mut self) -> Result<Option<String>> {
        let Some(talk) = self.any_talk().await else { return Ok(None) };
        let ((who, agent), node, over) = (self.agent(), self.any_node(), self.once_in(2));
        let (desk, id) = (self.nodes[node].wire.desk(), self.talks[talk].id);
        let done = match over {
            true => desk.take_over(self.home.workspace, agent, id).await,
            false => desk.take(self.home.workspace, agent, id).await,
        };
        allowed(format!("a{who} takes t{talk} at n{node}"), done)
    }

    pub(super) async fn give_back(&mut self) -> Result<Option<String>> {
        let Some(talk) = self.any_talk().await else { return Ok(None) };
        let ((who, agent), node, close) = (self.agent(), self.any_node(), self.once_in(4));
        let (desk, id) = (self.nodes[node].wire.desk(), self.talks[talk].id);
        let (verb, done) = match close {
            true => ("closes", desk.resolve(self.home.workspace, agent, id).await.map(drop)),
            false => ("gives back", desk.give_back(self.home.workspace, agent, id).await),
        };
        allowed(format!("a{who} {verb} t{talk} at n{node}"), done)
    }

    /// A console on any node reads on from where it was.
    pub(super) async fn console(&mut self) -> Result<Option<String>> {
        let Some(talk) = self.any_talk().await else { return Ok(None) };
        let (node, id, after) = (self.any_node(), self.talks[talk].id, self.talks[talk].console);
        let store = self.nodes[node].chat().store();
        let rest = message::after(store, self.home.workspace, id, Audience::Staff, after, 1_000).await?;
        let got: Vec<(i64, i64)> = rest.iter().map(|message| (message.prev(Audience::Staff), message.seq)).collect();
        let truth = self.truth().await?;
        let expected: Vec<(i64, i64)> = truth.of(id).iter().filter(|kept| kept.seq > after).map(|kept| (kept.seq - 1, kept.seq)).collect();
        if got != expected {
            self.fault(format!("t{talk}: a console read {got:?} after {after}, the rest is {expected:?}"));
        }
        self.talks[talk].console = rest.last().map_or(after, |message| message.seq);
        Ok(Some(format!("a console reads t{talk} after {after}, {} messages", rest.len())))
    }
}

/// Being too late is no fault.
fn allowed<T>(what: String, done: ticketing::Result<T>) -> Result<Option<String>> {
    match done {
        Ok(_) => Ok(Some(what)),
        Err(Error::Held { .. } | Error::NotOpen | Error::Changed) => Ok(Some(format!("{what}: too late"))),
        Err(error) => Err(error.into()),
    }
}
