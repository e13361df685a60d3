//! Our corrections: an OpenAPI Overlay, applied action by action, so that each can be watched.

use std::collections::BTreeSet;

use anyhow::{Context, anyhow, bail};
use heck::ToSnakeCase;
use roas_overlay::apply::{Apply, ApplyError, ApplyReport};
use roas_overlay::v1_1::{Action, Overlay};
use roas_overlay::validation::Validate;
use serde_json::Value;

use crate::upstream::spec::{operation_ids, pointer_token};

/// What one action did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effect {
    /// Why the action is there.
    pub description: String,
    /// The JSONPath of what it acts on.
    pub target: String,
    /// How many nodes that matched.
    pub matched: usize,
    /// Whether the document is another one afterwards.
    pub changed: bool,
}

impl Effect {
    /// Whether the action did nothing, as upstream has done it.
    pub fn is_needless(&self) -> bool {
        self.matched > 0 && !self.changed
    }
}

/// An action with this extension adds an operation of its id, as long as upstream has none.
const ADDS: &str = "x-adds-operation";

/// Applies an overlay (YAML) to a document.
///
/// # Errors
/// Where the overlay is not valid, an action lacks its description, or one cannot be applied.
pub fn apply(overlay: &str, document: &mut Value) -> anyhow::Result<Vec<Effect>> {
    apply_watched(overlay, document, &mut |_, _, _, _| {})
}

/// Applies an overlay, and shows of each action its target, and the pointer of the part of the document that holds all
/// that it can change, with that part before and after it.
///
/// # Errors
/// As [`apply`].
pub fn apply_watched(
    overlay: &str,
    document: &mut Value,
    watch: &mut dyn FnMut(&str, &str, &Value, &Value),
) -> anyhow::Result<Vec<Effect>> {
    let mut overlay: Overlay = serde_yaml::from_str(overlay).context("not an OpenAPI Overlay 1.1")?;
    // Both say in many words what is wrong and where.
    overlay.validate(Default::default()).map_err(|e| anyhow!("not a valid OpenAPI Overlay 1.1: {e}"))?;
    // In whatever case the vendor writes them.
    let held: BTreeSet<String> = operation_ids(document).map(ToSnakeCase::to_snake_case).collect();
    let actions = std::mem::take(&mut overlay.actions);
    let mut effects = Vec::new();
    for (index, action) in actions.into_iter().enumerate() {
        let Some(description) = action.description.clone() else {
            bail!("actions[{index}] (target {}) has no description to say why", action.target);
        };
        let skipped = action
            .extensions
            .as_ref()
            .and_then(|more| more.get(ADDS)?.as_str())
            .is_some_and(|id| held.contains(&id.to_snake_case()));
        if skipped {
            let (description, target) = (description, action.target.clone());
            effects.push(Effect { description, target, matched: 1, changed: false });
            continue;
        }
        let (target, names) = (action.target.clone(), names(&action));
        let within: String = names.iter().map(|name| format!("/{}", pointer_token(name))).collect();
        let before = document.pointer(&within).cloned();
        overlay.actions = vec![action];
        let report =
            apply_to_part(&overlay, &names, document).map_err(|e| anyhow!("actions[{index}] ({description}): {e}"))?;
        let after = document.pointer(&within);
        watch(&target, &within, before.as_ref().unwrap_or(&Value::Null), after.unwrap_or(&Value::Null));
        effects.push(Effect {
            description,
            target,
            matched: report.actions.iter().map(|outcome| outcome.matched).sum(),
            changed: after != before.as_ref(),
        });
    }
    Ok(effects)
}

/// The names that lead to the part of a document that holds all that an action can change: those that its target begins
/// with, but for the last where the action removes something. A document of the whole API is too large to be kept for
/// each action.
fn names(action: &Action) -> Vec<String> {
    let mut names = Vec::new();
    let mut rest = action.target.strip_prefix('$').unwrap_or_default();
    while let Some((name, after)) = first_name(rest) {
        names.push(name.to_owned());
        rest = after;
    }
    if action.remove == Some(true) {
        names.pop();
    }
    names
}

/// Applies an overlay of one action to the part of a document that names lead to. The library copies all that it is
/// given.
fn apply_to_part(overlay: &Overlay, names: &[String], document: &mut Value) -> Result<ApplyReport, ApplyError> {
    // A path within the target, or that of what is copied, begins at the document's root.
    let looks_elsewhere = |action: &Action| action.copy.is_some() || action.target.matches('$').count() > 1;
    let place = names.iter().try_fold(&mut *document, |at, name| at.as_object_mut()?.get_mut(name));
    let Some(place) = place.filter(|_| !overlay.actions.iter().any(looks_elsewhere)) else {
        return overlay.apply(document, Default::default());
    };
    let around = |part, name: &String| Value::Object([(name.clone(), part)].into_iter().collect());
    let mut part = names.iter().rev().fold(place.take(), around);
    let report = overlay.apply(&mut part, Default::default());
    *place = names.iter().fold(part, |mut part, name| part.get_mut(name).map(Value::take).unwrap_or_default());
    report
}

/// The first segment of a JSONPath, where it is one name, and what follows it.
fn first_name(path: &str) -> Option<(&str, &str)> {
    if let Some(quoted) = path.strip_prefix("['") {
        let (name, after) = quoted.split_once("']")?;
        return (!name.contains(['\'', '\\'])).then_some((name, after));
    }
    let name = path.strip_prefix('.')?;
    let end = name.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(name.len());
    (end > 0).then(|| name.split_at(end))
}

/// The numbers of the actions that add an operation.
///
/// # Errors
/// Where the overlay is none.
pub fn adding(overlay: &str, id: &str) -> anyhow::Result<Vec<usize>> {
    let overlay: Overlay = serde_yaml::from_str(overlay).context("not an OpenAPI Overlay 1.1")?;
    let adds = |action: &Action| {
        action.extensions.as_ref().and_then(|more| more.get(ADDS)?.as_str()).is_some_and(|added| added == id)
    };
    Ok(overlay.actions.iter().enumerate().filter(|(_, action)| adds(action)).map(|(at, _)| at).collect())
}

/// An overlay's text without some of its actions, by their numbers. Comments right above one go with it, but
/// headings (`# ---`) stay.
///
/// # Errors
/// Where the text is not laid out as ours is, one action after the other, or is not an overlay without them: an
/// anchor may be defined in one action and used in another.
pub fn without(overlay: &str, actions: &[usize]) -> anyhow::Result<String> {
    let lines: Vec<&str> = overlay.split_inclusive('\n').collect();
    let indent = |line: &str| line.len() - line.trim_start().len();
    let head = lines.iter().position(|line| line.trim_end() == "actions:").context("there is no `actions:`")?;
    let is_comment = |line: &str| line.trim_start().starts_with('#');
    let first = lines[head + 1..].iter().position(|line| line.trim_start().starts_with("- "));
    let first = head + 1 + first.context("there are no actions")?;
    let depth = indent(lines[first]);
    let is_start = |line: &str| indent(line) == depth && line.trim_start().starts_with("- ");
    let starts: Vec<usize> = (first..lines.len()).filter(|at| is_start(lines[*at])).collect();
    let mut kept: Vec<bool> = vec![true; lines.len()];
    for number in actions {
        let start = *starts.get(*number).with_context(|| format!("there is no actions[{number}]"))?;
        let mut end = starts.get(number + 1).copied().unwrap_or(lines.len());
        // What stands above the next action belongs to that.
        while end > start + 1 && (lines[end - 1].trim().is_empty() || is_comment(lines[end - 1])) {
            end -= 1;
        }
        let mut begin = start;
        while begin > head + 1 && is_comment(lines[begin - 1]) && !lines[begin - 1].contains("---") {
            begin -= 1;
        }
        kept[begin..end].fill(false);
    }
    let text: String = lines.iter().zip(kept).filter(|(_, kept)| *kept).map(|(line, _)| *line).collect();
    let count = |text: &str| -> anyhow::Result<usize> { Ok(serde_yaml::from_str::<Overlay>(text)?.actions.len()) };
    let (before, after) = (count(overlay)?, count(&text).context("without them the overlay is not valid")?);
    if before - actions.len() != after {
        bail!("{before} actions without {} would be {after}", actions.len());
    }
    Ok(text)
}
