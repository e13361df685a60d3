//! A branch is who its ID says: restoring, waiting and the drill on a server with books, which knows who made what.

use std::time::Duration;

use planetscale_client::{BranchRef, Client, Created, Outcome, PollError, RestoreBackup, RetryPolicy, ServiceToken};
use proptest::prelude::*;

use crate::books::{Access, BACKUP, Deed, Entry, Fate, Maker, Manners, Origin, Schedule, Server, schedule};
use crate::clock;
use crate::property::config;

#[allow(dead_code, unused_imports, reason = "the example shows more of it")]
#[path = "../../client/examples/restore_drill/drill.rs"]
pub mod drill;

fn main_branch() -> BranchRef {
    BranchRef::new("acme", "shop", "main")
}

fn client(server: &Server) -> Client {
    let policy = RetryPolicy::default().initial_delay(Duration::from_millis(1)).max_retries(1);
    let token = ServiceToken::new("id", "secret");
    Client::builder().auth(token).base_url(server.url()).retry(policy).build().unwrap()
}

fn restore(client: &Client, schedule: &Schedule) -> RestoreBackup {
    client.restore_backup(main_branch().backup(BACKUP), schedule.name)
}

fn run<T>(test: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap().block_on(test)
}

fn there(entries: &[Entry], is: impl Fn(&Entry) -> bool) -> Vec<&Entry> {
    entries.iter().filter(|entry| !entry.is_deleted && is(entry)).collect()
}

/// Those that the library has sent for deletion.
fn deletions(server: &Server) -> usize {
    server.requests().iter().filter(|request| request.starts_with("DELETE")).count()
}

/// Longer than anything comes late.
const LATE: Duration = Duration::from_secs(400);

/// A server on which all is well.
pub fn well() -> Schedule {
    Schedule {
        manners: Manners {
            lag: 0,
            restored_branches: Some(0),
            has_origin: true,
            normalises: false,
            is_dated: true,
            ready: 20,
            slow: Duration::ZERO,
            denied: vec![],
        },
        fates: vec![],
        deed: None,
        present: None,
        name: "Drill Nightly",
    }
}

/// The requests of a restore before the creation: the list of branches, and the backup.
const LOOKS: usize = 2;

fn looked(fate: Fate) -> Vec<Fate> {
    [vec![Fate::Well; LOOKS], vec![fate]].concat()
}

#[tokio::test]
async fn a_branch_has_the_name_that_the_server_gave_it() {
    clock::pause();
    let mut schedule = well();
    schedule.manners.normalises = true;
    schedule.manners.lag = 45;
    let server = Server::start(&schedule).await;
    let client = client(&server);
    let restored = restore(&client, &schedule).await.unwrap();
    assert_eq!(restored.branch_ref.to_string(), "acme/shop/drill-nightly");
    let ready = client.wait_for_branch(&restored).await.unwrap();
    assert_eq!(ready.id, restored.branch.id);
    // What was only stored has no such budget.
    let again = restore(&client, &schedule).await.unwrap();
    assert_eq!((again.created, &again.branch.id), (Created::Before, &restored.branch.id));
}

#[tokio::test]
async fn another_branch_of_the_name_is_not_waited_for() {
    clock::pause();
    let schedule = well();
    let server = Server::start(&schedule).await;
    let client = client(&server);
    let restored = restore(&client, &schedule).await.unwrap();
    let stored = restored.branch_ref.with_id(&restored.branch.id);
    server.act(Deed::Replace(Origin::SameBackup));
    for wait in [client.wait_for_branch(&restored), client.wait_for_branch(stored)] {
        let error = wait.await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "Drill Nightly (brn3): that is not the one that was waited for, whose ID is brn2"
        );
        assert!(matches!(&error, PollError::Another { expected, .. } if expected == "brn2"));
        assert_eq!((error.outcome(), error.is_retryable()), (Outcome::Unknown, false));
    }
    // By its name alone it is as good as any.
    assert_eq!(client.wait_for_branch(&restored.branch_ref).await.unwrap().id, "brn3");
}

/// What is not there yet, for how long, and what is said then.
#[tokio::test]
async fn a_wait_for_what_was_just_made_takes_404_as_not_yet() {
    clock::pause();
    let mut schedule = well();
    schedule.manners.lag = 90;
    let server = Server::start(&schedule).await;
    let client = client(&server);
    let restored = restore(&client, &schedule).await.unwrap();
    let error = client.wait_for_branch(&restored).await.unwrap_err();
    assert!(matches!(&error, PollError::Poll { error: why, .. } if why.code() == Some("not_found")), "{error:?}");
    assert!(error.to_string().contains("/branches/Drill%20Nightly failed"), "{error}");
    let error = client.wait_for_branch(&restored.branch_ref).await.unwrap_err();
    assert!(matches!(error, PollError::Poll { .. }));
    let wait = client.branch(&restored).get_branch().until(|branch| branch.ready);
    assert_eq!(wait.not_found_for(Duration::from_secs(120)).await.unwrap().id, "brn2");
}

/// Who made a branch is said, not guessed.
#[tokio::test]
async fn what_cannot_be_proved_is_a_value_of_its_own() {
    let lost = Fate::LostAfter;
    let refused = Fate::BadGateway { is_done: false };
    let quicker = Some((LOOKS, Deed::Make(Origin::SameBackup)));
    for (fate, deed, nonce, created) in [
        (Fate::Well, None, None, Created::ByThisRun),
        // Cut after the ID.
        (Fate::Cut(60), None, None, Created::ByThisRun),
        (lost, None, None, Created::Unproven),
        (lost, None, Some("Nightly"), Created::Unproven),
        (refused, quicker, None, Created::Unproven),
        (Fate::Page { is_done: true }, None, None, Created::Unproven),
        // With 422.
        (Fate::Well, quicker, None, Created::Unproven),
    ] {
        let schedule = Schedule { fates: looked(fate), deed, ..well() };
        let server = Server::start(&schedule).await;
        let client = client(&server);
        let mut call = restore(&client, &schedule);
        if let Some(nonce) = nonce {
            call = call.nonce(nonce);
            let error = call.await.unwrap_err();
            assert_eq!((error.outcome(), error.creation_sent()), (Outcome::NotApplied, false), "too short: {error}");
            continue;
        }
        let restored = call.await.unwrap();
        assert_eq!(restored.created, created, "{fate:?} {deed:?}");
    }
    // A nonce proves what an answer cannot.
    let schedule = Schedule { fates: looked(lost), name: "drill-5eed5eed", ..well() };
    let server = Server::start(&schedule).await;
    let client = client(&server);
    assert_eq!(restore(&client, &schedule).nonce("5eed5eed").await.unwrap().created, Created::ByThisRun);
}

/// Facts that are late or missing say nothing.
#[tokio::test]
async fn what_the_api_does_not_say_is_not_known() {
    clock::pause();
    let mut schedule = Schedule { present: Some((Maker::Earlier, Origin::SameBackup)), ..well() };
    for (restored_branches, has_origin) in [(None, false), (None, true), (Some(100_000), true)] {
        (schedule.manners.restored_branches, schedule.manners.has_origin) = (restored_branches, has_origin);
        let server = Server::start(&schedule).await;
        let error = restore(&client(&server), &schedule).await.unwrap_err();
        assert_eq!((error.outcome(), error.creation_sent(), error.is_retryable()), (Outcome::Unknown, false, true));
        assert_eq!(error.unclear_branch().map(|branch| branch.id.as_str()), Some("brn2"), "{error:?}");
        assert!(error.branch_in_the_way().is_none());
        assert_eq!(
            error.to_string(),
            "the API does not say whether the branch that is there is from this backup; there is Drill Nightly (brn2), \
             ready, which may be acme/shop/Drill Nightly"
        );
    }
    // Of a branch that is there, before the backup could be read.
    schedule.manners.denied = vec![Access::ReadBackups];
    let server = Server::start(&schedule).await;
    let error = restore(&client(&server), &schedule).await.unwrap_err();
    assert_eq!((error.outcome(), error.creation_sent()), (Outcome::Unknown, false), "{error}");
    assert_eq!(error.unclear_branch().map(|branch| branch.id.as_str()), Some("brn2"), "{error:?}");
    // After the creation, too.
    let mut schedule = Schedule { fates: looked(Fate::LostAfter), ..well() };
    schedule.manners.restored_branches = None;
    let server = Server::start(&schedule).await;
    let error = restore(&client(&server), &schedule).await.unwrap_err();
    assert_eq!((error.outcome(), error.creation_sent()), (Outcome::Unknown, true));
    assert_eq!(error.unclear_branch().map(|branch| branch.id.as_str()), Some("brn2"));
    assert!(error.call_error().is_some() && error.to_string().contains("the creation ended with"), "{error}");
}

#[tokio::test]
async fn the_first_looks_are_patient_and_say_unknown_where_they_saw_nothing() {
    clock::pause();
    let page = Fate::Page { is_done: false };
    for fates in [vec![page], vec![page, page, Fate::LostBefore], vec![Fate::Well, page]] {
        let schedule = Schedule { fates, ..well() };
        let server = Server::start(&schedule).await;
        assert_eq!(restore(&client(&server), &schedule).await.unwrap().created, Created::ByThisRun);
    }
    let mut schedule = well();
    schedule.manners.denied = vec![Access::ReadBranch];
    let server = Server::start(&schedule).await;
    let error = restore(&client(&server), &schedule).await.unwrap_err();
    assert_eq!((error.outcome(), error.creation_sent(), error.is_retryable()), (Outcome::Unknown, false, false));
    let said = "nothing was sent; it is unknown whether acme/shop/Drill Nightly exists";
    assert!(error.to_string().ends_with(said), "{error}");
}

/// An answer that names the branch, and a branch that is not to be seen.
#[tokio::test]
async fn an_answer_with_an_id_is_proof() {
    clock::pause();
    let mut schedule = Schedule { fates: looked(Fate::Cut(60)), ..well() };
    schedule.manners.lag = 1000;
    let server = Server::start(&schedule).await;
    let error = restore(&client(&server), &schedule).await.unwrap_err();
    assert_eq!((error.outcome(), error.id(), error.is_retryable()), (Outcome::Applied, Some("brn2"), true));
    assert!(
        error.to_string().ends_with("acme/shop/Drill Nightly (brn2) was created, but was not found afterwards"),
        "{error}"
    );
    // A page of a proxy is none.
    let schedule = Schedule { fates: looked(Fate::Page { is_done: false }), ..well() };
    let server = Server::start(&schedule).await;
    let error = restore(&client(&server), &schedule).await.unwrap_err();
    assert_eq!((error.outcome(), error.creation_sent()), (Outcome::Unknown, true));
    assert!(error.to_string().ends_with("acme/shop/Drill Nightly may have been created, but was not found"), "{error}");
}

#[tokio::test]
async fn a_drill_does_not_take_404_for_gone() {
    clock::pause();
    let mut schedule = well();
    schedule.manners.denied = vec![Access::DeleteBranch];
    let server = Server::start(&schedule).await;
    let (_stop, stops) = tokio::sync::watch::channel(0);
    let plan = drill::Plan::new(main_branch());
    let report = drill::run(&client(&server), &plan, |_| {}, stops).await;
    let left = report.left.unwrap();
    assert_eq!((left.branch.branch, left.id.as_deref()), (plan.scratch, Some("brn2")));
    assert!(left.why.contains("it is listed still: ") && left.why.contains("404"), "{}", left.why);
    assert!(report.took.is_some() && report.error.is_none());
}

proptest! {
    #![proptest_config(config(150))]

    /// Never two, none that is foreign deleted or claimed, none of ours unnamed, and an outcome that agrees with the
    /// books.
    #[test]
    #[cfg_attr(not(target_os = "linux"), ignore)]
    fn a_restore_agrees_with_the_books(schedule in schedule()) {
        run(async {
            let server = Server::start(&schedule).await;
            let client = client(&server);
            let result = restore(&client, &schedule).await;
            let at_once = server.entries();
            tokio::time::sleep(LATE).await;
            let entries = server.entries();
            let made: Vec<&Entry> = entries.iter().filter(|entry| entry.maker == Maker::Client).collect();
            prop_assert!(made.len() <= 1, "{made:?}");
            prop_assert_eq!(deletions(&server), 0);
            match &result {
                Ok(restored) => {
                    let entry = entries.iter().find(|entry| entry.id == restored.branch.id).unwrap();
                    prop_assert_eq!(&entry.name, &restored.branch_ref.branch, "it is called as the server does");
                    prop_assert_eq!(entry.from.as_deref(), Some(BACKUP), "{:?} is not from the backup", entry);
                    match restored.created {
                        Created::ByThisRun => prop_assert_eq!(entry.maker, Maker::Client),
                        Created::Before => prop_assert!(entry.maker != Maker::Client),
                        _ => {}
                    }
                }
                Err(error) => {
                    // An earlier call's, too.
                    let wanted = there(&at_once, |it| it.from.as_deref() == Some(BACKUP) && it.maker != Maker::Other);
                    match error.outcome() {
                        Outcome::NotApplied => prop_assert!(wanted.is_empty() && made.is_empty(), "{error}: {wanted:?}"),
                        Outcome::Applied => prop_assert!(!made.is_empty(), "{error}"),
                        _ => {}
                    }
                    prop_assert!(made.is_empty() || error.to_string().contains(schedule.name), "{error}");
                }
            }
            // A day later: never two.
            server.calm();
            let again = restore(&client, &schedule).await;
            let entries = server.entries();
            let made: Vec<&Entry> = entries.iter().filter(|it| it.maker == Maker::Client && !it.is_deleted).collect();
            prop_assert!(made.len() <= 1, "{made:?} {again:?}");
            Ok(())
        })?;
    }

    /// A wait is for the branch that was restored, and for no other one.
    #[test]
    #[cfg_attr(not(target_os = "linux"), ignore)]
    fn a_wait_is_for_one_branch(mut schedule in schedule(), deed in prop::option::weighted(0.3, 0..150_u64)) {
        schedule.present = None;
        // Then the creation goes well.
        schedule.fates = [vec![Fate::Well; 6], schedule.fates].concat();
        schedule.deed = None;
        schedule.manners.denied.clear();
        run(async {
            let server = Server::start(&schedule).await;
            let client = client(&server);
            let restored = restore(&client, &schedule).await.unwrap();
            let wait = client.wait_for_branch(&restored).max_consecutive_errors(99).into_future();
            let deed = async {
                if let Some(seconds) = deed {
                    tokio::time::sleep(Duration::from_secs(seconds)).await;
                    server.act(Deed::Replace(Origin::SameBackup));
                }
            };
            let (waited, ()) = tokio::join!(wait, deed);
            match waited {
                Ok(branch) => prop_assert_eq!(&branch.id, &restored.branch.id),
                Err(error) => {
                    let entries = server.entries();
                    let entry = entries.iter().find(|entry| entry.id == restored.branch.id).unwrap();
                    prop_assert!(entry.is_deleted, "it is there, but: {error}");
                    // As it is in a path.
                    prop_assert!(error.to_string().replace("%20", " ").contains(&entry.name), "{error}");
                }
            }
            Ok(())
        })?;
    }

    /// A drill leaves none that it does not name, and deletes none that it has not made.
    #[test]
    #[cfg_attr(not(target_os = "linux"), ignore)]
    fn a_drill_agrees_with_the_books(
        schedule in schedule(),
        has_nonce in any::<bool>(),
        interrupted in prop_oneof![
            2 => Just(vec![]),
            1 => prop::collection::vec(0..300_u64, 1..3),
        ],
    ) {
        run(async {
            let server = Server::start(&schedule).await;
            let client = client(&server);
            let mut plan = drill::Plan::new(main_branch()).named(schedule.name);
            plan.deadline = Duration::from_secs(900);
            if has_nonce {
                plan.scratch = format!("{} 5eed5eed5eed", schedule.name);
                plan.nonce = Some("5eed5eed5eed".to_owned());
            }
            let (stop, stops) = tokio::sync::watch::channel(0);
            tokio::spawn(async move {
                for seconds in interrupted {
                    tokio::time::sleep(Duration::from_secs(seconds)).await;
                    stop.send_modify(|count| *count += 1);
                }
                std::future::pending::<()>().await;
            });
            let report = drill::run(&client, &plan, |_| {}, stops).await;
            tokio::time::sleep(LATE).await;
            let entries = server.entries();
            let deleted = entries.iter().filter(|entry| entry.is_deleted && entry.maker != Maker::Client).count();
            let by_others = schedule.deed.map_or(0, |(number, deed)| {
                let is_replaced = matches!(deed, Deed::Replace(_));
                // Between GET and DELETE nobody can tell them apart.
                let is_late = is_replaced && server.requests().get(number).is_some_and(|it| it.starts_with("DELETE"));
                usize::from(is_replaced) + usize::from(is_late)
            });
            prop_assert!(deleted <= by_others, "{entries:?} {report:?}");
            let made = there(&entries, |entry| entry.maker == Maker::Client);
            prop_assert!(made.len() <= 1, "{made:?}");
            if let Some(entry) = made.first() {
                let left = report.left.as_ref();
                let is_named = left.is_some_and(|left| {
                    left.branch.branch == entry.name || left.branch.branch == plan.scratch || left.id.as_ref() == Some(&entry.id)
                });
                prop_assert!(is_named, "{entry:?} {report:?}");
            }
            prop_assert!(report.error.is_some() || report.took.is_some());
            Ok(())
        })?;
    }
}
