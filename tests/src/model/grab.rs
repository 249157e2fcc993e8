//! A model that wants everything: each tool, with each argument that could make it another's.

use axum::{http::header, response::IntoResponse};
use serde_json::{Value, json};

/// What could be somebody else's.
const OTHERS: [(&str, &str); 5] =
    [("customer", "eve"), ("sub", "eve"), ("email", "eve@shop.example"), ("role", "admin"), ("order", "../../admin")];

/// What it asks for; nothing once something has come back. `names`: tools it was never told of.
pub(super) fn calls(names: &str, request: &Value) -> Option<Vec<Value>> {
    let messages = request["messages"].as_array()?;
    if messages.len() < 2 || messages.last()?["role"] == "tool" || request["tools"].is_null() && names.is_empty() {
        return None;
    }
    let told = request["tools"].as_array().into_iter().flatten().filter_map(|tool| tool.pointer("/function/name")?.as_str());
    let mut wanted: Vec<(&str, Value)> = Vec::new();
    for name in names.split_whitespace().chain(told) {
        if !wanted.iter().any(|(known, _)| *known == name) {
            wanted.push((name, json!({ "order": "48213" })));
        }
    }
    // Once as it is, once as somebody else: as many as a server would take.
    let forged = |(name, _): &(&str, Value)| {
        let mut all = json!({ "order": "48213" });
        OTHERS.iter().filter(|(key, _)| *key != "order").for_each(|(key, value)| all[*key] = (*value).into());
        ((*name).to_owned(), all)
    };
    let second: Vec<(String, Value)> = wanted.iter().map(forged).collect();
    let both = wanted.into_iter().map(|(name, arguments)| (name.to_owned(), arguments)).chain(second).take(8);
    let call = |(n, (name, arguments)): (usize, (String, Value))| json!({ "index": n, "id": format!("call_{n}"), "type": "function", "function": { "name": name, "arguments": arguments.to_string() } });
    Some(both.enumerate().map(call).collect())
}

/// In pieces, as servers send them.
pub(super) fn streamed(calls: &[Value]) -> impl IntoResponse {
    let event =
        |delta: Value| format!("data: {}\n\n", json!({ "object": "chat.completion.chunk", "choices": [{ "index": 0, "delta": delta }] }));
    let mut body = event(json!({ "role": "assistant", "content": "" }));
    for call in calls {
        let arguments = call["function"]["arguments"].as_str().unwrap_or_default();
        let (first, rest) = arguments.split_at(arguments.len() / 2);
        let mut head = call.clone();
        head["function"]["arguments"] = first.into();
        body += &event(json!({ "tool_calls": [head] }));
        body += &event(json!({ "tool_calls": [{ "index": call["index"], "function": { "arguments": rest } }] }));
    }
    ([(header::CONTENT_TYPE, "text/event-stream")], body + "data: [DONE]\n\n")
}

/// In one piece.
pub(super) fn whole(calls: &[Value]) -> Value {
    let message = json!({ "role": "assistant", "content": null, "tool_calls": calls });
    json!({ "object": "chat.completion", "choices": [{ "index": 0, "finish_reason": "tool_calls", "message": message }] })
}

/// Everything that came back, word by word.
pub(super) fn told(all: &[&str]) -> String {
    let results: Vec<&str> = all.iter().copied().filter(|text| text.starts_with("<result n=")).collect();
    let number = |text: &str| text.trim_start_matches("<result n=\"").split('"').next().unwrap_or("1").to_owned();
    match results.last() {
        Some(last) => format!("[{n}]\n{} [{n}]", results.join(" ").replace(['<', '>', '\n'], " "), n = number(last)),
        None => "NO_ANSWER".into(),
    }
}
