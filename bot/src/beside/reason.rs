//! Why what the bot would have said was not what people said, as far as the words tell.

use serde::Serialize;

use knowledge::words::terms;

/// Figures that are named, at most.
const NAMED: usize = 4;
/// An answer of fewer words than this has left most unsaid.
const BRIEF: usize = 4;

/// Why the two are not the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "why")]
pub enum Why {
    /// The bot would not have answered.
    Unanswered,
    /// A person looked, and found that it is something else.
    Judged,
    /// The person asked something back.
    AskedBack,
    /// They name other figures: a price, a number of days.
    Figures {
        /// Of the bot.
        bot: Vec<String>,
        /// Of people.
        people: Vec<String>,
    },
    /// The person said little.
    Brief,
    /// They have few words in common.
    Words,
}

impl Why {
    /// As texts know it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Unanswered => "unanswered",
            Self::Judged => "judged",
            Self::AskedBack => "asked_back",
            Self::Figures { .. } => "figures",
            Self::Brief => "brief",
            Self::Words => "words",
        }
    }

    /// From what both said.
    pub(super) fn of(bot: &str, people: &str) -> Self {
        let (ours, theirs) = (figures(bot), figures(people));
        if !ours.is_empty() && !theirs.is_empty() && ours.iter().all(|figure| !theirs.contains(figure)) {
            return Self::Figures { bot: ours, people: theirs };
        }
        if people.trim_end().ends_with(['?', '？']) {
            Self::AskedBack
        } else if terms(people).len() < BRIEF {
            Self::Brief
        } else {
            Self::Words
        }
    }
}

/// Numbers as they are written, without the marks of sources.
fn figures(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
        let marked = rest[..at].ends_with('[');
        let tail = &rest[at..];
        let end = tail.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ',' | ':'))).unwrap_or(tail.len());
        let figure = tail[..end].trim_end_matches(['.', ',', ':']).replace(',', "");
        let mark = marked && tail[end..].starts_with(']');
        if !mark && !found.contains(&figure) && found.len() < NAMED {
            found.push(figure);
        }
        rest = &tail[end..];
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn why_two_answers_differ() {
        let figures = |bot: &[&str], people: &[&str]| {
            let of = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
            Why::Figures { bot: of(bot), people: of(people) }
        };
        for (bot, people, expected) in [
            ("It takes 5 days. [1]", "It takes 7 days.", figures(&["5"], &["7"])),
            ("It costs 1,200.50 €. [12]", "That is 990 €, since 2024.", figures(&["1200.50"], &["990", "2024"])),
            ("It takes 5 days. [1]", "5 days, or 7 to Spain.", Why::Words),
            ("It takes some days. [1]", "Which order do you mean?", Why::AskedBack),
            ("退款需要 5 天。[1]", "请问是哪一笔订单？", Why::AskedBack),
            ("Open Billing and click Cancel. [1]", "Done.", Why::Brief),
            ("Open Billing and click Cancel. [1]", "I have ended your subscription and sent the receipt.", Why::Words),
        ] {
            assert_eq!(Why::of(bot, people), expected, "{bot} / {people}");
        }
    }
}
