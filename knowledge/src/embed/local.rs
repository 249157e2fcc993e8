//! A model in a folder, run by this process: `config.json`, `tokenizer.json` and `model.safetensors`, as Hugging Face keeps
//! BERT, MiniLM, BGE and E5. It is read when the first text comes.

mod bert;
mod shape;
#[cfg(test)]
pub(crate) mod tests;
mod vocabulary;
mod weights;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use candle_core::{D, Device, Tensor};
use parking_lot::Mutex;
use tokenizers::{Encoding, Tokenizer, TruncationParams};
use tokio::sync::Semaphore;

use self::{
    bert::{Bert, table},
    shape::{Pooling, Shape},
    weights::Weights,
};
use crate::config::Embeddings;

/// Pieces that are worked on at once: what is between the layers stays within some 30 MB.
const PIECES: usize = 2_048;
/// Questions at once; passages are worked on one batch at a time beside them.
const QUESTIONS: usize = 4;
/// A text without meaning for the model is no vector.
type Vectors = Vec<Option<Vec<f32>>>;

/// A folder that was looked at, and its model once it was asked.
pub(super) struct Local {
    inner: Arc<Inner>,
    questions: Semaphore,
    passages: Semaphore,
}

struct Inner {
    folder: PathBuf,
    shape: Shape,
    weights: Weights,
    /// Whether every text is of a language the model speaks; else its vocabulary says so.
    speaks_all: bool,
    model: Mutex<Option<Arc<Loaded>>>,
}

struct Loaded {
    bert: Bert,
    tokenizer: Tokenizer,
    unknown: Option<u32>,
}

/// What a text is, to a model that was taught to tell them apart.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Question,
    Passage,
}

impl Local {
    /// Looks at the folder without reading the weights. Errors are sentences for the operator.
    pub(super) fn open(settings: &Embeddings) -> Result<Self, String> {
        let (folder, speaks_all) = (Path::new(&settings.folder), !settings.languages.is_empty());
        let wrong = |problem: String| {
            format!(
                "the embedding model in {} cannot be used: {problem}. knowledge.embeddings.folder must name a folder with config.json, tokenizer.json and model.safetensors, as Hugging Face keeps BERT-like models",
                folder.display()
            )
        };
        if !folder.is_dir() {
            return Err(wrong("there is no such folder".into()));
        }
        let mut shape = Shape::read(folder).map_err(wrong)?;
        for (own, told) in [(&mut shape.prompts.0, &settings.question_prompt), (&mut shape.prompts.1, &settings.passage_prompt)] {
            if !told.is_empty() {
                own.clone_from(told);
            }
        }
        let weights = Weights::open(&folder.join("model.safetensors")).map_err(|problem| wrong(format!("model.safetensors {problem}")))?;
        bert::check(&weights, &shape).map_err(|problem| wrong(format!("model.safetensors {problem}")))?;
        tokenizer(folder, &shape).map_err(wrong)?;
        let inner = Inner { folder: folder.to_owned(), shape, weights, speaks_all, model: Mutex::default() };
        Ok(Self { inner: Arc::new(inner), questions: Semaphore::new(QUESTIONS), passages: Semaphore::new(1) })
    }

    /// Numbers of a vector.
    pub(super) fn size(&self) -> usize {
        self.inner.shape.hidden
    }

    /// The folder's name and what tells its weights from others.
    pub(super) fn name(&self) -> String {
        let folder = self.inner.folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        format!("{folder} {}", self.inner.weights.fingerprint())
    }

    /// One vector a text; none for a text in a language the model was not taught.
    pub(super) async fn ask(&self, texts: Vec<String>, role: Role) -> Result<Vectors, String> {
        let gate = if role == Role::Question { &self.questions } else { &self.passages };
        let _place = gate.acquire().await.map_err(|error| error.to_string())?;
        let inner = self.inner.clone();
        match tokio::task::spawn_blocking(move || inner.vectors(&texts, role)).await {
            Ok(done) => done,
            Err(_) => Err("the model gave up".into()),
        }
    }
}

impl Inner {
    fn model(&self) -> Result<Arc<Loaded>, String> {
        let mut model = self.model.lock();
        if let Some(loaded) = &*model {
            return Ok(loaded.clone());
        }
        let started = std::time::Instant::now();
        let tokenizer = tokenizer(&self.folder, &self.shape)?;
        let bert = Bert::load(&self.weights, &self.shape).map_err(|problem| format!("model.safetensors {problem}"))?;
        let unknown = ["[UNK]", "<unk>"].iter().find_map(|name| tokenizer.token_to_id(name));
        tracing::info!(
            embeddings.mib = bert.bytes() >> 20,
            embeddings.ms = started.elapsed().as_millis() as u64,
            "the embedding model was read into memory"
        );
        Ok(model.insert(Arc::new(Loaded { bert, tokenizer, unknown })).clone())
    }

    fn vectors(&self, texts: &[String], role: Role) -> Result<Vectors, String> {
        let model = self.model()?;
        let prompt = if role == Role::Question { &self.shape.prompts.0 } else { &self.shape.prompts.1 };
        let mut found: Vectors = vec![None; texts.len()];
        let mut known: Vec<(usize, Encoding)> = Vec::with_capacity(texts.len());
        for (n, text) in texts.iter().enumerate() {
            let asked = format!("{prompt}{text}");
            let pieces = model.tokenizer.encode(asked.as_str(), true).map_err(|error| error.to_string())?;
            if self.speaks_all || vocabulary::speaks(&asked, &pieces, model.unknown) {
                known.push((n, pieces));
            }
        }
        // Texts of one length fill a batch without gaps.
        known.sort_by_key(|(_, pieces)| pieces.len());
        let mut rest = known.as_slice();
        while !rest.is_empty() {
            let fits = |many: &usize| *many == 1 || many * rest[many - 1].1.len() <= PIECES;
            let many = (1..=rest.len()).take_while(fits).last().unwrap_or(1);
            let (batch, after) = rest.split_at(many);
            let vectors = self.batch(&model, batch).map_err(|error| error.to_string())?;
            for ((n, _), vector) in batch.iter().zip(vectors) {
                found[*n] = Some(vector);
            }
            rest = after;
        }
        Ok(found)
    }

    fn batch(&self, model: &Loaded, batch: &[(usize, Encoding)]) -> candle_core::Result<Vec<Vec<f32>>> {
        let (texts, pieces) = (batch.len(), batch.iter().map(|(_, text)| text.len()).max().unwrap_or(1));
        let (mut ids, mut mask) = (vec![0u32; texts * pieces], vec![0f32; texts * pieces]);
        for (row, (_, text)) in batch.iter().enumerate() {
            for (column, id) in text.get_ids().iter().enumerate() {
                ids[row * pieces + column] = *id;
                mask[row * pieces + column] = 1.0;
            }
        }
        let mask = Tensor::from_vec(mask, (texts, pieces), &Device::Cpu)?;
        let state = model.bert.forward(&table(ids, texts, pieces)?, &mask)?;
        let pooled = match self.shape.pooling {
            Pooling::First => state.narrow(1, 0, 1)?.squeeze(1)?,
            Pooling::Mean => {
                let sum = state.broadcast_mul(&mask.unsqueeze(D::Minus1)?)?.sum(1)?;
                sum.broadcast_div(&mask.sum_keepdim(1)?)?
            }
        };
        let length = pooled.sqr()?.sum_keepdim(1)?.sqrt()?.clamp(1e-9, f64::MAX)?;
        pooled.broadcast_div(&length)?.to_vec2()
    }
}

/// Cuts at the model's longest text; whatever the file says about filling up is left out.
fn tokenizer(folder: &Path, shape: &Shape) -> Result<Tokenizer, String> {
    let path = folder.join("tokenizer.json");
    let mut tokenizer = Tokenizer::from_file(&path).map_err(|error| format!("tokenizer.json cannot be used: {error}"))?;
    let cut = TruncationParams { max_length: shape.longest, ..TruncationParams::default() };
    tokenizer.with_truncation(Some(cut)).map_err(|error| format!("tokenizer.json cannot be used: {error}"))?;
    tokenizer.with_padding(None);
    let size = tokenizer.get_vocab_size(true);
    if size > shape.vocabulary {
        return Err(format!("tokenizer.json has {size} pieces and config.json {} of them", shape.vocabulary));
    }
    Ok(tokenizer)
}
