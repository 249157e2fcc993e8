//! Tools as models speak of them: what is offered, what is asked for, and how that comes in pieces.

use serde::{Serialize, Serializer};
use serde_json::{Value, json};

/// Calls of one answer, at most.
const CALLS: usize = 8;
/// Bytes of one call, at most.
const BYTES: usize = 32 << 10;

/// A tool as a model is told of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    /// What it is called by.
    pub name: String,
    /// What it does.
    pub description: String,
    /// JSON Schema of its parameters.
    pub parameters: Value,
}

impl Offer {
    /// As the protocol writes it.
    pub(super) fn written(&self) -> Value {
        json!({ "type": "function", "function": { "name": self.name, "description": self.description, "parameters": self.parameters } })
    }
}

/// A call a model asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// The model's own name for it.
    pub id: String,
    /// Which tool.
    pub name: String,
    /// JSON, as the model wrote it.
    pub arguments: String,
}

pub(super) fn written<S: Serializer>(calls: &[Asked], serializer: S) -> Result<S::Ok, S::Error> {
    let all: Vec<Value> = calls
        .iter()
        .map(|call| json!({ "id": call.id, "type": "function", "function": { "name": call.name, "arguments": call.arguments } }))
        .collect();
    all.serialize(serializer)
}

/// Calls that come in pieces, each with the number of the call it belongs to.
#[derive(Debug, Default)]
pub(super) struct Gathered(Vec<(u64, Asked)>);

impl Gathered {
    /// Takes the pieces of a chunk, or the calls of a whole answer; false when they are too many or too long.
    pub(super) fn take(&mut self, calls: &Value) -> bool {
        for (n, call) in calls.as_array().into_iter().flatten().enumerate() {
            let index = call.get("index").and_then(Value::as_u64).unwrap_or(n as u64);
            let text = |pointer: &str| call.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
            let at = match self.0.iter().position(|(known, _)| *known == index) {
                Some(at) => at,
                None => {
                    self.0.push((index, Asked::default()));
                    self.0.len() - 1
                }
            };
            let (_, asked) = &mut self.0[at];
            for (part, more) in [
                (&mut asked.id, text("/id")),
                (&mut asked.name, text("/function/name")),
                (&mut asked.arguments, text("/function/arguments")),
            ] {
                part.push_str(more);
            }
            if asked.id.len() + asked.name.len() + asked.arguments.len() > BYTES || self.0.len() > CALLS {
                return false;
            }
        }
        true
    }

    /// The calls, whole; a server that names none gets names.
    pub(super) fn done(&mut self) -> Option<Vec<Asked>> {
        let calls: Vec<Asked> =
            std::mem::take(&mut self.0).into_iter().map(|(_, call)| call).filter(|call| !call.name.is_empty()).collect();
        let named = |(n, call): (usize, Asked)| if call.id.is_empty() { Asked { id: format!("call_{n}"), ..call } } else { call };
        (!calls.is_empty()).then(|| calls.into_iter().enumerate().map(named).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_put_together() {
        let mut gathered = Gathered::default();
        for piece in [
            json!([{ "index": 0, "id": "a", "type": "function", "function": { "name": "order_status", "arguments": "" } }]),
            json!([{ "index": 0, "function": { "arguments": "{\"order\":" } }, { "index": 1, "id": "b", "function": { "name": "cancel" } }]),
            json!([{ "index": 0, "function": { "arguments": "7}" } }]),
            Value::Null,
        ] {
            assert!(gathered.take(&piece));
        }
        let asked = |id: &str, name: &str, arguments: &str| Asked { id: id.into(), name: name.into(), arguments: arguments.into() };
        assert_eq!(gathered.done(), Some(vec![asked("a", "order_status", "{\"order\":7}"), asked("b", "cancel", "")]));
        assert_eq!(gathered.done(), None);
        let mut endless = Gathered::default();
        let piece = json!([{ "index": 0, "function": { "arguments": "x".repeat(1_000) } }]);
        assert!((0..100).any(|_| !endless.take(&piece)));
        let many: Vec<Value> = (0..9).map(|n| json!({ "index": n, "function": { "name": "x" } })).collect();
        assert!(!Gathered::default().take(&Value::Array(many)));
    }
}
