//! Renders every template with its sample into a folder, in both languages, to be looked at:
//! `cargo run -p console --example preview -- OUT`.
//!
//! Templates, samples and texts are read from `console/` on disk, so a change needs no compilation.

use std::path::Path;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let out = std::env::args().nth(1).unwrap_or_else(|| "preview".into());
    let room = Path::new(env!("CARGO_MANIFEST_DIR"));
    let problems = console::preview::write(room, Path::new(&out))?;
    for problem in &problems {
        eprintln!("{problem}");
    }
    println!("{out}: {} problems", problems.len());
    Ok(())
}
