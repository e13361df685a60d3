//! What a change of the surface means for the crate's version.
//!
//! By <https://doc.rust-lang.org/cargo/reference/semver.html>.

use std::fmt;

use serde::Serialize;

use super::{Features, Kind, PublicItem, Surface, feature};

/// The part of the version that has to be raised.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Bump {
    /// Nothing that is built differs.
    #[default]
    None,
    /// What is built differs, but not what users can name: documentation, or how something works.
    Patch,
    /// Users can name more than before.
    Minor,
    /// A user's code may no longer compile.
    Major,
}

impl Bump {
    /// The release that it asks for, in words: before 1.0, the second number is the one that breaks.
    pub fn release(self) -> &'static str {
        match self {
            Self::None => "no release",
            Self::Patch => "a patch release",
            Self::Minor => "a minor release",
            Self::Major => "a breaking release",
        }
    }
}

impl fmt::Display for Bump {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::None => "none",
            Self::Patch => "patch",
            Self::Minor => "minor",
            Self::Major => "major",
        })
    }
}

/// One change of the surface.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The item's path, the crate's name aside; of what a call needs, the operation and what it needs.
    pub item: String,
    /// What kind of item it is.
    pub kind: Kind,
    /// Its shape before, if it was there.
    pub old: Option<String>,
    /// Its shape now, if it is there.
    pub new: Option<String>,
    /// What it means by itself.
    pub bump: Bump,
    /// What tells this from other things that a call needs.
    #[serde(skip)]
    pub demand: Option<String>,
}

impl Change {
    /// The module that the item is in; empty for the root.
    pub fn module(&self) -> &str {
        self.item.split_once("::").map_or("", |(module, _)| module)
    }

    /// The path of the item that this one is part of.
    pub fn owner(&self) -> Option<&str> {
        Some(self.item.rsplit_once("::")?.0)
    }

    /// The operation's builder that this is a setter of, and its name.
    pub fn setter(&self) -> Option<(&str, &str)> {
        self.item.strip_prefix("calls::")?.split_once("::")
    }

    /// Whether the item stays as it is, and needs other features.
    pub fn needs_other_features(&self) -> bool {
        match (&self.old, &self.new) {
            (Some(old), Some(new)) => old != new && without_features(old) == without_features(new),
            _ => false,
        }
    }

    /// What a call answers with, before and now, where this is how it is sent.
    pub fn answers(&self) -> Option<[&str; 2]> {
        let (_, name) = self.setter().filter(|_| !self.needs_other_features())?;
        if name != "send" {
            return None;
        }
        fn answer(shape: &Option<String>) -> Option<&str> {
            without_features(shape.as_deref()?).split_once("CallFuture<'a, ")?.1.strip_suffix('>')
        }
        Some([answer(&self.old)?, answer(&self.new)?])
    }

    /// What it sets, by the paths that this may have: the field of a type's builder's setter, the plain setter of one
    /// that takes an `Option`. Nothing, where it is no setter.
    pub fn comes_with(&self) -> Vec<String> {
        let Some((owner, name)) = self.item.rsplit_once("::") else { return Vec::new() };
        let plain = name.strip_prefix("set_");
        let mut names: Vec<String> =
            plain.into_iter().flat_map(|name| [name.to_owned(), format!("{name}_"), format!("_{name}")]).collect();
        let owner = match owner.strip_prefix("types::builder::") {
            Some(of) => {
                names.push(name.to_owned());
                format!("types::{of}")
            }
            None if owner.starts_with("calls::") => owner.to_owned(),
            None => return Vec::new(),
        };
        names.into_iter().map(|name| format!("{owner}::{name}")).collect()
    }
}

/// What a shape ends with that needs a feature.
const FEATURE: &str = " [feature ";

/// A shape without the features that it needs.
pub fn without_features(shape: &str) -> &str {
    shape.rsplit_once(FEATURE).map_or(shape, |(before, _)| before)
}

/// The features that a shape says that it needs.
pub fn features_of(shape: &str) -> Option<&str> {
    Some(shape.rsplit_once(FEATURE)?.1.trim_end_matches(']'))
}

/// The changes from one surface to another, by path.
pub fn changes(old: &Surface, new: &Surface) -> Vec<Change> {
    let mut changes = Vec::new();
    for (path, shape) in old.items() {
        let now = new.get(path);
        if now != Some(shape) {
            let bump = now.map_or(Bump::Major, |now| changed(shape, now));
            changes.push(change(path, Some(shape), now, bump));
        }
    }
    for (path, shape) in new.items().filter(|(path, _)| old.get(path).is_none()) {
        changes.push(change(path, None, Some(shape), added(path, shape, old)));
    }
    changes.sort_by(|a, b| a.item.cmp(&b.item));
    changes
}

fn change(path: &str, old: Option<&PublicItem>, new: Option<&PublicItem>, bump: Bump) -> Change {
    // A field, variant or constant is its type; anything else needs its kind to be understood.
    let show = |shape: &PublicItem| match shape.kind {
        Kind::Field | Kind::Const => format!("{}{}", shape.text, feature(shape)),
        _ => shape.to_string(),
    };
    let kind = old.or(new).map_or(Kind::Mod, |shape| shape.kind);
    Change { item: path.to_owned(), kind, old: old.map(show), new: new.map(show), bump, demand: None }
}

/// A shape that became another.
fn changed(old: &PublicItem, new: &PublicItem) -> Bump {
    let kept = old.derives.iter().all(|name| new.derives.contains(name));
    let same = (old.kind, &old.text) == (new.kind, &new.text)
        && Features::is_met_by(new.feature.as_ref(), old.feature.as_ref());
    let as_open = old.non_exhaustive || !new.non_exhaustive;
    // Whoever stored a value with such a field cannot read it any more.
    let as_tolerant = old.denies_unknown_fields || !new.denies_unknown_fields;
    if same && kept && as_open && as_tolerant { Bump::Minor } else { Bump::Major }
}

/// An item that is new. Where its owner is new as well, the owner's addition covers it.
fn added(path: &str, shape: &PublicItem, old: &Surface) -> Bump {
    let owner = path.rsplit_once("::").and_then(|(owner, _)| old.get(owner));
    let exhaustive = owner.is_some_and(|owner| match shape.kind {
        Kind::Field => !owner.non_exhaustive && (owner.kind == Kind::Variant || !has_private_fields(path, old)),
        Kind::Variant => !owner.non_exhaustive,
        _ => false,
    });
    if exhaustive { Bump::Major } else { Bump::Minor }
}

/// Whether users cannot write the struct out anyway. The surface holds public fields only, so a
/// struct without any is taken for one with private ones.
fn has_private_fields(path: &str, old: &Surface) -> bool {
    let owner = path.rsplit_once("::").map_or("", |(owner, _)| owner);
    !old.items()
        .any(|(other, shape)| shape.kind == Kind::Field && other.rsplit_once("::").is_some_and(|(o, _)| o == owner))
}
