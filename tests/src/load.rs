//! A light client for thousands of sessions: byte searches instead of parsers, one small task a session,
//! the same code for Warbler and for those it is measured beside.

pub mod aim;
pub mod ceiling;
pub mod churn;
pub mod connect;
pub mod crowd;
pub mod echo;
pub mod fanout;
pub mod find;
pub mod frames;
pub mod hold;
pub mod idle;
pub mod link;
pub mod many;
pub mod memory;
mod metronome;
pub mod presence;
pub mod readers;
pub mod session;
pub mod slope;
pub mod spread;
pub mod storm;
pub mod wire;
pub mod writers;
