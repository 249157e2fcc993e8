//! Puts the widget together from its sources, as `widget/order.txt` says: a `[part]`, then its files in order.
//! The part `widget` is the script of the embed; the others are modules it fetches when they are needed.

use std::collections::BTreeSet;

use anyhow::{Context as _, bail};
use sha2::{Digest as _, Sha256};

use super::squeeze;

/// The script of the embed, by name in `order.txt`.
const CORE: &str = "widget";

/// What is served, by part, and the version all of it has.
pub(crate) struct Assembled {
    pub version: String,
    /// Name and JavaScript.
    pub parts: Vec<(String, String)>,
}

/// One part, read but not yet joined to the others.
#[derive(Default)]
struct Part {
    name: String,
    css: String,
    script: String,
    exports: BTreeSet<String>,
    imports: BTreeSet<String>,
}

/// Assembles all parts. `read` gives a file of `widget/`; `locales` are those that have a file.
pub(crate) fn assemble<'a>(read: impl Fn(&str) -> Option<&'a str>, locales: &[String]) -> anyhow::Result<Assembled> {
    let parts = parts(&read)?;
    let mut hash = Sha256::new();
    for part in &parts {
        hash.update(&part.css);
        hash.update(&part.script);
    }
    for locale in locales {
        hash.update(read(&format!("locales/{locale}.json")).unwrap_or_default());
    }
    let version: String = hash.finalize().iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    let lent: BTreeSet<&str> = parts.iter().filter(|part| part.name != CORE).flat_map(Part::borrowed).collect();
    let parts = parts
        .iter()
        .map(|part| {
            let text = if part.name == CORE { core(part, locales, &version, &lent)? } else { module(part)? };
            Ok((part.name.clone(), text))
        })
        .collect::<anyhow::Result<_>>()?;
    Ok(Assembled { version, parts })
}

fn parts<'a>(read: &impl Fn(&str) -> Option<&'a str>) -> anyhow::Result<Vec<Part>> {
    let mut parts: Vec<Part> = Vec::new();
    for line in read("order.txt").context("widget/order.txt is missing")?.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            parts.push(Part { name: name.to_owned(), ..Part::default() });
            continue;
        }
        let text = read(line).with_context(|| format!("widget/{line}, named in order.txt, is missing"))?;
        match parts.last_mut() {
            Some(part) if line.ends_with(".css") => part.css.push_str(text),
            Some(part) => part.take(text),
            None => bail!("widget/order.txt must begin with a [part]"),
        }
    }
    Ok(parts)
}

impl Part {
    /// Takes a module's text: files of one part share a scope, so imports and the word `export` go.
    fn take(&mut self, text: &str) {
        for line in text.lines() {
            if line.starts_with("import ") {
                let names = line.split_once('{').and_then(|(_, rest)| rest.split_once('}')).map_or("", |(names, _)| names);
                self.imports.extend(names.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()));
                continue;
            }
            let declared = line.strip_prefix("export ");
            if let Some(declared) = declared {
                let words = declared.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty());
                let name = words.into_iter().find(|word| !matches!(*word, "async" | "function" | "const" | "let" | "class"));
                self.exports.extend(name.map(str::to_owned));
            }
            self.script.push_str(declared.unwrap_or(line));
            self.script.push('\n');
        }
    }

    /// Names this part has from the core. The style sheet is each part's own.
    fn borrowed(&self) -> impl Iterator<Item = &str> {
        self.imports.iter().filter(|name| !self.exports.contains(*name) && *name != "CSS").map(String::as_str)
    }

    fn css(&self) -> anyhow::Result<String> {
        Ok(serde_json::to_string(&squeeze::style(&self.css))?)
    }
}

/// The script of the embed: a scope of its own, so that the page's names and ours never meet.
fn core(part: &Part, locales: &[String], version: &str, lent: &BTreeSet<&str>) -> anyhow::Result<String> {
    let (locales, css) = (serde_json::to_string(locales)?, part.css()?);
    let lent = lent.iter().copied().collect::<Vec<_>>().join(",");
    let built = format!("const LOCALES={locales},VERSION=\"{version}\",CSS={css},SHARED=()=>({{{lent}}});");
    Ok(format!("(()=>{{\"use strict\";{built}{}}})();\n", squeeze::script(&part.script)))
}

/// A module that is handed what it borrows and gives what it makes.
fn module(part: &Part) -> anyhow::Result<String> {
    let borrowed = part.borrowed().collect::<Vec<_>>().join(",");
    let exports = part.exports.iter().map(String::as_str).collect::<Vec<_>>().join(",");
    Ok(format!("export default({{{borrowed}}})=>{{const CSS={};{}return{{CSS,{exports}}}}};\n", part.css()?, squeeze::script(&part.script)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str) -> Option<&'static str> {
        Some(match name {
            "order.txt" => "[widget]\na.css\nsrc/a.js\nsrc/b.js\n\n[more]\nsrc/c.js\n",
            "a.css" => ".a { color: red; }",
            "src/a.js" => "/** One. */\nexport const one = 1;\nexport function two() {\n  return 2;\n}\n",
            "src/b.js" => "import { CSS } from \"./built.js\";\nimport { one } from \"./a.js\";\nshow(CSS, one);\n",
            "src/c.js" => "import { one, two } from \"./a.js\";\nexport async function three() {\n  return one + two();\n}\n",
            _ => return None,
        })
    }

    #[test]
    fn parts_are_joined_by_name() {
        let made = assemble(read, &["en".to_owned()]).expect("assembled");
        let text: Vec<&str> = made.parts.iter().map(|(_, text)| text.as_str()).collect();
        assert_eq!(
            text[0],
            format!(
                "(()=>{{\"use strict\";const LOCALES=[\"en\"],VERSION=\"{}\",CSS=\".a{{color:red}}\",SHARED=()=>({{one,two}});const one=1;function two(){{return 2}}show(CSS,one);}})();\n",
                made.version
            )
        );
        assert_eq!(text[1], "export default({one,two})=>{const CSS=\"\";async function three(){return one+two()}return{CSS,three}};\n");
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = assemble(|name| (name == "order.txt").then_some("[widget]\nsrc/gone.js"), &[]).err().map(|e| e.to_string());
        assert_eq!(error.as_deref(), Some("widget/src/gone.js, named in order.txt, is missing"));
    }
}
