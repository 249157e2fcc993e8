//! Answers that are remembered: a question that is asked again word by word, as the first of a conversation, while nothing it
//! rests on has changed.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

use chat::{Audience, WorkspaceId};
use knowledge::Found;
use parking_lot::Mutex;

use crate::{
    Bot,
    think::{Answer, Mind, Question},
};

/// What an answer rests on: another of any of these is another answer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Place {
    workspace: WorkspaceId,
    /// The passages' revision.
    revision: i64,
    /// The release that answers.
    release: Option<i64>,
    /// The bot's settings.
    settings: u64,
    audience: &'static str,
    locale: &'static str,
    /// Without case and what surrounds it.
    question: String,
}

/// A remembered answer and what was found for it.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub query: String,
    pub found: Found,
    pub answer: Answer,
}

/// The memory of a process: bounded, and gone with it.
#[derive(Debug)]
pub(crate) struct Memory {
    size: usize,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    answers: std::collections::HashMap<Place, (Arc<Known>, u64)>,
    /// Counts uses; what was used longest ago goes first.
    clock: u64,
}

impl Memory {
    /// For so many answers.
    pub(crate) fn new(size: usize) -> Self {
        Self { size, kept: Mutex::default() }
    }

    pub(crate) fn recall(&self, place: &Place) -> Option<Arc<Known>> {
        let mut kept = self.kept.lock();
        kept.clock += 1;
        let now = kept.clock;
        let (known, used) = kept.answers.get_mut(place)?;
        *used = now;
        Some(known.clone())
    }

    pub(crate) fn keep(&self, place: Place, query: &str, found: &Found, answer: &Answer) {
        let mut kept = self.kept.lock();
        kept.clock += 1;
        let now = kept.clock;
        let known = Known { query: query.to_owned(), found: found.clone(), answer: answer.clone() };
        kept.answers.insert(place, (Arc::new(known), now));
        if kept.answers.len() > self.size {
            // A tenth at once, so that this is rare.
            let mut uses: Vec<u64> = kept.answers.values().map(|(_, used)| *used).collect();
            uses.sort_unstable();
            let old = uses[uses.len() / 10];
            kept.answers.retain(|_, (_, used)| *used > old);
        }
    }
}

impl Bot {
    /// Where the answer to this question would be remembered; `None` when it must not be: when anything else of the conversation
    /// goes into it, when it says who somebody is, or when the index is behind the record.
    pub(crate) async fn place(&self, mind: &Mind, question: &Question) -> Option<Place> {
        let alone = question.history.is_empty() && !knowledge::redact::is_personal(&question.text);
        if self.inner.config.remembered == 0 || !alone || !mind.models.configured() {
            return None;
        }
        let revision = self.inner.knowledge.revision(mind.workspace).await.ok()?;
        if self.inner.knowledge.searched(mind.workspace) != Some(revision) {
            return None;
        }
        let mut hasher = DefaultHasher::new();
        serde_json::to_string(&mind.settings).ok()?.hash(&mut hasher);
        Some(Place {
            workspace: mind.workspace,
            revision,
            release: mind.release,
            settings: hasher.finish(),
            audience: Audience::All.text(),
            locale: question.locale,
            question: plain(&question.text),
        })
    }
}

/// Nothing that could change the meaning is taken away.
fn plain(question: &str) -> String {
    let folded = question.to_lowercase();
    let words: Vec<&str> = folded.split_whitespace().collect();
    words.join(" ").trim_end_matches(['?', '!', '.', '？', '！', '。', ' ']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(question: &str, revision: i64) -> Place {
        let workspace = WorkspaceId(uuid::Uuid::nil());
        Place { workspace, revision, release: None, settings: 1, audience: "all", locale: "en", question: question.into() }
    }

    fn answer(body: &str) -> Answer {
        Answer { body: body.into(), citations: Vec::new(), extract: false }
    }

    #[test]
    fn the_same_question_is_the_same() {
        assert_eq!(plain("  How long is a\n refund? "), plain("how long is a refund"));
        assert_ne!(plain("What is C++?"), plain("What is C?"));
        assert_eq!(plain("退款要多久？"), plain("退款要多久"));
    }

    #[test]
    fn it_forgets_what_was_used_longest_ago() {
        let memory = Memory::new(20);
        for n in 0..20 {
            memory.keep(place(&n.to_string(), 1), "", &Found::default(), &answer("a"));
        }
        assert!(memory.recall(&place("0", 1)).is_some());
        memory.keep(place("20", 1), "", &Found::default(), &answer("a"));
        assert!(memory.recall(&place("0", 1)).is_some() && memory.recall(&place("20", 1)).is_some());
        assert!(memory.recall(&place("1", 1)).is_none());
        assert!(memory.recall(&place("0", 2)).is_none(), "other knowledge is another answer");
    }
}
