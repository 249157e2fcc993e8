//! What is done to servers on purpose while people write: killed, drained, frozen, cut off, filled up. Afterwards every
//! acknowledged message is read back by every device, in order, exactly once.

mod crowd;
pub mod disk;
pub mod kill;
mod ledger;
pub mod nodes;
pub mod postgres;
pub mod redis;
mod tab;

pub use self::crowd::Habits;
