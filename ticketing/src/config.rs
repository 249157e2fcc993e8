//! How patient the desk is.

use serde::{Deserialize, Serialize};

/// Section `[desk]` of the configuration. Durations are seconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// An agent whose console was not heard of for this long is offline.
    pub heartbeat_timeout_s: u32,
    /// An agent who was given a chat and has not answered it within this time loses it to the queue; writing counts as answering.
    pub unanswered_s: u32,
    /// The same within a chat that the agent has answered before: people look things up.
    pub stalled_s: u32,
    /// How long a chat that went unanswered is not routed to the same agent again.
    pub passed_s: u32,
    /// A message within this time after a ticket was resolved opens it again; later the bot answers first.
    pub reopen_within_s: u32,
    /// How long a chat is thought to take until the desk has measured its own pace.
    pub assumed_chat_s: u32,
    /// How often the desk looks for what the news missed.
    pub sweep_s: u32,
    /// Live chats at once of a new agent.
    pub capacity: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            heartbeat_timeout_s: 45,
            unanswered_s: 120,
            stalled_s: 600,
            passed_s: 600,
            reopen_within_s: 7 * 24 * 3_600,
            assumed_chat_s: 480,
            sweep_s: 1,
            capacity: 4,
        }
    }
}

impl Config {
    /// Errors are sentences for the operator.
    pub fn validate(&self) -> Result<(), String> {
        for (name, value, least) in [
            ("heartbeat_timeout_s", self.heartbeat_timeout_s, 5),
            ("unanswered_s", self.unanswered_s, 10),
            ("stalled_s", self.stalled_s, 10),
            ("assumed_chat_s", self.assumed_chat_s, 1),
            ("sweep_s", self.sweep_s, 1),
        ] {
            if value < least {
                return Err(format!("desk.{name} must be at least {least}"));
            }
        }
        if self.stalled_s < self.unanswered_s {
            return Err("desk.stalled_s must not be shorter than desk.unanswered_s".into());
        }
        if self.capacity > 100 {
            return Err("desk.capacity must be at most 100".into());
        }
        Ok(())
    }
}

/// Seconds of the configuration as the record's milliseconds.
pub(crate) fn ms(seconds: u32) -> i64 {
    i64::from(seconds) * 1_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_value_is_named() {
        assert_eq!(Config::default().validate(), Ok(()));
        for (config, word) in [
            (Config { heartbeat_timeout_s: 0, ..Config::default() }, "heartbeat_timeout_s"),
            (Config { sweep_s: 0, ..Config::default() }, "sweep_s"),
            (Config { stalled_s: 60, ..Config::default() }, "stalled_s"),
            (Config { capacity: 101, ..Config::default() }, "capacity"),
        ] {
            assert!(config.validate().unwrap_err().contains(word));
        }
    }
}
