//! The code of the client that is written by hand: what it uses of the generated code.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::Context;
use heck::ToSnakeCase;
use proc_macro2::{TokenStream, TokenTree};

use super::parsed::parsed;
use super::surface::{Bump, Change, Kind};
use crate::workspace::Workspace;

/// How many items are named of one file.
const MOST_USES: usize = 8;

/// What hand-written code seems to use of what changes, a line for each file: it may not compile then. That is told
/// by names alone, so it may be wrong, and what it says less than the compiler.
///
/// # Errors
/// Where a file cannot be read.
pub fn uses(workspace: &Workspace, changes: &[Change]) -> anyhow::Result<Vec<String>> {
    let breaking: Vec<&Change> = changes
        .iter()
        .filter(|change| change.bump == Bump::Major && !matches!(change.kind, Kind::Call | Kind::Impl))
        .collect();
    if breaking.is_empty() {
        return Ok(Vec::new());
    }
    let mut said = Vec::new();
    for (file, text) in source(workspace)? {
        // What is not Rust is the compiler's to say.
        let Ok(tokens) = text.parse() else { continue };
        let mut names = BTreeSet::new();
        identifiers(tokens, &mut names);
        let used: Vec<String> = breaking
            .iter()
            .filter(|change| is_used(&change.item, &names))
            .map(|change| match change.new {
                Some(_) => format!("`{}`, which changes", change.item),
                None => format!("`{}`, which goes", change.item),
            })
            .collect();
        if !used.is_empty() {
            let file = Path::new("client/src").join(file);
            let more = match used.len().saturating_sub(MOST_USES) {
                0 => String::new(),
                more => format!(", and {more} more"),
            };
            let used = used[..used.len().min(MOST_USES)].join(", ");
            said.push(format!("{} uses {used}{more}", file.display()));
        }
    }
    Ok(said)
}

/// The methods of the client that are written by hand: no operation can have their names.
///
/// # Errors
/// Where a file cannot be read.
pub fn methods_of_client(workspace: &Workspace) -> anyhow::Result<BTreeSet<String>> {
    let mut methods = BTreeSet::new();
    for (_, text) in source(workspace)? {
        if !text.contains("impl Client {") {
            continue;
        }
        // What is not Rust is the compiler's to say.
        let Ok(parsed) = parsed(&text) else { continue };
        for item in &parsed.items {
            let syn::Item::Impl(item) = item else { continue };
            let is_client = matches!(&*item.self_ty, syn::Type::Path(path) if path.path.is_ident("Client"));
            if item.trait_.is_none() && is_client {
                methods.extend(item.items.iter().filter_map(|item| match item {
                    syn::ImplItem::Fn(function) => Some(function.sig.ident.to_string()),
                    _ => None,
                }));
            }
        }
    }
    Ok(methods)
}

/// The files that are written by hand, in the order of their paths in the client's source, with their texts.
///
/// # Errors
/// Where one cannot be read.
pub fn source(workspace: &Workspace) -> anyhow::Result<Vec<(PathBuf, String)>> {
    let root = workspace.client_source();
    let mut files = Vec::new();
    rust_files(&root, &mut files)?;
    files.sort();
    let read = |file: PathBuf| {
        let text = std::fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        Ok((file.strip_prefix(&root).unwrap_or(&file).to_owned(), text))
    };
    files.into_iter().map(read).collect()
}

/// Whether names are those of an item: its own, and that of what it belongs to.
fn is_used(item: &str, names: &BTreeSet<String>) -> bool {
    let has = |name: &str| names.contains(name);
    match item.split("::").collect::<Vec<_>>()[..] {
        // Its setters go along with a field.
        ["types", "builder", ..] => false,
        ["Client" | "types", name] => has(name),
        ["calls", operation] => has(operation),
        ["calls", operation, name] => has(name) && (has(operation) || has(&operation.to_snake_case())),
        ["types", owner, name] => has(owner) && has(name),
        _ => false,
    }
}

fn identifiers(tokens: TokenStream, into: &mut BTreeSet<String>) {
    for token in tokens {
        match token {
            TokenTree::Ident(name) => drop(into.insert(name.to_string())),
            TokenTree::Group(group) => identifiers(group.stream(), into),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}

/// The files below a folder that are written by hand.
fn rust_files(dir: &Path, into: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    let cannot = || format!("cannot read {}", dir.display());
    for entry in std::fs::read_dir(dir).with_context(cannot)? {
        let path = entry.with_context(cannot)?.path();
        if path.is_dir() {
            if path.file_name().is_some_and(|name| name != "generated") {
                rust_files(&path, into)?;
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push(path);
        }
    }
    Ok(())
}
