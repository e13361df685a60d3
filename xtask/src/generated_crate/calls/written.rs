//! Values as they are written: in a path, in a query, and as arguments in Rust.

use serde_json::Value;

/// A parameter in a path, decoded, by OpenAPI's table of styles.
pub(super) fn in_path(name: &str, style: Option<&str>, exploded: bool, value: &Value) -> String {
    let items = plain_list(value);
    match style {
        Some("label") => format!(".{}", items.join(if exploded { "." } else { "," })),
        Some("matrix") if exploded => items.iter().map(|item| format!(";{name}={item}")).collect(),
        Some("matrix") => format!(";{name}={}", items.join(",")),
        _ => items.join(","),
    }
}

/// The pairs of a query for a parameter, decoded, by the same table.
pub(super) fn in_query(
    name: &str,
    style: Option<&str>,
    exploded: Option<bool>,
    value: &Value,
) -> Vec<(String, String)> {
    let one = |text: String| vec![(name.to_owned(), text)];
    match (value, style) {
        (Value::Array(items), _) if items.is_empty() => Vec::new(),
        (Value::Array(_), None | Some("form")) if exploded == Some(false) => one(plain_list(value).join(",")),
        (Value::Array(_), Some("spaceDelimited")) if exploded != Some(true) => one(plain_list(value).join(" ")),
        (Value::Array(_), Some("pipeDelimited")) if exploded != Some(true) => one(plain_list(value).join("|")),
        (Value::Array(items), _) => items.iter().map(|item| (name.to_owned(), plain(item))).collect(),
        (Value::Object(fields), Some("deepObject")) => {
            fields.iter().map(|(key, value)| (format!("{name}[{key}]"), plain(value))).collect()
        }
        (Value::Object(fields), _) => fields.iter().map(|(key, value)| (key.clone(), plain(value))).collect(),
        (value, _) => one(plain(value)),
    }
}

/// The items of a list, or the one value, as text.
pub(super) fn plain_list(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().map(plain).collect(),
        value => vec![plain(value)],
    }
}

/// A value as text, as it stands in a URL.
pub(super) fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A value as a builder's argument. A time is of chrono's types.
pub(super) fn argument(value: &Value, schema: &Value) -> String {
    let format = schema.get("format").and_then(Value::as_str).unwrap_or_default();
    let parsed = |text: &str, of: &str| format!("{text:?}.parse::<planetscale_client::chrono::{of}>().unwrap()");
    match value {
        Value::String(text) if format == "date-time" => parsed(text, "DateTime<planetscale_client::chrono::Utc>"),
        Value::String(text) if format == "date" => parsed(text, "NaiveDate"),
        Value::String(text) => format!("{text:?}"),
        Value::Array(items) => {
            let items = items.iter().map(|item| format!("{}.try_into().unwrap()", argument(item, &schema["items"])));
            format!("vec![{}]", items.collect::<Vec<_>>().join(", "))
        }
        value => value.to_string(),
    }
}
