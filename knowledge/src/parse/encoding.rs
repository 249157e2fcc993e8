//! Bytes to text: the byte order mark decides, else UTF-8 if it is, else what chardetng guesses.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

use super::{Reason, kind::is_binary};

/// More than this share of replacement or control characters (1 in N) is no text.
const NOISE: usize = 50;

/// The text of a file, with `\n` line ends and without characters that no document has.
pub(crate) fn decode(bytes: &[u8]) -> Result<String, Reason> {
    if is_binary(bytes) {
        return Err(Reason::Binary);
    }
    let (encoding, start) = match Encoding::for_bom(bytes) {
        Some((encoding, length)) => (encoding, length),
        None => (guess(bytes)?, 0),
    };
    let (text, _) = encoding.decode_without_bom_handling(&bytes[start..]);
    let total = text.chars().count();
    let bad = text.chars().filter(|&c| c == '\u{fffd}' || is_noise(c)).count();
    if bad * NOISE > total {
        return Err(if text.contains('\0') { Reason::Binary } else { Reason::Encoding });
    }
    Ok(clean(&text))
}

/// Line ends as `\n`; control, format and private characters that break rendering or the store are left out.
pub(crate) fn clean(text: &str) -> String {
    let unix = text.replace("\r\n", "\n").replace('\r', "\n");
    unix.chars().filter(|&c| !is_noise(c) && !is_override(c)).collect()
}

fn is_noise(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\t' | '\r' | '\u{c}' | '\u{85}')) || matches!(c, '\u{fffe}' | '\u{ffff}')
}

/// Characters that turn the direction of all text after them, and marks that hide words.
fn is_override(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{200b}' | '\u{e0000}'..='\u{e007f}' | '\u{c}' | '\u{85}')
}

fn guess(bytes: &[u8]) -> Result<&'static Encoding, Reason> {
    if let Some(wide) = wide(bytes) {
        return Ok(wide);
    }
    if bytes.contains(&0) {
        return Err(Reason::Binary);
    }
    if std::str::from_utf8(bytes).is_ok() {
        return Ok(UTF_8);
    }
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    Ok(detector.guess(None, chardetng::Utf8Detection::Allow))
}

/// UTF-16 without a mark: every second byte of Latin text is zero.
fn wide(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = &bytes[..bytes.len().min(512) & !1];
    if head.len() < 8 {
        return None;
    }
    let zeros = |from: usize| head.iter().skip(from).step_by(2).filter(|&&b| b == 0).count();
    let (even, odd, half) = (zeros(0), zeros(1), head.len() / 2);
    if odd * 10 > half * 6 && even == 0 {
        Some(UTF_16LE)
    } else if even * 10 > half * 6 && odd == 0 {
        Some(UTF_16BE)
    } else {
        None
    }
}
