//! What a mock server remembers: items by their collections, each below its parent.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;

/// A number that no other item of a server has; 0 is above all items.
pub(super) type Number = u64;

/// What is above all items.
pub(super) const ROOT: Number = 0;

/// So many filtered lists of a collection are kept; the oldest gives way.
const MOST_KEPT: usize = 16;

/// An item.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) parent: Number,
    /// The path of its collection, with `{}` for each parameter.
    pub(super) collection: &'static str,
    pub(super) key: String,
    pub(super) value: Value,
    /// The properties that somebody set, or that follow from what was set.
    pub(super) given: BTreeSet<String>,
}

/// The items of one collection below one parent.
#[derive(Debug, Default)]
struct Items {
    by_key: HashMap<String, Number>,
    by_id: HashMap<String, Number>,
    /// In the order in which they were made, which is that of the numbers.
    order: Vec<Number>,
    /// The last sequence number.
    last: i64,
    /// The items that fit a filter, by the filter: a list is asked for page by page, or again and again.
    kept: Vec<(String, Kept)>,
    /// The items that were changed since the first filtered list was kept.
    changed: Vec<Number>,
}

/// The items that fit a filter.
#[derive(Debug)]
struct Kept {
    fitting: Vec<Number>,
    /// How many of the changes it has taken in.
    seen: usize,
}

impl Items {
    /// Notes that an item was made, changed or removed.
    fn touch(&mut self, number: Number) {
        if self.kept.is_empty() {
            return;
        }
        self.changed.push(number);
        // From here on, looking at all items costs no more.
        if self.changed.len() > self.order.len() + 1_000 {
            self.kept.clear();
            self.changed.clear();
        }
    }
}

/// All items.
#[derive(Debug, Default)]
pub(super) struct Store {
    items: HashMap<Number, Item>,
    collections: BTreeMap<(Number, &'static str), Items>,
    /// The items that a collection has items below, by the collection.
    parents: HashMap<&'static str, BTreeSet<Number>>,
    /// What an item has one of, by the item and the path below it.
    pub(super) singles: BTreeMap<(Number, String), Value>,
    last: Number,
}

/// The ID of an item, where it has one.
fn id_of(value: &Value) -> Option<String> {
    value["id"].as_str().map(str::to_owned)
}

impl Store {
    pub(super) fn get(&self, number: Number) -> Option<&Item> {
        self.items.get(&number)
    }

    /// An item, to be changed. Its ID stays, and its key is changed by [`rename`](Self::rename).
    pub(super) fn get_mut(&mut self, number: Number) -> Option<&mut Item> {
        let item = self.items.get_mut(&number)?;
        if let Some(items) = self.collections.get_mut(&(item.parent, item.collection)) {
            items.touch(number);
        }
        Some(item)
    }

    fn items_of<'s>(&'s self, parent: Number, collection: &'s str) -> Option<&'s Items> {
        // The same map, to be asked for a name that lives as long as it.
        let collections: &BTreeMap<(Number, &'s str), Items> = &self.collections;
        collections.get(&(parent, collection))
    }

    fn items_to_change(&mut self, parent: Number, collection: &'static str) -> &mut Items {
        self.collections.entry((parent, collection)).or_insert_with(|| {
            self.parents.entry(collection).or_default().insert(parent);
            Items::default()
        })
    }

    /// The item of a key.
    pub(super) fn find(&self, parent: Number, collection: &str, key: &str) -> Option<Number> {
        self.items_of(parent, collection)?.by_key.get(key).copied()
    }

    /// The item of an ID, where items are found by something else.
    pub(super) fn find_by_id(&self, parent: Number, collection: &str, id: &str) -> Option<Number> {
        self.items_of(parent, collection)?.by_id.get(id).copied()
    }

    /// The numbers of the items of a collection, in the order in which they were made.
    pub(super) fn numbers<'s>(&'s self, parent: Number, collection: &'s str) -> &'s [Number] {
        self.items_of(parent, collection).map_or(&[], |items| &items.order)
    }

    /// The items of a collection, in the order in which they were made.
    pub(super) fn list<'s>(
        &'s self,
        parent: Number,
        collection: &'s str,
    ) -> impl Iterator<Item = (Number, &'s Item)> + use<'s> {
        self.numbers(parent, collection).iter().filter_map(|number| Some((*number, self.items.get(number)?)))
    }

    /// What a collection has items below.
    pub(super) fn parents(&self, collection: &str) -> impl Iterator<Item = Number> {
        self.parents.get(collection).into_iter().flatten().copied()
    }

    /// The items of a collection that fit a filter, in the order in which they were made. All are looked at once, and
    /// then those that were changed; `filter` says what `fits` looks for.
    pub(super) fn fitting(
        &mut self,
        parent: Number,
        collection: &'static str,
        filter: &str,
        fits: impl Fn(&Value) -> bool,
    ) -> &[Number] {
        let all = &self.items;
        let Some(items) = self.collections.get_mut(&(parent, collection)) else { return &[] };
        let is_in = |number: &Number| all.get(number).is_some_and(|item| fits(&item.value));
        let at = match items.kept.iter().position(|(of, _)| of == filter) {
            Some(at) => at,
            None => {
                if items.kept.len() == MOST_KEPT {
                    items.kept.remove(0);
                }
                let fitting = items.order.iter().copied().filter(is_in).collect();
                items.kept.push((filter.to_owned(), Kept { fitting, seen: items.changed.len() }));
                items.kept.len() - 1
            }
        };
        let (changed, kept) = (&items.changed, &mut items.kept[at].1);
        for number in changed.get(kept.seen..).unwrap_or_default() {
            match (kept.fitting.binary_search(number), is_in(number)) {
                (Ok(at), false) => drop(kept.fitting.remove(at)),
                (Err(at), true) => kept.fitting.insert(at, *number),
                _ => {}
            }
        }
        kept.seen = changed.len();
        &kept.fitting
    }

    /// The next sequence number of a collection, if there is one.
    pub(super) fn next_in(&mut self, parent: Number, collection: &'static str) -> Option<i64> {
        let items = self.items_to_change(parent, collection);
        items.last = items.last.checked_add(1)?;
        Some(items.last)
    }

    /// Adds an item; one of the same key gives way.
    pub(super) fn add(&mut self, item: Item) -> Number {
        self.last += 1;
        let added = self.last;
        let items = self.items_to_change(item.parent, item.collection);
        items.last = items.last.max(item.key.parse().unwrap_or_default());
        let replaced = items.by_key.insert(item.key.clone(), added);
        if let Some(id) = id_of(&item.value) {
            items.by_id.insert(id, added);
        }
        items.order.push(added);
        items.touch(added);
        self.items.insert(added, item);
        if let Some(replaced) = replaced {
            self.remove(replaced);
        }
        added
    }

    /// Finds an item by another key from now on.
    pub(super) fn rename(&mut self, number: Number, key: &str) {
        let Some(item) = self.items.get_mut(&number).filter(|item| item.key != key) else { return };
        if let Some(items) = self.collections.get_mut(&(item.parent, item.collection)) {
            items.by_key.remove(&item.key);
            items.by_key.insert(key.to_owned(), number);
        }
        key.clone_into(&mut item.key);
    }

    /// Removes all that is below an item.
    pub(super) fn remove_below(&mut self, number: Number) {
        let below = self.collections.range((number, "")..(number + 1, "")).map(|(at, _)| *at);
        for at in below.collect::<Vec<_>>() {
            let items = self.collections.remove(&at).unwrap_or_default();
            if let Some(parents) = self.parents.get_mut(at.1) {
                parents.remove(&number);
            }
            items.order.into_iter().for_each(|number| self.remove(number));
        }
        let singles =
            self.singles.range((number, String::new())..(number + 1, String::new())).map(|(at, _)| at.clone());
        for at in singles.collect::<Vec<_>>() {
            self.singles.remove(&at);
        }
    }

    /// Removes an item, and all that is below it.
    pub(super) fn remove(&mut self, number: Number) {
        self.remove_below(number);
        let Some(item) = self.items.remove(&number) else { return };
        let Some(items) = self.collections.get_mut(&(item.parent, item.collection)) else { return };
        if let Ok(at) = items.order.binary_search(&number) {
            items.order.remove(at);
        }
        let is_it = |found: &Number| *found == number;
        if items.by_key.get(&item.key).is_some_and(is_it) {
            items.by_key.remove(&item.key);
        }
        if let Some(id) = id_of(&item.value).filter(|id| items.by_id.get(id).is_some_and(is_it)) {
            items.by_id.remove(&id);
        }
        items.touch(number);
    }

    /// All items, parents before what is below them.
    pub(super) fn all(&self) -> Vec<(Number, &Item)> {
        let mut all: Vec<_> = self.items.iter().map(|(number, item)| (*number, item)).collect();
        all.sort_by_key(|(number, item)| (item.collection.len(), *number));
        all
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A list that is kept is what looking at all items would give, whatever was made, changed, renamed or removed.
    #[test]
    fn what_fits_a_filter_is_what_all_items_say() {
        let mut rng = fastrand::Rng::with_seed(1);
        let mut store = Store::default();
        let made = |store: &mut Store, key: &str| {
            let (key, value) = (key.to_owned(), json!({ "id": key }));
            store.add(Item { parent: ROOT, collection: "/parents", key, value, given: BTreeSet::new() })
        };
        let mut parents = [made(&mut store, "a"), made(&mut store, "b")];
        for turn in 0..2_000 {
            let (parent, key) = (parents[rng.usize(..2)], format!("key-{}", rng.u8(..40)));
            let found = store.find(parent, "/parents/{}/items", &key);
            match (found, rng.u8(..4)) {
                (None, _) => {
                    let value = json!({ "id": format!("id-{turn}"), "state": rng.u8(..3) });
                    store.add(Item { parent, collection: "/parents/{}/items", key, value, given: BTreeSet::new() });
                }
                (Some(number), 0) => store.remove(number),
                (Some(number), 1) => store.rename(number, &format!("key-{}", 40 + turn)),
                (Some(number), _) => store.get_mut(number).unwrap().value["state"] = rng.u8(..3).into(),
            }
            // One of the same key takes its place, with nothing below it.
            if rng.u8(..200) == 0 {
                parents[0] = made(&mut store, "a");
                continue;
            }
            let wanted = rng.u8(..3);
            let fits = |value: &Value| value["state"] == wanted;
            let all: Vec<Number> = store
                .list(parent, "/parents/{}/items")
                .filter(|(_, item)| fits(&item.value))
                .map(|(number, _)| number)
                .collect();
            assert_eq!(store.fitting(parent, "/parents/{}/items", &format!("state={wanted}"), fits), all, "{turn}");
            let by_id = store.list(parent, "/parents/{}/items").all(|(number, item)| {
                store.find_by_id(parent, "/parents/{}/items", item.value["id"].as_str().unwrap()) == Some(number)
            });
            assert!(by_id && store.parents("/parents/{}/items").count() <= 2, "{turn}");
        }
    }
}
