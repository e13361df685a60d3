//! The public surface of a crate: what a user can name, and its shape.
//!
//! Read from the source, generated parts included, so that it can be told for a spec whose client
//! was never built. Bodies, private items and documentation are left out. The reader understands
//! what this workspace writes: modules in files, `pub use` of names, `include!` of generated code.

mod expand;
mod features;
mod import;
mod paths;
mod read;
pub mod rustdoc;
mod semver;
mod source;
mod syntax;

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use anyhow::Context;
use serde::Serialize;

pub use features::Features;
pub use semver::{Bump, Change, changes, features_of, without_features};

use crate::generate;
use crate::generated_crate::codegen;
use crate::workspace::Workspace;

/// The items of a crate by their paths. Each path is as a user writes it, the crate's name aside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Surface {
    items: BTreeMap<String, PublicItem>,
}

/// A public item, as users see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicItem {
    /// What kind of item it is.
    pub kind: Kind,
    /// The signature, type or value, as the kind has it.
    pub text: String,
    /// Derived and implemented traits, of a type.
    pub derives: Vec<String>,
    /// Whether the item is `#[non_exhaustive]`.
    pub non_exhaustive: bool,
    /// Whether serde refuses what has fields that the type has not.
    pub denies_unknown_fields: bool,
    /// The features that the item needs.
    pub feature: Option<Features>,
}

/// A kind of item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A constant, of a module or of a type.
    Const,
    /// An enum.
    Enum,
    /// A public field of a struct, or a field of a variant.
    Field,
    /// A function, of a module or of a type.
    Fn,
    /// A trait that a type implements.
    Impl,
    /// A module.
    Mod,
    /// A struct.
    Struct,
    /// A trait.
    Trait,
    /// An alias of a type.
    Type,
    /// A re-export of another crate's item.
    Use,
    /// A variant of an enum.
    Variant,
    /// What a call of an operation needs.
    Call,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Const => "const",
            Self::Enum => "enum",
            Self::Field => "field",
            Self::Fn => "fn",
            Self::Impl => "impl",
            Self::Mod => "mod",
            Self::Struct => "struct",
            Self::Trait => "trait",
            Self::Type => "type",
            Self::Use => "use",
            Self::Variant => "variant",
            Self::Call => "call",
        })
    }
}

impl Surface {
    /// Reads a crate's source below `src`, with `generated` where it includes generated code.
    ///
    /// # Errors
    /// Where a file cannot be read or is not Rust.
    pub fn of_crate(src: &Path, generated: &syn::File) -> anyhow::Result<Self> {
        Ok(Self { items: read::read(src, &expand::expanded(src, generated)?)? })
    }

    /// The surface of a client whose generated code is in its source, as in a package.
    ///
    /// # Errors
    /// As [`of_crate`](Self::of_crate).
    pub fn of_released(src: &Path) -> anyhow::Result<Self> {
        let folder = src.join("generated");
        let read = || -> std::io::Result<Vec<(String, String)>> {
            let entries = std::fs::read_dir(&folder)?.collect::<Result<Vec<_>, _>>()?;
            let name = |entry: &std::fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
            entries.iter().map(|entry| Ok((name(entry), std::fs::read_to_string(entry.path())?))).collect()
        };
        let files = read().with_context(|| format!("cannot read {}", folder.display()))?;
        let code = generate::joined(&files).with_context(|| folder.display().to_string())?;
        Self::of_crate(src, &code)
    }

    /// The surface of a workspace's client with this generated code.
    ///
    /// # Errors
    /// Where the client's own source cannot be read.
    pub fn of_client(workspace: &Workspace, generated: &syn::File) -> anyhow::Result<Self> {
        Self::of_crate(&workspace.client_source(), generated)
    }

    /// The surface of a workspace's client that is generated from an effective spec.
    ///
    /// # Errors
    /// As [`codegen::generated`] and [`of_client`](Self::of_client).
    pub fn of_spec(workspace: &Workspace, effective: &str) -> anyhow::Result<Self> {
        Self::of_client(workspace, &codegen::generated(effective)?.code)
    }

    /// The items, sorted by path.
    pub fn items(&self) -> impl Iterator<Item = (&str, &PublicItem)> {
        self.items.iter().map(|(path, shape)| (path.as_str(), shape))
    }

    /// The items whose paths begin with something.
    pub fn below<'s>(&'s self, prefix: &'s str) -> impl Iterator<Item = (&'s str, &'s PublicItem)> {
        let from = self.items.range(prefix.to_owned()..);
        from.take_while(move |(path, _)| path.starts_with(prefix)).map(|(path, shape)| (path.as_str(), shape))
    }

    /// An item's shape.
    pub fn get(&self, path: &str) -> Option<&PublicItem> {
        self.items.get(path)
    }
}

impl fmt::Display for Surface {
    /// One line an item.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.items.iter().try_for_each(|(path, shape)| f.write_str(&shape.line(path)))
    }
}

impl PublicItem {
    /// The item's line in a list of all.
    pub fn line(&self, path: &str) -> String {
        match self.kind {
            // The trait is part of the path: it is what is there or not.
            Kind::Impl => format!("{path}{}\n", feature(self)),
            _ => format!("{path}: {self}\n"),
        }
    }
}

impl fmt::Display for PublicItem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            // A signature says itself that it is a function.
            Kind::Fn => f.write_str(&self.text)?,
            kind if self.text.is_empty() => write!(f, "{kind}")?,
            kind => write!(f, "{kind} {}", self.text)?,
        }
        if self.non_exhaustive {
            f.write_str(" #[non_exhaustive]")?;
        }
        if self.denies_unknown_fields {
            f.write_str(" #[serde(deny_unknown_fields)]")?;
        }
        if !self.derives.is_empty() {
            write!(f, " derive({})", self.derives.join(", "))?;
        }
        f.write_str(&feature(self))
    }
}

fn feature(shape: &PublicItem) -> String {
    shape.feature.as_ref().map(|feature| format!(" [feature {feature}]")).unwrap_or_default()
}
