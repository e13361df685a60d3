//! Scores the drift engine by the expectations of oasdiff's own tests, where a copy of them lies.
//!
//!     cargo run -p xtask --example oasdiff_score -- <DIR with expected_core30.tsv and checks.tsv>
//!
//! A row holds where the named id is reported at its level, is not reported at all, or nothing is
//! reported at or above the threshold, as its polarity says. Where the row's list of ids is the whole
//! answer (`exact`), any other id of oasdiff's vocabulary that the same check could report breaks it.
//! Ids of our own, for what oasdiff says nothing of, are not counted.
//! Exits with 1 below 95 % in the groups other than `composition` and `other`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::ExitCode;

use xtask::diff::{self, Finding, Level};

type Row = BTreeMap<String, String>;

const REQUIRED_PERCENT: usize = 95;

fn table(path: &Path) -> anyhow::Result<Vec<Row>> {
    let text = std::fs::read_to_string(path)?;
    let mut lines = text.lines();
    let names: Vec<&str> = lines.next().unwrap_or_default().split('\t').collect();
    let row = |line: &str| names.iter().zip(line.split('\t')).map(|(k, v)| ((*k).into(), v.into())).collect();
    Ok(lines.map(row).collect())
}

fn level(text: &str) -> Level {
    match text {
        "ERR" => Level::Err,
        "WARN" => Level::Warn,
        "INFO" => Level::Info,
        _ => Level::Doc,
    }
}

fn main() -> anyhow::Result<ExitCode> {
    let dir = std::env::args().nth(1).unwrap_or_default();
    let dir = Path::new(&dir);
    let verbose = std::env::args().nth(2).is_some();
    let handlers: BTreeMap<String, String> =
        table(&dir.join("checks.tsv"))?.into_iter().map(|row| (row["id"].clone(), row["handler"].clone())).collect();
    let rows = table(&dir.join("expected_core30.tsv"))?;
    let key = |row: &Row| ["base_file", "revision_file", "case", "scope", "threshold"].map(|key| row[key].clone());
    let mut cases: BTreeMap<[String; 5], Vec<&Row>> = BTreeMap::new();
    for row in &rows {
        cases.entry(key(row)).or_default().push(row);
    }
    let mut score: BTreeMap<&str, [usize; 2]> = BTreeMap::new();
    for ([base, revision, case, scope, threshold], rows) in &cases {
        let read = |name: &str| -> anyhow::Result<serde_json::Value> {
            Ok(serde_yaml::from_str(&std::fs::read_to_string(dir.join(name))?)?)
        };
        let findings = diff::diff(&read(base)?, &read(revision)?);
        let known = |finding: &&Finding| match scope.strip_prefix("only:") {
            Some(check) => handlers.get(&finding.id).is_some_and(|handler| handler == check),
            None => handlers.contains_key(&finding.id),
        };
        let heard: Vec<&Finding> = findings.iter().filter(|f| f.level >= level(threshold)).filter(known).collect();
        let named: BTreeSet<&str> = rows.iter().map(|row| row["check_id"].as_str()).collect();
        for row in rows {
            let reported = heard.iter().any(|f| f.id == row["check_id"] && f.level == level(&row["level"]));
            let mut holds = match row["polarity"].as_str() {
                "present" => reported,
                "absent" => !heard.iter().any(|f| f.id == row["check_id"]),
                _ => heard.is_empty(),
            };
            if row["count"] == "exact" && row["polarity"] == "present" {
                holds &= heard.iter().all(|f| named.contains(f.id.as_str()));
            }
            let [right, all] = score.entry(&row["group"]).or_default();
            *all += 1;
            *right += usize::from(holds);
            if !holds && verbose {
                let ids: Vec<String> = heard.iter().map(|f| format!("{} {}", f.level, f.id)).collect();
                println!(
                    "{}: {case} ({scope}, {threshold}, {})\n    {base} {revision}\n    {} {} {}\n    got {ids:?}",
                    row["group"], row["count"], row["polarity"], row["level"], row["check_id"]
                );
            }
        }
    }
    let mut required = [0, 0];
    for (group, [right, all]) in &score {
        println!("{group:>16}  {right:>3} of {all:>3}");
        if !["composition", "other"].contains(group) {
            required[0] += right;
            required[1] += all;
        }
    }
    let [right, all] = required;
    println!(
        "score: {right} of {all} expectations hold ({:.1} %), composition and other aside",
        100.0 * right as f64 / all.max(1) as f64
    );
    Ok(if right * 100 >= all * REQUIRED_PERCENT && all > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
