//! Heikin-Ashi candles: bars averaged with the ones before, so that trends keep one color.
//!
//! close = (open + high + low + close) ÷ 4; open = middle of the averaged body before, of the bar's own
//! body at first; high and low reach over both. Averaged prices are no prices that anyone traded at.

use crate::core::indicator::input::{BarInput, Inputs};
use crate::core::indicator::running::Kernel;
use crate::core::indicator::spec::{Memory, Spec, running};
use crate::core::indicator::state::Visit;

/// The indicators of this file.
pub(super) static TABLE: &[Spec] = &[HEIKIN_ASHI];

const HEIKIN_ASHI: Spec = Spec {
    name: "heikin_ashi",
    aliases: &["ha"],
    inputs: Inputs::Prices,
    params: &[],
    outputs: &["open", "high", "low", "close"],
    doc: "Heikin-Ashi candle: the bar averaged with those before; for signals, not for fills",
    memory: Memory::Endless,
    lookback: |_| 0,
    build: |_| running(Averaged::default()),
    quick: None,
};

#[derive(Clone, Debug, Default)]
struct Averaged {
    open: f64,
    close: f64,
    seen: usize,
}

impl Kernel for Averaged {
    type Output = [f64; 4];
    const INPUTS: Inputs = Inputs::Prices;
    fn next(&mut self, bar: &BarInput) -> Option<[f64; 4]> {
        let (open, close) = if self.seen == 0 {
            (bar.open, bar.close)
        } else {
            (self.open, self.close)
        };
        self.seen = 1;
        self.open = f64::midpoint(open, close);
        self.close = (bar.open + bar.high + bar.low + bar.close) / 4.0;
        let high = bar.high.max(self.open).max(self.close);
        let low = bar.low.min(self.open).min(self.close);
        Some([self.open, high, low, self.close])
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        visit.number(&mut self.open);
        visit.number(&mut self.close);
        visit.index(&mut self.seen, 1);
    }
}
