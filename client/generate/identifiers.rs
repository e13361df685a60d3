//! Whether all that was generated has a name of its own: what has not does not compile.
//!
//! before: `userId` and `user_id` of one schema, which both become the field `user_id`
//! after:  an error that names them

use std::collections::BTreeMap;

use syn::Ident;

use super::Error;
use super::rust::rename_of;
use super::shapes::{Kind, Shape};

/// Values of Rust's prelude. What schemars derives names them without a path, and so means a type with one field
/// that is called so, which is a function, too.
const VALUES: [&str; 2] = ["None", "Some"];

/// # Errors
/// Where two things of one place have one name.
pub(crate) fn check(shapes: &[Shape]) -> Result<(), Error> {
    for Shape { name, kind, .. } in shapes {
        match kind {
            Kind::Object(object) => fields(object.fields.iter().map(|field| (&field.name, Some(&field.json))), name)?,
            Kind::Union(item) => {
                for variant in &item.variants {
                    let wires: Vec<_> = variant.fields.iter().map(|field| rename_of(&field.attrs)).collect();
                    let names = variant.fields.iter().zip(&wires);
                    let names = names.filter_map(|(field, wire)| Some((field.ident.as_ref()?, wire.as_ref())));
                    fields(names, format!("{name}::{}", variant.ident))?;
                }
            }
            Kind::Newtype(_) if VALUES.iter().any(|value| name == value) => {
                return Err(Error::Names(format!(
                    "the type {name} would be what Rust calls `{name}`, in code that is derived: an action of the \
                     overlay can give it another name"
                )));
            }
            Kind::Newtype(_) | Kind::Texts(_) => {}
        }
    }
    Ok(())
}

/// Checks the fields of one type, each with its name in JSON where that is another one.
///
/// # Errors
/// Where two have one name.
pub(crate) fn fields<'n>(
    names: impl Iterator<Item = (&'n Ident, Option<&'n String>)>,
    of: impl std::fmt::Display,
) -> Result<(), Error> {
    let mut found: BTreeMap<&Ident, String> = BTreeMap::new();
    for (name, wire) in names {
        let wire = wire.map_or_else(|| name.to_string(), String::clone);
        if let Some(other) = found.insert(name, wire.clone()) {
            return Err(Error::Names(format!(
                "`{other}` and `{wire}` both map to the field `{of}.{name}`: remove one of them in openapi/overlay.yaml"
            )));
        }
    }
    Ok(())
}
