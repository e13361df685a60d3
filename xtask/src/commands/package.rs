//! The package as a stranger builds it: from its archive, in a fresh folder, without the network.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use xshell::{Shell, cmd};

use super::scratch::{copy, read, write};
use super::shell::{run as shown, shell, target, warnings};
use crate::release::manifests::{Manifests, NAME};
use crate::workspace::Workspace;

const GENERATOR: &str = "progenitor-impl";

/// What a consumer asks of the package, beside the generator's own version: what it does with another one.
struct Variant {
    /// The flags for cargo.
    features: &'static [&'static str],
    /// Whether the generator is built.
    has_generator: bool,
}

const VARIANTS: [Variant; 3] = [
    Variant { features: &[], has_generator: false },
    Variant { features: &["--no-default-features"], has_generator: false },
    Variant { features: ALL, has_generator: true },
];

/// With all features, the generator too.
const ALL: &[&str] = &["--features", "all"];

/// With the generator alone.
const GENERATOR_ALONE: &[&str] = &["--features", "generator"];

/// Texts in the generator's source, and others in their place: a generator that calls the calls otherwise, and
/// one whose code has another shape than ours reads.
const OTHER_GENERATORS: [(&str, &str, &str); 2] = [
    (r#"format_ident!("{}", struct_name)"#, r#"format_ident!("{}Call", struct_name)"#, "makes other code"),
    ("ResponseValue", "AnswerValue", "fails"),
];

/// Packs the client, and builds a consumer of it.
///
/// # Errors
/// Where it does not build, or does not say what it should.
pub(super) fn run(workspace: &Workspace, out: &mut dyn Write) -> anyhow::Result<()> {
    let version = Manifests(workspace).version()?;
    let sh = &shell(workspace.root(), workspace)?;
    shown(out, cmd!(sh, "cargo package --locked --allow-dirty --no-verify --package {NAME}"))?;
    let archive = target(workspace).join(format!("package/{NAME}-{version}.crate"));
    let dir = tempfile::tempdir().context("cannot make a folder")?;
    let to = dir.path();
    // As of now: the times in an archive are of 2006, and cargo would take what it built of another one for built.
    shown(out, cmd!(sh, "tar -xzmf {archive} -C {to}"))?;
    let unpacked = dir.path().join(format!("{NAME}-{version}"));

    share_builds(workspace, dir.path())?;
    let consumer = consumer(workspace, dir.path(), &unpacked)?;
    let in_consumer = &shell(&consumer, workspace)?;
    for Variant { features, has_generator } in VARIANTS {
        let said = check(in_consumer, features, out)?;
        if said.contains(NAME) {
            bail!("the package warns, though nothing is wrong: {said}");
        }
        let tree = cmd!(in_consumer, "cargo tree --offline --edges normal,build {features...}").quiet().read()?;
        if tree.contains(GENERATOR) != has_generator {
            let not = if has_generator { "not " } else { "" };
            bail!("with `{}` the generator is {not}built", features.join(" "));
        }
    }
    let generator = generator(sh)?;
    let manifest = read(&consumer.join("Cargo.toml"))?;
    for (from, to, what) in OTHER_GENERATORS {
        let other = dir.path().join(format!("other-{what}").replace(' ', "-"));
        copy(&generator, &other)?;
        let method = other.join("src/method.rs");
        let source = read(&method)?;
        if !source.contains(from) {
            bail!("{GENERATOR} has no `{from}` in its source: choose another text in {}", file!());
        }
        std::fs::write(&method, source.replace(from, to))?;
        let patch = format!("\n[patch.crates-io]\n{GENERATOR} = {{ path = {other:?} }}\n");
        std::fs::write(consumer.join("Cargo.toml"), format!("{manifest}{patch}"))?;
        let said = check(in_consumer, GENERATOR_ALONE, out)?;
        if !said.contains(&format!("the generator {what}")) || !said.contains("the released code is built") {
            bail!("with a generator that {what}, the package does not warn: {said}");
        }
    }
    Ok(())
}

/// Has cargo build in a folder as in the workspace, so that what both depend on is not built once more.
fn share_builds(workspace: &Workspace, dir: &Path) -> anyhow::Result<()> {
    let manifest: toml_edit::DocumentMut = read(&workspace.path("Cargo.toml"))?.parse()?;
    let mut config = toml_edit::DocumentMut::new();
    config.insert("profile", manifest.get("profile").cloned().unwrap_or_default());
    write(&dir.join(".cargo/config.toml"), &config.to_string())
}

/// A consumer with the quick start of the crate's front page.
fn consumer(workspace: &Workspace, dir: &Path, unpacked: &Path) -> anyhow::Result<PathBuf> {
    let readme = read(&unpacked.join("README.md"))?;
    let quick_start = readme.split("```rust,no_run\n").nth(1).and_then(|rest| rest.split("```").next());
    let consumer = dir.join("consumer");
    std::fs::create_dir_all(consumer.join("src"))?;
    let manifest = format!(
        "[package]\nname = \"consumer\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n[features]\n\
         generator = [\"{NAME}/codegen\"]\nall = [\"{NAME}/codegen\", \"{NAME}/full\", \"{NAME}/native-tls\", \"{NAME}/schemars\", \"{NAME}/mock\", \"{NAME}/record\"]\n\
         default = [\"{NAME}/default\"]\n[dependencies]\n\
         {NAME} = {{ path = {unpacked:?}, default-features = false }}\n\
         tokio = {{ version = \"1\", features = [\"macros\", \"rt-multi-thread\"] }}\n"
    );
    std::fs::write(consumer.join("Cargo.toml"), manifest)?;
    std::fs::write(consumer.join("src/main.rs"), quick_start.context("the README has no quick start")?)?;
    std::fs::copy(workspace.path("Cargo.lock"), consumer.join("Cargo.lock"))?;
    Ok(consumer)
}

/// Checks a consumer, and returns what it is warned of.
fn check(sh: &Shell, features: &[&str], out: &mut dyn Write) -> anyhow::Result<String> {
    let command = cmd!(sh, "cargo check --offline {features...}");
    writeln!(out, "== {command}")?;
    out.flush()?;
    let warnings = warnings(command)?;
    write!(out, "{warnings}")?;
    Ok(warnings)
}

/// Where cargo keeps the generator's source.
fn generator(sh: &Shell) -> anyhow::Result<PathBuf> {
    let host = cmd!(sh, "rustc -vV").quiet().read()?;
    let host = host.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc names no host")?;
    let metadata = cmd!(sh, "cargo metadata --offline --format-version 1 --filter-platform {host}").quiet().read()?;
    let metadata: serde_json::Value = serde_json::from_str(&metadata)?;
    let packages = metadata["packages"].as_array().context("cargo names no packages")?;
    let manifest = packages.iter().find(|package| package["name"] == GENERATOR);
    let manifest = manifest.and_then(|package| package["manifest_path"].as_str());
    let manifest = Path::new(manifest.with_context(|| format!("there is no {GENERATOR}"))?);
    Ok(manifest.parent().unwrap_or(manifest).to_owned())
}
