//! The client's code, generated as build.rs generates it, where a panic of the generator is an error.

use std::cell::Cell;
use std::sync::Once;

use crate::generate::{self, Generated};

/// The client's code for a spec, as it is stored and built.
///
/// # Errors
/// As [`generated`].
pub fn formatted(spec: &str) -> anyhow::Result<String> {
    Ok(generate::formatted(&generated(spec)?.code)?)
}

/// The client's code for a spec, and what became what in it.
///
/// # Errors
/// As [`generate::generate`]; a panic of progenitor's, which some documents provoke, is an error too.
pub fn generated(spec: &str) -> anyhow::Result<Generated> {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        let hook = std::panic::take_hook();
        // The message of a panic in progenitor is returned as an error, and so is not printed.
        std::panic::set_hook(Box::new(move |panic| {
            if !GENERATING.get() {
                hook(panic);
            }
        }));
    });
    let before = GENERATING.replace(true);
    let result = std::panic::catch_unwind(|| generate::generate(spec));
    GENERATING.set(before);
    let generated = result.map_err(|panic| {
        let message = panic.downcast_ref::<&str>().map(ToString::to_string);
        let message = message.or_else(|| panic.downcast_ref::<String>().cloned());
        anyhow::anyhow!("progenitor panicked on the spec: {}", message.unwrap_or_default())
    })?;
    Ok(generated?)
}

thread_local! {
    /// Whether this thread runs progenitor.
    static GENERATING: Cell<bool> = const { Cell::new(false) };
}
