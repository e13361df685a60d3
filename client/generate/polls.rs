//! Polling of the operations that read one thing.
//!
//! before: `GetBranch::send()`
//! after:  and `GetBranch::until(is_done)`, which calls it until the branch is as it should be
//!
//! What the vendor's tools poll for, and how long, stands at an operation: `x-poll: { until: "`state` is `ready`",
//! first_delay: 30, interval: 10, deadline: 900 }`, in seconds.

use quote::{format_ident, quote};
use syn::{ImplItem, Item, ReturnType, Type};

use super::Error;
use super::described::{Operations, Poll};
use super::operations::calls;
use super::pages::is_page;
use super::rust::{argument, as_send, functions, impl_of, last_name, missing, module, module_mut, set_doc};

/// Adds polling to the builders of such operations.
pub(crate) fn add(file: &mut syn::File, operations: &Operations) -> Result<(), Error> {
    let types = module(&file.items, "types").ok_or_else(|| missing("mod types"))?;
    let is_one = |ty: &Type| {
        let name = last_name(ty).map(ToString::to_string).unwrap_or_default();
        types.iter().any(|item| match item {
            Item::Struct(item) if item.ident == name => match &item.fields {
                syn::Fields::Named(fields) => !is_page(fields),
                _ => false,
            },
            _ => false,
        })
    };
    let calls = calls(file, operations);
    let builder = module(&file.items, "builder").ok_or_else(|| missing("mod builder"))?;
    let mut added = Vec::new();
    for (at, item) in builder.iter().enumerate() {
        let Item::Impl(item) = item else { continue };
        let Some(send) = item.items.iter().find_map(as_send) else { continue };
        let ReturnType::Type(_, output) = &send.sig.output else { continue };
        let answer = argument(output, "Result").and_then(|answer| argument(answer, "ResponseValue"));
        let described = impl_of(item).1.and_then(|owner| calls.get(&owner).filter(|it| it.method == "GET"));
        if let (Some(answer), Some(described)) = (answer.filter(|ty| is_one(ty)), described) {
            let taken = functions(item).any(|function| function.sig.ident == "until");
            added.push((at, until(taken, answer, described.poll.as_ref())));
        }
    }
    let builder = module_mut(&mut file.items, "builder").ok_or_else(|| missing("mod builder"))?;
    for (at, until) in added {
        if let Item::Impl(item) = &mut builder[at] {
            item.items.push(until);
        }
    }
    Ok(())
}

fn until(is_taken: bool, answer: &Type, poll: Option<&Poll>) -> ImplItem {
    // A parameter may have that name.
    let name = format_ident!("until{}", if is_taken { "_" } else { "" });
    let seconds = match poll.and_then(|poll| poll.seconds) {
        Some([first, interval, deadline]) => quote!(Some([#first, #interval, #deadline])),
        None => quote!(None),
    };
    let times = |[first, interval, deadline]: [u64; 3]| {
        let first = if first == 0 { "at once".to_owned() } else { format!("after {first} s") };
        let all = deadline / 60;
        format!(", {first}, then every {interval} s, for {all} min. Those times are the default here")
    };
    let known = poll.map(|Poll { until, seconds }| {
        format!("\n\nThe vendor's own tools poll until {until}{}.", seconds.map(times).unwrap_or_default())
    });
    let doc = format!(
        "Makes the call until what it reads is as it should be, with the intervals and the deadline of\n\
         [`Until`](crate::Until).{}",
        known.unwrap_or_default()
    );
    let mut function: syn::ImplItemFn = syn::parse_quote! {
        pub fn #name(self, is_done: impl FnMut(&#answer) -> bool + Send + 'a) -> crate::Until<'a, #answer> {
            crate::Until::new(move || self.clone().into_future(), is_done, #seconds)
        }
    };
    set_doc(&mut function.attrs, &doc);
    ImplItem::Fn(function)
}
