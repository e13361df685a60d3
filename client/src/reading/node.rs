//! A tree of what was sent, which is read more than once.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Number, Value};

/// How many lists and objects may hold each other. serde_json reads one more, and then nothing.
const DEEPEST: usize = 126;

/// What is wrong with a value that was not read to its end.
pub(crate) struct TooDeep;

impl fmt::Display for TooDeep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "it is nested more than {DEEPEST} levels deep")
    }
}

/// The name that [`Reader`](super::Reader) knows a tree by that is asked for as a whole.
pub(super) const WHOLE: &str = "$planetscale_client::Node";

thread_local! {
    static HANDED_OVER: Cell<Option<Node>> = const { Cell::new(None) };
}

/// Hands a tree over to who asks for one as a whole.
pub(super) fn hand_over(node: &Node) {
    HANDED_OVER.set(Some(node.clone()));
}

/// A value as it was sent. It is cheap to clone.
#[derive(Clone)]
pub(crate) struct Node(Rc<Inner>);

struct Inner {
    kind: Kind,
    size: usize,
    is_cut: bool,
}

pub(crate) enum Kind {
    Null,
    Bool(bool),
    Number(Number),
    Text(String),
    List(Vec<Node>),
    Object(BTreeMap<Rc<str>, Entry>),
    /// A list or an object in more others than are read.
    Cut,
}

/// What an object has under a name.
pub(crate) struct Entry {
    pub(crate) node: Node,
    /// Whether there were others of the name before it.
    pub(crate) is_repeated: bool,
}

impl Node {
    fn new(kind: Kind) -> Self {
        let (mut size, mut is_cut) = (1, matches!(kind, Kind::Cut));
        let mut add = |node: &Self| {
            size += node.0.size;
            is_cut |= node.0.is_cut;
        };
        match &kind {
            Kind::List(items) => items.iter().for_each(add),
            Kind::Object(entries) => entries.values().for_each(|entry| add(&entry.node)),
            _ => {}
        }
        Self(Rc::new(Inner { kind, size, is_cut }))
    }

    /// An object.
    pub(crate) fn object(entries: impl IntoIterator<Item = (Rc<str>, Self)>) -> Self {
        let mut all = BTreeMap::new();
        for (key, node) in entries {
            insert(&mut all, key, node);
        }
        Self::new(Kind::Object(all))
    }

    pub(crate) fn kind(&self) -> &Kind {
        &self.0.kind
    }

    /// How many values there are in it, itself included.
    pub(crate) fn size(&self) -> usize {
        self.0.size
    }

    /// Whether something in it was too deep to be read.
    pub(crate) fn is_cut(&self) -> bool {
        self.0.is_cut
    }

    /// What tells it apart from all others that there are.
    pub(crate) fn address(&self) -> usize {
        Rc::as_ptr(&self.0).addr()
    }

    /// What an object has under a name.
    pub(crate) fn get(&self, name: &str) -> Option<&Self> {
        match self.kind() {
            Kind::Object(entries) => entries.get(name).map(|entry| &entry.node),
            _ => None,
        }
    }

    /// The same as JSON; null for what was too deep.
    pub(crate) fn to_value(&self) -> Value {
        match self.kind() {
            Kind::Null | Kind::Cut => Value::Null,
            Kind::Bool(value) => Value::Bool(*value),
            Kind::Number(number) => Value::Number(number.clone()),
            Kind::Text(text) => Value::String(text.clone()),
            Kind::List(items) => items.iter().map(Self::to_value).collect(),
            Kind::Object(entries) => {
                entries.iter().map(|(key, entry)| (key.to_string(), entry.node.to_value())).collect()
            }
        }
    }
}

fn insert(entries: &mut BTreeMap<Rc<str>, Entry>, key: Rc<str>, node: Node) {
    let is_repeated = entries.contains_key(&key);
    entries.insert(key, Entry { node, is_repeated });
}

/// From any format that says what its values are.
impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(WHOLE, Grow { depth: 0 })
    }
}

/// Makes a tree, below a number of lists and objects.
#[derive(Clone, Copy)]
struct Grow {
    depth: usize,
}

impl<'de> DeserializeSeed<'de> for Grow {
    type Value = Node;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Grow {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        match HANDED_OVER.take() {
            Some(node) => Ok(node),
            None => self.deserialize(deserializer),
        }
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        self.deserialize(deserializer)
    }

    fn visit_none<E: Error>(self) -> Result<Node, E> {
        self.visit_unit()
    }

    fn visit_unit<E: Error>(self) -> Result<Node, E> {
        Ok(Node::new(Kind::Null))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Node, E> {
        Ok(Node::new(Kind::Bool(value)))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Node, E> {
        Ok(Node::new(Kind::Number(value.into())))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Node, E> {
        Ok(Node::new(Kind::Number(value.into())))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Node, E> {
        Ok(Node::new(Number::from_f64(value).map_or(Kind::Null, Kind::Number)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Node, E> {
        self.visit_string(text.to_owned())
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Node, E> {
        Ok(Node::new(Kind::Text(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node, A::Error> {
        if self.depth == DEEPEST {
            while list.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(Node::new(Kind::Cut));
        }
        let mut items = Vec::new();
        while let Some(item) = list.next_element_seed(Self { depth: self.depth + 1 })? {
            items.push(item);
        }
        Ok(Node::new(Kind::List(items)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Node, A::Error> {
        if self.depth == DEEPEST {
            while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            return Ok(Node::new(Kind::Cut));
        }
        let mut entries = BTreeMap::new();
        while let Some(key) = object.next_key::<String>()? {
            insert(&mut entries, key.into(), object.next_value_seed(Self { depth: self.depth + 1 })?);
        }
        Ok(Node::new(Kind::Object(entries)))
    }
}
