//! A server on loopback that does what it is told, well or badly.
//!
//! It speaks just enough HTTP/1.1 to read a request; what it answers is raw bytes, so that it can
//! break every rule. Each connection takes the next step of its script.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

/// What the server does with one request.
#[derive(Clone, Debug)]
pub enum Step {
    /// Answers with these bytes and closes the connection.
    Answer(Vec<u8>),
    /// Answers with the head of these bytes at once, and with the rest one at a time, with this delay
    /// before each.
    Drip(Vec<u8>, Duration),
    /// Answers with these bytes over and over, without an end.
    Endless(Vec<u8>, Vec<u8>),
    /// Resets the connection before it reads anything.
    ResetBeforeReading,
    /// Resets the connection after it has read the request.
    ResetAfterReading,
    /// Reads the request and says nothing.
    Stall,
}

/// A request as it arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrived {
    /// The request line and the headers, as they were sent.
    pub head: String,
    /// The body.
    pub body: String,
}

impl Arrived {
    /// The target of the request line.
    pub fn target(&self) -> &str {
        self.head.split(' ').nth(1).unwrap_or_default()
    }
}

/// The running server.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    arrived: Arc<Mutex<Vec<Arrived>>>,
    task: tokio::task::JoinHandle<()>,
}

impl Server {
    /// Starts a server that takes these steps; the last one is repeated.
    pub async fn start(steps: impl IntoIterator<Item = Step>) -> Self {
        let steps: Vec<Step> = steps.into_iter().collect();
        Self::start_with(|_| steps).await
    }

    /// The same, with steps that depend on the URL to reach it by.
    pub async fn start_with(steps: impl FnOnce(&str) -> Vec<Step>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let arrived = Arc::new(Mutex::new(Vec::new()));
        let steps = steps(&format!("http://{address}"));
        let seen = Arc::clone(&arrived);
        let task = tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            for number in 0.. {
                let (stream, _) = listener.accept().await.unwrap();
                let step = steps[number.min(steps.len() - 1)].clone();
                connections.spawn(take(step, stream, Arc::clone(&seen)));
            }
        });
        Self { address, arrived, task }
    }

    /// The base URL to reach it by.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The requests that were read to their end.
    pub fn arrived(&self) -> Vec<Arrived> {
        self.arrived.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// An address on loopback that refuses connections. It stays taken, so that no other test's server gets it.
pub fn closed_address() -> String {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
    let address = socket.local_addr().unwrap();
    // Bound, but not listening, for as long as the process lives.
    std::mem::forget(socket);
    format!("http://{address}")
}

async fn take(step: Step, mut stream: TcpStream, arrived: Arc<Mutex<Vec<Arrived>>>) {
    if let Step::ResetBeforeReading = step {
        return reset(&stream);
    }
    let Some(request) = read_request(&mut stream).await else { return };
    arrived.lock().unwrap().push(request);
    // That the client hangs up in the middle is what some tests are about.
    let _ = match step {
        Step::Answer(bytes) => stream.write_all(&bytes).await,
        Step::Drip(bytes, delay) => drip(&mut stream, &bytes, delay).await,
        Step::Endless(head, chunk) => endless(&mut stream, &head, &chunk).await,
        Step::ResetAfterReading => return reset(&stream),
        Step::ResetBeforeReading | Step::Stall => std::future::pending().await,
    };
    let _ = stream.shutdown().await;
}

/// With no time to linger, closing sends a reset instead of an orderly end.
fn reset(stream: &TcpStream) {
    stream.set_zero_linger().unwrap();
}

async fn drip(stream: &mut TcpStream, bytes: &[u8], delay: Duration) -> std::io::Result<()> {
    let head = bytes.windows(4).position(|window| window == b"\r\n\r\n").map_or(0, |at| at + 4);
    stream.write_all(&bytes[..head]).await?;
    for byte in &bytes[head..] {
        tokio::time::sleep(delay).await;
        stream.write_all(&[*byte]).await?;
        stream.flush().await?;
    }
    Ok(())
}

async fn endless(stream: &mut TcpStream, head: &[u8], chunk: &[u8]) -> std::io::Result<()> {
    stream.write_all(head).await?;
    loop {
        stream.write_all(chunk).await?;
    }
}

async fn read_request(stream: &mut TcpStream) -> Option<Arrived> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 16 * 1024];
    loop {
        let read = stream.read(&mut buffer).await.ok().filter(|read| *read > 0)?;
        bytes.extend_from_slice(&buffer[..read]);
        let Some(end) = bytes.windows(4).position(|w| w == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let length = head
            .lines()
            .filter_map(|line| line.split_once(':'))
            .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
            .and_then(|(_, value)| value.trim().parse::<usize>().ok())
            .unwrap_or(0);
        let body = &bytes[end + 4..];
        if body.len() >= length {
            let body = String::from_utf8_lossy(&body[..length]).into_owned();
            return Some(Arrived { head, body });
        }
    }
}

/// A complete answer with a JSON body.
pub fn json(status: &str, body: &str) -> Vec<u8> {
    answer(status, &[("content-type", "application/json")], body)
}

/// A complete answer.
pub fn answer(status: &str, headers: &[(&str, &str)], body: &str) -> Vec<u8> {
    let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let length = body.len();
    format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n{headers}\r\n{body}").into()
}

/// The front page of the repository: its Rust is compiled.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
