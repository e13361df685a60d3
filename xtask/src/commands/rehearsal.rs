//! The rehearsal of releases: what CONTRIBUTING.md says under *Releasing*, in a copy of the workspace, with a bare
//! repository as remote, a registry on loopback, and the steps of the workflow *Release* run one by one.

mod registry;
mod workflow;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail, ensure};
use serde_json::Value;

use self::registry::{PERSON, Registry};
use self::workflow::{Runner, said, steps};
use crate::release::manifests::NAME;
use crate::workspace::Workspace;

/// What the rehearsal needs beside cargo and git.
pub(super) const TOOLS: [&str; 3] = ["bash", "curl", "jq"];

/// Programs that stand before those of the machine.
const PROGRAMS: [(&str, &str); 3] = [
    ("cargo", include_str!("rehearsal/cargo.sh")),
    ("curl", include_str!("rehearsal/curl.sh")),
    ("gh", include_str!("rehearsal/gh.sh")),
];

/// Rehearses a first release, a patch, a release candidate, a yanked one, and each again after a step failed.
///
/// # Errors
/// At the first thing that does not go as it should.
pub(super) fn run(workspace: &Workspace, out: &mut dyn Write) -> anyhow::Result<()> {
    let dir = tempfile::tempdir().context("cannot make a folder")?;
    let registry = Registry::start()?;
    let xtask = super::shell::built_xtask(out, &super::shell::shell(workspace.root(), workspace)?, workspace)?;
    let stage = Stage::new(workspace, dir.path(), &registry, xtask)?;

    // The first release: published by hand, as crates.io knows no such crate yet; then the tag.
    let first = stage.release(&[])?;
    stage.git(&["push", "--quiet", "origin", "main"])?;
    stage.tag(&first)?;
    let too_early = format!("{:#}", stage.publish(&first, None).err().context("the tag alone published the crate")?);
    ensure!(too_early.contains("trusted publishing is not set up"), "{too_early}");
    stage.cargo(&["publish", "--locked", "--package", NAME])?;
    stage.publish(&first, None)?;
    stage.is_out(&first, &[&first], None)?;
    writeln!(out, "== the first release, {first}: published by hand, and released on GitHub once its tag is pushed")?;

    // A patch, cut off at each step of the workflow, and run again.
    stage.change("Fixed")?;
    let patch = stage.release(&[])?;
    stage.git(&["push", "--quiet", "origin", "main"])?;
    stage.tag(&patch)?;
    let count = stage.publishing.len();
    for cut_off in 0..count {
        registry.forget(&patch);
        let _ = fs::remove_file(stage.released(&patch));
        ensure!(stage.publish(&patch, Some(cut_off)).is_err(), "a job that is cut off ended well");
        stage.publish(&patch, None).with_context(|| format!("cut off after step {cut_off}, and run again"))?;
        stage.is_out(&patch, &[&first, &patch], Some(&first))?;
    }
    stage.publish(&patch, None).context("run again after it ended well")?;
    writeln!(out, "== a patch, {patch}: cut off after each of the {count} steps, and ended by the next run")?;

    // A yanked release stays one: it is not published again, and the next one is compared with it.
    stage.cargo(&["yank", "--version", &patch, NAME])?;
    ensure!(registry.is_yanked(&patch), "{patch} is not yanked");
    stage.publish(&patch, None)?;
    ensure!(registry.is_yanked(&patch), "{patch} was published again");
    writeln!(out, "== {patch} is yanked: its workflow changes nothing any more")?;

    // A release candidate, and what comes of it, which is compared with the last release.
    stage.change("Changed")?;
    let mut candidates = Vec::new();
    for number in 1..=2 {
        let candidate = stage.release(&["--candidate"])?;
        ensure!(candidate.ends_with(&format!("-rc.{number}")), "{candidate} is not candidate {number}");
        stage.git(&["push", "--quiet", "origin", "main"])?;
        stage.tag(&candidate)?;
        stage.publish(&candidate, None)?;
        candidates.push(candidate);
    }
    let release = stage.release(&[])?;
    ensure!(candidates[0].starts_with(&format!("{release}-")), "{release} does not come of {}", candidates[0]);
    stage.git(&["push", "--quiet", "origin", "main"])?;
    stage.tag(&release)?;
    stage.publish(&release, None)?;
    let all = [&first, &patch, &candidates[0], &candidates[1], &release].map(String::as_str);
    for version in &all[2..] {
        stage.is_out(version, &all, Some(&patch))?;
    }
    writeln!(out, "== the candidates {}, and {release}", candidates.join(", "))?;
    Ok(())
}

/// A copy of the workspace, its remote, and what its releases lead to.
struct Stage<'r> {
    checkout: PathBuf,
    /// The program that stands before cargo.
    cargo: PathBuf,
    xtask: PathBuf,
    runner: Runner<'r>,
    comparing: Vec<Value>,
    publishing: Vec<Value>,
}

impl<'r> Stage<'r> {
    fn new(workspace: &Workspace, dir: &Path, registry: &'r Registry, xtask: PathBuf) -> anyhow::Result<Self> {
        let (checkout, remote, programs) = (dir.join("checkout"), dir.join("remote"), dir.join("programs"));
        for folder in [&checkout, &programs, &dir.join("releases"), &dir.join("runner")] {
            fs::create_dir(folder)?;
        }
        copy_tracked(workspace.root(), &checkout)?;
        for (name, text) in PROGRAMS {
            let file = programs.join(name);
            fs::write(&file, text)?;
            #[cfg(unix)]
            fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
        }
        let (path, cargo) = (std::env::var_os("PATH").unwrap_or_default(), programs.join("cargo"));
        let path = std::env::join_paths(std::iter::once(programs).chain(std::env::split_paths(&path)))?;
        let text = |path: &Path| path.display().to_string();
        let index = registry.index();
        let environment = [
            ("PATH", path.to_string_lossy().into_owned()),
            ("REHEARSAL", text(dir)),
            ("REHEARSAL_XTASK", text(&xtask)),
            ("REHEARSAL_CARGO", found("cargo")?),
            ("REHEARSAL_CURL", found("curl")?),
            ("REHEARSAL_INDEX", index.clone()),
            ("CARGO_REGISTRY_DEFAULT", "rehearsal".to_owned()),
            ("CARGO_REGISTRIES_REHEARSAL_INDEX", format!("sparse+{index}/")),
            ("CARGO_TARGET_DIR", text(&dir.join("target"))),
            ("NO_PROXY", "127.0.0.1".to_owned()),
        ];
        let environment = environment.map(|(name, value)| (name.to_owned(), value)).to_vec();
        let workflow = checkout.join(".github/workflows/release.yml");
        let (comparing, publishing) = (steps(&workflow, "semver")?, steps(&workflow, "publish")?);
        let remote_url = format!("file://{}", remote.display());
        let runner = Runner { dir: dir.join("runner"), remote: remote_url, registry, environment };
        let stage = Self { checkout, cargo, xtask, runner, comparing, publishing };
        stage.git(&["init", "--quiet", "--initial-branch", "main"])?;
        stage.git(&["init", "--quiet", "--bare", &text(&remote)])?;
        stage.git(&["remote", "add", "origin", &stage.runner.remote])?;
        stage.commit("All")?;
        Ok(stage)
    }

    fn git(&self, arguments: &[&str]) -> anyhow::Result<String> {
        let who = ["-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false"];
        said(Command::new("git").current_dir(&self.checkout).args(who).args(arguments))
    }

    fn commit(&self, message: &str) -> anyhow::Result<()> {
        self.git(&["add", "--all"])?;
        self.git(&["commit", "--quiet", "--message", message]).map(drop)
    }

    /// Runs cargo in the checkout, as a person with a token of the registry does.
    fn cargo(&self, arguments: &[&str]) -> anyhow::Result<String> {
        let mut cargo = Command::new(&self.cargo);
        cargo.args(arguments).current_dir(&self.checkout).envs(self.runner.environment.iter().cloned());
        said(cargo.env("CARGO_REGISTRY_TOKEN", PERSON))
    }

    /// Changes the client, with a line in the changelog.
    fn change(&self, kind: &str) -> anyhow::Result<()> {
        let changelog = self.checkout.join("CHANGELOG.md");
        let text = fs::read_to_string(&changelog)?;
        let heading = "## [Unreleased]\n";
        fs::write(&changelog, text.replacen(heading, &format!("{heading}\n### {kind}\n- A rehearsal.\n"), 1))?;
        let source = self.checkout.join("client/src/lib.rs");
        let text = fs::read_to_string(&source)?;
        fs::write(&source, format!("{text}// {kind}\n"))?;
        self.commit("A change")
    }

    /// `cargo xtask release`, and the commit that it asks for. Returns the version.
    fn release(&self, arguments: &[&str]) -> anyhow::Result<String> {
        let mut xtask = Command::new(&self.xtask);
        let told = said(xtask.arg("release").args(arguments).current_dir(&self.checkout))?;
        let manifest: toml_edit::DocumentMut = fs::read_to_string(self.checkout.join("client/Cargo.toml"))?.parse()?;
        let version = manifest["package"]["version"].as_str().context("no version")?.to_owned();
        ensure!(told.contains(&format!("git tag v{version} && git push origin v{version}")), "{told}");
        self.commit(&format!("Release {version}"))?;
        Ok(version)
    }

    fn tag(&self, version: &str) -> anyhow::Result<()> {
        self.git(&["tag", &format!("v{version}")])?;
        self.git(&["push", "--quiet", "origin", &format!("v{version}")]).map(drop)
    }

    /// The workflow, but for CI. Only what publishes is cut off.
    fn publish(&self, version: &str, cut_off: Option<usize>) -> anyhow::Result<()> {
        let tag = format!("v{version}");
        if cut_off.is_none() {
            let _ = fs::remove_file(self.baselines());
            self.runner.run(&self.comparing, &tag, None)?;
        }
        self.runner.run(&self.publishing, &tag, cut_off)
    }

    fn baselines(&self) -> PathBuf {
        self.runner.dir.with_file_name("baselines")
    }

    fn released(&self, version: &str) -> PathBuf {
        self.runner.dir.with_file_name("releases").join(format!("v{version}"))
    }

    /// Whether a version is published and released, among others, and was compared with the right one.
    fn is_out(&self, version: &str, all: &[&str], baseline: Option<&str>) -> anyhow::Result<()> {
        let mut all: Vec<&str> = all.to_vec();
        all.sort_unstable();
        let published = self.runner.registry.versions();
        ensure!(published == all, "{published:?} are published, and not {all:?}");
        let release = fs::read_to_string(self.released(version)).with_context(|| format!("no release v{version}"))?;
        let is_candidate = version.contains('-');
        ensure!(release.starts_with(&format!("prerelease: {is_candidate}\n### ")), "v{version}: {release}");
        let compared = fs::read_to_string(self.baselines()).ok();
        let baseline = baseline.map(|baseline| format!("v{baseline}\n"));
        ensure!(compared == baseline, "v{version} was compared with {compared:?}, and not with {baseline:?}");
        let archive = self.runner.dir.join("published.crate");
        let of_version = self.runner.registry.version(version).context("not published")?;
        fs::write(&archive, of_version.archive)?;
        let files = said(Command::new("tar").arg("-tzf").arg(&archive))?;
        for file in ["CHANGELOG.md", "README.md", "src/generated/client.rs", "planetscale.yaml"] {
            let file = format!("{NAME}-{version}/{file}");
            ensure!(files.lines().any(|line| line == file), "{file} is not in the package");
        }
        Ok(())
    }
}

/// Copies what git tracks, or would, as it is in the folder.
fn copy_tracked(from: &Path, to: &Path) -> anyhow::Result<()> {
    let listed = said(Command::new("git").current_dir(from).args([
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ]))?;
    for name in listed.split_terminator('\0') {
        let (from, to) = (from.join(name), to.join(name));
        fs::create_dir_all(to.parent().unwrap_or(&to))?;
        match fs::read_link(&from) {
            #[cfg(unix)]
            Ok(target) => std::os::unix::fs::symlink(target, &to)?,
            _ if from.exists() => fs::copy(&from, &to).map(drop)?,
            _ => {}
        }
    }
    Ok(())
}

/// Where a program is.
fn found(name: &str) -> anyhow::Result<String> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut places = std::env::split_paths(&path).map(|folder| folder.join(name));
    match places.find(|place| place.is_file()) {
        Some(place) => Ok(place.display().to_string()),
        None => bail!("there is no {name}"),
    }
}
