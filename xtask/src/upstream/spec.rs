//! Documents: read, validated, and written.

mod anchors;
mod error;
mod json;
mod repairs;
mod v31;
mod validate;
mod yaml;

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use anyhow::{Context, bail};
use serde_json::Value;

pub use self::error::Position;
pub use self::v31::READ_AS;
use self::validate::Invalid;
pub use crate::generate::document::{METHODS, escape as pointer_token};
use crate::upstream::shape::{Shapes, becomes_a_type};

/// An OpenAPI 3.0 document, or one of 3.1 that is read as 3.0.
#[derive(Clone, Debug)]
pub struct Spec {
    /// The document as a tree, in the order in which it is written. Whole numbers of more than 64 bits
    /// stand in it as texts: see [`big_integer`].
    pub value: Value,
    /// The text that it was read from, and the line that this begins at in its page.
    text: Rc<str>,
    first_line: usize,
    /// What of OpenAPI 3.1 has no counterpart in 3.0, by its pointer.
    foreign: Rc<[String]>,
    /// What was read otherwise than it is written.
    notes: Rc<[String]>,
}

/// A document that was read from no text: nothing in it has a place.
impl From<Value> for Spec {
    fn from(value: Value) -> Self {
        Self { value, text: "".into(), first_line: 1, foreign: Rc::default(), notes: Rc::default() }
    }
}

impl Spec {
    /// Reads YAML or JSON.
    ///
    /// # Errors
    /// Where the text is neither, or not an OpenAPI 3.0 document: what is wrong, its JSON pointer, line
    /// and column.
    pub fn parse(text: &str) -> anyhow::Result<Self> {
        Self::parse_at(text, 1)
    }

    /// As [`parse`](Self::parse), for a text that begins at a line of a page.
    ///
    /// # Errors
    /// As [`parse`](Self::parse); lines are those of the page.
    pub fn parse_at(text: &str, first_line: usize) -> anyhow::Result<Self> {
        if text.trim().is_empty() {
            bail!("the document is empty");
        }
        let in_page = |place: Position| Position { line: place.line + first_line - 1, ..place };
        let mut notes = Vec::new();
        let mut value = yaml::read(text, &mut notes).map_err(|e| error::Error { at: in_page(e.at), ..e })?;
        if let Some(version) = value.pointer_mut("/info/version")
            && let Value::Number(number) = version
        {
            notes.push(format!("`info.version` is the number {number}, read as a string: write it in quotes"));
            *version = number.to_string().into();
        }
        let foreign = if v31::is_31(&value) { v31::read_as_30(&mut value) } else { Vec::new() };
        repairs::describe_responses(&mut value, &mut notes);
        if let Err(Invalid { pointer, what }) = validate::validate(&value) {
            let place = yaml::places(text, &[&pointer])?.get(&pointer).copied();
            let place = place.map(|place| format!(" ({})", in_page(place))).unwrap_or_default();
            let pointer = if pointer.is_empty() { String::new() } else { format!("#{pointer}{place}: ") };
            bail!("not a valid OpenAPI 3.0 document: {pointer}{what}");
        }
        Ok(Self { value, text: text.into(), first_line, foreign: foreign.into(), notes: notes.into() })
    }

    /// Checks that all of it has a counterpart in OpenAPI 3.0, so that code can be generated.
    ///
    /// # Errors
    /// Names what has none.
    pub fn require_3_0(&self) -> anyhow::Result<()> {
        self.require_3_0_but_for(&[])
    }

    /// The same, but for what some keywords say.
    ///
    /// # Errors
    /// As [`require_3_0`](Self::require_3_0).
    pub fn require_3_0_but_for(&self, keywords: &[&str]) -> anyhow::Result<()> {
        let is_known = |at: &str| keywords.iter().any(|keyword| at.ends_with(&format!("/{keyword}")));
        let foreign: Vec<&str> = self.foreign.iter().map(String::as_str).filter(|at| !is_known(at)).collect();
        if !foreign.is_empty() {
            bail!(
                "OpenAPI 3.1 is read as 3.0, which has no counterpart for {}; leave the operation out, or have the \
                 document converted first",
                foreign.join(", ")
            );
        }
        Ok(())
    }

    /// The same document, in a text of its own.
    pub fn in_text(self, text: &str) -> Self {
        Self { text: text.into(), first_line: 1, ..self }
    }

    /// Where values stand in the page, by their JSON pointers.
    pub fn places(&self, pointers: &[&str]) -> HashMap<String, Position> {
        if self.text.is_empty() {
            return HashMap::new();
        }
        let mut places = yaml::places(&self.text, pointers).unwrap_or_default();
        places.values_mut().for_each(|place| place.line += self.first_line - 1);
        places
    }

    /// What was read otherwise than it is written, and how to write it.
    pub fn notes(&self) -> &[String] {
        &self.notes
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
        if let Value::Object(document) = &mut self.value {
            // What the server may call is not an operation of a client.
            document.remove("webhooks");
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
        let equal = self.equal_to_inline();
        if let Some(Value::Object(components)) = self.value.get_mut("components") {
            for (kind, items) in components.iter_mut().filter(|(kind, _)| *kind != "securitySchemes") {
                if let Value::Object(items) = items {
                    let is_equal = |name: &str| kind == "schemas" && equal.contains(name);
                    items.retain(|name, _| {
                        reached.contains(&format!("/components/{kind}/{}", pointer_token(name))) || is_equal(name)
                    });
                }
            }
            components.retain(|_, items| items.as_object().is_none_or(|items| !items.is_empty()));
        }
        let value = &self.value;
        let is_left =
            |at: &&String| at.trim_start_matches('#').split(": ").next().is_some_and(|at| value.pointer(at).is_some());
        self.foreign = self.foreign.iter().filter(is_left).cloned().collect();
        self.drop_foreign_tags();
        Ok(self)
    }

    /// Drops the descriptions of tags that none of the operations has: a page of one operation carries those of
    /// the whole API.
    pub fn drop_foreign_tags(&mut self) {
        let tags = self.tags();
        if let Some(Value::Array(all)) = self.value.get_mut("tags") {
            all.retain(|tag| tag.get("name").is_some_and(|name| tags.contains(name)));
        }
    }

    /// The schemas among the components that are equal to one that is written inline: they have names.
    fn equal_to_inline(&self) -> BTreeSet<String> {
        let mut shapes = Shapes::default();
        let mut inline = BTreeSet::new();
        if let Some(paths) = self.value.get("paths") {
            let mut met = |id| {
                inline.insert(id);
            };
            each_schema(paths, &mut |schema| {
                shapes.of(schema, &mut met);
            });
        }
        let components = self.value.pointer("/components/schemas").and_then(Value::as_object);
        let mut is_inline = |schema: &Value| becomes_a_type(schema) && inline.contains(&shapes.of(schema, &mut |_| {}));
        components.into_iter().flatten().filter(|(_, schema)| is_inline(schema)).map(|(name, _)| name.clone()).collect()
    }

    /// The tags of the operations.
    pub fn tags(&self) -> Vec<Value> {
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
        let missing: Vec<&str> = wanted.iter().map(String::as_str).filter(|id| !held.contains(id)).collect();
        if !missing.is_empty() {
            let (names, near) = (missing.join(", "), super::nearest::nearest(missing[0], &held));
            let operations = if missing.len() == 1 { "operation" } else { "operations" };
            bail!("the document lacks the {operations} {names}{near}");
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

/// The pointers that `$ref`s lead to, from a document's paths on, with all that is around them.
pub fn reachable(document: &Value) -> BTreeSet<String> {
    reachable_from(document, document.get("paths").into_iter().collect())
}

/// The pointers that `$ref`s lead to, from some values of a document on, with all that is around them.
pub fn reachable_from<'d>(document: &'d Value, mut open: Vec<&'d Value>) -> BTreeSet<String> {
    let mut seen: BTreeSet<String> = BTreeSet::new();
    while let Some(value) = open.pop() {
        references(value, &mut |_, reference| {
            let Some(pointer) = target(reference).filter(|pointer| !seen.contains(&**pointer)) else { return };
            open.extend(document.pointer(&pointer));
            let around = pointer.match_indices('/').map(|(end, _)| pointer[..end].to_owned());
            seen.extend(around.filter(|around| !around.is_empty()));
            seen.insert(pointer.into_owned());
        });
    }
    seen
}

/// The outermost schemas in a document's paths.
fn each_schema(value: &Value, visit: &mut impl FnMut(&Value)) {
    match value {
        Value::Object(map) => {
            for (key, inner) in map {
                match key.as_str() {
                    "schema" => visit(inner),
                    key if is_data(key) => {}
                    _ => each_schema(inner, visit),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| each_schema(item, visit)),
        _ => {}
    }
}

/// Keys under which a value is data: a `$ref` in it is none.
fn is_data(key: &str) -> bool {
    matches!(key, "example" | "default" | "enum" | "const" | "value") || key.starts_with("x-")
}

/// Keys of maps whose own keys are names, whatever these are called.
fn holds_names(key: &str) -> bool {
    matches!(
        key,
        "properties"
            | "patternProperties"
            | "schemas"
            | "responses"
            | "parameters"
            | "requestBodies"
            | "headers"
            | "securitySchemes"
            | "links"
            | "callbacks"
            | "paths"
            | "content"
            | "encoding"
            | "examples"
            | "mapping"
            | "variables"
            | "scopes"
    )
}

/// All `$ref`s in a value, each with what holds it. Where a value is data, such as an example or an
/// extension, there are none.
pub fn references<'v>(value: &'v Value, visit: &mut impl FnMut(&'v Value, &'v str)) {
    find_references(value, None, false, visit);
}

fn find_references<'v>(value: &'v Value, key: Option<&str>, names: bool, visit: &mut impl FnMut(&'v Value, &'v str)) {
    match value {
        Value::Object(map) => {
            if let Some(Value::String(reference)) = map.get("$ref").filter(|_| !names) {
                visit(value, reference);
            }
            for (name, inner) in map {
                let extension = matches!(key, Some("paths" | "responses")) && name.starts_with("x-");
                if if names { extension } else { is_data(name) } {
                    continue;
                }
                find_references(inner, Some(name), !names && holds_names(name), visit);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| find_references(item, None, false, visit)),
        _ => {}
    }
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

fn big(digits: &str) -> Value {
    format!("{BIG}{digits}").into()
}

/// A tree with the whole numbers of more than 64 bits as floats, as near as these come.
fn lowered(value: &Value) -> Value {
    match value {
        Value::String(text) => match big_integer(text).and_then(|digits| digits.parse::<f64>().ok()) {
            Some(float) => Value::from(float),
            None => value.clone(),
        },
        Value::Array(items) => items.iter().map(lowered).collect(),
        Value::Object(map) => map.iter().map(|(key, value)| (key.clone(), lowered(value))).collect(),
        value => value.clone(),
    }
}

/// The digits of a whole number of more than 64 bits.
pub fn big_integer(text: &str) -> Option<&str> {
    text.strip_prefix(BIG)
}

/// The key that a reference token of a JSON pointer stands for.
pub fn key_of(token: &str) -> String {
    token.replace("~1", "/").replace("~0", "~")
}

/// A tree as YAML, below a comment.
///
/// # Errors
/// Where the tree holds what YAML cannot express.
pub fn to_yaml(comment: &str, value: &Value) -> anyhow::Result<String> {
    let mut value = lowered(value);
    if value.get("openapi").is_some_and(|version| version == READ_AS) {
        value["openapi"] = "3.0.3".into();
    }
    let body = serde_yaml::to_string(&value).context("cannot write YAML")?;
    let comment: String = comment.lines().map(|line| format!("# {line}\n")).collect();
    Ok(format!("{comment}{body}"))
}
