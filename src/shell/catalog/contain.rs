//! Keeps a panic of a decoder that others wrote from becoming ours.
//!
//! Invariants: only what runs inside [`contain`] is kept quiet, and only on its thread; any other
//! panic is reported as it was before. Knows nothing of what is decoded.

use std::cell::Cell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;

thread_local! {
    static IS_CONTAINED: Cell<bool> = const { Cell::new(false) };
}

/// Runs `decode`; `None` if it panicked. Nothing that it was changing may be used afterwards.
pub(super) fn contain<T>(decode: impl FnOnce() -> T) -> Option<T> {
    static INSTALL: Once = Once::new();
    INSTALL.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !IS_CONTAINED.get() {
                before(info);
            }
        }));
    });
    IS_CONTAINED.set(true);
    // The closure owns what it changes, or the caller drops it on failure.
    let result = panic::catch_unwind(AssertUnwindSafe(decode));
    IS_CONTAINED.set(false);
    result.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_inside_is_nothing_and_a_value_is_a_value() {
        assert_eq!(contain(|| 7), Some(7));
        let decode = || -> i32 { panic!("a shift too far") };
        assert_eq!(contain(decode), None);
        assert_eq!(contain(|| 8), Some(8));
    }
}
