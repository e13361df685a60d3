//! The formats of texts that a shape tells.

use std::net::{Ipv4Addr, Ipv6Addr};

use serde::{Deserialize, Serialize};

/// A format of JSON Schema that can be told by a text. Each of them is checked for each text, described or not; of
/// other formats a recording says nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Format {
    DateTime,
    Date,
    Uuid,
    Uri,
    Email,
    Ipv4,
    Ipv6,
}

impl Format {
    pub(crate) const ALL: [Self; 7] =
        [Self::DateTime, Self::Date, Self::Uuid, Self::Uri, Self::Email, Self::Ipv4, Self::Ipv6];

    /// Its name in a schema.
    #[allow(dead_code, reason = "the reader of recordings asks for it")]
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::DateTime => "date-time",
            Self::Date => "date",
            Self::Uuid => "uuid",
            Self::Uri => "uri",
            Self::Email => "email",
            Self::Ipv4 => "ipv4",
            Self::Ipv6 => "ipv6",
        }
    }

    /// The format of a schema's `format`.
    #[allow(dead_code, reason = "the reader of recordings asks for it")]
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// The formats that a text has.
    pub(crate) fn all_of(text: &str) -> Vec<Self> {
        Self::ALL.into_iter().filter(|format| format.holds(text)).collect()
    }

    /// Whether a text has this format. What any reader of the format takes is taken.
    fn holds(self, text: &str) -> bool {
        match self {
            // RFC 3339, 5.6, with a `T` or a `t`.
            Self::DateTime => !text.contains(' ') && chrono::DateTime::parse_from_rfc3339(text).is_ok(),
            Self::Date => text.len() == 10 && text.parse::<chrono::NaiveDate>().is_ok(),
            Self::Uuid => is_uuid(text),
            Self::Uri => is_uri(text),
            Self::Email => is_email(text),
            Self::Ipv4 => text.parse::<Ipv4Addr>().is_ok(),
            Self::Ipv6 => text.parse::<Ipv6Addr>().is_ok(),
        }
    }
}

/// RFC 9562, 4: five groups of hexadecimal digits.
fn is_uuid(text: &str) -> bool {
    let is_at = |(at, byte): (usize, u8)| match at {
        8 | 13 | 18 | 23 => byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    };
    text.len() == 36 && text.bytes().enumerate().all(is_at)
}

/// RFC 3986, 3: a scheme, a colon, and characters that may stand in a URI.
fn is_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let is_of_schemes = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(is_of_schemes)
        && !rest.is_empty()
        && rest.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte))
}

/// RFC 5321, 4.1.2, so far as it is usual: a name and a domain, with one `@` between them.
fn is_email(text: &str) -> bool {
    let Some((name, domain)) = text.rsplit_once('@') else { return false };
    let is_quoted = name.len() > 2 && name.starts_with('"') && name.ends_with('"');
    let is_plain = |part: &str| !part.is_empty() && !part.chars().any(|c| c.is_whitespace() || c.is_control());
    (is_quoted || is_plain(name) && !name.contains('@')) && is_plain(domain)
}

#[cfg(test)]
mod tests {
    use super::Format;

    #[test]
    fn formats_hold_as_the_standards_say() {
        for (text, formats) in [
            ("2026-01-02T03:04:05Z", &[Format::DateTime][..]),
            ("2026-01-02T03:04:05.123456+02:00", &[Format::DateTime]),
            ("2026-01-02t03:04:60z", &[Format::DateTime]),
            ("2026-01-02 03:04:05 UTC", &[]),
            ("2026-01-02T03:04:05", &[]),
            ("2026-13-02T03:04:05Z", &[]),
            ("2026-01-02", &[Format::Date]),
            ("2026-02-30", &[]),
            ("0190b2f5-6f3a-7c1e-8a41-0123456789ab", &[Format::Uuid]),
            ("0190b2f56f3a7c1e8a410123456789ab", &[]),
            ("https://example.com/a?b=c#d", &[Format::Uri]),
            ("mailto:someone@example.com", &[Format::Uri, Format::Email]),
            ("a:b", &[Format::Uri]),
            ("example.com/a", &[]),
            ("someone@example.com", &[Format::Email]),
            ("a b@example.com", &[]),
            ("192.0.2.1", &[Format::Ipv4]),
            ("192.0.2.1/24", &[]),
            ("2001:db8::1", &[Format::Ipv6]),
            ("", &[]),
        ] {
            assert_eq!(Format::all_of(text), formats, "{text}");
        }
    }
}
