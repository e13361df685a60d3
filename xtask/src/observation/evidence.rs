//! Counts by place. They grow with the places of the document, and not with the exchanges.

use std::collections::{BTreeMap, BTreeSet};

use hashbrown::HashMap;

use super::counts::{At, Example, Seen, Tally, counted, note};
use super::guess::{Guess, Room};
use super::ignored::Ignored;
use super::places::{Operation, PlaceId, Places, essence, is_json};
use super::walk::Walk;
use crate::line::Line;
use crate::line::shape::{Kind, Shape};

/// A part of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Part {
    Query,
    Request,
    /// The answer with this number among those described.
    Answer(usize),
}

/// What was seen of a body.
#[derive(Clone, Debug, Default)]
pub(crate) struct SeenBody {
    /// Requests or answers.
    pub(crate) total: Tally,
    /// Those without a body.
    pub(crate) empty: Tally,
    /// Those whose body is not JSON, although they say so, or do not say what it is.
    pub(crate) unreadable: Tally,
    /// Those whose media type is not described, by media type, and what they are.
    pub(crate) other: BTreeMap<String, (Tally, Guess)>,
}

/// What was seen of an operation beside the values at its places.
#[derive(Clone, Debug, Default)]
pub(crate) struct SeenOperation {
    /// All exchanges.
    pub(crate) total: Tally,
    /// Answers by their status.
    pub(crate) statuses: BTreeMap<u16, SeenBody>,
    /// Headers of answers that are not described, by status and name.
    pub(crate) headers: BTreeMap<(u16, String), (Tally, Guess)>,
    /// Requests that were accepted, which are all that count.
    pub(crate) request: SeenBody,
    /// Parameters of the query that are missing, and those that are not described.
    pub(crate) missing: BTreeMap<String, Tally>,
    pub(crate) unknown: BTreeMap<String, (Tally, Guess)>,
    /// Parameters that are not described, and whose names the recording does not have.
    pub(crate) unnamed: Tally,
}

/// What recordings tell of a document.
#[derive(Debug)]
pub struct Evidence<'d> {
    pub(crate) places: &'d Places,
    pub(crate) parts: BTreeMap<(usize, Part), HashMap<PlaceId, Seen>>,
    pub(crate) operations: BTreeMap<usize, SeenOperation>,
    by_id: HashMap<&'d str, usize>,
    by_path: HashMap<(&'d str, &'d str), usize>,
    ignored: &'d Ignored,
    /// The labels by their numbers; the last one stands for all others, too.
    pub(crate) labels: Vec<String>,
    /// How many exchanges of known operations each has.
    pub(crate) by_label: Vec<u64>,
    /// All exchanges, those of paths that nobody described, and those that are ignored.
    pub(crate) exchanges: u64,
    pub(crate) elsewhere: u64,
    pub(crate) passed_over: u64,
    /// The parts of operations that each place may stand in.
    pub(crate) reached: HashMap<PlaceId, BTreeSet<(usize, Part)>>,
    room: Room,
}

/// How many labels are told apart.
const MOST_LABELS: usize = 64;

impl<'d> Evidence<'d> {
    /// No evidence yet.
    pub fn new(places: &'d Places, ignored: &'d Ignored) -> Self {
        let numbered = || places.operations.iter().enumerate();
        Self {
            places,
            parts: BTreeMap::new(),
            operations: BTreeMap::new(),
            by_id: numbered().map(|(number, it)| (it.id.as_str(), number)).collect(),
            by_path: numbered().map(|(number, it)| ((it.method, it.path.as_str()), number)).collect(),
            ignored,
            labels: Vec::new(),
            by_label: Vec::new(),
            exchanges: 0,
            elsewhere: 0,
            passed_over: 0,
            reached: reached(places),
            room: Room::default(),
        }
    }

    /// Counts an exchange.
    pub(crate) fn add(&mut self, exchange: &Line, source: usize, line: u64, label: &str) {
        self.exchanges += 1;
        let path = exchange.path.as_deref().unwrap_or_default();
        let method = exchange.method.to_lowercase();
        let by_path = || self.by_path.get(&(method.as_str(), path));
        let by_id = || self.by_id.get(exchange.operation.as_deref()?);
        let Some(number) = by_path().or_else(by_id).copied() else {
            self.elsewhere += 1;
            return;
        };
        let operation = &self.places.operations[number];
        if self.ignored.has_path(&operation.path) {
            self.passed_over += 1;
            return;
        }
        let at = At { example: Example { source, line }, label: self.label(label), number: self.exchanges };
        let seen = self.operations.entry(number).or_default();
        seen.total.add(1, &at);
        let (parts, places) = (&mut self.parts, self.places);
        let mut walk = |part: Part, place: PlaceId, shape: &Shape, room: &mut Room| {
            let seen = parts.entry((number, part)).or_default();
            let in_answer = matches!(part, Part::Answer(_));
            Walk { places, seen, at: &at, in_answer, room }.walk(place, shape, 1, true);
        };
        // What was refused says nothing of what requests may be.
        if (200..400).contains(&exchange.status) {
            let none = BTreeMap::new();
            let sent = exchange.query.as_ref().and_then(|query| query.properties.as_ref()).unwrap_or(&none);
            for parameter in &operation.query {
                match (sent.get(&parameter.name), parameter.place) {
                    (Some(shape), Some(place)) => walk(Part::Query, place, shape, &mut self.room),
                    (None, _) if parameter.is_required => {
                        seen.missing.entry(parameter.name.clone()).or_default().add(1, &at);
                    }
                    _ => {}
                }
            }
            let mut unnamed = exchange.query.iter().flat_map(|query| &query.map).map(|counted| counted.count).sum();
            for (name, shape) in sent {
                let is_described = operation.query.iter().any(|parameter| parameter.name == *name);
                if !is_described && !note(&mut seen.unknown, name, shape, 1, &at, &mut self.room) {
                    unnamed += 1;
                }
            }
            if unnamed > 0 {
                seen.unnamed.add(unnamed, &at);
            }
            seen.request.total.add(1, &at);
            match (&exchange.request, operation.request.as_ref()) {
                (None, _) => seen.request.empty.add(1, &at),
                (Some(shape), _) if shape.kind == Kind::Unreadable => seen.request.unreadable.add(1, &at),
                (Some(shape), Some(body)) => {
                    if let Some(place) = body.place {
                        walk(Part::Request, place, shape, &mut self.room);
                    }
                }
                (Some(shape), None) => drop(note(&mut seen.request.other, JSON, shape, 1, &at, &mut self.room)),
            }
        }
        let body = seen.statuses.entry(exchange.status).or_default();
        body.total.add(1, &at);
        let described = operation.answer(exchange.status).map(|answer| (answer, &operation.answers[answer]));
        let media_type = exchange.headers.get("content-type").and_then(|shape| shape.value.as_ref()?.as_str());
        let media_type = media_type.map(essence);
        match &exchange.body {
            None => body.empty.add(1, &at),
            Some(shape) => {
                let media_types = described.map_or(&[][..], |(_, answer)| &answer.body.media_types);
                let is_readable = shape.kind != Kind::Unreadable;
                let media_type = media_type.unwrap_or_else(|| JSON.to_owned());
                let is_listed =
                    media_types.contains(&media_type) || media_types.iter().any(|it| covers(it, &media_type));
                match described {
                    _ if !is_readable && is_json(&media_type) => body.unreadable.add(1, &at),
                    Some((number, answer)) if is_listed => {
                        if let (Some(place), true) = (answer.body.place, is_readable) {
                            walk(Part::Answer(number), place, shape, &mut self.room);
                        }
                    }
                    _ => drop(note(&mut body.other, &media_type, shape, 1, &at, &mut self.room)),
                }
            }
        }
        for (name, shape) in &exchange.headers {
            let is_described = described.is_some_and(|(_, answer)| answer.headers.contains(name));
            // The media type belongs to the body.
            if name != "content-type" && !is_described && !self.ignored.has_header(name) {
                let key = (exchange.status, name.clone());
                let (tally, guess) = seen.headers.entry(key).or_default();
                tally.add(1, &at);
                guess.absorb(shape, &mut self.room);
            }
        }
    }

    fn label(&mut self, label: &str) -> u64 {
        let known = self.labels.iter().position(|known| known == label);
        let number = known.unwrap_or_else(|| {
            match self.labels.len() {
                MOST_LABELS => {}
                _ if self.labels.len() == MOST_LABELS - 1 => self.labels.push("others".to_owned()),
                _ => self.labels.push(label.to_owned()),
            }
            self.by_label.resize(self.labels.len(), 0);
            self.labels.len() - 1
        });
        self.by_label[number] += 1;
        1 << number
    }

    /// What the evidence consists of, in lines.
    pub fn summary(&self) -> Vec<String> {
        let exchanges = |count: u64| counted(count, "exchange");
        let mut lines =
            vec![format!("{} of {}", exchanges(self.exchanges), counted(self.operations.len() as u64, "operation"))];
        let labels = self.labels.iter().zip(&self.by_label).filter(|(label, _)| !label.is_empty());
        lines.extend(labels.map(|(label, count)| format!("{} of {label}", exchanges(*count))));
        if self.elsewhere > 0 {
            lines.push(format!("{} with paths that are not described: not judged", self.elsewhere));
        }
        if self.passed_over > 0 {
            lines.push(format!("{} with paths that are ignored", self.passed_over));
        }
        lines
    }

    /// A part of an operation, as a person knows it: `get_backup`, `get_backup 404`, `create_backup (request)`.
    pub(crate) fn part_name(&self, operation: usize, part: Part) -> String {
        let operation = self.operation(operation);
        match part {
            Part::Query | Part::Request => format!("{} (request)", operation.id),
            Part::Answer(number) => match operation.answers[number].status.as_str() {
                status if status.starts_with('2') => operation.id.clone(),
                status => format!("{} {status}", operation.id),
            },
        }
    }

    /// An operation.
    pub(crate) fn operation(&self, number: usize) -> &'d Operation {
        &self.places.operations[number]
    }
}

/// The parts of operations that each place may stand in.
fn reached(places: &Places) -> HashMap<PlaceId, BTreeSet<(usize, Part)>> {
    let mut reached: HashMap<PlaceId, BTreeSet<(usize, Part)>> = HashMap::new();
    for (number, operation) in places.operations.iter().enumerate() {
        let query = operation.query.iter().filter_map(|parameter| Some((Part::Query, parameter.place?)));
        let request = operation.request.iter().filter_map(|body| Some((Part::Request, body.place?)));
        let answers = operation.answers.iter().enumerate();
        let answers = answers.filter_map(|(at, answer)| Some((Part::Answer(at), answer.body.place?)));
        for (part, root) in query.chain(request).chain(answers) {
            for place in places.reached_from(root) {
                reached.entry(place).or_default().insert((number, part));
            }
        }
    }
    reached
}

const JSON: &str = "application/json";

/// Whether a media range, such as `text/*`, has a media type.
fn covers(range: &str, media_type: &str) -> bool {
    range == "*/*" || range.strip_suffix('*').is_some_and(|start| media_type.starts_with(start))
}
