//! What is traced on a thread, at all levels, as text.

use std::cell::RefCell;
use std::fmt::{Debug, Write};
use std::sync::Once;

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

thread_local! {
    static TEXT: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// What is traced while it lives.
pub struct Trace;

/// Begins to keep what is traced on this thread.
pub fn begin() -> Trace {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| tracing::subscriber::set_global_default(Lines).unwrap());
    TEXT.set(Some(String::new()));
    Trace
}

impl Trace {
    /// What was traced so far.
    pub fn text(&self) -> String {
        TEXT.with_borrow(|text| text.clone().unwrap_or_default())
    }
}

impl Drop for Trace {
    fn drop(&mut self) {
        TEXT.set(None);
    }
}

struct Lines;

struct Fields;

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        TEXT.with_borrow_mut(|text| text.iter_mut().for_each(|text| writeln!(text, "{}={value:?}", field.name()).unwrap()));
    }
}

impl Subscriber for Lines {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        span.record(&mut Fields);
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut Fields);
    }

    fn event(&self, event: &Event<'_>) {
        event.record(&mut Fields);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}
