//! The languages the console speaks.

use serde::{Deserialize, Serialize};

/// A language the console is complete in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Locale {
    /// English.
    #[default]
    En,
    /// Chinese.
    Zh,
}

impl Locale {
    /// Every language, in the order they are offered.
    pub const ALL: [Locale; 2] = [Locale::En, Locale::Zh];

    /// The tag used in addresses, files and `lang` attributes.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Locale::En => "en",
            Locale::Zh => "zh",
        }
    }

    /// Reads a language tag such as `zh-CN`; `None` for a language we do not speak.
    #[must_use]
    pub fn parse(tag: &str) -> Option<Locale> {
        let primary = tag.split(['-', '_', ';']).next().unwrap_or_default().trim();
        Locale::ALL.into_iter().find(|locale| primary.eq_ignore_ascii_case(locale.tag()))
    }

    /// The first language of an `Accept-Language` header that we speak, in the order
    /// the browser sent them (browsers send them by preference).
    #[must_use]
    pub fn accepted(header: &str) -> Locale {
        header.split(',').find_map(Locale::parse).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::Locale;

    #[test]
    fn the_first_language_we_speak_wins() {
        for (header, expected) in [
            ("", Locale::En),
            ("zh-CN,zh;q=0.9,en;q=0.8", Locale::Zh),
            ("fr-FR, zh;q=0.5", Locale::Zh),
            ("fr", Locale::En),
            ("EN-gb,zh", Locale::En),
            ("zhx", Locale::En),
        ] {
            assert_eq!(Locale::accepted(header), expected, "{header}");
        }
    }
}
