//! Recordings: what stands in them, and what never does.

use std::io;
use std::sync::{Arc, Mutex};

use planetscale_client::mock::MockServer;
use planetscale_client::{Client, Method, Operation, Recording, RetryPolicy, ServiceToken};
use planetscale_tests::{Server, Step, answer, json};
use serde_json::{Map, Value, json};

use crate::meaning::{resolved, spec};
use crate::traces::Trace;

/// What stands in every place of an exchange that lists no values.
const MARKER: &str = "m4rker";

/// It is neither the name of a field nor a value of an enum, by its looks.
const ODD: &str = "m4rker m4rker";

/// A recording, and the lines of it.
fn recording() -> (Recording, Arc<Mutex<Vec<u8>>>) {
    let lines = Arc::new(Mutex::new(Vec::new()));
    let into = Arc::clone(&lines);
    let write = move |line: &[u8]| -> io::Result<()> {
        assert!(line.ends_with(b"\n"));
        into.lock().unwrap().extend_from_slice(line);
        Ok(())
    };
    (Recording::to(write), lines)
}

fn text(lines: &Mutex<Vec<u8>>) -> String {
    String::from_utf8(lines.lock().unwrap().clone()).unwrap()
}

fn lines(lines: &Mutex<Vec<u8>>) -> Vec<Value> {
    text(lines).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn client(server: &Server, recording: Recording) -> Client {
    let auth = ServiceToken::new("m4rker-id", "m4rker-token");
    let builder = Client::builder().auth(auth).retry(RetryPolicy::none()).record(recording);
    builder.base_url(format!("{}/v1", server.url())).build().unwrap()
}

/// A value at a place of the description, with a marker wherever it lists no values. `is_listed`: with a value of each
/// enum that is listed.
fn marked(schema: &Value, document: &Value, is_listed: bool, depth: usize) -> Value {
    let mut schema = resolved(schema, document);
    while let Some(inner) = ["allOf", "anyOf", "oneOf"].iter().find_map(|key| schema[key].as_array()) {
        let is_null = |one: &&Value| one["enum"] == json!([null]);
        schema = resolved(inner.iter().find(|one| !is_null(one)).unwrap(), document);
    }
    if let Some(values) = schema["enum"].as_array() {
        return if is_listed { values[0].clone() } else { ODD.into() };
    }
    match schema["type"].as_str() {
        Some("array") => (0..2).map(|at| marked(&schema["items"], document, at == 0, depth + 1)).collect(),
        Some("object") if depth < 5 => {
            let mut made = Map::new();
            for (name, of) in schema["properties"].as_object().into_iter().flatten() {
                made.insert(name.clone(), marked(of, document, is_listed, depth + 1));
            }
            let unknown = json!({ MARKER: MARKER, "id": MARKER, "list": [{ MARKER: [MARKER] }] });
            match schema.get("additionalProperties").filter(|more| **more != json!(false)) {
                Some(more) => drop(made.insert(MARKER.to_owned(), marked(more, document, is_listed, depth + 1))),
                None if made.is_empty() => drop(made.insert(MARKER.to_owned(), unknown)),
                None => {
                    made.insert("new_field".to_owned(), unknown);
                    made.insert(ODD.to_owned(), MARKER.into());
                }
            }
            made.into()
        }
        _ => MARKER.into(),
    }
}

/// Of whatever is sent and answered, a recording has what the description lists, and nothing else that is said.
#[tokio::test]
async fn nothing_that_is_said_is_recorded_of_any_operation() {
    let document = spec("planetscale.yaml");
    let (mut steps, mut requests) = (Vec::new(), Vec::new());
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let Some(id) = operation["operationId"].as_str() else { continue };
            let schema = |of: &Value| resolved(of, &document)["content"]["application/json"]["schema"].clone();
            let query = operation["parameters"].as_array().into_iter().flatten();
            let query: Vec<String> = query
                .filter(|parameter| parameter["in"] == "query")
                .map(|parameter| parameter["name"].as_str().unwrap().to_owned())
                .chain([ODD.to_owned()])
                .collect();
            let body = schema(&operation["requestBody"]);
            let body = (!body.is_null()).then(|| marked(&body, &document, true, 0));
            let (success, response) = operation["responses"]
                .as_object()
                .unwrap()
                .iter()
                .find(|(status, _)| status.starts_with(['2', '3']))
                .map(|(status, response)| (format!("{status} Status"), schema(response)))
                .unwrap();
            let said = marked(&response, &document, true, 0).to_string();
            let error = marked(&schema(&operation["responses"]["404"]), &document, false, 0).to_string();
            let headers = [
                ("content-type", "m4rker/m4rker; charset=m4rker"),
                ("location", "https://example.com/m4rker"),
                ("retry-after", MARKER),
                ("x-m4rker", MARKER),
            ];
            for answer in [
                answer(&success, &headers, if response.is_null() { "" } else { &said }),
                answer("404 Not Found", &headers, &error),
                answer("404 Not Found", &headers, "<p>m4rker</p>"),
                // Cut short.
                answer("200 OK", &headers, &said[..said.len() - 1]),
                answer("299 Other", &headers, &said),
            ] {
                steps.push(Step::Answer(answer));
                requests.push((id.to_owned(), method.to_uppercase(), path.clone(), query.clone(), body.clone()));
            }
        }
    }
    let server = Server::start(steps).await;
    let (recording, written) = recording();
    let client = client(&server, recording.label("a label"));
    for (_, method, path, query, body) in &requests {
        let segments = path.trim_matches('/').split('/');
        let segments = segments.map(|segment| if segment.starts_with('{') { ODD } else { segment });
        let mut request = client.request(Method::from_bytes(method.as_bytes()).unwrap(), segments);
        for name in query {
            request = request.query(name, ODD);
        }
        if let Some(body) = body {
            request = request.json(body.clone());
        }
        let _ = request.header("x-m4rker", MARKER).send().await;
    }
    let text = text(&written);
    let leak = text.find(MARKER).map(|at| &text[at.saturating_sub(300)..at + 20]);
    assert_eq!(leak, None);
    let lines = lines(&written);
    assert_eq!(lines.len(), requests.len());
    for (line, (id, method, path, _, body)) in lines.iter().zip(&requests) {
        let said = (line["operation"].as_str(), line["method"].as_str(), line["path"].as_str());
        assert_eq!(said, (Some(&**id), Some(&*method.to_lowercase()), Some(&**path)));
        assert_eq!(line.get("request").is_some(), body.is_some(), "{id}");
    }
    // What is listed is there.
    assert!(text.contains(r#""state":{"t":"string","n":"1-9","v":"pending"}"#));
}

#[tokio::test]
async fn a_line_says_what_was_asked_and_answered_by_its_shape() {
    let server = MockServer::start().await.unwrap();
    let (recording, written) = recording();
    let builder = Client::builder().auth(MockServer::token()).base_url(server.base_url());
    let client = builder.record(recording.label("mock")).build().unwrap();
    let create = client.create_backup().organization("acme").database("shop").branch("main");
    create.body_map(|b| b.name("nightly").retention_value(2)).send().await.unwrap();
    client.list_backups().organization("acme").database("shop").branch("main").page(2).all(true).send().await.unwrap();
    client.request(Method::GET, ["nonsense", "acme"]).query("a", "b").send().await.unwrap_err();
    let [created, listed, unknown] = &lines(&written)[..] else { panic!("{}", text(&written)) };
    let said = json!({
        "v": 1, "label": "mock", "operation": "create_backup", "method": "post", "status": 201,
        "path": "/organizations/{organization}/databases/{database}/branches/{branch}/backups",
    });
    for (name, value) in said.as_object().unwrap() {
        assert_eq!(&created[name], value);
    }
    let text = |n: &str| json!({ "t": "string", "n": n });
    let request = json!({ "t": "object", "p": { "name": text("1-9"), "retention_value": { "t": "integer" } } });
    assert_eq!(created["request"], request);
    assert_eq!(created["query"], Value::Null);
    let media = json!({ "t": "string", "n": "10-99", "v": "application/json" });
    assert_eq!(created["headers"]["content-type"], media);
    let body = &created["body"]["p"];
    assert_eq!(body["created_at"], json!({ "t": "string", "n": "10-99", "f": ["date-time"] }));
    assert_eq!(body["state"]["v"], "pending");
    assert_eq!(body["completed_at"], json!({ "t": "null" }));
    let query = json!({ "page": { "t": "integer" }, "all": { "t": "boolean", "v": true } });
    assert_eq!(listed["query"], json!({ "t": "object", "p": query }));
    assert_eq!(listed["body"]["p"]["data"], json!({ "t": "array", "items": [] }));
    assert_eq!(*unknown, json!({ "v": 1, "label": "mock", "method": "get", "status": 404 }));
}

#[tokio::test]
async fn values_are_recorded_of_the_operations_that_were_named() {
    let body = r#"{"id": "b1", "name": "weekly", "state": "done", "size": 12, "pvc_size": 7, "new": "word",
        "created_at": "2026-01-02T03:04:05Z", "database_branch": {"name": "main", "id": "x"}, "retention": "SELECT 1"}"#;
    let server = Server::start([Step::Answer(json("200 OK", body))]).await;
    let get = Operation::new("get_backup", "GET", "");
    for (is_wanted, shown) in [(false, 1), (true, 4)] {
        let (recording, written) = recording();
        let recording = if is_wanted { recording.values_of(get) } else { recording };
        let client = client(&server, recording);
        let _ = client.get_backup().organization("acme").database("shop").branch("main").id("b1").send().await;
        let text = text(&written);
        assert_eq!(text.matches(r#","v":"#).count(), shown + 1, "the media type and so many more: {text}");
        assert_eq!(text.contains(r#""v":"2026-01-02T03:04:05Z""#), is_wanted);
    }
}

/// A server that sends back what it was sent, and says whose things they are.
#[tokio::test]
async fn neither_credentials_nor_names_in_the_path_are_recorded() {
    let body = r#"{"id": "b1", "state": "s3cret-token", "s3cret-token": 1, "size": 12, "backup_policy": {"schedule_time": "Acme"},
        "database_branch": {"name": "main"}}"#;
    let get = Operation::new("get_backup", "GET", "");
    for is_wanted in [false, true] {
        let server = Server::start([Step::Answer(json("200 OK", body))]).await;
        let (recording, written) = recording();
        let recording = if is_wanted { recording.values_of(get) } else { recording };
        let builder = Client::builder()
            .auth(ServiceToken::new("s3cret-id", "s3cret-token"))
            .base_url(format!("{}/v1", server.url()));
        let client = builder.retry(RetryPolicy::none()).record(recording).build().unwrap();
        let _ = client.get_backup().organization("acme").database("shop").branch("main").id("b1").send().await;
        let text = text(&written);
        assert!(text.contains("get_backup"), "{text}");
        for hidden in ["s3cret", "Acme", "acme", "shop"] {
            assert!(!text.contains(hidden), "{hidden}: {text}");
        }
    }
}

#[tokio::test]
async fn each_attempt_is_recorded() {
    let steps = [answer("503 Service Unavailable", &[("retry-after", "0")], ""), json("200 OK", r#"{"data": []}"#)];
    let server = Server::start(steps.map(Step::Answer)).await;
    let (recording, written) = recording();
    let client = client(&server, recording).with(|settings| {
        settings.retry(RetryPolicy::default());
    });
    let _ = client.list_backups().organization("acme").database("shop").branch("main").send().await;
    let statuses: Vec<Value> = lines(&written).iter().map(|line| line["status"].clone()).collect();
    assert_eq!(statuses, [503, 200]);
    assert_eq!(lines(&written)[0]["headers"], json!({ "retry-after": { "t": "integer" } }));
}

/// What proxies make of an answer is read all the same.
#[tokio::test]
async fn an_answer_is_recorded_however_its_json_is_named_and_marked() {
    let media = [("content-type", "Application/JSON; charset=utf-8")];
    let server = Server::start([Step::Answer(answer("200 OK", &media, "\u{feff}{\"data\": []}"))]).await;
    let (recording, written) = recording();
    let client = client(&server, recording);
    let _ = client.list_backups().organization("acme").database("shop").branch("main").send().await;
    let [line] = &lines(&written)[..] else { panic!("{}", text(&written)) };
    assert_eq!(line["headers"]["content-type"]["v"], "application/json");
    assert_eq!(line["body"]["p"]["data"], json!({ "t": "array", "items": [] }));
}

#[tokio::test]
async fn a_recording_that_fails_fails_no_call_and_is_told_once() {
    let server = MockServer::start().await.unwrap();
    let full = Recording::to(|_| Err(io::ErrorKind::StorageFull.into()));
    let builder = || Client::builder().auth(MockServer::token()).base_url(server.base_url());
    let mut recordings = vec![full];
    if cfg!(target_os = "linux") {
        recordings.push(Recording::to_file("/dev/full").unwrap());
    }
    for recording in recordings {
        let trace = Trace::begin();
        let client = builder().record(recording).build().unwrap();
        for _ in 0..3 {
            let list = client.list_backups().organization("acme").database("shop").branch("main");
            assert!(list.send().await.unwrap().data.is_empty());
        }
        assert_eq!(trace.text().matches("was not recorded").count(), 1);
    }
}

/// What is in the files of recordings.
mod files {
    use std::path::Path;
    use std::process::Command;

    use super::*;

    async fn list(server: &MockServer, recording: Recording, times: usize) {
        let builder = Client::builder().auth(MockServer::token()).base_url(server.base_url());
        let client = builder.record(recording).build().unwrap();
        for _ in 0..times {
            client.list_backups().organization("acme").database("shop").branch("main").send().await.unwrap();
        }
    }

    fn git(folder: &Path, arguments: &[&str]) {
        let mut git = Command::new("git");
        git.arg("-C").arg(folder).args(arguments).env_remove("GIT_DIR").env_remove("GIT_WORK_TREE");
        assert!(git.output().unwrap().status.success(), "git {arguments:?}");
    }

    #[tokio::test]
    async fn clients_append_whole_lines_to_a_file_that_is_theirs_alone() {
        let server = MockServer::start().await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("recording.jsonl");
        let recordings = (0..4).map(|_| Recording::to_file(&file).unwrap());
        tokio::join!(
            async {
                for it in recordings.clone().take(2) {
                    list(&server, it, 5).await
                }
            },
            async {
                for it in recordings.clone().skip(2) {
                    list(&server, it, 5).await
                }
            },
        );
        let text = std::fs::read_to_string(&file).unwrap();
        assert_eq!(text.lines().filter(|line| serde_json::from_str::<Value>(line).is_ok()).count(), 20);
        assert_eq!(text.lines().count(), 20);
        // The next line stands alone after one that was cut off.
        std::fs::write(&file, format!("{text}{{\"v\":1,")).unwrap();
        list(&server, Recording::to_file(&file).unwrap(), 1).await;
        let text = std::fs::read_to_string(&file).unwrap();
        assert_eq!(text.lines().filter(|line| serde_json::from_str::<Value>(line).is_ok()).count(), 21);
        assert_eq!(text.lines().count(), 22);
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_may_read_a_file() {
        use std::os::unix::fs::PermissionsExt;

        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("recording.jsonl");
        Recording::to_file(&file).unwrap();
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
        let error = Recording::to_file(&file).unwrap_err().to_string();
        assert!(error.contains("others may read it (its mode is 640)"), "{error}");
    }

    #[test]
    fn a_file_in_a_checkout_is_refused_unless_git_ignores_it() {
        let folder = tempfile::tempdir().unwrap();
        let checkout = folder.path().join("checkout");
        std::fs::create_dir_all(checkout.join("deep")).unwrap();
        git(&checkout, &["init", "--quiet"]);
        std::fs::write(checkout.join(".gitignore"), "*.ignored\n").unwrap();
        let refused = |file: &Path, why: &str| {
            let error = Recording::to_file(file).unwrap_err().to_string();
            assert!(error.contains(why) && error.contains("inside the git checkout"), "{error}");
            assert!(!file.exists());
        };
        refused(&checkout.join("deep/recording.jsonl"), "git does not ignore it: name it in .gitignore");
        Recording::to_file(checkout.join("deep/recording.ignored")).unwrap();
        Recording::to_file(folder.path().join("recording.jsonl")).unwrap();
        // One that is committed already is not ignored.
        git(&checkout, &["add", "--force", "deep/recording.ignored"]);
        Recording::to_file(checkout.join("deep/recording.ignored")).unwrap_err();
        // What git cannot tell.
        let broken = folder.path().join("broken");
        std::fs::create_dir_all(&broken).unwrap();
        std::fs::write(broken.join(".git"), "nonsense").unwrap();
        refused(&broken.join("recording.jsonl"), "git cannot tell");
        #[cfg(unix)]
        {
            let link = folder.path().join("link.jsonl");
            std::os::unix::fs::symlink(checkout.join("linked.jsonl"), &link).unwrap();
            Recording::to_file(&link).unwrap_err();
            std::fs::write(checkout.join("linked.jsonl"), "").unwrap();
            Recording::to_file(&link).unwrap_err();
        }
    }
}
