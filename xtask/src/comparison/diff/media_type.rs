//! Names of media types, by what they mean.

use std::collections::BTreeSet;
use std::fmt;

/// A media type's name, in parts. (RFC 9110, 8.3.1)
#[derive(PartialEq, Eq)]
pub(super) struct MediaType {
    kind: String,
    sub: String,
    charset: Option<String>,
    parameters: BTreeSet<String>,
}

impl MediaType {
    pub(super) fn of(name: &str) -> Self {
        let mut parts = name.split(';');
        let main = parts.next().unwrap_or_default().trim().to_ascii_lowercase();
        let (kind, sub) = main.split_once('/').unwrap_or((&main, ""));
        let (mut charset, mut parameters) = (None, BTreeSet::new());
        for parameter in parts.map(str::trim).filter(|parameter| !parameter.is_empty()) {
            let (key, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            let (key, value) = (key.trim().to_ascii_lowercase(), value.trim().trim_matches('"'));
            match key.as_str() {
                "charset" => charset = Some(value.to_ascii_lowercase()),
                key => drop(parameters.insert(format!("{key}={value}"))),
            }
        }
        // JSON is UTF-8 (RFC 8259, 8.1), whether that is said or not.
        if (sub == "json" || sub.ends_with("+json")) && charset.as_deref() == Some("utf-8") {
            charset = None;
        }
        Self { kind: kind.to_owned(), sub: sub.to_owned(), charset, parameters }
    }

    /// Whether it stands for several types.
    pub(super) fn is_range(&self) -> bool {
        self.kind == "*" || self.sub == "*"
    }

    /// Whether all of another type is of this one: `application/problem+json` is a kind of
    /// `application/json`.
    fn covers(&self, other: &Self) -> bool {
        self.kind == "*"
            || self.kind == other.kind && (self.sub == "*" || other.sub.ends_with(&format!("+{}", self.sub)))
    }
}

impl fmt::Display for MediaType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind, self.sub)?;
        self.charset.iter().try_for_each(|charset| write!(f, "; charset={charset}"))?;
        self.parameters.iter().try_for_each(|parameter| write!(f, "; {parameter}"))
    }
}

/// How a media type's name changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Renamed {
    Wider,
    Narrower,
    Charset,
    Otherwise,
}

/// How a media type's name changed, where it is still about the same type.
pub(super) fn renamed(old: &str, new: &str) -> Option<Renamed> {
    let (a, b) = (MediaType::of(old), MediaType::of(new));
    if (&a.kind, &a.sub) == (&b.kind, &b.sub) {
        return Some(if a.charset == b.charset { Renamed::Otherwise } else { Renamed::Charset });
    }
    let suffix = |of: &MediaType| of.sub.rsplit('+').next().map(str::to_owned);
    if a.kind == b.kind && suffix(&a) == suffix(&b) && a.parameters != b.parameters {
        return Some(Renamed::Otherwise);
    }
    match () {
        () if b.covers(&a) => Some(Renamed::Wider),
        () if a.covers(&b) => Some(Renamed::Narrower),
        () => None,
    }
}
