//! Actions of the overlay that would mend what the evidence contradicts, for a person to review and commit.

use anyhow::Context;
use serde_json::{Value, json};

use super::contradictions::{Change, Contradiction};
use super::observed::{self, Lifted};
use super::told;
use crate::comparison::diff::quoted;
use crate::effective::overlay;
use crate::upstream::spec::key_of;

/// What is proposed.
#[derive(Debug, Default)]
pub struct Proposal {
    /// The actions, each with its target and description.
    actions: Vec<Value>,
    /// What they mend.
    pub mended: Vec<String>,
    /// What is not mended, and why.
    pub left: Vec<String>,
}

impl Proposal {
    /// Proposes actions on a document as the overlay left it, for all that was seen among so many values.
    ///
    /// # Errors
    /// Where an action cannot be applied.
    pub(crate) fn of(mut document: Value, contradictions: &[Contradiction], min_samples: u64) -> anyhow::Result<Self> {
        let mut proposal = Self::default();
        for group in groups(contradictions) {
            let (few, group): (Vec<&Contradiction>, Vec<&Contradiction>) =
                group.into_iter().partition(|one| one.told.of < min_samples);
            let what = |one: &Contradiction| {
                format!("{}{}: {}", told::place(&document, &one.pointer), one.change.of(), one.told.text)
            };
            let left = |one: &&Contradiction| format!("{}: fewer than {min_samples} values (--min-samples)", what(one));
            proposal.left.extend(few.iter().map(left));
            let Some(first) = group.first() else { continue };
            let whats: Vec<String> = group.iter().map(|one| what(one)).collect();
            let actions = match actions(&document, first, &group) {
                Ok(actions) => actions,
                Err(why) => {
                    proposal.left.extend(whats.iter().map(|what| format!("{what}: {why}")));
                    continue;
                }
            };
            let text = serde_yaml::to_string(&json!({
                "overlay": "1.1.0",
                "info": { "title": "Proposed", "version": "1" },
                "actions": actions,
            }))?;
            let mut next = document.clone();
            let effects = overlay::apply(&text, &mut next).with_context(|| format!("the action for {}", whats[0]))?;
            // What was seen of both sides of an exchange is mended once.
            if effects.iter().any(|effect| effect.changed) {
                document = next;
                proposal.actions.extend(actions);
                proposal.mended.extend(whats);
            }
        }
        Ok(proposal)
    }

    /// An overlay's text with the actions at its end.
    ///
    /// # Errors
    /// Where an action cannot be written as YAML.
    pub fn added_to(&self, overlay: &str) -> anyhow::Result<String> {
        let mut text = format!("{}\n", overlay.trim_end());
        if !self.actions.is_empty() {
            text.push_str("\n  # --- Observed: `cargo xtask observe --propose` ---\n");
        }
        for action in &self.actions {
            let yaml = serde_yaml::to_string(&[action])?;
            yaml.lines().for_each(|line| text.push_str(&format!("  {line}\n")));
        }
        Ok(text)
    }
}

/// Contradictions by what is mended at once, in the order in which they are mended: a schema's list of values, or of
/// properties that have to be there, is changed once, and so is what both sides of an exchange share.
fn groups(contradictions: &[Contradiction]) -> Vec<Vec<&Contradiction>> {
    let mut groups: Vec<Vec<&Contradiction>> = Vec::new();
    for one in observed::ordered(contradictions) {
        let is_alike = |other: &&Contradiction| other.pointer == one.pointer && other.change.is_made_with(&one.change);
        match groups.iter_mut().find(|group| group.first().is_some_and(is_alike)) {
            Some(group) => group.push(one),
            None => groups.push(vec![one]),
        }
    }
    groups
}

/// The actions that make some changes at one place.
fn actions(document: &Value, one: &Contradiction, group: &[&Contradiction]) -> Result<Vec<Value>, String> {
    let at = as_left_by_overlay(document, &one.pointer).ok_or("it is null alone")?;
    let texts: Vec<String> = group.iter().map(|one| format!("{}{}", one.change.subject(), one.told.text)).collect();
    let description = one.told.reason(&texts.join("; "));
    let action = |pointer: &str, update: Value| json!({ "target": json_path(pointer), "description": description, "update": update });
    let removal = |path: String| json!({ "target": path, "description": description, "remove": true });
    let here = document.pointer(&at);
    let parent = || at.rsplit_once('/').map(|(parent, key)| (parent, key_of(key))).unwrap_or_default();
    // What is written anew, as no update takes anything away.
    let anew = |schema: Value| {
        let (parent, key) = parent();
        match document.pointer(parent) {
            Some(Value::Object(_)) => Ok(vec![removal(json_path(&at)), action(parent, json!({ key: schema }))]),
            _ => Err("it is a member of a list, which an action can only add to".to_owned()),
        }
    };
    let without = |key: &str| {
        let mut schema = here.cloned().unwrap_or_default();
        schema.as_object_mut().and_then(|schema| schema.remove(key));
        anew(schema)
    };
    let mut lifted = Lifted::default();
    let change = group.iter().skip(1).fold(one.change.clone(), |change, other| change.and(&other.change));
    let actions = match &change {
        Change::Null => match here.and_then(|here| here.get("$ref")) {
            Some(reference) => anew(json!({ "allOf": [{ "$ref": reference }], "nullable": true }))?,
            None => vec![action(&at, json!({ "nullable": true }))],
        },
        Change::Number => vec![action(&at, json!({ "type": "number" }))],
        Change::Type { guess, is_beside, is_nullable } => {
            let inferred = lifted.schema(guess, document, &one.pointer, None);
            let before = here.cloned().unwrap_or_default();
            if !is_beside {
                let before = before.as_object().cloned().unwrap_or_default();
                anew(observed::instead(&before, referable(inferred), *is_nullable).into())?
            } else if let Some(key) = ["anyOf", "oneOf"].into_iter().find(|key| before.get(*key).is_some()) {
                vec![action(&at, json!({ key: [inferred] }))]
            } else {
                anew(json!({ "anyOf": [before, inferred] }))?
            }
        }
        Change::Value(_) => {
            let mut values: Vec<&Value> = Vec::new();
            for one in group {
                if let Change::Value(value) = &one.change
                    && !values.contains(&value)
                {
                    values.push(value);
                }
            }
            vec![action(&at, json!({ "enum": values }))]
        }
        Change::AnyValue => {
            return Err(
                "the recording does not contain the value, which does not look like one of an enum; the client \
                        accepts unlisted values"
                    .to_owned(),
            );
        }
        Change::Format(Some(format)) => vec![action(&at, json!({ "format": format }))],
        Change::Format(None) => without("format")?,
        Change::Optional(_) => {
            let is_left = |name: &&Value| {
                !group.iter().any(|one| matches!(&one.change, Change::Optional(gone) if **name == gone.as_str()))
            };
            let required = here.and_then(|here| here.get("required")?.as_array()).into_iter().flatten();
            let left: Vec<&Value> = required.filter(is_left).collect();
            let removal = removal(format!("{}.required", json_path(&at)));
            match left.is_empty() {
                true => vec![removal],
                false => vec![removal, action(&at, json!({ "required": left }))],
            }
        }
        Change::Field(name, guess) => {
            let schema = referable(lifted.schema(guess, document, &one.pointer, Some(name)));
            vec![action(&at, json!({ "properties": { name: schema } }))]
        }
        Change::Entries => without("additionalProperties")?,
        Change::Answer(status, bodies, headers) => {
            if bodies.iter().any(|(media_type, _)| media_type != "application/json") {
                return Err("the client reads answers of JSON, and of one type".to_owned());
            }
            let answer = lifted.answer(*status, bodies, headers, document, &one.pointer);
            let (parent, status) = parent();
            vec![action(parent, json!({ status: answer }))]
        }
        Change::MediaType(..) => return Err("the client reads answers of JSON, and of one type".to_owned()),
        Change::NoBody => vec![removal(format!("{}.content", json_path(&at)))],
        Change::RequestBody(guess) => {
            let schema = lifted.schema(guess, document, &one.pointer, None);
            let body = json!({ "content": { "application/json": { "schema": schema } } });
            vec![action(parent().0, json!({ "requestBody": body }))]
        }
        Change::OptionalBody | Change::OptionalParameter => vec![action(&at, json!({ "required": false }))],
        Change::Header(name, guess) => {
            let schema = lifted.schema(guess, document, &one.pointer, Some(name));
            vec![action(&at, json!({ "headers": { name: { "schema": schema } } }))]
        }
        Change::Parameter(name, guess) => {
            let schema = lifted.schema(guess, document, &one.pointer, Some(name));
            let operation = at.rsplit_once("/parameters/").map_or("", |(operation, _)| operation);
            let parameter = json!({ "name": name, "in": "query", "schema": schema });
            vec![action(operation, json!({ "parameters": [parameter] }))]
        }
    };
    let types = lifted.schemas.iter().map(|(name, schema)| action("/components/schemas", json!({ name: schema })));
    Ok(types.chain(actions).collect())
}

/// What refers to a schema, written so that something may stand beside the reference.
fn referable(schema: Value) -> Value {
    match schema.get("$ref") {
        Some(_) => json!({ "allOf": [schema] }),
        None => schema,
    }
}

/// Where a place of the effective document is before null is spelled out; nothing, where it is null alone.
fn as_left_by_overlay(document: &Value, pointer: &str) -> Option<String> {
    let mut at = String::new();
    let mut tokens = pointer.split('/').skip(1).peekable();
    while let Some(token) = tokens.next() {
        let here = document.pointer(&at);
        let is_spelled_out = token == "anyOf"
            && here.is_some_and(|here| here.get("anyOf").is_none() && here.get("nullable") == Some(&Value::Bool(true)));
        if !is_spelled_out {
            at = format!("{at}/{token}");
            continue;
        }
        if tokens.next() != Some("0") {
            return None;
        }
        let members = here.and_then(|here| here.get("allOf")?.as_array());
        if members.is_some_and(|members| members.len() == 1) {
            at.push_str("/allOf/0");
        }
    }
    Some(at)
}

/// A JSON pointer as a JSONPath. (RFC 9535)
fn json_path(pointer: &str) -> String {
    let mut path = "$".to_owned();
    for token in pointer.split('/').skip(1) {
        let key = key_of(token);
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if key.bytes().all(|byte| byte.is_ascii_digit()) && !key.is_empty() && !path.ends_with("responses") {
            path.push_str(&format!("[{key}]"));
        } else if key.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && key.chars().all(is_name) {
            path.push_str(&format!(".{key}"));
        } else {
            path.push_str(&format!("['{}']", key.replace('\\', "\\\\").replace('\'', "\\'")));
        }
    }
    path
}

impl Change {
    /// Whether it is made together with another one of the same place.
    fn is_made_with(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Optional(_), Self::Optional(_))
            | (Self::Value(_), Self::Value(_))
            | (Self::Type { .. }, Self::Type { .. })
            | (Self::RequestBody(_), Self::RequestBody(_)) => true,
            (Self::Field(one, _), Self::Field(other, _))
            | (Self::Header(one, _), Self::Header(other, _))
            | (Self::Parameter(one, _), Self::Parameter(other, _)) => one == other,
            _ => false,
        }
    }

    /// The change that allows what either shows.
    fn and(mut self, other: &Self) -> Self {
        match (&mut self, other) {
            (Self::Field(_, guess), Self::Field(_, more))
            | (Self::Header(_, guess), Self::Header(_, more))
            | (Self::Parameter(_, guess), Self::Parameter(_, more))
            | (Self::RequestBody(guess), Self::RequestBody(more)) => guess.merge(more),
            (
                Self::Type { guess, is_beside, is_nullable },
                Self::Type { guess: more, is_beside: beside, is_nullable: nullable },
            ) => {
                guess.merge(more);
                *is_beside |= beside;
                *is_nullable |= nullable;
            }
            _ => {}
        }
        self
    }

    /// What its evidence is about, where that does not say it.
    fn subject(&self) -> String {
        match self {
            Self::Optional(name) | Self::Field(name, _) | Self::Header(name, _) | Self::Parameter(name, _) => {
                format!("{}: ", quoted(name))
            }
            _ => String::new(),
        }
    }

    /// What of a place it is about, after the place's name.
    fn of(&self) -> String {
        match self {
            Self::Optional(name) | Self::Field(name, _) | Self::Header(name, _) => format!(" › {name}"),
            _ => String::new(),
        }
    }
}
