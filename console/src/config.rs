//! Section `[console]` of the configuration.

use serde::{Deserialize, Serialize};

/// How the console is reached and what it takes in.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Largest upload in one form, in megabytes.
    pub upload_mb: u32,
    /// Whether `X-Forwarded-Proto`, `X-Forwarded-Host` and `X-Forwarded-For` are believed.
    /// Only behind a proxy that sets them itself.
    pub trust_proxy: bool,
    /// The listener itself speaks TLS; set by the start-up, not by the file.
    #[serde(skip)]
    pub https: bool,
}

impl Default for Config {
    fn default() -> Self {
        Config { upload_mb: 64, trust_proxy: false, https: false }
    }
}

impl Config {
    /// Errors are sentences for the operator.
    pub fn validate(&self) -> Result<(), String> {
        if !(1..=1_024).contains(&self.upload_mb) {
            return Err("console.upload_mb must be between 1 and 1024".into());
        }
        Ok(())
    }

    /// Bytes one form may carry.
    #[must_use]
    pub fn upload_bytes(&self) -> usize {
        self.upload_mb as usize * 1024 * 1024
    }
}
