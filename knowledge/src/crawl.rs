//! Crawls: the pages of a site, politely, and only what changed of them.

mod fetch;
mod links;
pub(crate) mod page;
mod queue;
mod reach;
mod robots;
mod scope;
mod sitemap;
#[cfg(test)]
mod tests;
mod walk;

pub(crate) use fetch::Pace;
pub(crate) use page::clear;
pub use reach::Reach;
pub(crate) use walk::{Crawl, Place, fetch};

/// How a crawl finds its pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// From link to link, below the first page.
    Links,
    /// By a sitemap.
    Sitemap,
}
