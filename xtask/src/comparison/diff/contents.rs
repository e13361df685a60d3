//! What is in a text: how it is encoded, and of which media type it is.

use super::argument::Argument;
use super::media_type::MediaType;
use super::role::Role;
use super::rules::table::{
    CONTENT_ENCODING_CHANGED, CONTENT_ENCODING_SAID, CONTENT_MEDIA_TYPE_CHANGED, CONTENT_MEDIA_TYPE_SAID,
};
use super::view::View;
use super::views::Views;
use super::walk::Walk;

/// The keywords that say so.
pub(super) const KEYWORDS: [&str; 2] = ["contentEncoding", "contentMediaType"];

impl<'a> Walk<'a> {
    /// Whoever decodes a text does so as it was said.
    pub(super) fn contents(&mut self, role: Role, views: &Views<'a>) {
        if !KEYWORDS.iter().any(|key| views.have(key)) {
            return;
        }
        let word = |of: Option<String>, none: &str| of.map_or(Argument::Word(none.to_owned()), Argument::Name);
        let encodings = (encoding(&views.old), encoding(&views.new));
        let media_types = (media_type(&views.old), media_type(&views.new));
        for (key, rules, none, (old, new)) in [
            ("contentEncoding", [&CONTENT_ENCODING_CHANGED, &CONTENT_ENCODING_SAID], "plain", encodings),
            ("contentMediaType", [&CONTENT_MEDIA_TYPE_CHANGED, &CONTENT_MEDIA_TYPE_SAID], "anything", media_types),
        ] {
            if old != new {
                // It may have been so, and be said now.
                let rule = rules[usize::from(old.is_none() || new.is_none())];
                let found = rule.with("old", word(old, none)).with("new", word(new, none));
                self.changed(role, &views.get(key), found);
            }
        }
    }
}

/// How a text is encoded, where it is. In OpenAPI 3.0 a format says it.
fn encoding(view: &View<'_>) -> Option<String> {
    let said = view.text("contentEncoding").map(str::to_ascii_lowercase);
    // (RFC 2045, 6.2)
    let said = said.filter(|name| !["7bit", "8bit", "binary"].contains(&name.as_str()));
    said.or_else(|| view.text("format").filter(|format| *format == "byte").map(|_| "base64".to_owned()))
}

fn media_type(view: &View<'_>) -> Option<String> {
    view.text("contentMediaType").map(|name| MediaType::of(name).to_string())
}
