//! Notes that travel with a schema's description to the type or field that it becomes.
//!
//! before: `{type: integer, minimum: 1}`
//! after:  `{type: integer, description: "<MARK>at=#/…;min=1<MARK>"}`, read and removed where typify put it

/// Stands around a note in a description: a private-use character that no vendor writes.
pub(crate) const MARK: char = '\u{E0F0}';

/// The entry of a note that says that a value may be null.
pub(crate) const NULLABLE: &str = "nullable";

/// The limits in a note: (name, number).
pub(crate) type Limits = Vec<(String, String)>;

/// Splits a description into the text and the note that `prepare` left in it.
pub(crate) fn read_note(text: &str) -> (String, Option<String>, Limits) {
    let mut parts = text.split(MARK);
    let prose = parts.next().unwrap_or_default().trim().to_owned();
    let (mut at, mut limits) = (None, Limits::new());
    for entry in parts.next().unwrap_or_default().split(';') {
        match entry.split_once('=') {
            Some(("at", pointer)) => at = Some(pointer.to_owned()),
            Some((NULLABLE, _)) => {}
            Some((name, limit)) => limits.push((name.to_owned(), limit.to_owned())),
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

/// Escapes a reference token of a JSON pointer (RFC 6901).
pub(crate) fn escape(token: &str) -> String {
    token.replace('~', "~0").replace('/', "~1")
}
