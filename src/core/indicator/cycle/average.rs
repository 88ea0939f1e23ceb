//! MAMA and FAMA: averages that move fast while the phase of the dominant cycle does.

use crate::core::indicator::cycle::hilbert::degrees;
use crate::core::indicator::cycle::measure::Measure;
use crate::core::indicator::input::{BarInput, Inputs};
use crate::core::indicator::running::Kernel;
use crate::core::indicator::spec::{Memory, Param, Spec, run_over, running};
use crate::core::indicator::state::Visit;

/// The indicators of this file.
pub(in crate::core::indicator) static TABLE: &[Spec] = &[MAMA];

const MAMA: Spec = Spec {
    name: "mama",
    aliases: &[],
    inputs: Inputs::Close,
    params: &[
        Param::real("fast_limit", 0.5, 0.01, 0.99),
        Param::real("slow_limit", 0.05, 0.01, 0.99),
    ],
    outputs: &["mama", "fama"],
    doc: "MESA adaptive moving average, weighted by how fast the phase moves, and one that follows it",
    memory: Memory::Endless,
    lookback: |_| 32,
    build: |params| running(Adaptive::new(params.real(0), params.real(1))),
    quick: Some(|values, params| run_over(Adaptive::new(params.real(0), params.real(1)), values)),
};

#[derive(Clone, Debug)]
pub(in crate::core::indicator) struct Adaptive {
    measure: Measure,
    fast: f64,
    slow: f64,
    phase: f64,
    mama: f64,
    fama: f64,
}

impl Adaptive {
    pub(in crate::core::indicator) fn new(fast: f64, slow: f64) -> Self {
        Self {
            measure: Measure::new(),
            fast,
            slow,
            phase: 0.0,
            mama: 0.0,
            fama: 0.0,
        }
    }
}

impl Kernel for Adaptive {
    type Output = [f64; 2];
    const INPUTS: Inputs = Inputs::Close;
    fn next(&mut self, bar: &BarInput) -> Option<[f64; 2]> {
        let turn = self.measure.engine().push(bar.close)?;
        let phase = if turn.in_phase == 0.0 {
            0.0
        } else {
            (turn.quadrature / turn.in_phase).atan() * degrees()
        };
        let moved = std::mem::replace(&mut self.phase, phase) - phase;
        let weight = if moved > 1.0 {
            (self.fast / moved).max(self.slow)
        } else {
            self.fast
        };
        self.mama = weight * bar.close + (1.0 - weight) * self.mama;
        let weight = weight * 0.5;
        self.fama = weight * self.mama + (1.0 - weight) * self.fama;
        self.measure.counts().then_some([self.mama, self.fama])
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.measure.walk(visit);
        visit.number(&mut self.phase);
        visit.number(&mut self.mama);
        visit.number(&mut self.fama);
    }
}
