//! The pages: Tera templates with their functions and filters, once in each language.

pub mod filters;
pub mod functions;

use std::sync::Arc;

use include_dir::{Dir, include_dir};
use serde::Serialize;
use tera::{Context, Tera};

use crate::assets::Assets;
use crate::error::Error;
use crate::locale::Locale;
use crate::words::Words;

static TEMPLATES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/templates");
static ASSETS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/assets");
static LOCALES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/locales");

/// The address assets are served under.
pub const ASSETS_BASE: &str = "/console/assets";

/// The time now in unix milliseconds; passed in, so that tests hold it still.
pub type Now = Arc<dyn Fn() -> i64 + Send + Sync>;

/// What templates are made of, as text.
#[derive(Default)]
pub struct Parts {
    /// Templates by name, such as `partials/row.html`.
    pub templates: Vec<(String, String)>,
    /// Assets by path, such as `css/base.css`.
    pub assets: Vec<(String, Vec<u8>)>,
    /// The English texts.
    pub en: String,
    /// The Chinese texts.
    pub zh: String,
}

impl Parts {
    /// The parts embedded in the program.
    #[must_use]
    pub fn embedded() -> Parts {
        let text = |name: &str| LOCALES.get_file(name).and_then(|file| file.contents_utf8()).unwrap_or_default().to_owned();
        let mut templates = Vec::new();
        for (name, bytes) in files(&TEMPLATES) {
            templates.push((name, String::from_utf8_lossy(&bytes).into_owned()));
        }
        Parts { templates, assets: files(&ASSETS), en: text("en.ftl"), zh: text("zh.ftl") }
    }
}

fn files(dir: &Dir<'_>) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for file in dir.files() {
        let path = file.path().to_string_lossy().replace('\\', "/");
        found.push((path, file.contents().to_vec()));
    }
    for inner in dir.dirs() {
        found.extend(files(inner));
    }
    found
}

/// Renders pages and fragments. The languages have an engine each, so that components
/// speak the right one without being handed it.
pub struct Templates {
    en: Tera,
    zh: Tera,
    words: Arc<Words>,
    assets: Arc<Assets>,
}

impl Templates {
    /// Compiles the embedded templates.
    pub fn embedded(now: Now) -> Result<Templates, Error> {
        Templates::new(Parts::embedded(), ASSETS_BASE, now)
    }

    /// Compiles the given parts; `assets_base` is the address assets are served under.
    pub fn new(parts: Parts, assets_base: &str, now: Now) -> Result<Templates, Error> {
        let words = Arc::new(Words::new(&parts.en, &parts.zh)?);
        let assets = Arc::new(Assets::new(assets_base, parts.assets));
        let engine = |locale| engine(locale, &parts.templates, &words, &assets, &now);
        Ok(Templates { en: engine(Locale::En)?, zh: engine(Locale::Zh)?, words, assets })
    }

    /// Renders a template with a typed context.
    pub fn render(&self, locale: Locale, name: &str, context: &impl Serialize) -> Result<String, Error> {
        let context = Context::from_serialize(context)?;
        Ok(self.engine(locale).render(name, &context)?)
    }

    /// Every template's name.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.en.get_template_names()
    }

    /// The texts.
    #[must_use]
    pub fn words(&self) -> &Words {
        &self.words
    }

    /// The assets.
    #[must_use]
    pub fn assets(&self) -> &Assets {
        &self.assets
    }

    fn engine(&self, locale: Locale) -> &Tera {
        match locale {
            Locale::En => &self.en,
            Locale::Zh => &self.zh,
        }
    }
}

fn engine(locale: Locale, templates: &[(String, String)], words: &Arc<Words>, assets: &Arc<Assets>, now: &Now) -> Result<Tera, Error> {
    let mut tera = Tera::default();
    functions::register(&mut tera, locale, words, assets);
    filters::register(&mut tera, locale, words, now);
    tera.add_raw_templates(templates.iter().map(|(name, text)| (name.as_str(), text.as_str())))?;
    Ok(tera)
}
