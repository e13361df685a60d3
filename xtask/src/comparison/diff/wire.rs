//! What each place on the wire can tell apart: in JSON `1` and `"1"` differ, and where values are plain characters
//! they do not.

/// Places of values in a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place<'n> {
    /// A parameter in a path, a query, a header or a cookie, by its `schema`.
    Parameter,
    /// A header of a response, by its `schema`.
    Header,
    /// A body, or a parameter with `content`, of a media type.
    Content(&'n str),
}

impl Place<'_> {
    /// Whether numbers, booleans and texts that look like them differ there.
    pub(super) fn tells_types_apart(self) -> bool {
        let Self::Content(name) = self else { return false };
        let name = name.to_ascii_lowercase();
        let main = name.split(';').next().unwrap_or_default().trim();
        // What may be JSON among others is taken for it.
        const TYPED: [&str; 9] = ["json", "yaml", "cbor", "msgpack", "bson", "ion", "avro", "protobuf", "ubjson"];
        let (kind, sub) = main.split_once('/').unwrap_or((main, ""));
        let is_any = kind == "*" || kind == "application" && sub == "*";
        is_any
            || TYPED.iter().any(|format| sub.split(['+', '-', '.']).any(|part| part == *format) || sub.contains("json"))
    }
}
