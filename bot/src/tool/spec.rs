//! What an admin says of a tool.

use std::collections::BTreeMap;

use knowledge::Fault;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{address, schema};

/// The most seconds a tool may take.
const SECONDS: u64 = 30;
/// The most bytes its reply may have.
const BYTES: u64 = 256 << 10;
/// The longest a decision is waited for, in minutes: a day.
const WAIT: i64 = 1_440;

/// A tool, but for its headers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Spec {
    /// As the model calls it: `order_status`.
    pub name: String,
    /// What visitors and staff read: "Order status".
    pub title: String,
    /// Told to the model: what it does, and when it helps.
    pub description: String,
    /// How it is asked.
    pub method: Method,
    /// Where, with `{parameter}` in path and query.
    pub address: String,
    /// JSON Schema of the parameters, an object: the part of it that `schema.rs` knows.
    pub parameters: Value,
    /// Parameters that come from the visitor's identity: the parameter, and the claim. The model neither sees nor sets them.
    pub identity: BTreeMap<String, String>,
    /// For whom.
    pub who: Who,
    /// Who must agree to each call.
    pub consent: Consent,
    /// Where one-time codes are sent, for the operator's own system to bring them to the visitor; empty: none are asked for.
    pub code_address: String,
    /// How long an agent may take to agree, in minutes.
    pub wait_min: i64,
    /// Seconds it may take.
    pub seconds: u64,
    /// Bytes its reply may have.
    pub bytes: u64,
    /// What of the reply the model may see: JSON pointers such as `/order/status`; none: all of it.
    pub fields: Vec<String>,
    /// What happens when it fails.
    pub on_error: OnError,
}

/// How a tool is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
#[expect(missing_docs, reason = "the methods of HTTP")]
pub enum Method {
    #[default]
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

impl Method {
    /// In the order of a choice.
    pub const ALL: [Self; 5] = [Self::Get, Self::Post, Self::Put, Self::Patch, Self::Delete];

    /// As HTTP writes it.
    pub fn text(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    /// By that name; what is unknown only reads.
    pub fn parse(text: &str) -> Self {
        Self::ALL.into_iter().find(|method| method.text() == text).unwrap_or_default()
    }

    /// Whether asking twice is as good as asking once.
    pub fn only_reads(self) -> bool {
        self == Self::Get
    }
}

/// For whom a tool is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// Anybody who writes.
    Anybody,
    /// Visitors whose identity the customer's own server has signed.
    #[default]
    Verified,
}

/// Who must agree to a call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Consent {
    /// Nobody.
    #[default]
    Nobody,
    /// The visitor, by a button that says what will be done.
    Visitor,
    /// The visitor, by a one-time code that reaches only them.
    Code,
    /// An agent.
    Agent,
}

/// What happens when a tool fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnError {
    /// People take over.
    #[default]
    HandOver,
    /// The model is told, and goes on.
    Tell,
}

impl Default for Spec {
    fn default() -> Self {
        Self {
            name: String::new(),
            title: String::new(),
            description: String::new(),
            method: Method::Get,
            address: String::new(),
            parameters: Value::Object(Map::new()),
            identity: BTreeMap::new(),
            who: Who::Verified,
            consent: Consent::Nobody,
            code_address: String::new(),
            wait_min: 30,
            seconds: 10,
            bytes: 64 << 10,
            fields: Vec::new(),
            on_error: OnError::HandOver,
        }
    }
}

impl Spec {
    /// Checks values and combinations.
    ///
    /// # Errors
    /// A sentence for the admin.
    pub fn validate(&self) -> Result<(), Fault> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        if !(1..=64).contains(&self.name.len()) || !self.name.chars().all(plain) {
            return Err(Fault::of("fault-tool-name"));
        }
        if self.title.trim().is_empty() || self.title.chars().count() > 80 {
            return Err(Fault::of("fault-tool-title"));
        }
        if self.description.trim().is_empty() || self.description.chars().count() > 1_000 {
            return Err(Fault::of("fault-tool-description"));
        }
        if !(1..=SECONDS).contains(&self.seconds) || !(1..=BYTES).contains(&self.bytes) {
            return Err(Fault::of("fault-tool-limits").with("seconds", SECONDS).with("kib", BYTES >> 10));
        }
        if !(1..=WAIT).contains(&self.wait_min) {
            return Err(Fault::of("fault-tool-wait").with("n", WAIT));
        }
        schema::check_schema(&self.parameters)?;
        let properties = schema::properties(&self.parameters);
        if let Some(name) = self.identity.keys().find(|name| !properties.contains_key(*name)) {
            return Err(Fault::of("fault-tool-identity").with("name", name));
        }
        if !self.identity.is_empty() && self.who == Who::Anybody {
            return Err(Fault::of("fault-tool-identity-verified"));
        }
        if self.consent == Consent::Code && self.who == Who::Anybody {
            return Err(Fault::of("fault-tool-code-verified"));
        }
        if self.consent == Consent::Code || !self.code_address.is_empty() {
            address::check_code(&self.code_address)?;
        }
        if let Some(pointer) = self.fields.iter().find(|pointer| !pointer.starts_with('/')) {
            return Err(Fault::of("fault-tool-pointer").with("name", pointer));
        }
        address::check(&self.address, &properties)
    }

    /// The schema as the model sees it: without what comes from the identity.
    pub fn offered(&self) -> Value {
        let mut schema = self.parameters.clone();
        schema["type"] = "object".into();
        if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
            properties.retain(|name, _| !self.identity.contains_key(name));
        } else {
            schema["properties"] = Value::Object(Map::new());
        }
        if let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) {
            required.retain(|name| !name.as_str().is_some_and(|name| self.identity.contains_key(name)));
        }
        schema["additionalProperties"] = false.into();
        schema
    }

    /// What people call a parameter.
    pub fn label(&self, parameter: &str) -> String {
        let title = self.parameters.pointer(&format!("/properties/{parameter}/title")).and_then(Value::as_str);
        title.map_or_else(|| parameter.replace('_', " "), str::to_owned)
    }
}
