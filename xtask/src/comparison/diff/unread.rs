//! What no rule reads: compared as it stands, `$ref`s followed, so that it is the same inline and behind a
//! reference. What is in it for readers is told as such.

use serde_json::Value;

use super::bounds::Met;
use super::context::Context;
use super::pair::Nodes;
use super::rules::is_prose;
use super::same::says_nothing;
use super::walk::Walk;

impl<'a> Walk<'a> {
    /// Compares values that no rule reads.
    pub(super) fn unread(&mut self, context: Context, pair: &Nodes<'a>) {
        self.unread_below(context, pair, &mut Met::default());
    }

    fn unread_below(&mut self, context: Context, pair: &Nodes<'a>, seen: &mut Met<(usize, usize)>) {
        if self.surely_same(pair) {
            return;
        }
        let pair = &pair.resolved();
        let address = |value: &Value| std::ptr::from_ref(value).addr();
        if self.surely_same(pair) || !seen.is_new((address(pair.old.value), address(pair.new.value))) {
            return;
        }
        match pair.values() {
            (Value::Object(_), Value::Object(_)) => {
                for key in pair.keys() {
                    let inner = pair.get(key);
                    let nothing = |value: &Value| says_nothing(key, value);
                    match (pair.old.value.get(key), pair.new.value.get(key)) {
                        (Some(_), Some(_)) if is_prose(key) => {
                            if !inner.are_equal() {
                                self.text_changed(context, &inner, key);
                            }
                        }
                        (Some(_), Some(_)) => self.unread_below(context, &inner, seen),
                        (Some(one), None) | (None, Some(one)) => match is_prose(key) {
                            true => self.text_changed(context, &inner, key),
                            false if nothing(one) => {}
                            false => self.unclassified(context, &inner),
                        },
                        (None, None) => {}
                    }
                }
            }
            (Value::Array(old), Value::Array(new)) if old.len() == new.len() => {
                for (old, new) in pair.old.list().into_iter().zip(pair.new.list()) {
                    self.unread_below(context, &Nodes::new(old, new), seen);
                }
            }
            (old, new) if super::numbers::equal(old, new) => {}
            _ => self.unclassified(context, pair),
        }
    }
}
