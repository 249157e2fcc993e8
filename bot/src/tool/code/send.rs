//! A code on its way to the visitor: one signed POST to the operator's own system, which knows how to reach them.

use chat::{ConversationId, Secret, ToolCallId, VisitorId, WorkspaceId};
use hmac::{Hmac, Mac};
use knowledge::{Fault, outbound::Call};
use serde_json::json;
use sha2::Sha256;

use super::{
    fresh, hash,
    row::{self, New, Refused},
};
use crate::{
    Bot, Error, Result,
    tool::{Row, record::Tool},
};

/// Seconds the operator's system may take.
const SECONDS: u64 = 8;
/// Bytes its reply may have; nobody reads it.
const BYTES: u64 = 64 << 10;

/// Where and for whom a code is needed.
#[derive(Clone, Copy, Debug)]
pub(in crate::tool) struct Errand<'a> {
    pub workspace: WorkspaceId,
    pub conversation: ConversationId,
    pub visitor: VisitorId,
    pub epoch: i64,
    pub locale: &'a str,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::tool) enum Sent {
    Yes,
    /// One is on its way already, or as many were sent as may be.
    Before,
    /// Why not.
    No(String),
}

/// A code for a try.
#[derive(Clone, Debug)]
pub struct Sample {
    /// It opens nothing.
    pub code: Secret,
    /// How the operator's system answered.
    pub http: Option<u16>,
    /// Why it did not arrive; empty: it did.
    pub problem: String,
}

/// What is told.
struct Letter {
    code: Secret,
    subject: String,
    until: i64,
    locale: String,
    key: String,
    test: bool,
}

impl Bot {
    /// Makes a code for a call, and sends it. It goes on to its end, whatever becomes of the turn; `wait`: how it ended is waited for.
    pub(in crate::tool) async fn send_code(&self, of: Errand<'_>, tool: &Tool, call: &Row, wait: bool) -> Result<Sent> {
        let (code, salt) = (fresh(self.chat().random()), self.chat().random().token());
        let hash = hash(&salt, call.id, &call.digest, &code);
        let new = New {
            workspace: of.workspace,
            conversation: of.conversation,
            call: call.id,
            visitor: of.visitor,
            epoch: of.epoch,
            locale: of.locale,
            salt: &salt,
            hash: &hash,
        };
        let until = match row::keep(self.chat(), new).await? {
            Ok(until) => until,
            Err(Refused::Soon) => return Ok(Sent::Before),
            Err(Refused::Many) => return Ok(Sent::No("The visitor was sent too many codes within an hour.".into())),
        };
        let letter = Letter {
            code,
            subject: call.subject.clone().unwrap_or_default(),
            until,
            locale: of.locale.to_owned(),
            key: format!("{}-{until}", call.id),
            test: false,
        };
        let (bot, tool, id) = (self.clone(), tool.clone(), call.id);
        let (workspace, conversation, visitor) = (of.workspace, of.conversation, of.visitor);
        let sending = tokio::spawn(async move {
            let (http, problem) = bot.post(&tool, &letter).await;
            tracing::info!(
                workspace.id = %workspace, tool.id = %tool.id, call.id = %id, http.status = http, code.sent = problem.is_empty(),
                "a one-time code was sent"
            );
            if !problem.is_empty() {
                bot.note_unsent(workspace, id, &hash, &problem).await;
                bot.chat().conversation_changed(workspace, visitor, conversation);
            }
            problem
        });
        if !wait {
            return Ok(Sent::Yes);
        }
        let problem = sending.await.unwrap_or_else(|_| "The sending was broken off.".into());
        Ok(if problem.is_empty() { Sent::Yes } else { Sent::No(problem) })
    }

    async fn note_unsent(&self, workspace: WorkspaceId, call: ToolCallId, hash: &str, problem: &str) {
        if let Err(error) = row::note(self.chat(), workspace, call, hash, problem).await {
            tracing::error!(call.id = %call, %error, "that a one-time code could not be sent could not be noted");
        }
    }

    /// Sends a code that opens nothing, for the admin who describes the tool.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the tool has no code address, or nobody is named.
    pub async fn try_code(&self, tool: &Tool, subject: &str, locale: &str) -> Result<Sample> {
        if tool.spec.code_address.is_empty() {
            return Err(Error::Invalid(Fault::of("fault-code-none")));
        }
        if subject.trim().is_empty() {
            return Err(Error::Invalid(Fault::of("fault-code-nobody")));
        }
        let code = fresh(self.chat().random());
        let key: ToolCallId = self.chat().id();
        let letter = Letter {
            code: code.clone(),
            subject: subject.trim().to_owned(),
            until: self.chat().now() + super::HOLDS_MS,
            locale: locale.to_owned(),
            key: key.text(),
            test: true,
        };
        let (http, problem) = self.post(tool, &letter).await;
        Ok(Sample { code, http, problem })
    }

    /// The status, and why the code did not arrive.
    async fn post(&self, tool: &Tool, letter: &Letter) -> (Option<u16>, String) {
        let call = match request(tool, letter, self.chat().now()) {
            Ok(call) => call,
            Err(problem) => return (None, problem),
        };
        match self.inner.outbound.call(&call).await {
            Ok(reply) if (200..300).contains(&reply.status) => (Some(reply.status), String::new()),
            Ok(reply) => (Some(reply.status), format!("The code address answered {}.", reply.status)),
            Err(error) => (None, format!("The code address could not be asked: {error}.")),
        }
    }
}

fn request(tool: &Tool, letter: &Letter, now: i64) -> Result<Call, String> {
    if tool.code_secret.is_empty() {
        return Err("The tool has no secret that signs codes: make one on its page.".into());
    }
    let body = json!({
        "code": letter.code.expose(),
        "subject": letter.subject,
        "tool": tool.spec.name,
        "title": tool.spec.title,
        "expires_at": letter.until,
        "locale": letter.locale,
        "idempotency_key": letter.key,
        "test": letter.test,
    })
    .to_string();
    let wrong = |_| "A header cannot be sent.".to_owned();
    let mut headers = http::HeaderMap::new();
    headers.insert("idempotency-key", http::HeaderValue::from_str(&letter.key).map_err(wrong)?);
    let signature = signature(&tool.code_secret, now / 1_000, &body).unwrap_or_default();
    headers.insert("warbler-signature", http::HeaderValue::from_str(&signature).map_err(wrong)?);
    Ok(Call { method: http::Method::POST, url: tool.spec.code_address.clone(), headers, body: Some(body), limit: BYTES, seconds: SECONDS })
}

/// `t=<unix seconds>,v1=<HMAC-SHA256 of "seconds.body", hex>`
fn signature(secret: &Secret, second: i64, body: &str) -> Option<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes()).ok()?;
    mac.update(format!("{second}.{body}").as_bytes());
    let hex: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    Some(format!("t={second},v1={hex}"))
}
