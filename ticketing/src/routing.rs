//! Who gets a chat: a pure decision over what is known about the agents at this moment.

use chat::{AgentId, TeamId};
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

#[cfg(test)]
mod tests;

/// An agent as routing sees one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Who it is.
    pub agent: AgentId,
    /// Online and heard of lately.
    pub online: bool,
    /// Member of the team that is needed; true when no team is needed.
    pub in_team: bool,
    /// Open chats now.
    pub load: i64,
    /// Open chats at most.
    pub capacity: i64,
    /// When the last chat was given to this agent, unix ms; `None`: never.
    pub last_assigned_at: Option<i64>,
}

/// What a chat needs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Need {
    /// Only members of this team; `None`: anybody.
    pub team: Option<TeamId>,
    /// Agents who had this chat and did not answer it.
    pub passed: Vec<AgentId>,
}

/// The decision with its reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// Give it to this agent.
    Agent {
        /// Who gets it.
        agent: AgentId,
        /// Open chats with this one.
        load: i64,
        /// Open chats at most.
        capacity: i64,
    },
    /// Keep it in the queue.
    Queue(Lack),
}

/// What was missing when a chat had to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lack {
    /// Nobody is online.
    Online,
    /// Somebody is online, but nobody of the team.
    Team,
    /// All who could answer have as many chats as they may have.
    Capacity,
    /// The only ones who are free have let this chat go unanswered.
    Other,
}

/// Least loaded among those who are online, in the team and under capacity; of equals, who has waited longest for a chat.
#[must_use]
pub fn choose(candidates: &[Candidate], need: &Need) -> Choice {
    let online = || candidates.iter().filter(|c| c.online);
    let team = || online().filter(|c| c.in_team);
    let free = || team().filter(|c| c.load < c.capacity);
    let best = free().filter(|c| !need.passed.contains(&c.agent)).min_by(|a, b| order(a, b));
    if let Some(best) = best {
        return Choice::Agent { agent: best.agent, load: best.load + 1, capacity: best.capacity };
    }
    Choice::Queue(if online().next().is_none() {
        Lack::Online
    } else if team().next().is_none() {
        Lack::Team
    } else if free().next().is_none() {
        Lack::Capacity
    } else {
        Lack::Other
    })
}

/// Shares of capacity are compared as fractions, so that someone with room for ten is not treated like someone with room for two.
fn order(a: &Candidate, b: &Candidate) -> Ordering {
    let share = (i128::from(a.load) * i128::from(b.capacity)).cmp(&(i128::from(b.load) * i128::from(a.capacity)));
    share.then_with(|| a.last_assigned_at.cmp(&b.last_assigned_at)).then_with(|| a.agent.cmp(&b.agent))
}
