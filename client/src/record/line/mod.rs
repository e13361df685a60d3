//! A line of a recording. xtask has this folder as a module of its own, so that what others recorded is made into the
//! same lines: nothing here knows the rest of the client.

pub(crate) mod description;
pub(crate) mod formats;
pub(crate) mod place;
mod query;
pub(crate) mod shape;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use self::description::{Description, Operation};
use self::place::Place;
use self::shape::{Shape, Shaper};

/// The version of the lines that are written.
pub(crate) const VERSION: u32 = 1;

/// The headers of answers whose shapes are recorded.
pub(crate) const HEADERS: [&str; 14] = [
    CONTENT_TYPE,
    "deprecation",
    "link",
    "location",
    "ratelimit",
    "ratelimit-limit",
    "ratelimit-policy",
    "ratelimit-remaining",
    "ratelimit-reset",
    "retry-after",
    "sunset",
    "x-ratelimit-limit",
    "x-ratelimit-remaining",
    "x-ratelimit-reset",
];

const CONTENT_TYPE: &str = "content-type";

/// The methods of HTTP, of RFC 9110 and RFC 5789.
const METHODS: [&str; 8] = ["delete", "get", "head", "options", "patch", "post", "put", "trace"];

/// The media types that are written as they are.
const MEDIA_TYPES: [&str; 8] = [
    "application/json",
    "application/octet-stream",
    "application/problem+json",
    "application/x-ndjson",
    "application/xml",
    "text/csv",
    "text/html",
    "text/plain",
];

/// An exchange as it is recorded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Line {
    /// The version of the line.
    #[serde(rename = "v")]
    pub(crate) version: u32,
    /// What the recording is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) label: Option<String>,
    /// The operationId. Where no operation has the path, there is none, and neither a path nor a shape.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) operation: Option<String>,
    /// In lower case.
    pub(crate) method: String,
    /// The path's template.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) path: Option<String>,
    pub(crate) status: u16,
    /// Those of the answer that are among [`HEADERS`].
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) headers: BTreeMap<String, Shape>,
    /// The parameters of the query, as an object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) query: Option<Shape>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) request: Option<Shape>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) body: Option<Shape>,
}

/// An exchange as it was.
pub(crate) struct Exchange<'a> {
    pub(crate) method: &'a str,
    /// The operation that it is of.
    pub(crate) operation: Option<&'a Operation>,
    /// The parameters of the query, decoded.
    pub(crate) query: &'a [(String, String)],
    /// The body of the request; empty, where there is none.
    pub(crate) request: &'a [u8],
    pub(crate) status: u16,
    /// The headers of the answer, with names in lower case.
    pub(crate) headers: &'a [(&'a str, &'a str)],
    /// The body of the answer; empty, where there is none.
    pub(crate) body: &'a [u8],
    /// Whether that is all of it.
    pub(crate) is_whole: bool,
}

impl Line {
    /// What is recorded of an exchange. `is_harmless` and `may_show` are those of a [`Shaper`].
    pub(crate) fn of(
        exchange: &Exchange<'_>,
        description: &Description,
        is_harmless: &dyn Fn(&str) -> bool,
        may_show: &dyn Fn(&str, &str) -> bool,
    ) -> Self {
        let method = exchange.method.to_ascii_lowercase();
        let known = METHODS.into_iter().find(|known| *known == method);
        let mut line = Self {
            version: VERSION,
            label: None,
            operation: None,
            method: known.unwrap_or("other").to_owned(),
            path: None,
            status: exchange.status,
            headers: BTreeMap::new(),
            query: None,
            request: None,
            body: None,
        };
        let Some(operation) = exchange.operation else { return line };
        let schemas = &description.schemas;
        let shaper = Shaper { schemas, is_harmless, may_show };
        let body = |bytes: &[u8], place: &Place<'_>| {
            let json = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
            match serde_json::from_slice::<Value>(json) {
                Ok(value) => shaper.shape(&value, place),
                Err(_) => Shape::unreadable(bytes.len()),
            }
        };
        line.operation = Some(operation.id.clone());
        line.path = Some(operation.path.clone());
        line.headers = headers(exchange, shaper);
        line.query = has_any(exchange.query).then(|| {
            let place = operation.query(schemas);
            shaper.shape(&query::object(exchange.query, &place), &place)
        });
        line.request = has_any(exchange.request).then(|| body(exchange.request, &operation.request(schemas)));
        line.body = match exchange.is_whole {
            true => has_any(exchange.body).then(|| body(exchange.body, &operation.answer(schemas, exchange.status))),
            false => Some(Shape::unreadable(exchange.body.len())),
        };
        line
    }
}

/// The shapes of those headers of the answer that are recorded.
fn headers(exchange: &Exchange<'_>, shaper: Shaper<'_>) -> BTreeMap<String, Shape> {
    let shape = |(name, text): &(&str, &str)| {
        let name = HEADERS.into_iter().find(|known| known == name)?;
        let value = text.parse::<i64>().map_or_else(|_| Value::from(*text), Value::from);
        let mut shape = shaper.shape(&value, &Place::UNKNOWN);
        if name == CONTENT_TYPE {
            let essence = text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
            shape.value = MEDIA_TYPES.into_iter().find(|known| *known == essence).map(Value::from);
        }
        Some((name.to_owned(), shape))
    };
    exchange.headers.iter().filter_map(shape).collect()
}

fn has_any<T>(all: &[T]) -> bool {
    !all.is_empty()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::{Value, json};

    use super::place::{Place, Schemas};
    use super::shape::{Shape, Shaper};

    fn schemas() -> Schemas {
        let mut schemas = Schemas::default();
        let state = json!({ "type": "string", "enum": ["pending", "done", "not started"] });
        let backup = json!({ "type": "object", "properties": {
            "id": { "type": "string" },
            "state": { "nullable": true, "allOf": [{ "$ref": "#/components/schemas/State" }] },
            "level": { "type": "integer", "enum": [1, 2] },
            "protected": { "type": "boolean" },
            "token": { "type": "string", "format": "password" },
            "parts": { "type": "array", "items": { "$ref": "#/components/schemas/Backup" } },
            "either": { "anyOf": [{ "$ref": "#/components/schemas/State" }, { "type": "string" }] },
            "labels": { "type": "object", "additionalProperties": { "$ref": "#/components/schemas/State" } },
            "metadata": { "type": "object" },
            "empty": { "type": "object", "properties": {} },
        } });
        schemas.add("#/components/schemas/State".to_owned(), state);
        schemas.add("#/components/schemas/Backup".to_owned(), backup);
        schemas
    }

    fn shape(value: Value, may_show: &dyn Fn(&str, &str) -> bool) -> Value {
        let schemas = schemas();
        let backup = json!({ "$ref": "#/components/schemas/Backup" });
        let shaper = Shaper { schemas: &schemas, is_harmless: &|text| !text.contains("secret"), may_show };
        let shape = shaper.shape(&value, &schemas.place(&backup));
        let written = serde_json::to_value(&shape).unwrap();
        assert_eq!(serde_json::from_value::<Shape>(written.clone()).unwrap(), shape);
        written
    }

    #[test]
    fn values_stand_where_the_description_lists_them_and_nowhere_else() {
        let text = |n: &str| json!({ "t": "string", "n": n });
        for (name, value, expected) in [
            ("state", json!("pending"), json!({ "t": "string", "n": "1-9", "v": "pending" })),
            ("state", json!("not started"), json!({ "t": "string", "n": "10-99", "v": "not started" })),
            ("state", json!("new_state"), json!({ "t": "string", "n": "1-9", "v": "new_state" })),
            ("state", json!("a secret"), text("1-9")),
            ("state", json!("my-secret"), text("1-9")),
            ("state", json!(7), json!({ "t": "integer" })),
            ("state", json!(null), json!({ "t": "null" })),
            ("level", json!(2), json!({ "t": "integer", "v": 2 })),
            ("level", json!(1.5), json!({ "t": "number", "v": 1.5 })),
            ("protected", json!(true), json!({ "t": "boolean", "v": true })),
            ("id", json!(true), json!({ "t": "boolean" })),
            ("id", json!("pending"), text("1-9")),
            ("id", json!("2026-01-02T03:04:05Z"), json!({ "t": "string", "n": "10-99", "f": ["date-time"] })),
            ("id", json!("192.0.2.1"), json!({ "t": "string", "n": "1-9", "f": ["ipv4"] })),
            ("either", json!("pending"), text("1-9")),
            ("unknown", json!(true), json!({ "t": "boolean" })),
            ("unknown", json!("pending"), text("1-9")),
            ("unknown", json!(""), text("0")),
            ("parts", json!([]), json!({ "t": "array", "items": [] })),
        ] {
            let expected = json!({ "t": "object", "p": { name: expected } });
            assert_eq!(shape(json!({ name: value }), &|_, _| false), expected, "{name}: {value}");
        }
    }

    #[test]
    fn a_length_is_of_the_class_of_its_digits() {
        for (length, class) in [(0, "0"), (1, "1-9"), (9, "1-9"), (10, "10-99"), (99, "10-99"), (100, "100-999")]
            .into_iter()
            .chain([(999, "100-999"), (1_000, "1000-9999"), (9_999, "1000-9999"), (10_000, "10000+")])
        {
            let text = shape(json!({ "id": "é".repeat(length) }), &|_, _| false);
            assert_eq!(text["p"]["id"]["n"], class, "{length}");
        }
    }

    #[test]
    fn equal_items_stand_once_with_their_count() {
        let parts = json!({ "parts": [{ "state": "done" }, { "state": null }, { "state": "done" }] });
        let item = |state: Value| json!({ "t": "object", "p": { "state": state } });
        let done = item(json!({ "t": "string", "n": "1-9", "v": "done" }));
        let items = json!([{ "c": 2, "s": done }, { "c": 1, "s": item(json!({ "t": "null" })) }]);
        let expected = json!({ "t": "object", "p": { "parts": { "t": "array", "items": items } } });
        assert_eq!(shape(parts, &|_, _| false), expected);
    }

    #[test]
    fn keys_that_may_be_data_are_not_written() {
        let map = |values: Value| json!({ "t": "object", "p": {}, "map": values });
        let done = json!({ "t": "string", "n": "1-9", "v": "done" });
        let integer = json!({ "t": "integer" });
        let nested = json!({ "t": "object", "p": { "id": integer }, "map": [{ "c": 1, "s": integer }] });
        for (value, expected) in [
            (json!({ "labels": { "acme": "done", "b": "done" } }), map(json!([{ "c": 2, "s": done }]))),
            (json!({ "metadata": { "id": 1 } }), map(json!([{ "c": 1, "s": integer }]))),
            // Below a field that nobody described: names that the API has elsewhere.
            (json!({ "unknown": { "id": 1, "acme": 1 } }), nested.clone()),
            // Where a text is described.
            (json!({ "id": { "id": 1, "acme": 1 } }), nested),
            (json!({ "empty": { "acme": 1 } }), map(json!([{ "c": 1, "s": integer }]))),
        ] {
            let name = value.as_object().unwrap().keys().next().unwrap().clone();
            let expected = json!({ "t": "object", "p": { name: expected } });
            assert_eq!(shape(value, &|_, _| false), expected);
        }
        let odd = json!({ "an odd name": 1, "a-secret": 1, "": 1, "9": 1, "new": 1 });
        let expected = json!({ "t": "object", "p": { "new": integer }, "map": [{ "c": 4, "s": integer }] });
        assert_eq!(shape(odd, &|_, _| false), expected);
    }

    #[test]
    fn values_that_are_wanted_are_of_fields_that_are_described_and_not_secret() {
        let value = json!({ "id": "a", "token": "b", "unknown": "c", "metadata": { "id": "d" }, "either": "e" });
        let shape = shape(value, &|name, text| name == "id" && text == "a" || name == "token").to_string();
        for (text, is_shown) in [("a", true), ("b", false), ("c", false), ("d", false), ("e", false)] {
            assert_eq!(shape.contains(&format!(r#""v":"{text}""#)), is_shown, "{text} in {shape}");
        }
    }

    #[test]
    fn a_schema_that_refers_to_itself_ends() {
        let mut schemas = Schemas::default();
        let itself =
            json!({ "anyOf": [{ "$ref": "#/components/schemas/It" }, { "$ref": "#/components/schemas/None" }] });
        schemas.add("#/components/schemas/It".to_owned(), itself.clone());
        let shaper = Shaper { schemas: &schemas, is_harmless: &|_| true, may_show: &|_, _| false };
        let value = json!([{ "a": "b" }]);
        shaper.shape(&value, &schemas.place(&itself));
        shaper.shape(&value, &Place::UNKNOWN);
    }
}
