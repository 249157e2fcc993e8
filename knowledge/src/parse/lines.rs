//! JSON Lines of `{id, title, text[, variants, url]}` or `{question, answer[, variants]}`; a JSON array of them too.

use serde_json::{Map, Value};

use super::{Limits, Read, Reason, Skipped, record::Record};

pub(super) fn read(name: &str, text: &str, limits: &Limits) -> Result<Read, Reason> {
    let mut read = Read::default();
    let array = text.trim_start().starts_with('[');
    if array {
        let values: Vec<Value> = serde_json::from_str(text).map_err(|error| not_json(error.line() as u64, &error))?;
        for (value, line) in values.into_iter().zip(1..) {
            take(name, line, Ok(value), limits, &mut read);
        }
    } else {
        for (text, line) in text.lines().zip(1..) {
            if !text.trim().is_empty() {
                take(name, line, serde_json::from_str(text).map_err(|error| not_json(line, &error)), limits, &mut read);
            }
        }
    }
    Ok(read)
}

fn take(name: &str, line: u64, value: Result<Value, Reason>, limits: &Limits, read: &mut Read) {
    if read.documents.len() > limits.documents {
        return;
    }
    let result = match value {
        Ok(Value::Object(fields)) => record(&fields).document().map_err(|field| Reason::Missing { line, field: field.to_owned() }),
        Ok(_) => Err(Reason::NotJson { line, column: 1, detail: "it is not an object".to_owned() }),
        Err(reason) => Err(reason),
    };
    match result {
        Ok(document) => read.documents.push(document),
        Err(reason) => read.skipped.push(Skipped { name: name.to_owned(), reason }),
    }
}

fn record(fields: &Map<String, Value>) -> Record {
    let text = |names: &[&str]| names.iter().find_map(|name| fields.get(*name).and_then(as_text)).unwrap_or_default();
    let variants = fields.get("variants").and_then(Value::as_array).map(|list| list.iter().filter_map(as_text).collect());
    Record {
        id: text(&["id", "_id"]),
        title: text(&["title", "标题"]),
        text: text(&["text", "content", "body", "正文", "内容"]),
        url: text(&["url", "link"]),
        question: text(&["question", "问题"]),
        answer: text(&["answer", "答案"]),
        variants: variants.unwrap_or_default(),
        spot: None,
    }
}

fn as_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// What is wrong, without serde's own "at line 1 column 7": the line is said already.
fn not_json(line: u64, error: &serde_json::Error) -> Reason {
    let detail = error.to_string().split(" at line ").next().unwrap_or_default().to_owned();
    Reason::NotJson { line, column: error.column() as u64, detail }
}
