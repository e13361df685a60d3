//! Documents: read, validated, and written.

use anyhow::{Context, bail};
use serde_json::Value;

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
        serde_json::from_value::<openapiv3::OpenAPI>(self.value.clone())
            .context("not a valid OpenAPI 3.0 document")?;
        Ok(())
    }

    /// The ids of the operations that the document holds.
    pub fn operations(&self) -> Vec<&str> {
        let paths = self.value.get("paths").and_then(Value::as_object);
        paths
            .into_iter()
            .flat_map(|paths| paths.values())
            .filter_map(Value::as_object)
            .flat_map(|item| item.values())
            .filter_map(|operation| operation.get("operationId")?.as_str())
            .collect()
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

/// A tree as YAML, below a comment.
///
/// # Errors
/// Where the tree holds what YAML cannot express.
pub fn to_yaml(comment: &str, value: &Value) -> anyhow::Result<String> {
    let body = serde_yaml::to_string(value).context("cannot write YAML")?;
    let comment: String = comment.lines().map(|line| format!("# {line}\n")).collect();
    Ok(format!("{comment}{body}"))
}
