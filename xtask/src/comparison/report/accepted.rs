//! Findings that were looked at and accepted: `openapi/accepted.toml`.

use anyhow::{Context, bail};
use chrono::NaiveDate;

/// One finding that was accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// Its fingerprint.
    pub fingerprint: String,
    /// Why it does no harm, or is worth it.
    pub reason: String,
    /// The last day on which it is accepted; for good without one.
    pub until: Option<NaiveDate>,
}

impl Accepted {
    /// Reads `accepted.toml`: a list of `[[accepted]]`, each with `fingerprint`, `reason` and perhaps a
    /// date `until`.
    ///
    /// # Errors
    /// Names the entry that lacks something or is of the wrong kind.
    pub fn list(text: &str) -> anyhow::Result<Vec<Self>> {
        let document: toml_edit::DocumentMut = text.parse().context("not TOML")?;
        let mut list = Vec::new();
        for (key, item) in document.iter() {
            if key != "accepted" {
                bail!("`{key}` is unknown here; findings are accepted by [[accepted]]");
            }
            let tables = item.as_array_of_tables().context("`accepted` is not a list of tables: write [[accepted]]")?;
            for (index, table) in tables.iter().enumerate() {
                list.push(Self::one(table).with_context(|| format!("the {}. [[accepted]]", index + 1))?);
            }
        }
        Ok(list)
    }

    fn one(table: &toml_edit::Table) -> anyhow::Result<Self> {
        if let Some((key, _)) = table.iter().find(|(key, _)| !["fingerprint", "reason", "until"].contains(key)) {
            bail!("`{key}` is unknown");
        }
        let text = |key: &str| {
            let text = table.get(key).and_then(|value| value.as_str()).map(str::trim);
            text.filter(|text| !text.is_empty())
                .map(str::to_owned)
                .with_context(|| format!("there is no string `{key}`"))
        };
        let until = match table.get("until") {
            None => None,
            Some(value) => {
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                let date = NaiveDate::parse_from_str(text.trim(), "%Y-%m-%d");
                Some(date.with_context(|| format!("`until` is not a date such as 2026-12-31: {}", text.trim()))?)
            }
        };
        Ok(Self { fingerprint: text("fingerprint")?, reason: text("reason")?, until })
    }

    pub(super) fn accepts(&self, fingerprint: &str) -> bool {
        self.fingerprint == fingerprint && !self.is_over()
    }

    pub(super) fn is_over(&self) -> bool {
        self.is_over_on(chrono::DateTime::<chrono::Utc>::from(std::time::SystemTime::now()).date_naive())
    }

    /// Whether it counts again on a day, as its last one is over.
    pub fn is_over_on(&self, today: NaiveDate) -> bool {
        self.until.is_some_and(|until| until < today)
    }

    pub(super) fn expiry(&self) -> String {
        let until = self.until.map(|until| until.to_string()).unwrap_or_default();
        format!("accepted.toml: {} was accepted until {until} only: {}", self.fingerprint, self.reason)
    }
}
