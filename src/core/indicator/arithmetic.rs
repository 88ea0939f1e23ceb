//! Sums, extremes and their places, and the functions of mathematics: SUM, CUMSUM, MAXINDEX, MININDEX,
//! MINMAX, MINMAXINDEX, and ACOS to TANH value by value.
//!
//! A function without a result for a value, as the logarithm of −1, gives nothing at that bar.

use crate::core::indicator::extreme::{Extreme, Highest, Lowest};
use crate::core::indicator::input::{BarInput, Inputs};
use crate::core::indicator::line::{Each, Over, Total};
use crate::core::indicator::running::{Indicator, Kernel};
use crate::core::indicator::spec::{Param, Spec, running};
use crate::core::indicator::state::Visit;
use crate::core::indicator::sum::Sum;

/// A function of mathematics, value by value.
macro_rules! each {
    ($name:ident, $doc:literal) => {
        Spec::window(
            stringify!($name),
            Inputs::Close,
            &[],
            $doc,
            |_| 0,
            |_| transform(|bar| bar.close.$name()),
        )
    };
}

/// The indicators of this file.
pub(super) static TABLE: &[Spec] = &[
    SUM,
    CUMSUM,
    MAXINDEX,
    MININDEX,
    MINMAX,
    MINMAXINDEX,
    each!(acos, "arc cosine of each value, in radians"),
    each!(asin, "arc sine of each value, in radians"),
    each!(atan, "arc tangent of each value, in radians"),
    each!(ceil, "each value rounded up"),
    each!(cos, "cosine of each value, in radians"),
    each!(cosh, "hyperbolic cosine of each value"),
    each!(exp, "e to the power of each value"),
    each!(floor, "each value rounded down"),
    each!(ln, "natural logarithm of each value"),
    each!(log10, "logarithm of each value to base 10"),
    each!(sin, "sine of each value, in radians"),
    each!(sinh, "hyperbolic sine of each value"),
    each!(sqrt, "square root of each value"),
    each!(tan, "tangent of each value, in radians"),
    each!(tanh, "hyperbolic tangent of each value"),
];

const PERIOD: &[Param] = &[Param::period("period", 30.0, 2.0)];

const SUM: Spec = Spec::window(
    "sum",
    Inputs::Close,
    PERIOD,
    "sum of the last `period` values",
    |params| params.whole(0) - 1,
    |params| running(Over::series(Total::new(params.whole(0)))),
);

const CUMSUM: Spec = Spec::endless(
    "cumsum",
    Inputs::Close,
    &[],
    "sum of all values so far",
    |_| 0,
    |_| running(Running::default()),
);

const MAXINDEX: Spec = Spec::endless(
    "maxindex",
    Inputs::Close,
    PERIOD,
    "place of the greatest of the last `period` values, counted from 0 at the first of all",
    |params| params.whole(0) - 1,
    |params| running(Place(Highest::new(params.whole(0)))),
);

const MININDEX: Spec = Spec::endless(
    "minindex",
    Inputs::Close,
    PERIOD,
    "place of the least of the last `period` values, counted from 0 at the first of all",
    |params| params.whole(0) - 1,
    |params| running(Place(Lowest::new(params.whole(0)))),
);

const MINMAX: Spec = Spec::window(
    "minmax",
    Inputs::Close,
    PERIOD,
    "least and greatest of the last `period` values",
    |params| params.whole(0) - 1,
    |params| running(Both::new(params.whole(0))),
)
.of(&["min", "max"]);

const MINMAXINDEX: Spec = Spec::endless(
    "minmaxindex",
    Inputs::Close,
    PERIOD,
    "places of the least and of the greatest of the last `period` values, counted from 0 at the first of all",
    |params| params.whole(0) - 1,
    |params| running(BothPlaces(Both::new(params.whole(0)))),
)
.of(&["minidx", "maxidx"]);

fn transform(of: fn(&BarInput) -> f64) -> Box<dyn Indicator> {
    running(Each {
        inputs: Inputs::Close,
        of,
    })
}

#[derive(Clone, Default, Debug)]
struct Running(Sum);

impl Kernel for Running {
    type Output = f64;
    fn next(&mut self, bar: &BarInput) -> Option<f64> {
        self.0.add(bar.close);
        Some(self.0.value())
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.0.walk(visit);
    }
}

#[derive(Clone, Debug)]
struct Place<const GREATEST: bool>(Extreme<GREATEST>);

impl<const GREATEST: bool> Kernel for Place<GREATEST> {
    type Output = f64;
    fn next(&mut self, bar: &BarInput) -> Option<f64> {
        self.0.push(bar.close)?;
        Some(self.0.place())
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.0.walk(visit);
    }
}

#[derive(Clone, Debug)]
struct Both {
    lowest: Lowest,
    highest: Highest,
}

impl Both {
    fn new(period: usize) -> Self {
        Self {
            lowest: Lowest::new(period),
            highest: Highest::new(period),
        }
    }
}

impl Kernel for Both {
    type Output = [f64; 2];
    fn next(&mut self, bar: &BarInput) -> Option<[f64; 2]> {
        let lowest = self.lowest.push(bar.close);
        let highest = self.highest.push(bar.close);
        Some([lowest?, highest?])
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.lowest.walk(visit);
        self.highest.walk(visit);
    }
}

#[derive(Clone, Debug)]
struct BothPlaces(Both);

impl Kernel for BothPlaces {
    type Output = [f64; 2];
    fn next(&mut self, bar: &BarInput) -> Option<[f64; 2]> {
        self.0.next(bar)?;
        Some([self.0.lowest.place(), self.0.highest.place()])
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.0.walk(visit);
    }
}
