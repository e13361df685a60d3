//! Random walks through all operations of the mock server that remembers: any request, mostly about what there is. The
//! server is held to what it has said before; who walks judges the answers.
//!
//! `cargo xtask ci whole-api` compiles this with all features as well, where the crate reads every answer.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use planetscale_client::mock::{MockServer, TOKEN, TOKEN_ID};
use serde_json::{Map, Value, json};

/// The keys of items that were seen, by the paths of their collections.
pub type Seen = BTreeMap<String, Vec<String>>;

/// A schema without references.
fn resolved<'v>(schema: &'v Value, document: &'v Value) -> &'v Value {
    let pointer = schema["$ref"].as_str().and_then(|to| to.strip_prefix('#'));
    pointer.map_or(schema, |pointer| resolved(document.pointer(pointer).unwrap(), document))
}

/// An operation of the document.
pub struct Operation {
    pub id: String,
    method: String,
    /// The path with `{}` for each parameter.
    plain: String,
    body: Option<Value>,
    query: Vec<(String, Value)>,
    /// The schema of the answer of each status.
    answers: BTreeMap<u16, Option<Value>>,
    /// What an item, or an answer, is called.
    schema: Option<String>,
}

/// The operations of a document.
pub fn operations(document: &Value) -> Vec<Operation> {
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let Some(id) = operation["operationId"].as_str() else { continue };
            let answer = |response: &Value| response.pointer("/content/application~1json/schema").cloned();
            let answers = operation["responses"].as_object().unwrap().iter();
            let answers = answers.filter(|(status, _)| !status.starts_with('3'));
            let query = operation["parameters"].as_array().into_iter().flatten();
            let query = query.filter(|parameter| parameter["in"] == "query" && parameter["required"] == true);
            let schema = operation["responses"].as_object().unwrap().iter().find(|(status, _)| status.starts_with('2'));
            let schema = schema.and_then(|(_, response)| Some(answer(response)?["$ref"].as_str()?.to_owned()));
            operations.push(Operation {
                id: id.to_owned(),
                method: method.to_uppercase(),
                plain: plain(path),
                body: operation.pointer("/requestBody/content/application~1json/schema").cloned(),
                query: query.map(|of| (of["name"].as_str().unwrap().to_owned(), of["schema"].clone())).collect(),
                answers: answers.map(|(status, response)| (status.parse().unwrap(), answer(response))).collect(),
                schema: schema.and_then(|to| to.rsplit('/').next().map(str::to_owned)),
            });
        }
    }
    operations
}

fn plain(path: &str) -> String {
    path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part }).collect::<Vec<_>>().join("/")
}

/// A value of a schema, with a name that there may be, or not.
fn value(schema: &Value, name: &str, document: &Value, rng: &mut fastrand::Rng) -> Value {
    let mut schema = resolved(schema, document);
    while let Some(inner) = schema["allOf"].get(0).or(schema["anyOf"].get(0)) {
        schema = resolved(inner, document);
    }
    if let Some(values) = schema["enum"].as_array() {
        return values[rng.usize(..values.len())].clone();
    }
    match schema["type"].as_str() {
        Some("string") if schema["format"] == "date-time" => "2026-01-02T03:04:05.000Z".into(),
        Some("string") if ["branch", "into_branch", "parent_branch"].contains(&name) => "main".into(),
        Some("string") => format!("{name}-{}", rng.u8(..6)).into(),
        Some("integer") => (schema["minimum"].as_i64().unwrap_or(1) + i64::from(rng.u8(..4))).into(),
        Some("number") => 0.5.into(),
        Some("boolean") => rng.bool().into(),
        Some("array") => {
            let count = rng.usize(..3);
            (0..count).map(|_| value(&schema["items"], name, document, rng)).collect()
        }
        _ => {
            let required: Vec<&str> =
                schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            let properties = schema["properties"].as_object().into_iter().flatten();
            let mut made = Map::new();
            for (name, of) in properties {
                if required.contains(&name.as_str()) || rng.u8(..3) == 0 {
                    made.insert(name.clone(), value(of, name, document, rng));
                }
            }
            made.into()
        }
    }
}

/// An answer, for a judge of answers.
pub struct Answered {
    /// The operation's ID.
    pub id: String,
    pub status: u16,
    /// What the body is held to.
    pub schema: Option<Value>,
    pub body: Value,
    /// The whole request and the answer, for messages.
    pub what: String,
}

/// A client that does anything.
pub struct Walk {
    /// The URL of the server, with the version.
    pub base: String,
    pub http: reqwest::Client,
    pub operations: Arc<[Operation]>,
    pub document: Arc<Value>,
    /// The paths of items that were seen, by those of their collections.
    pub seen: Seen,
    /// What was answered since somebody took these.
    pub answers: Vec<Answered>,
}

impl Walk {
    /// A walk through what a seed has of an organization.
    pub fn new(server: &MockServer, http: reqwest::Client, document: &Arc<Value>, seen: Seen) -> Self {
        let operations = operations(document).into();
        Self { base: server.base_url(), http, operations, document: Arc::clone(document), seen, answers: Vec::new() }
    }

    async fn send(&self, method: &str, target: &str, body: Option<&Value>) -> (u16, String, Value) {
        let url = format!("{}{target}", self.base);
        let mut request = self.http.request(method.parse().unwrap(), url);
        request = request.header("authorization", format!("{TOKEN_ID}:{TOKEN}"));
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        let response = request.send().await.unwrap();
        let (status, origin) =
            (response.status().as_u16(), response.headers()["x-stand-in"].to_str().unwrap().to_owned());
        let text = response.text().await.unwrap();
        let value = if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap() };
        (status, origin, value)
    }

    /// A path of an operation, of items that were seen mostly.
    fn path(&self, operation: &Operation, rng: &mut fastrand::Rng) -> String {
        let mut path = String::new();
        for part in operation.plain.split('/').skip(1) {
            if part != "{}" {
                path = format!("{path}/{part}");
                continue;
            }
            let there = self.seen.get(&path).filter(|there| !there.is_empty() && rng.u8(..20) > 0);
            let key = there.map_or("nothing", |there| there[rng.usize(..there.len())].as_str());
            path = format!("{path}/{key}");
        }
        path
    }

    /// Sends any request, mostly about what there is, and holds the server to what it has said before.
    pub async fn step(&mut self, rng: &mut fastrand::Rng) {
        let operations = Arc::clone(&self.operations);
        let operation = &operations[rng.usize(..operations.len())];
        // What everything is below is not removed often.
        let is_above = operation.plain.split('/').count() < 8 && operation.plain.ends_with("{}");
        if operation.method == "DELETE" && is_above && rng.u8(..20) > 0 {
            return;
        }
        let path = self.path(operation, rng);
        let mut query = String::new();
        for (name, schema) in &operation.query {
            let value = value(schema, name, &self.document, rng);
            let value =
                if let Value::Array(items) = value { items.first().cloned().unwrap_or("x".into()) } else { value };
            query.push_str(&format!("&{name}={}", value.as_str().map_or(value.to_string(), str::to_owned)));
        }
        let body = operation.body.as_ref().map(|schema| value(schema, "", &self.document, rng));
        let target = format!("{path}?{}", query.trim_start_matches('&'));
        let (status, origin, answer) = self.send(&operation.method, &target, body.as_ref()).await;
        let what = format!(
            "{} {} {target} {}: {status} {origin} {answer}",
            operation.id,
            operation.method,
            body.clone().unwrap_or_default()
        );
        if status == 501 {
            assert!(answer["message"].as_str().unwrap().contains(&operation.id), "{what}");
            return;
        }
        let schema = operation.answers.get(&status).unwrap_or_else(|| panic!("no such answer is described: {what}"));
        let (id, schema, body) = (operation.id.clone(), schema.clone(), answer.clone());
        self.answers.push(Answered { id, status, schema, body, what: what.clone() });
        if !matches!(status, 200..=299) {
            return;
        }
        self.is_consistent(operation, &path, &answer, &what).await;
    }

    /// What was made is given and listed, what was deleted is gone, and counts agree.
    async fn is_consistent(&mut self, operation: &Operation, path: &str, answer: &Value, what: &str) {
        if operation.method == "DELETE" && answer.is_null() {
            let (status, ..) = self.send("GET", path, None).await;
            assert!(status == 404 || !operation.plain.ends_with("{}"), "{status} after {what}");
            if let Some((collection, key)) = path.rsplit_once('/') {
                self.seen.retain(|at, _| *at != path && !at.starts_with(&format!("{path}/")));
                if let Some(seen) = self.seen.get_mut(collection) {
                    seen.retain(|of| of != key);
                }
            }
            return;
        }
        if let Some(data) = answer["data"].as_array() {
            if let Some(total) = answer["total_count"].as_u64() {
                assert!(data.len() as u64 == total.min(25), "{what}");
            }
            return;
        }
        let item = format!("{}/{{}}", operation.plain);
        let get = self.operations.iter().find(|other| other.method == "GET" && other.plain == item);
        let is_made = ["POST", "PUT", "PATCH"].contains(&operation.method.as_str());
        if let Some(get) = get.filter(|get| is_made && get.schema == operation.schema) {
            let made = ["id", "name", "number", "slug"].iter().filter_map(|key| match &answer[*key] {
                Value::String(text) => Some(text.clone()),
                Value::Number(number) => Some(number.to_string()),
                _ => None,
            });
            let mut found = None;
            for key in made {
                let (status, _, given) = self.send("GET", &format!("{path}/{key}"), None).await;
                if status == 200 && given["id"] == answer["id"] {
                    found = Some(key);
                    break;
                }
            }
            let key = found.unwrap_or_else(|| panic!("{} does not find it: {what}", get.id));
            let (status, _, listed) = self.send("GET", &format!("{path}?per_page=100"), None).await;
            if status == 200 && listed["total_count"].as_u64().is_some_and(|total| total <= 100) {
                let ids: BTreeSet<&str> =
                    listed["data"].as_array().unwrap().iter().filter_map(|it| it["id"].as_str()).collect();
                assert!(ids.contains(answer["id"].as_str().unwrap()), "{ids:?} after {what}");
                assert_eq!(listed["total_count"], ids.len(), "{what}");
            }
            let seen = self.seen.entry(path.to_owned()).or_default();
            if !seen.contains(&key) {
                seen.push(key);
            }
        }
        // An item may have another name now.
        if operation.method == "PATCH" && operation.plain.ends_with("{}") {
            let (collection, old) = path.rsplit_once('/').unwrap();
            let (status, ..) = self.send("GET", path, None).await;
            if status == 404 {
                let (new, old) =
                    (answer["name"].as_str().or(answer["slug"].as_str()).unwrap().to_owned(), old.to_owned());
                self.seen.retain(|at, _| !at.starts_with(&format!("{path}/")));
                let seen = self.seen.entry(collection.to_owned()).or_default();
                seen.retain(|of| *of != old);
                seen.push(new);
            }
        }
    }
}

/// So many steps of each walk, unless `WALK_STEPS` says otherwise.
pub fn steps() -> usize {
    std::env::var("WALK_STEPS").ok().and_then(|steps| steps.parse().ok()).unwrap_or(400)
}

/// A seed of organizations, each with an item of each collection that no operation makes, and a database of each kind;
/// and the keys of those, for a walk through each.
pub fn seed(operations: &[Operation], organizations: &[&str]) -> (Value, Vec<Seen>) {
    let named: Vec<Value> = organizations.iter().map(|name| json!({ "name": name })).collect();
    let mut whole = json!({ "/organizations": named });
    let mut all_seen = Vec::new();
    for name in organizations {
        let (seed, seen) = seed_of(operations, name);
        for (path, items) in seed {
            whole[path] = items;
        }
        all_seen.push(seen);
    }
    (whole, all_seen)
}

fn seed_of(operations: &[Operation], organization: &str) -> (Map<String, Value>, Seen) {
    let acme = format!("/organizations/{organization}");
    let (databases, shop) = (format!("{acme}/databases"), format!("{acme}/databases/shop"));
    let main = format!("{shop}/branches/main");
    let kinds = json!([
        { "name": "shop", "state": "ready" },
        { "name": "pg", "kind": "postgresql", "state": "ready" },
    ]);
    let mut seed = Map::from_iter([(databases.clone(), kinds)]);
    let mut seen = BTreeMap::from([
        ("/organizations".to_owned(), vec![organization.to_owned()]),
        (databases.clone(), vec!["shop".to_owned(), "pg".to_owned()]),
        (format!("{shop}/branches"), vec!["main".to_owned()]),
        (format!("{databases}/pg/branches"), vec!["main".to_owned()]),
    ]);
    // Some are listed, but not given one by one.
    let is_read = |line: &&str| (line.contains(": Get ") || line.contains(": List ")) && !line.contains("x-standin");
    for line in MockServer::classification().lines().filter(|line| is_read(line) && line.contains("nothing makes")) {
        let (id, key) =
            (line.split(' ').next().unwrap(), line.split(" by ").nth(1).unwrap().split(',').next().unwrap());
        let plain = &operations.iter().find(|operation| operation.id == id).unwrap().plain;
        let path = plain.replacen("/organizations/{}/databases/{}/branches/{}", &main, 1);
        let path = path.replacen("/organizations/{}/databases/{}", &shop, 1);
        let path = path
            .replacen("/organizations/{}", &acme, 1)
            .replace("/oauth-applications/{}/", "/oauth-applications/seeded/");
        let collection = path.strip_suffix("/{}").unwrap_or(&path).to_owned();
        if ["", "/organizations", acme.as_str()].contains(&collection.as_str()) || collection.contains("{}") {
            continue;
        }
        let (item, key) = match key {
            "number" => (json!({ "number": 7 }), "7"),
            // Not all have one.
            "id" if line.contains(": List ") => (json!({}), "seeded"),
            key => (json!({ key: "seeded" }), "seeded"),
        };
        seed.insert(collection.clone(), json!([item]));
        seen.insert(collection, vec![key.to_owned()]);
    }
    (seed, seen)
}
