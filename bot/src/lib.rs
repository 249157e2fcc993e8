//! bot
pub mod render;
pub mod speech;
