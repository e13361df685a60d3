//! What must not be shown of an exchange: the credentials and secrets that were sent, should the server send them back,
//! and what the fields of answers hold that are secret by their names.

use bytes::Bytes;
use memchr::memmem;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::header::{HeaderMap, HeaderValue, LOCATION, SET_COOKIE};

use crate::auth::Credentials;
use crate::generated::SECRETS;
use crate::secret::Secret;

/// What stands where something is not shown.
pub(crate) const REDACTED: &str = "[REDACTED]";

/// All that RFC 3986 does not call unreserved.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What is shorter is no secret, and would be found everywhere.
const SHORTEST: usize = 4;

/// What takes secrets out of what is to be shown.
pub(crate) struct Redaction {
    /// What was sent, and is secret.
    values: Vec<String>,
}

impl Redaction {
    pub(crate) fn new(credentials: &Credentials, sent: &[Secret]) -> Self {
        let mut values = vec![credentials.secret().to_owned()];
        for secret in sent.iter().map(Secret::expose).filter(|secret| secret.len() >= SHORTEST) {
            values.push(secret.to_owned());
            // As a URL has it, and as JSON in a text does.
            let in_url = utf8_percent_encode(secret, ENCODED).to_string();
            let in_json = serde_json::to_string(secret).unwrap_or_default();
            let in_json = in_json.get(1..in_json.len() - 1).unwrap_or_default().to_owned();
            values.extend([in_url, in_json].into_iter().filter(|written| written != secret));
        }
        // What another one begins with would leave the rest of that.
        values.sort_by_key(|value| std::cmp::Reverse(value.len()));
        Self { values }
    }

    /// A text without the secrets that were sent.
    pub(crate) fn text(&self, text: &str) -> String {
        self.values.iter().fold(text.to_owned(), |text, secret| text.replace(secret.as_str(), REDACTED))
    }

    /// Takes out of the headers of an answer the secrets that were sent, and has those not shown that grant access.
    pub(crate) fn headers(&self, headers: &mut HeaderMap) {
        for (name, value) in headers.iter_mut() {
            if self.values.iter().any(|secret| memmem::find(value.as_bytes(), secret.as_bytes()).is_some()) {
                let clean = self.text(&String::from_utf8_lossy(value.as_bytes()));
                *value = HeaderValue::try_from(clean).unwrap_or(HeaderValue::from_static(REDACTED));
            }
            if *name == LOCATION || *name == SET_COOKIE {
                value.set_sensitive(true);
            }
        }
    }

    /// The body of an answer, without what is secret in it.
    pub(crate) fn body(&self, body: Bytes) -> Bytes {
        redacted(body, &self.values)
    }
}

/// A body without what its fields hold that are secret by their names, whoever sent it.
pub(crate) fn without_secret_fields(body: Bytes) -> Bytes {
    redacted(body, &[])
}

fn redacted(body: Bytes, values: &[String]) -> Bytes {
    let secrets = || values.iter().map(String::as_str).chain(SECRETS.iter().copied());
    // A backslash may write any of them otherwise.
    if !body.contains(&b'\\') && !secrets().any(|secret| memmem::find(&body, secret.as_bytes()).is_some()) {
        return body;
    }
    let clean = by_strings(&body, values);
    values.iter().fold(clean, |text, secret| replaced(&text, secret.as_bytes())).into()
}

fn replaced(text: &[u8], secret: &[u8]) -> Vec<u8> {
    let (mut clean, mut at) = (Vec::with_capacity(text.len()), 0);
    while let Some(found) = memmem::find(&text[at..], secret) {
        let found = at + found;
        clean.extend_from_slice(&text[at..found]);
        clean.extend_from_slice(REDACTED.as_bytes());
        at = found + secret.len();
    }
    clean.extend_from_slice(&text[at..]);
    clean
}

/// Goes through JSON string by string, whether or not it is cut short or broken elsewhere.
fn by_strings(json: &[u8], values: &[String]) -> Vec<u8> {
    let (mut clean, mut at) = (Vec::with_capacity(json.len()), 0);
    while at < json.len() {
        if json[at] != b'"' {
            clean.push(json[at]);
            at += 1;
            continue;
        }
        let end = end_of_string(json, at);
        let text: Option<String> = serde_json::from_slice(&json[at..end]).ok();
        let colon = end + blank(&json[end..]);
        let is_key = json.get(colon) == Some(&b':');
        match text {
            Some(key) if is_key && SECRETS.contains(&key.as_str()) => {
                let value = colon + 1 + blank(&json[colon + 1..]);
                clean.extend_from_slice(&json[at..value]);
                at = value + length_of_value(&json[value..]);
                match &json[value..at] {
                    shown @ (b"null" | b"\"\"" | b"") => clean.extend_from_slice(shown),
                    _ => clean.extend_from_slice(b"\"[REDACTED]\""),
                }
                continue;
            }
            Some(text) if values.iter().any(|secret| text.contains(secret)) => {
                let text = values.iter().fold(text, |text, secret| text.replace(secret.as_str(), REDACTED));
                clean.extend(serde_json::to_vec(&text).unwrap_or_default());
            }
            _ => clean.extend_from_slice(&json[at..end]),
        }
        at = end;
    }
    clean
}

/// How much white space there is.
fn blank(json: &[u8]) -> usize {
    json.iter().take_while(|byte| byte.is_ascii_whitespace()).count()
}

/// How long a value is, up to where it ends, or the text does.
fn length_of_value(json: &[u8]) -> usize {
    let (mut at, mut depth) = (0, 0_usize);
    while at < json.len() {
        match json[at] {
            b'"' => {
                at = end_of_string(json, at);
                if depth == 0 {
                    return at;
                }
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' | b',' if depth == 0 => return at,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            byte if byte.is_ascii_whitespace() && depth == 0 => return at,
            _ => {}
        }
        at += 1;
    }
    at
}

/// Where a string ends that begins at a quotation mark: after the other one, or where the text ends.
pub(crate) fn end_of_string(json: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(byte) = json.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    json.len()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn of_two_secrets_the_longer_one_leaves_no_rest() {
        let secrets = ["pscale_pw", "pscale_pw_1234"].map(Secret::from);
        let redaction = Redaction::new(&Credentials::from(crate::BearerToken::new("t0ken")), &secrets);
        for text in ["`pscale_pw_1234` is wrong", r#"{"message": "`pscale_pw_1234` is wrong"}"#] {
            let shown = redaction.text(text);
            assert_eq!(shown, text.replace("pscale_pw_1234", REDACTED));
            assert_eq!(redaction.body(text.to_owned().into()), shown);
        }
    }

    #[test]
    fn what_was_sent_is_taken_out_as_a_url_and_as_json_write_it_if_it_is_not_too_short() {
        let secrets = ["a b/\"c", "four", "six"].map(Secret::from);
        let redaction = Redaction::new(&Credentials::from(crate::BearerToken::new("t0ken")), &secrets);
        let shown = redaction.text(r#"a b/"c, a%20b%2F%22c, a b/\"c, four, six"#);
        assert_eq!(shown, "[REDACTED], [REDACTED], [REDACTED], [REDACTED], six");
    }

    #[test]
    fn what_is_secret_is_taken_out_however_the_body_is_written() {
        let redaction = Redaction { values: vec!["s3c\"ret/+é".to_owned()] };
        let body = |body: &str| String::from_utf8(redaction.body(body.to_owned().into()).to_vec()).unwrap();
        for (before, after) in [
            (r#"{"id": 1, "plain_text": "a\"b", "x": 2}"#, r#"{"id": 1, "plain_text": "[REDACTED]", "x": 2}"#),
            (r#"{"plain_text" : null, "token":"", "x": 2}"#, r#"{"plain_text" : null, "token":"", "x": 2}"#),
            (r#"{"data": [{"token":12,"a":1}]}"#, r#"{"data": [{"token":"[REDACTED]","a":1}]}"#),
            (r#"{"token": {"a": ["}", 1]}, "x": 2}"#, r#"{"token": "[REDACTED]", "x": 2}"#),
            (r#"{"tok\u0065n": "a"}"#, r#"{"tok\u0065n": "[REDACTED]"}"#),
            // What is cut short.
            (r#"{"id": 1, "plain_text": "a"#, r#"{"id": 1, "plain_text": "[REDACTED]""#),
            (r#"{"id": 1, "plain_text":"#, r#"{"id": 1, "plain_text":"#),
            (r#"{"id": 1, "plain_te"#, r#"{"id": 1, "plain_te"#),
            (r#"{"token": ["a", "b"#, r#"{"token": "[REDACTED]""#),
            // What was sent, as it is, and as JSON writes it.
            (r#"{"message": "`s3c\"ret\/\u002b\u00e9` is wrong"}"#, r#"{"message": "`[REDACTED]` is wrong"}"#),
            (r#"<p>s3c"ret/+é</p>"#, "<p>[REDACTED]</p>"),
            // What is not secret stays as it is, whatever it is.
            (r#"{"name": "token", "tokens": ["\u0061"]}"#, r#"{"name": "token", "tokens": ["\u0061"]}"#),
            ("\"token\"", "\"token\""),
            ("\\", "\\"),
            ("", ""),
        ] {
            assert_eq!(body(before), after, "{before}");
        }
    }
}
