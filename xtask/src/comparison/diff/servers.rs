//! Where requests go.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::numbers;

/// A server, as far as it makes a difference where requests go.
#[derive(Debug, PartialEq)]
pub(super) struct Server {
    url: String,
    /// The default of each variable, and the values that it may have, where they are listed.
    variables: BTreeMap<String, (String, Option<BTreeSet<String>>)>,
    /// Whatever else is said of it.
    rest: String,
}

/// The servers of a list; without one it is the one that the document came from.
pub(super) fn of(list: &Value) -> Vec<Server> {
    match list {
        Value::Array(servers) if !servers.is_empty() => servers.iter().map(server).collect(),
        Value::Null | Value::Array(_) => {
            vec![Server { url: "/".to_owned(), variables: BTreeMap::new(), rest: String::new() }]
        }
        other => vec![Server { url: String::new(), variables: BTreeMap::new(), rest: numbers::canonical(other) }],
    }
}

/// Whether clients go on as they did: the first server is the first still, and each other one is there.
pub(super) fn all_remain(old: &[Server], new: &[Server]) -> bool {
    let remains = |server: &Server, other: &Server| {
        let fits = |(name, (default, values)): (&String, &(String, Option<BTreeSet<String>>))| {
            other.variables.get(name).is_some_and(|(new_default, new_values)| {
                let all = match (values, new_values) {
                    (_, None) => true,
                    (None, Some(_)) => false,
                    (Some(values), Some(new_values)) => values.is_subset(new_values),
                };
                all && default == new_default
            })
        };
        server.url == other.url
            && server.rest == other.rest
            && server.variables.len() == other.variables.len()
            && server.variables.iter().all(fits)
    };
    old.iter().zip(new).take(1).all(|(a, b)| remains(a, b)) && old.iter().all(|a| new.iter().any(|b| remains(a, b)))
}

/// Whether the first server, which is the one that clients use, is at another place, and the old one is not listed any more.
pub(super) fn first_moves(old: &[Server], new: &[Server]) -> bool {
    // Without a scheme it is where the document came from, which is not known here.
    let place = |server: &Server| server.url.contains("://").then(|| server.url.clone());
    match (old.first().and_then(place), new.first().and_then(place)) {
        (Some(old), Some(_)) => !new.iter().any(|server| server.url == old),
        _ => false,
    }
}

fn server(value: &Value) -> Server {
    let is_told = |key: &str| key == "description" || key.starts_with("x-");
    let map = value.as_object();
    let known = |key: &str| {
        is_told(key) || key == "url" && value["url"].is_string() || key == "variables" && value["variables"].is_object()
    };
    let rest = map.map(|map| {
        map.iter().filter(|(key, _)| !known(key)).map(|(key, value)| (key.clone(), value.clone())).collect()
    });
    let variables = value.get("variables").and_then(Value::as_object).into_iter().flatten();
    let variable = |(name, value): (&String, &Value)| {
        let values = value.get("enum").and_then(Value::as_array);
        let values = values.map(|values| values.iter().map(numbers::canonical).collect());
        (name.clone(), (value.get("default").map(numbers::canonical).unwrap_or_default(), values))
    };
    Server {
        url: value.get("url").and_then(Value::as_str).map(meant).unwrap_or_default(),
        variables: variables.map(variable).collect(),
        rest: rest.filter(|rest: &serde_json::Map<_, _>| !rest.is_empty()).map_or_else(
            || if map.is_some() { String::new() } else { value.to_string() },
            |rest| numbers::canonical(&Value::Object(rest)),
        ),
    }
}

/// A URL as it is meant: neither capitals in a scheme or host nor a port that is its scheme's make a difference.
/// (RFC 3986, 6.2)
fn meant(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let scheme = scheme.to_ascii_lowercase();
    let (host, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    // The names of variables are what they are.
    let mut inside = false;
    let lower = |c: char| {
        inside = c == '{' || inside && c != '}';
        if inside { c } else { c.to_ascii_lowercase() }
    };
    let host: String = host.chars().map(lower).collect();
    let port = match scheme.as_str() {
        "https" | "wss" => ":443",
        "http" | "ws" => ":80",
        _ => "",
    };
    let host = host.strip_suffix(port).unwrap_or(&host);
    let path = if path == "/" { "" } else { path };
    format!("{scheme}://{host}{path}")
}
