//! Notes that travel with a schema's description to the type or field that it becomes.
//!
//! before: `{type: integer, minimum: 1}`
//! after:  `{type: integer, description: "<MARK>at=#/…;min=1<MARK>"}`, read and removed where typify put it

/// Stands around a note in a description: a private-use character that no vendor writes.
pub const MARK: char = '\u{E0F0}';

/// The entry of a note that says that a value may be null.
pub(crate) const NULLABLE: &str = "nullable";

/// What a value is held to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bound {
    Min,
    Above,
    Max,
    Below,
    MinLen,
    MaxLen,
    MinItems,
    MaxItems,
}

impl Bound {
    const ALL: [Self; 8] =
        [Self::Min, Self::Above, Self::Max, Self::Below, Self::MinLen, Self::MaxLen, Self::MinItems, Self::MaxItems];

    /// The method of `crate::runtime::check::Value` that holds a value to it.
    pub(crate) fn method(self) -> &'static str {
        match self {
            Self::Min => "min",
            Self::Above => "above",
            Self::Max => "max",
            Self::Below => "below",
            Self::MinLen => "min_len",
            Self::MaxLen => "max_len",
            Self::MinItems => "min_items",
            Self::MaxItems => "max_items",
        }
    }
}

/// A limit of a value, or of each item of a list and each value of a map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Limit {
    pub(crate) bound: Bound,
    /// The number, as the spec writes it.
    pub(crate) number: String,
    pub(crate) is_of_each: bool,
}

impl Limit {
    /// As an entry of a note.
    pub(crate) fn entry(&self) -> String {
        format!("{}{}={}", if self.is_of_each { OF_EACH } else { "" }, self.bound.method(), self.number)
    }

    fn read(name: &str, number: &str) -> Option<Self> {
        let (name, is_of_each) = name.strip_prefix(OF_EACH).map_or((name, false), |name| (name, true));
        let bound = Bound::ALL.into_iter().find(|bound| bound.method() == name)?;
        Some(Self { bound, number: number.to_owned(), is_of_each })
    }
}

/// What a limit of each item begins with.
const OF_EACH: &str = "each_";

pub(crate) type Limits = Vec<Limit>;

/// Splits a description into the text and the note that `prepare` left in it.
pub(crate) fn read_note(text: &str) -> (String, Option<String>, Limits) {
    let mut parts = text.split(MARK);
    let prose = parts.next().unwrap_or_default().trim().to_owned();
    let (mut at, mut limits) = (None, Limits::new());
    for entry in parts.next().unwrap_or_default().split(';') {
        match entry.split_once('=') {
            Some(("at", pointer)) => at = Some(pointer.to_owned()),
            Some((NULLABLE, _)) => {}
            Some((name, number)) => limits.extend(Limit::read(name, number)),
            None => {}
        }
    }
    (prose, at, limits)
}

/// Whether a note says that a value may be null.
pub(crate) fn is_nullable(text: &str) -> bool {
    let note = text.split(MARK).nth(1).unwrap_or_default();
    note.split(';').any(|entry| entry.split_once('=').is_some_and(|(name, _)| name == NULLABLE))
}
