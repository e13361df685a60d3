//! How something ends that was deprecated.

use super::node::Node;

/// What was announced of the end of something that is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// It was not deprecated.
    Unannounced,
    /// The day that was announced is not over.
    Early,
    /// The day that was announced cannot be read.
    Unreadable,
    /// It was deprecated, and its day, if there was one, has come.
    Announced,
}

impl End {
    pub(super) fn of(node: &Node<'_>) -> Self {
        let today = chrono::DateTime::<chrono::Utc>::from(std::time::SystemTime::now()).date_naive();
        match (node.is_true("deprecated"), date_of(node)) {
            (false, _) => Self::Unannounced,
            (true, Some(day)) if day > today => Self::Early,
            (true, None) if node.has("x-sunset") => Self::Unreadable,
            (true, _) => Self::Announced,
        }
    }
}

/// The day in `x-sunset`: a date, or a time that begins with one.
pub(super) fn date_of(node: &Node<'_>) -> Option<chrono::NaiveDate> {
    let text = node.text("x-sunset")?;
    let time = chrono::DateTime::parse_from_rfc3339(text).map(|time| time.date_naive());
    chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").or(time).ok()
}
