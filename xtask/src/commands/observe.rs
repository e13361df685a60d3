//! `cargo xtask observe`: recorded exchanges, held to the effective document.

use std::io::Write;
use std::path::PathBuf;

use anyhow::Context;

use super::output::{Comparison, Output};
use crate::Status;
use crate::comparison::impact::Impact;
use crate::comparison::report::Report;
use crate::generated_crate::Crate;
use crate::observation::Judged;
use crate::observation::evidence::Evidence;
use crate::observation::ignored::Ignored;
use crate::observation::places::Places;
use crate::observation::recording::{Reader, Source};
use crate::snapshot::Snapshot;
use crate::upstream::operations;
use crate::upstream::spec::{self, Spec};
use crate::workspace::Workspace;
use crate::workspace::store::{self, Store};

/// Compare recorded exchanges with the effective document: what contradicts it, and what was not seen
#[derive(clap::Args)]
pub struct Arguments {
    /// Recordings of the client (`ClientBuilder::record`), or HAR files of other tools. Several files are counted together.
    /// A label says where the exchanges come from, such as an organization; findings name it
    #[arg(value_name = "[LABEL=]FILE", required = true)]
    recordings: Vec<Source>,
    /// Requests to this host in a HAR file are requests to the API, too, as are those to the document's servers and to
    /// this machine; can be repeated
    #[arg(long, value_name = "HOST")]
    host: Vec<String>,
    /// The document to compare with [default: openapi/planetscale.yaml]
    #[arg(long, value_name = "FILE")]
    document: Option<PathBuf>,
    #[command(flatten)]
    comparison: Comparison,
    /// Add actions to openapi/overlay.yaml that make the document allow what was seen, each with the counts as its
    /// description; run `update-spec` to apply them
    #[arg(long, conflicts_with = "document")]
    propose: bool,
    /// Propose an action only for places where at least this many values were seen
    #[arg(long, value_name = "N", default_value_t = 10, requires = "propose")]
    min_samples: u64,
    #[command(flatten)]
    output: Output,
}

/// Runs the command.
///
/// # Errors
/// Where the document or a recording cannot be read.
pub fn run(arguments: &Arguments, workspace: &Workspace, out: &mut dyn Write) -> anyhow::Result<Status> {
    let (file, text) = super::read_spec(workspace, arguments.document.as_deref())?;
    let spec = Spec::parse(&text).with_context(|| file.display().to_string())?;
    let places = Places::of(&spec.value);
    let ignored = match std::fs::read_to_string(workspace.openapi().join(store::IGNORED)) {
        Ok(text) => Ignored::parse(&text).context("openapi/ignored.toml")?,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ignored::default(),
        Err(e) => return Err(e).context("cannot read openapi/ignored.toml"),
    };
    let mut evidence = Evidence::new(&places, &ignored);
    let mut reader = Reader::new(&spec.value, &arguments.host);
    for (number, source) in arguments.recordings.iter().enumerate() {
        reader.read(source, &mut |line, exchange| {
            let label = source.label.as_deref().or(exchange.label.as_deref()).unwrap_or_default();
            evidence.add(&exchange, number, line, label);
        })?;
    }
    let mut notes = reader.notes;
    let files: Vec<PathBuf> = arguments.recordings.iter().map(|source| source.file.clone()).collect();
    let open = if arguments.propose { Store::open } else { Store::open_to_read };
    let store = arguments.document.is_none().then(|| open(workspace)).transpose()?;
    let snapshot = store.as_ref().map(Snapshot::stored).transpose()?.map(|stored| stored.made_anew());
    let claims = snapshot.as_ref().map(Snapshot::claims).transpose()?.unwrap_or_default();
    let judged = Judged::of(&spec.value, &evidence, &claims, files.clone());
    let observed = Spec::from(judged.observed.clone());
    let krate = if arguments.comparison.wire_only || judged.findings.is_empty() {
        None
    } else {
        Some(impact(&spec, &observed, &judged, workspace))
    };
    let name = file.strip_prefix(workspace.root()).unwrap_or(&file).display().to_string();
    if !arguments.propose {
        notes.extend(judged.unsayable.iter().cloned());
    }
    let report = Report::new(krate)
        .with_notes(&[], &[], notes)
        .with_findings(judged.findings.clone(), (&spec, &observed), &name)
        .with_evidence(|finding| judged.evidence(finding))
        .with_effects();
    let report = report.with_observed("recordings", evidence.summary());
    let report = judged.unseen.iter().fold(report, |report, (title, lines)| report.with_observed(title, lines.clone()));
    let report = match (&snapshot, &store) {
        (Some(snapshot), Some(store)) if arguments.propose => {
            let proposal = judged.proposal(snapshot.left_by_overlay()?, arguments.min_samples)?;
            let overlay = proposal.added_to(snapshot.overlay())?;
            if overlay != snapshot.overlay() {
                // It is written only where the document can be made with it.
                snapshot.with_overlay(overlay.clone()).effective_as_stored_or_made()?;
                store.commit(&[(store::OVERLAY, &overlay)])?;
            }
            report
                .with_observed("proposed in openapi/overlay.yaml", proposal.mended)
                .with_observed("not proposed", proposal.left)
        }
        _ => report,
    };
    arguments.comparison.conclude(report, &arguments.output, workspace, files.into_iter().chain([file]), out)
}

/// What becomes of the crate, of which only the operations are generated that something was found of.
fn impact(first: &Spec, observed: &Spec, judged: &Judged<'_>, workspace: &Workspace) -> Impact {
    let krate = |spec: &Spec| {
        let all = operations::of(&spec.value);
        let is_found = |endpoint: &String| judged.findings.iter().any(|finding| finding.operations.contains(endpoint));
        let wanted: Vec<String> = all.iter().filter(|it| is_found(&it.endpoint())).map(|it| it.id.to_owned()).collect();
        let spec = spec.clone().pruned(&wanted)?;
        Crate::shared(&spec::to_yaml("Observed.", &spec.value)?, &spec, workspace)
    };
    match krate(first).and_then(|old| Ok([old, krate(observed)?])) {
        Ok(crates) => {
            let mut impact = Impact::between(crates);
            impact.reason = Some(BELONGS.to_owned());
            impact
        }
        Err(e) => Impact::failed(&e),
    }
}

/// Why the crate changes at places that no finding is at.
const BELONGS: &str =
    "they belong to what is found: the type of a value that is of another type now, or what such a type has";
