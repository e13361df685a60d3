//! Stages of the generator that no document of ours tries in full.

use std::collections::BTreeMap;

use serde_json::json;
use xtask::generate::demands::check;
use xtask::generate::described::Operations;
use xtask::generate::directions::Directions;
use xtask::generate::notes::MARK;
use xtask::generate::read_only::prepare;

#[test]
fn what_is_read_only_is_required_of_answers_alone() {
    let schema = || {
        json!({
            "properties": { "id": { "type": "string", "readOnly": true }, "required": { "type": "boolean" } },
            "required": ["id", "required"],
        })
    };
    let content = |name: &str| json!({ "content": { "application/json": { "schema": { "$ref": format!("#/components/schemas/{name}") } } } });
    let mut document = json!({
        "paths": { "/things": { "post": {
            "requestBody": content("Sent"),
            "responses": { "200": content("Received") },
        } } },
        "components": { "schemas": {
            "Sent": { "properties": { "inner": { "$ref": "#/components/schemas/Inner" } } },
            "Inner": schema(),
            "Received": schema(),
        } },
    });
    prepare(&mut document);
    let required = |name: &str| document["components"]["schemas"][name]["required"].clone();
    assert_eq!(required("Inner"), json!(["required"]));
    assert_eq!(required("Received"), json!(["id", "required"]));
}

/// Code as all passes leave it, as far as the checks look.
const DONE: &str = r#"
    pub mod types {
        pub struct Thing { pub note: Option<String>, pub name: String }
        #[derive(Deserialize)]
        pub struct Alternative { pub name: String }
        pub enum Either { Alternative(Alternative) }
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct Sent { pub note: Option<String> }
        pub mod builder {
            pub struct Sent { note: Result<Option<String>, String>, name: Result<String, String> }
            impl Default for Sent {
                fn default() -> Self { Self { note: Ok(Default::default()), name: Err("no name".to_string()) } }
            }
        }
    }
    pub mod calls {
        pub struct Look { body: types::Sent }
        impl Look {
            const OPERATION: u8 = 0;
            pub async fn send(self) -> Result<(types::Thing, types::Either), Error> { todo!() }
        }
    }
"#;

fn checked(code: &str) -> Result<(), String> {
    let file = syn::parse_str(code).unwrap();
    let document = serde_json::json!({
        "openapi": "3.0.3",
        "info": { "title": "T", "version": "1" },
        "paths": { "/a": { "get": { "operationId": "look", "responses": {} } } },
    });
    let operations = Operations::of(&serde_json::from_value(document).unwrap(), &BTreeMap::new()).unwrap();
    check(&file, &operations, &Directions::of(&file).unwrap()).map_err(|e| e.to_string())
}

#[test]
fn what_a_pass_has_left_undone_is_an_error_with_its_name() {
    assert_eq!(checked(DONE), Ok(()));
    for (done, undone, pass, what) in [
        ("-> Result<(types", "-> Result<(progenitor_client::X, types", "client", "`progenitor_client`"),
        ("-> Result<(types", "-> Result<(ResponseValue, types", "client", "`ResponseValue`"),
        ("todo!()", "client.exec(OperationInfo {})", "calls", "`OperationInfo`"),
        ("todo!()", "encode_path(self.a)", "calls", "`encode_path`"),
        ("todo!()", "QueryParam::new()", "calls", "`QueryParam`"),
        ("todo!()", "f(\"conversion to `Thing` failed\")", "builders", "conversion to"),
        ("const OPERATION: u8 = 0;", "", "operations", "1 of 1 operations as they were"),
        ("pub async fn send", "pub async fn other", "operations", "1 of 1 operations as they were"),
        (
            "pub struct Thing",
            "#[serde(deny_unknown_fields)] pub struct Thing",
            "types",
            "`Thing` refusing unknown fields",
        ),
        ("pub struct Thing", "#[derive(Deserialize)] pub struct Thing", "objects", "`Thing` to serde's derive"),
        (
            "pub struct Thing { pub note",
            "pub struct Thing { #[serde(deserialize_with = \"with\")] pub note",
            "types",
            "`Thing::note` to insist on its key",
        ),
        ("note: Ok(Default::default())", "note: Err(\"no note\".to_string())", "builders", "`Sent::note` to be set"),
    ] {
        assert!(DONE.contains(done), "{done}");
        let error = checked(&DONE.replacen(done, undone, 1)).expect_err(undone);
        assert!(error.contains(&format!("the pass `{pass}` has left ")) && error.contains(what), "{undone}: {error}");
    }
    // A note that no pass has taken out: as it is written, and as `quote!` writes it.
    let text = format!("{MARK}min=1{MARK}");
    for note in [format!("\"{text}\""), quote::quote!(#text).to_string()] {
        let error = checked(&DONE.replacen("pub struct Thing", &format!("#[doc = {note}] pub struct Thing"), 1));
        assert!(error.unwrap_err().contains("the pass `notes` has left `a note` in the code"), "{note}");
    }
    // What our own reading says does not insist.
    let own = "pub struct Thing { #[serde(deserialize_with = \"crate::runtime::read\")] pub note";
    assert_eq!(checked(&DONE.replacen("pub struct Thing { pub note", own, 1)), Ok(()));
}
