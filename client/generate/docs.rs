//! What rustdoc says of each operation: what it does, what it takes to be allowed, what it gives, and an example that
//! compiles, all made of the document.
//!
//! before: `/// Get a backup`, a blank line for each line that upstream left blank, and `/// - \`id\`: The ID of the backup`
//! after:  `/// Get a backup.`, `/// # Access`, `/// # Answers`, `/// # Examples`, and the vendor's page

use std::collections::{BTreeMap, BTreeSet};

use heck::ToSnakeCase;
use quote::ToTokens;
use serde_json::Value;
use syn::{Item, Type};

use super::document::{UPSTREAM_ID, composed_of, operations, plain, resolved};
use super::model::{Operation, Reading, Taken};
use super::prose::{capitalized, tidy};
use super::rust::{argument, last_name};
use super::shapes::{self, Object, Shape};

/// The keyword with more words by which a search of rustdoc finds an operation.
const ALIASES: &str = "x-aliases";

/// The keyword of `info` with the address of the vendor's page of an operation: `{id}` stands for its operationId.
const PAGE: &str = "x-operation-page";

/// Where the vendor begins to say which accesses an operation needs.
const AUTHORIZATION: &str = "### Authorization";

/// What is taken for a name that every example needs.
const NAMES: [(&str, &str); 3] = [("organization", "acme"), ("database", "shop"), ("branch", "main")];

/// Gives the types that are the bodies of requests a text, where the document has none.
pub(crate) fn prepare(document: &mut Value) {
    let mut bodies = Vec::new();
    for (_, _, operation) in operations(document) {
        let body = resolved(&operation["requestBody"], document);
        let schemas = body["content"].as_object().into_iter().flat_map(|content| content.values());
        for schema in schemas.filter_map(|media| media["schema"]["$ref"].as_str()) {
            let Some(id) = operation["operationId"].as_str() else { continue };
            bodies.push((schema.trim_start_matches('#').to_owned(), format!("What `{id}` is called with.")));
        }
    }
    for (pointer, text) in bodies {
        if let Some(Value::Object(schema)) = document.pointer_mut(&pointer) {
            schema.entry("description").or_insert_with(|| text.into());
        }
    }
}

/// The other names by which a search of rustdoc finds an operation.
pub(crate) fn aliases<'d>(operation: &Operation<'_>, document: &'d Value) -> Vec<&'d str> {
    let described = described(operation, document);
    let more = described.get(ALIASES).and_then(Value::as_array).into_iter().flatten();
    described.get(UPSTREAM_ID).into_iter().chain(more).filter_map(Value::as_str).collect()
}

/// What the document says of an operation.
fn described<'d>(operation: &Operation<'_>, document: &'d Value) -> &'d Value {
    &document["paths"][&operation.described.path][operation.described.method.to_lowercase()]
}

/// The module that lists all operations of the document by topic, whatever features are on.
pub(crate) fn list(model: &[Operation<'_>], document: &Value) -> Item {
    let mut topics: BTreeMap<String, Vec<&Operation<'_>>> = BTreeMap::new();
    for operation in model {
        let topic = described(operation, document)["tags"]
            .get(0)
            .and_then(Value::as_str)
            .unwrap_or("Others")
            .trim_start_matches("api-");
        topics.entry(title(topic)).or_default().push(operation);
    }
    let mut text = String::from("All operations, by topic, and the feature of the crate that each is behind.");
    for (topic, operations) in &mut topics {
        operations.sort_by(|a, b| a.function.cmp(&b.function));
        let features: BTreeSet<&str> =
            operations.iter().map(|operation| operation.described.feature.as_deref().unwrap_or_default()).collect();
        let behind = |feature: &str| match feature {
            "" => "Always there.".to_owned(),
            feature => format!("Behind the feature `{feature}`."),
        };
        text.push_str(&format!("\n\n# {topic}\n\n"));
        if let (Some(feature), 1) = (features.first(), features.len()) {
            text.push_str(&format!("{}\n\n", behind(feature)));
        }
        text.push_str("| operation | what it does |\n| --- | --- |\n");
        for operation in operations.iter() {
            let function = &operation.function;
            let summary = described(operation, document)["summary"].as_str().unwrap_or_default();
            let mut said = tidy(summary).replace('\n', " ").replace('|', "\\|");
            if features.len() > 1 {
                let feature = operation.described.feature.as_deref().unwrap_or_default();
                said = format!("{} {}", sentence(&said), behind(feature));
            }
            text.push_str(&format!("| [`{function}`](../struct.Client.html#method.{function}) | {said} |\n"));
        }
    }
    let text = text.trim_end();
    syn::parse_quote! {
        #[doc = #text]
        pub mod operations {}
    }
}

/// A tag as a heading: `BackupPolicies` is `Backup policies`, and `OAuth tokens` stays.
fn title(tag: &str) -> String {
    let words = tag.replace('_', " ");
    let is_one_word = !words.contains(' ') && words.chars().filter(|c| c.is_uppercase()).count() > 1;
    capitalized(&if is_one_word { words.to_snake_case().replace('_', " ") } else { words })
}

/// The documentation of the function that begins a call.
pub(crate) fn text(operation: &Operation<'_>, document: &Value, shapes: &[Shape]) -> String {
    let described = described(operation, document);
    let said = |key: &str| tidy(described.get(key).and_then(Value::as_str).unwrap_or_default());
    let (description, access) = match said("description") {
        text if text.contains(AUTHORIZATION) => {
            let (before, access) = text.split_once(AUTHORIZATION).unwrap_or_default();
            (before.trim().to_owned(), self::access(access))
        }
        text => (text, String::new()),
    };
    let summary = said("summary");
    let mut parts = vec![sentence(if summary.is_empty() { &description } else { &summary })];
    // A description that says the same once more says nothing.
    if plain(&description) != plain(&summary) && !summary.is_empty() && !description.is_empty() {
        parts.push(sentence(&description));
    }
    parts.push(answers(operation));
    if described.get("x-poll").is_some() {
        let call = &operation.call;
        parts.push(format!("[`wait`](crate::calls::{call}::wait) polls until it has ended."));
    }
    if !access.is_empty() {
        parts.push(access);
    }
    parts.extend(example(operation, described, document, shapes).map(|code| format!("# Examples\n\n{code}")));
    let (method, path) = (&operation.described.method, &operation.described.path);
    let id = described.get(UPSTREAM_ID).and_then(Value::as_str).unwrap_or(&operation.described.id);
    let page = document["info"].get(PAGE).and_then(Value::as_str).map(|page| page.replace("{id}", id));
    parts.push(match page {
        Some(page) => format!("Sends `{method} {path}`. The vendor's page: [`{id}`]({page})."),
        None => format!("Sends `{method} {path}`."),
    });
    parts.retain(|part| !part.is_empty());
    parts.join("\n\n")
}

/// A text that ends as a sentence does.
fn sentence(text: &str) -> String {
    let text = text.trim();
    match text.chars().last() {
        Some(last) if last.is_alphanumeric() || last == ')' => format!("{text}."),
        _ => text.to_owned(),
    }
}

/// What a token needs, of what the vendor writes under a heading of its own.
fn access(text: &str) -> String {
    let mut said = String::from("# Access");
    let (tokens, scopes) = text.split_once("**OAuth Scopes**").unwrap_or((text, ""));
    let tokens: Vec<&str> = tokens.split('`').skip(1).step_by(2).collect();
    if !tokens.is_empty() {
        let of = if tokens.len() == 1 { "the access" } else { "one of the accesses" };
        said.push_str(&format!("\n\nA service token needs {of} `{}`.", tokens.join("`, `")));
    }
    let rows: Vec<&str> = scopes.lines().map(str::trim).filter(|line| line.starts_with('|')).collect();
    if rows.len() > 2 {
        said.push_str(&format!("\n\nAn OAuth token needs one of these scopes:\n\n{}", rows.join("\n")));
    }
    if tokens.is_empty() && rows.len() <= 2 { String::new() } else { said }
}

/// What a call gives.
fn answers(operation: &Operation<'_>) -> String {
    let is_own = |ty: &Type| ty.to_token_stream().to_string().starts_with("types ::");
    let of = |ty: &Type| {
        let name = last_name(ty)?.to_string();
        let item = |holder: &str| argument(ty, holder).filter(|item| is_own(item)).and_then(last_name);
        match (item("Page").or_else(|| item("CursorPage")), item("Vec")) {
            (Some(item), _) => Some(format!(
                "One page of [`{item}`](crate::types::{item}); `pages` and `items` go through all of them."
            )),
            (None, Some(item)) => Some(format!("A list of [`{item}`](crate::types::{item}).")),
            (None, None) => is_own(ty).then(|| format!("[`{name}`](crate::types::{name}).")),
        }
    };
    let answers = match &operation.answer {
        Reading::Json(ty) => of(ty),
        Reading::Optional(ty) => of(ty).map(|said| format!("{said} `None`, where the server answers with no body.")),
        Reading::Empty => Some("Nothing but that it is done.".to_owned()),
        Reading::Bytes => Some("The body's bytes.".to_owned()),
        Reading::Location => Some("The address that the server redirects to, which is not followed.".to_owned()),
    };
    answers.map(|answers| format!("# Answers\n\n{answers}")).unwrap_or_default()
}

/// A call with all that it requires.
fn example(operation: &Operation<'_>, described: &Value, document: &Value, shapes: &[Shape]) -> Option<String> {
    let mut code = format!("let answer = client\n    .{}()", operation.function);
    for parameter in operation.parameters.iter().filter(|one| !one.is_optional) {
        code.push_str(&format!("\n    .{}({})", parameter.setter, argument_of(parameter)?));
    }
    if let Some(body) = &operation.body {
        body.builder.as_ref()?;
        let fields = required(described, document, shapes::find(shapes, last_name(&body.ty)?)?.object()?)?;
        if !fields.is_empty() {
            code.push_str(&format!("\n    .body_map(|body| body{fields})"));
        }
    }
    // One line, where it fits.
    let line = code.replace("\n    ", "");
    let code = if line.len() <= 90 { line + ".await?;" } else { code + "\n    .await?;" };
    Some(format!(
        "```no_run\n# async fn example(client: &planetscale_client::Client) -> Result<(), planetscale_client::Error> \
         {{\n{code}\n# Ok(())\n# }}\n```"
    ))
}

/// A value for a required parameter.
fn argument_of(parameter: &Taken<'_>) -> Option<String> {
    let name = &parameter.described.name;
    if let Some((_, value)) = NAMES.iter().find(|(known, _)| known == name) {
        return Some(format!("{value:?}"));
    }
    let ty = &parameter.ty;
    Some(match ty.to_token_stream().to_string().rsplit("::").next()?.trim() {
        "String" => format!("{name:?}"),
        "i64" | "i32" | "u64" | "u32" => "1".to_owned(),
        "bool" => "true".to_owned(),
        _ => return None,
    })
}

/// The setters of a body's required fields.
fn required(described: &Value, document: &Value, of: &Object) -> Option<String> {
    let content = resolved(&described["requestBody"], document)["content"].as_object()?;
    let schema = content.values().next()?.get("schema")?;
    let mut code = String::new();
    for part in composed_of(schema, document) {
        for name in part["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            let property = composed_of(part["properties"].get(name)?, document);
            if property.iter().any(|part| part["readOnly"] == true) {
                continue;
            }
            let setter = &of.field(name)?.name;
            let first = |key: &str| property.iter().find_map(|part| part.get(key));
            let text = |value: &Value| value.as_str().map(|value| format!("{value:?}"));
            let value = match first("type").and_then(Value::as_str)? {
                "string" if first("enum").is_some() => first("enum")?.as_array()?.iter().find_map(text)?,
                "string" if first("format").is_some_and(|format| format == "date-time") => return None,
                "string" => {
                    let known = NAMES.iter().find(|(known, _)| known == &name).map(|(_, value)| format!("{value:?}"));
                    first("example").and_then(text).or(known).unwrap_or_else(|| format!("{name:?}"))
                }
                "integer" => first("minimum").and_then(Value::as_i64).unwrap_or(1).max(1).to_string(),
                "boolean" => "true".to_owned(),
                "array" => {
                    let items = composed_of(first("items")?, document);
                    let is_text = items.iter().find_map(|part| part.get("type")).is_some_and(|of| of == "string");
                    let is_plain = is_text && items.iter().all(|part| part.get("enum").is_none());
                    is_plain.then(|| format!("vec![{name:?}.to_owned()]"))?
                }
                _ => return None,
            };
            code.push_str(&format!(".{setter}({value})"));
        }
    }
    Some(code)
}
