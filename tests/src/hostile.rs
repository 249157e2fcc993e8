//! Documents that are broken, nested, huge, encrypted or not what they say, each made here, with what a reader must answer.

mod office;
mod pdf;
mod text;

pub use office::word;
pub use pdf::fine as pdf;

use std::io::Write as _;

use flate2::{Compression, FlushCompress, write::DeflateEncoder};

/// A hostile document.
pub struct Hostile {
    /// Its name, as somebody would send it.
    pub name: String,
    /// What is in it.
    pub bytes: Vec<u8>,
    /// Any of these words in the answer is right; none: it may be taken.
    pub expected: &'static [&'static str],
}

fn case(name: &str, bytes: impl Into<Vec<u8>>, expected: &'static [&'static str]) -> Hostile {
    Hostile { name: name.to_owned(), bytes: bytes.into(), expected }
}

/// Every one.
///
/// # Errors
/// None in practice: writing to memory.
pub fn all() -> std::io::Result<Vec<Hostile>> {
    let mut all = pdf::cases()?;
    all.extend(office::cases()?);
    all.extend(text::cases());
    Ok(all)
}

/// A raw deflate stream that unpacks to `chunk` as often as asked, made without packing it so often: after a full flush the
/// packer remembers nothing, so its output may be repeated.
fn flood(chunk: &[u8], times: usize) -> std::io::Result<Vec<u8>> {
    let mut packer = flate2::Compress::new(Compression::best(), false);
    let mut once = Vec::with_capacity(chunk.len());
    packer.compress_vec(chunk, &mut once, FlushCompress::Full)?;
    let mut flood = once.repeat(times);
    // An empty last block.
    let end = DeflateEncoder::new(Vec::new(), Compression::best());
    flood.extend(end.finish()?);
    Ok(flood)
}

/// The same as the zlib stream that PDF calls FlateDecode, without its checksum.
fn zlib_flood(chunk: &[u8], times: usize) -> std::io::Result<Vec<u8>> {
    let mut stream = vec![0x78, 0xda];
    stream.write_all(&flood(chunk, times)?)?;
    Ok(stream)
}

/// Bytes without a pattern, the same every time.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1du64;
    let next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    std::iter::repeat_with(next).take(length).collect()
}
