//! Which addresses may be clicked, and where bare ones end.

use super::tree::Inline;

/// The address, if it is an absolute `http`, `https` or `mailto` one without anything hidden in it.
pub fn safe(address: &str) -> Option<&str> {
    let address = address.trim();
    let plain = |c: char| !c.is_whitespace() && !c.is_control() && !hidden(c);
    if address.len() > 2000 || !address.chars().all(plain) || address.contains('\\') {
        return None;
    }
    let (scheme, rest) = address.split_once(':')?;
    match scheme.to_ascii_lowercase().as_str() {
        "http" | "https" => {
            let host = rest.strip_prefix("//")?.split(['/', '?', '#']).next()?;
            // A name before @ dresses one address up as another.
            (!host.is_empty() && !host.starts_with('/') && !host.contains('@')).then_some(address)
        }
        "mailto" => rest.contains('@').then_some(address),
        _ => None,
    }
}

/// Characters that change the direction or hide inside a text.
pub(super) fn hidden(c: char) -> bool {
    matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

/// Splits a text at bare `http(s)` addresses, which become links.
pub(super) fn linkify(text: &str, out: &mut Vec<Inline>) {
    let mut rest = text;
    while let Some(start) = find(rest) {
        let end = start + length(&rest[start..]);
        match safe(&rest[start..end]) {
            Some(address) => {
                push_text(&rest[..start], out);
                let label = vec![Inline::Text(address.to_string())];
                out.push(Inline::Link(address.to_string(), label));
            }
            None => push_text(&rest[..end], out),
        }
        rest = &rest[end..];
    }
    push_text(rest, out);
}

fn push_text(text: &str, out: &mut Vec<Inline>) {
    if !text.is_empty() {
        out.push(Inline::Text(text.to_string()));
    }
}

fn find(text: &str) -> Option<usize> {
    let mut from = 0;
    while let Some(at) = text[from..].find("http").map(|at| at + from) {
        let tail = &text[at..];
        let before = text[..at].chars().next_back();
        let begins = !before.is_some_and(|c| c.is_ascii_alphanumeric());
        if begins && (tail.starts_with("http://") || tail.starts_with("https://")) {
            return Some(at);
        }
        from = at + 4;
    }
    None
}

/// How many bytes of a text that begins with an address belong to it.
fn length(text: &str) -> usize {
    let inside = |c: char| c.is_ascii_graphic() && !matches!(c, '<' | '>' | '"' | '`' | '|');
    let end = text.find(|c| !inside(c)).unwrap_or(text.len());
    let mut address = &text[..end];
    loop {
        let Some(last) = address.chars().next_back() else {
            return 0;
        };
        let closes = last == ')' && address.matches(')').count() > address.matches('(').count();
        if !closes && !matches!(last, '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '*' | '_' | ']') {
            return address.len();
        }
        address = &address[..address.len() - 1];
    }
}
