//! Fields of a frame found by their bytes: a load client has no time for a parser.

/// The text of the first field of this name; escapes are left as they stand.
pub fn text<'a>(frame: &'a [u8], name: &str) -> Option<&'a str> {
    let value = after(frame, name)?.strip_prefix(b"\"")?;
    let end = value.iter().position(|byte| *byte == b'"')?;
    std::str::from_utf8(&value[..end]).ok()
}

/// The number of the first field of this name.
pub fn number(frame: &[u8], name: &str) -> Option<i64> {
    let value = after(frame, name)?;
    let end = value.iter().position(|byte| !byte.is_ascii_digit() && *byte != b'-').unwrap_or(value.len());
    std::str::from_utf8(&value[..end]).ok()?.parse().ok()
}

/// Whether the bytes stand anywhere in the frame.
pub fn has(frame: &[u8], needle: &[u8]) -> bool {
    position(frame, needle).is_some()
}

/// What follows `"name":`.
fn after<'a>(frame: &'a [u8], name: &str) -> Option<&'a [u8]> {
    let name = name.as_bytes();
    let mut from = 0;
    while let Some(at) = position(&frame[from..], name) {
        let (start, end) = (from + at, from + at + name.len());
        if start > 0 && frame[start - 1] == b'"' && frame[end..].starts_with(b"\":") {
            return Some(&frame[end + 2..]);
        }
        from = end;
    }
    None
}

fn position(frame: &[u8], needle: &[u8]) -> Option<usize> {
    let first = *needle.first()?;
    let mut from = 0;
    while let Some(at) = frame[from..].iter().position(|byte| *byte == first) {
        if frame[from + at..].starts_with(needle) {
            return Some(from + at);
        }
        from += at + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_found_where_they_stand() {
        let frame = br#"{"at":7,"body":"seq is \"9\"","id":"0199-7","seq":42,"prev":-1,"t":"ack","last":5"#;
        assert_eq!(text(frame, "id"), Some("0199-7"));
        assert_eq!(text(frame, "t"), Some("ack"));
        for (name, expected) in [("seq", Some(42)), ("prev", Some(-1)), ("at", Some(7)), ("last", Some(5)), ("id", None), ("none", None)] {
            assert_eq!(number(frame, name), expected, "{name}");
        }
        assert!(has(frame, br#""t":"ack""#) && !has(frame, b"message") && !has(b"", b"x"));
    }
}
