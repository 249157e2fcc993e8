//! Every integration test of Warbler, one binary, a module an area.

mod cli;
mod record;
mod tidy;
mod wire;
