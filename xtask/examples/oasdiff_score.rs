//! Scores the drift engine by the expectations of oasdiff's own tests, where a copy of them lies.
//!
//!     cargo run -p xtask --example oasdiff_score -- <DIR with expected_core30.tsv and checks.tsv>
//!
//! A row holds where the named id is reported, is not reported at all, or nothing is reported at or
//! above the threshold, as its polarity says. Where the row's list of ids is the whole answer
//! (`exact`), any other id of oasdiff's vocabulary that the same check could report breaks it. Ids of
//! our own, for what oasdiff says nothing of, are not counted. What is above the threshold is decided
//! by oasdiff's level of the id; ours, which differs where `cargo xtask diff --list-rules` says why, is
//! counted apart.
//! Exits with 1 below 95 % of the ids in the groups other than `composition` and `other`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::ExitCode;

use xtask::comparison::diff::{self, Finding, Level};

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
    let checks: BTreeMap<String, Row> =
        table(&dir.join("checks.tsv"))?.into_iter().map(|row| (row["id"].clone(), row)).collect();
    let theirs = |id: &str| checks.get(id).map_or(Level::Doc, |check| level(&check["level"]));
    let mut levels = [0, 0];
    for rule in diff::rules::listed() {
        let listed = checks.get(&rule.id).map(|check| level(&check["level"]));
        anyhow::ensure!(rule.oasdiff == listed, "xtask/src/diff/oasdiff.rs has {rule:?}, oasdiff {listed:?}");
    }
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
            Some(check) => checks.get(&finding.id).is_some_and(|row| row["handler"] == check),
            None => checks.contains_key(&finding.id),
        };
        let heard: Vec<&Finding> =
            findings.iter().filter(|f| theirs(&f.id) >= level(threshold)).filter(known).collect();
        let named: BTreeSet<&str> = rows.iter().map(|row| row["check_id"].as_str()).collect();
        for row in rows {
            let of_id: Vec<_> = heard.iter().filter(|f| f.id == row["check_id"]).collect();
            let reported = !of_id.is_empty();
            if row["polarity"] == "present" && reported {
                levels[1] += 1;
                levels[0] += usize::from(of_id.iter().any(|f| f.level == level(&row["level"])));
            }
            let mut holds = match row["polarity"].as_str() {
                "present" => reported,
                "absent" => !reported,
                _ => !heard.iter().any(|f| f.level >= level(threshold)),
            };
            if row["count"] == "exact" && row["polarity"] == "present" {
                holds &= heard.iter().all(|f| named.contains(f.id.as_str()) || f.level < level(threshold));
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
        "ids: {right} of {all} expectations hold ({:.1} %), composition and other aside",
        100.0 * right as f64 / all.max(1) as f64
    );
    println!("levels: {} of the {} ids that were expected and reported have oasdiff's level", levels[0], levels[1]);
    Ok(if right * 100 >= all * REQUIRED_PERCENT && all > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
