//! Recordings: what the API was asked and what it answered, as shapes.

#[allow(dead_code, reason = "nothing records yet")]
mod line;
