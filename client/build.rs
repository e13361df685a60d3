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
#[path = "generate.rs"]
mod generate;

#[cfg(feature = "codegen")]
mod codegen {
    use std::error::Error;
    use std::panic::{catch_unwind, set_hook, take_hook};
    use std::path::{Path, PathBuf};

    use super::generate::{formatted, generate};

    /// In the workspace a link to the spec there; in a package the file itself.
    const SPEC: &str = "planetscale.yaml";

    /// The spec in the workspace. No package has it.
    const WORKSPACE_SPEC: &str = "../openapi/planetscale.yaml";

    /// The code that was released.
    const RELEASED: &str = "src/generated/client.rs";

    pub fn run() -> Result<(), Box<dyn Error>> {
        println!("cargo::rerun-if-changed=generate.rs");
        println!("cargo::rerun-if-changed=generate");
        let workspace = Path::new(WORKSPACE_SPEC);
        if workspace.is_file() {
            println!("cargo::rerun-if-changed={WORKSPACE_SPEC}");
            println!("cargo::rustc-cfg=generated_here");
            let out = PathBuf::from(std::env::var("OUT_DIR")?).join("client.rs");
            return Ok(std::fs::write(out, code(workspace)?)?);
        }
        println!("cargo::rerun-if-changed={SPEC}");
        println!("cargo::rerun-if-changed={RELEASED}");
        let released = std::fs::read_to_string(RELEASED)?;
        // The generator panics on what it does not expect, and is not to be heard.
        let hook = take_hook();
        set_hook(Box::new(|_| {}));
        let generated = catch_unwind(|| code(Path::new(SPEC)).map_err(|e| e.to_string()));
        set_hook(hook);
        let why = match generated {
            Ok(Ok(code)) if code == released.replace("\r\n", "\n") => return Ok(()),
            Ok(Ok(_)) => "makes other code".to_owned(),
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

    fn code(spec: &Path) -> Result<String, Box<dyn Error>> {
        let text = std::fs::read_to_string(spec).map_err(|e| format!("{}: {e}", spec.display()))?;
        let generated = generate(&text).map_err(|e| format!("{}: {e}", spec.display()))?;
        Ok(formatted(&generated.code)?)
    }
}
