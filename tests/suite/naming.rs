//! The names that types get by rule, and that they keep.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use xtask::effective::naming::words::{singular, subject};
use xtask::effective::naming::{Named, Table, name};

/// A document of operations, each with what it answers with.
fn document(answers: &[(&str, Value)]) -> Value {
    let operation = |id: &str, schema: &Value| {
        let content = json!({ "application/json": { "schema": schema } });
        json!({ "get": { "operationId": id, "responses": { "200": { "description": "", "content": content } } } })
    };
    let paths: serde_json::Map<_, _> =
        answers.iter().map(|(id, schema)| (format!("/{id}"), operation(id, schema))).collect();
    json!({ "openapi": "3.0.1", "info": { "title": "T", "version": "1" }, "paths": paths })
}

fn object(properties: Value) -> Value {
    json!({ "type": "object", "properties": properties })
}

fn actor() -> Value {
    object(json!({ "id": { "type": "string" }, "name": { "type": "string" } }))
}

fn named(document: &Value, table: &Table) -> Named {
    name(document, &BTreeMap::new(), table)
}

fn names(named: &Named) -> Vec<&str> {
    named.value["components"]["schemas"].as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect()
}

fn answer<'v>(named: &'v Named, id: &str) -> &'v Value {
    &named.value["paths"][format!("/{id}")]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
}

#[test]
fn a_name_is_the_property_or_what_the_operation_is_about() {
    let state = json!({ "type": "string", "enum": ["on", "off"] });
    let backup = object(json!({
        "actor": actor(),
        "state": state,
        "retention_unit": { "type": "string", "enum": ["day", "week"] },
        "restored_branches": { "type": "array", "items": object(json!({ "id": { "type": "string" } })) },
    }));
    let named = named(&document(&[("get_backup", backup)]), &Table::default());
    assert_eq!(names(&named), ["Backup", "Actor", "BackupState", "RetentionUnit", "RestoredBranch"]);
    assert_eq!(*answer(&named, "get_backup"), json!({ "$ref": "#/components/schemas/Backup" }));
    assert!(named.table.text().contains("\nActor = \"Backup.actor\"\n"), "{}", named.table.text());
    // The head is there once, and stays when what stood first is gone.
    let other = super::naming::named(&document(&[("get_other", actor())]), &named.table);
    let head =
        |text: &str| (text.starts_with("# What the crate's functions and types"), text.matches("# What").count());
    assert_eq!((head(named.table.text()), head(other.table.text())), ((true, 1), (true, 1)), "{}", other.table.text());
}

/// An answer of any status is one that says that all is well, where no other one is described.
#[test]
fn an_answer_of_any_status_is_what_the_operation_is_about() {
    let mut document = document(&[("get_backup", object(json!({ "id": { "type": "string" } })))]);
    let responses = document["paths"]["/get_backup"]["get"]["responses"].as_object_mut().unwrap();
    let answer = responses.remove("200").unwrap();
    responses.insert("default".to_owned(), answer);
    assert_eq!(names(&named(&document, &Table::default())), ["Backup"]);
}

#[test]
fn a_page_is_named_after_what_it_holds() {
    let page = object(json!({ "next_page": { "type": "integer" }, "data": { "type": "array", "items": actor() } }));
    let named = named(&document(&[("list_members", page)]), &Table::default());
    assert_eq!(names(&named), ["PaginatedMember", "Member"]);
}

#[test]
fn a_name_that_two_would_have_tells_what_they_stand_in() {
    let kind = |name: &str| object(json!({ "settings": object(json!({ name: { "type": "string" } })) }));
    let named = named(&document(&[("get_branch", kind("a")), ("get_backup", kind("b"))]), &Table::default());
    assert_eq!(names(&named), ["Branch", "BranchSettings", "Backup", "BackupSettings"]);
}

#[test]
fn equal_is_what_differs_in_text_and_null_only() {
    let mut other = actor();
    other["nullable"] = json!(true);
    other["description"] = json!("Who closed it.");
    other["additionalProperties"] = json!(false);
    other["properties"]["name"]["nullable"] = json!(true);
    let mut first = actor();
    first["description"] = json!("Who opened it.");
    let request = object(json!({ "opened_by": first, "closed_by": other }));
    let named = named(&document(&[("get_request", request)]), &Table::default());
    // The shortest of its names; of two as short the first.
    assert_eq!(names(&named), ["Request", "OpenedBy"]);
    let schemas = &named.value["components"]["schemas"];
    assert_eq!(schemas["OpenedBy"]["description"], "Who opened it.");
    assert_eq!(schemas["OpenedBy"]["properties"]["name"]["nullable"], true);
    assert_eq!(schemas["OpenedBy"].get("nullable"), None);
    let closed_by = &schemas["Request"]["properties"]["closed_by"];
    assert_eq!((&closed_by["nullable"], &closed_by["description"]), (&json!(true), &json!("Who closed it.")));
    // Another type of a field is another type.
    let mut different = actor();
    different["properties"]["id"]["type"] = json!("integer");
    let request = object(json!({ "opened_by": actor(), "closed_by": different }));
    assert_eq!(names(&super::naming::named(&document(&[("get_request", request)]), &Table::default())).len(), 3);
}

#[test]
fn a_component_that_is_equal_gives_its_name() {
    let mut document = document(&[("get_request", object(json!({ "opened_by": actor() })))]);
    document["components"] = json!({ "schemas": { "user": actor(), "Unused": { "type": "string" } } });
    let named = named(&document, &Table::default());
    assert_eq!(names(&named), ["Unused", "User", "Request"]);
}

#[test]
fn components_keep_their_names() {
    let mut document = document(&[("get_request", json!({ "$ref": "#/components/schemas/Error" }))]);
    let closed = json!({ "type": "string", "enum": ["a", "b"] });
    document["components"] = json!({ "schemas": {
        "Error": actor(), "error": closed, "Twin": actor(), "Self_": object(json!({ "next": { "$ref": "#/components/schemas/Self_" } })),
    } });
    let named = named(&document, &Table::default());
    // Those that are equal are one; a name is that of what is described first.
    assert_eq!(names(&named), ["Error", "Error2", "Self"]);
    assert_eq!(*answer(&named, "get_request"), json!({ "$ref": "#/components/schemas/Error" }));
    let next = &named.value["components"]["schemas"]["Self"]["properties"]["next"];
    assert_eq!(*next, json!({ "$ref": "#/components/schemas/Self" }));
    assert_eq!(named.table.name_of("GET /get_request 200"), Some("Error"));
}

#[test]
fn a_name_is_kept_when_others_come_and_when_its_type_grows() {
    let one = document(&[("get_backup", object(json!({ "actor": actor(), "closed_by": actor() })))]);
    let first = named(&one, &Table::default());
    assert_eq!(names(&first), ["Backup", "Actor"]);
    // Another that would be called so, too, and stands before it.
    let settings = object(json!({ "actor": object(json!({ "key": { "type": "string" } })) }));
    let mut grown = object(json!({ "actor": actor(), "closed_by": actor() }));
    grown["properties"]["closed_by"]["properties"]["email"] = json!({ "type": "string" });
    let second = named(&document(&[("get_access", settings), ("get_backup", grown)]), &first.table);
    assert_eq!(names(&second), ["Access", "AccessActor", "Backup", "Actor"]);
    assert_eq!(second.value["components"]["schemas"]["Actor"]["properties"]["email"], json!({ "type": "string" }));
    // What was written is read again, and nothing changes any more.
    let table = Table::parse(second.table.text()).unwrap();
    assert_eq!(table.text(), second.table.text());
    assert_eq!(named(&one, &table).notes.len(), 3);
}

#[test]
fn pages_of_two_days_give_one_type() {
    let old = object(json!({ "id": {}, "name": {}, "state": { "type": "string" } }));
    let mut new = old.clone();
    new["properties"]["size"] = json!({ "type": "integer" });
    new["required"] = json!(["size", "id"]);
    let document = document(&[("create_backup", old), ("get_backup", new)]);
    let origins = BTreeMap::from([("create_backup".to_owned(), 0), ("get_backup".to_owned(), 1)]);
    let joined = name(&document, &origins, &Table::default());
    assert_eq!(names(&joined), ["Backup"]);
    assert_eq!(answer(&joined, "create_backup"), answer(&joined, "get_backup"));
    // What only one describes may be required; what both do must be by both.
    assert_eq!(joined.value["components"]["schemas"]["Backup"]["required"], json!(["size"]));
    // One document that tells them apart means it.
    assert_eq!(names(&named(&document, &Table::default())).len(), 2);
}

#[test]
fn a_table_that_cannot_be_followed_says_why() {
    for (text, reason) in [
        ("[types]\nbackup = \"a.200\"", "`backup` is not a name for a type: write it as Rust does, such as `Backup`"),
        ("[types]\nA = 7", "`A` has no place, such as \"GET /backups/{} 200\""),
        ("[types]\nA = []", "`A` has no place"),
        ("[types]\nA = \"a.200\"\nB = [\"b.200\", \"a.200\"]", "`A` and `B` name the same place, a.200"),
        (
            "[operations]\nGetIt = \"GET /a\"",
            "`GetIt` is not a name for a function: write it as Rust does, such as `get_it`",
        ),
        ("[operations]\nget_it = 7", "`get_it` has no method and path, such as \"GET /backups/{}\""),
        ("[operations]\nget_it = [\"GET /a\", \"GET /b\"]", "`get_it` is the name of one operation, and has 2 paths"),
        ("[operations]\na = \"GET /a\"\nb = \"GET /a\"", "`a` and `b` name the same operation, GET /a"),
        ("A = \"a.200\"", "`A` is no section of the table: names stand below [operations] or [types]"),
        ("A", "not TOML"),
    ] {
        let error = Table::parse(text).unwrap_err().to_string();
        assert!(error.contains(reason), "{text}: {error}");
    }
}

/// Of two days, a field is null where it may be on either, also where the other says in words that it is not.
#[test]
fn a_field_may_be_null_where_either_page_says_so() {
    let with = |more: Value| {
        let mut state = json!({ "type": "string" });
        state.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        object(json!({ "id": {}, "name": {}, "state": state }))
    };
    let (never, perhaps, unsaid) =
        (with(json!({ "nullable": false })), with(json!({ "nullable": true })), with(json!({})));
    let origins = BTreeMap::from([("create_backup".to_owned(), 0), ("get_backup".to_owned(), 1)]);
    for (old, new, expected) in [
        (&never, &perhaps, true),
        (&perhaps, &never, true),
        (&unsaid, &perhaps, true),
        (&perhaps, &unsaid, true),
        (&never, &unsaid, false),
    ] {
        let mut newer = new.clone();
        newer["properties"]["size"] = json!({ "type": "integer" });
        let named =
            name(&document(&[("create_backup", old.clone()), ("get_backup", newer)]), &origins, &Table::default());
        assert_eq!(names(&named), ["Backup"]);
        let state = &named.value["components"]["schemas"]["Backup"]["properties"]["state"];
        assert_eq!(state["nullable"] == true, expected, "{old} {new}");
    }
}

#[test]
fn a_table_with_the_names_of_another_keeps_its_own() {
    let one = Table::parse("[types]\nActor = \"backup.200.actor\"\nBackup = \"backup.200\"\n").unwrap();
    let other = Table::parse("[types]\nActor = \"elsewhere\"\nBranch = \"branch.200\"\n").unwrap();
    let both = one.and(&other);
    assert_eq!(both.names().collect::<Vec<_>>(), ["Actor", "Backup", "Branch"]);
    assert_eq!((both.name_of("branch.200"), both.name_of("backup.200.actor")), (Some("Branch"), Some("Actor")));
    assert_eq!((both.name_of("elsewhere"), both.text()), (None, one.text()));
}

#[test]
fn one_of_several() {
    for (several, one) in [("restored_branches", "restored_branch"), ("policies", "policy"), ("metadata", "metadata")] {
        assert_eq!(singular(several), one);
    }
}

#[test]
fn what_an_operation_is_about() {
    assert_eq!(subject("list_backups"), "backup");
    assert_eq!(subject("getDeployRequest"), "deploy_request");
    assert_eq!(subject("work"), "work");
}

#[test]
fn names_follow_an_operation_to_its_new_method() {
    let document = |method: &str, id: &str| {
        let content = |schema: Value| json!({ "application/json": { "schema": schema } });
        let states = json!({ "type": "string", "enum": ["on", "off"] });
        json!({ "openapi": "3.0.1", "info": { "title": "T", "version": "1" }, "paths": { "/hooks/{id}": { method: {
            "operationId": id,
            "requestBody": { "content": content(object(json!({ "url": { "type": "string" }, "state": states }))) },
            "responses": { "200": { "description": "", "content": content(object(json!({ "at": { "type": "string" } }))) } },
        } } } })
    };
    let ours = "[operations]\nupdate_hook = \"PATCH /hooks/{}\"\n\n[types]\nHookUpdate = \"PATCH /hooks/{} body\"\n\
                Hooked = \"PATCH /hooks/{} 200\"\n";
    let patched = named(&document("patch", "update_hook"), &Table::parse(ours).unwrap());
    assert_eq!((names(&patched).len(), patched.notes.len()), (3, 0), "{:?}", names(&patched));
    // As the table is, or as it is written next; where one says a word more, too.
    for id in ["update_hook", "hook_update", "update_hook_url", "update"] {
        let put = named(&document("put", id), &patched.table);
        assert_eq!((names(&put), &put.notes), (names(&patched), &Vec::new()));
        assert_eq!(put.table.text(), patched.table.text().replace("PATCH", "PUT"));
        assert_eq!(Table::parse(put.table.text()).unwrap(), put.table);
    }
    // Another operation at that path is another one.
    let other = named(&document("put", "replace_hook"), &patched.table);
    assert_eq!(other.table.operation("PUT /hooks/{}"), Some("replace_hook"));
    assert!(other.table.text().contains("ReplaceHookBody = ") && !other.notes.is_empty(), "{}", other.table.text());
}

#[test]
fn names_below_the_path_of_an_operation_with_a_new_method_stay() {
    let document = |method: &str| {
        let operation = |id: &str, field: &str| {
            let schema = object(json!({ field: { "type": "string" } }));
            let content = json!({ "application/json": { "schema": schema } });
            json!({ "operationId": id, "responses": { "200": { "description": "", "content": content } } })
        };
        json!({ "openapi": "3.0.1", "info": { "title": "T", "version": "1" }, "paths": {
            "/hooks/{id}": { method: operation("update_hook", "at") },
            "/hooks/{id}/runs": { "patch": operation("update_runs", "ran") },
        } })
    };
    let table = "[operations]\nupdate_hook = \"PATCH /hooks/{}\"\nupdate_runs = \"PATCH /hooks/{}/runs\"\n\n[types]\n\
                 Hooked = \"PATCH /hooks/{} 200\"\nRan = \"PATCH /hooks/{}/runs 200\"\n";
    let put = named(&document("put"), &Table::parse(table).unwrap());
    assert_eq!(put.table.name_of("PUT /hooks/{} 200"), Some("Hooked"));
    assert_eq!(put.table.name_of("PATCH /hooks/{}/runs 200"), Some("Ran"));
    assert_eq!(put.notes, Vec::<String>::new());
}
