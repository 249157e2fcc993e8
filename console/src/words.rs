//! What the console says, in each language: Fluent bundles over `locales/*.ftl`.

use std::collections::BTreeSet;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use parking_lot::Mutex;

use knowledge::Fault;

use crate::error::Error;
use crate::locale::Locale;

/// The text of the console in every language. A key without text is shown as itself
/// and remembered, so that a test can name it.
pub struct Words {
    en: FluentBundle<FluentResource>,
    zh: FluentBundle<FluentResource>,
    missing: Mutex<BTreeSet<String>>,
}

impl Words {
    /// Reads the two translation files, given as text.
    pub fn new(en: &str, zh: &str) -> Result<Words, Error> {
        Ok(Words { en: bundle(Locale::En, en)?, zh: bundle(Locale::Zh, zh)?, missing: Mutex::default() })
    }

    /// The text of `key`, with its arguments filled in.
    #[must_use]
    pub fn text(&self, locale: Locale, key: &str, args: Option<&FluentArgs<'_>>) -> String {
        let bundle = match locale {
            Locale::En => &self.en,
            Locale::Zh => &self.zh,
        };
        let pattern = bundle.get_message(key).and_then(|message| message.value());
        let Some(pattern) = pattern else {
            self.note_missing(locale, key);
            return key.to_owned();
        };
        let mut errors = Vec::new();
        let text = bundle.format_pattern(pattern, args, &mut errors).into_owned();
        for error in errors {
            self.note_missing(locale, &format!("{key}: {error}"));
        }
        text
    }

    /// The text of a key without arguments.
    #[must_use]
    pub fn plain(&self, locale: Locale, key: &str) -> String {
        self.text(locale, key, None)
    }

    /// The text of a key with one number.
    #[must_use]
    pub fn count(&self, locale: Locale, key: &str, n: i64) -> String {
        let mut args = FluentArgs::new();
        args.set("n", n);
        self.text(locale, key, Some(&args))
    }

    /// The text of a key with named texts.
    #[must_use]
    pub fn with(&self, locale: Locale, key: &str, named: &[(&str, &str)]) -> String {
        let mut args = FluentArgs::new();
        for (name, value) in named {
            args.set((*name).to_owned(), (*value).to_owned());
        }
        self.text(locale, key, Some(&args))
    }

    /// What is wrong with something that was written.
    #[must_use]
    pub fn fault(&self, locale: Locale, fault: &Fault) -> String {
        match fault {
            Fault::Plain(text) => text.clone(),
            Fault::Keyed { key, named, .. } => {
                let named: Vec<(&str, &str)> = named.iter().map(|(name, value)| (*name, value.as_str())).collect();
                self.with(locale, key, &named)
            }
        }
    }

    /// Whether there is a text for `key`.
    #[must_use]
    pub fn has(&self, locale: Locale, key: &str) -> bool {
        match locale {
            Locale::En => self.en.has_message(key),
            Locale::Zh => self.zh.has_message(key),
        }
    }

    /// What was asked for and not there, as `language key`.
    #[must_use]
    pub fn missing(&self) -> Vec<String> {
        self.missing.lock().iter().cloned().collect()
    }

    fn note_missing(&self, locale: Locale, key: &str) {
        let new = self.missing.lock().insert(format!("{} {key}", locale.tag()));
        if new {
            tracing::warn!(text.key = key, text.locale = locale.tag(), "a text is missing");
        }
    }
}

fn bundle(locale: Locale, source: &str) -> Result<FluentBundle<FluentResource>, Error> {
    let failed = |what: String| Error::Words(format!("{}: {what}", locale.tag()));
    let resource = FluentResource::try_new(source.to_owned()).map_err(|(_, errors)| failed(format!("{errors:?}")))?;
    let tag = locale.tag().parse().map_err(|error| failed(format!("{error:?}")))?;
    let mut bundle = FluentBundle::new_concurrent(vec![tag]);
    // Isolation marks would be copied along with every number and name.
    bundle.set_use_isolating(false);
    bundle.add_resource(resource).map_err(|errors| failed(format!("{errors:?}")))?;
    Ok(bundle)
}
