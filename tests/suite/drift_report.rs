//! What `cargo xtask diff` prints, in each format.

use std::ffi::OsStr;
use std::io::{self, ErrorKind, Write};
use std::iter;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anstream::StripStream;
use xtask::comparison::report::Format;
use xtask::upstream::origin::Location;

use crate::update_spec::{BACKUPS, fixture, fixtures, openapi_dir, upstream};
use crate::workers::on_worker;

/// Two documents that differ in a bit of everything.
fn pair(dir: &Path) -> [String; 2] {
    let old = std::fs::read_to_string(fixture().join("create_backup.yaml")).unwrap();
    let new = old
        .replace(
            "                  completed_at:\n                    type: string\n",
            "                  completed_at:\n                    type: string\n                    nullable: true\n",
        )
        .replace(
            "                      - ignored\n",
            "                      - ignored\n                      - expired\n",
        )
        .replace(
            "                  pvc_size:\n                    type: integer\n",
            "                  pvc_size:\n                    type: number\n",
        )
        .replace("                  - pvc_size\n", "")
        .replace("The size of the backup in bytes", "How large | <b>big</b> it is")
        .replace("summary: Create a backup", "summary: Make a backup");
    assert_ne!(old, new);
    let write = |name: &str, text: &str| {
        let path = dir.join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    [write("old.yaml", &old), write("new.yaml", &new)]
}

/// Runs a command, as where there is no terminal. Returns the exit code, the output and the errors.
pub fn run_xtask(arguments: &[&str]) -> (String, String, String) {
    let arguments: Vec<String> = arguments.iter().map(|argument| (*argument).to_owned()).collect();
    on_worker(move || {
        let mut out = Vec::new();
        let (code, err) = run_into(&mut StripStream::new(&mut out), &arguments);
        (code, String::from_utf8(out).unwrap(), err)
    })
}

/// As [`run_xtask`], with the output where it is wanted. Returns the exit code and the errors.
fn run_into<S: AsRef<OsStr>>(out: &mut dyn Write, arguments: &[S]) -> (String, String) {
    let mut err = Vec::new();
    let arguments = iter::once("xtask".into()).chain(arguments.iter().map(|argument| argument.as_ref().to_owned()));
    let code = xtask::run(arguments, out, &mut StripStream::new(&mut err));
    (format!("{code:?}"), String::from_utf8(err).unwrap())
}

/// An exit code as [`run_xtask`] returns it.
pub fn exit_code(number: u8) -> String {
    format!("{:?}", ExitCode::from(number))
}

/// Runs `diff`, with the overlay and names of the fixture.
fn run(arguments: &[&str]) -> (String, String, String) {
    run_xtask(&[&["diff", "--workspace", fixtures().root().to_str().unwrap()], arguments].concat())
}

fn report(format: &str) -> String {
    let dir = tempfile::tempdir().unwrap();
    let [old, new] = pair(dir.path());
    let (_, out, err) = run(&[&old, &new, "--format", format]);
    assert_eq!(err, "");
    out.replace(dir.path().to_str().unwrap(), "<dir>")
}

#[test]
fn text() {
    insta::assert_snapshot!(report("text"));
}

#[test]
fn text_in_colour() {
    let dir = tempfile::tempdir().unwrap();
    let [old, new] = pair(dir.path());
    let mut out = Vec::new();
    xtask::run(["xtask", "diff", &old, &new].map(Into::into), &mut out, &mut Vec::new());
    let text = String::from_utf8(out).unwrap();
    insta::assert_snapshot!(text.lines().take(4).collect::<Vec<_>>().join("\n"));
}

#[test]
fn json() {
    insta::assert_snapshot!(report("json"));
}

#[test]
fn markdown() {
    insta::assert_snapshot!(report("markdown"));
}

#[test]
fn github() {
    insta::assert_snapshot!(report("github"));
}

#[test]
fn names_cannot_break_out_of_a_line_or_a_table() {
    let dir = tempfile::tempdir().unwrap();
    let name = "a\nb\r|c<b>*[x](y)#1@me:%,`";
    let [old, new] = [serde_json::json!({}), serde_json::json!({ name: { "type": "string" } })].map(|properties| {
        let mut spec = xtask::upstream::spec::Spec::parse(&upstream()).unwrap().value;
        let schema = serde_json::json!({ "type": "object", "properties": properties });
        *spec.pointer_mut(&format!("{BACKUPS}/post/responses/201/content/application~1json/schema")).unwrap() = schema;
        let path = dir.path().join(format!("{}.json", properties.as_object().unwrap().len()));
        std::fs::write(&path, spec.to_string()).unwrap();
        path.to_str().unwrap().to_owned()
    });
    let mut shown = String::new();
    for format in ["text", "markdown", "github"] {
        let (_, out, err) = run(&[&old, &new, "--wire-only", "--format", format]);
        assert_eq!(err, "");
        if format == "markdown" {
            // Where it is not in code, nothing of the name is markup.
            assert!(out.contains("b \\|c\\<b\\>\\*\\[x\\](y)\\#1\\@me:%,\\` (1) |"), "{out}");
            let rows = out.lines().filter(|line| line.starts_with('|'));
            rows.for_each(|row| assert_eq!(row.replace("\\|", "").matches('|').count(), 5, "{row}"));
        }
        shown.push_str(&format!("{format}\n{}\n", out.replace(dir.path().to_str().unwrap(), "<dir>")));
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn the_exit_code_is_what_was_asked_for() {
    let dir = tempfile::tempdir().unwrap();
    let [old, new] = pair(dir.path());
    let ended = |more: &[&str]| run(&[&[old.as_str(), new.as_str(), "--wire-only"], more].concat()).0;
    assert_eq!(ended(&[]), exit_code(0));
    assert_eq!(ended(&["--fail-on", "ERR"]), exit_code(1));
    assert_eq!(ended(&["--fail-on", "DOC"]), exit_code(1));
    let same = |more: &[&str]| run(&[&[old.as_str(), old.as_str(), "--wire-only"], more].concat());
    assert_eq!(same(&["--fail-on", "DOC"]).0, exit_code(0));
    assert_eq!(same(&[]).1, "no drift\n");
    assert_eq!(run(&[&old, "/nowhere.yaml"]).0, exit_code(2));
    assert_eq!(ended(&["--fail-on", "BAD"]), exit_code(2));
}

/// An output that takes nothing.
struct Failing(ErrorKind);

impl Write for Failing {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(self.0.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Err(self.0.into())
    }
}

#[test]
fn a_reader_who_leaves_changes_neither_the_verdict_nor_the_files() {
    let dir = tempfile::tempdir().unwrap();
    let [old, new] = pair(dir.path());
    let file = dir.path().join("report.md");
    let ended = |kind, more: &[&str]| {
        run_into(&mut Failing(kind), &[&["diff", old.as_str(), new.as_str(), "--wire-only"], more].concat())
    };
    // What `head` leaves of its end of a pipe.
    let closed = ErrorKind::BrokenPipe;
    assert_eq!(ended(closed, &[]), (exit_code(0), String::new()));
    let report = file.to_str().unwrap();
    assert_eq!(ended(closed, &["--fail-on", "ERR", "--report", report]), (exit_code(1), String::new()));
    assert!(std::fs::read_to_string(&file).unwrap().contains("completed_at"));
    // Any other failure is one.
    let (failed, err) = ended(ErrorKind::StorageFull, &[]);
    assert_eq!(failed, exit_code(2));
    assert!(err.starts_with("error: "), "{err}");
}

#[test]
fn a_report_is_written_beside() {
    let dir = tempfile::tempdir().unwrap();
    let [old, new] = pair(dir.path());
    let file = dir.path().join("report.md");
    run(&[&old, &new, "--report", file.to_str().unwrap()]);
    let text = std::fs::read_to_string(&file).unwrap();
    assert_eq!(text.replace(dir.path().to_str().unwrap(), "<dir>"), report("markdown"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |file: &Path| std::fs::metadata(file).unwrap().permissions().mode();
        assert_eq!(mode(&file), mode(Path::new(&old)), "for whom any new file is");
    }
    let (_, _, err) = run(&[&old, &new, "--wire-only", "--report", "/nowhere/report.md"]);
    assert!(err.starts_with("error: cannot write /nowhere/report.md"), "{err}");
}

fn json_of(arguments: &[&str]) -> serde_json::Value {
    let (_, out, err) = run(&[arguments, &["--format", "json"]].concat());
    serde_json::from_str(&out).unwrap_or_else(|e| panic!("{e}: {out}{err}"))
}

#[test]
fn the_wire_alone_has_no_word_of_the_crate() {
    let dir = tempfile::tempdir().unwrap();
    let [old, new] = pair(dir.path());
    for format in ["text", "json", "markdown", "github"] {
        let (_, out, _) = run(&[&old, &new, "--wire-only", "--format", format]);
        assert!(out.contains("completed_at") && !out.contains("crate"), "{out}");
    }
    assert!(json_of(&[&old, &new]).get("crate").is_some());
}

/// Two documents that differ in one name, which is a property and a part of a path.
fn pair_with_name(dir: &Path, name: &str) -> [String; 2] {
    [false, true].map(|there| {
        let mut spec = xtask::upstream::spec::Spec::parse(&upstream()).unwrap().value;
        if there {
            spec["paths"][format!("/{name}")] = serde_json::json!({ "get": { "operationId": "a", "responses": {} } });
            let body =
                spec.pointer_mut(&format!("{BACKUPS}/post/requestBody/content/application~1json/schema")).unwrap();
            body["properties"][name] = serde_json::json!({ "type": "string", "description": name });
            body[format!("x-{name}")] = name.into();
        }
        let path = dir.join(format!("{there}.json"));
        std::fs::write(&path, spec.to_string()).unwrap();
        path.to_str().unwrap().to_owned()
    })
}

#[test]
fn nothing_in_a_document_steers_what_shows_it() {
    let dir = tempfile::tempdir().unwrap();
    for (c, escaped) in [
        ('\u{1b}', "\\u{1b}"),
        ('\u{9b}', "\\u{9b}"),
        ('\u{202e}', "\\u{202e}"),
        ('\u{2066}', "\\u{2066}"),
        ('\u{200f}', "\\u{200f}"),
    ] {
        let [old, new] = pair_with_name(dir.path(), &format!("a{c}b"));
        // One report, written in each way.
        let [from, to] = [&old, &new].map(|path| Location::File(path.into()));
        let report = xtask::commands::diff::report(&from, &to, Some(&fixtures())).unwrap();
        let written = |format| {
            let mut out = Vec::new();
            report.write(format, &mut StripStream::new(&mut out)).unwrap();
            String::from_utf8(out).unwrap()
        };
        for format in [Format::Text, Format::Markdown, Format::Github] {
            let out = written(format);
            assert!(!out.contains(c) && out.contains(escaped), "{format:?}: {out:?}");
        }
        let out = written(Format::Json);
        assert!(!out.contains(c));
        let report: serde_json::Value = serde_json::from_str(&out).unwrap();
        let said = |finding: &serde_json::Value| finding["message"].as_str().unwrap().contains(c);
        assert!(report["findings"].as_array().unwrap().iter().any(said), "JSON says the same, escaped");
        // Errors quote documents, too.
        let broken = dir.path().join("broken.json");
        std::fs::write(
            &broken,
            format!(r#"{{ "openapi": "3.0.1", "x": {{ "a\u{0:04x}": 1, "a\u{0:04x}": 2 }} }}"#, u32::from(c)),
        )
        .unwrap();
        let (_, _, err) = run(&[broken.to_str().unwrap(), &new]);
        assert!(err.contains("a second time") && !err.contains(c), "{err:?}");
    }
}

#[test]
fn annotations_are_escaped_as_github_asks() {
    let dir = tempfile::tempdir().unwrap();
    let [old, new] = pair_with_name(dir.path(), "50%, a:b\n::error::x");
    let (_, out, _) = run(&[&old, &new, "--format", "github"]);
    assert!(out.lines().all(|line| line.starts_with("::") && !line.starts_with("::error::x")), "{out}");
    assert!(out.contains("`50%25, a:b%0A::error::x`"), "{out}");
    assert!(out.contains(",title=x-50%25%2C a%3Ab%0A%3A%3Aerror%3A%3Ax-changed::"), "{out}");
}

#[test]
fn pointers_in_sentences_are_names() {
    let dir = tempfile::tempdir().unwrap();
    let [old, new] = pair_with_name(dir.path(), "a/b~c");
    let report = json_of(&[&old, &new, "--wire-only"]);
    let messages: Vec<_> =
        report["findings"].as_array().unwrap().iter().map(|f| f["message"].as_str().unwrap()).collect();
    assert!(messages.contains(&"`a/b~c` was added (optional)"), "{messages:?}");
}

#[test]
fn findings_are_narrowed_by_path_and_by_level() {
    let dir = tempfile::tempdir().unwrap();
    let [old, new] = pair_with_name(dir.path(), "thing");
    let operations = |more: &[&str]| {
        let report = json_of(&[&[old.as_str(), &new, "--wire-only"], more].concat());
        let findings = report["findings"].as_array().unwrap().clone();
        findings
            .into_iter()
            .map(|finding| finding["operations"][0].as_str().unwrap_or("-").to_owned())
            .collect::<Vec<_>>()
    };
    assert!(operations(&[]).len() > 2);
    assert_eq!(operations(&["--match-path", "^/th"]), ["GET /thing"]);
    assert!(operations(&["--match-path", "nowhere"]).is_empty());
    assert!(operations(&["--level", "INFO"]).len() < operations(&[]).len());
    // What is not shown counts all the same.
    let code = |more: &[&str]| run(&[&[old.as_str(), &new, "--wire-only"], more].concat()).0;
    assert_eq!(code(&["--level", "ERR", "--fail-on", "INFO"]), exit_code(1));
    assert_eq!(code(&["--match-path", "nowhere", "--fail-on", "DOC"]), exit_code(0));
    assert_eq!(code(&["--match-path", "("]), exit_code(2));
}

#[test]
fn what_is_accepted_is_passed_over_until_its_day() {
    let dir = tempfile::tempdir().unwrap();
    let [old, new] = pair(dir.path());
    let file = dir.path().join("accepted.toml");
    let accepted = file.to_str().unwrap().to_owned();
    let with = |list: &str, more: &[&str]| {
        std::fs::write(&file, list).unwrap();
        run(&[&[old.as_str(), &new, "--wire-only", "--accepted", &accepted], more].concat())
    };
    let findings = json_of(&[&old, &new, "--wire-only"])["findings"].as_array().unwrap().clone();
    let fingerprints: Vec<_> = findings.iter().map(|finding| finding["fingerprint"].as_str().unwrap()).collect();
    let entry = |fingerprint: &str, more: &str| {
        format!("[[accepted]]\nfingerprint = \"{fingerprint}\"\nreason = \"known\"\n{more}")
    };
    let all: String = fingerprints.iter().map(|fingerprint| entry(fingerprint, "")).collect();
    let (code, out, _) = with(&all, &["--fail-on", "DOC"]);
    assert_eq!(code, exit_code(0));
    assert!(out.starts_with("no drift but what is accepted (6)\n") && out.contains("because: known"), "{out}");
    let (code, out, _) = with(&entry(fingerprints[0], ""), &["--fail-on", "ERR"]);
    assert_eq!(code, exit_code(1));
    assert!(out.starts_with("drift: 2 ERR, 1 WARN, 0 INFO, 2 DOC, 1 accepted\n"), "{out}");
    // A day that is over, and one that is not.
    let (_, out, _) = with(&entry(fingerprints[0], "until = 2020-01-01\n"), &[]);
    assert!(out.starts_with("drift: 3 ERR,") && out.contains("was accepted until 2020-01-01 only: known"), "{out}");
    let (_, out, _) = with(&entry(fingerprints[0], "until = \"9999-01-01\"\n"), &[]);
    assert!(out.starts_with("drift: 2 ERR,"), "{out}");
    for (list, reason) in [
        ("[[accepted]]\nfingerprint = \"a\"\n", "the 1. [[accepted]]: there is no string `reason`"),
        ("[[accepted]]\nreason = \"a\"\n", "there is no string `fingerprint`"),
        ("[[accepted]]\nfingerprint = \"a\"\nreason = \"b\"\nuntil = \"soon\"\n", "`until` is not a date"),
        ("[[accepted]]\nfingerprint = \"a\"\nreason = \"b\"\nwhy = 1\n", "`why` is unknown"),
        ("[accepted]\n", "`accepted` is not a list of tables"),
        ("[[ignored]]\n", "`ignored` is unknown here"),
        ("[[", "not TOML"),
    ] {
        let (code, _, err) = with(list, &[]);
        assert_eq!(code, exit_code(2));
        assert!(err.contains(&accepted) && err.contains(reason), "{err}");
    }
}

#[test]
fn a_fingerprint_outlives_other_edits() {
    let dir = tempfile::tempdir().unwrap();
    let [old, new] = pair(dir.path());
    let fingerprints = |old: &str, new: &str| -> Vec<String> {
        let report = json_of(&[old, new, "--wire-only"]);
        let mut all: Vec<_> = report["findings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|f| f["fingerprint"].as_str().unwrap().to_owned())
            .collect();
        all.sort();
        all
    };
    let before = fingerprints(&old, &new);
    assert_eq!(before.iter().collect::<std::collections::BTreeSet<_>>().len(), before.len());
    // Another operation, and another parameter before ours, on both sides.
    let edit = |path: &str, name: &str| {
        let mut spec = xtask::upstream::spec::Spec::parse(&std::fs::read_to_string(path).unwrap()).unwrap().value;
        let post = spec.pointer_mut(&format!("{BACKUPS}/post")).unwrap();
        let first = serde_json::json!({ "in": "query", "name": "first", "schema": { "type": "string" } });
        post["parameters"].as_array_mut().unwrap().insert(0, first);
        spec["paths"]["/aaa"] = serde_json::json!({ "get": { "operationId": "aaa", "responses": {} } });
        let file = dir.path().join(name);
        std::fs::write(&file, spec.to_string()).unwrap();
        file.to_str().unwrap().to_owned()
    };
    assert_eq!(fingerprints(&edit(&old, "a.json"), &edit(&new, "b.json")), before);
}

#[test]
fn one_edit_all_over_a_document_is_one_entry() {
    let dir = tempfile::tempdir().unwrap();
    let [old, new] = [5, 6].map(|most| {
        let mut spec = xtask::upstream::spec::Spec::parse(&upstream()).unwrap().value;
        let body = spec.pointer_mut(&format!("{BACKUPS}/post/requestBody/content/application~1json/schema")).unwrap();
        for i in 0..100 {
            body["properties"][format!("p{i}")] = serde_json::json!({ "type": "string", "maxLength": most });
        }
        let path = dir.path().join(format!("{most}.json"));
        std::fs::write(&path, spec.to_string()).unwrap();
        path.to_str().unwrap().to_owned()
    });
    let mut shown = String::new();
    for format in ["text", "markdown", "github"] {
        let (_, out, _) = run(&[&old, &new, "--format", format]);
        assert!(out.lines().count() < 20, "{out}");
        shown.push_str(&format!("{format}\n{out}\n"));
    }
    insta::assert_snapshot!(shown.replace(dir.path().to_str().unwrap(), "<dir>"));
    assert_eq!(json_of(&[&old, &new, "--wire-only"])["findings"].as_array().unwrap().len(), 100);
}

#[test]
fn a_report_goes_where_its_path_leads_and_over_no_input() {
    let dir = tempfile::tempdir().unwrap();
    let [old, new] = pair(dir.path());
    let at = |name: &str| dir.path().join(name);
    let report = |file: &Path| run(&[&old, &new, "--wire-only", "--report", file.to_str().unwrap()]);
    let before = std::fs::read_to_string(&old).unwrap();
    let (code, _, err) = report(Path::new(&old));
    assert_eq!(code, exit_code(2));
    assert!(err.starts_with("error: --report would overwrite "), "{err}");
    #[cfg(unix)]
    {
        // Links: to an input, to a file, to one that is not there yet, and in a circle.
        std::os::unix::fs::symlink(&old, at("to-input")).unwrap();
        assert_eq!(report(&at("to-input")).0, exit_code(2));
        std::fs::hard_link(&old, at("hard")).unwrap();
        assert_eq!(report(&at("hard")).0, exit_code(2));
        std::fs::create_dir(at("there")).unwrap();
        std::os::unix::fs::symlink("there/report.md", at("link")).unwrap();
        for _ in 0..2 {
            assert_eq!(report(&at("link")).0, exit_code(0));
            assert!(at("link").is_symlink());
            assert!(std::fs::read_to_string(at("there/report.md")).unwrap().contains("completed_at"));
        }
        std::os::unix::fs::symlink("circle", at("circle")).unwrap();
        assert_eq!(report(&at("circle")).0, exit_code(2));
        // A pipe is written to, not replaced.
        let pipe = at("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let reader = std::thread::spawn({
            let pipe = pipe.clone();
            move || std::fs::read_to_string(pipe).unwrap()
        });
        assert_eq!(report(&pipe).0, exit_code(0));
        assert!(reader.join().unwrap().contains("completed_at"));
        assert!(!std::fs::metadata(&pipe).unwrap().is_file());
    }
    assert_eq!(std::fs::read_to_string(&old).unwrap(), before);
}

#[test]
fn a_document_may_be_a_revision_in_git() {
    let (code, _, err) = run(&["no-such-revision:openapi/create_backup.yaml", "README.md", "--wire-only"]);
    assert_eq!(code, exit_code(2));
    let expected = "error: cannot read no-such-revision:openapi/create_backup.yaml: there is no such file, and git";
    assert!(err.starts_with(expected), "{err}");
    // A checkout without history has no revision to read.
    let head = std::process::Command::new("git").args(["cat-file", "-e", "HEAD:openapi/create_backup.yaml"]).output();
    if head.is_ok_and(|output| output.status.success()) {
        let file = openapi_dir().join("create_backup.yaml");
        let (code, out, err) = run(&["HEAD:openapi/create_backup.yaml", file.to_str().unwrap(), "--wire-only"]);
        assert_eq!((code, err.as_str()), (exit_code(0), ""), "{out}");
    }
}

/// The vendor's pages of two years, which lie beside some checkouts.
fn acceptance(name: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/acceptance").join(name);
    path.exists().then_some(path)
}

#[test]
fn the_drift_of_2026() {
    let pages = ["pages/2025/create_backup.md", "pages/2026-08-18/create_backup.md"].map(acceptance);
    let [Some(old), Some(new)] = pages else {
        eprintln!("skipped: the vendor's pages are not here");
        return;
    };
    let (_, out, _) = run(&[old.to_str().unwrap(), new.to_str().unwrap(), "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&out).unwrap();
    let mut ids = std::collections::BTreeMap::<String, usize>::new();
    for finding in report["findings"].as_array().unwrap() {
        let name = format!("{} {}", finding["level"].as_str().unwrap(), finding["id"].as_str().unwrap());
        *ids.entry(name).or_default() += 1;
    }
    let (_, text, _) = run(&[old.to_str().unwrap(), new.to_str().unwrap()]);
    let verdict = text.lines().next().unwrap();
    // What CONTRIBUTING walks through, where tags of other operations do not count.
    let ended = crate::update_spec::Copy::new().run(&["--check", "--from", new.to_str().unwrap()]);
    let shown = ended.out.lines().next().unwrap();
    assert!(include_str!("../../CONTRIBUTING.md").contains(shown), "CONTRIBUTING.md says another verdict than {shown}");
    let counts: String = ids.iter().map(|(id, count)| format!("{count:>3} {id}\n")).collect();
    let items: String = report["crate"]["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| format!("{} {}\n", change["bump"], change["item"]))
        .collect();
    insta::assert_snapshot!(format!("{verdict}\n\n{counts}\n{items}"));
}

/// A revision in git has a colon, too; so has a URL.
#[test]
fn a_file_may_have_a_colon_in_its_name() {
    let dir = tempfile::tempdir().unwrap();
    let [old, new] = pair(dir.path());
    let there = dir.path().join("a:b.yaml");
    // Not where a file cannot be called so.
    if std::fs::copy(&old, &there).is_ok() && there.exists() {
        let there = there.to_str().unwrap();
        let (code, out, err) = run(&[there, &old, "--wire-only"]);
        assert_eq!((code, out.as_str(), err.as_str()), (exit_code(0), "no drift\n", ""));
        let (_, out, _) = run(&[there, &new, "--wire-only"]);
        assert!(out.starts_with("drift: "), "{out}");
    }
    for (name, location) in [
        ("https://example.com/a.yaml", Location::Url("https://example.com/a.yaml".to_owned())),
        ("HEAD~3:openapi/a.yaml", Location::Git("HEAD~3:openapi/a.yaml".to_owned())),
        ("no-such-dir/a:b.yaml", Location::Git("no-such-dir/a:b.yaml".to_owned())),
        (":a.yaml", Location::File(":a.yaml".into())),
        ("a.yaml", Location::File("a.yaml".into())),
    ] {
        assert_eq!(Location::from(name), location);
    }
}

#[test]
fn what_two_answers_have_alike_stands_in_two_rows() {
    let dir = tempfile::tempdir().unwrap();
    let write = |name: &str, kind: &str| {
        let fields = serde_json::json!({ "size": { "type": kind }, "count": { "type": kind } });
        let schema = serde_json::json!({ "type": "object", "properties": fields });
        let answer =
            serde_json::json!({ "description": "ok", "content": { "application/json": { "schema": schema } } });
        let operation = serde_json::json!({ "operationId": "a", "responses": { "200": answer, "202": answer } });
        let document = serde_json::json!({ "openapi": "3.0.3", "info": { "title": "T", "version": "v" }, "paths": { "/a": { "get": operation } } });
        let path = dir.path().join(name);
        std::fs::write(&path, document.to_string()).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (old, new) = (write("old.json", "string"), write("new.json", "integer"));
    // The fields of one answer are a row, and those of the other are another one.
    let (_, text, _) = run(&[&old, &new, "--wire-only"]);
    let rows: Vec<&str> = text.lines().map(str::trim).filter(|line| line.starts_with("response 20")).collect();
    let places = |row: &str| row.split([':', ',', '(']).map(|part| part.trim().to_owned()).collect::<Vec<_>>();
    assert_eq!(rows.len(), 2, "{text}");
    for (row, status) in rows.iter().zip(["response 200", "response 202"]) {
        let parts = places(row);
        let has = |name: &str| parts.iter().any(|part| part == name);
        assert!(has(status) && has("size") && has("count"), "{text}");
    }
    let (_, markdown, _) = run(&[&old, &new, "--wire-only", "--format", "markdown"]);
    assert_eq!(
        markdown.lines().filter(|line| line.starts_with("| ") && line.contains("response 20")).count(),
        2,
        "{markdown}"
    );
    // Each is told of its own to GitHub, which shows one place at a time.
    let (_, github, _) = run(&[&old, &new, "--wire-only", "--format", "github"]);
    for status in ["response 200", "response 202"] {
        assert!(github.contains(status), "{github}");
    }
}

#[test]
fn what_is_accepted_until_a_day_is_accepted_on_that_day() {
    let entry = |until: &str| {
        let text = format!("[[accepted]]\nfingerprint = \"a\"\nreason = \"known\"\n{until}");
        xtask::comparison::report::Accepted::list(&text).unwrap().remove(0)
    };
    let day = |text: &str| text.parse::<chrono::NaiveDate>().unwrap();
    let until = entry("until = 2027-01-01\n");
    for (today, is_over) in [
        ("2020-06-30", false),
        ("2026-12-31", false),
        ("2027-01-01", false),
        ("2027-01-02", true),
        ("2028-01-01", true),
    ] {
        assert_eq!(until.is_over_on(day(today)), is_over, "{today}");
    }
    assert!(!entry("").is_over_on(day("9999-12-31")), "for good");
}

/// Two documents have one component, which breaks the operation of one, and is harmless to that of the other.
#[test]
fn a_finding_of_several_documents_counts_as_where_it_counts_most() {
    use xtask::comparison::diff::diff;
    use xtask::comparison::report::Report;
    use xtask::upstream::spec::Spec;
    let document = |id: &str, most: u64| {
        let shared = serde_json::json!({ "$ref": "#/components/schemas/Shared" });
        let schema = match id {
            "breaks" => shared,
            _ => serde_json::json!({ "description": most.to_string(), "anyOf": [shared, { "type": "object" }] }),
        };
        let body = serde_json::json!({ "content": { "application/json": { "schema": schema } } });
        Spec::from(serde_json::json!({
            "openapi": "3.0.3", "info": { "title": "T", "version": "1" },
            "paths": { format!("/{id}"): { "post": { "operationId": id, "requestBody": body, "responses": {} } } },
            "components": { "schemas": { "Shared": { "type": "object", "properties": { "a": { "type": "string", "maxLength": most } } } } },
        }))
    };
    for order in [["breaks", "stays"], ["stays", "breaks"]] {
        let report = order.iter().fold(Report::new(None), |report, id| {
            let (old, new) = (document(id, 9), document(id, 5));
            report.with_findings(diff(&old.value, &new.value), (&old, &new), id)
        });
        let mut out = Vec::new();
        report.write(Format::Json, &mut out).unwrap();
        let report: serde_json::Value = serde_json::from_slice(&out).unwrap();
        let findings = report["findings"].as_array().unwrap().iter();
        let lengths: Vec<_> =
            findings.filter(|finding| finding["id"] == "request-property-max-length-decreased").collect();
        assert_eq!(lengths.len(), 1, "{order:?}: {report:#}");
        assert_eq!(lengths[0]["level"], "ERR", "{order:?}");
        assert_eq!(lengths[0]["operations"], serde_json::json!(["POST /breaks", "POST /stays"]));
        assert_eq!(report["counts"]["ERR"], 1);
    }
}

/// An action that never matched anything is told of by itself when it comes, and then among others.
#[test]
fn an_action_that_comes_and_matches_nothing_is_told_of_by_itself() {
    use xtask::comparison::report::Report;
    use xtask::effective::overlay::Effect;
    let idle = |target: &str, description: &str| Effect {
        description: description.to_owned(),
        target: target.to_owned(),
        matched: 0,
        changed: false,
    };
    let notes = |effects: &[Effect], before: &[Effect]| {
        let mut out = Vec::new();
        Report::new(None).with_notes(effects, before, Vec::new()).write(Format::Json, &mut out).unwrap();
        serde_json::from_slice::<serde_json::Value>(&out).unwrap()["notes"].clone()
    };
    let known = [idle("$.a", "One."), idle("$.b", "Two.")];
    let others = "2 actions match nothing, as before: correct or remove those on $.a, $.b";
    assert_eq!(notes(&known, &known), serde_json::json!([others]));
    // It may be one more on the same place.
    let more = [&known[..], &[idle("$.b", "Three.")]].concat();
    let alone = "matches nothing: correct or remove the action ($.b): Three.";
    assert_eq!(notes(&more, &known), serde_json::json!([alone, others]));
}

/// What is accepted stays accepted when something comes before it in a list.
#[test]
fn a_fingerprint_does_not_count_what_stands_before() {
    use serde_json::{Value, json};
    let document = |parameters: Value, schema: Value| {
        let body = json!({ "content": { "application/json": { "schema": schema } } });
        let operation = json!({ "operationId": "a", "parameters": parameters, "requestBody": body, "responses": {} });
        json!({ "openapi": "3.0.3", "info": { "title": "T", "version": "1" }, "paths": { "/a": { "post": operation } } })
    };
    let parameter = |name: &str, most: u64| json!({ "in": "query", "name": name, "schema": { "type": "string", "maxLength": most } });
    let part = |title: &str, most: u64| {
        let size = json!({ "type": "integer", "maximum": most });
        json!({ "title": title, "type": "object", "required": ["kind"], "properties": { title: size, "kind": { "enum": [title] } } })
    };
    let prints = |old: &Value, new: &Value, of: &str| -> Vec<String> {
        let findings = xtask::comparison::diff::diff(old, new);
        findings.iter().filter(|finding| finding.id.ends_with(of)).map(|finding| finding.fingerprint()).collect()
    };
    let last = |most: u64, more: &[Value]| document([more, &[parameter("b", most)]].concat().into(), json!({}));
    let alone = prints(&last(9, &[]), &last(5, &[]), "max-length-decreased");
    let after = prints(&last(9, &[parameter("a", 9)]), &last(5, &[parameter("a", 9)]), "max-length-decreased");
    assert_eq!((alone.len(), &alone), (1, &after));
    for keyword in ["anyOf", "oneOf", "allOf"] {
        let last = |most: u64, more: &[Value]| {
            let parts = [more, &[part("b", most), part("c", 9)]].concat();
            document(json!([]), json!({ keyword: parts }))
        };
        let alone = prints(&last(9, &[]), &last(5, &[]), "max-decreased");
        let after = prints(&last(9, &[part("a", 9)]), &last(5, &[part("a", 9)]), "max-decreased");
        assert_eq!((alone.len(), &alone), (1, &after), "{keyword}");
    }
    // A number that is no place in a list counts: what is accepted in one answer is not accepted in another.
    let answers = |most: u64| {
        let content = json!({ "application/json": { "schema": { "type": "string", "maxLength": most } } });
        let answer = json!({ "description": "ok", "content": content });
        let operation = json!({ "operationId": "a", "responses": { "200": answer, "201": answer } });
        json!({ "openapi": "3.0.3", "info": { "title": "T", "version": "1" }, "paths": { "/a": { "get": operation } } })
    };
    let both = prints(&answers(5), &answers(9), "max-length-increased");
    assert!(both.len() == 2 && both[0] != both[1], "{both:?}");
}
