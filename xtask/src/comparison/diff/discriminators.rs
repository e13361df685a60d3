//! What tells alternatives and subtypes apart by a property: the values that the wire has, and the schemas that they
//! stand for.

use std::collections::BTreeMap;
use std::slice;

use super::argument::Argument;
use super::findings::Found;
use super::node::Node;
use super::pair::Nodes;
use super::paths::last_token;
use super::role::Role;
use super::rules::table::{
    DISCRIMINATOR_ADDED, DISCRIMINATOR_MAPPING_ADDED, DISCRIMINATOR_MAPPING_CHANGED, DISCRIMINATOR_MAPPING_DELETED,
    DISCRIMINATOR_PROPERTY_NAME_CHANGED, DISCRIMINATOR_REMOVED,
};
use super::subtypes::Subtypes;
use super::view::View;
use super::views::Views;
use super::walk::Walk;
use crate::upstream::spec::{self, key_of, pointer_token};

/// A value of a discriminator: where its mapping stands, if it is written, and the schema that it stands for.
struct Mapped<'a> {
    written: Option<Node<'a>>,
    schema: Option<Node<'a>>,
}

impl<'a> Walk<'a> {
    /// What a discriminator tells apart.
    pub(super) fn discriminated(&mut self, role: Role, views: &Views<'a>) {
        if !views.have("discriminator") {
            return;
        }
        let pair = views.get("discriminator");
        let property = |node: &Node<'a>| Argument::of(node.get("propertyName").value);
        match pair.absent() {
            (true, true) => return,
            (true, false) => {
                return self.changed(role, &pair, DISCRIMINATOR_ADDED.with("property", property(&pair.new)));
            }
            (false, true) => {
                return self.changed(role, &pair, DISCRIMINATOR_REMOVED.with("property", property(&pair.old)));
            }
            (false, false) => {}
        }
        self.other_keys(role.context, &pair, &["propertyName", "mapping"]);
        self.containers(role.context, &pair, &["mapping"], &[]);
        let name = pair.get("propertyName");
        if !name.are_equal() {
            let found = Found::from(&DISCRIMINATOR_PROPERTY_NAME_CHANGED).with_change(name.values());
            self.changed(role, &name, found);
        }
        let (old, new) =
            (mapping(&views.old, &pair.old, &self.old_subtypes), mapping(&views.new, &pair.new, &self.new_subtypes));
        let at = |mapped: Option<&Mapped<'a>>, discriminator: &Node<'a>, value: &str| {
            let written = mapped.and_then(|mapped| mapped.written.clone());
            written.unwrap_or_else(|| discriminator.get("mapping").get(value))
        };
        let names: Vec<&String> = old.keys().chain(new.keys().filter(|name| !old.contains_key(*name))).collect();
        for value in names {
            let (a, b) = (old.get(value), new.get(value));
            let place = Nodes::new(at(a, &pair.old, value), at(b, &pair.new, value));
            let schema = |mapped: Option<&Mapped<'a>>| match mapped {
                Some(Mapped { schema: Some(schema), .. }) => Argument::Name(format!("#{}", schema.at)),
                // What is written leads nowhere.
                Some(Mapped { written: Some(written), .. }) => Argument::of(written.value),
                _ => Argument::Word("no schema".to_owned()),
            };
            let with =
                |found: Found| found.with("value", Argument::name(value)).with("old", schema(a)).with("new", schema(b));
            match (a, b) {
                (None, Some(_)) => self.changed(role, &place, with(Found::from(&DISCRIMINATOR_MAPPING_ADDED))),
                (Some(_), None) => self.changed(role, &place, with(Found::from(&DISCRIMINATOR_MAPPING_DELETED))),
                (Some(Mapped { schema: Some(a), .. }), Some(Mapped { schema: Some(b), .. })) => {
                    // A component may be renamed; where both are in both documents, it is another one.
                    let both = self.new.pointer(&a.at).is_some() && self.old.pointer(&b.at).is_some();
                    let is_other = a.at != b.at && (both || self.likeness.of(a, false) != self.likeness.of(b, false));
                    if is_other {
                        self.changed(role, &place, with(Found::from(&DISCRIMINATOR_MAPPING_CHANGED)));
                    }
                    self.compare(role.inside(), slice::from_ref(a), slice::from_ref(b));
                }
                (Some(a), Some(b)) => {
                    if a.written.as_ref().map(|node| node.value) != b.written.as_ref().map(|node| node.value) {
                        self.changed(role, &place, with(Found::from(&DISCRIMINATOR_MAPPING_CHANGED)));
                    }
                }
                (None, None) => {}
            }
        }
    }
}

/// The values of a discriminator, written or not: without a mapping, a component is told by its name.
/// <https://spec.openapis.org/oas/v3.0.3#discriminator-object>
fn mapping<'a>(view: &View<'a>, discriminator: &Node<'a>, subtypes: &Subtypes) -> BTreeMap<String, Mapped<'a>> {
    let root = discriminator.root;
    let node = |pointer: &str| root.pointer(pointer).map(|value| Node { root, value, at: pointer.to_owned() });
    let mut found: BTreeMap<String, Mapped<'a>> = BTreeMap::new();
    for (value, written) in discriminator.members("mapping") {
        let target = written.value.as_str().map(|to| match spec::target(to) {
            Some(pointer) => pointer.into_owned(),
            // The name of a component alone.
            None => format!("/components/schemas/{}", pointer_token(to)),
        });
        let schema = target.and_then(|pointer| node(&pointer));
        found.insert(value.clone(), Mapped { written: Some(written), schema });
    }
    let mapped: Vec<String> = found.values().filter_map(|mapped| Some(mapped.schema.as_ref()?.at.clone())).collect();
    let members = view.groups.iter().flat_map(|group| &group.members);
    let mut implied: Vec<String> =
        members.filter_map(|member| spec::target(member.text("$ref")?).map(std::borrow::Cow::into_owned)).collect();
    if implied.is_empty() {
        let own = discriminator.at.strip_suffix("/discriminator").unwrap_or_default();
        implied.extend(subtypes.below(own));
    }
    for pointer in implied.into_iter().filter(|pointer| !mapped.contains(pointer)) {
        if pointer.starts_with("/components/schemas/") {
            let schema = node(&pointer);
            found.entry(key_of(last_token(&pointer))).or_insert(Mapped { written: None, schema });
        }
    }
    found
}
