//! Upstream's Markdown as rustdoc takes it: never a doc test, no HTML, no link to nowhere.
//!
//! before: `See [x] and https://example.com, a <b>.` and a block of code
//! after:  `See \[x\] and <https://example.com>, a \<b>.` and the same block, as `text`

/// Tidies a description.
pub(crate) fn tidy(text: &str) -> String {
    let text = visible(text);
    let mut out = String::with_capacity(text.len());
    // The fence that is open.
    let mut open: Option<Fence> = None;
    for line in text.trim().lines() {
        let Line { indent, marks, content } = Line::of(line);
        // Whatever holds a fence ends it.
        open.take_if(|fence| {
            !content.is_empty() && (marks.matches('>').count(), indent) < (fence.quotes, fence.indent)
        });
        let mark = content.chars().next().filter(|c| matches!(c, '`' | '~')).unwrap_or(' ');
        let length = content.chars().take_while(|c| *c == mark && mark != ' ').count();
        match open {
            None if length >= 3 => {
                let info = content[length..].trim();
                let info = if info.starts_with("ignore") { info } else { "text" };
                out.push_str(&format!("{marks}{}{info}", mark.to_string().repeat(length)));
                let quotes = marks.matches('>').count();
                let indent = if marks.len() > quotes * 2 { indent + 2 } else { 0 };
                open = Some(Fence { mark, length, quotes, indent });
            }
            Some(Fence { mark: other, length: least, indent, .. })
                if mark == other && length >= least && content[length..].trim().is_empty() =>
            {
                out.push_str(&format!("{}{marks}{}", " ".repeat(indent), content.trim_end()));
                open = None;
            }
            Some(_) => out.push_str(line),
            // Four spaces would make it code, and code a test.
            None => {
                out.push_str(&" ".repeat(indent.min(3)));
                out.push_str(&marks);
                prose(content.trim_end(), &mut out);
            }
        }
        out.push('\n');
    }
    if let Some(Fence { mark, length, quotes, indent }) = open {
        out.push_str(&format!("{}{}{}", "> ".repeat(quotes), " ".repeat(indent), mark.to_string().repeat(length)));
    }
    out.trim().to_owned()
}

/// A fence around code: its mark, how often that stands there, and what it is in.
struct Fence {
    mark: char,
    length: usize,
    /// How many quotes it is in.
    quotes: usize,
    /// How far lines of a list's item are indented at least.
    indent: usize,
}

/// A line, as Markdown reads it.
struct Line<'t> {
    indent: usize,
    /// The marks of quotes and of items of a list, without so many spaces that code would follow.
    marks: String,
    content: &'t str,
}

impl<'t> Line<'t> {
    fn of(line: &'t str) -> Self {
        let mut content = line.trim_start();
        let (indent, mut marks) = (line.len() - content.len(), String::new());
        loop {
            let digits = content.bytes().take_while(u8::is_ascii_digit).count();
            let length = match content[digits..].chars().next() {
                Some('>' | '-' | '*' | '+') if digits == 0 => 1,
                Some('.' | ')') if (1..10).contains(&digits) => digits + 1,
                _ => break,
            };
            let rest = &content[length..];
            if !content.starts_with('>') && !rest.starts_with([' ', '\t']) {
                break;
            }
            let after = rest.trim_start();
            let spaces = &rest[..rest.len() - after.len()];
            marks.push_str(&content[..length]);
            marks.push_str(if spaces.len() > 4 || spaces.contains('\t') { " " } else { spaces });
            content = after;
        }
        Self { indent, marks, content }
    }
}

/// A text with its first letter in capitals.
pub(crate) fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// A text without what is not seen, and may have it read in another order than it stands there.
pub(crate) fn visible(text: &str) -> String {
    let is_seen = |c: &char| {
        matches!(c, '\n' | '\t') || !c.is_control() && !matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    text.replace("\r\n", "\n").replace('\r', "\n").chars().filter(is_seen).collect()
}

/// A text as code in a line, whatever marks it has itself.
pub(crate) fn code(text: &str) -> String {
    let text = visible(text).replace(['\n', '\t'], " ");
    let runs = text.split(|c| c != '`').map(str::len);
    match runs.max().unwrap_or(0) {
        _ if text.trim().is_empty() => "a text without a character to see".to_owned(),
        0 => format!("`{text}`"),
        longest => format!("{0} {text} {0}", "`".repeat(longest + 1)),
    }
}

/// One line that is not code.
fn prose(line: &str, out: &mut String) {
    let parts: Vec<&str> = line.split('`').collect();
    let spans_close = parts.len() % 2 == 1;
    for (i, part) in parts.iter().enumerate() {
        if i > 0 {
            out.push('`');
        }
        match spans_close && i % 2 == 1 {
            true => out.push_str(part),
            false => plain(part, out),
        }
    }
}

/// Text outside of code.
fn plain(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        // A link that is one: `[text](target)`.
        let link = rest.starts_with('[').then(|| rest.find("](")).flatten();
        let link = link
            .filter(|at| !rest[1..*at].contains(['[', ']', '`']))
            .and_then(|at| Some(at + rest[at..].find(')')? + 1));
        let url = ["https://", "http://"].iter().any(|scheme| rest.starts_with(scheme)).then(|| url_length(rest));
        if let Some(end) = link {
            link_to(&rest[..end], out);
            rest = &rest[end..];
        } else if let Some(end) = url {
            out.push_str(&format!("<{}>", &rest[..end]));
            rest = &rest[end..];
        } else if c == '<'
            && ["<https://", "<http://"].iter().any(|start| rest.starts_with(start))
            && rest.contains('>')
        {
            let end = rest.find('>').map_or(rest.len(), |end| end + 1);
            out.push_str(&rest[..end]);
            rest = &rest[end..];
        } else {
            if matches!(c, '<' | '[' | ']') {
                out.push('\\');
            }
            out.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
}

/// `[text](target)`, where the target is on the web. All else rustdoc takes for an item, or it leads nowhere.
fn link_to(link: &str, out: &mut String) {
    let (text, target) = link.split_once("](").unwrap_or_default();
    if ["https://", "http://"].iter().any(|scheme| target.starts_with(scheme)) {
        return out.push_str(link);
    }
    let target = target.trim_end_matches(')').replace('`', "'");
    plain(&text[1..], out);
    out.push_str(&format!(" (`{target}`)"));
}

/// How long a URL is that stands in a sentence.
fn url_length(text: &str) -> usize {
    let end = text.find(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '\'' | ')' | ']' | '`'));
    text[..end.unwrap_or(text.len())].trim_end_matches(['.', ',', ';', ':', '!', '?']).len()
}
