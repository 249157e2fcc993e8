//! Vectors from OpenAI-compatible `/embeddings` endpoints: one, and others that serve the same model in its place.

use std::time::Duration;

use async_openai::{Client, config::OpenAIConfig, types::embeddings::CreateEmbeddingRequestArgs};
use chat::Clock;
use parking_lot::Mutex;

use super::scale;
use crate::config::Embeddings;

/// How long a silent endpoint is left alone, in milliseconds.
const REST: i64 = 30_000;

pub(super) struct Endpoint {
    places: Vec<Place>,
    model: String,
    wait: Duration,
    clock: Clock,
    /// Vectors of known sentences, by which a place is known to serve the same model.
    known: Mutex<Option<Vec<Vec<f32>>>>,
}

struct Place {
    client: Client<OpenAIConfig>,
    base: String,
    state: Mutex<State>,
}

#[derive(Clone, Copy, Default)]
struct State {
    /// Not to be asked before, unix milliseconds.
    rests_until: i64,
    /// It serves the model that the others serve.
    proven: bool,
}

impl Endpoint {
    pub(super) fn new(settings: &Embeddings, clock: Clock) -> Self {
        let place = |base: &String| {
            let config = OpenAIConfig::new().with_api_base(base.trim_end_matches('/')).with_api_key(&settings.key);
            Place { client: Client::with_config(config), base: base.clone(), state: Mutex::default() }
        };
        Self {
            places: std::iter::once(&settings.base_url).chain(&settings.spares).map(place).collect(),
            model: settings.model.clone(),
            wait: Duration::from_secs(settings.seconds),
            clock,
            known: Mutex::default(),
        }
    }

    /// Whether it makes sense to ask now.
    pub(super) fn may_try(&self) -> bool {
        self.places.iter().any(|place| self.clock.now() >= place.state.lock().rests_until)
    }

    /// One vector a text, from the first place that gives them; `None` when every one fails in any way.
    pub(super) async fn ask(&self, texts: &[String], probes: &[String]) -> Option<Vec<Vec<f32>>> {
        for place in &self.places {
            if self.clock.now() < place.state.lock().rests_until {
                continue;
            }
            match self.at(place, texts, probes).await {
                Ok(vectors) => return Some(vectors),
                Err(problem) => {
                    place.state.lock().rests_until = self.clock.now() + REST;
                    tracing::warn!(embeddings.model = %self.model, embeddings.address = %place.base, problem, "an embedding endpoint failed");
                }
            }
        }
        None
    }

    async fn at(&self, place: &Place, texts: &[String], probes: &[String]) -> Result<Vec<Vec<f32>>, String> {
        let proven = place.state.lock().proven;
        if self.places.len() > 1 && !proven {
            let vectors = self.request(place, probes).await?;
            let mut known = self.known.lock();
            match &*known {
                Some(known) if !scale::same(known, &vectors) => {
                    return Err("it gives other vectors than the other address: it does not serve the same model".into());
                }
                Some(_) => {}
                None => *known = Some(vectors),
            }
            place.state.lock().proven = true;
        }
        self.request(place, texts).await
    }

    async fn request(&self, place: &Place, texts: &[String]) -> Result<Vec<Vec<f32>>, String> {
        let request = CreateEmbeddingRequestArgs::default().model(&self.model).input(texts.to_vec()).build();
        let request = request.map_err(|error| error.to_string())?;
        let asked = tokio::time::timeout(self.wait, async { place.client.embeddings().create(request).await }).await;
        let mut answer = asked.map_err(|_| "it did not answer in time".to_owned())?.map_err(|error| error.to_string())?;
        answer.data.sort_by_key(|entry| entry.index);
        let vectors: Vec<Vec<f32>> = answer.data.into_iter().map(|entry| entry.embedding).collect();
        let size = vectors.first().map_or(0, Vec::len);
        let sound = |vector: &Vec<f32>| vector.len() == size && vector.iter().all(|x| x.is_finite());
        match size > 0 && vectors.len() == texts.len() && vectors.iter().all(sound) {
            true => Ok(vectors),
            false => Err("its vectors are not what was asked for".into()),
        }
    }
}
