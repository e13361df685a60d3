//! The command line.

use std::fmt;
use std::str::FromStr;

use planetscale_client::types::RetentionUnit;

/// Create a backup of a database branch.
#[derive(clap::Parser)]
#[command(name = "create_backup")]
pub struct Arguments {
    /// The organization that the database belongs to
    #[arg(long)]
    organization: Option<String>,
    /// The database
    #[arg(long)]
    database: Option<String>,
    /// The branch to back up
    #[arg(long)]
    branch: Option<String>,
    /// A name for the backup
    #[arg(long)]
    pub name: Option<String>,
    /// How long to keep it: a number and a unit (h, d, w, m or y), such as 2w
    #[arg(long)]
    pub retention: Option<Retention>,
    /// Wait until the backup is done
    #[arg(long)]
    pub wait: bool,
    /// Where the API is, if not at its usual place
    #[arg(long, value_name = "URL")]
    pub base_url: Option<String>,
}

/// What is to be backed up.
pub struct Target {
    pub organization: String,
    pub database: String,
    pub branch: String,
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.organization, self.database, self.branch)
    }
}

impl Arguments {
    /// The target, which must be given.
    pub fn target(&self) -> Result<Target, String> {
        let need = |name: &str, value: &Option<String>| {
            value.clone().ok_or_else(|| {
                format!(
                    "--{name} is missing; with credentials, --organization, --database and --branch say what to back up"
                )
            })
        };
        Ok(Target {
            organization: need("organization", &self.organization)?,
            database: need("database", &self.database)?,
            branch: need("branch", &self.branch)?,
        })
    }

    /// The target, or an example of one.
    pub fn target_or_example(&self) -> Target {
        let or = |value: &Option<String>, example: &str| value.clone().unwrap_or_else(|| example.into());
        Target {
            organization: or(&self.organization, "acme"),
            database: or(&self.database, "shop"),
            branch: or(&self.branch, "main"),
        }
    }
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
