//! From source files to the list of public items.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context;
use proc_macro2::TokenStream;
use syn::{Fields, ImplItem, Item, ItemImpl, TraitItem, Visibility};

use super::import::{Import, import};
use super::syntax::{derives, feature, is_non_exhaustive, is_test, name_of, shape, strip_reference, text};
use super::{Kind, Shape};

/// A module path from the crate's root.
type Place = Vec<String>;

#[derive(Default)]
struct Crate {
    /// Each module's items, public or not, impls aside.
    modules: BTreeMap<Place, Vec<Item>>,
    /// The impls, and the modules that they stand in.
    impls: Vec<(Place, ItemImpl)>,
    /// What each module imports: the name, and what it stands for.
    imports: BTreeMap<Place, BTreeMap<String, Import>>,
    features: BTreeMap<Place, Option<String>>,
}

pub(super) fn read(src: &Path, generated: &TokenStream) -> anyhow::Result<BTreeMap<String, Shape>> {
    let mut krate = Crate::default();
    krate.file(&src.join("lib.rs"), src, Vec::new(), generated)?;
    let mut found = Found { krate: &krate, items: BTreeMap::new(), names: BTreeMap::new() };
    found.module(&Vec::new(), "", None);
    found.impls();
    Ok(found.items)
}

impl Crate {
    fn file(&mut self, file: &Path, dir: &Path, place: Place, generated: &TokenStream) -> anyhow::Result<()> {
        let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        let parsed = syn::parse_file(&text).with_context(|| format!("{} is no Rust", file.display()))?;
        self.items(parsed.items, dir, place, generated)
    }

    fn items(&mut self, items: Vec<Item>, dir: &Path, place: Place, generated: &TokenStream) -> anyhow::Result<()> {
        self.modules.entry(place.clone()).or_default();
        for item in items {
            if is_test(&item) {
                continue;
            }
            match item {
                Item::Mod(mut module) => {
                    let name = module.ident.to_string();
                    let mut inner = place.clone();
                    inner.push(name.clone());
                    self.features.insert(inner.clone(), feature(&module.attrs));
                    match module.content.take() {
                        Some((_, items)) => self.items(items, &dir.join(&name), inner, generated)?,
                        None => {
                            let file = dir.join(format!("{name}.rs"));
                            let file = if file.exists() { file } else { dir.join(&name).join("mod.rs") };
                            self.file(&file, &dir.join(&name), inner, generated)?;
                        }
                    }
                    self.modules.entry(place.clone()).or_default().push(Item::Mod(module));
                }
                Item::Macro(item) if item.mac.path.is_ident("include") => {
                    let file: syn::File = syn::parse2(generated.clone()).context("the generated code")?;
                    self.items(file.items, &PathBuf::new(), place.clone(), generated)?;
                }
                Item::Impl(item) => self.impls.push((place.clone(), item)),
                Item::Use(item) => {
                    let public = matches!(item.vis, Visibility::Public(_));
                    let into = self.imports.entry(place.clone()).or_default();
                    import(&item.tree, &mut Vec::new(), public, into)?;
                }
                item => self.modules.entry(place.clone()).or_default().push(item),
            }
        }
        Ok(())
    }

    /// The module and name that a path means, seen from a module; `None` for another crate's.
    fn resolve(&self, place: &Place, path: &[String]) -> Option<(Place, String)> {
        let mut here = place.clone();
        let mut rest = path;
        while let [first, more @ ..] = rest {
            match first.as_str() {
                "crate" => here = Vec::new(),
                "self" => {}
                "super" => drop(here.pop()),
                name => {
                    if more.is_empty() && self.defines(&here, name) {
                        return Some((here, name.to_owned()));
                    }
                    let mut inner = here.clone();
                    inner.push(name.to_owned());
                    if self.modules.contains_key(&inner) {
                        here = inner;
                    } else {
                        let import = self.imports.get(&here)?.get(name)?;
                        let mut path = import.path.clone();
                        // `use serde;`, `use log::log;`: no module of ours, and it would lead back here.
                        if path.first().is_some_and(|first| first == name) {
                            return None;
                        }
                        path.extend(more.iter().cloned());
                        return self.resolve(&here, &path);
                    }
                }
            }
            rest = more;
        }
        let name = here.pop()?;
        Some((here, name))
    }

    fn defines(&self, place: &Place, name: &str) -> bool {
        self.modules.get(place).is_some_and(|items| {
            items.iter().any(|item| !matches!(item, Item::Mod(_)) && name_of(item).is_some_and(|(n, _, _)| n == name))
        })
    }
}

struct Found<'a> {
    krate: &'a Crate,
    items: BTreeMap<String, Shape>,
    /// Where each public type is defined, to where it can be named.
    names: BTreeMap<(Place, String), String>,
}

impl Found<'_> {
    /// Adds what is public in a module, which users know by the path `shown`.
    fn module(&mut self, place: &Place, shown: &str, under: Option<&String>) {
        let join = |name: &str| {
            if shown.is_empty() { name.to_owned() } else { format!("{shown}::{name}") }
        };
        let krate = self.krate;
        for item in krate.modules.get(place).into_iter().flatten() {
            if let Some((name, Visibility::Public(_), _)) = name_of(item) {
                self.item(place, item, &join(&name), under);
            }
        }
        for (name, import) in krate.imports.get(place).into_iter().flatten().filter(|(_, i)| i.public) {
            match krate.resolve(place, &import.path) {
                Some((home, original)) => {
                    let mut inner = home.clone();
                    inner.push(original.clone());
                    if krate.modules.contains_key(&inner) {
                        self.add(join(name), shape(Kind::Mod, ""));
                        self.module(&inner, &join(name), under);
                    }
                    let items = krate.modules.get(&home).into_iter().flatten();
                    for item in items.filter(|item| !matches!(item, Item::Mod(_))) {
                        if name_of(item).is_some_and(|(n, _, _)| n == original) {
                            self.item(&home, item, &join(name), under);
                        }
                    }
                    // A re-export of a re-export from another crate.
                    if let Some(other) = krate.imports.get(&home).and_then(|i| i.get(&original)) {
                        self.add(join(name), shape(Kind::Use, &other.path.join("::")));
                    }
                }
                None => self.foreign(place, &join(name), import),
            }
        }
    }

    fn foreign(&mut self, place: &Place, shown: &str, import: &Import) {
        let mut path = import.path.clone();
        // `pub use generated::ResponseValue` where `generated` re-exports it itself.
        if let [module, name] = &path[..] {
            let mut inner = place.clone();
            inner.push(module.clone());
            if let Some(other) = self.krate.imports.get(&inner).and_then(|imports| imports.get(name)) {
                path = other.path.clone();
            }
        }
        self.add(shown.to_owned(), shape(Kind::Use, &path.join("::")));
    }

    fn add(&mut self, path: String, shape: Shape) {
        self.items.insert(path, shape);
    }

    fn item(&mut self, place: &Place, item: &Item, path: &str, under: Option<&String>) {
        let Some((name, _, attrs)) = name_of(item) else { return };
        let feature = feature(attrs).or_else(|| under.cloned());
        let base = Shape {
            feature: feature.clone(),
            non_exhaustive: is_non_exhaustive(attrs),
            derives: derives(attrs),
            ..shape(Kind::Mod, "")
        };
        self.names.insert((place.clone(), name.clone()), path.to_owned());
        let with = |kind, text: String| Shape { kind, text, ..base.clone() };
        match item {
            Item::Struct(item) => {
                self.add(path.to_owned(), with(Kind::Struct, text(&item.generics)));
                self.fields(path, &item.fields, feature.as_ref(), true);
            }
            Item::Enum(item) => {
                self.add(path.to_owned(), with(Kind::Enum, text(&item.generics)));
                for variant in &item.variants {
                    let path = format!("{path}::{}", variant.ident);
                    let inner = match &variant.fields {
                        Fields::Unnamed(fields) => text(fields),
                        _ => String::new(),
                    };
                    let non_exhaustive = is_non_exhaustive(&variant.attrs);
                    let shape = Shape { feature: feature.clone(), non_exhaustive, ..shape(Kind::Variant, &inner) };
                    self.add(path.clone(), shape);
                    if let Fields::Named(_) = &variant.fields {
                        self.fields(&path, &variant.fields, feature.as_ref(), false);
                    }
                }
            }
            Item::Fn(item) => self.add(path.to_owned(), with(Kind::Fn, text(&item.sig))),
            Item::Const(item) => self.add(path.to_owned(), with(Kind::Const, text(&item.ty))),
            Item::Type(item) => self.add(path.to_owned(), with(Kind::Type, text(&item.ty))),
            Item::Trait(item) => {
                self.add(path.to_owned(), with(Kind::Trait, text(&item.supertraits)));
                for inner in &item.items {
                    match inner {
                        TraitItem::Fn(function) => {
                            self.add(format!("{path}::{}", function.sig.ident), with(Kind::Fn, text(&function.sig)));
                        }
                        TraitItem::Const(item) => {
                            self.add(format!("{path}::{}", item.ident), with(Kind::Const, text(&item.ty)));
                        }
                        _ => {}
                    }
                }
            }
            Item::Mod(_) => {
                let mut inner = place.clone();
                inner.push(name);
                let under = self.krate.features.get(&inner).cloned().flatten().or(under.cloned());
                self.add(path.to_owned(), Shape { feature: under.clone(), ..shape(Kind::Mod, "") });
                self.module(&inner, path, under.as_ref());
            }
            _ => {}
        }
    }

    fn fields(&mut self, path: &str, fields: &Fields, feature: Option<&String>, private: bool) {
        for (index, field) in fields.iter().enumerate() {
            if private && !matches!(field.vis, Visibility::Public(_)) {
                continue;
            }
            let name = field.ident.as_ref().map_or_else(|| index.to_string(), ToString::to_string);
            self.add(
                format!("{path}::{name}"),
                Shape { feature: feature.cloned(), ..shape(Kind::Field, &text(&field.ty)) },
            );
        }
    }

    fn impls(&mut self) {
        let krate = self.krate;
        for (place, item) in &krate.impls {
            let syn::Type::Path(of) = strip_reference(&item.self_ty) else { continue };
            let segments: Vec<String> = of.path.segments.iter().map(|s| s.ident.to_string()).collect();
            let home = krate.resolve(place, &segments);
            let Some(path) = home.and_then(|home| self.names.get(&home)).cloned() else { continue };
            let mut feature = feature(&item.attrs);
            for depth in 0..=place.len() {
                let outer = krate.features.get(&place[..depth]).cloned().flatten();
                feature = feature.or(outer);
            }
            match &item.trait_ {
                Some((of, _)) => {
                    if !self.is_public_trait(place, of) {
                        continue;
                    }
                    let name = format!("{path}: impl {}", text(of));
                    self.add(name, Shape { feature, ..shape(Kind::Impl, "") });
                }
                None => {
                    for inner in &item.items {
                        match inner {
                            ImplItem::Fn(function) if matches!(function.vis, Visibility::Public(_)) => {
                                let shape = Shape { feature: feature.clone(), ..shape(Kind::Fn, &text(&function.sig)) };
                                self.add(format!("{path}::{}", function.sig.ident), shape);
                            }
                            ImplItem::Const(item) if matches!(item.vis, Visibility::Public(_)) => {
                                let shape = Shape { feature: feature.clone(), ..shape(Kind::Const, &text(&item.ty)) };
                                self.add(format!("{path}::{}", item.ident), shape);
                            }
                            _ => {}
                        }
                    }
                }
            }
        }
    }

    /// A trait of this crate counts only where it can be named.
    fn is_public_trait(&self, place: &Place, path: &syn::Path) -> bool {
        let segments: Vec<String> = path.segments.iter().map(|s| s.ident.to_string()).collect();
        match self.krate.resolve(place, &segments) {
            Some(home) => !self.krate.defines(&home.0, &home.1) || self.names.contains_key(&home),
            None => true,
        }
    }
}
