//! Crawls of a site on this machine.

mod site;
mod ssrf;

use std::io::Write as _;

use chat::testing::Fresh;

use super::{Reach, Way};
use crate::{Config, Error, Knowledge, Reason, Summary, Upload, document, library, source, split::Settings};
use site::Site;

async fn open() -> (Fresh, Knowledge, Site) {
    let fresh = chat::testing::fresh().await.unwrap();
    let config = Config { fetch_private: true, crawl_gap_ms: 0, ..Config::default() };
    let knowledge = Knowledge::open(config, fresh.chat.clone(), &fresh.folder).await.unwrap();
    (fresh, knowledge, Site::start().await)
}

async fn crawl(knowledge: &Knowledge, fresh: &Fresh, url: &str, way: Way, reach: Reach) -> Result<Summary, Error> {
    let shelf = library::by_name(knowledge.chat(), fresh.workspace, "Site").await?;
    knowledge.import(fresh.workspace, shelf.id, Upload::crawl(url, way, reach), &|_| {}).await
}

async fn links(knowledge: &Knowledge, fresh: &Fresh, site: &Site) -> Result<Summary, Error> {
    crawl(knowledge, fresh, &format!("{}/help/", site.base), Way::Links, Reach::default()).await
}

/// The paths that became documents.
async fn paths(fresh: &Fresh, site: &Site) -> Vec<String> {
    let store = fresh.chat.store();
    let Some(source) = source::list(store, fresh.workspace, None).await.unwrap().pop() else { return Vec::new() };
    let documents = document::list(store, fresh.workspace, source.id, "", 1_000).await.unwrap();
    documents.into_iter().map(|document| document.external_id.replace(&site.base, "")).collect()
}

fn reasons(summary: &Summary, site: &Site) -> Vec<(String, &'static str)> {
    let mut all: Vec<_> = summary.skipped.iter().map(|skipped| (skipped.name.replace(&site.base, ""), skipped.reason.key())).collect();
    all.sort();
    all
}

/// A help centre of some pages that say something each.
fn furnish(site: &Site) {
    let list: String = (1..=6).map(|n| format!("<li><a href='p{n}'>page {n}</a>")).collect();
    site.page("/help/", &format!("<main><h1>Help</h1><p>Here is how.</p><ul>{list}</ul></main>"));
    for n in 1..=6 {
        site.page(&format!("/help/p{n}"), &format!("<main><h1>Page {n}</h1><p>What page {n} says at length.</p></main>"));
    }
}

#[tokio::test]
async fn a_site_is_read_as_it_wishes() {
    let (fresh, knowledge, site) = open().await;
    site.put("/robots.txt", 200, "content-type: text/plain\r\n", b"user-agent: *\ndisallow: /help/private\nallow: /help/private/open\n");
    site.page(
        "/help/",
        "<nav><a href='a'>a</a> <a href='private/x'>x</a> <a href='private/open'>o</a> <a href='/shop'>s</a> <a href='{base}/help/a#part'>a</a> \
         <a href='https://elsewhere.example/'>e</a> <a href='hidden' rel=nofollow>h</a> <a href='moved'>m</a> <a href='away'>w</a> <a href='gone'>g</a> \
         <a href='photo.png'>p</a> <a href='copy?x=1'>c</a> <a href='quiet'>q</a> <a href='terms.txt'>t</a> <a href='b?utm_source=mail'>b</a></nav><main><h1>Help</h1><p>Welcome to it.</p></main>",
    );
    for path in ["a", "private/x", "private/open", "hidden", "new", "b"] {
        site.page(&format!("/help/{path}"), &format!("<main><h1>{path}</h1><p>What {path} says.</p></main>"));
    }
    site.page("/shop", "<p>Never read.</p>");
    site.put("/help/moved", 301, "location: new\r\n", b"");
    site.put("/help/away", 302, "location: {base}/shop\r\n", b"");
    site.page("/help/copy?x=1", "<link rel=canonical href='a'><p>What a says.</p>");
    site.page("/help/quiet", "<meta name=robots content=noindex><p>Quiet.</p><a href='deep'>d</a>");
    site.page("/help/deep", "<main><h1>Deep</h1><p>Found through a quiet page.</p></main>");
    site.put("/help/terms.txt", 200, "content-type: text/plain\r\n", b"Terms of the house, in plain text.");
    let summary = links(&knowledge, &fresh, &site).await.unwrap();
    assert_eq!(
        paths(&fresh, &site).await,
        ["/help/", "/help/a", "/help/b", "/help/deep", "/help/new", "/help/private/open", "/help/terms.txt"]
    );
    let expected = [
        ("/help/away", "elsewhere"),
        ("/help/copy?x=1", "copy"),
        ("/help/gone", "fetch"),
        ("/help/private/x", "robots"),
        ("/help/quiet", "no_index"),
    ];
    assert_eq!(reasons(&summary, &site), expected.map(|(path, reason)| (path.to_owned(), reason)));
    let asked: Vec<String> = site.asked().into_iter().map(|(path, _)| path).collect();
    for never in ["/help/private/x", "/help/hidden", "/help/photo.png"] {
        assert!(!asked.iter().any(|path| path == never), "{never} in {asked:?}");
    }
    assert_eq!(asked.iter().filter(|path| *path == "/help/a").count(), 1, "{asked:?}");
}

#[tokio::test]
async fn only_what_changed_is_read_again() {
    let (fresh, knowledge, site) = open().await;
    furnish(&site);
    assert_eq!(links(&knowledge, &fresh, &site).await.unwrap().taken, 7);
    site.asked();
    let again = links(&knowledge, &fresh, &site).await.unwrap();
    assert_eq!((again.taken, again.unchanged, again.removed), (0, 7, 0));
    assert_eq!(site.asked().iter().filter(|(_, status)| *status == 304).count(), 6, "pages are not asked for conditionally");
    site.page("/help/p2", "<main><h1>Page 2</h1><p>Something new.</p><a href='p7'>p7</a></main>");
    site.page("/help/p7", "<main><h1>Page 7</h1><p>Found through a page that changed.</p></main>");
    site.remove("/help/p3");
    let third = links(&knowledge, &fresh, &site).await.unwrap();
    assert_eq!((third.taken, third.unchanged, third.removed), (2, 5, 1), "{third:?}");
    assert!(!paths(&fresh, &site).await.contains(&"/help/p3".to_owned()));
}

#[tokio::test]
async fn a_site_that_is_split_otherwise_is_asked_for_all_of_it() {
    let (fresh, knowledge, site) = open().await;
    furnish(&site);
    links(&knowledge, &fresh, &site).await.unwrap();
    site.asked();
    let id = source::list(fresh.chat.store(), fresh.workspace, None).await.unwrap().remove(0).id;
    let settings = Settings { size: Some(400), levels: None };
    assert!(source::set_split(&fresh.chat, fresh.workspace, id, settings).await.unwrap());
    assert_eq!(links(&knowledge, &fresh, &site).await.unwrap().taken, 7);
    assert!(site.asked().iter().all(|(_, status)| *status != 304), "what is known of a page is split as before");
    assert_eq!(links(&knowledge, &fresh, &site).await.unwrap().unchanged, 7);
}

#[tokio::test]
async fn a_site_that_is_down_loses_nothing() {
    let (fresh, knowledge, site) = open().await;
    furnish(&site);
    links(&knowledge, &fresh, &site).await.unwrap();
    site.break_all_but(&["/help/"]);
    let half = links(&knowledge, &fresh, &site).await.unwrap();
    assert_eq!((half.removed, paths(&fresh, &site).await.len()), (0, 7));
    assert!(reasons(&half, &site).iter().any(|(_, reason)| *reason == "down"), "{half:?}");
    site.break_all_but(&[]);
    assert!(matches!(links(&knowledge, &fresh, &site).await, Err(Error::Unusable { reason: Reason::Fetch { .. }, .. })));
    site.put("/robots.txt", 503, "", b"");
    furnish(&site);
    assert!(links(&knowledge, &fresh, &site).await.is_err(), "a site whose rules cannot be read is not crawled");
    assert_eq!(paths(&fresh, &site).await.len(), 7);
}

#[tokio::test]
async fn most_of_a_site_is_removed_only_when_it_is_gone_twice() {
    let (fresh, knowledge, site) = open().await;
    furnish(&site);
    links(&knowledge, &fresh, &site).await.unwrap();
    site.page("/help/", "<main><h1>Help</h1><p>We are being renovated.</p></main>");
    let first = links(&knowledge, &fresh, &site).await.unwrap();
    assert_eq!((first.removed, paths(&fresh, &site).await.len()), (0, 7));
    assert!(first.skipped.iter().any(|skipped| skipped.reason == Reason::Held { pages: 6, known: 7 }), "{first:?}");
    let second = links(&knowledge, &fresh, &site).await.unwrap();
    assert_eq!((second.removed, paths(&fresh, &site).await), (6, vec!["/help/".to_owned()]));
}

#[tokio::test]
async fn a_crawl_ends_at_its_limits() {
    let (fresh, knowledge, site) = open().await;
    furnish(&site);
    links(&knowledge, &fresh, &site).await.unwrap();
    let start = format!("{}/help/", site.base);
    let few = crawl(&knowledge, &fresh, &start, Way::Links, Reach { pages: 3, depth: 5 }).await.unwrap();
    assert_eq!(few.removed, 0, "what was not looked at is not gone");
    assert!(few.skipped.iter().any(|skipped| skipped.reason == Reason::CrawlLimit { pages: 3 }), "{few:?}");
    // A site that makes up pages without end.
    for n in 0..40 {
        site.page(&format!("/trap/{n}"), &format!("<p>Day {n}.</p><a href='{}'>next</a>", n + 1));
    }
    let trap = format!("{}/trap/0", site.base);
    let trapped = crawl(&knowledge, &fresh, &trap, Way::Links, Reach { pages: 500, depth: 4 }).await;
    assert_eq!(trapped.unwrap().taken, 1, "a folder of its own is below /trap/0/");
    let trap = format!("{}/trap/", site.base);
    site.page("/trap/", "<p>Calendar.</p><a href='0'>first</a>");
    let trapped = crawl(&knowledge, &fresh, &trap, Way::Links, Reach { pages: 500, depth: 4 }).await.unwrap();
    assert_eq!(trapped.taken, 5, "{trapped:?}");
}

#[tokio::test]
async fn where_a_page_leads_has_rules_and_a_pace_too() {
    let (fresh, knowledge, site) = open().await;
    let other = Site::start().await;
    site.put("/robots.txt", 200, "content-type: text/plain\r\n", b"user-agent: *\ndisallow: /help/private\n");
    other.put("/robots.txt", 200, "content-type: text/plain\r\n", b"user-agent: *\ndisallow: /\n");
    site.page("/help/", "<a href='in'>in</a> <a href='out'>out</a> <a href='fine'>fine</a><main><h1>Help</h1><p>Welcome to it.</p></main>");
    site.put("/help/in", 302, "location: /help/private/x\r\n", b"");
    site.put("/help/out", 302, &format!("location: {}/\r\n", other.base), b"");
    site.put("/help/fine", 302, "location: /help/there\r\n", b"");
    for path in ["/help/private/x", "/help/there"] {
        site.page(path, &format!("<main><h1>{path}</h1><p>What {path} says.</p></main>"));
    }
    let summary = links(&knowledge, &fresh, &site).await.unwrap();
    assert_eq!(paths(&fresh, &site).await, ["/help/", "/help/there"]);
    let expected = [("/help/in", "robots"), ("/help/out", "elsewhere")];
    assert_eq!(reasons(&summary, &site), expected.map(|(path, reason)| (path.to_owned(), reason)));
    assert!(!site.asked().iter().any(|(path, _)| path == "/help/private/x"), "it asks not to be fetched");
    assert!(other.asked().is_empty(), "nothing is fetched out of the site");
    // A site that has moved as a whole is asked for its own rules first.
    site.put("/moved/", 301, &format!("location: {}/\r\n", other.base), b"");
    other.page("/", "<main><h1>Other</h1><p>Not for crawlers.</p></main>");
    let refused = crawl(&knowledge, &fresh, &format!("{}/moved/", site.base), Way::Links, Reach::default()).await;
    assert!(matches!(refused, Err(Error::Unusable { reason: Reason::Robots, .. })), "{refused:?}");
    assert_eq!(other.asked(), [("/robots.txt".to_owned(), 200)]);
}

#[tokio::test]
async fn a_site_that_names_pages_without_end_is_not_remembered_without_end() {
    let (fresh, knowledge, site) = open().await;
    let head = "content-type: application/xml\r\n";
    let map = |from: usize, to: usize| {
        let list: String = (from..to).map(|n| format!("<url><loc>{}/p{n}</loc></url>", site.base)).collect();
        format!("<urlset>{list}</urlset>")
    };
    for n in 0..3 {
        site.page(&format!("/p{n}"), &format!("<main><h1>Page {n}</h1><p>What page {n} says at length.</p></main>"));
    }
    let index: String = (0..40).map(|n| format!("<sitemap><loc>{}/map{n}.xml</loc></sitemap>", site.base)).collect();
    site.put("/sitemap.xml", 200, head, map(0, 3).as_bytes());
    let address = format!("{}/sitemap.xml", site.base);
    let reach = Reach { pages: 3, depth: 0 };
    assert_eq!(crawl(&knowledge, &fresh, &address, Way::Sitemap, reach).await.unwrap().taken, 3);
    site.put("/sitemap.xml", 200, head, format!("<sitemapindex>{index}</sitemapindex>").as_bytes());
    for n in 0..40 {
        site.put(&format!("/map{n}.xml"), 200, head, map(1_000 * (n + 1), 1_000 * (n + 1) + 900).as_bytes());
    }
    site.asked();
    let flooded = crawl(&knowledge, &fresh, &address, Way::Sitemap, reach).await.unwrap();
    assert_eq!(flooded.removed, 0, "what was not looked at is not gone");
    assert!(flooded.skipped.iter().any(|skipped| matches!(skipped.reason, Reason::CrawlLimit { .. })), "{flooded:?}");
    let asked = site.asked();
    assert_eq!(asked.iter().filter(|(path, _)| path.starts_with("/map")).count(), 1, "one is enough to fill thirty places: {asked:?}");
}

#[tokio::test]
async fn a_sitemap_names_the_pages() {
    let (fresh, knowledge, site) = open().await;
    furnish(&site);
    let map = |paths: &[&str]| {
        let list: String = paths.iter().map(|path| format!("<url><loc>{}{path}</loc></url>", site.base)).collect();
        format!("<?xml version=\"1.0\"?><urlset>{list}<url><loc>https://elsewhere.example/a</loc></url></urlset>")
    };
    let index = format!(
        "<sitemapindex><sitemap><loc>{0}/one.xml</loc></sitemap><sitemap><loc>{0}/two.xml.gz</loc></sitemap>\
         <sitemap><loc>https://elsewhere.example/three.xml</loc></sitemap></sitemapindex>",
        site.base
    );
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(map(&["/help/p3", "/help/p4"]).as_bytes()).unwrap();
    site.put("/sitemap.xml", 200, "content-type: application/xml\r\n", index.as_bytes());
    site.put("/one.xml", 200, "content-type: application/xml\r\n", map(&["/help/p1", "/help/p2"]).as_bytes());
    site.put("/two.xml.gz", 200, "content-type: application/gzip\r\n", &packer.finish().unwrap());
    let address = format!("{}/sitemap.xml", site.base);
    let all = crawl(&knowledge, &fresh, &address, Way::Sitemap, Reach::default()).await.unwrap();
    assert_eq!((all.taken, all.skipped.len()), (4, 0), "{all:?}");
    assert_eq!(paths(&fresh, &site).await, ["/help/p1", "/help/p2", "/help/p3", "/help/p4"]);
    // One of several that is broken removes nothing.
    site.put("/one.xml", 200, "content-type: application/xml\r\n", b"<urlset><url>");
    assert!(crawl(&knowledge, &fresh, &address, Way::Sitemap, Reach::default()).await.is_err());
    assert_eq!(paths(&fresh, &site).await.len(), 4);
    site.put("/one.xml", 200, "content-type: application/xml\r\n", map(&["/help/p1"]).as_bytes());
    let less = crawl(&knowledge, &fresh, &address, Way::Sitemap, Reach::default()).await.unwrap();
    assert_eq!((less.unchanged, less.removed), (3, 1));
}
