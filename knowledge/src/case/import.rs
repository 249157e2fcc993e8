//! Cases from JSON Lines: one object a line, `{"question", "expect", "target", "locale", "history"}`.

use chat::{Chat, WorkspaceId};
use serde::Deserialize;

use super::{Expect, New, Origin, Said, State, add};
use crate::{Error, Fault, Result, document, json};

/// Lines that are read at most.
const LINES: usize = 2_000;
/// Lines that are named when they could not be taken.
const NAMED: usize = 20;

/// What came of an import.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Written.
    pub taken: usize,
    /// There already.
    pub known: usize,
    /// Line and why it was not taken.
    pub skipped: Vec<(usize, Fault)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    question: String,
    expect: Expect,
    #[serde(default)]
    target: String,
    #[serde(default)]
    locale: String,
    #[serde(default)]
    history: Vec<Said>,
}

/// Takes cases from JSON Lines; they count at once. A document to be cited is named by its id, its name in its source, its
/// address or its title. Lines that cannot be read are named, and the rest is taken.
///
/// # Errors
/// The record's.
pub async fn import(chat: &Chat, workspace: WorkspaceId, text: &str) -> Result<Imported> {
    let mut imported = Imported::default();
    for (n, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()).take(LINES) {
        match take(chat, workspace, (n, line)).await {
            Ok(true) => imported.taken += 1,
            Ok(false) => imported.known += 1,
            Err(Error::Invalid(why)) if imported.skipped.len() < NAMED => imported.skipped.push((n + 1, why)),
            Err(Error::Invalid(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(imported)
}

async fn take(chat: &Chat, workspace: WorkspaceId, (n, line): (usize, &str)) -> Result<bool> {
    let line: Line = serde_json::from_str(line).map_err(|error| Error::Invalid(json::fault(&error, n)))?;
    let target = match line.expect {
        Expect::Cite => {
            let named = document::named(chat.store(), workspace, &line.target).await?;
            named.ok_or_else(|| Error::Invalid(Fault::of("fault-case-unknown").with("name", &line.target)))?.text()
        }
        _ => line.target,
    };
    let new = New {
        question: line.question,
        history: line.history,
        locale: if line.locale.is_empty() { "en".into() } else { line.locale },
        expect: line.expect,
        target,
        state: State::Accepted,
        origin: Origin::Imported,
        place: None,
    };
    Ok(add(chat, workspace, new).await?.is_some())
}
