//! The maintainers' commands, as a library, so that tests call what a person calls.
//!
//! The modules are the stages of the pipeline, in this order:
//!
//! - [`workspace`]: reads and writes the files in which everything is stored;
//! - [`upstream`]: reads the vendor's documents from a page, a file or git;
//! - [`effective`]: makes the effective document of them and of our corrections;
//! - [`generated_crate`]: runs the generator in `client/generate` on it, and reads the public surface of the result;
//! - [`comparison`]: compares two documents or two crates, and reports the differences;
//! - [`observation`]: makes of recorded exchanges the document that allows them, to be compared with ours;
//! - [`snapshot`]: the documents of one date and everything derived from them;
//! - [`release`]: versions, the changelog, and git;
//! - [`commands`]: the commands, one file each. A command writes to a writer that it is given, and nothing
//!   imports it.

pub mod commands;
pub mod comparison;
pub mod effective;
#[path = "../../client/generate/mod.rs"]
pub mod generate;
pub mod generated_crate;
#[allow(dead_code, reason = "the client uses more of it")]
#[path = "../../client/src/record/line/mod.rs"]
pub(crate) mod line;
pub mod observation;
pub mod random;
pub mod release;
pub mod snapshot;
pub mod upstream;
pub mod workspace;

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

use crate::workspace::Workspace;

/// How a command ended that could do its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Nothing is left to do.
    Done,
    /// What is stored and what was fetched differ.
    Drift,
}

/// The exit code of [`Status::Drift`].
pub const DRIFT_EXIT_CODE: u8 = 1;

/// The exit code of a command that could not do its work.
pub const FAILURE_EXIT_CODE: u8 = 2;

/// Keeps the crate in step with the vendor's OpenAPI description.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
#[command(after_help = "Exit codes: 0 done; 1 drift found, with --check or --fail-on; 2 failure.")]
struct Arguments {
    /// The workspace to work on [default: the one that the current folder is in]
    #[arg(long, value_name = "DIR", global = true, hide = true)]
    workspace: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    UpdateSpec(commands::update_spec::Arguments),
    ProposeUpdate(commands::propose_update::Arguments),
    AddOperation(commands::add_operation::Arguments),
    RemoveOperation(commands::remove_operation::Arguments),
    Operations(commands::operations::Arguments),
    Diff(commands::diff::Arguments),
    Observe(commands::observe::Arguments),
    Generate(commands::generate::Arguments),
    Surface(commands::surface::Arguments),
    Release(commands::release::Arguments),
    Ci(commands::ci::Arguments),
    BenchBuild(commands::bench_build::Arguments),
}

/// Output that may end to be read: a reader that has seen enough, such as `head`, is not a failure, and
/// changes neither what is done nor the verdict.
struct WhileRead<'a>(&'a mut dyn Write);

impl Write for WhileRead<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        unless_closed(self.0.write(bytes), bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        unless_closed(self.0.flush(), ())
    }
}

fn unless_closed<T>(result: io::Result<T>, done: T) -> io::Result<T> {
    match result {
        Err(e) if e.kind() == io::ErrorKind::BrokenPipe => Ok(done),
        result => result,
    }
}

/// Runs a command line. An `out` that ends to be read changes nothing but what is seen.
pub fn run(arguments: impl IntoIterator<Item = OsString>, out: &mut dyn Write, err: &mut dyn Write) -> ExitCode {
    let out = &mut WhileRead(out);
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(e) => {
            let to: &mut dyn Write = if e.use_stderr() { err } else { out };
            // Nobody is left to tell where even this fails.
            let _ = write!(to, "{e}");
            return if e.use_stderr() { FAILURE_EXIT_CODE.into() } else { ExitCode::SUCCESS };
        }
    };
    let workspace = match arguments.workspace.map_or_else(Workspace::current, |dir| Ok(Workspace::at(dir))) {
        Ok(workspace) => &workspace.clone(),
        Err(e) => {
            let _ = writeln!(err, "error: {e:#}");
            return FAILURE_EXIT_CODE.into();
        }
    };
    let result = match arguments.command {
        Command::UpdateSpec(arguments) => commands::update_spec::run(&arguments, workspace, out),
        Command::ProposeUpdate(arguments) => commands::propose_update::run(&arguments, workspace, out),
        Command::Release(arguments) => commands::release::run(&arguments, workspace, out),
        Command::AddOperation(arguments) => commands::add_operation::run(&arguments, workspace, out),
        Command::RemoveOperation(arguments) => commands::remove_operation::run(&arguments, workspace, out),
        Command::Operations(arguments) => commands::operations::run(&arguments, workspace, out),
        Command::Diff(arguments) => commands::diff::run(&arguments, workspace, out),
        Command::Observe(arguments) => commands::observe::run(&arguments, workspace, out),
        Command::Generate(arguments) => commands::generate::run(&arguments, workspace, out),
        Command::Surface(arguments) => commands::surface::run(&arguments, workspace, out),
        Command::Ci(arguments) => commands::ci::run(&arguments, workspace, out),
        Command::BenchBuild(arguments) => commands::bench_build::run(&arguments, workspace, out),
    };
    match result {
        Ok(Status::Done) => ExitCode::SUCCESS,
        Ok(Status::Drift) => DRIFT_EXIT_CODE.into(),
        Err(e) => {
            let _ = writeln!(err, "error: {}", comparison::report::plain_lines(&format!("{e:#}")));
            FAILURE_EXIT_CODE.into()
        }
    }
}
