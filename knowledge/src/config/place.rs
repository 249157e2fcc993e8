//! Section `[knowledge.index]`: where the search index is.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What stands for the index in this process.
const EMBEDDED: &str = "embedded";
/// What the address of a server begins with.
const SERVER: &str = "qdrant:";

/// Where the search index is: in the data folder, or on a Qdrant server that all nodes share.
#[derive(Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Place {
    /// `embedded`, or a server's address for gRPC such as `qdrant:http://127.0.0.1:6334`.
    pub address: String,
    /// The server's key, if it wants one.
    pub key: String,
    /// What the names of collections begin with; installations that share a server need different ones.
    pub prefix: String,
    /// Seconds a request may take.
    pub seconds: u64,
}

impl Default for Place {
    fn default() -> Self {
        Self { address: EMBEDDED.into(), key: String::new(), prefix: "warbler".into(), seconds: 5 }
    }
}

impl Place {
    /// The server's URL; `None` for an index in this process. Errors are sentences for the operator.
    pub(crate) fn server(&self) -> Result<Option<&str>, String> {
        if self.address == EMBEDDED {
            return Ok(None);
        }
        let hint = "write \"embedded\", or a server's gRPC address such as \"qdrant:http://127.0.0.1:6334\"";
        let Some(url) = self.address.strip_prefix(SERVER) else {
            return Err(format!("knowledge.index.address is neither embedded nor a qdrant: address: {hint}"));
        };
        let parsed = reqwest::Url::parse(url).map_err(|error| format!("knowledge.index.address: {error}: {hint}"))?;
        if !["http", "https"].contains(&parsed.scheme()) || !parsed.has_host() {
            return Err(format!("knowledge.index.address needs http:// or https:// after qdrant: and a host: {hint}"));
        }
        if !parsed.username().is_empty() || parsed.password().is_some() {
            return Err("knowledge.index.address must not hold a name or password: the server's key belongs in knowledge.index.key".into());
        }
        if parsed.path() != "/" || parsed.query().is_some() {
            return Err(format!("knowledge.index.address ends with the port: {hint}"));
        }
        // The usual port of https is not told by the parser.
        let usual = url.trim_end_matches('/').ends_with(":443").then_some(443);
        match parsed.port().or(usual) {
            None => Err(format!("knowledge.index.address needs the port of the server's gRPC interface, usually 6334: {hint}")),
            Some(6333) => Err("knowledge.index.address names port 6333, where Qdrant speaks HTTP: take that of gRPC, usually 6334".into()),
            Some(_) => Ok(Some(url)),
        }
    }

    pub(super) fn validate(&self) -> Result<(), String> {
        self.server()?;
        if !self.key.chars().all(|c| c.is_ascii_graphic()) {
            return Err("knowledge.index.key has a character that no key has; is there a space or a line break in it?".into());
        }
        let strange = |c: char| !(c.is_ascii_alphanumeric() || c == '_');
        if self.prefix.is_empty() || self.prefix.len() > 40 || self.prefix.contains(strange) {
            return Err("knowledge.index.prefix must be 1 to 40 letters, digits or underscores".into());
        }
        if self.seconds == 0 {
            return Err("knowledge.index.seconds must be at least 1".into());
        }
        Ok(())
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Place")
            .field("address", &self.address)
            .field("key", &if self.key.is_empty() { "" } else { "***" })
            .field("prefix", &self.prefix)
            .field("seconds", &self.seconds)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_address_is_told_with_what_to_write() {
        for (address, expected) in [
            ("embedded", Ok(None)),
            ("qdrant:http://127.0.0.1:6334", Ok(Some("http://127.0.0.1:6334"))),
            ("qdrant:https://search.example.com:6334", Ok(Some("https://search.example.com:6334"))),
            ("qdrant:https://search.example.com:443", Ok(Some("https://search.example.com:443"))),
            ("", Err("neither embedded")),
            ("http://127.0.0.1:6334", Err("neither embedded")),
            ("qdrant:127.0.0.1:6334", Err("qdrant:http://127.0.0.1:6334")),
            ("qdrant:grpc://127.0.0.1:6334", Err("http:// or https://")),
            ("qdrant:http://key@127.0.0.1:6334", Err("knowledge.index.key")),
            ("qdrant:http://127.0.0.1", Err("port")),
            ("qdrant:http://127.0.0.1:6333", Err("6334")),
            ("qdrant:http://127.0.0.1:6334/warbler", Err("ends with the port")),
        ] {
            let place = Place { address: address.into(), ..Place::default() };
            match (place.server(), expected) {
                (Ok(found), Ok(expected)) => assert_eq!(found, expected, "{address}"),
                (Err(sentence), Err(part)) => assert!(sentence.contains(part), "{address}: {sentence}"),
                (found, _) => panic!("{address}: {found:?}"),
            }
        }
        for wrong in [Place { key: "a b".into(), ..Place::default() }, Place { prefix: "a-b".into(), ..Place::default() }] {
            assert!(wrong.validate().is_err(), "{wrong:?}");
        }
        assert!(!format!("{:?}", Place { key: "secret".into(), ..Place::default() }).contains("secret"));
    }
}
