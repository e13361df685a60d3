//! The clock of a test.

use std::cell::Cell;

use tokio::runtime::{Handle, Id};

/// Lets the clock stand still while anything can be done, and go on to the next event where nothing can: waiting takes
/// no time, and no busy machine is too slow for a time-out.
///
/// Elsewhere than on Linux a connection on loopback is made in the background, and such a clock does not wait for it.
/// There it goes as it always does, and the test takes as long as it says.
pub fn pause() {
    thread_local! {
        /// The runtime whose clock stands still.
        static PAUSED: Cell<Option<Id>> = const { Cell::new(None) };
    }
    let runtime = Some(Handle::current().id());
    if cfg!(target_os = "linux") && PAUSED.replace(runtime) != runtime {
        tokio::time::pause();
    }
}
