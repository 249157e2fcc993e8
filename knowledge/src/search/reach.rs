//! How far a reader sees: which libraries are not for them, and who else sees exactly the same.

use std::{collections::BTreeSet, sync::Arc};

use chat::{LibraryId, WorkspaceId};

use super::Hit;
use crate::{Audience, Knowledge, Reader, Result, article::address, library};

/// The libraries of a workspace that are not for everybody, as they are at a revision.
pub(crate) type Limited = (i64, Arc<Vec<(LibraryId, Audience)>>);

impl Knowledge {
    /// Libraries that are not for the reader. Every change of a library's audience is another revision of knowledge.
    pub(super) async fn closed(&self, workspace: WorkspaceId, reader: &Reader, revision: i64) -> Result<Vec<LibraryId>> {
        if *reader == Reader::Staff {
            return Ok(Vec::new());
        }
        let limited = self.limited(workspace, revision).await?;
        Ok(limited.iter().filter(|(_, audience)| !reader.may(audience)).map(|(id, _)| *id).collect())
    }

    /// Readers of whom this says the same are answered from the same passages at this revision.
    ///
    /// # Errors
    /// The record's.
    pub async fn sight(&self, workspace: WorkspaceId, reader: &Reader, revision: i64) -> Result<Vec<String>> {
        let limited = self.limited(workspace, revision).await?;
        let slot = self.index().slot(workspace);
        let held = slot.shard.try_read().and_then(|shard| {
            let shard = shard.as_ref().filter(|shard| shard.revision == revision)?;
            Some(shard.stats.audiences().cloned().collect::<BTreeSet<_>>())
        });
        let Some(mut all) = held else { return Ok(reader.audiences().unwrap_or_else(|| vec!["*".to_owned()])) };
        all.extend(limited.iter().map(|(_, audience)| audience.clone()));
        all.insert(Audience::All);
        Ok(all.into_iter().filter(|audience| reader.may(audience)).map(|audience| audience.text()).collect())
    }

    /// An article that is not for everybody has no page to be read on.
    pub(super) async fn unlink(&self, workspace: WorkspaceId, revision: i64, hits: &mut [Hit]) -> Result<()> {
        let is_article = |hit: &&mut Hit| address::is_article(&hit.passage.url);
        let mut articles = hits.iter_mut().filter(is_article).peekable();
        if articles.peek().is_none() {
            return Ok(());
        }
        let limited = self.limited(workspace, revision).await?;
        let is_limited = |hit: &Hit| limited.iter().any(|(library, _)| *library == hit.passage.library);
        articles.filter(|hit| hit.passage.audience != Audience::All || is_limited(hit)).for_each(|hit| hit.passage.url.clear());
        Ok(())
    }

    async fn limited(&self, workspace: WorkspaceId, revision: i64) -> Result<Arc<Vec<(LibraryId, Audience)>>> {
        let known = self.known_limits().lock().get(&workspace).filter(|(of, _)| *of == revision && revision > 0).cloned();
        if let Some((_, limited)) = known {
            return Ok(limited);
        }
        let limited = Arc::new(library::limited(self.chat().store(), workspace).await?);
        self.known_limits().lock().insert(workspace, (revision, limited.clone()));
        Ok(limited)
    }
}
