//! What the models did in one turn: each request with its tokens, its cost and its end.

use knowledge::redact::Veil;
use parking_lot::Mutex;

use crate::trace::{ModelCall, ToolUse};

/// The models' account of one turn. It outlives attempts that are given up.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    calls: Mutex<Vec<ModelCall>>,
    tools: Mutex<Vec<ToolUse>>,
    /// What models must not see, the same in every request of the turn.
    pub veil: Veil,
}

impl Ledger {
    /// Notes a request that has ended.
    pub(crate) fn note(&self, call: ModelCall) {
        self.calls.lock().push(call);
    }

    /// Notes what was asked of a tool, and what came of it.
    pub(crate) fn used(&self, tool: ToolUse) {
        self.tools.lock().push(tool);
    }

    /// What was asked of tools so far.
    pub(crate) fn tools(&self) -> Vec<ToolUse> {
        self.tools.lock().clone()
    }

    /// Everything so far.
    pub(crate) fn calls(&self) -> Vec<ModelCall> {
        self.calls.lock().clone()
    }
}
