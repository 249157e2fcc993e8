//! Answers that are remembered: a question that is asked again word by word, as the first of a conversation, while nothing it
//! rests on has changed.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

use chat::{LibraryId, WorkspaceId};
use knowledge::Found;
use quick_cache::sync::Cache;

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
    /// What is for those who ask: whoever sees the same gets the same.
    sight: Vec<String>,
    /// Where is looked; `None`: everywhere.
    libraries: Option<Vec<LibraryId>>,
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
pub(crate) struct Memory(Cache<Place, Arc<Known>>);

impl Memory {
    /// For so many answers.
    pub(crate) fn new(size: usize) -> Self {
        Self(Cache::new(size))
    }

    pub(crate) fn recall(&self, place: &Place) -> Option<Arc<Known>> {
        self.0.get(place)
    }

    pub(crate) fn keep(&self, place: Place, query: &str, found: &Found, answer: &Answer) {
        self.0.insert(place, Arc::new(Known { query: query.to_owned(), found: found.clone(), answer: answer.clone() }));
    }
}

impl Bot {
    /// Where the answer to this question would be remembered; `None` when it must not be: when anything else of the conversation
    /// goes into it, when it says who somebody is, or when the index is behind the record.
    pub(crate) async fn place(&self, mind: &Mind, question: &Question) -> Option<Place> {
        // Tools that the visitor may not use say nothing to anybody.
        if mind.bench.as_ref().is_some_and(|bench| bench.count() > 0) {
            return None;
        }
        let alone = question.history.is_empty() && !knowledge::redact::is_personal(&question.text);
        if self.inner.config.remembered == 0 || !alone || !mind.models.configured() {
            return None;
        }
        let revision = self.inner.knowledge.revision(mind.workspace).await.ok()?;
        if self.inner.knowledge.searched(mind.workspace) != Some(revision) {
            return None;
        }
        let sight = self.inner.knowledge.sight(mind.workspace, &question.asker.reader, revision).await.ok()?;
        let mut hasher = DefaultHasher::new();
        serde_json::to_string(&mind.settings).ok()?.hash(&mut hasher);
        Some(Place {
            workspace: mind.workspace,
            revision,
            release: mind.release,
            settings: hasher.finish(),
            sight,
            libraries: question.asker.libraries.clone(),
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
        Place {
            workspace,
            revision,
            release: None,
            settings: 1,
            sight: vec!["all".into()],
            libraries: None,
            locale: "en",
            question: question.into(),
        }
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
    fn it_is_bounded_and_keeps_what_is_asked_again() {
        let memory = Memory::new(20);
        memory.keep(place("often", 1), "", &Found::default(), &answer("a"));
        for n in 0..200 {
            memory.keep(place(&n.to_string(), 1), "", &Found::default(), &answer("a"));
            assert!(memory.recall(&place("often", 1)).is_some(), "{n}");
        }
        let kept = (0..200).filter(|n| memory.recall(&place(&n.to_string(), 1)).is_some()).count();
        assert!((1..20).contains(&kept), "{kept}");
        assert!(memory.recall(&place("often", 2)).is_none(), "other knowledge is another answer");
    }
}
