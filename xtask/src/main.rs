//! `cargo xtask`: see `xtask::run`.

use std::process::ExitCode;

fn main() -> ExitCode {
    // Colours where there is a terminal to show them.
    let (mut out, mut err) = (anstream::stdout().lock(), anstream::stderr().lock());
    xtask::run(std::env::args_os(), &mut out, &mut err)
}
