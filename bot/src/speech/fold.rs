//! Messages as the patterns expect them.

/// Lower case, straight apostrophes, no quotation marks, full-width letters made narrow, single spaces.
pub(super) fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut gap = false;
    for c in text.chars() {
        match narrow(c) {
            c if c.is_whitespace() => gap = !out.is_empty(),
            c if c.is_control() || is_mark(c) => {}
            c => {
                if std::mem::take(&mut gap) {
                    out.push(' ');
                }
                out.extend(c.to_lowercase());
            }
        }
    }
    out
}

/// Invisible marks, and quotation marks: what is quoted belongs to its sentence.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}' | '"' | '“' | '”' | '「' | '」' | '『' | '』')
}

fn narrow(c: char) -> char {
    match c {
        '\u{2018}' | '\u{2019}' | '\u{02bc}' | '`' | '´' => '\'',
        '\u{3000}' => ' ',
        // Full-width letters and digits; full-width punctuation stays what it is.
        '\u{ff10}'..='\u{ff19}' | '\u{ff21}'..='\u{ff3a}' | '\u{ff41}'..='\u{ff5a}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        c => c,
    }
}

/// Cuts a folded message at punctuation and at words that turn it round.
pub(super) fn clauses(folded: &str) -> Vec<String> {
    const TURNS: [&str; 5] = [" but ", " so ", " because ", "但是", "所以"];
    let turned = TURNS.iter().fold(folded.to_owned(), |text, turn| text.replace(turn, " ; "));
    turned.split(ends).map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
}

fn ends(c: char) -> bool {
    ".,!?;:()，。！？；：、…~～（）-—".contains(c)
}

/// Without the punctuation, signs and pictures around and between the words.
pub(super) fn bare(folded: &str) -> String {
    let kept: String = folded.chars().map(|c| if c.is_alphanumeric() || c == '\'' { c } else { ' ' }).collect();
    let words: Vec<&str> = kept.split_whitespace().collect();
    words.join(" ")
}
