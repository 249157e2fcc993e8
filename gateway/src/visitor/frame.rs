//! What a client says: docs/PROTOCOL.md, "From the client".

use std::collections::BTreeMap;

use chat::{ClientId, ConversationId, DeviceId, InboxId, Secret, ToolCallId, conversation::cut};
use serde::Deserialize;
use serde_json::{Value, value::RawValue};

/// The first frame of a session.
#[derive(Debug, Deserialize)]
pub(crate) struct Hello {
    pub inbox: InboxId,
    #[serde(default)]
    pub token: Option<String>,
    /// Who the visitor is, signed by the customer's own server.
    #[serde(default)]
    pub identity: Option<String>,
    pub device: DeviceId,
    #[serde(default)]
    pub locale: String,
    #[serde(default)]
    pub page: Page,
    /// `deflate`: long frames may come packed.
    #[serde(default)]
    pub pack: String,
    /// The last seq in order of each conversation the client holds.
    #[serde(default)]
    pub cursors: BTreeMap<ConversationId, i64>,
    /// What the last answer said, of a client that asks again and again.
    #[serde(default)]
    pub poll: Option<Polled>,
}

/// How far a client that asks again and again has come beside its cursors.
#[derive(Debug, Deserialize)]
pub(crate) struct Polled {
    pub since: i64,
    pub mark: String,
}

impl Hello {
    /// Whether this client reads packed frames.
    pub(crate) fn packs(&self) -> bool {
        self.pack == "deflate"
    }
}

/// Frames that came by POST, each time with the hello of their stream: any node can take them.
#[derive(Debug, Deserialize)]
pub(crate) struct Post {
    pub hello: Hello,
    pub frames: Vec<Box<RawValue>>,
}

/// Where the visitor is on the website.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Page {
    pub url: String,
    pub title: String,
}

/// Every other frame.
#[derive(Debug, Deserialize)]
#[serde(tag = "t", rename_all = "snake_case")]
pub(crate) enum Frame {
    Send {
        id: ClientId,
        conversation: ConversationId,
        body: String,
        #[serde(default)]
        wish: Option<String>,
        #[serde(default)]
        button: Option<String>,
        #[serde(default)]
        proof: Option<String>,
    },
    /// The visitor's own message says something else from now on.
    Edit {
        id: ClientId,
        conversation: ConversationId,
        seq: i64,
        body: String,
    },
    /// The visitor's own message is taken back.
    Recall {
        id: ClientId,
        conversation: ConversationId,
        seq: i64,
    },
    Resume {
        conversation: ConversationId,
        after: i64,
    },
    History {
        conversation: ConversationId,
        #[serde(default)]
        before: Option<i64>,
        #[serde(default)]
        limit: Option<i64>,
    },
    Read {
        conversation: ConversationId,
        seq: i64,
    },
    Got {
        conversation: ConversationId,
        seq: i64,
    },
    Typing {
        conversation: ConversationId,
        on: bool,
    },
    Rate {
        conversation: ConversationId,
        seq: i64,
        score: i64,
    },
    Csat {
        conversation: ConversationId,
        score: i64,
        #[serde(default)]
        comment: String,
    },
    /// The one-time code of a call: entered, asked for anew, or only looked after.
    Code {
        conversation: ConversationId,
        call: ToolCallId,
        #[serde(default)]
        code: Option<Secret>,
        #[serde(default)]
        resend: bool,
    },
    Contact {
        #[serde(default)]
        name: Option<String>,
        #[serde(default)]
        email: Option<String>,
        #[serde(default)]
        proof: Option<String>,
    },
    Page(Page),
    Ping,
    /// Said once already: a second one changes nothing.
    Hello,
    /// From a newer client: ignored.
    #[serde(other)]
    Unknown,
}

/// What a frame is about, as far as that can be told of one that is not looked into further: an error names it.
pub(crate) fn about(text: &str) -> Value {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct About {
        id: Option<ClientId>,
        conversation: Option<ConversationId>,
    }
    let About { id, conversation } = serde_json::from_str(text).unwrap_or_default();
    let named = [("id", id.map(|id| id.text())), ("conversation", conversation.map(|id| id.text()))];
    named.into_iter().filter_map(|(name, id)| Some((name.to_owned(), Value::String(id?)))).collect()
}

/// The longest part of a complaint that is told, in characters: it may quote what came.
const COMPLAINT: usize = 300;

/// A frame of text as a value; the error is a sentence for the client's developer.
pub(crate) fn parse<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_str(text).map_err(|error| format!("The frame cannot be read: {}.", cut(&error.to_string(), COMPLAINT)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn frames_are_told_apart() {
        let id = "0199d3a0-0000-7000-8000-000000000001";
        for (text, good) in [
            (format!(r#"{{"t":"send","id":"{id}","conversation":"{id}","body":"hi"}}"#), true),
            (format!(r#"{{"t":"send","id":"{id}","conversation":"{id}"}}"#), false),
            (format!(r#"{{"t":"send","id":7,"conversation":"{id}","body":"hi"}}"#), false),
            (r#"{"t":"send","id":"x","conversation":"y","body":"hi"}"#.into(), false),
            (format!(r#"{{"t":"read","conversation":"{id}","seq":9}}"#), true),
            (format!(r#"{{"t":"read","conversation":"{id}","seq":1e99}}"#), false),
            (format!(r#"{{"t":"code","conversation":"{id}","call":"{id}","code":"123456"}}"#), true),
            (format!(r#"{{"t":"code","conversation":"{id}","call":"{id}","code":123456}}"#), false),
            (format!(r#"{{"t":"edit","id":"{id}","conversation":"{id}","seq":3,"body":"hi"}}"#), true),
            (format!(r#"{{"t":"edit","id":"{id}","conversation":"{id}","seq":3}}"#), false),
            (format!(r#"{{"t":"recall","id":"{id}","conversation":"{id}","seq":3}}"#), true),
            (format!(r#"{{"t":"recall","id":"{id}","conversation":"{id}","seq":"3"}}"#), false),
            (r#"{"t":"ping"}"#.into(), true),
            (r#"{"t":"from the future","x":{}}"#.into(), true),
            (r#"{"t":"page","url":"u","title":"t","more":1}"#.into(), true),
            ("[]".into(), false),
            ("".into(), false),
            ("null".into(), false),
            ("[".repeat(60_000), false),
        ] {
            assert_eq!(parse::<Frame>(&text).is_ok(), good, "{}", &text[..text.len().min(80)]);
        }
    }

    #[test]
    fn an_error_names_what_it_is_about() {
        let id = "0199d3a0-0000-7000-8000-000000000001";
        for (text, named) in [
            (format!(r#"{{"t":"send","id":"{id}","conversation":"{id}"}}"#), json!({ "id": id, "conversation": id })),
            (format!(r#"{{"t":"typing","conversation":"{id}","on":7}}"#), json!({ "conversation": id })),
            (format!(r#"{{"t":"send","id":7,"conversation":"{id}"}}"#), json!({})),
            (r#"{"t":"ping"}"#.into(), json!({})),
            ("[".into(), json!({})),
        ] {
            assert_eq!(about(&text), named, "{text}");
        }
    }
}
