//! Injects faults into the requests that a matcher selects.

use super::matcher::RequestMatcher;
use super::reply::refusal;
use super::server::{Answer, Fault};
use super::{MockServer, to_status};

/// Injects a fault into the next matching request. See [`MockServer::on`].
#[derive(Debug)]
#[must_use = "no fault is injected until a method is called"]
pub struct FaultInjector<'a> {
    pub(super) server: &'a MockServer,
    pub(super) matcher: RequestMatcher,
}

impl FaultInjector<'_> {
    /// As [`MockServer::pass_next`].
    pub fn pass_next(&self) {
        self.fault(Fault::None);
    }

    /// As [`MockServer::refuse_next`].
    ///
    /// # Panics
    /// Where `status` is not an HTTP status.
    pub fn refuse_next(&self, status: u16, code: &str, message: &str) {
        self.fault(Fault::Answer(refusal(to_status(status), code, message).into()));
    }

    /// As [`MockServer::limit_next`].
    pub fn limit_next(&self, retry_after_seconds: u64) {
        self.fault(Fault::Answer(Answer::limit(retry_after_seconds)));
    }

    /// As [`MockServer::lose_next_request`].
    pub fn lose_next_request(&self) {
        self.fault(Fault::LoseRequest);
    }

    /// As [`MockServer::lose_next_answer`].
    pub fn lose_next_answer(&self) {
        self.fault(Fault::LoseAnswer);
    }

    fn fault(&self, fault: Fault) {
        self.server.fault_for(self.matcher.clone(), fault);
    }
}
