//! Generates the client from the effective spec. All that it reads is in the package.

#[path = "generate.rs"]
mod generate;

use std::error::Error;
use std::path::{Path, PathBuf};

/// In the workspace a link to `../openapi/planetscale.yaml`; in a package the file itself.
const SPEC: &str = "planetscale.yaml";

fn main() -> Result<(), Box<dyn Error>> {
    let file = spec_file(Path::new(SPEC))?;
    println!("cargo::rerun-if-changed={}", file.display());
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=generate.rs");
    println!("cargo::rerun-if-changed=generate");

    let spec = std::fs::read_to_string(&file)?;
    let generated = generate::generate(&spec).map_err(|e| format!("{}: {e}", file.display()))?;
    let out = PathBuf::from(std::env::var("OUT_DIR")?).join("generated.rs");
    std::fs::write(out, generated.code.to_string())?;
    Ok(())
}

/// A checkout without symbolic links (Windows) has the link's target as the file's text.
fn spec_file(link: &Path) -> Result<PathBuf, std::io::Error> {
    let text = std::fs::read_to_string(link)?;
    let target = link.with_file_name(text.trim());
    Ok(if !text.trim().contains('\n') && target.is_file() { target } else { link.to_owned() })
}
