//! Keys of models that releases name: a release is frozen without its key, and by then the settings of today may name another
//! server. Kept as the setting `bot_keys`, which no page reads.

use std::collections::{BTreeMap, HashSet};

use chat::{Chat, Secret, WorkspaceId};
use knowledge::release;
use serde::{Deserialize, Serialize};

use super::Endpoint;
use crate::Result;

const NAME: &str = "bot_keys";
/// Releases that are looked at, the newest: far more than are kept.
const RELEASES: i64 = 1_000;

/// Keys by the address of their server.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Keys(BTreeMap<String, Secret>);

impl Keys {
    pub(crate) async fn get(chat: &Chat, workspace: WorkspaceId) -> Result<Self> {
        Ok(chat::setting::get(chat.store(), workspace, NAME).await?.unwrap_or_default())
    }

    /// The key for this server; empty: none is known.
    pub(crate) fn of(&self, url: &str) -> Secret {
        self.0.get(url).cloned().unwrap_or_default()
    }

    /// Takes in the keys of these, the newest last, and forgets those of servers that no release names any more.
    pub(super) async fn keep(chat: &Chat, workspace: WorkspaceId, of: [&Endpoint; 2]) -> Result<()> {
        let before = Self::get(chat, workspace).await?;
        let releases = release::list(chat.store(), workspace, RELEASES).await?;
        let kept = releases.iter().filter(|release| release.dropped_at.is_none());
        let named = kept.filter_map(|release| release.settings.pointer("/model/url")?.as_str()).collect();
        let keys = before.clone().with(of, &named);
        if keys != before {
            chat::setting::put(chat.store(), workspace, NAME, &keys, chat.now()).await?;
        }
        Ok(())
    }

    fn with(mut self, of: [&Endpoint; 2], named: &HashSet<&str>) -> Self {
        let new = of.into_iter().filter(|endpoint| !endpoint.key.is_empty());
        self.0.extend(new.map(|endpoint| (endpoint.url.clone(), endpoint.key.clone())));
        self.0.retain(|url, _| named.contains(url.as_str()));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_kept_while_a_release_names_its_server() {
        let at = |url: &str, key: &str| Endpoint { url: url.into(), key: Secret::new(key), ..Endpoint::default() };
        let both = HashSet::from(["a", "b"]);
        let keys = Keys::default().with([&at("a", "1"), &at("b", "2")], &both);
        assert_eq!((keys.of("a"), keys.of("b"), keys.of("c")), (Secret::new("1"), Secret::new("2"), Secret::default()));
        for (name, of, named, a, b) in [
            ("a newer key", [at("a", "1"), at("a", "3")], both.clone(), "3", "2"),
            ("no key is no news", [at("a", ""), at("b", "")], both.clone(), "1", "2"),
            ("nobody names it", [at("a", "1"), at("b", "2")], HashSet::from(["b"]), "", "2"),
            ("no releases", [at("a", "1"), at("b", "2")], HashSet::new(), "", ""),
        ] {
            let keys = keys.clone().with([&of[0], &of[1]], &named);
            assert_eq!((keys.of("a").expose(), keys.of("b").expose()), (a, b), "{name}");
        }
    }
}
