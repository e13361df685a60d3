//! Fields of a request that may be left out, and may be null.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A field of a request that may be left out, set, or cleared with null. In a PATCH these are three different things.
///
/// ```
/// use planetscale_client::Nullable;
///
/// let cleared: Nullable<String> = None.into();
/// let set: Nullable<String> = "for the audit".to_owned().into();
/// assert_eq!((cleared, set.as_option().map(String::as_str)), (Nullable::Null, Some("for the audit")));
/// assert!(Nullable::<String>::default().is_unset());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Nullable<T> {
    /// Left out: the server keeps what it has.
    #[default]
    Unset,
    /// Null: the server clears what it has.
    Null,
    /// A value.
    Value(T),
}

impl<T> Nullable<T> {
    /// Tells whether the field is left out.
    pub fn is_unset(&self) -> bool {
        matches!(self, Self::Unset)
    }

    /// Returns the value, if there is one.
    pub fn as_option(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Unset | Self::Null => None,
        }
    }
}

impl<T> From<T> for Nullable<T> {
    fn from(value: T) -> Self {
        Self::Value(value)
    }
}

/// Nothing is null.
impl<T> From<Option<T>> for Nullable<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Self::Value)
    }
}

/// As the value, or null. A field that is left out is not written at all.
impl<T: Serialize> Serialize for Nullable<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.as_option().serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Nullable<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_is_read_as_null_and_what_is_left_out_as_unset() {
        #[derive(Debug, PartialEq, Deserialize)]
        struct Body {
            #[serde(default)]
            note: Nullable<i64>,
        }

        for (json, note) in
            [(r#"{"note": null}"#, Nullable::Null), (r#"{"note": 7}"#, Nullable::Value(7)), ("{}", Nullable::Unset)]
        {
            assert_eq!(serde_json::from_str::<Body>(json).ok(), Some(Body { note }), "{json}");
        }
    }
}
