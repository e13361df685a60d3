//! Values of schemas: made where nobody gave one, held to their schemas, and changed from what a request sends to what
//! answers have.

use serde_json::{Map, Value, json};

use super::description::Schemas;

/// What IDs that are made begin with; a number follows.
const MADE: &str = "mock";

/// The largest number of the IDs in a value that were made, or could be.
pub(super) fn last_made(value: &Value) -> u64 {
    match value {
        // No more digits than leave room for others.
        Value::String(text) => text
            .strip_prefix(MADE)
            .filter(|number| number.len() <= 18)
            .and_then(|number| number.parse().ok())
            .unwrap_or(0),
        Value::Array(items) => items.iter().map(last_made).max().unwrap_or(0),
        Value::Object(fields) => fields.values().map(last_made).max().unwrap_or(0),
        _ => 0,
    }
}

/// What values are made with.
pub(super) struct Maker<'m> {
    pub(super) schemas: &'m Schemas,
    /// The time, as answers write it.
    pub(super) now: String,
    /// The number that the next ID is made of.
    pub(super) next_id: &'m mut u64,
}

impl Maker<'_> {
    /// An ID that nothing else has.
    pub(super) fn id(&mut self) -> String {
        *self.next_id += 1;
        format!("{MADE}{:08}", self.next_id)
    }

    /// A value of a schema that says as little as can be said: null where that is allowed, without what may be left
    /// out.
    pub(super) fn value(&mut self, name: &str, schema: &Value) -> Value {
        if self.schemas.is_nullable(schema) {
            return Value::Null;
        }
        self.present(name, schema)
    }

    /// The same, and not null.
    pub(super) fn present(&mut self, name: &str, schema: &Value) -> Value {
        let plain = self.schemas.plain(schema);
        if let Some(first) = self.schemas.initial(schema) {
            return first.clone();
        }
        match plain["type"].as_str() {
            Some("string") if plain["format"] == "date-time" => self.now.clone().into(),
            Some("string") if name == "id" => self.id().into(),
            Some("string") if name == "url" || name.ends_with("_url") => "http://127.0.0.1/".into(),
            Some("string") => "".into(),
            Some("boolean") => false.into(),
            Some("integer" | "number") => plain.get("minimum").cloned().unwrap_or_else(|| json!(0)),
            Some("array") => json!([]),
            None if plain.get("properties").is_none() && plain.get("allOf").is_none() => Value::Null,
            _ => {
                let properties = self.schemas.properties(plain);
                let required = properties.iter().filter(|(name, _)| self.schemas.is_required(plain, name));
                let made: Vec<_> = required.map(|(name, schema)| (*name, *schema)).collect();
                made.into_iter().map(|(name, schema)| (name.to_owned(), self.value(name, schema))).collect()
            }
        }
    }

    /// What answers have in the place of a value that a request sends, if that can be said by a rule.
    pub(super) fn converted(&mut self, name: &str, sent: &Value, schema: &Value) -> Option<Value> {
        if self.schemas.check(schema, sent, name, false).is_ok() {
            return Some(sent.clone());
        }
        let plain = self.schemas.plain(schema);
        match (sent, plain["type"].as_str()) {
            (Value::Number(number), Some("string")) => Some(number.to_string().into()),
            (Value::Array(items), Some("array")) => {
                items.iter().map(|item| self.converted(name, item, &plain["items"])).collect()
            }
            // The name, the slug or the ID of what answers have as an object.
            (Value::String(_), Some("object")) => {
                let mut made = self.present(name, plain);
                let properties = self.schemas.properties(plain);
                let named = ["name", "slug", "id", "display_name", "kind"];
                let mut takes = named.iter().filter(|name| {
                    properties.get(**name).is_some_and(|schema| self.schemas.check(schema, sent, name, false).is_ok())
                });
                made[*takes.next()?] = sent.clone();
                Some(made)
            }
            (Value::Object(fields), Some("object")) => {
                let mut made = self.present(name, plain);
                let properties = self.schemas.properties(plain);
                for (name, sent) in fields {
                    if let Some(value) = properties.get(name.as_str()).and_then(|of| self.converted(name, sent, of)) {
                        made[name] = value;
                    }
                }
                Some(made)
            }
            _ => None,
        }
    }
}

impl Schemas {
    /// Holds a value to a schema. `is_lenient` takes what the vendor's own tools send beside the description: fields
    /// that it does not have, nulls, and objects where it says strings.
    ///
    /// # Errors
    /// Says what is wrong, and where.
    pub(super) fn check(&self, schema: &Value, value: &Value, at: &str, is_lenient: bool) -> Result<(), String> {
        if value.is_null() {
            let plain = self.plain(schema);
            let is_any = plain.get("type").is_none() && plain.get("enum").is_none() && plain.get("allOf").is_none();
            return match self.is_nullable(schema) || is_lenient || is_any {
                true => Ok(()),
                false => Err(format!("{at} is null, but can be left out only")),
            };
        }
        if let Some(any) = schema["anyOf"].as_array().or_else(|| schema["oneOf"].as_array()) {
            let tried = any.iter().map(|alternative| self.check(alternative, value, at, is_lenient));
            return tried.reduce(Result::or).unwrap_or(Ok(()));
        }
        let plain = self.plain(schema);
        if let Some(values) = plain["enum"].as_array().filter(|values| !values.contains(value)) {
            let values: Vec<&str> = values.iter().filter_map(Value::as_str).collect();
            return Err(format!("{at} is {value}, but must be one of {}", values.join(", ")));
        }
        let wrong = |what: &str| Err(format!("{at} is {}, but must be {what}", kind(value)));
        match (plain["type"].as_str(), value) {
            (Some("string"), Value::String(text)) if plain["format"] == "date-time" => {
                match text.parse::<chrono::DateTime<chrono::Utc>>() {
                    Ok(_) => Ok(()),
                    Err(_) => Err(format!("{at} is `{text}`, but must be a time, such as 2026-01-02T03:04:05Z")),
                }
            }
            (Some("string"), Value::String(_)) | (Some("boolean"), Value::Bool(_)) => Ok(()),
            (Some("string"), Value::Object(_) | Value::Array(_)) if is_lenient => Ok(()),
            (Some("string"), _) => wrong("a string"),
            (Some("boolean"), _) => wrong("true or false"),
            (Some("integer"), Value::Number(number)) if !number.is_f64() => in_limits(plain, value, at),
            (Some("integer"), _) => wrong("a whole number"),
            (Some("number"), Value::Number(_)) => in_limits(plain, value, at),
            (Some("number"), _) => wrong("a number"),
            (Some("array"), Value::Array(items)) => items
                .iter()
                .enumerate()
                .try_for_each(|(i, item)| self.check(&plain["items"], item, &format!("{at}[{i}]"), is_lenient)),
            (Some("array"), _) => wrong("a list"),
            (Some("object"), Value::Object(fields)) => self.check_object(plain, fields, at, is_lenient),
            (Some("object"), _) => wrong("an object"),
            _ => Ok(()),
        }
    }

    fn check_object(
        &self,
        schema: &Value,
        fields: &Map<String, Value>,
        at: &str,
        is_lenient: bool,
    ) -> Result<(), String> {
        let properties = self.properties(schema);
        let within = |name: &str| if at.is_empty() { name.to_owned() } else { format!("{at}.{name}") };
        let is_open = schema.get("additionalProperties").is_some_and(|more| *more != false) || properties.is_empty();
        for (name, value) in fields {
            match properties.get(name.as_str()) {
                Some(schema) => self.check(schema, value, &within(name), is_lenient)?,
                None if is_open || is_lenient => {}
                None => return Err(format!("{} is not a field of the body", within(name))),
            }
        }
        let missing = properties.keys().find(|name| self.is_required(schema, name) && !fields.contains_key(**name));
        missing.map_or(Ok(()), |name| Err(format!("{} is missing", within(name))))
    }
}

fn in_limits(schema: &Value, value: &Value, at: &str) -> Result<(), String> {
    let (number, limit) = (value.as_f64().unwrap_or_default(), |name: &str| schema.get(name).and_then(Value::as_f64));
    match (limit("minimum"), limit("maximum")) {
        (Some(least), _) if number < least => Err(format!("{at} is {value}, but must be at least {least}")),
        (_, Some(most)) if number > most => Err(format!("{at} is {value}, but must be at most {most}")),
        _ => Ok(()),
    }
}

/// What a value is, in words.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// The value at a path of names with dots between them.
pub(super) fn at<'v>(value: &'v Value, path: &str) -> &'v Value {
    path.split('.').fold(value, |value, name| &value[name])
}

/// Puts a value at a path; not into what is null.
pub(super) fn put(value: &mut Value, path: &str, new: Value) {
    match path.split_once('.') {
        Some((name, rest)) => {
            if let Some(inner) = value.get_mut(name).filter(|inner| inner.is_object()) {
                put(inner, rest, new);
            }
        }
        None => {
            if let Value::Object(fields) = value {
                fields.insert(path.to_owned(), new);
            }
        }
    }
}

/// Whether a value has one of these values at each path.
pub(super) fn is_so(value: &Value, of: &Map<String, Value>) -> bool {
    of.iter().all(|(path, wanted)| match wanted {
        Value::Array(wanted) => wanted.contains(at(value, path)),
        wanted => wanted == at(value, path),
    })
}
