//! The period of the dominant cycle and the parts of the price in it: HT_DCPERIOD, HT_PHASOR.

use crate::core::indicator::cycle::hilbert::Hilbert;
use crate::core::indicator::input::{BarInput, Inputs};
use crate::core::indicator::running::Kernel;
use crate::core::indicator::spec::{Memory, Spec, run_over, running};
use crate::core::indicator::state::Visit;

/// The indicators of this file.
pub(in crate::core::indicator) static TABLE: &[Spec] = &[HT_DCPERIOD, HT_PHASOR];

const HT_DCPERIOD: Spec = Spec {
    name: "ht_dcperiod",
    aliases: &[],
    inputs: Inputs::Close,
    params: &[],
    outputs: &["value"],
    doc: "period of the dominant cycle in bars, by the Hilbert transform",
    memory: Memory::Endless,
    lookback: |_| LOOKBACK,
    build: |_| running(Period(Measure::new())),
    quick: Some(|values, _| run_over(Period(Measure::new()), values)),
};

const HT_PHASOR: Spec = Spec {
    name: "ht_phasor",
    aliases: &[],
    inputs: Inputs::Close,
    params: &[],
    outputs: &["inphase", "quadrature"],
    doc: "the parts of the detrended price in phase with the dominant cycle and a quarter cycle behind",
    memory: Memory::Endless,
    lookback: |_| LOOKBACK,
    build: |_| running(Phasor(Measure::new())),
    quick: Some(|values, _| run_over(Phasor(Measure::new()), values)),
};

/// Bars before the first value.
const LOOKBACK: usize = 32;
/// Smoothed prices that are left out.
pub(super) const SKIP: usize = 9;
/// Bars of which the engine says nothing.
const SILENT: usize = 3 + SKIP;

/// The engine with the warm-up of TA-Lib.
#[derive(Clone, Debug)]
pub(super) struct Measure {
    engine: Hilbert,
    early: usize,
}

impl Measure {
    pub(super) fn new() -> Self {
        Self {
            engine: Hilbert::new(SKIP),
            early: 0,
        }
    }

    /// Whether values count now; the bar at hand is then the first of them or a later one.
    pub(super) fn counts(&mut self) -> bool {
        let counts = self.early == LOOKBACK - SILENT;
        self.early += usize::from(!counts);
        counts
    }

    pub(super) fn engine(&mut self) -> &mut Hilbert {
        &mut self.engine
    }

    pub(super) fn walk(&mut self, visit: &mut dyn Visit) {
        self.engine.walk(visit);
        visit.index(&mut self.early, LOOKBACK - SILENT);
    }
}

#[derive(Clone, Debug)]
struct Period(Measure);

impl Kernel for Period {
    type Output = f64;
    const INPUTS: Inputs = Inputs::Close;
    fn next(&mut self, bar: &BarInput) -> Option<f64> {
        let turn = self.0.engine().push(bar.close)?;
        self.0.counts().then_some(turn.period)
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.0.walk(visit);
    }
}

#[derive(Clone, Debug)]
struct Phasor(Measure);

impl Kernel for Phasor {
    type Output = [f64; 2];
    const INPUTS: Inputs = Inputs::Close;
    fn next(&mut self, bar: &BarInput) -> Option<[f64; 2]> {
        let turn = self.0.engine().push(bar.close)?;
        self.0.counts().then_some([turn.in_phase, turn.quadrature])
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.0.walk(visit);
    }
}
