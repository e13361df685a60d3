//! Values for tests that need no server.

use serde::de::{Deserialize, DeserializeOwned};
use serde_json::Value;

use crate::reading::{Node, Reader, Session};

/// The key of an object that stands for null, and holds what is there otherwise.
const OR_NULL: &str = "?";

/// The key of an object that stands for an empty list, and holds what an item is otherwise.
const EACH_ITEM: &str = "*";

/// A type that has an example: every struct that the API answers with.
pub trait Fixture: DeserializeOwned {
    /// The example, as the API would write it: `{"?": …}` stands for null, and has what is there otherwise, and
    /// `{"*": …}` for an empty list, and has what an item is otherwise.
    const JSON: &'static str;
}

/// Makes an example of a type with values of your own: those of `given` replace those of
/// [`fixture()`](crate::types::Backup::fixture). With null for `given`, nothing is replaced.
///
/// # Examples
/// ```
/// use planetscale_client::mock;
/// use planetscale_client::types::{Backup, BackupState};
/// use serde_json::json;
///
/// let running: Backup = mock::fixture(json!({ "state": "running", "completed_at": null, "actor": { "id": "me" } }));
/// assert_eq!(running.state, BackupState::Running);
/// assert_eq!(running.actor.unwrap().display_name, "Ada");
/// ```
///
/// # Panics
/// If a field is given that the type does not have, or a value that its field does not accept. The message names all of
/// them.
#[allow(clippy::panic)] // For tests, where a panic is the answer to a typo.
pub fn fixture<T: Fixture>(given: Value) -> T {
    match made(given) {
        Ok(made) => made,
        Err(why) => panic!("mock::fixture::<{}>: {why}", std::any::type_name::<T>()),
    }
}

fn made<T: Fixture>(given: Value) -> Result<T, String> {
    let mut whole: Value = serde_json::from_str(T::JSON).map_err(|e| e.to_string())?;
    let mut unknown = Vec::new();
    if !given.is_null() {
        merge(&mut whole, given, "", &mut unknown);
    }
    settle(&mut whole);
    if !unknown.is_empty() {
        return Err(format!("there is no field {}", unknown.join(", ")));
    }
    let node = Node::deserialize(whole).map_err(|e| e.to_string())?;
    let session = Session::begin();
    let made = T::deserialize(Reader::new(&node)).map_err(|lost| format!("{lost:#}"))?;
    match session.end().as_slice() {
        [] => Ok(made),
        wrong => {
            let wrong: Vec<_> = wrong.iter().map(ToString::to_string).collect();
            Err(format!("a value is of another type than its field: {}", wrong.join(", ")))
        }
    }
}

/// Makes null and empty lists of what nothing was given for.
fn settle(value: &mut Value) {
    match value {
        Value::Object(fields) if fields.contains_key(OR_NULL) => *value = Value::Null,
        Value::Object(fields) if fields.contains_key(EACH_ITEM) => *value = Value::Array(Vec::new()),
        Value::Object(fields) => fields.values_mut().for_each(settle),
        Value::Array(items) => items.iter_mut().for_each(settle),
        _ => {}
    }
}

/// Puts values into the places of others, at any depth.
fn merge(into: &mut Value, given: Value, at: &str, unknown: &mut Vec<String>) {
    // What is null or empty unless something of it is given.
    match (&*into, &given) {
        (Value::Object(fields), Value::Object(_)) if fields.contains_key(OR_NULL) => *into = fields[OR_NULL].clone(),
        (Value::Object(fields), Value::Array(given)) if fields.contains_key(EACH_ITEM) => {
            let mut items = vec![fields[EACH_ITEM].clone(); given.len()];
            for (number, (item, given)) in items.iter_mut().zip(given).enumerate() {
                merge(item, given.clone(), &format!("{at}[{number}]"), unknown);
            }
            *into = Value::Array(items);
            return;
        }
        _ => {}
    }
    match (into, given) {
        (Value::Object(fields), Value::Object(given)) => {
            for (name, value) in given {
                let at = if at.is_empty() { name.clone() } else { format!("{at}.{name}") };
                match fields.get_mut(&name) {
                    Some(field) => merge(field, value, &at, unknown),
                    None => unknown.push(format!("`{at}`")),
                }
            }
        }
        (into, given) => *into = given,
    }
}
