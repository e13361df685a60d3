//! The overlay's text without some of its actions: what a person wrote around the others stays.

use xtask::effective::overlay::{adding, apply, without};

const HEAD: &str = "# Ours.\noverlay: 1.1.0\ninfo:\n  title: Ours\n  version: '1'\nactions:\n";
const BACKUPS: &str = "  # --- Backups ---\n";
const FIRST: &str =
    "  # Seen in February.\n  # And in May.\n  - target: $.a\n    description: First.\n    update:\n      x: 1\n";
const SECOND: &str = "  - target: $.b\n    description: Second.\n    remove: true\n";
const BRANCHES: &str = "\n  # --- Branches ---\n";
const THIRD: &str = "  # Of branches.\n  - target: $.c\n    description: Third.\n    update:\n      - of: a list\n";

fn text(parts: &[&str]) -> String {
    [&[HEAD], parts].concat().concat()
}

#[test]
fn an_action_goes_with_its_comment_and_without_the_heading_above() {
    let all = text(&[BACKUPS, FIRST, SECOND, BRANCHES, THIRD]);
    assert_eq!(without(&all, &[]).unwrap(), all);
    for (gone, left) in [
        (&[0][..], &[BACKUPS, SECOND, BRANCHES, THIRD][..]),
        (&[1], &[BACKUPS, FIRST, BRANCHES, THIRD]),
        (&[2], &[BACKUPS, FIRST, SECOND, BRANCHES]),
        (&[0, 1], &[BACKUPS, BRANCHES, THIRD]),
        (&[2, 0], &[BACKUPS, SECOND, BRANCHES]),
    ] {
        assert_eq!(without(&all, gone).unwrap(), text(left), "{gone:?}");
    }
}

#[test]
fn a_text_that_cannot_be_cut_says_why() {
    let all = text(&[FIRST, SECOND]);
    for (text, gone, why) in [
        (all.as_str(), &[2][..], "there is no actions[2]"),
        ("overlay: 1.1.0\n", &[0], "there is no `actions:`"),
        ("overlay: 1.1.0\nactions:\n", &[0], "there are no actions"),
    ] {
        let error = format!("{:#}", without(text, gone).unwrap_err());
        assert!(error.contains(why), "{error}");
    }
}

#[test]
fn an_action_that_adds_an_operation_waits_until_upstream_has_it() {
    let overlay = format!(
        "{HEAD}  - target: $.paths\n    description: Not there yet.\n    x-adds-operation: look\n    update:\n      /b:\n        \
         get:\n          operationId: look\n  - target: $.paths\n    description: Another.\n    x-adds-operation: see\n    \
         update: {{}}\n"
    );
    assert_eq!(adding(&overlay, "look").unwrap(), [0]);
    assert_eq!(adding(&overlay, "see").unwrap(), [1]);
    assert!(adding(&overlay, "other").unwrap().is_empty());
    let document = |id: &str| serde_json::json!({ "paths": { "/a": { "get": { "operationId": id } } } });
    let (mut without, mut with) = (document("other"), document("look"));
    let effects = apply(&overlay, &mut without).unwrap();
    assert!(effects[0].changed && without["paths"].get("/b").is_some());
    let effects = apply(&overlay, &mut with).unwrap();
    assert!(effects[0].is_needless() && with == document("look"), "{effects:?}");
}

#[test]
fn an_action_is_needless_where_it_finds_what_it_would_write() {
    let overlay = format!(
        "{HEAD}  - target: $.there\n    description: Upstream has it.\n    update:\n      a: 1\n  - target: $.nowhere\n    \
         description: Upstream has no such place.\n    update:\n      a: 1\n  - target: $.other\n    description: Upstream \
         lacks it.\n    update:\n      a: 1\n"
    );
    let mut document = serde_json::json!({ "there": { "a": 1 }, "other": { "b": 2 } });
    let effects = apply(&overlay, &mut document).unwrap();
    let what: Vec<_> = effects.iter().map(|effect| (effect.matched, effect.changed, effect.is_needless())).collect();
    assert_eq!(what, [(1, false, true), (0, false, false), (1, true, false)]);
    assert_eq!(document, serde_json::json!({ "there": { "a": 1 }, "other": { "b": 2, "a": 1 } }));
}

#[test]
fn whether_an_action_changes_something_is_said_of_the_whole_document() {
    let before = serde_json::json!({ "a": { "b": { "c": 1 }, "d/e": [{ "f": 1 }, 2] }, "it's": { "c": 1 } });
    let targets = [
        "$",
        "$.a",
        "$.a.b",
        "$['a'].b.c",
        "$.a['d/e'][0]",
        "$.a['d/e'][?@.f == 1]",
        "$.a['d/e'].f",
        "$.*",
        "$.a['b','d/e']",
        "$..c",
        "$[\"it's\"]",
        "$['it\\'s'].c",
        "$.nowhere.at.all",
    ];
    for target in targets {
        for action in ["remove: true", "update: { c: 1 }", "update: { c: 2 }"] {
            let overlay = format!("{HEAD}  - target: {target:?}\n    description: Tried.\n    {action}\n");
            let mut document = before.clone();
            let Ok(effects) = apply(&overlay, &mut document) else { continue };
            assert_eq!(effects[0].changed, document != before, "{target} {action}: {document}");
        }
    }
}

/// An action is applied to the part of the document that it can change: as if that were all of it.
#[test]
fn an_action_may_look_elsewhere_than_where_it_writes() {
    let before =
        serde_json::json!({ "one": 1, "from": { "g": 2 }, "a": { "list": [{ "f": 1 }, { "f": 2 }], "b": {} } });
    for (target, action, pointer, after) in [
        ("$.a.list[?@.f == $.one]", "update: { g: 1 }", "/a/list", serde_json::json!([{ "f": 1, "g": 1 }, { "f": 2 }])),
        ("$.a.list[?@.f == 2]", "update: { g: 1 }", "/a/list", serde_json::json!([{ "f": 1 }, { "f": 2, "g": 1 }])),
        ("$.a.list[?@.f == 2]", "remove: true", "/a/list", serde_json::json!([{ "f": 1 }])),
        ("$.a.b", "copy: $.from", "/a/b", serde_json::json!({ "g": 2 })),
    ] {
        let overlay = format!("{HEAD}  - target: {target:?}\n    description: Tried.\n    {action}\n");
        let mut document = before.clone();
        let effects = apply(&overlay, &mut document).unwrap();
        assert_eq!((effects[0].matched, effects[0].changed), (1, true), "{target} {action}");
        let mut expected = before.clone();
        *expected.pointer_mut(pointer).unwrap() = after;
        // The order of keys, too.
        assert_eq!(document.to_string(), expected.to_string(), "{target} {action}");
    }
}
