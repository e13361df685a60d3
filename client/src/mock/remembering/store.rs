//! What a mock server remembers: items by their collections, each below its parent.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;

/// A number that no other item of a server has; 0 is above all items.
pub(super) type Number = u64;

/// What is above all items.
pub(super) const ROOT: Number = 0;

/// An item.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) parent: Number,
    /// The path of its collection, with `{}` for each parameter.
    pub(super) collection: String,
    pub(super) key: String,
    pub(super) value: Value,
    /// The properties that somebody set, or that follow from what was set.
    pub(super) given: BTreeSet<String>,
}

/// The items of one collection below one parent.
#[derive(Debug, Default)]
struct Items {
    by_key: HashMap<String, Number>,
    /// In the order in which they were made.
    order: BTreeSet<Number>,
    /// The last sequence number.
    last: i64,
}

/// All items.
#[derive(Debug, Default)]
pub(super) struct Store {
    items: HashMap<Number, Item>,
    collections: BTreeMap<(Number, String), Items>,
    /// What an item has one of, by the item and the path below it.
    pub(super) singles: BTreeMap<(Number, String), Value>,
    last: Number,
}

impl Store {
    pub(super) fn get(&self, number: Number) -> Option<&Item> {
        self.items.get(&number)
    }

    pub(super) fn get_mut(&mut self, number: Number) -> Option<&mut Item> {
        self.items.get_mut(&number)
    }

    /// The item of a key.
    pub(super) fn find(&self, parent: Number, collection: &str, key: &str) -> Option<Number> {
        self.collections.get(&(parent, collection.to_owned()))?.by_key.get(key).copied()
    }

    /// The items of a collection, in the order in which they were made.
    pub(super) fn list(&self, parent: Number, collection: &str) -> impl Iterator<Item = (Number, &Item)> {
        let items = self.collections.get(&(parent, collection.to_owned()));
        let order = items.into_iter().flat_map(|items| items.order.iter());
        order.filter_map(|number| Some((*number, self.items.get(number)?)))
    }

    pub(super) fn count(&self, parent: Number, collection: &str) -> usize {
        self.collections.get(&(parent, collection.to_owned())).map_or(0, |items| items.order.len())
    }

    /// The items of a collection, whatever they are below.
    pub(super) fn of_collection<'s>(&'s self, collection: &'s str) -> impl Iterator<Item = (Number, &'s Item)> {
        let items = self.collections.iter().filter(move |((_, of), _)| of == collection);
        let numbers = items.flat_map(|(_, items)| items.order.iter());
        numbers.filter_map(|number| Some((*number, self.items.get(number)?)))
    }

    /// The next sequence number of a collection.
    pub(super) fn next_in(&mut self, parent: Number, collection: &str) -> i64 {
        let items = self.collections.entry((parent, collection.to_owned())).or_default();
        items.last += 1;
        items.last
    }

    /// Adds an item; one of the same key gives way.
    pub(super) fn add(&mut self, item: Item) -> Number {
        self.last += 1;
        let items = self.collections.entry((item.parent, item.collection.clone())).or_default();
        items.last = items.last.max(item.key.parse().unwrap_or_default());
        let replaced = items.by_key.insert(item.key.clone(), self.last);
        items.order.insert(self.last);
        self.items.insert(self.last, item);
        let added = self.last;
        if let Some(replaced) = replaced {
            self.remove(replaced);
        }
        added
    }

    /// Finds an item by another key from now on.
    pub(super) fn rename(&mut self, number: Number, key: &str) {
        let Some(item) = self.items.get_mut(&number) else { return };
        let items = self.collections.entry((item.parent, item.collection.clone())).or_default();
        items.by_key.remove(&item.key);
        items.by_key.insert(key.to_owned(), number);
        key.clone_into(&mut item.key);
    }

    /// Removes an item, and all that is below it.
    pub(super) fn remove(&mut self, number: Number) {
        let below: Vec<(Number, String)> = self
            .collections
            .range((number, String::new())..(number + 1, String::new()))
            .map(|(at, _)| at.clone())
            .collect();
        for at in below {
            let items = self.collections.remove(&at).unwrap_or_default();
            items.order.into_iter().for_each(|number| self.remove(number));
        }
        self.singles.retain(|(of, _), _| *of != number);
        let Some(item) = self.items.remove(&number) else { return };
        if let Some(items) = self.collections.get_mut(&(item.parent, item.collection)) {
            items.order.remove(&number);
            if items.by_key.get(&item.key) == Some(&number) {
                items.by_key.remove(&item.key);
            }
        }
    }

    /// All items, parents before what is below them.
    pub(super) fn all(&self) -> Vec<(Number, &Item)> {
        let mut all: Vec<_> = self.items.iter().map(|(number, item)| (*number, item)).collect();
        all.sort_by_key(|(number, item)| (item.collection.len(), *number));
        all
    }
}
