//! Volume added up by the direction of the price: OBV (Granville).

use crate::core::indicator::input::{BarInput, Inputs};
use crate::core::indicator::running::Kernel;
use crate::core::indicator::spec::{Memory, Spec, running};
use crate::core::indicator::state::Visit;
use crate::core::indicator::sum::Sum;

/// The indicators of this file.
pub(super) static TABLE: &[Spec] = &[OBV];

const OBV: Spec = Spec {
    name: "obv",
    aliases: &[],
    inputs: Inputs::CloseVolume,
    params: &[],
    outputs: &["value"],
    doc: "on balance volume: starts with the first bar's volume, plus volume of rising, minus of falling closes",
    memory: Memory::Endless,
    lookback: |_| 0,
    build: |_| running(Balance::default()),
    quick: None,
};

#[derive(Clone, Debug, Default)]
struct Balance {
    sum: Sum,
    close: f64,
    seen: usize,
}

impl Kernel for Balance {
    type Output = f64;
    const INPUTS: Inputs = Inputs::CloseVolume;
    fn next(&mut self, bar: &BarInput) -> Option<f64> {
        let close = std::mem::replace(&mut self.close, bar.close);
        if self.seen == 0 || bar.close > close {
            self.seen = 1;
            self.sum.add(bar.volume);
        } else if bar.close < close {
            self.sum.add(-bar.volume);
        }
        Some(self.sum.value())
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.sum.walk(visit);
        visit.number(&mut self.close);
        visit.index(&mut self.seen, 1);
    }
}
