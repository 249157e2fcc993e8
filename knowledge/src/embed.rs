//! Vectors of meaning, from an OpenAI-compatible endpoint. Its failure costs meaning, never an answer.

use std::time::Duration;

use async_openai::{Client, config::OpenAIConfig, types::embeddings::CreateEmbeddingRequestArgs};
use chat::Clock;
use parking_lot::Mutex;

use crate::{config::Embeddings, language, passage::Passage};

/// How long a silent endpoint is left alone, in milliseconds.
const REST: i64 = 30_000;
/// Longest text of a request, in characters: models cut what is longer anyway.
const LONGEST: usize = 8_000;

pub(crate) struct Embedder {
    client: Client<OpenAIConfig>,
    settings: Embeddings,
    clock: Clock,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Numbers of a vector; 0 until the model has answered once.
    size: usize,
    /// Not to be asked before, unix milliseconds.
    rests_until: i64,
}

impl Embedder {
    /// `None` when no endpoint is configured.
    pub(crate) fn new(settings: &Embeddings, clock: Clock) -> Option<Self> {
        if !settings.enabled() {
            return None;
        }
        let config = OpenAIConfig::new().with_api_base(settings.base_url.trim_end_matches('/')).with_api_key(&settings.key);
        let client = Client::with_config(config);
        Some(Self { client, settings: settings.clone(), clock, state: Mutex::default() })
    }

    /// The model with the languages it is used for: vectors of other settings do not compare.
    pub(crate) fn name(&self) -> String {
        format!("{} for {}", self.settings.model, self.settings.languages.join(" "))
    }

    /// How many numbers a vector has; 0 while the endpoint has not answered.
    pub(crate) async fn size(&self) -> usize {
        let known = self.state.lock().size;
        if known > 0 || !self.may_try() {
            return known;
        }
        self.ask(vec!["size".to_owned()]).await.and_then(|vectors| vectors.first().map(Vec::len)).unwrap_or(0)
    }

    /// Whether it makes sense to ask the endpoint now.
    pub(crate) fn may_try(&self) -> bool {
        self.clock.now() >= self.state.lock().rests_until
    }

    /// How much the order by vector counts between questions.
    pub(crate) fn weight(&self) -> f64 {
        self.settings.weight
    }

    /// The vector of a question, if the model speaks its language and answers.
    pub(crate) async fn question(&self, text: &str) -> Option<Vec<f32>> {
        if !self.settings.speaks(language::of(text)) || !self.may_try() {
            return None;
        }
        // Who asks is no part of what is meant, and must not leave the process.
        self.ask(vec![crate::redact::without(text).chars().take(LONGEST).collect()]).await?.pop()
    }

    /// For each passage its vector, and whether it still waits for one.
    pub(crate) async fn passages(&self, passages: &[Passage]) -> Vec<(Option<Vec<f32>>, bool)> {
        let mut result: Vec<(Option<Vec<f32>>, bool)> =
            passages.iter().map(|passage| (None, self.settings.speaks(&passage.language))).collect();
        let wanted: Vec<usize> = (0..passages.len()).filter(|&n| result[n].1).collect();
        for part in wanted.chunks(self.settings.batch) {
            if !self.may_try() {
                break;
            }
            let texts = part.iter().map(|&n| passages[n].searched().chars().take(LONGEST).collect()).collect();
            let Some(vectors) = self.ask(texts).await else { break };
            for (&n, vector) in part.iter().zip(vectors) {
                result[n] = (Some(vector), false);
            }
        }
        result
    }

    /// One vector a text, or `None` when the endpoint fails in any way.
    async fn ask(&self, texts: Vec<String>) -> Option<Vec<Vec<f32>>> {
        let wanted = texts.len();
        let request = CreateEmbeddingRequestArgs::default().model(&self.settings.model).input(texts).build().ok()?;
        let asked =
            tokio::time::timeout(Duration::from_secs(self.settings.seconds), async { self.client.embeddings().create(request).await })
                .await;
        let problem = match asked {
            Ok(Ok(mut answer)) => {
                answer.data.sort_by_key(|entry| entry.index);
                let vectors: Vec<Vec<f32>> = answer.data.into_iter().map(|entry| entry.embedding).collect();
                match self.checked(vectors, wanted) {
                    Some(vectors) => return Some(vectors),
                    None => "its vectors are not what was asked for".to_owned(),
                }
            }
            Ok(Err(error)) => error.to_string(),
            Err(_) => "it did not answer in time".to_owned(),
        };
        self.state.lock().rests_until = self.clock.now() + REST;
        tracing::warn!(embeddings.model = %self.settings.model, problem, "the embedding endpoint failed; search goes on by words");
        None
    }

    fn checked(&self, vectors: Vec<Vec<f32>>, wanted: usize) -> Option<Vec<Vec<f32>>> {
        let size = vectors.first()?.len();
        let mut state = self.state.lock();
        let same = state.size == 0 || state.size == size;
        let sound = size > 0
            && vectors.len() == wanted
            && vectors.iter().all(|vector| vector.len() == size && vector.iter().all(|x| x.is_finite()));
        if same && sound {
            state.size = size;
            Some(vectors)
        } else {
            None
        }
    }
}
