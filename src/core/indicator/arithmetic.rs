//! Sums, extremes and their places, and the functions of mathematics: SUM, CUMSUM, MAXINDEX, MININDEX,
//! MINMAX, MINMAXINDEX, and ACOS to TANH value by value.
//!
//! A function without a result for a value, as the logarithm of −1, gives nothing at that bar.

use crate::core::indicator::extreme::{Highest, Lowest};
use crate::core::indicator::input::{BarInput, Inputs};
use crate::core::indicator::line::{Each, Over, Total};
use crate::core::indicator::ring::Ring;
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
    |params| running(Place::<true>::new(params.whole(0))),
);

const MININDEX: Spec = Spec::endless(
    "minindex",
    Inputs::Close,
    PERIOD,
    "place of the least of the last `period` values, counted from 0 at the first of all",
    |params| params.whole(0) - 1,
    |params| running(Place::<false>::new(params.whole(0))),
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
    |params| running(BothPlaces::new(params.whole(0))),
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

/// Where the extreme is. As in TA-Lib, a new value that equals it takes its place, but once it has left
/// the window the oldest of equals follows. Costs O(period) when it leaves.
#[derive(Clone, Debug)]
struct Place<const GREATEST: bool> {
    window: Ring,
    extreme: f64,
    age: usize,
    now: u64,
    period: usize,
}

impl<const GREATEST: bool> Place<GREATEST> {
    fn new(period: usize) -> Self {
        Self {
            window: Ring::new(period),
            extreme: 0.0,
            age: period,
            now: 0,
            period,
        }
    }

    /// Takes a value in; returns the place of the extreme, counted from 0 at the first of all.
    #[expect(clippy::cast_precision_loss, reason = "2^53 bars are never reached")]
    fn push(&mut self, value: f64) -> Option<f64> {
        self.window.push(value);
        self.now += 1;
        if !self.window.is_full() {
            return None;
        }
        self.age += 1;
        let is_beyond = |one: f64, other: f64| if GREATEST { one > other } else { one < other };
        if self.age >= self.period {
            let mut values = self.window.iter().enumerate();
            (self.age, self.extreme) = (self.period - 1, values.next().map_or(value, |v| v.1));
            for (place, value) in values {
                if is_beyond(value, self.extreme) {
                    (self.age, self.extreme) = (self.period - 1 - place, value);
                }
            }
        } else if !is_beyond(self.extreme, value) {
            (self.age, self.extreme) = (0, value);
        }
        Some((self.now - 1).saturating_sub(self.age as u64) as f64)
    }

    fn walk(&mut self, visit: &mut dyn Visit) {
        self.window.walk(visit);
        visit.number(&mut self.extreme);
        visit.index(&mut self.age, self.period);
        visit.tick(&mut self.now);
    }
}

impl<const GREATEST: bool> Kernel for Place<GREATEST> {
    type Output = f64;
    fn next(&mut self, bar: &BarInput) -> Option<f64> {
        self.push(bar.close)
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        Self::walk(self, visit);
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
struct BothPlaces {
    lowest: Place<false>,
    highest: Place<true>,
}

impl BothPlaces {
    fn new(period: usize) -> Self {
        Self {
            lowest: Place::new(period),
            highest: Place::new(period),
        }
    }
}

impl Kernel for BothPlaces {
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
