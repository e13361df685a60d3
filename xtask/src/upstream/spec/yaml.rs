//! YAML (and JSON, which is YAML too) read strictly, each value with its place in the text.
//!
//! serde_yaml reads the same values, and writes them; what it does not tell is where a value stands,
//! that a key stands there twice, and what number of more than 64 bits it was.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle, StrInput, Tag};
use serde_json::{Map, Number, Value};

use super::error::{Error, Position, error};
use super::json;
use super::repairs::{json_pairs, with_repairs};

/// How deep a document may be nested, as in serde_yaml.
const MAX_DEPTH: usize = 128;

/// How many values a document may hold once its aliases are followed: ten times the largest that is
/// known. More than that is made to be expensive.
const MAX_VALUES: usize = 5_000_000;

/// Reads the one document in a text.
///
/// # Errors
/// Where it is none, or says something twice.
pub fn read(text: &str, notes: &mut Vec<String>) -> Result<Value, Error> {
    if let Some(value) = json::read(text) {
        return Ok(value);
    }
    with_repairs(&json_pairs(text), notes, |text| Reader::new(text, Vec::new()).read().map(|(value, _)| value))
}

/// Where values stand, by their JSON pointers: a member where its key does. What is not there is
/// where the nearest value around it is.
///
/// # Errors
/// As [`read`].
pub fn places(text: &str, pointers: &[&str]) -> Result<HashMap<String, Position>, Error> {
    let mut wanted: Vec<&str> = pointers.iter().flat_map(|pointer| around(pointer)).collect();
    wanted.sort_unstable();
    wanted.dedup();
    let read = |text: &str| Reader::new(text, wanted.clone()).read().map(|(_, found)| found);
    let found = match json::places(text, &wanted) {
        Some(found) => found,
        None => with_repairs(&json_pairs(text), &mut Vec::new(), read)?,
    };
    let nearest = |pointer: &&str| {
        let place = around(pointer).find_map(|around| found.get(around).copied());
        ((*pointer).to_owned(), place.unwrap_or(Position { line: 1, column: 1 }))
    };
    Ok(pointers.iter().map(nearest).collect())
}

/// A pointer, and those of all that is around it.
fn around(pointer: &str) -> impl Iterator<Item = &str> {
    let mut next = Some(pointer);
    std::iter::from_fn(move || {
        let here = next?;
        next = here.rfind('/').map(|end| &here[..end]);
        Some(here)
    })
}

/// A list or a map that is not at its end yet.
enum Open {
    List(Vec<Value>),
    Map { members: Map<String, Value>, merged: Vec<Value>, key: Option<Key> },
}

enum Key {
    Text(String),
    /// `<<`, whose value is merged into the map.
    Merge(Position),
}

struct Level {
    open: Open,
    anchor: usize,
    /// How many values it holds, itself included.
    size: usize,
    /// How long the pointer to it is.
    pointer: usize,
}

struct Reader<'t> {
    parser: Parser<'t, StrInput<'t>>,
    levels: Vec<Level>,
    anchors: HashMap<usize, (Value, usize)>,
    /// The pointer to what is read at the moment, where places are wanted, and those wanted.
    pointer: String,
    wanted: Vec<&'t str>,
    places: HashMap<String, Position>,
    values: usize,
}

impl<'t> Reader<'t> {
    fn new(text: &'t str, wanted: Vec<&'t str>) -> Self {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        Self {
            parser: Parser::new_from_str(text),
            levels: Vec::new(),
            anchors: HashMap::new(),
            pointer: String::new(),
            wanted,
            places: HashMap::new(),
            values: 0,
        }
    }

    fn read(mut self) -> Result<(Value, HashMap<String, Position>), Error> {
        let mut root = None;
        while let Some(event) = self.parser.next_event() {
            let (event, span) = event?;
            let at = Position::from(span.start);
            let done = match event {
                Event::Scalar(text, style, anchor, tag) => {
                    if self.key(&text, style, at)? {
                        None
                    } else {
                        self.value_begins(at);
                        let value = scalar(&text, style, tag.as_deref()).map_err(|what| error(what, at))?;
                        self.value(value, 1, anchor, at)?
                    }
                }
                Event::Alias(anchor) => {
                    self.no_key(at)?;
                    self.value_begins(at);
                    let (value, size) = self
                        .anchors
                        .get(&anchor)
                        .cloned()
                        .ok_or_else(|| error("an alias inside the node that it refers to", at))?;
                    self.value(value, size, 0, at)?
                }
                Event::SequenceStart(anchor, tag) => {
                    self.begin(Open::List(Vec::new()), anchor, tag.as_deref(), at)?;
                    None
                }
                Event::MappingStart(anchor, tag) => {
                    let open = Open::Map { members: Map::new(), merged: Vec::new(), key: None };
                    self.begin(open, anchor, tag.as_deref(), at)?;
                    None
                }
                Event::SequenceEnd | Event::MappingEnd => self.end(at)?,
                Event::DocumentStart(_) if root.is_some() => {
                    return Err(error("a second document; put each into a file of its own", at));
                }
                _ => None,
            };
            if let Some(value) = done {
                root = Some(value);
            }
        }
        Ok((root.unwrap_or(Value::Null), self.places))
    }

    /// Takes a scalar as a map's key, if it stands where one must.
    fn key(&mut self, text: &str, style: ScalarStyle, at: Position) -> Result<bool, Error> {
        let Some(Level { open: Open::Map { members, key, .. }, pointer, .. }) = self.levels.last_mut() else {
            return Ok(false);
        };
        if key.is_some() {
            return Ok(false);
        }
        if text == "<<" && style == ScalarStyle::Plain {
            *key = Some(Key::Merge(at));
            return Ok(true);
        }
        if members.contains_key(text) {
            return Err(error(format!("the key `{}` stands here a second time", text.escape_debug()), at));
        }
        *key = Some(Key::Text(text.to_owned()));
        if !self.wanted.is_empty() {
            self.pointer.truncate(*pointer);
            self.pointer.push('/');
            self.pointer.push_str(&super::pointer_token(text));
            self.place(at);
        }
        Ok(true)
    }

    /// Notes where the value that begins stands, if it is a list's item or the root.
    fn value_begins(&mut self, at: Position) {
        if self.wanted.is_empty() {
            return;
        }
        match self.levels.last() {
            Some(Level { open: Open::List(items), pointer, .. }) => {
                self.pointer.truncate(*pointer);
                self.pointer.push('/');
                self.pointer.push_str(&items.len().to_string());
                self.place(at);
            }
            Some(_) => {}
            None => self.place(at),
        }
    }

    fn place(&mut self, at: Position) {
        if self.wanted.binary_search(&self.pointer.as_str()).is_ok() {
            self.places.entry(self.pointer.clone()).or_insert(at);
        }
    }

    fn no_key(&self, at: Position) -> Result<(), Error> {
        match self.levels.last() {
            Some(Level { open: Open::Map { key: None, .. }, .. }) => Err(error("a key that is not a plain string", at)),
            _ => Ok(()),
        }
    }

    fn begin(&mut self, open: Open, anchor: usize, tag: Option<&Tag>, at: Position) -> Result<(), Error> {
        self.no_key(at)?;
        if let Some(tag) = tag
            && !(tag.is_yaml_core_schema() && matches!(tag.suffix.as_str(), "map" | "seq"))
        {
            return Err(error(format!("the tag {}{} is none of JSON's", tag.handle, tag.suffix), at));
        }
        if self.levels.len() >= MAX_DEPTH {
            return Err(error(format!("nested more than {MAX_DEPTH} deep: no person would write such a document"), at));
        }
        self.value_begins(at);
        self.levels.push(Level { open, anchor, size: 1, pointer: self.pointer.len() });
        Ok(())
    }

    fn end(&mut self, at: Position) -> Result<Option<Value>, Error> {
        let Some(level) = self.levels.pop() else { return Ok(None) };
        self.pointer.truncate(level.pointer);
        let value = match level.open {
            Open::List(items) => Value::Array(items),
            Open::Map { mut members, merged, .. } => {
                // What a map says itself stands, and of those merged, the first that says it.
                for map in merged {
                    for (key, value) in map.as_object().cloned().into_iter().flatten() {
                        members.entry(key).or_insert(value);
                    }
                }
                Value::Object(members)
            }
        };
        self.value(value, level.size, level.anchor, at)
    }

    /// Puts a value where it belongs. Returns it if it is the root.
    fn value(&mut self, value: Value, size: usize, anchor: usize, at: Position) -> Result<Option<Value>, Error> {
        self.values += size;
        if self.values > MAX_VALUES {
            return Err(error("aliases that lead to too many values: no person would write such a document", at));
        }
        if anchor > 0 {
            self.anchors.insert(anchor, (value.clone(), size));
        }
        let Some(level) = self.levels.last_mut() else { return Ok(Some(value)) };
        level.size += size;
        match &mut level.open {
            Open::List(items) => items.push(value),
            Open::Map { members, merged, key } => match key.take() {
                Some(Key::Text(key)) => drop(members.insert(key, value)),
                Some(Key::Merge(at)) => match value {
                    Value::Object(_) => merged.push(value),
                    Value::Array(items) if items.iter().all(Value::is_object) => merged.extend(items),
                    _ => {
                        let what =
                            "`<<` merges a map, or a list of maps, as in YAML 1.1; for a key of that name, quote it";
                        return Err(error(what, at));
                    }
                },
                None => {}
            },
        }
        Ok(None)
    }
}

/// A scalar by YAML's core schema, as serde_yaml reads it.
fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Result<Value, String> {
    match tag {
        None if style == ScalarStyle::Plain => plain(text),
        None => Ok(text.into()),
        Some(tag) if tag.is_yaml_core_schema() => match (tag.suffix.as_str(), plain(text)?) {
            ("str", _) => Ok(text.into()),
            ("null", value @ Value::Null) => Ok(value),
            ("bool", value @ Value::Bool(_)) => Ok(value),
            ("int" | "float", value) if !matches!(value, Value::Null | Value::Bool(_)) && value != text => Ok(value),
            (kind, _) => Err(format!("`{}` is no {kind}", text.escape_debug())),
        },
        Some(tag) if tag.handle.is_empty() && tag.suffix == "!" => Ok(text.into()),
        Some(tag) => Err(format!("the tag {}{} is none of JSON's", tag.handle, tag.suffix)),
    }
}

fn plain(text: &str) -> Result<Value, String> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Ok(Value::Null),
        "true" | "True" | "TRUE" => return Ok(true.into()),
        "false" | "False" | "FALSE" => return Ok(false.into()),
        _ => {}
    }
    let (negative, unsigned) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] {
        if let Some(digits) = unsigned.strip_prefix(prefix)
            && !digits.is_empty()
            && digits.chars().all(|c| c.is_digit(radix))
        {
            let whole = i128::from_str_radix(digits, radix);
            let whole = whole.map_err(|_| format!("`{text}` is a number of too many digits"))?;
            return Ok(integer(if negative { -whole } else { whole }));
        }
    }
    let digits = !unsigned.is_empty() && unsigned.bytes().all(|byte| byte.is_ascii_digit());
    // Not a number to YAML 1.2, nor octal: `007` is a text.
    if digits && unsigned.len() > 1 && unsigned.starts_with('0') {
        return Ok(text.into());
    }
    if digits {
        return Ok(match text.trim_start_matches('+').parse::<i128>() {
            Ok(whole) => integer(whole),
            Err(_) => super::big(text.trim_start_matches('+')),
        });
    }
    match unsigned {
        ".inf" | ".Inf" | ".INF" | ".nan" | ".NaN" | ".NAN" => Err(format!("`{text}` is not a number that JSON has")),
        _ => {
            let signs = unsigned.starts_with(['+', '-']);
            let float = text.parse::<f64>().ok().filter(|float| float.is_finite() && !signs);
            Ok(float.and_then(Number::from_f64).map_or_else(|| text.into(), Value::Number))
        }
    }
}

fn integer(whole: i128) -> Value {
    match (i64::try_from(whole), u64::try_from(whole)) {
        (Ok(whole), _) => whole.into(),
        (_, Ok(whole)) => whole.into(),
        _ => super::big(&whole.to_string()),
    }
}
