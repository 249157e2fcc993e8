//! Filters templates may use: times, numbers and safe text.

use std::fmt::Write;
use std::sync::Arc;

use chrono::{DateTime, Datelike, Timelike, Utc};
use fluent_bundle::FluentArgs;
use tera::{Kwargs, State, Tera, Value, escape_html};

use crate::locale::Locale;
use crate::templates::Now;
use crate::words::Words;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Adds the filters to an engine.
pub fn register(tera: &mut Tera, locale: Locale, words: &Arc<Words>, now: &Now) {
    let (texts, clock) = (Arc::clone(words), Arc::clone(now));
    tera.register_filter("ago", move |at: i64, _: Kwargs, _: &State<'_>| {
        let text = ago(&texts, locale, clock() - at, at);
        element(at, &exact(&texts, locale, at), &text)
    });
    let texts = Arc::clone(words);
    tera.register_filter("exact", move |at: i64, _: Kwargs, _: &State<'_>| element(at, "", &exact(&texts, locale, at)));
    let texts = Arc::clone(words);
    tera.register_filter("day", move |at: i64, _: Kwargs, _: &State<'_>| element(at, "", &day(&texts, locale, at)));
    let texts = Arc::clone(words);
    tera.register_filter("daytext", move |at: i64, _: Kwargs, _: &State<'_>| day(&texts, locale, at));
    let texts = Arc::clone(words);
    tera.register_filter("span", move |ms: f64, _: Kwargs, _: &State<'_>| span(&texts, locale, ms));
    tera.register_filter("number", |n: i64, _: Kwargs, _: &State<'_>| number(n));
    tera.register_filter("percent", |x: f64, _: Kwargs, _: &State<'_>| format!("{:.0}%", x * 100.0));
    tera.register_filter("score", |x: f64, _: Kwargs, _: &State<'_>| format!("{x:.2}"));
    tera.register_filter("bytes", |n: i64, _: Kwargs, _: &State<'_>| bytes(n));
    tera.register_filter("lines", |text: &str, _: Kwargs, _: &State<'_>| Value::safe_string(&lines(text)));
    tera.register_filter("urlencode", |text: &str, _: Kwargs, _: &State<'_>| urlencode(text));
}

/// A relative time: minutes, hours, days, and beyond a week the date; `past` is negative
/// for what is to come.
fn ago(words: &Words, locale: Locale, past: i64, at: i64) -> String {
    let keys = if past < 0 { ["in-minutes", "in-hours", "in-days"] } else { ["ago-minutes", "ago-hours", "ago-days"] };
    let length = past.abs();
    match length {
        _ if length < MINUTE => words.plain(locale, "ago-now"),
        _ if length < HOUR => words.count(locale, keys[0], length / MINUTE),
        _ if length < DAY => words.count(locale, keys[1], length / HOUR),
        _ if length < 7 * DAY => words.count(locale, keys[2], length / DAY),
        _ => day(words, locale, at),
    }
}

fn day(words: &Words, locale: Locale, at: i64) -> String {
    words.text(locale, "date-day", Some(&date_arguments(at)))
}

fn exact(words: &Words, locale: Locale, at: i64) -> String {
    words.text(locale, "date-exact", Some(&date_arguments(at)))
}

fn date_arguments(at: i64) -> FluentArgs<'static> {
    let time = utc(at);
    let mut args = FluentArgs::new();
    // The year as text: a number would be grouped by thousands in some languages.
    args.set("year", time.year().to_string());
    args.set("month", i64::from(time.month()));
    args.set("day", i64::from(time.day()));
    args.set("hour", format!("{:02}", time.hour()));
    args.set("minute", format!("{:02}", time.minute()));
    args
}

fn utc(at: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(at).unwrap_or_default()
}

/// A `<time>` element: machines read the moment, people the text, a pointer shows the title.
fn element(at: i64, title: &str, text: &str) -> Value {
    let mut html = String::new();
    let _ = write!(html, "<time datetime=\"{}\"", utc(at).format("%Y-%m-%dT%H:%M:%SZ"));
    if !title.is_empty() {
        let _ = write!(html, " title=\"{}\"", escaped(title));
    }
    let _ = write!(html, ">{}</time>", escaped(text));
    Value::safe_string(&html)
}

/// A length of time in its largest sensible unit.
fn span(words: &Words, locale: Locale, ms: f64) -> String {
    let whole = ms.round() as i64;
    let unit = |key, size: i64| words.count(locale, key, (whole + size / 2) / size);
    match whole {
        _ if whole < 1_000 => words.count(locale, "span-ms", whole),
        _ if whole < MINUTE => {
            let seconds = format!("{:.1}", ms / 1_000.0);
            let seconds = seconds.strip_suffix(".0").unwrap_or(&seconds);
            words.with(locale, "span-seconds", &[("n", seconds)])
        }
        _ if whole < HOUR => unit("span-minutes", MINUTE),
        _ if whole < 2 * DAY => unit("span-hours", HOUR),
        _ => unit("span-days", DAY),
    }
}

/// Digits in groups of three.
#[must_use]
pub fn number(n: i64) -> String {
    let digits = n.unsigned_abs().to_string();
    let mut text = String::from(if n < 0 { "-" } else { "" });
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn bytes(n: i64) -> String {
    const UNITS: [&str; 4] = ["B", "KB", "MB", "GB"];
    let mut size = n.max(0) as f64;
    let mut unit = 0;
    while size >= 1024.0 && unit + 1 < UNITS.len() {
        size /= 1024.0;
        unit += 1;
    }
    if unit == 0 || size >= 10.0 { format!("{size:.0} {}", UNITS[unit]) } else { format!("{size:.1} {}", UNITS[unit]) }
}

/// Plain text as HTML: escaped, with its line breaks kept.
fn lines(text: &str) -> String {
    escaped(text.trim_end()).replace("\r\n", "\n").replace('\n', "<br>")
}

fn escaped(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len() + 16);
    // Writing to memory cannot fail.
    let _ = escape_html(text, &mut out);
    String::from_utf8_lossy(&out).into_owned()
}

/// Percent-encodes everything but the unreserved characters.
#[must_use]
pub fn urlencode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests;
