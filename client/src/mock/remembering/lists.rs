//! Lists: filtered by what items have, and given in pages.

use hyper::StatusCode;
use serde_json::{Map, Value, json};

use super::classify::{API, Collection};
use super::engine::{Answered, Engine, Origin, Request, unprocessable};
use super::store::Number;
use super::value::{at, is_so};

/// The largest page.
const MOST: usize = 100;

/// Parameters that choose a page.
const PAGING: [&str; 5] = ["page", "per_page", "limit", "starting_after", "ending_before"];

impl Engine {
    pub(super) fn list(&mut self, request: &Request<'_>, collection: &'static Collection) -> Answered {
        let exception = &request.operation.exception;
        let mut is_known = collection.is_made;
        let mut found: Vec<Number> = match exception["as"].as_str() {
            // The items of another collection.
            Some(path) => {
                is_known = true;
                let under = request.item();
                let is_under = |number: Number| self.ancestors(number).any(|above| above == under);
                self.store.of_collection(path).map(|(number, _)| number).filter(|number| is_under(*number)).collect()
            }
            None => self.store.list(request.item(), &collection.path).map(|(number, _)| number).collect(),
        };
        is_known |= !found.is_empty();
        // What is stored is looked at, and only a page of it shown.
        let has = |number: &Number, is_it: &dyn Fn(&Value) -> bool| {
            self.store.get(*number).is_some_and(|item| is_it(&item.value))
        };
        if let Some(chosen) = exception["where"].as_object() {
            found.retain(|number| has(number, &|value| is_so(value, chosen)));
        }
        for (name, wanted) in request.query.iter().filter(|(name, _)| !PAGING.contains(&name.as_str())) {
            let path = exception["filter"][name].as_str().unwrap_or(name);
            let is_text =
                |value: &Value| value[collection.key].as_str().is_some_and(|key| key.contains(wanted.as_str()));
            let (path, compares): (&str, fn(&Value, &str) -> bool) = match path.split_at_checked(2) {
                Some((">=", path)) => (path, is_from),
                Some(("<=", path)) => (path, is_until),
                _ => (path, is_equal),
            };
            match API.schemas.property(&collection.schema, path) {
                // It leaves nothing out here.
                _ if path == "-" => {}
                Some(_) => found.retain(|number| has(number, &|value| compares(at(value, path), wanted))),
                None if name == "q" => found.retain(|number| has(number, &is_text)),
                // What it would leave out is not known.
                None => is_known = false,
            }
        }
        let Some(schema) = &request.operation.answer else { return unprocessable("no answer is described") };
        let origin = if is_known { Origin::Rule } else { Origin::Invented };
        let field = exception["field"].as_str();
        match self.page(schema, &found, field, request.query) {
            Ok(page) => ((StatusCode::OK, page), origin),
            Err(why) => unprocessable(&why),
        }
    }

    /// The items above an item, from below.
    pub(super) fn ancestors(&self, number: Number) -> impl Iterator<Item = Number> {
        let above = |number: &Number| self.store.get(*number).map(|item| item.parent);
        std::iter::successors(above(&number), move |number| above(number))
    }

    /// A page of items, or of a property that each of them has.
    fn page(
        &mut self,
        schema: &Value,
        items: &[Number],
        field: Option<&str>,
        query: &[(String, String)],
    ) -> Result<Value, String> {
        let number = |name: &str, otherwise: usize| {
            let Some((_, value)) = query.iter().find(|(of, _)| of == name) else { return Ok(otherwise) };
            let number = value.parse().ok().filter(|number| *number > 0);
            number.ok_or_else(|| format!("{name} is `{value}`, but must be a number of 1 or more"))
        };
        let (page, per_page) = (number("page", 1)?, number("per_page", number("limit", 25)?)?.min(MOST));
        let properties = API.schemas.properties(schema);
        let (total, pages) = (items.len(), items.len().div_ceil(per_page));
        let has_cursors = properties.contains_key("has_next");
        let after = query.iter().find(|(name, _)| name == "starting_after").map(|(_, cursor)| cursor);
        let is_of = |number: &Number, id: &str| self.store.get(*number).is_some_and(|item| item.value["id"] == id);
        let first = match (has_cursors, after) {
            (true, Some(cursor)) => items.iter().position(|item| is_of(item, cursor)).map_or(total, |at| at + 1),
            (true, None) => 0,
            (false, _) => (page - 1).saturating_mul(per_page),
        };
        let shown = items.iter().skip(first).take(per_page).map(|number| self.shown(*number));
        let data: Vec<Value> =
            shown.map(|value| field.map_or(value.clone(), |field| at(&value, field).clone())).collect();
        let end = first.saturating_add(data.len());
        let (next, previous) = ((page < pages).then_some(page + 1), (page > 1).then(|| page - 1));
        let url = |page: Option<usize>| page.map(|page| format!("?page={page}&per_page={per_page}"));
        let cursor = |item: Option<&Value>| item.map(|item| item["id"].clone()).unwrap_or_default();
        let known = json!({
            "type": "list",
            "current_page": page,
            "per_page": per_page,
            "next_page": next,
            "next_page_url": url(next),
            "prev_page": previous,
            "prev_page_url": url(previous),
            "total_count": total,
            "total_pages": pages,
            "has_next": end < total,
            "has_prev": first > 0,
            "cursor_start": cursor(data.first()),
            "cursor_end": cursor(data.last()),
            "data": data,
        });
        let mut maker = self.maker();
        let made = properties.iter().map(|(name, schema)| {
            let value = known.get(*name).cloned().unwrap_or_else(|| maker.value(name, schema));
            ((*name).to_owned(), value)
        });
        Ok(Value::Object(made.collect::<Map<_, _>>()))
    }
}

fn time_of(value: &str) -> Option<chrono::DateTime<chrono::Utc>> {
    value.parse().ok()
}

/// Whether a time is not before another.
fn is_from(value: &Value, wanted: &str) -> bool {
    value.as_str().and_then(time_of).is_some_and(|time| Some(time) >= time_of(wanted))
}

/// Whether a time is not after another.
fn is_until(value: &Value, wanted: &str) -> bool {
    value.as_str().and_then(time_of).is_some_and(|time| Some(time) <= time_of(wanted))
}

/// Whether a value is what a query says.
fn is_equal(value: &Value, wanted: &str) -> bool {
    match value {
        Value::String(text) => text == wanted,
        Value::Null => wanted.is_empty() || wanted == "null",
        other => serde_json::from_str::<Value>(wanted).is_ok_and(|wanted| wanted == *other),
    }
}
