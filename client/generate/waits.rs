//! Waiting, as the document has it: which states are ends (`x-states` of an enum), and how an operation is polled
//! (`x-poll`).
//!
//! before: `BackupState: {enum: [running, failed], x-states: {running: {kind: passing}, failed: {kind: failure}}}`, and
//!         `get: {operationId: get_backup, x-poll: {state: state, first_delay: 30, interval: 30, deadline: 43200}}`
//! after:  `BackupState::end(&self) -> Option<crate::End>`, and `GetBackup::wait(self) -> crate::Until<'a, types::Backup>`

use std::collections::BTreeMap;

use quote::{format_ident, quote};
use serde_json::Value;
use syn::{ImplItem, Item};

use super::Error;
use super::document::{composed_of, escape, operations, resolved};
use super::model::Operation;
use super::prose::code;
use super::rust::{argument, set_doc};
use super::shapes::{Kind, Object, Shape};

/// The ends that are known of operations, by their ids.
pub(crate) type Waits = BTreeMap<String, Wait>;

/// How an operation is polled until what it reads has ended.
pub(crate) struct Wait {
    at: String,
    ends: Ends,
    /// Before the first poll, between two, and in all.
    seconds: [u64; 3],
    /// Whose times they are.
    source: String,
    note: Option<String>,
}

/// What tells that something has ended.
enum Ends {
    /// The state in this property, whose states mean this.
    State(String, Vec<State>),
    /// All of these properties have these values.
    Flags(Vec<(String, bool)>),
}

/// What a state means.
struct State {
    value: String,
    /// The variant of `crate::End` that it is.
    end: Option<&'static str>,
    said: &'static str,
    /// What is said of it instead.
    text: Option<String>,
    source: Option<String>,
}

/// What states may mean: a name in the document, the variant of `crate::End`, and what is said.
const KINDS: [(&str, Option<&str>, &str); 5] = [
    ("initial", None, "the first state"),
    ("passing", None, "under way"),
    ("success", Some("Success"), "a success"),
    ("failure", Some("Failure"), "a failure"),
    ("neither", Some("Neither"), "an end that is neither success nor failure"),
];

/// What the states of an enum mean, by its schema.
fn states(schema: &Value, root: &Value) -> Result<Vec<State>, String> {
    let said = composed_of(schema, root).into_iter().find_map(|member| member.get("x-states")?.as_object());
    let state = |(value, said): (&String, &Value)| {
        let kind = said.get("kind").and_then(|kind| KINDS.into_iter().find(|(name, ..)| kind == name));
        let (_, end, meaning) = kind.ok_or_else(|| {
            format!("`x-states` has no kind of `{value}`, which is initial, passing, success, failure or neither")
        })?;
        let text = |key: &str| said.get(key).and_then(Value::as_str).map(str::to_owned);
        Ok(State { value: value.clone(), end, said: meaning, text: text("text"), source: text("source") })
    };
    let mut states = said.into_iter().flatten().map(state).collect::<Result<Vec<_>, String>>()?;
    // The order of a document's keys is kept or not, as a feature of serde_json has it.
    states.sort_by(|a, b| a.value.cmp(&b.value));
    Ok(states)
}

/// Reads how operations are polled.
///
/// # Errors
/// Names the operation whose `x-poll` is not one.
pub(crate) fn of(document: &Value) -> Result<Waits, Error> {
    let mut waits = Waits::new();
    for (path, method, operation) in operations(document) {
        let id = operation.get("operationId").and_then(Value::as_str);
        let Some((poll, id)) = operation.get("x-poll").zip(id) else { continue };
        let at = format!("#/paths/{}/{method}/x-poll", escape(path));
        let wait = read(poll, operation, document, &at).map_err(|why| Error::operation(id, &at, why))?;
        waits.insert(id.to_owned(), wait);
    }
    Ok(waits)
}

fn read(poll: &Value, operation: &Value, root: &Value, at: &str) -> Result<Wait, String> {
    let seconds = |name: &str| {
        let seconds = poll.get(name).and_then(Value::as_u64);
        seconds.ok_or_else(|| format!("has no `{name}` in seconds, a whole number"))
    };
    let text = |name: &str| poll.get(name).and_then(Value::as_str).map(str::to_owned);
    let answer = operation.get("responses").and_then(Value::as_object).into_iter().flatten();
    let answer = answer
        .filter(|(status, _)| status.starts_with('2'))
        .find_map(|(_, response)| resolved(response, root).pointer("/content/application~1json/schema"));
    let answer = answer.ok_or("has an `x-poll`, but no answer in JSON")?;
    let property = |name: &str| {
        let found = composed_of(answer, root).into_iter().find_map(|member| member.get("properties")?.get(name));
        found.ok_or_else(|| format!("polls `{name}`, which its answer does not have"))
    };
    let ends = match (text("state"), poll.get("until").and_then(Value::as_object)) {
        (Some(name), None) => {
            let states = states(property(&name)?, root)?;
            if states.is_empty() {
                return Err(format!("polls `{name}`, which has no `x-states`"));
            }
            Ends::State(name, states)
        }
        (None, Some(until)) => {
            let flag = |(name, value): (&String, &Value)| -> Result<(String, bool), String> {
                let value =
                    value.as_bool().ok_or_else(|| format!("polls `{name}` for what is neither true nor false"))?;
                property(name)?;
                Ok((name.clone(), value))
            };
            let mut flags = until.iter().map(flag).collect::<Result<Vec<_>, _>>()?;
            flags.sort_by_key(|(name, value)| (!value, name.clone()));
            Ends::Flags(flags)
        }
        _ => return Err("is polled neither by a `state` nor by what is `until`".to_owned()),
    };
    Ok(Wait {
        at: at.to_owned(),
        ends,
        seconds: [seconds("first_delay")?, seconds("interval")?, seconds("deadline")?],
        source: text("source").ok_or("has no `source` of its times")?,
        note: text("note"),
    })
}

/// Tells of the states of enums which are ends, in their docs and by functions, which it returns.
///
/// # Errors
/// Where `x-states` is not one.
pub(crate) fn ends(shapes: &mut [Shape], document: &Value) -> Result<Vec<Item>, Error> {
    let mut items = Vec::new();
    for shape in shapes {
        let (Some(at), Kind::Texts(texts)) = (&shape.at, &mut shape.kind) else { continue };
        let Some(schema) = document.pointer(at) else { continue };
        let states = states(schema, document).map_err(|why| Error::Document(format!("#{at}: {why}")))?;
        if states.is_empty() {
            continue;
        }
        for text in texts {
            let Some(state) = states.iter().find(|state| state.value == text.value) else { continue };
            let source = state.source.as_deref().unwrap_or("by its name; not documented");
            text.said = format!("{}: {} ({source}).", text.doc(), state.text.as_deref().unwrap_or(state.said));
        }
        let ident = &shape.name;
        let arms = ["Success", "Failure", "Neither"].map(|end| {
            let values: Vec<_> =
                states.iter().filter(|state| state.end == Some(end)).map(|state| &state.value).collect();
            let end = format_ident!("{end}");
            (!values.is_empty()).then(|| quote!(#(#values)|* => Some(crate::End::#end),))
        });
        items.push(syn::parse_quote! {
            impl #ident {
                /// Tells whether this state is final, and how it ended: `None` for states that pass, and for those that
                /// this crate does not know. The docs of each state name the source.
                pub fn end(&self) -> ::std::option::Option<crate::End> {
                    match self.as_str() {
                        #(#arms)*
                        _ => None,
                    }
                }
            }
        });
    }
    Ok(items)
}

/// `until`, and `wait` where it is known what ends it.
///
/// # Errors
/// Where the type of the answer has not the fields that are polled.
pub(crate) fn functions(
    operation: &Operation<'_>,
    wait: Option<&Wait>,
    object: &Object,
) -> Result<Vec<ImplItem>, Error> {
    let answer = operation.answer.ty();
    // A parameter may have such a name.
    let own = |name: &str| format_ident!("{name}{}", if operation.has_setter(name) { "_" } else { "" });
    let (until, seconds) = (own("until"), wait.map_or(quote!(None), |_| quote!(Some(Self::WAIT.seconds))));
    let of = if wait.is_some() { format!("wait`](Self::{})", own("wait")) } else { "Until`](crate::Until)".to_owned() };
    let doc = format!("Repeats the call until a condition holds, with the intervals and the deadline of\n[`{of}.");
    let mut until: syn::ImplItemFn = syn::parse_quote! {
        pub fn #until(self, is_done: impl FnMut(&#answer) -> bool + Send + 'a) -> crate::Until<'a, #answer> {
            self.call.until(is_done, #seconds)
        }
    };
    set_doc(&mut until.attrs, &doc);
    let Some(wait) = wait else { return Ok(vec![ImplItem::Fn(until)]) };
    let end = end_of(wait, object).map_err(|why| Error::operation(&operation.described.id, &wait.at, why))?;
    let seconds = wait.seconds.map(proc_macro2::Literal::u64_unsuffixed);
    let name = own("wait");
    let mut function: syn::ImplItemFn = syn::parse_quote! {
        #[inline]
        pub fn #name(self) -> crate::Until<'a, #answer> {
            self.call.wait(Self::WAIT)
        }
    };
    set_doc(&mut function.attrs, &wait.doc());
    Ok(vec![
        ImplItem::Fn(until),
        ImplItem::Fn(function),
        syn::parse_quote! {
            /// What ends a wait, and when it polls.
            pub(crate) const WAIT: crate::polling::Wait<#answer> =
                crate::polling::Wait { seconds: [#(#seconds),*], end: |answer| #end };
        },
    ])
}

/// How an answer has ended.
fn end_of(wait: &Wait, answer: &Object) -> Result<proc_macro2::TokenStream, String> {
    let field = |name: &str| {
        let found = answer.fields.iter().find(|field| field.json == name);
        let found = found.map(|field| (&field.name, argument(&field.ty, "Option").is_some()));
        found.ok_or_else(|| format!("polls `{name}`, which is no field of its answer's type"))
    };
    match &wait.ends {
        Ends::State(name, _) => Ok(match field(name)? {
            (field, false) => quote!(answer.#field.end()),
            (field, true) => quote!(answer.#field.as_ref().and_then(|state| state.end())),
        }),
        Ends::Flags(flags) => {
            let one = |(name, value): &(String, bool)| {
                Ok(match (field(name)?, value) {
                    ((field, true), value) => quote!(answer.#field == Some(#value)),
                    ((field, false), true) => quote!(answer.#field),
                    ((field, false), false) => quote!(!answer.#field),
                })
            };
            let flags = flags.iter().map(one).collect::<Result<Vec<_>, String>>()?;
            Ok(quote!((#(#flags)&&*).then_some(crate::End::Success)))
        }
    }
}

impl Wait {
    fn doc(&self) -> String {
        let ended = match &self.ends {
            Ends::State(name, states) => {
                let of = |end: &str| {
                    let of_kind: Vec<&State> = states.iter().filter(|state| state.end == Some(end)).collect();
                    let values = any_of(&of_kind.iter().map(|state| code(&state.value)).collect::<Vec<_>>())?;
                    Some((values, of_kind[0].said))
                };
                let ends = [("Failure", "Ended"), ("Neither", "Stopped")].map(|(end, variant)| {
                    let line = |(values, said)| {
                        format!("\n- {values}: {said}, [`PollError::{variant}`](crate::PollError::{variant})")
                    };
                    of(end).map(line).unwrap_or_default()
                });
                let none = if ends[0].is_empty() { "\n\nNo state is documented as a failure." } else { "" };
                let (done, _) = of("Success").unwrap_or_default();
                format!(
                    "`{name}` is final, and returns the last answer:\n\n- {done}: a success{}{none}\n\nThe docs of the \
                     states name the source of each. If this crate does not know a state, it polls on, until the \
                     deadline.",
                    ends.concat()
                )
            }
            Ends::Flags(flags) => {
                let is = |wanted: bool| {
                    let names = flags.iter().filter(|(_, value)| *value == wanted);
                    let names: Vec<String> = names.map(|(name, _)| code(name)).collect();
                    (!names.is_empty()).then(|| format!("{} {wanted}", are(&names)))
                };
                let both = [is(true), is(false)].into_iter().flatten().collect::<Vec<_>>().join(", and ");
                format!("{both}, and returns the last answer.\n\nNo failure is documented.")
            }
        };
        let [first, interval, deadline] = self.seconds;
        let first = match first {
            0 => "at once".to_owned(),
            1 => "after a second".to_owned(),
            _ => format!("after {}", time(first)),
        };
        let note = self.note.as_ref().map(|note| format!("\n\n{note}")).unwrap_or_default();
        format!(
            "Repeats the call until {ended}\n\nThe first poll is {first}, the next every {}, for up to {}: the times of \
             {}.{note}",
            time(interval),
            time(deadline),
            self.source
        )
    }
}

/// `a`, `b` or `c`.
fn any_of(names: &[String]) -> Option<String> {
    match names {
        [] => None,
        [one] => Some(one.clone()),
        [first @ .., last] => Some(format!("{} or {last}", first.join(", "))),
    }
}

/// `a is`; `a, b and c are`.
fn are(names: &[String]) -> String {
    match names {
        [first @ .., last] if !first.is_empty() => format!("{} and {last} are", first.join(", ")),
        _ => format!("{} is", names.concat()),
    }
}

/// A time, in the largest unit in which it is whole.
fn time(seconds: u64) -> String {
    match seconds {
        _ if seconds >= 7200 && seconds.is_multiple_of(3600) => format!("{} hours", seconds / 3600),
        _ if seconds >= 120 && seconds.is_multiple_of(60) => format!("{} minutes", seconds / 60),
        1 => "second".to_owned(),
        _ => format!("{seconds} seconds"),
    }
}
