//! What an inbox shows anybody: its public articles, and the addresses they have.

use axum::http::{HeaderMap, header};
use chat::{
    InboxId, LOCALES,
    inbox::{self, Inbox},
};
use console::templates::filters::urlencode;
use knowledge::article::{Public, address, collection::called, public};

use super::{Miss, Shared};

/// The help center of an inbox, in one language.
pub(super) struct Center {
    pub inbox: Inbox,
    pub lang: &'static str,
    /// Scheme and host, for addresses that must be whole.
    pub base: String,
    /// In the order of collections and articles.
    pub all: Vec<Public>,
}

/// A collection that has something to read.
pub(super) struct Shelf<'a> {
    pub number: i64,
    pub name: &'a str,
    pub about: &'a str,
    pub articles: Vec<&'a Public>,
}

impl Center {
    pub(super) async fn open(shared: &Shared, inbox: &str, lang: &'static str, headers: &HeaderMap) -> Result<Self, Miss> {
        let id = InboxId::parse(inbox).ok_or(Miss::Nowhere(lang))?;
        let inbox = inbox::of_visitor(shared.chat.store(), id).await.map_err(|error| match error {
            chat::Error::NotFound => Miss::Nowhere(lang),
            other => other.into(),
        })?;
        let all = public::list(shared.chat.store(), inbox.workspace, inbox.libraries.as_deref()).await?;
        Ok(Self { inbox, lang, base: base(&shared.base, headers), all })
    }

    /// The articles of this language, by collection.
    pub(super) fn shelves(&self) -> Vec<Shelf<'_>> {
        let mut shelves: Vec<Shelf<'_>> = Vec::new();
        for public in self.all.iter().filter(|public| public.locale == self.lang) {
            match shelves.last_mut().filter(|shelf| shelf.number == public.collection_number) {
                Some(shelf) => shelf.articles.push(public),
                None => {
                    let called = called(&public.names, self.lang);
                    let (name, about) = (called.name.as_str(), called.about.as_str());
                    shelves.push(Shelf { number: public.collection_number, name, about, articles: vec![public] });
                }
            }
        }
        shelves
    }

    /// An article in this language, or else in another.
    pub(super) fn article_by(&self, is: impl Fn(&Public) -> bool) -> Option<&Public> {
        let mut found: Vec<&Public> = self.all.iter().filter(|public| is(public)).collect();
        found.sort_by_key(|public| public.locale != self.lang);
        found.first().copied()
    }

    /// The languages there are articles in.
    pub(super) fn languages(&self) -> Vec<&'static str> {
        LOCALES.into_iter().filter(|lang| self.speaks(lang)).collect()
    }

    /// Whether there are articles in a language.
    pub(super) fn speaks(&self, lang: &str) -> bool {
        self.all.iter().any(|public| public.locale == lang)
    }

    pub(super) fn home(&self) -> String {
        self.home_in(self.lang)
    }

    pub(super) fn home_in(&self, lang: &str) -> String {
        format!("/help/{}/{lang}", self.inbox.id)
    }

    pub(super) fn shelf_href(&self, lang: &str, number: i64, name: &str) -> String {
        format!("{}/collections/{}", self.home_in(lang), urlencode(&address::slug(number, name)))
    }

    pub(super) fn article_href(&self, public: &Public) -> String {
        format!("{}/articles/{}", self.home_in(&public.locale), urlencode(&address::slug(public.number, &public.title)))
    }

    /// The same article in every language it has, with its address.
    pub(super) fn versions(&self, of: &Public) -> Vec<(&str, String)> {
        let same = self.all.iter().filter(|public| public.article == of.article);
        same.map(|public| (public.locale.as_str(), self.article_href(public))).collect()
    }

    /// Whether the widget may be used on these pages.
    pub(super) fn talks(&self) -> bool {
        self.inbox.allows(Some(&self.base))
    }
}

/// Scheme and host: as configured, or as the browser says.
pub(super) fn base(configured: &str, headers: &HeaderMap) -> String {
    if !configured.is_empty() {
        return configured.to_owned();
    }
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let plain = |c: char| c.is_ascii_alphanumeric() || ".-:[]".contains(c);
    let host = if !host.is_empty() && host.chars().all(plain) { host } else { "localhost" };
    format!("http://{host}")
}
