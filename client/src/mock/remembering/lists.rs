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
        let operation = request.operation;
        let Some(schema) = &operation.answer else { return unprocessable("no answer is described") };
        let mut is_known = collection.is_made;
        let (path, parents): (&'static str, Vec<Number>) = match operation.exception["as"].as_str() {
            // The items of another collection.
            Some(path) => {
                is_known = true;
                let under = request.item();
                let is_under = |parent: Number| parent == under || self.ancestors(parent).any(|above| above == under);
                (path, self.store.parents(path).filter(|parent| is_under(*parent)).collect())
            }
            None => (&collection.path, vec![request.item()]),
        };
        is_known |= parents.iter().any(|parent| !self.store.numbers(*parent, path).is_empty());
        let (filter, is_filter_known) = Filter::of(request, collection);
        let found: Vec<Number> = match filter.is_empty() {
            true => parents.iter().flat_map(|parent| self.store.numbers(*parent, path)).copied().collect(),
            false => {
                let asked = request.query.iter().filter(|(name, _)| !PAGING.contains(&name.as_str()));
                // What no other filter is called.
                let name = format!("{} {:?}", operation.id, asked.collect::<Vec<_>>());
                let mut found = Vec::new();
                for parent in parents {
                    found.extend(self.store.fitting(parent, path, &name, |value| filter.fits(value)));
                }
                found
            }
        };
        let origin = if is_known && is_filter_known { Origin::Rule } else { Origin::Invented };
        match self.page(schema, &found, operation.exception["field"].as_str(), request.query) {
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
        let is_of = |number: &Number, id: &str| self.store.get(*number).is_some_and(|item| item.value["id"] == id);
        // Where a cursor is, if there is one; and nothing in that, where it is of no item.
        let place = |name: &str| {
            let (_, cursor) = query.iter().find(|(of, _)| of == name)?;
            Some(items.iter().position(|item| is_of(item, cursor)))
        };
        let (first, end) = match (has_cursors, place("starting_after"), place("ending_before")) {
            (true, None, None) => (0, total),
            (true, Some(after), before) => {
                (after.map_or(total, |at| at + 1), before.map_or(total, Option::unwrap_or_default))
            }
            // The page that ends there.
            (true, None, Some(before)) => {
                let end = before.unwrap_or_default();
                (end.saturating_sub(per_page), end)
            }
            (false, ..) => ((page - 1).saturating_mul(per_page), total),
        };
        let shown = items.iter().take(end).skip(first).take(per_page).map(|number| self.shown(*number));
        let data: Vec<Value> = match field {
            Some(field) => shown.map(|value| at(&value, field).clone()).collect(),
            None => shown.collect(),
        };
        let end = first.saturating_add(data.len());
        let (next, previous) = ((page < pages).then_some(page + 1), (page > 1).then(|| page - 1));
        let url = |page: Option<usize>| page.map(|page| format!("?page={page}&per_page={per_page}"));
        let cursor = |item: Option<&Value>| item.map(|item| item["id"].clone()).unwrap_or_default();
        let mut known = json!({
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
        });
        known["data"] = Value::Array(data);
        let mut maker = self.maker();
        let made = properties.iter().map(|(name, schema)| {
            let value = known.get_mut(*name).map(Value::take).unwrap_or_else(|| maker.value(name, schema));
            ((*name).to_owned(), value)
        });
        Ok(Value::Object(made.collect::<Map<_, _>>()))
    }
}

/// How a property compares with what a query says.
type Compares = fn(&Value, &str) -> bool;

/// What a list leaves in.
struct Filter<'f> {
    /// What the operation says by itself.
    chosen: Option<&'f Map<String, Value>>,
    /// Paths of properties, how each compares, and with what.
    compared: Vec<(&'f str, Compares, &'f str)>,
}

impl<'f> Filter<'f> {
    /// What a request asks for; and whether all that it leaves out is known.
    fn of(request: &'f Request<'_>, collection: &'f Collection) -> (Self, bool) {
        let exception = &request.operation.exception;
        let (mut compared, mut is_known): (Vec<(&str, Compares, &str)>, bool) = (Vec::new(), true);
        for (name, wanted) in request.query.iter().filter(|(name, _)| !PAGING.contains(&name.as_str())) {
            let path = exception["filter"][name].as_str().unwrap_or(name);
            let (path, compares): (&str, Compares) = match path.split_at_checked(2) {
                Some((">=", path)) => (path, is_from),
                Some(("<=", path)) => (path, is_until),
                _ => (path, is_equal),
            };
            match API.schemas.property(&collection.schema, path) {
                // It leaves nothing out here.
                _ if path == "-" => {}
                Some(_) => compared.push((path, compares, wanted)),
                None if name == "q" => compared.push((collection.key, has_part, wanted)),
                // What it would leave out is not known.
                None => is_known = false,
            }
        }
        (Self { chosen: exception["where"].as_object(), compared }, is_known)
    }

    fn is_empty(&self) -> bool {
        self.chosen.is_none() && self.compared.is_empty()
    }

    fn fits(&self, value: &Value) -> bool {
        self.chosen.is_none_or(|chosen| is_so(value, chosen))
            && self.compared.iter().all(|(path, compares, wanted)| compares(at(value, path), wanted))
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

/// Whether a text has what a query says in it.
fn has_part(value: &Value, wanted: &str) -> bool {
    value.as_str().is_some_and(|text| text.contains(wanted))
}
