//! How the properties of a form are sent.

use serde_json::{Value, json};

use super::context::Context;
use super::node::Node;
use super::pair::Nodes;
use super::paths::last_token;
use super::rules::table::IGNORED_ENCODING_CHANGED;
use super::view::View;
use super::walk::Walk;
use crate::upstream::spec::key_of;

impl<'a> Walk<'a> {
    /// The encoding of each property. That of a property which is new itself, or gone, is part of that.
    pub(super) fn encoding(&mut self, context: Context, media_type: &Nodes<'a>) {
        let encoding = media_type.get("encoding");
        if self.surely_same(&encoding) {
            return;
        }
        let form = Form::of(&key_of(last_token(&media_type.new.at)));
        if form == Form::None {
            return self.report(context, &encoding, &IGNORED_ENCODING_CHANGED);
        }
        let is_map = |node: &Node<'a>| node.value.is_object() || node.value.is_null();
        if !encoding.both(is_map) {
            return self.unread(context, &encoding);
        }
        let schema = media_type.get("schema");
        let (old, new) = (View::of(&[schema.old]), View::of(&[schema.new]));
        for name in encoding.keys() {
            let (was, is) =
                (old.properties().contains_key(name.as_str()), new.properties().contains_key(name.as_str()));
            let property = encoding.get(name);
            match property.absent() {
                (true, false) if !was || says_the_default(&property.new, &new, name) => {
                    if was == is {
                        continue;
                    }
                }
                (false, true) if !is || says_the_default(&property.old, &old, name) => {}
                (false, false) => self.unread_encoding(context, form, &property, (&old, &new), name),
                _ => self.unread(context, &property),
            }
        }
    }

    fn unread_encoding(
        &mut self,
        context: Context,
        form: Form,
        property: &Nodes<'a>,
        views: (&View<'a>, &View<'a>),
        name: &str,
    ) {
        for key in property.keys() {
            let inner = property.get(key);
            if !form.knows(key) {
                if !inner.are_equal() {
                    self.report(context, &inner, &IGNORED_ENCODING_CHANGED);
                }
                continue;
            }
            let value = |node: &Node<'a>, view: &View<'a>| match node.value {
                Value::Null => default_of(key, view, name),
                value => value.clone(),
            };
            if value(&inner.old, views.0) != value(&inner.new, views.1) || key == "headers" {
                self.unread(context, &inner);
            }
        }
    }
}

/// What a body is sent as, in which each property may have an encoding.
/// <https://spec.openapis.org/oas/v3.0.3#media-type-object>
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Multipart,
    UrlEncoded,
    None,
}

impl Form {
    fn of(media_type: &str) -> Self {
        let name = media_type.to_ascii_lowercase();
        match name.split(';').next().unwrap_or_default().trim() {
            "application/x-www-form-urlencoded" => Self::UrlEncoded,
            // A range may be such a form.
            "*/*" | "application/*" => Self::UrlEncoded,
            name if name.starts_with("multipart/") => Self::Multipart,
            _ => Self::None,
        }
    }

    /// Whether a key of an encoding counts there.
    fn knows(self, key: &str) -> bool {
        match key {
            "headers" => self == Self::Multipart,
            // OpenAPI 3.1 knows them in both.
            _ => self != Self::None,
        }
    }
}

/// Whether an encoding says no more than what holds without it.
fn says_the_default(encoding: &Node<'_>, view: &View<'_>, name: &str) -> bool {
    let map = encoding.value.as_object();
    map.is_some_and(|map| map.iter().all(|(key, value)| *value == default_of(key, view, name)))
}

/// What holds where an encoding does not say it. <https://spec.openapis.org/oas/v3.0.3#encoding-object>
fn default_of(key: &str, view: &View<'_>, name: &str) -> Value {
    match key {
        "style" => "form".into(),
        "explode" => true.into(),
        "allowReserved" => false.into(),
        "headers" => json!({}),
        "contentType" => {
            let property = View::of(&view.property(name));
            let items = View::of(&property.all("items"));
            let of = |view: &View<'_>| (view.type_name().name, view.type_name().format);
            let (name, format) = match of(&property) {
                (Some(list), _) if list == "array" => of(&items),
                other => other,
            };
            match (name.as_deref(), format.as_deref()) {
                (Some("string"), Some("binary")) => "application/octet-stream".into(),
                (Some("string" | "integer" | "number" | "boolean"), _) => "text/plain".into(),
                (Some("object"), _) => "application/json".into(),
                _ => Value::Null,
            }
        }
        _ => Value::Null,
    }
}
