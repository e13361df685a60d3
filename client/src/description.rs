//! The description of the API, as the generator embeds it: operations and schemas, for what reads it at run time.

/// The description as generated code has it: each part is JSON, read when it is needed first.
pub(crate) struct Description {
    /// Method, path and the rest of each operation.
    pub(crate) operations: &'static [(&'static str, &'static str, &'static str)],
    /// Name and schema.
    pub(crate) schemas: &'static [(&'static str, &'static str)],
}
