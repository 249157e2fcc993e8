//! JSON Schema, the part of it that describes the parameters of a request: `type`, `properties`, `required`,
//! `additionalProperties: false`, `items`, `minItems`, `maxItems`, `enum`, `const`, `minLength`, `maxLength`, `pattern`, `minimum`,
//! `maximum`; beside them the words that only describe (`title`, `description`, `default`, `examples`). A schema with any other word
//! is refused when it is saved: what is not checked must not look as if it were. What a schema does not name is not let through.

use knowledge::Fault;
use regex::Regex;
use serde_json::{Map, Value};

const WORDS: [&str; 13] = [
    "type",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "minItems",
    "maxItems",
    "enum",
    "const",
    "minLength",
    "maxLength",
    "pattern",
    "minimum",
];
const MORE: [&str; 6] = ["maximum", "title", "description", "default", "examples", "$schema"];
const TYPES: [&str; 6] = ["string", "integer", "number", "boolean", "array", "object"];
/// How deep a schema may go.
const DEPTH: usize = 6;
/// The longest text where no `maxLength` says otherwise, in characters.
const LONGEST: usize = 2_000;

/// The parameters of a schema.
pub(super) fn properties(schema: &Value) -> Map<String, Value> {
    schema.get("properties").and_then(Value::as_object).cloned().unwrap_or_default()
}

/// Whether a schema can be used.
///
/// # Errors
/// A sentence for the admin.
pub(super) fn check_schema(schema: &Value) -> Result<(), Fault> {
    if !schema.is_object() || schema.get("type").is_some_and(|of| of != "object") {
        return Err(Fault::of("fault-schema-type"));
    }
    let plain = |name: &String| !name.is_empty() && name.len() <= 64 && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if let Some(name) = properties(schema).keys().find(|name| !plain(name)) {
        return Err(Fault::of("fault-schema-name").with("name", name));
    }
    part(schema, DEPTH, "parameters")
}

fn part(schema: &Value, depth: usize, at: &str) -> Result<(), Fault> {
    let fault = |key: &'static str| Fault::of(key).with("at", at);
    let Some(words) = schema.as_object() else { return Err(fault("fault-schema-object")) };
    if depth == 0 {
        return Err(fault("fault-schema-deep"));
    }
    if let Some(word) = words.keys().find(|word| !WORDS.contains(&word.as_str()) && !MORE.contains(&word.as_str())) {
        return Err(fault("fault-schema-word").with("word", word));
    }
    match words.get("type") {
        Some(Value::String(of)) if TYPES.contains(&of.as_str()) => {}
        None if at == "parameters" || words.contains_key("enum") || words.contains_key("const") => {}
        _ => return Err(fault("fault-schema-needs-type").with("types", TYPES.join(", "))),
    }
    for (word, fine) in [
        ("required", words.get("required").is_none_or(|list| list.as_array().is_some_and(|list| list.iter().all(Value::is_string)))),
        ("enum", words.get("enum").is_none_or(Value::is_array)),
        ("additionalProperties", words.get("additionalProperties").is_none_or(|more| *more == Value::Bool(false))),
    ] {
        if !fine {
            return Err(fault("fault-schema-use").with("word", word));
        }
    }
    for word in ["minItems", "maxItems", "minLength", "maxLength", "minimum", "maximum"] {
        if words.get(word).is_some_and(|number| !number.is_number()) {
            return Err(fault("fault-schema-number").with("word", word));
        }
    }
    match words.get("pattern").map(Value::as_str) {
        Some(Some(pattern)) => drop(Regex::new(pattern).map_err(|_| fault("fault-schema-pattern"))?),
        Some(None) => return Err(fault("fault-schema-pattern")),
        None => {}
    }
    if let Some(items) = words.get("items") {
        part(items, depth - 1, &format!("{at}[]"))?;
    }
    match words.get("properties") {
        None => Ok(()),
        Some(Value::Object(parts)) => parts.iter().try_for_each(|(name, schema)| part(schema, depth - 1, name)),
        Some(_) => Err(fault("fault-schema-use").with("word", "properties")),
    }
}

/// Whether a value is what its schema says.
///
/// # Errors
/// A sentence for the model, or for the admin who tries it.
pub(super) fn check(schema: &Value, value: &Value, at: &str) -> Result<(), String> {
    let number = |word: &str| schema.get(word).and_then(Value::as_f64);
    let wrong = |what: String| Err(format!("{at} {what}."));
    if let Some(of) = schema.get("type").and_then(Value::as_str)
        && !is(of, value)
    {
        return wrong(format!("must be of type {of}"));
    }
    if let Some(list) = schema.get("enum").and_then(Value::as_array)
        && !list.contains(value)
    {
        return wrong(format!("must be one of {}", Value::Array(list.clone())));
    }
    if schema.get("const").is_some_and(|only| only != value) {
        return wrong("has a value that is not allowed".into());
    }
    match value {
        Value::String(text) => of_text(schema, text, at),
        Value::Number(_) => match value.as_f64() {
            Some(n) if number("minimum").is_some_and(|least| n < least) => wrong("is too small".into()),
            Some(n) if number("maximum").is_some_and(|most| n > most) => wrong("is too large".into()),
            _ => Ok(()),
        },
        Value::Array(items) => {
            let length = items.len() as f64;
            if number("minItems").is_some_and(|least| length < least) || length > number("maxItems").unwrap_or(100.0) {
                return wrong("has too few or too many items".into());
            }
            match schema.get("items") {
                Some(of) => items.iter().try_for_each(|item| check(of, item, at)),
                None => Ok(()),
            }
        }
        Value::Object(fields) => of_object(schema, fields, at),
        _ => Ok(()),
    }
}

fn is(of: &str, value: &Value) -> bool {
    match of {
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "array" => value.is_array(),
        _ => value.is_object(),
    }
}

fn of_text(schema: &Value, text: &str, at: &str) -> Result<(), String> {
    let number = |word: &str| schema.get(word).and_then(Value::as_u64).and_then(|n| usize::try_from(n).ok());
    let length = text.chars().count();
    if number("minLength").is_some_and(|least| length < least) || length > number("maxLength").unwrap_or(LONGEST) {
        return Err(format!("{at} is too short or too long."));
    }
    match schema.get("pattern").and_then(Value::as_str).map(Regex::new) {
        Some(Ok(pattern)) if !pattern.is_match(text) => Err(format!("{at} does not look as it must.")),
        Some(Err(_)) => Err(format!("{at} cannot be checked.")),
        _ => Ok(()),
    }
}

fn of_object(schema: &Value, fields: &Map<String, Value>, at: &str) -> Result<(), String> {
    let known = properties(schema);
    if let Some(name) = fields.keys().find(|name| !known.contains_key(*name)) {
        return Err(format!("{at} has no \"{name}\"."));
    }
    let required = schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    if let Some(name) = required.into_iter().find(|name| !fields.contains_key(*name)) {
        return Err(format!("{at} needs \"{name}\"."));
    }
    fields.iter().try_for_each(|(name, value)| known.get(name).map_or(Ok(()), |schema| check(schema, value, name)))
}
