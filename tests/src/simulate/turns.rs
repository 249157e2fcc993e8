//! What bots do: turns in steps, each of which may come too late.

use anyhow::Result;
use bot::Steps;
use chat::{Append, Author, Speaker, conversation::Conversation};
use ticketing::{Escalation, Packet, Priority, Reason};

use super::Sabotage;
use super::world::World;

/// A turn that a bot believes it has.
pub(super) struct Turn {
    pub(super) node: usize,
    talk: usize,
    steps: Steps,
    asked: i64,
    said: Option<i64>,
    until: i64,
}

impl World {
    pub(super) async fn claim(&mut self) -> Result<Option<String>> {
        let Some(talk) = self.any_talk().await else { return Ok(None) };
        let (node, now, before) = (self.any_node(), self.clock.now(), self.found(talk).await?);
        let bot = self.nodes[node].wire.bot();
        let until = now + i64::try_from(bot.config().lease_s * 1_000)?;
        let Some(steps) = Steps::claim(bot, self.home.workspace, self.talks[talk].id).await? else { return Ok(None) };
        let what = format!("n{node} claims t{talk} in epoch {} for {}", steps.epoch(), steps.asked());
        let due = before.speaker == Speaker::Bot && before.asked_seq > before.answered_seq;
        if !due || (steps.epoch(), steps.asked()) != (before.epoch, before.asked_seq) {
            self.fault(format!("{what}, but the record said {before:?}"));
        }
        let held = |turn: &Turn| turn.talk == talk && turn.until >= now && turn.steps.epoch() == before.epoch;
        if self.turns.iter().any(|turn| held(turn) && turn.asked > before.answered_seq) {
            self.fault(format!("{what}, but another bot holds the turn"));
        }
        let asked = steps.asked();
        self.turns.push(Turn { node, talk, steps, asked, said: None, until });
        Ok(Some(what))
    }

    /// The end of a burst: what is asked by now is what will be answered.
    pub(super) async fn look(&mut self) -> Result<Option<String>> {
        let Some(at) = self.one_of(self.turns.len()) else { return Ok(None) };
        if self.turns[at].said.is_some() {
            return Ok(None);
        }
        let found = self.found(self.turns[at].talk).await?;
        if found.epoch == self.turns[at].steps.epoch() {
            self.turns[at].asked = found.asked_seq;
            return Ok(Some(format!("n{} looks at t{}: {}", self.turns[at].node, self.turns[at].talk, found.asked_seq)));
        }
        self.ended(at).await.map(Some)
    }

    pub(super) async fn say(&mut self) -> Result<Option<String>> {
        let Some(at) = self.one_of(self.turns.len()) else { return Ok(None) };
        let (talk, epoch, asked, said) = (self.turns[at].talk, self.turns[at].steps.epoch(), self.turns[at].asked, self.turns[at].said);
        let before = self.found(talk).await?;
        let body = self.body("answer");
        let what = format!("n{} answers {asked} of t{talk} in epoch {epoch}", self.turns[at].node);
        let holds = before.turn.is_none_or(|turn| turn == self.turns[at].steps.id());
        let current = before.epoch == epoch && before.speaker == Speaker::Bot;
        let may = said.is_some() || current && holds && asked > before.answered_seq;
        let done = match self.spoilt(&before, epoch, said, &body).await? {
            Some(seq) => Some((seq, false)),
            None => match self.turns[at].steps.say(asked, body).await {
                Ok(done) => Some((done.message.seq, done.duplicate)),
                Err(bot::Error::Stale) => None,
                Err(error) => return Err(error.into()),
            },
        };
        match done {
            Some((seq, _)) if !may => self.fault(format!("{what}: kept as {seq}, but the record said {before:?}")),
            None if may => self.fault(format!("{what}: refused, but the record said {before:?}")),
            Some((seq, true)) if said != Some(seq) => self.fault(format!("{what}: said again as {seq}, before as {said:?}")),
            _ => {}
        }
        let Some((seq, again)) = done else { return Ok(Some(format!("{what}: too late"))) };
        if !again {
            if self.talks[talk].answered.contains(&asked) {
                self.fault(format!("{what}: answered twice"));
            }
            self.talks[talk].answered.push(asked);
        }
        self.turns[at].said = Some(seq);
        Ok(Some(format!("{what}: seq {seq}")))
    }

    /// A bot that is heard although it must not be.
    async fn spoilt(&self, before: &Conversation, epoch: i64, said: Option<i64>, body: &str) -> Result<Option<i64>> {
        let spoils = match self.sabotage {
            Some(Sabotage::StaleBot) => before.epoch != epoch,
            Some(Sabotage::TwoBots) => before.epoch == epoch && said.is_some(),
            _ => false,
        };
        if !spoils {
            return Ok(None);
        }
        let id = self.dice.id(self.clock.now());
        let append = Append { epoch: Some(before.epoch), ..Append::new(self.home.workspace, before.id, id, Author::Bot, body) };
        Ok(Some(self.chat().append(append).await?.message.seq))
    }

    pub(super) async fn hand_over(&mut self) -> Result<Option<String>> {
        let Some(at) = self.one_of(self.turns.len()) else { return Ok(None) };
        let turn = &self.turns[at];
        if turn.said.is_some() {
            return Ok(None);
        }
        let (talk, epoch, asked) = (turn.talk, turn.steps.epoch(), turn.asked);
        let before = self.found(talk).await?;
        let escalation = Escalation {
            workspace: self.home.workspace,
            conversation: self.talks[talk].id,
            epoch: Some(epoch),
            reason: Reason::Wish,
            priority: Priority::Normal,
            team: None,
            labels: Vec::new(),
            subject: "Simulated".into(),
            packet: Packet::default(),
            locale: "en".into(),
            say: self.body("handover"),
            considered: Some(asked),
        };
        let done = self.nodes[self.turns[at].node].wire.desk().escalate(escalation).await;
        let after = self.found(talk).await?;
        let what = format!("n{} hands t{talk} over", self.turns[at].node);
        let moved = after.epoch != before.epoch;
        let may = before.epoch == epoch && asked > before.answered_seq;
        match done {
            Ok(_) | Err(ticketing::Error::Changed) if moved != may => {
                self.fault(format!("{what} in epoch {epoch}: it was {before:?} and is {after:?}"));
            }
            Ok(_) | Err(ticketing::Error::Changed) => {}
            Err(error) => return Err(error.into()),
        }
        Ok(Some(format!("{what}{}; {}", if moved { "" } else { ": too late" }, self.ended(at).await?)))
    }

    pub(super) async fn renew(&mut self) -> Result<Option<String>> {
        let Some(at) = self.one_of(self.turns.len()) else { return Ok(None) };
        let before = self.found(self.turns[at].talk).await?;
        let turn = &mut self.turns[at];
        let kept = turn.steps.renew().await?;
        let may = before.turn == Some(turn.steps.id()) && before.epoch == turn.steps.epoch();
        let lease = i64::try_from(self.nodes[turn.node].wire.bot().config().lease_s * 1_000)?;
        turn.until = if kept { self.clock.now() + lease } else { 0 };
        let what = format!("n{} renews t{}: {kept}", turn.node, turn.talk);
        if kept != may {
            self.fault(format!("{what}, but the record said {before:?}"));
        }
        Ok(Some(what))
    }

    pub(super) async fn end(&mut self) -> Result<Option<String>> {
        match self.one_of(self.turns.len()) {
            Some(at) => self.ended(at).await.map(Some),
            None => Ok(None),
        }
    }

    async fn ended(&mut self, at: usize) -> Result<String> {
        let turn = self.turns.swap_remove(at);
        turn.steps.end(turn.asked, turn.said).await?;
        Ok(format!("n{} ends its turn of t{}", turn.node, turn.talk))
    }

    pub(super) fn die(&mut self) -> Option<String> {
        let at = self.one_of(self.turns.len())?;
        let turn = self.turns.swap_remove(at);
        Some(format!("n{} forgets its turn of t{}", turn.node, turn.talk))
    }
}
