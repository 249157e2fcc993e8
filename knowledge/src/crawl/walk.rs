//! One crawl from its first page to its last.

mod ask;

use std::collections::{HashMap, HashSet};

use chat::{LibraryId, SourceId, WorkspaceId};
use reqwest::Url;

use self::ask::Came;
use super::{
    Reach, Way,
    links::Links,
    page::{self, Page},
    queue::{Queue, key},
    robots::Rules,
    scope::{Scope, normal},
    sitemap,
};
use crate::{
    Audience, Knowledge, Result,
    import::{Documents, File, Progress, Summary, Watch, kind_of},
    outbound::{self, Answer, Fetched},
    parse::{self, Kind, Reason, Skipped},
    source,
};

/// Failures in a row after which a site is called down.
const DOWN: u32 = 5;
/// Sitemaps of one crawl, at most.
const MAPS: usize = 200;
/// Bytes of all of them.
const MAP_BYTES: u64 = 4 * sitemap::MOST;
/// Links of a page that are remembered for a crawl to which it has not changed; a page with more is read each time.
const LINKS: usize = 300;
/// Addresses that are remembered in one go.
const BATCH: usize = 50;
/// A source of so many pages does not lose most of them to one crawl.
const FEW: usize = 4;

/// A crawl that has begun.
pub(crate) struct Crawl<'a> {
    knowledge: &'a Knowledge,
    way: Way,
    reach: Reach,
    watch: Watch<'a>,
    scope: Scope,
    rules: HashMap<String, Rules>,
    queue: Queue,
    fetched: u64,
    bytes: u64,
    failures: u32,
}

/// What of the record a crawl works on.
struct Keeping<'a> {
    workspace: WorkspaceId,
    source: SourceId,
    documents: Documents<'a>,
    known: HashMap<String, Page>,
    fresh: Vec<Page>,
    /// Documents whose page says that it is gone.
    gone: HashSet<String>,
    /// Nothing was left for another time.
    whole: bool,
}

impl<'a> Crawl<'a> {
    /// Asks for the site's rules and its first page or sitemap.
    ///
    /// # Errors
    /// Why the crawl cannot begin; nothing is changed then.
    pub(crate) async fn begin(
        knowledge: &'a Knowledge,
        address: &str,
        way: Way,
        reach: Reach,
        watch: Watch<'a>,
    ) -> Result<(Self, Option<Fetched>), Reason> {
        let url = Url::parse(address.trim()).ok().and_then(normal).ok_or_else(|| fetch(&outbound::Error::Address(address.into())))?;
        let scope = Scope::below(&url);
        let mut crawl = Self {
            knowledge,
            way,
            reach: reach.bounded(),
            watch,
            scope,
            rules: HashMap::new(),
            queue: Queue::new(reach.bounded().addresses()),
            fetched: 0,
            bytes: 0,
            failures: 0,
        };
        if way == Way::Sitemap {
            crawl.scope = Scope::site(&url);
            crawl.read_maps(url).await?;
            return Ok((crawl, None));
        }
        let first = crawl.first(&url).await?;
        let found = Url::parse(&first.url).ok().and_then(normal).unwrap_or_else(|| url.clone());
        crawl.scope = Scope::below(&found);
        crawl.queue.see(&url);
        crawl.queue.see(&found);
        Ok((crawl, Some(first)))
    }

    async fn first(&mut self, url: &Url) -> Result<Fetched, Reason> {
        if !self.allowed(url).await.map_err(|error| fetch(&error))? {
            return Err(Reason::Robots);
        }
        match self.ask(url, None, true).await.map_err(|error| fetch(&error))? {
            Came::Answer(Answer::Page(page)) => Ok(page),
            Came::Answer(Answer::Unchanged) => Err(fetch(&outbound::Error::Status(304))),
            Came::Forbidden | Came::Elsewhere(_) => Err(Reason::Robots),
        }
    }

    /// Reads the sitemap and those it names; what is on other sites does not count.
    async fn read_maps(&mut self, first: Url) -> Result<(), Reason> {
        let (mut maps, mut read, mut bytes) = (vec![first], 0, 0);
        while let Some(map) = maps.pop() {
            if read >= MAPS || bytes >= MAP_BYTES || self.queue.is_full() {
                self.queue.cut();
                break;
            }
            if !self.allowed(&map).await.map_err(|error| fetch(&error))? {
                return Err(Reason::Robots);
            }
            let page = self.ask_at_most(&map, sitemap::MOST).await.map_err(|error| fetch(&error))?.ok_or(Reason::Robots)?;
            read += 1;
            bytes += page.bytes.len() as u64;
            // Of several sitemaps one may be broken; then nothing may be called gone.
            let found = sitemap::parsed(page.bytes).await?;
            for page in found.pages.into_iter().filter(|page| self.scope.holds(page)) {
                self.queue.push(page, 0);
            }
            maps.extend(found.maps.into_iter().filter(|map| self.scope.is_site_of(map)));
            if found.cut || maps.len() > MAPS {
                self.queue.cut();
                maps.truncate(MAPS);
            }
        }
        if self.queue.waits() == 0 { Err(Reason::NoText) } else { Ok(()) }
    }

    /// The crawl itself. Pages that cannot be read now keep what is known of them.
    ///
    /// # Errors
    /// The record's.
    pub(crate) async fn run(mut self, place: &Place<'_>, first: Option<Fetched>) -> Result<Summary> {
        let new = source::New { kind: place.kind, name: place.name, address: place.address, audience: place.audience.clone() };
        let source = source::open(self.knowledge.chat(), place.workspace, place.library, &new).await?;
        let documents = Documents::open(self.knowledge, place.workspace, place.library, source).await?;
        let known = page::known(self.knowledge.chat().store(), place.workspace, source).await?;
        let mut keeping =
            Keeping { workspace: place.workspace, source, documents, known, fresh: Vec::new(), gone: HashSet::new(), whole: true };
        if let Some(first) = first {
            let url = Url::parse(&first.url).ok().and_then(normal).map_or_else(|| first.url.clone(), String::from);
            self.take(&mut keeping, &url, 0, first).await?;
        }
        while let Some((url, depth)) = self.queue.pop() {
            if self.fetched >= self.reach.pages || self.bytes > self.reach.bytes() || self.failures >= DOWN {
                let reason = if self.failures >= DOWN { Reason::Down } else { Reason::CrawlLimit { pages: self.fetched } };
                keeping.documents.summary.skip(Skipped { name: url.into(), reason });
                keeping.whole = false;
                break;
            }
            self.visit(&mut keeping, url, depth).await?;
            if keeping.fresh.len() >= BATCH {
                keeping.remember(self.knowledge).await?;
            }
        }
        if self.queue.was_cut() && keeping.whole {
            let reason = Reason::CrawlLimit { pages: self.fetched };
            keeping.documents.summary.skip(Skipped { name: place.address.to_owned(), reason });
            keeping.whole = false;
        }
        keeping.finish(self.knowledge).await
    }

    async fn visit(&mut self, keeping: &mut Keeping<'_>, url: Url, depth: u32) -> Result<()> {
        self.tell(&url);
        let name = url.to_string();
        let known = keeping.known.get(&name).cloned();
        let document = known.as_ref().map_or_else(|| name.clone(), |page| page.document.clone());
        let copy = known.filter(|page| page.recipe == keeping.documents.recipe() && keeping.documents.holds(&page.document));
        let answer = match self.allowed(&url).await {
            Ok(true) => self.ask(&url, copy.as_ref(), false).await,
            Ok(false) => Ok(Came::Forbidden),
            Err(error) => Err(error),
        };
        let answer = match answer {
            Ok(Came::Answer(answer)) => Ok(answer),
            Ok(Came::Forbidden) => {
                keeping.documents.summary.skip(Skipped { name, reason: Reason::Robots });
                keeping.gone.insert(document);
                return Ok(());
            }
            Ok(Came::Elsewhere(to)) => {
                keeping.documents.summary.skip(Skipped { name, reason: Reason::Elsewhere { url: to.into() } });
                return Ok(());
            }
            Err(error) => Err(error),
        };
        match (answer, copy) {
            (Ok(Answer::Page(page)), _) => {
                self.failures = 0;
                self.take(keeping, &name, depth, page).await?;
            }
            (Ok(Answer::Unchanged), Some(page)) => {
                self.failures = 0;
                keeping.documents.unchanged(&page.document);
                self.follow(page.links().iter().filter_map(|link| Url::parse(link).ok()), depth);
                keeping.fresh.push(Page { missed: 0, ..page });
            }
            (Ok(Answer::Unchanged), None) => {}
            (Err(error), _) => {
                match &error {
                    outbound::Error::Status(404 | 410) => {
                        self.failures = 0;
                        keeping.gone.insert(document);
                    }
                    outbound::Error::Private(_) | outbound::Error::Address(_) | outbound::Error::Port(_) => {}
                    _ => {
                        self.failures += 1;
                        keeping.documents.keep(&document);
                    }
                }
                keeping.documents.summary.skip(Skipped { name, reason: fetch(&error) });
            }
        }
        Ok(())
    }

    /// Takes a page that was fetched.
    async fn take(&mut self, keeping: &mut Keeping<'_>, asked: &str, depth: u32, page: Fetched) -> Result<()> {
        let Some(at) = Url::parse(&page.url).ok().and_then(normal) else { return Ok(()) };
        if !self.scope.holds(&at) {
            keeping.documents.summary.skip(Skipped { name: asked.to_owned(), reason: Reason::Elsewhere { url: page.url } });
            return Ok(());
        }
        // Where it leads to is visited by itself, or was.
        let moved = Url::parse(asked).is_ok_and(|asked| key(&asked) != key(&at));
        if moved && !self.queue.see(&at) {
            return Ok(());
        }
        let kind = match kind(&at, &page) {
            Ok(kind) => kind,
            Err(reason) => {
                keeping.documents.summary.skip(Skipped { name: at.into(), reason });
                return Ok(());
            }
        };
        let links = if kind == Kind::Html {
            links(&at, &page).await
        } else {
            Links { no_index: Links::of(&at, "", &page.robots).no_index, ..Links::default() }
        };
        let links = match links {
            links if links.no_index => {
                keeping.documents.summary.skip(Skipped { name: at.to_string(), reason: Reason::NoIndex });
                keeping.gone.insert(at.to_string());
                self.follow(links.out, depth);
                return Ok(());
            }
            links => links,
        };
        let name = match &links.canonical {
            Some(own) if *own != at && self.scope.holds(own) => {
                if !self.queue.see(own) {
                    keeping.documents.summary.skip(Skipped { name: at.to_string(), reason: Reason::Copy { of: own.to_string() } });
                    self.follow(links.out, depth);
                    return Ok(());
                }
                own.to_string()
            }
            _ => at.to_string(),
        };
        let mut out: Vec<&Url> = links.out.iter().filter(|link| self.scope.holds(link)).collect();
        let (mut etag, mut modified) = (page.etag, page.modified);
        if out.len() > LINKS {
            (etag, modified, out) = (String::new(), String::new(), Vec::new());
        }
        let kept = Page {
            url: asked.to_owned(),
            document: name.clone(),
            etag,
            modified,
            links: serde_json::to_string(&out.iter().map(|link| link.as_str()).collect::<Vec<_>>()).unwrap_or_default(),
            recipe: keeping.documents.recipe(),
            missed: 0,
        };
        let file = File::page(&name, kind, page.bytes);
        match self.knowledge.parse(file).await {
            Ok(read) => {
                keeping.documents.take(read, &|_, _| {}).await?;
                keeping.fresh.push(kept);
            }
            // A page of links alone leads on.
            Err(Reason::NoText | Reason::Empty) => {}
            Err(reason) => {
                keeping.documents.keep(&name);
                keeping.documents.summary.skip(Skipped { name, reason });
            }
        }
        self.follow(links.out, depth);
        Ok(())
    }

    fn follow(&mut self, links: impl IntoIterator<Item = Url>, depth: u32) {
        if self.way == Way::Links && depth < self.reach.depth {
            for link in links {
                if self.scope.holds(&link) {
                    self.queue.push(link, depth + 1);
                }
            }
        }
    }

    fn tell(&self, url: &Url) {
        let done = self.queue.seen().saturating_sub(self.queue.waits());
        (self.watch)(Progress { file: url.to_string(), files: done, files_total: self.queue.seen(), documents: 0, documents_total: 0 });
    }
}

/// What a crawl is kept as.
pub(crate) struct Place<'a> {
    pub workspace: WorkspaceId,
    pub library: LibraryId,
    pub kind: source::Kind,
    pub name: &'a str,
    pub address: &'a str,
    pub audience: Audience,
}

impl Keeping<'_> {
    async fn remember(&mut self, knowledge: &Knowledge) -> Result<()> {
        page::keep(knowledge.chat(), self.workspace, self.source, &std::mem::take(&mut self.fresh)).await
    }

    /// Removes what is gone; when that is most of the source, only what was gone the last time too: a site may be broken for a day.
    async fn finish(mut self, knowledge: &Knowledge) -> Result<Summary> {
        self.remember(knowledge).await?;
        let missing: Vec<String> = self.documents.missing().into_iter().filter(|name| self.whole || self.gone.contains(name)).collect();
        let most = missing.len() * 2 > self.documents.known() && self.documents.known() >= FEW;
        let pages: HashMap<&str, &Page> = self.known.values().map(|page| (page.document.as_str(), page)).collect();
        let of = |name: &str| pages.get(name.split('#').next().unwrap_or(name)).copied();
        let (held, gone): (Vec<String>, Vec<String>) =
            missing.into_iter().partition(|name| most && of(name).is_none_or(|page| page.missed == 0));
        let missed: Vec<Page> =
            held.iter().filter_map(|name| of(name)).map(|page| Page { missed: page.missed + 1, ..page.clone() }).collect();
        let forgotten: Vec<String> = gone.iter().filter_map(|name| of(name)).map(|page| page.url.clone()).collect();
        page::keep(knowledge.chat(), self.workspace, self.source, &missed).await?;
        page::forget(knowledge.chat(), self.workspace, self.source, &forgotten).await?;
        if !held.is_empty() {
            let reason = Reason::Held { pages: held.len() as u64, known: self.documents.known() as u64 };
            self.documents.summary.skip(Skipped { name: held[0].clone(), reason });
        }
        let gone: HashSet<String> = gone.into_iter().collect();
        self.documents.keep_all_but(&gone);
        self.documents.finish().await
    }
}

fn kind(at: &Url, page: &Fetched) -> Result<Kind, Reason> {
    let file = at.path().rsplit('/').next().unwrap_or_default();
    match kind_of(file, page.content_type.as_deref()) {
        Err(_) if page.content_type.is_none() => Ok(Kind::Html),
        other => other,
    }
}

/// What the page says to crawlers; nothing, when its markup is made to harm.
async fn links(at: &Url, page: &Fetched) -> Links {
    let (at, bytes, header) = (at.clone(), page.bytes.clone(), page.robots.clone());
    let read = move || {
        let text = parse::decode(&bytes).unwrap_or_default();
        if parse::nests_too_deeply(&text) { Links::default() } else { Links::of(&at, &text, &header) }
    };
    tokio::task::spawn_blocking(read).await.unwrap_or_default()
}

/// Why an address could not be fetched.
pub(crate) fn fetch(error: &outbound::Error) -> Reason {
    match error {
        outbound::Error::TooLarge { limit } => Reason::TooLarge { bytes: 0, limit: *limit },
        other => Reason::Fetch { detail: other.to_string(), error: Some(other.clone()) },
    }
}
