//! What a document says, made fit for a terminal, for Markdown and for GitHub.

use crate::comparison::diff::quoted;

/// A text on one line, with nothing that would steer a terminal or turn the text around.
pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match steers(c) {
            true => out.extend(c.escape_default()),
            false => out.push(c),
        }
    }
    out
}

/// As [`plain`], line by line.
pub fn plain_lines(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match steers(c) && !matches!(c, '\n' | '\t') {
            true => out.extend(c.escape_default()),
            false => out.push(c),
        }
    }
    out
}

/// JSON without a character that would steer a terminal. In JSON these stand in texts only.
pub(super) fn json(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match steers(c) && c != '\n' {
            true => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            false => out.push(c),
        }
    }
    out
}

/// Control characters, and those that change the direction of text or are not seen.
/// <https://www.unicode.org/reports/tr9/#Directional_Formatting_Characters>
fn steers(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        )
}

/// The data of a workflow command, and one of its properties.
/// <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>
pub(super) fn github(text: &str) -> String {
    let lines = text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    plain(&lines)
}

pub(super) fn github_property(text: &str) -> String {
    github(text).replace(':', "%3A").replace(',', "%2C")
}

/// Text as code in a Markdown table.
pub(super) fn code(text: &str) -> String {
    quoted(&plain(text)).replace('|', "\\|")
}

/// Text in a Markdown table: on one line, with nothing that would be markup but the code that it quotes.
pub(super) fn cell(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('`') {
        let fence = &rest[start..start + rest[start..].bytes().take_while(|byte| *byte == b'`').count()];
        let inside = &rest[start + fence.len()..];
        out.push_str(&without_markup(&rest[..start]));
        match closing(inside, fence) {
            Some(end) => {
                let code = inside[..end].replace(['\n', '\r'], " ");
                out.push_str(&format!("{fence}{}{fence}", plain(&code).replace('|', "\\|")));
                rest = &inside[end + fence.len()..];
            }
            // Code that does not end is none.
            None => {
                out.push_str(&fence.replace('`', "\\`"));
                rest = inside;
            }
        }
    }
    out + &without_markup(rest)
}

/// Where code ends that begins with this many backticks.
fn closing(text: &str, fence: &str) -> Option<usize> {
    let mut at = 0;
    while let Some(start) = text[at..].find('`') {
        let length = text[at + start..].bytes().take_while(|byte| *byte == b'`').count();
        if length == fence.len() {
            return Some(at + start);
        }
        at += start + length;
    }
    None
}

fn without_markup(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\r' => out.push(' '),
            '|' | '<' | '>' | '*' | '[' | ']' | '#' | '@' => {
                out.push('\\');
                out.push(c);
            }
            c if steers(c) => out.extend(c.escape_default()),
            _ => out.push(c),
        }
    }
    out
}
