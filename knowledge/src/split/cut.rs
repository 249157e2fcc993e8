//! How documents are split: everywhere, and in one source as an admin has decided.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use crate::{Error, Fault, Result};

/// Raised whenever splitting changes: every document is then split anew at its next import.
const VERSION: u32 = 1;

/// How long a passage may be, about.
pub const SIZES: RangeInclusive<usize> = 200..=8_000;
/// Levels of headings there can be under a title.
pub(super) const LEVELS: usize = 6;
/// Levels of headings that an admin may choose.
pub const DEEPEST: usize = 3;

/// How documents are split: another cut, and each is split anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// About how long a passage is, see [`super::width`].
    pub size: usize,
    /// Levels of headings below the title at which a passage begins; headings below those begin one only when there is no room.
    pub levels: usize,
}

impl Cut {
    /// At every heading.
    #[must_use]
    pub fn of(size: usize) -> Self {
        Self { size, levels: LEVELS }
    }

    /// Tells it from another; part of what is kept of a document and of a page.
    #[must_use]
    pub(crate) fn recipe(self) -> String {
        let Self { size, levels } = self;
        if levels >= LEVELS { format!("{VERSION} {size}") } else { format!("{VERSION} {size} {levels}") }
    }
}

/// What an admin has decided about the splitting of a source; what is not decided is as everywhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// About how long a passage is, in Latin characters; `None`: as the configuration says.
    pub size: Option<usize>,
    /// Levels of headings at which a passage begins, from 0 (none) on; `None`: all of them.
    pub levels: Option<usize>,
}

impl Settings {
    /// What they mean where passages are otherwise so long.
    #[must_use]
    pub fn under(self, usual: usize) -> Cut {
        Cut { size: self.size.unwrap_or(usual), levels: self.levels.unwrap_or(LEVELS) }
    }

    /// Refuses what makes no sense.
    ///
    /// # Errors
    /// [`Error::Invalid`] with a sentence for the admin.
    pub fn checked(self) -> Result<Self> {
        if self.size.is_some_and(|size| !SIZES.contains(&size)) {
            return Err(Error::Invalid(Fault::of("fault-split-size").with("least", *SIZES.start()).with("most", *SIZES.end())));
        }
        if self.levels.is_some_and(|levels| levels > DEEPEST) {
            return Err(Error::Invalid(Fault::of("fault-split-levels").with("most", DEEPEST)));
        }
        Ok(self)
    }

    /// As the record keeps them; empty: nothing is decided.
    #[must_use]
    pub(crate) fn text(self) -> String {
        if self == Self::default() { String::new() } else { serde_json::to_string(&self).unwrap_or_default() }
    }

    pub(crate) fn parse(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_kept_and_checked() {
        for (size, levels, fine) in [
            (None, None, true),
            (Some(200), Some(0), true),
            (Some(8_000), Some(3), true),
            (Some(199), None, false),
            (Some(8_001), None, false),
            (None, Some(4), false),
        ] {
            let settings = Settings { size, levels };
            assert_eq!(settings.checked().is_ok(), fine, "{settings:?}");
            assert_eq!(Settings::parse(&settings.text()), settings);
        }
        assert_eq!((Settings::default().text(), Settings::parse("")), (String::new(), Settings::default()));
    }

    #[test]
    fn what_is_not_decided_is_as_everywhere() {
        let recipe = |size, levels| Settings { size, levels }.under(1_200).recipe();
        // As it stands in records of before there were settings.
        assert_eq!(recipe(None, None), "1 1200");
        assert_eq!(recipe(Some(1_200), None), "1 1200");
        assert_eq!(recipe(Some(400), None), "1 400");
        assert_eq!(recipe(None, Some(1)), "1 1200 1");
    }
}
