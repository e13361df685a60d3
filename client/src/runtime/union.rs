//! Values that are one of several alternatives.
//!
//! Which one a value is, is found by trying them all. Where alternatives hold unions themselves, each of those is found
//! out once, and left out of what is tried around it: so the time is that of the value's size, however deep it is.

use std::any::TypeId;
use std::cmp::Reverse;

use serde::Serialize;
use serde::de::{Deserialize, DeserializeOwned, Deserializer, Error};
use serde_json::Value;

use crate::reading::{self, Choice, Kind, Node, Reader, Score, Session};
use crate::secret::Secret;

/// A value, and the alternative that it is by what was tried so far.
pub(crate) struct Union<T> {
    node: Node,
    session: Session,
    /// Which alternative it is, where that was found out before.
    known: Option<Choice>,
    tried: usize,
    best: Option<Best<T>>,
}

/// An alternative that the value can be read as.
struct Best<T> {
    fit: Fit,
    choice: Choice,
    read: Read<T>,
}

/// Reads an alternative.
type Read<T> = Box<dyn FnOnce(&Node) -> Option<T>>;

/// How well an alternative fits: by how much of the value it keeps, then by how little it makes up, then by how few
/// numbers it writes otherwise.
type Fit = (usize, Reverse<usize>, Reverse<usize>);

impl<T: 'static> Union<T> {
    /// Reads a value.
    ///
    /// # Errors
    /// Where it is no JSON, or nested too deeply.
    pub(crate) fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let session = Session::begin();
        let node = Node::deserialize(deserializer)?;
        if node.is_cut() {
            return Err(D::Error::custom(reading::TooDeep));
        }
        let known = reading::choice(&node, TypeId::of::<T>());
        Ok(Self { node, session, known, tried: 0, best: None })
    }

    /// The text of the property that tells alternatives apart.
    pub(crate) fn tag(&self, property: &str) -> Option<String> {
        match self.node.get(property)?.kind() {
            Kind::Text(text) => Some(text.clone()),
            _ => None,
        }
    }

    /// Tries an alternative. Of several that the value can be read as, it is the one that keeps most of it; where they
    /// keep as much, the one that makes up least, and then the one that leaves `7` whole; the first, where there is no
    /// difference.
    pub(crate) fn or<A: DeserializeOwned + Serialize + 'static>(mut self, alternative: fn(A) -> T) -> Self {
        let at = self.tried;
        self.tried += 1;
        let choice = match self.known {
            Some(known) => Some(known).filter(|known| known.which == Some(at)),
            None => tried::<A>(&self.node).map(|score| Choice { which: Some(at), score }),
        };
        let Some(choice) = choice else { return self };
        let Score { kept, size, rewritten } = choice.score;
        let fit = (kept, Reverse(size), Reverse(rewritten));
        if self.best.as_ref().is_none_or(|best| fit > best.fit) {
            let read = move |node: &Node| A::deserialize(Reader::new(node)).ok().map(alternative);
            self.best = Some(Best { fit, choice, read: Box::new(read) });
        }
        self
    }

    /// The alternative that was found, or what stands for none.
    pub(crate) fn or_unknown(self, unknown: fn(Value) -> T) -> T {
        let Self { node, session, known, best, .. } = self;
        let size = node.size();
        let none = Choice { which: None, score: Score { kept: size, size, rewritten: 0 } };
        let choice = known.or(best.as_ref().map(|best| best.choice)).unwrap_or(none);
        if known.is_none() {
            reading::choose(&node, TypeId::of::<T>(), choice);
        }
        if reading::is_trial() {
            // What is left out is null in what is around it, which is counted there.
            let (null, Score { kept, size, rewritten }) =
                (usize::from(matches!(node.kind(), Kind::Null)), choice.score);
            reading::unread(Score { kept: kept.saturating_sub(null), size: size.saturating_sub(1), rewritten });
            return unknown(Value::Null);
        }
        let read = best.and_then(|best| (best.read)(&node));
        let value = read.unwrap_or_else(|| unknown(node.to_value()));
        session.settle();
        value
    }
}

/// How well a value fits an alternative, if it can be read as one.
fn tried<A: DeserializeOwned + Serialize>(node: &Node) -> Option<Score> {
    let (again, left_out) = reading::trial(|| {
        let read = A::deserialize(Reader::new(node)).ok()?;
        Some(Secret::exposed(|| serde_json::to_value(&read)).unwrap_or_default())
    });
    let again = again?;
    let mut score = Score { size: left_out.size + size(&again), ..left_out };
    count_kept(node, &again, &mut score);
    Some(score)
}

/// Counts the values of one that are in another, at the same place, and the numbers among them that are written
/// otherwise there.
fn count_kept(node: &Node, again: &Value, score: &mut Score) {
    let is_kept = match (node.kind(), again) {
        (Kind::Object(from), Value::Object(to)) => {
            let both = from.iter().filter_map(|(key, entry)| Some((&entry.node, to.get(&**key)?)));
            both.for_each(|(from, to)| count_kept(from, to, score));
            true
        }
        (Kind::List(from), Value::Array(to)) => {
            from.iter().zip(to).for_each(|(from, to)| count_kept(from, to, score));
            true
        }
        (Kind::Number(a), Value::Number(b)) => {
            let is_same = a.as_f64() == b.as_f64();
            score.rewritten += usize::from(is_same && a != b);
            is_same || a == b
        }
        (Kind::Text(a), Value::String(b)) => a == b,
        (Kind::Bool(a), Value::Bool(b)) => a == b,
        (Kind::Null, Value::Null) => true,
        _ => false,
    };
    score.kept += usize::from(is_kept);
}

/// How many values there are in one.
fn size(value: &Value) -> usize {
    match value {
        Value::Object(map) => 1 + map.values().map(size).sum::<usize>(),
        Value::Array(list) => 1 + list.iter().map(size).sum::<usize>(),
        _ => 1,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic)]
mod tests {
    use serde::Deserialize;
    use serde::de::MapAccess;
    use serde_json::json;

    use super::*;
    use crate::reading::strictly;
    use crate::runtime::object::{self, Object};
    use crate::runtime::slot;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Small {
        name: String,
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Large {
        name: String,
        size: f64,
    }

    #[derive(Debug, PartialEq)]
    enum Either {
        Small(Small),
        Large(Large),
        Unknown(Value),
    }

    fn read(value: Value) -> Either {
        Union::read(value).unwrap().or(Either::Small).or(Either::Large).or_unknown(Either::Unknown)
    }

    #[test]
    fn the_alternative_is_the_one_that_keeps_most() {
        let large = Large { name: "a".to_owned(), size: 1.0 };
        assert_eq!(read(json!({ "name": "a", "size": 1 })), Either::Large(large));
        let small = || Either::Small(Small { name: "a".to_owned() });
        assert_eq!(read(json!({ "name": "a" })), small());
        assert_eq!(read(json!({ "name": "a", "size": "large", "more": [] })), small());
        assert_eq!(read(json!([1])), Either::Unknown(json!([1])));
    }

    #[test]
    fn of_those_that_keep_as_much_it_is_the_one_that_makes_up_least() {
        #[derive(Debug, PartialEq, Serialize, Deserialize)]
        struct Sized {
            #[serde(default)]
            size: i64,
        }

        #[derive(Debug, PartialEq, Serialize, Deserialize)]
        struct Plain {}

        let read = |value| Union::read(value).unwrap().or(|sized: Sized| Ok(sized)).or(|_: Plain| Err(None));
        assert_eq!(read(json!({})).or_unknown(|value| Err(Some(value))), Err(None));
        assert_eq!(read(json!({ "size": 0 })).or_unknown(|value| Err(Some(value))), Ok(Sized { size: 0 }));
    }

    #[test]
    fn of_those_it_is_the_one_that_leaves_a_whole_number_whole() {
        #[derive(Debug, PartialEq, Serialize, Deserialize)]
        struct Measured {
            size: f64,
        }

        #[derive(Debug, PartialEq, Serialize, Deserialize)]
        struct Counted {
            size: i64,
        }

        let read = |value| Union::read(value).unwrap().or(|one: Measured| Ok(one)).or(|one: Counted| Err(Some(one)));
        assert_eq!(read(json!({ "size": 7 })).or_unknown(|_| Err(None)), Err(Some(Counted { size: 7 })));
        assert_eq!(read(json!({ "size": 7.5 })).or_unknown(|_| Err(None)), Ok(Measured { size: 7.5 }));
    }

    #[test]
    fn the_first_of_equals_is_taken() {
        let read =
            |json: Value| Union::read(json).unwrap().or(|one: Small| ("first", one)).or(|two: Small| ("second", two));
        let (which, _) = read(json!({ "name": "a" })).or_unknown(|_| unreachable!());
        assert_eq!(which, "first");
    }

    #[derive(Debug, PartialEq, Serialize)]
    struct Noted<T> {
        note: Option<T>,
    }

    impl<T: DeserializeOwned> Object for Noted<T> {
        const NAME: &'static str = "Noted";

        fn read<'de, A: MapAccess<'de>>(object: A) -> Result<Self, A::Error> {
            let mut note = slot::optional();
            object::read_fields(object, Self::NAME, &mut [("note", &mut note)])?;
            Ok(Self { note: note.value() })
        }
    }

    impl<'de, T: DeserializeOwned> Deserialize<'de> for Noted<T> {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            object::read(deserializer)
        }
    }

    #[test]
    fn what_may_be_absent_costs_no_alternative() {
        let read = |value| Union::read(value).map(|union| union.or(Ok::<Noted<String>, _>).or_unknown(Err));
        assert_eq!(read(json!({ "note": [] })).unwrap(), Ok(Noted { note: None }));
        assert_eq!(strictly(|| read(json!({ "note": [] }))), None);
        assert_eq!(strictly(|| read(json!({ "note": "a" }))), Some(Ok(Noted { note: Some("a".to_owned()) })));
    }

    /// A type that contains itself by way of a union. Each value can be read as either alternative.
    #[derive(Clone, Debug, PartialEq, Serialize)]
    #[serde(untagged)]
    enum Tree {
        Named(Named),
        Sized(Sized),
        Unknown(Value),
    }

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    struct Named {
        name: String,
        inner: Vec<Tree>,
    }

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    struct Sized {
        size: f64,
        inner: Vec<Tree>,
    }

    thread_local! {
        static READ: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
    }

    impl<'de> Deserialize<'de> for Tree {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            READ.set(READ.get() + 1);
            Ok(Union::read(deserializer)?.or(Tree::Named).or(Tree::Sized).or_unknown(Tree::Unknown))
        }
    }

    #[test]
    fn a_type_that_contains_itself_is_read_in_linear_time() {
        let depth = 60;
        let leaf = json!({ "name": "leaf", "inner": [] });
        let tree = (0..depth).fold(leaf, |inner, at| match at % 3 {
            0 => json!({ "name": "a", "size": 1, "more": 2, "inner": [inner] }),
            1 => json!({ "name": "b", "size": "1", "inner": [inner, 7] }),
            _ => json!({ "size": 1, "name": ["x"], "inner": [inner] }),
        });
        READ.set(0);
        let mut read: Tree = serde_json::from_value(tree).unwrap();
        // Each value as each alternative, and once more as what it is.
        assert!(READ.get() <= 3 * (depth + depth / 3 + 1), "{}", READ.get());
        for at in (0..depth).rev() {
            let inner = match read {
                Tree::Named(named) if at % 3 != 2 => named.inner,
                Tree::Sized(sized) if at % 3 == 2 => sized.inner,
                other => panic!("{at}: {other:?}"),
            };
            let mut inner = inner.into_iter();
            read = inner.next().unwrap();
            assert!(inner.next().is_none_or(|seven| seven == Tree::Unknown(json!(7))));
        }
        assert_eq!(read, Tree::Named(Named { name: "leaf".to_owned(), inner: vec![] }));
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Flat {
        a: i64,
        b: i64,
    }

    /// What an alternative holds that is a union itself is kept by it.
    #[test]
    fn what_is_kept_in_an_inner_union_counts() {
        #[derive(Debug, PartialEq, Serialize, Deserialize)]
        struct Holder {
            inner: Vec<Tree>,
        }

        let read = |value| Union::read(value).unwrap().or(|_: Flat| "flat").or(|_: Holder| "holder").or_unknown(|_| "");
        assert_eq!(read(json!({ "a": 1, "b": 2, "inner": [{ "name": "x", "inner": [] }] })), "holder");
        assert_eq!(read(json!({ "a": 1, "b": 2, "inner": [] })), "flat");
    }

    /// But not where it is in a field that is left out.
    #[test]
    fn what_is_kept_in_a_field_that_is_left_out_does_not_count() {
        let read = |value| {
            Union::read(value).unwrap().or(|_: Noted<(Tree, i64)>| "noted").or(|_: Flat| "flat").or_unknown(|_| "")
        };
        let tree = json!({ "name": "x", "inner": [] });
        assert_eq!(read(json!({ "a": 1, "b": 2, "note": [tree, "odd"] })), "flat");
        assert_eq!(read(json!({ "a": 1, "b": 2, "note": [tree, 7] })), "noted");
    }
}
