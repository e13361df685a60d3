//! Generates the client from the effective spec, by the feature `codegen`. All that it reads is in the package.
//!
//! In the workspace, what is generated is what is built, and any failure is an error. In a package, what was
//! released is built: the surface that its tests have locked. Here the dependencies are other ones than those that
//! it was released with, maybe; where the generator makes other code with them, or none, a warning says so.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-check-cfg=cfg(generated_here)");
    #[cfg(feature = "codegen")]
    codegen::run()?;
    Ok(())
}

#[cfg(feature = "codegen")]
#[path = "generate/mod.rs"]
mod generate;

#[cfg(feature = "codegen")]
mod codegen {
    use std::collections::BTreeSet;
    use std::error::Error;
    use std::panic::{catch_unwind, set_hook, take_hook};
    use std::path::{Path, PathBuf};

    use super::generate::{files, formatted, generate, generate_with, missing_operations};

    /// In the workspace a link to the spec there; in a package the file itself.
    const SPEC: &str = "planetscale.yaml";

    /// The spec in the workspace. No package has it.
    const WORKSPACE_SPEC: &str = "../openapi/planetscale.yaml";

    /// The code that was released: a file for each feature.
    const RELEASED: &str = "src/generated";

    pub fn run() -> Result<(), Box<dyn Error>> {
        println!("cargo::rerun-if-changed=generate");
        let workspace = Path::new(WORKSPACE_SPEC);
        if workspace.is_file() {
            println!("cargo::rerun-if-changed={WORKSPACE_SPEC}");
            println!("cargo::rustc-cfg=generated_here");
            let out = PathBuf::from(std::env::var("OUT_DIR")?).join("client.rs");
            // What nobody asked for is not made.
            let wants = |feature: &str| {
                let name = feature.to_uppercase().replace('-', "_");
                std::env::var_os(format!("CARGO_FEATURE_{name}")).is_some()
            };
            let generated =
                generate_with(&text(workspace)?, &wants).map_err(|e| format!("{}: {e}", workspace.display()))?;
            let missing = missing_operations(&generated.code, &by_hand()?, &wants)?;
            if !missing.is_empty() {
                let list = |(file, ids): (&String, &BTreeSet<String>)| {
                    format!("{} ({file})", ids.iter().map(String::as_str).collect::<Vec<_>>().join(", "))
                };
                let list: Vec<String> = missing.iter().map(list).collect();
                return Err(format!(
                    "{} lacks operations that the client's own code calls: {}; offer them (`cargo xtask add-operation`), \
                     or remove what calls them",
                    workspace.display(),
                    list.join(", ")
                )
                .into());
            }
            return Ok(std::fs::write(out, formatted(&generated.code))?);
        }
        println!("cargo::rerun-if-changed={SPEC}");
        println!("cargo::rerun-if-changed={RELEASED}");
        // The generator panics on what it does not expect, and is not to be heard.
        let hook = take_hook();
        set_hook(Box::new(|_| {}));
        let generated = catch_unwind(|| is_released(Path::new(SPEC)).map_err(|e| e.to_string()));
        set_hook(hook);
        let why = match generated {
            Ok(Ok(true)) => return Ok(()),
            Ok(Ok(false)) => "makes other code".to_owned(),
            Ok(Err(error)) => format!("fails ({error})"),
            Err(_) => "panics".to_owned(),
        };
        let why = why.replace(['\n', '\r'], " ");
        println!(
            "cargo::warning=with these versions of its dependencies, the generator {why}; the released code is built. \
             Without the feature `codegen` no generator is built at all"
        );
        Ok(())
    }

    fn text(spec: &Path) -> Result<String, String> {
        std::fs::read_to_string(spec).map_err(|e| format!("{}: {e}", spec.display()))
    }

    /// The files that are written by hand, by their paths below `src`.
    fn by_hand() -> Result<Vec<(String, String)>, Box<dyn Error>> {
        let (mut folders, mut files) = (vec![String::new()], Vec::new());
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(Path::new("src").join(&folder))? {
                let entry = entry?;
                let name = format!("{folder}{}", entry.file_name().to_string_lossy());
                if !entry.file_type()?.is_dir() {
                    files.push((name, std::fs::read_to_string(entry.path())?));
                } else if name != "generated" {
                    folders.push(format!("{name}/"));
                }
            }
        }
        files.retain(|(name, _)| name.ends_with(".rs"));
        Ok(files)
    }

    /// Whether the generator makes the code that was released.
    fn is_released(spec: &Path) -> Result<bool, Box<dyn Error>> {
        let generated = generate(&text(spec)?)?;
        for (name, code) in files(generated.code) {
            let released = std::fs::read_to_string(Path::new(RELEASED).join(name))?;
            if released.replace("\r\n", "\n") != code {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
