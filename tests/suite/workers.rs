//! Threads that outlive a test. The engine keeps for its thread the source that it has parsed and the crates that it
//! made last; libtest gives each test a new thread, so that each would begin with nothing.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Mutex;
use std::sync::mpsc::{Sender, channel};
use std::thread;

type Work = Box<dyn FnOnce() + Send>;

/// Those that have nothing to do. The one that worked last is the last.
static IDLE: Mutex<Vec<Sender<Work>>> = Mutex::new(Vec::new());

thread_local! {
    static IS_WORKER: Cell<bool> = const { Cell::new(false) };
}

/// Works on one of these threads, and waits for what it gives. Work within work is done where it is.
pub fn on_worker<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    if IS_WORKER.get() {
        return work();
    }
    let worker = IDLE.lock().unwrap().pop().unwrap_or_else(start);
    let (done, result) = channel();
    let work = move || done.send(catch_unwind(AssertUnwindSafe(work))).unwrap();
    worker.send(Box::new(work)).unwrap();
    let result = result.recv().unwrap();
    IDLE.lock().unwrap().push(worker);
    result.unwrap_or_else(|panic| resume_unwind(panic))
}

fn start() -> Sender<Work> {
    let (sender, receiver) = channel::<Work>();
    thread::spawn(move || {
        IS_WORKER.set(true);
        receiver.into_iter().for_each(|work| work());
    });
    sender
}
