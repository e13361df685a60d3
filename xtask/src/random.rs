//! Numbers for tests of laws: the same for a seed everywhere, so that what was found can be found again.

/// A pseudo-random source (xorshift), with its state.
#[derive(Debug)]
pub struct Random(pub u64);

impl Random {
    /// A number below another one, which is not zero.
    pub fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.max(1);
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % end as u64).unwrap_or_default()
    }

    /// One of several.
    pub fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    /// Whether it is one time of so many.
    pub fn chance(&mut self, of: usize) -> bool {
        self.below(of) == 0
    }
}
