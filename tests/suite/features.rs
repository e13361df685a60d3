//! Features of the crate: which operation is behind which, in the table and in the manifest.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use xtask::effective::features::Features;
use xtask::generate::missing_operations;
use xtask::generated_crate::own_code;
use xtask::workspace::Workspace;
use xtask::workspace::manifest::with_features;

fn document(operations: &[(&str, &str)]) -> Value {
    let item = |(id, tag): &(&str, &str)| (format!("/{id}"), json!({ "get": { "operationId": id, "tags": [tag] } }));
    json!({ "paths": operations.iter().map(item).collect::<Map<_, _>>() })
}

#[test]
fn a_feature_is_named_after_its_tag() {
    for (tag, name) in [
        ("Database branches", Some("branches")),
        ("Databases", Some("databases")),
        ("api-query_insights", Some("query-insights")),
        ("BackupPolicies", Some("backup-policies")),
        ("OAuth applications", Some("oauth-applications")),
        ("Keyspace VSchemas", Some("keyspace-vschemas")),
        // What is the name of another feature.
        ("Full", Some("full-operations")),
        // Backups are always there, and so is what has no tag.
        ("Backups", None),
        ("—", None),
    ] {
        let mut document = document(&[("act", tag)]);
        let features = Features::default().followed_by(&document);
        assert_eq!(features.of("act"), name, "{tag}");
        features.mark(&mut document);
        assert_eq!(document["paths"]["/act"]["get"].get("x-feature").and_then(Value::as_str), name, "{tag}");
    }
}

#[test]
fn an_operation_keeps_its_feature_when_its_tag_is_renamed() {
    let head = "# Ours.\n\n";
    let first = Features::parse(head).unwrap();
    let first = first.followed_by(&document(&[("a", "Database branches"), ("b", "Databases")]));
    assert_eq!(first.text(), format!("{head}branches = [\"a\"]\ndatabases = [\"b\"]\n"));
    let renamed = document(&[("a", "Branches of a database"), ("b", "Databases"), ("c", "Branches of a database")]);
    let next = first.followed_by(&renamed);
    assert_eq!((next.of("a"), next.of("c")), (Some("branches"), Some("branches")));
    // The table that is stored says the same.
    assert_eq!(Features::parse(next.text()).unwrap(), next);
    // What is gone is not in the table any more.
    let last = next.followed_by(&document(&[("a", "X")]));
    assert_eq!(last.text(), format!("{head}branches = [\"a\"]\n"));
}

/// The vendor may write its ids in another case: that is the same function.
#[test]
fn an_operation_keeps_its_feature_when_its_id_is_written_otherwise() {
    let features = Features::parse("branches = [\"list_branches\"]\n").unwrap();
    let mut renamed = document(&[("listBranches", "Other")]);
    assert_eq!(features.followed_by(&renamed), features);
    features.mark(&mut renamed);
    assert_eq!(renamed["paths"]["/listBranches"]["get"]["x-feature"], "branches");
}

#[test]
fn a_table_that_cannot_be_followed_says_why() {
    for (text, why) in [
        ("Branches = []", "`Branches` is not a name for a feature"),
        ("full = [\"a\"]", "`full` is not a name for a feature"),
        ("branches = 1", "`branches` has no list of operations"),
        ("a = [\"x\"]\nb = [\"x\"]", "x is behind `a` and behind `b`"),
        ("a =", "not TOML"),
    ] {
        let error = format!("{:#}", Features::parse(text).unwrap_err());
        assert!(error.contains(why), "{error}");
    }
}

#[test]
fn the_manifest_has_the_features_and_keeps_what_is_not_theirs() {
    let manifest = "[features]\n## Of ours.\ndefault = [\"rustls\"]\nrustls = []\n";
    let first = with_features(manifest, &["branches", "databases"]).unwrap();
    assert!(first.starts_with(manifest), "{first}");
    assert!(first.ends_with("\nbranches = []\ndatabases = []\nfull = [\"branches\", \"databases\"]\n"), "{first}");
    assert_eq!(with_features(&first, &["branches", "databases"]).unwrap(), first);
    let next = with_features(&first, &["databases"]).unwrap();
    assert!(next.ends_with("\ndatabases = []\nfull = [\"databases\"]\n") && !next.contains("branches ="), "{next}");
    assert_eq!(with_features(&next, &[]).unwrap(), manifest);
    assert!(with_features("[package]", &[]).is_err());
}

/// A tag may be of operations that are behind several features, as one of them was moved by hand.
#[test]
fn a_new_operation_goes_where_most_of_its_tag_are() {
    let table =
        Features::parse("apart = [\"a\"]\nbranches = [\"b\", \"c\"]\nothers = [\"x\", \"y\", \"z\"]\n").unwrap();
    let tagged = |id: &'static str| (id, "Database branches");
    let others = ["x", "y", "z"].map(|id| (id, "Others"));
    let all = [&[tagged("a"), tagged("b"), tagged("c"), tagged("new")][..], &others].concat();
    let next = table.followed_by(&document(&all));
    assert_eq!((next.of("new"), next.of("a")), (Some("branches"), Some("apart")));
    // What is the first of its tag gets a feature of its own.
    let next = table.followed_by(&document(&[&all[..], &[("first", "Deploy requests")]].concat()));
    assert_eq!(next.of("first"), Some("deploy-requests"));
}

#[test]
fn operations_that_hand_written_code_calls_are_missed_with_their_features() {
    let source = own_code::source(&Workspace::own()).unwrap().into_iter();
    let files: Vec<(String, String)> =
        source.map(|(file, text)| (file.to_str().unwrap().replace('\\', "/"), text)).collect();
    let missing = |code: &str, wants: bool| -> BTreeMap<String, String> {
        let code = syn::parse_str(code).unwrap();
        let missing = missing_operations(&code, &files, &|feature| wants && feature == "branches").unwrap();
        missing.into_iter().map(|(file, ids)| (file, ids.into_iter().collect::<Vec<_>>().join(", "))).collect()
    };
    let said = |lines: &[(&str, &str)]| lines.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
    let of_backups: BTreeMap<String, String> = said(&[
        ("src/backups/ensure.rs", "create_backup"),
        ("src/backups/handles.rs", "delete_backup, update_backup"),
        ("src/backups/look.rs", "list_backups"),
        ("src/backups/point_in_time.rs", "list_backups"),
        ("src/backups/refs.rs", "get_backup"),
    ]);
    assert_eq!(missing("", false), of_backups);
    let mut all = of_backups;
    all.extend(said(&[
        ("src/backups/branch_look.rs", "list_branches"),
        ("src/backups/restore.rs", "create_branch"),
        ("src/backups/restored.rs", "get_branch"),
    ]));
    assert_eq!(missing("", true), all);
    let some = "impl Client { fn get_backup(&self) {} } impl<'a> crate::BranchHandle<'a> { fn list_backups(&self) {} }";
    let left = missing(some, false).into_keys().collect::<Vec<_>>();
    assert_eq!(left, ["src/backups/ensure.rs", "src/backups/handles.rs"]);
}

/// In a workspace others turn features on. What a type insists on may not depend on that.
#[test]
fn a_type_reads_the_same_whatever_features_are_on() {
    let document = std::fs::read_to_string(crate::update_spec::openapi_dir().join("planetscale.yaml")).unwrap();
    let readers = |code: &syn::File| -> std::collections::BTreeMap<String, String> {
        let types = code.items.iter().find_map(|item| match item {
            syn::Item::Mod(module) if module.ident == "types" => module.content.as_ref(),
            _ => None,
        });
        let is_name = |item: &syn::ImplItem| matches!(item, syn::ImplItem::Const(it) if it.ident == "NAME");
        let mut readers = std::collections::BTreeMap::new();
        for item in &types.unwrap().1 {
            let syn::Item::Impl(item) = item else { continue };
            if item.items.iter().any(is_name) {
                // With other features, other items are compiled.
                let item = syn::Item::Impl(syn::ItemImpl { attrs: Vec::new(), ..item.clone() });
                let file = syn::File { items: vec![item], ..syn::parse_str("").unwrap() };
                let text = xtask::generate::formatted(&file);
                let name = text.lines().find(|line| line.starts_with("impl")).unwrap().to_owned();
                readers.insert(name, text);
            }
        }
        readers
    };
    let whole = readers(&xtask::generate::generate(&document).unwrap().code);
    for wanted in ["", "branches", "branch-passwords"] {
        let part = readers(&xtask::generate::generate_with(&document, &|feature| feature == wanted).unwrap().code);
        assert!(part.keys().any(|name| name.contains("BackupPolicy")) && part.len() < whole.len());
        for (name, reader) in part {
            assert_eq!(whole[&name], reader, "{name} with `{wanted}`");
        }
    }
}
