//! The data folder: `record.db`, `index/`, `files/`.

use std::{
    fs::{self, File, OpenOptions},
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};

/// Makes the folders and shows that they can be written.
pub(crate) fn prepare(folder: &Path) -> anyhow::Result<()> {
    let fresh = !folder.exists();
    for name in ["", "index", "files"] {
        let path = folder.join(name);
        fs::create_dir_all(&path).with_context(|| {
            format!("The folder {} cannot be made: give the process the right to, or choose another with --data", path.display())
        })?;
    }
    if fresh {
        restrict(folder);
    }
    let probe = folder.join(".writable");
    fs::write(&probe, b"").and_then(|()| fs::remove_file(&probe)).with_context(|| {
        format!("The folder {} cannot be written: give the process the right to, or choose another with --data", folder.display())
    })
}

/// Held as long as this process serves: two servers must not share one folder, nor one SQLite record.
pub(crate) struct Lock(#[expect(dead_code, reason = "held, not read")] Vec<File>);

/// # Errors
/// When another server has the folder, or the SQLite record at `address`.
pub(crate) fn lock(folder: &Path, address: &str) -> anyhow::Result<Lock> {
    let mut held = vec![hold(&folder.join("server.lock"), folder)?];
    if let Some(record) = sqlite_file(address) {
        let mut name = record.clone().into_os_string();
        name.push(".lock");
        held.push(hold(Path::new(&name), &record)?);
    }
    Ok(Lock(held))
}

fn hold(path: &Path, what: &Path) -> anyhow::Result<File> {
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)
        .with_context(|| format!("{} cannot be opened: give the process the right to write there", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(_) => bail!("Another Warbler serves from {}: stop it first, or choose another folder with --data.", what.display()),
    }
}

/// The file of an `sqlite:` address.
fn sqlite_file(address: &str) -> Option<PathBuf> {
    let path = address.strip_prefix("sqlite:")?.trim_start_matches("//");
    Some(path.split('?').next().unwrap_or_default().into())
}

#[cfg(unix)]
fn restrict(folder: &Path) {
    use std::os::unix::fs::PermissionsExt;
    if let Err(error) = fs::set_permissions(folder, fs::Permissions::from_mode(0o700)) {
        tracing::warn!(%error, "the data folder stays readable for others");
    }
}

#[cfg(not(unix))]
fn restrict(_: &Path) {}
