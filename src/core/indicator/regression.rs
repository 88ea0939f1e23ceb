//! The least-squares line through the last values: LINEARREG and its angle, intercept and slope; TSF,
//! one bar ahead of it; FOSC, how far the forecast was off.

use crate::core::indicator::input::{BarInput, Inputs};
use crate::core::indicator::line::{Line, Over};
use crate::core::indicator::ring::WeightedMean;
use crate::core::indicator::running::Kernel;
use crate::core::indicator::spec::{Param, Spec, running};
use crate::core::indicator::state::{Visit, real};

/// The indicators of this file.
pub(super) static TABLE: &[Spec] = &[
    LINEARREG,
    LINEARREG_ANGLE,
    LINEARREG_INTERCEPT,
    LINEARREG_SLOPE,
    TSF,
    FOSC,
];

const PERIOD: &[Param] = &[Param::period("period", 14.0, 2.0)];

const LINEARREG: Spec = Spec::window(
    "linearreg",
    Inputs::Close,
    PERIOD,
    "linear regression: the last point of the least-squares line through the last `period` values",
    |params| params.whole(0) - 1,
    |params| running(Fit::new(params.whole(0), |line| line.at_end(0.0))),
);

const LINEARREG_ANGLE: Spec = Spec::window(
    "linearreg_angle",
    Inputs::Close,
    PERIOD,
    "angle of the least-squares line in degrees: the arc tangent of its slope a bar",
    |params| params.whole(0) - 1,
    |params| {
        running(Fit::new(params.whole(0), |line| {
            line.slope.atan().to_degrees()
        }))
    },
);

const LINEARREG_INTERCEPT: Spec = Spec::window(
    "linearreg_intercept",
    Inputs::Close,
    PERIOD,
    "the first point of the least-squares line",
    |params| params.whole(0) - 1,
    |params| running(Fit::new(params.whole(0), Straight::at_start)),
);

const LINEARREG_SLOPE: Spec = Spec::window(
    "linearreg_slope",
    Inputs::Close,
    PERIOD,
    "slope of the least-squares line, a bar",
    |params| params.whole(0) - 1,
    |params| running(Fit::new(params.whole(0), |line| line.slope)),
);

const TSF: Spec = Spec::window(
    "tsf",
    Inputs::Close,
    PERIOD,
    "time series forecast: the least-squares line one bar ahead",
    |params| params.whole(0) - 1,
    |params| running(Fit::new(params.whole(0), |line| line.at_end(1.0))),
);

const FOSC: Spec = Spec::window(
    "fosc",
    Inputs::Close,
    &[Param::period("period", 5.0, 2.0)],
    "forecast oscillator (Chande): value − forecast of the bar before (tsf), in percent of the value",
    |params| params.whole(0),
    |params| {
        running(Over::series(Missed {
            sums: WeightedMean::new(params.whole(0)),
            last: real(params.whole(0) - 1),
            forecast: 0.0,
            seen: 0,
        }))
    },
);

/// A straight line through values at 0 (the oldest) to `last`.
#[derive(Clone, Copy, Debug)]
struct Straight {
    mean: f64,
    slope: f64,
    last: f64,
}

impl Straight {
    fn at_start(self) -> f64 {
        self.mean - self.slope * (self.last / 2.0)
    }

    /// `ahead` bars after the newest.
    fn at_end(self, ahead: f64) -> f64 {
        self.mean + self.slope * (self.last / 2.0 + ahead)
    }
}

#[derive(Clone, Debug)]
struct Fit {
    sums: WeightedMean,
    last: f64,
    form: fn(Straight) -> f64,
}

impl Fit {
    fn new(period: usize, form: fn(Straight) -> f64) -> Self {
        Self {
            sums: WeightedMean::new(period),
            last: real(period - 1),
            form,
        }
    }
}

impl Kernel for Fit {
    type Output = f64;
    fn next(&mut self, bar: &BarInput) -> Option<f64> {
        self.sums.push(bar.close)?;
        let (mean, slope) = self.sums.mean_and_slope();
        let last = self.last;
        Some((self.form)(Straight { mean, slope, last }))
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.sums.walk(visit);
    }
}

#[derive(Clone, Debug)]
struct Missed {
    sums: WeightedMean,
    last: f64,
    forecast: f64,
    seen: usize,
}

impl Line for Missed {
    fn push(&mut self, value: f64) -> Option<f64> {
        self.sums.push(value)?;
        let (mean, slope) = self.sums.mean_and_slope();
        let last = self.last;
        let next = Straight { mean, slope, last }.at_end(1.0);
        let forecast = std::mem::replace(&mut self.forecast, next);
        if self.seen == 0 {
            self.seen = 1;
            return None;
        }
        Some(if value == 0.0 {
            0.0
        } else {
            100.0 * (value - forecast) / value
        })
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.sums.walk(visit);
        visit.number(&mut self.forecast);
        visit.index(&mut self.seen, 1);
    }
}
