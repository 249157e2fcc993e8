//! Scores and differences as the page tells them.

use serde::Serialize;

use bot::{Disagreement, Grade, Score, Why};

use super::PAGE;
use crate::templates::filters::urlencode;

/// An intent's score.
#[derive(Clone, Debug, Serialize)]
pub struct ScoreText {
    /// Empty: about anything else.
    intent: String,
    questions: i64,
    answered: i64,
    same: i64,
    share: f64,
    /// Where the true share lies.
    low: f64,
    high: f64,
    /// `ready`, `early`, `apart`, `silent` or `none`.
    standing: &'static str,
    /// So many more answers would tell.
    more: Option<i64>,
    /// Questions to read.
    apart: i64,
    href: String,
    /// Whether a rule lets the bot answer it.
    is_let: bool,
}

impl ScoreText {
    /// In words and figures.
    pub fn of(score: Score, days: i64) -> ScoreText {
        let (low, high) = score.interval();
        let (standing, more) = match score.grade() {
            _ if score.questions == 0 => ("none", None),
            Grade::Ready => ("ready", None),
            Grade::Early(more) => ("early", more),
            Grade::Apart => ("apart", None),
            Grade::Silent => ("silent", None),
        };
        let share = score.share();
        let intent = score.intent.unwrap_or_default();
        ScoreText {
            href: format!("{PAGE}?days={days}&intent={}#read", urlencode(&intent)),
            intent,
            questions: score.questions,
            answered: score.answered,
            same: score.same,
            share,
            low,
            high,
            standing,
            more,
            apart: score.questions - score.same,
            is_let: score.let_by.is_some(),
        }
    }
}

/// A question on which they did not agree.
#[derive(Clone, Debug, Serialize)]
pub struct ApartText {
    conversation: String,
    asked: i64,
    href: String,
    question: String,
    /// As HTML.
    bot: String,
    people: String,
    why: &'static str,
    /// Figures that the bot names, and people.
    figures: (String, String),
    likeness: f64,
    at: i64,
}

impl From<Disagreement> for ApartText {
    fn from(it: Disagreement) -> Self {
        let figures = match &it.why {
            Why::Figures { bot, people } => (bot.join(", "), people.join(", ")),
            _ => Default::default(),
        };
        ApartText {
            href: format!("/console/conversations/{}#m-{}-{}", it.conversation, it.conversation, it.reply),
            conversation: it.conversation.text(),
            asked: it.asked,
            question: it.question,
            bot: bot::render::html(&it.bot, &[]),
            people: bot::render::html(&it.people, &[]),
            why: it.why.name(),
            figures,
            likeness: it.likeness,
            at: it.at,
        }
    }
}
