//! What paths in the source of a crate mean, however they are written: `StdError` after
//! `use std::error::Error as StdError` is `std::error::Error`.

use syn::visit_mut::VisitMut;

/// The names of std's prelude, by the modules that they are in.
/// <https://doc.rust-lang.org/std/prelude/index.html>
const PRELUDE: &[(&str, &[&str])] = &[
    ("borrow", &["ToOwned"]),
    ("boxed", &["Box"]),
    ("clone", &["Clone"]),
    ("cmp", &["Eq", "Ord", "PartialEq", "PartialOrd"]),
    ("convert", &["AsMut", "AsRef", "From", "Into", "TryFrom", "TryInto"]),
    ("default", &["Default"]),
    ("future", &["Future", "IntoFuture"]),
    ("iter", &["DoubleEndedIterator", "ExactSizeIterator", "Extend", "FromIterator", "IntoIterator", "Iterator"]),
    ("marker", &["Copy", "Send", "Sized", "Sync", "Unpin"]),
    ("ops", &["AsyncFn", "AsyncFnMut", "AsyncFnOnce", "Drop", "Fn", "FnMut", "FnOnce"]),
    ("option", &["Option"]),
    ("result", &["Result"]),
    ("string", &["String", "ToString"]),
    ("vec", &["Vec"]),
];

/// A path from the root of another crate, as it is printed: without its module, where std's prelude has it.
pub(super) fn of_another_crate(path: &[String]) -> Vec<String> {
    let mut path = path.to_vec();
    if path.first().is_some_and(|krate| krate == "core" || krate == "alloc") {
        path[0] = "std".to_owned();
    }
    match &path[..] {
        [krate, module, name]
            if krate == "std" && PRELUDE.iter().any(|(of, names)| of == module && names.contains(&name.as_str())) =>
        {
            vec![name.clone()]
        }
        _ => path,
    }
}

/// Replaces paths in syntax by what they mean.
pub(super) struct Resolved<F> {
    /// What a path means, by its segments; nothing, where it is to stay.
    pub(super) meaning: F,
}

impl<F: FnMut(&[String], bool) -> Option<Vec<String>>> VisitMut for Resolved<F> {
    fn visit_type_path_mut(&mut self, path: &mut syn::TypePath) {
        let Some(of) = &mut path.qself else { return self.visit_path_mut(&mut path.path) };
        // `<V as TryInto<T>>::Error`: the trait is a path of its own.
        self.visit_type_mut(&mut of.ty);
        let rest: Vec<_> = path.path.segments.iter().skip(of.position).cloned().collect();
        let mut of_trait = path.path.clone();
        of_trait.segments = of_trait.segments.into_iter().take(of.position).collect();
        if of.position > 0 {
            self.visit_path_mut(&mut of_trait);
        }
        of.position = of_trait.segments.len();
        of_trait.segments.extend(rest);
        path.path = of_trait;
    }

    fn visit_path_mut(&mut self, path: &mut syn::Path) {
        syn::visit_mut::visit_path_mut(self, path);
        let names: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        let Some(meaning) = (self.meaning)(&names, path.leading_colon.is_some()) else { return };
        let Some(last) = path.segments.last() else { return };
        let (span, arguments) = (last.ident.span(), last.arguments.clone());
        let segments = meaning.iter().map(|name| syn::PathSegment::from(syn::Ident::new(name, span)));
        path.leading_colon = None;
        path.segments = segments.collect();
        if let Some(last) = path.segments.last_mut() {
            last.arguments = arguments;
        }
    }
}
