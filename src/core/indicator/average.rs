//! Moving averages: SMA, EMA, WMA, DEMA, TEMA, and TRIX, the change of a triple one.

use crate::core::indicator::input::{BarInput, Inputs};
use crate::core::indicator::line::Line;
use crate::core::indicator::recent;
use crate::core::indicator::ring::{Mean, WeightedMean};
use crate::core::indicator::running::Kernel;
use crate::core::indicator::smooth::Exponential;
use crate::core::indicator::spec::{Memory, Param, Spec, padded, run_over, running};
use crate::core::indicator::state::Visit;

/// The indicators of this file.
pub(super) static TABLE: &[Spec] = &[SMA, EMA, WMA, DEMA, TEMA, TRIX];

const PERIOD: &[Param] = &[Param::period("period", 30.0, 1.0)];

const SMA: Spec = Spec {
    name: "sma",
    aliases: &[],
    inputs: Inputs::Close,
    params: PERIOD,
    outputs: &["value"],
    doc: "simple moving average: the mean of the last `period` values",
    memory: Memory::Window,
    lookback: |params| params.whole(0) - 1,
    build: |params| running(Mean::new(params.whole(0))),
    quick: Some(|values, params| Some(padded(&[recent::mean(values, params.whole(0))?]))),
};

const EMA: Spec = Spec {
    name: "ema",
    aliases: &[],
    inputs: Inputs::Close,
    params: PERIOD,
    outputs: &["value"],
    doc: "exponential moving average, weight 2 ÷ (period + 1), started with the mean of the first values",
    memory: Memory::Endless,
    lookback: |params| params.whole(0) - 1,
    build: |params| running(Exponential::new(params.whole(0))),
    quick: Some(|values, params| run_over(Exponential::new(params.whole(0)), values)),
};

const WMA: Spec = Spec {
    name: "wma",
    aliases: &[],
    inputs: Inputs::Close,
    params: PERIOD,
    outputs: &["value"],
    doc: "linearly weighted moving average: the newest value weighs `period`, the oldest 1",
    memory: Memory::Window,
    lookback: |params| params.whole(0) - 1,
    build: |params| running(WeightedMean::new(params.whole(0))),
    quick: Some(|values, params| Some(padded(&[recent::weighted_mean(values, params.whole(0))?]))),
};

const DEMA: Spec = Spec {
    name: "dema",
    aliases: &[],
    inputs: Inputs::Close,
    params: PERIOD,
    outputs: &["value"],
    doc: "double exponential moving average: 2 × ema − ema of ema",
    memory: Memory::Endless,
    lookback: |params| 2 * (params.whole(0) - 1),
    build: |params| running(Double::new(params.whole(0))),
    quick: Some(|values, params| run_over(Double::new(params.whole(0)), values)),
};

const TEMA: Spec = Spec {
    name: "tema",
    aliases: &[],
    inputs: Inputs::Close,
    params: PERIOD,
    outputs: &["value"],
    doc: "triple exponential moving average: 3 × ema − 3 × ema of ema + ema of that",
    memory: Memory::Endless,
    lookback: |params| 3 * (params.whole(0) - 1),
    build: |params| running(Triple::new(params.whole(0))),
    quick: Some(|values, params| run_over(Triple::new(params.whole(0)), values)),
};

const TRIX: Spec = Spec {
    name: "trix",
    aliases: &[],
    inputs: Inputs::Close,
    params: PERIOD,
    outputs: &["value"],
    doc: "change in percent, bar to bar, of a triply smoothed exponential average",
    memory: Memory::Endless,
    lookback: |params| 3 * (params.whole(0) - 1) + 1,
    build: |params| running(Trix::new(params.whole(0))),
    quick: Some(|values, params| run_over(Trix::new(params.whole(0)), values)),
};

impl Kernel for Mean {
    type Output = f64;
    const INPUTS: Inputs = Inputs::Close;
    #[inline]
    fn next(&mut self, bar: &BarInput) -> Option<f64> {
        self.push(bar.close)
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        Self::walk(self, visit);
    }
}

impl Kernel for WeightedMean {
    type Output = f64;
    const INPUTS: Inputs = Inputs::Close;
    fn next(&mut self, bar: &BarInput) -> Option<f64> {
        self.push(bar.close)
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        Self::walk(self, visit);
    }
}

impl Kernel for Exponential {
    type Output = f64;
    const INPUTS: Inputs = Inputs::Close;
    #[inline]
    fn next(&mut self, bar: &BarInput) -> Option<f64> {
        self.push(bar.close)
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        Self::walk(self, visit);
    }
}

/// `2 × ema − ema of ema`.
#[derive(Clone, Debug)]
pub(super) struct Double {
    first: Exponential,
    second: Exponential,
}

impl Double {
    pub(super) fn new(period: usize) -> Self {
        Self {
            first: Exponential::new(period),
            second: Exponential::new(period),
        }
    }
}

impl Line for Double {
    fn push(&mut self, value: f64) -> Option<f64> {
        let first = self.first.push(value)?;
        let second = self.second.push(first)?;
        Some(2.0 * first - second)
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.first.walk(visit);
        self.second.walk(visit);
    }
}

impl Kernel for Double {
    type Output = f64;
    const INPUTS: Inputs = Inputs::Close;
    fn next(&mut self, bar: &BarInput) -> Option<f64> {
        self.push(bar.close)
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        Line::walk(self, visit);
    }
}

/// Three averages in a row: `3 × ema − 3 × ema of ema + ema of that`.
#[derive(Clone, Debug)]
pub(super) struct Triple {
    first: Exponential,
    second: Exponential,
    third: Exponential,
}

impl Triple {
    pub(super) fn new(period: usize) -> Self {
        Self {
            first: Exponential::new(period),
            second: Exponential::new(period),
            third: Exponential::new(period),
        }
    }

    /// Returns the three averages.
    fn push(&mut self, value: f64) -> Option<(f64, f64, f64)> {
        let first = self.first.push(value)?;
        let second = self.second.push(first)?;
        Some((first, second, self.third.push(second)?))
    }

    /// Returns what is mixed of the three.
    pub(super) fn value(&mut self, value: f64) -> Option<f64> {
        let (first, second, third) = self.push(value)?;
        Some(third + (3.0 * first - 3.0 * second))
    }

    pub(super) fn walk(&mut self, visit: &mut dyn Visit) {
        self.first.walk(visit);
        self.second.walk(visit);
        self.third.walk(visit);
    }
}

impl Kernel for Triple {
    type Output = f64;
    const INPUTS: Inputs = Inputs::Close;
    fn next(&mut self, bar: &BarInput) -> Option<f64> {
        self.value(bar.close)
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        Self::walk(self, visit);
    }
}

/// `(third ÷ third before − 1) × 100`, 0 where the one before is 0.
#[derive(Clone, Debug)]
struct Trix {
    averages: Triple,
    before: f64,
    seen: usize,
}

impl Trix {
    fn new(period: usize) -> Self {
        Self {
            averages: Triple::new(period),
            before: 0.0,
            seen: 0,
        }
    }
}

impl Kernel for Trix {
    type Output = f64;
    const INPUTS: Inputs = Inputs::Close;
    fn next(&mut self, bar: &BarInput) -> Option<f64> {
        let (_, _, third) = self.averages.push(bar.close)?;
        let before = std::mem::replace(&mut self.before, third);
        if self.seen == 0 {
            self.seen = 1;
            return None;
        }
        Some(if before == 0.0 {
            0.0
        } else {
            (third / before - 1.0) * 100.0
        })
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.averages.walk(visit);
        visit.number(&mut self.before);
        visit.index(&mut self.seen, 1);
    }
}
