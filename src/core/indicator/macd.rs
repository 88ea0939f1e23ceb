//! MACD: the distance of two exponential averages (Appel).

use crate::core::indicator::input::{BarInput, Inputs};
use crate::core::indicator::running::Kernel;
use crate::core::indicator::smooth::Exponential;
use crate::core::indicator::spec::{Memory, Param, Params, Spec, run_over, running};
use crate::core::indicator::state::Visit;

/// The indicators of this file.
pub(super) static TABLE: &[Spec] = &[MACD];

const MACD: Spec = Spec {
    name: "macd",
    aliases: &[],
    inputs: Inputs::Close,
    params: &[
        Param::period("fast_period", 12.0, 2.0),
        Param::period("slow_period", 26.0, 2.0),
        Param::period("signal_period", 9.0, 1.0),
    ],
    outputs: &["macd", "signal", "hist"],
    doc: "fast − slow exponential average, its own average (signal) and the distance of the two (hist)",
    memory: Memory::Endless,
    lookback: |params| params.whole(0).max(params.whole(1)) - 1 + params.whole(2) - 1,
    build: |params| running(Macd::new(params)),
    quick: Some(|values, params| run_over(Macd::new(params), values)),
};

/// Both averages give their first value at the same bar, so the fast one starts later, with the mean of
/// the values just before that bar. Periods in the wrong order are swapped.
#[derive(Clone, Debug)]
struct Macd {
    fast: Exponential,
    slow: Exponential,
    signal: Exponential,
    skipped: usize,
    skip: usize,
}

impl Macd {
    fn new(params: &Params) -> Self {
        let fast = params.whole(0).min(params.whole(1));
        let slow = params.whole(0).max(params.whole(1));
        Self {
            fast: Exponential::new(fast),
            slow: Exponential::new(slow),
            signal: Exponential::new(params.whole(2)),
            skipped: 0,
            skip: slow - fast,
        }
    }
}

impl Kernel for Macd {
    type Output = [f64; 3];
    const INPUTS: Inputs = Inputs::Close;
    fn next(&mut self, bar: &BarInput) -> Option<[f64; 3]> {
        let slow = self.slow.push(bar.close);
        if self.skipped < self.skip {
            self.skipped += 1;
            return None;
        }
        let fast = self.fast.push(bar.close)?;
        let macd = fast - slow?;
        let signal = self.signal.push(macd)?;
        Some([macd, signal, macd - signal])
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.fast.walk(visit);
        self.slow.walk(visit);
        self.signal.walk(visit);
        visit.index(&mut self.skipped, self.skip);
    }
}
