//! Functions templates may call: `t`, `asset`, `icon`.

use std::sync::Arc;

use fluent_bundle::FluentArgs;
use tera::{Error, Kwargs, State, Tera, Value};

use crate::assets::Assets;
use crate::locale::Locale;
use crate::words::Words;

/// Adds the functions to an engine.
pub fn register(tera: &mut Tera, locale: Locale, words: &Arc<Words>, assets: &Arc<Assets>) {
    let texts = Arc::clone(words);
    tera.register_function("t", move |args: Kwargs, _: &State<'_>| -> Result<String, Error> {
        let key = args.must_get::<&str>("key")?;
        Ok(texts.text(locale, key, Some(&arguments(&args))))
    });
    let files = Arc::clone(assets);
    tera.register_function("asset", move |args: Kwargs, _: &State<'_>| -> Result<String, Error> {
        let path = args.must_get::<&str>("path")?;
        files.address(path).ok_or_else(|| Error::message(format!("no asset {path}")))
    });
    let icons = Arc::clone(assets);
    tera.register_function("icon", move |args: Kwargs, _: &State<'_>| -> Result<Value, Error> {
        let name = args.must_get::<&str>("name")?;
        let svg = icons.find(&format!("icons/{name}.svg")).ok_or_else(|| Error::message(format!("no icon {name}")))?;
        Ok(Value::safe_string(&String::from_utf8_lossy(&svg.plain)))
    });
}

/// Everything but the key is an argument of the text; whole numbers choose plurals.
fn arguments(args: &Kwargs) -> FluentArgs<'static> {
    let mut given = FluentArgs::new();
    for (name, value) in args.iter() {
        let name = name.to_string();
        if name == "key" {
            continue;
        }
        if let Some(number) = value.as_i64() {
            given.set(name, number);
        } else if let Some(number) = value.as_f64() {
            given.set(name, number);
        } else {
            given.set(name, value.to_string());
        }
    }
    given
}
