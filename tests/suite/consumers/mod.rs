//! Programs of about thirty lines, as users of the crate write them: each is compiled, and run on a mock server.

mod create_and_wait;
mod errors_by_hand;
mod list_all;
mod own_tests;
mod rate_limit;
mod time_outs;
