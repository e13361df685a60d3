//! A server that keeps books: of each branch it knows who made it and what from. It shares nothing with the mock server of
//! the crate, has the few routes that restoring takes, and does what nobody documents either way: it lags, writes
//! names as it likes, and leaves facts out.

use std::collections::VecDeque;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;

/// The backup that there is.
pub const BACKUP: &str = "bkp1";
const BRANCHES: &str = "/v1/organizations/acme/databases/shop/branches";

/// Who made a branch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Maker {
    /// The client that is tried.
    Client,
    /// The same job, on another day.
    Earlier,
    /// Somebody else.
    Other,
}

/// A line of the books.
#[derive(Clone, Debug)]
pub struct Entry {
    pub id: String,
    /// As the server writes it.
    pub name: String,
    pub maker: Maker,
    /// The backup that it was restored from.
    pub from: Option<String>,
    at: Instant,
    created_at: DateTime<Utc>,
    pub is_deleted: bool,
}

/// How the server is.
#[derive(Clone, Debug)]
pub struct Manners {
    /// So many seconds pass until a branch that was made can be read.
    pub lag: u64,
    /// The same for the list of a backup's branches; it is always null, if none.
    pub restored_branches: Option<u64>,
    /// Whether a branch says where it comes from.
    pub has_origin: bool,
    /// Whether `Drill Nightly` becomes `drill-nightly`.
    pub normalises: bool,
    /// Whether answers have a date.
    pub is_dated: bool,
    /// So many seconds pass until a branch is ready.
    pub ready: u64,
    /// How long it takes until a request is done, and again until it is answered.
    pub slow: Duration,
    /// What the token may not do.
    pub denied: Vec<Access>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    ReadBranch,
    CreateBranch,
    DeleteBranch,
    ReadBackups,
}

/// What becomes of one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Well,
    /// The connection breaks before anything is done, or after.
    LostBefore,
    LostAfter,
    /// The answer is cut short after so many percent.
    Cut(u8),
    /// A proxy answers: with 502 or with a page and 200, before anything is done or after.
    BadGateway {
        is_done: bool,
    },
    Page {
        is_done: bool,
    },
    /// It is done after so many seconds, when nobody waits any more.
    Late(u64),
}

/// What somebody else does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Makes a branch of the name, from the same backup, from another one, or from nothing.
    Make(Origin),
    /// Deletes the branch of the name, and makes another one.
    Replace(Origin),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    SameBackup,
    OtherBackup,
    Nothing,
}

/// All that a server goes by.
#[derive(Clone, Debug)]
pub struct Schedule {
    pub manners: Manners,
    /// One for each request, then all goes well.
    pub fates: Vec<Fate>,
    /// A deed of somebody else, right before the request of that number.
    pub deed: Option<(usize, Deed)>,
    /// A branch of the name that is there from the first.
    pub present: Option<(Maker, Origin)>,
    /// The name that is asked for.
    pub name: &'static str,
}

pub fn schedule() -> impl Strategy<Value = Schedule> {
    let fate = prop_oneof![
        6 => Just(Fate::Well),
        1 => Just(Fate::LostBefore),
        2 => Just(Fate::LostAfter),
        2 => (0..=100_u8).prop_map(Fate::Cut),
        2 => any::<bool>().prop_map(|is_done| Fate::BadGateway { is_done }),
        2 => any::<bool>().prop_map(|is_done| Fate::Page { is_done }),
        1 => (1..90_u64).prop_map(Fate::Late),
    ];
    let access = prop_oneof![
        Just(Access::ReadBranch),
        Just(Access::CreateBranch),
        Just(Access::DeleteBranch),
        Just(Access::ReadBackups)
    ];
    let manners = (
        prop_oneof![3 => Just(0), 2 => 1..50_u64],
        prop_oneof![3 => Just(Some(0)), 2 => (1..300_u64).prop_map(Some), 1 => Just(None)],
        prop::bool::weighted(0.7),
        any::<bool>(),
        any::<bool>(),
        0..200_u64,
        prop_oneof![4 => Just(vec![]), 1 => access.prop_map(|access| vec![access])],
    )
        .prop_map(|(lag, restored_branches, has_origin, normalises, is_dated, ready, denied)| Manners {
            lag,
            restored_branches,
            has_origin,
            normalises,
            is_dated,
            ready,
            slow: Duration::ZERO,
            denied,
        });
    let origin = || prop_oneof![Just(Origin::SameBackup), Just(Origin::OtherBackup), Just(Origin::Nothing)];
    let deed = prop_oneof![2 => origin().prop_map(Deed::Make), 1 => origin().prop_map(Deed::Replace)];
    let present = prop_oneof![
        1 => Just((Maker::Earlier, Origin::SameBackup)),
        1 => origin().prop_map(|origin| (Maker::Other, origin)),
    ];
    // A few go well, so that the creation has its share.
    let fates = (0..4_usize, prop::collection::vec(fate, 0..9))
        .prop_map(|(well, fates)| [vec![Fate::Well; well], fates].concat());
    (
        manners,
        fates,
        prop::option::weighted(0.4, (0..12_usize, deed)),
        prop::option::weighted(0.25, present),
        prop_oneof![Just("drill-nightly"), Just("Drill Nightly")],
    )
        .prop_map(|(manners, fates, deed, present, name)| Schedule { manners, fates, deed, present, name })
}

struct Books {
    schedule: Schedule,
    fates: VecDeque<Fate>,
    entries: Vec<Entry>,
    requests: Vec<String>,
    began: Instant,
    made: usize,
}

/// The running server.
pub struct Server {
    address: SocketAddr,
    books: Arc<Mutex<Books>>,
    task: tokio::task::JoinHandle<()>,
}

impl Server {
    pub async fn start(schedule: &Schedule) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut books = Books {
            schedule: schedule.clone(),
            fates: schedule.fates.clone().into(),
            entries: Vec::new(),
            requests: Vec::new(),
            began: Instant::now(),
            made: 0,
        };
        books.make("main", Maker::Other, None);
        books.entries[0].created_at = time("2026-01-01T00:00:00Z");
        if let Some((maker, origin)) = schedule.present {
            books.make(schedule.name, maker, origin.backup());
            // An hour ago, and long to be read.
            let entry = books.entries.last_mut().unwrap();
            entry.created_at -= TimeDelta::hours(1);
            entry.at = Instant::now().checked_sub(Duration::from_secs(3600)).unwrap_or(entry.at);
        }
        let books = Arc::new(Mutex::new(books));
        let shared = Arc::clone(&books);
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(serve(stream, Arc::clone(&shared)));
            }
        });
        Self { address, books, task }
    }

    pub fn url(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// All branches that were ever there, `main` aside.
    pub fn entries(&self) -> Vec<Entry> {
        lock(&self.books).entries.iter().filter(|entry| entry.name != "main").cloned().collect()
    }

    /// Methods and targets, in their order.
    pub fn requests(&self) -> Vec<String> {
        lock(&self.books).requests.clone()
    }

    /// From now on all goes well.
    pub fn calm(&self) {
        let mut books = lock(&self.books);
        books.fates.clear();
        books.schedule.deed = None;
    }

    /// What somebody else does, now.
    pub fn act(&self, deed: Deed) {
        lock(&self.books).act(deed);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn lock(books: &Mutex<Books>) -> MutexGuard<'_, Books> {
    books.lock().unwrap_or_else(PoisonError::into_inner)
}

fn time(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

impl Origin {
    fn backup(self) -> Option<String> {
        match self {
            Self::SameBackup => Some(BACKUP.to_owned()),
            Self::OtherBackup => Some("bkp0".to_owned()),
            Self::Nothing => None,
        }
    }
}

/// A status and a body; none is sent with 204.
type Answer = (&'static str, Option<Value>);

impl Books {
    fn written(&self, name: &str) -> String {
        if self.schedule.manners.normalises { name.to_lowercase().replace(' ', "-") } else { name.to_owned() }
    }

    fn now(&self) -> DateTime<Utc> {
        time("2026-03-01T12:00:00Z") + TimeDelta::from_std(self.began.elapsed()).unwrap()
    }

    fn make(&mut self, name: &str, maker: Maker, from: Option<String>) -> Option<usize> {
        let name = self.written(name);
        if self.entries.iter().any(|entry| entry.name == name && !entry.is_deleted) {
            return None;
        }
        self.made += 1;
        let id = format!("brn{}", self.made);
        let (at, created_at) = (Instant::now(), self.now());
        self.entries.push(Entry { id, name, maker, from, at, created_at, is_deleted: false });
        Some(self.entries.len() - 1)
    }

    fn act(&mut self, deed: Deed) {
        let name = self.schedule.name;
        let (Deed::Make(origin) | Deed::Replace(origin)) = deed;
        if let Deed::Replace(_) = deed {
            let written = self.written(name);
            let Some(entry) = self.entries.iter_mut().find(|entry| entry.name == written && !entry.is_deleted) else {
                return;
            };
            entry.is_deleted = true;
        }
        self.make(name, Maker::Other, origin.backup());
    }

    fn can_read(&self, entry: &Entry) -> bool {
        !entry.is_deleted && (entry.name == "main" || entry.at.elapsed().as_secs() >= self.schedule.manners.lag)
    }

    fn branch(&self, entry: &Entry) -> Value {
        let is_ready = entry.at.elapsed().as_secs() >= self.schedule.manners.ready;
        let origin = json!({
            "id": "brn1", "name": "main", "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z",
        });
        json!({
            "id": entry.id, "name": entry.name, "state": if is_ready { "ready" } else { "pending" }, "ready": is_ready,
            "cluster_name": "PS_10", "created_at": entry.created_at.to_rfc3339(),
            "restored_from_branch":
                if self.schedule.manners.has_origin && entry.from.is_some() { origin } else { Value::Null },
        })
    }

    fn backup(&self) -> Value {
        let restored = self.schedule.manners.restored_branches.map(|lag| {
            let entries = self.entries.iter().filter(|entry| entry.from.as_deref() == Some(BACKUP));
            let entries = entries.filter(|entry| !entry.is_deleted && entry.at.elapsed().as_secs() >= lag);
            let entries: Vec<Value> = entries
                .map(|it| json!({ "id": it.id, "name": it.name, "created_at": it.created_at.to_rfc3339() }))
                .collect();
            entries
        });
        json!({
            "id": BACKUP, "name": "nightly", "state": "success", "size": 1024, "protected": false,
            "created_at": "2026-02-28T03:00:00Z", "started_at": "2026-02-28T03:00:00Z",
            "completed_at": "2026-02-28T03:30:00Z", "expires_at": "2999-04-01T00:00:00Z", "deleted_at": null, "updated_at": "2026-02-28T03:30:00Z",
            "database_branch": { "id": "brn1", "name": "main", "created_at": "2026-01-01T00:00:00Z" },
            "restored_branches": restored,
        })
    }

    /// Does what is asked for.
    fn handle(&mut self, method: &str, target: &str, body: &Value) -> Answer {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let Some(rest) = path.strip_prefix(BRANCHES) else { return missing() };
        let parts: Vec<String> =
            rest.split('/').filter(|part| !part.is_empty()).map(|part| part.replace("%20", " ")).collect();
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        let access = match (method, &*parts) {
            ("GET", [_, "backups"] | [_, "backups", _]) => Access::ReadBackups,
            ("GET", _) => Access::ReadBranch,
            ("POST", _) => Access::CreateBranch,
            _ => Access::DeleteBranch,
        };
        if self.schedule.manners.denied.contains(&access) {
            return missing();
        }
        match (method, &*parts) {
            ("GET", []) => {
                let entries: Vec<&Entry> = self.entries.iter().filter(|entry| self.can_read(entry)).collect();
                page(query, entries.into_iter().map(|entry| self.branch(entry)).collect())
            }
            ("GET", ["main", "backups"]) => page(query, vec![self.backup()]),
            ("GET", ["main", "backups", BACKUP]) => ("200 OK", Some(self.backup())),
            ("GET", [name]) => match self.entries.iter().find(|entry| entry.name == *name && self.can_read(entry)) {
                Some(entry) => ("200 OK", Some(self.branch(entry))),
                None => missing(),
            },
            ("POST", []) => {
                let from = body["backup_id"].as_str().map(str::to_owned);
                match self.make(body["name"].as_str().unwrap_or_default(), Maker::Client, from) {
                    Some(at) => ("201 Created", Some(self.branch(&self.entries[at]))),
                    None => ("422 Unprocessable Entity", Some(json!({ "code": "unprocessable", "message": "Taken" }))),
                }
            }
            ("DELETE", [name]) => {
                let found = (0..self.entries.len())
                    .find(|at| self.entries[*at].name == *name && self.can_read(&self.entries[*at]));
                match found {
                    Some(at) => {
                        self.entries[at].is_deleted = true;
                        ("204 No Content", None)
                    }
                    None => missing(),
                }
            }
            _ => missing(),
        }
    }
}

fn missing() -> Answer {
    ("404 Not Found", Some(json!({ "code": "not_found", "message": "Not Found" })))
}

/// Two a page, however many are asked for.
fn page(query: &str, all: Vec<Value>) -> Answer {
    let asked = query.split('&').find_map(|pair| pair.strip_prefix("page=")).and_then(|page| page.parse().ok());
    let page: usize = asked.unwrap_or(1).max(1);
    let next = (all.len() > page * 2).then_some(page + 1);
    let data: Vec<Value> = all.into_iter().skip((page - 1) * 2).take(2).collect();
    ("200 OK", Some(json!({ "type": "list", "current_page": page, "next_page": next, "data": data })))
}

async fn serve(mut stream: TcpStream, books: Arc<Mutex<Books>>) {
    let Some((method, target, body)) = read(&mut stream).await else { return };
    let (fate, is_dated, slow) = {
        let mut books = lock(&books);
        let number = books.requests.len();
        books.requests.push(format!("{method} {target}"));
        if let Some((_, deed)) = books.schedule.deed.filter(|(at, _)| *at == number) {
            books.act(deed);
        }
        let manners = &books.schedule.manners;
        let (is_dated, slow) = (manners.is_dated, manners.slow);
        (books.fates.pop_front().unwrap_or(Fate::Well), is_dated, slow)
    };
    tokio::time::sleep(slow).await;
    let work = || lock(&books).handle(&method, &target, &body);
    let html = "<html><body>Please stand by</body></html>";
    let bytes = match fate {
        Fate::LostBefore => return stream.set_zero_linger().unwrap(),
        Fate::LostAfter => {
            work();
            return stream.set_zero_linger().unwrap();
        }
        Fate::Late(seconds) => {
            tokio::time::sleep(Duration::from_secs(seconds)).await;
            work();
            return std::future::pending().await;
        }
        Fate::Well => written(work(), is_dated),
        Fate::Cut(percent) => {
            let bytes = written(work(), is_dated);
            let head = bytes.find("\r\n\r\n").unwrap() + 4;
            bytes[..head + (bytes.len() - head) * usize::from(percent) / 100].to_owned()
        }
        Fate::BadGateway { is_done } | Fate::Page { is_done } => {
            if is_done {
                work();
            }
            let status = if matches!(fate, Fate::Page { .. }) { "200 OK" } else { "502 Bad Gateway" };
            let length = html.len();
            format!(
                "HTTP/1.1 {status}\r\ncontent-type: text/html\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{html}"
            )
        }
    };
    tokio::time::sleep(slow).await;
    let _ = stream.write_all(bytes.as_bytes()).await;
    let _ = stream.shutdown().await;
}

fn written((status, body): Answer, is_dated: bool) -> String {
    let body = body.map(|body| body.to_string()).unwrap_or_default();
    let date = if is_dated { "date: Sun, 01 Mar 2026 12:00:00 GMT\r\n" } else { "" };
    let length = if status.starts_with("204") { String::new() } else { format!("content-length: {}\r\n", body.len()) };
    format!("HTTP/1.1 {status}\r\ncontent-type: application/json\r\nconnection: close\r\n{date}{length}\r\n{body}")
}

async fn read(stream: &mut TcpStream) -> Option<(String, String, Value)> {
    let (mut bytes, mut buffer) = (Vec::new(), [0; 8192]);
    loop {
        let count = stream.read(&mut buffer).await.ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(&buffer[..count]);
        let text = String::from_utf8_lossy(&bytes);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
        });
        if body.len() >= length.unwrap_or(0) {
            let mut words = head.split(' ');
            let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
            return Some((method, target, serde_json::from_str(body).unwrap_or_default()));
        }
    }
}
