//! Calls of every operation, as Rust code, with values that are made from the schemas.
//!
//! What they are held to is in `tests/corpus/whole_api.rs`, which the code is a module of.

mod cleared;
mod request;
mod written;

use heck::ToSnakeCase;
use serde_json::{Map, Value, json};

use self::request::Request;
use crate::generated_crate::surface::Surface;
use crate::upstream::spec::{METHODS, target};

/// The calls.
#[derive(Clone, Debug)]
pub struct Calls {
    /// A module with a test for each operation.
    pub code: String,
    /// How many there are.
    pub count: usize,
    /// The operations that there is no call for.
    pub skipped: Vec<String>,
}

/// How much of what is optional is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Amount {
    /// All of it.
    All,
    /// All of it, and null wherever that is allowed.
    Nulls,
    /// Nothing.
    Least,
}

const AMOUNTS: [Amount; 3] = [Amount::All, Amount::Nulls, Amount::Least];

/// What each secret is: nothing that is shown contains its first part, which is in the token, too.
const MARKER: &str = "m4rker/\"ä?#%";

/// How deep a schema that holds itself is followed.
const DEPTH: usize = 12;

/// Calls of all operations of an effective spec, as the generator reads it, that a surface has.
pub fn calls(document: &Value, surface: &Surface) -> Calls {
    let mut calls = Calls { code: HEAD.to_owned(), count: 0, skipped: Vec::new() };
    for call in Call::all(document, surface) {
        match call.test() {
            Some(test) => {
                calls.code.push_str(&test);
                calls.count += 1;
            }
            None => calls.skipped.push(format!("{} {}", call.method.to_uppercase(), call.path)),
        }
    }
    calls
}

/// A function that has the crate read an answer of any operation, as code: what `tests/corpus/walks.rs` calls.
pub fn readers(document: &Value, surface: &Surface) -> String {
    let arms: String = Call::all(document, surface).filter_map(|call| call.reader()).collect();
    format!(
        "{READERS}    match id {{\n{arms}        other => panic!(\"there is no operation {{other}}\"),\n    }}\n}}\n"
    )
}

/// A body that a call sends or is answered with.
#[derive(Clone, Debug)]
pub struct Body {
    /// The operation's id, and a status where it is an answer.
    pub of: String,
    /// What it is held to, in the document.
    pub schema: Value,
    /// The body.
    pub value: Value,
}

/// The bodies of the calls of all operations of a document, for a judge of what the schemas mean.
pub fn bodies(document: &Value) -> Vec<Body> {
    let surface = Surface::default();
    let mut bodies = Vec::new();
    for call in Call::all(document, &surface) {
        let id = call.operation["operationId"].as_str().unwrap_or(call.path);
        let request = call.operation.get("requestBody").map(|body| (id.to_owned(), body));
        let answers = call.successes().into_iter().flatten();
        let answers = answers.map(|(status, response)| (format!("{id}, {status}"), response));
        for (of, holder) in request.into_iter().chain(answers) {
            let content = call.resolved(holder).get("content").and_then(Value::as_object);
            let Some((_, schema)) = content.and_then(json_of) else { continue };
            for amount in AMOUNTS {
                let value = call.sample(schema, amount, 0);
                bodies.push(Body { of: of.clone(), schema: schema.clone(), value });
            }
        }
    }
    bodies
}

const HEAD: &str = "// Written by `cargo xtask ci`.\n\nuse std::collections::HashMap;\n\nuse planetscale_client::{Client, types};\nuse serde_json::Value;\n\n\
                    use super::{Expected, holds, value};\n";

const READERS: &str = "// Written by `cargo xtask ci`.\n\nuse planetscale_client::{Client, types};\n\nuse super::{Reads, made_good, value};\n\n\
                       /// Calls an operation, and gives what was made good of its answer.\n\
                       pub fn read<'c>(id: &str, client: &'c Client) -> Reads<'c> {\n";

struct Call<'d> {
    document: &'d Value,
    surface: &'d Surface,
    path: &'d str,
    item: &'d Value,
    method: &'d str,
    operation: &'d Value,
}

impl<'d> Call<'d> {
    /// The calls of all operations of a document.
    fn all(document: &'d Value, surface: &'d Surface) -> impl Iterator<Item = Self> {
        let paths = document.get("paths").and_then(Value::as_object).into_iter().flatten();
        paths.flat_map(move |(path, item)| {
            let operations = METHODS.into_iter().filter_map(|method| Some((method, item.get(method)?)));
            operations.map(move |(method, operation)| Self { document, surface, path, item, method, operation })
        })
    }

    /// The method of the client.
    fn name(&self) -> Option<String> {
        let snake = self.operation.get("operationId")?.as_str()?.to_snake_case();
        let there = |name: &String| self.surface.get(&format!("Client::{name}")).is_some();
        [snake.clone(), format!("{snake}_"), format!("_{snake}")].into_iter().find(there)
    }

    /// What reads an answer of it by the crate, as an arm of a `match` of its ID.
    fn reader(&self) -> Option<String> {
        let (id, name) = (self.operation.get("operationId")?.as_str()?, self.name()?);
        let setters = self.request(Amount::Least, None)?.setters;
        Some(format!(
            "        {id:?} => Box::pin(async move {{ made_good(client.{name}(){setters}.send().await) }}),\n"
        ))
    }

    fn test(&self) -> Option<String> {
        let name = self.name()?;
        let answers = self.successes()?.len().max(1);
        // Each kind of success is answered with at least once.
        let calls = (0..answers.max(AMOUNTS.len()))
            .map(|number| self.call(&name, AMOUNTS[number % AMOUNTS.len()], number, None));
        let clears = self.cleared().map(|body| self.call(&name, Amount::Least, 0, Some(body)));
        let calls: Vec<String> = calls.chain(clears).collect::<Option<_>>()?;
        Some(format!("\n#[tokio::test]\nasync fn calls_{name}() {{\n{}}}\n", calls.concat()))
    }

    /// One call, and what is expected of it: that a body which clears something arrives as it is.
    fn call(&self, name: &str, amount: Amount, number: usize, clears: Option<Value>) -> Option<String> {
        let is_exact = clears.is_some();
        let Request { path, query, headers, setters, body } = self.request(amount, clears)?;
        let (status, media, answer) = self.answer(amount, number)?;
        let read = if self.is_read_raw() { ".map(|answer| answer.map(super::raw))" } else { "" };
        let segments: Vec<String> = path.split('/').skip(1).map(|part| part.replace('\u{0}', "/")).collect();
        Some(format!(
            "    holds(\n        Expected {{ method: {:?}, path: &{segments:?}, query: &{query:?}, headers: &{headers:?}, body: {body:?}, is_exact: {is_exact}, \
             status: {status:?}, media: {media:?}, answer: {:?} }},\n        async |client: Client, shown: &mut String| {{\n            let call = (&client).{name}(){setters};\n            shown.push_str(&format!(\"{{call:?}} {{call:#?}}\"));\n            call.send().await{read}\n        }},\n    )\n    .await;\n",
            self.method.to_uppercase(),
            answer.map(|answer| answer.to_string()),
        ))
    }

    /// The responses that say that all is well, by status.
    fn successes(&self) -> Option<Vec<(&String, &Value)>> {
        let responses = self.operation.get("responses")?.as_object()?;
        let of = |start: char| responses.iter().filter(move |(status, _)| status.starts_with(start));
        Some(of('2').chain(of('3').filter(|_| of('2').next().is_none())).collect())
    }

    /// One of the statuses that say that all is well, and the body with it and its media type.
    fn answer(&self, amount: Amount, number: usize) -> Option<(String, &str, Option<Value>)> {
        let all = self.successes()?;
        let (status, response) = all.get(number % all.len().max(1))?;
        let content = self.resolved(response).get("content").and_then(Value::as_object);
        let (media, schema) = content.and_then(json_of).unzip();
        if self.is_read_raw() {
            let media = content.and_then(|content| content.keys().next());
            return Some(((*status).clone(), media?, Some(RAW.parse().ok()?)));
        }
        let media = media.filter(|media| !media.contains('*')).unwrap_or("application/json");
        Some(((*status).clone(), media, schema.map(|schema| self.sample(schema, amount, 0))))
    }

    /// Whether answers are read as bytes.
    fn is_read_raw(&self) -> bool {
        let contents =
            self.successes().into_iter().flatten().filter_map(|(_, answer)| self.resolved(answer).get("content"));
        let mut contents = contents.peekable();
        contents.peek().is_some() && contents.all(|content| raw_of(content).is_some())
    }

    fn resolved<'v>(&'v self, mut value: &'v Value) -> &'v Value {
        for _ in 0..DEPTH {
            let Some(reference) = value.get("$ref").and_then(Value::as_str) else { break };
            let Some(inner) = target(reference).and_then(|to| self.document.pointer(&to)) else { break };
            value = inner;
        }
        value
    }

    /// A value that a schema describes.
    fn sample(&self, schema: &Value, amount: Amount, depth: usize) -> Value {
        let schema = self.resolved(schema);
        if schema["nullable"] == true && amount == Amount::Nulls {
            return Value::Null;
        }
        let members = |key: &str| schema.get(key).and_then(Value::as_array).filter(|members| !members.is_empty());
        if let Some(members) = members("allOf") {
            let all = members.iter().map(|member| self.sample(member, amount, depth + 1));
            return all.reduce(together).unwrap_or_default();
        }
        if let Some(members) = members("oneOf").or_else(|| members("anyOf")) {
            // With all, another one than with least.
            let number = if amount == Amount::All { members.len() - 1 } else { 0 };
            let mut value = self.sample(&members[number], amount, depth + 1);
            let to = members[number].get("$ref").and_then(Value::as_str).and_then(|to| to.rsplit('/').next());
            if let (Some(property), Some(to)) =
                (schema.pointer("/discriminator/propertyName").and_then(Value::as_str), to)
            {
                let mapping = schema.pointer("/discriminator/mapping").and_then(Value::as_object).into_iter().flatten();
                let is_meant = |(_, target): &(&String, &Value)| {
                    target.as_str().is_some_and(|target| target.rsplit('/').next() == Some(to))
                };
                value[property] = mapping.into_iter().find(is_meant).map_or(to, |(value, _)| value).into();
            }
            return value;
        }
        if let Some(values) = members("enum") {
            return values[0].clone();
        }
        let text = |key: &str| schema.get(key).and_then(Value::as_str).unwrap_or_default();
        match text("type") {
            "string" => match text("format") {
                "date-time" => "2026-01-02T03:04:05Z".into(),
                "date" => "2026-01-02".into(),
                "password" => MARKER.into(),
                _ => {
                    let limit =
                        |key: &str| schema.get(key).and_then(Value::as_u64).and_then(|it| usize::try_from(it).ok());
                    let most = limit("maxLength").unwrap_or(usize::MAX).min(8.max(limit("minLength").unwrap_or(0)));
                    "a/b ä?#%".chars().cycle().take(most).collect::<String>().into()
                }
            },
            "integer" => schema.get("minimum").and_then(Value::as_i64).unwrap_or(7).into(),
            "number" => json!(1.5),
            "boolean" => true.into(),
            "array" => {
                let wanted = match amount {
                    _ if depth > DEPTH => 0,
                    Amount::All if depth < 3 => 3,
                    Amount::All | Amount::Nulls => 1,
                    Amount::Least => 0,
                };
                let limit = |key: &str| schema.get(key).and_then(Value::as_u64);
                let count = wanted.max(limit("minItems").unwrap_or(0)).min(limit("maxItems").unwrap_or(u64::MAX));
                let inner = if count == 0 { Value::Null } else { self.sample(&schema["items"], amount, depth + 1) };
                (0..count).map(|_| inner.clone()).collect()
            }
            "object" | "" if schema.get("properties").is_some() => self.object(schema, amount, depth),
            "object" if amount == Amount::Least => json!({}),
            "object" => match schema.get("additionalProperties") {
                Some(inner @ Value::Object(_)) => json!({ "key": self.sample(inner, amount, depth + 1) }),
                _ => json!({ "any": "thing" }),
            },
            _ => json!({ "any": "thing" }),
        }
    }

    fn object(&self, schema: &Value, amount: Amount, depth: usize) -> Value {
        let required =
            |name: &String| schema["required"].as_array().is_some_and(|names| names.iter().any(|other| other == name));
        let properties = schema["properties"].as_object().into_iter().flatten();
        let wanted = properties.filter(|(name, _)| required(name) || amount != Amount::Least && depth < DEPTH);
        let all: Map<_, _> =
            wanted.map(|(name, schema)| (name.clone(), self.sample(schema, amount, depth + 1))).collect();
        all.into()
    }
}

/// The media type of a form.
const FORM: &str = "application/x-www-form-urlencoded";

/// A body that is no JSON: any text. That it is JSON, too, makes no difference to who sends it as it is.
const RAW: &str = "7";

/// The media type of a body that is sent or read as it is: no JSON, and no form.
fn raw_of(content: &Value) -> Option<&str> {
    let content = content.as_object()?;
    let (name, media) = content.iter().next()?;
    let is_string = media.get("schema").is_none_or(|schema| schema["type"] == "string");
    (is_string && content.keys().all(|name| !name.contains("json") && !name.contains("form"))).then_some(name)
}

/// The media type of a body that is JSON, and its schema.
fn json_of(content: &Map<String, Value>) -> Option<(&str, &Value)> {
    let plain = content.iter().find(|(name, _)| name.as_str() == "application/json");
    let is_json = |(name, media): &(&String, &Value)| {
        name.contains("json") || *name == "*/*" && media.pointer("/schema/type").is_none_or(|of| of != "string")
    };
    let found = plain.or_else(|| content.iter().find(is_json));
    found.and_then(|(name, media)| Some((name.as_str(), media.get("schema")?)))
}

/// What two members of an `allOf` describe.
fn together(one: Value, other: Value) -> Value {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => one.into_iter().chain(other).collect::<Map<_, _>>().into(),
        (one, _) => one,
    }
}
