//! Vectors of meaning, from a model in a folder or from an endpoint. Its failure costs meaning, never an answer.

mod endpoint;
mod local;
mod scale;

use chat::Clock;
use parking_lot::Mutex;

pub(crate) use self::scale::{Scale, dot, unit};
use self::{
    endpoint::Endpoint,
    local::{Local, Role},
};
use crate::{config::Embeddings, language, passage::Passage};

/// Writes a tiny model into a folder.
#[cfg(test)]
pub(crate) use self::local::tests::write as tiny;

/// Longest text of a request, in characters: models cut what is longer anyway.
const LONGEST: usize = 8_000;
/// How long a folder whose model failed is left alone, in milliseconds.
const REST: i64 = 30_000;

pub(crate) struct Embedder {
    source: Source,
    settings: Embeddings,
    name: String,
    clock: Clock,
    state: Mutex<State>,
    /// The known sentences are asked once.
    learning: tokio::sync::Mutex<()>,
}

enum Source {
    Folder(Box<Local>),
    Endpoint(Endpoint),
}

#[derive(Default)]
struct State {
    /// Numbers of a vector; 0 until the model has answered once.
    size: usize,
    scale: Option<Scale>,
    /// Not to be asked before, unix milliseconds.
    rests_until: i64,
}

impl Embedder {
    /// `None` when no model is configured. Errors are sentences for the operator.
    pub(crate) fn new(settings: &Embeddings, clock: Clock) -> Result<Option<Self>, String> {
        if !settings.enabled() {
            return Ok(None);
        }
        let mut state = State::default();
        let spoken = if settings.languages.is_empty() { "what it speaks".to_owned() } else { settings.languages.join(" ") };
        let (source, model) = if settings.folder.is_empty() {
            // Its vectors are of texts without what says who somebody is.
            (Source::Endpoint(Endpoint::new(settings, clock.clone())), format!("{} of redacted texts", settings.model))
        } else {
            let local = Local::open(settings)?;
            state.size = local.size();
            let name = local.name();
            (Source::Folder(Box::new(local)), name)
        };
        let prompts = [&settings.question_prompt, &settings.passage_prompt].map(String::as_str).join("|");
        let name = format!("{model} for {spoken}{}", if prompts.len() > 1 { format!(" after {prompts}") } else { String::new() });
        Ok(Some(Self {
            source,
            settings: settings.clone(),
            name,
            clock,
            state: Mutex::new(state),
            learning: tokio::sync::Mutex::default(),
        }))
    }

    /// The model with the languages it is used for: vectors of other settings do not compare.
    pub(crate) fn name(&self) -> String {
        self.name.clone()
    }

    /// How many numbers a vector has; 0 while the model has not answered.
    pub(crate) async fn size(&self) -> usize {
        let known = self.state.lock().size;
        if known > 0 {
            return known;
        }
        self.learn().await;
        self.state.lock().size
    }

    /// Whether it makes sense to ask the model now.
    pub(crate) fn may_try(&self) -> bool {
        let rested = self.clock.now() >= self.state.lock().rests_until;
        rested
            && match &self.source {
                Source::Folder(_) => true,
                Source::Endpoint(endpoint) => endpoint.may_try(),
            }
    }

    /// The length of a vector that the model gives now.
    pub(crate) async fn try_out(&self) -> Option<usize> {
        let language = scale::languages().find(|language| self.speaks(language))?;
        let vectors = self.ask(scale::texts(language)?.into_iter().take(1).collect(), Role::Question).await?;
        vectors.into_iter().flatten().map(|vector| vector.len()).next()
    }

    /// How much meaning counts beside words.
    pub(crate) fn weight(&self) -> f64 {
        self.settings.weight
    }

    /// What the model's similarities mean.
    pub(crate) fn scale(&self) -> Scale {
        self.state.lock().scale.unwrap_or_default()
    }

    /// The vector of a question, if the model speaks its language and answers.
    pub(crate) async fn question(&self, text: &str) -> Option<Vec<f32>> {
        self.questions(&[text]).await?.pop()?
    }

    /// The vector of each question, none for one whose language the model does not speak, or that says nothing but who asks;
    /// `None` when the model does not answer.
    pub(crate) async fn questions(&self, texts: &[&str]) -> Option<Vec<Option<Vec<f32>>>> {
        let mut result = vec![None; texts.len()];
        let (places, asked): (Vec<usize>, Vec<String>) =
            texts.iter().enumerate().filter_map(|(n, text)| Some((n, self.asked(text)?))).unzip();
        if asked.is_empty() {
            return Some(result);
        }
        self.learn().await;
        for (n, vector) in places.into_iter().zip(self.ask(asked, Role::Question).await?) {
            result[n] = vector;
        }
        Some(result)
    }

    /// What the model reads of a question. Who asks is no part of what is meant, and must not leave the process; endpoints refuse
    /// a request with an empty text.
    fn asked(&self, text: &str) -> Option<String> {
        let sent: String = crate::redact::without(text).chars().take(LONGEST).collect();
        (self.speaks(language::of(text)) && !sent.trim().is_empty()).then_some(sent)
    }

    /// For each passage its vector, and whether it still waits for one.
    pub(crate) async fn passages(&self, passages: &[Passage]) -> Vec<(Option<Vec<f32>>, bool)> {
        let mut result: Vec<(Option<Vec<f32>>, bool)> = passages.iter().map(|passage| (None, self.speaks(&passage.language))).collect();
        let wanted: Vec<usize> = (0..passages.len()).filter(|&n| result[n].1).collect();
        for part in wanted.chunks(self.settings.batch) {
            let texts = part.iter().map(|&n| self.sent(&passages[n])).collect();
            let Some(vectors) = self.ask(texts, Role::Passage).await else { break };
            for (&n, vector) in part.iter().zip(vectors) {
                result[n] = (vector, false);
            }
        }
        result
    }

    /// What the model reads of a passage. What leaves the process says of nobody who they are, as in a question.
    fn sent(&self, passage: &Passage) -> String {
        let meant = passage.meant();
        let text = match &self.source {
            Source::Folder(_) => meant,
            Source::Endpoint(_) => crate::redact::without(&meant),
        };
        // Endpoints refuse a request with an empty text.
        if text.trim().is_empty() { "-".to_owned() } else { text.chars().take(LONGEST).collect() }
    }

    /// Whether the model is to be asked at all; a folder's vocabulary has the last word.
    fn speaks(&self, language: &str) -> bool {
        match (&self.source, self.settings.languages.as_slice()) {
            (Source::Folder(_), []) => true,
            (Source::Endpoint(_), []) => language == "en",
            (_, spoken) => spoken.iter().any(|spoken| spoken == language || spoken == "*"),
        }
    }

    /// Asks the known sentences, once.
    async fn learn(&self) {
        let _learning = self.learning.lock().await;
        if self.state.lock().scale.is_some() || !self.may_try() {
            return;
        }
        for language in scale::languages().filter(|language| self.speaks(language)) {
            let Some(vectors) = self.ask(scale::texts(language).unwrap_or_default(), Role::Question).await else { return };
            if let Some(vectors) = vectors.into_iter().collect::<Option<Vec<_>>>() {
                self.state.lock().scale = Some(Scale::of(&vectors));
                return;
            }
        }
        self.state.lock().scale = Some(Scale::default());
    }

    /// One vector a text, none for a text whose language the model does not speak; `None` when the model fails in any way.
    async fn ask(&self, texts: Vec<String>, role: Role) -> Option<Vec<Option<Vec<f32>>>> {
        if !self.may_try() {
            return None;
        }
        let asked = match &self.source {
            Source::Folder(local) => local.ask(texts, role).await,
            Source::Endpoint(endpoint) => {
                let texts = self.prompted(texts, role);
                let language = scale::languages().find(|language| self.speaks(language)).unwrap_or("en");
                let vectors = endpoint.ask(&texts, &scale::texts(language).unwrap_or_default()).await;
                vectors.map(|vectors| vectors.into_iter().map(Some).collect()).ok_or_else(|| "no endpoint answered".to_owned())
            }
        };
        match asked.and_then(|vectors| self.checked(vectors)) {
            Ok(vectors) => Some(vectors),
            Err(problem) => {
                self.state.lock().rests_until = self.clock.now() + REST;
                tracing::warn!(embeddings.model = %self.name, problem, "the embedding model failed; search goes on by words");
                None
            }
        }
    }

    fn prompted(&self, texts: Vec<String>, role: Role) -> Vec<String> {
        let prompt = if role == Role::Question { &self.settings.question_prompt } else { &self.settings.passage_prompt };
        if prompt.is_empty() { texts } else { texts.into_iter().map(|text| format!("{prompt}{text}")).collect() }
    }

    fn checked(&self, vectors: Vec<Option<Vec<f32>>>) -> Result<Vec<Option<Vec<f32>>>, String> {
        let mut state = self.state.lock();
        let Some(size) = vectors.iter().flatten().map(Vec::len).next() else { return Ok(vectors) };
        let sound = |vector: &Vec<f32>| vector.len() == size && vector.iter().all(|x| x.is_finite());
        if (state.size == 0 || state.size == size) && vectors.iter().flatten().all(sound) {
            state.size = size;
            Ok(vectors)
        } else {
            Err("its vectors are not what they were".into())
        }
    }
}
