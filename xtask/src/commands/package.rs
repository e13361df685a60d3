//! The package as a stranger builds it: from its archive, in a fresh folder, without the network.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};

use super::cargo::{command, prepared, root, target};
use super::scratch::{copy, read};
use crate::release::{NAME, Workspace};

const GENERATOR: &str = "progenitor-impl";

/// What a consumer asks of the package, beside the generator's own version: what it does with another one.
struct Variant {
    /// The flags for cargo.
    features: &'static str,
    /// Whether the generator is built.
    has_generator: bool,
}

const VARIANTS: [Variant; 4] = [
    Variant { features: "", has_generator: true },
    Variant { features: "--no-default-features --features released", has_generator: false },
    Variant { features: "--no-default-features", has_generator: false },
    Variant { features: "--features all", has_generator: true },
];

/// Texts in the generator's source, and others in their place: a generator that makes other code, and one
/// whose code has another shape than the hardening knows.
const OTHER_GENERATORS: [(&str, &str, &str); 2] =
    [("Builder for", "Maker of", "makes other code"), ("OperationInfo", "OperationDetails", "fails")];

/// Packs the client, and builds a consumer of it.
///
/// # Errors
/// Where it does not build, or does not say what it should.
pub(super) fn run(out: &mut dyn Write) -> anyhow::Result<()> {
    let version = Workspace::new(&root()).version()?;
    command(out, "cargo", &format!("package --locked --allow-dirty --no-verify --package {NAME}"), &root(), &[])?;
    let archive = target().join(format!("package/{NAME}-{version}.crate"));
    let dir = tempfile::tempdir().context("cannot make a folder")?;
    let tar = format!("-xzf {} -C {}", archive.display(), dir.path().display());
    command(out, "tar", &tar, &root(), &[])?;
    let unpacked = dir.path().join(format!("{NAME}-{version}"));

    let consumer = consumer(dir.path(), &unpacked)?;
    for Variant { features, has_generator } in VARIANTS {
        let said = check(&consumer, features, out)?;
        if said.contains(NAME) {
            bail!("the package warns, though nothing is wrong: {said}");
        }
        let tree = output(&consumer, &format!("tree --offline --edges normal,build {features}"))?;
        if tree.contains(GENERATOR) != has_generator {
            bail!("with `{features}` the generator is {}built", if has_generator { "not " } else { "" });
        }
    }
    let generator = generator()?;
    let manifest = read(&consumer.join("Cargo.toml"))?;
    for (from, to, what) in OTHER_GENERATORS {
        let other = dir.path().join(format!("other-{to}").replace(' ', "-"));
        copy(&generator, &other)?;
        let method = other.join("src/method.rs");
        let source = read(&method)?;
        if !source.contains(from) {
            bail!("{GENERATOR} has no `{from}` in its source: choose another text in {}", file!());
        }
        std::fs::write(&method, source.replace(from, to))?;
        let patch = format!("\n[patch.crates-io]\n{GENERATOR} = {{ path = {other:?} }}\n");
        std::fs::write(consumer.join("Cargo.toml"), format!("{manifest}{patch}"))?;
        let said = check(&consumer, "", out)?;
        if !said.contains(&format!("the generator {what}")) || !said.contains("the released code is built") {
            bail!("with a generator that {what}, the package does not warn: {said}");
        }
    }
    command(out, "cargo", "test --offline --quiet --doc --features mock,schemars", &unpacked, &[])
}

/// A consumer with the quick start of the crate's front page.
fn consumer(dir: &Path, unpacked: &Path) -> anyhow::Result<PathBuf> {
    let readme = read(&unpacked.join("README.md"))?;
    let quick_start = readme.split("```rust,no_run\n").nth(1).and_then(|rest| rest.split("```").next());
    let consumer = dir.join("consumer");
    std::fs::create_dir_all(consumer.join("src"))?;
    let manifest = format!(
        "[package]\nname = \"consumer\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n[features]\nall = \
         [\"{NAME}/default\", \"{NAME}/native-tls\", \"{NAME}/schemars\", \"{NAME}/mock\"]\n\
         default = [\"{NAME}/default\"]\nreleased = [\"{NAME}/rustls\"]\n[dependencies]\n\
         {NAME} = {{ path = {unpacked:?}, default-features = false }}\n\
         tokio = {{ version = \"1\", features = [\"macros\", \"rt-multi-thread\"] }}\n"
    );
    std::fs::write(consumer.join("Cargo.toml"), manifest)?;
    std::fs::write(consumer.join("src/main.rs"), quick_start.context("the README has no quick start")?)?;
    std::fs::copy(root().join("Cargo.lock"), consumer.join("Cargo.lock"))?;
    Ok(consumer)
}

/// Checks a consumer, and returns what it is warned of.
fn check(consumer: &Path, features: &str, out: &mut dyn Write) -> anyhow::Result<String> {
    // Quiet, cargo would not repeat what build.rs warns of.
    let line = format!("check --offline {features}");
    writeln!(out, "== cargo {line}")?;
    out.flush()?;
    let run = cargo(consumer, &line)?;
    let said = String::from_utf8_lossy(&run.stderr).into_owned();
    if !run.status.success() {
        bail!("`cargo {line}` failed with {}: {said}", run.status);
    }
    let warnings = said.lines().filter(|line| line.starts_with("warning"));
    let warnings = warnings.fold(String::new(), |all, line| all + line + "\n");
    write!(out, "{warnings}")?;
    Ok(warnings)
}

fn output(dir: &Path, line: &str) -> anyhow::Result<String> {
    let run = cargo(dir, line)?;
    if !run.status.success() {
        bail!("`cargo {line}` failed with {}: {}", run.status, String::from_utf8_lossy(&run.stderr));
    }
    Ok(String::from_utf8_lossy(&run.stdout).into_owned())
}

fn cargo(dir: &Path, line: &str) -> anyhow::Result<std::process::Output> {
    prepared("cargo", line, dir).output().context("cannot run cargo")
}

/// Where cargo keeps the generator's source.
fn generator() -> anyhow::Result<PathBuf> {
    let host = Command::new("rustc").arg("-vV").output().context("cannot run rustc")?;
    let host = String::from_utf8_lossy(&host.stdout).into_owned();
    let host = host.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc names no host")?;
    let metadata = format!("metadata --offline --format-version 1 --filter-platform {host}");
    let metadata: serde_json::Value = serde_json::from_str(&output(&root(), &metadata)?)?;
    let packages = metadata["packages"].as_array().context("cargo names no packages")?;
    let manifest = packages.iter().find(|package| package["name"] == GENERATOR);
    let manifest = manifest.and_then(|package| package["manifest_path"].as_str());
    let manifest = Path::new(manifest.with_context(|| format!("there is no {GENERATOR}"))?);
    Ok(manifest.parent().unwrap_or(manifest).to_owned())
}
