//! Words: singular, and as a type is written.

use heck::{ToSnakeCase, ToUpperCamelCase};

/// As a type's name is written.
pub fn type_name(words: &str) -> String {
    words.to_upper_camel_case()
}

/// One of several: `restored_branches` is `restored_branch`, and `status` stays.
pub fn singular(words: &str) -> String {
    // A Latin plural that is none in the names of APIs.
    if words.to_lowercase().ends_with("data") {
        return words.to_owned();
    }
    pluralizer::pluralize(words, 1, false)
}

/// What an operation is about: its id without the verb, in the singular.
pub fn subject(id: &str) -> String {
    let snake = id.to_snake_case();
    singular(snake.split_once('_').map_or(&*snake, |(_, subject)| subject))
}
