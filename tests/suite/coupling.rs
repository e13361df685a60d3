//! What the files of the repository promise each other.

use std::fs;
use std::path::Path;

use serde_json::Value;
use xtask::upstream::spec::Spec;

use crate::meaning::spec;
use crate::update_spec::openapi_dir;

#[test]
fn stored_documents_are_what_source_toml_says() {
    let text = fs::read_to_string(openapi_dir().join("source.toml")).unwrap();
    for source in xtask::workspace::sources::Sources::parse(&text).unwrap().documents() {
        let document = fs::read_to_string(openapi_dir().join(&source.file)).unwrap();
        assert_eq!(xtask::workspace::store::sha256(&document), source.sha256, "{}", source.file);
        Spec::from(Value::clone(&spec(&source.file))).require(&source.operations).unwrap();
    }
}

#[test]
fn the_client_builds_from_the_effective_spec() {
    let packed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../client/planetscale.yaml");
    let text = fs::read_to_string(packed).unwrap();
    // On a checkout without symbolic links the link is a file that holds its target.
    if text.trim() != "../openapi/planetscale.yaml" {
        assert_eq!(text, fs::read_to_string(openapi_dir().join("planetscale.yaml")).unwrap());
    }
}
