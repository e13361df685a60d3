//! `cargo xtask update-spec`, against files and a server on loopback.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use planetscale_tests::{Server, Step, answer};

/// The folder `openapi/` of the repository.
pub fn openapi_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../openapi")
}

/// A copy of `openapi/` to work on, and a folder for pages.
struct Copy(tempfile::TempDir, tempfile::TempDir);

/// What a command said and how it ended.
struct Ended {
    code: ExitCode,
    out: String,
    err: String,
}

impl Copy {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        for name in ["create_backup.yaml", "overlay.yaml", "planetscale.yaml", "source.toml"] {
            fs::copy(openapi_dir().join(name), dir.path().join(name)).unwrap();
        }
        Self(dir, tempfile::tempdir().unwrap())
    }

    fn files(&self) -> Vec<(OsString, String)> {
        let entries = fs::read_dir(self.0.path()).unwrap().map(Result::unwrap);
        let mut files: Vec<_> = entries
            .filter(|entry| entry.file_name() != ".lock")
            .map(|entry| (entry.file_name(), fs::read_to_string(entry.path()).unwrap()))
            .collect();
        files.sort();
        files
    }

    fn run(&self, more: &[&str]) -> Ended {
        let mut arguments =
            vec!["xtask", "update-spec", "--store", self.0.path().to_str().unwrap()];
        arguments.extend(more);
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let code = xtask::run(arguments.into_iter().map(OsString::from), &mut out, &mut err);
        let text = |bytes: Vec<u8>| {
            let text = String::from_utf8(bytes).unwrap();
            let text = text.replace(self.0.path().to_str().unwrap(), "<openapi>");
            text.replace(self.1.path().to_str().unwrap(), "<pages>")
        };
        Ended { code, out: text(out), err: text(err) }
    }

    fn write(&self, name: &str, text: &str) -> String {
        let path = self.1.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

fn upstream() -> String {
    fs::read_to_string(openapi_dir().join("create_backup.yaml")).unwrap()
}

/// A page around a document, as the vendor publishes it.
fn page(document: &str) -> String {
    format!(
        "---\nurl: https://example.com\ntitle: \"x\"\n---\n\n> ## Documentation Index\n\n# Create a backup\n\n\
         export const Card = () => <div>`x`</div>;\n\n```js\nopen('openapi: no')\n```\n\n\
         ````yaml post /organizations/{{organization}}/backups\n{document}````\n\n---\n\n> a footer\n"
    )
}

fn code(number: u8) -> ExitCode {
    ExitCode::from(number)
}

#[track_caller]
fn ended_with(ended: &Ended, number: u8) {
    assert_eq!(
        format!("{:?}", ended.code),
        format!("{:?}", code(number)),
        "{}{}",
        ended.out,
        ended.err
    );
}

#[test]
fn the_stored_document_is_no_drift() {
    let copy = Copy::new();
    let before = copy.files();
    for from in [page(&upstream()), upstream()] {
        let from = copy.write("same.md", &from);
        for more in [&["--from", &from, "--check"][..], &["--from", &from]] {
            let ended = copy.run(more);
            ended_with(&ended, 0);
            assert_eq!(ended.out, "openapi/ is up to date with <pages>/same.md\n");
        }
    }
    assert_eq!(copy.files(), before);
}

#[test]
fn a_change_is_drift_and_is_taken_over() {
    let copy = Copy::new();
    let before = copy.files();
    let new = upstream().replace("The name of the backup\n", "The backup's name\n");
    let from = copy.write("new.md", &page(&new));
    let ended = copy.run(&["--from", &from, "--check"]);
    ended_with(&ended, 1);
    assert!(
        ended.out.contains("+                    description: The backup's name"),
        "{}",
        ended.out
    );
    assert_eq!(copy.files(), before);

    let ended = copy.run(&["--from", &from]);
    ended_with(&ended, 0);
    let after = copy.files();
    assert_eq!(after.len(), before.len());
    assert_eq!(after.iter().find(|(name, _)| name == "create_backup.yaml").unwrap().1, new);
    assert!(
        after
            .iter()
            .find(|(name, _)| name == "planetscale.yaml")
            .unwrap()
            .1
            .contains("The backup's name")
    );
    let source = &after.iter().find(|(name, _)| name == "source.toml").unwrap().1;
    assert!(source.contains(&xtask::store::sha256(&new)));
    assert!(source.contains("# Byte for byte as published"));
    ended_with(&copy.run(&["--from", &from, "--check"]), 0);
}

#[test]
fn what_is_no_page_changes_nothing_and_says_why() {
    let copy = Copy::new();
    let before = copy.files();
    let document = upstream();
    let cut = page(&document);
    let cut = &cut[..cut.find("restored_branches").unwrap()];
    for (name, text) in [
        ("empty", String::new()),
        ("blank", " \n\n".into()),
        ("html", "<!DOCTYPE html>\n<html><body>502</body></html>".into()),
        ("no_fence", "# Create a backup\n\nSoon.\n".into()),
        ("two_fences", page(&document) + &page(&document)),
        ("cut_short", cut.into()),
        (
            "another_operation",
            document.replace("operationId: create_backup", "operationId: get_backup"),
        ),
        ("not_openapi", "name: x\nvalue: [1, 2]\n".into()),
        ("openapi_3.1", document.replace("openapi: 3.0.1", "openapi: 3.1.0")),
        ("not_yaml", "openapi: 3.0.1\n\t- }{".into()),
        ("no_paths", "openapi: 3.0.1\ninfo: {title: x, version: v1}\npaths: {}\n".into()),
        ("wrong_types", "openapi: 3.0.1\ninfo: 7\npaths: []\n".into()),
        (
            "a_missing_reference",
            document.replace(
                "            schema:\n              type: object\n",
                "            schema:\n              $ref: '#/components/schemas/Gone'\n",
            ),
        ),
        ("an_overlay_that_does_not_fit", document.replace("components:\n", "x-components:\n")),
    ] {
        let from = copy.write("bad.md", &text);
        let ended = copy.run(&["--from", &from]);
        ended_with(&ended, 2);
        insta::assert_snapshot!(format!("refuses_{name}"), ended.err);
        assert_eq!(copy.files(), before, "{name}");
    }
    let ended = copy.run(&["--from", "/nowhere/page.md"]);
    ended_with(&ended, 2);
    assert!(ended.err.starts_with("error: cannot read /nowhere/page.md: "), "{}", ended.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_are_fetched_and_faults_named() {
    let copy = Copy::new();
    let before = copy.files();
    let elsewhere = Server::start([Step::Answer(answer("200 OK", &[], &page(&upstream())))]).await;
    let off_host = elsewhere.url().replace("127.0.0.1", "localhost");
    let good = answer("200 OK", &[("etag", "\"v1\"")], &page(&upstream()));
    for (name, step, exit) in [
        ("good", Step::Answer(good.clone()), 0),
        ("404", Step::Answer(answer("404 Not Found", &[], "no")), 2),
        ("500", Step::Answer(answer("500 Internal Server Error", &[], "no")), 2),
        ("html", Step::Answer(answer("200 OK", &[], "<html><head></head></html>")), 2),
        ("truncated", Step::Answer(good[..2000].to_vec()), 2),
        ("redirect", Step::Answer(answer("302 Found", &[("location", &off_host)], "")), 2),
    ] {
        let server = Server::start([step]).await;
        let url = format!("{}/page.md", server.url());
        let ended = tokio::task::block_in_place(|| copy.run(&["--from", &url, "--check"]));
        ended_with(&ended, exit);
        let err = ended.err.replace(&url, "<page>").replace(&off_host, "<elsewhere>");
        if exit != 0 {
            insta::assert_snapshot!(format!("fetch_{name}"), err);
        }
        assert_eq!(copy.files(), before, "{name}");
    }
    assert_eq!(elsewhere.arrived(), []);
    let ended = tokio::task::block_in_place(|| copy.run(&["--from", "http://example.com/page.md"]));
    ended_with(&ended, 2);
    assert!(ended.err.contains("only https is fetched"), "{}", ended.err);
}

#[test]
fn a_killed_run_is_completed_by_the_next() {
    let copy = Copy::new();
    // A run that was killed after the rename that makes the change, with one file moved.
    let new = upstream().replace("The name of the backup\n", "The backup's name\n");
    let from = copy.write("new.md", &new);
    let whole = Copy::new();
    ended_with(&whole.run(&["--from", &from]), 0);
    let dir = copy.0.path().join(".committed");
    fs::create_dir(&dir).unwrap();
    for name in ["planetscale.yaml", "source.toml"] {
        fs::copy(whole.0.path().join(name), dir.join(name)).unwrap();
    }
    fs::copy(whole.0.path().join("create_backup.yaml"), copy.0.path().join("create_backup.yaml"))
        .unwrap();
    // And one that was killed before it.
    fs::create_dir(copy.0.path().join(".staged")).unwrap();
    fs::write(copy.0.path().join(".staged/planetscale.yaml"), "half").unwrap();

    ended_with(&copy.run(&["--from", &from, "--check"]), 0);
    fs::remove_dir_all(copy.0.path().join(".staged")).unwrap();
    assert_eq!(copy.files(), whole.files());
}

#[test]
fn two_runs_at_once_do_not_meet() {
    let copy = Copy::new();
    let held = xtask::store::Store::open(copy.0.path()).unwrap();
    let ended = copy.run(&["--check"]);
    ended_with(&ended, 2);
    assert_eq!(ended.err, "error: another run is at work in <openapi>; wait for it to end\n");
    drop(held);
}
