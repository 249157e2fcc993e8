//! Makes the widget's sources small without changing what they mean: comments and needless white space go.
//! Names stay, so what runs in a browser can still be read. Sources end their statements with semicolons.

/// JavaScript without comments and needless white space.
pub(crate) fn script(source: &str) -> String {
    let mut text = Squeezed { from: source.chars().collect(), at: 0, out: String::with_capacity(source.len()), spaced: false };
    while let Some(c) = text.peek(0) {
        match (c, text.peek(1)) {
            (c, _) if c.is_whitespace() => text.space(1),
            ('/', Some('/')) => text.space(text.until("\n")),
            ('/', Some('*')) => text.space(text.until("*/") + 2),
            ('"' | '\'' | '`', _) => text.put(text.quoted(c)),
            ('/', _) if text.expects_value() => text.put(text.pattern()),
            (c, _) if is_name(c) => text.put(text.name()),
            _ => text.sign(c),
        }
    }
    text.out
}

/// CSS without comments and needless white space.
pub(crate) fn style(source: &str) -> String {
    let mut bare = String::new();
    let mut rest = source;
    while let Some((before, after)) = rest.split_once("/*") {
        bare.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    bare.push_str(rest);
    let mut out = bare.split_whitespace().collect::<Vec<_>>().join(" ");
    for sign in ["{", "}", ";", ",", ">"] {
        out = out.replace(&format!(" {sign}"), sign).replace(&format!("{sign} "), sign);
    }
    // A space after a colon is needless in a declaration; in a selector there is none.
    out.replace(": ", ":").replace(";}", "}")
}

struct Squeezed {
    from: Vec<char>,
    at: usize,
    out: String,
    /// White space or a comment stood here.
    spaced: bool,
}

impl Squeezed {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.from.get(self.at + ahead).copied()
    }

    fn space(&mut self, length: usize) {
        self.at += length;
        self.spaced = true;
    }

    /// Takes `length` characters as they are, with a space before them where two words or signs would melt into one.
    fn put(&mut self, length: usize) {
        let end = (self.at + length).min(self.from.len());
        let piece = &self.from[self.at..end];
        if let (true, Some(last), Some(first)) = (self.spaced, self.out.chars().last(), piece.first().copied()) {
            let melts = (is_name(last) && is_name(first)) || (last == first && matches!(last, '+' | '-'));
            if melts {
                self.out.push(' ');
            }
        }
        self.out.extend(piece);
        self.at = end;
        self.spaced = false;
    }

    /// A sign; a comma before a closing bracket and a semicolon before a closing brace are needless.
    fn sign(&mut self, c: char) {
        if matches!(c, '}' | ')') && self.out.ends_with(',') || c == '}' && self.out.ends_with(';') {
            self.out.pop();
        }
        self.put(1);
    }

    /// Characters up to `end`, or to the end of the text.
    fn until(&self, end: &str) -> usize {
        let end: Vec<char> = end.chars().collect();
        self.from[self.at..].windows(end.len()).position(|window| window == end.as_slice()).unwrap_or(self.from.len() - self.at)
    }

    fn name(&self) -> usize {
        self.from[self.at..].iter().take_while(|c| is_name(**c)).count()
    }

    /// A string or a template; templates hold no other template.
    fn quoted(&self, quote: char) -> usize {
        let mut length = 1;
        while let Some(c) = self.peek(length) {
            length += if c == '\\' { 2 } else { 1 };
            if c == quote {
                break;
            }
        }
        length
    }

    /// A regular expression with its flags.
    fn pattern(&self) -> usize {
        let (mut length, mut class) = (1, false);
        while let Some(c) = self.peek(length) {
            match c {
                '\\' => length += 1,
                '[' => class = true,
                ']' => class = false,
                '/' if !class => break,
                _ => {}
            }
            length += 1;
        }
        length + 1 + self.from[(self.at + length + 1).min(self.from.len())..].iter().take_while(|c| c.is_ascii_lowercase()).count()
    }

    /// Whether a value may begin here, so that a slash begins a regular expression.
    fn expects_value(&self) -> bool {
        let word: String = self.out.chars().rev().take_while(|c| is_name(*c)).collect::<Vec<_>>().into_iter().rev().collect();
        match self.out.chars().last() {
            None => true,
            Some(_) if matches!(word.as_str(), "return" | "typeof" | "case") => true,
            Some(last) => "(,=:[!&|?{};+*%<>~^-".contains(last),
        }
    }
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '$' | '#') || !c.is_ascii()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_keep_their_meaning() {
        for (source, wanted) in [
            ("const a = 1; // one\nlet  b = a + +a;", "const a=1;let b=a+ +a;"),
            ("/** Says. */\nfunction f(x) {\n  return /a \\/ [/*] b/i.test(x);\n}\n", "function f(x){return/a \\/ [/*] b/i.test(x)}"),
            ("h(\"a  // b\", `x  ${ y }`, 'it\\'s  so', );", "h(\"a  // b\",`x  ${ y }`,'it\\'s  so');"),
            ("const half = (a + b) / 2 / c;", "const half=(a+b)/2/c;"),
            ("return \"x\" in y ? a : b", "return\"x\"in y?a:b"),
            ("x = { a, b, };\nclass A extends B {}", "x={a,b};class A extends B{}"),
            ("t.replace(/\\{(\\w+)\\}/g, (whole) => whole)", "t.replace(/\\{(\\w+)\\}/g,(whole)=>whole)"),
            ("", ""),
            ("\"never closed", "\"never closed"),
        ] {
            assert_eq!(script(source), wanted);
        }
    }

    #[test]
    fn styles_keep_their_meaning() {
        assert_eq!(
            style("/* why */\n.a > .b, :host {\n  color: red;\n  width: calc(1px + 2px);\n}\n@media (max-width: 4px) { a:hover { top: 0 } }"),
            ".a>.b,:host{color:red;width:calc(1px + 2px)}@media (max-width:4px){a:hover{top:0}}"
        );
    }
}
