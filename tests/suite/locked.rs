//! What is locked by snapshots, so that a change of it is seen in a review.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::LazyLock;

use xtask::generated_crate::Crate;
use xtask::generated_crate::surface::{Features, Kind, PublicItem, Surface};
use xtask::snapshot::Snapshot;
use xtask::upstream::operations;
use xtask::upstream::spec::Spec;
use xtask::workspace::Workspace;
use xtask::workspace::store::Store;

use crate::meaning::spec;
use crate::update_spec::openapi_dir;

/// What the stored effective spec gives: generated once for all tests here.
static EFFECTIVE: LazyLock<String> =
    LazyLock::new(|| std::fs::read_to_string(openapi_dir().join("planetscale.yaml")).unwrap());
pub static CRATE: LazyLock<Made> = LazyLock::new(|| {
    let spec = Spec::parse(&EFFECTIVE).unwrap();
    let krate = Crate::of(&EFFECTIVE, &spec, &Workspace::own()).unwrap();
    let features = krate.features().map(str::to_owned).collect();
    let files = krate.files();
    Made { files, features, surface: krate.surface }
});

/// A crate, made of its effective spec.
pub struct Made {
    files: Vec<(String, String)>,
    features: BTreeSet<String>,
    pub surface: Surface,
}

/// The base URL is written by hand.
#[test]
fn requests_go_where_the_document_says() {
    assert_eq!(spec("planetscale.yaml")["servers"][0]["url"], planetscale_client::ClientBuilder::DEFAULT_BASE_URL);
}

#[test]
fn effective_spec_is_fresh() {
    let snapshot = Snapshot::stored(&Store::open(&Workspace::own()).unwrap()).unwrap().made_anew();
    let fresh = &snapshot.effective_as_stored_or_made().unwrap().text;
    assert!(
        *EFFECTIVE == *fresh,
        "openapi/planetscale.yaml is not what upstream, features.toml and overlay.yaml give; run `cargo xtask update-spec --from openapi/create_backup.yaml`"
    );
}

/// What is built elsewhere is what build.rs generates and builds here.
#[test]
fn generated_code_is_fresh() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../client/src/generated");
    let why = "run `cargo xtask generate --write`";
    for (name, generated) in &CRATE.files {
        let stored = std::fs::read_to_string(folder.join(name)).unwrap_or_default().replace("\r\n", "\n");
        let line = generated.lines().zip(stored.lines()).position(|(a, b)| a != b);
        assert!(
            stored == *generated,
            "client/src/generated/{name} is not what is generated, from line {line:?} on; {why}"
        );
    }
    assert_eq!(std::fs::read_dir(folder).unwrap().count(), CRATE.files.len(), "there are files too many; {why}");
}

#[test]
fn every_feature_is_in_the_manifest() {
    let manifest = std::fs::read_to_string(Workspace::own().path("client/Cargo.toml")).unwrap();
    let features: Vec<&str> = CRATE.features.iter().map(String::as_str).collect();
    assert_eq!(xtask::workspace::manifest::with_features(&manifest, &features).unwrap(), manifest);
}

/// The front page says how many operations each feature has.
#[test]
fn every_feature_is_on_the_front_page() {
    let document = spec("planetscale.yaml");
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for operation in operations::of(&document) {
        *counts.entry(operation.feature.unwrap_or("")).or_default() += 1;
    }
    let others = counts.iter().filter(|(feature, _)| !feature.is_empty());
    let list: Vec<String> = others.clone().map(|(feature, count)| format!("`{feature}` ({count})")).collect();
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let page = std::fs::read_to_string(Workspace::own().path("client/README.md")).unwrap();
    assert!(words(&page).contains(&words(&list.join(", "))), "client/README.md lists other features than {list:?}");
    let count: usize = others.map(|(_, count)| count).sum();
    assert!(words(&page).contains(&format!("The other {count} operations of the API")), "there are {count} others");
}

#[test]
fn json_schema_of_every_type() {
    let schemas: Vec<(&str, schemars::Schema)> = include!(concat!(env!("OUT_DIR"), "/schemas.rs"));
    let is_type = |(path, shape): &(&str, &PublicItem)| {
        path.strip_prefix("types::").is_some_and(|name| !name.contains("::"))
            && [Kind::Struct, Kind::Enum].contains(&shape.kind)
            && Features::is_met_by(shape.feature.as_ref(), Some(&Features::of("branches")))
    };
    let count = CRATE.surface.items().filter(is_type).count();
    assert_eq!(schemas.len(), count, "tests/build.rs lists another number of types");
    for (name, schema) in schemas {
        insta::assert_snapshot!(format!("json_schema_of_{name}"), serde_json::to_string_pretty(&schema).unwrap());
    }
}

/// One snapshot for each feature, one for what is always there, and one for what several features reach.
#[test]
fn public_surface() {
    let mut parts: BTreeMap<String, String> = BTreeMap::new();
    for (path, shape) in CRATE.surface.items() {
        let is_named = |feature: &&String| shape.feature.as_ref().is_some_and(|of| of.names(feature));
        let part = match &CRATE.features.iter().filter(is_named).collect::<Vec<_>>()[..] {
            [] => "always",
            [feature] => feature,
            _ => "shared",
        };
        parts.entry(part.to_owned()).or_default().push_str(&shape.line(path));
    }
    assert_eq!(parts.len(), CRATE.features.len() + 2);
    for (part, lines) in parts {
        insta::assert_snapshot!(format!("public_surface_of_{}", part.replace('-', "_")), lines);
    }
}

/// Whoever has an organization, a database or a branch need not name it in each call.
#[test]
fn every_operation_is_one_of_the_handle_that_its_path_begins_with() {
    let document = spec("planetscale.yaml");
    let mut counts = BTreeMap::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        let handle = match path {
            _ if path.starts_with("/organizations/{organization}/databases/{database}/branches/{branch}") => {
                "BranchHandle"
            }
            _ if path.starts_with("/organizations/{organization}/databases/{database}") => "DatabaseHandle",
            _ if path.starts_with("/organizations/{organization}") => "OrganizationHandle",
            _ => continue,
        };
        for id in item.as_object().unwrap().values().filter_map(|operation| operation["operationId"].as_str()) {
            let of =
                CRATE.surface.get(&format!("{handle}::{id}")).unwrap_or_else(|| panic!("{handle}::{id} is missing"));
            assert_eq!(of.feature, CRATE.surface.get(&format!("Client::{id}")).unwrap().feature, "{id}");
            *counts.entry(handle).or_insert(0) += 1;
        }
    }
    assert!(counts.len() == 3 && counts.values().sum::<i32>() > 185, "{counts:?}");
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
        "observe",
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
