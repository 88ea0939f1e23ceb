//! Windows of numbers over shared columns.
//!
//! Invariants: a window never changes, whatever is appended to its column; taking one costs no copy.
//! Oldest first.

use std::cell::RefCell;
use std::rc::Rc;

/// Numbers that only grow at the end while windows look at them.
#[derive(Default, Debug)]
pub struct Column(RefCell<Vec<f64>>);

impl Column {
    /// Wraps numbers, oldest first.
    pub fn new(values: Vec<f64>) -> Self {
        Self(RefCell::new(values))
    }

    /// Appends a number.
    pub fn push(&self, value: f64) {
        self.0.borrow_mut().push(value);
    }

    /// Returns how many numbers there are.
    pub fn len(&self) -> usize {
        self.0.borrow().len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the last number.
    pub fn last(&self) -> Option<f64> {
        self.0.borrow().last().copied()
    }

    /// Makes room for `additional` more numbers.
    pub fn reserve(&self, additional: usize) {
        self.0.borrow_mut().reserve_exact(additional);
    }

    fn copy(&self) -> Self {
        Self::new(self.0.borrow().clone())
    }
}

/// Changes the numbers of a column in place, or in a copy where windows look at it.
pub(super) fn change(column: &mut Rc<Column>, change: impl FnOnce(&mut Vec<f64>)) {
    if Rc::strong_count(column) > 1 {
        *column = Rc::new(column.copy());
    }
    change(&mut column.0.borrow_mut());
}

/// Some consecutive numbers of a column, oldest first.
#[derive(Clone, Debug)]
pub struct Window {
    column: Rc<Column>,
    start: usize,
    end: usize,
    asked: usize,
}

impl Window {
    /// Takes the last `count` numbers of a column, or what there is.
    pub fn last_of(column: &Rc<Column>, count: usize) -> Self {
        let end = column.len();
        Self {
            column: Rc::clone(column),
            start: end.saturating_sub(count),
            end,
            asked: count,
        }
    }

    /// Wraps numbers of its own, oldest first.
    pub fn of(values: Vec<f64>) -> Self {
        let end = values.len();
        Self {
            column: Rc::new(Column::new(values)),
            start: 0,
            end,
            asked: end,
        }
    }

    /// Returns as many other numbers for the same bars; full where this one is.
    #[must_use]
    pub fn replaced(&self, values: Vec<f64>) -> Self {
        Self {
            asked: self.asked,
            ..Self::of(values)
        }
    }

    /// Returns how many numbers there are.
    pub fn len(&self) -> usize {
        self.end - self.start
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.start == self.end
    }

    /// Whether there are as many as were asked for.
    pub fn is_full(&self) -> bool {
        self.len() >= self.asked
    }

    /// Returns how many numbers were asked for.
    pub fn asked(&self) -> usize {
        self.asked
    }

    /// Returns the same numbers as the answer to a question for `count` of them.
    #[must_use]
    pub fn asking(self, count: usize) -> Self {
        Self {
            asked: count,
            ..self
        }
    }

    /// Calls `read` with the numbers. `read` must not append to the column.
    pub fn with<R>(&self, read: impl FnOnce(&[f64]) -> R) -> R {
        read(&self.column.0.borrow()[self.start..self.end])
    }

    /// Returns a number by its index; negative ones count from the end, -1 is the last.
    pub fn get(&self, index: i64) -> Option<f64> {
        let len = self.len();
        let at = if index < 0 {
            len.checked_sub(usize::try_from(index.unsigned_abs()).ok()?)?
        } else {
            usize::try_from(index).ok().filter(|at| *at < len)?
        };
        Some(self.column.0.borrow()[self.start + at])
    }

    /// Returns the last `count` numbers; the result is full if it has them.
    #[must_use]
    pub fn tail(&self, count: usize) -> Self {
        Self {
            start: self.end - count.min(self.len()),
            asked: count,
            ..self.clone()
        }
    }

    /// Returns the first `count` numbers; the result is full if it has them.
    #[must_use]
    pub fn head(&self, count: usize) -> Self {
        Self {
            end: self.start + count.min(self.len()),
            asked: count,
            ..self.clone()
        }
    }

    /// Returns the numbers from index `from` to `to`, exclusive; both within the length.
    #[must_use]
    pub fn slice(&self, from: usize, to: usize) -> Self {
        let to = to.min(self.len());
        let from = from.min(to);
        Self {
            start: self.start + from,
            end: self.start + to,
            asked: to - from,
            column: Rc::clone(&self.column),
        }
    }

    /// Returns the numbers as a vector.
    pub fn to_vec(&self) -> Vec<f64> {
        self.with(<[f64]>::to_vec)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_never_changes() {
        let mut column = Rc::new(Column::new(vec![1.0, 2.0, 3.0]));
        let window = Window::last_of(&column, 2);
        column.push(4.0);
        change(&mut column, |values| {
            for value in values {
                *value *= 2.0;
            }
        });
        assert_eq!(window.to_vec(), [2.0, 3.0]);
        assert_eq!(Window::last_of(&column, 9).to_vec(), [2.0, 4.0, 6.0, 8.0]);
        assert!(!Window::last_of(&column, 9).is_full());
    }

    #[test]
    fn parts_of_a_window_count_from_both_ends() {
        let window = Window::of(vec![1.0, 2.0, 3.0, 4.0]);
        assert_eq!(window.get(-1), Some(4.0));
        assert_eq!(window.get(-5), None);
        assert_eq!(window.get(4), None);
        assert_eq!(window.tail(2).to_vec(), [3.0, 4.0]);
        assert_eq!(window.head(3).to_vec(), [1.0, 2.0, 3.0]);
        assert_eq!(window.slice(1, 9).to_vec(), [2.0, 3.0, 4.0]);
        assert!(window.tail(5).len() == 4 && !window.tail(5).is_full());
    }
}
