//! What is not judged: `openapi/ignored.toml`.

use anyhow::{Context, bail};

/// Headers and paths, each of which may end with `*` for all that begin so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ignored {
    headers: Vec<String>,
    paths: Vec<String>,
}

impl Ignored {
    /// Reads `ignored.toml`: the sections `[headers]` and `[paths]`, with a reason for each line.
    ///
    /// # Errors
    /// Names what is unknown or lacks its reason.
    pub fn parse(text: &str) -> anyhow::Result<Self> {
        let document: toml_edit::DocumentMut = text.parse().context("not TOML")?;
        let mut ignored = Self::default();
        for (name, item) in document.iter() {
            let list = match name {
                "headers" => &mut ignored.headers,
                "paths" => &mut ignored.paths,
                _ => bail!("`[{name}]` is unknown here; there are `[headers]` and `[paths]`"),
            };
            let lines = item.as_table().with_context(|| format!("`{name}` is no section"))?;
            for (key, reason) in lines.iter() {
                if reason.as_str().is_none_or(|reason| reason.trim().is_empty()) {
                    bail!("`{key}` in `[{name}]` has no reason");
                }
                list.push(if name == "headers" { key.to_lowercase() } else { key.to_owned() });
            }
        }
        Ok(ignored)
    }

    pub(crate) fn has_header(&self, name: &str) -> bool {
        self.headers.iter().any(|pattern| is_like(name, pattern))
    }

    pub(crate) fn has_path(&self, path: &str) -> bool {
        self.paths.iter().any(|pattern| is_like(path, pattern))
    }
}

fn is_like(text: &str, pattern: &str) -> bool {
    pattern.strip_suffix('*').map_or(text == pattern, |start| text.starts_with(start))
}
