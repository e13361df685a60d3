//! What is traced, for the tests that read it.
//!
//! `tracing` remembers for each place in the code whether anybody listens there, once for the whole process. A
//! subscriber that one thread has for a while is missed by what another thread reached first. So there is one for all
//! threads, for as long as the process lives, and each thread says whether it wants to be listened to.

use std::cell::RefCell;
use std::io::Write;
use std::marker::PhantomData;
use std::sync::Once;

use tracing_subscriber::filter::dynamic_filter_fn;
use tracing_subscriber::fmt::format::FmtSpan;
use tracing_subscriber::layer::SubscriberExt;

thread_local! {
    /// What was traced on this thread, if that is wanted.
    static TEXT: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
}

/// Keeps what is traced on this thread while it lives, at all levels, spans included. A test with `#[tokio::test]` has
/// one thread, for its clients and servers as well.
pub struct Trace {
    /// It belongs to its thread.
    thread: PhantomData<*const ()>,
}

impl Trace {
    pub fn begin() -> Self {
        static INSTALLED: Once = Once::new();
        INSTALLED.call_once(|| {
            let lines = tracing_subscriber::fmt::layer()
                .with_ansi(false)
                .with_span_events(FmtSpan::FULL)
                .with_writer(|| Writer);
            let is_wanted = dynamic_filter_fn(|_, _| TEXT.with_borrow(Option::is_some));
            let subscriber = tracing_subscriber::registry().with(lines).with(is_wanted);
            tracing::subscriber::set_global_default(subscriber).unwrap();
            // What other threads have reached in between.
            tracing::callsite::rebuild_interest_cache();
        });
        assert!(TEXT.replace(Some(Vec::new())).is_none(), "one at a time");
        Self { thread: PhantomData }
    }

    /// What was traced so far.
    pub fn text(&self) -> String {
        TEXT.with_borrow(|text| String::from_utf8(text.clone().unwrap()).unwrap())
    }
}

impl Drop for Trace {
    fn drop(&mut self) {
        TEXT.set(None);
    }
}

struct Writer;

impl Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        TEXT.with_borrow_mut(|text| {
            if let Some(text) = text {
                text.extend_from_slice(bytes);
            }
        });
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A callsite that another thread reached first, when nobody listened, is listened to all the same.
#[test]
fn what_another_thread_reached_first_is_traced() {
    let say = || tracing::info!("reached");
    std::thread::spawn(say).join().unwrap();
    let trace = Trace::begin();
    say();
    std::thread::spawn(say).join().unwrap();
    assert_eq!(trace.text().matches("reached").count(), 1, "{}", trace.text());
}
