//! When a certificate ends: the one field of X.509 that is read here.

use chrono::NaiveDateTime;

/// Unix ms; `None` when these bytes are no certificate.
pub(super) fn until(certificate: &[u8]) -> Option<i64> {
    let (_, certificate, _) = element(certificate)?;
    let (_, mut fields, _) = element(certificate)?;
    // The version is the only field that may be absent.
    if let (0xa0, _, rest) = element(fields)? {
        fields = rest;
    }
    // Serial number, algorithm, issuer.
    for _ in 0..3 {
        fields = element(fields)?.2;
    }
    let (_, validity, _) = element(fields)?;
    let (_, _, rest) = element(validity)?;
    let (tag, text, _) = element(rest)?;
    time(tag, std::str::from_utf8(text).ok()?)
}

/// Tag, content, and what follows.
fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = bytes.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match usize::from(*first) {
        short @ ..=0x7f => (short, rest),
        long @ 0x81..=0x84 => {
            let (length, rest) = rest.split_at_checked(long - 0x80)?;
            (length.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte)), rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((*tag, content, rest))
}

/// `YYMMDDhhmmssZ` (0x17) or `YYYYMMDDhhmmssZ` (0x18).
fn time(tag: u8, text: &str) -> Option<i64> {
    let century = match tag {
        0x17 if text.get(..2)?.parse::<u8>().ok()? < 50 => "20",
        0x17 => "19",
        0x18 => "",
        _ => return None,
    };
    let time = NaiveDateTime::parse_from_str(&format!("{century}{text}"), "%Y%m%d%H%M%SZ").ok()?;
    Some(time.and_utc().timestamp_millis())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn times_are_read() {
        for (tag, text, expected) in [
            (0x17, "700101000000Z", Some(0)),
            (0x17, "491231235959Z", Some(2_524_607_999_000)),
            (0x17, "500101000000Z", Some(-631_152_000_000)),
            (0x18, "20240229120000Z", Some(1_709_208_000_000)),
            (0x18, "20500101000000Z", Some(2_524_608_000_000)),
            (0x18, "99991231235959Z", Some(253_402_300_799_000)),
            (0x17, "20240229120000Z", None),
            (0x18, "20241329120000Z", None),
            (0x18, "2024", None),
            (0x18, "20240229120000", None),
            (0x02, "700101000000Z", None),
        ] {
            assert_eq!(time(tag, text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn whatever_the_bytes_are_it_does_not_break(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(until(&bytes).is_none_or(|ms| ms > i64::MIN));
        }
    }
}
