//! What `use` brings in.

use std::collections::BTreeMap;

use anyhow::bail;
use syn::UseTree;

#[derive(Clone)]
pub(super) struct Import {
    pub(super) path: Vec<String>,
    pub(super) public: bool,
}

pub(super) fn import(
    tree: &UseTree,
    prefix: &mut Vec<String>,
    public: bool,
    into: &mut BTreeMap<String, Import>,
) -> anyhow::Result<()> {
    let length = prefix.len();
    match tree {
        UseTree::Path(path) => {
            prefix.push(path.ident.to_string());
            import(&path.tree, prefix, public, into)?;
        }
        UseTree::Name(name) => {
            let name = name.ident.to_string();
            let mut path = prefix.clone();
            if name == "self" {
                let own = path.last().cloned().unwrap_or_default();
                into.insert(own, Import { path, public });
            } else {
                path.push(name.clone());
                into.insert(name, Import { path, public });
            }
        }
        UseTree::Rename(rename) => {
            let mut path = prefix.clone();
            path.push(rename.ident.to_string());
            into.insert(rename.rename.to_string(), Import { path, public });
        }
        UseTree::Group(group) => {
            for tree in &group.items {
                import(tree, prefix, public, into)?;
            }
        }
        UseTree::Glob(_) if public => {
            bail!("`pub use {}::*` hides what is public; name it", prefix.join("::"))
        }
        UseTree::Glob(_) => {}
    }
    prefix.truncate(length);
    Ok(())
}
