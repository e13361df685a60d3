//! Reading what is public, from source and from rustdoc's pages, beyond what this crate itself writes.

use std::collections::BTreeMap;
use std::path::Path;

use xtask::generated_crate::own_code;
use xtask::generated_crate::surface::{Bump, Change, Features, Kind, Surface, changes, rustdoc};
use xtask::workspace::Workspace;

use crate::drift_report::run_xtask;
use crate::update_spec::fixture;

fn write(dir: &Path, name: &str, text: &str) {
    let path = dir.join(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

fn surface(lib: &str, more: &[(&str, &str)], generated: &str) -> anyhow::Result<Surface> {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "lib.rs", lib);
    for (name, text) in more {
        write(dir.path(), name, text);
    }
    Surface::of_crate(dir.path(), &syn::parse_str(generated).unwrap())
}

#[test]
fn every_kind_of_item_is_listed_where_it_can_be_named() {
    let lib = r#"
        mod hidden;
        pub mod open;
        #[cfg(feature = "extra")]
        pub mod extra { pub fn more() {} }
        mod generated { include!("generated.rs"); }
        pub use generated::{Made, Foreign};
        pub use hidden::{Renamed as Shown, deep::Inner, deep::{self}};
        pub use std::time::Duration;
        use std::collections::*;
        use std;
        use log::log;

        #[derive(Clone, std::fmt::Debug)]
        #[cfg_attr(feature = "extra", derive(serde::Serialize))]
        #[non_exhaustive]
        pub struct Plain<T> { pub open: T, closed: u8 }
        pub struct Tuple(pub ::std::string::String, u8);
        pub struct Unit;
        pub enum Choice { None, One(::std::string::String), Two { field: u8 } }
        pub type Alias = std::collections::BTreeMap<String, Vec<u8>>;
        pub const LIMIT: usize = 3;
        pub fn act<'a, T: Clone>(given: &'a T, many: &[u8]) -> ::std::option::Option<&'a T> where T: Send { None }
        pub trait Sealed: Send { fn required(&self); const N: u8; }
        trait Private {}
        struct Secret;

        impl<T> Plain<T> { pub const ZERO: u8 = 0; pub fn new() -> Self { todo!() } fn inner() {} const OWN: u8 = 0; }
        #[cfg(feature = "extra")]
        impl Unit { pub const MORE: u8 = 0; pub fn more() {} }
        impl Private for Unit {}
        impl std::fmt::Debug for Unit {}
        impl log::Log for Unit {}
        impl Sealed for Unit { fn required(&self) {} const N: u8 = 1; }
        impl<'a> IntoIterator for &'a Unit { }
        impl Secret { pub fn unseen() {} }
        impl From<self::Unit> for crate::Tuple { }

        #[cfg(test)]
        pub mod tests { pub struct Tested; }
    "#;
    let hidden = "pub struct Renamed; pub struct Unnamed; pub mod deep { pub struct Inner; impl super::Renamed { pub fn f() {} } }";
    let open = "#[cfg(feature = \"extra\")] pub struct Behind; impl Behind { pub fn f(&self) {} } pub(crate) fn own() {} macro_rules! ours { () => {} } \
         #[cfg(feature = \"extra\")] pub enum Gated { One { field: u8 } }";
    let generated = "pub use progenitor_client::Foreign; pub struct Made { pub field: u8 }";
    let more = [("hidden.rs", hidden), ("open/mod.rs", open)];
    insta::assert_snapshot!(surface(lib, &more, generated).unwrap().to_string());
}

#[test]
fn what_breaks_users_is_major() {
    let changes_of = |old: &str, new: &str| {
        let (old, new) = (surface(old, &[], "").unwrap(), surface(new, &[], "").unwrap());
        let changes = changes(&old, &new);
        changes.into_iter().map(|change| format!("{} {}", change.bump, change.item)).collect::<Vec<_>>().join(", ")
    };
    let open = "pub struct S { pub a: u8 }";
    for (old, new, expected) in [
        (open, open, ""),
        // What is gone or another.
        (open, "", "major S, major S::a"),
        (open, "pub struct S { pub a: u16 }", "major S::a"),
        (open, "pub struct S { a: u8 }", "major S::a"),
        (open, "pub enum S { A }", "major S, major S::A, major S::a"),
        (open, "#[cfg(feature = \"f\")] pub struct S { pub a: u8 }", "major S, major S::a"),
        // With a module, all that is in it.
        (
            "pub mod m { pub struct S; impl S { pub fn f() {} } }",
            "#[cfg(feature = \"f\")] pub mod m { pub struct S; impl S { pub fn f() {} } }",
            "major m, major m::S, major m::S::f",
        ),
        ("pub fn f() {}", "pub fn f(a: u8) {}", "major f"),
        ("pub const C: u8 = 1;", "pub const C: u8 = 2;", ""),
        ("pub struct S; impl From<u8> for S {}", "pub struct S;", "major S: impl From<u8>"),
        // Fields: who writes the struct out must name the new one.
        (open, "pub struct S { pub a: u8, pub b: u8 }", "major S::b"),
        ("pub struct S { a: u8 }", "pub struct S { a: u8, pub b: u8 }", "minor S::b"),
        (
            "pub struct S { a: u8 } impl S { pub fn f() {} } pub struct T { pub t: u8 }",
            "pub struct S { a: u8, pub b: u8 } impl S { pub fn f() {} } pub struct T { pub t: u8 }",
            "minor S::b",
        ),
        (
            "#[non_exhaustive] pub struct S { pub a: u8 }",
            "#[non_exhaustive] pub struct S { pub a: u8, pub b: u8 }",
            "minor S::b",
        ),
        ("pub enum E { A { a: u8 } }", "pub enum E { A { a: u8, b: u8 } }", "major E::A::b"),
        ("pub enum E { A {} }", "pub enum E { A { a: u8 } }", "major E::A::a"),
        (
            "pub enum E { #[non_exhaustive] A { a: u8 } }",
            "pub enum E { #[non_exhaustive] A { a: u8, b: u8 } }",
            "minor E::A::b",
        ),
        // Variants: who matches must have an arm for the new one.
        ("pub enum E { A }", "pub enum E { A, B(u8) }", "major E::B"),
        ("#[non_exhaustive] pub enum E { A }", "#[non_exhaustive] pub enum E { A, B(u8) }", "minor E::B"),
        ("pub enum E { A(u8) }", "pub enum E { A(u16) }", "major E::A"),
        // Derives and openness.
        ("#[derive(Clone)] pub struct S;", "#[derive(Clone, Debug)] pub struct S;", "minor S"),
        ("#[derive(Clone, Debug)] pub struct S;", "#[derive(Debug)] pub struct S;", "major S"),
        ("#[non_exhaustive] pub struct S;", "pub struct S;", "minor S"),
        ("pub struct S;", "#[non_exhaustive] pub struct S;", "major S"),
        // What is new.
        ("", open, "minor S, minor S::a"),
        (open, "pub struct S { pub a: u8 } impl S { pub fn f() {} }", "minor S::f"),
        (open, "pub struct S { pub a: u8 } impl From<u8> for S {}", "minor S: impl From<u8>"),
    ] {
        assert_eq!(changes_of(old, new), expected, "{old} → {new}");
    }
}

/// How a path is written makes no difference, and a name is what it stands for.
#[test]
fn an_item_is_what_its_paths_mean() {
    let lib = |imports: &str, error: &str, result: &str| {
        format!(
            "{imports} pub struct E; impl {error} for E {{}} \
             pub fn whereabouts(at: String) -> {result}<()> where String: Into<E> {{ todo!() }}"
        )
    };
    let same = [
        lib("use std::error::Error as StdError; use std::io;", "StdError", "io::Result"),
        lib("use std::error::Error; use std::io::Result as Io;", "Error", "Io"),
        lib("", "::core::error::Error", "std::io::Result"),
    ];
    let printed = same.map(|lib| surface(&lib, &[], "").unwrap().to_string());
    insta::assert_snapshot!(printed[0]);
    assert_eq!(printed[0], printed[1]);
    assert_eq!(printed[0], printed[2]);
}

#[test]
fn whether_a_trait_is_derived_or_written_is_the_same() {
    let derived = surface("#[derive(Debug, Default)] pub struct S;", &[], "").unwrap();
    let written = "use std::fmt; pub struct S; impl fmt::Debug for S {} impl Default for S {}";
    assert_eq!(derived, surface(written, &[], "").unwrap());
}

#[test]
fn what_cannot_be_read_is_named() {
    let error = |lib: &str| format!("{:#}", surface(lib, &[], "").unwrap_err());
    assert_eq!(error("pub use std::*;"), "`pub use std::*` hides what is public; name it");
    assert!(error("mod gone;").contains("cannot read "));
    assert!(error("fn").contains("lib.rs is not Rust"));
}

#[test]
fn pages_of_rustdoc_are_read_to_the_last_member() {
    let dir = tempfile::tempdir().unwrap();
    let html = |ids: &[&str]| ids.iter().map(|id| format!("<section id=\"{id}\">")).collect::<String>();
    let page = html(&["structfield.open", "method.new", "implementations", "trait-implementations", "method.clone"]);
    write(dir.path(), "struct.Plain.html", &page);
    let page =
        html(&["variant.Two", "variant.Two.fields", "variant.Two.field.field", "variant.One.field.0", "tymethod.f"]);
    write(dir.path(), "enum.Choice.html", &page);
    write(dir.path(), "fn.act.html", &html(&["method.not_a_member"]));
    write(dir.path(), "struct.Moved.html", "<meta http-equiv=\"refresh\" content=\"0\">");
    write(dir.path(), "all.html", "");
    write(dir.path(), "inner/index.html", "");
    write(dir.path(), "inner/trait.Act.html", &html(&["tymethod.required", "associatedconstant.N"]));
    write(dir.path(), "no_module/struct.Hidden.html", "");
    let found: Vec<_> = rustdoc::items(dir.path()).unwrap().into_iter().collect();
    let expected = [
        "Choice",
        "Choice::One",
        "Choice::Two",
        "Choice::Two::field",
        "Choice::f",
        "Plain",
        "Plain::new",
        "Plain::open",
        "act",
        "inner",
        "inner::Act",
        "inner::Act::N",
        "inner::Act::required",
    ];
    assert_eq!(found, expected);

    // Held against our own surface, each side's own items are named, and it is an error.
    let spec = fixture().join("planetscale.yaml").to_str().unwrap().to_owned();
    let ended = run_xtask(&["surface", "--spec", &spec, "--check", dir.path().to_str().unwrap()]);
    assert!(ended.1.contains("Plain::open is public, but not in the surface\n"), "{}", ended.1);
    assert!(ended.1.contains("ClientBuilder::build is in the surface, but not public\n"), "{}", ended.1);
    assert!(ended.2.starts_with("error: xtask/src/generated_crate/surface and rustdoc disagree on "), "{}", ended.2);
    assert!(!ended.1.contains(": impl "), "{}", ended.1);
    let ended = run_xtask(&["surface", "--spec", &spec, "--check", "/nowhere"]);
    assert!(ended.2.starts_with("error: cannot read /nowhere; run `cargo doc`"), "{}", ended.2);
}

/// Pages as rustdoc writes them, for what the surface of our own crate lists.
fn pages_of(surface: &Surface) -> BTreeMap<String, String> {
    let mut pages = BTreeMap::<String, String>::new();
    for (path, shape) in surface.items().filter(|(_, shape)| ![Kind::Impl, Kind::Use].contains(&shape.kind)) {
        let (owner, name) = path.rsplit_once("::").unwrap_or(("", path));
        let kind_of = |path: &str| surface.get(path).map_or(Kind::Mod, |shape| shape.kind);
        let page = |path: &str, kind: &dyn std::fmt::Display| {
            let (module, name) = path.rsplit_once("::").unwrap_or(("", path));
            format!("{}/{kind}.{name}.html", module.replace("::", "/"))
        };
        let (page, id) = match (shape.kind, kind_of(owner)) {
            (Kind::Mod, _) => (format!("{}/index.html", path.replace("::", "/")), String::new()),
            (Kind::Const, Kind::Mod) => (page(path, &"constant"), String::new()),
            (kind, Kind::Mod) => (page(path, &kind), String::new()),
            (Kind::Field, Kind::Variant) => {
                let (outer, variant) = owner.rsplit_once("::").unwrap();
                (page(outer, &"enum"), format!("<p id=\"variant.{variant}.field.{name}\">"))
            }
            (kind, of) => {
                let anchor = match kind {
                    Kind::Field => "structfield",
                    Kind::Variant => "variant",
                    Kind::Const => "associatedconstant",
                    _ => "method",
                };
                (page(owner, &of), format!("<p id=\"{anchor}.{name}\">"))
            }
        };
        pages.entry(page).or_default().push_str(&id);
    }
    pages
}

#[test]
fn what_agrees_is_told_and_one_item_more_on_either_side_is_an_error() {
    let file = crate::update_spec::fixture().join("planetscale.yaml");
    let own = Surface::of_spec(&Workspace::own(), &std::fs::read_to_string(&file).unwrap()).unwrap();
    let dir = tempfile::tempdir().unwrap();
    for (name, html) in pages_of(&own) {
        write(dir.path(), name.trim_start_matches('/'), &html);
    }
    let (spec, pages) = (file.to_str().unwrap(), dir.path().to_str().unwrap());
    let check = || run_xtask(&["surface", "--spec", spec, "--check", pages]);
    let (_, out, err) = check();
    assert!(out.starts_with("the surface and rustdoc agree on ") && err.is_empty(), "{out}{err}");

    write(dir.path(), "struct.More.html", "");
    let (_, out, err) = check();
    assert_eq!(out, "More is public, but not in the surface\n");
    assert_eq!(err, "error: xtask/src/generated_crate/surface and rustdoc disagree on 1 items\n");

    std::fs::remove_file(dir.path().join("struct.More.html")).unwrap();
    std::fs::remove_file(dir.path().join("struct.BackupRef.html")).unwrap();
    let (_, out, err) = check();
    assert!(
        out.lines().all(|line| line.starts_with("BackupRef") && line.ends_with("is in the surface, but not public"))
    );
    assert!(err.starts_with("error: xtask/src/generated_crate/surface and rustdoc disagree on "), "{err}");
}

/// The hand-written part of the surface is that of the workspace that is named.
#[test]
fn the_source_that_is_read_is_that_of_the_workspace() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "client/src/lib.rs", "pub struct OfThisWorkspace;");
    // What generated code calls is defined in the same source.
    let macros = Path::new(env!("CARGO_MANIFEST_DIR")).join("../client/src/runtime/methods.rs");
    write(dir.path(), "client/src/runtime/methods.rs", &std::fs::read_to_string(macros).unwrap());
    let effective = crate::update_spec::fixture().join("planetscale.yaml");
    let (root, spec) = (dir.path().to_str().unwrap(), effective.to_str().unwrap());
    let (_, out, err) = run_xtask(&["surface", "--workspace", root, "--spec", spec]);
    assert_eq!((out.as_str(), err.as_str()), ("OfThisWorkspace: struct\n", ""));
}

/// Code calls an operation by its function, where its builder is not named.
#[test]
fn hand_written_code_that_uses_what_breaks_is_named() {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("lib.rs", "mod look;"),
        ("look.rs", "fn look(client: &Client) { client.get_backup().id(\"a\"); }"),
        ("deep/build.rs", "fn build(call: calls::GetBackup) { call.id(\"a\") }"),
        ("other.rs", "fn id(client: &Client) { client.get_branch(); }"),
        ("generated/calls.rs", "fn look(client: &Client) { client.get_backup().id(\"a\"); }"),
    ] {
        write(dir.path(), &format!("client/src/{name}"), text);
    }
    let change = |item: &str, kind, new: Option<&str>, bump| Change {
        item: item.to_owned(),
        kind,
        old: Some("fn()".to_owned()),
        new: new.map(str::to_owned),
        bump,
        demand: None,
    };
    let changes = [
        change("calls::GetBackup::id", Kind::Fn, Some("fn(u8)"), Bump::Major),
        change("Client::get_branch", Kind::Fn, None, Bump::Major),
        change("Client::get_backup", Kind::Fn, Some("fn(u8)"), Bump::Minor),
    ];
    let uses = own_code::uses(&Workspace::at(dir.path()), &changes).unwrap();
    let uses: Vec<String> = uses.into_iter().map(|line| line.replace('\\', "/")).collect();
    assert_eq!(
        uses,
        [
            "client/src/deep/build.rs uses `calls::GetBackup::id`, which changes",
            "client/src/look.rs uses `calls::GetBackup::id`, which changes",
            "client/src/other.rs uses `Client::get_branch`, which goes",
        ]
    );
}

#[test]
fn what_needs_less_is_there_for_all_who_had_it() {
    let [a, b, mock] = ["a", "b", "mock"].map(Features::of);
    let either = a.clone().or(b.clone());
    assert_eq!(either.clone().and(mock.clone()).to_string(), "a or b, mock");
    assert!(Features::is_met_by(None, Some(&a)) && Features::is_met_by(Some(&either), Some(&a)));
    assert!(!Features::is_met_by(Some(&a), Some(&either)) && !Features::is_met_by(Some(&a), None));
    assert!(Features::is_met_by(Some(&a), Some(&a.clone().and(mock.clone()))));
    assert_eq!(a.clone().and(mock.clone()).beside(Some(&a)), Some(mock));
    assert_eq!(a.beside(Some(&a)), None);
}
