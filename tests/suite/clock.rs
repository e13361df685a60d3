//! The clock of a test.

use std::cell::Cell;
use std::time::Duration;

use tokio::runtime::{Handle, Id};

/// Longer than anything takes that is answered at all, and shorter than an attempt's timeout.
pub const A_WHILE: Duration = if IS_PAUSED { Duration::from_secs(10) } else { Duration::from_millis(700) };

/// Elsewhere a connection on loopback is made in the background, and such a clock does not wait for it.
const IS_PAUSED: bool = cfg!(target_os = "linux");

/// Lets the clock stand still while anything can be done, and go on to the next event where nothing can: waiting takes
/// no time. Where that cannot be, the clock goes as it always does.
pub fn pause() {
    thread_local! {
        /// The runtime whose clock stands still.
        static PAUSED: Cell<Option<Id>> = const { Cell::new(None) };
    }
    let runtime = Some(Handle::current().id());
    if IS_PAUSED && PAUSED.replace(runtime) != runtime {
        tokio::time::pause();
        tokio::spawn(hold());
    }
}

/// Stops the clock on its way to the next event, the longer the way the more often. What was sent on loopback arrives a
/// little later on a busy machine, and is not to be late for that.
async fn hold() {
    const SHORTEST: Duration = Duration::from_millis(1);
    let metrics = Handle::current().metrics();
    let (mut step, mut count) = (SHORTEST, 0);
    loop {
        tokio::time::sleep(step).await;
        // Real time.
        std::thread::sleep((step / 50).clamp(Duration::from_micros(50), Duration::from_millis(5)));
        // The thread goes to sleep and wakes up a few times for a timer, and more often for a request and its answer.
        let before = std::mem::replace(&mut count, metrics.worker_park_unpark_count(0));
        step = if count - before < 12 { step.mul_f64(1.25) } else { SHORTEST };
    }
}
