//! The mock server that remembers: random walks over all operations, and what users rely on in particular.

use std::collections::{BTreeMap, BTreeSet};

use jsonschema::Validator;
use planetscale_client::mock::{MockServer, TOKEN, TOKEN_ID};
use serde_json::{Map, Value, json};

use crate::meaning::{json_schema, resolved, spec, validator};
use crate::stand_in::http;

/// An operation of the document.
struct Operation {
    id: String,
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

fn operations(document: &Value) -> Vec<Operation> {
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

struct Walk<'w> {
    server: &'w MockServer,
    http: reqwest::Client,
    operations: &'w [Operation],
    document: &'w Value,
    /// The paths of items that were seen, by those of their collections.
    seen: BTreeMap<String, Vec<String>>,
    /// What accepts the values of a schema, by the schema.
    accepts: BTreeMap<String, Validator>,
    /// What was answered, how often.
    counts: BTreeMap<(String, u16), usize>,
}

impl Walk<'_> {
    async fn send(&self, method: &str, target: &str, body: Option<&Value>) -> (u16, String, Value) {
        let url = format!("{}{target}", self.server.base_url());
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

    async fn step(&mut self, rng: &mut fastrand::Rng) {
        let operation = &self.operations[rng.usize(..self.operations.len())];
        // What everything is below is not removed often.
        let is_above = operation.plain.split('/').count() < 8 && operation.plain.ends_with("{}");
        if operation.method == "DELETE" && is_above && rng.u8(..20) > 0 {
            return;
        }
        let path = self.path(operation, rng);
        let mut query = String::new();
        for (name, schema) in &operation.query {
            let value = value(schema, name, self.document, rng);
            let value =
                if let Value::Array(items) = value { items.first().cloned().unwrap_or("x".into()) } else { value };
            query.push_str(&format!("&{name}={}", value.as_str().map_or(value.to_string(), str::to_owned)));
        }
        let body = operation.body.as_ref().map(|schema| value(schema, "", self.document, rng));
        let target = format!("{path}?{}", query.trim_start_matches('&'));
        let (status, origin, answer) = self.send(&operation.method, &target, body.as_ref()).await;
        let what = format!(
            "{} {} {target} {}: {status} {origin} {answer}",
            operation.id,
            operation.method,
            body.clone().unwrap_or_default()
        );
        *self.counts.entry((operation.id.clone(), status)).or_default() += 1;
        match status {
            501 => assert!(answer["message"].as_str().unwrap().contains(&operation.id), "{what}"),
            _ => match operation.answers.get(&status) {
                None => panic!("no such answer is described: {what}"),
                Some(None) => assert!(answer.is_null(), "{what}"),
                Some(Some(schema)) => {
                    let document = self.document;
                    let made = || validator(&json_schema(schema, document));
                    let accepts = self.accepts.entry(schema.to_string()).or_insert_with(made);
                    let wrong: Vec<String> =
                        accepts.iter_errors(&answer).map(|e| format!("{}: {e}", e.instance_path())).collect();
                    assert!(wrong.is_empty(), "{wrong:#?}: {what}");
                }
            },
        }
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
fn steps() -> usize {
    std::env::var("WALK_STEPS").ok().and_then(|steps| steps.parse().ok()).unwrap_or(400)
}

/// A seed with an item of each collection that no operation makes, and a database of each kind; and the keys of those.
fn seed(operations: &[Operation]) -> (Value, BTreeMap<String, Vec<String>>) {
    let (acme, shop) = ("/organizations/acme", "/organizations/acme/databases/shop/branches/main");
    let mut seed = json!({
        "/organizations": [{ "name": "acme" }],
        "/organizations/acme/databases": [
            { "name": "shop", "state": "ready" },
            { "name": "pg", "kind": "postgresql", "state": "ready" },
        ],
    });
    let mut seen = BTreeMap::from([
        ("/organizations".to_owned(), vec!["acme".to_owned()]),
        ("/organizations/acme/databases".to_owned(), vec!["shop".to_owned(), "pg".to_owned()]),
        (shop.replace("/main", ""), vec!["main".to_owned()]),
        (shop.replace("/main", "").replace("shop", "pg"), vec!["main".to_owned()]),
    ]);
    for line in
        MockServer::classification().lines().filter(|line| line.contains(": Get ") && line.contains("nothing makes"))
    {
        let (id, key) =
            (line.split(' ').next().unwrap(), line.split(" by ").nth(1).unwrap().split(',').next().unwrap());
        let plain = &operations.iter().find(|operation| operation.id == id).unwrap().plain;
        let path = plain.replacen("/organizations/{}/databases/{}/branches/{}", shop, 1);
        let path = path.replacen("/organizations/{}/databases/{}", "/organizations/acme/databases/shop", 1);
        let path = path
            .replacen("/organizations/{}", acme, 1)
            .replace("/oauth-applications/{}/", "/oauth-applications/seeded/");
        let collection = path.strip_suffix("/{}").map(str::to_owned).filter(|path| !path.is_empty());
        let Some(collection) = collection.filter(|path| path != "/organizations" && path != "/organizations/acme")
        else {
            continue;
        };
        if key == "number" {
            seed[&collection] = json!([{ "number": 7 }]);
            seen.insert(collection, vec!["7".to_owned()]);
        } else {
            seed[&collection] = json!([{ key: "seeded" }]);
            seen.insert(collection, vec!["seeded".to_owned()]);
        }
    }
    (seed, seen)
}

#[tokio::test]
async fn random_walks_are_answered_as_the_document_describes() {
    let document = spec("planetscale.yaml");
    let operations = operations(&document);
    assert_eq!(operations.len(), 193);
    for number in 0..2 {
        let (seed, seen) = seed(&operations);
        let server = MockServer::remembering().seed(seed).time_scale(0.001).await.unwrap();
        let (accepts, counts) = (BTreeMap::new(), BTreeMap::new());
        let (operations, document) = (&operations[..], &document);
        let mut walk = Walk { server: &server, http: http(), operations, document, seen, accepts, counts };
        let mut rng = fastrand::Rng::with_seed(number);
        for _ in 0..steps() {
            walk.step(&mut rng).await;
        }
        if std::env::var_os("WALK_SHOWS").is_some() {
            println!("{:#?}", walk.counts);
        }
    }
}

#[test]
fn each_operation_is_classified() {
    insta::assert_snapshot!(MockServer::classification());
}
