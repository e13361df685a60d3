//! The command line.

use std::str::FromStr;

use planetscale_client::types::RetentionUnit;

use crate::support::Target;

/// Create a backup of a database branch.
#[derive(clap::Parser)]
#[command(name = "create_backup")]
pub struct Arguments {
    #[command(flatten)]
    pub target: Target,
    /// A name for the backup (with --ensure: before-migration, if not given)
    #[arg(long)]
    pub name: Option<String>,
    /// How long to keep it: a number and a unit (h, d, w, m or y), such as 2w
    #[arg(long)]
    pub retention: Option<Retention>,
    /// Take it at once, even if that slows the database down (PostgreSQL only)
    #[arg(long)]
    pub emergency: bool,
    /// Only if there is none of this name yet; find out what became of it if the answer is lost
    #[arg(long)]
    pub ensure: bool,
    /// Let the mock server make the backup and lose the answer
    #[arg(long)]
    pub lose_answer: bool,
    /// Wait until the backup is done
    #[arg(long)]
    pub wait: bool,
}

/// How long a backup is kept.
#[derive(Clone)]
pub struct Retention {
    pub value: i64,
    pub unit: RetentionUnit,
}

impl FromStr for Retention {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
        let unit = match &text[digits.len()..] {
            "h" => RetentionUnit::Hour,
            "d" => RetentionUnit::Day,
            "w" => RetentionUnit::Week,
            "m" => RetentionUnit::Month,
            "y" => RetentionUnit::Year,
            _ => return Err("write a number and one of h, d, w, m, y, such as 2w".into()),
        };
        let value = digits.parse().map_err(|e| format!("`{digits}`: {e}"))?;
        Ok(Self { value, unit })
    }
}
