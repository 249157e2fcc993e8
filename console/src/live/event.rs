//! The events of the stream. Their names and fields are what the page's script knows.

use axum::response::sse::Event;
use serde::Serialize;
use serde_json::json;

use crate::inbox::counts::Counts;

/// An element to replace, or to insert where there is none with its id.
#[derive(Clone, Debug, Serialize)]
pub struct Put {
    /// The element's id.
    pub id: String,
    /// The list it is inserted into; empty: it is only replaced.
    pub list: &'static str,
    /// `start` or `end` of the list.
    pub place: &'static str,
    /// The element.
    pub html: String,
    /// Whether it should be seen to change.
    pub flash: bool,
    /// Whether an element that is there already moves to `place`.
    #[serde(rename = "move")]
    pub moves: bool,
}

/// Replaces or inserts an element.
pub fn put(put: &Put) -> Event {
    of("put", put)
}

/// Removes an element.
pub fn remove(id: &str) -> Event {
    of("remove", &json!({ "id": id }))
}

/// The numbers of the navigation.
pub fn counts(counts: &Counts) -> Event {
    of("counts", counts)
}

/// Something was missed: fetch the page again.
pub fn again() -> Event {
    of("again", &json!({}))
}

/// The session has ended.
pub fn bye() -> Event {
    of("bye", &json!({ "to": "/console/login" }))
}

/// Any event.
pub fn of(name: &str, data: &impl Serialize) -> Event {
    let text = serde_json::to_string(data).unwrap_or_else(|_| "{}".to_owned());
    Event::default().event(name).data(text)
}
