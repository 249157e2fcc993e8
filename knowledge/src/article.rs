//! Help-center articles: written by the staff, one text for each language, and knowledge as long as they are published. A collection
//! is a source and a published text one of its documents, so audiences, releases and everything else about sources hold for them.

mod acts;
pub mod address;
pub mod collection;
mod order;
pub mod public;
mod publish;
mod record;
mod write;

use chat::{AgentId, ArticleId, CollectionId};
use serde::Serialize;

use crate::{
    Error, Fault, Result,
    parse::{clean, one_line},
};

pub use collection::{Collection, Name, Names};
pub use order::{move_article, move_collection};
pub use public::Public;
pub use record::{find, list, removed, text};
pub use write::{Saved, Then};

/// Longest title, in characters.
pub const LONGEST_TITLE: usize = 200;
/// Longest summary.
pub const LONGEST_SUMMARY: usize = 300;
/// Longest body.
pub const LONGEST_BODY: usize = 100_000;

/// An article in all its languages.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Article {
    /// Its id.
    pub id: ArticleId,
    /// Where it stands.
    pub collection: CollectionId,
    /// In public addresses; unique in the workspace.
    pub number: i64,
    /// Who began it.
    pub author: AgentId,
    /// Unix milliseconds.
    pub created_at: i64,
    /// Since when it is in the bin.
    pub removed_at: Option<i64>,
    /// Its texts by language, without their bodies.
    pub texts: Vec<Text>,
}

/// An article in one language; its body is read apart.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Text {
    /// One of [`chat::LOCALES`].
    pub locale: String,
    /// Its title.
    pub title: String,
    /// A sentence or two about it.
    pub summary: String,
    /// Raised by every save, from 1.
    pub revision: i64,
    /// Who saved it last.
    pub editor: AgentId,
    /// When, unix milliseconds.
    pub updated_at: i64,
    /// Since when it is read; `None`: it is a draft.
    pub published_at: Option<i64>,
}

/// What somebody has typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Typed {
    /// Its title.
    pub title: String,
    /// A sentence or two about it; may be empty.
    pub summary: String,
    /// Markdown.
    pub body: String,
}

impl Article {
    /// Its text in a language.
    #[must_use]
    pub fn text(&self, locale: &str) -> Option<&Text> {
        self.texts.iter().find(|text| text.locale == locale)
    }

    /// What it is called in a language, or else in the one it was written in first.
    #[must_use]
    pub fn title(&self, locale: &str) -> &str {
        self.text(locale).or(self.texts.first()).map_or("", |text| &text.title)
    }
}

impl Typed {
    /// As the record keeps it.
    fn checked(self) -> Result<Self> {
        let typed = Self {
            title: one_line(&clean(&self.title)),
            summary: one_line(&clean(&self.summary)),
            body: clean(&self.body).trim_end().to_owned(),
        };
        for (text, most, key) in [
            (&typed.title, LONGEST_TITLE, "fault-article-title-long"),
            (&typed.summary, LONGEST_SUMMARY, "fault-article-summary-long"),
            (&typed.body, LONGEST_BODY, "fault-article-body-long"),
        ] {
            if text.chars().count() > most {
                return Err(Error::Invalid(Fault::of(key).with("n", most)));
            }
        }
        if typed.title.is_empty() {
            return Err(Error::Invalid(Fault::of("fault-article-title")));
        }
        Ok(typed)
    }
}
