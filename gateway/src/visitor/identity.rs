//! Who a visitor is, by the word of the customer's own server: a JWT, signed with the inbox's key by HMAC-SHA256.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chat::{Secret, visitor::Identity};
use hmac::{Hmac, Mac};
use serde_json::{Map, Value};
use sha2::Sha256;

/// The longest token, in bytes.
const LONGEST: usize = 8 * 1024;
/// Clocks of two servers may differ by this, in seconds.
const SKEW_S: i64 = 60;
/// However long a token says it holds, in ms: a day.
const MOST_MS: i64 = 24 * 3_600_000;

/// What a token says, if the inbox's key signed it and it holds now. It must name a `sub` and an `exp`; no other algorithm is read.
pub(super) fn check(token: &str, key: &Secret, now: i64) -> Option<Identity> {
    if key.is_empty() || token.len() > LONGEST {
        return None;
    }
    let (signed, signature) = token.rsplit_once('.')?;
    let (head, body) = signed.split_once('.')?;
    let mut mac = Hmac::<Sha256>::new_from_slice(key.expose().as_bytes()).ok()?;
    mac.update(signed.as_bytes());
    mac.verify_slice(&URL_SAFE_NO_PAD.decode(signature).ok()?).ok()?;
    (part(head)?.get("alg")?.as_str()? == "HS256").then_some(())?;
    let claims = part(body)?;
    let second = now / 1_000;
    let number = |name: &str| claims.get(name).and_then(Value::as_f64);
    let exp = seconds(number("exp")?);
    if exp <= second || number("nbf").is_some_and(|nbf| seconds(nbf) > second + SKEW_S) {
        return None;
    }
    let subject = claims.get("sub")?.as_str()?.trim().to_owned();
    if subject.is_empty() || subject.chars().count() > 200 || subject.contains('\0') {
        return None;
    }
    Some(Identity { subject, until: exp.saturating_mul(1_000).min(now + MOST_MS), claims })
}

fn part(text: &str) -> Option<Map<String, Value>> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
    // PostgreSQL keeps no such character.
    (!text.contains("\\u0000")).then(|| serde_json::from_str(&text).ok())?
}

#[expect(clippy::cast_possible_truncation, reason = "a float that is out of range becomes the nearest one")]
fn seconds(time: f64) -> i64 {
    time as i64
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: i64 = 1_760_000_000_000;

    fn signed(head: Value, body: Value, key: &str) -> String {
        let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let text = format!("{}.{}", part(head), part(body));
        let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap();
        mac.update(text.as_bytes());
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
    }

    #[test]
    fn only_what_the_key_signed_is_believed() {
        let (key, soon) = (Secret::new("a key of the shop"), NOW / 1_000 + 300);
        let good = json!({ "sub": "jo-17", "exp": soon, "email": "jo@shop.example" });
        let head = || json!({ "alg": "HS256", "typ": "JWT" });
        let found = check(&signed(head(), good.clone(), "a key of the shop"), &key, NOW).unwrap();
        assert_eq!((found.subject.as_str(), found.until, &found.claims["email"]), ("jo-17", soon * 1_000, &json!("jo@shop.example")));
        let token = signed(head(), good.clone(), "a key of the shop");
        let unsigned = format!("{}.", token.rsplit_once('.').unwrap().0);
        let other = signed(head(), json!({ "sub": "eve", "exp": soon }), "another key");
        let swapped = format!("{}.{}", other.rsplit_once('.').unwrap().0, token.rsplit_once('.').unwrap().1);
        for (name, token) in [
            ("another key", signed(head(), good.clone(), "another key")),
            ("no signature", unsigned),
            ("another's signature", swapped),
            ("no algorithm", signed(json!({ "alg": "none" }), good.clone(), "a key of the shop")),
            ("another algorithm", signed(json!({ "alg": "RS256" }), good.clone(), "a key of the shop")),
            ("over", signed(head(), json!({ "sub": "jo", "exp": NOW / 1_000 - 1 }), "a key of the shop")),
            ("never over", signed(head(), json!({ "sub": "jo" }), "a key of the shop")),
            ("not yet", signed(head(), json!({ "sub": "jo", "exp": soon + 900, "nbf": soon }), "a key of the shop")),
            ("nobody", signed(head(), json!({ "exp": soon }), "a key of the shop")),
            ("no name", signed(head(), json!({ "sub": " ", "exp": soon }), "a key of the shop")),
            ("a number", signed(head(), json!({ "sub": 7, "exp": soon }), "a key of the shop")),
            ("nonsense", "a.b.c".into()),
            ("nothing", String::new()),
        ] {
            assert_eq!(check(&token, &key, NOW), None, "{name}");
        }
        assert_eq!(check(&token, &Secret::default(), NOW), None, "an inbox without a key believes nobody");
        let long = signed(head(), json!({ "sub": "jo", "exp": i64::MAX }), "a key of the shop");
        assert_eq!(check(&long, &key, NOW).unwrap().until, NOW + MOST_MS, "nothing holds for ever");
    }
}
