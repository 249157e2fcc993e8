//! Words to compare texts by: good enough for a model that only pretends to understand.

/// Lower-case words without their endings; Chinese by pairs of characters.
pub(super) fn terms(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for word in text.to_lowercase().split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        let chars: Vec<char> = word.chars().collect();
        if word.is_ascii() {
            found.extend((chars.len() > 2).then(|| chars[..chars.len().min(6)].iter().collect()));
        } else {
            found.extend(chars.windows(2).map(|pair| pair.iter().collect::<String>()));
        }
    }
    found
}
