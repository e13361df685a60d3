//! Lists the JSON Schema of the generated types, for `suite/locked.rs`, and their fixtures, for `suite/fixtures.rs`: a program cannot ask a crate for its types.

use std::path::Path;

use syn::Item;

/// The features of operations that the tests are built with.
const FEATURES: [&str; 1] = ["branches"];

fn main() {
    let code = Path::new("../client/src/generated");
    println!("cargo::rerun-if-changed={}", code.display());
    let (mut names, mut fixtures) = (Vec::new(), Vec::new());
    for file in ["client", "shared"].iter().chain(&FEATURES) {
        let text = std::fs::read_to_string(code.join(file).with_extension("rs")).expect("the generated code is read");
        let file = syn::parse_file(&text).expect("the generated code is Rust");
        let module = file.items.iter().find_map(|item| match item {
            Item::Mod(module) if module.ident == "types" => module.content.as_ref(),
            _ => None,
        });
        for item in module.into_iter().flat_map(|(_, items)| items) {
            match item {
                // What is generic has a schema for each type that it holds.
                Item::Struct(item) if is_built(&item.attrs) && !item.generics.params.is_empty() => {
                    names.push((item.ident.to_string(), "<planetscale_client::types::Backup>"));
                }
                Item::Struct(item) if is_built(&item.attrs) => names.push((item.ident.to_string(), "")),
                Item::Macro(item)
                    if is_built(&item.attrs)
                        && item.mac.path.segments.last().is_some_and(|it| it.ident == "fixture") =>
                {
                    fixtures.extend(item.mac.tokens.clone().into_iter().next().map(|name| name.to_string()));
                }
                Item::Enum(item) if is_built(&item.attrs) => names.push((item.ident.to_string(), "")),
                _ => {}
            }
        }
    }
    names.sort();
    let schemas: String = names
        .iter()
        .map(|(name, of)| format!("({name:?}, schemars::schema_for!(planetscale_client::types::{name}{of})),\n"))
        .collect();
    let list = format!("vec![\n{schemas}]");
    let fixtures: String = fixtures
        .iter()
        .map(|name| {
            format!("({name:?}, serde_json::to_value(planetscale_client::types::{name}::fixture()).unwrap()),\n")
        })
        .collect();
    let out = std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR");
    std::fs::write(Path::new(&out).join("schemas.rs"), list).expect("the list is written");
    std::fs::write(Path::new(&out).join("fixtures.rs"), format!("vec![\n{fixtures}]")).expect("the list is written");
}

/// Whether an item is compiled with our features.
fn is_built(attrs: &[syn::Attribute]) -> bool {
    let mut conditions = attrs.iter().filter(|attr| attr.path().is_ident("cfg")).map(|attr| {
        let tokens = attr.meta.require_list().expect("a condition").tokens.to_string();
        FEATURES.iter().any(|feature| tokens.contains(&format!("{feature:?}")))
    });
    conditions.all(|built| built)
}
