//! One open stream: hears the bus, gathers what changed for a moment, and tells it in fragments.

mod fragments;
mod heard;

use std::collections::{BTreeSet, VecDeque};
use std::convert::Infallible;
use std::time::Duration;

use axum::response::sse::Event;
use futures_util::Stream;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at, sleep_until};

use chat::{ConversationId, Heard, Subscription, Topic, Watching};

use crate::handle::Console;
use crate::inbox::counts::Counts;
use crate::inbox::view::View;
use crate::live::event;
use crate::live::watchers::Watch;
use crate::web::visit::Seat;

/// Changes are gathered this long: a burst is one redraw.
const GATHER: Duration = Duration::from_millis(80);
/// A sign of life to the desk.
const BEAT: Duration = Duration::from_secs(15);
/// The session is looked up again.
const CHECK: Duration = Duration::from_secs(60);

/// A page that is older when its stream begins was asleep, in ms.
const OLD_MS: i64 = 60_000;
/// The clocks of two nodes may differ so much, in ms.
const SKEW_MS: i64 = 2_000;
/// Rows that are drawn one by one, at most.
const MANY: i64 = 30;

/// What a page wants to hear.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// Rows of this view.
    pub view: Option<View>,
    /// Everything of this conversation.
    pub open: Option<ConversationId>,
    /// Its messages after this one.
    pub after: i64,
    /// When the page was asked for, unix milliseconds, if it is told.
    pub at: Option<i64>,
    /// The page comes back: what it shows beside messages may be old.
    pub again: bool,
}

/// What has changed since the last redraw.
#[derive(Debug, Default)]
struct Changed {
    rows: BTreeSet<ConversationId>,
    moved: BTreeSet<ConversationId>,
    messages: bool,
    state: bool,
    counts: bool,
}

/// An open stream.
pub struct Live {
    console: Console,
    seat: Seat,
    wanted: Wanted,
    subscription: Subscription,
    /// What only those hear who have this conversation open.
    closer: Option<Subscription>,
    changed: Changed,
    redraw_at: Option<Instant>,
    ready: VecDeque<Event>,
    told: Option<Counts>,
    beat: Interval,
    check: Interval,
    ended: bool,
    // Dropped, it tells colleagues that this page was closed.
    watch: Option<Watch>,
}

impl Live {
    /// Subscribes first and looks then, so that nothing falls between the page and its stream.
    pub async fn open(console: &Console, seat: Seat, wanted: Wanted) -> Live {
        let workspace = seat.workspace();
        let subscription = console.chat.bus().subscribe(Topic::Workspace(workspace));
        let closer = wanted.open.map(|open| console.chat.bus().subscribe(Topic::Conversation(workspace, open)));
        let watch = wanted.open.map(|open| {
            let agent = &seat.agent;
            console.watchers.watch(&console.chat, workspace, open, agent.id, &agent.name)
        });
        let mut live = Live {
            console: console.clone(),
            seat,
            wanted,
            subscription,
            closer,
            changed: Changed::default(),
            redraw_at: None,
            ready: VecDeque::new(),
            told: None,
            beat: every(BEAT, Duration::ZERO),
            check: every(CHECK, CHECK),
            ended: false,
            watch,
        };
        live.subscription.joined().await;
        if let Some(closer) = &live.closer {
            closer.joined().await;
        }
        if wanted.again || live.look_back().await {
            live.ready.push_back(event::again());
        }
        live.changed.messages = wanted.open.is_some();
        live.gather();
        live
    }

    /// The events, until the session ends or the browser goes.
    pub fn events(self) -> impl Stream<Item = Result<Event, Infallible>> {
        futures_util::stream::unfold(self, |mut live| async move {
            let event = live.next().await?;
            Some((Ok(event), live))
        })
    }

    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some(event);
            }
            if self.ended {
                return None;
            }
            let closing = self.console.closing.clone();
            let redraw_at = self.redraw_at;
            tokio::select! {
                heard = self.subscription.next() => self.hear(heard).await,
                heard = next_of(&mut self.closer) => self.hear(heard).await,
                () = due(redraw_at) => self.redraw().await,
                _ = self.beat.tick() => self.keep_alive().await,
                _ = self.check.tick() => self.check_session().await,
                () = closing.cancelled() => self.ended = true,
            }
        }
    }

    /// Takes in what has changed between the page and its stream; true when that is better fetched as a page.
    async fn look_back(&mut self) -> bool {
        let Some(at) = self.wanted.at else { return false };
        if self.console.chat.now() - at > OLD_MS {
            return true;
        }
        let touched = self.console.desk.touched_since(self.seat.workspace(), at - SKEW_MS, MANY + 1).await;
        let Ok(touched) = touched else { return true };
        self.changed.counts = !touched.is_empty();
        self.changed.state = self.wanted.open.is_some_and(|open| touched.contains(&open));
        if touched.len() as i64 > MANY && self.wanted.view.is_some() {
            return true;
        }
        if self.wanted.view.is_some() {
            self.changed.rows.extend(touched);
        }
        false
    }

    /// Draws again in a moment.
    fn gather(&mut self) {
        self.redraw_at.get_or_insert_with(|| Instant::now() + GATHER);
    }

    async fn keep_alive(&mut self) {
        if let Some(watch) = &self.watch {
            watch.tell(Watching::Still);
        }
        self.console.beat(&self.seat).await;
    }

    /// Ends the stream of a session that was closed. A record that is away ends nothing.
    async fn check_session(&mut self) {
        let Some(token) = &self.seat.visit.token else {
            self.ended = true;
            return;
        };
        let chat = &self.console.chat;
        let found = chat::session::find(chat.store(), token, chat.now()).await;
        if matches!(found, Err(chat::Error::NotFound)) {
            self.ready.push_back(event::bye());
            self.ended = true;
        }
    }
}

fn every(period: Duration, first: Duration) -> Interval {
    let mut interval = interval_at(Instant::now() + first, period);
    interval.set_missed_tick_behavior(MissedTickBehavior::Delay);
    interval
}

async fn next_of(subscription: &mut Option<Subscription>) -> Heard {
    match subscription {
        Some(subscription) => subscription.next().await,
        None => std::future::pending().await,
    }
}

async fn due(at: Option<Instant>) {
    match at {
        Some(at) => sleep_until(at).await,
        None => std::future::pending().await,
    }
}
