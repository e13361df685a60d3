//! A year of the vendor's snapshots, one after the other, over operations of several kinds: each is taken over as a
//! maintainer would, and what comes out at the end is compiled and released.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use serde_json::Value;

use super::scratch::{Scratch, copy, read};
use crate::comparison::report::{Format, Report, changelog_entries};
use crate::effective::naming::Table;
use crate::release::manifests::Manifests;
use crate::release::unreleased::Released;
use crate::snapshot::{Snapshot, compare};
use crate::upstream::origin::{Location, Origin};
use crate::upstream::spec::{self, Spec};
use crate::workspace::Workspace;
use crate::workspace::git::Git;
use crate::workspace::store::{self, Store};

/// The operations beside `create_backup`: those of the vendor's that change the most.
const OPERATIONS: [&str; 12] = [
    "list_branches",
    "get_branch",
    "create_branch",
    "update_branch",
    "list_databases",
    "get_database",
    "list_roles",
    "create_role",
    "get_default_role",
    "reset_default_role",
    "list_passwords",
    "list_deploy_requests",
];

/// How many snapshots there are, the first and the last included.
const SNAPSHOTS: usize = 21;

/// How many of the whole API follow the first.
const OF_ALL: usize = 4;

/// Takes over the snapshots between two of the vendor's, a part of what differs at a time, and gives the crate at the
/// end, which is still to be compiled.
///
/// # Errors
/// At the first snapshot that cannot be taken over, changes in silence, or renames a type; and where the changelog says
/// a thing twice.
pub(super) fn run(workspace: &Workspace, [first, last]: [PathBuf; 2], out: &mut dyn Write) -> anyhow::Result<Scratch> {
    let snapshot = Snapshot::stored(&Store::open_to_read(workspace)?)?;
    let scratch = Scratch::new(workspace, "replay", &snapshot.effective_as_stored_or_made()?.text)?;
    whole(workspace, [&first, &last], out)?;
    let replay = Replay::begin(Workspace::at(scratch.dir()), &workspace.path("tests/fixtures/openapi"))?;
    let [old, new] = [&first, &last].map(|path| anyhow::Ok(replay.pruned(&Spec::parse(&read(path)?)?)?.value));
    let (old, new, page) = (old?, new?, replay.path("snapshot.yaml"));
    fs::write(&page, spec::to_yaml("", &old)?)?;
    let edits = edits(&old, &new);
    writeln!(out, "== {SNAPSHOTS} snapshots over {} operations: {} edits", OPERATIONS.len() + 1, edits.len())?;
    for id in OPERATIONS {
        replay.take_over(|snapshot| snapshot.with_operation(id, &at(&page)))?;
    }
    replay.release("0.1.0")?;
    for number in 1..SNAPSHOTS {
        let mut document = old.clone();
        for edit in &edits[..edits.len() * number / (SNAPSHOTS - 1)] {
            edit.apply(&mut document);
        }
        fs::write(&page, spec::to_yaml("", &document)?)?;
        let said =
            replay.take_over(|snapshot| snapshot.updated(&at(&page))).with_context(|| format!("snapshot {number}"))?;
        writeln!(out, "snapshot {number}: {}", said.verdict())?;
    }
    let left = Snapshot::stored(&replay.store()?)?.updated(&at(&page))?;
    ensure!(
        left.changed_since(&Snapshot::stored(&replay.store()?)?)?.is_empty(),
        "the last snapshot is drift once more"
    );
    writeln!(out, "\n{}", replay.changelog()?)?;
    Ok(scratch)
}

/// Takes over some snapshots of the whole API, and holds what a reviewer and users read of each to its size.
fn whole(workspace: &Workspace, [first, last]: [&Path; 2], out: &mut dyn Write) -> anyhow::Result<()> {
    /// A title, what stands above the findings in a body, a finding, and a changelog: in bytes, the last in lines.
    const TITLE: usize = 300;
    const DECIDED: usize = 12_000;
    const FINDING: usize = 1_500;
    const LINES: usize = 120;
    let stored = Snapshot::stored(&Store::open_to_read(workspace)?)?;
    let scratch = Scratch::new(workspace, "year", &stored.effective_as_stored_or_made()?.text)?;
    let replay = Replay::begin(Workspace::at(scratch.dir()), &workspace.openapi())?;
    let [old, new] = [first, last].map(|path| anyhow::Ok(Spec::parse(&read(path)?)?.value));
    let (old, new, page) = (old?, new?, replay.path("snapshot.yaml"));
    let edits = edits(&old, &new);
    fs::write(&page, spec::to_yaml("", &old)?)?;
    {
        // The way back to the first is none that the vendor goes.
        let store = replay.store()?;
        let stored = Snapshot::stored(&store)?;
        stored.updated(&at(&page))?.save(&stored, &store)?;
    }
    replay.release("0.1.0")?;
    writeln!(out, "== {OF_ALL} snapshots of the whole API: {} edits", edits.len())?;
    let mut document = old;
    for number in 1..=OF_ALL {
        let from = edits.len() * (number - 1) / OF_ALL;
        edits[from..edits.len() * number / OF_ALL].iter().for_each(|edit| edit.apply(&mut document));
        fs::write(&page, spec::to_yaml("", &document)?)?;
        let report = replay.take_over(|snapshot| snapshot.updated(&at(&page)))?;
        let mut body = Vec::new();
        report.write(Format::Markdown, &mut body)?;
        let body = String::from_utf8_lossy(&body).into_owned();
        let above = body.find("\n| | change |").unwrap_or(body.len());
        let (title, lines) = (report.title(), replay.changelog()?.lines().count());
        let most = above + FINDING * report.findings().count();
        ensure!(title.len() < TITLE, "the title is long: {title}");
        ensure!(above < DECIDED && body.len() < most, "snapshot {number}: {above} and {} bytes: {body}", body.len());
        ensure!(lines < LINES, "the changelog has {lines} lines");
        writeln!(out, "snapshot {number}: {} bytes, {lines} lines of the changelog, {title}", body.len())?;
    }
    Ok(())
}

fn at(path: &Path) -> Origin {
    Origin::At(Location::File(path.to_owned()))
}

struct Replay(Workspace);

impl Replay {
    /// A repository with the documents of a folder.
    fn begin(workspace: Workspace, documents: &Path) -> anyhow::Result<Self> {
        let replay = Self(workspace);
        for old in ["openapi", ".git"] {
            let _ = fs::remove_dir_all(replay.path(old));
        }
        copy(documents, &replay.path("openapi"))?;
        let effective = documents.join(store::EFFECTIVE);
        fs::copy(&effective, replay.path("openapi").join(store::EFFECTIVE))
            .context("cannot copy the effective spec")?;
        fs::write(replay.path(".gitignore"), "/target\n/snapshot.yaml\n.lock\n")?;
        replay.git(&["init", "--quiet", "--initial-branch", "main"])?;
        Ok(replay)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path(name)
    }

    fn store(&self) -> anyhow::Result<Store> {
        Store::open(&self.0)
    }

    fn git(&self, arguments: &[&str]) -> anyhow::Result<String> {
        let nobody = ["-c", "user.name=replay", "-c", "user.email=replay@example.com", "-c", "commit.gpgsign=false"];
        Git::new(self.0.root()).run(&[&nobody, arguments].concat())
    }

    /// A document of the whole API with the operations of the replay alone.
    fn pruned(&self, whole: &Spec) -> anyhow::Result<Spec> {
        let operations = OPERATIONS.iter().chain(&["create_backup"]).map(|&id| id.to_owned());
        whole.clone().pruned(&operations.collect::<Vec<_>>())
    }

    /// Takes over what follows the stored snapshot. Returns the report.
    fn take_over(&self, next: impl FnOnce(&Snapshot) -> anyhow::Result<Snapshot>) -> anyhow::Result<Report> {
        let store = self.store()?;
        let old = Snapshot::stored(&store)?;
        let new = next(&old)?;
        let report: Report = compare(&old, &new)?;
        let effective = |snapshot: &Snapshot| anyhow::Ok(snapshot.effective_as_stored_or_made()?.spec.value.clone());
        ensure!(!report.is_empty() || effective(&old)? == effective(&new)?, "it changes in silence");
        let names = || Table::parse(&store.read(store::NAMES)?).context(store::NAMES);
        let before = names()?;
        new.save(&old, &store)?;
        let after = names()?;
        for (place, name) in before.places() {
            let now = after.name_of(place).unwrap_or(name);
            ensure!(now == name, "the type at {place} was `{name}`, and is `{now}` now");
        }
        Ok(report)
    }

    fn release(&self, version: &str) -> anyhow::Result<()> {
        Manifests(&self.0).set_version(&version.parse()?)?;
        self.git(&["add", "--all"])?;
        self.git(&["commit", "--quiet", "--message", "A release"])?;
        self.git(&["tag", &format!("v{version}")]).map(drop)
    }

    /// What is said of all that came since the release: no item has two lines.
    fn changelog(&self) -> anyhow::Result<String> {
        let git = Git::new(self.0.root());
        let changes = Released::read(&git, &"0.1.0".parse()?)?.unreleased(&self.0, &git)?.changes;
        let text = changelog_entries(&changes);
        let (mut section, mut sections) = ("", BTreeMap::new());
        for line in text.lines() {
            match line.strip_prefix("### ") {
                Some(name) => section = name,
                None if line.starts_with("- ") => {
                    let other = sections.insert(line, section);
                    ensure!(
                        other.is_none(),
                        "the changelog says it under {} and {section}: {line}",
                        other.unwrap_or_default()
                    );
                }
                None => {}
            }
        }
        Ok(text)
    }
}

/// One difference between two trees: what is at a pointer's key then.
struct Edit {
    pointer: String,
    key: String,
    value: Option<Value>,
}

impl Edit {
    fn apply(&self, document: &mut Value) {
        let Some(Value::Object(map)) = document.pointer_mut(&self.pointer) else { return };
        match &self.value {
            Some(value) => drop(map.insert(self.key.clone(), value.clone())),
            None => drop(map.shift_remove(&self.key)),
        }
    }
}

/// What leads from one tree to another. What is new among the components comes first: something may refer to it.
fn edits(old: &Value, new: &Value) -> Vec<Edit> {
    let mut edits = Vec::new();
    collect(old, new, "", &mut edits);
    edits.sort_by_key(|edit| match &edit.value {
        Some(_) => !edit.pointer.starts_with("/components"),
        None => true,
    });
    edits
}

fn collect(old: &Value, new: &Value, pointer: &str, edits: &mut Vec<Edit>) {
    let (Value::Object(before), Value::Object(after)) = (old, new) else { return };
    let keys = before.keys().chain(after.keys().filter(|key| !before.contains_key(*key)));
    for key in keys {
        match (before.get(key), after.get(key)) {
            (Some(from), Some(to)) if from == to => {}
            (Some(from @ Value::Object(_)), Some(to @ Value::Object(_))) => {
                collect(from, to, &format!("{pointer}/{}", spec::pointer_token(key)), edits);
            }
            (_, value) => edits.push(Edit { pointer: pointer.to_owned(), key: key.clone(), value: value.cloned() }),
        }
    }
}
