//! Autobahn's WebSocket suite: installed by name for Python 2.7, run against an address, its report read.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Value, json};

/// The name the suite knows us by.
const AGENT: &str = "warbler";

/// The suite in a folder of its own.
#[derive(Debug)]
pub struct Suite {
    python: PathBuf,
}

impl Suite {
    /// The suite in `folder`, installed there with `python` (a Python 2.7; the suite knows no newer one) if it is not yet.
    ///
    /// # Errors
    /// What could not be installed.
    pub fn open(folder: &Path, python: Option<&Path>) -> Result<Self> {
        let own = folder.join("env/bin/python");
        if run(Command::new(&own).args(["-c", "import autobahntestsuite.wstest"])).is_err() {
            let python = python.map_or_else(python_2, |path| Ok(path.to_owned()))?;
            let tool = folder.join("virtualenv");
            run(Command::new(&python).args(["-m", "pip", "install", "--quiet", "virtualenv<20.22", "--target"]).arg(&tool))?;
            run(Command::new(&python).env("PYTHONPATH", &tool).args(["-m", "virtualenv", "--quiet"]).arg(folder.join("env")))?;
            run(Command::new(&own).args(["-m", "pip", "install", "--quiet", "autobahntestsuite"]))?;
        }
        Ok(Self { python: own })
    }

    /// Runs the cases against `address` and returns the report; `done` hears of every case with (number, of how many).
    ///
    /// # Errors
    /// A suite that does not end well.
    pub fn run(&self, address: &str, cases: &[String], outdir: &Path, mut done: impl FnMut(u64, u64)) -> Result<Report> {
        let spec = json!({
            "outdir": outdir, "servers": [{ "agent": AGENT, "url": address }],
            "cases": cases, "exclude-cases": [], "exclude-agent-cases": {},
        });
        std::fs::create_dir_all(outdir)?;
        let path = outdir.join("spec.json");
        std::fs::write(&path, spec.to_string())?;
        let mut child = Command::new(&self.python)
            .args(["-u", "-c", "from autobahntestsuite.wstest import run; run()", "--mode", "fuzzingclient", "--spec"])
            .arg(&path)
            .current_dir(outdir)
            .stdout(Stdio::piped())
            .spawn()?;
        let (mut at, mut all) = (0, 0);
        for line in BufReader::new(child.stdout.take().context("no output")?).lines() {
            let line = line?;
            if let Some(rest) = line.split("will run ").nth(1) {
                all = rest.split(' ').next().and_then(|n| n.parse().ok()).unwrap_or(0);
            } else if line.starts_with("Running test case ID") {
                at += 1;
                done(at, all);
            }
        }
        let status = child.wait()?;
        ensure!(status.success(), "the suite ended with {status}");
        Report::read(outdir)
    }
}

/// What the suite said of each case.
#[derive(Debug)]
pub struct Report {
    cases: Vec<Value>,
}

impl Report {
    fn read(outdir: &Path) -> Result<Self> {
        let read = |name: &str| -> Result<Value> { Ok(serde_json::from_str(&whole(&std::fs::read_to_string(outdir.join(name))?))?) };
        let index = read("index.json").context("the suite wrote no report")?;
        let listed = index[AGENT].as_object().context("the report is of somebody else")?;
        let mut cases = Vec::new();
        for (id, said) in listed {
            let told = read(said["reportfile"].as_str().unwrap_or_default())?;
            cases.push(json!({
                "case": id, "behavior": said["behavior"], "close": said["behaviorClose"], "description": plain(&told["description"]),
                "result": plain(&told["result"]), "closing": plain(&told["resultClose"]),
            }));
        }
        cases.sort_by_key(|case| number(case["case"].as_str().unwrap_or_default()));
        Ok(Self { cases })
    }

    /// How many cases there were.
    pub fn len(&self) -> usize {
        self.cases.len()
    }

    /// Whether nothing was run.
    pub fn is_empty(&self) -> bool {
        self.cases.is_empty()
    }

    /// The cases that ended so, with what the suite says of them.
    pub fn that(&self, behavior: &str) -> Vec<&Value> {
        self.cases.iter().filter(|case| case["behavior"] == behavior).collect()
    }

    /// The cases whose connection was not closed as it must be.
    pub fn unclean(&self) -> Vec<&Value> {
        self.cases.iter().filter(|case| !["OK", "INFORMATIONAL"].contains(&case["close"].as_str().unwrap_or_default())).collect()
    }
}

/// JSON as Python writes it may escape halves of characters.
fn whole(json: &str) -> String {
    let mut parts = json.split("\\ud");
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let half = part.starts_with(|c: char| "89abcdef".contains(c)) && part.is_char_boundary(3);
        out.push_str(if half { "\\ufffd" } else { "\\ud" });
        out.push_str(if half { &part[3..] } else { part });
    }
    out
}

/// `6.4.10` after `6.4.9`.
fn number(case: &str) -> Vec<u32> {
    case.split('.').map(|part| part.parse().unwrap_or(0)).collect()
}

/// Text without the suite's own tags.
fn plain(text: &Value) -> String {
    let mut inside = false;
    let text: String = text.as_str().unwrap_or_default().replace("<br />", " ").replace("<br/>", " ");
    let kept = text.chars().filter(|c| {
        inside = inside && *c != '>' || *c == '<';
        !inside && *c != '>'
    });
    kept.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A Python 2.7 on the path or among pyenv's.
fn python_2() -> Result<PathBuf> {
    let home =
        std::env::var_os("PYENV_ROOT").map(PathBuf::from).or_else(|| std::env::var_os("HOME").map(|home| Path::new(&home).join(".pyenv")));
    let versions = home.and_then(|home| std::fs::read_dir(home.join("versions")).ok()).into_iter().flatten().flatten();
    let pyenvs = versions.map(|entry| entry.path().join("bin/python2.7"));
    ["python2.7".into(), "python2".into()]
        .into_iter()
        .chain(pyenvs)
        .find(|python: &PathBuf| run(Command::new(python).args(["-m", "pip", "--version"])).is_ok())
        .context("no Python 2.7 with pip was found: install one (pyenv install 2.7.18) and name it with --python")
}

fn run(command: &mut Command) -> Result<()> {
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("{command:?}"))?;
    if !output.status.success() {
        bail!("{command:?} ended with {}:\n{}", output.status, String::from_utf8_lossy(&output.stderr));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_taken_away() {
        assert_eq!(plain(&json!("a <b>bold</b><br/> word, 1 > 0")), "a bold word, 1 0");
        assert_eq!(number("6.4.10"), [6, 4, 10]);
        assert_eq!(whole(r#"a\ud800b \ud7ffc \udfff"#), r#"a\ufffdb \ud7ffc \ufffd"#);
    }
}
