//! Schemas, gates and requests as tables. What a whole turn does with tools is tested with the turns.

use chat::{Secret, ToolId, visitor::Identity};
use knowledge::outbound::Reply;
use serde_json::{Map, Value, json};

use super::{
    gate::{Refused, admit},
    record::{Header, Tool},
    request, schema,
    spec::{Consent, Method, Spec, Who},
};

fn map(value: Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}

fn spec() -> Spec {
    Spec {
        name: "order_status".into(),
        title: "Order status".into(),
        description: "Where an order is.".into(),
        address: "https://shop.example/orders/{order}".into(),
        parameters: json!({ "properties": {
            "order": { "type": "string", "pattern": "^[0-9]+$" }, "customer": { "type": "string" }, "lines": { "type": "integer", "maximum": 9 }
        }, "required": ["order", "customer"] }),
        identity: [("customer".to_owned(), "sub".to_owned())].into(),
        ..Spec::default()
    }
}

#[test]
fn schemas_are_checked_when_they_are_saved() {
    for (schema, fine) in [
        (json!({}), true),
        (json!({ "type": "object", "properties": { "a": { "type": "string", "maxLength": 3, "title": "A" } }, "required": ["a"] }), true),
        (json!({ "properties": { "a": { "enum": ["x", "y"] } } }), true),
        (json!({ "properties": { "a": { "type": "array", "items": { "type": "integer" }, "maxItems": 3 } } }), true),
        (json!([]), false),
        (json!({ "type": "string" }), false),
        (json!({ "properties": { "a": {} } }), false),
        (json!({ "properties": { "a": { "type": "text" } } }), false),
        (json!({ "properties": { "a": { "type": ["string", "null"] } } }), false),
        (json!({ "properties": { "a": { "type": "string", "pattern": "(" } } }), false),
        (json!({ "properties": { "a": { "type": "string", "format": "email" } } }), false),
        (json!({ "properties": { "a": { "$ref": "#/x" } } }), false),
        (json!({ "properties": { "a": { "anyOf": [] } } }), false),
        (json!({ "properties": { "a b": { "type": "string" } } }), false),
        (json!({ "additionalProperties": true }), false),
        (json!({ "properties": { "a": { "type": "string", "maxLength": "3" } } }), false),
    ] {
        assert_eq!(schema::check_schema(&schema).is_ok(), fine, "{schema}");
    }
}

#[test]
fn arguments_are_what_the_schema_says() {
    let schema = json!({ "properties": {
        "id": { "type": "string", "pattern": "^[A-Z]{2}[0-9]+$", "minLength": 3, "maxLength": 8 },
        "n": { "type": "integer", "minimum": 1, "maximum": 5 },
        "how": { "enum": ["fast", "slow"] },
        "gift": { "type": "boolean" },
        "lines": { "type": "array", "items": { "type": "number" }, "maxItems": 2 },
        "to": { "type": "object", "properties": { "city": { "type": "string" } }, "required": ["city"] }
    }, "required": ["id"] });
    for (value, fine) in [
        (json!({ "id": "AB12" }), true),
        (json!({ "id": "AB12", "n": 5, "how": "fast", "gift": false, "lines": [1, 2.5], "to": { "city": "Ulm" } }), true),
        (json!({}), false),
        (json!({ "id": "ab12" }), false),
        (json!({ "id": "AB123456789" }), false),
        (json!({ "id": 12 }), false),
        (json!({ "id": "AB12", "n": 0 }), false),
        (json!({ "id": "AB12", "n": 1.5 }), false),
        (json!({ "id": "AB12", "n": "1" }), false),
        (json!({ "id": "AB12", "how": "never" }), false),
        (json!({ "id": "AB12", "gift": "yes" }), false),
        (json!({ "id": "AB12", "lines": [1, 2, 3] }), false),
        (json!({ "id": "AB12", "to": {} }), false),
        (json!({ "id": "AB12", "to": { "city": "Ulm", "admin": true } }), false),
        (json!({ "id": "AB12", "admin": true }), false),
        (json!({ "id": null }), false),
        (json!([]), false),
        (json!("AB12"), false),
    ] {
        let wrapped = json!({ "type": "object", "properties": schema["properties"], "required": schema["required"] });
        assert_eq!(schema::check(&wrapped, &value, "It").is_ok(), fine, "{value}");
    }
}

#[test]
fn the_gate_looks_at_who_it_is_and_at_nothing_else() {
    let jo = Identity { subject: "jo".into(), claims: map(json!({ "sub": "jo", "plan": "pro", "tags": ["a"], "empty": " " })), until: 9 };
    let with = |who, claims: &[(&str, &str)], consent| Spec {
        who,
        consent,
        identity: claims.iter().map(|(parameter, claim)| ((*parameter).to_owned(), (*claim).to_owned())).collect(),
        ..spec()
    };
    use Consent::{Agent, Nobody, Visitor};
    use Who::{Anybody, Verified};
    for (name, spec, identity, expected) in [
        ("open to all", with(Anybody, &[], Nobody), None, Ok((json!({}), Nobody))),
        ("open to all, known", with(Anybody, &[], Visitor), Some(&jo), Ok((json!({}), Visitor))),
        ("for the verified, unknown", with(Verified, &[], Nobody), None, Err(Refused::NotVerified)),
        ("for the verified, unknown, with an agent", with(Verified, &[], Agent), None, Err(Refused::NotVerified)),
        ("for the verified", with(Verified, &[], Agent), Some(&jo), Ok((json!({}), Agent))),
        ("with a claim", with(Verified, &[("customer", "sub")], Visitor), Some(&jo), Ok((json!({ "customer": "jo" }), Visitor))),
        ("with a claim nobody makes", with(Verified, &[("customer", "id")], Nobody), Some(&jo), Err(Refused::NoClaim)),
        ("with a claim that is a list", with(Verified, &[("customer", "tags")], Nobody), Some(&jo), Err(Refused::NoClaim)),
        ("with an empty claim", with(Verified, &[("customer", "empty")], Nobody), Some(&jo), Err(Refused::NoClaim)),
        ("saved wrongly", with(Anybody, &[("customer", "sub")], Nobody), None, Err(Refused::NotVerified)),
    ] {
        let expected = expected.map(|(own, consent)| (map(own), consent));
        assert_eq!(admit(&spec, identity), expected, "{name}");
    }
}

#[test]
fn the_model_is_not_told_of_what_the_identity_says() {
    let offered = spec().offered();
    assert_eq!(offered.pointer("/properties/customer"), None);
    assert_eq!((&offered["required"], &offered["additionalProperties"]), (&json!(["order"]), &json!(false)));
    assert!(offered.pointer("/properties/order").is_some());
    assert_eq!(spec().validate(), Ok(()));
    for wrong in [
        Spec { name: "Order Status".into(), ..spec() },
        Spec { title: " ".into(), ..spec() },
        Spec { description: String::new(), ..spec() },
        Spec { seconds: 0, ..spec() },
        Spec { seconds: 31, ..spec() },
        Spec { bytes: 1 << 30, ..spec() },
        Spec { who: Who::Anybody, ..spec() },
        Spec { identity: [("nobody".to_owned(), "sub".to_owned())].into(), ..spec() },
        Spec { fields: vec!["status".into()], ..spec() },
        Spec { address: "https://{order}/".into(), ..spec() },
        Spec { wait_min: 0, ..spec() },
        Spec { consent: Consent::Code, ..spec() },
        Spec { consent: Consent::Code, code_address: "http://shop.example/codes".into(), ..spec() },
        Spec { consent: Consent::Code, code_address: "https://jo:pass@shop.example/codes".into(), ..spec() },
        Spec { code_address: "ftp://shop.example/codes".into(), ..spec() },
        Spec {
            consent: Consent::Code,
            code_address: "https://shop.example/codes".into(),
            who: Who::Anybody,
            identity: Default::default(),
            ..spec()
        },
    ] {
        assert!(wrong.validate().is_err(), "{wrong:?}");
    }
}

#[test]
fn a_request_is_what_its_tool_says() {
    let header = Header { name: "Authorization".into(), value: Secret::new("Bearer very-secret") };
    let tool = |method, spec: Spec| Tool {
        id: ToolId(uuid::Uuid::nil()),
        spec: Spec { method, ..spec },
        headers: vec![header.clone()],
        code_secret: Secret::default(),
        updated_at: 0,
        disabled_at: None,
    };
    let arguments = map(json!({ "order": "7/../8", "customer": "jo & co", "lines": 3 }));
    let get = request::request(&tool(Method::Get, spec()), &arguments, "key").unwrap();
    assert_eq!(get.url, "https://shop.example/orders/7%2F..%2F8?customer=jo+%26+co&lines=3");
    assert_eq!((get.body.as_deref(), get.headers.contains_key("idempotency-key")), (None, false));
    let post = request::request(&tool(Method::Post, spec()), &arguments, "key").unwrap();
    assert_eq!(post.url, "https://shop.example/orders/7%2F..%2F8");
    assert_eq!(post.body.as_deref(), Some(r#"{"customer":"jo & co","lines":3}"#));
    assert_eq!(post.headers["idempotency-key"], "key");
    assert_eq!(post.headers["authorization"], "Bearer very-secret");
    assert!(!format!("{post:?} {:?}", tool(Method::Post, spec())).contains("very-secret"), "a secret is in no log");
    assert!(request::request(&tool(Method::Get, spec()), &map(json!({ "customer": "jo" })), "key").is_err(), "a place stays empty");
}

#[test]
fn the_model_sees_of_a_reply_what_it_may() {
    let reply = |status, body: &str| Reply { status, bytes: body.as_bytes().to_vec() };
    let body = r#"{"status":"sent","card":"4111","lines":[{"name":"shoe"}]}"#;
    let fields = ["/status".to_owned(), "/lines/0/name".to_owned(), "/gone".to_owned()];
    let shown = request::shown(&fields, &reply(200, body)).unwrap();
    assert_eq!(shown, json!({ "/status": "sent", "/lines/0/name": "shoe" }));
    assert_eq!(request::listed(&shown), "status: sent\nlines.0.name: shoe");
    assert_eq!(request::shown(&[], &reply(201, "")).unwrap(), json!({}));
    for (status, body) in [(404, "{}"), (500, "{}"), (302, "{}"), (200, "<html>"), (200, "{\"a\":")] {
        assert!(request::shown(&[], &reply(status, body)).is_err(), "{status} {body}");
    }
    assert!(request::told(&json!({ "a": "x".repeat(100_000) })).chars().count() < 13_000);
}
