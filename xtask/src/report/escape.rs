//! What a document says, made fit for a terminal, for Markdown and for GitHub.

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
    let text = plain(text).replace('|', "\\|");
    // A longer fence than any run of backticks inside, and spaces, as the text may begin or end with one.
    match text.split(|c| c != '`').map(str::len).max() {
        None | Some(0) => format!("`{text}`"),
        Some(longest) => format!("{0} {text} {0}", "`".repeat(longest + 1)),
    }
}

/// Text in a Markdown table: on one line, with nothing that would be markup.
pub(super) fn cell(text: &str) -> String {
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
