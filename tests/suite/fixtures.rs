//! Examples of what the server sends, for tests that need no server.

use planetscale_client::mock::{self, Fixture};
use planetscale_client::types::{DatabaseBranch, DatabaseBranchState};
use serde_json::json;

/// `tests/build.rs` lists the types that have a fixture. One that its own type cannot read strictly panics.
#[test]
fn each_type_has_an_example_that_it_reads_as_it_is() {
    let fixtures: Vec<(&str, serde_json::Value)> = include!(concat!(env!("OUT_DIR"), "/fixtures.rs"));
    assert!(fixtures.len() > 8, "{}", fixtures.len());
    for (name, fixture) in fixtures {
        assert!(fixture.as_object().is_some_and(|fields| !fields.is_empty()), "{name}: {fixture}");
    }
}

#[test]
fn what_is_given_takes_the_place_of_the_example() {
    let branch: DatabaseBranch =
        mock::fixture(json!({ "name": "main", "state": "ready", "restored_from_branch": { "name": "other" } }));
    assert_eq!((branch.name.as_str(), &branch.state), ("main", &DatabaseBranchState::Ready));
    // Of an object that is null otherwise, the rest is filled.
    let from = branch.restored_from_branch.unwrap();
    assert_eq!((from.name.as_str(), from.id.as_str()), ("other", "id"));
    assert_eq!(branch.id, DatabaseBranch::fixture().id);
    assert!(DatabaseBranch::fixture().restored_from_branch.is_none());
}

#[test]
fn every_field_that_there_is_not_is_named() {
    let wrong = || mock::fixture::<DatabaseBranch>(json!({ "nmae": "main", "actor": { "nmae": "Ada" } }));
    let why = *std::panic::catch_unwind(wrong).unwrap_err().downcast::<String>().unwrap();
    assert!(why.contains("there is no field `nmae`, `actor.nmae`") || why.contains("`actor.nmae`, `nmae`"), "{why}");
    let wrong = || mock::fixture::<DatabaseBranch>(json!({ "ready": "perhaps" }));
    std::panic::catch_unwind(wrong).unwrap_err();
}

/// Used where a type is generic over what has an example.
#[test]
fn the_example_is_json() {
    let example: serde_json::Value = serde_json::from_str(DatabaseBranch::JSON).unwrap();
    assert_eq!(example["name"], "name");
}
