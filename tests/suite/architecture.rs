//! What may import what, and how long a module may be: the invariants on README's architecture page.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::visit::{self, Visit};

/// A module's path from the root of its crate.
type Module = Vec<String>;

/// The generated code is what all the rest of the client works on and is called by.
const GENERATED: &str = "generated";

/// The generator, which build.rs and xtask both have as a module of theirs.
const GENERATE: &str = "client/generate";

/// The lines of recordings, which the client writes and xtask reads.
const LINE: &str = "client/src/record/line";

fn root(dir: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(dir)
}

fn module(path: &[&str]) -> Module {
    path.iter().map(|name| (*name).to_owned()).collect()
}

/// The files of Rust below a folder, by the modules that they are.
fn files(dir: &str) -> BTreeMap<Module, PathBuf> {
    fn read(dir: &Path, at: &Module, into: &mut BTreeMap<Module, PathBuf>) {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            let mut place = at.clone();
            match path.file_stem().unwrap().to_str().unwrap() {
                "mod" => {}
                name => place.push(name.to_owned()),
            }
            if path.is_dir() {
                read(&path, &place, into);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                into.insert(place, path);
            }
        }
    }
    let mut found = BTreeMap::new();
    read(&root(dir), &Vec::new(), &mut found);
    found.retain(|module, _| {
        !module.is_empty() && *module != ["lib"] && *module != ["main"] && module[0] != "bin" || dir == GENERATE
    });
    found
}

/// The modules below a folder, with their code: no comments, and no tests.
fn modules(dir: &str) -> BTreeMap<Module, syn::File> {
    let read = |(module, path): (Module, PathBuf)| {
        let text = std::fs::read_to_string(&path).unwrap();
        let mut code = syn::parse_file(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        code.items.retain(|item| !matches!(item, syn::Item::Mod(item) if item.ident == "tests"));
        (module, code)
    };
    files(dir).into_iter().map(read).collect()
}

/// The modules of xtask, of which the generator is one, and the lines of recordings.
fn modules_of_xtask() -> BTreeMap<Module, syn::File> {
    let mut all = modules("xtask/src");
    for (folder, name) in [(GENERATE, "generate"), (LINE, "line")] {
        for (mut module, code) in modules(folder) {
            module.insert(0, name.to_owned());
            all.insert(module, code);
        }
    }
    all
}

/// The paths that code names, from `crate` or `super` on.
#[derive(Default)]
struct Paths(Vec<Vec<String>>);

impl Paths {
    fn of(code: &syn::File) -> Vec<Vec<String>> {
        let mut paths = Self::default();
        paths.visit_file(code);
        paths.0
    }

    fn tree(&mut self, tree: &syn::UseTree, before: &[String]) {
        let with = |name: &syn::Ident| before.iter().cloned().chain([name.to_string()]).collect::<Vec<_>>();
        match tree {
            syn::UseTree::Path(path) => self.tree(&path.tree, &with(&path.ident)),
            syn::UseTree::Name(name) => self.0.push(with(&name.ident)),
            syn::UseTree::Rename(name) => self.0.push(with(&name.ident)),
            syn::UseTree::Glob(_) => self.0.push(before.to_vec()),
            syn::UseTree::Group(group) => group.items.iter().for_each(|tree| self.tree(tree, before)),
        }
    }

    /// What stands in a macro is no syntax yet. A module is named there in one path. Code that is quoted is about
    /// another crate.
    fn tokens(&mut self, tokens: TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let mut is_going_on = false;
        for token in tokens {
            match token {
                TokenTree::Ident(name) if is_going_on || path.is_empty() => {
                    path.push(name.to_string());
                    is_going_on = false;
                    continue;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' && !path.is_empty() => {
                    is_going_on = true;
                    continue;
                }
                TokenTree::Ident(name) => {
                    self.0.push(std::mem::replace(&mut path, vec![name.to_string()]));
                    continue;
                }
                TokenTree::Group(group) if group.delimiter() != Delimiter::None => self.tokens(group.stream()),
                _ => {}
            }
            self.0.push(std::mem::take(&mut path));
            is_going_on = false;
        }
        self.0.push(path);
    }
}

impl<'ast> Visit<'ast> for Paths {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.tree(&item.tree, &[]);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.0.push(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        visit::visit_path(self, path);
    }

    /// What a macro names is named where it is called.
    fn visit_item_macro(&mut self, item: &'ast syn::ItemMacro) {
        if item.ident.is_none() {
            visit::visit_item_macro(self, item);
        }
    }

    fn visit_macro(&mut self, mac: &'ast syn::Macro) {
        self.visit_path(&mac.path);
        let quotes = mac.path.segments.last().is_some_and(|last| last.ident == "quote" || last.ident == "parse_quote");
        if !quotes {
            self.tokens(mac.tokens.clone());
        }
    }
}

/// What each module names of others: the longest path that is a module.
fn imports(modules: &BTreeMap<Module, syn::File>) -> BTreeMap<Module, BTreeSet<Module>> {
    let targets = |module: &Module, code: &syn::File| {
        let mut targets = BTreeSet::new();
        for path in Paths::of(code) {
            let ups = path.iter().take_while(|name| *name == "super").count();
            let mut target = match path.first().map(String::as_str) {
                Some("crate") => path[1..].to_vec(),
                Some("self") => module.iter().chain(&path[1..]).cloned().collect(),
                Some("super") if ups <= module.len() => {
                    module[..module.len() - ups].iter().chain(&path[ups..]).cloned().collect()
                }
                _ => continue,
            };
            while !target.is_empty() && !modules.contains_key(&target) {
                target.pop();
            }
            // A module in a file may name what is around it, and a module those that are in it.
            if !target.is_empty() && !module.starts_with(&target) {
                targets.insert(target);
            }
        }
        targets
    };
    modules.iter().map(|(module, code)| (module.clone(), targets(module, code))).collect()
}

/// A circle among names, where there is one.
fn circle(edges: &BTreeMap<String, BTreeSet<String>>) -> Option<Vec<String>> {
    fn walk(
        at: &str,
        edges: &BTreeMap<String, BTreeSet<String>>,
        path: &mut Vec<String>,
        done: &mut BTreeSet<String>,
    ) -> Option<Vec<String>> {
        if let Some(start) = path.iter().position(|name| name == at) {
            return Some(path[start..].to_vec());
        }
        if done.contains(at) {
            return None;
        }
        path.push(at.to_owned());
        let found = edges.get(at).into_iter().flatten().find_map(|next| walk(next, edges, path, done));
        path.pop();
        done.insert(at.to_owned());
        found
    }
    let mut done = BTreeSet::new();
    edges.keys().find_map(|name| walk(name, edges, &mut Vec::new(), &mut done))
}

/// The circles between the rooms of a crate, and between the modules of each room.
fn circles(modules: &BTreeMap<Module, syn::File>) -> Vec<Vec<String>> {
    let mut rooms: BTreeMap<String, BTreeMap<String, BTreeSet<String>>> = BTreeMap::new();
    for (from, targets) in &imports(modules) {
        let is_generated = |module: &Module| module.first().is_some_and(|room| room == GENERATED);
        for to in targets.iter().filter(|to| !is_generated(to) && !is_generated(from)) {
            let common = from.iter().zip(to).take_while(|(a, b)| a == b).count();
            if let (Some(from_name), Some(to_name)) = (from.get(common), to.get(common)) {
                let room = rooms.entry(from[..common].join("::")).or_default();
                room.entry(from_name.clone()).or_default().insert(to_name.clone());
            }
        }
    }
    rooms.values().filter_map(circle).collect()
}

#[test]
fn no_modules_import_each_other() {
    for (dir, modules) in
        [("client/src", modules("client/src")), (GENERATE, modules(GENERATE)), ("xtask/src", modules_of_xtask())]
    {
        assert!(modules.len() > 5, "{dir}: {:?}", modules.keys());
        let circles = circles(&modules);
        assert!(circles.is_empty(), "modules of {dir} import each other: {circles:?}");
    }
}

/// Each way to name a module is seen.
#[test]
fn an_import_is_seen_however_it_is_written() {
    for code in [
        "use crate::b::Thing;",
        "use crate::{c::Other, b};",
        "use crate::{c::{Other, More}, b::{Thing, Another}};",
        "use super::b;",
        "use super::{c, b::*};",
        "fn f() -> crate::b::Thing { todo!() }",
        "fn f() { assert_eq!(1, super::b::f()) }",
        "fn f() { println!(\"{}\", { vec![crate::b::f()] }) }",
        "impl super::b::Trait for u8 {}",
    ] {
        let file = |code: &str| syn::parse_file(code).unwrap();
        let modules =
            BTreeMap::from([(module(&["a"]), file(code)), (module(&["b"]), file("")), (module(&["c"]), file(""))]);
        assert!(imports(&modules)[&module(&["a"])].contains(&module(&["b"])), "{code}");
    }
}

/// The core of the client would serve any API: only the rooms of backups name an operation or one of its types.
#[test]
fn only_the_rooms_of_backups_know_backups() {
    let code_of = |path: &Path| {
        let text = std::fs::read_to_string(path).unwrap();
        let code = text.split("#[cfg(test)]\n").next().unwrap().to_owned();
        code.lines().map(|line| line.split("//").next().unwrap()).collect::<Vec<_>>().join("\n")
    };
    for (module, path) in files("client/src") {
        if ["backups", "mock", GENERATED].contains(&module[0].as_str()) {
            continue;
        }
        for word in ["_backup", "_backups", "Backup"] {
            assert!(!code_of(&path).contains(word), "client/src/{}.rs says `{word}`", module.join("/"));
        }
    }
    for (module, path) in files(GENERATE) {
        let code = code_of(&path).to_lowercase();
        assert!(!code.contains("backup"), "{GENERATE}/{}.rs knows backups", module.join("/"));
    }
}

/// Each stage of the pipeline knows those before it only, and the diff engine knows nothing but documents.
#[test]
fn the_pipeline_goes_one_way() {
    const STAGES: [&str; 12] = [
        "generate::document",
        "line",
        "workspace",
        "upstream",
        "effective",
        "generate",
        "generated_crate",
        "comparison",
        "observation",
        "snapshot",
        "release",
        "commands",
    ];
    let stage = |module: &Module| {
        let is_in = |stage: &&str| module.starts_with(&stage.split("::").map(str::to_owned).collect::<Vec<_>>());
        STAGES.iter().position(is_in)
    };
    let imports = imports(&modules_of_xtask());
    assert!(imports.keys().filter(|module| stage(module).is_some()).count() > 120);
    for (from, targets) in &imports {
        for to in targets {
            let forth = stage(from).zip(stage(to)).is_none_or(|(from, to)| to <= from);
            assert!(forth, "{from:?} imports {to:?}, which comes later");
            let is_diff = |module: &Module| module.starts_with(&module_of_diff());
            let is_document = to.starts_with(&module(&["generate", "document"]));
            assert!(!is_diff(from) || is_diff(to) || to[0] == "upstream" || is_document, "{from:?} imports {to:?}");
        }
    }
}

/// What a pass of the generator needs of others is in the first comment of its root.
#[test]
fn the_generator_says_what_each_of_its_modules_is_for() {
    let root = std::fs::read_to_string(root(GENERATE).join("mod.rs")).unwrap();
    let (doc, _) = root.split_once("\nmod ").unwrap();
    let named: BTreeSet<&str> = doc.split(|c: char| !(c.is_alphanumeric() || c == '_')).collect();
    for (module, _) in files(GENERATE) {
        let name = module.last().map_or("generate", String::as_str);
        assert!(name == "generate" || named.contains(name), "client/generate/mod.rs does not say what {name} is for");
    }
}

fn module_of_diff() -> Module {
    module(&["comparison", "diff"])
}

#[test]
fn no_module_is_over_four_hundred_lines() {
    const MOST: usize = 400;
    // One table, which is easier to read in one piece.
    const TABLE: &str = "comparison/diff/rules/table";
    for dir in ["client/src", GENERATE, "xtask/src"] {
        for (module, path) in files(dir) {
            if module.first().is_some_and(|room| room == GENERATED) || module.join("/") == TABLE {
                continue;
            }
            let lines = std::fs::read_to_string(path).unwrap().lines().count();
            assert!(lines <= MOST, "{dir}/{}.rs has {lines} lines", module.join("/"));
        }
    }
}
