//! What a conversation seems to be about and whose work it seems to be: proposed to agents, who decide.

use chat::{Author, Message, WorkspaceId};
use knowledge::sentiment::{Mood, mood};
use serde::Serialize;
use ticketing::Priority;

use crate::{Bot, Destination, Result, prompt::Line, turn::wanted};

/// Messages of the visitor that are looked at for a mood.
const RECENT: usize = 4;

/// A proposal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Suggested {
    /// What is wanted, as the workspace calls it; `None`: not told, but the visitor is upset.
    pub intent: Option<String>,
    /// Whose work it is, how urgent, with what labels.
    #[serde(skip)]
    pub to: Destination,
}

impl Bot {
    /// Proposes team, priority and labels from what was said; `None` when nothing can be told.
    ///
    /// # Errors
    /// The record's.
    pub async fn suggest_triage(&self, workspace: WorkspaceId, messages: &[Message]) -> Result<Option<Suggested>> {
        let settings = self.settings_published(workspace).await?;
        let intents = self.intents(&settings).await;
        let lines: Vec<Line> = messages.iter().filter_map(Line::of).collect();
        let intent = wanted(&settings, &intents, &lines);
        let upset = is_upset(messages);
        let to = raised(Destination::of(None, intent), upset);
        Ok((intent.is_some() || upset).then(|| Suggested { intent: intent.map(|intent| intent.name.clone()), to }))
    }
}

/// By the newest of the visitor's last messages that tells: "a person, please" does not.
fn is_upset(messages: &[Message]) -> bool {
    let said = messages.iter().rev().filter(|message| matches!(message.author, Author::Visitor(_))).take(RECENT);
    said.map(|message| mood(&message.body)).find(|mood| *mood != Mood::Neutral) == Some(Mood::Negative)
}

/// Who is upset does not wait as long as the others.
fn raised(to: Destination, upset: bool) -> Destination {
    let priority = if upset { to.priority.min(Priority::High) } else { to.priority };
    Destination { priority, ..to }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_upset_is_not_last() {
        for (priority, upset, expected) in [
            (Priority::Normal, true, Priority::High),
            (Priority::Low, true, Priority::High),
            (Priority::Urgent, true, Priority::Urgent),
            (Priority::Low, false, Priority::Low),
        ] {
            assert_eq!(raised(Destination { priority, ..Destination::default() }, upset).priority, expected);
        }
    }
}
