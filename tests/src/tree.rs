//! The project's own files, for the tests that keep it tidy.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

/// The top of the project.
pub fn root() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().unwrap_or(own).to_owned()
}

/// One text file of the project.
#[derive(Clone, Debug)]
pub struct File {
    /// Its path from the top, with `/`.
    pub path: String,
    /// What it says.
    pub text: String,
}

impl File {
    /// The end of its name, without the dot.
    pub fn ending(&self) -> &str {
        self.path.rsplit_once('.').map_or("", |(_, ending)| ending)
    }

    /// How many lines it has.
    pub fn lines(&self) -> usize {
        self.text.lines().count()
    }
}

/// Every text file Git keeps or would keep.
pub fn files() -> Result<Vec<File>> {
    let mut git = Command::new("git");
    git.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]).current_dir(root());
    let listed = git.output()?;
    if !listed.status.success() {
        bail!("git ls-files: {}", String::from_utf8_lossy(&listed.stderr));
    }
    let mut files = Vec::new();
    for path in listed.stdout.split(|byte| *byte == 0).filter(|path| !path.is_empty()) {
        let path = String::from_utf8_lossy(path).into_owned();
        // Deleted but not yet committed files and pictures have no text.
        if let Ok(text) = std::fs::read_to_string(root().join(&path)) {
            files.push(File { path, text });
        }
    }
    Ok(files)
}
