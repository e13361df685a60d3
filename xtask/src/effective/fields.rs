//! The table of fields, `openapi/fields.toml`: what the vendor's description does not say of them, by their names.
//!
//! before: `token: { type: string }`, and in the table `secret.token = "a service token, after it was made"`
//! after:  `token: { type: string, format: password }`, which the generator makes a `Secret`
//!
//! before: `protected: { type: boolean }` of an answer, and in the table `guards.protected = "…"`
//! after:  `protected: { type: boolean, nullable: true }`: what an answer lacks is not made up
//!
//! before: `rate: { type: integer }` of a PATCH, and in the table `nullable."update_traffic_budget.rate" = "…"`
//! after:  `rate: { type: integer, nullable: true }`, which the generator makes a `Nullable`: null clears it
//!
//! A field that looks like one of the table, and is not in it, is noted. One that looks secret is taken for secret until
//! it was reviewed: to show too little does no harm.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, bail};
use heck::ToSnakeCase;
use serde_json::{Map, Value};

use super::clearing;
use super::rules::in_answers_alone;
use crate::generate::document::{each_schema, operations};

/// The table.
#[derive(Clone, Debug, Default)]
pub struct Fields {
    secret: Section,
    not_secret: Section,
    guards: Section,
    nullable: Section,
    not_nullable: Section,
}

/// Names of fields, or operations and names, each with the reason why it is there.
type Section = BTreeMap<String, String>;

impl Fields {
    /// Reads the table.
    ///
    /// # Errors
    /// Where it is not TOML, has a section that is unknown, or a line without a reason; and where a name is in two sections
    /// that exclude each other.
    pub fn parse(text: &str) -> anyhow::Result<Self> {
        let document: toml_edit::DocumentMut = text.parse().context("not TOML")?;
        let mut fields = Self::default();
        for (name, item) in document.iter() {
            let section = match name {
                "secret" => &mut fields.secret,
                "not_secret" => &mut fields.not_secret,
                "guards" => &mut fields.guards,
                "nullable" => &mut fields.nullable,
                "not_nullable" => &mut fields.not_nullable,
                _ => bail!("`[{name}]` is not a section of this table"),
            };
            let lines = item.as_table().with_context(|| format!("`{name}` is not a section"))?;
            for (key, reason) in lines.iter() {
                let reason = reason.as_str().filter(|reason| !reason.trim().is_empty());
                let reason = reason.with_context(|| format!("`{key}` in `[{name}]` has no reason"))?;
                // An operation goes by its function, in whatever case the vendor writes its id.
                let key = match key.split_once('.') {
                    Some((operation, name)) => format!("{}.{name}", operation.to_snake_case()),
                    None => key.to_owned(),
                };
                section.insert(key, reason.to_owned());
            }
        }
        for (name, section) in [("not_secret", &fields.not_secret), ("guards", &fields.guards)] {
            if let Some(key) = section.keys().find(|key| key.contains('.')) {
                bail!("`{key}` in `[{name}]` must be the name of a field alone");
            }
        }
        for (name, section) in [("nullable", &fields.nullable), ("not_nullable", &fields.not_nullable)] {
            if let Some(key) = section.keys().find(|key| !key.contains('.')) {
                bail!(
                    "`{key}` in `[{name}]` must be `<operationId>.<name>`: what one operation takes for null, another may not"
                );
            }
        }
        for (name, section, not) in
            [("secret", &fields.secret, &fields.not_secret), ("nullable", &fields.nullable, &fields.not_nullable)]
        {
            if let Some(both) = section.keys().find(|key| not.contains_key(*key)) {
                bail!("`{both}` is in `[{name}]` and in `[not_{name}]`");
            }
        }
        Ok(fields)
    }

    /// Writes into a document what the table says, and gives what there is to review.
    pub fn mark(&self, document: &mut Value) -> Vec<String> {
        let mut seen = Seen::default();
        // Before guards are marked: they are nullable by us, not by the vendor.
        let changes = clearing::changed_fields(document);
        let bodies = bodies(document);
        for (operation, pointer) in &bodies {
            let Some(Value::Object(schema)) = document.pointer_mut(pointer) else { continue };
            for (name, property) in properties(schema) {
                let key = format!("{operation}.{name}");
                if self.secret.contains_key(&key) {
                    hide(property);
                }
                seen.keys.insert(key);
            }
        }
        each_schema(document, &mut |map| {
            if let (Some(name), true) =
                (map.get("name").and_then(Value::as_str).map(str::to_owned), map.contains_key("in"))
            {
                let described = map.get("description").and_then(Value::as_str).unwrap_or_default().to_owned();
                if let Some(schema) = map.get_mut("schema") {
                    self.field(&name, &described, schema, &mut seen);
                }
            }
            for (name, property) in properties(map) {
                let described = property.get("description").and_then(Value::as_str).unwrap_or_default().to_owned();
                self.field(name, &described, property, &mut seen);
            }
        });
        self.mark_guards(document, &mut seen);
        let clearable: BTreeSet<String> = changes.iter().map(|field| field.key.clone()).collect();
        for field in changes {
            if self.nullable.contains_key(&field.key) {
                field.allow_null(document);
            } else if let Some(reason) = field.reason.filter(|_| !self.not_nullable.contains_key(&field.key)) {
                seen.notes.insert(format!(
                    "`{}` may be cleared by null ({reason}); review it in openapi/fields.toml: `[nullable]` or `[not_nullable]`",
                    field.key
                ));
            }
        }
        let lines = [
            ("secret", &self.secret, &seen.keys),
            ("not_secret", &self.not_secret, &seen.keys),
            ("guards", &self.guards, &seen.keys),
            ("nullable", &self.nullable, &clearable),
            ("not_nullable", &self.not_nullable, &clearable),
        ];
        let mut idle = Vec::new();
        for (name, section, known) in lines {
            let gone = section.keys().filter(|key| !known.contains(*key));
            idle.extend(gone.map(|key| {
                format!("openapi/fields.toml: no field is called `{key}` any more; take the line out of `[{name}]`")
            }));
        }
        seen.notes.into_iter().chain(idle).collect()
    }

    /// Has what guards be absent in an answer that lacks it.
    fn mark_guards(&self, document: &mut Value, seen: &mut Seen) {
        for pointer in in_answers_alone(document) {
            let Some(schema) = document.pointer_mut(&pointer) else { continue };
            each_schema(schema, &mut |map| {
                for (name, property) in properties(map).filter(|(_, property)| property["type"] == "boolean") {
                    let described = property.get("description").and_then(Value::as_str).unwrap_or_default();
                    if self.guards.contains_key(name) {
                        property["nullable"] = true.into();
                    } else if looks_like_a_guard(name, described) {
                        seen.notes.insert(format!(
                            "`{name}` (\"{described}\") may keep something from being deleted; if so, add it to `[guards]` of openapi/fields.toml"
                        ));
                    }
                }
            });
        }
    }

    fn field(&self, name: &str, described: &str, schema: &mut Value, seen: &mut Seen) {
        seen.keys.insert(name.to_owned());
        let Some(text) = text_of(schema).filter(|_| !self.not_secret.contains_key(name)) else { return };
        let is_known = text.get("format").is_some_and(|format| format == "password");
        if self.secret.contains_key(name) {
            hide(text);
        } else if !is_known && looks_secret(name, described) {
            hide(text);
            seen.notes.insert(format!(
                "`{name}` looks secret (\"{described}\") and is taken for it; review it in openapi/fields.toml: `[secret]` or `[not_secret]`"
            ));
        }
    }
}

/// Whether a boolean may say that something is not to be deleted.
fn looks_like_a_guard(name: &str, described: &str) -> bool {
    let text = format!("{name} {described}").to_lowercase();
    ["protect", "from deletion", "for deletion", "drop data"].iter().any(|says| text.contains(says))
}

/// What was met in a document.
#[derive(Default)]
struct Seen {
    keys: BTreeSet<String>,
    notes: BTreeSet<String>,
}

/// The bodies of requests, by their operations: where each schema stands.
fn bodies(document: &Value) -> Vec<(String, String)> {
    let of = |operation: &Value| {
        let pointer = clearing::schema_of(operation.get("requestBody")?, document)?;
        Some((operation.get("operationId")?.as_str()?.to_snake_case(), pointer))
    };
    operations(document).filter_map(|(_, _, operation)| of(operation)).collect()
}

fn properties(schema: &mut Map<String, Value>) -> impl Iterator<Item = (&String, &mut Value)> {
    schema.get_mut("properties").and_then(Value::as_object_mut).into_iter().flatten()
}

/// The text that a schema is, or is a list of; nothing, where it is something else, a time or one of a few values.
fn text_of(schema: &mut Value) -> Option<&mut Value> {
    match schema.get("type").and_then(Value::as_str) {
        Some("array") => text_of(schema.get_mut("items")?),
        Some("string") => {
            let is_other = schema.get("format").is_some_and(|format| format != "password");
            (!is_other && schema.get("enum").is_none()).then_some(schema)
        }
        _ => None,
    }
}

fn hide(schema: &mut Value) {
    if let Some(Value::Object(text)) = text_of(schema) {
        text.insert("format".to_owned(), "password".into());
    }
}

/// What the name of a secret ends with.
const ENDS: [&str; 10] = [
    "token",
    "secret",
    "password",
    "passphrase",
    "plain_text",
    "credential",
    "credentials",
    "private_key",
    "api_key",
    "access_key",
];

/// What the description of a secret says, in small letters.
const SAYS: [&str; 12] = [
    "plaintext",
    "plain text",
    "secret",
    "credential",
    "private key",
    "connection string",
    "grant code",
    "refresh token",
    "url to download",
    "signed url",
    "portal",
    "one-time",
];

/// Whether a text is secret by its name or its description.
fn looks_secret(name: &str, described: &str) -> bool {
    let (name, described) = (name.to_lowercase(), described.to_lowercase());
    let ends = |end: &&str| name.strip_suffix(*end).is_some_and(|rest| rest.is_empty() || rest.ends_with(['_', '-']));
    ENDS.iter().any(ends) || SAYS.iter().any(|says| described.contains(says))
}
