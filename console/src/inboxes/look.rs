//! The form of an inbox's look, and whether its colour can be read.

use serde::Serialize;

use chat::inbox::{Challenge, ChangeWindow, Inbox, Look};

use crate::locale::Locale;
use crate::web::fields::Fields;
use crate::web::form::Form;

const FIELDS: [&str; 8] = ["name", "color", "greeting", "starters", "origins", "challenge", "agent_min", "visitor_min"];
/// The house's own colour.
const COLOR: &str = "#2f5d62";
/// Questions offered at the start.
const STARTERS: usize = 4;
/// Text on the colour must stand out this much: WCAG AA.
const ENOUGH: f64 = 4.5;

/// The form with what is saved; greeting and starters in the language of the page.
#[must_use]
pub fn form(inbox: &Inbox, locale: Locale) -> Form {
    let look = &inbox.look;
    let greeting = look.greeting.get(locale.tag()).cloned();
    let starters = look.starters.get(locale.tag()).cloned();
    Form::empty(&FIELDS)
        .with("name", &*inbox.name)
        .with("color", &*look.color)
        .with("greeting", greeting.unwrap_or_default())
        .with("starters", starters.unwrap_or_default().join("\n"))
        .with("origins", look.origins.join("\n"))
        .with("challenge", look.challenge.name())
        .with("agent_min", look.change.agent_min.to_string())
        .with("visitor_min", look.change.visitor_min.to_string())
}

/// The form with what was sent.
#[must_use]
pub fn filled(fields: &Fields) -> Form {
    Form::filled(&FIELDS, fields)
}

/// Reads the look from the form, and notes what is wrong with it. The other language's
/// greeting and starters stay as they are.
pub fn read(form: &mut Form, old: &Look, locale: Locale) -> Look {
    form.length("name", 100);
    let color = form.value("color").to_ascii_lowercase();
    form.check(color.is_empty() || rgb(&color).is_some(), "color", "fault-color");
    let short = form.value("greeting").chars().count() <= 500;
    form.check(short, "greeting", "fault-long");
    let starters = lines(form.value("starters"));
    form.check(starters.len() <= STARTERS, "starters", "fault-starters");
    let brief = starters.iter().all(|line| line.chars().count() <= 120);
    form.check(brief, "starters", "fault-long");
    let origins = lines(form.value("origins"));
    form.check(origins.iter().all(|text| is_origin(text)), "origins", "fault-origin");
    let change = ChangeWindow {
        agent_min: minutes(form, "agent_min", old.change.agent_min),
        visitor_min: minutes(form, "visitor_min", old.change.visitor_min),
    };
    // A form that does not have the field changes nothing.
    let challenge = Challenge::ALL.into_iter().find(|when| when.name() == form.value("challenge")).unwrap_or(old.challenge);
    let mut look = Look {
        change,
        challenge,
        // Unset stays unset: the house's own colour may change with a release.
        color: if color == COLOR && old.color.is_empty() { String::new() } else { color },
        origins: origins.iter().map(|origin| origin.trim_end_matches('/').to_ascii_lowercase()).collect(),
        ..old.clone()
    };
    let tag = locale.tag().to_owned();
    match form.value("greeting") {
        "" => drop(look.greeting.remove(&tag)),
        greeting => drop(look.greeting.insert(tag.clone(), greeting.to_owned())),
    }
    if starters.is_empty() {
        look.starters.remove(&tag);
    } else {
        look.starters.insert(tag, starters);
    }
    look
}

/// A form that does not have the field changes nothing.
fn minutes(form: &mut Form, name: &'static str, old: u32) -> u32 {
    let text = form.value(name).trim();
    let read = if text.is_empty() { Some(old) } else { text.parse().ok() };
    let read = read.filter(|minutes| *minutes <= ChangeWindow::LONGEST_MIN);
    form.check(read.is_some(), name, "fault-change-min");
    read.unwrap_or_default()
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// Scheme and host, perhaps a port, and nothing behind.
fn is_origin(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let host = rest.map(|rest| rest.trim_end_matches('/'));
    let plain = |c: char| c.is_ascii_alphanumeric() || ".-:[]".contains(c);
    host.is_some_and(|host| !host.is_empty() && host.chars().all(plain))
}

/// How well white text can be read on a colour.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Contrast {
    ratio: f64,
    ok: bool,
}

impl Contrast {
    /// Of a colour like `#2f6f5e`; of any other text, the house's own.
    #[must_use]
    pub fn of(color: &str) -> Contrast {
        let [r, g, b] = rgb(color).or_else(|| rgb(COLOR)).unwrap_or_default();
        let luminance = 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
        let ratio = 1.05 / (luminance + 0.05);
        Contrast { ratio: (ratio * 10.0).floor() / 10.0, ok: ratio >= ENOUGH }
    }
}

fn linear(channel: u8) -> f64 {
    let c = f64::from(channel) / 255.0;
    if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
}

fn rgb(color: &str) -> Option<[u8; 3]> {
    let hex = color.strip_prefix('#').filter(|hex| hex.len() == 6 && hex.is_ascii())?;
    let channel = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).ok();
    Some([channel(0)?, channel(2)?, channel(4)?])
}

#[cfg(test)]
mod tests {
    use super::{Contrast, is_origin};

    #[test]
    fn contrast_is_that_of_wcag() {
        for (color, ratio, ok) in [("#000000", 21.0, true), ("#ffffff", 1.0, false), ("#767676", 4.5, true), ("#2f6f5e", 6.0, true)] {
            let contrast = Contrast::of(color);
            assert!((contrast.ratio - ratio).abs() < 0.11, "{color} {}", contrast.ratio);
            assert_eq!(contrast.ok, ok, "{color}");
        }
    }

    #[test]
    fn origins_have_no_path() {
        for (text, fine) in [
            ("https://shop.example", true),
            ("http://localhost:3000/", true),
            ("https://shop.example/cart", false),
            ("shop.example", false),
            ("https://", false),
            ("https://a b", false),
        ] {
            assert_eq!(is_origin(text), fine, "{text}");
        }
    }
}
