//! The form of a tool. Values of headers come in and never go out again.

use std::collections::BTreeMap;

use serde_json::Value;

use bot::Secret;
use bot::tool::{Consent, Header, Method, OnError, Spec, Tool, Who};

use crate::web::fields::Fields;
use crate::web::form::Form;

const FIELDS: [&str; 18] = [
    "name",
    "title",
    "description",
    "method",
    "address",
    "headers",
    "parameters",
    "identity",
    "who",
    "consent",
    "code_address",
    "subject",
    "wait_min",
    "seconds",
    "kib",
    "fields",
    "on_error",
    "arguments",
];
/// A schema to begin with.
const EXAMPLE: &str = r#"{
  "properties": {
    "order": {"type": "string", "title": "Order number", "pattern": "^[0-9]{4,12}$"}
  },
  "required": ["order"]
}"#;

/// Of a tool that is not there yet.
pub fn empty() -> Form {
    fill(&Spec::default()).with("parameters", EXAMPLE)
}

/// Of one that is there: the names of its headers, without their values.
pub fn of(tool: &Tool) -> Form {
    let names: Vec<String> = tool.headers.iter().map(|header| format!("{}:", header.name)).collect();
    fill(&tool.spec).with("headers", names.join("\n"))
}

fn fill(spec: &Spec) -> Form {
    let identity: Vec<String> = spec.identity.iter().map(|(parameter, claim)| format!("{parameter} = {claim}")).collect();
    Form::empty(&FIELDS)
        .with("name", &*spec.name)
        .with("title", &*spec.title)
        .with("description", &*spec.description)
        .with("method", spec.method.text())
        .with("address", &*spec.address)
        .with("parameters", serde_json::to_string_pretty(&spec.parameters).unwrap_or_default())
        .with("identity", identity.join("\n"))
        .with("who", who(spec.who))
        .with("consent", consent(spec.consent))
        .with("code_address", &*spec.code_address)
        .with("wait_min", spec.wait_min.to_string())
        .with("seconds", spec.seconds.to_string())
        .with("kib", (spec.bytes >> 10).to_string())
        .with("fields", spec.fields.join("\n"))
        .with("on_error", if spec.on_error == OnError::Tell { "tell" } else { "hand_over" })
        .with("arguments", "{}")
}

/// With what was sent.
pub fn filled(fields: &Fields) -> Form {
    Form::filled(&FIELDS, fields)
}

/// Takes the values of headers out of a form that goes back.
pub fn hide(form: &mut Form) {
    let names: Vec<String> = pairs(form.value("headers"), ':').into_iter().map(|(name, _)| format!("{name}:")).collect();
    *form = std::mem::take(form).with("headers", names.join("\n"));
}

/// What was sent as a tool; `None` when something is wrong, which is noted.
pub fn read(form: &mut Form) -> Option<(Spec, Vec<Header>)> {
    let parameters: Option<Value> = match form.value("parameters") {
        "" => Some(Value::Object(serde_json::Map::new())),
        text => serde_json::from_str(text).map_err(|error| form.fault_with("parameters", knowledge::json::fault(&error, 0))).ok(),
    };
    let number = |form: &mut Form, name: &'static str| {
        let found = form.value(name).parse::<u64>().ok();
        form.check(found.is_some(), name, "fault-number");
        found.unwrap_or_default()
    };
    let (wait, seconds, kib) = (number(form, "wait_min"), number(form, "seconds"), number(form, "kib"));
    let headers = pairs(form.value("headers"), ':');
    let identity: BTreeMap<String, String> = pairs(form.value("identity"), '=').into_iter().collect();
    let lines = form.value("fields").lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect();
    let spec = Spec {
        name: form.value("name").to_owned(),
        title: form.value("title").to_owned(),
        description: form.value("description").to_owned(),
        method: Method::parse(form.value("method")),
        address: form.value("address").to_owned(),
        parameters: parameters?,
        identity,
        who: if form.value("who") == "anybody" { Who::Anybody } else { Who::Verified },
        consent: match form.value("consent") {
            "visitor" => Consent::Visitor,
            "code" => Consent::Code,
            "agent" => Consent::Agent,
            _ => Consent::Nobody,
        },
        code_address: form.value("code_address").trim().to_owned(),
        wait_min: i64::try_from(wait).unwrap_or(i64::MAX),
        seconds,
        bytes: kib.saturating_mul(1_024),
        fields: lines,
        on_error: if form.value("on_error") == "tell" { OnError::Tell } else { OnError::HandOver },
    };
    let headers = headers.into_iter().map(|(name, value)| Header { name, value: Secret::new(value) }).collect();
    form.is_fine().then_some((spec, headers))
}

fn pairs(text: &str, between: char) -> Vec<(String, String)> {
    let pair = |line: &str| line.split_once(between).map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()));
    text.lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| pair(line).unwrap_or_else(|| (line.trim().to_owned(), String::new())))
        .collect()
}

/// As forms and texts name it.
pub fn who(who: Who) -> &'static str {
    match who {
        Who::Anybody => "anybody",
        Who::Verified => "verified",
    }
}

/// The same for consent.
pub fn consent(consent: Consent) -> &'static str {
    match consent {
        Consent::Nobody => "nobody",
        Consent::Visitor => "visitor",
        Consent::Code => "code",
        Consent::Agent => "agent",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_its_tool_and_no_secret_goes_back() {
        let spec = Spec {
            name: "order_status".into(),
            title: "Order status".into(),
            description: "Where an order is.".into(),
            address: "https://api.example/orders/{order}".into(),
            parameters: serde_json::json!({ "properties": { "order": { "type": "string" }, "customer": { "type": "string" } } }),
            identity: [("customer".to_owned(), "sub".to_owned())].into(),
            consent: Consent::Code,
            code_address: "https://shop.example/codes".into(),
            fields: vec!["/status".into()],
            ..Spec::default()
        };
        let mut form = fill(&spec).with("headers", "Authorization: Bearer very-secret\nX-Plain:");
        let (read, headers) = read(&mut form).unwrap();
        assert_eq!(read, spec);
        assert_eq!(
            headers.iter().map(|header| (header.name.as_str(), header.value.expose())).collect::<Vec<_>>(),
            [("Authorization", "Bearer very-secret"), ("X-Plain", "")]
        );
        hide(&mut form);
        assert_eq!(form.value("headers"), "Authorization:\nX-Plain:");
    }
}
