//! What operations inherit: what the document or a path says counts for those that do not say it themselves.

use std::collections::BTreeSet;

use serde_json::Value;

use super::node::Node;
use super::paths::template;
use crate::upstream::spec::METHODS;

/// Whether an operation that is in both documents inherits something from their roots.
pub(super) fn from_document(old: &Value, new: &Value, key: &str) -> bool {
    let heirs = |root: &Value| -> BTreeSet<(String, &'static str)> {
        let root = Node::root(root);
        let items = ["paths", "webhooks"].into_iter().flat_map(|paths| root.members(paths));
        let heirs = items.flat_map(|(path, item)| {
            let named = heirs(&item, key).into_iter().map(|method| (template(path), method));
            // Security stands at no path.
            let own = key != "security" && item.clone().resolved().has(key);
            named.filter(|_| !own).collect::<Vec<_>>()
        });
        heirs.collect()
    };
    !heirs(old).is_disjoint(&heirs(new))
}

/// Whether an operation that is in both path items inherits something from them.
pub(super) fn from_path(old: &Node<'_>, new: &Node<'_>, key: &str) -> bool {
    heirs(old, key).iter().any(|method| heirs(new, key).contains(method))
}

/// The operations of a path item that do not say something themselves.
fn heirs(item: &Node<'_>, key: &str) -> Vec<&'static str> {
    let resolved = item.clone().resolved();
    let operation = |method: &str| [item, &resolved].into_iter().find(|item| item.has(method)).map(|it| it.get(method));
    METHODS.into_iter().filter(|method| operation(method).is_some_and(|operation| !operation.has(key))).collect()
}
