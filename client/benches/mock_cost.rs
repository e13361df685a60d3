//! What the mock server that remembers costs with 10,000 resources, beside its own constant answers.
//!
//!     cargo bench --bench mock_cost
//!
//! One server, a process of its own, has 10,000 backups and 1,000 branches. Each kind of request is sent in turns: to
//! what is remembered, and to a path whose answer is scripted and as large. Prints the CPU time of the server for a
//! request (Linux: from /proc; elsewhere wall time), the ratio of both, which is the rate beside a constant answer's, and
//! the memory of the server before and after.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use planetscale_client::mock::{MockServer, TOKEN, TOKEN_ID};
use serde_json::{Value, json};

type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

const BACKUPS: usize = 10_000;
const BRANCHES: usize = 1_000;
const TURNS: usize = 20;
const CALLS_A_TURN: usize = 200;

/// The database that is remembered, and the one whose paths are scripted.
const SHOP: &str = "/organizations/acme/databases/shop";
const CONSTANT: &str = "/organizations/acme/databases/constant";

fn main() -> Result {
    if std::env::args().nth(1).as_deref() == Some("--serve") {
        return serve();
    }
    let mut server = Command::new(std::env::current_exe()?).arg("--serve").stdout(Stdio::piped()).spawn()?;
    let mut address = String::new();
    BufReader::new(server.stdout.take().ok_or("no output")?).read_line(&mut address)?;
    let result = compare(address.trim(), server.id());
    server.kill()?;
    result
}

fn serve() -> Result {
    // One thread: schedstat tells of it alone.
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
        let backups: Vec<Value> =
            (0..BACKUPS).map(|i| json!({ "name": format!("b{i}"), "state": "success" })).collect();
        let branches: Vec<Value> = (0..BRANCHES).map(|i| json!({ "name": format!("branch-{i}") })).collect();
        let server = MockServer::remembering().seed(json!({
            "/organizations": [{ "name": "acme" }],
            "/organizations/acme/databases": [{ "name": "shop", "state": "ready" }],
            "/organizations/acme/databases/shop/branches": branches,
            "/organizations/acme/databases/shop/branches/main/backups": backups,
        }));
        let server = server.await?;
        println!("{}", server.base_url().trim_start_matches("http://").trim_end_matches("/v1"));
        std::io::stdout().flush()?;
        std::future::pending().await
    })
}

/// A connection to the server.
struct Connection(BufReader<TcpStream>);

impl Connection {
    fn open(address: &str) -> Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Self(BufReader::new(stream)))
    }

    fn send(&mut self, method: &str, target: &str, body: &str) -> Result<(u16, Vec<u8>)> {
        let length = body.len();
        let request = format!(
            "{method} {target} HTTP/1.1\r\nhost: localhost\r\nauthorization: {TOKEN_ID}:{TOKEN}\r\n\
             content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
        );
        self.0.get_mut().write_all(request.as_bytes())?;
        let (mut line, mut status, mut length) = (String::new(), 0, 0);
        loop {
            line.clear();
            self.0.read_line(&mut line)?;
            if let Some(rest) = line.strip_prefix("HTTP/1.1 ") {
                status = rest.get(..3).unwrap_or_default().parse()?;
            } else if let Some(value) = line.strip_prefix("content-length: ") {
                length = value.trim().parse()?;
            } else if line.trim().is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        self.0.read_exact(&mut body)?;
        Ok((status, body))
    }
}

/// A kind of request: what it is called, its method, its path below a database, its query, and its body.
type Kind<'k> = (&'k str, &'k str, &'k str, &'k str, &'k str);

fn compare(address: &str, server: u32) -> Result {
    let mut connection = Connection::open(address)?;
    let (_, page) = connection.send("GET", &format!("/v1{SHOP}/branches/main/backups?page=200"), "")?;
    let page: Value = serde_json::from_slice(&page)?;
    let backup = format!("/branches/main/backups/{}", page["data"][7]["id"].as_str().ok_or("no backup")?);
    let kinds: [Kind<'_>; 8] = [
        ("get a backup", "GET", &backup, "", ""),
        ("get a branch", "GET", "/branches/branch-500", "", ""),
        ("get the database", "GET", "", "", ""),
        ("list backups", "GET", "/branches/main/backups", "?page=200", ""),
        ("list branches", "GET", "/branches", "?page=20", ""),
        ("list backups by state", "GET", "/branches/main/backups", "?state=success&page=200", ""),
        ("update a backup", "PATCH", &backup, "", r#"{"protected": true}"#),
        ("create a backup", "POST", "/branches/main/backups", "", "{}"),
    ];
    println!("{BACKUPS} backups, {BRANCHES} branches: {}", memory(server)?);
    for kind in kinds {
        in_turns(&mut connection, server, kind)?;
    }
    println!("after {} requests: {}", kinds.len() * TURNS * CALLS_A_TURN * 2, memory(server)?);
    Ok(())
}

fn in_turns(connection: &mut Connection, server: u32, (what, method, path, query, body): Kind<'_>) -> Result {
    let remembered = format!("/v1{SHOP}{path}{query}");
    let (status, answer) = connection.send(method, &remembered, body)?;
    let answer: Value = serde_json::from_slice(&answer)?;
    if !(200..300).contains(&status) {
        return Err(format!("{method} {remembered}: {status} {answer}").into());
    }
    let scripted = json!({
        "method": method, "path": format!("{CONSTANT}{path}"), "answers": [{ "status": status, "body": answer }],
    });
    connection.send("POST", "/_standin/answers", &scripted.to_string())?;
    let constant = format!("/v1{CONSTANT}{path}{query}");
    let start = Instant::now();
    let mut time = |target: &str| {
        let (before, began) = (cpu(server, start), Instant::now());
        for _ in 0..CALLS_A_TURN {
            connection.send(method, target, body)?;
        }
        Ok::<_, Box<dyn std::error::Error>>((cpu(server, start) - before, began.elapsed()))
    };
    // The first turn warms up.
    time(&remembered)?;
    time(&constant)?;
    let (mut remembering, mut constants, mut wall, mut ratios) = (0.0, 0.0, Duration::ZERO, Vec::new());
    for _ in 0..TURNS {
        let ((ours, began), (theirs, _)) = (time(&remembered)?, time(&constant)?);
        remembering += ours;
        constants += theirs;
        wall += began;
        ratios.push(theirs / ours);
    }
    ratios.sort_by(f64::total_cmp);
    let calls = (TURNS * CALLS_A_TURN) as f64;
    println!(
        "{what:<22} {:>6.1} µs, a constant answer {:>6.1} µs: at {:.2} of its rate (median {:.2}); {:.0} requests/s",
        remembering * 1e6 / calls,
        constants * 1e6 / calls,
        constants / remembering,
        ratios[TURNS / 2],
        calls / wall.as_secs_f64(),
    );
    Ok(())
}

/// The CPU time of a process of one thread so far, in seconds; wall time where /proc does not tell.
fn cpu(process: u32, start: Instant) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/schedstat")).ok();
    let nanos = stat.and_then(|text| text.split(' ').next()?.parse::<f64>().ok());
    nanos.map_or_else(|| start.elapsed().as_secs_f64(), |nanos| nanos / 1e9)
}

/// The memory that a process has, in words.
fn memory(process: u32) -> Result<String> {
    let Ok(status) = std::fs::read_to_string(format!("/proc/{process}/status")) else {
        return Ok("memory is not known here".to_owned());
    };
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or("?");
    Ok(format!("memory {}", line.trim()))
}
