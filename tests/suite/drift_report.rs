//! What `cargo xtask diff` prints, in each format.

use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anstream::StripStream;

use crate::update_spec::{BACKUPS, openapi_dir, upstream};

/// Two documents that differ in a bit of everything.
fn pair(dir: &Path) -> [String; 2] {
    let old = std::fs::read_to_string(openapi_dir().join("create_backup.yaml")).unwrap();
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
    let mut out = Vec::new();
    let (code, err) = run_into(&mut StripStream::new(&mut out), arguments);
    (code, String::from_utf8(out).unwrap(), err)
}

/// As [`run_xtask`], with the output where it is wanted. Returns the exit code and the errors.
fn run_into(out: &mut dyn Write, arguments: &[&str]) -> (String, String) {
    let mut err = Vec::new();
    let arguments = ["xtask"].iter().chain(arguments).map(Into::into);
    let code = xtask::run(arguments, out, &mut StripStream::new(&mut err));
    (format!("{code:?}"), String::from_utf8(err).unwrap())
}

/// An exit code as [`run_xtask`] returns it.
pub fn exit_code(number: u8) -> String {
    format!("{:?}", ExitCode::from(number))
}

/// Runs `diff`.
fn run(arguments: &[&str]) -> (String, String, String) {
    run_xtask(&[&["diff"], arguments].concat())
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
        let mut spec = xtask::spec::Spec::parse(&upstream()).unwrap().value;
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
    let counts: String = ids.iter().map(|(id, count)| format!("{count:>3} {id}\n")).collect();
    let items: String = report["crate"]["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| format!("{} {}\n", change["bump"], change["item"]))
        .collect();
    insta::assert_snapshot!(format!("{verdict}\n\n{counts}\n{items}"));
}
