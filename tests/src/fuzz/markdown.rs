//! Markdown of a model as HTML: only the tags and attributes of docs/PROTOCOL.md, as a browser's parser reads them.

use chat::Citation;
use scraper::{Html, Node};

/// Tags without attributes.
const PLAIN: [&str; 20] = [
    "p",
    "br",
    "strong",
    "em",
    "del",
    "code",
    "pre",
    "ul",
    "li",
    "blockquote",
    "h3",
    "h4",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "hr",
    "ol",
];

/// Renders it with two citations and looks at everything that came out.
pub fn markdown(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let citations = [1, 2].map(|n| Citation { n, title: "Guide".into(), text: "A passage".into(), ..Citation::default() });
    let html = bot::render::html(&text, &citations);
    let page = Html::parse_fragment(&html);
    for node in page.tree.nodes() {
        match node.value() {
            Node::Element(element) => {
                let attributes: Vec<(&str, &str)> = element.attrs().collect();
                assert!(allowed(element.name(), &attributes), "<{} {attributes:?}> of {text:?} in {html}", element.name());
            }
            Node::Text(_) | Node::Fragment | Node::Document => {}
            other => panic!("{other:?} of {text:?} in {html}"),
        }
    }
}

fn allowed(tag: &str, attributes: &[(&str, &str)]) -> bool {
    let has = |name: &str| attributes.iter().find(|(own, _)| *own == name).map(|(_, value)| *value);
    let only = |names: &[&str]| attributes.iter().all(|(own, _)| names.contains(own)) && attributes.len() <= names.len();
    match tag {
        // The parser's own roots of a fragment; it drops such tags where text has them.
        "html" | "body" => attributes.is_empty(),
        "a" => {
            let goes_out = has("href").is_some_and(leads_out);
            only(&["href", "rel", "target"]) && goes_out && has("rel") == Some("noopener nofollow") && has("target") == Some("_blank")
        }
        "button" => {
            let cites = has("data-n").is_some_and(|n| n == "1" || n == "2");
            only(&["type", "class", "data-n"]) && cites && has("type") == Some("button") && has("class") == Some("cite")
        }
        "ol" if !attributes.is_empty() => only(&["start"]) && has("start").is_some_and(|start| start.parse::<u64>().is_ok()),
        _ => PLAIN.contains(&tag) && attributes.is_empty(),
    }
}

fn leads_out(address: &str) -> bool {
    let lower = address.to_ascii_lowercase();
    let known = ["http://", "https://", "mailto:"].iter().any(|scheme| lower.starts_with(scheme));
    known && !address.chars().any(|c| c.is_whitespace() || c.is_control() || c == '\\')
}
