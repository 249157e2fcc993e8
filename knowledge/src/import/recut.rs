//! Splitting documents anew that are nowhere else: from what was kept of them.

use chat::WorkspaceId;

use super::{Given, Progress, Split, Watch, blocking, put};
use crate::{
    Error, Knowledge, Result,
    document::{
        self, Place,
        kept::{self, Kept},
    },
    revision,
    source::{Manner, Source},
};

/// Documents of one transaction.
const BATCH: i64 = 100;

impl Knowledge {
    /// Splits the documents of a source as is decided now. One that nothing was kept of stays as it is.
    pub(crate) async fn recut(&self, workspace: WorkspaceId, source: &Source, progress: Watch<'_>) -> Result<()> {
        let manner = self.manner(workspace, source.id).await?;
        let place = Place { workspace, library: source.library, source: source.id };
        let documents_total = u64::try_from(source.documents).unwrap_or_default();
        let (mut after, mut documents) = (String::new(), 0);
        while let Some((some, last)) = kept::some(self.chat().store(), workspace, source.id, &after, BATCH).await? {
            documents += some.len() as u64;
            self.recut_some(place, manner, some).await?;
            progress(Progress { file: last.clone(), files: documents, files_total: documents_total, documents, documents_total });
            after = last;
        }
        Ok(())
    }

    async fn recut_some(&self, place: Place, manner: Manner, some: Vec<Kept>) -> Result<()> {
        let split = move |Kept { hash, language, document }| (hash, Split::of(Given { document, language, hash: None }, manner));
        let all = blocking(move || some.into_iter().map(split).filter(|(before, split)| *before != split.hash).collect::<Vec<_>>());
        let mut all = all.await.map_err(|reason| Error::Unusable { name: String::new(), reason })?;
        if all.is_empty() {
            return Ok(());
        }
        let chat = self.chat();
        let mut tx = chat.begin().await?;
        revision::raise(&mut tx, place.workspace).await?;
        // What somebody has sent meanwhile is newer, and what was removed stays away.
        let names: Vec<String> = all.iter().map(|(_, split)| split.name().to_owned()).collect();
        let known = document::known_in(&mut tx, chat.store(), (place.workspace, place.source), &names).await?;
        all.retain(|(before, split)| known.get(split.name()).is_some_and(|(_, hash)| hash == before));
        put(&mut tx, chat, place, all.into_iter().map(|(_, split)| split).collect()).await?;
        tx.commit().await?;
        revision::announce(chat, place.workspace);
        Ok(())
    }
}
