//! Documents that programs send: each has a name of its own in a source of its own, and is taken in as a file is.

use std::collections::HashSet;

use chat::{LibraryId, SourceId, WorkspaceId};

use crate::{
    Audience, Error, Fault, Knowledge, Reason, Result,
    document::Place,
    import::{Documents, File, Given, digest},
    parse::{self, Kind as Parser, Parsed, clean, one_line},
    source::{self, Kind},
};

/// Longest name of a document or a source, and longest title, in characters.
pub const LONGEST_NAME: usize = 300;

/// How a text is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// CommonMark with tables.
    #[default]
    Markdown,
    /// A page; what stands around its text is left out.
    Html,
    /// As it is.
    Text,
}

/// A document that is sent.
#[derive(Clone, Debug)]
pub struct Sent {
    /// What its sender calls it: the same name in the same source is the same document.
    pub external_id: String,
    /// What people call it; empty: as its text says.
    pub title: String,
    /// Where it can be read; empty: nowhere.
    pub url: String,
    /// What its sender says of its language; empty: what its letters say.
    pub language: String,
    /// How it is written.
    pub format: Format,
    /// What it says.
    pub text: String,
}

/// What became of a document that was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is new or has changed.
    Taken,
    /// It was as before: nothing was read again.
    Unchanged,
    /// It was not taken; what was known under its name stays.
    Refused(Reason),
}

impl Knowledge {
    /// The source of that name for documents that are sent, made if it is not there; one that is there keeps its audience.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a name that is empty or too long, [`Error::NotFound`] for a library that is not there.
    pub async fn sent_source(&self, workspace: WorkspaceId, library: LibraryId, name: &str, audience: Audience) -> Result<SourceId> {
        let name = named(name)?;
        let address = format!("api:{name}");
        source::open(self.chat(), workspace, library, &source::New { kind: Kind::Api, name: &name, address: &address, audience }).await
    }

    /// Takes documents in, or what is new of them; an outcome for each, in order. They are found at once.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::Invalid`] for a source that is read from elsewhere, and for a name that is empty or too long.
    pub async fn send(&self, workspace: WorkspaceId, source: SourceId, sent: Vec<Sent>) -> Result<Vec<Outcome>> {
        let found = source::find(self.chat().store(), workspace, source).await?;
        if found.kind != Kind::Api {
            return Err(Error::Invalid(Fault::of("fault-source-not-sent")));
        }
        let names = sent.iter().map(|sent| named(&sent.external_id)).collect::<Result<Vec<_>>>()?;
        let place = Place { workspace, library: found.library, source };
        let mut documents = Documents::open_for(self, place, &names).await?;
        let (mut outcomes, mut fresh, mut once) = (Vec::with_capacity(sent.len()), Vec::new(), HashSet::new());
        for (sent, name) in sent.into_iter().zip(&names) {
            let hash =
                digest(&format!("{} {:?}", documents.recipe(), (sent.format as u8, &sent.title, &sent.url, &sent.language, &sent.text)));
            outcomes.push(if !once.insert(name.clone()) {
                Outcome::Refused(Reason::Duplicate { id: name.clone() })
            } else if documents.hash(name) == Some(&hash) {
                documents.unchanged(name);
                Outcome::Unchanged
            } else {
                match self.read_sent(name, &sent).await {
                    Ok(document) => {
                        fresh.push(Given { document, language: sent.language, hash: Some(hash) });
                        Outcome::Taken
                    }
                    Err(reason) => Outcome::Refused(reason),
                }
            });
        }
        documents.add(fresh).await?;
        let limit = self.config().documents as u64;
        for (outcome, name) in outcomes.iter_mut().zip(&names) {
            let full = |left: &parse::Skipped| left.name == *name && matches!(left.reason, Reason::TooMany { .. });
            if *outcome == Outcome::Taken && documents.summary.skipped.iter().any(full) {
                *outcome = Outcome::Refused(Reason::TooMany { limit });
            } else if let Outcome::Refused(reason) = outcome {
                documents.summary.skip(parse::Skipped { name: name.clone(), reason: reason.clone() });
            }
        }
        documents.finish_adding().await?;
        Ok(outcomes)
    }

    async fn read_sent(&self, name: &str, sent: &Sent) -> Result<Parsed, Reason> {
        let kind = match sent.format {
            Format::Markdown => Parser::Markdown,
            Format::Html => Parser::Html,
            Format::Text => Parser::Text,
        };
        let read = self.parse(File::sent(name, kind, sent.text.clone().into_bytes())).await?;
        let mut document = read.documents.into_iter().next().ok_or(Reason::NoText)?;
        document.external_id = name.to_owned();
        let title = one_line(&clean(&sent.title));
        if !title.is_empty() {
            document.title = title;
        }
        document.url = parse::safe_url(&sent.url);
        Ok(document)
    }
}

fn named(name: &str) -> Result<String> {
    let name = one_line(&clean(name));
    if name.is_empty() {
        return Err(Error::Invalid(Fault::of("fault-sent-name-empty")));
    }
    if name.chars().count() > LONGEST_NAME {
        return Err(Error::Invalid(Fault::of("fault-sent-name-long").with("n", LONGEST_NAME)));
    }
    Ok(name)
}
