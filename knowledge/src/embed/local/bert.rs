//! The encoder of BERT and its like, on the CPU.

use candle_core::{DType, Device, Result, Tensor};
use candle_nn::ops::{layer_norm, softmax_last_dim};

use super::{
    shape::{Activation, Shape},
    weights::Weights,
};

/// A number so low that what is added to it is not attended to.
const NOT: f64 = -1e9;

/// A model that is in memory.
pub(super) struct Bert {
    words: Tensor,
    positions: Tensor,
    norm: Norm,
    layers: Vec<Layer>,
    shape: Shape,
}

struct Linear {
    weight: Tensor,
    bias: Tensor,
}

struct Norm {
    weight: Tensor,
    bias: Tensor,
    epsilon: f32,
}

struct Layer {
    /// Query, key and value in one.
    attend: Linear,
    attended: Linear,
    attended_norm: Norm,
    wide: Linear,
    narrow: Linear,
    norm: Norm,
}

/// Names of a layer's parts with their rows and columns, in units of (hidden, intermediate).
const PARTS: [(&str, bool, bool); 6] = [
    ("attention.self.query", false, false),
    ("attention.self.key", false, false),
    ("attention.self.value", false, false),
    ("attention.output.dense", false, false),
    ("intermediate.dense", true, false),
    ("output.dense", false, true),
];

/// Whether the file has what the shape asks for. Errors are the end of a sentence about the file.
pub(super) fn check(weights: &Weights, shape: &Shape) -> std::result::Result<(), String> {
    let (hidden, wide) = (shape.hidden, shape.intermediate);
    weights.expect("embeddings.word_embeddings.weight", &[shape.vocabulary, hidden])?;
    weights.expect("embeddings.position_embeddings.weight", &[shape.positions, hidden])?;
    weights.expect("embeddings.token_type_embeddings.weight", &[shape.types, hidden])?;
    weights.expect("embeddings.LayerNorm.weight", &[hidden])?;
    for layer in 0..shape.layers {
        for (part, rows, columns) in PARTS {
            let (rows, columns) = (if rows { wide } else { hidden }, if columns { wide } else { hidden });
            weights.expect(&format!("encoder.layer.{layer}.{part}.weight"), &[rows, columns])?;
            weights.expect(&format!("encoder.layer.{layer}.{part}.bias"), &[rows])?;
        }
        for norm in ["attention.output.LayerNorm", "output.LayerNorm"] {
            weights.expect(&format!("encoder.layer.{layer}.{norm}.weight"), &[hidden])?;
            weights.expect(&format!("encoder.layer.{layer}.{norm}.bias"), &[hidden])?;
        }
    }
    Ok(())
}

impl Bert {
    /// Reads the weights.
    pub(super) fn load(weights: &Weights, shape: &Shape) -> std::result::Result<Self, String> {
        let mut file = weights.file()?;
        let mut read = |name: String| weights.read(&mut file, &name);
        let words = read("embeddings.word_embeddings.weight".into())?;
        let positions = read("embeddings.position_embeddings.weight".into())?;
        let types = read("embeddings.token_type_embeddings.weight".into())?;
        // Every piece is of the first type: it is added once and for all.
        let positions = types.narrow(0, 0, 1).and_then(|first| positions.broadcast_add(&first)).map_err(|error| error.to_string())?;
        let norm = Norm::read(&mut read, "embeddings.LayerNorm", shape)?;
        let layers = (0..shape.layers).map(|layer| Layer::read(&mut read, layer, shape)).collect::<std::result::Result<_, _>>()?;
        Ok(Self { words, positions, norm, layers, shape: shape.clone() })
    }

    /// What each piece of each text means in its place: texts × pieces × numbers. `mask` is 1 where a piece is, 0 where none is.
    pub(super) fn forward(&self, ids: &Tensor, mask: &Tensor) -> Result<Tensor> {
        let (texts, pieces) = ids.dims2()?;
        let hidden = self.shape.hidden;
        let places = self.positions.narrow(0, self.shape.first_position, pieces)?;
        let words = self.words.index_select(&ids.flatten_all()?, 0)?.reshape((texts, pieces, hidden))?;
        let mut state = self.norm.forward(&words.broadcast_add(&places)?)?.reshape((texts * pieces, hidden))?;
        // 0 where a piece is, very low where none is.
        let unseen = ((mask.affine(-1.0, 1.0)? * NOT)?).reshape((texts, 1, 1, pieces))?;
        for layer in &self.layers {
            state = layer.forward(&state, &unseen, (texts, pieces), &self.shape)?;
        }
        state.reshape((texts, pieces, hidden))
    }

    /// Bytes of its weights.
    pub(super) fn bytes(&self) -> usize {
        let of = |tensor: &Tensor| tensor.elem_count() * DType::F32.size_in_bytes();
        let linear = |linear: &Linear| of(&linear.weight) + of(&linear.bias);
        let layers =
            self.layers.iter().map(|layer| linear(&layer.attend) + linear(&layer.attended) + linear(&layer.wide) + linear(&layer.narrow));
        of(&self.words) + of(&self.positions) + layers.sum::<usize>()
    }
}

type Read<'a> = dyn FnMut(String) -> std::result::Result<Tensor, String> + 'a;

impl Linear {
    fn read(read: &mut Read<'_>, name: &str) -> std::result::Result<Self, String> {
        Ok(Self { weight: read(format!("{name}.weight"))?, bias: read(format!("{name}.bias"))? })
    }

    fn forward(&self, state: &Tensor) -> Result<Tensor> {
        state.matmul(&self.weight.t()?)?.broadcast_add(&self.bias)
    }

    /// Several that read the same as one that writes side by side.
    fn joined(parts: &[Self]) -> Result<Self> {
        let weights: Vec<&Tensor> = parts.iter().map(|part| &part.weight).collect();
        let biases: Vec<&Tensor> = parts.iter().map(|part| &part.bias).collect();
        Ok(Self { weight: Tensor::cat(&weights, 0)?, bias: Tensor::cat(&biases, 0)? })
    }
}

impl Norm {
    fn read(read: &mut Read<'_>, name: &str, shape: &Shape) -> std::result::Result<Self, String> {
        Ok(Self { weight: read(format!("{name}.weight"))?, bias: read(format!("{name}.bias"))?, epsilon: shape.epsilon })
    }

    fn forward(&self, state: &Tensor) -> Result<Tensor> {
        layer_norm(&state.contiguous()?, &self.weight, &self.bias, self.epsilon)
    }
}

impl Layer {
    fn read(read: &mut Read<'_>, layer: usize, shape: &Shape) -> std::result::Result<Self, String> {
        let mut linear = |part: &str| Linear::read(read, &format!("encoder.layer.{layer}.{part}"));
        let (query, key, value) = (linear("attention.self.query")?, linear("attention.self.key")?, linear("attention.self.value")?);
        let attend = Linear::joined(&[query, key, value]).map_err(|error| error.to_string())?;
        let (attended, wide, narrow) = (linear("attention.output.dense")?, linear("intermediate.dense")?, linear("output.dense")?);
        let mut norm = |part: &str| Norm::read(read, &format!("encoder.layer.{layer}.{part}"), shape);
        let (attended_norm, norm) = (norm("attention.output.LayerNorm")?, norm("output.LayerNorm")?);
        Ok(Self { attend, attended, attended_norm, wide, narrow, norm })
    }

    fn forward(&self, state: &Tensor, unseen: &Tensor, (texts, pieces): (usize, usize), shape: &Shape) -> Result<Tensor> {
        let (hidden, heads) = (shape.hidden, shape.heads);
        let joined = self.attend.forward(state)?;
        let part = |n: usize| {
            let part = joined.narrow(1, n * hidden, hidden)?.contiguous()?;
            part.reshape((texts, pieces, heads, hidden / heads))?.transpose(1, 2)?.contiguous()
        };
        let (query, key, value) = (part(0)?, part(1)?, part(2)?);
        let scale = 1.0 / ((hidden / heads) as f64).sqrt();
        let scores = (query.matmul(&key.transpose(2, 3)?.contiguous()?)? * scale)?.broadcast_add(unseen)?;
        let seen = softmax_last_dim(&scores)?.matmul(&value)?;
        let seen = seen.transpose(1, 2)?.contiguous()?.reshape((texts * pieces, hidden))?;
        let state = self.attended_norm.forward(&(self.attended.forward(&seen)? + state)?)?;
        let wide = self.wide.forward(&state)?;
        let wide = match shape.activation {
            Activation::Gelu => wide.gelu_erf()?,
            Activation::GeluTanh => wide.gelu()?,
            Activation::Relu => wide.relu()?,
        };
        self.norm.forward(&(self.narrow.forward(&wide)? + state)?)
    }
}

/// Numbers as a table, texts × pieces.
pub(super) fn table(ids: Vec<u32>, texts: usize, pieces: usize) -> Result<Tensor> {
    Tensor::from_vec(ids, (texts, pieces), &Device::Cpu)
}
