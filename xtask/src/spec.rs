//! Documents: read, validated, and written.

use std::borrow::Cow;
use std::collections::BTreeSet;

use anyhow::{Context, bail};
use serde_json::Value;

/// The operations of a path item. <https://spec.openapis.org/oas/v3.0.3#path-item-object>
pub const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// How deep brackets may be nested. The YAML scanner takes time by the square of it, and the parser
/// would refuse more than 128 levels in the end.
const MAX_DEPTH: usize = 1000;

/// How deep brackets are nested at most, those in texts included.
fn depth(text: &str) -> usize {
    let (mut depth, mut most) = (0_usize, 0);
    for byte in text.bytes() {
        match byte {
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => continue,
        }
        most = most.max(depth);
    }
    most
}

/// An OpenAPI 3.0 document.
#[derive(Clone, Debug)]
pub struct Spec {
    /// The document as a tree, in the order in which it is written.
    pub value: Value,
}

impl Spec {
    /// Reads YAML or JSON.
    ///
    /// # Errors
    /// Where the text is neither, or not an OpenAPI 3.0 document.
    pub fn parse(text: &str) -> anyhow::Result<Self> {
        if text.trim().is_empty() {
            bail!("the document is empty");
        }
        if depth(text) > MAX_DEPTH {
            bail!("brackets are nested more than {MAX_DEPTH} deep: this is no document for people");
        }
        let value: Value = serde_yaml::from_str(text).context("not YAML or JSON")?;
        let spec = Self { value };
        spec.validate()?;
        Ok(spec)
    }

    fn validate(&self) -> anyhow::Result<()> {
        match self.value.get("openapi") {
            None => bail!("not an OpenAPI document: there is no `openapi` at its top"),
            Some(Value::String(version)) if version.starts_with("3.0.") => {}
            Some(version) => bail!("OpenAPI version {version}, but only 3.0 is understood"),
        }
        serde_json::from_value::<openapiv3::OpenAPI>(self.value.clone()).context("not a valid OpenAPI 3.0 document")?;
        self.check_references(&self.value, &mut String::new())
    }

    /// Checks that every local `$ref` leads somewhere.
    fn check_references(&self, value: &Value, at: &mut String) -> anyhow::Result<()> {
        let length = at.len();
        let visit = |at: &mut String, key: &str, value: &Value| {
            at.push('/');
            at.push_str(&pointer_token(key));
            let result = self.check_references(value, at);
            at.truncate(length);
            result
        };
        match value {
            Value::Object(map) => {
                if let Some(Value::String(reference)) = map.get("$ref")
                    && let Some(pointer) = reference.strip_prefix('#')
                    && self.value.pointer(pointer).is_none()
                {
                    bail!("#{at} refers to {reference}, which is not there");
                }
                map.iter().try_for_each(|(key, value)| visit(at, key, value))
            }
            Value::Array(items) => items.iter().enumerate().try_for_each(|(i, item)| visit(at, &i.to_string(), item)),
            _ => Ok(()),
        }
    }

    /// The ids of the operations that the document holds.
    pub fn operations(&self) -> Vec<&str> {
        operation_ids(&self.value).collect()
    }

    /// The document with the wanted operations only, and with all that they reach. One that holds
    /// no others is left as it is.
    ///
    /// # Errors
    /// As [`require`](Self::require).
    pub fn pruned(mut self, wanted: &[String]) -> anyhow::Result<Self> {
        self.require(wanted)?;
        if self.operations().iter().all(|id| wanted.iter().any(|wanted| wanted == id)) {
            return Ok(self);
        }
        if let Some(Value::Object(paths)) = self.value.get_mut("paths") {
            paths.retain(|_, item| {
                let Value::Object(item) = item else { return false };
                item.retain(|_, value| match value.get("operationId").and_then(Value::as_str) {
                    Some(id) => wanted.iter().any(|wanted| wanted == id),
                    None => !is_operation(value),
                });
                item.values().any(|value| value.get("operationId").is_some())
            });
        }
        let reached = reachable(&self.value);
        if let Some(Value::Object(components)) = self.value.get_mut("components") {
            for (kind, items) in components.iter_mut().filter(|(kind, _)| *kind != "securitySchemes") {
                if let Value::Object(items) = items {
                    items.retain(|name, _| reached.contains(&format!("/components/{kind}/{}", pointer_token(name))));
                }
            }
            components.retain(|_, items| items.as_object().is_none_or(|items| !items.is_empty()));
        }
        let tags = self.tags();
        if let Some(Value::Array(all)) = self.value.get_mut("tags") {
            all.retain(|tag| tag.get("name").is_some_and(|name| tags.contains(name)));
        }
        Ok(self)
    }

    /// The tags of the operations.
    fn tags(&self) -> Vec<Value> {
        let paths = self.value.get("paths").and_then(Value::as_object);
        let items = paths.into_iter().flat_map(|paths| paths.values()).filter_map(Value::as_object);
        let operations = items.flat_map(|item| item.values());
        operations.filter_map(|operation| operation.get("tags")?.as_array()).flatten().cloned().collect()
    }

    /// Checks that the wanted operations are there.
    ///
    /// # Errors
    /// Names the ones that are missing and some that are there instead.
    pub fn require(&self, wanted: &[String]) -> anyhow::Result<()> {
        let held = self.operations();
        let missing: Vec<_> = wanted.iter().filter(|id| !held.contains(&id.as_str())).collect();
        if !missing.is_empty() {
            let some = held.iter().take(5).copied().collect::<Vec<_>>().join(", ");
            let held = if some.is_empty() { "no operation at all".to_owned() } else { some };
            bail!("the document lacks the operation {missing:?}; it holds {held}");
        }
        Ok(())
    }
}

/// The ids of the operations in a document.
pub fn operation_ids(document: &Value) -> impl Iterator<Item = &str> {
    let paths = document.get("paths").and_then(Value::as_object);
    let items = paths.into_iter().flat_map(|paths| paths.values()).filter_map(Value::as_object);
    items.flat_map(|item| item.values()).filter_map(|operation| operation.get("operationId")?.as_str())
}

/// The pointers that `$ref`s lead to, from a document's paths on.
pub fn reachable(document: &Value) -> BTreeSet<String> {
    let mut open: Vec<&Value> = document.get("paths").into_iter().collect();
    let mut seen = BTreeSet::new();
    while let Some(value) = open.pop() {
        match value {
            Value::Object(map) => {
                let reference = map.get("$ref").and_then(Value::as_str);
                if let Some(pointer) = reference.and_then(|to| to.strip_prefix('#'))
                    && seen.insert(pointer.to_owned())
                {
                    open.extend(document.pointer(pointer));
                }
                open.extend(map.values());
            }
            Value::Array(items) => open.extend(items),
            _ => {}
        }
    }
    seen
}

/// Whether a member of a path item is an operation, by what every operation has.
fn is_operation(value: &Value) -> bool {
    value.get("responses").is_some()
}

/// The pointer of a `$ref` that stays within its document. It is a URI's fragment, so what is
/// percent-encoded in it is decoded.
pub fn target(reference: &str) -> Option<Cow<'_, str>> {
    percent_encoding::percent_decode_str(reference.strip_prefix('#')?).decode_utf8().ok()
}

/// What a whole number of more than 64 bits stands for in a tree that is to be compared: JSON's
/// numbers, as serde_json keeps them, hold none. The first character is in no text of a document.
const BIG: &str = "\u{fdd0}integer ";

/// The digits of a whole number of more than 64 bits.
pub fn big_integer(text: &str) -> Option<&str> {
    text.strip_prefix(BIG)
}

/// A key as a reference token of a JSON pointer (RFC 6901).
pub fn pointer_token(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// A tree as YAML, below a comment.
///
/// # Errors
/// Where the tree holds what YAML cannot express.
pub fn to_yaml(comment: &str, value: &Value) -> anyhow::Result<String> {
    let body = serde_yaml::to_string(value).context("cannot write YAML")?;
    let comment: String = comment.lines().map(|line| format!("# {line}\n")).collect();
    Ok(format!("{comment}{body}"))
}
