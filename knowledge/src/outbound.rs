//! The one way out to addresses that people typed: resolves, checks the parsed address, connects to the checked address,
//! and does so again at every redirect.

mod address;
mod call;
mod names;
mod port;

use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use reqwest::{Client, Response, StatusCode, Url, header, redirect};
use serde::{Deserialize, Serialize};

use address::is_public;
pub use call::{Call, Reply};
pub(crate) use names::Names;

/// Redirects that are followed.
pub(crate) const HOPS: usize = 5;
/// A connection is there by then, or will not be.
const CONNECT: Duration = Duration::from_secs(6);

/// Why an address was not, or could not be, fetched. Pages translate [`Error::key`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Error {
    /// It is no `http` or `https` address.
    #[error("\"{0}\" is no http or https address")]
    Address(String),
    /// Its port belongs to another service than the web.
    #[error("port {0} is not one of the web")]
    Port(u16),
    /// It leads into a network that outsiders must not reach through this server.
    #[error("{0} is an address of a private or special network")]
    Private(String),
    /// Its host has no address.
    #[error("the host {0} cannot be found")]
    NoHost(String),
    /// It leads from address to address.
    #[error("it redirects more than {HOPS} times")]
    Redirects,
    /// The server answered with an error.
    #[error("the server answered {0}")]
    Status(u16),
    /// It did not end before the limit.
    #[error("it is larger than {} KiB", limit / 1024)]
    TooLarge {
        /// Bytes that are taken at most.
        limit: u64,
    },
    /// It took too long.
    #[error("it took longer than {0} s")]
    Slow(u64),
    /// The connection failed.
    #[error("the connection failed: {0}")]
    Connection(String),
}

impl Error {
    /// The name under which pages keep the translation.
    #[must_use]
    pub fn key(&self) -> &'static str {
        match self {
            Self::Address(_) => "address",
            Self::Port(_) => "port",
            Self::Private(_) => "private",
            Self::NoHost(_) => "no_host",
            Self::Redirects => "redirects",
            Self::Status(_) => "status",
            Self::TooLarge { .. } => "too_large",
            Self::Slow(_) => "slow",
            Self::Connection(text) if text.to_ascii_lowercase().contains("refused") => "refused",
            Self::Connection(text) if text.to_ascii_lowercase().contains("certificate") => "certificate",
            Self::Connection(_) => "connection",
        }
    }

    /// What the translation names: a host, a number.
    #[must_use]
    pub fn detail(&self) -> String {
        match self {
            Self::Address(text) | Self::Private(text) | Self::NoHost(text) | Self::Connection(text) => text.clone(),
            Self::Port(n) | Self::Status(n) => n.to_string(),
            Self::TooLarge { limit } => (limit / 1024).to_string(),
            Self::Slow(seconds) => seconds.to_string(),
            Self::Redirects => HOPS.to_string(),
        }
    }
}

/// What was fetched.
#[derive(Debug)]
pub struct Fetched {
    /// Where it was found after all redirects.
    pub url: String,
    /// `Content-Type`, as the server said it.
    pub content_type: Option<String>,
    /// The body.
    pub bytes: Vec<u8>,
    /// `ETag`, to ask with the next time; empty: none.
    pub etag: String,
    /// `Last-Modified`, the same.
    pub modified: String,
    /// `X-Robots-Tag`: what crawlers may do with it.
    pub robots: String,
}

/// What to fetch.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'a> {
    /// Where.
    pub url: &'a str,
    /// Bytes of the body, at most.
    pub limit: u64,
    /// The `ETag` of the copy that is kept; empty: none.
    pub etag: &'a str,
    /// Its `Last-Modified`.
    pub modified: &'a str,
}

/// What a server said to an [`Ask`].
#[derive(Debug)]
pub enum Answer {
    /// Here it is.
    Page(Fetched),
    /// The copy that is kept is as it should be.
    Unchanged,
}

/// What one request came to.
#[derive(Debug)]
pub(crate) enum Hop {
    /// An answer.
    Arrived(Answer),
    /// Somewhere else is where to ask.
    Moved(Url),
}

/// The guarded client.
#[derive(Clone, Debug)]
pub struct Outbound {
    /// For the whole of a fetch, redirects included.
    seconds: u64,
    /// Private networks may be reached: the operator's own decision.
    private: bool,
    /// Who knows the addresses of hosts.
    names: Names,
    /// The port of a test's own server, which is on this machine.
    #[cfg(test)]
    own: Option<u16>,
}

impl Outbound {
    /// `seconds` for a whole fetch; `private` lets it into private networks, never to link-local addresses.
    #[must_use]
    pub fn new(seconds: u64, private: bool) -> Self {
        Self {
            seconds,
            private,
            names: Names::System,
            #[cfg(test)]
            own: None,
        }
    }

    /// The same with another book of names.
    #[cfg(test)]
    pub(crate) fn with_names(self, names: Names) -> Self {
        Self { names, ..self }
    }

    /// The same that also reaches a test's own server.
    #[cfg(test)]
    pub(crate) fn trusting(self, port: u16) -> Self {
        Self { own: Some(port), ..self }
    }

    /// Fetches a page of at most `limit` bytes.
    ///
    /// # Errors
    /// Why not; the text is for the person who typed the address.
    pub async fn get(&self, url: &str, limit: u64) -> Result<Fetched, Error> {
        match self.fetch(Ask { url, limit, etag: "", modified: "" }).await? {
            Answer::Page(page) => Ok(page),
            // Nobody asked for that.
            Answer::Unchanged => Err(Error::Status(304)),
        }
    }

    /// Fetches a page unless the copy that is kept is as it should be.
    ///
    /// # Errors
    /// As [`Outbound::get`].
    pub async fn fetch(&self, ask: Ask<'_>) -> Result<Answer, Error> {
        match tokio::time::timeout(Duration::from_secs(self.seconds), self.follow(ask)).await {
            Ok(answer) => answer,
            Err(_) => Err(Error::Slow(self.seconds)),
        }
    }

    /// The same without following: for whoever has manners to keep on the way.
    ///
    /// # Errors
    /// As [`Outbound::get`].
    pub(crate) async fn hop(&self, ask: Ask<'_>) -> Result<Hop, Error> {
        let url = parse(ask.url)?;
        match tokio::time::timeout(Duration::from_secs(self.seconds), self.once(url, &ask)).await {
            Ok(hop) => hop,
            Err(_) => Err(Error::Slow(self.seconds)),
        }
    }

    async fn follow(&self, ask: Ask<'_>) -> Result<Answer, Error> {
        let mut url = parse(ask.url)?;
        for _ in 0..=HOPS {
            match self.once(url, &ask).await? {
                Hop::Arrived(answer) => return Ok(answer),
                Hop::Moved(next) => url = next,
            }
        }
        Err(Error::Redirects)
    }

    async fn once(&self, url: Url, ask: &Ask<'_>) -> Result<Hop, Error> {
        let response = self.request(&url, ask).await?;
        let status = response.status();
        if status.is_redirection()
            && let Some(next) = response.headers().get(header::LOCATION)
        {
            let next = next.to_str().map_err(|_| Error::Address("redirect".into()))?;
            return parse(url.join(next).map_err(|_| Error::Address(next.to_owned()))?.as_str()).map(Hop::Moved);
        }
        if status == StatusCode::NOT_MODIFIED && !(ask.etag.is_empty() && ask.modified.is_empty()) {
            return Ok(Hop::Arrived(Answer::Unchanged));
        }
        if !status.is_success() {
            return Err(Error::Status(status.as_u16()));
        }
        read(url, response, ask.limit).await.map(|page| Hop::Arrived(Answer::Page(page)))
    }

    /// Asks exactly the addresses that were checked: a second look-up could say something else.
    async fn request(&self, url: &Url, ask: &Ask<'_>) -> Result<Response, Error> {
        let client = client(url, &self.resolve(url).await?)?;
        let accept = "text/html, text/markdown, text/plain, text/csv, application/jsonl, application/json;q=0.8, */*;q=0.1";
        let mut request = client.get(url.clone()).header(header::ACCEPT, accept);
        for (name, value) in [(header::IF_NONE_MATCH, ask.etag), (header::IF_MODIFIED_SINCE, ask.modified)] {
            if !value.is_empty() {
                request = request.header(name, value);
            }
        }
        request.send().await.map_err(connection)
    }

    /// All addresses of the host; one that is not allowed spoils them all.
    async fn resolve(&self, url: &Url) -> Result<Vec<SocketAddr>, Error> {
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
        let port = url.port_or_known_default().unwrap_or(443);
        let addresses: Vec<SocketAddr> = match host.parse::<IpAddr>() {
            Ok(address) => vec![SocketAddr::new(address, port)],
            Err(_) => self.names.look_up(host, port).await.map_err(|_| Error::NoHost(host.to_owned()))?,
        };
        if addresses.is_empty() {
            return Err(Error::NoHost(host.to_owned()));
        }
        #[cfg(test)]
        if self.own == Some(port) {
            return Ok(addresses);
        }
        if !addresses.iter().all(|address| self.allows(address.ip())) {
            return Err(Error::Private(host.to_owned()));
        }
        Ok(addresses)
    }

    fn allows(&self, address: IpAddr) -> bool {
        is_public(address) || (self.private && address::is_private(address))
    }
}

/// A client that knows these addresses of the host, and no other.
fn client(url: &Url, addresses: &[SocketAddr]) -> Result<Client, Error> {
    Client::builder()
        .redirect(redirect::Policy::none())
        .no_proxy()
        .connect_timeout(CONNECT)
        .resolve_to_addrs(url.host_str().unwrap_or_default(), addresses)
        .user_agent(concat!("Warbler/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(connection)
}

fn parse(text: &str) -> Result<Url, Error> {
    let wrong = || Error::Address(text.chars().take(200).collect());
    let url = Url::parse(text.trim()).map_err(|_| wrong())?;
    let fine = matches!(url.scheme(), "http" | "https") && url.host_str().is_some_and(|host| !host.is_empty());
    // A name before the host is made to deceive, or a secret that would be stored.
    if !fine || !url.username().is_empty() || url.password().is_some() {
        return Err(wrong());
    }
    match url.port() {
        Some(port) if !port::is_fine(port) => Err(Error::Port(port)),
        _ => Ok(url),
    }
}

async fn read(url: Url, mut response: Response, limit: u64) -> Result<Fetched, Error> {
    if response.content_length().is_some_and(|length| length > limit) {
        return Err(Error::TooLarge { limit });
    }
    let said = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let content_type = said("content-type");
    let (etag, modified, robots) = (said("etag"), said("last-modified"), said("x-robots-tag"));
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(connection)? {
        if (bytes.len() + chunk.len()) as u64 > limit {
            return Err(Error::TooLarge { limit });
        }
        bytes.extend_from_slice(&chunk);
    }
    let [etag, modified, robots] = [etag, modified, robots].map(Option::unwrap_or_default);
    Ok(Fetched { url: url.into(), content_type, bytes, etag, modified, robots })
}

fn connection(error: reqwest::Error) -> Error {
    // Without the address: it may hold a token.
    let error = error.without_url();
    let mut text = error.to_string();
    let mut cause: Option<&dyn std::error::Error> = std::error::Error::source(&error);
    while let Some(inner) = cause {
        text = inner.to_string();
        cause = inner.source();
    }
    Error::Connection(text)
}

#[cfg(test)]
mod tests;
