//! Vectors that are near when texts share words: enough for a search to work with.

use serde_json::{Value, json};

use super::terms::terms;

const SIZE: usize = 128;

/// The answer to an embedding request.
pub(super) fn respond(request: &Value) -> Value {
    let texts: Vec<&str> = match &request["input"] {
        Value::String(text) => vec![text],
        Value::Array(list) => list.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let data: Vec<Value> =
        texts.iter().enumerate().map(|(index, text)| json!({ "object": "embedding", "index": index, "embedding": vector(text) })).collect();
    json!({ "object": "list", "model": request["model"], "data": data, "usage": { "prompt_tokens": 0, "total_tokens": 0 } })
}

fn vector(text: &str) -> Vec<f32> {
    let mut vector = [0f32; SIZE];
    for word in terms(text) {
        let hash = word.bytes().fold(0xcbf2_9ce4_8422_2325u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
        let place = usize::try_from(hash % SIZE as u64).unwrap_or_default();
        vector[place] += if hash >> 63 == 0 { 1.0 } else { -1.0 };
    }
    let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt().max(1e-6);
    vector.iter().map(|x| x / length).collect()
}
