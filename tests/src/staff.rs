//! A person at the console with scripts off: pages, forms, cookies.

pub mod page;

use std::{collections::BTreeMap, time::Duration};

use anyhow::{Context as _, Result, bail};
use reqwest::header::{CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use reqwest::{Method, RequestBuilder, Response};

use crate::server::Server;
pub use page::{Form, Page};

/// One browser that is perhaps signed in.
#[derive(Clone, Debug)]
pub struct Staff {
    base: String,
    cookies: BTreeMap<String, String>,
    http: reqwest::Client,
}

/// The password every account of a test has.
pub const PASSWORD: &str = "a long enough sentence 42";

impl Staff {
    /// A browser without cookies.
    pub fn new(base: &str) -> Staff {
        Staff { base: base.to_owned(), cookies: BTreeMap::new(), http: crate::http() }
    }

    /// The owner of a new workspace, made by the link the server printed.
    pub async fn owner(server: &Server) -> Result<Staff> {
        let mut staff = Staff::new(&server.base());
        let link = server.printed("/console/")?;
        let page = staff.get(&link).await?;
        let joined = staff.join(&page, "Olivia Owner", Some("owner@shop.example")).await;
        joined.with_context(|| format!("warbler printed\n{}", server.output()))?;
        Ok(staff)
    }

    /// Somebody with an account made by `warbler agent add`, signed in.
    pub async fn hired(server: &Server, email: &str, name: &str, role: &str) -> Result<Staff> {
        let add = ["agent", "add", "--email", email, "--name", name, "--role", role];
        let done = server.command_with(&add, &format!("{PASSWORD}\n"))?;
        if !done.status.success() {
            bail!("{email} was not hired: {}", String::from_utf8_lossy(&done.stderr));
        }
        let mut staff = Staff::new(&server.base());
        let page = staff.sign_in(email).await?;
        if !page.status.is_success() {
            bail!("{email} cannot sign in: {} {}", page.status, page.words());
        }
        Ok(staff)
    }

    /// Fills the page of an invitation or of the set-up.
    pub async fn join(&mut self, page: &Page, name: &str, email: Option<&str>) -> Result<Page> {
        let mut form = page.form_with("password").with_context(|| format!("no set-up form on\n{}", page.text))?;
        form.set("name", name).set("password", PASSWORD).set_if_there("workspace", "Example shop");
        for repeated in ["password_again", "repeat", "confirm"] {
            form.set_if_there(repeated, PASSWORD);
        }
        if let Some(email) = email {
            form.set_if_there("email", email);
        }
        let page = self.submit(&form).await?;
        if !page.status.is_success() {
            bail!("joining failed: {} {}", page.status, page.words());
        }
        Ok(page)
    }

    /// Signs in by the form.
    pub async fn sign_in(&mut self, email: &str) -> Result<Page> {
        let page = self.get("/console/login").await?;
        let mut form = page.form_with("password").context("no sign-in form")?;
        form.set("email", email).set("password", PASSWORD);
        self.submit(&form).await
    }

    /// Says "I am here", unless it is known.
    pub async fn online(&mut self) -> Result<()> {
        let page = self.get("/console/inbox?view=open").await?;
        let Some(mut form) = page.form_to("/console/presence") else { bail!("no presence form: {}", page.words()) };
        if page.text.contains("name=\"state\" value=\"online\"") {
            form.set("state", "online");
            self.submit(&form).await?;
        }
        Ok(())
    }

    /// Takes a conversation over.
    pub async fn take(&mut self, conversation: &str) -> Result<Page> {
        let page = self.conversation(conversation).await?;
        let Some(form) = page.form_to("/take") else { bail!("nothing to take: {}", page.words()) };
        self.submit(&form).await
    }

    /// Writes to the visitor.
    pub async fn reply(&mut self, conversation: &str, body: &str) -> Result<Page> {
        self.compose(conversation, "reply", body).await
    }

    /// Writes an internal note.
    pub async fn note(&mut self, conversation: &str, body: &str) -> Result<Page> {
        self.compose(conversation, "note", body).await
    }

    /// Presses one of the buttons above a conversation: `resolve`, `reopen`, `return` …
    pub async fn act(&mut self, conversation: &str, name: &str) -> Result<Page> {
        let page = self.conversation(conversation).await?;
        let Some(form) = page.form_to(&format!("/{name}")) else { bail!("no button to {name}: {}", page.words()) };
        self.submit(&form).await
    }

    /// The page of a conversation.
    pub async fn conversation(&mut self, conversation: &str) -> Result<Page> {
        self.get(&format!("/console/conversations/{conversation}")).await
    }

    async fn compose(&mut self, conversation: &str, mode: &str, body: &str) -> Result<Page> {
        let page = self.conversation(conversation).await?;
        let Some(mut form) = page.form_to("/reply") else { bail!("no composer: {}", page.words()) };
        form.set("mode", mode).set("body", body).set("then", "stay");
        self.submit(&form).await
    }

    /// The cookies as a header.
    pub fn cookies(&self) -> String {
        self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    /// Each cookie with its value, for a real browser.
    pub fn jar(&self) -> &BTreeMap<String, String> {
        &self.cookies
    }

    /// Why the bot said message `seq`; that a turn handed over is noted a moment after it.
    ///
    /// # Errors
    /// When it is not noted within five seconds.
    pub async fn why(&mut self, conversation: &str, seq: i64) -> Result<Page> {
        let address = format!("/console/conversations/{conversation}/why/{seq}");
        for _ in 0..50 {
            let page = self.get(&address).await?;
            if page.status.is_success() {
                return Ok(page);
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        bail!("{address} shows nothing")
    }

    /// A page, after redirects.
    pub async fn get(&mut self, address: &str) -> Result<Page> {
        let request = self.request(Method::GET, address);
        let answer = request.send().await?;
        self.follow(address, answer).await
    }

    /// Sends a form as a browser does.
    pub async fn submit(&mut self, form: &Form) -> Result<Page> {
        let body = form.encoded();
        let request = if form.post {
            let request = self.request(Method::POST, &form.action);
            request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(body)
        } else {
            self.request(Method::GET, &format!("{}?{body}", form.action))
        };
        let answer = request.send().await?;
        self.follow(&form.action, answer).await
    }

    /// Sends a request that was made by [`Staff::request`], and follows where it leads.
    pub async fn send(&mut self, request: RequestBuilder) -> Result<Page> {
        let answer = request.send().await?;
        self.follow("", answer).await
    }

    /// A request with this browser's cookies, as a page of the console makes it.
    pub fn request(&self, method: Method, address: &str) -> RequestBuilder {
        let address = if address.starts_with('/') { format!("{}{address}", self.base) } else { address.to_owned() };
        let request = self.http.request(method, address).header(COOKIE, self.cookies());
        request.header("origin", &self.base).header("sec-fetch-site", "same-origin")
    }

    async fn follow(&mut self, address: &str, mut answer: Response) -> Result<Page> {
        let mut address = address.to_owned();
        for _ in 0..8 {
            self.keep(&answer);
            let Some(next) = answer.headers().get(LOCATION).filter(|_| answer.status().is_redirection()) else {
                return Page::read(address, answer).await;
            };
            address = next.to_str()?.to_owned();
            answer = self.request(Method::GET, &address).send().await?;
        }
        bail!("redirects in a circle at {address}")
    }

    fn keep(&mut self, answer: &Response) {
        for cookie in answer.headers().get_all(SET_COOKIE) {
            let Some((name, rest)) = cookie.to_str().unwrap_or_default().split_once('=') else { continue };
            let (value, attributes) = rest.split_once(';').unwrap_or((rest, ""));
            if value.is_empty() || attributes.to_lowercase().contains("max-age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}
