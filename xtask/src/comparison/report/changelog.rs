//! What becomes of the crate, in the words of a changelog.

use std::collections::{BTreeMap, HashSet};

use heck::ToSnakeCase;

use super::escape::plain;
use crate::generated_crate::surface::{Bump, Change, Kind, features_of, without_features};

/// From how many lines on each begins with its topic.
const MANY: usize = 10;

/// What the changelog says of changes of the crate: under headings, by operation and type, a line for each item; of
/// many, each with its topic. What comes along with another item, as a type's members do, is not said.
pub fn changelog_entries(changes: &[Change]) -> String {
    let lists = Lists::of(changes);
    let mut groups: [(&str, Vec<Line>); 3] = [("Added", Vec::new()), ("Changed", Vec::new()), ("Removed", Vec::new())];
    for change in changes.iter().filter(|change| !lists.comes_along(change) && !only_widens(change)) {
        let group = match (&change.old, &change.new) {
            _ if change.kind == Kind::Call => 1,
            (None, _) => 0,
            (Some(_), Some(_)) => 1,
            (Some(_), None) => 2,
        };
        groups[group].1.push(Line::of(change, &lists));
    }
    for (_, lines) in &mut groups {
        *lines = joined(std::mem::take(lines));
        lines.sort();
        lines.dedup();
    }
    let with_topics = groups.iter().map(|(_, lines)| lines.len()).sum::<usize>() > MANY;
    let mut text = String::new();
    for (title, lines) in groups.into_iter().filter(|(_, lines)| !lines.is_empty()) {
        text.push_str(&format!("### {title}\n"));
        for Line { topic, text: line, .. } in lines {
            let topic = if with_topics && !topic.is_empty() { format!("**{topic}:** ") } else { String::new() };
            text.push_str(&format!("- {topic}{line}\n"));
        }
    }
    text
}

/// The changes, by what is asked of them.
struct Lists<'c> {
    items: HashSet<&'c str>,
    /// What comes or goes.
    whole: HashSet<&'c str>,
    /// The types that calls answered with, and do not any more.
    answered: HashSet<&'c str>,
}

impl<'c> Lists<'c> {
    fn of(changes: &'c [Change]) -> Self {
        let whole = changes.iter().filter(|change| change.old.is_none() != change.new.is_none());
        let answered = changes.iter().filter_map(|change| change.answers()?[0].strip_prefix("types::"));
        Self {
            items: changes.iter().map(|change| change.item.as_str()).collect(),
            whole: whole.map(|change| change.item.as_str()).collect(),
            answered: answered.collect(),
        }
    }

    /// Whether another line says it, too.
    fn comes_along(&self, change: &Change) -> bool {
        let item = change.item.as_str();
        let has = |item: &str| self.items.contains(item);
        let stays = change.old.is_some() && change.new.is_some();
        let (owner, name) = item.rsplit_once("::").unwrap_or_default();
        // The builder of a type, and the setters of its fields.
        item.starts_with("types::builder::")
            || matches!(change.kind, Kind::Impl)
            || self.whole.contains(owner)
            // An operation is its method of the client.
            || owner == "calls"
            || (item.starts_with("types::") && matches!(change.kind, Kind::Fn))
            // How pages are walked follows what a call answers with, and a function that maps a body its setter.
            || change.setter().is_some_and(|(_, name)| match name {
                "pages" | "items" => stays,
                "body_map" => stays || has(&format!("{owner}::body")),
                _ => false,
            })
            // The same of what has some of its parameters set.
            || (change.kind == Kind::Fn && owner != "Client" && has(&format!("Client::{name}")))
            || change.comes_with().iter().any(|item| has(item))
    }
}

/// A line of the changelog, in the order in which they stand.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Line {
    /// The part of the API, by its feature; empty for what is of many.
    topic: String,
    /// The operation or type.
    of: String,
    text: String,
    /// What is said alike of several operations or types.
    alike: Option<Alike>,
}

/// What is said alike of several operations or types. Each has a name in such a line.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Alike {
    /// A parameter of operations or a field of types, in backticks, is there or not.
    Part { what: String, operations: bool, is_new: bool, name: String },
    /// Calls answer with such a type, which is generic.
    Answer { of: String, name: String },
    /// A type goes that calls answered with.
    Answered { name: String },
}

impl Alike {
    /// What it has in common with others.
    fn key(&self) -> Self {
        let mut key = self.clone();
        let (Self::Part { name, .. } | Self::Answer { name, .. } | Self::Answered { name }) = &mut key;
        name.clear();
        key
    }

    fn name(&self) -> &str {
        let (Self::Part { name, .. } | Self::Answer { name, .. } | Self::Answered { name }) = self;
        name
    }
}

/// Of many operations or types of which the same is said, one line.
fn joined(lines: Vec<Line>) -> Vec<Line> {
    /// As many may be named one by one.
    const FEW: usize = 3;
    let mut groups: BTreeMap<Alike, Vec<(String, Line)>> = BTreeMap::new();
    let mut joined = Vec::new();
    for line in lines {
        match &line.alike {
            Some(alike) => groups.entry(alike.key()).or_default().push((alike.name().to_owned(), line)),
            None => joined.push(line),
        }
    }
    for (alike, lines) in groups {
        let count = lines.len();
        if count <= FEW {
            joined.extend(lines.into_iter().map(|(_, line)| line));
            continue;
        }
        let are_lists = lines.iter().all(|(_, line)| line.of.starts_with("list_"));
        let names: Vec<&str> = lines.iter().take(FEW).map(|(name, _)| name.as_str()).collect();
        let names = format!("{} and {} more", names.join(", "), count - FEW);
        let calls = if are_lists { "lists" } else { "operations" };
        let text = match alike {
            Alike::Part { what, operations, is_new, .. } => {
                let things = if operations { calls } else { "types" };
                let on = if is_new { "on" } else { "is gone from" };
                format!("{what} {on} {count} {things}: {names}.")
            }
            Alike::Answer { of, .. } => format!("{count} {calls} answer with `{of}<…>`: {names}."),
            Alike::Answered { .. } => format!("{count} types of answers: {names}."),
        };
        // By one name only where the lines are of one part.
        let topic = &lines[0].1.topic;
        let topic = if lines.iter().all(|(_, line)| line.topic == *topic) { topic.clone() } else { String::new() };
        joined.push(Line { topic, of: lines[0].1.of.clone(), text, alike: None });
    }
    joined
}

impl Line {
    fn of(change: &Change, lists: &Lists<'_>) -> Self {
        let (of, text) = entry(change);
        let topic = if change.needs_other_features() { String::new() } else { topic(change) };
        Self { topic, alike: alike(change, &of, lists), of, text }
    }
}

/// What may be said alike of others.
fn alike(change: &Change, of: &str, lists: &Lists<'_>) -> Option<Alike> {
    let quoted = |name: &str| format!("`{}`", plain(name));
    if let Some([old, new]) = change.answers() {
        let (head, _) = new.split_once('<')?;
        let (head, was) = (without_module(head), without_module(old));
        return Some(Alike::Answer { of: plain(&head), name: format!("{} (was {})", quoted(of), quoted(&was)) });
    }
    if change.old.is_some() == change.new.is_some() || change.kind == Kind::Call {
        return None;
    }
    let (name, operations) = match (change.setter(), change.kind) {
        (Some((_, name)), _) => (name, true),
        (None, Kind::Field) => (change.item.rsplit_once("::")?.1, false),
        _ => {
            let name = change.item.strip_prefix("types::")?;
            let is_answer = change.new.is_none() && lists.answered.contains(name);
            return is_answer.then(|| Alike::Answered { name: quoted(name) });
        }
    };
    let owner = of.rsplit_once("::").map_or(of, |(owner, _)| owner);
    Some(Alike::Part { what: quoted(name), operations, is_new: change.new.is_some(), name: format!("`{owner}`") })
}

/// The part of the API that an item is of: the feature that it needs, or two of which it needs one.
fn topic(change: &Change) -> String {
    let shape = change.new.as_ref().or(change.old.as_ref());
    let features = shape.and_then(|shape| features_of(shape)).unwrap_or_default();
    match features.split(" or ").collect::<Vec<_>>()[..] {
        [_] => features.to_owned(),
        [one, other] => format!("{one}, {other}"),
        _ => String::new(),
    }
}

/// Whether nothing changes but that an item is there with more features than before.
fn only_widens(change: &Change) -> bool {
    change.bump != Bump::Major && change.needs_other_features()
}

/// A text without the module of the types, which a user knows.
fn without_module(shape: &str) -> String {
    shape.replace("types::", "")
}

/// An item's line, after what it belongs to.
fn entry(change: &Change) -> (String, String) {
    let item = plain(&change.item);
    if change.kind == Kind::Call {
        let (operation, what) = item.split_once("(): ").unwrap_or_default();
        return (operation.to_owned(), format!("`{operation}`: {what}: calls without it fail."));
    }
    if change.needs_other_features() {
        return needing(change, &item);
    }
    let shape = |shape: &Option<String>| shape.as_deref().map(|it| plain(&without_module(without_features(it))));
    let (old, new) = (shape(&change.old), shape(&change.new));
    if let Some((operation, name)) = change.setter() {
        let operation = operation.to_snake_case();
        let line = match (&old, &new, change.answers()) {
            (_, _, Some(answers)) => {
                let [old, new] = answers.map(|answer| plain(&without_module(answer)));
                format!("`{operation}` answers with `{new}` (was `{old}`).")
            }
            (None, ..) => format!("`{operation}` takes `{name}`."),
            (_, None, _) => format!("`{operation}` no longer takes `{name}`."),
            (Some(old), Some(new), _) => match (taken(old), taken(new)) {
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
        let reads = if new.is_some_and(|new| new.contains(DENIES)) { "rejects" } else { "ignores" };
        return (name.clone(), format!("`{name}` {reads} unknown fields."));
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

/// The line of an operation or a type that needs other features, of which all items say the same.
fn needing(change: &Change, item: &str) -> (String, String) {
    let name = match (change.setter(), item.strip_prefix("types::")) {
        (Some((operation, _)), _) => operation.to_snake_case(),
        (None, Some(name)) => name.split("::").next().unwrap_or_default().to_owned(),
        (None, None) => item.strip_prefix("Client::").unwrap_or(item).to_owned(),
    };
    let needs = match change.new.as_deref().and_then(features_of) {
        Some(features) => {
            let all =
                features.split(", ").map(|any| format!("`{}`", any.split(" or ").collect::<Vec<_>>().join("` or `")));
            format!("needs the feature {}", all.collect::<Vec<_>>().join(", and "))
        }
        None => "needs no feature".to_owned(),
    };
    (name.clone(), format!("`{name}` {} now.", plain(&needs)))
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
