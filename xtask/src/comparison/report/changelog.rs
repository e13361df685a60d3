//! What becomes of the crate, in the words of a changelog.

use std::collections::{BTreeMap, HashSet};

use heck::ToSnakeCase;

use super::escape::plain;
use crate::generated_crate::surface::{Bump, Change, Kind};

/// What the changelog says of changes of the crate: under headings, by operation and type, a line for each item.
/// What comes along with another item, as a type's members do, is not said.
pub fn changelog_entries(changes: &[Change]) -> String {
    let is_whole =
        |item: &str| changes.iter().any(|other| other.item == item && other.old.is_none() != other.new.is_none());
    let items: HashSet<&str> = changes.iter().map(|change| change.item.as_str()).collect();
    let comes_along = |change: &Change| {
        let item = change.item.as_str();
        match item.strip_prefix("types::builder::") {
            // The builder of a type, and the setters of its fields.
            Some(_) => true,
            None => {
                matches!(change.kind, Kind::Impl)
                    || change.owner().is_some_and(is_whole)
                    // An operation is its method of the client.
                    || item.strip_prefix("calls::").is_some_and(|name| !name.contains("::"))
                    || (item.starts_with("types::") && matches!(change.kind, Kind::Fn))
                    // What a call returns follows its answer's type, and a function that maps a body its setter.
                    || change.setter().is_some_and(|(_, name)| matches!(name, "send" | "body_map" | "pages" | "items") && change.old.is_some() && change.new.is_some())
                    || item.rsplit_once("::").is_some_and(|(owner, name)| {
                        // The same of what has some of its parameters set.
                        change.kind == Kind::Fn && owner != "Client" && items.contains(&*format!("Client::{name}"))
                    })
                    || change.comes_with().iter().any(|item| items.contains(item.as_str()))
            }
        }
    };
    let mut groups: [(&str, Vec<Line>); 3] = [("Added", Vec::new()), ("Changed", Vec::new()), ("Removed", Vec::new())];
    for change in changes.iter().filter(|change| !comes_along(change) && !only_widens(change)) {
        let group = match (&change.old, &change.new) {
            _ if change.kind == Kind::Call => 1,
            (None, _) => 0,
            (Some(_), Some(_)) => 1,
            (Some(_), None) => 2,
        };
        let (of, text) = entry(change);
        groups[group].1.push(Line { topic: topic(change), of, text, alike: alike(change) });
    }
    let mut text = String::new();
    for (title, lines) in groups {
        let mut lines = joined(lines);
        lines.sort();
        lines.dedup();
        if !lines.is_empty() {
            text.push_str(&format!("### {title}\n"));
            lines.iter().for_each(|line| text.push_str(&format!("- {}\n", line.text)));
        }
    }
    text
}

/// A line of the changelog, in the order in which they stand.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Line {
    /// The part of the API, by its feature.
    topic: String,
    /// The operation or type.
    of: String,
    text: String,
    /// What is said alike of several operations or types.
    alike: Option<Alike>,
}

/// What is said alike of several operations or types.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Alike {
    /// What is there or not: a parameter, a field, in backticks.
    what: String,
    /// Whether that is said of operations; of types, where not.
    operations: bool,
    is_new: bool,
}

/// Of many operations or types of which the same is said, one line.
fn joined(lines: Vec<Line>) -> Vec<Line> {
    /// As many may be named one by one.
    const FEW: usize = 3;
    let mut groups: BTreeMap<Alike, Vec<Line>> = BTreeMap::new();
    let mut joined = Vec::new();
    for line in lines {
        match line.alike.clone() {
            Some(alike) => groups.entry(alike).or_default().push(line),
            None => joined.push(line),
        }
    }
    for (alike, lines) in groups {
        if lines.len() <= FEW {
            joined.extend(lines);
            continue;
        }
        let are_lists = alike.operations && lines.iter().all(|line| line.of.starts_with("list_"));
        let things = match (are_lists, alike.operations) {
            (true, _) => "lists",
            (false, true) => "operations",
            (false, false) => "types",
        };
        let names: Vec<String> = lines.iter().take(FEW).map(|line| format!("`{}`", line.of)).collect();
        let (of, count) = (lines[0].of.clone(), lines.len());
        let on = if alike.is_new { "on" } else { "is gone from" };
        let text = format!("{} {on} {count} {things}: {} and {} more.", alike.what, names.join(", "), count - FEW);
        joined.push(Line { topic: String::new(), of, text, alike: None });
    }
    joined
}

/// What may be said alike of others: a parameter of operations, a field of types, that came or went.
fn alike(change: &Change) -> Option<Alike> {
    if change.old.is_some() == change.new.is_some() || change.kind == Kind::Call {
        return None;
    }
    let (name, operations) = match (change.setter(), change.kind) {
        (Some((_, name)), _) => (name, true),
        (None, Kind::Field) => (change.item.rsplit_once("::")?.1, false),
        _ => return None,
    };
    Some(Alike { what: format!("`{}`", plain(name)), operations, is_new: change.new.is_some() })
}

/// The part of the API that an item is of: the features that it needs.
fn topic(change: &Change) -> String {
    let shape = change.new.as_ref().or(change.old.as_ref());
    let feature = shape.and_then(|shape| Some(shape.rsplit_once(FEATURE)?.1.trim_end_matches(']').to_owned()));
    feature.unwrap_or_default()
}

/// What a shape ends with that needs a feature.
const FEATURE: &str = " [feature ";

/// A shape without the features that it needs.
fn without_feature(shape: &str) -> &str {
    shape.rsplit_once(FEATURE).map_or(shape, |(before, _)| before)
}

/// Whether nothing changes but that an item is there with more features than before.
fn only_widens(change: &Change) -> bool {
    let shape = |shape: &Option<String>| shape.as_deref().map(|shape| without_feature(shape).to_owned());
    change.bump != Bump::Major && change.old.is_some() && shape(&change.old) == shape(&change.new)
}

/// An item's line, after what it belongs to.
fn entry(change: &Change) -> (String, String) {
    let item = plain(&change.item);
    // Of what stays, and needs other features, that is said.
    let needs_others = change.old.is_some()
        && change.old.as_deref().map(without_feature) == change.new.as_deref().map(without_feature);
    let shape = |shape: &Option<String>| {
        shape.as_deref().map(|shape| plain(if needs_others { shape } else { without_feature(shape) }))
    };
    let (old, new) = (shape(&change.old), shape(&change.new));
    if change.kind == Kind::Call {
        let (operation, what) = item.split_once("(): ").unwrap_or_default();
        return (operation.to_owned(), format!("`{operation}`: {what}: calls without it fail."));
    }
    if let Some((operation, name)) = change.setter() {
        let operation = operation.to_snake_case();
        let line = match (&old, &new) {
            (None, _) => format!("`{operation}` takes `{name}`."),
            (_, None) => format!("`{operation}` no longer takes `{name}`."),
            (Some(old), Some(new)) => match (taken(old), taken(new)) {
                (Some(old), Some(new)) if old != new => {
                    format!("`{name}` of `{operation}` takes `{new}` (was `{old}`).")
                }
                _ => format!("`{name}` of `{operation}` is `{new}` (was `{old}`)."),
            },
        };
        return (operation, line);
    }
    if let Some(operation) = item.strip_prefix("Client::").filter(|_| change.kind == Kind::Fn) {
        let line = match (&old, &new) {
            (Some(old), Some(new)) => format!("`Client::{operation}` is `{new}` (was `{old}`)."),
            _ => format!("The operation `{operation}`."),
        };
        return (operation.to_owned(), line);
    }
    let name = item.strip_prefix("types::").unwrap_or(&item).to_owned();
    const DENIES: &str = " #[serde(deny_unknown_fields)]";
    let without = |shape: &Option<String>| shape.as_ref().map(|shape| shape.replace(DENIES, ""));
    if old.is_some() && old != new && without(&old) == without(&new) {
        let reads = if new.is_some_and(|new| new.contains(DENIES)) { "refuses" } else { "reads over" };
        return (name.clone(), format!("`{name}` {reads} fields that it does not know."));
    }
    let line = match (old, new, change.kind) {
        (Some(old), Some(new), _) if derived(&old).0 == derived(&new).0 && derived(&old).1 != derived(&new).1 => {
            let ((_, old), (_, new)) = (derived(&old), derived(&new));
            let only = |these: &[&str], those: &[&str]| {
                let only = these.iter().filter(|name| !those.contains(name)).map(|name| format!("`{name}`"));
                only.collect::<Vec<_>>().join(", ")
            };
            match (only(&new, &old), only(&old, &new)) {
                (gained, lost) if lost.is_empty() => format!("`{name}` implements {gained}."),
                (gained, lost) if gained.is_empty() => format!("`{name}` no longer implements {lost}."),
                (gained, lost) => format!("`{name}` implements {gained}, and no longer {lost}."),
            }
        }
        (Some(old), Some(new), _) => format!("`{name}` is `{new}` (was `{old}`)."),
        (None, Some(new), Kind::Field | Kind::Const) => format!("`{name}`, `{new}`."),
        (_, _, kind @ (Kind::Struct | Kind::Enum | Kind::Type)) => {
            format!("The {} `{name}`.", if kind == Kind::Enum { "enum" } else { "type" })
        }
        _ => format!("`{name}`."),
    };
    (name, line)
}

/// The type that a setter takes what converts into.
fn taken(shape: &str) -> Option<&str> {
    let (_, rest) = shape.split_once("TryInto<")?;
    let mut depth = 1;
    let end = rest.find(|c| {
        depth += match c {
            '<' => 1,
            '>' => -1,
            _ => 0,
        };
        depth == 0
    })?;
    Some(&rest[..end])
}

/// A type's shape without the traits that are derived for it, and those.
fn derived(shape: &str) -> (String, Vec<&str>) {
    let derive = shape.split_once("derive(").and_then(|(before, rest)| Some((before, rest.split_once(')')?)));
    match derive {
        Some((before, (names, after))) => (format!("{before}{after}"), names.split(", ").collect()),
        None => (shape.to_owned(), Vec::new()),
    }
}

/// What is said where the public surface stays as it is, but the code does not.
fn without_changes(only_docs: bool) -> &'static str {
    match only_docs {
        true => "### Changed\n- Documentation, after PlanetScale's description.\n",
        false => {
            "### Changed\n- What is sent and read follows PlanetScale's description; the public surface is the same.\n"
        }
    }
}

/// What the changelog says of what becomes of the crate; nothing, where that is nothing.
pub fn changelog_of(bump: Bump, changes: &[Change], only_docs: bool) -> Option<String> {
    match bump {
        Bump::None => None,
        Bump::Patch => Some(without_changes(only_docs).to_owned()),
        Bump::Minor | Bump::Major => Some(changelog_entries(changes)).filter(|lines| !lines.is_empty()),
    }
}
