//! The languages the house speaks.

/// Complete in widget, console, bot and guides.
pub const LOCALES: [&str; 2] = ["en", "zh"];

/// The house's language for a BCP 47 tag such as `zh-Hans-CN`, or a list of them as in `Accept-Language`.
pub fn locale_of(tags: &str) -> &'static str {
    tags.split(',')
        .filter_map(|tag| {
            let primary = tag.split(['-', '_', ';']).next().unwrap_or_default().trim();
            LOCALES.into_iter().find(|locale| locale.eq_ignore_ascii_case(primary))
        })
        .next()
        .unwrap_or(LOCALES[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_known_language_wins() {
        for (tags, locale) in
            [("zh-CN", "zh"), ("zh", "zh"), ("ZH_TW", "zh"), ("en-GB,en;q=0.8", "en"), ("fr, zh;q=0.5", "zh"), ("ar", "en"), ("", "en")]
        {
            assert_eq!(locale_of(tags), locale, "{tags}");
        }
    }
}
