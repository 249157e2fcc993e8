//! What was read against what is known: writes the difference, in batches that let messages pass between them.

use std::collections::{BTreeMap, HashSet};

use chat::{Chat, DocumentId, LibraryId, PassageId, SourceId, Tx, WorkspaceId};
use sha2::{Digest, Sha256};

use super::{Summary, blocking};
use crate::{
    Error, Knowledge, Result,
    document::{self, NewDocument, Place},
    edit, language,
    parse::{Parsed, Read, Reason, Skipped},
    passage::{self, NewPassage, Scope},
    revision,
    source::{self, Manner},
    split,
    spot::Spot,
};

/// Documents of one transaction.
const BATCH: usize = 400;

/// The documents of a source, as they are and as they become.
pub(crate) struct Documents<'a> {
    knowledge: &'a Knowledge,
    place: Place,
    manner: Manner,
    known: BTreeMap<String, (DocumentId, String)>,
    /// Documents of the source that nobody asked about.
    others: usize,
    seen: HashSet<String>,
    pub(crate) summary: Summary,
    changed: bool,
}

/// A document that is taken in.
pub(crate) struct Given {
    pub document: Parsed,
    /// What its sender says of its language; empty: what its letters say.
    pub language: String,
    /// What tells it from what it was before; `None`: what it says.
    pub hash: Option<String>,
}

impl From<Parsed> for Given {
    fn from(document: Parsed) -> Self {
        Self { document, language: String::new(), hash: None }
    }
}

/// A document with the passages it was split into.
pub(crate) struct Split {
    document: Parsed,
    language: String,
    /// What tells it from what it was before.
    pub(crate) hash: String,
    drafts: Vec<split::Draft>,
    /// What is kept of what was read; empty: nothing.
    parsed: String,
}

impl<'a> Documents<'a> {
    pub(crate) async fn open(knowledge: &'a Knowledge, workspace: WorkspaceId, library: LibraryId, source: SourceId) -> Result<Self> {
        let manner = knowledge.manner(workspace, source).await?;
        let known = document::known(knowledge.chat().store(), workspace, source).await?.into_iter().collect();
        let place = Place { workspace, library, source };
        Ok(Self { knowledge, place, manner, known, others: 0, seen: HashSet::new(), summary: Summary::default(), changed: false })
    }

    /// To add some documents to those of a source, whatever else it has.
    pub(crate) async fn open_for(knowledge: &'a Knowledge, place: Place, names: &[String]) -> Result<Self> {
        let chat = knowledge.chat();
        let manner = knowledge.manner(place.workspace, place.source).await?;
        let mut connection = chat.store().read().acquire().await?;
        let known = document::known_in(&mut connection, chat.store(), (place.workspace, place.source), names).await?;
        drop(connection);
        let others = document::count(chat.store(), place.workspace, place.source).await?.saturating_sub(known.len());
        let known = known.into_iter().collect();
        Ok(Self { knowledge, place, manner, known, others, seen: HashSet::new(), summary: Summary::default(), changed: false })
    }

    /// How they are split.
    pub(crate) fn recipe(&self) -> String {
        self.manner.cut.recipe()
    }

    /// What tells a known document from what it was before.
    pub(crate) fn hash(&self, name: &str) -> Option<&str> {
        self.known.get(name).map(|(_, hash)| hash.as_str())
    }

    /// A file could not be read this time: what is known of it stays.
    pub(crate) fn keep(&mut self, name: &str) {
        let mut kept = self.of(name);
        kept.extend(self.below(&format!("{name}/")));
        self.seen.extend(kept);
    }

    /// A file is as it was.
    pub(crate) fn unchanged(&mut self, name: &str) {
        let kept = self.of(name);
        self.summary.unchanged += kept.len() as u64;
        self.seen.extend(kept);
    }

    /// Whether anything is known of a file.
    pub(crate) fn holds(&self, name: &str) -> bool {
        !self.of(name).is_empty()
    }

    /// How many documents are known.
    pub(crate) fn known(&self) -> usize {
        self.known.len()
    }

    /// Documents that were not seen.
    pub(crate) fn missing(&self) -> Vec<String> {
        self.known.keys().filter(|name| !self.seen.contains(*name)).cloned().collect()
    }

    /// Leaves what was not seen as it is, but for these.
    pub(crate) fn keep_all_but(&mut self, gone: &HashSet<String>) {
        self.seen.extend(self.known.keys().filter(|name| !gone.contains(*name)).cloned());
    }

    /// The documents of one file: itself, or its records.
    fn of(&self, name: &str) -> Vec<String> {
        let mut all = self.below(&format!("{name}#"));
        all.extend(self.known.get_key_value(name).map(|(name, _)| name.clone()));
        all
    }

    fn below(&self, start: &str) -> Vec<String> {
        let names = self.known.range(start.to_owned()..).map(|(name, _)| name);
        names.take_while(|name| name.starts_with(start)).cloned().collect()
    }

    /// Takes the documents of one file.
    pub(crate) async fn take(&mut self, read: Read, tell: &(dyn Fn(u64, u64) + Send + Sync)) -> Result<()> {
        read.skipped.into_iter().for_each(|skipped| self.summary.skip(skipped));
        let total = read.documents.len() as u64;
        let mut done = 0;
        let mut rest = read.documents.into_iter();
        tell(0, total);
        loop {
            let batch: Vec<Parsed> = rest.by_ref().take(BATCH).collect();
            if batch.is_empty() {
                return Ok(());
            }
            done += batch.len() as u64;
            let batch = self.new_names(batch.into_iter().map(Given::from).collect());
            self.write(batch).await?;
            tell(done, total);
        }
    }

    /// Leaves out names that were seen before, and what is over the limit.
    fn new_names(&mut self, batch: Vec<Given>) -> Vec<Given> {
        let limit = self.knowledge.config().documents;
        let mut fresh = Vec::with_capacity(batch.len());
        for given in batch {
            let id = given.document.external_id.clone();
            if self.others + self.seen.len() >= limit && !self.known.contains_key(&id) {
                self.summary.skip(Skipped { name: id, reason: Reason::TooMany { limit: limit as u64 } });
            } else if self.seen.insert(id.clone()) {
                fresh.push(given);
            } else {
                self.summary.skip(Skipped { name: given.document.title, reason: Reason::Duplicate { id } });
            }
        }
        fresh
    }

    async fn write(&mut self, batch: Vec<Given>) -> Result<()> {
        let manner = self.manner;
        let split = blocking(move || batch.into_iter().map(|given| Split::of(given, manner)).collect::<Vec<_>>());
        let split = split.await.map_err(|reason| Error::Unusable { name: String::new(), reason })?;
        let total = split.len();
        let changed: Vec<Split> = split
            .into_iter()
            .filter(|split| self.known.get(&split.document.external_id).is_none_or(|(_, hash)| *hash != split.hash))
            .collect();
        self.summary.taken += changed.len() as u64;
        self.summary.unchanged += (total - changed.len()) as u64;
        if changed.is_empty() {
            return Ok(());
        }
        let chat = self.knowledge.chat();
        let mut tx = chat.begin().await?;
        // First: who else writes documents or edits passages is done, or waits here and then finds these.
        revision::raise(&mut tx, self.place.workspace).await?;
        put(&mut tx, chat, self.place, changed).await?;
        tx.commit().await?;
        self.changed = true;
        Ok(())
    }

    /// Takes some documents.
    pub(crate) async fn add(&mut self, documents: Vec<Given>) -> Result<()> {
        let batch = self.new_names(documents);
        self.write(batch).await
    }

    /// Leaves what was not seen as it is, and notes what was done.
    pub(crate) async fn finish_adding(mut self) -> Result<Summary> {
        self.seen.extend(self.known.keys().cloned());
        self.finish().await
    }

    /// Removes what is gone, and notes what was done.
    pub(crate) async fn finish(mut self) -> Result<Summary> {
        let gone: Vec<DocumentId> = self.known.iter().filter(|(name, _)| !self.seen.contains(*name)).map(|(_, (id, _))| *id).collect();
        let chat = self.knowledge.chat();
        self.summary.removed = gone.len() as u64;
        let mut tx = chat.begin().await?;
        if !gone.is_empty() {
            document::clear(&mut tx, chat.store(), self.place.workspace, &gone, true).await?;
            revision::raise(&mut tx, self.place.workspace).await?;
            self.changed = true;
        }
        let of = (self.place.workspace, self.place.source);
        source::synced(&mut tx, of, &self.summary, self.manner.settings, chat.now()).await?;
        tx.commit().await?;
        if self.changed {
            revision::announce(chat, self.place.workspace);
        }
        Ok(self.summary)
    }
}

/// Writes documents with their passages; one of the same name in the source is replaced and keeps its id. Call it when the revision
/// is held.
pub(crate) async fn put(tx: &mut Tx, chat: &Chat, place: Place, split: Vec<Split>) -> Result<()> {
    let (Place { workspace, library, source }, now) = (place, chat.now());
    let names: Vec<String> = split.iter().map(|split| split.document.external_id.clone()).collect();
    let known = document::known_in(tx, chat.store(), (workspace, source), &names).await?;
    let replaced: Vec<DocumentId> = known.values().map(|(id, _)| *id).collect();
    let (mut documents, mut passages) = (Vec::with_capacity(split.len()), Vec::new());
    for split in split {
        let id = known.get(&split.document.external_id).map_or_else(|| chat.id::<DocumentId>(), |(id, _)| *id);
        passages.extend(split.drafts.iter().enumerate().map(|(n, draft)| new_passage(chat.id(), id, n, draft)));
        documents.push(split.row(id));
    }
    let edits = edit::of_documents(tx, chat.store(), workspace, &replaced).await?;
    edit::put_on(tx, workspace, &edits, &mut passages, now).await?;
    document::clear(tx, chat.store(), workspace, &replaced, false).await?;
    document::upsert(tx, chat.store(), &place, &documents, now).await?;
    // As it is now, not as it was when this began.
    let audience = source::audience_in(tx, workspace, source).await?;
    passage::insert(tx, chat.store(), &Scope { workspace, library, audience }, &passages, now).await
}

impl Split {
    /// Splits a document into passages.
    pub(crate) fn of(Given { document, language, hash }: Given, manner: Manner) -> Self {
        let says = || format!("{} {:?}", manner.cut.recipe(), (&document.title, &document.url, &document.body, &document.spot));
        let hash = hash.unwrap_or_else(|| digest(&says()));
        let drafts = split::passages(&document, manner.cut);
        let parsed = if manner.keeps { serde_json::to_string(&document).unwrap_or_default() } else { String::new() };
        Self { document, language, hash, drafts, parsed }
    }

    /// What the document is called in its source.
    pub(super) fn name(&self) -> &str {
        &self.document.external_id
    }

    fn row(self, id: DocumentId) -> NewDocument {
        let longest = self.drafts.first().map_or("", |draft| draft.text.as_str());
        let measured = || language::of(&format!("{} {longest}", self.document.title)).to_owned();
        let language = if self.language.is_empty() { measured() } else { self.language };
        NewDocument {
            id: id.text(),
            external_id: self.document.external_id,
            title: self.document.title,
            url: self.document.url,
            language,
            hash: self.hash,
            parsed: self.parsed,
        }
    }
}

/// SHA-256 in hex.
pub(crate) fn digest(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn new_passage(id: PassageId, document: DocumentId, position: usize, draft: &split::Draft) -> NewPassage {
    NewPassage {
        id: id.text(),
        document_id: document.text(),
        position: i64::try_from(position).unwrap_or(i64::MAX),
        kind: draft.kind.text(),
        language: language::of(&format!("{} {}", draft.heading, draft.text)),
        heading: draft.heading.clone(),
        text: draft.text.clone(),
        spot: Spot::keep(draft.spot.as_ref()),
        origin: String::new(),
        hidden_at: None,
    }
}
