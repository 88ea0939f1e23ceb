//! Change over a number of bars: MOM, ROC, ROCP, ROCR, ROCR100; and RSI, the strength of gains against
//! losses.

use std::fmt::Debug;
use std::marker::PhantomData;

use crate::core::indicator::input::{BarInput, Inputs};
use crate::core::indicator::recent;
use crate::core::indicator::ring::Ring;
use crate::core::indicator::running::Kernel;
use crate::core::indicator::smooth::Wilder;
use crate::core::indicator::spec::{Memory, Param, Spec, padded, run_over, running};
use crate::core::indicator::state::Visit;

/// The indicators of this file.
pub(super) static TABLE: &[Spec] = &[MOM, ROC, ROCP, ROCR, ROCR100, RSI];

const MOM: Spec = change::<Difference>("mom", "momentum: value − value `period` bars before");
const ROC: Spec = change::<PercentChange>(
    "roc",
    "rate of change in percent: (value ÷ value `period` bars before − 1) × 100",
);
const ROCP: Spec = change::<RelativeChange>(
    "rocp",
    "rate of change: (value − before) ÷ before, `period` bars before",
);
const ROCR: Spec = change::<Ratio>(
    "rocr",
    "ratio of change: value ÷ value `period` bars before",
);
const ROCR100: Spec = change::<PercentRatio>(
    "rocr100",
    "ratio of change in percent: value ÷ value `period` bars before × 100",
);

const RSI: Spec = Spec {
    name: "rsi",
    aliases: &[],
    inputs: Inputs::Close,
    params: &[Param::period("period", 14.0, 2.0)],
    outputs: &["value"],
    doc: "relative strength index (Wilder 1978): 100 × gains ÷ (gains + losses), 0 without movement",
    memory: Memory::Endless,
    lookback: |params| params.whole(0),
    build: |params| running(Strength::new(params.whole(0))),
    quick: Some(|values, params| run_over(Strength::new(params.whole(0)), values)),
};

const CHANGE_PERIOD: &[Param] = &[Param::period("period", 10.0, 1.0)];

const fn change<F: Form>(name: &'static str, doc: &'static str) -> Spec {
    Spec {
        name,
        aliases: &[],
        inputs: Inputs::Close,
        params: CHANGE_PERIOD,
        outputs: &["value"],
        doc,
        memory: Memory::Window,
        lookback: |params| params.whole(0),
        build: |params| running(Change::<F>::new(params.whole(0))),
        quick: Some(|values, params| {
            let (value, before) = recent::ends(values, params.whole(0))?;
            Some(padded(&[F::of(value, before)]))
        }),
    }
}

/// How two values are compared.
trait Form: Clone + Debug + Send + 'static {
    fn of(value: f64, before: f64) -> f64;
}

#[derive(Clone, Debug)]
struct Difference;
#[derive(Clone, Debug)]
struct PercentChange;
#[derive(Clone, Debug)]
struct RelativeChange;
#[derive(Clone, Debug)]
struct Ratio;
#[derive(Clone, Debug)]
struct PercentRatio;

impl Form for Difference {
    fn of(value: f64, before: f64) -> f64 {
        value - before
    }
}

impl Form for PercentChange {
    fn of(value: f64, before: f64) -> f64 {
        if before == 0.0 {
            0.0
        } else {
            (value / before - 1.0) * 100.0
        }
    }
}

impl Form for RelativeChange {
    fn of(value: f64, before: f64) -> f64 {
        if before == 0.0 {
            0.0
        } else {
            (value - before) / before
        }
    }
}

impl Form for Ratio {
    fn of(value: f64, before: f64) -> f64 {
        if before == 0.0 { 0.0 } else { value / before }
    }
}

impl Form for PercentRatio {
    fn of(value: f64, before: f64) -> f64 {
        Ratio::of(value, before) * 100.0
    }
}

/// Compares each value with the one `period` bars before.
#[derive(Clone, Debug)]
struct Change<F> {
    ring: Ring,
    form: PhantomData<F>,
}

impl<F> Change<F> {
    fn new(period: usize) -> Self {
        Self {
            ring: Ring::new(period),
            form: PhantomData,
        }
    }
}

impl<F: Form> Kernel for Change<F> {
    type Output = f64;
    const INPUTS: Inputs = Inputs::Close;
    fn next(&mut self, bar: &BarInput) -> Option<f64> {
        let before = self.ring.push(bar.close)?;
        Some(F::of(bar.close, before))
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.ring.walk(visit);
    }
}

/// Wilder's averages of the gains and of the losses from bar to bar.
#[derive(Clone, Debug)]
pub(super) struct Strength {
    gains: Wilder,
    losses: Wilder,
    before: f64,
    seen: usize,
}

impl Strength {
    pub(super) fn new(period: usize) -> Self {
        Self {
            gains: Wilder::new(period),
            losses: Wilder::new(period),
            before: 0.0,
            seen: 0,
        }
    }
}

impl Kernel for Strength {
    type Output = f64;
    const INPUTS: Inputs = Inputs::Close;
    fn next(&mut self, bar: &BarInput) -> Option<f64> {
        let before = std::mem::replace(&mut self.before, bar.close);
        if self.seen == 0 {
            self.seen = 1;
            return None;
        }
        let change = bar.close - before;
        let gains = self.gains.push(change.max(0.0));
        let losses = self.losses.push((-change).max(0.0));
        let (gains, losses) = (gains?, losses?);
        let movement = gains + losses;
        Some(if movement == 0.0 {
            0.0
        } else {
            100.0 * (gains / movement)
        })
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.gains.walk(visit);
        self.losses.walk(visit);
        visit.number(&mut self.before);
        visit.index(&mut self.seen, 1);
    }
}
