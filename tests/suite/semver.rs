//! What a change of the spec does to the crate, and what version that asks for.

use serde_json::{Value, json};
use xtask::comparison::diff::{Finding, diff};
use xtask::comparison::impact::{Effect, Effects, Impact};
use xtask::comparison::report::{Format, Report};
use xtask::effective::naming::Table;
use xtask::generated_crate::surface::Bump;
use xtask::upstream::spec::Spec;

use crate::update_spec::{BACKUPS, fixture, fixtures};
use crate::workers::on_worker;

fn impact(edit: impl FnOnce(&mut Value)) -> Impact {
    impact_and_findings(edit).0
}

fn impact_and_findings(edit: impl FnOnce(&mut Value)) -> (Impact, Vec<Finding>) {
    let read = |name: &str| std::fs::read_to_string(fixture().join(name)).unwrap();
    let old = Spec::parse(&read("create_backup.yaml")).unwrap();
    let names = Table::parse(&read("names.toml")).unwrap();
    let mut new = old.clone();
    edit(&mut new.value);
    let operations = ["create_backup".to_owned()];
    let impact = xtask::commands::diff::impact(&fixtures(), (&old, &new), &read("overlay.yaml"), &names, &operations);
    (impact, diff(&old.value, &new.value))
}

fn at<'a>(document: &'a mut Value, pointer: &str) -> &'a mut Value {
    document.pointer_mut(&format!("{BACKUPS}/post{pointer}")).unwrap()
}

const BACKUP: &str = "/responses/201/content/application~1json/schema";
const BODY: &str = "/requestBody/content/application~1json/schema";

/// The bump, and the changed items outside of the builders.
fn told(impact: &Impact) -> (Option<Bump>, Vec<String>) {
    assert_eq!(impact.error, None);
    let changes =
        impact.changes.iter().filter(|change| !["builder::", "calls::"].iter().any(|of| change.item.contains(of)));
    let show = |shape: &Option<String>| shape.clone().unwrap_or_else(|| "-".to_owned());
    let changes = changes.map(|c| format!("{} {}: {} → {}", c.bump, c.item, show(&c.old), show(&c.new)));
    (impact.bump, changes.collect())
}

#[test]
fn what_is_absorbed_is_no_change() {
    on_worker(|| {
        let nothing = (Some(Bump::None), Vec::new());
        assert_eq!(told(&impact(|_| {})), nothing);
        assert_eq!(
            told(&impact(|new| at(new, BACKUP)["properties"]["completed_at"]["nullable"] = json!(true))),
            nothing
        );
        assert_eq!(
            told(&impact(|new| drop(at(new, BACKUP).as_object_mut().unwrap().remove("additionalProperties")))),
            nothing
        );
        assert_eq!(told(&impact(|new| at(new, BACKUP)["properties"]["size"]["maximum"] = json!(9))), nothing);
        assert_eq!(told(&impact(|new| new["tags"] = json!([]))), nothing);
    });
}

#[test]
fn documentation_is_a_patch() {
    on_worker(|| {
        let told = told(&impact(|new| at(new, BACKUP)["properties"]["size"]["description"] = json!("Bytes.")));
        assert_eq!(told, (Some(Bump::Patch), Vec::new()));
    });
}

/// What is sent and read is no documentation, though the crate's items are the same.
#[test]
fn only_a_change_of_texts_is_documentation() {
    on_worker(|| {
        assert!(impact(|new| at(new, BACKUP)["properties"]["size"]["description"] = json!("Bytes.")).only_docs);
        let narrowed = impact(|new| at(new, BODY)["properties"]["name"]["maxLength"] = json!(100));
        assert_eq!(told(&narrowed), (Some(Bump::Patch), Vec::new()));
        assert!(!narrowed.only_docs);
    });
}

#[test]
fn a_new_field_or_value_is_minor() {
    on_worker(|| {
        let told_field = told(&impact(|new| at(new, BACKUP)["properties"]["kind"] = json!({ "type": "string" })));
        assert_eq!(told_field, (Some(Bump::Minor), vec!["minor types::Backup::kind: - → Option<String>".to_owned()]));
        let told_value = told(&impact(|new| {
            at(new, BACKUP)["properties"]["state"]["enum"].as_array_mut().unwrap().push(json!("expired"));
        }));
        assert_eq!(told_value, (Some(Bump::Minor), vec!["minor types::BackupState::Expired: - → variant".to_owned()]));
        let told_request = told(&impact(|new| at(new, BODY)["properties"]["tag"] = json!({ "type": "string" })));
        assert_eq!(
            told_request,
            (Some(Bump::Minor), vec!["minor types::CreateBackupBody::tag: - → Option<String>".to_owned()])
        );
    });
}

#[test]
fn another_type_or_a_missing_field_is_major() {
    on_worker(|| {
        let told_type = told(&impact(|new| at(new, BACKUP)["properties"]["size"]["type"] = json!("number")));
        assert_eq!(told_type, (Some(Bump::Major), vec!["major types::Backup::size: i64 → f64".to_owned()]));
        let told_gone = told(&impact(|new| {
            drop(at(new, BACKUP)["properties"].as_object_mut().unwrap().remove("pvc_size"));
            at(new, BACKUP)["required"].as_array_mut().unwrap().retain(|name| name != "pvc_size");
        }));
        assert_eq!(told_gone, (Some(Bump::Major), vec!["major types::Backup::pvc_size: i64 → -".to_owned()]));
        let told_value = told(&impact(|new| {
            at(new, BODY)["properties"]["retention_unit"]["enum"].as_array_mut().unwrap().retain(|unit| unit != "hour");
        }));
        assert_eq!(told_value, (Some(Bump::Major), vec!["major types::RetentionUnit::Hour: variant → -".to_owned()]));
    });
}

#[test]
fn each_finding_is_told_with_what_it_does_to_the_crate() {
    on_worker(|| {
        type Edit = fn(&mut Value);
        let edits: [(&str, Edit); 13] = [
            ("an unknown value", |new| {
                at(new, BACKUP)["properties"]["state"]["enum"].as_array_mut().unwrap().push(json!("expired"))
            }),
            ("a value of an open list", |new| {
                at(new, BACKUP)["properties"]["name"]["x-extensible-enum"] = json!(["daily"])
            }),
            ("an unknown field", |new| {
                drop(at(new, BACKUP).as_object_mut().unwrap().remove("additionalProperties"));
            }),
            ("null in the overlay already", |new| {
                at(new, BACKUP)["properties"]["completed_at"]["nullable"] = json!(true)
            }),
            ("null", |new| at(new, BACKUP)["properties"]["size"]["nullable"] = json!(true)),
            ("optional in the overlay already", |new| {
                at(new, BACKUP)["required"].as_array_mut().unwrap().retain(|name| name != "completed_at");
            }),
            ("optional", |new| at(new, BACKUP)["required"].as_array_mut().unwrap().retain(|name| name != "size")),
            ("a list, which is empty where it is absent", |new| {
                at(new, BACKUP)["required"].as_array_mut().unwrap().retain(|name| name != "restored_branches")
            }),
            ("a keyword", |new| at(new, BACKUP)["properties"]["type"] = json!({ "type": "string" })),
            ("another type", |new| at(new, BACKUP)["properties"]["size"]["type"] = json!("string")),
            ("a limit of the answer", |new| at(new, BACKUP)["properties"]["size"]["maximum"] = json!(9)),
            ("a value of the request", |new| {
                at(new, BODY)["properties"]["retention_unit"]["enum"][0] = json!("minute")
            }),
            ("prose", |new| at(new, "")["summary"] = json!("x")),
        ];
        let mut shown = String::new();
        for (name, edit) in edits {
            let (impact, findings) = impact_and_findings(edit);
            shown.push_str(&format!("{name}\n"));
            let effects = impact.effects(&findings.iter().collect::<Vec<_>>());
            for (finding, effect) in findings.iter().zip(effects.of) {
                let effect = effect.text.unwrap_or_else(|| "-".to_owned());
                shown.push_str(&format!("    {}: {effect}\n", finding.id));
            }
        }
        insta::assert_snapshot!(shown);
    });
}

/// What the crate is told to make of the findings that an edit gives, each with its id.
fn effects(edit: impl FnOnce(&mut Value)) -> Vec<String> {
    let (impact, findings) = impact_and_findings(edit);
    let effects = impact.effects(&findings.iter().collect::<Vec<_>>());
    let told = |(finding, effect): (&Finding, Effect)| format!("{}: {}", finding.id, effect.text.unwrap_or_default());
    findings.iter().zip(effects.of).map(told).collect()
}

/// What a change means for a crate with all operations of the old document, of which nothing is corrected.
fn impact_of_all(old: &Spec, new: &Spec) -> Impact {
    let nothing = "overlay: 1.1.0\ninfo: { title: Nothing, version: '1' }\nactions: [{ target: $.nothing, description: None, remove: true }]\n";
    let operations: Vec<String> = old.operations().iter().map(|id| (*id).to_owned()).collect();
    xtask::commands::diff::impact(&fixtures(), (old, new), nothing, &Table::default(), &operations)
}

/// Whatever moves the surface is said of a finding, over the edits of all rules: every fifth one, or all where
/// `PROPTEST_CASES` asks for more than usual.
#[test]
fn each_change_of_the_surface_is_said_of_a_finding() {
    on_worker(|| {
        let mut compared = 0;
        let every = if std::env::var_os("PROPTEST_CASES").is_some() { 1 } else { 5 };
        for (name, old, new) in crate::drift_rules::edited_documents().into_iter().step_by(every) {
            let [Ok(old), Ok(new)] = [old, new].map(|document| Spec::parse(&document.to_string())) else { continue };
            let impact = impact_of_all(&old, &new);
            if let Some(error) = &impact.error {
                eprintln!("{error}");
            }
            if impact.error.is_some() || impact.changes.is_empty() {
                continue;
            }
            compared += 1;
            let findings = diff(&old.value, &new.value);
            let effects = impact.effects(&findings.iter().collect::<Vec<_>>());
            let rest: Vec<_> = effects.rest.iter().map(|at| &impact.changes[*at]).collect();
            assert!(rest.is_empty(), "{name}: {rest:?} of {findings:#?}");
            each_is_told_once(&impact, &effects);
        }
        assert!(compared > 30 / every, "{compared}");
    });
}

/// What is alike in many operations has an effect of its own in each: a few are told, and how many more there are.
#[test]
fn a_few_of_many_effects_that_are_alike_are_told() {
    on_worker(|| {
        for (count, has_more) in [(4, false), (5, true)] {
            let document = |parameters: Value| {
                let item = |number: usize| {
                    let responses = json!({ "204": { "description": "ok" } });
                    let id = format!("look_{number}");
                    let get = json!({ "operationId": id, "parameters": parameters, "responses": responses });
                    (format!("/{number}"), json!({ "get": get }))
                };
                let paths: serde_json::Map<_, _> = (0..count).map(item).collect();
                let info = json!({ "title": "T", "version": "1" });
                Spec::from(json!({ "openapi": "3.0.3", "info": info, "paths": paths }))
            };
            let since = json!([{ "in": "query", "name": "since", "schema": { "type": "string" } }]);
            let (old, new) = (document(json!([])), document(since));
            let impact = impact_of_all(&old, &new);
            let findings = diff(&old.value, &new.value);
            let report = Report::new(Some(impact)).with_findings(findings, (&old, &new), "new").with_effects();
            let mut text = Vec::new();
            report.write(Format::Text, &mut text).unwrap();
            // Without the ends of its lines.
            let text = String::from_utf8(text).unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
            assert_eq!(text.matches("::since: nothing →").count(), 4, "{text}");
            assert_eq!(text.contains("; and 1 more, all of them with --format json"), has_more, "{text}");
        }
    });
}

/// Each change of the crate is told of one finding, or of none with a reason.
pub fn each_is_told_once(impact: &Impact, effects: &Effects) {
    let mut told: Vec<usize> =
        effects.of.iter().flat_map(|effect| &effect.items).chain(&effects.rest).copied().collect();
    told.sort_unstable();
    assert_eq!(told, (0..impact.changes.len()).collect::<Vec<_>>());
    assert_eq!(effects.rest.is_empty(), effects.unexplained.is_empty());
}

#[test]
fn an_effect_is_that_of_the_very_field() {
    on_worker(|| {
        // Fields whose names are not Rust names.
        for (json, rust) in [("displayName", "display_name"), ("2fa", "x2fa"), ("type", "type_"), ("a-b", "a_b")] {
            let told = effects(|new| at(new, BACKUP)["properties"][json] = json!({ "type": "string" }));
            let change = format!("types::Backup::{rust}: nothing → Option<String> (minor)");
            assert_eq!(told, [format!("response-optional-property-added: {change}")]);
        }
        // A field of another type that has the same name.
        let told = effects(|new| {
            let items = &mut at(new, BACKUP)["properties"]["restored_branches"]["items"];
            items["properties"]["size"] = json!({ "type": "integer" });
            at(new, BACKUP)["properties"]["size"]["type"] = json!("number");
        });
        let [size, other] = &told[..] else { panic!("{told:?}") };
        assert_eq!(size, "response-property-type-generalized: types::Backup::size: i64 → f64 (major)");
        // What is new in one of the places of a type is new in the type.
        let added = "types::BranchReference::size: nothing → Option<i64> (minor)";
        assert_eq!(*other, format!("response-optional-property-added: {added}"));
        // A type whose name begins as that of another one does.
        let told = effects(|new| {
            for name in ["mood", "mood_level"] {
                let fields = json!({ format!("of_{name}"): { "type": "integer" } });
                at(new, BACKUP)["properties"][name] = json!({ "type": "object", "properties": fields });
            }
        });
        let [mood, level] = &told[..] else { panic!("{told:?}") };
        assert!(mood.contains("`types::Mood` (") && level.contains("`types::MoodLevel` ("), "{told:?}");
    });
}

#[test]
fn what_calls_must_say_now_is_major() {
    on_worker(|| {
        let parameter = |required: bool| json!({ "in": "query", "name": "region", "required": required, "schema": { "type": "string" } });
        let add = |new: &mut Value, parameter: Value| at(new, "/parameters").as_array_mut().unwrap().push(parameter);
        let (bump, changes) = told(&impact(|new| add(new, parameter(true))));
        assert_eq!(bump, Some(Bump::Major));
        let demand = "create_backup(): parameter `region` was added (query, required)";
        assert_eq!(changes, [format!("major {demand}: optional → calls without it fail")]);
        assert_eq!(told(&impact(|new| add(new, parameter(false)))).0, Some(Bump::Minor));
        let effects = effects(|new| add(new, parameter(true)));
        assert!(
            effects[0].starts_with("new-required-request-parameter: ") && effects[0].contains(demand),
            "{effects:?}"
        );
        let body = impact(|new| at(new, "/requestBody")["required"] = json!(true));
        assert_eq!(body.bump, Some(Bump::Major));
        let field = impact(|new| at(new, BODY)["required"] = json!(["name"]));
        assert_eq!(field.bump, Some(Bump::Major));
    });
}

#[test]
fn a_document_that_gives_no_crate_says_why() {
    on_worker(|| {
        // The overlay refers to the type of the backup.
        let impact = impact(|new| *at(new, BACKUP) = json!({ "type": "string" }));
        assert_eq!(impact.bump, None);
        let error = impact.error.unwrap();
        assert!(error.starts_with("code generation failed for the new document: "), "{error}");
    });
}
