//! What the evidence shows and the document does not allow, each with its place and its counts.

use std::collections::BTreeMap;

use serde_json::Value;

use super::counts::{Seen, Tally, counted};
use super::evidence::{Evidence, Part, SeenBody};
use super::guess::Guess;
use super::places::{Place, PlaceId, Rest};
use super::told::{self, Told};
use super::types::Types;
use crate::comparison::diff::{Direction, quoted};
use crate::generate::document::escape;
use crate::line::formats::Format;
use crate::line::shape::Kind;

/// What would have to be said instead.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    /// A schema lists one more value.
    Value(Value),
    /// A schema lists no values.
    AnyValue,
    /// A text has another format, or none.
    Format(Option<&'static str>),
    /// A property may be missing.
    Optional(String),
    /// An object has one more property.
    Field(String, Guess),
    /// An object may have entries of any name.
    Entries,
    /// A number need not be whole.
    Number,
    /// Values are of another type, or also of another type. They may be null, where they may be that before.
    Type { guess: Guess, is_beside: bool, is_nullable: bool },
    /// A value may be null.
    Null,
    /// An operation has one more answer, with these bodies and these headers.
    Answer(u16, Vec<(String, Guess)>, Vec<(String, Guess)>),
    /// A body is of one more media type.
    MediaType(String, Guess),
    /// There is no body.
    NoBody,
    /// A request has a body.
    RequestBody(Guess),
    /// A request may be without its body.
    OptionalBody,
    /// An answer has one more header.
    Header(String, Guess),
    /// A query has one more parameter.
    Parameter(String, Guess),
    /// A parameter may be missing.
    OptionalParameter,
}

/// Something that was seen and is not allowed.
#[derive(Clone, Debug)]
pub(crate) struct Contradiction {
    /// The JSON pointer of what is to change.
    pub(crate) pointer: String,
    pub(crate) change: Change,
    pub(crate) direction: Direction,
    pub(crate) told: Told,
}

/// All of them, and what was seen that no document can say.
pub(crate) fn of(
    document: &Value,
    evidence: &Evidence<'_>,
    seen: &BTreeMap<(PlaceId, Direction), Seen>,
) -> (Vec<Contradiction>, Vec<String>) {
    let mut found = Found { document, evidence, all: Vec::new(), unsayable: Vec::new() };
    found.operations();
    for ((place, direction), at) in seen {
        found.place(*place, *direction, at);
    }
    (found.all, found.unsayable)
}

/// What was seen at each place, by direction.
pub(crate) fn at_places(evidence: &Evidence<'_>) -> BTreeMap<(PlaceId, Direction), Seen> {
    let mut all: BTreeMap<(PlaceId, Direction), Seen> = BTreeMap::new();
    for (part, places) in &evidence.parts {
        for (place, seen) in places {
            let at = all.entry((*place, direction(part.1))).or_default();
            at.merge(seen);
        }
    }
    all
}

fn direction(part: Part) -> Direction {
    match part {
        Part::Query | Part::Request => Direction::Request,
        Part::Answer(_) => Direction::Response,
    }
}

struct Found<'e, 'd> {
    document: &'e Value,
    evidence: &'e Evidence<'d>,
    all: Vec<Contradiction>,
    unsayable: Vec<String>,
}

impl Found<'_, '_> {
    fn push(&mut self, pointer: &str, direction: Direction, change: Change, told: Told) {
        self.all.push(Contradiction { pointer: pointer.to_owned(), change, direction, told });
    }

    fn place(&mut self, id: PlaceId, direction: Direction, seen: &Seen) {
        let place = &self.evidence.places[id];
        let tell = |text: String, tally: &Tally, of: &Tally| {
            let told = Told::new(self.evidence, text, tally, of);
            told.with_unseen(self.evidence, id)
        };
        let mut found: Vec<(Change, Told)> = Vec::new();
        if let Some(nulls) = seen.foreign.get(&Kind::Null) {
            let text = told::share("null", nulls, &seen.total, direction);
            found.push((Change::Null, tell(text, nulls, &seen.total)));
        }
        let mut foreign = Tally::default();
        seen.foreign.iter().filter(|(kind, _)| **kind != Kind::Null).for_each(|(_, tally)| foreign.merge(tally));
        if foreign.values > 0 {
            let told = tell(told::kinds(seen, direction), &foreign, &seen.total);
            found.push((type_of(place, seen, foreign.values), told));
        }
        for (json, tally) in &seen.unlisted {
            let Ok(value) = serde_json::from_str::<Value>(json) else { continue };
            let name = quoted(&value.as_str().map_or_else(|| value.to_string(), str::to_owned));
            let text = told::share(&name, tally, &seen.total, direction);
            found.push((Change::Value(value), tell(text, tally, &seen.total)));
        }
        if seen.unnamed.values > 0 {
            let text = told::share(
                "an unlisted value that the recording does not contain,",
                &seen.unnamed,
                &seen.total,
                direction,
            );
            found.push((Change::AnyValue, tell(text, &seen.unnamed, &seen.total)));
        }
        if seen.misfits.values > 0 {
            let format = if seen.fits == 0 { seen.misfit.format() } else { None };
            let what = format!("no {}", place.format.map(Format::name).unwrap_or_default());
            let text = told::share(&what, &seen.misfits, &seen.total, direction);
            let text = match format {
                Some(format) => format!("{text}; each is a {format}"),
                None => text,
            };
            found.push((Change::Format(format), tell(text, &seen.misfits, &seen.total)));
        }
        for (name, tally) in &seen.missing {
            let text = told::share("missing", tally, &seen.objects, direction);
            found.push((Change::Optional(name.clone()), tell(text, tally, &seen.objects)));
        }
        for (name, (tally, guess)) in &seen.unknown {
            let text = told::share(&guess.words(), tally, &seen.objects, direction);
            found.push((Change::Field(name.clone(), guess.clone()), tell(text, tally, &seen.objects)));
        }
        let unnamed = &seen.unnamed_fields;
        let text = || {
            let what = "fields that are not described, with names that look like data and are not recorded,";
            told::share(what, unnamed, &seen.objects, direction)
        };
        match place.rest {
            _ if unnamed.values == 0 => {}
            Rest::Closed => found.push((Change::Entries, tell(text(), unnamed, &seen.objects))),
            // An object of which nothing is said is a map.
            _ if place.properties.is_empty() => {}
            _ => self.unsayable.push(format!("{}: {}", told::place(self.document, &place.pointer), text())),
        }
        for (change, told) in found {
            self.push(&place.pointer, direction, change, told);
        }
    }

    fn operations(&mut self) {
        let evidence = self.evidence;
        for (number, seen) in &evidence.operations {
            let operation = evidence.operation(*number);
            let tell = |text: String, tally: &Tally, of: &Tally| Told::new(evidence, text, tally, of);
            let (request, answer) = (Direction::Request, Direction::Response);
            for (status, body) in &seen.statuses {
                let described = operation.answer(*status).map(|at| &operation.answers[at]);
                let Some(described) = described else {
                    let pointer = format!("{}/responses/{status}", operation.pointer);
                    let bodies = body.other.iter().map(|(name, (_, guess))| (name.clone(), guess.clone())).collect();
                    let headers = seen.headers.iter().filter(|((of, _), _)| of == status);
                    let headers = headers.map(|((_, name), (_, guess))| (name.clone(), guess.clone())).collect();
                    let text = told::share(&format!("status {status}"), &body.total, &seen.total, answer);
                    let told = tell(text, &body.total, &seen.total);
                    self.push(&pointer, answer, Change::Answer(*status, bodies, headers), told);
                    continue;
                };
                let pointer = &described.body.pointer;
                for (media_type, (tally, guess)) in &body.other {
                    let text = told::share(media_type, tally, &body.total, answer);
                    let change = Change::MediaType(media_type.clone(), guess.clone());
                    self.push(pointer, answer, change, tell(text, tally, &body.total));
                }
                let has_body = !described.body.media_types.is_empty() && operation.method != "head" && *status != 304;
                if has_body && body.empty.values > 0 {
                    let text = told::share("no body", &body.empty, &body.total, answer);
                    if body.empty.values == body.total.values {
                        self.push(pointer, answer, Change::NoBody, tell(text, &body.empty, &body.total));
                    } else {
                        let why = "OpenAPI cannot say that an answer may be without its body";
                        self.unsayable.push(format!("{} {status}: {text}; {why}", operation.id));
                    }
                }
                if body.unreadable.values > 0 {
                    let text = told::share("not JSON, or cut short,", &body.unreadable, &body.total, answer);
                    self.unsayable.push(format!("{} {status}: {text}", operation.id));
                }
            }
            for ((status, name), (tally, guess)) in &seen.headers {
                let Some(described) = operation.answer(*status).map(|at| &operation.answers[at]) else { continue };
                let of = seen.statuses.get(status).map(|body| body.total.clone()).unwrap_or_default();
                let text = told::share(&guess.words(), tally, &of, answer);
                let change = Change::Header(name.clone(), guess.clone());
                self.push(&described.body.pointer, answer, change, tell(text, tally, &of));
            }
            let accepted = &seen.request.total;
            for (name, tally) in &seen.missing {
                let parameter = operation.query.iter().find(|parameter| parameter.name == *name);
                let text = told::share("missing", tally, accepted, request);
                if let Some(parameter) = parameter {
                    let told = tell(text, tally, accepted);
                    self.push(&parameter.pointer, request, Change::OptionalParameter, told);
                }
            }
            for (name, (tally, guess)) in &seen.unknown {
                let pointer = format!("{}/parameters/{}", operation.pointer, escape(name));
                let text = told::share(&guess.words(), tally, accepted, request);
                let change = Change::Parameter(name.clone(), guess.clone());
                self.push(&pointer, request, change, tell(text, tally, accepted));
            }
            if seen.unnamed.values > 0 {
                let are = if seen.unnamed.values == 1 { "is" } else { "are" };
                self.unsayable.push(format!(
                    "{}: {} that {are} not described in {} of {}; the recording does not contain the names",
                    operation.id,
                    counted(seen.unnamed.values, "parameter"),
                    seen.unnamed.exchanges,
                    counted(accepted.values, "request"),
                ));
            }
            self.request(*number, &seen.request);
        }
    }

    fn request(&mut self, number: usize, seen: &SeenBody) {
        let operation = self.evidence.operation(number);
        let tell = |text: String, tally: &Tally| Told::new(self.evidence, text, tally, &seen.total);
        let direction = Direction::Request;
        match &operation.request {
            Some(body) if body.is_required && seen.empty.values > 0 => {
                let text = told::share("no body", &seen.empty, &seen.total, direction);
                let (told, pointer) = (tell(text, &seen.empty), body.pointer.clone());
                self.push(&pointer, direction, Change::OptionalBody, told);
            }
            Some(_) => {}
            None => {
                for (tally, guess) in seen.other.values() {
                    let text = told::share(&guess.words(), tally, &seen.total, direction);
                    let pointer = format!("{}/requestBody", operation.pointer);
                    let told = tell(text, tally);
                    self.push(&pointer, direction, Change::RequestBody(guess.clone()), told);
                }
            }
        }
        if seen.unreadable.values > 0 {
            let text = told::share("not JSON, or cut short,", &seen.unreadable, &seen.total, direction);
            self.unsayable.push(format!("{}: {text}", operation.id));
        }
    }
}

/// What is to be said of the type of values of which so many are of another one.
fn type_of(place: &Place, seen: &Seen, foreign: u64) -> Change {
    let others: Vec<Kind> = seen.foreign.keys().copied().filter(|kind| *kind != Kind::Null).collect();
    if others == [Kind::Number] && place.types.has(Kind::Integer) {
        return Change::Number;
    }
    let nulls = seen.kinds.get(&Kind::Null).copied().unwrap_or_default();
    let is_beside = seen.total.values > foreign + nulls || place.types == Types::NONE;
    Change::Type { guess: seen.guess.clone(), is_beside, is_nullable: place.types.has(Kind::Null) }
}
