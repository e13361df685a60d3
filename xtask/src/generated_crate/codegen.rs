//! The client's code, generated as build.rs generates it, where a panic of the generator is an error.

use std::cell::Cell;
use std::sync::Once;

use super::blame::blame;
pub use super::blame::{least_failing, refusal};
use crate::generate::{self, ADVICE, Generated};
use crate::upstream::spec::Spec;

/// The client's code for a spec, as it is stored and built.
///
/// # Errors
/// As [`generated`].
pub fn formatted(spec: &str) -> anyhow::Result<String> {
    Ok(generate::formatted(&generated(spec)?.code))
}

/// The client's code for a spec, and what became what in it.
///
/// # Errors
/// As [`generate::generate`], with the operation and the pointer that are to blame; a panic of progenitor's, which
/// some documents provoke, is an error too.
pub fn generated(spec: &str) -> anyhow::Result<Generated> {
    let error = match attempt(spec) {
        Ok(generated) => return Ok(generated),
        // An error that says where it is needs no search.
        Err(error) if refusal(&error).is_some() => return Err(error),
        Err(error) => error,
    };
    let blamed = Spec::parse(spec).ok().and_then(|spec| blame(&spec, |spec| attempt(spec).err()));
    Err(blamed.map_or(error, |refusal| generate::Error::Operation(refusal).into()))
}

/// Generates the code, and says what the generator says.
fn attempt(spec: &str) -> anyhow::Result<Generated> {
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
    ATTEMPTS.set(ATTEMPTS.get() + 1);
    let before = GENERATING.replace(true);
    let result = std::panic::catch_unwind(|| generate::generate(spec));
    GENERATING.set(before);
    let generated = result.map_err(|panic| {
        let message = panic.downcast_ref::<&str>().map(ToString::to_string);
        let message = message.or_else(|| panic.downcast_ref::<String>().cloned());
        anyhow::anyhow!("no code can be made of it ({}); {ADVICE}", first_line(&message.unwrap_or_default()))
    })?;
    Ok(generated?)
}

/// The first line of a message, for people: what follows is for the makers of the generator.
fn first_line(message: &str) -> &str {
    let line = message.lines().next().unwrap_or_default().trim_end_matches([' ', '{', '(']);
    if line.is_empty() || line.starts_with("internal error") { "the generator does not know it" } else { line }
}

/// How often this thread has generated code so far, or tried to.
pub fn attempts() -> usize {
    ATTEMPTS.get()
}

thread_local! {
    static ATTEMPTS: Cell<usize> = const { Cell::new(0) };

    /// Whether this thread runs progenitor.
    static GENERATING: Cell<bool> = const { Cell::new(false) };
}
