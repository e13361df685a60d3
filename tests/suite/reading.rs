//! How documents are read: what is refused, where, and what is read as it is meant.

use proptest::prelude::*;
use serde_json::{Value, json};
use xtask::upstream::spec::{Position, Spec, big_integer};

use crate::property::config;

const HEAD: &str = "openapi: 3.0.1\ninfo: { title: T, version: v1 }\npaths: {}\n";

fn read(more: &str) -> Value {
    Spec::parse(&format!("{HEAD}{more}")).unwrap_or_else(|e| panic!("{more}: {e:#}")).value
}

fn error(text: &str) -> String {
    format!("{:#}", Spec::parse(text).expect_err(text))
}

#[test]
fn what_is_refused_is_refused_with_its_place() {
    let operation = |more: &str| {
        format!("openapi: 3.0.1\ninfo: {{ title: T, version: v1 }}\npaths:\n  /a:\n    get:\n      {more}\n")
    };
    let mut shown = String::new();
    for (name, text) in [
        ("a key twice", format!("{HEAD}x-a:\n  b: 1\n  c: 2\n  b: 3\n")),
        ("a key twice, in JSON", r#"{"openapi": "3.0.1", "paths": {}, "paths": {}}"#.to_owned()),
        ("a key twice, once quoted", format!("{HEAD}x-a: {{ \"b\": 1, b: 2 }}\n")),
        ("a merge of a text", format!("{HEAD}x-a:\n  <<: text\n")),
        ("a merge of a list of texts", format!("{HEAD}x-a:\n  <<: [text]\n")),
        ("Swagger 2.0", "swagger: '2.0'\ninfo: { title: T, version: v1 }\npaths: {}\n".to_owned()),
        ("no paths", "openapi: 3.0.1\ninfo: { title: T, version: v1 }\n".to_owned()),
        ("no openapi", "info: { title: T }\n".to_owned()),
        ("OpenAPI 3.2", HEAD.replace("3.0.1", "3.2.0")),
        ("info without a title", HEAD.replace("title: T, ", "")),
        ("an alias of itself", format!("{HEAD}x-a: &a [*a]\n")),
        ("an unknown alias", format!("{HEAD}x-a: *a\n")),
        ("two documents", format!("{HEAD}---\n{HEAD}")),
        ("a key that is a list", format!("{HEAD}x-a: {{ [b]: c }}\n")),
        ("a tag of a program", format!("{HEAD}x-a: !ruby/object x\n")),
        ("a number that JSON has not", format!("{HEAD}x-a: .inf\n")),
        ("a bracket that does not close", format!("{HEAD}x-a: [b\n")),
        ("a tab", format!("{HEAD}x-a:\n\tb: c\n")),
        ("a reference to nowhere", operation("responses: { '200': { $ref: '#/components/responses/None' } }")),
        ("no responses", operation("operationId: a")),
        ("parameters that are not a list", operation("parameters: 7\n      responses: {}")),
        ("a parameter without a name", operation("parameters: [{ in: query, schema: {} }]\n      responses: {}")),
        (
            "required that is not a list",
            operation(
                "responses: { '200': { description: d, content: { application/json: { schema: { properties: { a: { required: true } } } } } } }",
            ),
        ),
        ("a response whose description is a number", operation("responses: { '200': { description: 1 } }")),
        (
            "a limit that is a text",
            format!("{HEAD}components:\n  schemas:\n    A/b:\n      type: string\n      maxLength: '5'\n"),
        ),
    ] {
        shown.push_str(&format!("{name}\n    {}\n", error(&text)));
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn lines_are_those_of_the_page() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("page.md");
    std::fs::write(&path, format!("# A page\n\n```yaml\n{HEAD}x-a: {{ b: 1, b: 2 }}\n```\n")).unwrap();
    let path = path.to_str().unwrap();
    let (_, _, err) = crate::drift_report::run_xtask(&["diff", path, path]);
    assert_eq!(err, format!("error: {path}: the key `b` stands here a second time at line 7 column 14\n"));
}

#[test]
fn what_is_meant_is_read() {
    // A byte order mark, and line ends of another system.
    let plain = read("x-a: |\n  one\n  two\n");
    assert_eq!(Spec::parse(&format!("\u{feff}{HEAD}x-a: |\n  one\n  two\n")).unwrap().value, plain);
    assert_eq!(Spec::parse(&format!("{HEAD}x-a: |\n  one\n  two\n").replace('\n', "\r\n")).unwrap().value, plain);
    // Merge keys, by YAML 1.1: what a map says itself stands, and the first of several.
    let merged =
        read("x-base: &a { b: 1, c: 2 }\nx-more: &d { c: 3, e: 4 }\nx-a: { <<: [*a, *d], b: 5 }\nx-f: { '<<': 1 }\n");
    assert_eq!(merged["x-a"], json!({ "b": 5, "c": 2, "e": 4 }));
    assert_eq!(merged["x-f"], json!({ "<<": 1 }));
    // Numbers of more than 64 bits, kept to the last digit.
    let big = read("x-a: 18446744073709551616\nx-b: -9223372036854775809\nx-c: 18446744073709551615\n");
    assert_eq!(big_integer(big["x-a"].as_str().unwrap()), Some("18446744073709551616"));
    assert_eq!(big_integer(big["x-b"].as_str().unwrap()), Some("-9223372036854775809"));
    assert_eq!(big["x-c"], json!(18_446_744_073_709_551_615_u64));
    // Brackets in texts are not nested.
    let texts: String = (0..2_000).map(|i| format!("  t{i}: 'from [0, {i}) or {{'\n")).collect();
    assert_eq!(read(&format!("x-a:\n{texts}"))["x-a"].as_object().unwrap().len(), 2_000);
    // JSON, with what its texts may hold.
    let json = json!({ "openapi": "3.0.1", "info": { "title": "é😀\n\t\"\\/", "version": "v1" }, "paths": {} });
    assert_eq!(Spec::parse(&json.to_string()).unwrap().value, json);
    let escaped = json.to_string().replace('😀', "\\ud83d\\ude00").replace("/\"", "\\/\"");
    assert_eq!(Spec::parse(&escaped).unwrap().value, json);
    let tabs = serde_json::to_string_pretty(&json).unwrap().replace("  ", "\t");
    assert_eq!(Spec::parse(&tabs).unwrap().value, json);
}

#[test]
fn values_have_places() {
    let spec = Spec::parse(&format!("{HEAD}x-a:\n  b/c:\n  - 1\n  -   d: 2\n")).unwrap();
    let places = spec.places(&["/x-a", "/x-a/b~1c/0", "/x-a/b~1c/1/d", "/x-a/nowhere/below", "/info/title", ""]);
    let at = |pointer: &str| (places[pointer].line, places[pointer].column);
    assert_eq!(at("/x-a"), (4, 1));
    assert_eq!(at("/x-a/b~1c/0"), (6, 5));
    assert_eq!(at("/x-a/b~1c/1/d"), (7, 7));
    assert_eq!(at("/x-a/nowhere/below"), at("/x-a"));
    assert_eq!(at("/info/title"), (2, 9));
    assert_eq!(places[""], Position { line: 1, column: 1 });
}

/// Texts of scalars, plain and not.
fn scalar() -> impl Strategy<Value = String> {
    prop_oneof![
        "[-+]?[0-9]{1,22}",
        "[-+]?[0-9]{0,3}\\.?[0-9]{0,3}([eE][-+]?[0-9]{1,3})?",
        "0[xob][0-9a-fA-F]{1,6}",
        "[a-zA-Z~.]{0,6}",
        // U+2028 and U+2029 end a line in YAML 1.1 only.
        "'[^'\\n\\r\\u{0}-\\u{1f}\\u{7f}-\\u{9f}\\u{feff}\\u{fffe}\\u{ffff}]{0,8}'",
        prop::sample::select(
            &[
                "null", "Null", "~", "true", "True", "FALSE", "yes", "no", "007", "1_000", "+1", "--1", "1.", ".5",
                "0x", "-0", "nan", "inf"
            ][..]
        )
        .prop_map(str::to_owned),
    ]
}

proptest! {
    #![proptest_config(config(2_000))]

    /// serde_yaml writes what we read, so both must read the same.
    #[test]
    fn scalars_are_read_as_serde_yaml_reads_them(scalar in scalar()) {
        let text = format!("{HEAD}x-a: {scalar}\n");
        let theirs = serde_yaml::from_str::<Value>(&text);
        match Spec::parse(&text) {
            Ok(spec) => {
                let ours = &spec.value["x-a"];
                // What it reads as a float of fewer digits, we keep.
                let big = ours.as_str().is_some_and(|text| big_integer(text).is_some());
                if let Ok(theirs) = theirs {
                    prop_assert!(big || theirs["x-a"] == *ours, "{} {} {}", scalar, theirs["x-a"], ours);
                }
            }
            Err(e) => prop_assert!(theirs.is_err() || theirs.unwrap()["x-a"].is_null(), "{}: {:#}", scalar, e),
        }
    }
}

/// Values of JSON, keys that a pointer escapes and numbers of all sizes among them.
fn value() -> impl Strategy<Value = Value> {
    let number = prop_oneof![
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        (-1e6..1e6f64).prop_map(Value::from),
        Just(json!(1e20)),
        Just(json!(1.0)),
        Just(json!(-0.0)),
    ];
    let text = prop_oneof!["[a-z/~ é😀]{0,4}", Just("\"{}[],:\\\n".to_owned())];
    let leaf = prop_oneof![number, text.clone().prop_map(Value::from), any::<bool>().prop_map(Value::from)];
    let leaf = prop_oneof![leaf, Just(Value::Null)];
    leaf.prop_recursive(5, 40, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((text.clone(), inner), 0..4)
                .prop_map(|members| members.into_iter().collect::<serde_json::Map<_, _>>().into()),
        ]
    })
}

/// The pointers of all values in a value.
fn pointers(value: &Value, at: &str, all: &mut Vec<String>) {
    all.push(at.to_owned());
    match value {
        Value::Object(map) => map.iter().for_each(|(key, value)| {
            let token = key.replace('~', "~0").replace('/', "~1");
            pointers(value, &format!("{at}/{token}"), all);
        }),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(i, value)| pointers(value, &format!("{at}/{i}"), all));
        }
        _ => {}
    }
}

proptest! {
    #![proptest_config(config(500))]

    /// JSON is YAML: read as the one or, below a comment, as the other, values and their places are the same.
    #[test]
    fn json_is_read_as_the_yaml_that_it_is(value in value(), pretty in any::<bool>()) {
        let document = json!({ "openapi": "3.0.1", "info": { "title": "T", "version": "v1" }, "paths": {}, "x-a": value });
        let text = if pretty { serde_json::to_string_pretty(&document) } else { serde_json::to_string(&document) }.unwrap();
        let (as_json, as_yaml) = (Spec::parse(&text).unwrap(), Spec::parse(&format!("# YAML\n{text}")).unwrap());
        prop_assert_eq!(&as_json.value, &as_yaml.value);
        let mut all = vec!["/x-a/nowhere/below".to_owned()];
        pointers(&as_json.value, "", &mut all);
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        let (mut as_json, as_yaml) = (as_json.places(&all), as_yaml.places(&all));
        as_json.values_mut().for_each(|place| place.line += 1);
        prop_assert_eq!(as_json, as_yaml);
    }
}

#[test]
fn whole_numbers_are_compared_to_their_last_digit() {
    let with = |most: &str| {
        let more = format!("components: {{ schemas: {{ A: {{ type: integer, maximum: {most} }} }} }}\n");
        let paths = "paths: { /a: { get: { responses: { '200': { description: d, content: { application/json: { schema: { $ref: '#/components/schemas/A' } } } } } } } }";
        Spec::parse(&format!("{HEAD}{more}").replace("paths: {}", paths)).unwrap().value
    };
    let findings = xtask::comparison::diff::diff(&with("18446744073709551616"), &with("18446744073709551617"));
    let shown: Vec<_> = findings.iter().map(|finding| (finding.id.as_str(), finding.message())).collect();
    let message = "maximum of schema `A` was 18446744073709551616 and is 18446744073709551617";
    assert_eq!(shown, [("response-body-max-increased", message.to_owned())]);
    assert_eq!(xtask::comparison::diff::diff(&with("18446744073709551616"), &with("+18446744073709551616")), []);
}
