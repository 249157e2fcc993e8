//! Warbler's own guides as the first library of a workspace, so that the first question can be answered.

use chat::{LibraryId, WorkspaceId};
use include_dir::{Dir, include_dir};

use crate::{
    Audience, Error, Knowledge, Result,
    article::address,
    import::{Documents, Given},
    library,
    parse::{self, Kind},
    source::{self, Kind as Place, Summary},
    split::PATH,
};

static GUIDES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../docs/guide");

/// The library's name.
pub const LIBRARY: &str = "Warbler guide";
/// The source's address.
const ADDRESS: &str = "guides:";

/// Puts this version's guides into the workspace, touching only what changed. Does nothing when the workspace has libraries but
/// not the guides: an admin who removed them does not want them back.
///
/// # Errors
/// The record's.
pub async fn seed(knowledge: &Knowledge, workspace: WorkspaceId) -> Result<Option<LibraryId>> {
    let chat = knowledge.chat();
    // By its kind: an admin may have given the library another name.
    let known = source::list(chat.store(), workspace, None).await?.into_iter().find(|source| source.kind == Place::Guides);
    let library = match known {
        Some(source) => source.library,
        None if library::list(chat.store(), workspace).await?.is_empty() => library::create(chat, workspace, LIBRARY).await?.id,
        None => return Ok(None),
    };
    let new = source::New { kind: Place::Guides, name: LIBRARY, address: ADDRESS, audience: Audience::All };
    let source = source::open(chat, workspace, library, &new).await?;
    let mut documents = Documents::open(knowledge, workspace, library, source).await?;
    for (name, text) in files() {
        let mut read = parse::read(&name, Kind::Markdown, text.as_bytes(), &knowledge.config().limits())
            .map_err(|reason| Error::Unusable { name: name.clone(), reason })?;
        for document in &mut read.documents {
            document.url = address(&name);
        }
        documents.add(read.documents.into_iter().map(Given::from).collect()).await?;
    }
    let Summary { taken, removed, .. } = documents.finish().await?;
    if taken + removed > 0 {
        tracing::info!(library.id = %library, guides.taken = taken, guides.removed = removed, "the guides were brought up to date");
    }
    Ok(Some(library))
}

/// Every guide: its name such as `en/start.md`, and its text.
fn files() -> Vec<(String, &'static str)> {
    let found = GUIDES
        .dirs()
        .flat_map(|folder| folder.files())
        .filter_map(|file| Some((file.path().to_str()?.replace('\\', "/"), file.contents_utf8()?)));
    found.filter(|(name, _)| name.ends_with(".md")).collect()
}

/// Where a guide is read: `/guide/<language>/<name>`.
fn address(name: &str) -> String {
    format!("/guide/{}", name.trim_end_matches(".md"))
}

/// Where a passage of the document at `url` is read: in a guide or an article, at its section.
pub(crate) fn section(url: String, heading: &str) -> String {
    let anchor = anchor(heading.rsplit(PATH).next().unwrap_or_default());
    let is_own = url.starts_with("/guide/") || address::is_article(&url);
    if is_own && !anchor.is_empty() { format!("{url}#{anchor}") } else { url }
}

/// A heading as an address within its page: letters and digits of any script, joined by hyphens.
#[must_use]
pub fn anchor(heading: &str) -> String {
    let words = heading.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::split;

    #[test]
    fn every_guide_parses_and_has_an_address() {
        let files = files();
        assert!(files.iter().any(|(name, _)| name == "en/start.md") && files.iter().any(|(name, _)| name == "zh/start.md"));
        for (name, text) in files {
            let limits = crate::Config::default().limits();
            let read = parse::read(&name, Kind::Markdown, text.as_bytes(), &limits).unwrap();
            assert_eq!(read.documents.len(), 1, "{name}");
            let headings: Vec<_> = text.lines().filter(|line| line.starts_with('#')).map(anchor).collect();
            for draft in split::passages(&read.documents[0], split::Cut::of(1_000)) {
                let place = section(address(&name), &draft.heading);
                let at = place.split_once('#').unwrap().1;
                assert_eq!(headings.iter().filter(|heading| *heading == at).count(), 1, "{place} of {headings:?}");
            }
            assert!(address(&name).starts_with("/guide/"));
        }
    }
}
