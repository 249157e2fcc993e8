//! Every integration test of Warbler, one binary, a module an area.

mod browser;
mod cli;
mod console;
mod guides;
mod older;
mod record;
mod tidy;
mod torment;
mod wire;
