//! One conversation: its page, its parts for live changes, and what an agent does with it.

pub mod acts;
pub mod amend;
pub mod around;
pub mod context;
pub mod copilot;
pub mod draft;
pub mod message;
pub mod page;
pub mod reply;
pub mod side;
pub mod triage;
