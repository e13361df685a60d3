//! Files of Rust without the bodies of functions and documentation, each text parsed once: many crates are made with
//! the one source of the client, one for each snapshot.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use syn::visit_mut::VisitMut;

/// The items of a file.
///
/// # Errors
/// Where the text is not Rust.
pub fn parsed(text: &str) -> syn::Result<Rc<syn::File>> {
    thread_local! {
        static PARSED: RefCell<HashMap<String, Rc<syn::File>>> = RefCell::default();
    }
    PARSED.with_borrow_mut(|parsed| {
        if let Some(file) = parsed.get(text) {
            return Ok(Rc::clone(file));
        }
        let mut file = syn::parse_file(text)?;
        outline(&mut file);
        Ok(Rc::clone(parsed.entry(text.to_owned()).or_insert(Rc::new(file))))
    })
}

/// Leaves out of a file the bodies of functions and documentation.
pub fn outline(file: &mut syn::File) {
    Outline.visit_file_mut(file);
}

struct Outline;

impl VisitMut for Outline {
    fn visit_attributes_mut(&mut self, attributes: &mut Vec<syn::Attribute>) {
        attributes.retain(|attribute| !attribute.path().is_ident("doc"));
    }

    fn visit_block_mut(&mut self, block: &mut syn::Block) {
        block.stmts.clear();
    }
}
