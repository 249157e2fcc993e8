//! Sitemaps: lists of pages, and lists of such lists, plain or packed.

use std::io::Read as _;

use flate2::read::MultiGzDecoder;
use quick_xml::{Reader, events::Event};
use reqwest::Url;

use super::scope::normal;
use crate::Reason;

/// Bytes of one sitemap, unpacked; what sitemaps.org allows.
pub(super) const MOST: u64 = 50 << 20;
/// Addresses of one sitemap; the same.
const LISTED: usize = 50_000;

/// What a sitemap lists.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Sitemap {
    /// Pages.
    pub pages: Vec<Url>,
    /// Further sitemaps.
    pub maps: Vec<Url>,
    /// It lists more than a sitemap may.
    pub cut: bool,
}

/// Reads a sitemap where it holds nobody up.
pub(super) async fn parsed(bytes: Vec<u8>) -> Result<Sitemap, Reason> {
    tokio::task::spawn_blocking(move || read(&bytes)).await.map_err(|_| Reason::damaged("it cannot be read"))?
}

impl Sitemap {
    fn page(&mut self, url: Url) {
        if self.pages.len() < LISTED { self.pages.push(url) } else { self.cut = true }
    }

    fn map(&mut self, url: Url) {
        if self.maps.len() < LISTED { self.maps.push(url) } else { self.cut = true }
    }
}

/// Reads a sitemap: XML, packed XML, or one address a line.
fn read(bytes: &[u8]) -> Result<Sitemap, Reason> {
    let mut unpacked = Vec::new();
    let bytes = if bytes.starts_with(b"\x1f\x8b") {
        MultiGzDecoder::new(bytes).take(MOST + 1).read_to_end(&mut unpacked).map_err(|error| Reason::damaged(&error.to_string()))?;
        unpacked.as_slice()
    } else {
        bytes
    };
    if bytes.len() as u64 > MOST {
        return Err(Reason::TooLarge { bytes: 0, limit: MOST });
    }
    let text = encoding_rs::UTF_8.decode(bytes).0;
    let sitemap = if text.trim_start().starts_with('<') { xml(&text)? } else { lines(&text) };
    if sitemap == Sitemap::default() { Err(Reason::NoText) } else { Ok(sitemap) }
}

fn lines(text: &str) -> Sitemap {
    let mut sitemap = Sitemap::default();
    text.lines().filter_map(address).take(LISTED + 1).for_each(|page| sitemap.page(page));
    sitemap
}

fn xml(text: &str) -> Result<Sitemap, Reason> {
    let mut reader = Reader::from_str(text);
    let (mut sitemap, mut place, mut parents) = (Sitemap::default(), None::<String>, Vec::new());
    loop {
        match reader.read_event().map_err(|error| Reason::damaged(&error.to_string()))? {
            Event::Start(element) => {
                let name = element.local_name().as_ref().to_owned();
                if name == "loc" {
                    place = Some(String::new());
                }
                parents.push(name);
                if parents.len() > 64 {
                    return Err(Reason::TooDeep);
                }
            }
            Event::Text(text) => place.iter_mut().for_each(|place| place.push_str(&text.xml10_content())),
            Event::CData(text) => place.iter_mut().for_each(|place| place.push_str(&text.xml10_content())),
            Event::GeneralRef(name) => {
                let known = quick_xml::escape::resolve_predefined_entity(&name.xml10_content()).unwrap_or_default();
                place.iter_mut().for_each(|place| place.push_str(known));
            }
            Event::End(element) => {
                parents.pop();
                if element.local_name().as_ref() == "loc"
                    && let Some(url) = place.take().and_then(|place| address(&place))
                {
                    match parents.last().map(String::as_str) {
                        Some("sitemap") => sitemap.map(url),
                        Some("url") => sitemap.page(url),
                        // An image's, a video's.
                        _ => {}
                    }
                }
            }
            Event::Eof => return Ok(sitemap),
            _ => {}
        }
    }
}

fn address(text: &str) -> Option<Url> {
    normal(Url::parse(text.trim()).ok()?).filter(|url| matches!(url.scheme(), "http" | "https"))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn urls(list: &[Url]) -> Vec<&str> {
        list.iter().map(Url::as_str).collect()
    }

    #[test]
    fn sitemaps_list_pages_and_sitemaps() {
        let pages = "<?xml version='1.0'?><urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' xmlns:image='i'><url><loc> https://x.example/a?b=1&amp;c=2 </loc>\
            <image:image><image:loc>https://x.example/a.png</image:loc></image:image></url><url><loc><![CDATA[https://x.example/b]]></loc></url><url><loc>javascript:x</loc></url></urlset>";
        assert_eq!(urls(&read(pages.as_bytes()).unwrap().pages), ["https://x.example/a?b=1&c=2", "https://x.example/b"]);
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        packer.write_all(pages.as_bytes()).unwrap();
        assert_eq!(read(&packer.finish().unwrap()).unwrap().pages.len(), 2);
        let index = "<sitemapindex><sitemap><loc>https://x.example/1.xml.gz</loc></sitemap></sitemapindex>";
        assert_eq!(urls(&read(index.as_bytes()).unwrap().maps), ["https://x.example/1.xml.gz"]);
        assert_eq!(urls(&read(b"https://x.example/a\nhttps://x.example/b\n").unwrap().pages).len(), 2);
    }

    #[test]
    fn a_sitemap_without_end_is_cut() {
        let listed = |n: usize| (0..n).map(|n| format!("https://x.example/{n}\n")).collect::<String>();
        let pages = |n: usize| read(listed(n).as_bytes()).map(|map| (map.pages.len(), map.cut)).unwrap();
        assert_eq!(pages(LISTED), (LISTED, false));
        assert_eq!(pages(LISTED + 7), (LISTED, true));
        let urls: String = (0..LISTED + 1).map(|n| format!("<url><loc>https://x.example/{n}</loc></url>")).collect();
        let map = read(format!("<urlset>{urls}</urlset>").as_bytes()).unwrap();
        assert_eq!((map.pages.len(), map.cut), (LISTED, true));
    }

    #[test]
    fn broken_sitemaps_say_so() {
        for text in ["<urlset><url></loc></urlset>", "<a>", "", "no address", &"<a>".repeat(1_000)] {
            assert!(matches!(read(text.as_bytes()), Err(Reason::Damaged { .. } | Reason::NoText | Reason::TooDeep)), "{text}");
        }
        let laughs = "<!DOCTYPE x [<!ENTITY a 'https://x.example/'>]><urlset><url><loc>&a;</loc></url></urlset>";
        assert!(read(laughs.as_bytes()).is_err());
    }
}
