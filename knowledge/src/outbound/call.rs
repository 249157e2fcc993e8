//! Requests of tools: any method, with headers of their own, through the same checks as a page.

use std::time::Duration;

use reqwest::{Method, StatusCode, Url, header};

use super::{Error, HOPS, Outbound, client, connection, parse, read};

/// A request that is no page's.
#[derive(Clone, Debug)]
pub struct Call {
    /// `GET`, `POST` …
    pub method: Method,
    /// Where.
    pub url: String,
    /// Sent to this address's own origin and to no other.
    pub headers: header::HeaderMap,
    /// JSON.
    pub body: Option<String>,
    /// Bytes of the reply, at most.
    pub limit: u64,
    /// For everything, redirects included.
    pub seconds: u64,
}

/// What came back.
#[derive(Debug)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The body.
    pub bytes: Vec<u8>,
}

impl Outbound {
    /// Makes a request. Only a `GET` follows redirects, each checked anew, and takes its headers to no other origin.
    ///
    /// # Errors
    /// Why it could not be made, or did not end well; a status that is no success is a reply.
    pub async fn call(&self, call: &Call) -> Result<Reply, Error> {
        match tokio::time::timeout(Duration::from_secs(call.seconds), self.carry_out(call)).await {
            Ok(reply) => reply,
            Err(_) => Err(Error::Slow(call.seconds)),
        }
    }

    async fn carry_out(&self, call: &Call) -> Result<Reply, Error> {
        let first = parse(&call.url)?;
        let mut url = first.clone();
        for _ in 0..=HOPS {
            let addresses = self.resolve(&url).await?;
            let mut request =
                client(&url, &addresses)?.request(call.method.clone(), url.clone()).header(header::ACCEPT, "application/json, */*;q=0.1");
            if url.origin() == first.origin() {
                request = request.headers(call.headers.clone());
            }
            if let Some(body) = &call.body {
                request = request.header(header::CONTENT_TYPE, "application/json").body(body.clone());
            }
            let response = request.send().await.map_err(connection)?;
            let status = response.status();
            if let Some(next) = next(&url, &response)? {
                if call.method != Method::GET {
                    return Err(Error::Status(status.as_u16()));
                }
                url = next;
                continue;
            }
            let fetched = read(url, response, call.limit).await?;
            return Ok(Reply { status: status.as_u16(), bytes: fetched.bytes });
        }
        Err(Error::Redirects)
    }
}

/// Where a redirect leads.
fn next(url: &Url, response: &reqwest::Response) -> Result<Option<Url>, Error> {
    let status: StatusCode = response.status();
    let Some(to) = response.headers().get(header::LOCATION).filter(|_| status.is_redirection()) else { return Ok(None) };
    let to = to.to_str().map_err(|_| Error::Address("redirect".into()))?;
    parse(url.join(to).map_err(|_| Error::Address(to.to_owned()))?.as_str()).map(Some)
}
