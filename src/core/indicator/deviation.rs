//! Spread around the mean: VAR, STDDEV and the Bollinger bands. All of the population (divided by the
//! period, not by one less), as in TA-Lib.

use crate::core::indicator::blend::Average;
use crate::core::indicator::input::{BarInput, Inputs};
use crate::core::indicator::line::Line;
use crate::core::indicator::recent;
use crate::core::indicator::ring::Spread;
use crate::core::indicator::running::Kernel;
use crate::core::indicator::spec::{Memory, Param, Params, Spec, padded, run_over, running};
use crate::core::indicator::state::Visit;

/// The indicators of this file.
pub(super) static TABLE: &[Spec] = &[VAR, STDDEV, BBANDS];

const VAR: Spec = Spec {
    name: "var",
    aliases: &["variance"],
    inputs: Inputs::Close,
    params: &[
        Param::period("period", 5.0, 1.0),
        Param::factor("deviations", 1.0),
    ],
    outputs: &["value"],
    doc: "population variance of the last `period` values; `deviations` has no effect, as in TA-Lib",
    memory: Memory::Window,
    lookback: |params| params.whole(0) - 1,
    build: |params| running(Variance(Spread::new(params.whole(0)))),
    quick: Some(|values, params| {
        let (_, variance) = recent::mean_and_variance(values, params.whole(0))?;
        Some(padded(&[variance]))
    }),
};

const STDDEV: Spec = Spec {
    name: "stddev",
    aliases: &["std_dev"],
    inputs: Inputs::Close,
    params: &[
        Param::period("period", 5.0, 2.0),
        Param::factor("deviations", 1.0),
    ],
    outputs: &["value"],
    doc: "population standard deviation of the last `period` values, times `deviations`",
    memory: Memory::Window,
    lookback: |params| params.whole(0) - 1,
    build: |params| {
        running(Deviation {
            spread: Spread::new(params.whole(0)),
            factor: params.real(1),
        })
    },
    quick: Some(|values, params| {
        let (_, variance) = recent::mean_and_variance(values, params.whole(0))?;
        Some(padded(&[variance.sqrt() * params.real(1)]))
    }),
};

const BBANDS: Spec = Spec {
    name: "bbands",
    aliases: &["bollinger"],
    inputs: Inputs::Close,
    params: &[
        Param::period("period", 20.0, 2.0),
        Param::factor("deviations_up", 2.0),
        Param::factor("deviations_down", 2.0),
        Param::average("average_type", 0.0),
    ],
    outputs: &["upper", "middle", "lower"],
    doc: "Bollinger bands: an average (the mean), and so many population standard deviations above and below it",
    memory: Memory::ByAverage,
    lookback: |params| Average::lookback(params, 3, 0).max(params.whole(0) - 1),
    build: |params| match params.whole(3) {
        0 => running(Bands::new(params)),
        _ => running(AveragedBands::new(params)),
    },
    quick: Some(|values, params| match params.whole(3) {
        0 => {
            let (mean, variance) = recent::mean_and_variance(values, params.whole(0))?;
            Some(padded(&Factors::new(params).around(mean, variance)))
        }
        _ => run_over(AveragedBands::new(params), values),
    }),
};

#[derive(Clone, Debug)]
struct Variance(Spread);

impl Kernel for Variance {
    type Output = f64;
    const INPUTS: Inputs = Inputs::Close;
    fn next(&mut self, bar: &BarInput) -> Option<f64> {
        let (_, variance) = self.0.push(bar.close)?;
        Some(variance)
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.0.walk(visit);
    }
}

#[derive(Clone, Debug)]
struct Deviation {
    spread: Spread,
    factor: f64,
}

impl Kernel for Deviation {
    type Output = f64;
    const INPUTS: Inputs = Inputs::Close;
    fn next(&mut self, bar: &BarInput) -> Option<f64> {
        let (_, variance) = self.spread.push(bar.close)?;
        Some(variance.sqrt() * self.factor)
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.spread.walk(visit);
    }
}

/// How many deviations the bands lie above and below the mean.
#[derive(Clone, Copy, Debug)]
struct Factors {
    up: f64,
    down: f64,
}

impl Factors {
    fn new(params: &Params) -> Self {
        Self {
            up: params.real(1),
            down: params.real(2),
        }
    }

    fn around(self, mean: f64, variance: f64) -> [f64; 3] {
        let deviation = variance.sqrt();
        [
            mean + self.up * deviation,
            mean,
            mean - self.down * deviation,
        ]
    }
}

#[derive(Clone, Debug)]
struct Bands {
    spread: Spread,
    factors: Factors,
}

impl Bands {
    fn new(params: &Params) -> Self {
        Self {
            spread: Spread::new(params.whole(0)),
            factors: Factors::new(params),
        }
    }
}

impl Kernel for Bands {
    type Output = [f64; 3];
    const INPUTS: Inputs = Inputs::Close;
    fn next(&mut self, bar: &BarInput) -> Option<[f64; 3]> {
        let (mean, variance) = self.spread.push(bar.close)?;
        Some(self.factors.around(mean, variance))
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.spread.walk(visit);
    }
}

/// Bands around another average than the mean; the deviation is that from the mean all the same.
#[derive(Clone, Debug)]
struct AveragedBands {
    average: Average,
    spread: Spread,
    factors: Factors,
}

impl AveragedBands {
    fn new(params: &Params) -> Self {
        Self {
            average: Average::of(params, 3, 0),
            spread: Spread::new(params.whole(0)),
            factors: Factors::new(params),
        }
    }
}

impl Kernel for AveragedBands {
    type Output = [f64; 3];
    fn next(&mut self, bar: &BarInput) -> Option<[f64; 3]> {
        let average = self.average.push(bar.close);
        let (_, variance) = self.spread.push(bar.close)?;
        Some(self.factors.around(average?, variance))
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.average.walk(visit);
        self.spread.walk(visit);
    }
}
