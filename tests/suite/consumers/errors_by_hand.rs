//! What a job does with each error, tested with errors that are made by hand.

use std::time::Duration;

use planetscale_client::calls::CreateBackup;
use planetscale_client::{Error, Outcome, Refused, StatusCode, Unreadable};

#[derive(Debug, PartialEq)]
enum Action {
    Mend,
    TryLater,
    Look,
    GoOn(String),
}

fn decide(error: &Error) -> Action {
    match error {
        Error::Unreadable(answer) => answer.id().map_or(Action::Look, Action::GoOn),
        error if error.outcome() == Outcome::Unknown => Action::Look,
        error if error.is_retryable() => Action::TryLater,
        _ => Action::Mend,
    }
}

#[test]
fn each_error_has_its_action() {
    let operation = CreateBackup::OPERATION;
    let refused = |status| Error::from(Refused::new(operation, status));
    assert_eq!(decide(&Error::not_sent(operation)), Action::TryLater);
    assert_eq!(decide(&Error::timeout(operation, Duration::from_secs(60))), Action::Look);
    assert_eq!(decide(&refused(StatusCode::TOO_MANY_REQUESTS)), Action::TryLater);
    assert_eq!(decide(&refused(StatusCode::BAD_GATEWAY)), Action::Look);
    assert_eq!(decide(&refused(StatusCode::FORBIDDEN)), Action::Mend);
    let cut = Unreadable::new(operation, StatusCode::CREATED, r#"{"id": "b1", "na"#, "it ends early");
    assert_eq!(decide(&cut.into()), Action::GoOn("b1".to_owned()));
}
