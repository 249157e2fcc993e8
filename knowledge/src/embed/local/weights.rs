//! Reads a safetensors file tensor by tensor: the file is never in memory as a whole, and no map of it has to be trusted.

use std::{
    collections::HashMap,
    fs::File,
    io::{Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

use candle_core::{DType, Device, Tensor};
use serde::Deserialize;
use sha2::{Digest, Sha256};

/// Bytes of a header, at most; real ones have tens of thousands.
const HEADER: u64 = 64 << 20;

/// Where a tensor stands in the file.
#[derive(Clone, Debug, Deserialize)]
struct Entry {
    dtype: String,
    shape: Vec<usize>,
    data_offsets: (u64, u64),
}

/// A file whose header was read.
#[derive(Clone, Debug)]
pub(super) struct Weights {
    path: PathBuf,
    entries: HashMap<String, Entry>,
    /// Where the first tensor begins.
    start: u64,
    /// What stands before every name, such as `bert.`.
    prefix: String,
    /// A hash of the header and of samples of the numbers.
    fingerprint: String,
}

/// The tensor by which the others are found.
const WORDS: &str = "embeddings.word_embeddings.weight";

impl Weights {
    /// Reads the header. Errors are the end of a sentence about the file.
    pub(super) fn open(path: &Path) -> Result<Self, String> {
        let mut file = File::open(path).map_err(|error| format!("cannot be opened: {error}"))?;
        let size = file.metadata().map_err(|error| format!("cannot be read: {error}"))?.len();
        let mut length = [0; 8];
        file.read_exact(&mut length).map_err(|_| "is not a safetensors file".to_owned())?;
        let length = u64::from_le_bytes(length);
        if length > HEADER || length + 8 > size {
            return Err("is not a safetensors file, or was cut off".into());
        }
        let mut header = Vec::new();
        (&mut file).take(length).read_to_end(&mut header).map_err(|error| format!("cannot be read: {error}"))?;
        let entries: HashMap<String, serde_json::Value> =
            serde_json::from_slice(&header).map_err(|_| "is not a safetensors file".to_owned())?;
        let entries: HashMap<String, Entry> =
            entries.into_iter().filter_map(|(name, entry)| Some((name, serde_json::from_value(entry).ok()?))).collect();
        if entries.values().any(|entry| entry.data_offsets.1 < entry.data_offsets.0 || length + 8 + entry.data_offsets.1 > size) {
            return Err("was cut off: copy it again".into());
        }
        let prefix =
            entries.keys().find_map(|name| name.strip_suffix(WORDS)).ok_or("has no word embeddings: it is not a BERT-like model")?;
        let (prefix, fingerprint) = (prefix.to_owned(), fingerprint(&mut file, &header, size)?);
        Ok(Self { path: path.to_owned(), start: length + 8, prefix, fingerprint, entries })
    }

    /// What tells these weights from others.
    pub(super) fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// The shape of a tensor.
    pub(super) fn shape(&self, name: &str) -> Option<&[usize]> {
        self.entries.get(&format!("{}{name}", self.prefix)).map(|entry| entry.shape.as_slice())
    }

    /// Says what is wrong with a tensor that should have this shape.
    pub(super) fn expect(&self, name: &str, wanted: &[usize]) -> Result<(), String> {
        match self.shape(name) {
            Some(shape) if shape == wanted => Ok(()),
            Some(shape) => Err(format!("has {name} as {shape:?} where config.json asks for {wanted:?}")),
            None => Err(format!("has no {name}: it is not a BERT-like model")),
        }
    }

    /// Reads a tensor as 32-bit numbers.
    pub(super) fn read(&self, file: &mut File, name: &str) -> Result<Tensor, String> {
        let entry = self.entries.get(&format!("{}{name}", self.prefix)).ok_or_else(|| format!("has no {name}"))?;
        let kind = match entry.dtype.as_str() {
            "F32" => DType::F32,
            "F16" => DType::F16,
            "BF16" => DType::BF16,
            other => return Err(format!("has numbers of type {other}: F32, F16 and BF16 are read")),
        };
        let length = usize::try_from(entry.data_offsets.1 - entry.data_offsets.0).map_err(|_| "is too large".to_owned())?;
        if length != entry.shape.iter().product::<usize>() * kind.size_in_bytes() {
            return Err(format!("has {name} in another size than it says"));
        }
        let mut bytes = vec![0; length];
        file.seek(SeekFrom::Start(self.start + entry.data_offsets.0)).map_err(|error| format!("cannot be read: {error}"))?;
        file.read_exact(&mut bytes).map_err(|error| format!("cannot be read: {error}"))?;
        let tensor = Tensor::from_raw_buffer(&bytes, kind, &entry.shape, &Device::Cpu).and_then(|tensor| tensor.to_dtype(DType::F32));
        tensor.map_err(|error| format!("has {name} in a form that is not understood: {error}"))
    }

    /// The file itself, to read from.
    pub(super) fn file(&self) -> Result<File, String> {
        File::open(&self.path).map_err(|error| format!("cannot be opened: {error}"))
    }
}

/// Four samples are enough to tell one training from another.
fn fingerprint(file: &mut File, header: &[u8], size: u64) -> Result<String, String> {
    let mut hash = Sha256::new_with_prefix(header);
    for part in 1..=4 {
        let mut sample = [0; 4_096];
        let at = (size / 5 * part).min(size.saturating_sub(sample.len() as u64));
        file.seek(SeekFrom::Start(at)).map_err(|error| format!("cannot be read: {error}"))?;
        let read = file.read(&mut sample).map_err(|error| format!("cannot be read: {error}"))?;
        hash.update(&sample[..read]);
    }
    Ok(hash.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect())
}
