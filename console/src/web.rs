//! What every page needs of HTTP: who visits, what a form sent, and how to answer.

pub mod answer;
pub mod cookies;
pub mod enter;
pub mod fields;
pub mod flash;
pub mod form;
pub mod guard;
pub mod params;
pub mod visit;
