//! One-time codes: six digits that reach only the visitor, on a way the operator's own system has. Here is what can be said of
//! them without asking anybody: how one is made, kept, read and judged.

mod enter;
mod row;
mod send;
#[cfg(test)]
mod tests;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chat::{Random, Secret, ToolCallId};
use hmac::{Hmac, Mac};
use sha2::Sha256;

pub use self::{
    enter::{Act, Form, Stand, Whose},
    send::Sample,
};
pub(super) use self::{
    row::expire,
    send::{Errand, Sent},
};
use super::Status;

/// A code holds for this long, in ms.
const HOLDS_MS: i64 = 10 * 60_000;
/// So many wrong ones end the call.
const ATTEMPTS: i64 = 5;
/// Times one is sent for a call, the first included.
const SENDS: i64 = 4;
/// Between two of them, in ms.
const PAUSE_MS: i64 = 30_000;
/// For all calls of a visitor within an hour: nobody's phone is flooded, and nobody guesses for long.
const HOURLY: i64 = 12;

/// A new code.
fn fresh(random: &Random) -> Secret {
    Secret::new(format!("{:06}", random.below(1_000_000)))
}

/// The code in what a visitor wrote, if it is nothing else: in any digits, with spaces or hyphens between.
pub(crate) fn read(text: &str) -> Option<Secret> {
    let mut code = String::with_capacity(6);
    for c in text.trim().chars() {
        match c {
            '0'..='9' => code.push(c),
            '０'..='９' => code.push(char::from(b'0' + u8::try_from(u32::from(c) - u32::from('０')).ok()?)),
            ' ' | '-' | '\u{a0}' | '\u{3000}' => {}
            _ => return None,
        }
    }
    (code.len() == 6).then(|| Secret::new(code))
}

/// What is kept of a code: useless for any other call.
fn hash(salt: &str, call: ToolCallId, digest: &str, code: &Secret) -> String {
    mac(salt, call, digest, code).map(|mac| URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())).unwrap_or_default()
}

/// Whether a code is the one that is kept; how long this takes does not tell how near it is.
fn is_right(kept: &str, salt: &str, call: ToolCallId, digest: &str, code: &Secret) -> bool {
    let (Ok(kept), Some(mac)) = (URL_SAFE_NO_PAD.decode(kept), mac(salt, call, digest, code)) else { return false };
    mac.verify_slice(&kept).is_ok()
}

fn mac(salt: &str, call: ToolCallId, digest: &str, code: &Secret) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(salt.as_bytes()).ok()?;
    for part in [&call.text(), digest, code.expose()] {
        mac.update(part.as_bytes());
        mac.update(b"\n");
    }
    Some(mac)
}

/// What is known when a code comes in.
#[derive(Clone, Debug)]
struct Known<'a> {
    status: Status,
    /// For whom the call is.
    subject: Option<&'a str>,
    until: i64,
    /// Wrong ones before this.
    wrong: i64,
    /// The conversation's epoch when the code was sent.
    epoch: i64,
    now: i64,
    /// The epoch now.
    current: i64,
    /// The bot has the word.
    bot: bool,
    /// Who enters it.
    writer: Option<&'a str>,
}

/// What comes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Judged {
    /// The call is made.
    Right,
    /// So many are left.
    Wrong(i64),
    /// Wrong, and the last one.
    Void,
    /// Too late.
    Late,
    /// A person has the word, or it was decided already.
    Over,
    /// Whoever writes is not proven to be the one the call is for.
    Stranger,
}

fn judge(known: &Known, is_right: bool) -> Judged {
    if known.subject.is_none() || known.subject != known.writer {
        return Judged::Stranger;
    }
    match known.status {
        Status::Code => {}
        Status::Void => return Judged::Void,
        Status::Expired => return Judged::Late,
        _ => return Judged::Over,
    }
    if !known.bot || known.epoch != known.current {
        return Judged::Over;
    }
    if known.until <= known.now {
        return Judged::Late;
    }
    match ATTEMPTS - known.wrong {
        ..=0 => Judged::Void,
        _ if is_right => Judged::Right,
        1 => Judged::Void,
        left => Judged::Wrong(left - 1),
    }
}
