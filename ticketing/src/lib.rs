//! Work for people: tickets, the queue, routing, and what agents do with a conversation.
//!
//! Every change of who speaks goes through [`chat::speaker::change`] in the transaction of its reason.
//! Routing is a pure decision ([`routing::choose`]) made at events; the sweep only finds what news missed.

mod amend;
mod assignment;
pub mod canned;
mod change;
mod closing;
mod config;
pub mod crew;
pub mod csat;
mod desk;
mod error;
mod escalation;
pub mod find;
mod holding;
pub mod inbox;
mod loss;
mod parking;
pub mod place;
mod queue;
mod reply;
pub mod report;
mod retell;
mod return_visit;
pub mod routing;
mod sweep;
pub mod team;
#[cfg(test)]
mod tests;
pub mod ticket;
mod triage;
mod words;

pub use crate::{
    canned::Canned,
    config::Config,
    crew::{Availability, Member, State},
    csat::{Csat, Opinion},
    desk::Desk,
    error::{Error, Result},
    escalation::Escalation,
    holding::To,
    place::Place,
    team::Team,
    ticket::{Packet, Priority, Reason, Seen, Status, Ticket, Tried},
    triage::Triage,
};
