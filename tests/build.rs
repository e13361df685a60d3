//! Lists the JSON Schema of every generated type, for `suite/locked.rs`: a program cannot ask a crate for its types.

use std::path::Path;

fn main() {
    let code = Path::new("../client/src/generated/client.rs");
    println!("cargo::rerun-if-changed={}", code.display());
    let code = std::fs::read_to_string(code).expect("the generated code is read");
    let types = code.split_once("pub mod types {").map_or("", |(_, types)| types);
    // Types are four spaces deep, up to their builders.
    let types = types.lines().take_while(|line| *line != "    pub mod builder {");
    let names = types.filter_map(|line| line.strip_prefix("    pub struct ").or(line.strip_prefix("    pub enum ")));
    let name = |line: &str| line.split(|c: char| !(c.is_alphanumeric() || c == '_')).next().map(str::to_owned);
    let schemas: String = names
        .filter_map(name)
        .map(|name| format!("({name:?}, schemars::schema_for!(planetscale_client::types::{name})),\n"))
        .collect();
    let list = format!("vec![\n{schemas}]");
    let out = std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR");
    std::fs::write(Path::new(&out).join("schemas.rs"), list).expect("the list is written");
}
