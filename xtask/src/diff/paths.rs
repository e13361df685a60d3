//! Paths, their templates and parameters.

use std::collections::BTreeMap;

use super::node::Node;

/// Parameters by their place and name.
pub(super) type Parameters<'a> = BTreeMap<(String, String), Node<'a>>;

pub(super) fn is_void((place, name): &(String, String)) -> bool {
    place == "header" && ["accept", "content-type", "authorization"].contains(&name.as_str())
}

pub(super) fn without_void(parameters: Parameters<'_>) -> Parameters<'_> {
    parameters.into_iter().filter(|(key, _)| !is_void(key)).collect()
}

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
