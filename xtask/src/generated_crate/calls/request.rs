//! What a call sends: its setters, as Rust code, and what they lead to.

use std::collections::BTreeSet;

use heck::{ToSnakeCase, ToUpperCamelCase};
use serde_json::Value;

use super::written::{argument, in_path, in_query, plain_list};
use super::{Amount, Call, FORM, RAW, json_of, raw_of};
use crate::generated_crate::surface::PublicItem;

/// What a call sends.
pub(super) struct Request {
    /// With 0 for each slash within a segment.
    pub(super) path: String,
    pub(super) query: Vec<(String, String)>,
    pub(super) headers: Vec<(String, String)>,
    /// The setters that say so, as code.
    pub(super) setters: String,
    pub(super) body: Option<String>,
}

impl Call<'_> {
    /// A request with so much of what is optional, or with a body that clears something.
    pub(super) fn request(&self, amount: Amount, clears: Option<Value>) -> Option<Request> {
        let mut path = self.path.to_owned();
        let (mut query, mut headers, mut setters) = (Vec::<(String, String)>::new(), Vec::new(), String::new());
        for parameter in self.parameters() {
            let (name, place) = (parameter["name"].as_str()?, parameter["in"].as_str()?);
            let required = parameter["required"] == true;
            // These headers are no parameters, whoever describes them as such.
            let is_ignored =
                place == "header" && ["accept", "authorization", "content-type"].contains(&&*name.to_ascii_lowercase());
            if is_ignored || !required && amount == Amount::Least {
                continue;
            }
            let json = parameter.pointer("/content/application~1json/schema");
            // One item of a list, or three.
            let of_list = if amount == Amount::Nulls { Amount::Nulls } else { Amount::All };
            let values = self.sample(json.unwrap_or(&parameter["schema"]), of_list, 0);
            let argument = match &values {
                // No struct can be a parameter.
                Value::Object(_) => format!("value::<serde_json::Map<String, Value>>({:?})", values.to_string()),
                _ => argument(&values, self.resolved(json.unwrap_or(&parameter["schema"]))),
            };
            setters.push_str(&format!(".{}({argument})", self.setter(parameter)?));
            let exploded = parameter["explode"].as_bool();
            match place {
                "path" => {
                    let text = in_path(name, parameter["style"].as_str(), exploded == Some(true), &values);
                    path = path.replace(&format!("{{{name}}}"), &text.replace('/', "\u{0}"));
                }
                "query" if json.is_some() => query.push((name.to_owned(), values.to_string())),
                "header" => headers.push((name.to_owned(), plain_list(&values).join(","))),
                _ => query.extend(in_query(name, parameter["style"].as_str(), exploded, &values)),
            }
        }
        let holder = self.operation.get("requestBody").map(|body| self.resolved(body));
        let content = holder.and_then(|body| body.get("content")?.as_object());
        let form = || Some((FORM, content?.get(FORM)?.get("schema")?));
        let body = content.and_then(json_of).or_else(form);
        // A body that is not required is not set; an empty object says as much, where that is one.
        let is_left_out =
            holder.is_some_and(|body| body["required"] != true) && amount == Amount::Least && clears.is_none();
        let is_empty = body.is_some_and(|(_, schema)| {
            let schema = self.resolved(schema);
            let has_properties = schema["properties"].as_object().is_some_and(|properties| !properties.is_empty());
            schema["required"].as_array().is_none_or(Vec::is_empty) && schema["type"] == "object" && has_properties
        });
        let body = body.filter(|_| !is_left_out || is_empty);
        headers.extend(body.map(|(media, _)| ("content-type".to_owned(), media.to_owned())));
        // What is no JSON is sent and read as it is.
        let raw = holder.and_then(|body| raw_of(body.get("content")?)).filter(|_| body.is_none() && !is_left_out);
        if let Some(media) = raw {
            let media = if media.contains('*') { "application/octet-stream" } else { media };
            headers.push(("content-type".to_owned(), media.to_owned()));
            setters.push_str(&format!(".body({RAW:?})"));
        }
        let body = body.map(|(_, schema)| schema);
        let sent = clears.or_else(|| body.map(|schema| self.sample(schema, amount, 0)));
        if let (Some(sent), false) = (&sent, is_left_out) {
            setters.push_str(&format!(".body(value::<{}>({:?}))", self.type_of_body()?, sent.to_string()));
        }
        let body = sent.map(|sent| sent.to_string()).or_else(|| raw.map(|_| RAW.to_owned()));
        Some(Request { path, query, headers, setters, body })
    }

    fn parameters(&self) -> Vec<&Value> {
        let own = self.operation.get("parameters").and_then(Value::as_array);
        let shared = self.item.get("parameters").and_then(Value::as_array);
        own.into_iter().chain(shared).flatten().map(|parameter| self.resolved(parameter)).collect()
    }

    /// The builder's method for a parameter: one whose name another has already is called by its place, too.
    fn setter(&self, parameter: &Value) -> Option<String> {
        let id = self.operation["operationId"].as_str()?.to_upper_camel_case();
        let name = parameter["name"].as_str()?;
        let fold = |name: &str| name.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
        let body = self.operation.get("requestBody").map(|_| "body".to_owned());
        let all = self.parameters();
        let paths = all.iter().filter(|one| one["in"] == "path").filter_map(|one| one["name"].as_str()).map(fold);
        let mut taken: BTreeSet<String> = body.into_iter().chain(paths).collect();
        let mut called = name.to_owned();
        for one in all.iter().filter(|one| one["in"] != "path") {
            let (own, place) = (one["name"].as_str()?, one["in"].as_str()?);
            let others = std::iter::once(format!("{own}_{place}")).chain((2..).map(|number| format!("{own}_{number}")));
            let given = std::iter::once(own.to_owned()).chain(others).find(|name| taken.insert(fold(name)))?;
            if std::ptr::eq(*one, parameter) {
                called = given;
            }
        }
        let words: String = called.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
        let snake = words.to_snake_case();
        // The call's own methods take no such value.
        let is_setter = |item: &PublicItem| item.text.contains("value: V");
        // `Self` is no name of a type.
        let has = |name: String| self.surface.get(&name).is_some_and(is_setter);
        let there = |name: &String| ["", "_"].iter().any(|end| has(format!("calls::{id}{end}::{name}")));
        [snake.clone(), format!("{snake}_"), format!("_{snake}")].into_iter().find(there)
    }

    /// The type of the body, as its setter takes it.
    fn type_of_body(&self) -> Option<&str> {
        let id = self.operation["operationId"].as_str()?.to_upper_camel_case();
        let setter = ["", "_"].iter().find_map(|end| self.surface.get(&format!("calls::{id}{end}::body")))?;
        let (_, rest) = setter.text.split_once("TryInto<")?;
        let mut depth = 1;
        let end = rest.find(|c| {
            depth += i32::from(c == '<') - i32::from(c == '>');
            depth == 0
        })?;
        Some(&rest[..end])
    }
}
