//! Makes the widget of `widget/`: each part of `order.txt` becomes one minified script with its styles, brotli beside it.

use std::{
    collections::BTreeSet,
    env, fs, io,
    path::{Path, PathBuf},
};

use oxc_allocator::Allocator;
use oxc_codegen::{Codegen, CodegenOptions};
use oxc_minifier::{Minifier, MinifierOptions};
use oxc_parser::Parser;
use oxc_span::SourceType;

/// The part every page loads; the others are modules it loads when they are needed.
const CORE: &str = "widget";

/// One part: its script without imports, what it offers and what it takes from elsewhere.
#[derive(Default)]
struct Part {
    name: String,
    css: String,
    script: String,
    exports: BTreeSet<String>,
    imports: BTreeSet<String>,
}

fn main() -> io::Result<()> {
    let widget = Path::new("widget");
    println!("cargo::rerun-if-changed=widget");
    println!("cargo::rerun-if-changed=build.rs");
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("widget");
    fs::create_dir_all(out.join("locales"))?;
    let locales = copy_locales(widget, &out)?;
    let parts = read_parts(widget)?;
    let version = fingerprint(&parts);
    let mut shared = BTreeSet::new();
    for part in parts.iter().filter(|part| part.name != CORE) {
        let needs: BTreeSet<&String> = part.imports.difference(&part.exports).collect();
        shared.extend(needs.iter().map(|name| name.to_string()));
        let text = format!(
            "export default ({{ {} }}) => {{ const CSS = {}; {} return {{ CSS, {} }}; }};",
            join(needs),
            quoted(&part.css),
            part.script,
            join(&part.exports)
        );
        write(&out, &format!("{}.js", part.name), minify(&text, SourceType::mjs())?.as_bytes())?;
    }
    for core in parts.iter().filter(|part| part.name == CORE) {
        let text = format!(
            "(() => {{ \"use strict\"; const LOCALES = {locales:?}, VERSION = {version:?}, CSS = {}, SHARED = () => ({{ {} }}); {} }})();",
            quoted(&core.css),
            join(&shared),
            core.script
        );
        write(&out, "widget.js", minify(&text, SourceType::script())?.as_bytes())?;
    }
    Ok(())
}

fn copy_locales(widget: &Path, out: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for file in fs::read_dir(widget.join("locales"))? {
        let path = file?.path();
        let Some(name) = path.file_stem().and_then(|name| name.to_str()) else { continue };
        let words: serde_json::Value = serde_json::from_slice(&fs::read(&path)?)?;
        write(out, &format!("locales/{name}.json"), words.to_string().as_bytes())?;
        names.push(name.to_owned());
    }
    names.sort();
    Ok(names)
}

fn read_parts(widget: &Path) -> io::Result<Vec<Part>> {
    let mut parts: Vec<Part> = Vec::new();
    for line in
        fs::read_to_string(widget.join("order.txt"))?.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
    {
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            parts.push(Part { name: name.to_owned(), ..Part::default() });
            continue;
        }
        let Some(part) = parts.last_mut() else { return Err(wrong("order.txt must begin with a [part]")) };
        let text = fs::read_to_string(widget.join(line)).map_err(|error| wrong(&format!("{line}: {error}")))?;
        if line.ends_with(".css") {
            part.css.push_str(&text);
        } else {
            add_script(part, line, &text)?;
        }
    }
    for part in &mut parts {
        part.css = squeeze(&part.css);
    }
    Ok(parts)
}

/// The files of a part share one scope: imports go, exports become plain declarations.
fn add_script(part: &mut Part, file: &str, text: &str) -> io::Result<()> {
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("import ") {
            let names = rest.strip_prefix('{').and_then(|rest| rest.split_once('}'));
            let Some((names, _)) = names else {
                return Err(wrong(&format!("{file}: imports must read `import {{ a, b }} from \"…\";` on one line")));
            };
            part.imports.extend(names.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty() && name != "CSS"));
            continue;
        }
        let plain = line.strip_prefix("export ").unwrap_or(line);
        if plain.len() < line.len() {
            let declared = plain.trim_start_matches("async ").split([' ', '(', '*']).filter(|word| !word.is_empty()).nth(1);
            let Some(name) = declared else { return Err(wrong(&format!("{file}: exports must be declarations"))) };
            part.exports.insert(name.to_owned());
        }
        part.script.push_str(plain);
        part.script.push('\n');
    }
    Ok(())
}

fn minify(text: &str, kind: SourceType) -> io::Result<String> {
    let allocator = Allocator::default();
    let parsed = Parser::new(&allocator, text, kind).parse();
    if parsed.panicked || !parsed.diagnostics.is_empty() {
        return Err(wrong(&format!("the widget does not parse: {:?}", parsed.diagnostics)));
    }
    let mut program = parsed.program;
    let done = Minifier::new(MinifierOptions::default()).minify(&allocator, &mut program);
    Ok(Codegen::new().with_options(CodegenOptions::minify()).with_scoping(done.scoping).build(&program).code)
}

/// Style sheets without comments and without the white space that means nothing.
fn squeeze(css: &str) -> String {
    let mut text = String::new();
    let mut rest = css;
    while let Some(start) = rest.find("/*") {
        text.push_str(&rest[..start]);
        rest = rest[start..].split_once("*/").map_or("", |(_, after)| after);
    }
    text.push_str(rest);
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    ["{", "}", ";", ","]
        .iter()
        .fold(words, |text, mark| text.replace(&format!(" {mark}"), mark).replace(&format!("{mark} "), mark))
        .replace(";}", "}")
}

fn write(out: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    fs::write(out.join(name), bytes)?;
    let params = brotli::enc::BrotliEncoderParams { quality: 11, ..Default::default() };
    let mut packed = Vec::new();
    brotli::BrotliCompress(&mut &*bytes, &mut packed, &params)?;
    fs::write(out.join(format!("{name}.br")), packed)
}

/// FNV-1a: stable over compilers, and only names a version.
fn fingerprint(parts: &[Part]) -> String {
    let bytes = parts.iter().flat_map(|part| part.script.bytes().chain(part.css.bytes()));
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    format!("{:08x}", hash >> 32)
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn join<T: ToString>(names: impl IntoIterator<Item = T>) -> String {
    names.into_iter().map(|name| name.to_string()).collect::<Vec<_>>().join(", ")
}

fn wrong(sentence: &str) -> io::Error {
    io::Error::other(sentence.to_owned())
}
