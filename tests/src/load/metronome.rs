//! A clock that ticks finer than tokio's timers, which know milliseconds.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use tokio::sync::Notify;

/// Ticks in a thread of its own until it is dropped.
#[derive(Debug)]
pub struct Metronome(Arc<Notify>);

impl Metronome {
    /// A tick after each `pause`.
    pub fn every(pause: Duration) -> Metronome {
        let tick = Arc::new(Notify::new());
        let heard = Arc::downgrade(&tick);
        thread::spawn(move || {
            while let Some(tick) = heard.upgrade() {
                tick.notify_one();
                drop(tick);
                thread::sleep(pause);
            }
        });
        Metronome(tick)
    }

    /// The next tick, or one that nobody has waited for.
    pub async fn tick(&self) {
        self.0.notified().await;
    }
}
