//! What was wrong with a call, for people: the record keeps the sentence that the model was told, which is English; pages say the
//! same in the reader's language.

use knowledge::Fault;

/// The sentences of this room, with what they name in braces.
const SENTENCES: &[(&str, &str)] = &[
    ("The call was broken off.", "problem-broken-off"),
    ("The sending was broken off.", "problem-broken-off"),
    ("The server answered {n}.", "problem-status"),
    ("The code address answered {n}.", "problem-status"),
    ("The reply is no JSON.", "problem-no-json"),
    ("A header of the tool cannot be sent.", "problem-header"),
    ("A header cannot be sent.", "problem-header"),
    ("It was not agreed to.", "problem-not-agreed"),
    ("No more calls are made for this question.", "problem-no-more"),
    ("There is no such tool.", "problem-no-tool"),
    ("This was called for the same question before, and is not called again.", "problem-again"),
    ("The call could not be noted, and is not made.", "problem-not-noted"),
    ("The visitor was sent too many codes within an hour.", "problem-codes"),
    ("The address has a brace that is not closed.", "fault-address-brace"),
    ("The tool has no secret that signs codes: make one on its page.", "problem-no-secret"),
    ("The address must begin with http:// or https:// and name a host.", "fault-address-none"),
    ("{at} has a value that cannot stand in an address.", "problem-address"),
    ("The arguments are too long.", "problem-long"),
    ("The arguments are no JSON object.", "problem-object"),
    ("{at} is missing.", "problem-missing"),
    ("{at} must be of type {of}.", "problem-type"),
    ("{at} must be one of {of}.", "problem-one-of"),
    ("{at} has a value that is not allowed.", "problem-value"),
    ("{at} is too small.", "problem-small"),
    ("{at} is too large.", "problem-large"),
    ("{at} has too few or too many items.", "problem-items"),
    ("{at} is too short or too long.", "problem-length"),
    ("{at} does not look as it must.", "problem-look"),
    ("{at} cannot be checked.", "problem-unchecked"),
    ("{at} has no \"{of}\".", "problem-unknown"),
    ("{at} needs \"{of}\".", "problem-needs"),
    // How a server could not be asked.
    ("\"{of}\" is no http or https address", "problem-net-address"),
    ("port {of} is not one of the web", "problem-net-port"),
    ("{of} is an address of a private or special network", "problem-net-private"),
    ("the host {of} cannot be found", "problem-net-host"),
    ("it redirects more than {of} times", "problem-net-redirects"),
    ("it is larger than {of} KiB", "problem-net-large"),
    ("it took longer than {of} s", "problem-net-slow"),
    ("the connection failed: {of}", "problem-net-connection"),
];
/// Before the reason why a server could not be asked.
const UNASKED: [&str; 2] = ["The server could not be asked: ", "The code address could not be asked: "];

/// What was wrong with a call, by its key; a sentence that is not known as it is.
#[must_use]
pub fn problem(sentence: &str) -> Fault {
    let sentence = UNASKED.iter().find_map(|before| sentence.strip_prefix(before)?.strip_suffix('.')).unwrap_or(sentence);
    SENTENCES.iter().find_map(|(pattern, key)| named(pattern, key, sentence)).unwrap_or_else(|| Fault::from(sentence))
}

/// The fault with what the sentence names, if it is of that pattern.
fn named(pattern: &str, key: &'static str, sentence: &str) -> Option<Fault> {
    let mut fault = Fault::of(key);
    let (mut pattern, mut rest) = (pattern, sentence);
    while let Some((before, (name, after))) = pattern.split_once('{').and_then(|(before, tail)| Some((before, tail.split_once('}')?))) {
        rest = rest.strip_prefix(before)?;
        let literal = after.split('{').next().unwrap_or_default();
        let end = if literal.is_empty() { rest.len() } else { rest.find(literal)? };
        let name = match name {
            "n" => "n",
            "at" => "at",
            _ => "of",
        };
        fault = fault.with(name, if rest[..end] == *"The arguments" { "arguments" } else { &rest[..end] });
        (pattern, rest) = (after, &rest[end..]);
    }
    (rest == pattern).then_some(fault)
}

#[cfg(test)]
mod tests {
    use knowledge::outbound::Error;
    use serde_json::json;

    use super::{super::schema::check, *};

    #[test]
    fn what_a_call_came_to_is_said_by_its_key() {
        let with = |key, named: &[(&'static str, &str)]| named.iter().fold(Fault::of(key), |fault, (name, value)| fault.with(name, value));
        for (sentence, expected) in [
            ("The server answered 503.".to_owned(), with("problem-status", &[("n", "503")])),
            (format!("The server could not be asked: {}.", Error::Slow(5)), with("problem-net-slow", &[("of", "5")])),
            (format!("The code address could not be asked: {}.", Error::NoHost("a.b".into())), with("problem-net-host", &[("of", "a.b")])),
            (
                format!("The server could not be asked: {}.", Error::Connection("refused: 1. x".into())),
                with("problem-net-connection", &[("of", "refused: 1. x")]),
            ),
            (format!("The server could not be asked: {}.", Error::TooLarge { limit: 2_048 }), with("problem-net-large", &[("of", "2")])),
            ("order is missing.".into(), with("problem-missing", &[("at", "order")])),
            ("Something of another version.".into(), Fault::from("Something of another version.")),
        ] {
            assert_eq!(problem(&sentence), expected, "{sentence}");
        }
    }

    #[test]
    fn whatever_is_wrong_with_arguments_is_known() {
        let schema = json!({ "type": "object", "required": ["id"], "properties": {
            "id": { "type": "string", "pattern": "^[0-9]+$", "maxLength": 4 }, "n": { "type": "integer", "minimum": 1, "maximum": 5 },
            "kind": { "type": "string", "enum": ["a", "b"] }, "list": { "type": "array", "maxItems": 1, "items": { "type": "string" } } } });
        for (value, key, at) in [
            (json!([]), "problem-type", "arguments"),
            (json!({}), "problem-needs", "arguments"),
            (json!({ "id": "1", "x": 1 }), "problem-unknown", "arguments"),
            (json!({ "id": "12345" }), "problem-length", "id"),
            (json!({ "id": "ab" }), "problem-look", "id"),
            (json!({ "id": "1", "n": 0 }), "problem-small", "n"),
            (json!({ "id": "1", "n": 9 }), "problem-large", "n"),
            (json!({ "id": "1", "kind": "c" }), "problem-one-of", "kind"),
            (json!({ "id": "1", "list": ["a", "b"] }), "problem-items", "list"),
        ] {
            let sentence = check(&schema, &value, "The arguments").unwrap_err();
            let Fault::Keyed { key: found, named, .. } = problem(&sentence) else { panic!("{sentence}") };
            assert_eq!((found, named[0].1.as_str()), (key, at), "{sentence}");
        }
    }
}
