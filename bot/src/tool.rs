//! Tools: HTTP requests an admin has described, which the model may ask for. Whether one is made is never the model's to decide:
//! see `gate.rs`.

mod address;
mod bench;
mod call;
mod code;
mod decision;
mod gate;
mod problem;
mod record;
mod request;
mod run;
mod schema;
mod spec;
#[cfg(test)]
mod tests;

pub(crate) use self::{
    bench::{Bench, Outcome, Place, Settled},
    call::{Card, Row, Status, decided_by_visitor, find as find_call, value_of_button},
};
pub use self::{
    call::{Past, Waiting},
    code::{Act, Form, Sample, Stand, Whose},
    decision::Choice,
    problem::problem,
    record::{Header, Tool, create, find, list, remove, save, set_code_secret, switch},
    run::Tried,
    spec::{Consent, Method, OnError, Spec, Who},
};
