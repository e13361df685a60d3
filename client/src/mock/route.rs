//! What a request may say, by the description of the API; and what a test has it answered with.

use std::collections::{HashMap, VecDeque};

use hyper::StatusCode;
use percent_encoding::percent_decode_str;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::reply::{Reply, refusal};
use crate::generated::ROUTES;
use crate::operation::Operation;
use crate::secret::Secret;

/// A call of an operation, such as [`calls::GetBackup`](crate::calls::GetBackup): it names the operation for
/// [`MockServer::answer`](super::MockServer::answer).
pub trait Call {
    /// What the operation answers with.
    type Answer;

    /// The operation.
    const OPERATION: Operation;
}

/// What the mock server knows of an operation.
pub(crate) struct Route {
    pub(crate) operation: Operation,
    /// The name of its builder.
    pub(crate) call: &'static str,
    /// The parameters in the query, whether each is required, and what each is.
    pub(crate) query: &'static [(&'static str, bool, Kind)],
    /// What holds a body to its description, where it is JSON.
    pub(crate) body: Option<CheckBody>,
}

/// Holds a body to its description.
type CheckBody = fn(&[u8]) -> Result<(), String>;

/// What a parameter is.
#[derive(Clone, Copy)]
#[allow(dead_code, reason = "named by generated code, where an operation has such a parameter")]
pub(crate) enum Kind {
    Integer,
    Boolean,
    Text,
    OneOf(&'static [&'static str]),
}

/// What tests have scripted, by operationId.
pub(super) type Scripts = HashMap<&'static str, VecDeque<Reply>>;

/// The operation that a request is for.
pub(super) fn route(method: &str, segments: &[&str]) -> Option<&'static Route> {
    find(ROUTES, method, segments)
}

fn find<'r>(routes: &'r [Route], method: &str, segments: &[&str]) -> Option<&'r Route> {
    let fits = |route: &&Route| {
        let mut template = route.operation.path.split('/').skip(1);
        let fits = segments.iter().all(|segment| {
            template.next().is_some_and(|part| part == *segment || is_name(part) && !segment.is_empty())
        });
        fits && template.next().is_none() && route.operation.method == method
    };
    // A word is meant rather than a name, first of all on the left: `/tags/{tag}` rather than `/{fingerprint}/summary`.
    routes.iter().filter(fits).min_by_key(|route| route.operation.path.split('/').map(is_name).collect::<Vec<_>>())
}

/// Whether a part of a path's template stands for any value.
fn is_name(part: &str) -> bool {
    part.starts_with('{')
}

impl Route {
    /// Holds a request to the description.
    pub(super) fn refusal(&self, query: &str, body: &[u8]) -> Option<Reply> {
        if let Err(why) = self.check_query(query) {
            return Some(refusal(StatusCode::UNPROCESSABLE_ENTITY, "invalid_params", &why));
        }
        let check = self.body.filter(|_| !body.is_empty())?;
        let why = check(body).err()?;
        Some(refusal(StatusCode::BAD_REQUEST, "bad_request", &why))
    }

    /// Holds what a query says of parameters that there are to their description.
    pub(super) fn refusal_of_values(&self, query: &str) -> Option<Reply> {
        let why = pairs(query).and_then(|pairs| self.check_values(&pairs)).err()?;
        Some(refusal(StatusCode::UNPROCESSABLE_ENTITY, "invalid_params", &why))
    }

    fn check_query(&self, query: &str) -> Result<(), String> {
        let pairs = pairs(query)?;
        if let Some((name, _)) = pairs.iter().find(|(name, _)| self.kind(name).is_none()) {
            return Err(format!("{name} is not a parameter of {}", self.operation.id));
        }
        self.check_values(&pairs)?;
        let is_there = |wanted: &str| pairs.iter().any(|(name, _)| plain(name) == plain(wanted));
        match self.query.iter().find(|(name, is_required, _)| *is_required && !is_there(name)) {
            Some((name, ..)) => Err(format!("{name} is missing")),
            None => Ok(()),
        }
    }

    /// What a parameter of the query is.
    fn kind(&self, name: &str) -> Option<Kind> {
        let known = self.query.iter().find(|(known, ..)| *known == name || plain(known) == plain(name));
        known.map(|(_, _, kind)| *kind)
    }

    fn check_values(&self, pairs: &[(String, String)]) -> Result<(), String> {
        for (name, value) in pairs {
            let Some(kind) = self.kind(name) else { continue };
            let (is_right, what) = match kind {
                Kind::Integer => (value.parse::<i64>().is_ok(), "a whole number".to_owned()),
                Kind::Boolean => (value.parse::<bool>().is_ok(), "true or false".to_owned()),
                Kind::OneOf(values) => (values.contains(&value.as_str()), format!("one of {}", values.join(", "))),
                Kind::Text => (true, String::new()),
            };
            if !is_right {
                return Err(format!("{name} is `{value}`, but must be {what}"));
            }
        }
        Ok(())
    }

    /// What is said where nothing was scripted.
    pub(super) fn unscripted(&self) -> Reply {
        let message = format!("nothing is scripted: write `server.answer::<calls::{}>(&…)` first", self.call);
        refusal(StatusCode::NOT_IMPLEMENTED, "not_implemented", &message)
    }
}

fn pairs(query: &str) -> Result<Vec<(String, String)>, String> {
    serde_urlencoded::from_str(query).map_err(|e| e.to_string())
}

/// A name without its brackets: of `status[]`, `page[size]`.
fn plain(name: &str) -> &str {
    name.split('[').next().unwrap_or_default()
}

/// Holds a body to its type: nothing in it may be unknown, or null where it can be left out only.
pub(crate) fn check_body<T: DeserializeOwned + Serialize>(body: &[u8]) -> Result<(), String> {
    let sent: Value = serde_json::from_slice(body).map_err(|e| format!("the body is not JSON: {e}"))?;
    let read: T = serde_json::from_value(sent.clone()).map_err(|e| format!("the body: {e}"))?;
    let known = Secret::exposed(|| serde_json::to_value(read)).map_err(|e| format!("the body: {e}"))?;
    fault(&sent, &known, "").map_or(Ok(()), Err)
}

/// What is sent otherwise than it is known.
fn fault(sent: &Value, known: &Value, at: &str) -> Option<String> {
    match (sent, known) {
        (Value::Object(sent), Value::Object(known)) => sent.iter().find_map(|(name, value)| {
            let at = if at.is_empty() { name.clone() } else { format!("{at}.{name}") };
            match known.get(name) {
                Some(known) => fault(value, known, &at),
                // Empty, it is left out where it is written.
                None if value.as_array().is_some_and(Vec::is_empty) => None,
                None if value.is_null() => Some(format!("{at} is null, but can be left out only")),
                None => Some(format!("{at} is not a field of the body")),
            }
        }),
        (Value::Array(sent), Value::Array(known)) => {
            sent.iter().zip(known).enumerate().find_map(|(i, (sent, known))| fault(sent, known, &format!("{at}[{i}]")))
        }
        // serde takes a list for an object, field by field.
        (Value::Array(_), Value::Object(_)) => {
            Some(format!("{} is a list, but must be an object", if at.is_empty() { "the body" } else { at }))
        }
        _ => None,
    }
}

/// The segments of a path, decoded, without the version in front, which some versions of the vendor's SDK have twice.
pub(super) fn segments(path: &str) -> Vec<String> {
    let segments = path.split('/').skip_while(|segment| ["", "v1"].contains(segment));
    segments.map(|segment| percent_decode_str(segment).decode_utf8_lossy().into_owned()).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// All operations of the description, whichever are built: their methods and paths.
    fn described() -> Vec<(String, String)> {
        let spec = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/planetscale.yaml")).unwrap();
        let (mut path, mut all) = ("", Vec::new());
        let lines = spec.lines().skip_while(|line| *line != "paths:").skip(1);
        for line in lines.take_while(|line| line.is_empty() || line.starts_with(' ')) {
            match line.strip_prefix("  ").and_then(|line| line.strip_suffix(':')) {
                Some(key) if key.starts_with('/') => path = key,
                Some("  get" | "  post" | "  put" | "  patch" | "  delete") => {
                    all.push((line.trim().trim_end_matches(':').to_uppercase(), path.to_owned()));
                }
                _ => {}
            }
        }
        all
    }

    fn routes(operations: &[(String, String)]) -> Vec<Route> {
        let leaked = |text: &String| -> &'static str { text.clone().leak() };
        let route = |(method, path): &(String, String)| Route {
            operation: Operation::new("any", leaked(method), leaked(path)),
            call: "Any",
            query: &[],
            body: None,
        };
        operations.iter().map(route).collect()
    }

    /// A request that two operations fit is for the one that has a word where they differ first, whichever is listed
    /// first.
    #[test]
    fn a_word_in_a_path_is_meant_rather_than_a_name() {
        let mut operations = described();
        assert!(operations.len() > 150, "{}", operations.len());
        let mut ambiguous = 0;
        for turn in 0..2 {
            let routes = routes(&operations);
            for (method, path) in &operations {
                for (_, other) in operations.iter().filter(|(others, other)| others == method && other != path) {
                    let (parts, others): (Vec<_>, Vec<_>) = (path.split('/').collect(), other.split('/').collect());
                    let both = |(part, other): (&&str, &&str)| part == other || is_name(part) || is_name(other);
                    if parts.len() != others.len() || !parts.iter().zip(&others).all(both) {
                        continue;
                    }
                    ambiguous += 1;
                    let differ = parts.iter().zip(&others).find(|(part, other)| is_name(part) != is_name(other));
                    let meant = if is_name(differ.unwrap().0) { other } else { path };
                    // What both say, and a value where both have a name.
                    let said = |(part, other): (&&'static str, &&'static str)| match (is_name(part), is_name(other)) {
                        (true, true) => "value",
                        (true, false) => *other,
                        (false, _) => *part,
                    };
                    let (parts, others): (Vec<&'static str>, Vec<&'static str>) =
                        (path.clone().leak().split('/').collect(), other.clone().leak().split('/').collect());
                    let segments: Vec<&str> = parts.iter().zip(&others).skip(1).map(said).collect();
                    let found = find(&routes, method, &segments).unwrap();
                    assert_eq!(found.operation.path, meant, "{segments:?}, turn {turn}");
                }
            }
            operations.reverse();
        }
        // Each pair both ways, in both orders.
        assert!(ambiguous >= 4 * 9, "{ambiguous}");
    }

    #[test]
    fn what_is_of_another_length_or_method_or_has_no_value_is_not_meant() {
        let operations = [("GET", "/a/{x}"), ("POST", "/a/b"), ("GET", "/a/{x}/c")];
        let routes = routes(&operations.map(|(method, path)| (method.to_owned(), path.to_owned())));
        let found = |method: &str, segments: &[&str]| find(&routes, method, segments).map(|route| route.operation.path);
        assert_eq!(found("GET", &["a", "b"]), Some("/a/{x}"));
        assert_eq!(found("POST", &["a", "b"]), Some("/a/b"));
        assert_eq!(found("GET", &["a", "b", "c"]), Some("/a/{x}/c"));
        for (method, segments) in [
            ("GET", &["a"] as &[&str]),
            ("GET", &["a", ""]),
            ("GET", &["b", "b"]),
            ("GET", &["a", "b", "d"]),
            ("GET", &["a", "b", "c", "d"]),
            ("POST", &["a", "c"]),
            ("PUT", &["a", "b"]),
        ] {
            assert_eq!(found(method, segments), None, "{method} {segments:?}");
        }
    }

    #[test]
    fn a_query_has_what_must_be_in_it_and_nothing_else() {
        let mut route = routes(&[("GET".to_owned(), "/a".to_owned())]).remove(0);
        route.query = &[
            ("keyspace", true, Kind::Text),
            ("tags[]", true, Kind::OneOf(&["a", "b"])),
            ("page", false, Kind::Integer),
            ("all", false, Kind::Boolean),
        ];
        assert_eq!(route.check_query("keyspace=k&tags[]=a&tags[]=b&page=2&all=true"), Ok(()));
        assert_eq!(route.check_query("tags=b&keyspace="), Ok(()));
        for (query, why) in [
            ("", "keyspace is missing"),
            ("keyspace=k", "tags[] is missing"),
            ("tags[]=a&page=1", "keyspace is missing"),
            ("keyspace=k&tags[]=c", "tags[] is `c`, but must be one of a, b"),
            ("keyspace=k&tags[]=a&page=1.5", "page is `1.5`, but must be a whole number"),
            ("keyspace=k&tags[]=a&all=yes", "all is `yes`, but must be true or false"),
            ("keyspace=k&tags[]=a&pages=1", "pages is not a parameter of any"),
        ] {
            assert_eq!(route.check_query(query), Err(why.to_owned()), "{query}");
        }
        // What is played by hand is held to the values alone.
        assert!(route.refusal_of_values("pages=1").is_none() && route.refusal_of_values("page=x").is_some());
    }

    #[test]
    fn a_body_is_held_to_its_type_at_any_depth() {
        #[derive(serde::Deserialize, Serialize)]
        struct Node {
            #[serde(skip_serializing_if = "Option::is_none")]
            name: Option<String>,
            #[serde(default, skip_serializing_if = "Vec::is_empty")]
            nodes: Vec<Node>,
        }
        let check = |body: &str| check_body::<Node>(body.as_bytes());
        assert_eq!(check(r#"{"name": "a", "nodes": [{"nodes": []}, {"name": "b"}]}"#), Ok(()));
        for (body, why) in [
            (r#"{"nme": "a"}"#, "nme is not a field of the body"),
            (r#"{"name": null}"#, "name is null, but can be left out only"),
            (r#"{"nodes": [{}, {"nme": "a"}]}"#, "nodes[1].nme is not a field of the body"),
            (r#"{"nodes": [{"nodes": [{"name": null}]}]}"#, "nodes[0].nodes[0].name is null, but can be left out only"),
            (r#"{"nodes": [[null, []]]}"#, "nodes[0] is a list, but must be an object"),
            ("[null, []]", "the body is a list, but must be an object"),
        ] {
            assert_eq!(check(body), Err(why.to_owned()), "{body}");
        }
    }
}
