//! Templates, assets and texts are embedded: a change of one compiles the crate anew.

fn main() {
    for folder in ["templates", "assets", "locales"] {
        println!("cargo::rerun-if-changed={folder}");
    }
}
