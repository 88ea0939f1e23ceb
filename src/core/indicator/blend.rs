//! Moving averages by TA-Lib's number: the one place where a parameter chooses among them; and MA,
//! which is nothing else.
//!
//! As in TA-Lib, an average over one bar is the value itself, whatever its kind.

use crate::core::indicator::adaptive::{Hull, Kaufman, T3, Triangular, ZeroLag};
use crate::core::indicator::average::{Double, Triple};
use crate::core::indicator::cycle::average::Adaptive;
use crate::core::indicator::input::{BarInput, Inputs};
use crate::core::indicator::line::{Line, Over};
use crate::core::indicator::ring::{Mean, WeightedMean};
use crate::core::indicator::running::Kernel;
use crate::core::indicator::smooth::{Exponential, Wilder};
use crate::core::indicator::spec::{Param, Params, Spec, running};
use crate::core::indicator::state::Visit;

/// The indicators of this file.
pub(super) static TABLE: &[Spec] = &[MA];

const MA: Spec = Spec::averaged(
    "ma",
    Inputs::Close,
    &[
        Param::period("period", 30.0, 1.0),
        Param::average("average_type", 0.0),
    ],
    "moving average of a kind: 0 sma, 1 ema, 2 wma, 3 dema, 4 tema, 5 trima, 6 kama, 7 mama, 8 t3, 9 hma, 12 zlema, 13 rma",
    |params| Average::lookback(params, 1, 0),
    |params| running(Over::series(Average::of(params, 1, 0))),
);

/// The kinds there are, in words.
pub(super) const OFFERED: &str =
    "0 sma, 1 ema, 2 wma, 3 dema, 4 tema, 5 trima, 6 kama, 7 mama, 8 t3, 9 hma, 12 zlema or 13 rma";

/// Whether a number is that of a kind.
pub(super) fn is_offered(number: f64) -> bool {
    const KINDS: [f64; 12] = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 12.0, 13.0];
    KINDS.contains(&number)
}

/// Whether the average of a number depends on its last values only.
pub(super) fn is_of_a_window(number: f64) -> bool {
    [0.0, 2.0, 5.0, 9.0].contains(&number)
}

/// An average of a kind.
#[derive(Clone, Debug)]
pub(super) enum Average {
    /// The value itself.
    Same,
    Simple(Mean),
    Exponential(Exponential),
    Weighted(WeightedMean),
    Double(Double),
    Triple(Triple),
    Triangular(Triangular),
    Kaufman(Kaufman),
    Mama(Box<Adaptive>),
    T3(T3),
    Hull(Hull),
    ZeroLag(ZeroLag),
    Wilder(Wilder),
}

impl Average {
    /// By kind and period.
    pub(super) fn new(kind: usize, period: usize) -> Self {
        if period <= 1 {
            return Self::Same;
        }
        match kind {
            1 => Self::Exponential(Exponential::new(period)),
            2 => Self::Weighted(WeightedMean::new(period)),
            3 => Self::Double(Double::new(period)),
            4 => Self::Triple(Triple::new(period)),
            5 => Self::Triangular(Triangular::new(period)),
            6 => Self::Kaufman(Kaufman::new(period)),
            7 => Self::Mama(Box::new(Adaptive::new(0.5, 0.05))),
            8 => Self::T3(T3::new(period, 0.7)),
            9 => Self::Hull(Hull::new(period)),
            12 => Self::ZeroLag(ZeroLag::new(period)),
            13 => Self::Wilder(Wilder::new(period)),
            _ => Self::Simple(Mean::new(period)),
        }
    }

    /// By the places of kind and period among the parameters.
    pub(super) fn of(params: &Params, kind: usize, period: usize) -> Self {
        Self::new(params.whole(kind), params.whole(period))
    }

    /// How many values come before the first average.
    pub(super) fn lookback_of(kind: usize, period: usize) -> usize {
        if period <= 1 {
            return 0;
        }
        let last = period - 1;
        match kind {
            3 => 2 * last,
            4 => 3 * last,
            6 => period,
            7 => 32,
            8 => 6 * last,
            9 => Hull::lookback(period),
            12 => ZeroLag::lookback(period),
            _ => last,
        }
    }

    /// As [`Average::lookback_of`], by places among the parameters.
    pub(super) fn lookback(params: &Params, kind: usize, period: usize) -> usize {
        Self::lookback_of(params.whole(kind), params.whole(period))
    }
}

impl Line for Average {
    fn push(&mut self, value: f64) -> Option<f64> {
        match self {
            Self::Same => Some(value),
            Self::Simple(line) => line.push(value),
            Self::Exponential(line) => line.push(value),
            Self::Weighted(line) => line.push(value),
            Self::Double(line) => line.push(value),
            Self::Triple(line) => line.value(value),
            Self::Triangular(line) => line.push(value),
            Self::Kaufman(line) => line.push(value),
            Self::Mama(line) => line
                .next(&BarInput::from_value(value))
                .map(|[mama, _]| mama),
            Self::T3(line) => line.push(value),
            Self::Hull(line) => line.push(value),
            Self::ZeroLag(line) => line.push(value),
            Self::Wilder(line) => line.push(value),
        }
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        match self {
            Self::Same => {}
            Self::Simple(line) => line.walk(visit),
            Self::Exponential(line) => line.walk(visit),
            Self::Weighted(line) => line.walk(visit),
            Self::Double(line) => Line::walk(line, visit),
            Self::Triple(line) => line.walk(visit),
            Self::Triangular(line) => line.walk(visit),
            Self::Kaufman(line) => line.walk(visit),
            Self::Mama(line) => line.walk(visit),
            Self::T3(line) => line.walk(visit),
            Self::Hull(line) => line.walk(visit),
            Self::ZeroLag(line) => line.walk(visit),
            Self::Wilder(line) => line.walk(visit),
        }
    }
}

/// Two averages of one line that give their first value together: the shorter one starts later, with
/// the values just before that bar, as in TA-Lib.
#[derive(Clone, Debug)]
pub(super) struct Aligned {
    first: Average,
    second: Average,
    skips: [usize; 2],
    skipped: usize,
}

impl Aligned {
    /// Each by kind and period.
    pub(super) fn new(first: (usize, usize), second: (usize, usize)) -> Self {
        let one = Average::lookback_of(first.0, first.1);
        let other = Average::lookback_of(second.0, second.1);
        let longest = one.max(other);
        Self {
            first: Average::new(first.0, first.1),
            second: Average::new(second.0, second.1),
            skips: [longest - one, longest - other],
            skipped: 0,
        }
    }

    /// Takes a value in; returns both averages.
    pub(super) fn push(&mut self, value: f64) -> Option<(f64, f64)> {
        let seen = self.skipped;
        let most = self.skips[0].max(self.skips[1]);
        self.skipped = (seen + 1).min(most);
        let next = |line: &mut Average, skip: usize| {
            if seen < skip { None } else { line.push(value) }
        };
        let first = next(&mut self.first, self.skips[0]);
        let second = next(&mut self.second, self.skips[1]);
        Some((first?, second?))
    }

    pub(super) fn walk(&mut self, visit: &mut dyn Visit) {
        self.first.walk(visit);
        self.second.walk(visit);
        let most = self.skips[0].max(self.skips[1]);
        visit.index(&mut self.skipped, most);
    }
}
