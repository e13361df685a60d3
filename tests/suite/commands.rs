//! What the commands print that have no room of their own, and what they say of what they cannot read.

use xtask::generated_crate::codegen;
use xtask::generated_crate::surface::Surface;
use xtask::workspace::Workspace;

use crate::drift_report::{exit_code, run_xtask};
use crate::update_spec::{BACKUPS, fixture, openapi_dir, upstream};

#[test]
fn generate_and_surface_print_what_is_locked() {
    let file = fixture().join("planetscale.yaml");
    let spec = std::fs::read_to_string(&file).unwrap();
    let surface = Surface::of_spec(&Workspace::own(), &spec).unwrap();
    for (command, expected) in [
        (&["generate", "--spec", file.to_str().unwrap()][..], codegen::formatted(&spec).unwrap()),
        (&["surface", "--spec", file.to_str().unwrap()], surface.to_string()),
    ] {
        let (code, out, err) = run_xtask(command);
        assert_eq!((code, err), (format!("{:?}", std::process::ExitCode::SUCCESS), String::new()));
        assert!(out == expected, "{command:?}");
    }
}

/// Our document with a second kind of success, which progenitor cannot make code of.
fn ungeneratable() -> String {
    let mut spec = xtask::upstream::spec::Spec::parse(&upstream()).unwrap().value;
    let responses = spec.pointer_mut(&format!("{BACKUPS}/post/responses")).unwrap();
    let content = serde_json::json!({ "text/plain": { "schema": { "type": "string" } } });
    responses["202"] = serde_json::json!({ "description": "Accepted", "content": content });
    serde_json::to_string(&spec).unwrap()
}

#[test]
fn a_document_that_no_crate_can_be_made_of_is_an_error_and_a_verdict() {
    let dir = tempfile::tempdir().unwrap();
    let [old, new] = ["old.yaml", "new.yaml"].map(|name| dir.path().join(name).to_str().unwrap().to_owned());
    std::fs::write(&old, upstream()).unwrap();
    std::fs::write(&new, ungeneratable()).unwrap();
    let (code, out, err) = run_xtask(&["generate", "--spec", &new]);
    assert_eq!((code, out.as_str()), (exit_code(2), ""));
    assert!(err.starts_with(&format!("error: {new}: operation create_backup (#/paths/")), "{err}");
    assert!(err.contains("answers with different bodies to 201 and 202"), "{err}");

    let mut shown = String::new();
    for format in ["text", "markdown", "json", "github"] {
        let (_, out, err) = run_xtask(&["diff", &old, &new, "--format", format]);
        assert_eq!(err, "");
        shown.push_str(&format!("{format}\n{out}\n"));
    }
    // No finding on the wire is as bad as that.
    let (code, ..) = run_xtask(&["diff", &old, &new, "--fail-on", "ERR"]);
    assert_eq!(code, exit_code(1));
    insta::assert_snapshot!(shown.replace(dir.path().to_str().unwrap(), "<dir>"));
}

#[test]
fn what_a_client_cannot_have_is_refused_by_name() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("new.yaml").to_str().unwrap().to_owned();
    let cookie = "  /a:\n    get:\n      operationId: look\n      parameters: [{ in: cookie, name: session, schema: { type: string } }]\n      responses: {}\n";
    let twice =
        "  /a:\n    get: { operationId: lookAt, responses: {} }\n    put: { operationId: look-at, responses: {} }\n";
    for (paths, reason) in [
        (cookie, "operation look (#/paths/~1a/get/parameters) has the cookie parameter `session`"),
        (twice, "would be the function look_at, as the operation look"),
    ] {
        std::fs::write(&path, format!("openapi: 3.0.1\ninfo: {{ title: T, version: v }}\npaths:\n{paths}")).unwrap();
        let (code, _, err) = run_xtask(&["generate", "--spec", &path]);
        assert_eq!(code, exit_code(2));
        assert!(err.contains(reason) && err.contains("leave the operation out"), "{err}");
    }
}

#[test]
fn files_that_are_no_document_are_named_with_the_reason() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file.yaml");
    let path = file.to_str().unwrap();
    for (text, reason) in [
        ("", "the page is empty"),
        ("7", "there is no OpenAPI document"),
        ("openapi:\n", ""),
        ("openapi: 7\n", ""),
        ("swagger: '2.0'\n", "(line 1 column 1): Swagger \"2.0\""),
    ] {
        std::fs::write(&file, text).unwrap();
        let (code, out, err) = run_xtask(&["diff", path, path]);
        assert_eq!((code, out.as_str()), (exit_code(2), ""), "{text}");
        assert!(err.starts_with(&format!("error: {path}: ")) && err.contains(reason), "{text}: {err}");
        let (_, _, err) = run_xtask(&["surface", "--spec", path]);
        assert!(err.starts_with(&format!("error: {path}: ")), "{text}: {err}");
    }
}

/// Every `cargo xtask …` that the docs and the workflows call is a command that there is, with such options.
#[test]
fn what_the_docs_call_exists() {
    let root = openapi_dir().join("..");
    let mut calls = Vec::new();
    for file in [
        "README.md",
        "CONTRIBUTING.md",
        "client/README.md",
        "client/GUIDE.md",
        ".github/workflows/ci.yml",
        ".github/workflows/drift.yml",
        ".github/workflows/probe.yml",
        ".github/workflows/release.yml",
    ] {
        // What a walk-through adds is not there yet.
        let text = std::fs::read_to_string(root.join(file)).unwrap();
        let text: String = text.lines().filter(|line| !line.starts_with('+')).map(|line| format!("{line}\n")).collect();
        for call in text.split("cargo xtask ").skip(1) {
            let end = call.find(['`', '\n', '#', '>', '|', '"', '(', ':', ',', ';']).unwrap_or(call.len());
            // Places for names, and what the shell fills in, are not parsed.
            let words = call[..end]
                .split_whitespace()
                .take_while(|word| word.starts_with(|c: char| c.is_lowercase() || c == '-'));
            let words: Vec<String> = words.map(|word| word.trim_end_matches('.').to_owned()).collect();
            calls.push((file, words));
        }
    }
    assert!(calls.len() > 30, "{calls:?}");
    for (file, words) in calls {
        let mut arguments: Vec<&str> = words.iter().map(String::as_str).collect();
        arguments.push("--help");
        let (code, out, err) = run_xtask(&arguments);
        // A value may be missing, whose place is a name in the docs.
        let is_known = out.contains("Usage: ") || err.contains("a value is required for");
        assert!(is_known, "{file}: cargo xtask {words:?}: {code} {err}");
    }
}

/// The walk-throughs of CONTRIBUTING.md are about the code that is there; `cargo xtask ci walkthroughs` makes them.
#[test]
fn the_walkthroughs_fit_the_files_that_they_change() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let edits = xtask::commands::walkthroughs::edits(&std::fs::read_to_string(root.join("CONTRIBUTING.md")).unwrap());
    assert!(edits.len() > 10, "{edits:?}");
    for edit in edits {
        let file = root.join(&edit.file);
        // What is there already is changed; all else is new, and has nothing to be found.
        let is_new = edit.hunks.iter().flatten().all(|line| line.starts_with('+'));
        assert_eq!(file.exists(), !is_new, "{}", edit.file);
        let text = if is_new { String::new() } else { std::fs::read_to_string(file).unwrap() };
        let changed = xtask::commands::walkthroughs::applied(&text, &edit).unwrap();
        assert_ne!(changed, text, "{}", edit.file);
    }
}
