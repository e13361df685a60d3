//! The description that exchanges are matched with: its operations, and what stands where in each.

use serde_json::{Map, Value, json};

use super::place::{Place, Schemas};

/// What recordings know of the API.
#[derive(Debug, Default)]
pub(crate) struct Description {
    pub(crate) schemas: Schemas,
    pub(crate) operations: Vec<Operation>,
}

/// An operation.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) id: String,
    /// In lower case.
    pub(crate) method: String,
    /// With a name in braces for each parameter.
    pub(crate) path: String,
    /// The schema of an object whose properties are the parameters of the query.
    query: Value,
    request: Option<Value>,
    /// The statuses of an answer, or `4XX` and `default`, with the schema of its JSON, if it is to have any.
    answers: Vec<(String, Value)>,
}

impl Description {
    /// Reads what the generator keeps of a document: the method, the path and the rest of each operation, and the name
    /// and the rest of each schema.
    pub(crate) fn new<N: AsRef<str>>(
        operations: impl IntoIterator<Item = (N, N, Value)>,
        schemas: impl IntoIterator<Item = (N, Value)>,
    ) -> Self {
        let mut description = Self::default();
        for (name, schema) in schemas {
            description.schemas.add(format!("#/components/schemas/{}", name.as_ref()), schema);
        }
        for (method, path, read) in operations {
            let operation = Operation::new(method.as_ref(), path.as_ref(), read);
            let inline = operation.answers.iter().map(|(_, schema)| schema);
            let inline = inline.chain(&operation.request).chain([&operation.query]);
            inline.for_each(|schema| description.schemas.note_properties(schema));
            description.operations.push(operation);
        }
        description
    }

    /// The operation that a request is for, by its method and the decoded segments of its path below the API's own: a
    /// path that says a segment literally comes before one that has a parameter there.
    pub(crate) fn operation(&self, method: &str, segments: &[&str]) -> Option<&Operation> {
        let found = self.operations.iter().filter_map(|operation| {
            let parameters = operation.parameters(segments)?;
            operation.method.eq_ignore_ascii_case(method).then_some((parameters, operation))
        });
        found.min_by(|(one, _), (other, _)| one.cmp(other)).map(|(_, operation)| operation)
    }
}

/// Which of the statuses of an operation's answers describes a status: the same, its class (`4XX`), or `default`.
pub(crate) fn describing<'s>(status: u16, statuses: impl Iterator<Item = &'s str> + Clone) -> Option<usize> {
    let of = |wanted: &str| statuses.clone().position(|status| status.eq_ignore_ascii_case(wanted));
    of(&status.to_string()).or_else(|| of(&format!("{}XX", status / 100))).or_else(|| of("default"))
}

impl Operation {
    fn new(method: &str, path: &str, mut read: Value) -> Self {
        let mut parameters = Map::new();
        for parameter in read["parameters"].as_array_mut().into_iter().flatten().filter(|it| it["in"] == "query") {
            if let Some(name) = parameter["name"].as_str().map(str::to_owned) {
                parameters.insert(name, parameter["schema"].take());
            }
        }
        let mut answers = Vec::new();
        for key in ["answers", "errors"] {
            for (statuses, schema) in read[key].as_object().into_iter().flatten() {
                answers.extend(statuses.split(' ').map(|status| (status.to_owned(), schema.clone())));
            }
        }
        Self {
            id: read["id"].as_str().unwrap_or_default().to_owned(),
            method: method.to_lowercase(),
            path: path.to_owned(),
            // A query is no map, even if no parameter is described.
            query: json!({ "type": "object", "properties": parameters, "additionalProperties": false }),
            request: read.get("body").cloned(),
            answers,
        }
    }

    /// Whether each segment stands for a parameter, if a path is this operation's.
    fn parameters(&self, segments: &[&str]) -> Option<Vec<bool>> {
        let own = self.path.trim_matches('/').split('/');
        if own.clone().count() != segments.len() {
            return None;
        }
        let is_parameter = |(own, segment): (&str, &&str)| match own.starts_with('{') && own.ends_with('}') {
            true => Some(true),
            false => (own == *segment).then_some(false),
        };
        own.zip(segments).map(is_parameter).collect()
    }

    /// What stands in a path for this operation's parameters.
    pub(crate) fn names<'p>(&self, segments: &[&'p str]) -> Vec<&'p str> {
        let parameters = self.parameters(segments).unwrap_or_default();
        segments.iter().zip(parameters).filter(|(_, is_parameter)| *is_parameter).map(|(segment, _)| *segment).collect()
    }

    /// The place of the query, an object.
    pub(crate) fn query<'d>(&'d self, schemas: &'d Schemas) -> Place<'d> {
        schemas.place(&self.query)
    }

    /// The place of the request's body.
    pub(crate) fn request<'d>(&'d self, schemas: &'d Schemas) -> Place<'d> {
        self.request.as_ref().map_or(Place::UNKNOWN, |schema| schemas.place(schema))
    }

    /// The place of the body of an answer.
    pub(crate) fn answer<'d>(&'d self, schemas: &'d Schemas, status: u16) -> Place<'d> {
        let found = describing(status, self.answers.iter().map(|(status, _)| status.as_str()));
        let schema = found.map(|at| &self.answers[at].1).filter(|schema| !schema.is_null());
        schema.map_or(Place::UNKNOWN, |schema| schemas.place(schema))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::Description;

    #[test]
    fn a_literal_segment_comes_before_a_parameter() {
        let operation = |method, path| (method, path, json!({ "id": format!("{method} {path}") }));
        let operations = [
            operation("GET", "/roles/{id}"),
            operation("GET", "/roles/default"),
            operation("GET", "/{any}/default/{id}"),
            operation("GET", "/roles/{id}/a"),
            operation("DELETE", "/roles/{id}"),
        ];
        let description = Description::new(operations, []);
        let id = |method: &str, segments: &[&str]| description.operation(method, segments).map(|it| it.id.as_str());
        assert_eq!(id("get", &["roles", "default"]), Some("GET /roles/default"));
        assert_eq!(id("GET", &["roles", "x"]), Some("GET /roles/{id}"));
        assert_eq!(id("delete", &["roles", "default"]), Some("DELETE /roles/{id}"));
        assert_eq!(id("GET", &["roles", "default", "a"]), Some("GET /roles/{id}/a"));
        assert_eq!(id("GET", &["roles", "default", "b"]), Some("GET /{any}/default/{id}"));
        assert_eq!(id("PUT", &["roles", "default"]), None);
        let operation = description.operation("GET", &["roles", "x", "a"]).unwrap();
        assert_eq!(operation.names(&["roles", "x", "a"]), ["x"]);
    }

    #[test]
    fn a_query_is_no_map_and_its_names_are_known_everywhere() {
        let parameters = json!([{ "in": "query", "name": "page", "schema": { "type": "integer" } }]);
        let paged = json!({ "id": "a", "parameters": parameters });
        let description = Description::new([("GET", "/a", paged), ("GET", "/b", json!({ "id": "b" }))], []);
        for segment in ["a", "b"] {
            let operation = description.operation("GET", &[segment]).unwrap();
            assert!(operation.query(&description.schemas).entries().is_none(), "{segment}");
        }
        assert!(description.schemas.has_property("page"));
    }

    #[test]
    fn an_answer_is_described_by_its_status_or_its_class_or_the_default() {
        let text = json!({ "type": "string" });
        let read = json!({ "id": "a", "answers": { "200": text, "204": null }, "errors": { "400 4XX": text, "default": text } });
        let description = Description::new([("GET", "/a", read)], [("A", json!({}))]);
        let operation = description.operation("GET", &["a"]).unwrap();
        for (status, is_described) in [(200, true), (204, false), (400, true), (418, true), (503, true)] {
            assert_eq!(operation.answer(&description.schemas, status).takes("string"), is_described, "{status}");
        }
    }
}
