//! What is locked by snapshots, so that a change of it is seen in a review.

use planetscale_client::types;
use schemars::{JsonSchema, schema_for};
use xtask::commands::{generate, update_spec};

use crate::update_spec::openapi_dir;

#[test]
fn effective_spec_is_fresh() {
    let stored = std::fs::read_to_string(openapi_dir().join("planetscale.yaml")).unwrap();
    let fresh = update_spec::stored_effective(&openapi_dir()).unwrap();
    assert!(
        stored == fresh,
        "openapi/planetscale.yaml is not what upstream and overlay.yaml give; run `cargo xtask update-spec --from openapi/create_backup.yaml`"
    );
}

#[test]
fn effective_spec() {
    let spec = std::fs::read_to_string(openapi_dir().join("planetscale.yaml")).unwrap();
    insta::assert_snapshot!(spec);
}

#[test]
fn generated_code() {
    let spec = std::fs::read_to_string(openapi_dir().join("planetscale.yaml")).unwrap();
    insta::assert_snapshot!(generate::formatted(&spec).unwrap());
}

fn schema<T: JsonSchema>() -> String {
    serde_json::to_string_pretty(&schema_for!(T)).unwrap()
}

#[test]
fn json_schema_of_backup() {
    insta::assert_snapshot!(schema::<types::Backup>());
}

#[test]
fn json_schema_of_create_backup_body() {
    insta::assert_snapshot!(schema::<types::CreateBackupBody>());
}
