//! The console as a browser sees it, on a fresh record.

mod amend;
mod articles;
mod audience;
mod beside;
mod decide;
mod door;
mod improve;
mod keep;
mod live;
mod releases;
mod roles;
mod shapes;
mod sources;
mod work;

use std::collections::BTreeMap;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::header::{ACCEPT, CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use axum::http::{Method, Request, StatusCode};
use axum::response::Response;
use chat::agent::{Agent, Role};
use chat::testing::Fresh;
use knowledge::Knowledge;
use tower::ServiceExt;

use crate::{Config, Console};

/// The password of [`Fresh::agent`].
const PASSWORD: &str = "correct horse battery";

/// A console over a fresh record.
struct House {
    fresh: Fresh,
    console: Console,
    router: Router,
}

impl House {
    async fn new() -> House {
        House::with(chat::testing::fresh().await.unwrap()).await
    }

    async fn with(fresh: chat::testing::Fresh) -> House {
        let chat = fresh.chat.clone();
        let knowledge = Knowledge::throwaway(knowledge::Config::default(), chat.clone()).await.unwrap();
        let desk = ticketing::Desk::new(ticketing::Config::default(), chat.clone());
        let bot = bot::Bot::new(bot::Config::default(), chat.clone(), knowledge.clone(), desk.clone()).unwrap();
        let console = Console::new(Config::default(), chat, knowledge, desk, bot).unwrap();
        let router = console.router();
        House { fresh, console, router }
    }

    /// Somebody of the staff in a browser that is signed in.
    async fn signed_in(&self, name: &str, role: Role) -> (Agent, Browser) {
        let agent = self.fresh.agent(name, role).await.unwrap();
        let mut browser = self.browser();
        let page = browser.get("/console/login").await;
        let fields = [("csrf", page.csrf()), ("email", agent.email.clone()), ("password", PASSWORD.to_owned())];
        let page = browser.post("/console/login", &fields).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.text);
        (agent, browser)
    }

    fn browser(&self) -> Browser {
        Browser { router: self.router.clone(), cookies: BTreeMap::new(), json: false }
    }
}

/// One browser without scripts.
struct Browser {
    router: Router,
    cookies: BTreeMap<String, String>,
    json: bool,
}

/// What it was answered.
struct Page {
    status: StatusCode,
    to: String,
    text: String,
    headers: axum::http::HeaderMap,
}

impl Page {
    /// The form token of the page.
    fn csrf(&self) -> String {
        let mark = "name=\"csrf\" value=\"";
        let at = self.text.find(mark).unwrap_or_else(|| panic!("no form on\n{}", self.text)) + mark.len();
        self.text[at..].split('"').next().unwrap_or_default().to_owned()
    }
}

impl Browser {
    async fn get(&mut self, path: &str) -> Page {
        let request = self.request(Method::GET, path).body(Body::empty()).unwrap();
        self.send(request).await
    }

    async fn post(&mut self, path: &str, fields: &[(&str, String)]) -> Page {
        let encode = crate::templates::filters::urlencode;
        let pairs: Vec<String> = fields.iter().map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
        let request = self.request(Method::POST, path).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(pairs.join("&"))).unwrap()).await
    }

    /// Posts a form that carries files, with the token of a page this browser can see.
    async fn send_files(&mut self, path: &str, fields: &[(&str, &str)], files: &[(&str, &str, &[u8])]) -> Page {
        let csrf = self.get("/console/account").await.csrf();
        let mut body = Vec::new();
        let part = |head: String, bytes: &[u8]| {
            [format!("--cut\r\nContent-Disposition: form-data; {head}\r\n\r\n").as_bytes(), bytes, b"\r\n"].concat()
        };
        for (name, value) in [("csrf", csrf.as_str())].iter().chain(fields) {
            body.extend(part(format!("name=\"{name}\""), value.as_bytes()));
        }
        for (name, file, bytes) in files {
            body.extend(part(format!("name=\"{name}\"; filename=\"{file}\""), bytes));
        }
        body.extend(b"--cut--\r\n");
        let request = self.request(Method::POST, path).header(CONTENT_TYPE, "multipart/form-data; boundary=cut");
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    /// Posts with the token of a page this browser can see.
    async fn act(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let csrf = self.get("/console/account").await.csrf();
        let mut all = vec![("csrf", csrf)];
        all.extend(fields.iter().map(|(name, value)| (*name, (*value).to_owned())));
        self.post(path, &all).await
    }

    fn request(&self, method: Method, path: &str) -> axum::http::request::Builder {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = Request::builder().method(method).uri(path).header("host", "127.0.0.1:8080");
        let request = request.header(COOKIE, cookies.join("; "));
        if self.json { request.header(ACCEPT, "application/json") } else { request }
    }

    async fn send(&mut self, request: Request<Body>) -> Page {
        let response = self.router.clone().oneshot(request).await.unwrap();
        self.keep(&response);
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.unwrap();
        let to = parts.headers.get(LOCATION).and_then(|to| to.to_str().ok()).unwrap_or_default().to_owned();
        Page { status: parts.status, to, text: String::from_utf8_lossy(&bytes).into_owned(), headers: parts.headers }
    }

    fn keep(&mut self, response: &Response) {
        for cookie in response.headers().get_all(SET_COOKIE) {
            let text = cookie.to_str().unwrap();
            let (name, rest) = text.split_once('=').unwrap();
            let value = rest.split(';').next().unwrap_or_default();
            if text.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}
