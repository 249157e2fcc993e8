//! How a person looks in a list: a name, initials, and a tint that stays theirs.

use serde::Serialize;
use uuid::Uuid;

use chat::VisitorId;

/// The tint of the bot; people have 0 to 7.
pub const BOT_TINT: u8 = 8;

/// Somebody of the staff.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Face {
    /// Their id.
    pub id: String,
    /// Their name.
    pub name: String,
    /// One or two letters of it.
    pub initials: String,
    /// 0 to 7.
    pub tint: u8,
    /// Whether it is the person who looks at the page.
    pub me: bool,
}

impl Face {
    /// A face of the staff.
    #[must_use]
    pub fn of(id: Uuid, name: &str, me: bool) -> Face {
        Face { id: id.to_string(), name: name.to_owned(), initials: initials(name), tint: tint(id), me }
    }
}

/// The tint of an id: 0 to 7.
#[must_use]
pub fn tint(id: Uuid) -> u8 {
    id.as_bytes()[15] % 8
}

/// First letters of the first and last word; one letter for scripts without words.
#[must_use]
pub fn initials(name: &str) -> String {
    let mut words = name.split(|c: char| c.is_whitespace() || c == '-').filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
    let Some(first) = words.next() else {
        return "·".to_owned();
    };
    let last = words.next_back().filter(|_| !is_wide(first));
    first.to_uppercase().chain(last.into_iter().flat_map(char::to_uppercase)).collect()
}

fn is_wide(c: char) -> bool {
    matches!(u32::from(c), 0x1100..=0x11FF | 0x2E80..=0xD7FF | 0xF900..=0xFAFF | 0x20000..=0x3FFFF)
}

/// The last four digits of a visitor's id: what tells nameless visitors apart.
#[must_use]
pub fn visitor_code(id: VisitorId) -> String {
    let text = id.text();
    text[text.len() - 4..].to_uppercase()
}

#[cfg(test)]
mod tests {
    use super::initials;

    #[test]
    fn initials_suit_the_script() {
        for (name, expected) in [
            ("Mira Okafor", "MO"),
            ("mira", "M"),
            ("王小明", "王"),
            ("Oluwaseun Adébáyò-Fitzgerald von und zu Hohenlohe", "OH"),
            ("نورا السالم", "نا"),
            ("  ", "·"),
            ("“Ann” (Billing)", "AB"),
        ] {
            assert_eq!(initials(name), expected, "{name}");
        }
    }
}
