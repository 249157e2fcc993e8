//! Every integration test of Warbler, one binary, a module an area.

mod record;
mod tidy;
mod wire;
