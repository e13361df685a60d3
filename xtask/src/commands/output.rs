//! What is done with a report, for every command that makes one.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use regex::Regex;

use crate::Status;
use crate::comparison::diff::Level;
use crate::comparison::report::{Accepted, Format, Report};
use crate::workspace::Workspace;
use crate::workspace::store;

/// How a report is narrowed, printed and written.
#[derive(clap::Args)]
pub struct Output {
    /// How to print what was found
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    /// Also write the report as Markdown
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Only what is found for operations whose path this matches
    #[arg(long, value_name = "REGEX")]
    match_path: Option<Regex>,
    /// Print only what is at or above this level; what --fail-on looks at stays the same
    #[arg(long, value_enum, value_name = "LEVEL")]
    level: Option<Level>,
}

/// What of a comparison counts, for the commands that do no more than compare.
#[derive(clap::Args)]
pub struct Comparison {
    /// Exit 1 if a finding is at or above this level, or if code generation fails [default: never]
    #[arg(long, value_enum, value_name = "LEVEL")]
    fail_on: Option<FailOn>,
    /// Compare the documents only, not the crates that they give
    #[arg(long)]
    pub wire_only: bool,
    /// The findings that are accepted, by their fingerprints [default: openapi/accepted.toml]
    #[arg(long, value_name = "FILE")]
    accepted: Option<PathBuf>,
}

impl Comparison {
    /// Prints a report, of what was read from some files, and gives what comes of it.
    ///
    /// # Errors
    /// As [`Output::narrowed`] and [`Output::print`].
    pub fn conclude(
        &self,
        report: Report,
        output: &Output,
        workspace: &Workspace,
        files: impl IntoIterator<Item = PathBuf>,
        out: &mut dyn Write,
    ) -> anyhow::Result<Status> {
        let accepted = self.accepted.clone().unwrap_or_else(|| workspace.openapi().join(store::ACCEPTED));
        let report = output.narrowed(report, &accepted)?;
        let inputs: Vec<PathBuf> = files.into_iter().chain([accepted]).collect();
        output.print(&report, &inputs, out)?;
        let fails = self.fail_on.is_some_and(|level| level.is_reached(&report));
        Ok(if fails { Status::Drift } else { Status::Done })
    }
}

/// What a report has to hold for a command to exit with 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
#[value(rename_all = "UPPER")]
pub enum FailOn {
    /// Any finding
    Doc,
    /// What changes something that is built: more than documentation, or another crate
    Built,
    /// What is compatible, or worse
    Info,
    /// What breaks some clients, or worse
    Warn,
    /// What breaks clients
    Err,
}

impl FailOn {
    /// Whether a report holds it.
    pub fn is_reached(self, report: &Report) -> bool {
        match self {
            Self::Built => report.changes_what_is_built(),
            Self::Doc => report.reaches(Level::Doc),
            Self::Info => report.reaches(Level::Info),
            Self::Warn => report.reaches(Level::Warn),
            Self::Err => report.reaches(Level::Err),
        }
    }
}

impl Output {
    /// The report as it counts: without what was not asked for, and with what was accepted.
    ///
    /// # Errors
    /// Where the list of what is accepted is there and cannot be read.
    pub fn narrowed(&self, report: Report, accepted: &Path) -> anyhow::Result<Report> {
        let report = match &self.match_path {
            Some(pattern) => report.of_paths(pattern),
            None => report,
        };
        match std::fs::read_to_string(accepted) {
            Ok(text) => Ok(report.accepting(&Accepted::list(&text).with_context(|| accepted.display().to_string())?)),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(report),
            Err(e) => Err(e).with_context(|| format!("cannot read {}", accepted.display())),
        }
    }

    /// Prints the report, and writes it where that is wanted.
    ///
    /// # Errors
    /// Where it cannot be written, or would be written over one of the `inputs`.
    pub fn print(&self, report: &Report, inputs: &[PathBuf], out: &mut dyn Write) -> anyhow::Result<()> {
        if let Some(file) = &self.report
            && let Some(input) = inputs.iter().find(|input| is_same(file, input))
        {
            bail!("--report would overwrite {}, which is read here; name another file", input.display());
        }
        let narrowed = self.level.map(|level| report.clone().from_level(level));
        let report = narrowed.as_ref().unwrap_or(report);
        report.write(self.format, out)?;
        match &self.report {
            Some(file) => write_markdown(report, file).with_context(|| format!("cannot write {}", file.display())),
            None => Ok(()),
        }
    }
}

/// Whether two paths lead to one file, by whatever links.
fn is_same(a: &Path, b: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        let id = |path: &Path| std::fs::metadata(path).ok().map(|of| (of.dev(), of.ino()));
        if id(a).is_some() && id(a) == id(b) {
            return true;
        }
    }
    let real = |path: &Path| path.canonicalize().ok();
    real(a).is_some() && real(a) == real(b)
}

/// Writes a report beside what is printed: a file whole or not at all, through a link to where it
/// leads, and into what is not a file, such as a pipe, as it is.
fn write_markdown(report: &Report, file: &Path) -> std::io::Result<()> {
    let mut text = Vec::new();
    report.write(Format::Markdown, &mut text)?;
    if std::fs::metadata(file).is_ok_and(|of| !of.is_file()) {
        return std::fs::OpenOptions::new().write(true).open(file)?.write_all(&text);
    }
    let place = Path::new(".").join(linked(file)?);
    // In the same folder, as a file system moves files at once only within itself; and as any file is
    // made, where tempfile's own could be read by nobody else.
    let create = |path: &Path| std::fs::File::create_new(path);
    let mut temporary = tempfile::Builder::new().make_in(place.parent().unwrap_or(&place), create)?;
    temporary.write_all(&text)?;
    temporary.persist(&place)?;
    Ok(())
}

/// Where a path leads, be it there or not.
fn linked(file: &Path) -> std::io::Result<PathBuf> {
    const MANY: usize = 40;
    let mut here = file.to_owned();
    for _ in 0..MANY {
        match std::fs::read_link(&here) {
            Ok(next) => here = here.parent().unwrap_or(Path::new("")).join(next),
            Err(_) => return Ok(here),
        }
    }
    Err(std::io::Error::other("links that lead round in a circle"))
}
