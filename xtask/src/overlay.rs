//! Our corrections: an OpenAPI Overlay, applied action by action, so that each can be watched.

use anyhow::{Context, anyhow, bail};
use roas_overlay::apply::Apply;
use roas_overlay::v1_1::Overlay;
use roas_overlay::validation::Validate;
use serde_json::Value;

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

/// Applies an overlay (YAML) to a document.
///
/// # Errors
/// Where the overlay is not valid, an action lacks its description, or one cannot be applied.
pub fn apply(overlay: &str, document: &mut Value) -> anyhow::Result<Vec<Effect>> {
    let overlay: Overlay = serde_yaml::from_str(overlay).context("not an OpenAPI Overlay 1.1")?;
    // Both say in many words what is wrong and where.
    overlay.validate(Default::default()).map_err(|e| anyhow!("not a valid OpenAPI Overlay 1.1: {e}"))?;
    let mut effects = Vec::new();
    for (index, action) in overlay.actions.iter().enumerate() {
        let Some(description) = action.description.clone() else {
            bail!("actions[{index}] (target {}) has no description to say why", action.target);
        };
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
