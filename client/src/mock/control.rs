//! What programs in other languages steer a mock server that remembers by: `/_standin/…`.

use std::time::Duration;

use hyper::StatusCode;
use hyper::header::AUTHORIZATION;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::hosts::PREFIX;
use super::matcher::RequestMatcher;
use super::remembering::Engine;
use super::reply::{Reply, refusal};
use super::server::{Answer, Fault, State};

/// What there is, for who asks for something else.
const CALLS: &str = "GET /_standin (what there is), GET /_standin/health, POST /_standin/reset, GET and PUT \
                     /_standin/state, GET and POST /_standin/clock, POST /_standin/transitions, GET, POST and DELETE \
                     /_standin/faults, POST and DELETE /_standin/answers, GET and DELETE /_standin/requests";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Clock {
    /// Seconds.
    advance: Option<f64>,
    freeze: Option<bool>,
    time_scale: Option<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Transition {
    path: String,
    states: Vec<String>,
    #[serde(default)]
    by_polls: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WantedFault {
    fault: Kind,
    operation: Option<String>,
    path: Option<String>,
    times: Option<usize>,
    status: Option<u16>,
    code: Option<String>,
    message: Option<String>,
    /// Of a delay.
    seconds: Option<f64>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Refuse,
    LoseRequest,
    LoseAnswer,
    Truncate,
    Delay,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WantedAnswers {
    path: String,
    method: Option<String>,
    answers: Vec<WantedAnswer>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WantedAnswer {
    status: u16,
    #[serde(default)]
    body: Value,
}

type Done = Result<Reply, Reply>;

fn wrong(why: &str) -> Reply {
    refusal(StatusCode::BAD_REQUEST, "bad_request", why)
}

fn ok(value: Value) -> Done {
    Ok((StatusCode::OK, value))
}

/// Reads the body of a call; the example says what one is like.
fn read<T: DeserializeOwned>(body: &[u8], example: &str) -> Result<T, Reply> {
    serde_json::from_slice(body).map_err(|e| wrong(&format!("{e}; write for example {example}")))
}

fn duration(seconds: f64) -> Result<Duration, Reply> {
    Duration::try_from_secs_f64(seconds).map_err(|e| wrong(&format!("{seconds} are no seconds: {e}")))
}

/// An engine that its state gets back.
struct Lent<'s> {
    state: &'s mut State,
    engine: Option<Box<Engine>>,
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        self.state.engine = self.engine.take();
    }
}

impl State {
    /// Answers a control call.
    pub(super) fn control(&mut self, method: &str, path: &str, body: &[u8]) -> Reply {
        let done = self.with_engine(|state, engine| state.controlled(engine, method, path, body));
        done.map_or_else(super::reply::not_found, |done| done.unwrap_or_else(|refused| refused))
    }

    /// Does something with the engine and the rest; a panic does not lose the engine.
    fn with_engine<R>(&mut self, then: impl FnOnce(&mut Self, &mut Engine) -> R) -> Option<R> {
        let engine = self.engine.take()?;
        let mut lent = Lent { state: self, engine: Some(engine) };
        let Lent { state, engine } = &mut lent;
        engine.as_mut().map(|engine| then(state, engine))
    }

    fn controlled(&mut self, engine: &mut Engine, method: &str, path: &str, body: &[u8]) -> Done {
        let name = path.strip_prefix(PREFIX).unwrap_or_default().trim_matches('/');
        match (method, name) {
            ("GET", "") => {
                let unknown = Engine::reports();
                ok(json!({ "calls": CALLS, "unknown_until_seeded": unknown, "requests": self.arrived }))
            }
            ("GET", "health") => ok(json!({ "status": "ok" })),
            ("POST", "reset") => {
                engine.reset().map_err(|why| wrong(&why))?;
                self.forget_requests();
                self.faults.clear();
                ok(json!({ "status": "reset" }))
            }
            ("GET", "state") => ok(engine.state()),
            ("PUT", "state") => {
                let seed: Value = read(body, r#"{"/organizations": [{"name": "acme"}]}"#)?;
                engine.reseed(&seed).map_err(|why| wrong(&why))?;
                ok(engine.state())
            }
            ("GET", "clock") => ok(engine.clock()),
            ("POST", "clock") => {
                let example = r#"{"advance": 60} (seconds), {"freeze": true} or {"time_scale": 0.01}"#;
                let wanted: Clock = read(body, example)?;
                if let Some(scale) = wanted.time_scale {
                    engine.scale_time(scale).map_err(|why| wrong(&why))?;
                }
                if let Some(is_frozen) = wanted.freeze {
                    engine.freeze(is_frozen);
                }
                if let Some(seconds) = wanted.advance {
                    engine.advance(duration(seconds)?);
                }
                ok(engine.clock())
            }
            ("POST", "transitions") => {
                let example = r#"{"path": "/organizations/acme/databases/shop/branches/main", "states": ["sleeping"]}, with "by_polls": true for one state a poll"#;
                let wanted: Transition = read(body, example)?;
                engine.transition(&wanted.path, &wanted.states, wanted.by_polls).map_err(|why| wrong(&why))?;
                ok(json!({ "status": "done" }))
            }
            ("GET", "faults") => ok(self
                .faults
                .iter()
                .map(|(matcher, fault)| json!({ "for": matcher.shown(), "fault": fault.name() }))
                .collect()),
            ("POST", "faults") => self.add_faults(body),
            ("DELETE", "faults") => {
                self.faults.clear();
                ok(json!({ "status": "done" }))
            }
            ("POST", "answers") => {
                let example = r#"{"path": "/organizations/acme/databases/shop/branches/main/schema", "answers": [{"status": 200, "body": {}}]}"#;
                let wanted: WantedAnswers = read(body, example)?;
                let answers = wanted.answers.into_iter().map(|answer| Ok((status(answer.status)?, answer.body)));
                let answers = answers.collect::<Result<Vec<_>, Reply>>()?;
                let method = wanted.method.map(|method| method.to_uppercase());
                engine.script(method.as_deref(), &wanted.path, answers).map_err(|why| wrong(&why))?;
                ok(json!({ "status": "done" }))
            }
            ("DELETE", "answers") => {
                engine.forget_scripts();
                ok(json!({ "status": "done" }))
            }
            ("GET", "requests") => ok(self.shown_requests()),
            ("DELETE", "requests") => {
                self.forget_requests();
                ok(json!({ "status": "done" }))
            }
            _ => Err(refusal(
                StatusCode::NOT_FOUND,
                "not_found",
                &format!("{method} {path} is not a control call; there are {CALLS}"),
            )),
        }
    }

    fn add_faults(&mut self, body: &[u8]) -> Done {
        let example = r#"{"fault": "refuse", "status": 503, "operation": "create_backup", "times": 2}; a fault is refuse, lose_request, lose_answer, truncate or delay (with "seconds"), and "path" aims it too"#;
        let wanted: WantedFault = read(body, example)?;
        let matcher =
            RequestMatcher::of(wanted.operation.as_deref(), wanted.path.as_deref()).map_err(|why| wrong(&why))?;
        let times = wanted.times.unwrap_or(1);
        if !(1..=10_000).contains(&times) {
            return Err(wrong(&format!("times is {times}, but must be from 1 to 10000")));
        }
        for _ in 0..times {
            let fault = match wanted.fault {
                Kind::Refuse => {
                    let status = status(wanted.status.unwrap_or(500))?;
                    let code = wanted.code.as_deref().unwrap_or("refused");
                    Fault::Answer(Answer::from(refusal(status, code, wanted.message.as_deref().unwrap_or("scripted"))))
                }
                Kind::LoseRequest => Fault::LoseRequest,
                Kind::LoseAnswer => Fault::LoseAnswer,
                Kind::Truncate => Fault::TruncateAnswer,
                Kind::Delay => {
                    let seconds = wanted
                        .seconds
                        .ok_or_else(|| wrong(&format!("a delay has seconds; write for example {example}")))?;
                    Fault::Delay(duration(seconds)?)
                }
            };
            self.faults.push((matcher.clone(), fault));
        }
        ok(json!({ "status": "done" }))
    }

    /// The requests that arrived, without their tokens.
    fn shown_requests(&self) -> Value {
        let shown = |request: &super::RecordedRequest| {
            let headers = request.headers.iter().filter(|(name, _)| *name != AUTHORIZATION);
            let headers: serde_json::Map<String, Value> = headers
                .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into()))
                .collect();
            let body = String::from_utf8_lossy(&request.body);
            json!({ "method": request.method, "target": request.target, "headers": headers, "body": body })
        };
        self.requests.iter().map(shown).collect()
    }
}

fn status(status: u16) -> Result<StatusCode, Reply> {
    StatusCode::from_u16(status).map_err(|_| wrong(&format!("{status} is no HTTP status")))
}

#[cfg(test)]
#[allow(clippy::panic, clippy::unwrap_used)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use super::*;

    #[test]
    fn a_panic_loses_no_engine() {
        let mut state = State { engine: Some(Box::default()), ..State::default() };
        assert_eq!(state.with_engine(|state, _| state.arrived), Some(0));
        catch_unwind(AssertUnwindSafe(|| state.with_engine::<()>(|_, _| panic!("as told")))).unwrap_err();
        assert_eq!(state.control("GET", "/_standin/health", b"").0, StatusCode::OK);
    }
}
