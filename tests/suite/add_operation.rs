//! `cargo xtask add-operation`: one more operation, from a page of its own or the whole API.

use std::cell::Cell;

use serde_json::{Value, json};
use xtask::effective::merge::Merged;
use xtask::generate::{Error, Refusal};
use xtask::generated_crate::codegen::attempts;
use xtask::snapshot::{Document, offerable};
use xtask::upstream::nearest::nearest;
use xtask::upstream::spec::Spec;

use crate::update_spec::{BACKUPS, Copy, ended_with, upstream};
use crate::workers::on_worker;

/// A page as the vendor has it for another operation at the same path, a year later.
fn list_copies() -> Value {
    let mut spec = Spec::parse(&upstream()).unwrap().value;
    spec["info"]["description"] = json!("Another year.");
    spec["tags"].as_array_mut().unwrap().push(json!({ "name": "New" }));
    let item = spec.pointer_mut(BACKUPS).unwrap().as_object_mut().unwrap();
    let mut operation = item.remove("post").unwrap();
    operation["operationId"] = json!("list_copies");
    operation["tags"].as_array_mut().unwrap().push(json!("New"));
    operation["summary"] = json!("List copies");
    operation.as_object_mut().unwrap().remove("requestBody");
    let mut answer = operation["responses"].as_object_mut().unwrap().remove("201").unwrap();
    answer["content"]["application/json"]["schema"] = json!({ "type": "object", "required": ["data"], "properties": { "data": { "type": "array", "items": { "type": "string" } } } });
    operation["responses"]["200"] = answer;
    item.insert("put".into(), operation);
    spec
}

/// The vendor's own page for what the overlay adds until then.
fn get_backup() -> Value {
    let mut spec = list_copies();
    let mut item = spec["paths"].as_object_mut().unwrap().values().next().unwrap().clone();
    item["get"] = item["put"].take();
    item.as_object_mut().unwrap().remove("put");
    item["get"]["operationId"] = json!("get_backup");
    item["get"]["parameters"]
        .as_array_mut()
        .unwrap()
        .push(json!({ "name": "id", "in": "path", "required": true, "schema": { "type": "string" } }));
    // What the overlay has the operation polled for.
    let state = json!({ "type": "string", "enum": ["pending", "running", "success", "failed", "canceled", "ignored"] });
    let answer = item.pointer_mut("/get/responses/200/content/application~1json/schema").unwrap();
    *answer = json!({ "type": "object", "properties": { "id": { "type": "string" }, "state": state } });
    let path = BACKUPS.trim_start_matches("/paths/").replace("~1", "/") + "/{id}";
    spec["paths"] = json!({ path: item });
    spec
}

#[test]
fn an_operation_is_added_beside_the_first() {
    let copy = Copy::new();
    let from = copy.write("list.json", &list_copies().to_string());
    let ended = copy.command("add-operation", &["list_copies", "--from", &from]);
    ended_with(&ended, 0);
    insta::assert_snapshot!(ended.out);
    let effective = std::fs::read_to_string(copy.path("planetscale.yaml")).unwrap();
    let spec = Spec::parse(&effective).unwrap();
    assert_eq!(
        spec.operations(),
        ["create_backup", "list_copies", "list_backups", "get_backup", "update_backup", "delete_backup"]
    );
    // The first document is followed where they disagree; what it lacks is taken over.
    assert_eq!(spec.value["info"]["description"], "The PlanetScale API.");
    assert!(spec.value["tags"].as_array().unwrap().contains(&json!({ "name": "New" })));
    let code = xtask::generated_crate::codegen::formatted(&effective).unwrap();
    assert!(code.contains("pub fn list_copies(&self)") && code.contains("pub fn create_backup(&self)"));

    // From now on both are watched, each by its own page.
    let stored = std::fs::read_to_string(copy.path("list_copies.yaml")).unwrap();
    let same = copy.run(&["--check", "--from", &copy.write("same.json", &stored)]);
    ended_with(&same, 0);
    // In what they disagree was told when the second came.
    assert!(ended.out.contains("disagrees at /info") && !same.out.contains("disagrees"), "{}", same.out);
    let changed = stored.replace("List copies", "All copies");
    let ended = copy.run(&["--check", "--format", "github", "--from", &copy.write("changed.json", &changed)]);
    ended_with(&ended, 1);
    assert!(ended.out.contains("file=openapi/list_copies.yaml,"), "{}", ended.out);
    ended_with(&copy.run(&["--check", "--from", &copy.write("first.yaml", &upstream())]), 0);
    let other = upstream().replace("operationId: create_backup", "operationId: another");
    let ended = copy.run(&["--check", "--from", &copy.write("other.yaml", &other)]);
    ended_with(&ended, 1);
    assert!(ended.out.contains("calls the operation create_backup another now; the crate's function keeps its name"));
    // The docs of the function say how the vendor calls it.
    assert!(ended.out.contains("the crate needs a patch release"), "{}", ended.out);
}

#[test]
fn upstreams_own_page_takes_the_place_of_ours() {
    let copy = Copy::new();
    let from = copy.write("get.json", &get_backup().to_string());
    let ended = copy.command("add-operation", &["get_backup", "--from", &from]);
    ended_with(&ended, 0);
    assert!(ended.out.contains("upstream fixed this: remove the action ($.paths): get_backup"), "{}", ended.out);
    let effective = std::fs::read_to_string(copy.path("planetscale.yaml")).unwrap();
    assert!(effective.contains("List copies") && !effective.contains("summary: Get a backup"));
}

#[test]
fn of_names_that_may_be_meant_the_nearest_is_told_first() {
    let all = ["get_back", "get_backups", "delete_role"];
    assert_eq!(nearest("get_backup", &all), "; did you mean get_backups or get_back?");
    assert_eq!(nearest("x", &all), "; there are get_back, get_backups, delete_role");
    assert_eq!(nearest("x", &["a", "b", "c", "d", "e", "f"]), "; there are a, b, c, d, e, and more");
    assert_eq!(nearest("x", &[]), "; there is none at all");
}

#[test]
fn what_cannot_be_added_changes_nothing() {
    let copy = Copy::new();
    let before = copy.files();
    let list = copy.write("list.json", &list_copies().to_string());
    let mut twice = Spec::parse(&upstream()).unwrap().value;
    twice.pointer_mut(BACKUPS).unwrap()["post"]["operationId"] = json!("make_backup");
    let twice = copy.write("twice.json", &twice.to_string());
    for (name, arguments) in [
        ("offered_already", ["create_backup", "--from", list.as_str()]),
        ("not_in_the_page", ["delete_backup", "--from", list.as_str()]),
        ("no_operation_id", ["get\nbackup", "--from", list.as_str()]),
        ("same_path_and_method", ["make_backup", "--from", twice.as_str()]),
    ] {
        let ended = copy.command("add-operation", &arguments);
        ended_with(&ended, 2);
        insta::assert_snapshot!(format!("add_operation_{name}"), ended.err);
        assert_eq!(copy.files(), before, "{name}");
    }
}

#[test]
fn where_documents_disagree_the_first_is_followed_and_it_is_told() {
    let first = json!({
        "openapi": "3.0.1",
        "info": { "title": "T" },
        "tags": [{ "name": "same" }, { "name": "differs", "description": "first" }],
        "paths": { "/a": { "summary": "first", "get": { "operationId": "get_a", "tags": ["same", "differs"] } } },
        "components": { "schemas": { "Same": { "type": "string" }, "Differs/": { "type": "string" } } },
    });
    let second = json!({
        "openapi": "3.0.1",
        "info": { "title": "U" },
        "servers": [],
        // The last one is of no operation.
        "tags": [{ "name": "same" }, { "name": "differs", "description": "second" }, { "name": "new" }, { "name": "other" }],
        "paths": { "/a": { "summary": "second", "put": { "operationId": "put_a", "tags": ["differs", "new"] } }, "/b": { "get": {} } },
        "components": { "schemas": { "Same": { "type": "string" }, "Differs/": { "type": "integer" }, "New": {} } },
    });
    let document = |file: &str, value: &Value| {
        let (file, text) = (file.to_owned(), value.to_string());
        Document { file, text, spec: Spec::from(value.clone()) }
    };
    let documents = [document("first", &first), document("second", &second)];
    let Merged { spec: merged, disagreements: told } = xtask::effective::merge::merge(&documents).unwrap();
    let told: Vec<_> = told.iter().map(|line| line.trim_end_matches(": the first document is followed")).collect();
    let expected = ["/info", "/tags (\"differs\")", "/paths/~1a/summary", "/components/schemas/Differs~1"];
    let mut expected = expected.map(|at| format!("second disagrees at {at}"));
    expected.sort();
    let mut sorted = told.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, expected);

    let mut union = first.clone();
    union["servers"] = json!([]);
    union["tags"].as_array_mut().unwrap().push(json!({ "name": "new" }));
    union["paths"]["/a"]["put"] = json!({ "operationId": "put_a", "tags": ["differs", "new"] });
    union["paths"]["/b"] = json!({ "get": {} });
    union["components"]["schemas"]["New"] = json!({});
    assert_eq!(merged.value, union);

    let error = xtask::effective::merge::merge(&[documents[0].clone(), documents[0].clone()]).unwrap_err();
    assert_eq!(error.to_string(), "first has GET /a, which another document has, too");
    assert_eq!(xtask::effective::merge::merge(&[]).unwrap_err().to_string(), "source.toml names no document");
}

/// A document whose first operation answers with a schema `X`, and whose other one has nothing to do with it.
fn answering(schemas: &Value) -> Value {
    let get = |id: &str, schema: Value| {
        let content = json!({ "application/json": { "schema": schema } });
        json!({ "get": {
            "operationId": id, "summary": id, "tags": ["Looks"],
            "responses": { "200": { "description": "ok", "content": content } },
        } })
    };
    json!({
        "openapi": "3.0.3",
        "info": { "title": "T", "version": "v1" },
        "servers": [{ "url": "https://api.planetscale.com/v1" }],
        "paths": {
            "/looks/x": get("look", to("X")),
            "/looks/plain": get("look_elsewhere", object(json!({ "a": { "type": "string" } }))),
        },
        "components": { "schemas": schemas },
    })
}

fn to(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

fn object(properties: Value) -> Value {
    json!({ "type": "object", "properties": properties })
}

/// A base that is one of its parts, each of which begins with the base.
fn base_of_its_parts() -> Value {
    let part = |name: &str| json!({ "allOf": [to("X"), object(json!({ name: { "type": "string" } }))] });
    let mut base = object(json!({ "kind": { "type": "string", "enum": ["A", "B"] } }));
    base["required"] = json!(["kind"]);
    base["oneOf"] = json!([to("A"), to("B")]);
    base["discriminator"] = json!({ "propertyName": "kind" });
    json!({ "X": base, "A": part("a"), "B": part("b") })
}

#[test]
fn what_is_described_by_itself_is_refused_or_left_out() {
    let copy = Copy::new();
    let before = copy.files();
    let from = copy.write("circle.json", &answering(&base_of_its_parts()).to_string());
    let ended = copy.command("add-operation", &["look", "--from", &from]);
    ended_with(&ended, 2);
    let place = "operation look (#/paths/~1looks~1x/get) has a schema that is described by itself, without an end, at \
                 #/components/schemas/";
    assert!(ended.err.contains(place), "{}", ended.err);
    assert_eq!(copy.files(), before);
    // The other operation is offered.
    let ended = copy.command("add-operation", &["--all", "--keep-going", "--from", &from]);
    ended_with(&ended, 0);
    let (_, left_out) = ended.out.split_once("Left out, as they cannot be offered:\n").unwrap();
    assert!(left_out.contains(place) && !left_out.contains("look_elsewhere"), "{left_out}");
    let offered = Spec::parse(&std::fs::read_to_string(copy.path("planetscale.yaml")).unwrap()).unwrap();
    assert!(offered.operations().contains(&"look_elsewhere") && !offered.operations().contains(&"look"));
}

/// Each of these had no end for the generator.
#[test]
fn a_circle_of_compositions_is_refused_by_its_place() {
    let text = || json!({ "type": "string" });
    let list = |items: Value| json!({ "type": "array", "items": items });
    let map = |values: Value| json!({ "type": "object", "additionalProperties": values });
    let or_null = |name: &str| json!({ "allOf": [to(name)], "nullable": true });
    let alike = |p: Value, q: Value| {
        json!({
            "X": { "allOf": [to("P"), to("Q")] },
            "P": object(json!({ "next": p, "a": text() })),
            "Q": object(json!({ "next": q, "b": text() })),
        })
    };
    for (name, schemas) in [
        ("all of itself", json!({ "X": { "allOf": [to("X"), object(json!({ "a": text() }))] } })),
        ("all of itself, thrice", json!({ "X": { "allOf": [to("X"), to("X"), to("X")] } })),
        ("any of itself", json!({ "X": { "anyOf": [text(), to("X")] } })),
        ("one of itself", json!({ "X": { "oneOf": [to("X"), text()] } })),
        ("itself alone", json!({ "X": { "oneOf": [to("X")] } })),
        ("a reference to itself", json!({ "X": to("X") })),
        ("references to each other", json!({ "X": to("Y"), "Y": to("X") })),
        (
            "through all three",
            json!({ "X": { "allOf": [to("Y")] }, "Y": { "anyOf": [to("Z"), text()] }, "Z": { "oneOf": [to("X"), text()] } }),
        ),
        ("a base of its parts", base_of_its_parts()),
        ("two lists of nodes", alike(to("P"), to("Q"))),
        ("two lists of nodes, whose ends are null", alike(or_null("P"), or_null("Q"))),
        ("two trees", alike(list(to("P")), list(to("Q")))),
        ("two trees by name", alike(map(to("P")), map(to("Q")))),
        (
            "a field said again",
            json!({
                "X": { "allOf": [to("P"), object(json!({ "next": or_null("P") }))] },
                "P": object(json!({ "next": or_null("P"), "a": text() })),
            }),
        ),
        (
            "a field and all other fields",
            json!({ "X": { "allOf": [to("P"), map(to("Q"))] }, "P": object(json!({ "next": to("P") })), "Q": map(to("Q")) }),
        ),
    ] {
        let error =
            xtask::generated_crate::codegen::formatted(&answering(&schemas).to_string()).unwrap_err().to_string();
        let place =
            "operation look (#/paths/~1looks~1x/get) has a schema that is described by itself, without an end, at #/";
        assert!(error.starts_with(place), "{name}: {error}");
    }
}

#[test]
fn a_schema_that_holds_itself_is_a_type_that_holds_itself() {
    let text = || json!({ "type": "string" });
    let tree = json!({
        "X": { "oneOf": [to("Sum"), to("Negative"), text()] },
        "Sum": object(json!({ "of": { "type": "array", "items": to("X") } })),
        "Negative": object(json!({ "of": { "allOf": [to("X")], "nullable": true } })),
    });
    for (name, schemas, expected) in [
        ("a list", json!({ "X": { "type": "array", "items": to("X") } }), "pub struct X(pub Vec<X>)"),
        ("a map", json!({ "X": { "type": "object", "additionalProperties": to("X") } }), "HashMap<String, X>"),
        ("a field", json!({ "X": object(json!({ "next": to("X"), "a": text() })) }), "Box<X>"),
        (
            "a field that may be null",
            json!({ "X": object(json!({ "next": { "allOf": [to("X")], "nullable": true } })) }),
            "Box<X>",
        ),
        ("each other", json!({ "X": object(json!({ "y": to("Y") })), "Y": object(json!({ "x": to("X") })) }), "Box<"),
        (
            "a base that is held by its part",
            json!({ "X": { "allOf": [to("P"), object(json!({ "p": to("P") }))] }, "P": object(json!({ "x": to("X") })) }),
            "Box<X>",
        ),
        ("a tree", tree, "pub enum X"),
    ] {
        let code = xtask::generated_crate::codegen::formatted(&answering(&schemas).to_string());
        let code = code.unwrap_or_else(|e| panic!("{name}: {e:#}"));
        assert!(code.contains(expected), "{name}: {code}");
    }
    // What no operation leads to does no harm.
    let mut unused = base_of_its_parts();
    let circle = unused.as_object_mut().unwrap().remove("X").unwrap();
    unused["Unused"] = serde_json::from_str(&circle.to_string().replace("schemas/X", "schemas/Unused")).unwrap();
    let unused = unused.to_string().replace("schemas/X", "schemas/Unused");
    let mut unused: Value = serde_json::from_str(&unused).unwrap();
    unused["X"] = object(json!({ "a": text() }));
    let code = xtask::generated_crate::codegen::formatted(&answering(&unused).to_string()).unwrap();
    assert!(code.contains("pub struct X ") && !code.contains("Unused"), "{code}");
}

/// Operations that cannot be offered, among others that can: each is refused for what it is itself.
#[test]
fn each_error_is_told_of_its_own_operation() {
    let copy = Copy::new();
    let get = |id: &str, more: Value| {
        let mut get = json!({ "operationId": id, "summary": id, "tags": ["Looks"], "responses": { "204": { "description": "ok" } } });
        get.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({ "get": get })
    };
    let in_path =
        json!({ "parameters": [{ "name": "id", "in": "path", "required": true, "schema": { "type": "string" } }] });
    let cookie = json!({ "parameters": [{ "name": "session", "in": "cookie", "schema": { "type": "string" } }] });
    let twice = json!({ "parameters": [{ "name": "userId", "in": "query", "schema": { "type": "object", "properties": { "a_b": {}, "a-b": {} } } }] });
    // Beside what is well.
    let odd = json!({ "parameters": in_path["parameters"], "responses": { "200": { "description": "ok", "content": { "application/json": { "schema":
        { "type": "object", "properties": { "a_b": { "type": "string" }, "a-b": { "type": "string" } } } } } } } });
    let mut document = answering(&json!({ "X": { "type": "string" } }));
    document["paths"] = json!({
        "/looks/cookie": get("cookie", cookie),
        "/looks/nowhere/{id}": get("nowhere", json!({})),
        "/looks/odd/{id}": get("odd", odd),
        "/looks/one": get("look-at", json!({})),
        "/looks/own": get("branch", json!({})),
        "/looks/plain": get("look_elsewhere", json!({})),
        "/looks/two": get("look.at", json!({})),
        "/looks/unnamed": get("unnamed", in_path),
        "/looks/twice": get("twice", twice),
    });
    let from = copy.write("looks.json", &document.to_string());
    // Tries are counted for each thread.
    let (copy, ended, tries) = on_worker(move || {
        let before = attempts();
        let ended = copy.command("add-operation", &["--all", "--keep-going", "--from", &from]);
        (copy, ended, attempts() - before)
    });
    ended_with(&ended, 0);
    let (_, left_out) = ended.out.split_once("Left out, as they cannot be offered:\n").unwrap();
    for (id, why) in [
        ("cookie", "operation cookie (#/paths/~1looks~1cookie/get/parameters) has the cookie parameter `session`"),
        ("nowhere", "operation nowhere (#/paths/~1looks~1nowhere~1{id}/get) has `{id}` in its path, and no parameter"),
        ("odd", "operation odd (#/components/schemas/Odd) cannot be offered: `a-b` and `a_b` both map to the field"),
        ("twice", "operation twice (#/components/schemas/UserId) cannot be offered: `a-b` and `a_b` both map to the"),
        ("branch", "operation branch (#/paths/~1looks~1own/get) would be a method of the client that there is already"),
        (
            "look.at",
            "operation look.at (#/paths/~1looks~1two/get) would be the function look_at, as the operation look-at",
        ),
        ("unnamed", "operation unnamed (#/paths/~1looks~1unnamed/get/parameters/0) has the parameter `id` of its path"),
    ] {
        let line = left_out
            .lines()
            .find(|line| line.trim().starts_with(&format!("{id}: ")))
            .unwrap_or_else(|| panic!("{id}: {left_out}"));
        assert!(line.contains(why), "{line}");
    }
    let offered = Spec::parse(&std::fs::read_to_string(copy.path("planetscale.yaml")).unwrap()).unwrap();
    let offered = offered.operations();
    assert!(["look-at", "look_elsewhere"].iter().all(|id| offered.contains(id)), "{left_out}");
    assert_eq!(left_out.lines().count(), 7, "{left_out}");
    // Four of them say themselves what they are about; for each of the others their nine parts are looked through.
    assert!((1..60).contains(&tries), "{tries}");
}

/// A list with what cannot be offered is tried a bounded number of times, whichever it is.
#[test]
fn what_cannot_be_offered_is_found_in_few_tries() {
    const COUNT: usize = 159;
    let ids: Vec<String> = (0..COUNT).map(|number| format!("operation_{number}")).collect();
    let logarithm = COUNT.next_power_of_two().ilog2() as usize;
    for refused in [vec![], vec![0], vec![158], vec![3, 77, 78, 140], (0..COUNT).collect()] {
        for is_named in [true, false] {
            let tries = Cell::new(0);
            let with = |kept: &[String]| -> anyhow::Result<usize> {
                tries.set(tries.get() + 1);
                let Some(&ill) = refused.iter().find(|&&at| kept.contains(&ids[at])) else { return Ok(kept.len()) };
                let refusal =
                    Refusal { operation: ids[ill].clone(), at: "#/paths".to_owned(), why: "is refused".to_owned() };
                Err(if is_named { Error::Operation(refusal).into() } else { anyhow::anyhow!("a panic") })
            };
            let (offered, left_out) = offerable(ids.clone(), with);
            assert_eq!(offered, Some(COUNT - refused.len()).filter(|count| *count > 0));
            let said: Vec<&str> = left_out.iter().filter_map(|why| Some(why.split_once(':')?.0)).collect();
            assert_eq!(said, refused.iter().map(|&at| ids[at].as_str()).collect::<Vec<_>>());
            let each = if is_named { 1 } else { 1 + logarithm };
            assert!(tries.get() <= 1 + refused.len() * each, "{}: {:?}", tries.get(), refused);
        }
    }
}

/// What is composed of one schema several times over, at each of many levels.
#[test]
fn a_schema_that_is_all_of_another_thrice_is_read_once_at_each_level() {
    const LEVELS: usize = 20;
    let level = |level: usize| {
        let own = object(json!({ format!("p{level}"): { "type": "string" } }));
        let below = to(&format!("X{}", level - 1));
        json!({ "allOf": [below, below, below, own] })
    };
    let mut schemas = json!({ "X0": object(json!({ "a": { "type": "string" } })), "X": level(LEVELS) });
    for number in 1..LEVELS {
        schemas[format!("X{number}")] = level(number);
    }
    let copy = Copy::new();
    let from = copy.write("levels.json", &answering(&schemas).to_string());
    ended_with(&copy.command("add-operation", &["look", "--from", &from]), 0);
    let code =
        xtask::generated_crate::codegen::formatted(&std::fs::read_to_string(copy.path("planetscale.yaml")).unwrap());
    let code = code.unwrap();
    assert!(["pub a:", "pub p1:", "pub p20:"].iter().all(|field| code.contains(field)), "{code}");
}

/// What schemars derives names these values of the prelude without a path.
#[test]
fn a_type_that_would_be_a_value_of_the_prelude_is_refused_by_its_place() {
    for name in ["None", "Some"] {
        let holder = object(json!({ "a": to(name) }));
        let error = xtask::generated_crate::codegen::formatted(
            &answering(&json!({ "X": holder, name: { "type": "string" } })).to_string(),
        );
        let error = error.unwrap_err().to_string();
        assert!(
            error.starts_with("operation look (#/") && error.contains(&format!("the type {name} would be")),
            "{error}"
        );
        // One with fields of its own is no value.
        let named = object(json!({ "b": { "type": "string" } }));
        xtask::generated_crate::codegen::formatted(&answering(&json!({ "X": holder, name: named })).to_string())
            .unwrap();
    }
}
