//! The form of the bot's settings: filled from them, and read back.

use bot::{Endpoint, Length, Mode, Offline, Secret, Settings, Style, Term, Tone, Words};

use super::money;

use crate::web::fields::Fields;
use crate::web::form::Form;

const FIELDS: [&str; 19] = [
    "name",
    "greeting_en",
    "greeting_zh",
    "guidance",
    "answer_from",
    "model_from",
    "max_failed",
    "forbidden",
    "offline",
    "mode",
    "model_url",
    "model_name",
    "model_key",
    "key_typed",
    "fail_over",
    "redact",
    "tone",
    "length",
    "terms",
];
/// The form with what is saved. The key never travels back.
#[must_use]
pub fn form(settings: &Settings) -> Form {
    let offline = match settings.offline {
        Offline::Queue => "queue",
        Offline::Stay => "stay",
    };
    let form = money::form(Form::empty(&FIELDS), settings);
    form.with("name", &*settings.name)
        .with("greeting_en", &*settings.greeting.en)
        .with("greeting_zh", &*settings.greeting.zh)
        .with("guidance", &*settings.guidance)
        .with("answer_from", settings.answer_from.to_string())
        .with("model_from", settings.model_from.to_string())
        .with("max_failed", settings.max_failed.to_string())
        .with("forbidden", settings.forbidden.join("\n"))
        .with("offline", offline)
        .with("mode", settings.mode().text())
        .with("model_url", &*settings.model.url)
        .with("model_name", &*settings.model.name)
        .with("fail_over", if settings.fail_over { "on" } else { "" })
        .with("tone", tone_name(settings.style.tone))
        .with("length", length_name(settings.style.length))
        .with("terms", terms(&settings.style))
        .with("redact", if settings.redact { "on" } else { "" })
}

/// The form with what was sent.
#[must_use]
pub fn filled(sent: &Fields) -> Form {
    Form::filled(&[&FIELDS[..], &money::FIELDS[..]].concat(), sent)
}

/// Reads the settings from the form, and notes what is wrong with it.
pub fn read(form: &mut Form, old: &Settings) -> Settings {
    form.length("name", 60);
    for name in ["greeting_en", "greeting_zh"] {
        let fine = form.value(name).chars().count() <= 500;
        form.check(fine, name, "fault-long");
    }
    let fine = form.value("guidance").chars().count() <= 4_000;
    form.check(fine, "guidance", "fault-long");
    let answer_from = share(form, "answer_from");
    let model_from = share(form, "model_from");
    let max_failed: Option<u32> = form.value("max_failed").parse().ok();
    let max_failed = max_failed.filter(|n| (1..=10).contains(n));
    form.check(max_failed.is_some(), "max_failed", "fault-one-to-ten");
    let url = form.value("model_url").to_owned();
    let web = url.is_empty() || url.starts_with("https://") || url.starts_with("http://");
    form.check(web, "model_url", "fault-address");
    let named = url.is_empty() || !form.value("model_name").is_empty();
    form.check(named, "model_name", "fault-required");
    let mut settings = Settings {
        name: form.value("name").to_owned(),
        greeting: Words { en: form.value("greeting_en").to_owned(), zh: form.value("greeting_zh").to_owned() },
        guidance: form.value("guidance").to_owned(),
        style: style(form),
        answer_from: answer_from.unwrap_or(old.answer_from),
        model_from: model_from.unwrap_or(old.model_from),
        max_failed: max_failed.unwrap_or(old.max_failed),
        intents: old.intents.clone(),
        rules: old.rules.clone(),
        forbidden: lines(form.value("forbidden")),
        offline: match form.value("offline") {
            "stay" => Offline::Stay,
            _ => Offline::Queue,
        },
        model: Endpoint {
            url,
            name: form.value("model_name").to_owned(),
            key: Secret::new(form.value("model_key")),
            ..Endpoint::default()
        },
        fail_over: !form.value("fail_over").is_empty(),
        redact: !form.value("redact").is_empty(),
        budget: money::budget(form),
        ..Settings::default()
    };
    settings.set_mode(Mode::parse(form.value("mode")));
    money::prices(form, &mut settings.model);
    settings.keep_key(old);
    settings
}

fn tone_name(tone: Tone) -> &'static str {
    match tone {
        Tone::Plain => "plain",
        Tone::Friendly => "friendly",
        Tone::Formal => "formal",
    }
}

fn length_name(length: Length) -> &'static str {
    match length {
        Length::Short => "short",
        Length::Normal => "normal",
        Length::Long => "long",
    }
}

fn terms(style: &Style) -> String {
    style.terms.iter().map(|term| format!("{} = {}", term.word, term.use_as)).collect::<Vec<_>>().join("\n")
}

fn style(form: &Form) -> Style {
    let term = |line: &String| {
        let (word, use_as) = line.split_once('=').unwrap_or((line, ""));
        Term { word: word.trim().to_owned(), use_as: use_as.trim().to_owned() }
    };
    Style {
        tone: [Tone::Friendly, Tone::Formal].into_iter().find(|tone| tone_name(*tone) == form.value("tone")).unwrap_or_default(),
        length: [Length::Short, Length::Long].into_iter().find(|length| length_name(*length) == form.value("length")).unwrap_or_default(),
        terms: lines(form.value("terms")).iter().map(term).filter(|term| !term.word.is_empty()).collect(),
    }
}

/// A number from 0 to 1; a comma is read as a point.
fn share(form: &mut Form, name: &'static str) -> Option<f64> {
    let number: Option<f64> = form.value(name).replace(',', ".").parse().ok();
    let number = number.filter(|number| (0.0..=1.0).contains(number));
    form.check(number.is_some(), name, "fault-zero-to-one");
    number
}

fn lines(text: &str) -> Vec<String> {
    let list = text.lines().map(str::trim);
    list.filter(|line| !line.is_empty()).map(str::to_owned).collect()
}
