//! Articles and collections as pages show them.

use std::collections::HashMap;

use serde::Serialize;

use chat::{AgentId, LOCALES, inbox};
use knowledge::article::{Article, Collection, Text, address};

use super::PAGE;
use super::collection::href as collection_href;
use crate::audience::AudienceText;
use crate::error::Error;
use crate::handle::Console;
use crate::locale::Locale;
use crate::web::visit::Seat;
use crate::words::Words;

/// A collection.
#[derive(Clone, Debug, Serialize)]
pub struct CollectionText {
    /// Its id.
    pub id: String,
    /// Where it is changed.
    pub href: String,
    /// What it is called.
    pub name: String,
    /// What it is about; may be empty.
    pub about: String,
    /// Who may read it.
    pub audience: AudienceText,
}

/// An article in a list.
#[derive(Clone, Debug, Serialize)]
pub struct ArticleRow {
    /// Its id.
    pub id: String,
    /// Where it is changed.
    pub href: String,
    /// What it is called.
    pub title: String,
    /// Who began it.
    pub author: String,
    /// When one of its texts was saved last, unix milliseconds.
    pub updated_at: i64,
    /// Each language of the house, with what there is in it.
    pub languages: Vec<LanguageText>,
}

/// A language of an article.
#[derive(Clone, Debug, Serialize)]
pub struct LanguageText {
    /// `en` or `zh`.
    pub locale: &'static str,
    /// Where that text is written.
    pub href: String,
    /// `none`, `draft` or `published`.
    pub state: &'static str,
}

/// A help center.
#[derive(Clone, Debug, Serialize)]
pub struct CenterText {
    /// The inbox that has it.
    pub name: String,
    /// Where it is read.
    pub url: String,
}

/// The names of the staff.
pub struct Staff(HashMap<AgentId, String>);

impl Staff {
    /// Everybody of the workspace.
    pub async fn of(console: &Console, seat: &Seat) -> Result<Self, Error> {
        let agents = chat::agent::list(console.chat.store(), seat.workspace()).await?;
        Ok(Self(agents.into_iter().map(|agent| (agent.id, agent.name)).collect()))
    }

    /// Somebody's name; empty: they are gone.
    pub fn name(&self, id: AgentId) -> String {
        self.0.get(&id).cloned().unwrap_or_default()
    }
}

impl CollectionText {
    /// A collection of the record.
    #[must_use]
    pub fn of(words: &Words, locale: Locale, collection: &Collection) -> Self {
        let name = collection.name(locale.tag());
        Self {
            id: collection.id.text(),
            href: collection_href(collection.id),
            name: name.name.clone(),
            about: name.about.clone(),
            audience: AudienceText::of(words, locale, &collection.audience),
        }
    }
}

impl ArticleRow {
    /// An article of the record.
    #[must_use]
    pub fn of(article: &Article, locale: Locale, staff: &Staff) -> Self {
        Self {
            id: article.id.text(),
            href: format!("{PAGE}/{}", article.id),
            title: article.title(locale.tag()).to_owned(),
            author: staff.name(article.author),
            updated_at: article.texts.iter().map(|text| text.updated_at).max().unwrap_or(article.created_at),
            languages: languages(article),
        }
    }
}

/// Each language of the house, with what an article has in it.
pub fn languages(article: &Article) -> Vec<LanguageText> {
    let of = |locale: &'static str| LanguageText {
        locale,
        href: format!("{PAGE}/{}?lang={locale}", article.id),
        state: state(article.text(locale)),
    };
    LOCALES.into_iter().map(of).collect()
}

fn state(text: Option<&Text>) -> &'static str {
    match text {
        None => "none",
        Some(text) if text.published_at.is_some() => "published",
        Some(_) => "draft",
    }
}

/// The help centers of the workspace: one for each inbox.
pub async fn centers(console: &Console, seat: &Seat) -> Result<Vec<CenterText>, Error> {
    let inboxes = inbox::list(console.chat.store(), seat.workspace()).await?;
    let of = |inbox: inbox::Inbox| CenterText { url: format!("{}/help/{}", seat.visit.origin, inbox.id), name: inbox.name };
    Ok(inboxes.into_iter().map(of).collect())
}

/// Where a document of an article is written; `None` for any other.
#[must_use]
pub fn edit_href(url: &str) -> Option<String> {
    address::parse(url).map(|(id, locale)| format!("{PAGE}/{id}?lang={locale}"))
}
