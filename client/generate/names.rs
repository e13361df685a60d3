//! Names of an enum's values that say what they are.
//!
//! before: `enum Period { #[serde(rename = "15m")] X15m, … }`, `enum Metric { PlanetscaleCpu, PlanetscaleMemory }`
//! after:  `enum Period { #[serde(rename = "15m")] M15, … }`, `enum Metric { Cpu, Memory }`: a number stands behind its
//!         unit, and a prefix that says nothing is left out
//!
//! The prefix is written in the document (`x-value-prefix`, by our overlay) rather than found: a value without it that the
//! vendor adds would otherwise rename all others.

use std::collections::{BTreeMap, BTreeSet};

use heck::ToUpperCamelCase;

/// The keyword with what the names of an enum's values leave out.
pub(crate) const PREFIX: &str = "x-value-prefix";

/// Better names for the values of an enum, by what they are called; each value is given with its name.
pub(crate) fn better(values: &[(String, String)], prefix: &str) -> BTreeMap<String, String> {
    let name = |value: &str| -> Option<String> {
        let digits = value.chars().take_while(char::is_ascii_digit).count();
        let unit = &value[digits..];
        if digits > 0 && !unit.is_empty() && unit.chars().all(|c| c.is_ascii_alphabetic()) {
            return Some(format!("{}{}", unit.to_upper_camel_case(), &value[..digits]));
        }
        Some(value.strip_prefix(prefix).filter(|_| !prefix.is_empty())?.to_upper_camel_case())
    };
    let mut taken: BTreeSet<String> = ["Self", "Err", "Error", "Ok", "None", "Some"].map(str::to_owned).into();
    taken.extend(values.iter().map(|(old, _)| old.clone()));
    // One that would have another's name, or none that is a name, keeps its own.
    let mut is_free = |name: &String| name.starts_with(|c: char| c.is_ascii_alphabetic()) && taken.insert(name.clone());
    let named = values.iter().filter_map(|(old, value)| Some((old.clone(), name(value).filter(&mut is_free)?)));
    named.collect()
}
