//! What the fuzz targets in `fuzz/` do with bytes; `it/fuzz.rs` runs the same on stable. Each panics when a rule is broken.

mod markdown;
mod operations;
mod wire;

use serde::de::IgnoredAny;

pub use self::markdown::markdown;
pub use self::operations::operations;

/// A client's text as a frame and as a first frame: read or refused, and never more.
pub fn frames(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    for read in [gateway::testing::read_frame(text), gateway::testing::read_hello(text)] {
        match read {
            // Internally tagged enums read arrays too, [tag, fields …]; both are JSON and name all they need.
            Ok(()) => {
                // As a value would not do: a number of any size is JSON where nobody reads it.
                serde_json::from_str::<IgnoredAny>(text).expect("a frame that is no JSON was read");
                assert!(text.trim_start().starts_with(['{', '[']), "a frame that is a bare value was read");
            }
            // It goes back to the client: it may quote what came, but not make an answer of any size.
            Err(sentence) => assert!(sentence.chars().count() <= 400, "a long sentence: {} characters", sentence.chars().count()),
        }
    }
}
