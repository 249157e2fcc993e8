//! What a help center has, for search engines.

use super::center::Center;
use chrono::DateTime;

/// Every article in every language, with where its other languages are.
pub(super) fn write(center: &Center) -> String {
    let mut text = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\" xmlns:xhtml=\"http://www.w3.org/1999/xhtml\">\n",
    );
    let whole = |href: &str| format!("{}{href}", center.base);
    for lang in center.languages() {
        text.push_str(&format!("<url><loc>{}</loc></url>\n", whole(&center.home_in(lang))));
    }
    for public in &center.all {
        // Every part of an address is encoded, and hosts are plain: nothing here needs to be escaped.
        text.push_str(&format!("<url><loc>{}</loc>", whole(&center.article_href(public))));
        if let Some(at) = DateTime::from_timestamp_millis(public.updated_at) {
            text.push_str(&format!("<lastmod>{}</lastmod>", at.format("%FT%TZ")));
        }
        for (lang, href) in center.versions(public) {
            text.push_str(&format!("<xhtml:link rel=\"alternate\" hreflang=\"{lang}\" href=\"{}\"/>", whole(&href)));
        }
        text.push_str("</url>\n");
    }
    text.push_str("</urlset>\n");
    text
}
