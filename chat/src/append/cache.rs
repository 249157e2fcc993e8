//! Conversations as the last group left them, so that the next need not look: its statement itself asks whether they still are so.

use quick_cache::unsync::Cache;

use super::{
    Append,
    head::{Head, Heads},
};
use crate::{Author, ConversationId};

/// Conversations that are kept, of about 200 bytes each.
const KEPT: usize = 4_096;

/// The heads that a writer has at hand.
pub(super) struct HeadCache(Cache<ConversationId, Kept>);

struct Kept {
    head: Head,
    /// The record was found as this writer had left it. Where others write too it seldom is, and looking first costs less.
    ours: bool,
}

impl Default for HeadCache {
    fn default() -> Self {
        Self(Cache::new(KEPT))
    }
}

impl HeadCache {
    /// Those of a group, if it can be placed by them: what the bot says and what changes a message depend on more.
    pub(super) fn of(&self, group: &[Append]) -> Option<Heads> {
        let head = |append: &Append| {
            let simple = append.author != Author::Bot && append.opening.is_none() && append.change.is_none() && append.considered.is_none();
            let kept = self.0.get(&append.conversation).filter(|kept| simple && kept.ours)?;
            Some((append.conversation, kept.head.clone()))
        };
        group.iter().map(head).collect()
    }

    /// What a group came to, once it is in the record.
    pub(super) fn learn(&mut self, heads: Heads) {
        for (id, head) in heads {
            let ours = self.0.get(&id).is_some_and(|kept| kept.head.last_seq == head.recorded.0);
            self.0.insert(id, Kept { head: head.settled(), ours });
        }
    }

    /// It is not known what became of them.
    pub(super) fn forget(&mut self, group: &[Append]) {
        for append in group {
            self.0.remove(&append.conversation);
        }
    }
}
