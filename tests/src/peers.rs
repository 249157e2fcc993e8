//! Warbler beside other servers: the same case, the same client, round after round, one server at a time.

pub mod case;
pub mod npm;
pub mod process;
pub mod pypi;
pub mod rival;
pub mod table;
