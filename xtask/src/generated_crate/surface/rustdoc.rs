//! What rustdoc found to be public, read from the pages that it wrote.
//!
//! Stable rustdoc has no output for programs, but its anchors have been the same for years: each
//! item is a file, and each method, field and variant an `id` in it.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::Context;

/// Kinds of pages, and whether they are of items with members.
const PAGES: &[(&str, bool)] =
    &[("struct", true), ("enum", true), ("constant", false), ("fn", false), ("type", false), ("trait", true)];

/// Kinds of anchors.
const ANCHORS: &[&str] = &["method.", "structfield.", "variant.", "associatedconstant.", "tymethod."];

/// The paths of the public items in a crate's folder of rustdoc's output, re-exports aside.
///
/// # Errors
/// Where the folder cannot be read.
pub fn items(dir: &Path) -> anyhow::Result<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    walk(dir, "", &mut found)?;
    Ok(found)
}

fn walk(dir: &Path, under: &str, found: &mut BTreeSet<String>) -> anyhow::Result<()> {
    let join = |name: &str| if under.is_empty() { name.to_owned() } else { format!("{under}::{name}") };
    let entries = std::fs::read_dir(dir).with_context(|| format!("cannot read {}; run `cargo doc`", dir.display()))?;
    for entry in entries {
        let path = entry?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        if path.is_dir() {
            // A private module whose items are re-exported has a folder, but no page of its own.
            if path.join("index.html").exists() {
                found.insert(join(name));
                walk(&path, &join(name), found)?;
            }
            continue;
        }
        let page = PAGES.iter().find_map(|(kind, members)| {
            let item = name.strip_prefix(kind)?.strip_prefix('.')?.strip_suffix(".html")?;
            Some((item, *members))
        });
        let Some((item, members)) = page else { continue };
        let html = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        if html.contains("http-equiv=\"refresh\"") {
            continue;
        }
        found.insert(join(item));
        if members {
            for member in anchors(&html) {
                found.insert(format!("{}::{member}", join(item)));
            }
        }
    }
    Ok(())
}

/// The members of the item itself: what traits give it, and who implements a trait, comes further down the page.
fn anchors(html: &str) -> BTreeSet<String> {
    let own = [
        "id=\"trait-implementations\"",
        "id=\"deref-methods",
        "id=\"synthetic-implementations\"",
        "id=\"implementors\"",
        "id=\"foreign-impls\"",
    ];
    let end = own.iter().filter_map(|mark| html.find(mark)).min().unwrap_or(html.len());
    let mut found = BTreeSet::new();
    for part in html[..end].split("id=\"").skip(1) {
        let Some((id, _)) = part.split_once('"') else { continue };
        for anchor in ANCHORS {
            if let Some(name) = id.strip_prefix(anchor).filter(|name| !name.ends_with(".fields")) {
                // `variant.Deadline.field.last`; what has a number for a name is part of the variant.
                let (owner, field) = name.split_once(".field.").unwrap_or((name, "0"));
                found.insert(owner.to_owned());
                if field.parse::<usize>().is_err() {
                    found.insert(format!("{owner}::{field}"));
                }
            }
        }
    }
    found
}
