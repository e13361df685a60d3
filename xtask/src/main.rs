//! `cargo xtask`: see `xtask::run`.

use std::process::ExitCode;

fn main() -> ExitCode {
    xtask::run(std::env::args_os(), &mut std::io::stdout().lock(), &mut std::io::stderr().lock())
}
