use super::{bytes, lines, number, urlencode};

#[test]
fn numbers_are_grouped() {
    for (n, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (-12_345, "-12,345"), (1_234_567, "1,234,567")] {
        assert_eq!(number(n), text);
    }
}

#[test]
fn sizes_have_units() {
    for (n, text) in [(0, "0 B"), (1_023, "1023 B"), (1_536, "1.5 KB"), (50 * 1024, "50 KB"), (3 << 20, "3.0 MB")] {
        assert_eq!(bytes(n), text);
    }
}

#[test]
fn text_cannot_become_markup() {
    assert_eq!(lines("<b>\r\nx & \"y\"\n"), "&lt;b&gt;<br>x &amp; &quot;y&quot;");
}

#[test]
fn addresses_are_encoded() {
    assert_eq!(urlencode("a b/退款~"), "a%20b%2F%E9%80%80%E6%AC%BE~");
}
