//! Who is answered by what: today's knowledge and settings, or those of a release.

use chat::{VisitorId, WorkspaceId};
use knowledge::release::{self, At, Live, Release};

use crate::{Bot, Result, Settings, settings::Keys};

/// Whose knowledge and settings a question is answered with.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum Standing {
    /// Everything as it is now: the playground, replays, drafts for agents.
    #[default]
    Today,
    /// What this visitor is answered with.
    Visitor(VisitorId),
    /// What most visitors are answered with.
    Published,
    /// The release of this number.
    Release(i64),
}

/// Settings, and the release they are of.
pub(crate) struct Chosen {
    pub settings: Settings,
    pub release: Option<i64>,
}

impl Chosen {
    /// The knowledge that goes with it.
    pub(crate) fn at(release: Option<i64>) -> At {
        release.map_or(At::Today, At::Release)
    }
}

impl Bot {
    /// The settings that hold there.
    pub(crate) async fn chosen(&self, workspace: WorkspaceId, standing: Standing) -> Result<Chosen> {
        let store = self.chat().store();
        let release = async {
            Ok(match standing {
                Standing::Today => None,
                Standing::Published => release::live(store, workspace).await?.published,
                Standing::Visitor(visitor) => choose(release::live(store, workspace).await?, visitor),
                Standing::Release(number) => Some(release::numbered(store, workspace, number).await?),
            })
        };
        let (today, release) = tokio::try_join!(Settings::get(self.chat(), workspace), release)?;
        Ok(match release {
            None => Chosen { settings: today, release: None },
            Some(release) => {
                let mut settings = settings_of_release(&release, &today);
                if settings.model.key.is_empty() && !settings.model.url.is_empty() {
                    settings.model.key = Keys::get(self.chat(), workspace).await?.of(&settings.model.url);
                }
                Chosen { settings, release: Some(release.number) }
            }
        })
    }

    /// The settings a visitor is answered with.
    ///
    /// # Errors
    /// The record's.
    pub async fn settings_of(&self, workspace: WorkspaceId, visitor: VisitorId) -> Result<Settings> {
        Ok(self.chosen(workspace, Standing::Visitor(visitor)).await?.settings)
    }

    /// The settings most visitors are answered with: how the bot presents itself.
    ///
    /// # Errors
    /// The record's.
    pub async fn settings_published(&self, workspace: WorkspaceId) -> Result<Settings> {
        Ok(self.chosen(workspace, Standing::Published).await?.settings)
    }

    /// Freezes knowledge and the settings of this moment; the first time, this is what is live from now on.
    ///
    /// # Errors
    /// The record's.
    pub async fn freeze(&self, workspace: WorkspaceId, note: &str, by: chat::AgentId) -> Result<Release> {
        let settings = Settings::get(self.chat(), workspace).await?.public();
        let settings = serde_json::to_value(settings).map_err(|error| crate::Error::Invalid(error.to_string().into()))?;
        Ok(release::freeze(self.chat(), workspace, note, &settings, by).await?)
    }
}

/// The release that answers a visitor: the staged one for its share of them, else the published one.
fn choose(live: Live, visitor: VisitorId) -> Option<Release> {
    match live.staged {
        Some(staged) if bucket(visitor, &staged) < staged.share => Some(staged),
        _ => live.published,
    }
}

/// A number from 0 to 99 that stays the same for a visitor and a release, and is another for the next release, so that nobody is
/// always the first. A larger share keeps all who were in the smaller one.
fn bucket(visitor: VisitorId, release: &Release) -> i64 {
    let bytes = visitor.0.as_bytes().iter().chain(release.id.0.as_bytes());
    let mut hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
    // The low bits of the sum above hang together; these do not.
    hash ^= hash >> 32;
    hash = hash.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    i64::try_from((hash >> 33) % 100).unwrap_or(0)
}

/// The settings of a release, over which some things of today stand: who speaks is decided at once, and keys
/// are not frozen.
#[must_use]
pub fn settings_of_release(release: &Release, today: &Settings) -> Settings {
    let mut settings: Settings = serde_json::from_value(release.settings.clone()).unwrap_or_else(|_| today.clone());
    settings.enabled = today.enabled;
    settings.voice = today.voice;
    // Money is today's, and so is what must not leave the house.
    settings.budget = today.budget.clone();
    settings.redact = today.redact;
    settings.keep_key(today);
    settings
}

#[cfg(test)]
mod tests {
    use knowledge::release::State;
    use uuid::Uuid;

    use super::*;

    fn release(share: i64, seed: u128) -> Release {
        Release {
            id: chat::ReleaseId(Uuid::from_u128(seed)),
            number: 2,
            state: State::Staged,
            share,
            note: String::new(),
            settings: serde_json::Value::Null,
            by: None,
            created_at: 0,
            published_at: None,
            reason: None,
            signed_by: None,
            dropped_at: None,
            run_at: None,
            run: (0, 0),
        }
    }

    #[test]
    fn whether_the_bot_speaks_is_decided_today() {
        for (frozen, today) in [(false, true), (true, false), (true, true), (false, false)] {
            let with = |enabled| Settings { enabled, ..Settings::default() };
            let release = Release { settings: serde_json::to_value(with(frozen)).expect("settings are JSON"), ..release(0, 1) };
            assert_eq!(settings_of_release(&release, &with(today)).enabled, today, "frozen {frozen}, today {today}");
        }
    }

    fn visitors() -> impl Iterator<Item = VisitorId> {
        (0..10_000_u128).map(|n| VisitorId(Uuid::from_u128(0x0199_7a00_0000_7000_8000_0000_0000_0000 + n * 7_919)))
    }

    #[test]
    fn a_share_of_the_visitors_is_that_share_and_grows_by_the_same_ones() {
        let small = release(20, 77);
        let large = release(50, 77);
        let inside = |of: &Release| visitors().filter(|visitor| bucket(*visitor, of) < of.share).count();
        assert!((1_800..2_200).contains(&inside(&small)), "{}", inside(&small));
        assert!((4_700..5_300).contains(&inside(&large)), "{}", inside(&large));
        assert!(visitors().all(|visitor| bucket(visitor, &small) >= 20 || bucket(visitor, &large) < 50));
        let next = release(20, 78);
        let both = visitors().filter(|visitor| bucket(*visitor, &small) < 20 && bucket(*visitor, &next) < 20).count();
        assert!((250..550).contains(&both), "another release has other visitors: {both}");
    }
}
