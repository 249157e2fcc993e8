//! Where the record is kept and how nodes meet.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Section `[record]` of the configuration.
#[derive(Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// `sqlite:<path>` or `postgres://…`; empty means `record.db` in the data folder.
    pub address: String,
    /// `local` in one process, or `redis://…` between many.
    pub bus: String,
    /// Connections for reading.
    pub readers: u32,
    /// Messages of one group commit, at most.
    pub batch: usize,
    /// Memory for the newest messages of busy conversations, in MiB.
    pub tails_mib: u32,
}

impl Default for Config {
    fn default() -> Self {
        Self { address: String::new(), bus: "local".into(), readers: 8, batch: 256, tails_mib: 16 }
    }
}

impl Config {
    /// Errors are sentences for the operator.
    pub fn validate(&self) -> Result<(), String> {
        let known = ["", "sqlite:", "postgres:", "postgresql:"];
        if !known.iter().any(|scheme| match *scheme {
            "" => self.address.is_empty(),
            scheme => self.address.starts_with(scheme),
        }) {
            return Err("record.address must begin with sqlite: or postgres://".into());
        }
        if self.bus != "local" && !self.bus.starts_with("redis:") && !self.bus.starts_with("rediss:") {
            return Err("record.bus must be \"local\" or begin with redis://".into());
        }
        if self.readers == 0 || self.batch == 0 {
            return Err("record.readers and record.batch must be at least 1".into());
        }
        Ok(())
    }

    /// The address without its password.
    pub fn public_address(&self) -> String {
        hide_password(&self.address)
    }
}

/// `scheme://user:password@host` with the password starred out.
pub fn hide_password(address: &str) -> String {
    let Some((scheme, rest)) = address.split_once("://") else { return address.to_owned() };
    match rest.rsplit_once('@') {
        Some((user, host)) => {
            let name = user.split(':').next().unwrap_or_default();
            format!("{scheme}://{name}:***@{host}")
        }
        None => address.to_owned(),
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("address", &self.public_address())
            .field("bus", &hide_password(&self.bus))
            .field("readers", &self.readers)
            .field("batch", &self.batch)
            .field("tails_mib", &self.tails_mib)
            .finish()
    }
}
