//! What may import what, and how long a module may be: the invariants on README's architecture page.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A module's path from the root of its crate.
type Module = Vec<String>;

/// The generated code is what all the rest of the client works on and is called by.
const GENERATED: &str = "generated";

fn root(dir: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(dir)
}

/// The modules below a folder, with their code: no comments, and no tests.
fn modules(dir: &str) -> BTreeMap<Module, String> {
    fn read(dir: &Path, at: &Module, into: &mut BTreeMap<Module, String>) {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            let mut place = at.clone();
            place.push(path.file_stem().unwrap().to_str().unwrap().to_owned());
            if path.is_dir() {
                read(&path, &place, into);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                let code = text.split("#[cfg(test)]\n").next().unwrap();
                let lines = code.lines().map(|line| line.split("//").next().unwrap());
                into.insert(place, lines.collect::<Vec<_>>().join("\n"));
            }
        }
    }
    let mut found = BTreeMap::new();
    read(&root(dir), &Vec::new(), &mut found);
    found.retain(|module, _| *module != ["lib"] && *module != ["main"] && module[0] != "bin");
    found
}

/// What each module names of others: the longest path that is a module.
fn imports(modules: &BTreeMap<Module, String>) -> BTreeMap<Module, BTreeSet<Module>> {
    let mut found: BTreeMap<Module, BTreeSet<Module>> = BTreeMap::new();
    for (module, code) in modules {
        let targets = found.entry(module.clone()).or_default();
        for (start, base) in [("crate::", Vec::new()), ("super::", module[..module.len() - 1].to_vec())] {
            for rest in code.split(start).skip(1) {
                // `use super::{a, b::C};` names several.
                let names = match rest.strip_prefix('{') {
                    Some(list) => list.split_once('}').map_or("", |(list, _)| list).split(',').collect(),
                    None => vec![rest],
                };
                for name in names {
                    let end = name.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':')).unwrap_or(name.len());
                    let mut target: Module = base.clone();
                    target.extend(name.trim_start()[..end.min(name.trim_start().len())].split("::").map(str::to_owned));
                    while !target.is_empty() && !modules.contains_key(&target) {
                        target.pop();
                    }
                    if !target.is_empty() && target != *module {
                        targets.insert(target);
                    }
                }
            }
        }
    }
    found
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

#[test]
fn no_modules_import_each_other() {
    for dir in ["client/src", "client/generate", "xtask/src"] {
        let modules = modules(dir);
        assert!(modules.len() > 5, "{dir}: {modules:?}");
        let imports = imports(&modules);
        // Between the rooms of a crate, and between the modules of each room.
        let mut rooms: BTreeMap<String, BTreeMap<String, BTreeSet<String>>> = BTreeMap::new();
        for (from, targets) in &imports {
            for to in targets.iter().filter(|to| to[0] != GENERATED && from[0] != GENERATED) {
                let common = from.iter().zip(to).take_while(|(a, b)| a == b).count();
                if let (Some(from_name), Some(to_name)) = (from.get(common), to.get(common)) {
                    let room = rooms.entry(from[..common].join("::")).or_default();
                    room.entry(from_name.clone()).or_default().insert(to_name.clone());
                }
            }
        }
        for (room, edges) in rooms {
            assert_eq!(circle(&edges), None, "modules of {dir} {room} import each other");
        }
    }
}

/// The core of the client would serve any API: only the rooms of backups name an operation or one of its types.
#[test]
fn only_the_rooms_of_backups_know_backups() {
    for (module, code) in modules("client/src") {
        if ["backups", "mock", GENERATED].contains(&module[0].as_str()) {
            continue;
        }
        for word in ["_backup", "_backups", "Backup"] {
            assert!(!code.contains(word), "client/src/{}.rs says `{word}`", module.join("/"));
        }
    }
    for (module, code) in modules("client/generate") {
        assert!(!code.to_lowercase().contains("backup"), "client/generate/{}.rs knows backups", module.join("/"));
    }
}

/// Each stage of the pipeline knows those before it only, and the diff engine knows nothing but documents.
#[test]
fn the_pipeline_goes_one_way() {
    const STAGES: [&str; 7] = ["vendor", "effective", "krate", "comparison", "edition", "release", "commands"];
    let stage = |module: &Module| STAGES.iter().position(|stage| *stage == module[0]);
    let imports = imports(&modules("xtask/src"));
    assert!(imports.keys().filter(|module| stage(module).is_some()).count() > 80);
    for (from, targets) in &imports {
        for to in targets {
            let forth = stage(from).zip(stage(to)).is_none_or(|(from, to)| to <= from);
            assert!(forth, "{from:?} imports {to:?}, which comes later");
            let is_diff = |module: &Module| module.starts_with(&["comparison".to_owned(), "diff".to_owned()]);
            assert!(!is_diff(from) || is_diff(to) || to[0] == "vendor", "{from:?} imports {to:?}");
        }
    }
}

#[test]
fn no_module_is_over_four_hundred_lines() {
    const MOST: usize = 400;
    // One table, which is easier to read in one piece.
    const TABLE: &str = "comparison/diff/rules/table";
    for dir in ["client/src", "client/generate", "xtask/src"] {
        for module in modules(dir).keys().filter(|module| module[0] != GENERATED && module.join("/") != TABLE) {
            let text = std::fs::read_to_string(root(dir).join(module.join("/")).with_extension("rs")).unwrap();
            let lines = text.lines().count();
            assert!(lines <= MOST, "{dir}/{}.rs has {lines} lines", module.join("/"));
        }
    }
}
