//! `cargo xtask bench-build`: what it costs to build this client, beside what a client by hand would build, and
//! beside a plain progenitor client.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, bail};
use xshell::{Shell, cmd};

use crate::Status;
use crate::workspace::Workspace;
use crate::workspace::store;

/// Compare cold builds: this client with and without the generator, reqwest and serde alone, a plain progenitor client
#[derive(clap::Args)]
pub struct Arguments {
    /// How often to build each
    #[arg(long, default_value_t = 1)]
    runs: usize,
    /// Build only this consumer beside reqwest and serde; can be given again
    #[arg(long = "consumer", value_name = "CONSUMER")]
    consumers: Vec<String>,
}

/// CPU and wall time, in seconds.
#[derive(Clone, Copy)]
struct Cost {
    cpu: f64,
    wall: f64,
}

/// A consumer to build.
struct Consumer {
    name: &'static str,
    dir: PathBuf,
    costs: Vec<Cost>,
}

/// Runs the command. It needs a POSIX shell, for the times of child processes.
///
/// # Errors
/// Where a consumer cannot be built.
pub fn run(arguments: &Arguments, workspace: &Workspace, out: &mut dyn Write) -> anyhow::Result<Status> {
    let dir = tempfile::tempdir().context("cannot make a folder")?;
    let consumer =
        |name: &'static str, folder: &str| Consumer { name, dir: dir.path().join(folder), costs: Vec::new() };
    let consumers = [
        consumer("reqwest and serde", "base"),
        consumer("ours", "ours"),
        consumer("branches, databases", "two"),
        consumer("full", "full"),
        consumer("ours, with codegen", "generated"),
        consumer("plain progenitor", "plain"),
    ];
    let [base, ours, two, full, generated, plain] = &consumers;
    write_base(workspace, &base.dir)?;
    write_ours(workspace, &ours.dir, "features = []")?;
    write_ours(workspace, &two.dir, "features = [\"branches\", \"databases\"]")?;
    write_ours(workspace, &full.dir, "features = [\"full\"]")?;
    write_ours(workspace, &generated.dir, "features = [\"codegen\"]")?;
    write_plain(workspace, &plain.dir)?;
    if let Some(unknown) = arguments.consumers.iter().find(|name| consumers.iter().all(|of| of.name != **name)) {
        bail!("no consumer is called `{unknown}`: there are {}", consumers.map(|of| of.name).join("; "));
    }
    let is_wanted = |name: &str| arguments.consumers.is_empty() || arguments.consumers.iter().any(|of| of == name);
    let mut consumers: Vec<Consumer> =
        consumers.into_iter().enumerate().filter(|(i, of)| *i == 0 || is_wanted(of.name)).map(|(_, of)| of).collect();
    for consumer in &consumers {
        // Fetching is not building.
        let sh = Shell::new()?;
        sh.change_dir(&consumer.dir);
        cmd!(sh, "cargo fetch --quiet").quiet().run()?;
    }
    for _ in 0..arguments.runs {
        for consumer in &mut consumers {
            let cost = build(&consumer.dir)?;
            writeln!(out, "{:<22} {:>6.1} s CPU  {:>6.1} s wall", consumer.name, cost.cpu, cost.wall)?;
            out.flush()?;
            consumer.costs.push(cost);
        }
    }
    writeln!(out, "\nratios to {} (of the least of {} runs)", consumers[0].name, arguments.runs)?;
    for consumer in &consumers[1..] {
        let ratio = |part: fn(&Cost) -> f64| least(&consumer.costs, part) / least(&consumers[0].costs, part);
        writeln!(out, "{:<22} {:>6.2} CPU    {:>6.2} wall", consumer.name, ratio(|it| it.cpu), ratio(|it| it.wall))?;
    }
    Ok(Status::Done)
}

/// The least that a build cost: what else the machine does only adds to it.
fn least(costs: &[Cost], part: fn(&Cost) -> f64) -> f64 {
    costs.iter().map(part).fold(f64::INFINITY, f64::min)
}

/// The beginning of a consumer's manifest.
fn manifest(dependencies: &str) -> String {
    format!(
        "[package]\nname = \"consumer\"\nversion = \"0.0.0\"\nedition = \"2024\"\n[workspace]\n[dependencies]\n{dependencies}"
    )
}

/// A consumer of this crate.
fn write_ours(workspace: &Workspace, dir: &Path, features: &str) -> anyhow::Result<()> {
    let client = workspace.path("client").canonicalize()?;
    let manifest = manifest(&format!("planetscale-client = {{ path = {client:?}, {features} }}\n"));
    let main = "fn main() {\n    drop(planetscale_client::Client::builder().build());\n}\n";
    write(workspace, dir, &[("Cargo.toml", &manifest), ("src/main.rs", main)])
}

/// What whoever writes such a client by hand builds: reqwest and serde, with the TLS that ours has.
fn write_base(workspace: &Workspace, dir: &Path) -> anyhow::Result<()> {
    let manifest = manifest(
        "reqwest = { version = \"0.13.5\", default-features = false, features = [\"json\", \"stream\", \
         \"rustls-no-provider\"] }\n\
         rustls = { version = \"0.23\", default-features = false, features = [\"ring\", \"std\", \"tls12\"] }\n\
         rustls-platform-verifier = \"0.7\"\nserde = { version = \"1\", features = [\"derive\"] }\nserde_json = \"1\"\n",
    );
    let main = "fn main() {\n    let _ = rustls::crypto::ring::default_provider().install_default();\n    \
                drop(reqwest::Client::builder().build());\n}\n";
    write(workspace, dir, &[("Cargo.toml", &manifest), ("src/main.rs", main)])
}

/// A client by progenitor's own book for the operations on backups: build.rs, and reqwest with its defaults.
fn write_plain(workspace: &Workspace, dir: &Path) -> anyhow::Result<()> {
    let manifest = manifest(
        "progenitor-client = \"0.15.1\"\nreqwest = { version = \"0.13.5\", features = [\"json\", \"stream\"] }\n\
         serde = { version = \"1\", features = [\"derive\"] }\nserde_json = \"1\"\nbytes = \"1\"\n\
         chrono = { version = \"0.4\", default-features = false, features = [\"serde\"] }\n[build-dependencies]\n\
         progenitor = \"0.15.1\"\nopenapiv3 = \"2\"\nserde_yaml = \"0.9\"\nprettyplease = \"0.3\"\nsyn = \"3\"\n",
    );
    let build = "fn main() {\n    println!(\"cargo::rerun-if-changed=spec.yaml\");\n    \
        let file = std::fs::File::open(\"spec.yaml\").unwrap();\n    let spec = serde_yaml::from_reader(file).unwrap();\n    \
        let mut settings = progenitor::GenerationSettings::default();\n    \
        settings.with_interface(progenitor::InterfaceStyle::Builder);\n    \
        let tokens = progenitor::Generator::new(&settings).generate_tokens(&spec).unwrap();\n    \
        let code = prettyplease::unparse(&syn::parse2(tokens).unwrap());\n    \
        let out = std::path::Path::new(&std::env::var(\"OUT_DIR\").unwrap()).join(\"codegen.rs\");\n    \
        std::fs::write(out, code).unwrap();\n}\n";
    let main = "mod client {\n    #![allow(unused)]\n    include!(concat!(env!(\"OUT_DIR\"), \"/codegen.rs\"));\n}\n\
        fn main() {\n    drop(client::Client::new(\"http://localhost\"));\n}\n";
    let stored = workspace.path("tests/fixtures/openapi").join(store::EFFECTIVE);
    let spec = std::fs::read_to_string(&stored).with_context(|| format!("cannot read {}", stored.display()))?;
    write(
        workspace,
        dir,
        &[("Cargo.toml", &manifest), ("build.rs", build), ("src/main.rs", main), ("spec.yaml", &spec)],
    )
}

fn write(workspace: &Workspace, dir: &Path, files: &[(&str, &str)]) -> anyhow::Result<()> {
    std::fs::create_dir_all(dir.join("src"))?;
    // The versions that this workspace has, for both.
    std::fs::copy(workspace.path("Cargo.lock"), dir.join("Cargo.lock"))?;
    for (name, text) in files {
        std::fs::write(dir.join(name), text)?;
    }
    Ok(())
}

/// Builds from nothing, and returns what it cost.
fn build(dir: &Path) -> anyhow::Result<Cost> {
    let _ = std::fs::remove_dir_all(dir.join("target"));
    let start = Instant::now();
    let shell = Command::new("sh")
        .args(["-c", "cargo build --quiet --target-dir target 1>&2 && times"])
        .current_dir(dir)
        // Ours is a path here and a package of a registry to its users, of which nothing is built incrementally.
        .env("CARGO_INCREMENTAL", "0")
        .output()
        .context("cannot run sh")?;
    let wall = start.elapsed().as_secs_f64();
    if !shell.status.success() {
        bail!("{} does not build: {}", dir.display(), String::from_utf8_lossy(&shell.stderr));
    }
    // The second line of `times` is that of the shell's children: 1m2.34s 0m5.67s.
    let text = String::from_utf8_lossy(&shell.stdout).into_owned();
    let seconds = |word: &str| -> Option<f64> {
        let (minutes, seconds) = word.split_once('m')?;
        Some(minutes.parse::<f64>().ok()? * 60.0 + seconds.trim_end_matches('s').parse::<f64>().ok()?)
    };
    let cpu = text.lines().nth(1).map(|line| line.split_whitespace().filter_map(seconds).sum());
    Ok(Cost { cpu: cpu.context("the shell printed no times")?, wall })
}
