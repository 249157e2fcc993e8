//! Any server that speaks OpenAI's chat completions.

use std::{
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use async_openai::{Client, config::OpenAIConfig, error::OpenAIError, middleware::HttpRequestFactory};
use futures_util::{
    StreamExt, TryStreamExt,
    future::BoxFuture,
    stream::{self, BoxStream},
};
use serde_json::{Value, json};

use super::{Failure, Model, Offer, Piece, Prompt, Tokens, Words, call::Gathered};
use crate::config::Listed;

#[cfg(test)]
mod tests;

/// The most a server may send for one answer, in bytes: its protocol is wordy, an answer is not.
const MOST: usize = 8 << 20;
/// The longest line of a stream, in bytes: a line without end is parsed again and again.
const LINE: usize = 64 << 10;
/// The longest answer that comes in one piece, in bytes.
const WHOLE: usize = 1 << 20;

/// A model behind an OpenAI-compatible address. Cheap to clone.
#[derive(Clone)]
pub struct OpenAi {
    client: Arc<Client<OpenAIConfig>>,
    name: String,
    /// Word by word; otherwise in one piece.
    streams: bool,
}

impl std::fmt::Debug for OpenAi {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OpenAi").field("name", &self.name).finish_non_exhaustive()
    }
}

/// One pool of connections for all models of a process.
#[derive(Clone, Debug)]
pub(crate) struct Http(reqwest::Client);

impl Http {
    /// # Errors
    /// When TLS cannot be set up.
    pub(crate) fn new() -> Result<Self, reqwest::Error> {
        // The first one wins; whoever came earlier chose ring too.
        drop(rustls::crypto::ring::default_provider().install_default());
        let client = reqwest::Client::builder()
            .connect_timeout(Duration::from_secs(5))
            .redirect(reqwest::redirect::Policy::none())
            .pool_idle_timeout(Duration::from_secs(60))
            .build()?;
        Ok(Self(client))
    }
}

impl OpenAi {
    pub(crate) fn new(http: &Http, listed: &Listed) -> Self {
        let base = listed.url.trim_end_matches('/');
        let config = OpenAIConfig::new().with_api_base(base).with_api_key(listed.key.expose());
        let (most, line) = if listed.stream { (MOST, LINE) } else { (WHOLE, WHOLE) };
        let client = Client::build(http.0.clone(), config).with_http_service(Once { client: http.0.clone(), most, line });
        Self { client: Arc::new(client), name: listed.model.clone(), streams: listed.stream }
    }

    async fn answer(self, prompt: Prompt) -> Result<Words, Failure> {
        let mut request = json!({ "model": self.name, "messages": prompt.messages });
        if self.streams {
            // With own types the client does not set it, and the stream would be empty without an error.
            request["stream"] = true.into();
        }
        if !prompt.tools.is_empty() {
            request["tools"] = prompt.tools.iter().map(Offer::written).collect();
        }
        let plain = request.clone();
        request["max_tokens"] = prompt.max_tokens.into();
        request["temperature"] = 0.2.into();
        if self.streams {
            request["stream_options"] = json!({ "include_usage": true });
        }
        let sent = match self.send(request).await {
            // Some models take neither a length nor a temperature; the answer is bounded here anyway.
            Err(error) if status(&error) == Some(400) => self.send(plain).await,
            sent => sent,
        };
        sent.map_err(|error| failure(&error))
    }

    async fn send(&self, request: Value) -> Result<Words, OpenAIError> {
        if !self.streams {
            let answer: Value = self.client.chat().create_byot(request).await?;
            let mut calls = Gathered::default();
            let mut all = pieces(&answer, "/message", &mut calls);
            all.extend(calls.done().map(|calls| Ok(Piece::Calls(calls))));
            return Ok(stream::iter(all).boxed());
        }
        let chunks: BoxStream<'static, Result<Value, OpenAIError>> = self.client.chat().create_stream_byot(request).await?.boxed();
        // Chunks without words keep their place: they are signs of life.
        let state = Some((chunks, Gathered::default()));
        let pieces = stream::unfold(state, |state| async move {
            let (mut chunks, mut calls) = state?;
            match chunks.next().await {
                Some(Ok(chunk)) => Some((pieces(&chunk, "/delta", &mut calls), Some((chunks, calls)))),
                Some(Err(error)) => Some((vec![Err(failure(&error))], None)),
                // What is asked for is known when everything was said.
                None => calls.done().map(|calls| (vec![Ok(Piece::Calls(calls))], None)),
            }
        });
        Ok(pieces.flat_map(stream::iter).boxed())
    }
}

impl Model for OpenAi {
    fn ask(&self, prompt: Prompt) -> BoxFuture<'static, Result<Words, Failure>> {
        Box::pin(self.clone().answer(prompt))
    }
}

/// The words of a chunk or an answer, and the count some servers send with the last one; what is to be called is gathered.
fn pieces(chunk: &Value, part: &str, calls: &mut Gathered) -> Vec<Result<Piece, Failure>> {
    if chunk.get("error").is_some_and(|error| !error.is_null()) {
        return vec![Err(Failure::Refused)];
    }
    let Some(choices) = chunk.get("choices").and_then(Value::as_array) else { return vec![Err(Failure::Garbage)] };
    let ended = choices.first().and_then(|choice| choice.get("finish_reason")).and_then(Value::as_str).unwrap_or_default();
    if ended == "content_filter" {
        return vec![Err(Failure::Refused)];
    }
    // The protocol's word, and those of servers that have their own.
    let cut = matches!(ended, "length" | "max_tokens" | "model_length").then_some(Ok(Piece::Cut));
    let part = choices.first().and_then(|choice| choice.pointer(part));
    if !part.and_then(|part| part.get("tool_calls")).is_none_or(|pieces| calls.take(pieces)) {
        return vec![Err(Failure::TooLong)];
    }
    let content = part.and_then(|part| part.get("content"));
    let words = content.and_then(Value::as_str).unwrap_or_default().to_owned();
    let count = |name: &str| chunk.pointer(name).and_then(Value::as_u64);
    let used = count("/usage/prompt_tokens").zip(count("/usage/completion_tokens")).filter(|(input, _)| *input > 0);
    let used = used.map(|(input, output)| Ok(Piece::Used(Tokens { input, output })));
    [Ok(Piece::Words(words))].into_iter().chain(used).chain(cut).collect()
}

fn failure(error: &OpenAIError) -> Failure {
    let failure = match error {
        OpenAIError::Reqwest(error) if error.is_timeout() || error.is_connect() || error.is_request() => Failure::Unreachable,
        OpenAIError::Reqwest(_) => Failure::Garbage,
        OpenAIError::ApiError(_) => Failure::Refused,
        OpenAIError::InvalidArgument(_) if status(error) == Some(429) => Failure::Limited,
        OpenAIError::InvalidArgument(_) => Failure::Refused,
        OpenAIError::StreamError(_) | OpenAIError::JSONDeserialize(..) => Failure::Garbage,
        _ => Failure::Unreachable,
    };
    tracing::debug!(model.failure = %failure, "the model's server failed");
    failure
}

/// The status of a server that refused.
fn status(error: &OpenAIError) -> Option<u16> {
    match error {
        OpenAIError::InvalidArgument(text) => text.strip_prefix(STATUS)?.parse().ok(),
        _ => None,
    }
}

const STATUS: &str = "status ";

/// Sends once: a turn has no time to wait for a second try, and its own way out. Bounds what comes back.
#[derive(Clone)]
struct Once {
    client: reqwest::Client,
    /// Bytes of an answer.
    most: usize,
    /// Bytes of a line of it.
    line: usize,
}

impl tower::Service<HttpRequestFactory> for Once {
    type Response = reqwest::Response;
    type Error = OpenAIError;
    type Future = BoxFuture<'static, Result<reqwest::Response, OpenAIError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, factory: HttpRequestFactory) -> Self::Future {
        let Self { client, most, line } = self.clone();
        Box::pin(async move {
            let request = factory.build().await?;
            let response = client.execute(request).await.map_err(OpenAIError::Reqwest)?;
            let status = response.status();
            if !status.is_success() {
                // What a failing server has to say is of no use to a visitor; its body is not read.
                return Err(OpenAIError::InvalidArgument(format!("{STATUS}{}", status.as_u16())));
            }
            Ok(bounded(response, most, line))
        })
    }
}

/// The same response, ending in an error after `most` bytes, or `longest` without a line end.
fn bounded(response: reqwest::Response, most: usize, longest: usize) -> reqwest::Response {
    let status = response.status();
    let (mut seen, mut line) = (0usize, 0usize);
    let body = response.bytes_stream().map_err(std::io::Error::other).map(move |piece| {
        let piece = piece?;
        seen += piece.len();
        line = piece.iter().rposition(|byte| *byte == b'\n').map_or(line + piece.len(), |at| piece.len() - at);
        if seen > most || line > longest { Err(std::io::Error::other("the answer is too long")) } else { Ok(piece) }
    });
    let mut bounded = http::Response::new(reqwest::Body::wrap_stream(body));
    *bounded.status_mut() = status;
    bounded.into()
}
