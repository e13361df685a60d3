//! The parameters of a query as JSON: typed as the description has them, and texts where it has none.

use serde_json::{Map, Value};

use super::place::Place;

/// The parameters of a query, decoded, as an object.
pub(super) fn object(pairs: &[(String, String)], place: &Place<'_>) -> Value {
    let mut object = Map::new();
    for (name, text) in pairs {
        let (name, key) = match name.split_once('[') {
            // `a[]=1` is an item of a list, `a[b]=1` a property.
            Some((base, key)) if place.property(name).is_none() => (base, Some(key.trim_end_matches(']'))),
            _ => (name.as_str(), None),
        };
        let place = place.property(name).unwrap_or(Place::UNKNOWN);
        if let Some(key) = key.filter(|key| !key.is_empty()) {
            let value = typed(text, &place.property(key).unwrap_or(Place::UNKNOWN));
            let inner = object.entry(name).or_insert_with(|| Map::new().into());
            if let Value::Object(inner) = inner {
                inner.insert(key.to_owned(), value);
            }
            continue;
        }
        let is_list = key.is_some() || place.takes("array");
        match object.get_mut(name) {
            Some(Value::Array(items)) => items.push(typed(text, &place.items())),
            Some(first) => *first = vec![first.take(), typed(text, &place)].into(),
            None if is_list => {
                // `a=1,2` is a list in one.
                let parts = text.split(',').filter(|_| !text.is_empty());
                object.insert(name.to_owned(), parts.map(|part| typed(part, &place.items())).collect());
            }
            None => drop(object.insert(name.to_owned(), typed(text, &place))),
        }
    }
    object.into()
}

/// A text as the description wants it, if it can be read so.
pub(super) fn typed(text: &str, place: &Place<'_>) -> Value {
    let integer = || text.parse::<i64>().ok().filter(|_| place.takes("integer") || place.takes("number"));
    let number = || text.parse::<f64>().ok().filter(|_| place.takes("number")).and_then(serde_json::Number::from_f64);
    match text {
        "true" | "false" if place.takes("boolean") => (text == "true").into(),
        _ => integer().map(Value::from).or_else(|| number().map(Value::from)).unwrap_or_else(|| text.into()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::place::Schemas;

    #[test]
    fn parameters_are_typed_as_they_are_described() {
        let list = |of: &str| json!({ "type": "array", "items": { "type": of } });
        let schema = json!({ "type": "object", "properties": {
            "page": { "type": "integer" }, "all": { "type": "boolean" }, "q": { "type": "string" }, "rate": { "type": "number" },
            "ids": list("integer"), "names[]": list("string"), "pods": list("string"),
            "filter": { "type": "object", "properties": { "size": { "type": "integer" } } },
        } });
        let schemas = Schemas::default();
        let object = |pairs: &[(&str, &str)]| {
            let pairs: Vec<_> = pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
            super::object(&pairs, &schemas.place(&schema))
        };
        for (pairs, expected) in [
            (&[("page", "2"), ("all", "true"), ("q", "2")][..], json!({ "page": 2, "all": true, "q": "2" })),
            (&[("page", "two"), ("all", "yes")], json!({ "page": "two", "all": "yes" })),
            (&[("rate", "1.5")], json!({ "rate": 1.5 })),
            (&[("ids", "1,2")], json!({ "ids": [1, 2] })),
            (&[("ids", "1"), ("ids", "2")], json!({ "ids": [1, 2] })),
            (&[("ids[]", "1"), ("ids[]", "2")], json!({ "ids": [1, 2] })),
            (&[("names[]", "1")], json!({ "names[]": ["1"] })),
            (&[("pods", "")], json!({ "pods": [] })),
            (&[("filter[size]", "1"), ("filter[new]", "2")], json!({ "filter": { "size": 1, "new": "2" } })),
            (&[("new", "1"), ("new", "2"), ("new", "3")], json!({ "new": ["1", "2", "3"] })),
        ] {
            assert_eq!(object(pairs), expected, "{pairs:?}");
        }
    }
}
