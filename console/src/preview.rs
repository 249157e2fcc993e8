//! Templates rendered with their sample data: for the eye (`examples/preview.rs`) and for the test.

use std::path::Path;
use std::sync::Arc;
use std::{fs, io};

use serde_json::{Map, Value};

use crate::error::Error;
use crate::locale::Locale;
use crate::templates::{Parts, Templates};

/// The moment samples are written for, in unix milliseconds.
pub const SAMPLE_NOW: i64 = 1_760_000_000_000;

/// One sample: which template it is for, and the data.
pub struct Sample {
    /// Its file's path without `.json`, such as `inbox.empty`.
    pub name: String,
    /// The template it is for.
    pub template: String,
    /// What the template is given.
    pub context: Map<String, Value>,
}

/// Reads the parts of the console from `room` (the crate's folder).
pub fn parts(room: &Path) -> io::Result<Parts> {
    let mut templates = Vec::new();
    for (name, bytes) in files(&room.join("templates"), "")? {
        templates.push((name, String::from_utf8_lossy(&bytes).into_owned()));
    }
    Ok(Parts {
        templates,
        assets: files(&room.join("assets"), "")?,
        en: fs::read_to_string(room.join("locales/en.ftl"))?,
        zh: fs::read_to_string(room.join("locales/zh.ftl"))?,
    })
}

/// Reads every sample under `room`; `shell.json` lies under each page's own.
pub fn samples(room: &Path) -> Result<Vec<Sample>, Error> {
    let mut found = Vec::new();
    let all = files(&room.join("samples"), "").map_err(|error| broken("samples", &error))?;
    let mut shell = Map::new();
    for (name, bytes) in &all {
        if name == "shell.json" {
            shell = object(name, bytes)?;
        }
    }
    for (path, bytes) in &all {
        let Some(name) = path.strip_suffix(".json").filter(|name| *name != "shell") else {
            continue;
        };
        let own = object(path, bytes)?;
        let mut context = if name.starts_with("partials/") { Map::new() } else { shell.clone() };
        context.extend(own);
        let (folder, file) = name.rsplit_once('/').unwrap_or(("", name));
        let template = file.split('.').next().unwrap_or(file);
        let template = format!("{folder}/{template}.html");
        found.push(Sample { name: name.to_owned(), template: template.trim_start_matches('/').to_owned(), context });
    }
    Ok(found)
}

/// Renders every sample in both languages into `out`, and answers what went wrong.
pub fn write(room: &Path, out: &Path) -> Result<Vec<String>, Error> {
    let told = |error: io::Error| broken("preview", &error);
    let mut problems = Vec::new();
    let parts = parts(room).map_err(told)?;
    let templates = Templates::new(parts, "../assets", Arc::new(|| SAMPLE_NOW))?;
    for (path, asset) in templates.assets().iter() {
        let hash = templates.assets().hash();
        let path = out.join("assets").join(hash).join(path);
        put(&path, &asset.plain).map_err(told)?;
    }
    for sample in samples(room)? {
        for locale in Locale::ALL {
            match render(&templates, locale, &sample) {
                Ok(html) => {
                    let name = sample.name.replace('/', "_");
                    let path = out.join(locale.tag()).join(format!("{name}.html"));
                    put(&path, html.as_bytes()).map_err(told)?;
                }
                Err(error) => problems.push(format!("{} {}: {error}", locale.tag(), sample.name)),
            }
        }
    }
    problems.extend(templates.words().missing().into_iter().map(|key| format!("no text: {key}")));
    Ok(problems)
}

/// Renders one sample.
pub fn render(templates: &Templates, locale: Locale, sample: &Sample) -> Result<String, Error> {
    let mut context = sample.context.clone();
    if context.contains_key("lang") {
        context.insert("lang".into(), locale.tag().into());
    }
    templates.render(locale, &sample.template, &context)
}

fn put(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, bytes)
}

fn object(name: &str, bytes: &[u8]) -> Result<Map<String, Value>, Error> {
    serde_json::from_slice(bytes).map_err(|error| broken(name, &error))
}

fn broken(name: &str, error: &dyn std::fmt::Display) -> Error {
    Error::Sample(format!("{name}: {error}"))
}

fn files(folder: &Path, prefix: &str) -> io::Result<Vec<(String, Vec<u8>)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            found.extend(files(&entry.path(), &format!("{name}/"))?);
        } else {
            found.push((name, fs::read(entry.path())?));
        }
    }
    found.sort();
    Ok(found)
}
