//! What is locked by snapshots, so that a change of it is seen in a review.

use std::path::Path;

use xtask::edition::Edition;
use xtask::krate::codegen;
use xtask::krate::surface::{Kind, PublicItem, Surface};
use xtask::workspace::Workspace;
use xtask::workspace::store::Store;

use crate::update_spec::openapi_dir;

#[test]
fn effective_spec_is_fresh() {
    let stored = std::fs::read_to_string(openapi_dir().join("planetscale.yaml")).unwrap();
    let edition = Edition::stored(&Store::open(&Workspace::own()).unwrap()).unwrap().made_anew();
    let fresh = &edition.effective_as_stored_or_made().unwrap().text;
    assert!(
        stored == *fresh,
        "openapi/planetscale.yaml is not what upstream and overlay.yaml give; run `cargo xtask update-spec --from openapi/create_backup.yaml`"
    );
}

fn effective_text() -> String {
    std::fs::read_to_string(openapi_dir().join("planetscale.yaml")).unwrap()
}

#[test]
fn effective_spec() {
    insta::assert_snapshot!(effective_text());
}

/// What is built elsewhere is what build.rs generates and builds here.
#[test]
fn generated_code_is_fresh() {
    let generated = codegen::formatted(&effective_text()).unwrap();
    let stored = Path::new(env!("CARGO_MANIFEST_DIR")).join("../client/src/generated/client.rs");
    let stored = std::fs::read_to_string(stored).unwrap().replace("\r\n", "\n");
    let line = generated.lines().zip(stored.lines()).position(|(a, b)| a != b);
    assert!(
        stored == generated,
        "client/src/generated/client.rs is not what build.rs generates, from line {line:?} on; run `cargo xtask generate --write`"
    );
}

#[test]
fn json_schema_of_every_type() {
    let schemas: Vec<(&str, schemars::Schema)> = include!(concat!(env!("OUT_DIR"), "/schemas.rs"));
    let surface = Surface::of_spec(&Workspace::own(), &effective_text()).unwrap();
    let is_type = |(path, shape): &(&str, &PublicItem)| {
        path.strip_prefix("types::").is_some_and(|name| !name.contains("::"))
            && [Kind::Struct, Kind::Enum].contains(&shape.kind)
    };
    assert_eq!(schemas.len(), surface.items().filter(is_type).count(), "tests/build.rs lists another number of types");
    for (name, schema) in schemas {
        insta::assert_snapshot!(format!("json_schema_of_{name}"), serde_json::to_string_pretty(&schema).unwrap());
    }
}

#[test]
fn public_surface() {
    insta::assert_snapshot!(Surface::of_spec(&Workspace::own(), &effective_text()).unwrap().to_string());
}

#[test]
fn help_of_every_command() {
    for command in [
        "",
        "update-spec",
        "propose-update",
        "add-operation",
        "operations",
        "diff",
        "surface",
        "generate",
        "release",
        "ci",
        "bench-build",
    ] {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let arguments = ["xtask", command, "--help"].into_iter().filter(|word| !word.is_empty());
        xtask::run(arguments.map(Into::into), &mut out, &mut err);
        assert_eq!(err, b"");
        let name = if command.is_empty() { "xtask" } else { command };
        insta::assert_snapshot!(format!("help_of_{}", name.replace('-', "_")), String::from_utf8(out).unwrap());
    }
}
