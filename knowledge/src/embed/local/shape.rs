//! What the small files of a model folder say: how the model is built, and how its output becomes one vector.

use std::path::Path;

use serde::{Deserialize, de::DeserializeOwned};

/// How the model is built.
#[derive(Clone, Debug)]
pub(super) struct Shape {
    pub vocabulary: usize,
    pub hidden: usize,
    pub intermediate: usize,
    pub layers: usize,
    pub heads: usize,
    pub positions: usize,
    /// The place of a text's first piece.
    pub first_position: usize,
    pub types: usize,
    pub epsilon: f32,
    pub activation: Activation,
    pub pooling: Pooling,
    /// Pieces of a text, at most; the rest is cut off.
    pub longest: usize,
    /// What a question and a passage begin with, as the model was taught.
    pub prompts: (String, String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Activation {
    Gelu,
    GeluTanh,
    Relu,
}

/// Which of the pieces stands for the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pooling {
    Mean,
    First,
}

#[derive(Deserialize)]
struct Model {
    model_type: String,
    vocab_size: usize,
    hidden_size: usize,
    intermediate_size: usize,
    num_hidden_layers: usize,
    num_attention_heads: usize,
    max_position_embeddings: usize,
    #[serde(default = "one")]
    type_vocab_size: usize,
    #[serde(default = "epsilon")]
    layer_norm_eps: f32,
    #[serde(default)]
    hidden_act: String,
    #[serde(default)]
    position_embedding_type: String,
    pad_token_id: Option<usize>,
}

#[derive(Deserialize)]
#[serde(default)]
struct Pool {
    pooling_mode_cls_token: bool,
    pooling_mode_mean_tokens: bool,
}

impl Default for Pool {
    fn default() -> Self {
        Self { pooling_mode_cls_token: false, pooling_mode_mean_tokens: true }
    }
}

#[derive(Default, Deserialize)]
struct Sentence {
    max_seq_length: Option<usize>,
}

#[derive(Deserialize)]
struct Module {
    #[serde(rename = "type")]
    kind: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Prompts {
    prompts: std::collections::HashMap<String, String>,
}

impl Shape {
    /// Reads the folder. Errors are sentences about it.
    pub(super) fn read(folder: &Path) -> Result<Self, String> {
        let model: Model = needed(folder, "config.json")?;
        let first_position = match model.model_type.as_str() {
            "bert" => 0,
            // These number places from behind the place that stands for none.
            "xlm-roberta" | "roberta" | "camembert" => model.pad_token_id.unwrap_or(1) + 1,
            other => return Err(format!("config.json names a model of type \"{other}\"; bert, roberta and xlm-roberta are understood")),
        };
        if !matches!(model.position_embedding_type.as_str(), "" | "absolute") {
            return Err(format!(
                "config.json asks for positions of type \"{}\"; only absolute ones are understood",
                model.position_embedding_type
            ));
        }
        if model.num_attention_heads == 0 || !model.hidden_size.is_multiple_of(model.num_attention_heads) || model.num_hidden_layers == 0 {
            return Err("config.json has numbers of heads, layers and hidden units that do not fit".into());
        }
        let sentence: Sentence = optional(folder, "sentence_bert_config.json")?;
        let room = model.max_position_embeddings.saturating_sub(first_position);
        let longest = sentence.max_seq_length.unwrap_or(room).min(room);
        if longest < 3 {
            return Err("sentence_bert_config.json leaves no room for a text".into());
        }
        let prompts = optional::<Prompts>(folder, "config_sentence_transformers.json")?.prompts;
        let prompt = |names: &[&str]| names.iter().find_map(|name| prompts.get(*name).cloned()).unwrap_or_default();
        Ok(Self {
            vocabulary: model.vocab_size,
            hidden: model.hidden_size,
            intermediate: model.intermediate_size,
            layers: model.num_hidden_layers,
            heads: model.num_attention_heads,
            positions: model.max_position_embeddings,
            first_position,
            types: model.type_vocab_size,
            epsilon: model.layer_norm_eps,
            activation: activation(&model.hidden_act)?,
            pooling: pooling(folder)?,
            longest,
            prompts: (prompt(&["query"]), prompt(&["passage", "document"])),
        })
    }
}

fn activation(name: &str) -> Result<Activation, String> {
    match name {
        "" | "gelu" => Ok(Activation::Gelu),
        "gelu_new" | "gelu_pytorch_tanh" => Ok(Activation::GeluTanh),
        "relu" => Ok(Activation::Relu),
        other => Err(format!("config.json asks for hidden_act \"{other}\"; gelu, gelu_new and relu are understood")),
    }
}

fn pooling(folder: &Path) -> Result<Pooling, String> {
    let modules: Vec<Module> = optional(folder, "modules.json")?;
    let strange = modules.iter().find(|module| !["Transformer", "Pooling", "Normalize"].iter().any(|known| module.kind.ends_with(known)));
    if let Some(strange) = strange {
        return Err(format!("modules.json asks for {}, which is not understood", strange.kind));
    }
    let pool: Pool = optional(folder, "1_Pooling/config.json")?;
    match (pool.pooling_mode_cls_token, pool.pooling_mode_mean_tokens) {
        (true, false) => Ok(Pooling::First),
        (false, true) => Ok(Pooling::Mean),
        _ => Err("1_Pooling/config.json asks for a kind of pooling that is not understood: the mean or the first piece (cls) is".into()),
    }
}

fn needed<T: DeserializeOwned>(folder: &Path, name: &str) -> Result<T, String> {
    let text = std::fs::read_to_string(folder.join(name)).map_err(|error| format!("{name} cannot be read: {error}"))?;
    serde_json::from_str(&text).map_err(|error| format!("{name} is not understood: {error}"))
}

fn optional<T: DeserializeOwned + Default>(folder: &Path, name: &str) -> Result<T, String> {
    if folder.join(name).exists() { needed(folder, name) } else { Ok(T::default()) }
}

fn one() -> usize {
    1
}

fn epsilon() -> f32 {
    1e-12
}
