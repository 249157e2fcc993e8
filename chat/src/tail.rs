//! The newest messages of busy conversations, kept at hand.
//!
//! Messages have no gaps between them, and one that is edited or recalled is so by a later one, so a tail is right as far as it
//! goes. How far it must go is what the conversation's row says that the reader has just read: one that ends before it is not
//! used. So nothing has to be told to forget, on no node, and news that is lost costs a read of the record and nothing else.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering::Relaxed},
};

use quick_cache::{Weighter, sync::Cache};

use crate::{Audience, ConversationId, Message, WorkspaceId};

/// Messages of a conversation that are kept, at most.
const LONG: usize = 32;
/// Bytes of their bodies, about.
const WIDE: usize = 48 * 1024;
/// What a message weighs beside its words, in bytes.
const OWN: usize = 400;

type Run = Arc<[Arc<Message>]>;

/// What was asked for and what was at hand; cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Tails(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    kept: Cache<ConversationId, Run, Weight>,
    hits: AtomicU64,
    misses: AtomicU64,
}

/// How much of what was asked for was at hand since the start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct TailCounts {
    /// Readers who were served from memory.
    pub hits: u64,
    /// Readers for whom the record was read.
    pub misses: u64,
    /// Conversations that are kept.
    pub conversations: u64,
    /// Bytes they hold, about.
    pub bytes: u64,
}

#[derive(Clone, Debug)]
struct Weight;

impl Weighter<ConversationId, Run> for Weight {
    fn weight(&self, _: &ConversationId, run: &Run) -> u64 {
        run.iter().map(|message| weight(message) as u64).sum::<u64>() + OWN as u64
    }
}

/// Bytes of a message.
fn weight(message: &Message) -> usize {
    let citations = message.extra.citations.iter().map(|c| c.title.len() + c.heading.len() + c.text.len() + c.url.len());
    OWN + message.body.len() + citations.sum::<usize>()
}

/// The end of a page, from after the last hole in it: notes that its reader may not see.
pub(crate) fn unbroken(page: &[Arc<Message>]) -> &[Arc<Message>] {
    let hole = page.windows(2).rposition(|pair| pair[0].seq + 1 != pair[1].seq);
    &page[hole.map_or(0, |at| at + 1)..]
}

impl Tails {
    /// At most about so many bytes.
    pub(crate) fn new(bytes: u64) -> Self {
        let kept = Cache::with_weighter(usize::try_from(bytes / 4_096).unwrap_or(1).max(1), bytes, Weight);
        Self(Arc::new(Parts { kept, hits: AtomicU64::new(0), misses: AtomicU64::new(0) }))
    }

    /// Every message that `audience` may see after `seq`, when all of them are here; `last` is the newest one there is.
    pub(crate) fn after(
        &self,
        workspace: WorkspaceId,
        conversation: ConversationId,
        audience: Audience,
        (seq, last): (i64, i64),
    ) -> Option<Vec<Arc<Message>>> {
        let found = self.0.kept.get(&conversation).filter(|run| {
            let ends = run.first().zip(run.last());
            ends.is_some_and(|(first, newest)| first.workspace == workspace && first.seq <= seq + 1 && newest.seq >= last)
        });
        let counter = if found.is_some() { &self.0.hits } else { &self.0.misses };
        counter.fetch_add(1, Relaxed);
        let may = |message: &&Arc<Message>| message.seq > seq && (message.audience == Audience::All || audience == Audience::Staff);
        found.map(|run| run.iter().filter(may).cloned().collect())
    }

    /// These follow one another, and nothing is missing between them, notes included.
    pub(crate) fn keep(&self, new: &[Arc<Message>]) {
        let (Some(first), Some(last)) = (new.first(), new.last()) else { return };
        let old = self.0.kept.peek(&first.conversation);
        let old = old.as_deref().unwrap_or_default();
        if old.last().is_some_and(|newest| newest.seq >= last.seq) {
            return;
        }
        let joins = old.last().is_some_and(|newest| newest.seq + 1 >= first.seq);
        let before = if joins { old } else { &[] };
        let mut run: Vec<_> = before.iter().filter(|message| message.seq < first.seq).chain(new).cloned().collect();
        for change in new.iter().filter(|message| message.changes().is_some()) {
            for message in &mut run {
                if let Some(changed) = message.after(change) {
                    *message = Arc::new(changed);
                }
            }
        }
        let mut bytes = 0;
        let fits = run.iter().rev().take(LONG).take_while(|message| {
            bytes += weight(message);
            bytes <= WIDE
        });
        let fits = fits.count();
        run.drain(..run.len() - fits);
        if fits > 0 {
            self.0.kept.insert(first.conversation, run.into());
        }
    }

    pub(crate) fn counts(&self) -> TailCounts {
        let Parts { kept, hits, misses } = &*self.0;
        TailCounts { hits: hits.load(Relaxed), misses: misses.load(Relaxed), conversations: kept.len() as u64, bytes: kept.weight() }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Author, Extra, Random};

    fn message(seq: i64, staff: bool, body: usize) -> Arc<Message> {
        let random = Random::seeded(1);
        let (workspace, conversation, visitor) = (random.id(1), random.id(2), random.id(3));
        let audience = if staff { Audience::Staff } else { Audience::All };
        let (author, body) = (Author::Visitor(visitor), "m".repeat(body));
        let client_id = random.id(seq);
        Arc::new(Message {
            workspace,
            conversation,
            visitor,
            seq,
            prev_visible: 0,
            client_id,
            author,
            audience,
            body,
            extra: Extra::default(),
            at: seq,
            changed: None,
        })
    }

    proptest! {
        /// Whatever is kept in whatever order, what is given is all there is.
        #[test]
        fn what_is_given_is_whole(
            notes in prop::collection::vec(any::<bool>(), 80),
            runs in prop::collection::vec((1i64..80, 1i64..50, 0usize..3_000), 1..30),
            seq in -2i64..80, last in 0i64..82, staff in any::<bool>(),
        ) {
            let tails = Tails::new(1 << 20);
            let mut newest = 0;
            for (from, length, body) in runs {
                let to = (from + length).min(80);
                let run: Vec<_> = (from..to).map(|seq| message(seq, notes[seq as usize], body)).collect();
                newest = newest.max(to - 1);
                tails.keep(&run);
            }
            let one = message(1, false, 0);
            let audience = if staff { Audience::Staff } else { Audience::All };
            if let Some(given) = tails.after(one.workspace, one.conversation, audience, (seq, last)) {
                prop_assert!(last <= newest);
                let given: Vec<i64> = given.iter().map(|message| message.seq).collect();
                let upto = tails.0.kept.peek(&one.conversation).and_then(|run| run.last().map(|message| message.seq)).unwrap_or(0);
                let expected: Vec<i64> = (seq.max(0) + 1..=upto).filter(|seq| staff || !notes[*seq as usize]).collect();
                prop_assert_eq!(given, expected);
            }
            prop_assert!(tails.after(Random::seeded(9).id(9), one.conversation, audience, (0, 0)).is_none(), "another workspace");
        }
    }

    #[test]
    fn memory_is_bounded() {
        let tails = Tails::new(64 * 1024);
        let random = Random::seeded(2);
        for n in 0..500 {
            let conversation = random.id(n);
            let one = Message { conversation, ..(*message(1, false, 1_000)).clone() };
            tails.keep(&[Arc::new(one)]);
        }
        let counts = tails.counts();
        assert!(counts.conversations > 10 && counts.bytes <= 64 * 1024, "{counts:?}");
    }
}
