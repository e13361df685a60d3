//! The walk-throughs of CONTRIBUTING.md, made in a copy of the workspace: what they say must be so.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, bail, ensure};
use xshell::cmd;

use super::scratch::{copy, read, write};
use super::shell::{built_xtask, run as run_shown, shell};
use crate::workspace::Workspace;

/// The file that has them.
const GUIDE: &str = "CONTRIBUTING.md";

/// A change of one file: lines that are there (` `), are removed (`-`) or added (`+`), in hunks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The file, from the root of the workspace.
    pub file: String,
    /// Its hunks.
    pub hunks: Vec<Vec<String>>,
}

/// The edits of all `diff` blocks of a guide, in its order.
pub fn edits(guide: &str) -> Vec<Edit> {
    let mut found: Vec<Edit> = Vec::new();
    let mut is_diff = false;
    for line in guide.lines() {
        if line.starts_with("```") {
            is_diff = line == "```diff";
        } else if !is_diff {
        } else if let Some(comment) = line.strip_prefix(" // ").or_else(|| line.strip_prefix(" # ")) {
            let file = comment.split(':').next().unwrap_or_default();
            if is_file(file) {
                found.push(Edit { file: file.to_owned(), hunks: vec![Vec::new()] });
            }
        } else if let Some(edit) = found.last_mut() {
            match edit.hunks.last_mut() {
                Some(hunk) if !line.starts_with("@@") => hunk.push(line.to_owned()),
                _ => edit.hunks.push(Vec::new()),
            }
        }
    }
    found.retain(|edit| edit.hunks.iter().any(|hunk| !hunk.is_empty()));
    found
}

fn is_file(name: &str) -> bool {
    !name.contains(' ') && Path::new(name).extension().is_some()
}

/// A file's text after an edit.
///
/// # Errors
/// Where the lines of a hunk that must be there are not, or are there more than once.
pub fn applied(text: &str, edit: &Edit) -> anyhow::Result<String> {
    let mut lines: Vec<&str> = text.lines().collect();
    for hunk in &edit.hunks {
        let those =
            |signs: &'static [char]| -> Vec<&str> { hunk.iter().filter_map(|line| line.strip_prefix(signs)).collect() };
        let (there, then) = (those(&[' ', '-']), those(&[' ', '+']));
        let places: Vec<usize> = match there.len() {
            0 => vec![lines.len()],
            length => (0..lines.len()).filter(|at| lines[*at..].starts_with(&there[..length])).collect(),
        };
        let [at] = places[..] else {
            bail!("{}: {} places have these lines, and one should: {there:#?}", edit.file, places.len());
        };
        lines.splice(at..at + there.len(), then);
    }
    Ok(lines.join("\n") + "\n")
}

/// Makes all changes in a copy, and looks at what comes of them.
///
/// # Errors
/// At the first thing that is not as the guide says.
pub(super) fn run(workspace: &Workspace, out: &mut dyn Write) -> anyhow::Result<()> {
    let dir = workspace.path(".scratch/walkthroughs");
    if dir.exists() {
        std::fs::remove_dir_all(&dir).with_context(|| format!("cannot empty {}", dir.display()))?;
    }
    for part in ["client", "openapi", "tests", "xtask"] {
        copy(&workspace.path(part), &dir.join(part))?;
    }
    for file in ["Cargo.toml", "Cargo.lock", "README.md"] {
        write(&dir.join(file), &read(&workspace.path(file))?)?;
    }
    std::fs::copy(workspace.path("openapi/planetscale.yaml"), dir.join("openapi/planetscale.yaml"))?;
    let mut changed: BTreeMap<String, String> = BTreeMap::new();
    for edit in edits(&read(&workspace.path(GUIDE))?) {
        let stored = || workspace.path(&edit.file);
        let before = match changed.get(&edit.file) {
            Some(text) => text.clone(),
            None if stored().exists() => read(&stored())?,
            None => String::new(),
        };
        let after = applied(&before, &edit).context(GUIDE)?;
        write(&dir.join(&edit.file), &after)?;
        changed.insert(edit.file, after);
    }
    let sh = &shell(&dir, workspace)?;
    let xtask = built_xtask(out, sh, workspace)?;

    // The rule is found, once, and nothing else is.
    for (name, beta) in [("old", ""), ("new", "x-beta: true, ")] {
        let operation = format!("{{operationId: a, {beta}responses: {{'204': {{description: b}}}}}}");
        let document = format!("openapi: 3.0.3\ninfo: {{title: t, version: v}}\npaths: {{/a: {{get: {operation}}}}}\n");
        write(&dir.join(format!("{name}.yaml")), &document)?;
    }
    let found = cmd!(sh, "{xtask} diff old.yaml new.yaml --wire-only --format json").quiet().read()?;
    let found: serde_json::Value = serde_json::from_str(&found)?;
    let ids: Vec<&str> =
        found["findings"].as_array().into_iter().flatten().filter_map(|it| it["id"].as_str()).collect();
    ensure!(ids == ["operation-beta-added"], "the walk-through of a rule finds {ids:?}");

    // The action and the pass change the code.
    let generated = &dir.join("client/src/generated/client.rs");
    let here = &["--workspace".into(), dir.clone().into_os_string()];
    run_shown(out, cmd!(sh, "{xtask} {here...} update-spec --from openapi/create_backup.yaml"))?;
    let code = read(generated)?;
    ensure!(
        code.contains("pub pvc_size: ::std::option::Option<i64>") || code.contains("pub pvc_size: Option<i64>"),
        "the walk-through of an overlay's action does not make `pvc_size` an `Option`"
    );
    run_shown(out, cmd!(sh, "{xtask} {here...} generate --write"))?;
    let code = std::fs::read_dir(dir.join("client/src/generated"))?
        .map(|entry| read(&entry?.path()))
        .collect::<anyhow::Result<Vec<String>>>()?
        .concat();
    ensure!(code.contains("#[doc(alias ="), "the walk-through of a pass changes nothing");

    // The command is there.
    let said = cmd!(sh, "{xtask} {here...} licences").quiet().read()?;
    ensure!(said.ends_with(" packages"), "the walk-through of a command prints `{said}`");
    writeln!(out, "== the walk-throughs of {GUIDE} do what they say")?;
    Ok(())
}
