//! Parameters as they travel, by OpenAPI's table of styles.
//! <https://spec.openapis.org/oas/v3.0.3#style-values>
//!
//! A value is first what serde makes of it, so that a time is written as in a body. What is not set is not sent; nor
//! is a list without items.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::header::HeaderValue;
use serde::Serialize;
use serde_json::Value;

use super::check;
use crate::error::Error;
use crate::secret::Secret;

type Fields = serde_json::Map<String, Value>;

/// What RFC 3986 calls unreserved; all else is encoded.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// How lists and objects are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// `a=1&a=2`, and `x=1&y=2` for an object.
    Form,
    /// `a=1,2`, and `a=x,1,y,2`.
    FormJoined,
    /// `a=1%202`.
    SpaceDelimited,
    /// `a=1%7C2`.
    PipeDelimited,
    /// `a[x]=1&a[y]=2`.
    DeepObject,
    /// `1,2` and `x,1,y,2`.
    Simple,
    /// `1,2` and `x=1,y=2`.
    SimpleExploded,
    /// `.1,2`
    Label,
    /// `.1.2`
    LabelExploded,
    /// `;a=1,2`
    Matrix,
    /// `;a=1;a=2`
    MatrixExploded,
    /// `a={"x":1}`, encoded.
    Json,
}

/// Where a parameter stands in a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    Path,
    Query,
    Header,
}

/// Holds a value to its limits.
type Limits = fn(check::Value) -> check::Value;

/// A parameter of an operation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parameter {
    /// Its name on the wire.
    pub(crate) name: &'static str,
    pub(crate) place: Place,
    pub(crate) style: Style,
    pub(crate) is_required: bool,
    /// The name of its setter, where that is another one.
    setter: Option<&'static str>,
    /// What its value is held to, and what each item of it is.
    limits: Option<Limits>,
    limits_of_each: Option<Limits>,
}

impl Parameter {
    const fn new(place: Place, name: &'static str, style: Style, is_required: bool) -> Self {
        Self { name, place, style, is_required, setter: None, limits: None, limits_of_each: None }
    }

    pub(crate) const fn path(name: &'static str) -> Self {
        Self::new(Place::Path, name, Style::Simple, true)
    }

    pub(crate) const fn query(name: &'static str) -> Self {
        Self::new(Place::Query, name, Style::Form, false)
    }

    pub(crate) const fn header(name: &'static str) -> Self {
        Self::new(Place::Header, name, Style::Simple, false)
    }

    pub(crate) const fn required(self) -> Self {
        Self { is_required: true, ..self }
    }

    pub(crate) const fn style(self, style: Style) -> Self {
        Self { style, ..self }
    }

    pub(crate) const fn setter(self, name: &'static str) -> Self {
        Self { setter: Some(name), ..self }
    }

    pub(crate) const fn within(self, limits: Limits) -> Self {
        Self { limits: Some(limits), ..self }
    }

    pub(crate) const fn each_within(self, limits: Limits) -> Self {
        Self { limits_of_each: Some(limits), ..self }
    }

    /// What a caller knows it by.
    pub(crate) fn field(&self) -> &'static str {
        self.setter.unwrap_or(self.name)
    }

    /// Holds a value to the limits.
    ///
    /// # Errors
    /// Says which limit it breaks.
    pub(crate) fn check(&self, value: &Value) -> Result<(), String> {
        if let Some(limits) = self.limits {
            limits(check::value(self.name, value)).done()?;
        }
        self.limits_of_each.map_or(Ok(()), |limits| check::each(self.name, value, limits))
    }
}

/// A form: each field as a query has it.
///
/// # Errors
/// [`Error::InvalidInput`] for what is not flat.
pub(crate) fn form(body: &impl Serialize) -> Result<String, Error> {
    let Value::Object(fields) = json("the body", body)? else {
        return Err(Error::invalid_input("the body is not a form: it has no fields"));
    };
    let mut pairs = Vec::new();
    for (name, value) in fields {
        pairs.extend(query_pairs(&name, Style::Form, &value)?);
    }
    Ok(pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&"))
}

/// What takes the place of a parameter in a path.
///
/// # Errors
/// [`Error::InvalidInput`] for what no encoding can save: an empty segment, and `.` and `..`, which every URL parser
/// folds away, encoded or not (WHATWG URL, 4.4).
pub(crate) fn path_segment(name: &str, style: Style, value: &impl Serialize) -> Result<String, Error> {
    let (value, key) = (json(name, value)?, encoded(name));
    let exploded = matches!(style, Style::SimpleExploded | Style::LabelExploded | Style::MatrixExploded);
    let parts = match &value {
        value if style == Style::Json => vec![encoded(&value.to_string())],
        Value::Array(items) => each(name, items)?,
        Value::Object(fields) if exploded => {
            pairs(name, fields)?.into_iter().map(|(key, value)| format!("{key}={value}")).collect()
        }
        Value::Object(fields) => flat_fields(name, fields)?,
        value => vec![text(name, value)?],
    };
    let is_object = value.is_object();
    let segment = match style {
        Style::Label => format!(".{}", parts.join(",")),
        Style::LabelExploded => format!(".{}", parts.join(".")),
        Style::Matrix => format!(";{key}={}", parts.join(",")),
        Style::MatrixExploded if is_object => format!(";{}", parts.join(";")),
        Style::MatrixExploded => parts.iter().map(|part| format!(";{key}={part}")).collect(),
        _ => parts.join(","),
    };
    match segment.as_str() {
        "" => Err(Error::invalid_input(format!("{name} is empty"))),
        "." | ".." => Err(Error::invalid_input(format!(
            "{name} is `{segment}`, which would send the request to another endpoint"
        ))),
        _ => Ok(segment),
    }
}

/// A header's value.
///
/// # Errors
/// [`Error::InvalidInput`] for what cannot stand in a header.
pub(crate) fn header_value(name: &str, style: Style, value: &impl Serialize) -> Result<HeaderValue, Error> {
    let value = json(name, value)?;
    let plain = |value: &Value| scalar(value).map(Cow::into_owned).ok_or_else(|| nested(name));
    let text = match &value {
        value if style == Style::Json => value.to_string(),
        Value::Array(items) => items.iter().map(plain).collect::<Result<Vec<_>, _>>()?.join(","),
        Value::Object(fields) => {
            let between = if style == Style::SimpleExploded { "=" } else { "," };
            let field = |(key, value): (&String, &Value)| Ok(format!("{key}{between}{}", plain(value)?));
            fields.iter().filter(is_set).map(field).collect::<Result<Vec<_>, Error>>()?.join(",")
        }
        value => plain(value)?,
    };
    let invalid = |_| Error::invalid_input(format!("{name} holds a character that cannot stand in a header"));
    HeaderValue::try_from(text).map_err(invalid)
}

fn json(name: &str, value: &impl Serialize) -> Result<Value, Error> {
    Secret::exposed(|| serde_json::to_value(value))
        .map_err(|e| Error::invalid_input(format!("{name} cannot be written: {e}")))
}

/// The pairs of a query, encoded: none for null and for a list without items.
///
/// # Errors
/// [`Error::InvalidInput`] for what its style cannot write.
pub(super) fn query_pairs(name: &str, style: Style, value: &Value) -> Result<Vec<(String, String)>, Error> {
    let key = encoded(name);
    let joined = |parts: Vec<String>, between: &str| match parts.is_empty() {
        true => Vec::new(),
        false => vec![(key.clone(), parts.join(between))],
    };
    Ok(match (value, style) {
        (Value::Null, _) => Vec::new(),
        (value, Style::Json) => vec![(key, encoded(&value.to_string()))],
        (Value::Array(items), Style::FormJoined) => joined(each(name, items)?, ","),
        (Value::Array(items), Style::SpaceDelimited) => joined(each(name, items)?, "%20"),
        (Value::Array(items), Style::PipeDelimited) => joined(each(name, items)?, "%7C"),
        (Value::Array(items), _) => each(name, items)?.into_iter().map(|item| (key.clone(), item)).collect(),
        (Value::Object(fields), Style::FormJoined) => joined(flat_fields(name, fields)?, ","),
        (Value::Object(fields), Style::SpaceDelimited) => joined(flat_fields(name, fields)?, "%20"),
        (Value::Object(fields), Style::PipeDelimited) => joined(flat_fields(name, fields)?, "%7C"),
        (Value::Object(fields), Style::DeepObject) => {
            let mut pairs = Vec::new();
            for (field, value) in fields {
                pairs.extend(query_pairs(&format!("{name}[{field}]"), Style::DeepObject, value)?);
            }
            pairs
        }
        (Value::Object(fields), _) => pairs(name, fields)?,
        (value, _) => vec![(key, text(name, value)?)],
    })
}

/// The items of a list, encoded.
fn each(name: &str, items: &[Value]) -> Result<Vec<String>, Error> {
    items.iter().map(|item| text(name, item)).collect()
}

/// Keys and values of an object in a row, encoded.
fn flat_fields(name: &str, fields: &Fields) -> Result<Vec<String>, Error> {
    Ok(pairs(name, fields)?.into_iter().flat_map(<[String; 2]>::from).collect())
}

/// The fields of an object, each as key and value, encoded.
fn pairs(name: &str, fields: &Fields) -> Result<Vec<(String, String)>, Error> {
    fields.iter().filter(is_set).map(|(field, value)| Ok((encoded(field), text(name, value)?))).collect()
}

/// Whether a field has a value.
fn is_set((_, value): &(&String, &Value)) -> bool {
    !value.is_null()
}

fn text(name: &str, value: &Value) -> Result<String, Error> {
    scalar(value).map(|text| encoded(&text)).ok_or_else(|| nested(name))
}

fn scalar(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => Some(text.into()),
        Value::Number(number) => Some(number.to_string().into()),
        Value::Bool(flag) => Some(if *flag { "true" } else { "false" }.into()),
        Value::Null => Some("null".into()),
        Value::Array(_) | Value::Object(_) => None,
    }
}

fn nested(name: &str) -> Error {
    Error::invalid_input(format!("{name} holds a list or an object in another one, which its style cannot write"))
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, ENCODED).to_string()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A query of one parameter.
    fn query(name: &str, style: Style, value: &Value) -> String {
        let pairs = query_pairs(name, style, value).unwrap();
        let pairs: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) }
    }

    /// The examples of the specification, with the delimiters of values encoded.
    #[test]
    fn styles_are_those_of_the_specifications_table() {
        let object = json!({ "R": 100, "G": 200, "B": 150 });
        let list = json!(["blue", "black", "brown"]);
        let query = |style, value: &Value| query("color", style, value);
        for (style, value, expected) in [
            (Style::Form, &json!("blue"), "?color=blue"),
            (Style::Form, &json!(""), "?color="),
            (Style::Form, &json!(null), ""),
            (Style::Form, &json!([]), ""),
            (Style::FormJoined, &json!([]), ""),
            (Style::Form, &list, "?color=blue&color=black&color=brown"),
            (Style::FormJoined, &list, "?color=blue,black,brown"),
            (Style::FormJoined, &json!(["a,b", "c"]), "?color=a%2Cb,c"),
            (Style::SpaceDelimited, &list, "?color=blue%20black%20brown"),
            (Style::PipeDelimited, &list, "?color=blue%7Cblack%7Cbrown"),
            (Style::Form, &object, "?R=100&G=200&B=150"),
            (Style::FormJoined, &object, "?color=R,100,G,200,B,150"),
            (Style::Json, &json!({ "R": [1] }), "?color=%7B%22R%22%3A%5B1%5D%7D"),
            (Style::DeepObject, &object, "?color%5BR%5D=100&color%5BG%5D=200&color%5BB%5D=150"),
        ] {
            let same = |text: &str| {
                let mut parts: Vec<String> = text.split(['?', '&']).map(str::to_owned).collect();
                parts.sort();
                parts
            };
            // Objects have no order.
            if value.is_object() && style == Style::FormJoined {
                continue;
            }
            assert_eq!(same(&query(style, value)), same(expected), "{style:?} {value}");
        }
        let path = |style, value: &Value| path_segment("color", style, value).unwrap();
        for (style, value, expected) in [
            (Style::Simple, &json!("blue"), "blue"),
            (Style::Simple, &list, "blue,black,brown"),
            (Style::SimpleExploded, &list, "blue,black,brown"),
            (Style::SimpleExploded, &json!({ "R": 100 }), "R=100"),
            (Style::Simple, &json!({ "R": 100 }), "R,100"),
            (Style::Label, &json!("blue"), ".blue"),
            (Style::Label, &list, ".blue,black,brown"),
            (Style::Json, &json!({ "R": [1] }), "%7B%22R%22%3A%5B1%5D%7D"),
            (Style::LabelExploded, &list, ".blue.black.brown"),
            (Style::LabelExploded, &json!({ "R": 100 }), ".R=100"),
            (Style::Matrix, &json!("blue"), ";color=blue"),
            (Style::Matrix, &list, ";color=blue,black,brown"),
            (Style::MatrixExploded, &list, ";color=blue;color=black;color=brown"),
            (Style::MatrixExploded, &json!({ "R": 100 }), ";R=100"),
        ] {
            assert_eq!(path(style, value), expected, "{style:?} {value}");
        }
        for value in [json!(""), json!("."), json!(".."), json!([]), json!(["."])] {
            path_segment("color", Style::Simple, &value).unwrap_err();
        }
        let header = |style, value: &Value| header_value("color", style, value).unwrap();
        assert_eq!(header(Style::Simple, &list), "blue,black,brown");
        assert_eq!(header(Style::SimpleExploded, &json!({ "R": 100 })), "R=100");
        assert_eq!(form(&json!({ "a": [1, 2], "b": null, "c d": "e f" })).unwrap(), "a=1&a=2&c%20d=e%20f");
        form(&json!({ "a": [[1]] })).unwrap_err();
    }

    /// Fields come in the order of their names.
    #[test]
    fn a_field_that_is_not_set_is_not_sent() {
        let some = json!({ "a": null, "b": 1, "c": null, "d": "x y" });
        let none = json!({ "a": null });
        let query = |style, value: &Value| query("o", style, value);
        for (style, expected) in [
            (Style::Form, "?b=1&d=x%20y"),
            (Style::FormJoined, "?o=b,1,d,x%20y"),
            (Style::SpaceDelimited, "?o=b%201%20d%20x%20y"),
            (Style::PipeDelimited, "?o=b%7C1%7Cd%7Cx%20y"),
            (Style::DeepObject, "?o%5Bb%5D=1&o%5Bd%5D=x%20y"),
        ] {
            assert_eq!(query(style, &some), expected, "{style:?}");
            assert_eq!(query(style, &none), "", "{style:?}");
        }
        // A field that is an object itself, as far as a style can write that.
        let deep = json!({ "a": { "b": null, "c": [1, 2] }, "d": { "e": null } });
        assert_eq!(query(Style::DeepObject, &deep), "?o%5Ba%5D%5Bc%5D=1&o%5Ba%5D%5Bc%5D=2");
        query_pairs("o", Style::Form, &deep).unwrap_err();
        for (style, expected) in [
            (Style::Simple, "b,1,d,x%20y"),
            (Style::SimpleExploded, "b=1,d=x%20y"),
            (Style::LabelExploded, ".b=1.d=x%20y"),
            (Style::Matrix, ";o=b,1,d,x%20y"),
            (Style::MatrixExploded, ";b=1;d=x%20y"),
        ] {
            assert_eq!(path_segment("o", style, &some).unwrap(), expected, "{style:?}");
        }
        assert_eq!(header_value("o", Style::Simple, &some).unwrap(), "b,1,d,x y");
        assert_eq!(header_value("o", Style::SimpleExploded, &some).unwrap(), "b=1,d=x y");
        assert_eq!(form(&some).unwrap(), "b=1&d=x%20y");
    }
}
