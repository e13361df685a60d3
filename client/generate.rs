//! From the effective spec to the client's Rust code: the one generating function.
//!
//! `build.rs` calls it to build the client, xtask to print the code and to see what a change of the
//! spec does to it, the tests to lock it. It walks five rooms:
//!
//! 1. `prepare` takes out of the spec what progenitor would turn into types that refuse what the
//!    server may well send, and leaves notes about it for the later steps;
//! 2. progenitor generates types, builders and operations;
//! 3. `operations` hands every request to `crate::transport`, the only place that sends;
//! 4. `types` opens the world: unknown fields and values are kept or ignored, never an error;
//! 5. `pages` adds streams to the operations whose answers come in pages.
//!
//! All of that is by rule. Nothing here knows an operation or a type by its name.

#[path = "generate/answers.rs"]
mod answers;
#[path = "generate/builders.rs"]
mod builders;
#[path = "generate/lenient.rs"]
mod lenient;
#[path = "generate/operations.rs"]
mod operations;
#[path = "generate/pages.rs"]
mod pages;
#[path = "generate/prepare.rs"]
pub mod prepare;
#[path = "generate/prose.rs"]
mod prose;
#[path = "generate/rust.rs"]
mod rust;
#[path = "generate/types.rs"]
mod types;
#[path = "generate/unions.rs"]
mod unions;

use proc_macro2::TokenStream;
use quote::ToTokens;

/// What a spec becomes.
pub struct Generated {
    /// The client's code.
    pub code: TokenStream,
    /// What each schema became: its JSON pointer in the spec, and the path of a type or field. A schema
    /// may be both, the field's and its type's.
    #[allow(dead_code, reason = "build.rs needs the code only")]
    pub places: Places,
}

/// JSON pointers, and paths of what stands there.
pub type Places = Vec<(String, String)>;

/// Generates the client's code from an OpenAPI 3.0 document in YAML or JSON.
///
/// # Errors
/// Where the document is none, where progenitor cannot generate code for it, or where that code has
/// a shape that the hardening does not know: better no client than one without it.
pub fn generate(spec: &str) -> Result<Generated, Error> {
    let mut document: serde_json::Value = serde_yaml::from_str(spec).map_err(|e| Error::Document(e.to_string()))?;
    let answers = answers::simplify(&mut document)?;
    prepare::prepare(&mut document);
    let spec: openapiv3::OpenAPI = serde_json::from_value(document).map_err(|e| Error::Document(e.to_string()))?;

    let operations = operations::Operations::of(&spec, &answers)?;
    let mut settings = progenitor::GenerationSettings::new();
    settings
        .with_interface(progenitor::InterfaceStyle::Builder)
        .with_hooks(progenitor::HooksMode::Expected)
        .with_inner_type(quote::quote!(crate::transport::Inner))
        .with_derive("PartialEq");
    let tokens =
        progenitor::Generator::new(&settings).generate_tokens(&spec).map_err(|e| Error::Generator(e.to_string()))?;
    let mut file: syn::File = syn::parse2(tokens).map_err(|e| Error::Shape(format!("not a Rust file: {e}")))?;

    let directions = operations::Directions::of(&file)?;
    let (checked, places) = types::harden(&mut file, &directions)?;
    operations::harden(&mut file, &operations, &checked, &spec.info)?;
    pages::add(&mut file)?;
    Ok(Generated { code: file.into_token_stream(), places })
}

/// Why no code could be generated.
#[derive(Debug)]
pub enum Error {
    /// The document is not OpenAPI 3.0.
    Document(String),
    /// An operation that a client of this crate cannot have: which, where, and why.
    Operation(String),
    /// progenitor refused the document.
    Generator(String),
    /// progenitor's code is not of the shape that the hardening was written for.
    Shape(String),
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Error::Document(e) => write!(f, "not an OpenAPI 3.0 document: {e}"),
            Error::Operation(e) => write!(f, "{e}; leave the operation out, or correct openapi/overlay.yaml"),
            Error::Generator(e) => write!(f, "progenitor cannot generate code for the spec: {e}"),
            Error::Shape(e) => write!(
                f,
                "progenitor's code has a shape that client/generate.rs does not know \
                 (was progenitor updated?): {e}"
            ),
        }
    }
}

impl std::error::Error for Error {}
