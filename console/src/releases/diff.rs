//! What a release changes: settings and documents that are not those of the published one.

use serde::Serialize;
use serde_json::Value;

use bot::Settings;
use knowledge::release::{self, Change, Release};

use crate::error::Error;
use crate::handle::Console;
use crate::locale::Locale;
use crate::web::visit::Seat;
use crate::words::Words;

/// Documents that are listed.
const LISTED: usize = 200;
/// What pages call a setting.
const NAMES: [(&str, &str); 19] = [
    ("name", "f-bot-name"),
    ("greeting.en", "f-greeting-en"),
    ("greeting.zh", "f-greeting-zh"),
    ("guidance", "f-guidance"),
    ("style.tone", "f-tone"),
    ("style.length", "f-length"),
    ("style.terms", "f-terms"),
    ("answer_from", "f-answer-from"),
    ("model_from", "f-model-from"),
    ("max_failed", "f-max-failed"),
    ("forbidden", "f-forbidden"),
    ("offline", "f-offline"),
    ("model.url", "f-model-url"),
    ("model.name", "f-model-name"),
    ("model.input_price", "f-input-price"),
    ("model.output_price", "f-output-price"),
    ("fail_over", "f-fail-over"),
    ("intents", "intents-title"),
    ("rules", "rules-title"),
];

/// What differs from the published release.
#[derive(Clone, Debug, Serialize)]
pub struct DiffText {
    /// The published release's number.
    pub against: i64,
    pub settings: Vec<SettingText>,
    pub documents: Vec<DocumentText>,
    /// Whether there are more documents than are listed.
    pub more: bool,
}

/// A setting that differs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SettingText {
    pub label: String,
    /// The intent or rule it is about; empty: the setting itself.
    pub name: String,
    /// `added`, `gone` or `changed`.
    pub kind: &'static str,
    pub before: String,
    pub after: String,
}

/// A document that differs.
#[derive(Clone, Debug, Serialize)]
pub struct DocumentText {
    pub title: String,
    pub href: Option<String>,
    /// `added`, `gone` or `changed`.
    pub kind: &'static str,
    pub before: i64,
    pub after: i64,
}

impl Console {
    /// What a release that is not decided on would change; `None` for another one.
    pub(super) async fn diff(&self, seat: &Seat, release: &Release) -> Result<Option<DiffText>, Error> {
        let (store, workspace) = (self.chat.store(), seat.workspace());
        let open = matches!(release.state, release::State::Candidate | release::State::Staged);
        let Some(published) = release::live(store, workspace).await?.published.filter(|_| open) else { return Ok(None) };
        let mut documents = release::changes(store, workspace, published.number, release.number, LISTED as i64 + 1).await?;
        let more = documents.len() > LISTED;
        documents.truncate(LISTED);
        let (words, locale) = (self.templates.words(), seat.locale());
        let today = Settings::get(&self.chat, workspace).await?;
        Ok(Some(DiffText {
            against: published.number,
            settings: settings(words, locale, &whole(&published, &today), &whole(release, &today)),
            documents: documents.into_iter().map(DocumentText::from).collect(),
            more,
        }))
    }
}

impl From<Change> for DocumentText {
    fn from(change: Change) -> Self {
        DocumentText {
            href: change.is_here.then(|| format!("/console/sources/{}/documents/{}", change.source, change.document)),
            title: change.title,
            kind: kind(change.before > 0, change.after > 0),
            before: change.before,
            after: change.after,
        }
    }
}

fn kind(before: bool, after: bool) -> &'static str {
    match (before, after) {
        (false, _) => "added",
        (_, false) => "gone",
        _ => "changed",
    }
}

/// What it speaks with. What is never frozen is that of today in every release, and an older one was frozen when some settings
/// did not exist.
fn whole(release: &Release, today: &Settings) -> Value {
    serde_json::to_value(bot::settings_of_release(release, today).public()).unwrap_or_default()
}

fn settings(words: &Words, locale: Locale, before: &Value, after: &Value) -> Vec<SettingText> {
    let mut found = Vec::new();
    compare(before, after, "", &mut |path, before, after| {
        let known = NAMES.iter().find(|(name, _)| *name == path);
        let label = known.map_or_else(|| path.to_owned(), |(_, key)| words.plain(locale, key));
        match (before.as_array(), after.as_array()) {
            (Some(before), Some(after)) if matches!(path, "intents" | "rules") => found.extend(items(&label, before, after)),
            _ => {
                let say = |value: &Value| said(words, locale, path, value);
                let (before, after) = (say(before), say(after));
                let kind = kind(!before.is_empty(), !after.is_empty());
                found.push(SettingText { label, name: String::new(), kind, before, after });
            }
        }
    });
    found
}

/// Tells of each part that differs, from the top: objects part by part, everything else as a whole.
fn compare(before: &Value, after: &Value, path: &str, tell: &mut dyn FnMut(&str, &Value, &Value)) {
    if before == after {
        return;
    }
    match (before, after) {
        (Value::Object(before), Value::Object(after)) => {
            let names: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
            for name in names {
                let inner = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                compare(before.get(name).unwrap_or(&Value::Null), after.get(name).unwrap_or(&Value::Null), &inner, tell);
            }
        }
        _ => tell(path, before, after),
    }
}

/// Intents or rules by name; the order of rules counts too.
fn items(label: &str, before: &[Value], after: &[Value]) -> Vec<SettingText> {
    let name = |item: &Value| item["name"].as_str().unwrap_or_default().to_owned();
    let find = |list: &[Value], wanted: &str| list.iter().position(|item| name(item) == wanted).map(|at| (at, list[at].clone()));
    let json = |item: Option<&Value>| item.map(|item| serde_json::to_string_pretty(item).unwrap_or_default()).unwrap_or_default();
    let mut names: Vec<String> = after.iter().map(name).collect();
    names.extend(before.iter().map(name).filter(|old| find(after, old).is_none()));
    let row = |wanted: String| {
        let (old, new) = (find(before, &wanted), find(after, &wanted));
        let kind = kind(old.is_some(), new.is_some());
        if old == new {
            return None;
        }
        // At another place among the same ones.
        let moved = |place: &Option<(usize, Value)>| place.as_ref().map(|(at, _)| format!("{}. ", at + 1)).unwrap_or_default();
        let same = old.as_ref().map(|(_, item)| item) == new.as_ref().map(|(_, item)| item);
        let say = |side: &Option<(usize, Value)>| match side {
            Some((_, item)) if !same => json(Some(item)),
            side => moved(side),
        };
        Some(SettingText { label: label.to_owned(), kind, before: say(&old), after: say(&new), name: wanted })
    };
    names.into_iter().filter_map(row).collect()
}

/// A value as people read it.
fn said(words: &Words, locale: Locale, path: &str, value: &Value) -> String {
    let family = match path {
        "style.tone" => "tone-",
        "style.length" => "length-",
        "offline" => "offline-",
        _ => "",
    };
    match value {
        Value::Null => String::new(),
        Value::String(text) if !family.is_empty() => words.plain(locale, &format!("{family}{text}")),
        Value::String(text) => text.clone(),
        Value::Bool(on) => words.plain(locale, if *on { "diff-on" } else { "diff-off" }),
        Value::Array(list) if path == "style.terms" => {
            let line =
                |term: &Value| format!("{} = {}", term["word"].as_str().unwrap_or_default(), term["use_as"].as_str().unwrap_or_default());
            list.iter().map(line).collect::<Vec<_>>().join("\n")
        }
        Value::Array(list) => list.iter().map(|item| said(words, locale, "", item)).collect::<Vec<_>>().join("\n"),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use bot::{Intent, Rule, Tone};

    use super::*;
    use crate::templates::Templates;

    fn frozen(settings: &Settings) -> Release {
        Release {
            id: chat::ReleaseId(uuid::Uuid::nil()),
            number: 1,
            state: release::State::Candidate,
            share: 0,
            note: String::new(),
            settings: serde_json::to_value(settings).unwrap(),
            by: None,
            created_at: 0,
            published_at: None,
            reason: None,
            signed_by: None,
            dropped_at: None,
            run_at: None,
            run: (0, 0),
        }
    }

    #[test]
    fn what_differs_is_named_as_the_pages_name_it() {
        let templates = Templates::embedded(Arc::new(|| 0)).unwrap();
        let rule = |name: &str| Rule { name: name.into(), keywords: vec!["x".into()], ..Rule::default() };
        let intent = Intent { name: "refund".into(), examples: vec!["money back".into()], ..Intent::default() };
        let before = Settings { rules: vec![rule("a"), rule("b"), rule("c")], ..Settings::default() };
        let mut after = Settings { name: "Finch".into(), answer_from: 0.5, intents: vec![intent], fail_over: true, ..before.clone() };
        after.style.tone = Tone::Formal;
        after.forbidden = vec!["lawsuit".into(), "tax".into()];
        after.rules = vec![rule("a"), rule("c"), Rule { priority: 1, ..rule("d") }];
        // These are not frozen.
        after.budget.day_tokens = 7;
        after.redact = false;
        after.enabled = true;
        let value = |settings: &Settings| whole(&frozen(settings), &Settings::default());
        let told = settings(templates.words(), Locale::En, &value(&before), &value(&after));
        let short: Vec<(&str, &str, &str)> = told.iter().map(|it| (it.label.as_str(), it.name.as_str(), it.kind)).collect();
        assert_eq!(
            short,
            [
                ("Answer from", "", "changed"),
                ("Ask the server’s models when this one fails", "", "changed"),
                ("Topics it never answers", "", "added"),
                ("What visitors want", "refund", "added"),
                ("Name", "", "changed"),
                ("Rules", "c", "changed"),
                ("Rules", "d", "added"),
                ("Rules", "b", "gone"),
                ("Tone", "", "changed"),
            ]
        );
        assert_eq!((told[2].after.as_str(), told[8].after.as_str()), ("lawsuit\ntax", "Formal"));
        assert_eq!((told[5].before.as_str(), told[5].after.as_str()), ("3. ", "2. "));
        assert!(settings(templates.words(), Locale::Zh, &value(&before), &Value::Null).iter().all(|it| it.kind == "gone"));
        assert!(templates.words().missing().is_empty());
    }
}
