//! Whether all that was generated has a name of its own: what has not does not compile.
//!
//! before: `userId` and `user_id` of one schema, which both become the field `user_id`
//! after:  an error that names them

use std::collections::{BTreeMap, BTreeSet};

use syn::{Fields, ImplItem, Item};

use super::Error;
use super::rust::{CALLS, impl_of, rename_of};

/// Values of Rust's prelude. What schemars derives names them without a path, and so means a type with one field
/// that is called so, which is a function, too.
const VALUES: [&str; 2] = ["None", "Some"];

/// # Errors
/// Where two things of one place have one name.
pub(crate) fn check(file: &syn::File) -> Result<(), Error> {
    module(&file.items, "the client")
}

fn module(items: &[Item], at: &str) -> Result<(), Error> {
    let mut types = BTreeSet::new();
    // Several impls of a type have one space of names, as long as they are of no trait.
    let mut methods: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for item in items {
        match item {
            Item::Struct(item) => {
                let name = item.ident.to_string();
                unique(&mut types, &name, &format!("types in {at}"))?;
                if at == "types" && !matches!(item.fields, Fields::Named(_)) && VALUES.contains(&&*name) {
                    return Err(Error::Names(format!(
                        "the type {name} would be what Rust calls `{name}`, in code that is derived: an action of the \
                         overlay can give it another name"
                    )));
                }
                fields(&item.fields, &name)?;
            }
            Item::Enum(item) => {
                let name = item.ident.to_string();
                unique(&mut types, &name, &format!("types in {at}"))?;
                let mut variants = BTreeSet::new();
                for variant in &item.variants {
                    unique(&mut variants, &variant.ident.to_string(), &format!("variants of {name}"))?;
                    fields(&variant.fields, &format!("{name}::{}", variant.ident))?;
                }
            }
            Item::Type(item) => unique(&mut types, &item.ident.to_string(), &format!("types in {at}"))?,
            Item::Impl(item) => {
                let (None, Some(owner)) = impl_of(item) else { continue };
                let own = methods.entry(owner.clone()).or_default();
                for function in &item.items {
                    let ImplItem::Fn(function) = function else { continue };
                    let name = function.sig.ident.to_string();
                    // The setter of a parameter with such a name gets another one, by `model`.
                    if at == CALLS && (function.sig.asyncness.is_some() || name == "new") {
                        continue;
                    }
                    unique(own, &name, &format!("methods of {owner}"))?;
                }
            }
            Item::Mod(item) => {
                if let Some((_, items)) = &item.content {
                    module(items, &item.ident.to_string())?;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn fields(fields: &Fields, of: &str) -> Result<(), Error> {
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    for field in fields {
        let Some(ident) = &field.ident else { continue };
        let wire = rename_of(&field.attrs).unwrap_or_else(|| ident.to_string());
        if let Some(other) = names.insert(ident.to_string(), wire.clone()) {
            return Err(Error::Names(format!(
                "`{other}` and `{wire}` both map to the field `{of}.{ident}`: remove one of them in \
                 openapi/overlay.yaml"
            )));
        }
    }
    Ok(())
}

fn unique(names: &mut BTreeSet<String>, name: &str, what: &str) -> Result<(), Error> {
    if names.insert(name.to_owned()) {
        return Ok(());
    }
    Err(Error::Names(format!("two {what} would be `{name}`")))
}
