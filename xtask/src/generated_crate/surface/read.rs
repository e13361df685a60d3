//! From source files to the list of public items.

use std::collections::BTreeMap;
use std::path::Path;

use syn::punctuated::Punctuated;
use syn::visit_mut::VisitMut;
use syn::{Fields, ImplItem, Item, Token, TraitItem, Visibility};

use super::import::Import;
use super::paths::{Resolved, of_another_crate};
use super::source::{ModulePath, Source};
use super::syntax::{
    denies_unknown_fields, derives, feature, is_non_exhaustive, name_of, printed_bounds, printed_generics,
    printed_path, printed_signature, printed_type, shape, strip_reference,
};
use super::{Features, Kind, PublicItem, syntax};

pub(super) fn read(src: &Path, generated: &syn::File) -> anyhow::Result<BTreeMap<String, PublicItem>> {
    let mut krate = Source::default();
    krate.file(&src.join("lib.rs"), src, Vec::new(), generated)?;
    let mut found = Found { krate: &krate, items: BTreeMap::new(), names: BTreeMap::new(), only_names: true };
    // Once for the names that items are known by, and once more for items that name them.
    found.module(&Vec::new(), "", None);
    found.only_names = false;
    found.module(&Vec::new(), "", None);
    found.impls();
    Ok(found.items)
}

/// Traits that are commonly derived.
const DERIVABLE: &[&str] = &[
    "Clone",
    "Copy",
    "Debug",
    "Default",
    "Deserialize",
    "Eq",
    "Hash",
    "JsonSchema",
    "Ord",
    "PartialEq",
    "PartialOrd",
    "Serialize",
];

/// A trait, and the feature that it is behind.
fn behind(name: &str, feature: Option<Features>) -> String {
    match feature {
        Some(feature) => format!("{name} if {feature}"),
        None => name.to_owned(),
    }
}

/// What is needed for both.
fn both(one: Option<Features>, other: Option<Features>) -> Option<Features> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.and(other)),
        (one, other) => one.or(other),
    }
}

struct Found<'a> {
    krate: &'a Source,
    items: BTreeMap<String, PublicItem>,
    /// Where each public type is defined, to where it can be named.
    names: BTreeMap<(ModulePath, String), String>,
    /// Whether items are only given the names that they are known by.
    only_names: bool,
}

impl Found<'_> {
    /// Adds what is public in a module, which users know by the path `shown`.
    fn module(&mut self, place: &ModulePath, shown: &str, under: Option<&Features>) {
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

    fn foreign(&mut self, place: &ModulePath, shown: &str, import: &Import) {
        let mut path = import.path.clone();
        // `pub use inner::Name` where `inner` re-exports it itself.
        if let [module, name] = &path[..] {
            let mut inner = place.clone();
            inner.push(module.clone());
            if let Some(other) = self.krate.imports.get(&inner).and_then(|imports| imports.get(name)) {
                path = other.path.clone();
            }
        }
        self.add(shown.to_owned(), shape(Kind::Use, &path.join("::")));
    }

    fn add(&mut self, path: String, shape: PublicItem) {
        self.items.insert(path, shape);
    }

    fn item(&mut self, place: &ModulePath, item: &Item, path: &str, under: Option<&Features>) {
        let Some((name, _, attrs)) = name_of(item) else { return };
        self.names.insert((place.clone(), name.clone()), path.to_owned());
        if self.only_names && !matches!(item, Item::Mod(_)) {
            return;
        }
        let feature = both(feature(attrs), under.cloned());
        let base = PublicItem {
            feature: feature.clone(),
            non_exhaustive: is_non_exhaustive(attrs),
            denies_unknown_fields: denies_unknown_fields(attrs),
            derives: self.derived(place, attrs),
            ..shape(Kind::Mod, "")
        };
        let with = |kind, text: String| PublicItem { kind, text, ..base.clone() };
        match item {
            Item::Struct(item) => {
                self.add(path.to_owned(), with(Kind::Struct, self.generics(place, &item.generics)));
                self.fields(place, path, &item.fields, feature.as_ref(), true);
            }
            Item::Enum(item) => {
                self.add(path.to_owned(), with(Kind::Enum, self.generics(place, &item.generics)));
                for variant in &item.variants {
                    let path = format!("{path}::{}", variant.ident);
                    let inner = match &variant.fields {
                        Fields::Unnamed(fields) => {
                            let types = fields.unnamed.iter().map(|field| self.ty(place, &field.ty));
                            format!("({})", types.collect::<Vec<_>>().join(", "))
                        }
                        _ => String::new(),
                    };
                    let non_exhaustive = is_non_exhaustive(&variant.attrs);
                    let shape = PublicItem { feature: feature.clone(), non_exhaustive, ..shape(Kind::Variant, &inner) };
                    self.add(path.clone(), shape);
                    if let Fields::Named(_) = &variant.fields {
                        self.fields(place, &path, &variant.fields, feature.as_ref(), false);
                    }
                }
            }
            Item::Fn(item) => self.add(path.to_owned(), with(Kind::Fn, self.signature(place, &item.sig))),
            Item::Const(item) => self.add(path.to_owned(), with(Kind::Const, self.ty(place, &item.ty))),
            Item::Type(item) => self.add(path.to_owned(), with(Kind::Type, self.ty(place, &item.ty))),
            Item::Trait(item) => {
                self.add(path.to_owned(), with(Kind::Trait, self.bounds(place, &item.supertraits)));
                for inner in &item.items {
                    match inner {
                        TraitItem::Fn(function) => {
                            self.add(
                                format!("{path}::{}", function.sig.ident),
                                with(Kind::Fn, self.signature(place, &function.sig)),
                            );
                        }
                        TraitItem::Const(item) => {
                            self.add(format!("{path}::{}", item.ident), with(Kind::Const, self.ty(place, &item.ty)));
                        }
                        _ => {}
                    }
                }
            }
            Item::Mod(_) => {
                let mut inner = place.clone();
                inner.push(name);
                let under = both(self.krate.features.get(&inner).cloned().flatten(), under.cloned());
                self.add(path.to_owned(), PublicItem { feature: under.clone(), ..shape(Kind::Mod, "") });
                self.module(&inner, path, under.as_ref());
            }
            _ => {}
        }
    }

    fn fields(&mut self, place: &ModulePath, path: &str, fields: &Fields, feature: Option<&Features>, private: bool) {
        for (index, field) in fields.iter().enumerate() {
            if private && !matches!(field.vis, Visibility::Public(_)) {
                continue;
            }
            let name = field.ident.as_ref().map_or_else(|| index.to_string(), ToString::to_string);
            self.add(
                format!("{path}::{name}"),
                PublicItem { feature: feature.cloned(), ..shape(Kind::Field, &self.ty(place, &field.ty)) },
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
                feature = both(feature, outer);
            }
            match &item.trait_ {
                Some((of, _)) => {
                    if !self.is_public_trait(place, of) {
                        continue;
                    }
                    let mut of = of.clone();
                    self.resolve_in(place, |resolved| resolved.visit_path_mut(&mut of));
                    let of = printed_path(&of);
                    let short = of.rsplit("::").next().unwrap_or(&of);
                    // `Deserialize<'de>` is what a derive writes, too.
                    let short = short.split_once("<'").map_or(short, |(name, _)| name);
                    // Whether a trait is derived or written is the same to users.
                    match self.items.get_mut(&path).filter(|_| DERIVABLE.contains(&short)) {
                        Some(shape) => {
                            let feature = feature.and_then(|feature| feature.beside(shape.feature.as_ref()));
                            let name = behind(short, feature);
                            // The generated code is included twice: as build.rs makes it, and as it was released.
                            if let Err(at) = shape.derives.binary_search(&name) {
                                shape.derives.insert(at, name);
                            }
                        }
                        None => {
                            let shape = PublicItem { feature, ..shape(Kind::Impl, "") };
                            self.add(format!("{path}: impl {of}"), shape);
                        }
                    }
                }
                None => {
                    for inner in &item.items {
                        match inner {
                            ImplItem::Fn(function) if matches!(function.vis, Visibility::Public(_)) => {
                                let shape = PublicItem {
                                    feature: both(syntax::feature(&function.attrs), feature.clone()),
                                    ..shape(Kind::Fn, &self.signature(place, &function.sig))
                                };
                                self.add(format!("{path}::{}", function.sig.ident), shape);
                            }
                            ImplItem::Const(item) if matches!(item.vis, Visibility::Public(_)) => {
                                let shape = PublicItem {
                                    feature: feature.clone(),
                                    ..shape(Kind::Const, &self.ty(place, &item.ty))
                                };
                                self.add(format!("{path}::{}", item.ident), shape);
                            }
                            _ => {}
                        }
                    }
                }
            }
        }
    }

    /// Has paths in syntax of a module replaced by what they mean.
    fn resolve_in(
        &self,
        place: &ModulePath,
        visit: impl FnOnce(&mut Resolved<&mut dyn FnMut(&[String], bool) -> Option<Vec<String>>>),
    ) {
        let mut meaning = |path: &[String], rooted: bool| self.meaning(place, path, rooted);
        visit(&mut Resolved { meaning: &mut meaning });
    }

    /// What a path in a module means: the name that users have for it, or its path in another crate. Nothing for what
    /// is neither, such as a parameter, or a name that all of Rust has.
    fn meaning(&self, place: &ModulePath, path: &[String], rooted: bool) -> Option<Vec<String>> {
        if rooted || path.first().is_some_and(|first| ["std", "core", "alloc"].contains(&first.as_str())) {
            return Some(of_another_crate(path));
        }
        match self.krate.resolve(place, path) {
            Some(home) => {
                let shown = self.names.get(&home)?;
                Some(shown.split("::").map(str::to_owned).collect())
            }
            None => {
                let import = self.krate.imports.get(place)?.get(path.first()?)?;
                let whole: Vec<String> = import.path.iter().chain(&path[1..]).cloned().collect();
                let is_own = ["crate", "self", "super"].contains(&whole[0].as_str());
                (!is_own).then(|| of_another_crate(&whole))
            }
        }
    }

    fn ty(&self, place: &ModulePath, ty: &syn::Type) -> String {
        let mut ty = ty.clone();
        self.resolve_in(place, |resolved| resolved.visit_type_mut(&mut ty));
        printed_type(&ty)
    }

    fn signature(&self, place: &ModulePath, signature: &syn::Signature) -> String {
        let mut signature = signature.clone();
        self.resolve_in(place, |resolved| resolved.visit_signature_mut(&mut signature));
        printed_signature(&signature)
    }

    fn generics(&self, place: &ModulePath, generics: &syn::Generics) -> String {
        let mut generics = generics.clone();
        self.resolve_in(place, |resolved| resolved.visit_generics_mut(&mut generics));
        printed_generics(&generics)
    }

    fn bounds(&self, place: &ModulePath, bounds: &Punctuated<syn::TypeParamBound, Token![+]>) -> String {
        let mut bounds = bounds.clone();
        for bound in &mut bounds {
            self.resolve_in(place, |resolved| resolved.visit_type_param_bound_mut(bound));
        }
        printed_bounds(&bounds)
    }

    /// The traits that are derived, by their names alone, sorted.
    fn derived(&self, place: &ModulePath, attrs: &[syn::Attribute]) -> Vec<String> {
        let name = |(of, feature): (syn::Path, Option<Features>)| {
            let names: Vec<String> = of.segments.iter().map(|segment| segment.ident.to_string()).collect();
            let meant = self.meaning(place, &names, of.leading_colon.is_some()).unwrap_or(names);
            behind(meant.last().map(String::as_str).unwrap_or_default(), feature)
        };
        let mut all: Vec<String> = derives(attrs).into_iter().map(name).collect();
        all.sort();
        all
    }

    /// A trait of this crate counts only where it can be named.
    fn is_public_trait(&self, place: &ModulePath, path: &syn::Path) -> bool {
        let segments: Vec<String> = path.segments.iter().map(|s| s.ident.to_string()).collect();
        match self.krate.resolve(place, &segments) {
            Some(home) => !self.krate.defines(&home.0, &home.1) || self.names.contains_key(&home),
            None => true,
        }
    }
}
