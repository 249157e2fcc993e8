//! What the bot hands over with a ticket, so that nobody has to ask the visitor again.

use serde::{Deserialize, Serialize};

/// The handover packet.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Packet {
    /// What has been said so far, in short.
    pub summary: String,
    /// What the visitor wants.
    pub wish: String,
    /// What the bot tried, in order.
    pub tried: Vec<Tried>,
}

/// One attempt of the bot.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Tried {
    /// What it was asked.
    pub question: String,
    /// What came of it.
    pub outcome: String,
    /// What it had to go by.
    pub passages: Vec<Seen>,
}

/// A passage the bot has seen.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Seen {
    /// The document's title.
    pub title: String,
    /// The heading path within it.
    pub heading: String,
    /// Where it can be read; empty: nowhere.
    pub url: String,
    /// How well it fitted, 0 to 1.
    pub score: f64,
}
