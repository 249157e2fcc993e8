//! A turn as the page tells it.

use serde::Serialize;

use bot::{Seen, Times, ToolUse, Turn};
use chat::Citation;
use knowledge::sentiment::Mood;

use crate::conversation::context::web_address;
use crate::conversation::message::CitationText;
use crate::locale::Locale;
use crate::words::Words;

use super::calls::CallsText;

/// A turn of the bot.
#[derive(Clone, Debug, Serialize)]
pub struct TurnText {
    pub at: i64,
    pub question: String,
    /// Only if it was another than the question.
    pub query: String,
    pub outcome: String,
    /// Rules that were tried and held, in order; the last one decided.
    pub rules: Vec<String>,
    /// What the admins call their rule, if one of theirs decided.
    pub named: String,
    pub intent: String,
    /// `negative` or `positive`; empty: not clear.
    pub mood: &'static str,
    pub language: String,
    /// What was offered, when it was asked which is meant.
    pub alternatives: Vec<String>,
    pub best: Option<f64>,
    pub failed: u32,
    pub model: String,
    /// Why the model gave no usable answer, as texts know it; empty: it is not known.
    pub model_reason: &'static str,
    pub calls: CallsText,
    /// The answer was remembered.
    pub cached: bool,
    /// Values that were hidden from models.
    pub redacted: usize,
    /// `cheaper` or `spent`; empty: there was enough.
    pub budget: String,
    pub release: Option<i64>,
    pub rating: i64,
    pub passages: Vec<SeenText>,
    pub tools: Vec<ToolText>,
    pub times: Vec<StepText>,
}

/// A passage the turn saw.
#[derive(Clone, Debug, Serialize)]
pub struct SeenText {
    pub n: usize,
    pub title: String,
    pub heading: String,
    pub url: String,
    pub confidence: f64,
    pub lexical: f64,
    pub vector: Option<f64>,
    pub kept: bool,
    pub cited: bool,
    pub why: String,
}

/// What was asked of a tool.
#[derive(Clone, Debug, Serialize)]
pub struct ToolText {
    pub title: String,
    pub name: String,
    pub method: String,
    pub arguments: String,
    pub status: String,
    pub problem: String,
    pub http: Option<u16>,
    pub ms: Option<u64>,
}

impl ToolText {
    fn of(words: &Words, locale: Locale, used: &ToolUse) -> ToolText {
        ToolText {
            title: if used.title.is_empty() { used.tool.clone() } else { used.title.clone() },
            name: used.tool.clone(),
            method: used.method.clone(),
            arguments: used.arguments.clone(),
            status: used.status.clone(),
            problem: if used.problem.is_empty() { String::new() } else { words.fault(locale, &bot::problem(&used.problem)) },
            http: used.http,
            ms: used.ms,
        }
    }
}

/// A step and how long it took.
#[derive(Clone, Debug, Serialize)]
pub struct StepText {
    pub step: &'static str,
    pub ms: u64,
}

/// What was said, ready to be shown.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SaidText {
    pub html: String,
    pub citations: Vec<CitationText>,
    pub extract: bool,
}

impl SaidText {
    /// From Markdown and its sources.
    pub fn of(body: &str, citations: &[Citation], extract: bool) -> SaidText {
        SaidText { html: bot::render::html(body, citations), citations: citations.iter().map(CitationText::from).collect(), extract }
    }
}

impl TurnText {
    /// In words and figures.
    pub fn of(words: &Words, locale: Locale, turn: &Turn) -> TurnText {
        let trace = &turn.trace;
        let signals = trace.signals.as_ref();
        let calls = CallsText::of(trace);
        let rules = if trace.rules.is_empty() { vec![turn.rule.clone()] } else { trace.rules.clone() };
        TurnText {
            at: turn.created_at,
            query: if trace.query == trace.question { String::new() } else { trace.query.clone() },
            question: trace.question.clone(),
            outcome: turn.outcome.clone().unwrap_or_else(|| "cancelled".to_owned()),
            rules: rules.into_iter().filter(|rule| !rule.is_empty()).collect(),
            named: trace.named.clone().unwrap_or_default(),
            intent: signals.and_then(|signals| signals.intent.clone()).unwrap_or_default(),
            mood: signals.map(|signals| signals.mood).filter(|mood| *mood != Mood::Neutral).map_or("", Mood::name),
            language: signals.map(|signals| signals.language.clone()).unwrap_or_default(),
            alternatives: trace.alternatives.iter().map(|it| it.label.clone()).collect(),
            best: trace.passages.iter().filter(|seen| seen.kept).map(|seen| seen.confidence).max_by(f64::total_cmp),
            failed: trace.failed,
            model: trace.model.clone().unwrap_or_default(),
            model_reason: calls.failure(),
            calls,
            cached: trace.cached,
            redacted: trace.redacted,
            budget: trace.budget.clone().unwrap_or_default(),
            release: trace.release,
            rating: turn.rating.unwrap_or(0),
            passages: trace.passages.iter().enumerate().map(|(n, seen)| SeenText::of(n + 1, seen)).collect(),
            tools: trace.tools.iter().map(|used| ToolText::of(words, locale, used)).collect(),
            times: steps(&trace.times),
        }
    }
}

impl SeenText {
    fn of(n: usize, seen: &Seen) -> SeenText {
        SeenText {
            n,
            title: seen.title.clone(),
            heading: seen.heading.clone(),
            url: web_address(&seen.url),
            confidence: seen.confidence,
            lexical: seen.lexical,
            vector: seen.vector,
            kept: seen.kept,
            cited: seen.cited,
            why: seen.why.clone(),
        }
    }
}

fn steps(times: &Times) -> Vec<StepText> {
    let all = [
        ("burst", Some(times.burst_ms)),
        ("condense", times.condense_ms),
        ("search", Some(times.search_ms)),
        ("first_word", times.first_word_ms),
        ("model", times.model_ms),
        ("keep", times.keep_ms),
        ("total", Some(times.total_ms)),
    ];
    all.into_iter().filter_map(|(step, ms)| Some(StepText { step, ms: ms? })).collect()
}
