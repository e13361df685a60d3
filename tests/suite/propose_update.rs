//! `cargo xtask propose-update` and `release`, on a scratch repository with a remote.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use proptest::prelude::*;
use xtask::comparison::report::changelog_entries;
use xtask::generated_crate::surface::{Bump, Change, Kind};
use xtask::release::body;
use xtask::release::branch::Branch;
use xtask::release::changelog::{notes, released, with_unreleased};
use xtask::release::cut_off::Begun;
use xtask::release::manifests::{Manifests, next, wanted};
use xtask::workspace::Workspace;
use xtask::workspace::git::Git;

use crate::drift_report::{exit_code, run_xtask};
use crate::property::config;
use crate::update_spec::{Copy, SCHEDULE, openapi_dir, page, upstream};

/// A checkout of what the commands touch, of one operation, with a bare repository as its remote.
struct Scratch {
    dir: tempfile::TempDir,
    pages: Copy,
}

impl Scratch {
    fn new() -> Self {
        let scratch = Self { dir: tempfile::tempdir().unwrap(), pages: Copy::new() };
        let root = openapi_dir().join("..");
        for file in [
            "Cargo.toml",
            "Cargo.lock",
            "client/Cargo.toml",
            "client/src/client.rs",
            "client/src/generated.rs",
            "client/src/runtime/methods.rs",
        ] {
            let to = scratch.path(file);
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::copy(root.join(file), to).unwrap();
        }
        // No more of what is written by hand: `year` proposes with all of it.
        fs::write(
            scratch.path("client/src/lib.rs"),
            "mod generated;\nmod runtime;\npub use generated::{calls, types};\n",
        )
        .unwrap();
        fs::write(scratch.path("client/src/runtime.rs"), "pub(crate) mod methods;\n").unwrap();
        // Whatever version and changelog the repository has by now.
        let workspace = Manifests(&Workspace::at(scratch.dir.path()));
        workspace.set_version(&semver::Version::new(0, 1, 0)).unwrap();
        workspace
            .set_changelog("# Changelog\n\n## [Unreleased]\n\n### Added\n- The operation `create_backup`.\n")
            .unwrap();
        fs::create_dir(scratch.path("client/src/generated")).unwrap();
        for (name, text) in scratch.pages.files() {
            let to = scratch.path("openapi").join(name);
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::write(to, text).unwrap();
        }
        fs::create_dir_all(scratch.path("tests/suite")).unwrap();
        fs::write(scratch.path(".gitignore"), ".lock\n").unwrap();
        // The names and the code of the one operation, as they are before anything is taken over: made once for all.
        static CODE: OnceLock<String> = OnceLock::new();
        let effective = fs::read_to_string(scratch.path("openapi/planetscale.yaml")).unwrap();
        let code = CODE.get_or_init(|| xtask::generated_crate::codegen::formatted(&effective).unwrap());
        fs::write(scratch.path("client/src/generated/client.rs"), code).unwrap();

        begin(scratch.dir.path());
        scratch
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    #[track_caller]
    fn git(&self, arguments: &[&str]) -> String {
        git(self.dir.path(), arguments)
    }

    /// Runs `release`.
    fn release(&self, more: &[&str]) -> (String, String, String) {
        run_xtask(&[&["release", "--workspace", self.dir.path().to_str().unwrap()], more].concat())
    }

    /// Releases the first version, but for its tag.
    fn release_first(&self) {
        assert_eq!(self.release(&[]).0, exit_code(0));
        self.git(&["commit", "--quiet", "--all", "--message", "Release 0.1.0"]);
    }

    /// Takes over our document with some text replaced.
    fn propose_update(&self, edits: &[(&str, &str)]) -> (String, String, String) {
        let mut new = upstream();
        for (from, to) in edits {
            assert!(new.contains(from), "{from}");
            new = new.replace(from, to);
        }
        let from = self.pages.write("new.md", &page(&new));
        self.git(&["checkout", "--quiet", "main"]);
        self.run(&["--from", &from, "--push", "--no-build"])
    }

    /// Runs the command on the checkout as it is.
    fn run(&self, more: &[&str]) -> (String, String, String) {
        let (workspace, out) = (self.dir.path().to_str().unwrap(), self.path("out"));
        run_xtask(&[&["propose-update", "--workspace", workspace, "--output", out.to_str().unwrap()], more].concat())
    }

    /// The commits of the branch at the remote beside those of main, the first one first.
    fn pushed(&self) -> Vec<String> {
        let heads = self.git(&["ls-remote", "--heads", "origin", "drift"]);
        let Some(head) = heads.split_whitespace().next() else { return Vec::new() };
        let log = self.git(&["log", "--reverse", "--format=%s", head, "--not", "main"]);
        log.lines().map(str::to_owned).collect()
    }

    /// Somebody pushes a commit to the branch, from a clone of their own.
    fn pushes_from_elsewhere(&self, is_there: bool) {
        let clone = tempfile::tempdir().unwrap();
        let dir = clone.path().to_str().unwrap();
        let git = |arguments: &[&str]| {
            self.git(&[&["-C", dir, "-c", "user.name=a", "-c", "user.email=a@example.com"], arguments].concat())
        };
        self.git(&["clone", "--quiet", self.path("remote.git").to_str().unwrap(), dir]);
        match is_there {
            true => git(&["checkout", "--quiet", "drift"]),
            false => git(&["checkout", "--quiet", "-b", "drift"]),
        };
        git(&["commit", "--quiet", "--allow-empty", "--no-gpg-sign", "--message", "theirs"]);
        git(&["push", "--quiet", "origin", "drift"]);
    }

    #[track_caller]
    fn ended(&self, (code, out, err): (String, String, String), outcome: &str) {
        assert_eq!(code, exit_code(0), "{out}{err}");
        assert_eq!(self.read("out/outcome"), outcome, "{out}");
        assert_eq!(self.git(&["status", "--porcelain"]), "");
    }
}

/// Runs git in a folder, and returns what it says.
#[track_caller]
pub fn git(dir: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git").arg("-C").arg(dir).args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

/// Makes a folder a repository with one commit, and a bare repository its remote.
pub fn begin(dir: &Path) {
    let init = ["init", "--quiet", "--template", "", "--initial-branch", "main"];
    // Whatever whoever runs the tests has set; and what is thrown away is to be neither small nor safe.
    let own = "[user]\nemail = bot@example.com\nname = bot\n[commit]\ngpgsign = false\n[core]\nautocrlf = false\n\
               compression = 0\nfsync = none\n[maintenance]\nauto = false\n";
    let sets = |config: PathBuf| {
        fs::OpenOptions::new().append(true).open(config).unwrap().write_all(own.as_bytes()).unwrap();
    };
    git(dir, &init);
    sets(dir.join(".git/config"));
    git(dir, &["add", "--all"]);
    git(dir, &["commit", "--quiet", "--message", "begin"]);
    let remote = dir.join("remote.git");
    git(dir, &[&init[..], &["--bare", remote.to_str().unwrap()]].concat());
    sets(remote.join("config"));
    fs::create_dir(dir.join(".git/info")).unwrap();
    fs::write(dir.join(".git/info/exclude"), "remote.git\nout\n").unwrap();
    git(dir, &["remote", "add", "origin", remote.to_str().unwrap()]);
    git(dir, &["push", "--quiet", "origin", "main"]);
}

/// Copies a folder.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let to = to.join(entry.file_name());
        match entry.path().is_dir() {
            true => copy(&entry.path(), &to),
            false => assert!(fs::copy(entry.path(), to).is_ok()),
        }
    }
}

const NEW_FIELD: (&str, &str) = (
    "                  pvc_size:\n",
    "                  uncompressed_size:\n                    type: integer\n                  pvc_size:\n",
);
const MAJOR: (&str, &str) = (
    "                  pvc_size:\n                    type: integer\n",
    "                  pvc_size:\n                    type: string\n",
);
/// What breaks a plain client, and not ours: the field is an option already.
const FORESEEN: (&str, &str) = (
    "                  completed_at:\n                    type: string\n",
    "                  completed_at:\n                    type: string\n                    nullable: true\n",
);
/// A tag that no operation has.
const OTHER_TAG: (&str, &str) = ("\ntags:\n", "\ntags:\n  - name: Pets\n");
/// A text that no documentation of the crate repeats.
const TERMS: (&str, &str) = ("\n  version: v1\n", "\n  version: v1\n  termsOfService: https://example.com/terms\n");

/// A release is read as it was committed, whatever its files hold and are called.
#[test]
fn a_revision_is_exported_byte_for_byte() {
    let (dir, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let files: [(&str, &[u8]); 4] =
        [("src/a.rs", b"one\r\ntwo"), ("src/empty", b""), ("src/in a/\u{e4} b.rs", b"\n\n"), ("src/z", &[0, 255, 10])];
    for (name, bytes) in files.iter().chain(&[("other/c.rs", &b"no"[..])]) {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    begin(dir.path());
    fs::write(dir.path().join("src/a.rs"), "edited").unwrap();
    let repository = Git::new(dir.path());
    repository.export("HEAD", "src", to.path()).unwrap();
    for (name, bytes) in files {
        assert_eq!(fs::read(to.path().join(name)).unwrap(), bytes, "{name}");
    }
    assert!(!to.path().join("other").exists());
    let error = repository.export("v9.9.9", "src", to.path()).unwrap_err().to_string();
    assert!(error.contains("v9.9.9"), "{error}");
}

#[test]
fn no_drift_is_nothing_to_propose() {
    let scratch = Scratch::new();
    scratch.ended(scratch.propose_update(&[]), "none");
    assert!(scratch.pushed().is_empty());
    assert_eq!(scratch.read("out/title"), "no drift");
}

#[test]
fn a_drift_that_changes_nothing_that_is_built_waits_for_the_next() {
    let scratch = Scratch::new();
    for edit in [OTHER_TAG, TERMS] {
        scratch.ended(scratch.propose_update(&[edit]), "quiet");
        assert!(scratch.pushed().is_empty());
    }
    // It comes along with one that does.
    scratch.ended(scratch.propose_update(&[OTHER_TAG, NEW_FIELD]), "made");
    let stored = scratch.git(&["show", "drift:openapi/create_backup.yaml"]);
    assert!(stored.contains("Pets") && stored.contains("uncompressed_size"));
    assert!(!scratch.read("out/body.md").contains("Pets"), "a tag that is not ours is not reported");
}

#[test]
fn a_minor_drift_is_a_branch_that_can_be_merged() {
    let scratch = Scratch::new();
    scratch.ended(scratch.propose_update(&[NEW_FIELD]), "made");
    assert_eq!(scratch.pushed(), ["Take the vendor's changes"]);
    let title = scratch.read("out/title");
    assert!(title.starts_with("drift: 0 ERR") && title.ends_with("the crate needs a minor release"), "{title}");
    assert_eq!(scratch.read("out/bump"), "minor");
    let body = scratch.read("out/body.md");
    for part in ["uncompressed_size", "No version was released yet", "DRIFT_TOKEN"] {
        assert!(body.contains(part), "{part}: {body}");
    }
    assert!(scratch.git(&["show", "drift:client/src/generated/client.rs"]).contains("pub uncompressed_size: "));

    // The same again is not pushed again: CI would run once more, and approvals would be dismissed.
    let before = scratch.git(&["ls-remote", "origin", "drift"]);
    scratch.ended(scratch.propose_update(&[NEW_FIELD]), "same");
    assert_eq!(scratch.git(&["ls-remote", "origin", "drift"]), before);
    assert_eq!(scratch.git(&["symbolic-ref", "--short", "HEAD"]), "main");
    // On another base it is.
    scratch.git(&["commit", "--quiet", "--allow-empty", "--message", "else"]);
    scratch.ended(scratch.propose_update(&[NEW_FIELD]), "made");
    assert_ne!(scratch.git(&["ls-remote", "origin", "drift"]), before);
    assert_eq!(scratch.pushed().len(), 1);
}

#[test]
fn a_release_raises_the_version_and_a_drift_after_it_as_well() {
    let scratch = Scratch::new();
    let release = |more: &[&str]| scratch.release(more);
    let (code, out, err) = release(&[]);
    assert_eq!((code, err.as_str()), (exit_code(0), ""));
    assert!(
        out.starts_with("0.1.0: the first release\n")
            && out.contains("`cargo publish --locked --package planetscale-client`"),
        "{out}"
    );
    let text = scratch.read("CHANGELOG.md");
    let date = chrono::DateTime::<chrono::Utc>::from(std::time::SystemTime::now()).format("%Y-%m-%d").to_string();
    assert!(text.contains(&format!("## [Unreleased]\n\n## [0.1.0] - {date}\n\n### Added\n- ")), "{text}");
    let (_, notes, _) = release(&["--notes"]);
    assert!(notes.starts_with("### Added\n- The operation `create_backup`"), "{notes}");
    scratch.git(&["commit", "--quiet", "--all", "--message", "Release 0.1.0"]);
    scratch.git(&["tag", "v0.1.0"]);
    scratch.git(&["push", "--quiet", "origin", "main"]);

    let (code, _, err) = release(&[]);
    assert_eq!(code, exit_code(2));
    assert!(err.contains("nothing changed in client/ or openapi/ since the last release"), "{err}");

    for (edit, version) in [(NEW_FIELD, "0.1.1"), (MAJOR, "0.2.0")] {
        scratch.ended(scratch.propose_update(&[edit]), "made");
        let raised = format!("Raise the version to {version}, and say in the changelog why");
        assert_eq!(scratch.pushed().last(), Some(&raised));
        for (file, line) in [
            ("client/Cargo.toml", format!("version = \"{version}\"\n")),
            ("Cargo.toml", format!("planetscale-client = {{ path = \"client\", version = \"{version}\" }}\n")),
            ("Cargo.lock", format!("name = \"planetscale-client\"\nversion = \"{version}\"\n")),
        ] {
            let text = scratch.git(&["show", &format!("drift:{file}")]).replace("\r\n", "\n");
            assert!(text.contains(&line), "{file}");
        }
        assert!(scratch.git(&["show", "drift:CHANGELOG.md"]).contains("## [Unreleased]\n\n### "));
    }

    // Merged, it is released as what it is: the version is raised already.
    scratch.git(&["checkout", "--quiet", "main"]);
    scratch.git(&["merge", "--quiet", "--ff-only", "drift"]);
    let (code, out, err) = release(&[]);
    assert_eq!((code, err.as_str()), (exit_code(0), ""));
    assert!(out.starts_with("0.1.0 → 0.2.0: a breaking release\n"), "{out}");
    assert!(scratch.read("CHANGELOG.md").contains(&format!("## [0.2.0] - {date}\n\n### Changed\n")));
}

#[test]
fn needless_actions_are_removed_in_a_commit_of_their_own() {
    let scratch = Scratch::new();
    let edits: Vec<(String, String)> =
        SCHEDULE.map(|old| (old.to_owned(), format!("{old}                        nullable: true\n"))).into();
    let edits: Vec<(&str, &str)> = edits.iter().map(|(from, to)| (from.as_str(), to.as_str())).collect();
    scratch.ended(scratch.propose_update(&[&edits[..], &[NEW_FIELD]].concat()), "made");
    let commits = scratch.pushed();
    assert_eq!(commits[1], "Remove what upstream made needless from the overlay");
    let touched = scratch.git(&["show", "--format=", "--name-only", "drift"]);
    assert_eq!(touched, "openapi/overlay.yaml");
    let removed = scratch.git(&["show", "--format=%b", "drift"]);
    assert!(removed.contains("- $.components.schemas.BackupPolicy.properties['schedule_time',"), "{removed}");
    assert!(!scratch.git(&["show", "drift:openapi/overlay.yaml"]).contains("A policy without a fixed day"));
}

#[test]
fn a_persons_branch_is_left_alone() {
    let scratch = Scratch::new();
    scratch.ended(scratch.propose_update(&[NEW_FIELD]), "made");
    scratch.git(&["checkout", "--quiet", "drift"]);
    fs::write(scratch.path("openapi/overlay.yaml"), scratch.read("openapi/overlay.yaml") + "# mended\n").unwrap();
    // Also by the name that the workflow has.
    scratch.git(&["commit", "--quiet", "--all", "--message", "mend"]);
    scratch.git(&["push", "--quiet", "origin", "drift"]);
    let before = scratch.git(&["ls-remote", "origin", "drift"]);

    scratch.ended(scratch.propose_update(&[NEW_FIELD, MAJOR]), "person");
    assert_eq!(scratch.git(&["ls-remote", "origin", "drift"]), before);
    let body = scratch.read("out/body.md");
    assert!(body.contains("pvc_size") && body.contains("`drift` was left as it is"), "{body}");
}

#[test]
fn what_a_person_did_is_never_lost() {
    // A commit that is here only, and one that was amended.
    for (amended, pushed) in [(false, false), (true, false), (true, true)] {
        let scratch = Scratch::new();
        scratch.ended(scratch.propose_update(&[NEW_FIELD]), "made");
        scratch.git(&["checkout", "--quiet", "drift"]);
        fs::write(scratch.path("openapi/overlay.yaml"), scratch.read("openapi/overlay.yaml") + "# mended\n").unwrap();
        let how = if amended { ["--amend", "--no-edit"] } else { ["--message", "mend"] };
        scratch.git(&[&["commit", "--quiet", "--all"], &how[..]].concat());
        if pushed {
            scratch.git(&["push", "--quiet", "--force", "origin", "drift"]);
        }
        let before = scratch.git(&["rev-parse", "drift"]);
        scratch.ended(scratch.propose_update(&[NEW_FIELD, MAJOR]), "person");
        assert_eq!(scratch.git(&["rev-parse", "drift"]), before, "{amended} {pushed}");
    }
}

/// A commit that is at the remote only, whether the branch is here, too, or not.
#[test]
fn what_a_person_pushed_from_elsewhere_is_left_alone() {
    for is_here in [true, false] {
        let scratch = Scratch::new();
        if is_here {
            scratch.ended(scratch.propose_update(&[NEW_FIELD]), "made");
        }
        scratch.pushes_from_elsewhere(is_here);
        let before = scratch.git(&["ls-remote", "origin", "drift"]);
        scratch.ended(scratch.propose_update(&[NEW_FIELD, MAJOR]), "person");
        assert_eq!(scratch.git(&["ls-remote", "origin", "drift"]), before, "{is_here}");
        assert!(scratch.read("out/body.md").contains("at origin is a person's"));
    }
}

#[test]
fn commits_that_cannot_be_made_leave_the_checkout_as_it_was() {
    let scratch = Scratch::new();
    let state = || {
        let branches = scratch.git(&["branch", "--list", "--format", "%(refname) %(objectname)"]);
        (scratch.git(&["symbolic-ref", "HEAD"]), branches, scratch.git(&["status", "--porcelain"]))
    };
    let refused = |why: &str| {
        let before = state();
        let (code, out, err) = scratch.propose_update(&[NEW_FIELD]);
        assert_eq!(code, exit_code(2), "{why}: {out}");
        assert!(err.contains(why), "{err}");
        assert_eq!(state(), before);
    };
    let hook = scratch.path(".git/hooks/pre-commit");
    fs::create_dir_all(hook.parent().unwrap()).unwrap();
    scratch.git(&["config", "commit.gpgsign", "true"]);
    scratch.git(&["config", "gpg.program", "no-such-program"]);
    refused("commit");
    scratch.git(&["config", "commit.gpgsign", "false"]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::write(&hook, "#!/bin/sh\nexit 1\n").unwrap();
        fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).unwrap();
        refused("commit");
        fs::remove_file(&hook).unwrap();
    }
    scratch.git(&["config", "user.useConfigOnly", "true"]);
    scratch.git(&["config", "user.name", ""]);
    refused("git has no identity to commit with");
    scratch.git(&["config", "user.name", "bot"]);
    // A file where the folder should be.
    let _ = fs::remove_dir_all(scratch.path("out"));
    fs::write(scratch.path("out"), "").unwrap();
    refused("cannot make the folder");
    fs::remove_file(scratch.path("out")).unwrap();
    scratch.ended(scratch.propose_update(&[MAJOR]), "made");
    // The branch that there is by now stays, too.
    scratch.git(&["config", "commit.gpgsign", "true"]);
    refused("commit");
}

#[test]
fn the_branch_is_never_one_that_something_else_is() {
    let scratch = Scratch::new();
    let run = |branch: &str| scratch.run(&["--branch", branch]);
    let (code, _, err) = run("main");
    assert_eq!(code, exit_code(2));
    assert!(err.contains("the checkout is on `main`"), "{err}");
    scratch.git(&["checkout", "--quiet", "-b", "work"]);
    let (_, _, err) = run("main");
    assert!(err.contains("`main` is the default branch of origin; name another one with --branch"), "{err}");
    let (_, _, err) = run("a..b");
    assert!(err.contains("`a..b` is not a name that a branch can have"), "{err}");
}

#[test]
fn the_changelog_is_that_of_the_whole_way_from_the_last_release() {
    let scratch = Scratch::new();
    scratch.release_first();
    scratch.git(&["tag", "v0.1.0"]);
    scratch.git(&["push", "--quiet", "origin", "main"]);
    let unreleased = || {
        let text = scratch.git(&["show", "drift:CHANGELOG.md"]);
        text.split("## [").nth(1).unwrap().trim_start_matches("Unreleased]").trim().to_owned()
    };
    // A field that comes, and goes again.
    scratch.ended(scratch.propose_update(&[NEW_FIELD]), "made");
    assert_eq!(unreleased(), "### Added\n- `Backup::uncompressed_size`, `Option<i64>`.");
    scratch.git(&["checkout", "--quiet", "main"]);
    scratch.git(&["merge", "--quiet", "--ff-only", "drift"]);
    scratch.git(&["push", "--quiet", "origin", "main"]);
    scratch.ended(scratch.propose_update(&[FORESEEN, MAJOR]), "made");
    assert_eq!(unreleased(), "### Changed\n- `Backup::pvc_size` is `String` (was `i64`).");
    let title = scratch.read("out/title");
    // Of the breaks, that on the wire which breaks the crate, too; one more breaks either.
    assert!(title.starts_with("create_backup: ") && title.contains("pvc_size"), "{title}");
    assert!(title.ends_with(", and 2 more that break"), "{title}");
    // Parameters are setters of the operation.
    let parameter = (
        "      requestBody:\n",
        "        - name: dry_run\n          in: query\n          required: true\n          schema:\n            type: boolean\n      requestBody:\n",
    );
    scratch.ended(scratch.propose_update(&[parameter]), "made");
    assert_eq!(
        unreleased(),
        "### Added\n- `create_backup` takes `dry_run`.\n\n\
         ### Changed\n- `create_backup`: parameter `dry_run` was added (query, required): calls without it fail."
    );
    // Without a line by a person, too, it can be released.
    scratch.git(&["checkout", "--quiet", "main"]);
    scratch.git(&["merge", "--quiet", "--ff-only", "drift"]);
    let changelog = scratch.read("CHANGELOG.md");
    let (head, tail) = changelog.split_once("## [Unreleased]").unwrap();
    let tail = &tail[tail.find("## [0.1.0]").unwrap()..];
    fs::write(scratch.path("CHANGELOG.md"), format!("{head}## [Unreleased]\n\n{tail}")).unwrap();
    let (code, out, err) = scratch.release(&[]);
    assert_eq!((code, err.as_str()), (exit_code(0), ""));
    assert!(out.starts_with("0.1.0 → 0.2.0: a breaking release\n"), "{out}");
    assert!(scratch.read("CHANGELOG.md").contains("- `create_backup` takes `dry_run`."));
}

#[test]
fn traits_that_a_type_gains_or_loses_are_named_in_the_changelog() {
    let line = |old: &str, new: &str| {
        let shape = |traits: &str| Some(format!("struct #[non_exhaustive] derive({traits})"));
        let change = Change {
            item: "types::Body".to_owned(),
            kind: Kind::Struct,
            old: shape(old),
            new: shape(new),
            bump: Bump::Major,
            demand: None,
        };
        changelog_entries(&[change])
    };
    assert_eq!(line("Clone", "Clone, Default"), "### Changed\n- `Body` implements `Default`.\n");
    assert_eq!(line("Clone, Copy, Eq", "Clone"), "### Changed\n- `Body` no longer implements `Copy`, `Eq`.\n");
    assert_eq!(
        line("Clone, Eq", "Clone, Default"),
        "### Changed\n- `Body` implements `Default`, and no longer `Eq`.\n"
    );
}

#[test]
fn a_body_is_as_long_as_github_takes() {
    let scratch = Scratch::new();
    let field = |number: usize| {
        format!("                  a_field_with_quite_a_long_name_{number}:\n                    type: integer\n")
    };
    let fields: String = (0..1500).map(field).collect();
    scratch.ended(
        scratch.propose_update(&[("                  pvc_size:\n", &(fields + "                  pvc_size:\n"))]),
        "made",
    );
    let (body, report) = (scratch.read("out/body.md"), scratch.read("out/report.md"));
    assert!(body.chars().count() <= 65_536 && report.chars().count() > 65_536, "{} {}", body.len(), report.len());
    assert!(body.contains("more lines are in the summary of the workflow's run") && body.contains("DRIFT_TOKEN"));
    assert_eq!(body.matches("```").count() % 2, 0);
}

/// CI that says one line, which is longer than a body may be.
#[test]
fn a_body_is_as_long_as_github_takes_whatever_ci_says() {
    let scratch = Scratch::new();
    fs::create_dir(scratch.path(".cargo")).unwrap();
    let ci = format!("[alias]\nxtask = [\"metadata\", \"--{}\"]\n", "é".repeat(70_000));
    fs::write(scratch.path(".cargo/config.toml"), ci).unwrap();
    scratch.git(&["add", "--all"]);
    scratch.git(&["commit", "--quiet", "--message", "CI"]);
    let from = scratch.pages.write("new.md", &page(&upstream().replace(NEW_FIELD.0, NEW_FIELD.1)));
    scratch.ended(scratch.run(&["--from", &from]), "made");
    let body = scratch.read("out/body.md");
    assert!(body.chars().count() <= 65_536, "{}", body.len());
    for part in ["uncompressed_size", "`cargo xtask ci` **failed** on this branch", "ééé", "DRIFT_TOKEN"] {
        assert!(body.contains(part), "{part}: {body}");
    }
}

/// Its two streams are one text, of which the end is why it failed.
#[test]
fn the_end_of_what_ci_said_is_in_the_body() {
    let mut ci = Command::new("git");
    let steps = "alias.ci=!echo first; echo second >&2; echo '```'; echo third >&2; echo fourth; exit 1";
    ci.args(["-c", steps, "ci"]);
    let note = body::note_of_ci(ci).unwrap();
    let said = "```text\nfirst\nsecond\n'''\nthird\nfourth\n```";
    assert!(note.starts_with("`cargo xtask ci` **failed** on this branch") && note.ends_with(said), "{note}");
    let mut ci = Command::new("git");
    ci.args(["-c", "alias.ci=!echo why >&2", "ci"]);
    let note = body::note_of_ci(ci).unwrap();
    assert!(note.starts_with("`cargo xtask ci` passed on this branch") && !note.contains("why"), "{note}");
}

proptest! {
    #![proptest_config(config(32))]

    /// Whatever a report and its notes are.
    #[test]
    fn a_body_has_what_github_takes_at_the_most(
        parts in prop::collection::vec(("[a-z`é\u{1F980}\n]{0,40}", 0..4_000_usize), 1..6),
    ) {
        let parts: Vec<String> = parts.into_iter().map(|(text, times)| text.repeat(times)).collect();
        let (report, notes) = parts.split_first().unwrap();
        let (body, whole) = (body::shortened(report, notes), body::whole(report, notes));
        prop_assert!(body.len() <= 65_536, "{}", body.len());
        if parts.iter().map(|part| part.len() + 2).sum::<usize>() <= 9_000 {
            prop_assert_eq!(body, whole);
        }
    }
}

#[test]
fn a_last_release_that_is_not_known_is_no_first_one() {
    let scratch = Scratch::new();
    let release = || scratch.release(&[]);
    scratch.release_first();
    let (code, _, err) = release();
    assert_eq!(code, exit_code(2));
    assert!(err.contains("CHANGELOG.md has a section for 0.1.0, but there is no tag v0.1.0"), "{err}");
    // Of several sections the newest is the last release.
    let newest = "\n## [0.10.0] - 2026-03-01\n\n### Added\n- more\n\n## [0.9.0] - 2026-02-01\n\n### Added\n- some\n";
    let changelog = scratch.read("CHANGELOG.md");
    fs::write(
        scratch.path("CHANGELOG.md"),
        changelog.replace("## [Unreleased]\n", &format!("## [Unreleased]\n{newest}")),
    )
    .unwrap();
    let (_, _, err) = release();
    assert!(err.contains("there is no tag v0.10.0"), "{err}");
    fs::write(scratch.path("CHANGELOG.md"), changelog).unwrap();
    // A tag that is not an ancestor of HEAD.
    scratch.git(&["checkout", "--quiet", "-b", "other"]);
    scratch.git(&["commit", "--quiet", "--allow-empty", "--message", "else"]);
    scratch.git(&["tag", "v0.1.0"]);
    scratch.git(&["checkout", "--quiet", "main"]);
    let (_, _, err) = release();
    assert!(err.contains("the tag v0.1.0 is not an ancestor of HEAD"), "{err}");
    // A pre-release is none, and what it was for is released as that.
    scratch.git(&["tag", "--force", "v0.1.0"]);
    fs::write(scratch.path("client/src/more.rs"), "//! More.\n").unwrap();
    let unreleased = "## [Unreleased]\n\n### Fixed\n- it\n\n## [0.3.0-rc.1] - 2026-01-02\n\n### Added\n- tried\n";
    let changelog = scratch.read("CHANGELOG.md").replace("## [Unreleased]\n", unreleased);
    fs::write(scratch.path("CHANGELOG.md"), changelog).unwrap();
    Manifests(&Workspace::at(scratch.dir.path())).set_version(&"0.2.0-rc.1".parse().unwrap()).unwrap();
    scratch.git(&["add", "--all"]);
    scratch.git(&["commit", "--quiet", "--message", "0.2.0-rc.1"]);
    scratch.git(&["tag", "v0.2.0-rc.1"]);
    let (code, out, err) = release();
    assert_eq!((code, err.as_str()), (exit_code(0), ""));
    assert!(out.starts_with("0.1.0 → 0.2.0: "), "{out}");
    scratch.git(&["checkout", "--quiet", "."]);
    // One that another line has taken.
    scratch.git(&["tag", "v0.2.0", "other"]);
    let (_, _, err) = release();
    assert!(err.contains("there is a tag v0.2.0 already, which is not an ancestor of HEAD"), "{err}");
    // A shallow clone.
    let shallow = tempfile::tempdir().unwrap();
    let from = format!("file://{}", scratch.dir.path().display());
    scratch.git(&["clone", "--quiet", "--depth", "1", &from, shallow.path().to_str().unwrap()]);
    let (code, _, err) = run_xtask(&["release", "--workspace", shallow.path().to_str().unwrap()]);
    assert_eq!(code, exit_code(2));
    assert!(err.contains("this clone is shallow") && err.contains("git fetch --unshallow --tags"), "{err}");
}

#[test]
fn what_gives_no_crate_changes_nothing() {
    let scratch = Scratch::new();
    let before = scratch.git(&["rev-parse", "HEAD"]);
    let answer = "        '201':\n";
    let other = "        '202':\n          description: Accepted\n          content:\n            text/plain:\n              schema:\n                type: string\n        '201':\n";
    let (code, _, err) = scratch.propose_update(&[(answer, other)]);
    assert_eq!(code, exit_code(2));
    assert!(err.contains("answers with different bodies to 20"), "{err}");
    assert_eq!((scratch.git(&["rev-parse", "HEAD"]), scratch.git(&["status", "--porcelain"])), (before, String::new()));
    assert!(scratch.pushed().is_empty());
}

#[test]
fn a_checkout_with_changes_is_not_touched() {
    let scratch = Scratch::new();
    fs::write(scratch.path("CHANGELOG.md"), "mine").unwrap();
    let (code, _, err) = scratch.propose_update(&[NEW_FIELD]);
    assert_eq!(code, exit_code(2));
    assert!(err.contains("the checkout has changes of its own (M CHANGELOG.md); commit or stash them first"), "{err}");
}

#[test]
fn versions_are_raised_by_cargos_rules() {
    let version = |text: &str| text.parse::<semver::Version>().unwrap();
    for (released, bump, expected) in [
        ("0.1.4", Bump::None, "0.1.4"),
        ("0.1.4", Bump::Patch, "0.1.5"),
        ("0.1.4", Bump::Minor, "0.1.5"),
        ("0.1.4", Bump::Major, "0.2.0"),
        ("1.2.3", Bump::Patch, "1.2.4"),
        ("1.2.3", Bump::Minor, "1.3.0"),
        ("1.2.3", Bump::Major, "2.0.0"),
    ] {
        assert_eq!(next(&version(released), bump), version(expected), "{released} {bump}");
    }
    // It is raised once, however often something is taken over.
    for (current, bump, expected) in [
        ("0.1.4", Bump::Minor, "0.1.5"),
        ("0.1.5", Bump::Minor, "0.1.5"),
        ("0.2.0", Bump::Minor, "0.2.0"),
        ("0.1.5", Bump::Major, "0.2.0"),
    ] {
        assert_eq!(wanted(Some(&version("0.1.4")), &version(current), bump), version(expected));
    }
    assert_eq!(wanted(None, &version("0.1.0"), Bump::Major), version("0.1.0"));
}

#[test]
fn the_changelog_is_kept() {
    let text =
        "# Changelog\n\n## [Unreleased]\n\n### Added\n- a\n  more\n\n## [0.1.0] - 2026-01-01\n\n### Added\n- old\n";
    let more = with_unreleased(text, "", "### Removed\n- c\n### Added\n- b\n- a").unwrap();
    let expected = "# Changelog\n\n## [Unreleased]\n\n### Added\n- a\n  more\n- b\n\n### Removed\n- c\n\n## [0.1.0] - 2026-01-01\n\n### Added\n- old\n";
    assert_eq!(more, expected);
    assert_eq!(with_unreleased(&more, "", "### Removed\n- c").unwrap(), expected, "nothing is said twice");
    let version = semver::Version::new(0, 1, 1);
    let out = released(&more, &version, "2026-02-03").unwrap();
    assert!(out.contains("## [Unreleased]\n\n## [0.1.1] - 2026-02-03\n\n### Added\n- a\n"), "{out}");
    // What was said of the last state goes, and what a person wrote stays.
    assert_eq!(with_unreleased(&more, "### Removed\n- c", "").unwrap(), expected.replace("\n### Removed\n- c\n", ""));
    assert_eq!(notes(&out, &version).unwrap(), "### Added\n- a\n  more\n- b\n\n### Removed\n- c");
    assert_eq!(notes(&out, &semver::Version::new(0, 1, 0)).unwrap(), "### Added\n- old");
    // A version is released once, whatever its section says.
    let more = with_unreleased(&out, "", "### Fixed\n- d").unwrap();
    let error = released(&more, &version, "2026-02-04").unwrap_err().to_string();
    assert_eq!(error, "CHANGELOG.md has a section for 0.1.1 already");
    for (text, why) in [
        (out.as_str(), "CHANGELOG.md says nothing under `## [Unreleased]`"),
        ("# Changelog\n", "CHANGELOG.md has no `## [Unreleased]`"),
    ] {
        assert!(released(text, &version, "2026-02-03").unwrap_err().to_string().starts_with(why));
    }
    assert!(notes(text, &version).is_err());
    let empty = with_unreleased("## [Unreleased]\n", "", "### Added\n- a").unwrap();
    assert_eq!(empty, "## [Unreleased]\n\n### Added\n- a\n");
}

/// Between looking at the remote and pushing there are minutes: a build, and CI.
#[test]
fn what_is_pushed_meanwhile_is_not_lost() {
    for was_there in [false, true] {
        let scratch = Scratch::new();
        if was_there {
            scratch.ended(scratch.propose_update(&[NEW_FIELD]), "made");
        }
        let git = Git::new(scratch.dir.path());
        let branch = Branch::open(&git, "drift", "origin").unwrap();
        assert_eq!(branch.first_human_commit().unwrap(), None);
        branch
            .make(|branch| {
                fs::write(scratch.path("openapi/overlay.yaml"), "ours").unwrap();
                branch.commit_all("Ours")
            })
            .unwrap();
        scratch.pushes_from_elsewhere(was_there);
        let before = scratch.git(&["ls-remote", "origin", "drift"]);

        branch.push().unwrap_err();
        assert_eq!(scratch.git(&["ls-remote", "origin", "drift"]), before, "{was_there}");
    }
}

#[test]
fn a_change_of_what_the_crate_is_made_of_is_unreleased() {
    let scratch = Scratch::new();
    scratch.release_first();
    scratch.git(&["tag", "v0.1.0"]);
    let changelog = scratch.read("CHANGELOG.md").replace("## [Unreleased]\n", "## [Unreleased]\n\n### Fixed\n- it\n");
    let commit = |file: &str| {
        let text = scratch.read(file);
        fs::write(scratch.path(file), text + "# more\n").unwrap();
        scratch.git(&["commit", "--quiet", "--all", "--message", file]);
    };
    fs::write(scratch.path("CHANGELOG.md"), &changelog).unwrap();
    // What is around it is in no release.
    commit("Cargo.toml");
    let (code, _, err) = scratch.release(&[]);
    assert_eq!(code, exit_code(2));
    assert!(err.contains("nothing changed in client/ or openapi/ since the last release"), "{err}");
    for file in ["openapi/overlay.yaml", "client/Cargo.toml"] {
        commit(file);
        let (code, out, err) = scratch.release(&[]);
        assert_eq!((code, err.as_str()), (exit_code(0), ""), "{file}");
        assert!(out.starts_with("0.1.0 → 0.1.1: "), "{file}: {out}");
        scratch.git(&["checkout", "--quiet", "."]);
        scratch.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
    }
}

/// What a person wrote stays as it was written, whatever stands under the same heading and comes or goes.
#[test]
fn what_a_person_wrote_under_a_heading_of_ours_stays() {
    let text = |entries: &str| {
        format!("# Changelog\n\n## [Unreleased]\n{entries}\n## [0.1.0] - 2026-01-01\n\n### Added\n- old\n")
    };
    let before = text("\n### Added\n- by hand\n- ours\n\n### Changed\n- a person's\n  second line\n");
    // Ours is said anew, below the same heading; one more of ours comes with a heading that a person's is under.
    let after = with_unreleased(&before, "### Added\n- ours", "### Added\n- new\n### Changed\n- another").unwrap();
    assert_eq!(after, text("\n### Added\n- by hand\n- new\n\n### Changed\n- a person's\n  second line\n- another\n"));
    // Ours goes, and nothing comes: the headings with a person's entries stay.
    let after = with_unreleased(&after, "### Added\n- new\n### Changed\n- another", "").unwrap();
    assert_eq!(after, text("\n### Added\n- by hand\n\n### Changed\n- a person's\n  second line\n"));
    // A heading without an entry goes; one that is none of ours stays.
    let after =
        with_unreleased(&text("\n### Notes\n- read this\n\n### Removed\n- ours\n"), "### Removed\n- ours", "").unwrap();
    assert_eq!(after, text("\n### Notes\n- read this\n"));
    // An entry of an old release is not one of what is unreleased.
    let after = with_unreleased(&text("\n### Added\n- by hand\n"), "- old", "").unwrap();
    assert_eq!(after, text("\n### Added\n- by hand\n"));
    // A line that is below no heading belongs nowhere.
    let error = with_unreleased(&text("\nby hand\n"), "", "### Added\n- new").unwrap_err().to_string();
    assert!(error.contains("that is below no `###`: by hand"), "{error}");
}

/// One file that is forgotten makes `cargo build --locked` fail.
#[test]
fn a_version_is_written_wherever_it_stands() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        fs::create_dir_all(dir.path().join(name).parent().unwrap()).unwrap();
        fs::write(dir.path().join(name), text).unwrap();
    };
    let lock = "[[package]]\nname = \"other\"\nversion = \"0.1.0\"\n\n[[package]]\nname = \"planetscale-client\"\nversion = \"0.1.0\"\n";
    write("client/Cargo.toml", "[package]\nversion = \"0.1.0\"\n\n[dependencies]\nother = \"0.1.0\"\n");
    write(
        "Cargo.toml",
        "[workspace.dependencies]\nother = \"0.1.0\"\nplanetscale-client = { path = \"client\", version = \"0.1.0\" }\n",
    );
    write("Cargo.lock", lock);
    let workspace = Workspace::at(dir.path());
    let manifests = Manifests(&workspace);
    // A fresh clone has no lock file of the fuzz targets. Each file is replaced: no run that is killed leaves half of one.
    fs::hard_link(dir.path().join("Cargo.lock"), dir.path().join("before")).unwrap();
    manifests.set_version(&semver::Version::new(0, 1, 1)).unwrap();
    assert_eq!(fs::read_to_string(dir.path().join("before")).unwrap(), lock);
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 4, "the folder client, two files, and one that was kept");
    write("tests/fuzz/Cargo.lock", lock);
    manifests.set_version(&semver::Version::new(0, 2, 0)).unwrap();
    let read = |name: &str| fs::read_to_string(dir.path().join(name)).unwrap();
    assert_eq!(read("client/Cargo.toml"), "[package]\nversion = \"0.2.0\"\n\n[dependencies]\nother = \"0.1.0\"\n");
    assert!(
        read("Cargo.toml")
            .ends_with("other = \"0.1.0\"\nplanetscale-client = { path = \"client\", version = \"0.2.0\" }\n")
    );
    let (other, own) = lock.split_once("\n\n").unwrap();
    let raised = format!("{other}\n\n{}", own.replace("0.1.0", "0.2.0"));
    assert_eq!((read("Cargo.lock"), read("tests/fuzz/Cargo.lock")), (raised.clone(), raised));
    assert_eq!(manifests.version().unwrap(), semver::Version::new(0, 2, 0));
    // A lock file without the crate is of something else.
    write("tests/fuzz/Cargo.lock", "[[package]]\nname = \"other\"\nversion = \"0.1.0\"\n");
    let error = manifests.set_version(&semver::Version::new(0, 3, 0)).unwrap_err().to_string();
    assert!(error.contains("tests/fuzz/Cargo.lock lacks planetscale-client"), "{error}");
    assert_eq!(manifests.version().unwrap(), semver::Version::new(0, 2, 0), "nothing was written");
}

/// What is said alike of many operations is one line, what only is there with more features is none, and no line has a
/// hole.
#[test]
fn the_changelog_says_a_thing_once() {
    let change = |item: &str, kind, old: Option<&str>, new: Option<&str>| Change {
        item: item.to_owned(),
        kind,
        old: old.map(str::to_owned),
        new: new.map(str::to_owned),
        bump: Bump::Minor,
        demand: None,
    };
    let setter = |call: &str| {
        change(&format!("calls::{call}::per_page"), Kind::Fn, None, Some("fn per_page(mut self) -> Self [feature a]"))
    };
    let four = ["ListA", "ListB", "ListC", "ListD"].map(setter);
    let lines = "### Added\n- `per_page` on 4 lists: `list_a`, `list_b`, `list_c` and 1 more.\n";
    assert_eq!(changelog_entries(&four), lines);
    let two = "### Added\n- `list_a` takes `per_page`.\n- `list_b` takes `per_page`.\n";
    assert_eq!(changelog_entries(&four[..2]), two);
    let [one, more] = ["struct derive(Clone) [feature a]", "struct derive(Clone) [feature a or b]"];
    assert_eq!(changelog_entries(&[change("types::A", Kind::Struct, Some(one), Some(more))]), "");
    // By the part of the API.
    let fields = [("types::B::x", "a"), ("types::A::y", "b"), ("types::A::x", "a")]
        .map(|(item, feature)| change(item, Kind::Field, None, Some(&format!("bool [feature {feature}]"))));
    assert_eq!(changelog_entries(&fields), "### Added\n- `A::x`, `bool`.\n- `B::x`, `bool`.\n- `A::y`, `bool`.\n");
}

/// What a call answers with, what needs other features, and the topic of each line where there are many.
#[test]
fn the_changelog_speaks_to_callers() {
    let change = |item: &str, kind, old: Option<&str>, new: Option<&str>, bump| {
        let [old, new] = [old, new].map(|shape| shape.map(str::to_owned));
        Change { item: item.to_owned(), kind, old, new, bump, demand: None }
    };
    let sent = |answer: &str| format!("fn send(self) -> CallFuture<'a, {answer}> [feature lists]");
    let answer = |call: &str, name: &str| {
        let (item, old, new) =
            (format!("calls::List{call}::send"), sent(&format!("types::{name}")), sent("types::Page<T>"));
        change(&item, Kind::Fn, Some(&old), Some(&new), Bump::Major)
    };
    let gone =
        |name: &str| change(&format!("types::{name}"), Kind::Struct, Some("struct [feature lists]"), None, Bump::Major);
    let calls = ["A", "B", "C", "D"];
    let changes: Vec<Change> =
        calls.iter().flat_map(|it| [answer(it, &format!("Old{it}")), gone(&format!("Old{it}"))]).collect();
    assert_eq!(
        changelog_entries(&changes[..2]),
        "### Changed\n- `list_a` answers with `Page<T>` (was `OldA`).\n### Removed\n- The type `OldA`.\n"
    );
    assert_eq!(
        changelog_entries(&changes),
        "### Changed\n- 4 lists answer with `Page<…>`: `list_a` (was `OldA`), `list_b` (was `OldB`), `list_c` (was `OldC`) \
         and 1 more.\n### Removed\n- 4 types of answers: `OldA`, `OldB`, `OldC` and 1 more.\n"
    );
    // A type and its fields need another feature: that is one line. One feature more is none.
    let narrowed = |item: &str, kind, shape: &str| {
        let [old, new] = ["", " [feature a or b]"].map(|feature| format!("{shape}{feature}"));
        change(item, kind, Some(&old), Some(&new), Bump::Major)
    };
    let page = [narrowed("types::Page", Kind::Struct, "struct"), narrowed("types::Page::data", Kind::Field, "Vec<T>")];
    assert_eq!(changelog_entries(&page), "### Changed\n- `Page` needs the feature `a` or `b` now.\n");
    // A body's setter, and the function that maps it.
    let setters = ["body", "body_map"]
        .map(|name| change(&format!("calls::Act::{name}"), Kind::Fn, None, Some("fn"), Bump::Minor));
    assert_eq!(changelog_entries(&setters), "### Added\n- `act` takes `body`.\n");
    // Many lines begin with their topics.
    let many: Vec<Change> = (0..11)
        .map(|number| {
            let shape = if number < 6 { "bool [feature b]" } else { "bool [feature a or b]" };
            change(&format!("types::T{number}::f{number}"), Kind::Field, None, Some(shape), Bump::Minor)
        })
        .collect();
    let lines = changelog_entries(&many);
    assert!(lines.starts_with("### Added\n- **a, b:** `T10::f10`, `bool`.\n"), "{lines}");
    assert!(lines.ends_with("- **b:** `T5::f5`, `bool`.\n"), "{lines}");
    assert_eq!(lines.lines().count(), 12);
    // A line of several parts has no topic.
    let setter = |(call, feature): (&&str, &str)| {
        let shape = format!("fn per_page(mut self) -> Self [feature {feature}]");
        change(&format!("calls::List{call}::per_page"), Kind::Fn, None, Some(&shape), Bump::Minor)
    };
    let line = "`per_page` on 4 lists: `list_a`, `list_b`, `list_c` and 1 more.";
    for (features, topic) in [(["b"; 4], "**b:** "), (["b", "b", "b", "a"], "")] {
        let all: Vec<Change> = calls.iter().zip(features).map(setter).chain(many.iter().cloned()).collect();
        let lines = changelog_entries(&all);
        assert!(lines.contains(&format!("- {topic}{line}\n")), "{lines}");
    }
}

/// As Ctrl-C or KILL leave it, at any moment: what was begun is noted, and the next run undoes it and goes on.
#[test]
fn a_run_that_was_cut_off_is_undone_by_the_next() {
    let scratch = Scratch::new();
    let git = Git::new(scratch.dir.path());
    let states: [(&str, &dyn Fn()); 4] = [
        ("before anything", &|| {}),
        ("on the branch", &|| drop(scratch.git(&["checkout", "--quiet", "-B", "drift"]))),
        ("with files written", &|| {
            scratch.git(&["checkout", "--quiet", "-B", "drift"]);
            fs::write(scratch.path("openapi/names.toml"), "half").unwrap();
            fs::create_dir(scratch.path("openapi/.staged")).unwrap();
            fs::write(scratch.path("client/src/generated/new.rs"), "half").unwrap();
            fs::write(scratch.path(".git/index.lock"), "").unwrap();
        }),
        ("with a commit", &|| {
            scratch.git(&["checkout", "--quiet", "-B", "drift"]);
            let trailer = format!("Made-by-propose-update: {}", scratch.git(&["write-tree"]));
            scratch.git(&["commit", "--quiet", "--allow-empty", "--message", "half", "--trailer", &trailer]);
        }),
    ];
    for (name, leave) in states {
        drop(Begun::new(&git, "main", "drift", None).unwrap());
        leave();
        let from = scratch.pages.write("new.md", &page(&upstream().replace(NEW_FIELD.0, NEW_FIELD.1)));
        let ended = scratch.run(&["--from", &from, "--no-build"]);
        assert!(ended.1.contains("a run was cut off, and what it had begun on `drift` is undone"), "{name}: {ended:?}");
        scratch.ended(ended, "made");
        assert_eq!(scratch.git(&["symbolic-ref", "--short", "HEAD"]), "main", "{name}");
        assert_eq!(scratch.git(&["status", "--porcelain"]), "", "{name}");
        let commits = scratch.git(&["log", "--format=%s", "main..drift"]);
        assert!(commits.ends_with("Take the vendor's changes") && !commits.contains("half"), "{name}: {commits}");
        scratch.git(&["branch", "--quiet", "-D", "drift"]);
    }
    // A run that is at work is waited for.
    let begun = Begun::new(&git, "main", "drift", None).unwrap();
    let (code, _, err) = scratch.propose_update(&[NEW_FIELD]);
    assert_eq!(code, exit_code(2));
    assert!(err.contains("another run of propose-update is at work"), "{err}");
    begun.end().unwrap();
}

/// Somebody mends what a run left that was cut off, where it left them: on its branch.
#[test]
fn what_a_person_commits_on_the_branch_of_a_run_that_was_cut_off_is_never_lost() {
    for (was_there, is_on_it) in [(false, true), (true, true), (true, false)] {
        let scratch = Scratch::new();
        let git = Git::new(scratch.dir.path());
        let head = was_there.then(|| {
            scratch.ended(scratch.propose_update(&[NEW_FIELD]), "made");
            scratch.git(&["rev-parse", "drift"])
        });
        drop(Begun::new(&git, "main", "drift", head.as_deref()).unwrap());
        scratch.git(&["checkout", "--quiet", "-B", "drift"]);
        fs::write(scratch.path("openapi/overlay.yaml"), scratch.read("openapi/overlay.yaml") + "# mended\n").unwrap();
        scratch.git(&["commit", "--quiet", "--all", "--message", "mend"]);
        let (mended, short) = (scratch.git(&["rev-parse", "drift"]), scratch.git(&["rev-parse", "--short", "drift"]));
        if !is_on_it {
            scratch.git(&["checkout", "--quiet", "main"]);
        }

        let from = scratch.pages.write("new.md", &page(&upstream().replace(MAJOR.0, MAJOR.1)));
        let ended = scratch.run(&["--from", &from, "--no-build"]);
        let said =
            format!("`drift` is left as it is, as the commit {short} there is a person's; take over what you need");
        assert!(ended.1.contains(&said), "{ended:?}");
        scratch.ended(ended, "person");
        assert_eq!(scratch.git(&["rev-parse", "drift"]), mended, "{was_there} {is_on_it}");
        assert_eq!(scratch.git(&["symbolic-ref", "--short", "HEAD"]), "main");
    }
}

/// What a person has set for git changes what it prints, and nothing of what is read there.
#[test]
fn git_is_read_alike_whatever_a_person_has_set() {
    let scratch = Scratch::new();
    scratch.git(&["config", "status.showUntrackedFiles", "no"]);
    fs::write(scratch.path("mine.txt"), "mine").unwrap();
    let (code, _, err) = scratch.propose_update(&[NEW_FIELD]);
    assert_eq!(code, exit_code(2));
    assert!(err.contains("the checkout has changes of its own (?? mine.txt)"), "{err}");
    // Nor is it lost where a run was cut off.
    drop(Begun::new(&Git::new(scratch.dir.path()), "main", "drift", None).unwrap());
    scratch.git(&["checkout", "--quiet", "-B", "drift"]);
    let from = scratch.pages.write("new.md", &page(&upstream()));
    scratch.ended(scratch.run(&["--from", &from]), "none");
    assert_eq!(scratch.git(&["show", "--format=", "--name-only", "stash@{0}^3"]), "mine.txt");

    for key in ["column.ui", "column.tag"] {
        scratch.git(&["config", key, "always"]);
    }
    for candidate in ["v0.1.0-rc.2", "v0.1.0-rc.10"] {
        scratch.git(&["tag", candidate]);
    }
    let (_, out, err) = scratch.release(&["--candidate"]);
    assert!(out.starts_with("0.1.0-rc.11: "), "{out}{err}");
}

#[test]
fn what_is_written_into_the_checkout_is_refused() {
    let scratch = Scratch::new();
    let (workspace, out) = (scratch.dir.path().to_str().unwrap(), scratch.path("proposal"));
    let (code, _, err) = run_xtask(&["propose-update", "--workspace", workspace, "--output", out.to_str().unwrap()]);
    assert_eq!(code, exit_code(2));
    assert!(err.contains("is inside the checkout") && err.contains("name a folder elsewhere"), "{err}");
    assert!(!out.exists());
}

#[test]
fn candidates_are_counted_and_leave_the_changelog_to_the_release() {
    let scratch = Scratch::new();
    let changelog = scratch.read("CHANGELOG.md");
    for number in 1..=2 {
        let (code, out, err) = scratch.release(&["--candidate"]);
        assert_eq!((code, err.as_str()), (exit_code(0), ""));
        let version = format!("0.1.0-rc.{number}");
        assert!(out.starts_with(&format!("{version}: the first release\n")), "{out}");
        assert_eq!(scratch.read("CHANGELOG.md"), changelog);
        assert!(scratch.read("client/Cargo.toml").contains(&format!("version = \"{version}\"\n")));
        assert!(scratch.release(&["--notes"]).1.starts_with("### Added\n- The operation `create_backup`"));
        scratch.git(&["commit", "--quiet", "--all", "--message", &version]);
        scratch.git(&["tag", &format!("v{version}")]);
    }
    // By their numbers: as texts, 10 stands before 2.
    scratch.git(&["tag", "v0.1.0-rc.10"]);
    let (_, out, err) = scratch.release(&["--candidate"]);
    assert!(out.starts_with("0.1.0-rc.11: the first release\n"), "{out}{err}");
    let (_, out, err) = scratch.release(&[]);
    assert!(out.starts_with("0.1.0: the first release\n"), "{out}{err}");
    assert!(scratch.read("CHANGELOG.md").contains("## [0.1.0] - "));
}
