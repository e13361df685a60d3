//! The limits that the spec sets for what the client sends, checked before it is sent.
//!
//! Generated code calls this with the limits of the effective spec. Nothing that the server sends
//! is checked here.

/// A value with limits somewhere inside.
pub(crate) trait Check {
    /// Says which field breaks which limit.
    fn check(&self) -> Result<(), String>;
}

impl<T: Check> Check for Option<T> {
    fn check(&self) -> Result<(), String> {
        self.as_ref().map_or(Ok(()), Check::check)
    }
}

impl<T: Check> Check for Vec<T> {
    fn check(&self) -> Result<(), String> {
        self.iter().try_for_each(Check::check)
    }
}

/// Checks a field that has limits inside.
#[allow(dead_code)] // Called where the spec has such a field.
pub(crate) fn inside(label: &str, value: &impl Check) -> Result<(), String> {
    value.check().map_err(|e| format!("{label}: {e}"))
}

/// What can be held to a limit.
#[allow(dead_code)] // Used where the spec has limits; so is `value`.
pub(crate) trait Measure {
    /// A number by its value, a text by its length in characters; nothing where there is no value.
    fn measure(&self) -> Option<f64>;
}

impl Measure for i64 {
    #[allow(clippy::cast_precision_loss)] // Limits above 2^53 do not occur.
    fn measure(&self) -> Option<f64> {
        Some(*self as f64)
    }
}

impl Measure for f64 {
    fn measure(&self) -> Option<f64> {
        Some(*self)
    }
}

impl Measure for String {
    #[allow(clippy::cast_precision_loss)]
    fn measure(&self) -> Option<f64> {
        Some(self.chars().count() as f64)
    }
}

impl<T: Measure> Measure for Option<T> {
    fn measure(&self) -> Option<f64> {
        self.as_ref().and_then(Measure::measure)
    }
}

/// Begins the check of one value.
#[allow(dead_code)]
pub(crate) fn value(label: &'static str, value: &impl Measure) -> Value {
    Value { label, measure: value.measure(), broken: None }
}

/// A value on its way through its limits.
pub(crate) struct Value {
    label: &'static str,
    measure: Option<f64>,
    broken: Option<String>,
}

#[allow(dead_code)] // Which of these are called depends on the spec.
impl Value {
    fn hold(mut self, holds: impl FnOnce(f64) -> bool, what: &str, limit: f64) -> Self {
        if let Some(measure) = self.measure
            && self.broken.is_none()
            && !holds(measure)
        {
            self.broken = Some(format!("{}: {measure} is not {what} {limit}", self.label));
        }
        self
    }

    pub(crate) fn min(self, limit: f64) -> Self {
        self.hold(|v| v >= limit, "at least", limit)
    }

    pub(crate) fn max(self, limit: f64) -> Self {
        self.hold(|v| v <= limit, "at most", limit)
    }

    pub(crate) fn above(self, limit: f64) -> Self {
        self.hold(|v| v > limit, "above", limit)
    }

    pub(crate) fn below(self, limit: f64) -> Self {
        self.hold(|v| v < limit, "below", limit)
    }

    pub(crate) fn min_len(self, limit: f64) -> Self {
        self.hold(|v| v >= limit, "a length of at least", limit)
    }

    pub(crate) fn max_len(self, limit: f64) -> Self {
        self.hold(|v| v <= limit, "a length of at most", limit)
    }

    pub(crate) fn done(self) -> Result<(), String> {
        self.broken.map_or(Ok(()), Err)
    }
}
