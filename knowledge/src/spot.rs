//! Where in its file a passage stands: what a reader turns to.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A place in a file that has pages or rows; both count from 1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Spot {
    /// A row of a sheet.
    Row {
        /// The sheet's name.
        sheet: String,
        /// Its first row.
        row: u32,
    },
    /// A page.
    Page {
        /// Its number, as a viewer counts.
        page: u32,
    },
}

impl Spot {
    /// As the record keeps it; empty: no such place.
    #[must_use]
    pub(crate) fn keep(spot: Option<&Self>) -> String {
        spot.and_then(|spot| serde_json::to_string(spot).ok()).unwrap_or_default()
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    /// `url` at this place: viewers of PDF files turn to the page.
    #[must_use]
    pub(crate) fn of_url(spot: Option<&Self>, url: String) -> String {
        match spot {
            Some(Self::Page { page }) if url.starts_with("http") && !url.contains('#') => format!("{url}#page={page}"),
            _ => url,
        }
    }
}

impl fmt::Display for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Page { page } => write!(f, "p. {page}"),
            Self::Row { sheet, row } => write!(f, "{sheet}, row {row}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spots_are_kept_and_read() {
        for spot in [Spot::Page { page: 3 }, Spot::Row { sheet: "价格".into(), row: 12 }] {
            assert_eq!(Spot::parse(&Spot::keep(Some(&spot))), Some(spot));
        }
        assert_eq!((Spot::keep(None), Spot::parse("")), (String::new(), None));
        let url = Spot::of_url(Some(&Spot::Page { page: 3 }), "https://x.example/a.pdf".into());
        assert_eq!(url, "https://x.example/a.pdf#page=3");
    }
}
