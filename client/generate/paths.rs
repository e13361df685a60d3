//! Short paths: what Rust's prelude has is named as people write it, unless a type or an operation has that name.
//!
//! before: `::std::option::Option<::std::string::String>`
//! after:  `Option<String>`

use std::collections::BTreeSet;

use syn::visit::Visit;
use syn::visit_mut::{self, VisitMut};

/// What generated code uses of Rust's prelude: the module of each, and its name.
const PRELUDE: [(&str, &str); 12] = [
    ("boxed", "Box"),
    ("clone", "Clone"),
    ("convert", "AsRef"),
    ("convert", "From"),
    ("convert", "Into"),
    ("convert", "TryFrom"),
    ("convert", "TryInto"),
    ("default", "Default"),
    ("option", "Option"),
    ("result", "Result"),
    ("string", "String"),
    ("vec", "Vec"),
];

/// Shortens the paths of all items.
pub(crate) fn shorten(file: &mut syn::File) {
    let mut named = Named::default();
    named.visit_file(file);
    let free = PRELUDE.into_iter().filter(|(_, name)| !named.0.contains(*name)).collect();
    Shorten { free }.visit_file_mut(file);
}

/// The names that items have.
#[derive(Default)]
struct Named(BTreeSet<String>);

impl<'ast> Visit<'ast> for Named {
    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        self.0.insert(item.ident.to_string());
    }

    fn visit_item_enum(&mut self, item: &'ast syn::ItemEnum) {
        self.0.insert(item.ident.to_string());
    }

    fn visit_item_type(&mut self, item: &'ast syn::ItemType) {
        self.0.insert(item.ident.to_string());
    }
}

struct Shorten {
    free: BTreeSet<(&'static str, &'static str)>,
}

impl VisitMut for Shorten {
    fn visit_path_mut(&mut self, path: &mut syn::Path) {
        visit_mut::visit_path_mut(self, path);
        let names: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        let plain = path.segments.iter().all(|segment| segment.arguments.is_none());
        match &names.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            ["std", module, name, ..] if self.free.iter().any(|free| *free == (*module, *name)) => {
                path.leading_colon = None;
                path.segments = std::mem::take(&mut path.segments).into_iter().skip(2).collect();
            }
            ["chrono", "offset", "Utc"] if plain => *path = syn::parse_quote!(::chrono::Utc),
            _ => {}
        }
    }
}
