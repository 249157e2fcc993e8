//! Why a ticket is where it is: kept as data, read by people.

use chat::{AgentId, locale_of};
use serde::{Deserialize, Serialize};

use crate::{
    routing::Lack,
    words::{join, say},
};

/// The latest routing decision of a ticket.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Routed {
    /// Why it is with its agent, or in the queue.
    pub why: Option<Why>,
    /// Who lost it just before, and why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lost: Option<Lost>,
    /// Who had it and did not answer.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub passed: Vec<Passed>,
}

/// Why a ticket is with its agent, or in the queue. Names are those of the moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Why {
    /// Routed to the least loaded.
    Chosen {
        /// The team that was needed.
        team: Option<String>,
        /// Open chats with this one.
        load: i64,
        /// Open chats at most.
        capacity: i64,
    },
    /// Nobody could be chosen.
    Queued {
        /// What was missing.
        lack: Lack,
        /// The team that was needed.
        team: Option<String>,
    },
    /// An agent took it.
    Taken {
        /// The agent's name.
        agent: String,
    },
    /// An agent gave it to another.
    Transferred {
        /// Who gave it away.
        agent: String,
    },
    /// Back to the one who had it.
    Returned {
        /// The agent's name.
        agent: String,
    },
}

/// An agent lost a chat that waited for an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lost {
    /// The agent's name.
    pub agent: String,
    /// Why.
    pub cause: Cause,
}

/// Why an agent lost a chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// No sign of life.
    Offline,
    /// Online, but no answer within the limit.
    Unanswered,
}

/// An agent who had the chat and did not answer it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passed {
    /// Who.
    pub agent: AgentId,
    /// When it was taken away, unix ms.
    pub at: i64,
}

impl Routed {
    #[cfg(test)]
    /// A decision with nothing before it.
    pub(crate) fn of(why: Why) -> Self {
        Self { why: Some(why), ..Self::default() }
    }

    /// The same with another decision; what led to it is kept.
    pub(crate) fn then(&self, why: Why) -> Self {
        Self { why: Some(why), ..self.clone() }
    }

    /// Who had it since `since` (unix ms) and did not answer.
    pub(crate) fn passed_since(&self, since: i64) -> Vec<AgentId> {
        self.passed.iter().filter(|passed| passed.at > since).map(|passed| passed.agent).collect()
    }

    /// As people read it: "online, team Billing, 1 of 4 chats". Empty when nothing was decided yet.
    #[must_use]
    pub fn text(&self, locale: &str) -> String {
        let lost = self.lost.as_ref().map(|lost| lost.text(locale));
        let why = self.why.as_ref().map(|why| why.text(locale));
        match (lost, why) {
            (Some(lost), Some(why)) => join(&format!("{lost}{}", if locale_of(locale) == "zh" { "；" } else { ";" }), &why),
            (one, other) => one.or(other).unwrap_or_default(),
        }
    }
}

impl Lost {
    fn text(&self, locale: &str) -> String {
        let key = match self.cause {
            Cause::Offline => "routed.lost_offline",
            Cause::Unanswered => "routed.lost_unanswered",
        };
        say(locale, key, &[("agent", &self.agent)])
    }
}

impl Why {
    fn text(&self, locale: &str) -> String {
        match self {
            Self::Chosen { team, load, capacity } => {
                let key = if team.is_some() { "routed.agent_team" } else { "routed.agent" };
                let team = team.as_deref().unwrap_or_default();
                say(locale, key, &[("team", team), ("load", &load.to_string()), ("capacity", &capacity.to_string())])
            }
            Self::Queued { lack, team } => {
                let key = match lack {
                    Lack::Online => "routed.lack_online",
                    Lack::Team => "routed.lack_team",
                    Lack::Capacity => "routed.lack_capacity",
                    Lack::Other => "routed.lack_other",
                };
                say(locale, key, &[("team", team.as_deref().unwrap_or_default())])
            }
            Self::Taken { agent } => say(locale, "routed.taken", &[("agent", agent)]),
            Self::Transferred { agent } => say(locale, "routed.transferred", &[("agent", agent)]),
            Self::Returned { agent } => say(locale, "routed.returned", &[("agent", agent)]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_reads_well_in_both_languages() {
        let chosen = |team: Option<&str>| Why::Chosen { team: team.map(Into::into), load: 1, capacity: 4 };
        let lost = Routed {
            lost: Some(Lost { agent: "Ann".into(), cause: Cause::Offline }),
            ..Routed::of(Why::Queued { lack: Lack::Team, team: Some("Billing".into()) })
        };
        for (routed, en, zh) in [
            (Routed::default(), "", ""),
            (Routed::of(chosen(None)), "online, 1 of 4 chats", "在线，接待 1/4"),
            (Routed::of(chosen(Some("Billing"))), "online, team Billing, 1 of 4 chats", "在线，“Billing”团队，接待 1/4"),
            (Routed::of(Why::Taken { agent: "李雷".into() }), "taken by 李雷", "由 李雷 接手"),
            (lost, "Ann went offline; waiting: nobody of team Billing is online", "Ann 已离线；等待中：“Billing”团队无人在线"),
        ] {
            assert_eq!(routed.text("en"), en);
            assert_eq!(routed.text("zh-CN"), zh);
        }
    }

    #[test]
    fn the_decision_survives_the_record() {
        let routed = Routed {
            passed: vec![Passed { agent: AgentId::from(uuid::Uuid::from_u128(7)), at: 5 }],
            ..Routed::of(Why::Queued { lack: Lack::Other, team: None })
        };
        let text = serde_json::to_string(&routed).unwrap();
        assert_eq!(serde_json::from_str::<Routed>(&text).unwrap(), routed);
        assert_eq!(serde_json::from_str::<Routed>("{}").unwrap(), Routed::default());
        assert_eq!(routed.passed_since(4).len(), 1);
        assert!(routed.passed_since(5).is_empty());
    }
}
