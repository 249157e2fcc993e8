//! Carrying a call out. It is begun and made in one breath, whatever becomes of the turn: what was done is always known.

use std::time::Instant;

use chat::{ToolCallId, TurnId, WorkspaceId};
use serde_json::{Map, Value};

use super::{
    call::{self, Ended, Row},
    problem::problem,
    record::Tool,
    request, schema,
};
use crate::{Bot, Error, Result};

/// What came of trying a tool out.
#[derive(Clone, Debug)]
pub struct Tried {
    /// The server's answer.
    pub http: Option<u16>,
    /// What a model would see of it, or why there is nothing.
    pub shown: Result<Value, String>,
    /// Milliseconds.
    pub ms: u64,
}

/// How a call begins.
#[derive(Clone, Copy, Debug)]
pub(super) enum Start {
    /// It is written down.
    New,
    /// It stands in the record, and this turn takes it.
    Taken(TurnId),
}

impl Bot {
    /// Makes a call, and notes how it ended; `None` when it is in other hands. Once asked for it goes on without whoever asked:
    /// a question that grows in this moment must not leave a call that is begun and never made.
    pub(super) async fn carry_out(
        &self,
        workspace: WorkspaceId,
        row: Row,
        start: Start,
        tool: Tool,
        arguments: Map<String, Value>,
    ) -> Result<Option<Ended>> {
        let bot = self.clone();
        let made = tokio::spawn(async move {
            let begun = match start {
                Start::New => call::claim(bot.chat(), workspace, &row).await?,
                Start::Taken(turn) => call::take(bot.chat(), workspace, &row, turn).await?,
            };
            match begun {
                true => Ok(Some(bot.make(workspace, row.id, &tool, &arguments).await)),
                false => Ok(None),
            }
        });
        made.await.unwrap_or_else(|_| Ok(Some(Ended { http: None, shown: Err("The call was broken off.".into()), ms: 0 })))
    }

    async fn make(&self, workspace: WorkspaceId, id: ToolCallId, tool: &Tool, arguments: &Map<String, Value>) -> Ended {
        let ended = self.request(tool, arguments, &id.text()).await;
        tracing::info!(
            workspace.id = %workspace, tool.id = %tool.id, call.id = %id, http.status = ended.http, call.ms = ended.ms,
            call.ok = ended.shown.is_ok(), "a tool was called"
        );
        if let Err(error) = call::finish(self.chat(), workspace, id, &ended).await {
            tracing::error!(call.id = %id, %error, "how a call of a tool ended could not be noted: it counts as unknown");
        }
        ended
    }

    async fn request(&self, tool: &Tool, arguments: &Map<String, Value>, key: &str) -> Ended {
        let began = Instant::now();
        let ended = |http, shown| Ended { http, shown, ms: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX) };
        let call = match request::request(tool, arguments, key) {
            Ok(call) => call,
            Err(sentence) => return ended(None, Err(sentence)),
        };
        match self.inner.outbound.call(&call).await {
            Ok(reply) => ended(Some(reply.status), request::shown(&tool.spec.fields, &reply)),
            Err(error) => ended(None, Err(format!("The server could not be asked: {error}."))),
        }
    }

    /// Makes a call with these arguments now, for the admin who describes the tool; those of the identity are given too.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the arguments are not what the schema says.
    pub async fn try_tool(&self, tool: &Tool, arguments: Map<String, Value>) -> Result<Tried> {
        schema::check(&tool.spec.parameters, &Value::Object(arguments.clone()), "The arguments")
            .map_err(|sentence| Error::Invalid(problem(&sentence)))?;
        let key: ToolCallId = self.chat().id();
        let Ended { http, shown, ms } = self.request(tool, &arguments, &key.text()).await;
        Ok(Tried { http, shown, ms })
    }
}
