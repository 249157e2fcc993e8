//! The configuration: the embedded default file < `warbler.toml` < environment < flags.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use figment::{
    Figment,
    providers::{Env, Format, Serialized, Toml},
};
use serde::{Deserialize, Serialize};

/// The default file: also the documentation of every setting.
pub(crate) const DEFAULT: &str = include_str!("../warbler.toml");

/// What a process does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Role {
    /// The visitors' wire and the widget.
    Gateway,
    /// Turns of the bot.
    Bot,
    /// The staff's pages.
    Console,
    /// Index, queue, timers.
    Worker,
}

/// Section `[log]`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Log {
    /// A level or a filter.
    pub level: String,
    /// `text` or `json`.
    pub format: LogFormat,
}

/// For whom the log is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    /// People.
    Text,
    /// Machines.
    Json,
}

/// Everything.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    pub listen: String,
    pub data: PathBuf,
    pub public_url: String,
    pub roles: Vec<Role>,
    pub drain_s: u32,
    pub tls: crate::tls::Config,
    pub log: Log,
    pub record: chat::Config,
    pub visitor: crate::visitor::Config,
    pub api: crate::api::Config,
    pub knowledge: knowledge::Config,
    pub desk: ticketing::Config,
    pub bot: bot::Config,
    pub console: console::Config,
}

/// What flags set.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Flags {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listen: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<PathBuf>,
}

impl Config {
    /// Reads every layer and checks them together.
    ///
    /// # Errors
    /// Names the setting, where it came from, and what is wrong with it.
    pub(crate) fn load(file: Option<&Path>, flags: &Flags) -> anyhow::Result<Self> {
        if let Some(named) = file
            && !named.exists()
        {
            bail!("The configuration {} is not there: check --config.", named.display());
        }
        let file = file.unwrap_or(Path::new("warbler.toml"));
        // `file_exact` wants the file to be there; without one the defaults hold.
        let own = if file.exists() { Toml::file_exact(file) } else { Toml::string("") };
        let mut config: Self = Figment::from(Toml::string(DEFAULT))
            .merge(own)
            .merge(environment())
            .merge(Serialized::defaults(flags))
            .extract()
            .map_err(|error| {
                anyhow::anyhow!("The configuration is wrong: {error}. `warbler config --default` prints every setting with its meaning.")
            })?;
        config.complete();
        config.validate().map_err(|sentence| anyhow::anyhow!("The configuration is wrong: {sentence}."))?;
        Ok(config)
    }

    /// Fills in what follows from other settings.
    fn complete(&mut self) {
        if self.record.address.is_empty() {
            self.record.address = format!("sqlite:{}", self.data.join("record.db").display());
        }
        self.console.https = self.public_url.starts_with("https:") || (self.public_url.is_empty() && self.tls.is_on());
    }

    /// Combinations are checked at the start, before the first visitor finds out.
    fn validate(&self) -> Result<(), String> {
        self.tls.validate()?;
        self.record.validate()?;
        self.visitor.validate()?;
        self.api.validate()?;
        self.knowledge.validate()?;
        self.desk.validate()?;
        self.bot.validate()?;
        self.console.validate()?;
        if self.roles.is_empty() {
            return Err("roles is empty: name at least one of gateway, bot, console, worker".into());
        }
        if self.listen.parse::<std::net::SocketAddr>().is_err() && !self.listen.contains(':') {
            return Err(format!("listen = \"{}\" is not an address such as 127.0.0.1:8080", self.listen));
        }
        if !self.public_url.is_empty() && !self.public_url.starts_with("http://") && !self.public_url.starts_with("https://") {
            return Err("public_url must begin with https:// or http://".into());
        }
        let alone = self.record.bus == "local";
        let whole = [Role::Gateway, Role::Bot, Role::Console, Role::Worker].iter().all(|role| self.roles.contains(role));
        if !whole && (alone || self.record.address.starts_with("sqlite:")) {
            return Err("roles can be split over several processes only on postgres: with a redis: bus".into());
        }
        if !alone && self.record.address.starts_with("sqlite:") {
            return Err(
                "several nodes cannot share an SQLite record: set record.address to a postgres: one, or record.bus to \"local\"".into()
            );
        }
        Ok(())
    }

    /// Whether this process plays a role.
    pub(crate) fn plays(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// The roles of this process, a comma between.
    pub(crate) fn role_names(&self) -> String {
        let name = |role: &Role| match role {
            Role::Gateway => "gateway",
            Role::Bot => "bot",
            Role::Console => "console",
            Role::Worker => "worker",
        };
        self.roles.iter().map(name).collect::<Vec<_>>().join(", ")
    }

    /// As TOML, without secrets.
    pub(crate) fn public(&self) -> anyhow::Result<String> {
        let mut value = toml::Value::try_from(self).context("the configuration cannot be printed")?;
        hide(&mut value);
        toml::to_string_pretty(&value).context("the configuration cannot be printed")
    }
}

/// The variables that name a setting. Others that begin with WARBLER_ may be anybody's: Kubernetes makes some for a service of that name.
fn environment() -> Env {
    let known: toml::Table = toml::from_str(DEFAULT).unwrap_or_default();
    Env::prefixed("WARBLER_")
        .filter(move |name| known.contains_key(&name.as_str().split("__").next().unwrap_or_default().to_lowercase()))
        .split("__")
}

/// Stars out whatever is named like a secret, and the password of every address.
fn hide(value: &mut toml::Value) {
    let table = match value {
        toml::Value::Table(table) => table,
        toml::Value::Array(list) => return list.iter_mut().for_each(hide),
        _ => return,
    };
    for (name, value) in table {
        match value {
            toml::Value::String(text) if secret(name) && !text.is_empty() => *text = "***".into(),
            toml::Value::String(text) => *text = chat::hide_password(text),
            other => hide(other),
        }
    }
}

fn secret(name: &str) -> bool {
    ["key", "secret", "password", "token"].iter().any(|word| name == *word || name.ends_with(&format!("_{word}")))
}

#[cfg(test)]
mod tests;
