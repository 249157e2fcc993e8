//! A page as a browser without scripts sees it.

use std::fmt::Write as _;

use anyhow::Result;
use reqwest::header::HeaderMap;
use reqwest::{Response, StatusCode};
use scraper::{ElementRef, Html, Selector};

/// What an address answered.
#[derive(Clone, Debug)]
pub struct Page {
    /// Where it was read, after redirects.
    pub address: String,
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub text: String,
}

/// A form with the fields a browser would send.
#[derive(Clone, Debug)]
pub struct Form {
    /// Where it goes.
    pub action: String,
    /// By POST, otherwise GET.
    pub post: bool,
    /// Names and values, in order.
    pub fields: Vec<(String, String)>,
    names: Vec<String>,
}

impl Page {
    pub(super) async fn read(address: String, answer: Response) -> Result<Page> {
        let (status, headers) = (answer.status(), answer.headers().clone());
        Ok(Page { address, status, headers, text: answer.text().await? })
    }

    /// The words on it, without markup.
    pub fn words(&self) -> String {
        let page = Html::parse_document(&self.text);
        let words = page.root_element().text().flat_map(str::split_whitespace);
        words.collect::<Vec<_>>().join(" ")
    }

    /// Every form on it.
    pub fn forms(&self) -> Vec<Form> {
        let page = Html::parse_document(&self.text);
        let Ok(selector) = Selector::parse("form") else { return Vec::new() };
        page.select(&selector).map(|form| Form::read(form, &self.address)).collect()
    }

    /// The first form that has a field of this name.
    pub fn form_with(&self, field: &str) -> Option<Form> {
        self.forms().into_iter().find(|form| form.has(field))
    }

    /// The first form that goes to an address ending like this.
    pub fn form_to(&self, end: &str) -> Option<Form> {
        self.forms().into_iter().find(|form| form.action.ends_with(end))
    }

    /// Where the rows of an inbox lead to.
    pub fn rows(&self) -> Vec<String> {
        let page = Html::parse_document(&self.text);
        let Ok(selector) = Selector::parse("#rows a.row[href]") else { return Vec::new() };
        page.select(&selector).filter_map(|row| row.attr("href")).map(str::to_owned).collect()
    }

    /// The addresses it links to that begin with `start`, each once, in order.
    pub fn links(&self, start: &str) -> Vec<String> {
        let page = Html::parse_document(&self.text);
        let Ok(selector) = Selector::parse("a[href]") else { return Vec::new() };
        let mut links: Vec<String> = Vec::new();
        for link in page.select(&selector).filter_map(|link| link.attr("href")) {
            if link.starts_with(start) && !links.iter().any(|known| known == link) {
                links.push(link.to_owned());
            }
        }
        links
    }
}

impl Form {
    fn read(form: ElementRef, address: &str) -> Form {
        let mut read = Form {
            action: form.attr("action").filter(|action| !action.is_empty()).unwrap_or(address).to_owned(),
            post: form.attr("method").is_some_and(|method| method.eq_ignore_ascii_case("post")),
            fields: Vec::new(),
            names: Vec::new(),
        };
        let Ok(selector) = Selector::parse("input[name], select[name], textarea[name], button[name]") else { return read };
        for field in form.select(&selector) {
            let name = field.attr("name").unwrap_or_default().to_owned();
            if let Some(value) = sent_value(field) {
                read.fields.push((name.clone(), value));
            }
            read.names.push(name);
        }
        read
    }

    /// Whether it has such a field, sent or not.
    pub fn has(&self, name: &str) -> bool {
        self.names.iter().any(|known| known == name)
    }

    /// Fills a field.
    pub fn set(&mut self, name: &str, value: &str) -> &mut Form {
        self.fields.retain(|(known, _)| known != name);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Fills a field if the form has it.
    pub fn set_if_there(&mut self, name: &str, value: &str) -> &mut Form {
        if self.has(name) { self.set(name, value) } else { self }
    }

    /// As a browser writes it into the body.
    pub fn encoded(&self) -> String {
        let pairs = self.fields.iter().map(|(name, value)| format!("{}={}", escape(name), escape(value)));
        pairs.collect::<Vec<_>>().join("&")
    }
}

fn sent_value(field: ElementRef) -> Option<String> {
    let kind = field.attr("type").unwrap_or_default();
    match field.value().name() {
        "textarea" => Some(field.text().collect()),
        "select" => {
            let options = Selector::parse("option").ok()?;
            let mut options = field.select(&options).peekable();
            let first = options.peek().copied();
            let chosen = options.find(|option| option.attr("selected").is_some()).or(first)?;
            Some(chosen.attr("value").map_or_else(|| chosen.text().collect(), str::to_owned))
        }
        "input" if matches!(kind, "checkbox" | "radio") => field.attr("checked").map(|_| field.attr("value").unwrap_or("on").to_owned()),
        "input" if matches!(kind, "submit" | "button" | "file") => None,
        "input" => Some(field.attr("value").unwrap_or_default().to_owned()),
        _ => None,
    }
}

/// Percent-encodes one name or value of a form or query.
pub fn escape(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => out.push(byte.into()),
            _ => {
                write!(out, "%{byte:02X}").ok();
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read_as_a_browser_sends_it() {
        let page = Page {
            address: "/here".to_owned(),
            status: StatusCode::OK,
            headers: HeaderMap::new(),
            text: "<form method=post><input type=hidden name=csrf value=abc><input name=title value='a b'>
                <input type=checkbox name=off><input type=checkbox name=on checked>
                <select name=pick><option value=1>one<option value=2 selected>two</select>
                <textarea name=body>会话</textarea><button name=do value=x>Go</button></form>"
                .to_owned(),
        };
        let form = page.form_with("pick").unwrap();
        assert_eq!(form.action, "/here");
        assert!(form.post && form.has("off") && form.has("do"));
        assert_eq!(form.encoded(), "csrf=abc&title=a%20b&on=on&pick=2&body=%E4%BC%9A%E8%AF%9D");
    }
}
