//! What a finding says to a person: the message of its rule, with names and values filled in.

use serde_json::Value;

use super::argument::{Argument, Arguments, SHOWN, first_difference};
use super::location::{Subject, quoted};

/// Fills a message in.
pub(super) fn filled(message: &str, subject: &Subject, arguments: &Arguments) -> String {
    let mut out = String::with_capacity(2 * message.len());
    let mut rest = message;
    while let Some((before, after)) = rest.split_once('[') {
        let Some((inside, after)) = after.split_once(']') else { break };
        out.push_str(&part(before, subject, arguments).unwrap_or_default());
        // Said only where there is something to say.
        out.push_str(&part(inside, subject, arguments).unwrap_or_default());
        rest = after;
    }
    out.push_str(&part(rest, subject, arguments).unwrap_or_default());
    out
}

/// Whether a message cannot do without an argument.
pub(super) fn is_needed(message: &str, argument: &str) -> bool {
    let outside = message.split('[').enumerate().map(|(number, part)| match number {
        0 => part,
        _ => part.split_once(']').map_or("", |(_, after)| after),
    });
    let is =
        |name: &str| name == argument || ["change", "happened"].contains(&name) && ["old", "new"].contains(&argument);
    outside.flat_map(|part| part.split('{').skip(1)).any(|rest| rest.split_once('}').is_some_and(|(name, _)| is(name)))
}

/// A part of a message, filled in; nothing where an argument is missing.
fn part(message: &str, subject: &Subject, arguments: &Arguments) -> Option<String> {
    let mut out = String::with_capacity(2 * message.len());
    let mut rest = message;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}')?;
        out.push_str(before);
        out.push_str(&word(name, subject, arguments)?);
        rest = after;
    }
    out.push_str(rest);
    Some(out)
}

fn word(name: &str, subject: &Subject, arguments: &Arguments) -> Option<String> {
    let plural = subject.is_plural();
    let in_number = |one: &str, several: &str| Some(if plural { several } else { one }.to_owned());
    match name {
        "name" => Some(subject.name()),
        "key" => Some(subject.key()),
        "was" => in_number("was", "were"),
        "is" => in_number("is", "are"),
        "has" => in_number("has", "have"),
        "owner" => Some(subject.owner().name()),
        "change" => Some(change(arguments.get("old"), arguments.get("new"), plural && !subject.has_key())),
        "happened" => Some(match (arguments.get("old"), arguments.get("new")) {
            (None, Some(_)) => in_number("was added", "were added")?,
            (Some(_), None) => in_number("was removed", "were removed")?,
            _ => "changed".to_owned(),
        }),
        name => arguments.get(name).map(|argument| shown(argument, plural)),
    }
}

/// What something did that was `old`, and is `new`.
fn change(old: Option<&Argument>, new: Option<&Argument>, plural: bool) -> String {
    let (was, is) = if plural { ("were", "are") } else { ("was", "is") };
    match (old, new) {
        (Some(old), Some(new)) => {
            let from = shown_from(old, new);
            format!("{was} {} and {is} {}", shown_at(old, plural, from), shown_at(new, plural, from))
        }
        (None, Some(new)) => format!("{was} added: {}", shown(new, plural)),
        (Some(old), None) => format!("{was} removed: {}", shown(old, plural)),
        (None, None) => "changed".to_owned(),
    }
}

/// Where two values are shown from, in characters: texts from where they differ.
fn shown_from(old: &Argument, new: &Argument) -> usize {
    let is_text = |json: &str| json.starts_with('"');
    match (old, new) {
        (Argument::Long { shown, .. }, _) | (_, Argument::Long { shown, .. }) => shown.0,
        (Argument::Value(old), Argument::Value(new)) if is_text(old) && is_text(new) => {
            match [old, new].iter().any(|json| json.chars().count() > SHOWN) {
                true => first_difference(old, new),
                false => 0,
            }
        }
        _ => 0,
    }
}

/// An argument in a sentence, from some place on.
fn shown_at(argument: &Argument, plural: bool, from: usize) -> String {
    match argument {
        Argument::Value(json) if from > 0 => {
            let rest: String = json.chars().skip(from).collect();
            format!("…{}", shortened(&rest))
        }
        argument => shown(argument, plural),
    }
}

/// An argument in a sentence.
fn shown(argument: &Argument, plural: bool) -> String {
    match argument {
        Argument::Name(name) => quoted(name),
        Argument::Word(word) => word.clone(),
        Argument::Value(json) => shortened(json),
        Argument::Long { shown: (from, text), .. } => {
            let before = if *from > 0 { "…" } else { "" };
            // What ends here ends with its quotation mark.
            let after = if text.chars().count() < SHOWN { "" } else { "…" };
            format!("{before}{text}{after}")
        }
        Argument::Values(all) => {
            let all: Vec<String> = all.iter().map(|json| shortened(json)).collect();
            all.join(", ")
        }
        Argument::Type(name) => name.words(plural),
    }
}

/// JSON in few words.
fn shortened(json: &str) -> String {
    match json.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &json[..end]),
        None => match serde_json::from_str(json) {
            Ok(Value::Object(map)) if map.is_empty() => "an empty object".to_owned(),
            Ok(Value::Array(items)) if items.is_empty() => "an empty list".to_owned(),
            _ => json.to_owned(),
        },
    }
}
