//! The crates that were made last, by this thread: what is made anew of the same text and source is the same crate.
//!
//! A snapshot without the needless actions of its overlay, say, gives the crate that it gave with them.

use std::cell::RefCell;
use std::path::PathBuf;
use std::rc::Rc;

use super::{Crate, own_code};
use crate::upstream::spec::Spec;
use crate::workspace::Workspace;

/// How many are kept: an old one, which is compared with several new ones, and one of these.
const MOST: usize = 2;

struct Made {
    text: String,
    source: Vec<(PathBuf, String)>,
    krate: Rc<Crate>,
}

thread_local! {
    /// The one that was asked for last is the last.
    static RECENT: RefCell<Vec<Made>> = const { RefCell::new(Vec::new()) };
}

impl Crate {
    /// The crate that an effective spec gives, made once.
    ///
    /// # Errors
    /// As [`of`](Self::of).
    pub fn shared(text: &str, effective: &Spec, workspace: &Workspace) -> anyhow::Result<Rc<Self>> {
        let source = own_code::source(workspace)?;
        let known = RECENT.with_borrow_mut(|recent| {
            let at = recent.iter().position(|made| made.text == text && made.source == source)?;
            let made = recent.remove(at);
            let krate = Rc::clone(&made.krate);
            recent.push(made);
            Some(krate)
        });
        if let Some(krate) = known {
            return Ok(krate);
        }
        let krate = Rc::new(Self::of(text, effective, workspace)?);
        RECENT.with_borrow_mut(|recent| {
            recent.push(Made { text: text.to_owned(), source, krate: Rc::clone(&krate) });
            if recent.len() > MOST {
                recent.remove(0);
            }
        });
        Ok(krate)
    }
}
