//! The language somebody writes in: by script, and in Latin script by small words and letters.

use std::{collections::HashMap, sync::LazyLock};

const FILE: &str = include_str!("../../data/languages.txt");

/// Another language than English needs so much more evidence.
const LEAD: f64 = 0.45;
/// And so much at all: a name with an accent is not a language.
const LEAST: f64 = 0.8;
/// What a letter says that English has not.
const LETTER: f64 = 0.8;
/// A word of one letter says less than a longer one.
const SHORT: f64 = 0.4;
/// The same letter counts so often.
const REPEATED: usize = 3;

/// Languages by small words and letters. What several share is divided among them.
struct Latin {
    codes: Vec<&'static str>,
    words: HashMap<&'static str, Vec<usize>>,
    letters: HashMap<char, Vec<usize>>,
}

static LATIN: LazyLock<Latin> = LazyLock::new(|| {
    let mut latin = Latin { codes: Vec::new(), words: HashMap::new(), letters: HashMap::new() };
    for line in FILE.lines().filter(|line| !line.starts_with('#')) {
        let mut cells = line.split_whitespace();
        let (Some(code), Some(letters)) = (cells.next(), cells.next()) else { continue };
        let n = latin.codes.len();
        latin.codes.push(code);
        for letter in letters.chars().filter(|c| *c != '-') {
            latin.letters.entry(letter).or_default().push(n);
        }
        for word in cells {
            let of = latin.words.entry(word).or_default();
            if !of.contains(&n) {
                of.push(n);
            }
        }
    }
    latin
});

/// ISO 639-1 code of the language a message is written in; `en` when little speaks for another.
///
/// [`super::of`] tells how words are found in a text and knows Latin script as one; this tells people apart.
#[must_use]
pub fn spoken(text: &str) -> &'static str {
    let script = super::of(text);
    let (mut latin, mut own) = (0, 0);
    for c in text.chars().filter(|c| c.is_alphabetic()) {
        if c < '\u{250}' || ('\u{1e00}'..'\u{1f00}').contains(&c) { latin += 1 } else { own += 1 }
    }
    match script {
        "zh" | "ja" => script,
        "en" => LATIN.of(text),
        // One Greek letter in a formula is no Greek.
        other if own * 2 >= latin => other,
        _ => LATIN.of(text),
    }
}

impl Latin {
    fn of(&self, text: &str) -> &'static str {
        let text = text.to_lowercase();
        let mut scores = vec![0.0; self.codes.len()];
        let mut add = |of: &[usize], weight: f64| of.iter().for_each(|n| scores[*n] += weight / of.len() as f64);
        for word in words(&text) {
            if let Some(of) = self.words.get(word).or_else(|| self.words.get(word.strip_suffix('\'')?)) {
                add(of, if word.chars().count() > 1 { 1.0 } else { SHORT });
            }
        }
        for (letter, of) in &self.letters {
            let count = text.chars().filter(|c| c == letter).count().min(REPEATED);
            add(of, count as f64 * LETTER);
        }
        let english = self.codes.iter().position(|code| *code == "en").map_or(0.0, |n| scores[n]);
        let best = (0..scores.len()).max_by(|a, b| scores[*a].total_cmp(&scores[*b]));
        best.filter(|n| scores[*n] >= LEAST && scores[*n] > english + LEAD).map_or("en", |n| self.codes[n])
    }
}

/// Runs of letters, with the apostrophe that ends them: `l'` is a word of French.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphabetic() && c != '\'' && c != '’')
        .flat_map(|run| run.split_inclusive(['\'', '’']))
        .filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::spoken;

    #[test]
    fn messages_of_customers() {
        for (text, expected) in [
            ("How do I reset my password?", "en"),
            ("怎么重置密码？", "zh"),
            ("TiDB Dashboard 无法登录 invalid connection", "zh"),
            ("パスワードをリセットする方法", "ja"),
            ("비밀번호 재설정", "ko"),
            ("Как сбросить пароль?", "ru"),
            ("¿Cómo cambio mi contraseña?", "es"),
            ("donde esta mi pedido", "es"),
            ("Wie kann ich mein Passwort ändern?", "de"),
            ("Wo ist meine Bestellung", "de"),
            ("Où est ma commande ?", "fr"),
            ("je n'ai pas reçu l'article", "fr"),
            ("Dov'è il mio ordine?", "it"),
            ("Onde está o meu pedido?", "pt"),
            ("Waar is mijn bestelling?", "nl"),
            ("Unde este comanda mea?", "ro"),
            ("Siparişim nerede?", "tr"),
            ("Đơn hàng của tôi ở đâu?", "vi"),
            ("Gdzie jest moje zamówienie?", "pl"),
            ("Var är min beställning?", "sv"),
            ("Di mana pesanan saya?", "id"),
            ("today's fun fact", "en"),
            ("I met Zoë in a café and we want the same thing", "en"),
            ("what does Δt mean here", "en"),
            ("ERR_42", "en"),
            ("", "en"),
        ] {
            assert_eq!(spoken(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_has_a_language(text in "\\PC{0,80}") {
            prop_assert_eq!(spoken(&text).len(), 2);
        }
    }
}
