//! Upstream's Markdown as rustdoc takes it: never a doc test, no HTML, no link to nowhere.
//!
//! before: `See [x] and https://example.com, a <b>.` and a block of code
//! after:  `See \[x\] and <https://example.com>, a \<b>.` and the same block, as `text`

use super::notes::MARK;

/// Tidies a description, and takes out what `prepare` noted in it.
pub(crate) fn tidy(text: &str) -> String {
    let text = text.split(MARK).step_by(2).collect::<String>();
    let mut out = String::with_capacity(text.len());
    // The mark and length of the fence that is open.
    let mut open: Option<(char, usize)> = None;
    for line in text.trim().lines() {
        let content = line.trim_start();
        let mark = content.chars().next().filter(|c| matches!(c, '`' | '~')).unwrap_or(' ');
        let length = content.chars().take_while(|c| *c == mark && mark != ' ').count();
        match open {
            None if length >= 3 => {
                let info = content[length..].trim();
                let info = if info.starts_with("ignore") { info } else { "text" };
                out.push_str(&format!("{}{info}", mark.to_string().repeat(length)));
                open = Some((mark, length));
            }
            Some((other, least)) if mark == other && length >= least && content[length..].trim().is_empty() => {
                out.push_str(content.trim_end());
                open = None;
            }
            Some(_) => out.push_str(line),
            // Four spaces would make it code, and code a test.
            None => {
                let indent = (line.len() - content.len()).min(3);
                out.push_str(&" ".repeat(indent));
                prose(content.trim_end(), &mut out);
            }
        }
        out.push('\n');
    }
    if let Some((mark, length)) = open {
        out.push_str(&mark.to_string().repeat(length));
    }
    out.trim().to_owned()
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
