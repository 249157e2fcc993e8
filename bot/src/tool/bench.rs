//! The tools of one turn: which the model is told of, what it asks of them, and what comes of that.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use chat::{ConversationId, ToolCallId, TurnId, VisitorId, WorkspaceId, visitor::Identity};
use parking_lot::Mutex;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::{
    call::{self, Card, Ended, Row, Status},
    code::{Errand, Sent},
    gate,
    record::Tool,
    request,
    run::Start,
    schema,
    spec::{Consent, OnError},
};
use crate::{
    Bot, Result,
    model::{Asked, Ledger, Offer},
    trace::ToolUse,
    verdict::ToolState,
};

/// Calls of one turn, at most.
const CALLS: usize = 6;
/// Bytes of the arguments of one call.
const ARGUMENTS: usize = 16 << 10;
/// A visitor may agree within this time, in ms.
const OFFER_MS: i64 = 15 * 60_000;

/// Where a turn stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub workspace: WorkspaceId,
    pub conversation: ConversationId,
    pub turn: TurnId,
    /// The last message that has an answer.
    pub base: i64,
    pub visitor: VisitorId,
    pub epoch: i64,
    pub locale: &'static str,
}

/// The tools of one turn.
pub(crate) struct Bench {
    bot: Bot,
    place: Place,
    question: String,
    identity: Option<Identity>,
    /// Those the visitor may use.
    tools: Vec<Tool>,
    ledger: Arc<Ledger>,
    settled: Mutex<Vec<Settled>>,
    calls: AtomicUsize,
}

/// A call that has ended, as the model is told of it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Settled {
    pub asked: Asked,
    pub title: String,
    /// JSON.
    pub told: String,
    /// The same for people.
    pub listed: String,
    /// It changed something.
    pub acted: bool,
}

/// What comes of asking for a call.
pub(crate) enum Outcome {
    /// It has ended, or is not made; the model is told.
    Settled,
    /// Somebody must agree first.
    Wait(ToolState, Card),
    /// The turn cannot go on.
    Stop(ToolState),
}

impl Bench {
    /// Those of all tools that a visitor may use in this turn; `None` when the workspace has none.
    pub(crate) fn open(
        bot: &Bot,
        place: Place,
        all: Vec<Tool>,
        question: &str,
        identity: Option<Identity>,
        ledger: Arc<Ledger>,
    ) -> Option<Self> {
        if all.is_empty() {
            return None;
        }
        let tools = all.into_iter().filter(|tool| tool.disabled_at.is_none() && gate::admit(&tool.spec, identity.as_ref()).is_ok());
        Some(Self {
            bot: bot.clone(),
            place,
            question: question.to_owned(),
            tools: tools.collect(),
            identity,
            ledger,
            settled: Mutex::default(),
            calls: AtomicUsize::new(0),
        })
    }

    /// What the model is told of.
    pub(crate) fn offers(&self) -> Vec<Offer> {
        let offer = |tool: &Tool| Offer {
            name: tool.spec.name.clone(),
            description: tool.spec.description.clone(),
            parameters: tool.spec.offered(),
        };
        self.tools.iter().map(offer).collect()
    }

    /// How many the visitor may use.
    pub(crate) fn count(&self) -> usize {
        self.tools.len()
    }

    /// What has come of calls so far, oldest first.
    pub(crate) fn settled(&self) -> Vec<Settled> {
        self.settled.lock().clone()
    }

    /// Whether something was done that cannot be undone by asking again.
    pub(crate) fn has_acted(&self) -> Option<String> {
        self.settled.lock().iter().rev().find(|settled| settled.acted).map(|settled| settled.title.clone())
    }

    /// Whether no more calls are made in this turn.
    pub(crate) fn is_exhausted(&self) -> bool {
        self.calls.load(SeqCst) >= CALLS
    }

    /// Does what the model asks for, if it may be done.
    pub(crate) async fn call(&self, asked: Asked) -> Result<Outcome> {
        if self.calls.fetch_add(1, SeqCst) >= CALLS {
            return Ok(self.refuse(asked, "refused", "No more calls are made for this question."));
        }
        let Some(tool) = self.tools.iter().find(|tool| tool.spec.name == asked.name).cloned() else {
            return Ok(self.refuse(asked, "refused", "There is no such tool."));
        };
        let Ok((own, consent)) = gate::admit(&tool.spec, self.identity.as_ref()) else {
            return Ok(self.refuse(asked, "refused", "There is no such tool."));
        };
        let arguments = match arguments(&tool, &asked, &own) {
            Ok(arguments) => arguments,
            Err(sentence) => return Ok(self.refuse(asked, "invalid", &sentence)),
        };
        let row = self.row(&tool, arguments, consent);
        let calls = || call::of_question(self.bot.chat(), self.place.workspace, self.place.conversation, self.place.base);
        if !tool.spec.method.only_reads() && consent == Consent::Nobody {
            // A turn that died may have done this with other words already.
            let before = calls().await?;
            let mut others = before.iter().filter(|old| old.tool == tool.id && old.turn != self.place.turn && old.digest != row.digest);
            if let Some(old) = others.next() {
                return match old.status {
                    Status::Running => Ok(self.unknown(&tool, old)),
                    _ => Ok(self.refuse(asked, "refused", "This was called for the same question before, and is not called again.")),
                };
            }
        }
        if let Some(outcome) = self.begin(&tool, &asked, &row, own).await? {
            return Ok(outcome);
        }
        match calls().await?.into_iter().find(|old| old.digest == row.digest) {
            Some(known) => self.known(&tool, asked, known).await,
            None => Ok(self.refuse(asked, "failed", "The call could not be noted, and is not made.")),
        }
    }

    /// Writes a call down, and makes it if nobody has to agree; `None` when the question has the same one already.
    async fn begin(&self, tool: &Tool, asked: &Asked, row: &Row, own: Map<String, Value>) -> Result<Option<Outcome>> {
        if row.status == Status::Running {
            return self.run(tool, asked, row, Start::New, own).await;
        }
        if !call::claim(self.bot.chat(), self.place.workspace, row).await? {
            return Ok(None);
        }
        Ok(Some(match row.status {
            Status::Code => self.ask_for_code(tool, row).await?,
            _ => self.wait(tool, row),
        }))
    }

    /// Goes on with a call that was decided.
    pub(crate) async fn resume(&self, row: Row) -> Result<Option<ToolState>> {
        let denied = if row.by.as_deref() == Some("visitor") { ToolState::Cancelled } else { ToolState::Declined };
        let expired = if row.by.as_deref() == Some("code") { ToolState::CodeExpired } else { ToolState::Expired };
        let Some(tool) = self.tools.iter().find(|tool| tool.id == row.tool).cloned() else {
            return Ok(Some(match row.status {
                Status::Denied => denied,
                Status::Expired => expired,
                Status::Code => ToolState::CodeWrong,
                Status::Void => ToolState::CodeVoid,
                // The tool is gone, or the visitor is not proven to be who they were.
                _ => ToolState::Failed,
            }));
        };
        let asked = Asked { id: row.id.text(), name: tool.spec.name.clone(), arguments: Value::Object(row.arguments.clone()).to_string() };
        let outcome = match row.status {
            Status::Denied => return Ok(Some(denied)),
            Status::Expired => return Ok(Some(expired)),
            Status::Code | Status::Void => {
                let void = row.status == Status::Void;
                self.note(&tool, &row.arguments, if void { "void" } else { "code_wrong" }, "", None, None);
                return Ok(Some(if void { ToolState::CodeVoid } else { ToolState::CodeWrong }));
            }
            // A button that was pressed too late.
            Status::Visitor | Status::Agent => return Ok(Some(ToolState::Cancelled)),
            Status::Approved => self.again(&tool, asked, &row).await?,
            _ => self.known(&tool, asked, row).await?,
        };
        Ok(match outcome {
            Outcome::Settled => None,
            Outcome::Wait(state, _) | Outcome::Stop(state) => Some(state),
        })
    }

    /// A call the question has already.
    async fn known(&self, tool: &Tool, asked: Asked, row: Row) -> Result<Outcome> {
        let row = self.ended(tool, row).await?;
        Ok(match row.status {
            Status::Running if tool.spec.method.only_reads() => self.again(tool, asked, &row).await?,
            Status::Done | Status::Failed | Status::Running => self.came(tool, asked, &row),
            Status::Visitor | Status::Agent => self.wait(tool, &row),
            Status::Code => self.ask_for_code(tool, &row).await?,
            Status::Approved => self.again(tool, asked, &row).await?,
            Status::Denied | Status::Expired | Status::Void => self.refuse(asked, "refused", "It was not agreed to."),
        })
    }

    /// How a call stands when this turn's own, which goes on in the background when its question has grown, has had its time.
    async fn ended(&self, tool: &Tool, mut row: Row) -> Result<Row> {
        let mut patience = tool.spec.seconds * 10 + 20;
        while row.status == Status::Running && row.turn == self.place.turn && patience > 0 {
            tokio::time::sleep(Duration::from_millis(100)).await;
            patience -= 1;
            row = call::find(self.bot.chat(), self.place.workspace, row.conversation, row.id).await?.unwrap_or(row);
        }
        Ok(row)
    }

    /// Carries out a call that is in the record already.
    async fn again(&self, tool: &Tool, asked: Asked, row: &Row) -> Result<Outcome> {
        let same = row.subject.is_none() || row.subject.as_deref() == self.identity.as_ref().map(|identity| identity.subject.as_str());
        let own = gate::admit(&tool.spec, self.identity.as_ref()).ok().filter(|_| same);
        let Some((own, _)) = own else { return Ok(Outcome::Stop(ToolState::Failed)) };
        if let Some(outcome) = self.run(tool, &asked, row, Start::Taken(self.place.turn), own).await? {
            return Ok(outcome);
        }
        // Taken meanwhile: by another turn, or by this one before its question grew.
        let now = call::find(self.bot.chat(), self.place.workspace, row.conversation, row.id).await?;
        let row = self.ended(tool, now.unwrap_or_else(|| row.clone())).await?;
        Ok(self.came(tool, asked, &row))
    }

    /// What has come of a call that is not made again.
    fn came(&self, tool: &Tool, asked: Asked, row: &Row) -> Outcome {
        match row.status {
            Status::Done => self.tell(tool, asked, &row.reply, "reused", None, None),
            Status::Failed => self.failed(tool, asked, &row.problem, None, None),
            _ => self.unknown(tool, row),
        }
    }

    async fn run(&self, tool: &Tool, asked: &Asked, row: &Row, start: Start, own: Map<String, Value>) -> Result<Option<Outcome>> {
        let whole: Map<String, Value> = row.arguments.clone().into_iter().chain(own).collect();
        let made = self.bot.carry_out(self.place.workspace, row.clone(), start, tool.clone(), whole).await?;
        Ok(made.map(|Ended { http, shown, ms }| match shown {
            Ok(shown) => self.tell(tool, asked.clone(), &shown, "done", http, Some(ms)),
            Err(problem) => self.failed(tool, asked.clone(), &problem, http, Some(ms)),
        }))
    }

    fn row(&self, tool: &Tool, arguments: Map<String, Value>, consent: Consent) -> Row {
        let now = self.bot.chat().now();
        let (status, until) = match consent {
            Consent::Nobody => (Status::Running, now),
            Consent::Visitor => (Status::Visitor, now + OFFER_MS),
            Consent::Code => (Status::Code, now + OFFER_MS),
            Consent::Agent => (Status::Agent, now + tool.spec.wait_min * 60_000),
        };
        Row {
            id: self.bot.chat().id::<ToolCallId>(),
            conversation: self.place.conversation,
            turn: self.place.turn,
            tool: tool.id,
            title: tool.spec.title.clone(),
            method: tool.spec.method,
            base: self.place.base,
            digest: digest(tool, &arguments),
            question: self.question.clone(),
            arguments,
            subject: self.identity.as_ref().filter(|_| tool.spec.who == super::Who::Verified).map(|identity| identity.subject.clone()),
            status,
            reply: Value::Null,
            problem: String::new(),
            by: None,
            until,
            created_at: now,
        }
    }

    fn wait(&self, tool: &Tool, row: &Row) -> Outcome {
        let (status, state) = match row.status {
            Status::Agent => ("agent", ToolState::Approval),
            _ => ("visitor", ToolState::Confirm),
        };
        self.note(tool, &row.arguments, status, "", None, None);
        Outcome::Wait(state, Card::of(row, &tool.spec))
    }

    /// Sends a code, unless one is on its way, and waits for it; a call whose code cannot be sent is not made.
    async fn ask_for_code(&self, tool: &Tool, row: &Row) -> Result<Outcome> {
        let Place { workspace, conversation, visitor, epoch, locale, .. } = self.place;
        let errand = Errand { workspace, conversation, visitor, epoch, locale };
        match self.bot.send_code(errand, tool, row, true).await? {
            Sent::Yes | Sent::Before => {
                self.note(tool, &row.arguments, "code", "", None, None);
                Ok(Outcome::Wait(ToolState::Code, Card::of(row, &tool.spec)))
            }
            Sent::No(problem) => {
                call::unsent(self.bot.chat(), workspace, row.id, &problem).await?;
                self.note(tool, &row.arguments, "code_unsent", &problem, None, None);
                Ok(Outcome::Stop(ToolState::CodeUnsent))
            }
        }
    }

    fn unknown(&self, tool: &Tool, row: &Row) -> Outcome {
        self.note(tool, &row.arguments, "unknown", "", None, None);
        Outcome::Stop(ToolState::Unknown)
    }

    fn tell(&self, tool: &Tool, asked: Asked, shown: &Value, status: &str, http: Option<u16>, ms: Option<u64>) -> Outcome {
        self.note(tool, &parsed(&asked), status, "", http, ms);
        self.settled.lock().push(Settled {
            title: tool.spec.title.clone(),
            told: request::told(shown),
            listed: request::listed(shown),
            acted: !tool.spec.method.only_reads(),
            asked,
        });
        Outcome::Settled
    }

    fn failed(&self, tool: &Tool, asked: Asked, problem: &str, http: Option<u16>, ms: Option<u64>) -> Outcome {
        self.note(tool, &parsed(&asked), "failed", problem, http, ms);
        match tool.spec.on_error {
            OnError::HandOver => Outcome::Stop(ToolState::Failed),
            OnError::Tell => self.say(asked, &tool.spec.title, problem),
        }
    }

    /// The call is not made, and the model is told why.
    fn refuse(&self, asked: Asked, status: &str, why: &str) -> Outcome {
        let (name, title) = match self.tools.iter().find(|tool| tool.spec.name == asked.name) {
            Some(tool) => (tool.spec.name.clone(), tool.spec.title.clone()),
            None => (asked.name.chars().take(64).collect(), String::new()),
        };
        let arguments = parsed(&asked);
        let used = ToolUse { tool: name, title: title.clone(), status: status.to_owned(), problem: why.to_owned(), ..ToolUse::default() };
        self.ledger.used(ToolUse { arguments: Value::Object(arguments).to_string().chars().take(1_000).collect(), ..used });
        self.say(asked, &title, why)
    }

    fn say(&self, asked: Asked, title: &str, problem: &str) -> Outcome {
        let told = serde_json::json!({ "error": problem }).to_string();
        self.settled.lock().push(Settled { asked, title: title.to_owned(), told, listed: problem.to_owned(), acted: false });
        Outcome::Settled
    }

    fn note(&self, tool: &Tool, arguments: &Map<String, Value>, status: &str, problem: &str, http: Option<u16>, ms: Option<u64>) {
        // Who the visitor is stays out of traces.
        let hidden = tool.spec.identity.keys().map(|name| (name.clone(), Value::from("•••")));
        let shown: Map<String, Value> = arguments.clone().into_iter().chain(hidden).collect();
        self.ledger.used(ToolUse {
            tool: tool.spec.name.clone(),
            title: tool.spec.title.clone(),
            method: tool.spec.method.text().to_owned(),
            arguments: Value::Object(shown).to_string(),
            status: status.to_owned(),
            problem: problem.to_owned(),
            http,
            ms,
        });
    }
}

/// What the model chose, checked. What belongs to the identity is never the model's to say.
fn arguments(tool: &Tool, asked: &Asked, own: &Map<String, Value>) -> Result<Map<String, Value>, String> {
    if asked.arguments.len() > ARGUMENTS {
        return Err("The arguments are too long.".into());
    }
    let text = if asked.arguments.trim().is_empty() { "{}" } else { asked.arguments.as_str() };
    let chosen: Value = serde_json::from_str(text).map_err(|_| "The arguments are no JSON object.".to_owned())?;
    let Value::Object(mut chosen) = chosen else { return Err("The arguments are no JSON object.".into()) };
    chosen.retain(|name, _| !tool.spec.identity.contains_key(name));
    schema::check(&tool.spec.offered(), &Value::Object(chosen.clone()), "The arguments")?;
    let whole: Map<String, Value> = chosen.clone().into_iter().chain(own.clone()).collect();
    schema::check(&tool.spec.parameters, &Value::Object(whole), "The arguments")?;
    Ok(chosen)
}

fn parsed(asked: &Asked) -> Map<String, Value> {
    serde_json::from_str(&asked.arguments).unwrap_or_default()
}

/// The same for the same tool and arguments, in every process and every version.
fn digest(tool: &Tool, arguments: &Map<String, Value>) -> String {
    // In one order, whatever the model's was.
    let sorted: BTreeMap<&String, &Value> = arguments.iter().collect();
    let digest = Sha256::digest(serde_json::json!([tool.id.text(), sorted]).to_string());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
