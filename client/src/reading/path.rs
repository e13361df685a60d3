//! Where a value stands in the whole.

use std::rc::Rc;

/// A step from a value to one that it holds.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Key(Rc<str>),
    Item(usize),
}

/// A path for people, such as `data[1].id`, as far as one is read.
pub(super) fn shown(path: &[Step], missing: Option<&str>) -> Option<String> {
    /// Deeper is nothing that the API says, and nothing that a person reads.
    const DEEPEST: usize = 16;
    let mut shown = String::new();
    for step in path.iter().take(DEEPEST) {
        match step {
            Step::Key(key) if shown.is_empty() => shown.push_str(key),
            Step::Key(key) => shown.extend([".", key]),
            Step::Item(at) => shown.push_str(&format!("[{at}]")),
        }
    }
    match missing {
        _ if path.len() > DEEPEST => shown.push('…'),
        Some(name) if shown.is_empty() => shown.push_str(name),
        Some(name) => shown.extend([".", name]),
        None => {}
    }
    (!shown.is_empty()).then_some(shown)
}

/// A path for programs: a JSON pointer (RFC 6901), such as `/data/1/id`.
pub(super) fn pointer(path: &[Step], field: Option<&str>) -> String {
    let mut pointer = String::new();
    let mut push = |key: &str| pointer.extend(["/", &key.replace('~', "~0").replace('/', "~1")]);
    for step in path {
        match step {
            Step::Key(key) => push(key),
            Step::Item(at) => push(&at.to_string()),
        }
    }
    field.into_iter().for_each(push);
    pointer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_shown_as_far_as_one_is_read_and_then_said_to_go_on() {
        let path = |steps: usize| vec![Step::Item(0); steps];
        assert_eq!((shown(&path(0), None), shown(&path(0), Some("id"))), (None, Some("id".to_owned())));
        assert_eq!(shown(&path(16), None), Some("[0]".repeat(16)));
        assert_eq!(shown(&path(16), Some("id")), Some("[0]".repeat(16) + ".id"));
        assert_eq!(shown(&path(17), None), Some("[0]".repeat(16) + "…"));
        assert_eq!(shown(&path(17), Some("id")), Some("[0]".repeat(16) + "…"));
    }
}
