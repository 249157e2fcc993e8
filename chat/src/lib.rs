//! The record: workspaces, people, conversations, messages, and the bus that carries news of them.
//!
//! It knows nothing of any feature, of HTTP, HTML or models. A thing enters only if three crates use it
//! and it means the same in each.

pub mod agent;
mod append;
pub mod audit;
mod bus;
pub mod change;
mod clock;
mod config;
pub mod conversation;
pub mod cursor;
mod error;
mod fault;
mod id;
pub mod inbox;
mod installation;
pub mod invite;
mod lease;
mod locale;
mod made;
pub mod message;
mod news;
pub mod node;
pub mod overview;
mod random;
pub mod row;
pub mod secret;
pub mod session;
pub mod setting;
pub mod speaker;
pub mod store;
mod tail;
#[doc(hidden)]
pub mod testing;
pub mod token;
pub mod visit;
pub mod visitor;
pub mod workspace;

use std::sync::Arc;

pub use crate::{
    append::{Append, Appended, append_in},
    bus::{Bus, Heard, Subscription},
    change::{Change, Changed},
    clock::Clock,
    config::{Config, hide_password},
    conversation::{Conversation, Speaker},
    error::{Error, Result},
    fault::Fault,
    id::*,
    locale::{LOCALES, locale_of},
    made::Made,
    message::{Audience, Author, Button, Citation, Event, Extra, MAX_BODY, Message},
    news::{News, Side, Topic, Watching},
    random::Random,
    secret::Secret,
    store::{Column, Dialect, Store, Term, Tx},
    tail::TailCounts,
    visit::Visit,
};

/// The handle of the record; cheap to clone.
#[derive(Clone, Debug)]
pub struct Chat {
    store: Store,
    bus: Bus,
    clock: Clock,
    random: Random,
    door: append::Door,
    reception: visit::Reception,
    tails: tail::Tails,
    node: node::Membership,
}

impl Chat {
    /// Opens store and bus, and starts the one writer of messages.
    ///
    /// # Errors
    /// [`Error::Refused`] with a sentence for the operator.
    pub async fn open(config: &Config, clock: Clock, random: Random) -> Result<Self> {
        config.validate().map_err(Error::Refused)?;
        let store = Store::open(config).await?;
        let installation = installation::id(&store, &random, clock.now()).await?;
        let bus = Bus::open(config, installation).await?;
        let tails = tail::Tails::new(u64::from(config.tails_mib) << 20);
        let door = append::Door::open(store.clone(), (bus.clone(), tails.clone()), clock.clone(), config.batch);
        let reception = visit::Reception::open(store.clone());
        let node = node::Membership::new(random.id(clock.now()));
        Ok(Self { store, bus, clock, random, door, reception, tails, node })
    }

    /// Appends one message: acknowledged means on disk. The same client id again gives the same seq.
    /// What is kept is announced, even when this future is dropped meanwhile.
    ///
    /// # Errors
    /// [`Error::Invalid`], [`Error::NotFound`], [`Error::Stale`] for a bot that lost the word, [`Error::TooLate`], [`Error::Unavailable`].
    pub async fn append(&self, append: Append) -> Result<Appended> {
        self.door.append(append).await
    }

    /// Whether messages can be written at all: the writer is there.
    pub fn is_open(&self) -> bool {
        self.door.is_open()
    }

    /// Whether messages wait for one another these moments: what can be written as well a minute later lets them go first.
    pub fn crowded(&self) -> bool {
        self.door.crowded(self.now())
    }

    /// A write transaction.
    pub async fn begin(&self) -> Result<Tx> {
        self.store.begin().await
    }

    /// Appends inside a bigger transaction, which ends with [`Chat::commit`].
    ///
    /// # Errors
    /// The first refusal, or the store's error.
    pub async fn append_in(&self, tx: &mut Tx, append: Append) -> Result<Appended> {
        let mut done = append_in(tx, self.store.dialect(), self.now(), &mut [append]).await?;
        done.pop().unwrap_or(Err(Error::NotFound))
    }

    /// Commits a bigger transaction, and tells everybody about the messages it appended; `tell` says the rest. A browser that goes
    /// away ends the request that waits for this: what was kept is told all the same.
    ///
    /// # Errors
    /// [`Error::Unavailable`]; whether it was kept is then unknown.
    pub async fn commit(&self, tx: Tx, appended: Vec<Appended>, tell: impl FnOnce(&Self) + Send + 'static) -> Result<()> {
        let chat = self.clone();
        let told = tokio::spawn(async move {
            tx.commit().await?;
            chat.announce(&appended);
            tell(&chat);
            Ok(())
        });
        // The process ends.
        told.await.unwrap_or(Err(sqlx::Error::WorkerCrashed.into()))
    }

    /// Tells everybody about messages that were appended.
    pub fn announce(&self, appended: &[Appended]) {
        append::announce(&self.bus, &self.tails, appended);
    }

    /// The visitor and their newest conversations; `None` when the record does not know them.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn visit(&self, workspace: WorkspaceId, visitor: VisitorId) -> Result<Option<Arc<Visit>>> {
        self.reception.ask((workspace, visitor)).await
    }

    /// The messages after `seq` that `audience` may see, ascending, at most `limit`, of a conversation whose row was just read:
    /// from memory when all up to its end are there, from the record otherwise.
    ///
    /// # Errors
    /// [`Error::Unavailable`].
    pub async fn after(&self, of: &Conversation, audience: Audience, seq: i64, limit: i64) -> Result<Vec<Arc<Message>>> {
        let last = if audience == Audience::All { of.last_visible_seq } else { of.last_seq };
        if let Some(mut known) = self.tails.after(of.workspace, of.id, audience, (seq, last)) {
            known.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
            return Ok(known);
        }
        let page = message::after(&self.store, of.workspace, of.id, audience, seq, limit).await?;
        let page: Vec<Arc<Message>> = page.into_iter().map(Arc::new).collect();
        self.tails.keep(tail::unbroken(&page));
        Ok(page)
    }

    /// How often the newest messages of a conversation were at hand.
    pub fn tail_counts(&self) -> TailCounts {
        self.tails.counts()
    }

    /// Tells everybody that another may speak now.
    pub fn speaker_changed(&self, workspace: WorkspaceId, visitor: VisitorId, conversation: ConversationId, epoch: i64) {
        self.bus.publish(Topic::Bot, News::SpeakerChanged { workspace, conversation, epoch });
        self.conversation_changed(workspace, visitor, conversation);
    }

    /// Tells visitor and staff to read the conversation's state again.
    pub fn conversation_changed(&self, workspace: WorkspaceId, visitor: VisitorId, conversation: ConversationId) {
        let news = Arc::new(News::Conversation { workspace, conversation });
        self.bus.publish_shared(Topic::Visitor(workspace, visitor), news.clone());
        self.bus.publish_shared(Topic::Workspace(workspace), news);
    }

    /// Whether this node does `job` now, a sweep or a timer that one does for all. Alone, it does.
    pub async fn leads(&self, job: &'static str) -> bool {
        lease::held(self, job).await
    }

    /// Gives a job that ends before the process does to whoever wants it next.
    ///
    /// # Errors
    /// [`Error::Unavailable`]; the job is free when this node dies.
    pub async fn resigns(&self, job: &'static str) -> Result<()> {
        lease::give_up(self, job).await
    }

    pub(crate) fn node(&self) -> &node::Membership {
        &self.node
    }

    /// The store.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The bus.
    pub fn bus(&self) -> &Bus {
        &self.bus
    }

    /// The clock.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Randomness.
    pub fn random(&self) -> &Random {
        &self.random
    }

    /// Unix milliseconds.
    pub fn now(&self) -> i64 {
        self.clock.now()
    }

    /// A new UUIDv7 of any id type.
    pub fn id<T: From<uuid::Uuid>>(&self) -> T {
        self.random.id(self.now())
    }
}

#[cfg(test)]
mod tests;
