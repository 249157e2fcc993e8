//! Tickets that people gave to a team or labelled by hand, and the intent that belongs to it.

use std::collections::{HashMap, hash_map::Entry};

use chat::{Audience, Author, Chat, ConversationId, TeamId, WorkspaceId, message, row};
use serde::{Deserialize, Serialize};
use sqlx::Row;

use crate::{Result, Settings, speech};

/// Time that is looked back on, in ms.
const SPAN_MS: i64 = 90 * 86_400_000;
/// Decisions that are looked at, the newest.
const LOOK: i64 = 1_000;
/// Messages that are read back.
const READ: i64 = 60;
/// The longest example, in characters.
const LONGEST: usize = 500;

/// A ticket that somebody decided about.
#[derive(Clone, Debug)]
pub(super) struct Routed {
    pub conversation: ConversationId,
    pub ticket: i64,
    /// What the visitor had asked.
    pub text: String,
    pub wanted: Wanted,
    /// Who decided.
    pub agent: String,
    pub by: By,
    /// Unix milliseconds.
    pub at: i64,
}

/// What a decision says about what was wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    Intent(String),
    /// No intent has that team or label, or several have.
    Unclear,
}

/// By what somebody said what was wanted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// The ticket was given to a team.
    Team(TeamId),
    /// It was labelled.
    Labels(Vec<String>),
}

/// As the log has it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Detail {
    team: Option<TeamId>,
    labels: Vec<String>,
}

/// Those of the past 90 days, the newest decision first; of each conversation the last decision counts.
pub(super) async fn list(chat: &Chat, workspace: WorkspaceId, settings: &Settings) -> Result<Vec<Routed>> {
    if settings.intents.is_empty() {
        return Ok(Vec::new());
    }
    // Taking over what the bot has proposed teaches nothing: `ticket.triage` is left out.
    let rows = sqlx::query(
        "SELECT t.conversation_id, t.number, a.detail, a.created_at, g.name FROM audit a
           JOIN ticket t ON t.workspace_id = a.workspace_id AND t.id = a.object
           JOIN agent g ON g.workspace_id = a.workspace_id AND a.actor = 'agent:' || g.id
          WHERE a.workspace_id = $1 AND a.created_at >= $2 AND a.action IN ('ticket.transfer', 'ticket.set_team', 'ticket.set_labels')
          ORDER BY a.created_at DESC, a.id DESC LIMIT $3",
    )
    .bind(workspace.text())
    .bind(chat.now() - SPAN_MS)
    .bind(LOOK)
    .fetch_all(chat.store().read())
    .await?;
    let mut at: HashMap<ConversationId, usize> = HashMap::new();
    let mut found: Vec<Routed> = Vec::new();
    for row in &rows {
        let detail: Detail = row::json(row, "detail")?;
        let Some(by) = said(detail) else { continue };
        let (conversation, when): (ConversationId, i64) = (row::id(row, "conversation_id")?, row.try_get("created_at")?);
        let wanted = wanted(settings, &by);
        match at.entry(conversation) {
            // A label that says nothing does not hide a team that does.
            Entry::Occupied(known) => {
                let known = &mut found[*known.get()];
                if known.wanted == Wanted::Unclear && wanted != Wanted::Unclear {
                    (known.wanted, known.by, known.at) = (wanted, by, when);
                    known.agent = row.try_get("name")?;
                }
            }
            Entry::Vacant(free) => {
                let Some(text) = question(chat, workspace, conversation, when).await? else { continue };
                free.insert(found.len());
                found.push(Routed {
                    conversation,
                    ticket: row.try_get("number")?,
                    text,
                    wanted,
                    agent: row.try_get("name")?,
                    by,
                    at: when,
                });
            }
        }
    }
    Ok(found)
}

fn said(detail: Detail) -> Option<By> {
    match detail.team {
        Some(team) => Some(By::Team(team)),
        None => (!detail.labels.is_empty()).then_some(By::Labels(detail.labels)),
    }
}

/// The one intent that has this team, or one of these labels.
fn wanted(settings: &Settings, by: &By) -> Wanted {
    let has = |own: &[String], label: &String| own.iter().any(|own| own.to_lowercase() == label.to_lowercase());
    let mut fitting = settings.intents.iter().filter(|intent| match by {
        By::Team(team) => intent.team == Some(*team),
        By::Labels(labels) => labels.iter().any(|label| has(&intent.labels, label)),
    });
    match (fitting.next(), fitting.next()) {
        (Some(intent), None) => Wanted::Intent(intent.name.clone()),
        _ => Wanted::Unclear,
    }
}

/// The last question before the decision, on one line and without anything that says who asked.
async fn question(chat: &Chat, workspace: WorkspaceId, conversation: ConversationId, until: i64) -> Result<Option<String>> {
    let messages = message::before(chat.store(), workspace, conversation, Audience::All, i64::MAX, READ).await?;
    let mut asked = messages.iter().rev().filter(|message| matches!(message.author, Author::Visitor(_)) && message.at <= until);
    let is_question = |text: &str| speech::talk(text).is_none() && !speech::wants_person(text) && !speech::unhelpful(text);
    let plain = |text: &str| knowledge::redact::without(text).split_whitespace().collect::<Vec<_>>().join(" ");
    let found = asked.find(|message| is_question(message.body.trim())).map(|message| plain(&message.body));
    Ok(found.filter(|text| text.chars().count() <= LONGEST && !knowledge::words::terms(text).is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Intent;

    #[test]
    fn a_team_or_a_label_names_one_intent() {
        let team = |n: u128| TeamId(uuid::Uuid::from_u128(n));
        let intent = |name: &str, team, labels: &[&str]| Intent {
            name: name.into(),
            team,
            labels: labels.iter().map(|label| (*label).to_owned()).collect(),
            ..Intent::default()
        };
        let settings = Settings {
            intents: vec![
                intent("refund", Some(team(1)), &["money", "vip"]),
                intent("invoice", Some(team(1)), &["Invoice"]),
                intent("login", Some(team(2)), &["vip"]),
            ],
            ..Settings::default()
        };
        let labels = |labels: &[&str]| By::Labels(labels.iter().map(|label| (*label).to_owned()).collect());
        for (by, expected) in [
            (By::Team(team(2)), Some("login")),
            (By::Team(team(1)), None),
            (By::Team(team(9)), None),
            (labels(&["invoice", "new"]), Some("invoice")),
            (labels(&["vip"]), None),
            (labels(&["money", "vip"]), None),
            (labels(&["new"]), None),
        ] {
            let expected = expected.map_or(Wanted::Unclear, |name| Wanted::Intent(name.to_owned()));
            assert_eq!(wanted(&settings, &by), expected, "{by:?}");
        }
    }
}
