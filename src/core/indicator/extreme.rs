//! The highest and the lowest of the last values, and how long ago it was.
//!
//! A queue holds only values that may yet become the extreme, so a push costs O(1) amortized.
//! Invariants: values in the queue get strictly less extreme from front to back; of equal values the
//! newest counts, as in TA-Lib; nothing is allocated after construction.

use crate::core::indicator::state::Visit;

/// The greatest of the last `period` values.
pub(super) type Highest = Extreme<true>;
/// The least of the last `period` values.
pub(super) type Lowest = Extreme<false>;

/// One end of the range of the last `period` values.
#[derive(Clone, Debug)]
pub(super) struct Extreme<const GREATEST: bool> {
    values: Box<[f64]>,
    births: Box<[u64]>,
    front: usize,
    len: usize,
    now: u64,
}

impl<const GREATEST: bool> Extreme<GREATEST> {
    pub(super) fn new(period: usize) -> Self {
        let size = period.max(1);
        Self {
            values: vec![0.0; size].into_boxed_slice(),
            births: vec![0; size].into_boxed_slice(),
            front: 0,
            len: 0,
            now: 0,
        }
    }

    /// Takes a value in; returns the extreme from the `period`-th value on.
    #[inline]
    pub(super) fn push(&mut self, value: f64) -> Option<f64> {
        let period = self.values.len() as u64;
        self.now += 1;
        if self.len > 0 && self.births[self.front] + period <= self.now {
            self.front = self.wrapped(self.front + 1);
            self.len -= 1;
        }
        while self.len > 0 {
            let back = self.values[self.wrapped(self.front + self.len - 1)];
            let outlives = if GREATEST { back > value } else { back < value };
            if outlives {
                break;
            }
            self.len -= 1;
        }
        let place = self.wrapped(self.front + self.len);
        self.values[place] = value;
        self.births[place] = self.now;
        self.len += 1;
        (self.now >= period).then(|| self.values[self.front])
    }

    /// Returns how many values came after the extreme one.
    #[inline]
    pub(super) fn age(&self) -> usize {
        usize::try_from(self.now.saturating_sub(self.births[self.front])).unwrap_or(usize::MAX)
    }

    /// Brings a place below twice the size back into the slots.
    #[inline]
    fn wrapped(&self, place: usize) -> usize {
        let size = self.values.len();
        if place >= size { place - size } else { place }
    }

    pub(super) fn walk(&mut self, visit: &mut dyn Visit) {
        let size = self.values.len();
        visit.index(&mut self.front, size - 1);
        visit.index(&mut self.len, size);
        visit.tick(&mut self.now);
        for (value, birth) in self.values.iter_mut().zip(&mut self.births) {
            visit.number(value);
            visit.tick(birth);
        }
    }
}
