//! Our corrections: an OpenAPI Overlay, applied action by action, so that each can be watched.

use std::collections::BTreeSet;

use anyhow::{Context, anyhow, bail};
use roas_overlay::apply::Apply;
use roas_overlay::v1_1::Overlay;
use roas_overlay::validation::Validate;
use serde_json::Value;

use crate::spec::operation_ids;

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

/// An action with this extension adds an operation of its id, as long as upstream has none.
const ADDS: &str = "x-adds-operation";

/// Applies an overlay (YAML) to a document.
///
/// # Errors
/// Where the overlay is not valid, an action lacks its description, or one cannot be applied.
pub fn apply(overlay: &str, document: &mut Value) -> anyhow::Result<Vec<Effect>> {
    let overlay: Overlay = serde_yaml::from_str(overlay).context("not an OpenAPI Overlay 1.1")?;
    // Both say in many words what is wrong and where.
    overlay.validate(Default::default()).map_err(|e| anyhow!("not a valid OpenAPI Overlay 1.1: {e}"))?;
    let held: BTreeSet<String> = operation_ids(document).map(str::to_owned).collect();
    let mut effects = Vec::new();
    for (index, action) in overlay.actions.iter().enumerate() {
        let Some(description) = action.description.clone() else {
            bail!("actions[{index}] (target {}) has no description to say why", action.target);
        };
        let skipped =
            action.extensions.as_ref().and_then(|more| more.get(ADDS)?.as_str()).is_some_and(|id| held.contains(id));
        if skipped {
            let (description, target) = (description, action.target.clone());
            effects.push(Effect { description, target, matched: 1, changed: false });
            continue;
        }
        let one = Overlay { actions: vec![action.clone()], ..overlay.clone() };
        let before = document.clone();
        let report =
            one.apply(document, Default::default()).map_err(|e| anyhow!("actions[{index}] ({description}): {e}"))?;
        effects.push(Effect {
            description,
            target: action.target.clone(),
            matched: report.actions.iter().map(|outcome| outcome.matched).sum(),
            changed: *document != before,
        });
    }
    Ok(effects)
}
