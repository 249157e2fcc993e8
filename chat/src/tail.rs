//! The newest messages of busy conversations, kept at hand.
//!
//! Messages have no gaps between them, and one that is edited or recalled is so by a later one, so a tail is right as far as it
//! goes. How far it must go is what the conversation's row says that the reader has just read: one that ends before it is not
//! used. So nothing has to be told to forget, on no node, and news that is lost costs a read of the record and nothing else.

use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use parking_lot::Mutex;
use quick_cache::{Weighter, sync::Cache};

use crate::{Audience, ConversationId, Message, WorkspaceId};

/// Messages of a conversation that are kept, at most.
const LONG: usize = 32;
/// Bytes they weigh, at most: half of it words, half what is made of them.
const WIDE: usize = 96 * 1024;
/// What a message weighs beside its words, in bytes, with the frame that is made of it.
const OWN: usize = 1_000;

/// Shared, so that the next message joins it where it is.
#[derive(Clone, Debug, Default)]
struct Tail {
    run: Arc<Mutex<Run>>,
    /// What it weighed when it was put here: the cache must find it so again.
    weight: u64,
}

/// Messages that follow one another.
#[derive(Debug, Default)]
struct Run {
    messages: VecDeque<Arc<Message>>,
    /// What they weigh.
    bytes: usize,
}

/// What was asked for and what was at hand; cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Tails(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    kept: Cache<ConversationId, Tail, Weight>,
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

impl Weighter<ConversationId, Tail> for Weight {
    fn weight(&self, _: &ConversationId, tail: &Tail) -> u64 {
        tail.weight
    }
}

/// Bytes of a message.
fn weight(message: &Message) -> usize {
    let citations = message.extra.citations.iter().map(|c| c.title.len() + c.heading.len() + c.text.len() + c.url.len());
    OWN + 2 * (message.body.len() + citations.sum::<usize>())
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
        let tail = self.0.kept.get(&conversation);
        let found = tail.and_then(|tail| tail.run.lock().after(workspace, audience, (seq, last)));
        let counter = if found.is_some() { &self.0.hits } else { &self.0.misses };
        counter.fetch_add(1, Relaxed);
        found
    }

    /// These follow one another, and nothing is missing between them, notes included.
    pub(crate) fn keep(&self, new: &[Arc<Message>]) {
        let Some(first) = new.first() else { return };
        let Tail { run, .. } = self.0.kept.peek(&first.conversation).unwrap_or_default();
        let weight = run.lock().keep(new).map(|bytes| (OWN + bytes) as u64);
        if let Some(weight) = weight {
            self.0.kept.insert(first.conversation, Tail { run, weight });
        }
    }

    pub(crate) fn counts(&self) -> TailCounts {
        let Parts { kept, hits, misses } = &*self.0;
        TailCounts { hits: hits.load(Relaxed), misses: misses.load(Relaxed), conversations: kept.len() as u64, bytes: kept.weight() }
    }
}

impl Run {
    fn after(&self, workspace: WorkspaceId, audience: Audience, (seq, last): (i64, i64)) -> Option<Vec<Arc<Message>>> {
        let (first, newest) = self.messages.front().zip(self.messages.back())?;
        if first.workspace != workspace || first.seq > seq + 1 || newest.seq < last {
            return None;
        }
        let may = |message: &&Arc<Message>| message.seq > seq && (message.audience == Audience::All || audience == Audience::Staff);
        Some(self.messages.iter().filter(may).cloned().collect())
    }

    /// What it weighs then, in bytes, if anything of it is new.
    fn keep(&mut self, new: &[Arc<Message>]) -> Option<usize> {
        let (first, last) = new.first().zip(new.last())?;
        let newest = self.messages.back().map_or(i64::MIN, |message| message.seq);
        if newest >= last.seq {
            return None;
        }
        let stays = if newest < first.seq - 1 { 0 } else { self.messages.partition_point(|message| message.seq < first.seq) };
        self.messages.drain(stays..).for_each(|message| self.bytes -= weight(&message));
        for message in new {
            self.bytes += weight(message);
            self.messages.push_back(message.clone());
        }
        self.change(new);
        while self.messages.len() > LONG || self.bytes > WIDE {
            let Some(oldest) = self.messages.pop_front() else { break };
            self.bytes -= weight(&oldest);
        }
        Some(self.bytes)
    }

    /// What `new` says of messages before it.
    fn change(&mut self, new: &[Arc<Message>]) {
        for change in new.iter().filter(|message| message.changes().is_some()) {
            for message in &mut self.messages {
                if let Some(changed) = message.after(change) {
                    self.bytes = self.bytes + weight(&changed) - weight(message);
                    *message = Arc::new(changed);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Author, Extra, Made, Random};

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
            made: Made::default(),
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
                let upto = tails.0.kept.peek(&one.conversation).and_then(|tail| tail.run.lock().messages.back().map(|message| message.seq)).unwrap_or(0);
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
