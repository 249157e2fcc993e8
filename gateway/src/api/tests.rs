//! What is declared is what is described.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{Config, DESCRIPTION, refusal::KEYS, routes};

const METHODS: [&str; 4] = ["get", "post", "put", "delete"];

fn described() -> Value {
    serde_json::from_str(DESCRIPTION).unwrap()
}

#[test]
fn every_route_is_described_with_its_rights_and_nothing_else_is() {
    let description = described();
    let mut told = BTreeSet::new();
    for (path, item) in description["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            assert!(METHODS.contains(&method.as_str()), "{path} {method}");
            let named: BTreeSet<&str> = path.split('{').skip(1).filter_map(|part| part.split('}').next()).collect();
            let list = operation["parameters"].as_array().cloned().unwrap_or_default();
            let given: BTreeSet<&str> = list.iter().filter(|one| one["in"] == "path").filter_map(|one| one["name"].as_str()).collect();
            assert_eq!(named, given, "{method} {path}");
            told.insert(format!("{} {path} {}", method.to_uppercase(), operation["x-rights"].as_str().unwrap()));
        }
    }
    let made: BTreeSet<String> = routes().iter().map(|route| format!("{} {} {}", route.method, route.path, route.rights.text())).collect();
    assert_eq!(made, told);
}

#[test]
fn every_reference_leads_somewhere_and_every_key_is_named() {
    let description = described();
    let mut waiting = vec![&description];
    let mut seen = 0;
    while let Some(value) = waiting.pop() {
        match value {
            Value::Object(fields) => {
                if let Some(Value::String(reference)) = fields.get("$ref") {
                    assert!(description.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
                    seen += 1;
                }
                waiting.extend(fields.values());
            }
            Value::Array(items) => waiting.extend(items),
            _ => {}
        }
    }
    assert!(seen > 30);
    let keys = description.pointer("/components/schemas/Error/properties/error/properties/key/enum").unwrap();
    assert_eq!(keys, &serde_json::json!(KEYS));
}

#[test]
fn limits_are_checked() {
    assert_eq!(Config::default().validate(), Ok(()));
    assert!(Config { requests_per_minute: 0, ..Config::default() }.validate().is_err());
    assert!(Config { body_mib: 65, ..Config::default() }.validate().is_err());
}
