//! Greetings, thanks and the like: whole messages that need no knowledge.

use std::{collections::BTreeMap, sync::LazyLock};

use regex::Regex;
use serde::{Deserialize, Serialize};

use super::{compile, fold};

/// A kind of small talk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Talk {
    /// Hello.
    Greeting,
    /// Thank you, that helped.
    Thanks,
    /// Good bye.
    Bye,
    /// OK.
    Acknowledge,
    /// Who are you, what can you do?
    Identity,
}

#[derive(Deserialize)]
struct File {
    words: BTreeMap<String, String>,
    greeting: Lists,
    thanks: Lists,
    bye: Lists,
    acknowledge: Lists,
    identity: Lists,
    unhelpful: Lists,
    yes: Lists,
    follow_up: Lists,
}

#[derive(Deserialize)]
struct Lists {
    en: Vec<String>,
    zh: Vec<String>,
}

struct Rules {
    talk: Vec<(Talk, Vec<Regex>)>,
    unhelpful: Vec<Regex>,
    yes: Vec<Regex>,
    follow_up: Vec<Regex>,
}

pub(super) const TEXT: &str = include_str!("../../rules/talk.toml");
/// Small talk is short; anything longer is a question, in characters.
const LONGEST: usize = 90;

static RULES: LazyLock<Option<Rules>> = LazyLock::new(|| match toml::from_str::<File>(TEXT) {
    Ok(file) => Some(rules(&file)),
    Err(error) => {
        tracing::error!(%error, "rules/talk.toml cannot be read");
        None
    }
});

fn rules(file: &File) -> Rules {
    let all = |lists: &Lists| {
        let whole = |pattern: &String| compile(&format!("^(?:{pattern})$"), &file.words);
        lists.en.iter().chain(&lists.zh).filter_map(whole).collect::<Vec<_>>()
    };
    Rules {
        talk: vec![
            (Talk::Greeting, all(&file.greeting)),
            (Talk::Thanks, all(&file.thanks)),
            (Talk::Bye, all(&file.bye)),
            (Talk::Identity, all(&file.identity)),
            (Talk::Acknowledge, all(&file.acknowledge)),
        ],
        unhelpful: all(&file.unhelpful),
        yes: all(&file.yes),
        follow_up: file.follow_up.en.iter().chain(&file.follow_up.zh).filter_map(|pattern| compile(pattern, &file.words)).collect(),
    }
}

/// What kind of small talk the whole message is, if it is nothing else.
pub fn talk(message: &str) -> Option<Talk> {
    let bare = short(message)?;
    if bare.is_empty() {
        return Some(Talk::Acknowledge);
    }
    let rules = RULES.as_ref()?;
    rules.talk.iter().find(|(_, patterns)| any(patterns, &bare)).map(|(talk, _)| *talk)
}

/// Whether the message says that the last answer did not help.
pub fn unhelpful(message: &str) -> bool {
    matches(message, |rules| &rules.unhelpful)
}

/// Whether the message says yes to an offer.
pub fn affirms(message: &str) -> bool {
    matches(message, |rules| &rules.yes)
}

/// Whether a question leans on what was said before it.
pub fn leans(message: &str) -> bool {
    matches(message, |rules| &rules.follow_up)
}

fn matches(message: &str, patterns: impl Fn(&Rules) -> &Vec<Regex>) -> bool {
    match (short(message), RULES.as_ref()) {
        (Some(bare), Some(rules)) => any(patterns(rules), &bare),
        _ => false,
    }
}

fn any(patterns: &[Regex], bare: &str) -> bool {
    // Chinese is matched without spaces too.
    let joined = bare.replace(' ', "");
    patterns.iter().any(|pattern| pattern.is_match(bare) || pattern.is_match(&joined))
}

fn short(message: &str) -> Option<String> {
    (message.chars().take(LONGEST + 1).count() <= LONGEST).then(|| fold::bare(&fold::fold(message)))
}
