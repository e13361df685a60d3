//! The source of a crate: its modules, and what a path in one of them leads to.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::Context;
use syn::{Item, ItemImpl, Visibility};

use super::super::parsed::parsed;
use super::Features;
use super::import::{Import, import};
use super::syntax::{feature, is_test, name_of};

/// A module path from the crate's root.
pub(super) type ModulePath = Vec<String>;

#[derive(Default)]
pub(super) struct Source {
    /// Each module's items, public or not, impls aside.
    pub(super) modules: BTreeMap<ModulePath, Vec<Item>>,
    /// The names of each module's items, modules aside.
    names: BTreeMap<ModulePath, BTreeSet<String>>,
    /// The impls, and the modules that they stand in.
    pub(super) impls: Vec<(ModulePath, ItemImpl)>,
    /// What each module imports: the name, and what it stands for.
    pub(super) imports: BTreeMap<ModulePath, BTreeMap<String, Import>>,
    pub(super) features: BTreeMap<ModulePath, Option<Features>>,
}

impl Source {
    pub(super) fn file(
        &mut self,
        file: &Path,
        dir: &Path,
        module: ModulePath,
        generated: &syn::File,
    ) -> anyhow::Result<()> {
        let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        let parsed = parsed(&text).with_context(|| format!("{} is not Rust", file.display()))?;
        self.items(parsed.items.clone(), dir, module, generated)
    }

    fn items(&mut self, items: Vec<Item>, dir: &Path, module: ModulePath, generated: &syn::File) -> anyhow::Result<()> {
        self.modules.entry(module.clone()).or_default();
        for item in items {
            if is_test(&item) {
                continue;
            }
            match item {
                Item::Mod(mut item) => {
                    let name = item.ident.to_string();
                    let mut inner = module.clone();
                    inner.push(name.clone());
                    self.features.insert(inner.clone(), feature(&item.attrs));
                    match item.content.take() {
                        Some((_, items)) => self.items(items, &dir.join(&name), inner, generated)?,
                        None => {
                            let file = dir.join(format!("{name}.rs"));
                            let file = if file.exists() { file } else { dir.join(&name).join("mod.rs") };
                            self.file(&file, &dir.join(&name), inner, generated)?;
                        }
                    }
                    self.modules.entry(module.clone()).or_default().push(Item::Mod(item));
                }
                Item::Macro(item) if item.mac.path.is_ident("include") => {
                    self.items(generated.items.clone(), &PathBuf::new(), module.clone(), generated)?;
                }
                Item::Impl(item) => self.impls.push((module.clone(), item)),
                Item::Use(item) => {
                    let public = matches!(item.vis, Visibility::Public(_));
                    let into = self.imports.entry(module.clone()).or_default();
                    import(&item.tree, &mut Vec::new(), public, into)?;
                }
                item => {
                    let name = name_of(&item).map(|(name, ..)| name);
                    self.names.entry(module.clone()).or_default().extend(name);
                    self.modules.entry(module.clone()).or_default().push(item);
                }
            }
        }
        Ok(())
    }

    /// The module and name that a path means, seen from a module; `None` for another crate's.
    pub(super) fn resolve(&self, module: &ModulePath, path: &[String]) -> Option<(ModulePath, String)> {
        let mut here = module.clone();
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

    pub(super) fn defines(&self, module: &ModulePath, name: &str) -> bool {
        self.names.get(module).is_some_and(|names| names.contains(name))
    }
}
