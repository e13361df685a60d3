//! What can go wrong between a client and the mock server, in any order.

use std::time::Duration;

use planetscale_client::mock::MockServer;
use planetscale_client::{Client, RetryPolicy};
use proptest::prelude::*;

/// A client that tries again soon, and gives up as soon as nothing can come of it.
pub fn quick(url: &str, timeout: Duration) -> Client {
    let policy = RetryPolicy::default().initial_delay(Duration::from_millis(1)).max_retries(1);
    Client::builder().auth(MockServer::token()).base_url(url).retry(policy).timeout(timeout).build().unwrap()
}

/// What can go wrong with one request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fault {
    None,
    LostBefore,
    LostAfter,
    Truncated,
    FailsBefore(u16),
    FailsAfter(u16),
    Unreadable,
    Limited,
    /// Done when its sender knows no more of it.
    Late,
    /// Done, and never answered.
    Slow,
    /// The process ends while it waits for the answer, and is started again.
    CutOffBefore,
    CutOffAfter,
}

pub const FOREVER: Duration = Duration::from_secs(100_000);

/// Longer than the few looks of [`quick`] that show nothing.
pub const LATE: Duration = Duration::from_secs(5);

pub fn fault() -> impl Strategy<Value = Fault> {
    let status = || prop_oneof![Just(500), Just(502), Just(503), Just(504), Just(408)];
    prop_oneof![
        4 => Just(Fault::None),
        1 => Just(Fault::LostBefore),
        2 => Just(Fault::LostAfter),
        1 => Just(Fault::Truncated),
        1 => status().prop_map(Fault::FailsBefore),
        1 => status().prop_map(Fault::FailsAfter),
        1 => Just(Fault::Unreadable),
        1 => Just(Fault::Limited),
        1 => Just(Fault::Late),
        1 => Just(Fault::Slow),
        1 => Just(Fault::CutOffBefore),
        1 => Just(Fault::CutOffAfter),
    ]
}

/// One fault a request, then none.
pub fn script(server: &MockServer, faults: &[Fault]) {
    for fault in faults {
        let waits = matches!(fault, Fault::Slow | Fault::CutOffBefore | Fault::CutOffAfter);
        server.delay_next(if waits { FOREVER } else { Duration::ZERO });
        match *fault {
            Fault::None | Fault::Slow | Fault::CutOffAfter => server.pass_next(),
            Fault::LostBefore | Fault::CutOffBefore => server.lose_next_request(),
            Fault::Late => server.do_next_late(LATE),
            Fault::LostAfter => server.lose_next_answer(),
            Fault::Truncated => server.truncate_next_answer(),
            Fault::FailsBefore(status) => server.answer_next(status, ""),
            Fault::FailsAfter(status) => server.replace_next_answer(status, "<html>Oops</html>"),
            Fault::Unreadable => server.replace_next_answer(201, "[]"),
            Fault::Limited => server.limit_next(0),
        }
    }
}
