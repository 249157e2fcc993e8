//! What is proposed from conversations, and goes when it is not said there any more.

use chat::{CaseId, Chat, change::Ended};

use super::{Case, Expect, LONGEST, State, case};
use crate::{Result, redact};

/// Takes away what was proposed from words that are not said any more. A case that was accepted, or was written there by somebody,
/// is the workspace's own.
pub async fn forget(chat: &Chat, ended: &Ended) -> Result<()> {
    let redacted = Ended { body: redact::without(&ended.body), ..ended.clone() };
    let rows = sqlx::query("SELECT * FROM test_case WHERE workspace_id = $1 AND conversation_id = $2 AND state <> $3")
        .bind(ended.workspace.text())
        .bind(ended.conversation.text())
        .bind(State::Accepted.text())
        .fetch_all(chat.store().read())
        .await?;
    for row in &rows {
        let case = case(row)?;
        if holds(&case, ended) || holds(&case, &redacted) {
            remove(chat, ended, case.id).await?;
        }
    }
    Ok(())
}

/// Whether the case says the words: as its question or before it, or as the fact that an agent told.
fn holds(case: &Case, ended: &Ended) -> bool {
    let stands = |text: &str| ended.stands_in(text) || text.chars().count() >= LONGEST && ended.stands_in(&format!("{text}…"));
    let told = case.expect == Expect::Fact && !case.target.is_empty() && ended.body.contains(&case.target);
    told || stands(&case.question) || case.history.iter().any(|said| stands(&said.text))
}

async fn remove(chat: &Chat, ended: &Ended, id: CaseId) -> Result<()> {
    let mut tx = chat.begin().await?;
    for sql in [
        "DELETE FROM case_result WHERE workspace_id = $1 AND case_id = $2",
        "DELETE FROM test_case WHERE workspace_id = $1 AND id = $2 AND state <> 'accepted'",
    ] {
        sqlx::query(sql).bind(ended.workspace.text()).bind(id.text()).execute(&mut *tx).await?;
    }
    tx.commit().await?;
    Ok(())
}
