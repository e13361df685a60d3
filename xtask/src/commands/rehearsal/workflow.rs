//! The workflow *Release*, run here: its steps one by one, each action by what it does.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail, ensure};
use serde_json::Value;

use super::registry::Registry;

/// What a job runs on: the remote, the registry, and programs that stand before those of the machine.
#[derive(Debug)]
pub(super) struct Runner<'r> {
    /// A folder for what comes of it.
    pub(super) dir: PathBuf,
    /// The remote, as a URL.
    pub(super) remote: String,
    /// The registry.
    pub(super) registry: &'r Registry,
    /// The environment of all commands.
    pub(super) environment: Vec<(String, String)>,
}

/// The steps of a job of a workflow.
///
/// # Errors
/// Where there is no such job.
pub(super) fn steps(workflow: &Path, job: &str) -> anyhow::Result<Vec<Value>> {
    let text = fs::read_to_string(workflow).with_context(|| format!("cannot read {}", workflow.display()))?;
    let workflow: Value = serde_yaml::from_str(&text)?;
    let steps = workflow["jobs"][job]["steps"].as_array();
    Ok(steps.with_context(|| format!("the workflow has no job `{job}`"))?.clone())
}

impl Runner<'_> {
    /// Runs the steps of a job for a tag. It may be cut off after the step of a number has done its work.
    ///
    /// # Errors
    /// At the first step that fails, with what it said; where the job is cut off; where a step says what is not known
    /// here.
    pub(super) fn run(&self, steps: &[Value], tag: &str, cut_off: Option<usize>) -> anyhow::Result<()> {
        let (checkout, temporary) = (self.dir.join("checkout"), self.dir.join("temporary"));
        for folder in [&checkout, &temporary] {
            if folder.exists() {
                fs::remove_dir_all(folder)?;
            }
            fs::create_dir_all(folder)?;
        }
        let mut outputs: BTreeMap<String, String> = BTreeMap::new();
        for (number, step) in steps.iter().enumerate() {
            let name = step["name"].as_str().or(step["run"].as_str()).or(step["uses"].as_str()).unwrap_or("a step");
            let is_wanted = step["if"].as_str().map_or(Ok(true), |condition| holds(condition, &outputs));
            if is_wanted.with_context(|| name.to_owned())? {
                let done = self.step(step, tag, &checkout, &temporary, &mut outputs);
                done.with_context(|| format!("{tag}: the step `{name}` failed"))?;
            }
            ensure!(cut_off != Some(number), "cut off after the step `{name}`");
        }
        Ok(())
    }

    fn step(
        &self,
        step: &Value,
        tag: &str,
        checkout: &Path,
        temporary: &Path,
        outputs: &mut BTreeMap<String, String>,
    ) -> anyhow::Result<()> {
        let id = step["id"].as_str().unwrap_or_default();
        if let Some(action) = step["uses"].as_str() {
            match action.split('@').next().unwrap_or_default() {
                "actions/checkout" => {
                    // All of it where depth is 0, and else the one commit, as the action does.
                    let depth: &[&str] = if step["with"]["fetch-depth"] == 0 { &[] } else { &["--depth", "1"] };
                    let mut git = Command::new("git");
                    git.args(["-c", "advice.detachedHead=false", "clone", "--quiet", "--branch", tag])
                        .args(depth)
                        .arg(&self.remote)
                        .arg(checkout);
                    return said(&mut git).map(drop);
                }
                "rust-lang/crates-io-auth-action" => {
                    outputs.insert(format!("{id}.token"), self.registry.trusted()?.to_owned());
                    return Ok(());
                }
                other => bail!("the rehearsal does not know what the action `{other}` does; add it to {}", file!()),
            }
        }
        let script = temporary.join("step.sh");
        fs::write(&script, step["run"].as_str().context("a step neither runs nor uses something")?)?;
        let output = temporary.join("output");
        fs::write(&output, "")?;
        let mut bash = Command::new("bash");
        bash.args(["--noprofile", "--norc", "-e"]).arg(&script).current_dir(checkout);
        bash.envs(self.environment.iter().cloned());
        bash.env("GITHUB_REF_NAME", tag).env("GITHUB_REPOSITORY", "acme/planetscale-client");
        bash.env("GITHUB_OUTPUT", &output).env("RUNNER_TEMP", temporary);
        for (name, value) in step["env"].as_object().into_iter().flatten() {
            bash.env(name, expanded(value.as_str().unwrap_or_default(), outputs)?);
        }
        said(&mut bash)?;
        for (name, value) in fs::read_to_string(&output)?.lines().filter_map(|line| line.split_once('=')) {
            outputs.insert(format!("{id}.{name}"), value.to_owned());
        }
        Ok(())
    }
}

/// What a command says.
///
/// # Errors
/// Where it fails, with that.
pub(super) fn said(command: &mut Command) -> anyhow::Result<String> {
    let name = command.get_program().display().to_string();
    let output = command.output().with_context(|| format!("cannot run {name}"))?;
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    ensure!(output.status.success(), "{name} ended with {}: {said}", output.status);
    Ok(said)
}

/// What stands in `${{ … }}`.
fn expression(text: &str) -> Option<&str> {
    Some(text.trim().strip_prefix("${{")?.strip_suffix("}}")?.trim())
}

/// The output of a step that an expression names: `steps.published.outputs.yes`.
fn output<'o>(expression: &str, outputs: &'o BTreeMap<String, String>) -> Option<&'o str> {
    let (id, name) = expression.strip_prefix("steps.")?.split_once(".outputs.")?;
    Some(outputs.get(&format!("{id}.{name}")).map_or("", String::as_str))
}

fn holds(condition: &str, outputs: &BTreeMap<String, String>) -> anyhow::Result<bool> {
    let not = expression(condition).and_then(|text| text.strip_prefix('!'));
    let value = not.and_then(|text| output(text.trim(), outputs));
    Ok(value.with_context(|| format!("the rehearsal cannot read the condition `{condition}`"))?.is_empty())
}

fn expanded(text: &str, outputs: &BTreeMap<String, String>) -> anyhow::Result<String> {
    Ok(match expression(text) {
        None => text.to_owned(),
        Some("github.token") => "github".to_owned(),
        Some(other) => {
            let value = output(other, outputs);
            value.with_context(|| format!("the rehearsal cannot read the expression `{text}`"))?.to_owned()
        }
    })
}
