//! Values of an answer that were not as the API describes them, and were read nevertheless.

use std::fmt;

/// A value of an answer that was not as the API describes it, and was repaired: where it is, and what it was read as.
///
/// # Examples
/// ```no_run
/// # async fn example(client: planetscale_client::Client) -> Result<(), planetscale_client::Error> {
/// # let call = client.get_backup().organization("acme").database("shop").branch("main").id("b");
/// let backup = call.send().await?;
/// if let Some(size) = backup.made_good().iter().find(|made_good| made_good.pointer() == "/size") {
///     println!("the size is not known: {}", size.reason());
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MadeGood {
    pointer: String,
    reason: String,
}

impl MadeGood {
    /// Makes a `MadeGood` by hand, for tests.
    pub fn new(pointer: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), reason: reason.into() }
    }

    /// Returns where the value is in the answer, as a JSON pointer (RFC 6901) such as `/data/1/size`. Empty for the
    /// whole.
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// Returns what was wrong with the value, and what it was read as, for people. The value itself is not shown.
    pub fn reason(&self) -> &str {
        &self.reason
    }

    /// The same with a pointer that begins below another one; nothing, where it does not stand there.
    pub(crate) fn below(&self, pointer: &str) -> Option<Self> {
        let rest = self.pointer.strip_prefix(pointer).filter(|rest| rest.is_empty() || rest.starts_with('/'))?;
        Some(Self::new(rest, self.reason.clone()))
    }
}

impl fmt::Display for MadeGood {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.pointer, self.reason)
    }
}
