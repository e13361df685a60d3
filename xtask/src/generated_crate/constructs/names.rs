//! Operations whose names and texts are those that generated code uses itself, or could be taken for code.

use serde_json::{Map, Value, json};

use crate::random::Random;

/// Keywords, what the prelude has, and the traits, types, methods and modules that generated code and the runtime name.
const WORDS: &str = "\
    abstract as async await become box break const continue crate do dyn else enum extern false final fn for gen if impl \
    in let loop macro macro_rules match mod move mut override priv pub raw ref return self Self static struct super \
    trait true try type typeof union unsafe unsized use virtual where while yield \
    AsRef Box Clone Copy Debug Default DoubleEndedIterator Drop Eq Err Extend Fn FnMut FnOnce From FromIterator Hash \
    Into IntoFuture IntoIterator Iterator None Ok Option Ord PartialEq PartialOrd Result Send Sized Some String Sync \
    ToOwned ToString TryFrom TryInto Unpin Vec \
    Answer ApiError Body Bytes ByteStream Call CallFuture Check Client ClientHooks ConversionError Cow Date DateTime \
    Deserialize Deserializer Display Empty Error Fixture FromStr HashMap Infallible Items JsonSchema Kind Map \
    MapAccess NaiveDate Nullable Object Operation OperationInfo Page Pages Parameter PhantomData QueryParam Refused \
    Response ResponseValue Route Serialize Serializer Settings Slot Str Style Union UnknownValue Unrecognized Until Utc Value \
    as_ref as_str body body_map bool build builder call char check clone client converted default deserialize drop empty \
    error f64 fixture fmt format from from_str header http i64 into into_future into_inner io items json known len lenient \
    map mock name new next null object once operation option page pages panic parse poll rest result retry runtime \
    send serde serde_json set set_value set_name size slot std str string taken text timeout to_string try_from \
    try_into types u8 unit unknown until usize value vec wire";

/// Texts that are no plain words: for descriptions, and values of enums.
const TEXTS: [&str; 26] = [
    "plain",
    "\u{202e}reversed\u{202c} and \u{2066}isolated\u{2069}",
    "\u{200f}\u{061c}marks",
    "ends a comment */ and /* begins one",
    "// a comment",
    "```\nlet no rust;\n```",
    "```rust\ncompile_error!(\"a doc test\");",
    "> ```\n> no rust\n> ```",
    "- ```\n  no rust\n  ```",
    "1. one\n\n       indented\n\n- two\n\n      indented",
    ">     indented",
    "\tindented by a tab",
    "~~~\nnever closed",
    "\"quotes\" and 'others' and \\ and \\u{41}",
    "one ` mark",
    "two `` marks ` and [`Vec`] and [`nothing`]",
    "[link](nowhere) and [text] and [a]: b",
    "<b>bold</b> and <!-- a comment and Vec<u8>",
    "a\rcarriage\r\nreturn",
    "\u{0}nul\u{7}bell\u{1b}[0m",
    "\u{feff}mark\u{2028}line\u{2029}paragraph\u{85}",
    "{} {0} {name} %s",
    "# Errors\n## Panics\n===",
    "#![no_std] #[doc = \"\"] $x:ident",
    "| a | b |\n|---|---|\n| 1 | 2 |",
    "https://example.com/[a](b) www.example.com <https://example.com",
];

/// Random operations, each with the schemas that it needs: those have names that no other one has.
pub(super) fn operations(random: &mut Random, count: usize) -> Vec<(String, Value, Map<String, Value>)> {
    let words: Vec<&str> = WORDS.split_whitespace().collect();
    let mut ids = shuffled(random, &words);
    let mut names = shuffled(random, &words);
    let mut made = Vec::new();
    while let (Some(id), Some(name)) = (ids.pop(), names.pop())
        && made.len() < count
    {
        made.push(operation(random, &words, id, name));
    }
    made
}

/// Words, each of which is another one for Rust.
fn shuffled<'w>(random: &mut Random, words: &[&'w str]) -> Vec<&'w str> {
    let plain = |word: &str| word.replace('_', "").to_lowercase();
    let (mut words, mut shuffled): (Vec<&str>, Vec<&str>) = (words.to_vec(), Vec::new());
    while !words.is_empty() {
        let word = words.swap_remove(random.below(words.len()));
        if !shuffled.iter().any(|other| plain(other) == plain(word)) {
            shuffled.push(word);
        }
    }
    shuffled
}

fn operation(random: &mut Random, words: &[&str], id: &str, name: &str) -> (String, Value, Map<String, Value>) {
    let schema = schema(random, words);
    let to = json!({ "$ref": format!("#/components/schemas/{name}") });
    let mut path = format!("/names/{id}");
    let mut parameters = Vec::new();
    for word in several(random, words) {
        let place = *random.one(&["path", "query", "query"]);
        if place == "path" {
            path.push_str(&format!("/{{{word}}}"));
        }
        let required = place == "path" || random.chance(3);
        let text = random.one(&TEXTS);
        parameters.push(json!({ "name": word, "in": place, "required": required, "description": text, "schema": { "type": "string" } }));
    }
    let answer = match random.below(3) {
        0 => to.clone(),
        1 => json!({ "type": "array", "items": to.clone() }),
        _ => {
            json!({ "type": "object", "required": ["it"], "properties": { "it": to.clone(), "all": { "type": "array", "items": to.clone() } } })
        }
    };
    let answer = json!({ "description": random.one(&TEXTS), "content": { "application/json": { "schema": answer } } });
    let mut operation = json!({
        "operationId": id, "summary": random.one(&TEXTS), "description": random.one(&TEXTS), "parameters": parameters,
        "responses": { "200": answer },
    });
    let method = *random.one(&["get", "post"]);
    if method == "post" && schema["type"] == "object" {
        let content = json!({ "application/json": { "schema": to } });
        operation["requestBody"] = json!({ "required": true, "description": random.one(&TEXTS), "content": content });
    }
    (path, json!({ method: operation }), Map::from_iter([(name.to_owned(), schema)]))
}

fn schema(random: &mut Random, words: &[&str]) -> Value {
    let mut schema = match random.below(5) {
        0 => json!({ "type": "string" }),
        1 => {
            let mut values: Vec<&str> = several(random, words);
            if random.chance(2) {
                values.push(*random.one(&TEXTS));
            }
            values.push("plain value");
            json!({ "type": "string", "enum": values })
        }
        2 => {
            json!({ "oneOf": [{ "type": "string" }, { "type": "object", "required": ["at"], "properties": { "at": { "type": "integer" } } }] })
        }
        _ => {
            let mut properties = Map::new();
            let mut required = Vec::new();
            for word in several(random, words) {
                let inner = match random.below(4) {
                    0 => json!({ "type": "integer", "minimum": 1 }),
                    1 => json!({ "type": "array", "items": { "type": "string" } }),
                    2 => {
                        json!({ "type": "string", "enum": several(random, words).into_iter().chain(["plain value"]).collect::<Vec<_>>() })
                    }
                    _ => json!({ "type": "string", "description": random.one(&TEXTS), "nullable": random.chance(2) }),
                };
                if random.chance(2) {
                    required.push(word);
                }
                properties.insert(word.to_owned(), inner);
            }
            let mut object = json!({ "type": "object", "properties": properties });
            if !required.is_empty() {
                object["required"] = required.into();
            }
            object
        }
    };
    schema["description"] = (*random.one(&TEXTS)).into();
    schema
}

/// A few words, each once.
fn several<'w>(random: &mut Random, words: &[&'w str]) -> Vec<&'w str> {
    let count = random.below(4);
    let mut chosen: Vec<&str> = Vec::new();
    for _ in 0..count {
        let word = *random.one(words);
        if !chosen.contains(&word) {
            chosen.push(word);
        }
    }
    chosen
}
