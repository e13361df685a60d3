//! `cargo xtask update-spec`, against files and a server on loopback.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use planetscale_tests::{Server, Step, answer};
use xtask::snapshot::Snapshot;
use xtask::upstream::page::{Fetched, Limits, read_within};
use xtask::workspace::Workspace;
use xtask::workspace::sources::Sources;
use xtask::workspace::store::{Store, sha256};

use crate::drift_report::{exit_code, run_xtask};

/// Where the path of our operation is in the document, as a JSON pointer.
pub const BACKUPS: &str = "/paths/~1organizations~1{organization}~1databases~1{database}~1branches~1{branch}~1backups";

/// The folder `openapi/` of the repository.
pub fn openapi_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../openapi")
}

/// A store as it was at one time: what is stored now does not matter to most tests.
pub fn fixture() -> PathBuf {
    fixtures().openapi()
}

/// The workspace of the fixture.
pub fn fixtures() -> Workspace {
    Workspace::at(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures"))
}

/// A copy of the fixture to work on, and a folder for pages.
pub struct Copy(pub tempfile::TempDir, tempfile::TempDir);

/// What a command said and how it ended.
pub struct Ended {
    pub code: String,
    pub out: String,
    pub err: String,
}

impl Copy {
    pub fn new() -> Self {
        /// The files of a first copy, which is made once for all tests, and where it was.
        static FIRST: LazyLock<(Vec<(OsString, String)>, String)> = LazyLock::new(|| {
            let first = Copy::made();
            (first.files(), first.workspace().openapi().to_str().unwrap().replace('\\', "/"))
        });
        let dir = tempfile::tempdir().unwrap();
        let openapi = Workspace::at(dir.path()).openapi();
        fs::create_dir(&openapi).unwrap();
        let (files, place) = &*FIRST;
        for (name, text) in files {
            let own = openapi.to_str().unwrap().replace('\\', "/");
            fs::write(openapi.join(name), text.replace(place, &own)).unwrap();
        }
        Self(dir, tempfile::tempdir().unwrap())
    }

    fn made() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let workspace = Workspace::at(dir.path());
        let openapi = workspace.openapi();
        fs::create_dir(&openapi).unwrap();
        for name in ["create_backup.yaml", "fields.toml", "names.toml", "overlay.yaml", "source.toml"] {
            fs::copy(fixture().join(name), openapi.join(name)).unwrap();
        }
        // The vendor's site is none of a test's business.
        let source = openapi.join("source.toml");
        let own = openapi.join("create_backup.yaml");
        let text = fs::read_to_string(&source).unwrap();
        let text = text.replace("https://planetscale.com/docs/openapi.yaml", &own.to_str().unwrap().replace('\\', "/"));
        // One operation to begin with, whatever the crate offers by now.
        let mut sources = Sources::parse(&text).unwrap();
        for other in sources.documents().to_vec().iter().filter(|other| other.file != "create_backup.yaml") {
            sources.remove(&other.file);
        }
        fs::write(source, sources.to_string()).unwrap();
        {
            let store = Store::open(&workspace).unwrap();
            let stored = Snapshot::stored(&store).unwrap();
            stored.made_anew().save(&stored, &store).unwrap();
        }
        Self(dir, tempfile::tempdir().unwrap())
    }

    /// The workspace.
    pub fn workspace(&self) -> Workspace {
        Workspace::at(self.0.path())
    }

    /// A file in `openapi/`.
    pub fn path(&self, name: &str) -> PathBuf {
        self.workspace().openapi().join(name)
    }

    pub fn files(&self) -> Vec<(OsString, String)> {
        let entries = fs::read_dir(self.workspace().openapi()).unwrap().map(Result::unwrap);
        let mut files: Vec<_> = entries
            .filter(|entry| entry.file_name() != ".lock")
            .map(|entry| (entry.file_name(), fs::read_to_string(entry.path()).unwrap()))
            .collect();
        files.sort();
        files
    }

    pub fn run(&self, more: &[&str]) -> Ended {
        self.command("update-spec", more)
    }

    pub fn command(&self, command: &str, more: &[&str]) -> Ended {
        let mut arguments = vec![command, "--workspace", self.0.path().to_str().unwrap()];
        arguments.extend(more);
        let (code, out, err) = run_xtask(&arguments);
        let text = |text: String| {
            let text = text.replace(self.workspace().openapi().to_str().unwrap(), "<openapi>");
            text.replace(self.1.path().to_str().unwrap(), "<pages>")
        };
        Ended { code, out: text(out), err: text(err) }
    }

    pub fn write(&self, name: &str, text: &str) -> String {
        let path = self.1.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

pub fn upstream() -> String {
    fs::read_to_string(fixture().join("create_backup.yaml")).unwrap()
}

/// Our document with a text for an answer: there is no type of the backup that the overlay refers to.
fn without_the_backup() -> String {
    let mut spec = xtask::upstream::spec::Spec::parse(&upstream()).unwrap().value;
    let answer = spec.pointer_mut(&format!("{BACKUPS}/post/responses/201/content/application~1json")).unwrap();
    answer["schema"] = serde_json::json!({ "type": "string" });
    spec.to_string()
}

/// A page around a document, as the vendor publishes it.
pub fn page(document: &str) -> String {
    format!(
        "---\nurl: https://example.com\ntitle: \"x\"\n---\n\n> ## Documentation Index\n\n# Create a backup\n\n\
         export const Card = () => <div>`x`</div>;\n\n```js\nopen('openapi: no')\n```\n\n\
         ````yaml post /organizations/{{organization}}/backups\n{document}````\n\n---\n\n> a footer\n"
    )
}

#[track_caller]
pub fn ended_with(ended: &Ended, number: u8) {
    assert_eq!(ended.code, exit_code(number), "{}{}", ended.out, ended.err);
}

/// The crate's code is written in the same transaction as the documents that it is generated from.
#[test]
fn the_generated_code_comes_with_the_documents() {
    let copy = Copy::new();
    let workspace = tempfile::tempdir().unwrap();
    let store = workspace.path().join("openapi");
    fs::create_dir(&store).unwrap();
    for (name, text) in copy.files() {
        fs::write(store.join(name), text).unwrap();
    }
    let code = workspace.path().join("client/src/generated/client.rs");
    fs::create_dir_all(code.parent().unwrap()).unwrap();
    let dir = workspace.path().to_str().unwrap();
    let update = |from: &str| run_xtask(&["update-spec", "--workspace", dir, "--from", from]);
    let page = copy.write("page.md", &page(&upstream()));
    assert_eq!(update(&page).0, exit_code(0));
    let before = fs::read_to_string(&code).expect("missing code is written, drift or not");
    assert!(before.contains("pub struct Backup {") && !before.contains("pub brand_new"));

    let new = upstream().replace(
        "                  estimated_storage_cost:",
        "                  brand_new:\n                    type: string\n                  estimated_storage_cost:",
    );
    assert_ne!(new, upstream());
    // Beside it a file of a feature that there is no more, and one of a person.
    let beside = |name: &str| code.parent().unwrap().join(name);
    ["gone.rs", "README.md"].iter().for_each(|name| fs::write(beside(name), "// Beside.\n").unwrap());
    let new = copy.write("new.yaml", &new);
    let (code_of_exit, out, err) = update(&new);
    assert_eq!(code_of_exit, exit_code(0), "{out}{err}");
    let after = fs::read_to_string(&code).unwrap();
    assert!(after.contains("pub brand_new: "), "{out}");
    assert_eq!((beside("gone.rs").exists(), beside("README.md").exists()), (false, true));
    let effective = fs::read_to_string(store.join("planetscale.yaml")).unwrap();
    assert_eq!(after, xtask::generated_crate::codegen::formatted(&effective).unwrap());
    assert!(!out.contains("pub struct"), "the difference is that of the documents: {out}");

    // A run that was killed after its commit is completed by the next one, the code too.
    cut_off(&store, &[("generated/client.rs", &code, &before)]);
    Store::open(&Workspace::at(workspace.path())).unwrap();
    assert_eq!(fs::read_to_string(&code).unwrap(), before);
}

#[test]
fn the_stored_document_is_no_drift() {
    let copy = Copy::new();
    let before = copy.files();
    // A page with line ends of another system is the same page.
    for from in [page(&upstream()), upstream(), page(&upstream()).replace('\n', "\r\n")] {
        let from = copy.write("same.md", &from);
        for more in [&["--from", &from, "--check"][..], &["--from", &from]] {
            let ended = copy.run(more);
            ended_with(&ended, 0);
            assert_eq!(ended.out, "no drift\nopenapi/ is up to date with <pages>/same.md\n");
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
    assert!(ended.out.contains("+                    description: The backup's name"), "{}", ended.out);
    assert_eq!(copy.files(), before);

    let ended = copy.run(&["--from", &from]);
    ended_with(&ended, 0);
    let after = copy.files();
    assert_eq!(after.len(), before.len());
    assert_eq!(after.iter().find(|(name, _)| name == "create_backup.yaml").unwrap().1, new);
    assert!(after.iter().find(|(name, _)| name == "planetscale.yaml").unwrap().1.contains("The backup's name"));
    let source = &after.iter().find(|(name, _)| name == "source.toml").unwrap().1;
    assert!(source.contains(&xtask::workspace::store::sha256(&new)));
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
        ("not_openapi", "name: x\nvalue: [1, 2]\n".into()),
        ("openapi_3.2", document.replace("openapi: 3.0.1", "openapi: 3.2.0")),
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
        (
            "a_missing_reference_in_a_list",
            document.replace(
                "            schema:\n              type: object\n",
                "            schema:\n              allOf:\n                - $ref: '#/components/schemas/Gone'\n",
            ),
        ),
        ("an_overlay_that_does_not_fit", without_the_backup()),
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
        ("429", Step::Answer(answer("429 Too Many Requests", &[("retry-after", "30")], "no")), 2),
        ("403", Step::Answer(answer("403 Forbidden", &[], "no")), 2),
        ("gzip", Step::Answer(answer("200 OK", &[("content-encoding", "gzip")], "no")), 2),
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
    // A server may say when, in seconds or as a time.
    for (after, said) in [("30", "30 s"), ("Wed, 21 Oct 2026 07:28:00 GMT", "Wed, 21 Oct 2026 07:28:00 GMT")] {
        let busy = answer("429 Too Many Requests", &[("retry-after", after)], "no");
        let server = Server::start([Step::Answer(busy)]).await;
        let ended = tokio::task::block_in_place(|| copy.run(&["--from", &format!("{}/page.md", server.url())]));
        assert!(ended.err.ends_with(&format!("; try again after {said}\n")), "{}", ended.err);
    }
    let ended = tokio::task::block_in_place(|| copy.run(&["--from", "http://example.com/page.md"]));
    ended_with(&ended, 2);
    assert!(ended.err.contains("only https is fetched"), "{}", ended.err);
    let ended = tokio::task::block_in_place(|| copy.run(&["--from", "ftp://example.com/page.md"]));
    ended_with(&ended, 2);
    assert!(ended.err.contains("ftp:// is not supported"), "{}", ended.err);
    // A server that has no TLS, and one that closes the connection.
    for answer in [&b"HTTP/1.1 400 Bad Request\r\n\r\n"[..], b""] {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("https://{}/page.md", listener.local_addr().unwrap());
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            std::io::Read::read(&mut stream, &mut [0; 4096]).unwrap();
            std::io::Write::write_all(&mut stream, answer).unwrap();
        });
        let ended = tokio::task::block_in_place(|| copy.run(&["--from", &url, "--check"]));
        ended_with(&ended, 2);
        assert!(ended.err.contains(&format!("cannot fetch {url}: TLS failed (")), "{}", ended.err);
        server.join().unwrap();
    }
}

/// Root may write there all the same; then only the results are tested.
#[cfg(unix)]
#[test]
fn a_checkout_that_is_read_only_can_be_checked_and_listed() {
    use std::os::unix::fs::PermissionsExt;
    let copy = Copy::new();
    let (from, openapi) = (copy.write("page.md", &page(&upstream())), copy.workspace().openapi());
    let _ = fs::remove_file(openapi.join(".lock"));
    let allow = |mode| fs::set_permissions(&openapi, fs::Permissions::from_mode(mode)).unwrap();
    allow(0o555);
    let ended = [copy.run(&["--from", &from, "--check"]), copy.command("operations", &["--from", &from])];
    allow(0o755);
    ended.iter().for_each(|ended| ended_with(ended, 0));
    assert!(ended[1].out.contains("1 of 1 offered"), "{}", ended[1].out);
}

#[test]
fn a_type_that_openapi_has_not_is_told_by_its_name_and_place() {
    let copy = Copy::new();
    let odd = upstream().replacen("type: string", "type: strange", 1);
    let ended = copy.run(&["--from", &copy.write("odd.md", &page(&odd)), "--check"]);
    ended_with(&ended, 2);
    let said = "/post/parameters/0/schema) has a schema of the type `strange`; OpenAPI has the types array, ";
    assert!(ended.err.contains(said), "{}", ended.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn redirects_are_followed_within_the_host_and_not_for_ever() {
    let copy = Copy::new();
    let there = Step::Answer(answer("302 Found", &[("location", "/moved.md")], ""));
    let good = Step::Answer(answer("200 OK", &[], &page(&upstream())));
    let unasked = Step::Answer(answer("304 Not Modified", &[], ""));
    for (steps, exit, message) in [
        (vec![there.clone(), good.clone()], 0, ""),
        ([vec![there.clone(); 5], vec![good.clone()]].concat(), 0, ""),
        ([vec![there.clone(); 6], vec![good]].concat(), 2, "it redirects too often"),
        (vec![unasked], 2, "the server answered 304 Not Modified"),
    ] {
        let sent = steps.len();
        let server = Server::start(steps).await;
        let url = format!("{}/page.md", server.url());
        let ended = tokio::task::block_in_place(|| copy.run(&["--from", &url, "--check"]));
        ended_with(&ended, exit);
        assert!(ended.err.contains(message), "{}", ended.err);
        assert!(server.arrived().len() <= sent);
        assert_eq!(server.arrived().last().unwrap().target(), if sent > 1 { "/moved.md" } else { "/page.md" });
    }
}

#[test]
fn a_report_is_written_where_it_is_wanted() {
    let copy = Copy::new();
    let new = upstream().replace("The name of the backup\n", "The backup's name\n");
    let from = copy.write("new.md", &page(&new));
    let report = copy.write("report.md", "old");
    let ended = copy.run(&["--from", &from, "--check", "--report", &report, "--format", "markdown"]);
    ended_with(&ended, 1);
    let written = fs::read_to_string(&report).unwrap();
    assert!(written.starts_with("**drift: 0 ERR, 0 WARN, 0 INFO, 1 DOC; "), "{written}");
    assert!(ended.out.contains(written.trim()), "{}", ended.out);
}

/// A run that was killed after the rename that makes the change: files by their names, where they are, with what they
/// were to become.
fn cut_off(openapi: &Path, files: &[(&str, &Path, &str)]) {
    let dir = openapi.join(".committed");
    fs::create_dir(&dir).unwrap();
    let mut before = String::new();
    for (name, path, new) in files {
        let hash = fs::read_to_string(path).map(|text| sha256(&text)).unwrap_or_default();
        before.push_str(&format!("{hash} {name}\n"));
        let staged = dir.join(name);
        fs::create_dir_all(staged.parent().unwrap()).unwrap();
        fs::write(staged, new).unwrap();
    }
    fs::write(dir.join(".before"), before).unwrap();
}

#[test]
fn a_killed_run_is_completed_by_the_next() {
    let killed = || {
        let copy = Copy::new();
        let new = upstream().replace("The name of the backup\n", "The backup's name\n");
        let from = copy.write("new.md", &new);
        let whole = Copy::new();
        ended_with(&whole.run(&["--from", &from]), 0);
        let names = ["create_backup.yaml", "planetscale.yaml", "source.toml"];
        let new = names.map(|name| fs::read_to_string(whole.path(name)).unwrap());
        let paths = names.map(|name| copy.path(name));
        let files: Vec<_> = (0..3).map(|at| (names[at], paths[at].as_path(), new[at].as_str())).collect();
        cut_off(&copy.workspace().openapi(), &files);
        // One file is in its place.
        fs::rename(copy.path(".committed/create_backup.yaml"), copy.path("create_backup.yaml")).unwrap();
        // And a run that was killed before its rename.
        fs::create_dir(copy.path(".staged")).unwrap();
        fs::write(copy.path(".staged/planetscale.yaml"), "half").unwrap();
        (copy, whole, from)
    };
    let (copy, whole, from) = killed();
    // One is there that is staged still: to another filesystem it is copied.
    fs::copy(copy.path(".committed/source.toml"), copy.path("source.toml")).unwrap();
    // Not by a command that writes nothing.
    let ended = copy.run(&["--from", &from, "--check"]);
    ended_with(&ended, 2);
    assert!(
        ended.err.contains("an update was cut off") && ended.err.contains("run `cargo xtask update-spec`"),
        "{}",
        ended.err
    );
    let ended = copy.run(&["--from", &from]);
    ended_with(&ended, 0);
    assert!(ended.out.contains("an interrupted update was completed"), "{}", ended.out);
    fs::remove_dir_all(copy.path(".staged")).unwrap();
    assert_eq!(copy.files(), whole.files());

    // Not over what was edited since: where one file was, none is moved, be it before that one or after it.
    for edited in ["planetscale.yaml", "source.toml"] {
        let (copy, whole, from) = killed();
        let original = fs::read_to_string(copy.path(edited)).unwrap();
        fs::write(copy.path(edited), "mine").unwrap();
        let state = || {
            let names = ["create_backup.yaml", "planetscale.yaml", "source.toml", "names.toml", "overlay.yaml"];
            names.map(|name| fs::read_to_string(copy.path(name)).unwrap())
        };
        let before = state();
        for command in [&["update-spec", "--from", &from][..], &["add-operation", "list_backups", "--from", &from]] {
            let ended = copy.command(command[0], &command[1..]);
            ended_with(&ended, 2);
            assert!(ended.err.contains(&format!("{edited} was edited since: undo that")), "{}", ended.err);
            assert_eq!(state(), before, "{edited}");
        }
        // What is undone is completed, unless it is not known what was there before.
        fs::write(copy.path(edited), original).unwrap();
        let known = fs::read_to_string(copy.path(".committed/.before")).unwrap();
        for lost in ["", known.lines().next().unwrap()] {
            let before = state();
            fs::write(copy.path(".committed/.before"), lost).unwrap();
            let ended = copy.run(&["--from", &from]);
            ended_with(&ended, 2);
            assert!(ended.err.contains("an update was cut off, and cannot be completed; remove "), "{}", ended.err);
            assert!(copy.path(".committed/source.toml").exists() && state() == before, "{lost}");
        }
        fs::write(copy.path(".committed/.before"), known).unwrap();
        ended_with(&copy.run(&["--from", &from]), 0);
        fs::remove_dir_all(copy.path(".staged")).unwrap();
        assert_eq!(copy.files(), whole.files(), "{edited}");
    }
}

#[test]
fn what_is_missing_or_broken_is_said() {
    let copy = Copy::new();
    let from = copy.write("page.md", &page(&upstream()));
    fs::write(copy.path("planetscale.yaml"), "openapi: [").unwrap();
    let ended = copy.run(&["--from", &from]);
    ended_with(&ended, 0);
    assert!(ended.out.contains("the stored openapi/planetscale.yaml is broken"), "{}", ended.out);
    assert!(ended.out.contains("it is made anew"), "{}", ended.out);
    ended_with(&copy.run(&["--from", &from, "--check"]), 0);
    fs::remove_file(copy.path("names.toml")).unwrap();
    let ended = copy.run(&["--from", &from]);
    ended_with(&ended, 2);
    assert!(ended.err.contains("without the table all types would get new names"), "{}", ended.err);
}

#[test]
fn two_runs_at_once_do_not_meet() {
    let copy = Copy::new();
    let held = Store::open(&copy.workspace()).unwrap();
    let ended = copy.run(&["--check"]);
    ended_with(&ended, 2);
    assert_eq!(ended.err, "error: <openapi> is locked by another `cargo xtask` process; wait for it to end\n");
    drop(held);
    // What only reads is in nobody's way but a writer's.
    let reader = Store::open_to_read(&copy.workspace()).unwrap();
    ended_with(&copy.run(&["--check", "--from", &copy.write("same.yaml", &upstream())]), 0);
    assert!(Store::open(&copy.workspace()).is_err());
    drop(reader);
    Store::open(&copy.workspace()).unwrap();
}

/// A path that takes what that of our operation takes.
fn at(path: &str) -> String {
    BACKUPS.trim_start_matches("/paths/").replace("~1", "/").replace("/backups", path)
}

/// A document for a whole API, with our operation in it.
fn whole_api() -> String {
    let mut spec = xtask::upstream::spec::Spec::parse(&upstream()).unwrap().value;
    let mut other = spec.pointer(BACKUPS).unwrap().clone();
    other["post"]["operationId"] = "make_something".into();
    other["post"]["tags"] = serde_json::json!(["Metrics"]);
    spec["paths"][at("/something")] = other.clone();
    other["post"]["operationId"] = "list_backups".into();
    let list = other.as_object_mut().unwrap().remove("post").unwrap();
    *spec.pointer_mut(&format!("{BACKUPS}/get")).unwrap_or(&mut serde_json::Value::Null) = list.clone();
    spec.pointer_mut(BACKUPS).unwrap().as_object_mut().unwrap().insert("get".into(), list);
    spec["components"]["schemas"] = serde_json::json!({ "Unused": { "type": "string" } });
    serde_json::to_string(&spec).unwrap()
}

#[test]
fn a_whole_api_is_pruned_to_what_is_wanted() {
    let copy = Copy::new();
    let from = copy.write("api.json", &whole_api());
    let ended = copy.run(&["--from", &from]);
    ended_with(&ended, 0);
    let stored = fs::read_to_string(copy.path("create_backup.yaml")).unwrap();
    let spec = xtask::upstream::spec::Spec::parse(&stored).unwrap();
    assert_eq!(spec.operations(), ["create_backup"]);
    assert!(!stored.contains("Unused") && !stored.contains("/something"), "{stored}");
    // Of the tags, which are prose, only those of the operation are left; nothing else differs.
    let old = xtask::upstream::spec::Spec::parse(&upstream()).unwrap();
    let ids: std::collections::BTreeSet<_> =
        xtask::comparison::diff::diff(&old.value, &spec.value).into_iter().map(|finding| finding.id).collect();
    assert_eq!(ids.into_iter().collect::<Vec<_>>(), ["tag-removed"]);
    let tags: Vec<_> = spec.value["tags"].as_array().unwrap().iter().map(|tag| &tag["name"]).collect();
    assert_eq!(tags, ["Backups"]);
    ended_with(&copy.run(&["--from", &from, "--check"]), 0);
    // A finding has its line in what would be stored, wherever the document stands in a page.
    let edited = whole_api().replace("The name of the backup", "The backup's name");
    let places = |name: &str, text: &str| -> Vec<serde_json::Value> {
        let ended = copy.run(&["--from", &copy.write(name, text), "--check", "--format", "json"]);
        assert_eq!(ended.err, "");
        let report: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
        report["findings"].as_array().unwrap().iter().map(|finding| finding["new"].clone()).collect()
    };
    let bare = places("edited.json", &edited);
    assert!(!bare.is_empty() && bare.iter().all(|place| place["line"].as_u64() > Some(1)), "{bare:?}");
    assert_eq!(places("edited.md", &page(&format!("{edited}\n"))), bare);
}

/// Several documents, and a page for the whole API.
#[test]
fn a_lost_operation_is_drift_and_hides_nothing() {
    let copy = Copy::new();
    let whole = with_new_operations();
    let from = copy.write("api.json", &whole);
    ended_with(&copy.command("add-operation", &["--all", "--from", &from]), 0);
    let edited = |edit: &dyn Fn(&mut serde_json::Value)| {
        let mut document: serde_json::Value = serde_json::from_str(&whole).unwrap();
        edit(&mut document);
        copy.write("new.json", &document.to_string())
    };
    // One is gone, and another one changed.
    let from = edited(&|document| {
        let paths = document["paths"].as_object_mut().unwrap();
        paths.remove(&at("/elsewhere")).unwrap();
        paths[&at("/something")]["post"]["responses"]["201"]["description"] = "another".into();
    });
    let ended = copy.run(&["--from", &from, "--check"]);
    ended_with(&ended, 1);
    for said in [
        "1 ERR",
        "a breaking release",
        "api-path-removed",
        "no longer has the operation export_backups",
        "`export_backups` and `types::ExportBackupsBody` (",
    ] {
        assert!(ended.out.contains(said), "{said}: {}", ended.out);
    }
    ended_with(&copy.run(&["--from", &from]), 0);
    let ended = copy.run(&["--from", &from, "--check"]);
    ended_with(&ended, 0);
    let source = fs::read_to_string(copy.path("source.toml")).unwrap();
    assert!(!source.contains("export_backups"), "{source}");
    // One has another name.
    let from = edited(&|document| {
        document["paths"].as_object_mut().unwrap().remove(&at("/elsewhere")).unwrap();
        document["paths"][at("/something")]["post"]["operationId"] = "make_it".into();
    });
    let ended = copy.run(&["--from", &from]);
    ended_with(&ended, 0);
    assert!(ended.out.contains("calls the operation make_something make_it now"), "{}", ended.out);
    // The docs of the function say how the vendor calls it.
    assert!(ended.out.contains("the crate needs a patch release"), "{}", ended.out);
    // One has the name that another of ours had: that other one is there still, and this one is lost.
    let from = edited(&|document| {
        document["paths"].as_object_mut().unwrap().remove(&at("/elsewhere")).unwrap();
        document["paths"][at("/something")]["post"]["operationId"] = "revive_backup".into();
        document["paths"].as_object_mut().unwrap().remove(&at("/backups/restores")).unwrap();
    });
    let ended = copy.run(&["--from", &from, "--check"]);
    ended_with(&ended, 1);
    assert!(!ended.out.contains("calls the operation"), "{}", ended.out);
    assert!(ended.out.contains("no longer has the operation make_it"), "{}", ended.out);
    // All of one document: that stays, and it is said.
    let from = edited(&|document| {
        let paths = document["paths"].as_object_mut().unwrap();
        paths.remove(&at("/elsewhere")).unwrap();
        paths[&at("/something")]["post"]["operationId"] = "make_it".into();
        paths[&at("/backups")].as_object_mut().unwrap().remove("post").unwrap();
    });
    let ended = copy.run(&["--from", &from]);
    ended_with(&ended, 0);
    assert!(
        ended.out.contains("openapi/create_backup.yaml stays as it is")
            && ended.out.contains("cargo xtask remove-operation"),
        "{}",
        ended.out
    );
}

/// The vendor's page of one operation of a document that holds many.
#[test]
fn a_page_of_one_operation_is_for_that_one() {
    let copy = Copy::new();
    let whole = copy.write("api.json", &with_new_operations());
    ended_with(&copy.command("add-operation", &["--all", "--from", &whole]), 0);
    let before = fs::read_to_string(copy.path("whole_api.yaml")).unwrap();
    let mut document: serde_json::Value = serde_json::from_str(&with_new_operations()).unwrap();
    let paths = document["paths"].as_object_mut().unwrap();
    paths.retain(|path, _| *path == at("/elsewhere"));
    paths[&at("/elsewhere")]["post"]["summary"] = "From a page of its own".into();
    document["components"].as_object_mut().unwrap().remove("schemas");
    let page = copy.write("page.json", &document.to_string());
    let ended = copy.run(&["--check", "--from", &page]);
    ended_with(&ended, 1);
    assert!(ended.out.contains("0 ERR") && ended.out.contains("the crate needs a patch release"), "{}", ended.out);
    assert!(ended.out.contains("is a page of export_backups alone"), "{}", ended.out);
    assert!(ended.out.contains("are not on that page, and stay as they are"), "{}", ended.out);
    ended_with(&copy.run(&["--from", &page]), 0);
    // The document for the whole API is as it was, and its other operations are offered from it.
    assert_eq!(fs::read_to_string(copy.path("whole_api.yaml")).unwrap(), before);
    let sources = Sources::parse(&fs::read_to_string(copy.path("source.toml")).unwrap()).unwrap();
    let of = |file: &str| sources.documents().iter().find(|source| source.file == file).unwrap().operations.clone();
    assert_eq!(of("export_backups.yaml"), ["export_backups"]);
    assert!(!of("whole_api.yaml").contains(&"export_backups".to_owned()) && of("whole_api.yaml").len() > 2);
    assert!(fs::read_to_string(copy.path("planetscale.yaml")).unwrap().contains("From a page of its own"));
    // From now on each is followed where it is.
    ended_with(&copy.run(&["--check", "--from", &page]), 0);
}

#[test]
fn an_operation_is_removed_from_all_that_it_is_in() {
    let copy = Copy::new();
    let from = copy.write("api.json", &with_new_operations());
    ended_with(&copy.command("add-operation", &["--all", "--from", &from]), 0);
    // An action for that operation alone, and one that found nothing before.
    let overlay = fs::read_to_string(copy.path("overlay.yaml")).unwrap();
    let target = format!("$.paths['{}'].post", at("/elsewhere"));
    let own = format!("  - target: \"{target}\"\n    description: Of that one.\n    update:\n      summary: Export\n");
    let idle = "  - target: $.paths[*].trace\n    description: For an operation to come.\n    remove: true\n";
    fs::write(copy.path("overlay.yaml"), format!("{overlay}{own}{idle}")).unwrap();
    let ended = copy.command("remove-operation", &["export_backup"]);
    ended_with(&ended, 2);
    assert_eq!(ended.err, "error: export_backup is not offered; did you mean export_backups?\n");
    let ended = copy.command("remove-operation", &["export_backups"]);
    ended_with(&ended, 0);
    assert!(ended.out.contains("a breaking release") && ended.out.contains("`export_backups` and"), "{}", ended.out);
    assert!(ended.out.contains("openapi/source.toml does not offer export_backups any more"), "{}", ended.out);
    for (name, text) in copy.files() {
        // The vendor's document is kept as it is published.
        let may_name = ["source.toml", "whole_api.yaml"].iter().any(|file| name == *file);
        assert!(may_name || !text.contains("export_backups"), "{name:?}");
    }
    assert_eq!(fs::read_to_string(copy.path("overlay.yaml")).unwrap(), format!("{overlay}{idle}"));
    // With the last one of a document, the document.
    let ended = copy.command("remove-operation", &["create_backup"]);
    ended_with(&ended, 0);
    assert!(!copy.path("create_backup.yaml").exists());
    ended_with(&copy.run(&["--from", &from, "--check"]), 0);
}

#[test]
fn the_only_operation_stays() {
    let copy = Copy::new();
    let overlay = "overlay: 1.1.0\ninfo:\n  title: Ours\n  version: '1'\nactions:\n  - target: $.info\n    description: More.\n    update:\n      x-a: 1\n";
    fs::write(copy.path("overlay.yaml"), overlay).unwrap();
    ended_with(&copy.run(&["--from", &copy.write("same.yaml", &upstream())]), 0);
    let before = copy.files();
    let ended = copy.command("remove-operation", &["create_backup"]);
    ended_with(&ended, 2);
    assert!(ended.err.contains("create_backup is the last operation and cannot be removed"), "{}", ended.err);
    assert_eq!(copy.files(), before);
}

/// An ETag is for one version of the page at the URL that is in source.toml.
#[tokio::test(flavor = "multi_thread")]
async fn what_another_page_is_called_is_not_asked_for_with() {
    let copy = Copy::new();
    let changed = |name: &str| upstream().replace("The name of the backup\n", &format!("The backup's {name}\n"));
    let server = Server::start([Step::Answer(answer("200 OK", &[("etag", "\"v1\"")], &page(&changed("first"))))]).await;
    let url = format!("{}/page.md", server.url());
    let etag = || fs::read_to_string(copy.path("source.toml")).unwrap().contains("etag =");
    // From elsewhere than source.toml says.
    ended_with(&tokio::task::block_in_place(|| copy.run(&["--from", &url])), 0);
    assert!(!etag());
    let source = fs::read_to_string(copy.path("source.toml")).unwrap();
    let moved = source.replace("https://planetscale.com/docs/api/reference/create_backup.md", &url);
    fs::write(copy.path("source.toml"), moved).unwrap();
    ended_with(&tokio::task::block_in_place(|| copy.run(&[])), 0);
    assert!(etag());
    // Another version, from a file: what the last one was called says nothing of it.
    ended_with(&copy.run(&["--from", &copy.write("new.md", &page(&changed("second")))]), 0);
    assert!(!etag());
}

#[test]
fn a_finding_of_several_documents_is_one() {
    let copy = Copy::new();
    let server = |url: &str| upstream().replace("https://api.planetscale.com/v1", url);
    let (old, new) = (server("https://api.planetscale.com/v1"), server("https://api.planetscale.com/v2"));
    let other = |text: &str| {
        let text = text.replace("operationId: create_backup", "operationId: copy_backup");
        copy.write("copy_backup.yaml", &text.replace("/backups:", "/copies:"))
    };
    ended_with(&copy.command("add-operation", &["copy_backup", "--from", &other(&old)]), 0);
    let mut both = xtask::upstream::spec::Spec::parse(&new).unwrap().value;
    let item = both.pointer(BACKUPS).unwrap().clone();
    both["paths"][at("/copies")] = item;
    both["paths"][at("/copies")]["post"]["operationId"] = "copy_backup".into();
    let ended = copy.run(&["--check", "--format", "json", "--from", &copy.write("both.json", &both.to_string())]);
    ended_with(&ended, 1);
    let report: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
    let servers: Vec<_> =
        report["findings"].as_array().unwrap().iter().filter(|finding| finding["id"] == "first-server-moved").collect();
    assert_eq!(servers.len(), 1, "{servers:#?}");
}

#[test]
fn a_page_in_3_1_that_says_the_same_is_no_drift() {
    let copy = Copy::new();
    let text = upstream().replace("openapi: 3.0.1", "openapi: 3.1.0");
    let ended = copy.run(&["--check", "--from", &copy.write("3.1.yaml", &text)]);
    ended_with(&ended, 0);
}

#[test]
fn pruning_keeps_what_a_path_says_as_a_whole() {
    let operation = |id: &str| serde_json::json!({ "operationId": id, "responses": {} });
    let document = serde_json::json!({
        "openapi": "3.0.1",
        "paths": {
            "/a": { "summary": "a", "parameters": [{ "$ref": "#/components/parameters/P" }], "get": operation("a"),
                    "put": operation("b"), "delete": { "responses": {} } },
            "/c": { "parameters": [], "get": operation("c") },
            "/d": 7,
        },
        "components": { "parameters": { "P": { "name": "p", "in": "query" }, "Q": {} }, "securitySchemes": { "S": {} } },
    });
    let pruned = xtask::upstream::spec::Spec::from(document.clone()).pruned(&["a".to_owned()]).unwrap().value;
    let expected = serde_json::json!({
        "openapi": "3.0.1",
        "paths": { "/a": {
            "summary": "a", "parameters": [{ "$ref": "#/components/parameters/P" }], "get": operation("a")
        } },
        "components": { "parameters": { "P": { "name": "p", "in": "query" } }, "securitySchemes": { "S": {} } },
    });
    assert_eq!(pruned, expected);
    let error = xtask::upstream::spec::Spec::from(document).pruned(&["z".to_owned()]).unwrap_err().to_string();
    assert_eq!(error, "the document lacks the operation z; there are a, b, c");
}

#[test]
fn fail_on_sets_what_counts() {
    let copy = Copy::new();
    let new = upstream().replace("The name of the backup\n", "The backup's name\n");
    let from = copy.write("new.md", &page(&new));
    // The text stands in the crate's documentation.
    for (level, code) in [("DOC", 1), ("BUILT", 1), ("INFO", 0), ("WARN", 0), ("ERR", 0)] {
        ended_with(&copy.run(&["--from", &from, "--check", "--fail-on", level]), code);
    }
    // One that does not: the document's own description.
    let new = upstream().replace("\n  version: v1\n", "\n  version: v1\n  termsOfService: https://example.com/terms\n");
    assert_ne!(new, upstream());
    let quiet = copy.write("quiet.md", &page(&new));
    for (level, code) in [("DOC", 1), ("BUILT", 0)] {
        ended_with(&copy.run(&["--from", &quiet, "--check", "--fail-on", level]), code);
    }
    ended_with(&copy.run(&["--from", &from, "--fail-on", "ERR"]), 2);
}

/// A page of one operation has the tags of the whole API.
#[test]
fn a_tag_that_none_of_our_operations_has_is_no_drift() {
    let copy = Copy::new();
    let described = |name: &str| {
        let mut spec = xtask::upstream::spec::Spec::parse(&upstream()).unwrap().value;
        let tags = spec["tags"].as_array_mut().unwrap();
        tags.retain(|tag| tag["name"] != name);
        tags.push(serde_json::json!({ "name": name, "description": "another" }));
        copy.write(&format!("{name}.md"), &page(&format!("{spec}\n")))
    };
    for name in ["Pets", "Branch changes"] {
        let ended = copy.run(&["--from", &described(name), "--check"]);
        ended_with(&ended, 0);
        assert!(ended.out.starts_with("no drift\n"), "{}", ended.out);
    }
    let ended = copy.run(&["--from", &described("Backups"), "--check"]);
    ended_with(&ended, 1);
    assert!(ended.out.contains("`description` of tag `Backups` was "), "{}", ended.out);
}

/// What an action of the overlay corrects, as upstream has it.
pub const SCHEDULE: [&str; 3] = [
    "                      schedule_time:\n                        type: string\n",
    "                      schedule_day:\n                        type: integer\n",
    "                      schedule_week:\n                        type: integer\n",
];

#[test]
fn the_overlay_is_watched() {
    let copy = Copy::new();
    let mut new = upstream();
    for old in SCHEDULE {
        new = new.replace(old, &format!("{old}                        nullable: true\n"));
    }
    let ended = copy.run(&["--from", &copy.write("new.md", &page(&new)), "--check"]);
    let line = "  upstream fixed this: remove the action ($.components.schemas.BackupPolicy.properties['schedule_time','schedule_day','schedule_week']): A policy without a fixed day, week or time has null here.\n";
    assert!(ended.out.contains(line), "{}", ended.out);

    let overlay = fs::read_to_string(copy.path("overlay.yaml")).unwrap();
    let more = "  - target: $.paths[*].trace\n    description: For an operation that is gone.\n    remove: true\n";
    fs::write(copy.path("overlay.yaml"), overlay + more).unwrap();
    let ended = copy.run(&["--from", &copy.write("same.md", &page(&upstream())), "--check"]);
    let line = "  matches nothing: correct or remove the action ($.paths[*].trace): For an operation that is gone.\n";
    assert!(ended.out.contains(line), "{}", ended.out);
}

#[test]
fn an_update_says_what_to_do_next() {
    let copy = Copy::new();
    let new = upstream().replace(
        "                  pvc_size:\n",
        "                  uncompressed_size:\n                    type: integer\n                  pvc_size:\n",
    );
    let ended = copy.run(&["--from", &copy.write("new.md", &page(&new))]);
    ended_with(&ended, 0);
    let (_, next) = ended.out.split_once("openapi/ is updated. Next:").unwrap();
    insta::assert_snapshot!(next);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_did_not_change_is_not_sent_again() {
    let copy = Copy::new();
    let good = answer("200 OK", &[("etag", "\"v1\"")], &page(&upstream()));
    let server = Server::start([Step::Answer(good), Step::Answer(answer("304 Not Modified", &[], ""))]).await;
    let source = fs::read_to_string(copy.path("source.toml")).unwrap();
    let url = format!("{}/page.md", server.url());
    let moved = source.replace("https://planetscale.com/docs/api/reference/create_backup.md", &url);
    fs::write(copy.path("source.toml"), moved).unwrap();
    ended_with(&tokio::task::block_in_place(|| copy.run(&[])), 0);
    assert!(fs::read_to_string(copy.path("source.toml")).unwrap().contains("etag = '\"v1\"'"));
    ended_with(&tokio::task::block_in_place(|| copy.run(&["--check"])), 0);
    let heads: Vec<_> = server.arrived().into_iter().map(|arrived| arrived.head).collect();
    assert!(!heads[0].contains("if-none-match"));
    assert!(heads[1].contains("if-none-match: \"v1\""), "{}", heads[1]);
    // What is asked for by its ETag must be what is stored.
    fs::write(copy.path("create_backup.yaml"), upstream() + "# edited\n").unwrap();
    tokio::task::block_in_place(|| copy.run(&["--check"]));
    assert!(!server.arrived()[2].head.contains("if-none-match"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_hangs_is_given_up() {
    let server = Server::start([Step::Stall]).await;
    let url = format!("{}/page.md", server.url());
    let limits = Limits { time: std::time::Duration::from_millis(300), ..Limits::default() };
    let error = tokio::task::block_in_place(|| read_within(&url.as_str().into(), None, limits)).unwrap_err();
    let text = format!("{error:#}").replace(&url, "<page>");
    assert!(
        text.starts_with("cannot fetch <page>: ") && text.contains("no complete answer within 300ms; try again later"),
        "{text}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_is_read_up_to_its_limit() {
    let page = "é".repeat(50_000);
    let server = Server::start([Step::Answer(answer("200 OK", &[], &page))]).await;
    let url = format!("{}/page.md", server.url());
    let read = |bytes| {
        let limits = Limits { bytes, ..Limits::default() };
        tokio::task::block_in_place(|| read_within(&url.as_str().into(), None, limits))
    };
    assert_eq!(read(100_000).unwrap(), Fetched::Text(page, None));
    let error = format!("{:#}", read(99_999).unwrap_err()).replace(&url, "<page>");
    let expected = "cannot fetch <page>: the page is larger than 99999 bytes; is its URL right?";
    assert_eq!(error, expected);
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_written_stays_as_it_is() {
    let copy = Copy::new();
    let before = copy.files();
    let new = upstream().replace("The name of the backup\n", "The backup's name\n");
    let from = copy.write("new.md", &page(&new));
    // A file where the staging folder goes: also for root, whom permissions do not stop.
    fs::write(copy.path(".committed"), "in the way").unwrap();
    let ended = copy.run(&["--from", &from]);
    ended_with(&ended, 2);
    fs::remove_file(copy.path(".committed")).unwrap();
    assert_eq!(copy.files(), before);
}

/// The whole API with an endpoint that is new beside ours, and one that is not.
fn with_new_operations() -> String {
    let mut spec = xtask::upstream::spec::Spec::parse(&whole_api()).unwrap().value;
    for (path, id, tag) in [
        ("/backups/restores", "revive_backup", "Restores"),
        ("/elsewhere", "export_backups", "Backups"),
        ("/backups-of-others", "list_others", "Others"),
    ] {
        let mut operation = spec["paths"][at("/something")]["post"].clone();
        operation["operationId"] = id.into();
        operation["tags"] = serde_json::json!([tag]);
        spec["paths"][at(path)] = serde_json::json!({ "post": operation });
    }
    spec.to_string()
}

#[test]
fn what_is_new_beside_ours_is_reported_once() {
    let copy = Copy::new();
    let from = copy.write("api.json", &with_new_operations());
    let notes = |ended: &Ended| -> Vec<String> {
        let lines = ended.out.lines().map(str::trim).filter(|line| line.starts_with("new upstream: "));
        lines.map(|line| line.trim_start_matches("new upstream: ").split(' ').next().unwrap().to_owned()).collect()
    };
    let ended = copy.run(&["--from", &from]);
    ended_with(&ended, 0);
    assert_eq!(notes(&ended), ["revive_backup", "export_backups"]);
    assert!(ended.out.contains("add it with `cargo xtask add-operation revive_backup`"), "{}", ended.out);
    assert_eq!(notes(&copy.run(&["--from", &from])), [""; 0]);
    // Without a page of its own, in the document for the whole API.
    let copy = Copy::new();
    let source = copy.path("source.toml");
    let own = copy.path("create_backup.yaml").to_str().unwrap().to_owned();
    let from = copy.write("api.json", &with_new_operations());
    let page = "https://planetscale.com/docs/api/reference/create_backup.md";
    let text = fs::read_to_string(&source).unwrap().replace(&own, &from).replace(page, &own);
    fs::write(&source, text.clone()).unwrap();
    assert_eq!(notes(&copy.run(&[])), ["revive_backup", "export_backups"]);
    assert_eq!(notes(&copy.run(&[])), [""; 0]);
    // That it cannot be read is not a reason not to look at the rest.
    fs::write(&source, text.replace(&from, "/nowhere/api.yaml")).unwrap();
    let ended = copy.run(&[]);
    ended_with(&ended, 0);
    assert!(ended.out.contains("new operations were not looked for: cannot read /nowhere/api.yaml"), "{}", ended.out);
}

#[test]
fn all_operations_are_added_at_once() {
    let copy = Copy::new();
    let from = copy.write("api.json", &with_new_operations());
    let ended = copy.command("operations", &["--from", &from]);
    ended_with(&ended, 0);
    insta::assert_snapshot!(ended.out);
    // One from upstream, and one that the overlay adds.
    assert!(ended.out.contains("\n  o list_backups ") && ended.out.contains("\n2 of 6 offered "), "{}", ended.out);
    let ended = copy.command("add-operation", &["--all", "--from", &from]);
    ended_with(&ended, 0);
    // All from upstream but get_backup, which this document does not have.
    let ended = copy.command("operations", &["--from", &from]);
    assert!(ended.out.ends_with("6 of 6 offered (x from upstream, o written in overlay.yaml)\n"), "{}", ended.out);
    ended_with(&copy.run(&["--from", &from]), 0);
    ended_with(&copy.run(&["--check", "--from", &from]), 0);
    let ended = copy.command("add-operation", &["--all", "--from", &from]);
    ended_with(&ended, 2);
    assert!(ended.err.contains("are offered already"), "{}", ended.err);
    // With what came later, the rest stays.
    let mut later = xtask::upstream::spec::Spec::parse(&with_new_operations()).unwrap().value;
    later["paths"][at("/later")] = later["paths"][at("/something")].clone();
    later["paths"][at("/later")]["post"]["operationId"] = "later".into();
    let from = copy.write("later.json", &later.to_string());
    ended_with(&copy.command("add-operation", &["--all", "--from", &from]), 0);
    let source = fs::read_to_string(copy.path("source.toml")).unwrap();
    assert_eq!(source.matches("whole_api.yaml").count(), 1, "{source}");
    assert!(source.contains("\"later\"") && source.contains("\"revive_backup\""), "{source}");
}

/// Who answers at another port is somebody else, and what was asked for over TLS is not asked for without.
#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_to_another_port_or_scheme_is_not_followed() {
    let copy = Copy::new();
    let elsewhere = Server::start([Step::Answer(answer("200 OK", &[], &page(&upstream())))]).await;
    for is_scheme in [false, true] {
        let mut location = format!("{}/page.md", elsewhere.url());
        let server = Server::start_with(|own| {
            if is_scheme {
                location = format!("{}/page.md", own.replace("http:", "https:"));
            }
            vec![Step::Answer(answer("302 Found", &[("location", &location)], ""))]
        })
        .await;
        let from = format!("{}/page.md", server.url());
        let ended = tokio::task::block_in_place(|| copy.run(&["--from", &from, "--check"]));
        ended_with(&ended, 2);
        assert!(ended.err.contains(&format!("it redirects off the host, to {location};")), "{}", ended.err);
        assert_eq!(server.arrived().len(), 1);
    }
    assert_eq!(elsewhere.arrived(), []);
}
