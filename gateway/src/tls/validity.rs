//! When a certificate ends: the one field of X.509 that is read here.

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
    let digits = text.strip_suffix('Z')?;
    let (year, rest) = match tag {
        0x17 => {
            let (year, rest) = digits.split_at_checked(2)?;
            let year: i64 = year.parse().ok()?;
            (if year < 50 { 2000 + year } else { 1900 + year }, rest)
        }
        0x18 => {
            let (year, rest) = digits.split_at_checked(4)?;
            (year.parse().ok()?, rest)
        }
        _ => return None,
    };
    let mut parts = [0i64; 5];
    for (at, part) in parts.iter_mut().enumerate() {
        *part = rest.get(at * 2..at * 2 + 2)?.parse().ok()?;
    }
    let [month, day, hour, minute, second] = parts;
    (1..=12).contains(&month).then(|| (((days(year, month, day) * 24 + hour) * 60 + minute) * 60 + second) * 1_000)
}

/// Days since 1970-01-01, by the calendar that certificates use.
fn days(year: i64, month: i64, day: i64) -> i64 {
    // Years begin in March here, so that the leap day is their last one.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + (month * 153 + 2) / 5 + day - 1 - 719_468
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
