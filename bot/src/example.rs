//! Examples of intents, proposed from tickets that people gave to a team or labelled by hand: their decision says what was wanted.
//! Nothing is learnt by itself: an admin looks at each, sees what it does to other tickets, and accepts or refuses it.

mod decision;
mod measure;
mod routed;

use std::{
    collections::HashSet,
    hash::{DefaultHasher, Hash, Hasher},
};

use chat::{AgentId, ConversationId, WorkspaceId};
use knowledge::Fault;
use serde::Serialize;

pub use self::{
    measure::{Measured, Missed, Told},
    routed::By,
};
use crate::{Bot, Error, Result, Settings, intent::Intents};
use routed::{Routed, Wanted};

/// Proposals that are listed, the newest.
const LISTED: usize = 50;
/// Tickets that examples are measured on, the newest.
const HELD_OUT: usize = 300;

/// A sentence of a visitor that may be an example of an intent.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Proposal {
    /// Where it was said.
    pub conversation: ConversationId,
    /// The ticket's number.
    pub ticket: i64,
    /// What the visitor said, without anything that says who it is.
    pub text: String,
    /// What people took it for.
    pub intent: String,
    /// What the bot takes it for today.
    pub told: Option<String>,
    /// Who decided.
    pub agent: String,
    /// By what.
    pub by: By,
    /// When, unix milliseconds.
    pub at: i64,
}

/// What tickets can teach.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Proposals {
    /// Those the bot does not tell rightly today, newest first.
    pub list: Vec<Proposal>,
    /// Tickets of the past 90 days that people routed or labelled.
    pub tickets: usize,
    /// Those of them it tells rightly already.
    pub known: usize,
    /// Those whose team or label belongs to no intent, or to several.
    pub unclear: usize,
}

impl Bot {
    /// What tickets that people routed or labelled in the past 90 days can teach.
    ///
    /// # Errors
    /// The record's.
    pub async fn proposals(&self, workspace: WorkspaceId) -> Result<Proposals> {
        let settings = Settings::get(self.chat(), workspace).await?;
        let intents = self.intents(&settings).await;
        let routed = routed::list(self.chat(), workspace, &settings).await?;
        let decided = decision::all(self.chat().store(), workspace).await?;
        let examples = said(&settings);
        let mut found = Proposals { tickets: routed.len(), ..Proposals::default() };
        let mut seen = HashSet::new();
        for Routed { conversation, ticket, text, wanted, agent, by, at } in routed {
            let Wanted::Intent(intent) = wanted else {
                found.unclear += 1;
                continue;
            };
            let told = intents.name(&text);
            if told.as_deref() == Some(intent.as_str()) {
                found.known += 1;
                continue;
            }
            let new = !decided.contains(&(conversation, intent.clone())) && !examples.contains(&folded(&text));
            if new && found.list.len() < LISTED && seen.insert(folded(&text)) {
                found.list.push(Proposal { conversation, ticket, text, intent, told, agent, by, at });
            }
        }
        Ok(found)
    }

    /// What the chosen proposals would do: how other tickets that people routed are told today, and with them.
    ///
    /// # Errors
    /// [`Error::Invalid`] when nothing of it is proposed any more.
    pub async fn measure(&self, workspace: WorkspaceId, chosen: &[ConversationId]) -> Result<Measured> {
        let (settings, taught, chosen) = self.taught(workspace, chosen).await?;
        let held_out = self.held_out(workspace, &settings, &chosen).await?;
        let (before, after) = (self.intents(&settings).await, self.intents(&taught).await);
        Ok(Measured { token: token(&settings, &chosen), examples: chosen.len(), ..measure::told(&held_out, &before, &after) })
    }

    /// Takes the chosen proposals as examples; `false` when they were not measured, or something has changed since.
    ///
    /// # Errors
    /// [`Error::Invalid`] when nothing of it is proposed any more, or an intent would have too many examples.
    pub async fn accept(&self, workspace: WorkspaceId, chosen: &[ConversationId], measured: &str, by: AgentId) -> Result<bool> {
        let (settings, taught, chosen) = self.taught(workspace, chosen).await?;
        if token(&settings, &chosen) != measured {
            return Ok(false);
        }
        taught.put(self.chat(), workspace).await?;
        for proposal in &chosen {
            decision::note(self.chat(), workspace, proposal.conversation, &proposal.intent, true, by).await?;
        }
        Ok(true)
    }

    /// Refuses a proposal: it does not come again, and nothing is measured on its ticket.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it is not proposed.
    pub async fn refuse(&self, workspace: WorkspaceId, conversation: ConversationId, by: AgentId) -> Result<()> {
        let list = self.proposals(workspace).await?.list;
        let proposal = list.into_iter().find(|proposal| proposal.conversation == conversation).ok_or(Error::NotFound)?;
        decision::note(self.chat(), workspace, conversation, &proposal.intent, false, by).await
    }

    /// The settings, the settings with the chosen examples, and what was chosen.
    async fn taught(&self, workspace: WorkspaceId, chosen: &[ConversationId]) -> Result<(Settings, Settings, Vec<Proposal>)> {
        let settings = Settings::get(self.chat(), workspace).await?;
        let list = self.proposals(workspace).await?.list;
        let chosen: Vec<Proposal> = list.into_iter().filter(|proposal| chosen.contains(&proposal.conversation)).collect();
        if chosen.is_empty() {
            return Err(Error::Invalid(Fault::of("fault-choose-one")));
        }
        let mut taught = settings.clone();
        for proposal in &chosen {
            if let Some(intent) = taught.intents.iter_mut().find(|intent| intent.name == proposal.intent) {
                intent.examples.push(proposal.text.clone());
            }
        }
        taught.validate().map_err(Error::Invalid)?;
        Ok((settings, taught, chosen))
    }

    /// Tickets that nothing is learnt from: neither now, nor before.
    async fn held_out(&self, workspace: WorkspaceId, settings: &Settings, chosen: &[Proposal]) -> Result<Vec<Routed>> {
        let decided = decision::all(self.chat().store(), workspace).await?;
        let mut known = said(settings);
        known.extend(chosen.iter().map(|proposal| folded(&proposal.text)));
        let routed = routed::list(self.chat(), workspace, settings).await?;
        let is_free = |routed: &Routed| match &routed.wanted {
            Wanted::Intent(intent) => !decided.contains(&(routed.conversation, intent.clone())) && !known.contains(&folded(&routed.text)),
            Wanted::Unclear => false,
        };
        Ok(routed.into_iter().filter(is_free).take(HELD_OUT).collect())
    }
}

/// Every example there is.
fn said(settings: &Settings) -> HashSet<String> {
    settings.intents.iter().flat_map(|intent| &intent.examples).map(|text| folded(text)).collect()
}

/// What two wordings that are the same have in common.
fn folded(text: &str) -> String {
    text.to_lowercase().split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Another one whenever the intents or what was chosen are others.
fn token(settings: &Settings, chosen: &[Proposal]) -> String {
    let mut hasher = DefaultHasher::new();
    settings.intents.iter().for_each(|intent| (&intent.name, &intent.examples).hash(&mut hasher));
    let mut chosen: Vec<(String, &str)> = chosen.iter().map(|it| (it.conversation.text(), it.intent.as_str())).collect();
    chosen.sort();
    chosen.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}
