//! Which values are recorded where somebody asks for values.

use std::net::{IpAddr, SocketAddr};

use super::line::formats::Format;
use crate::generated::SECRETS;

/// The longest text that is shown.
const LONGEST: usize = 64;

/// Whether the value of a field is shown, by the field's name and the value as a text. `names` are those in the path of
/// the request.
pub(super) fn may_show(name: &str, text: &str, names: &[&str]) -> bool {
    !SECRETS.contains(&name)
        && !is_name(name)
        && is_one_word(text)
        && !is_address(text)
        && !names.iter().any(|name| name.eq_ignore_ascii_case(text))
}

/// The last words of the fields whose texts a user chose, or that say which thing it is.
const NAMES: [&str; 22] = [
    "branch",
    "cidr",
    "database",
    "description",
    "domain",
    "email",
    "fingerprint",
    "hostname",
    "id",
    "key",
    "keyspace",
    "name",
    "note",
    "organization",
    "shard",
    "slug",
    "table",
    "title",
    "topic",
    "user",
    "username",
    "value",
];

/// Whether a field names something, or lists names.
fn is_name(field: &str) -> bool {
    let last = field.rsplit('_').next().unwrap_or(field).to_ascii_lowercase();
    let is_listed = |plural: &&str| last.strip_suffix(*plural).is_some_and(|one| NAMES.contains(&one));
    // The cursors of a page are IDs.
    ["", "s", "es"].iter().any(is_listed) || field.starts_with("cursor_")
}

/// Whether a text can be no SQL, no URL and no e-mail address.
fn is_one_word(text: &str) -> bool {
    let is_of_words = |byte: u8| byte.is_ascii_alphanumeric() || b"_.:+-".contains(&byte);
    (1..=LONGEST).contains(&text.len()) && text.bytes().all(is_of_words)
}

/// Whether a text is an address of the Internet, or the name of a host.
fn is_address(text: &str) -> bool {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit() || b".+-".contains(&byte));
    let formats = Format::all_of(text);
    text.parse::<IpAddr>().is_ok()
        || text.parse::<SocketAddr>().is_ok()
        || formats.contains(&Format::Uri)
        || text.contains('.') && !is_number && !formats.contains(&Format::DateTime)
}

#[cfg(test)]
mod tests {
    use super::may_show;

    #[test]
    fn what_says_who_or_where_is_not_shown() {
        for (name, text, is_shown) in [
            ("state", "pending", true),
            ("created_at", "2026-01-02T03:04:05.678Z", true),
            ("version", "8.0.34", true),
            ("size", "1234", true),
            ("plain_text", "pending", false),
            ("name", "pending", false),
            ("id", "pending", false),
            ("actor_id", "pending", false),
            ("display_name", "pending", false),
            ("username", "pending", false),
            ("base_username", "pending", false),
            ("shard_names", "pending", false),
            ("branch", "pending", false),
            ("into_branch", "pending", false),
            ("branches", "pending", false),
            ("branches_count", "12", true),
            ("tables", "pending", false),
            ("keyspaces", "pending", false),
            ("slug", "pending", false),
            ("cursor_end", "pending", false),
            ("valid", "pending", true),
            ("note", "SELECT 1", false),
            ("note", "https://example.com/a", false),
            ("note", "mailto:someone", false),
            ("note", "someone@example.com", false),
            ("note", "192.0.2.1", false),
            ("note", "192.0.2.1:3306", false),
            ("note", "192.0.2.0/24", false),
            ("note", "2001:db8::1", false),
            ("note", "us-east.example.com", false),
            ("note", "Shop", false),
            ("note", "", false),
        ] {
            assert_eq!(may_show(name, text, &["acme", "shop"]), is_shown, "{name}: {text}");
        }
    }
}
