//! Private servers for what torments them or goes through them: PostgreSQL, Redis, HAProxy and nginx from the system's packages, on free
//! ports and in temporary folders, ended with the program.

mod haproxy;
mod nginx;
mod postgres;
mod process;
mod redis;
mod valve;

pub use self::{haproxy::Haproxy, nginx::Nginx, postgres::Postgres, redis::Redis, valve::Valve};
