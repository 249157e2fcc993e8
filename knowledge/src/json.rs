//! What is wrong with JSON that somebody has written, for pages that say it in two languages.

use serde_json::error::Category;

use crate::Fault;

/// The fault with its place, where `before` lines stood before the text.
#[must_use]
pub fn fault(error: &serde_json::Error, before: usize) -> Fault {
    let text = error.to_string();
    let fault = Fault::of(key(error.classify(), &text)).saying(text.as_str());
    let named = text.split('`').nth(1).filter(|_| error.classify() == Category::Data);
    let fault = named.map_or(fault.clone(), |name| fault.with("name", name));
    fault.with("line", before + error.line()).with("column", error.column())
}

fn key(kind: Category, text: &str) -> &'static str {
    match kind {
        Category::Eof => "fault-json-ends",
        Category::Data if text.starts_with("missing field") => "fault-json-missing",
        Category::Data if text.starts_with("unknown field") => "fault-json-unknown",
        Category::Data if text.starts_with("unknown variant") => "fault-json-choice",
        Category::Data => "fault-json-kind",
        Category::Syntax | Category::Io => "fault-json-broken",
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::fault;
    use crate::Fault;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "it is never read well")]
    struct Line {
        question: String,
        expect: Expect,
    }

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Expect {
        Cite,
    }

    #[test]
    fn what_is_wrong_is_said_by_a_key_with_its_place() {
        for (text, key, name, place) in [
            ("{\"question\": \"q\"", "fault-json-ends", None, ("5", "16")),
            ("{\"question\": \"q\"\n\"expect\"", "fault-json-broken", None, ("6", "1")),
            ("{\"question\": \"q\"}", "fault-json-missing", Some("expect"), ("5", "17")),
            ("{\"answer\": 1}", "fault-json-unknown", Some("answer"), ("5", "9")),
            ("{\"question\": \"q\", \"expect\": \"guess\"}", "fault-json-choice", Some("guess"), ("5", "35")),
            ("{\"question\": 7}", "fault-json-kind", Some("7"), ("5", "14")),
        ] {
            let found = fault(&serde_json::from_str::<Line>(text).unwrap_err(), 4);
            let Fault::Keyed { key: said, named, says } = &found else { panic!("{text}") };
            let of = |name: &str| named.iter().find(|(of, _)| *of == name).map(|(_, value)| value.as_str());
            assert_eq!((*said, of("name"), of("line"), of("column")), (key, name, Some(place.0), Some(place.1)), "{text}: {says}");
        }
    }
}
