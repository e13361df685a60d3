//! Takes the schemas that become types out of a document, each once.
//!
//! before: `{ actor: { type: object, properties: { id: … }, nullable: true, description: Who. } }`
//! after:  `{ actor: { allOf: [$ref 7], nullable: true, description: Who. } }`, and 7 is
//!         `{ type: object, properties: { id: … }, description: Who. }`

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value, json};

use super::bodies::OWN;
use super::lifted::{Held, Lifted, SCHEMAS, SHAPE, Type};
use super::place::{Operation, Part, Place};
use super::union::merge;
use crate::generate::document::UPSTREAM_ID;
use crate::upstream::shape::{self, At, Shape, ShapeId, Shapes, becomes_a_type, is_of_a_place, is_wrapper};
use crate::upstream::spec::{METHODS, key_of, target};

/// Takes the types out of a document, whose bodies of requests are told apart.
pub fn lift(mut document: Value, origins: &BTreeMap<String, usize>) -> Lifted {
    let mut lifter = Lifter::default();
    if let Some(Value::Object(schemas)) = document.pointer_mut("/components/schemas") {
        lifter.components = std::mem::take(schemas);
    }
    for name in lifter.components.keys().cloned().collect::<Vec<_>>() {
        lifter.component(&name);
    }
    for kind in ["parameters", "responses"] {
        let Some(Value::Object(items)) = document.pointer_mut(&format!("/components/{kind}")) else { continue };
        for (name, item) in items {
            lifter.holder(item, &|way| Place::Component(name.clone(), way));
        }
    }
    if let Some(Value::Object(paths)) = document.get_mut("paths") {
        for (path, item) in paths {
            lifter.path_item(path, item, origins);
        }
    }
    if let Some(Value::Object(schemas)) = document.pointer_mut("/components/schemas") {
        *schemas = lifter.kept;
    }
    let mut order = Vec::new();
    for root in &lifter.roots {
        outside_in(*root, &lifter.types, &mut order);
    }
    Lifted { document, shapes: lifter.shapes, types: lifter.types, aliases: lifter.aliases, order }
}

fn outside_in(id: ShapeId, types: &BTreeMap<ShapeId, Type>, order: &mut Vec<ShapeId>) {
    if !order.contains(&id) {
        order.push(id);
        types[&id].inner.iter().for_each(|(_, inner)| outside_in(*inner, types, order));
    }
}

#[derive(Default)]
struct Lifter {
    /// The document's components that were not looked at yet.
    components: Map<String, Value>,
    /// The components that are not types.
    kept: Map<String, Value>,
    /// The shape of each component that was looked at.
    known: HashMap<String, ShapeId>,
    /// The document that is looked at, if it is known.
    origin: Option<usize>,
    shapes: Shapes,
    types: BTreeMap<ShapeId, Type>,
    /// The components that are types. Those that are equal are one type.
    aliases: BTreeMap<String, ShapeId>,
    /// The types that are not within another, in the order in which they are met.
    roots: Vec<ShapeId>,
}

impl Lifter {
    fn path_item(&mut self, path: &str, item: &mut Value, origins: &BTreeMap<String, usize>) {
        let id = |method: &'static str| Some((method, item.get(method)?.get("operationId")?.as_str()?.to_owned()));
        let origin = |item: &Value, method: &str| {
            let operation = &item[method];
            let id = operation.get(UPSTREAM_ID).or_else(|| operation.get("operationId"))?;
            origins.get(id.as_str()?).copied()
        };
        let ids: Vec<(&'static str, String)> = METHODS.iter().filter_map(|method| id(method)).collect();
        if let Some((method, id)) = ids.first() {
            self.origin = origin(item, method);
            self.parameters(item, &Operation::new(id, method, path));
        }
        for (method, id) in &ids {
            self.origin = origin(item, method);
            let operation = Operation::new(id, method, path);
            let Some(described) = item.get_mut(method) else { continue };
            self.parameters(described, &operation);
            let of = |part: Part| move |way| Place::Operation(operation.clone(), part.clone(), way);
            if let Some(body) = described.get_mut("requestBody") {
                self.holder(body, &of.clone()(Part::Body));
            }
            let Some(Value::Object(responses)) = described.get_mut("responses") else { continue };
            for (status, response) in responses {
                self.holder(response, &of.clone()(Part::Answer(status.clone())));
            }
        }
        self.origin = None;
    }

    fn parameters(&mut self, holder: &mut Value, operation: &Operation) {
        let Some(Value::Array(parameters)) = holder.get_mut("parameters") else { return };
        for parameter in parameters {
            let name = parameter.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
            let part = Part::Parameter(name);
            self.holder(parameter, &|way| Place::Operation(operation.clone(), part.clone(), way));
        }
    }

    /// A parameter, body or answer: it holds schemas, directly or by media type.
    fn holder(&mut self, item: &mut Value, place: &impl Fn(String) -> Place) {
        let (mut direct, mut by_media) = (Vec::new(), Vec::new());
        if let Value::Object(map) = item {
            for (key, value) in map {
                match key.as_str() {
                    "schema" => direct.push(value),
                    "content" => by_media.extend(value.as_object_mut().into_iter().flat_map(|all| all.values_mut())),
                    _ => {}
                }
            }
        }
        direct.extend(by_media.into_iter().filter_map(|media| media.get_mut("schema")));
        for schema in direct {
            let mut held = Held::new();
            *schema = self.schema(std::mem::take(schema), "", false, &mut held).0;
            for (way, id) in held {
                self.stands(id, place(way));
                self.roots.push(id);
            }
        }
    }

    fn stands(&mut self, id: ShapeId, place: Place) {
        if let Some(ty) = self.types.get_mut(&id)
            && !ty.places.contains(&place)
        {
            ty.places.push(place);
        }
    }

    /// The shape of a component; nothing, where it is in itself.
    fn component(&mut self, name: &str) -> Option<ShapeId> {
        if let Some(id) = self.known.get(name) {
            return Some(*id);
        }
        // Taken out while it is looked at: what refers to it from within meets nothing.
        let schema = self.components.remove(name)?;
        let is_type = becomes_a_type(&schema);
        let mut held = Held::new();
        let (lifted, id) = self.open(schema, "", &mut held);
        if is_type {
            self.add(id, lifted, held);
            if let Some(ty) = self.types.get_mut(&id) {
                ty.component.get_or_insert_with(|| name.to_owned());
            }
            self.aliases.insert(name.to_owned(), id);
            self.roots.push(id);
        } else {
            self.kept.insert(name.to_owned(), lifted);
            for (way, id) in held {
                self.stands(id, Place::Component(name.to_owned(), way));
                self.roots.push(id);
            }
        }
        self.known.insert(name.to_owned(), id);
        Some(id)
    }

    /// A schema: what is to stand in its place, and its shape.
    fn schema(&mut self, schema: Value, way: &str, is_property: bool, held: &mut Held) -> (Value, ShapeId) {
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            let to = target(reference).and_then(|to| Some(key_of(to.strip_prefix(SCHEMAS)?)));
            let id = to.and_then(|name| self.component(&name));
            let id = id.unwrap_or_else(|| self.shapes.id(shape::plain(&schema)));
            if self.types.contains_key(&id) {
                held.push((way.to_owned(), id));
            }
            if let (Some(ty), Some(origin)) = (self.types.get_mut(&id), self.origin) {
                ty.documents.insert(origin);
            }
            return (schema, id);
        }
        if !becomes_a_type(&schema) {
            return self.open(schema, way, held);
        }
        let mut inner = Held::new();
        let reference = reference(&schema, is_property);
        let (lifted, id) = self.open(schema, "", &mut inner);
        self.add(id, lifted, inner);
        held.push((way.to_owned(), id));
        (reference(id), id)
    }

    /// Adds a place where a type stands.
    fn add(&mut self, id: ShapeId, mut schema: Value, inner: Held) {
        if let Value::Object(map) = &mut schema {
            map.retain(|key, _| {
                key != OWN && !is_of_a_place(key) || matches!(key.as_str(), "description" | "example" | "title")
            });
        }
        match self.types.entry(id) {
            Entry::Occupied(mut known) => merge(&mut known.get_mut().schema, &schema),
            Entry::Vacant(new) => {
                new.insert(Type { schema, inner: inner.clone(), ..Type::default() });
            }
        }
        if let (Some(ty), Some(origin)) = (self.types.get_mut(&id), self.origin) {
            ty.documents.insert(origin);
        }
        for (way, inner) in inner {
            self.stands(inner, Place::Type(id, way));
        }
    }

    /// A schema with the types in it taken out, and its shape.
    fn open(&mut self, schema: Value, way: &str, held: &mut Held) -> (Value, ShapeId) {
        let Value::Object(mut map) = schema else {
            let id = self.shapes.id(shape::plain(&schema));
            return (schema, id);
        };
        let mut shape = shape::own(&map);
        let alone = is_wrapper(&map);
        let mut sole = None;
        for (key, value) in &mut map {
            let mut put = |shape: &mut Shape, at, (lifted, id): (Value, ShapeId), place: &mut Value| {
                *place = lifted;
                shape.put(key, at, id);
                sole = Some(id);
            };
            match (key.as_str(), value) {
                ("properties", Value::Object(properties)) => {
                    for (name, inner) in properties {
                        let way = format!("{way}.{name}");
                        let lifted = self.schema(std::mem::take(inner), &way, true, held);
                        put(&mut shape, At::Name(name.clone()), lifted, inner);
                    }
                }
                ("items" | "additionalProperties", inner @ Value::Object(_)) => {
                    let way = format!("{way}{}", if key == "items" { "[]" } else { "{}" });
                    let lifted = self.schema(std::mem::take(inner), &way, false, held);
                    put(&mut shape, At::Number(0), lifted, inner);
                }
                ("allOf", Value::Array(members)) => {
                    for (number, inner) in members.iter_mut().enumerate() {
                        let member = std::mem::take(inner);
                        // A member is not a type of its own: it is part of the whole.
                        let lifted = match alone || member.get("$ref").is_some() {
                            true if alone => self.schema(member, way, false, held),
                            true => self.schema(member, way, false, &mut Held::new()),
                            false => self.open(member, way, held),
                        };
                        put(&mut shape, At::Number(number), lifted, inner);
                    }
                }
                // Alternatives are one type, with all that is in them.
                ("oneOf" | "anyOf", Value::Array(members)) => {
                    for (number, inner) in members.iter().enumerate() {
                        let id = self.shapes.of(inner, &mut |_| {});
                        shape.put(key, At::Number(number), id);
                    }
                }
                ("not", inner @ Value::Object(_)) => {
                    let id = self.shapes.of(inner, &mut |_| {});
                    shape.put(key, At::Number(0), id);
                }
                _ => {}
            }
        }
        // What only wraps a schema, to say more of its place, is that.
        let id = sole.filter(|_| alone).unwrap_or_else(|| self.shapes.id(shape));
        (Value::Object(map), id)
    }
}

/// What stands in the place of a schema that became a type.
fn reference(schema: &Value, is_property: bool) -> impl Fn(ShapeId) -> Value + use<> {
    let of_the_place = |(key, _): &(&String, &Value)| match key.as_str() {
        "nullable" | "default" => true,
        "title" | "externalDocs" => false,
        key => is_property && is_of_a_place(key),
    };
    let more: Map<String, Value> = (schema.as_object().into_iter().flatten())
        .filter(of_the_place)
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    move |id| {
        let reference = json!({ "$ref": format!("{SHAPE}{id}") });
        if more.is_empty() && !is_property {
            return reference;
        }
        // OpenAPI 3.0 has what stands beside a `$ref` ignored.
        let mut wrapper = Map::from_iter([("allOf".to_owned(), json!([reference]))]);
        wrapper.extend(more.clone());
        Value::Object(wrapper)
    }
}
