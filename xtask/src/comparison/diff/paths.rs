//! Paths, their templates, and pointers to them.

use std::collections::BTreeMap;

/// A path without the names of its parameters.
pub(super) fn template(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    let mut inside = false;
    for c in path.chars() {
        match c {
            '{' => inside = true,
            '}' => inside = false,
            _ if inside => continue,
            _ => {}
        }
        out.push(c);
    }
    out
}

/// The names of path parameters, old to new, where two paths differ in them.
pub(super) fn renames(old: &str, new: &str) -> BTreeMap<String, String> {
    let names = |path: &str| -> Vec<String> {
        path.split('{').skip(1).filter_map(|part| part.split_once('}')).map(|(name, _)| name.to_owned()).collect()
    };
    names(old).into_iter().zip(names(new)).filter(|(a, b)| a != b).collect()
}

/// The last token of a pointer, escaped as it is there.
pub(super) fn last_token(pointer: &str) -> &str {
    pointer.rsplit('/').next().unwrap_or_default()
}
