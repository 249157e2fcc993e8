//! From a tool and its arguments to a request, and from a reply to what the model may see of it.

use knowledge::outbound::{Call, Reply};
use serde_json::{Map, Value};

use super::{address, record::Tool, spec::Method};

/// Characters of a reply that a model reads, at most.
const READ: usize = 12_000;

/// The request. Parameters the address does not name go into the query, or into a JSON body.
///
/// # Errors
/// A sentence: a value that cannot stand where it must.
pub(super) fn request(tool: &Tool, arguments: &Map<String, Value>, key: &str) -> Result<Call, String> {
    let spec = &tool.spec;
    let named = address::names(&spec.address).unwrap_or_default();
    let value = |name: &str| plain(arguments.get(name).unwrap_or(&Value::Null)).ok_or_else(|| format!("{name} is missing."));
    let mut url = address::fill(&spec.address, &value)?;
    let rest = || arguments.iter().filter(|(name, _)| !named.contains(&name.as_str()));
    let mut body = None;
    match spec.method {
        Method::Get | Method::Delete => {
            for (name, value) in rest() {
                url.query_pairs_mut().append_pair(name, &plain(value).unwrap_or_else(|| value.to_string()));
            }
        }
        _ => body = Some(Value::Object(rest().map(|(name, value)| (name.clone(), value.clone())).collect()).to_string()),
    }
    let wrong = |_| "A header of the tool cannot be sent.".to_owned();
    let mut headers = http::HeaderMap::new();
    for header in &tool.headers {
        let name = http::HeaderName::from_bytes(header.name.as_bytes()).map_err(|error| error.to_string())?;
        let mut value = http::HeaderValue::from_str(header.value.expose()).map_err(wrong)?;
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    if !spec.method.only_reads() {
        headers.insert("idempotency-key", http::HeaderValue::from_str(key).map_err(wrong)?);
    }
    let method = http::Method::from_bytes(spec.method.text().as_bytes()).map_err(|error| error.to_string())?;
    Ok(Call { method, url: url.into(), headers, body, limit: spec.bytes, seconds: spec.seconds })
}

fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    }
}

/// What the model may see of a reply.
///
/// # Errors
/// Why there is nothing to see.
pub(super) fn shown(fields: &[String], reply: &Reply) -> Result<Value, String> {
    if !(200..300).contains(&reply.status) {
        return Err(format!("The server answered {}.", reply.status));
    }
    if reply.bytes.iter().all(u8::is_ascii_whitespace) {
        return Ok(Value::Object(Map::new()));
    }
    let whole: Value = serde_json::from_slice(&reply.bytes).map_err(|_| "The reply is no JSON.".to_owned())?;
    if fields.is_empty() {
        return Ok(whole);
    }
    let pick = |pointer: &String| whole.pointer(pointer).map(|value| (pointer.clone(), value.clone()));
    Ok(Value::Object(fields.iter().filter_map(pick).collect()))
}

/// As a model reads it: cut where it is too long.
pub(super) fn told(shown: &Value) -> String {
    let text = shown.to_string();
    match text.char_indices().nth(READ) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

/// As people read it: one line a value.
pub(super) fn listed(shown: &Value) -> String {
    let mut lines = Vec::new();
    list(shown, "", &mut lines);
    lines.truncate(60);
    lines.join("\n")
}

fn list(value: &Value, name: &str, lines: &mut Vec<String>) {
    let below = |part: &str| if name.is_empty() { part.trim_start_matches('/').replace('/', ".") } else { format!("{name}.{part}") };
    match value {
        Value::Object(fields) => fields.iter().for_each(|(part, value)| list(value, &below(part), lines)),
        Value::Array(items) => items.iter().enumerate().for_each(|(n, value)| list(value, &below(&(n + 1).to_string()), lines)),
        Value::Null => {}
        value if name.is_empty() => lines.push(plain(value).unwrap_or_default()),
        value => lines.push(format!("{name}: {}", plain(value).unwrap_or_default())),
    }
}
