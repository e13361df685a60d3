//! From the effective spec to the client's Rust code: the one generating function.
//!
//! `build.rs` calls it to build the client, xtask to store and print the code and to see what a change of the
//! spec does to it. Each pass is a module, whose first comment shows an example:
//!
//! 1. Passes over the document, so that progenitor makes no type of it that refuses what the server may well send. Each
//!    needs what is said of it, and no other order:
//!    - `document::nulls::fold` is the first: null is `nullable` for all that follow;
//!    - `pages`, `secrets`, `description` and `directions` read the whole document, before `features` leaves out what
//!      nobody wants;
//!    - `templates` checks paths as they are written, before `parameters` names what stands there twice;
//!    - `answers`, with `media`, leaves each operation one success and one body, of which `document::nulls::prepare`,
//!      `composed` and `circles`, in this order, each need the schemas: null where it is referred to, members of an
//!      `allOf` once, and none that is described by itself;
//!    - `defaults`, `read_only` and `docs` change texts and what is required, and come before `prepare` alone, which reads
//!      texts and `limits`, and puts JSON pointers in their places;
//!    - `described` reads the operations, with how parameters are written, before `parameters` takes that out.
//! 2. progenitor is run, with typify in it and `secrets` among its conversions. What it emits is read once, as data:
//!    `shapes` are the types, with better `names` of values, and `model` is the operations. `identifiers` refuses what
//!    would be said twice. Of typify's code are kept: the types of fields, unions and newtypes with what is implemented
//!    for them, and the error of conversions; of progenitor's none.
//! 3. `directions` says which way types travel, and what follows from that for their fields; `pages` makes one type of all
//!    pages, `waits` tells of states that are ends, and `discriminators` of what tells alternatives apart.
//! 4. All code is emitted from the model: `types`, with `unions`, `objects`, `builders`, `checks` and `fixtures`;
//!    `operations`, with `calls`, `docs` and `waits`; `handles`; `stand_in` and `description` for the mock server.
//!    `features` has types compiled with what reaches them.
//! 5. `paths` needs all code: it shortens what Rust's prelude has, unless something is called so. `files` puts the code into
//!    a file for each feature.
//! 6. `by_hand` says which operations the client's hand-written code calls and the document lacks.
//!
//! `document` is below all of it: what any reader of an OpenAPI document needs, xtask among them. `rust` and `prose` help
//! to read and write Rust and its texts.
//!
//! All of that is by rule. Nothing here knows an operation or a type by its name.

mod answers;
mod builders;
mod by_hand;
mod calls;
mod checks;
mod circles;
mod composed;
mod defaults;
mod described;
pub mod description;
mod directions;
mod discriminators;
mod docs;
pub mod document;
mod features;
mod files;
mod fixtures;
mod handles;
mod identifiers;
mod limits;
mod media;
mod model;
mod names;
mod objects;
mod operations;
mod pages;
mod parameters;
mod paths;
mod prepare;
mod prose;
pub mod read_only;
mod rust;
mod secrets;
mod shapes;
mod stand_in;
mod templates;
mod types;
mod unions;
mod waits;

pub use self::by_hand::missing_operations;
#[allow(unused_imports, reason = "build.rs makes code, and does not read it")]
pub use self::features::attributes;

/// What a spec becomes.
pub struct Generated {
    /// The client's code.
    pub code: syn::File,
    /// What each schema became: its JSON pointer in the spec, and the path of a type or field. A schema
    /// may be both, the field's and its type's.
    #[allow(dead_code, reason = "build.rs needs the code only")]
    pub places: Places,
}

/// Generated code as it is built here: one readable file.
pub fn formatted(code: &syn::File) -> String {
    format!("{NOTE}{}", prettyplease::unparse(code))
}

/// Generated code as it is stored: a file for each feature and `client.rs`, which names them.
pub fn files(code: syn::File) -> Vec<(String, String)> {
    let text = |(name, file)| (format!("{name}.rs"), formatted(&file));
    files::split(code).into_iter().map(text).collect()
}

/// The code of stored files, by their names, as one.
///
/// # Errors
/// Where one is not a file of Rust.
#[allow(dead_code, reason = "build.rs makes code, and does not read it")]
pub fn joined(files: &[(String, String)]) -> Result<syn::File, Error> {
    Ok(files::join(rust::parsed(files)?))
}

/// Code without its fixtures and what only the mock server and recordings read.
#[allow(dead_code, reason = "build.rs makes code, and does not compare it")]
pub fn without_fixtures(code: &syn::File) -> syn::File {
    let mut code = code.clone();
    if let Some(types) = rust::module_mut(&mut code.items, "types") {
        types.retain(|item| !fixtures::is_fixture(item));
    }
    code.items.retain(|item| !matches!(item, syn::Item::Const(item) if item.ident == description::NAME));
    code
}

/// The comment on top of the code.
const NOTE: &str = "// Generated by progenitor and client/generate from openapi/planetscale.yaml. Do not edit:\n\
                    // `cargo xtask update-spec` and `cargo xtask generate --write` write it.\n\n";

/// JSON pointers, and paths of what stands there.
pub type Places = Vec<(String, String)>;

/// Generates the client's code from an OpenAPI 3.0 document in YAML or JSON.
///
/// # Errors
/// Where the document is none, where progenitor cannot generate code for it, or where that code has
/// a shape that the passes do not know: better no client than one that lacks what they do.
pub fn generate(spec: &str) -> Result<Generated, Error> {
    generate_with(spec, &|_| true)
}

/// Generates the code of those operations whose feature is wanted, and of those that are behind none.
///
/// # Errors
/// As [`generate`].
pub fn generate_with(spec: &str, wants: &dyn Fn(&str) -> bool) -> Result<Generated, Error> {
    let mut document: serde_json::Value = serde_yaml::from_str(spec).map_err(|e| Error::Document(e.to_string()))?;
    document::nulls::fold(&mut document);
    let pages = pages::Whole::of(&document);
    // Whatever the features are, an operation that is not offered may be asked for.
    let secret_names = secrets::names(&document);
    let description = description::of(&document);
    let answers = directions::answers_of(&document);
    features::select(&mut document, wants);
    templates::check(&document)?;
    let bodies = answers::simplify(&mut document)?;
    parameters::prepare(&mut document);
    document::nulls::prepare(&mut document);
    composed::prepare(&mut document);
    circles::refuse(&mut document)?;
    defaults::prepare(&mut document);
    read_only::prepare(&mut document);
    docs::prepare(&mut document);
    let described = document.clone();
    let schemas = prepare::prepare(&mut document);
    let operations = described::Operations::of(&document, &bodies, &schemas)?;
    parameters::without_styles(&mut document);
    let spec: openapiv3::OpenAPI = serde_json::from_value(document).map_err(|e| Error::Document(e.to_string()))?;

    let mut settings = progenitor::GenerationSettings::new();
    settings.with_interface(progenitor::InterfaceStyle::Builder).with_derive("PartialEq");
    secrets::convert(&mut settings)?;
    let tokens =
        progenitor::Generator::new(&settings).generate_tokens(&spec).map_err(|e| Error::Generator(e.to_string()))?;
    let file: syn::File = syn::parse2(tokens).map_err(|e| Error::Shape(format!("not a Rust file: {e}")))?;

    let types = rust::module(&file.items, "types").ok_or_else(|| rust::missing("mod types"))?;
    let mut shapes = shapes::of(types, &schemas, &described)?;
    identifiers::check(&shapes)?;
    let mut model = model::of(&file, &operations)?;
    let mut directions = directions::Directions::of(&shapes, &model);
    directions.answers.extend(answers);
    directions.tell_apart(&mut shapes);
    let mut places = shapes::places(&shapes);
    let pages = pages::unify(&mut shapes, &mut model, &mut directions, &pages, &mut places);
    let ends = waits::ends(&mut shapes, &described)?;

    let discriminators = discriminators::of(&described);
    let (mut items, checked) = types::emit(&shapes, builders::error(types), &directions, &discriminators);
    items.extend(pages.into_iter().chain(ends).chain(fixtures::items(&shapes, &described, &directions)));
    features::gate(&mut items, &model, &directions::graph(&shapes));
    let client = operations::client(&model, &described, &shapes);
    let calls = operations::calls(&model, &shapes, &checked, &waits::of(&described)?)?;
    let (secrets, version, handles) = (secrets::list(secret_names), spec.info.version.trim(), handles::items(&model));
    let (operations, routes) = (docs::list(&model, &described), stand_in::routes(&model));
    let mut file: syn::File = syn::parse_quote! {
        #secrets
        use crate::client::Client;
        /// The version of the API that is described.
        pub(crate) const API_VERSION: &str = #version;
        /// Types used as operation parameters and responses.
        #[allow(clippy::all)]
        pub mod types { #(#items)* }
        #client
        #calls
        #operations
        #(#handles)*
        #routes
        #description
    };
    paths::shorten(&mut file);
    Ok(Generated { code: file, places })
}

/// Why no code could be generated.
#[derive(Debug)]
pub enum Error {
    /// The document is not OpenAPI 3.0.
    Document(String),
    /// An operation that a client of this crate cannot have.
    Operation(Refusal),
    /// Two things that would have one name.
    Names(String),
    /// progenitor refused the document.
    Generator(String),
    /// progenitor's code is not of the shape that the passes were written for.
    Shape(String),
}

/// Why a client of this crate cannot have an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Its id.
    pub operation: String,
    /// Where the reason stands: a JSON pointer, with `#` in front.
    pub at: String,
    /// The reason, as the rest of a sentence about the operation.
    pub why: String,
}

impl Error {
    /// An operation is refused.
    pub(crate) fn operation(operation: &str, at: impl Into<String>, why: impl Into<String>) -> Self {
        Self::Operation(Refusal { operation: operation.to_owned(), at: at.into(), why: why.into() })
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "operation {} ({}) {}", self.operation, self.at, self.why)
    }
}

/// What to do about an operation that is refused.
pub const ADVICE: &str = "leave the operation out, or correct openapi/overlay.yaml";

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Error::Document(e) => write!(f, "not an OpenAPI 3.0 document: {e}"),
            Error::Operation(e) => write!(f, "{e}; {ADVICE}"),
            Error::Names(e) => write!(f, "{e}; {ADVICE}"),
            Error::Generator(e) => write!(f, "progenitor cannot generate code for the spec: {e}"),
            Error::Shape(e) => write!(f, "unexpected output of progenitor (was it upgraded?): {e}"),
        }
    }
}

impl std::error::Error for Error {}
