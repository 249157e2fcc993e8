//! Templates with their samples, and samples with our types.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use serde_json::Value;

use crate::locale::Locale;
use crate::preview::{self, SAMPLE_NOW};
use crate::templates::Templates;

fn room() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn every_template_renders_with_its_samples_in_both_languages() {
    let templates = Templates::embedded(Arc::new(|| SAMPLE_NOW)).unwrap();
    let samples = preview::samples(room()).unwrap();
    let mut problems = Vec::new();
    for sample in &samples {
        for locale in Locale::ALL {
            if let Err(error) = preview::render(&templates, locale, sample) {
                problems.push(format!("{} {}: {error}", locale.tag(), sample.name));
            }
        }
    }
    problems.extend(templates.words().missing());
    assert!(problems.is_empty(), "{problems:#?}");
    let shown: BTreeSet<&str> = samples.iter().map(|sample| sample.template.as_str()).collect();
    let bases = ["base.html", "shell.html", "door.html", "ui.html"];
    let alone = templates.names().filter(|name| !name.starts_with("partials/") && !bases.contains(name));
    let forgotten: Vec<&str> = alone.filter(|name| !shown.contains(name)).collect();
    assert!(forgotten.is_empty(), "templates without a sample: {forgotten:?}");
}

#[test]
fn both_languages_have_every_text() {
    let keys = |name: &str| -> BTreeSet<String> {
        let text = std::fs::read_to_string(room().join("locales").join(name)).unwrap();
        let begins = |line: &str| line.chars().next().is_some_and(|c| c.is_ascii_alphabetic());
        let keys = text.lines().filter(|line| begins(line)).filter_map(|line| line.split('=').next());
        keys.map(|key| key.trim().to_owned()).collect()
    };
    let (en, zh) = (keys("en.ftl"), keys("zh.ftl"));
    let difference: Vec<&String> = en.symmetric_difference(&zh).collect();
    assert!(difference.is_empty(), "{difference:?}");
}

#[test]
fn every_text_the_program_asks_for_is_there() {
    let templates = Templates::embedded(Arc::new(|| SAMPLE_NOW)).unwrap();
    let mut missing = Vec::new();
    // The rooms below give keys of faults, which pages say.
    let rooms = ["../chat/src", "../ticketing/src", "../knowledge/src", "../bot/src", "src"].map(|folder| sources(&room().join(folder)));
    for (file, source) in rooms.into_iter().flatten() {
        for key in keys_in(&source) {
            if !Locale::ALL.iter().all(|locale| templates.words().has(*locale, &key)) {
                missing.push(format!("{key} ({file})"));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn every_name_another_crate_gives_has_a_text() {
    let templates = Templates::embedded(Arc::new(|| SAMPLE_NOW)).unwrap();
    let families: &[(&str, &str, &str)] = &[
        ("status-", "", "bot queue open pending snoozed resolved"),
        ("reason-", "", "wish unanswered model rule agent"),
        ("outcome-", "", "answer clarify handover small_talk tool cancelled failed"),
        ("why-", "", "same_question answers unsure others_better"),
        ("gap-", "", "no_passage unsure unhelpful model"),
        ("verdict-", "", "answer extract clarify hand_over small_talk"),
        ("verdict-", "-text", "clarify hand_over small_talk"),
        ("rule-", "", "wish forbidden_topic handover_rule switched_off small_talk unhelpful broken model model_failed"),
        ("rule-", "", "model_failed_unsure model_declined model_unsupported model_unsupported_unsure passages no_passage"),
        ("agreement-", "", "of ready early apart silent none mode-live mode-off"),
        ("apart-", "", "unanswered judged asked_back figures brief words"),
        ("apart-", "-help", "unanswered judged asked_back figures brief words"),
        ("learn-by-", "", "team labels"),
        ("task-", "", "answer condense summary copilot meaning rerank"),
        ("task-", "-title", "answer condense summary copilot"),
        ("task-", "-lead", "answer condense summary copilot"),
        ("task-", "-none", "answer condense summary copilot"),
        ("then-", "", "hand_over refuse answer speak"),
        ("rule-", "", "let_speak too_many_failed nobody_online never_answer passages_disagree disagree_again"),
        ("rule-", "", "tool_confirm tool_approval tool_declined tool_cancelled tool_acted tool_failed tool_unknown tool_expired"),
        ("rule-", "", "tool_code tool_code_wrong tool_code_void tool_code_expired tool_code_unsent"),
        ("call-", "", "visitor agent approved denied expired running done failed reused unknown invalid refused"),
        ("call-", "", "code void code_wrong code_unsent"),
        ("who-", "", "verified anybody"),
        ("who-", "-help", "verified anybody"),
        ("consent-", "", "nobody visitor code agent"),
        ("consent-", "-help", "nobody visitor code agent"),
        ("on-error-", "", "hand_over tell"),
        ("release-", "", "candidate staged published past withdrawn"),
        ("release-refused-", "", "worse untested"),
        ("diff-", "", "added gone changed"),
        ("expect-", "", "cite fact refuse hand_over"),
        ("origin-", "", "written imported thumb correction handover"),
        ("case-", "", "worse better same unrun"),
        ("cases-", "", "proposed accepted declined"),
        ("step-", "", "burst condense search first_word model keep total"),
        ("change-", "", "same new gone up down"),
        ("why-change-", "", "same words outcome"),
        ("why-budget-", "", "cheaper spent"),
        ("said-", "", "visitor bot agent"),
        ("skip-", "", "empty too_large binary wrong_type encoding broken missing no_text no_columns duplicate too_many"),
        ("skip-", "", "too_deep link not_a_file unreadable fetch encrypted bomb scanned damaged slow heavy too_long hidden"),
        ("skip-", "", "robots no_index elsewhere copy crawl_limit down held"),
        ("fetch-", "", "address port private no_host redirects status too_large slow refused certificate connection"),
        ("source-kind-", "", "file folder shared url site sitemap written api articles guides"),
        ("locale-", "", "en zh"),
        ("collection-name-", "", "en zh"),
        ("collection-about-", "", "en zh"),
        ("article-state-", "", "none draft published"),
        ("check-", "", "differing alike"),
        ("way-", "", "page site sitemap"),
        ("preview-note-", "", "site sitemap folder"),
        ("split-lead-", "", "again kept articles"),
        ("split-levels-", "", "all 3 2 1 0"),
        ("rights-", "", "read write"),
        ("rights-", "-help", "read write"),
        ("schedule-", "", "off hourly daily weekly"),
        ("passage-", "", "text answer variant"),
        ("audience-", "", "all staff"),
        ("role-", "", "agent admin owner"),
        ("state-", "", "online away offline"),
        ("theme-", "", "auto light dark contrast"),
        ("model-", "", "off config set ok failing"),
        ("view-", "", "mine unassigned open pending snoozed resolved bot all"),
        ("none-", "", "mine unassigned open pending snoozed resolved bot all"),
        ("error-", "-title", "sign-in forbidden stale-form not-found gone broken refused too-large slow-down moved-on taken held not-open"),
        ("error-", "-text", "sign-in forbidden stale-form not-found gone broken refused too-large slow-down moved-on taken held not-open"),
        ("error-", "-text", "changed unavailable failed"),
    ];
    let mut missing = Vec::new();
    for (before, after, names) in families {
        for name in names.split(' ') {
            let key = format!("{before}{name}{after}");
            if !Locale::ALL.iter().all(|locale| templates.words().has(*locale, &key)) {
                missing.push(key);
            }
        }
    }
    assert!(missing.is_empty(), "{missing:?}");
}

/// Texts in quotes that begin like the key of a sentence.
fn keys_in(source: &str) -> BTreeSet<String> {
    let families = ["flash-", "fault-", "login-", "visitor-nameless", "ago-", "in-", "span-", "date-", "model-failed-", "problem-"];
    let quoted = source.split('"').skip(1).step_by(2);
    let plain = |text: &&str| text.chars().all(|c| c.is_ascii_lowercase() || c == '-' || c == '_') && !text.ends_with('-');
    let key = quoted.filter(|text| families.iter().any(|family| text.starts_with(family))).filter(plain);
    key.map(str::to_owned).collect()
}

fn sources(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("tests") {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") && !path.ends_with("tests.rs") {
            found.push((path.display().to_string(), std::fs::read_to_string(&path).unwrap()));
        }
    }
    found
}

/// What our type has and the sample does not, or the other way round; lists by their first item.
pub fn differences(ours: &Value, sample: &Value, at: &str, found: &mut Vec<String>) {
    match (ours, sample) {
        (Value::Object(ours), Value::Object(sample)) => {
            let names: BTreeSet<&String> = ours.keys().chain(sample.keys()).collect();
            for name in names {
                let at = format!("{at}.{name}");
                match (ours.get(name), sample.get(name)) {
                    (Some(ours), Some(sample)) => differences(ours, sample, &at, found),
                    (Some(_), None) => found.push(format!("{at} is not in the sample")),
                    _ => found.push(format!("{at} is only in the sample")),
                }
            }
        }
        (Value::Array(ours), Value::Array(sample)) => {
            if let (Some(ours), Some(sample)) = (ours.first(), sample.first()) {
                differences(ours, sample, &format!("{at}[]"), found);
            }
        }
        (Value::Null, _) | (_, Value::Null) => {}
        (ours, sample) if std::mem::discriminant(ours) == std::mem::discriminant(sample) => {}
        (ours, sample) => found.push(format!("{at} is {ours}, in the sample {sample}")),
    }
}

/// A sample's data.
pub fn sample(name: &str) -> Value {
    let path = room().join("samples").join(format!("{name}.json"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}
