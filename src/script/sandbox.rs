//! What a script may not do, and how much of the rest.
//!
//! Invariants: no `eval`, no clock, no sleeping, no printing past the log; operations, call depth,
//! sizes and, through the fuse, time are bounded, and no script can catch their end.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rhai::{Dynamic, Engine, EvalAltResult, Position};

/// The bounds of one handler call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Budget {
    /// Operations.
    pub operations: u64,
    /// Function calls within each other.
    pub call_levels: usize,
    /// Bytes of a string.
    pub string_size: usize,
    /// Elements of an array.
    pub array_size: usize,
    /// Entries of a map.
    pub map_size: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            operations: 10_000_000,
            call_levels: 64,
            string_size: 1_000_000,
            array_size: 100_000,
            map_size: 100_000,
        }
    }
}

/// A switch with which a watchdog outside stops a call that takes too long. Calls are numbered from
/// 1; between calls the number is zero.
#[derive(Default, Debug)]
pub struct Fuse {
    running: AtomicU64,
    blown: AtomicU64,
}

impl Fuse {
    /// Returns the number of the call at work; zero between calls.
    pub fn running(&self) -> u64 {
        self.running.load(Ordering::Relaxed)
    }

    /// Stops the call of this number, if it is still at work.
    pub fn blow(&self, call: u64) {
        self.blown.store(call, Ordering::Relaxed);
    }

    pub(super) fn set_running(&self, call: u64) {
        self.running.store(call, Ordering::Relaxed);
    }

    pub(super) fn is_blown(&self) -> bool {
        let running = self.running.load(Ordering::Relaxed);
        running != 0 && self.blown.load(Ordering::Relaxed) == running
    }
}

/// What a stopped script's error carries.
pub(super) const OUT_OF_TIME: &str = "out of time";

/// Sets the bounds of an engine and takes away what a script may not do.
pub(super) fn confine(engine: &mut Engine, budget: Budget, fuse: Arc<Fuse>) {
    engine
        .set_max_operations(budget.operations)
        .set_max_call_levels(budget.call_levels)
        .set_max_expr_depths(64, 64)
        .set_max_string_size(budget.string_size)
        .set_max_array_size(budget.array_size)
        .set_max_map_size(budget.map_size)
        .set_max_modules(32)
        .set_max_functions(2_000)
        .set_max_variables(1_000)
        .set_fail_on_invalid_map_property(true)
        // The built-in comparisons of floats are not IEEE's, and unlike kinds compare as false:
        // ours must come first (`numbers`).
        .set_fast_operators(false)
        .disable_symbol("eval")
        .on_progress(move |_| fuse.is_blown().then(|| Dynamic::from(OUT_OF_TIME)));
    for name in ["timestamp", "sleep"] {
        let refuse = move || {
            let text = format!(
                "`{name}` is not there: a script has no clock of its own\nhint: use context.now, and schedule(…) to wait"
            );
            Err::<Dynamic, _>(Box::new(EvalAltResult::ErrorRuntime(
                text.into(),
                Position::NONE,
            )))
        };
        engine.register_fn(name, refuse);
        // The standard library's own take precise kinds, which would be found first.
        engine.register_fn(name, move |_: rhai::INT| refuse());
        engine.register_fn(name, move |_: rhai::FLOAT| refuse());
        engine.register_fn(name, move |_: Dynamic| refuse());
    }
}
