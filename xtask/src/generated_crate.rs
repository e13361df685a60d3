//! The crate that an effective spec gives, without building it.

pub mod belongings;
mod blame;
pub mod calls;
pub mod codegen;
pub mod constructs;
pub mod own_code;
mod parsed;
mod recent;
pub mod surface;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use anyhow::bail;
use heck::{ToSnakeCase, ToUpperCamelCase};
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::ToTokens;
use serde_json::Value;

use self::surface::Surface;
use crate::generate::{self, Refusal};
use crate::upstream::operations::{self, Operation};
use crate::upstream::spec::{self, Spec};
use crate::workspace::Workspace;

/// The crate that an effective spec gives.
#[derive(Clone)]
pub struct Crate {
    /// Its generated code.
    generated: syn::File,
    /// What a user can name of it.
    pub surface: Surface,
    /// The operations, as findings name them.
    pub operations: BTreeSet<String>,
    /// What it was generated from, as the generator reads it.
    pub effective: Spec,
    /// What each schema of the effective spec became.
    places: BTreeMap<String, Vec<String>>,
    /// The functions of its operations, by method and path.
    functions: BTreeMap<String, String>,
}

impl fmt::Debug for Crate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Crate").field("operations", &self.operations).finish_non_exhaustive()
    }
}

impl Crate {
    /// Generates it, with the client's own source in a workspace.
    ///
    /// # Errors
    /// Where no code can be generated, or the client's own source cannot be read.
    pub fn of(text: &str, effective: &Spec, workspace: &Workspace) -> anyhow::Result<Self> {
        let generated = codegen::generated(text)?;
        let surface = Surface::of_client(workspace, &generated.code)?;
        let own = own_code::methods_of_client(workspace)?;
        let begins =
            |name: &str| surface.get(&format!("Client::{name}")).is_some_and(|item| item.text.contains("-> calls::"));
        let all = operations::of(&effective.value);
        let is_own = |operation: &&Operation<'_>| {
            let name = operation.id.to_snake_case();
            own.contains(&name) && begins(&name)
        };
        if let Some(operation) = all.iter().find(is_own) {
            let at = format!("#/paths/{}/{}", spec::pointer_token(operation.path), operation.method.to_lowercase());
            let why = "would be a method of the client that there is already, written by hand".to_owned();
            bail!(generate::Error::Operation(Refusal { operation: operation.id.to_owned(), at, why }));
        }
        let mut places: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (pointer, item) in generated.places {
            places.entry(pointer).or_default().push(item);
        }
        // What the generator has simplified has no note of where it comes from, and its component's name.
        let components = effective.value.pointer("/components/schemas").and_then(Value::as_object);
        for name in components.into_iter().flat_map(|components| components.keys()) {
            let item = format!("types::{}", name.to_upper_camel_case());
            if surface.get(&item).is_some() {
                let at = format!("/components/schemas/{}", spec::pointer_token(name));
                places.entry(at).or_insert_with(|| vec![item]);
            }
        }
        let operations = operations::of(&effective.value).iter().map(Operation::endpoint).collect();
        let mut effective = effective.clone();
        generate::document::nulls::fold(&mut effective.value);
        let functions = Self::functions_of(&effective.value);
        Ok(Self { generated: generated.code, surface, operations, effective, places, functions })
    }

    /// Its generated code as it is stored: files, by their names.
    pub fn files(&self) -> Vec<(String, String)> {
        generate::files(self.generated.clone())
    }

    /// The features of its operations, in the order of the document.
    pub fn features(&self) -> impl Iterator<Item = &str> {
        operations::of(&self.effective.value).into_iter().filter_map(|operation| operation.feature)
    }

    fn tokens(&self) -> TokenStream {
        generate::without_fixtures(&self.generated).to_token_stream()
    }

    /// Whether another crate has the same code.
    pub fn is_like(&self, other: &Self) -> bool {
        std::ptr::eq(self, other) || self.tokens().to_string() == other.tokens().to_string()
    }

    /// Whether another crate has the same code, its documentation aside.
    pub fn is_like_but_for_docs(&self, other: &Self) -> bool {
        let code = |krate: &Self| without_docs(krate.tokens()).to_string();
        std::ptr::eq(self, other) || code(self) == code(other)
    }

    /// The types and fields that a place in upstream's document became: the schema there, or the one
    /// around it. The overlay puts schemas elsewhere, and leaves a reference where they were.
    pub fn items(&self, pointer: &str) -> Vec<&str> {
        let around = std::iter::successors(Some(pointer), |at| at.rfind('/').map(|end| &at[..end]));
        let items = |schema: &str| -> Vec<&str> {
            let places = self.places_of(schema).into_iter().filter_map(|at| self.places.get(&at));
            places.flatten().map(String::as_str).collect()
        };
        around.map(items).find(|items| !items.is_empty()).unwrap_or_default()
    }

    /// Where the value under a pointer stands in the effective spec, and what it refers to.
    fn places_of(&self, pointer: &str) -> Vec<String> {
        const HOPS: usize = 32;
        let document = &self.effective.value;
        let (mut at, mut value) = (String::new(), document);
        for token in pointer.split('/').skip(1) {
            for _ in 0..HOPS {
                if value.pointer(&format!("/{token}")).is_some() {
                    break;
                }
                let Some(to) = reference(value) else { return Vec::new() };
                let Some(target) = document.pointer(&to) else { return Vec::new() };
                (at, value) = (to, target);
            }
            let Some(inner) = value.pointer(&format!("/{token}")) else { return Vec::new() };
            at = format!("{at}/{token}");
            value = inner;
        }
        let mut places = vec![at];
        while let Some(to) = reference(value).filter(|_| places.len() < HOPS) {
            let Some(target) = document.pointer(&to) else { break };
            places.push(to);
            value = target;
        }
        places
    }
}

/// Code without `#[doc = …]`.
fn without_docs(code: TokenStream) -> TokenStream {
    let is_doc =
        |group: &Group| matches!(group.stream().into_iter().next(), Some(TokenTree::Ident(name)) if name == "doc");
    let mut kept: Vec<TokenTree> = Vec::new();
    for token in code {
        match token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket && is_doc(&group) => drop(kept.pop()),
            TokenTree::Group(group) => {
                kept.push(Group::new(group.delimiter(), without_docs(group.stream())).into());
            }
            token => kept.push(token),
        }
    }
    kept.into_iter().collect()
}

/// What a schema that only refers to another one leads to.
fn reference(schema: &Value) -> Option<String> {
    let sole = schema.get("allOf").and_then(Value::as_array).filter(|members| members.len() == 1);
    let reference = schema.get("$ref").or_else(|| sole?[0].get("$ref"))?;
    spec::target(reference.as_str()?).map(Cow::into_owned)
}
