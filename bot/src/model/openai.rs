//! Any server that speaks OpenAI's chat completions.

use std::{
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use async_openai::{Client, config::OpenAIConfig, error::OpenAIError, middleware::HttpRequestFactory};
use futures_util::{StreamExt, TryStreamExt, future::BoxFuture, stream::BoxStream};
use serde_json::{Value, json};

use super::{Failure, Model, Prompt, Words};
use crate::settings::Endpoint;

#[cfg(test)]
mod tests;

/// The most a server may send for one answer, in bytes: its protocol is wordy, an answer is not.
const MOST: usize = 8 << 20;
/// The longest line of an answer, in bytes: a line without end is parsed again and again.
const LINE: usize = 64 << 10;

/// A model behind an OpenAI-compatible address. Cheap to clone.
#[derive(Clone)]
pub struct OpenAi {
    client: Arc<Client<OpenAIConfig>>,
    name: String,
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
    pub(crate) fn new(http: &Http, endpoint: &Endpoint) -> Self {
        let base = endpoint.url.trim_end_matches('/');
        let config = OpenAIConfig::new().with_api_base(base).with_api_key(endpoint.key.expose());
        let client = Client::build(http.0.clone(), config).with_http_service(Once(http.0.clone()));
        Self { client: Arc::new(client), name: endpoint.name.clone() }
    }

    async fn stream(self, prompt: Prompt) -> Result<Words, Failure> {
        let mut request = json!({
            "model": self.name,
            "messages": prompt.messages,
            // With own types the client does not set it, and the stream would be empty without an error.
            "stream": true,
        });
        let plain = request.clone();
        request["max_tokens"] = prompt.max_tokens.into();
        request["temperature"] = 0.2.into();
        let chunks = match self.send(request).await {
            // Some models take neither a length nor a temperature; the answer is bounded here anyway.
            Err(error) if is_bad_request(&error) => self.send(plain).await,
            sent => sent,
        };
        let words =
            chunks.map_err(|error| failure(&error))?.map(|chunk| chunk.map_err(|error| failure(&error)).and_then(|chunk| piece(&chunk)));
        // Chunks without words keep their place: they are signs of life.
        Ok(words.boxed())
    }

    async fn send(&self, request: Value) -> Result<BoxStream<'static, Result<Value, OpenAIError>>, OpenAIError> {
        Ok(self.client.chat().create_stream_byot::<_, Value>(request).await?.boxed())
    }
}

impl Model for OpenAi {
    fn ask(&self, prompt: Prompt) -> BoxFuture<'static, Result<Words, Failure>> {
        Box::pin(self.clone().stream(prompt))
    }
}

fn piece(chunk: &Value) -> Result<String, Failure> {
    if chunk.get("error").is_some_and(|error| !error.is_null()) {
        return Err(Failure::Refused);
    }
    let Some(choices) = chunk.get("choices").and_then(Value::as_array) else { return Err(Failure::Garbage) };
    let content = choices.first().and_then(|choice| choice.pointer("/delta/content"));
    Ok(content.and_then(Value::as_str).unwrap_or_default().to_owned())
}

fn failure(error: &OpenAIError) -> Failure {
    let failure = match error {
        OpenAIError::Reqwest(error) if error.is_timeout() || error.is_connect() || error.is_request() => Failure::Unreachable,
        OpenAIError::Reqwest(_) => Failure::Garbage,
        OpenAIError::ApiError(_) | OpenAIError::InvalidArgument(_) => Failure::Refused,
        OpenAIError::StreamError(_) | OpenAIError::JSONDeserialize(..) => Failure::Garbage,
        _ => Failure::Unreachable,
    };
    tracing::debug!(model.failure = %failure, "the model's server failed");
    failure
}

const BAD_REQUEST: &str = "status 400";

fn is_bad_request(error: &OpenAIError) -> bool {
    matches!(error, OpenAIError::InvalidArgument(text) if text == BAD_REQUEST)
}

/// Sends once: a turn has no time to wait for a second try, and its own way out. Bounds what comes back.
#[derive(Clone)]
struct Once(reqwest::Client);

impl tower::Service<HttpRequestFactory> for Once {
    type Response = reqwest::Response;
    type Error = OpenAIError;
    type Future = BoxFuture<'static, Result<reqwest::Response, OpenAIError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, factory: HttpRequestFactory) -> Self::Future {
        let client = self.0.clone();
        Box::pin(async move {
            let request = factory.build().await?;
            let response = client.execute(request).await.map_err(OpenAIError::Reqwest)?;
            let status = response.status();
            if !status.is_success() {
                // What a failing server has to say is of no use to a visitor; its body is not read.
                return Err(OpenAIError::InvalidArgument(format!("status {}", status.as_u16())));
            }
            Ok(bounded(response))
        })
    }
}

/// The same response, ending in an error after [`MOST`] bytes, or [`LINE`] without a line end.
fn bounded(response: reqwest::Response) -> reqwest::Response {
    let status = response.status();
    let (mut seen, mut line) = (0usize, 0usize);
    let body = response.bytes_stream().map_err(std::io::Error::other).map(move |piece| {
        let piece = piece?;
        seen += piece.len();
        line = piece.iter().rposition(|byte| *byte == b'\n').map_or(line + piece.len(), |at| piece.len() - at);
        if seen > MOST || line > LINE { Err(std::io::Error::other("the answer is too long")) } else { Ok(piece) }
    });
    let mut bounded = http::Response::new(reqwest::Body::wrap_stream(body));
    *bounded.status_mut() = status;
    bounded.into()
}
