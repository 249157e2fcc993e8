//! One turn: claimed, thought through, said, released. Another bot takes over when this one dies.

mod died;
mod failed;
mod handover;
mod heard;
mod lease;
mod presence;
mod retell;
mod show;
mod steps;
pub(crate) mod summary;

use std::{
    sync::atomic::{AtomicBool, Ordering::SeqCst},
    time::Duration,
};

use chat::{ConversationId, Extra, TurnId, WorkspaceId, conversation, conversation::Conversation};
use tokio::{sync::Notify, time::Instant};

pub use self::steps::Steps;
pub(crate) use self::{
    handover::wanted,
    heard::{Heard, Told, attributes, proven},
    lease::due,
};
use self::{lease::Claim, show::Stage};
use crate::{
    Bot, Error, Result, Trace, cite,
    release::Standing,
    run::Call,
    think::{Errand, Mind, Thought},
    tool::{self, Bench, Tool},
    trace::Times,
    verdict::{Action, ToolState},
};

/// A turn that runs.
struct Running<'a> {
    bot: &'a Bot,
    claim: Claim,
    stage: Stage,
    /// It is being written into the record: from here on it is not stopped.
    settled: AtomicBool,
    trace: parking_lot::Mutex<Trace>,
    errand: Errand,
    /// Told when a model may be asked: before that nothing is saved by knowing whether the visitor is there.
    asking: Notify,
    began: Instant,
}

/// What a turn came to.
#[derive(Clone, Copy, Debug)]
struct Done {
    outcome: &'static str,
    rule: &'static str,
    asked: i64,
    answer: Option<i64>,
}

impl Bot {
    /// Takes the conversation's turn, if it is due and nobody else has it.
    pub(crate) async fn take_turn(&self, workspace: WorkspaceId, conversation: ConversationId, call: &Call) -> Result<()> {
        let id: TurnId = self.chat().id();
        let Some((claim, found)) = lease::claim(self, workspace, conversation, id).await? else { return Ok(()) };
        call.claimed(claim.epoch);
        let running = Running {
            bot: self,
            stage: Stage::new(self.chat().clone(), &found, id),
            claim,
            settled: AtomicBool::new(false),
            trace: parking_lot::Mutex::default(),
            errand: Errand { standing: Standing::Visitor(found.visitor), visitor: Some(found.visitor), ..Errand::default() },
            asking: Notify::new(),
            began: Instant::now(),
        };
        running.take(call, found).await
    }
}

impl Running<'_> {
    async fn take(&self, call: &Call, found: Conversation) -> Result<()> {
        let ended = tokio::select! {
            biased;
            () = self.stopped(call) => Ok(self.cancelled(call.why())),
            () = self.lost() => Ok(self.cancelled("lease_lost")),
            () = self.watch_visitor(call) => Ok(self.cancelled("stopping")),
            done = self.work(call, found) => done,
        };
        self.stage.clear();
        let done = match ended {
            Err(Error::Stale) => self.cancelled("speaker_changed"),
            Err(error) => {
                // The lease stays until it ends: the question is tried again, but not in a hot loop.
                let done = self.ended("failed", "error");
                lease::finish(self.bot, &self.claim, done, &self.told(done).await).await?;
                return Err(error);
            }
            Ok(done) => done,
        };
        lease::end(self.bot, &self.claim, done, &self.told(done).await).await
    }

    /// Tells the log and the account what came of it; what the record keeps of it.
    async fn told(&self, done: Done) -> Trace {
        let trace = self.so_far();
        tracing::info!(
            workspace.id = %self.claim.workspace, conversation.id = %self.claim.conversation, turn.id = %self.claim.id,
            turn.outcome = done.outcome, turn.rule = done.rule, turn.ms = trace.times.total_ms, search.ms = trace.times.search_ms,
            model.failure = trace.model, "a turn of the bot ended"
        );
        self.bot.note_usage(self.claim.workspace, self.errand.visitor, &trace.calls).await;
        trace
    }

    fn so_far(&self) -> Trace {
        let mut trace = self.trace.lock();
        trace.times.total_ms = Times::since(self.began);
        trace.account(&self.errand.ledger);
        trace.clone()
    }

    fn ended(&self, outcome: &'static str, rule: &'static str) -> Done {
        Done { outcome, rule, asked: self.claim.asked, answer: None }
    }

    fn cancelled(&self, rule: &'static str) -> Done {
        self.ended("cancelled", rule)
    }

    /// Ends when another may speak and nothing was written yet.
    async fn stopped(&self, call: &Call) {
        call.stopped().await;
        if self.settled.load(SeqCst) {
            std::future::pending::<()>().await;
        }
    }

    /// Renews the lease; ends when it is lost and nothing was written yet.
    async fn lost(&self) {
        let third = Duration::from_millis(self.bot.inner.config.lease_s * 1_000 / 3);
        loop {
            tokio::time::sleep(third).await;
            match lease::renew(self.bot, &self.claim).await {
                Ok(false) if !self.settled.load(SeqCst) => return,
                Ok(_) => {}
                Err(error) => tracing::warn!(turn.id = %self.claim.id, %error, "a lease could not be renewed"),
            }
        }
    }

    /// Answers, while it is noted that the turn runs.
    async fn work(&self, call: &Call, found: Conversation) -> Result<Done> {
        let (done, ()) = tokio::try_join!(self.answered(call, found), lease::begin(self.bot, &self.claim))?;
        Ok(done)
    }

    /// Waits for the end of a burst and answers it; what the visitor writes before the first word is shown joins the question.
    async fn answered(&self, call: &Call, mut conversation: Conversation) -> Result<Done> {
        loop {
            conversation = self.settle(call, conversation).await?;
            conversation = tokio::select! {
                biased;
                done = self.attempt(&conversation) => return done,
                now = self.superseded(call, conversation.asked_seq) => now?,
            };
        }
    }

    /// The conversation once nobody has written for a while; as it was when nobody had to be waited for.
    async fn settle(&self, call: &Call, conversation: Conversation) -> Result<Conversation> {
        let config = &self.bot.inner.config;
        let ms = Duration::from_millis;
        let (burst, longest) = (ms(config.burst_ms), ms(config.burst_max_ms));
        let began = Instant::now();
        let aged = u64::try_from(self.bot.chat().now() - self.claim.last_at).unwrap_or(0);
        let mut quiet = burst.saturating_sub(ms(aged));
        let mut waited = false;
        loop {
            let wait = quiet.min(longest.saturating_sub(began.elapsed()));
            waited |= !wait.is_zero();
            // A clock that is asked to wait for nothing takes its millisecond all the same.
            if wait.is_zero() || tokio::time::timeout(wait, call.more()).await.is_err() {
                break;
            }
            quiet = burst;
        }
        self.trace.lock().times.burst_ms = Times::since(self.began);
        match waited {
            true => Ok(conversation::find(self.bot.chat().store(), self.claim.workspace, self.claim.conversation).await?),
            false => Ok(conversation),
        }
    }

    /// Ends when the visitor has asked more and nothing was shown or written yet.
    async fn superseded(&self, call: &Call, asked: i64) -> Result<Conversation> {
        loop {
            call.more().await;
            let now = conversation::find(self.bot.chat().store(), self.claim.workspace, self.claim.conversation).await?;
            let free = !self.settled.load(SeqCst) && !self.stage.is_open();
            if free && now.asked_seq > asked {
                return Ok(now);
            }
        }
    }

    async fn attempt(&self, conversation: &Conversation) -> Result<Done> {
        if conversation.epoch != self.claim.epoch {
            return Err(Error::Stale);
        }
        let bot = self.bot;
        // None of them needs another: the way to the record and back is gone once.
        let (mut mind, told, tools) = tokio::try_join!(
            bot.mind(self.claim.workspace, &self.errand),
            Told::of(bot, conversation),
            tool::list(bot.chat(), self.claim.workspace),
        )?;
        if mind.models.configured() {
            self.asking.notify_one();
        }
        if mind.policy.enabled {
            self.stage.typing(&mind.settings.name);
        }
        let mut heard = Heard::of(bot, (conversation, told), &mind, self.claim.broken).await?;
        if !mind.policy.enabled && mind.policy.speaks(&heard.signals) {
            self.stage.typing(&mind.settings.name);
        }
        self.lay_out(&mut mind, &mut heard, tools).await?;
        let mut trace = Trace {
            question: heard.question.text.clone(),
            locale: heard.question.locale.to_owned(),
            failed: heard.signals.failed,
            release: mind.release,
            times: self.trace.lock().times,
            ..Trace::default()
        };
        *self.trace.lock() = trace.clone();
        let thinking = Instant::now();
        let mut show = |shown| self.stage.show(shown);
        let thought = self.bot.think(&mind, &heard.question, heard.signals.clone(), &mut trace, &mut show).await;
        trace.times.first_word_ms = self.stage.opened_after(thinking);
        trace.outcome = thought.verdict.name().to_owned();
        *self.trace.lock() = trace;
        let keeping = Instant::now();
        let answer = match thought.verdict.action {
            Action::HandOver(cause) => {
                let packet = self.packet(&mind, &heard).await?;
                self.commit_to(&thought, conversation.asked_seq).await?;
                self.hand_over(&mind, &heard, &thought, cause, packet, conversation.asked_seq).await?;
                None
            }
            _ => {
                self.commit_to(&thought, conversation.asked_seq).await?;
                Some(self.say(&mind, &heard, &thought, conversation.asked_seq).await?)
            }
        };
        self.trace.lock().times.keep_ms = Some(Times::since(keeping));
        self.bot.note_gap(&heard, thought.verdict.rule, thought.signals.best).await;
        Ok(Done { outcome: thought.verdict.name(), rule: thought.verdict.rule, asked: conversation.asked_seq, answer })
    }

    /// It is said now: why is kept before.
    async fn commit_to(&self, thought: &Thought, asked: i64) -> Result<()> {
        self.settled.store(true, SeqCst);
        lease::keep(self.bot, &self.claim, asked, thought.verdict.rule, &self.so_far()).await
    }

    /// Lays out the tools the visitor may use, and goes on with a call that was decided.
    async fn lay_out(&self, mind: &mut Mind, heard: &mut Heard, tools: Vec<Tool>) -> Result<()> {
        if !mind.models.configured() && heard.decided.is_none() {
            return Ok(());
        }
        let place = tool::Place {
            workspace: self.claim.workspace,
            conversation: self.claim.conversation,
            turn: self.claim.id,
            base: heard.conversation.answered_seq,
            visitor: self.stage.visitor(),
            epoch: self.claim.epoch,
            locale: heard.question.locale,
        };
        let (question, ledger) = (&heard.question.text, self.errand.ledger.clone());
        mind.bench = Bench::open(self.bot, place, tools, question, heard.identity.clone(), ledger);
        if let Some(row) = heard.decided.clone() {
            heard.signals.tool = match &mind.bench {
                Some(bench) => bench.resume(row).await?,
                None => Some(ToolState::Failed),
            };
        }
        heard.signals.tools = mind.bench.as_ref().map_or(0, Bench::count);
        Ok(())
    }

    /// Appends the bot's message.
    async fn say(&self, mind: &Mind, heard: &Heard, thought: &Thought, asked: i64) -> Result<i64> {
        let reply = thought.reply(&heard.question, &mind.settings);
        let citations = cite::within(reply.extra.citations, heard.conversation.inbox);
        let extra = Extra { release: mind.release, citations, ..reply.extra };
        let appended = self.bot.chat().append(self.claim.message(asked, reply.body, extra)).await?;
        self.stage.said();
        if appended.message.extra.call.is_some() {
            // The card beside the conversation.
            self.bot.chat().conversation_changed(self.claim.workspace, self.stage.visitor(), self.claim.conversation);
        }
        Ok(appended.message.seq)
    }
}
