//! Folders the operator shares: an admin may make a source of one, or of a part of it, such as a checkout of a Git repository.
//! Nothing outside of them is ever read: a path is resolved, links and all, each time before it is.

mod pattern;

use std::path::{Path, PathBuf};

use chat::{Chat, LibraryId, SourceId, WorkspaceId};

pub use self::pattern::Patterns;
use crate::{
    Audience, Config, Error, Fault, Result,
    source::{self, Kind, New, Plan},
    sync,
};

/// Where a folder is, if it lies in one the operator shares. `name` is its path, or its path within the only shared folder.
///
/// # Errors
/// [`Error::Invalid`] with a sentence for the admin. It is the same for what is not shared and for what is not there.
pub fn resolve(config: &Config, name: &str) -> Result<PathBuf> {
    let shared: Vec<PathBuf> = config.folders.iter().filter_map(|folder| std::fs::canonicalize(folder).ok()).collect();
    let typed = Path::new(name.trim());
    let full = match shared.as_slice() {
        [only] if typed.is_relative() => only.join(typed),
        _ => typed.to_owned(),
    };
    let found = std::fs::canonicalize(full).ok().filter(|path| path.is_dir());
    let inside = found.filter(|path| shared.iter().any(|folder| path.starts_with(folder)));
    inside.ok_or_else(|| Error::Invalid(Fault::of("fault-folder")))
}

/// Makes a source of a shared folder, which a worker reads as soon as it can.
///
/// # Errors
/// [`Error::Invalid`] with a sentence for the admin.
pub async fn plant(
    (config, chat): (&Config, &Chat),
    workspace: WorkspaceId,
    library: LibraryId,
    (name, audience): (&str, Audience),
    patterns: &str,
    plan: &Plan,
) -> Result<SourceId> {
    let path = resolve(config, name)?;
    let patterns = Patterns::parse(patterns).map_err(Error::Invalid)?;
    let address = path.display().to_string();
    let shown = path.file_name().map_or_else(|| address.clone(), |last| last.to_string_lossy().into_owned());
    let new = New { kind: Kind::Shared, name: &shown, address: &address, audience };
    let id = source::open(chat, workspace, library, &new).await?;
    sqlx::query("UPDATE source SET patterns = $3 WHERE workspace_id = $1 AND id = $2")
        .bind(workspace.text())
        .bind(id.text())
        .bind(patterns.text())
        .execute(chat.store().write())
        .await?;
    source::decide(chat, workspace, id, plan).await?;
    sync::ask(chat, workspace, id).await?;
    Ok(id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_outside_of_what_is_shared_is_found() {
        let outside = tempfile::tempdir().unwrap();
        let shared = tempfile::tempdir().unwrap();
        let root = shared.path();
        std::fs::create_dir_all(root.join("docs/guide")).unwrap();
        std::fs::write(root.join("file.md"), "# A").unwrap();
        std::os::unix::fs::symlink(outside.path(), root.join("out")).unwrap();
        std::os::unix::fs::symlink(root.join("docs"), root.join("in")).unwrap();
        let next = format!("{}x", root.display());
        std::fs::create_dir(&next).unwrap();
        let config = Config { folders: vec![root.to_owned()], ..Config::default() };
        let path = |tail: &str| root.join(tail).display().to_string();
        for (name, fine) in [
            ("docs".to_owned(), true),
            ("docs/guide".into(), true),
            (".".into(), true),
            (path("docs"), true),
            (path(""), true),
            ("in".into(), true),
            ("docs/../docs".into(), true),
            ("..".into(), false),
            ("docs/../..".into(), false),
            ("out".into(), false),
            (path("out"), false),
            ("/etc".into(), false),
            ("/".into(), false),
            (outside.path().display().to_string(), false),
            (next.clone(), false),
            ("file.md".into(), false),
            ("nowhere".into(), false),
            ("a\0b".into(), false),
        ] {
            assert_eq!(resolve(&config, &name).is_ok(), fine, "{name:?}");
        }
        assert!(resolve(&Config::default(), "/tmp").is_err(), "nothing is shared by itself");
        std::fs::remove_dir(next).unwrap();
    }
}
