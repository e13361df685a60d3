//! Media types of bodies, said as progenitor can take them: one, and JSON as `application/json`.
//!
//! before: `requestBody: {content: {application/merge-patch+json: {…}, application/xml: {…}}}`
//! after:  `requestBody: {content: {application/json: {…}}}`; noted: it is sent as `application/merge-patch+json`

use serde_json::{Map, Value, json};

pub(crate) const JSON: &str = "application/json";
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";
const BYTES: &str = "application/octet-stream";

/// Whether a media type is JSON (RFC 6839), whatever its parameters.
fn is_json(name: &str) -> bool {
    let essence = essence(name);
    essence == JSON || essence.ends_with("+json") || essence == "text/json"
}

/// A media type without its parameters.
fn essence(name: &str) -> String {
    name.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Whether a media type is one of its own, its parameters aside.
pub(crate) fn is_other(name: &str, than: &str) -> bool {
    !name.contains('*') && essence(name) != essence(than)
}

/// Whether a schema is of bytes or of a text, rather than of a value.
fn is_raw(schema: Option<&Value>) -> bool {
    schema.is_none_or(|schema| schema.get("type").is_some_and(|of| of == "string"))
}

/// The media type of an answer that is read, what it becomes, and the names of all that can be read in its place:
/// JSON, if there is any.
pub(crate) fn of_answer(content: &Map<String, Value>) -> Option<(String, Value, &str)> {
    let plain = content.iter().find(|(name, _)| essence(name) == JSON);
    let json = plain.or_else(|| content.iter().find(|(name, _)| is_json(name)));
    // What may be any is what the schema says.
    let any = || {
        content
            .iter()
            .find(|(name, media)| matches!(&*essence(name), "*/*" | "application/*") && !is_raw(media.get("schema")))
    };
    if let Some((name, media)) = json.or_else(any) {
        return Some((JSON.to_owned(), with_schema(media), name));
    }
    content.iter().next().map(|(name, media)| (name.clone(), media.clone(), name.as_str()))
}

/// JSON of which nothing is said is any value.
fn with_schema(media: &Value) -> Value {
    let mut media = media.clone();
    if let Value::Object(media) = &mut media {
        media.entry("schema").or_insert_with(|| json!({}));
    }
    media
}

/// Leaves a request's body one media type, and returns how it is sent, if not as that.
///
/// # Errors
/// Where it has none that can be sent.
pub(crate) fn simplify_body(body: &mut Value) -> Result<Option<String>, String> {
    let Some(Value::Object(content)) = body.get_mut("content") else { return Ok(None) };
    let find = |is: &dyn Fn(&str) -> bool| content.keys().find(|name| is(name)).cloned();
    let is_any = |name: &str| matches!(&*essence(name), "*/*" | "application/*");
    let is_text = |name: &str| essence(name).starts_with("text/");
    let is_of = |what: &'static str| move |name: &str| essence(name) == what;
    let (name, becomes) = if let Some(name) = find(&is_of(JSON)).or_else(|| find(&is_json)) {
        (name, JSON)
    } else if let Some(name) = find(&is_of(FORM)) {
        (name, FORM)
    } else if let Some(name) = find(&is_any) {
        (name.clone(), if is_raw(content[&name].get("schema")) { BYTES } else { JSON })
    } else if let Some(name) = find(&is_text) {
        (name, "text/plain")
    } else if let Some(name) =
        find(&|name| !essence(name).starts_with("multipart/") && is_raw(content[name].get("schema")))
    {
        (name, BYTES)
    } else if let Some(name) = content.keys().next() {
        return Err(format!(
            "its body is {name}, which a client of this crate cannot write: use `Client::request` for it"
        ));
    } else {
        return Ok(None);
    };
    let mut media = content[&name].clone();
    if let Some(encoding) = media.as_object_mut().and_then(|media| media.remove("encoding"))
        && becomes == FORM
        && encoding.as_object().is_some_and(|fields| fields.values().any(|field| field.get("style").is_some()))
    {
        return Err("its form has fields of another style: use `Client::request` for it".to_owned());
    }
    if becomes == JSON {
        media = with_schema(&media);
    } else if becomes != FORM {
        media = json!({ "schema": { "type": "string" } });
        if becomes == BYTES {
            media["schema"]["format"] = "binary".into();
        }
    }
    content.clear();
    content.insert(becomes.to_owned(), media);
    let is_range = is_any(&name);
    Ok(Some(name).filter(|name| name != becomes && !is_range))
}
