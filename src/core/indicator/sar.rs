//! The parabolic stop and reverse (Wilder 1978): SAR and SAREXT.

use crate::core::indicator::input::{BarInput, Inputs};
use crate::core::indicator::running::Kernel;
use crate::core::indicator::spec::{Param, Spec, running};
use crate::core::indicator::state::Visit;

/// The indicators of this file.
pub(super) static TABLE: &[Spec] = &[SAR, SAREXT];

const SAR: Spec = Spec::endless(
    "sar",
    Inputs::HighLow,
    &[
        Param::real("acceleration", 0.02, 0.0, MOST),
        Param::real("maximum", 0.2, 0.0, MOST),
    ],
    "parabolic stop and reverse: below the price in a rise, above it in a fall",
    |_| 1,
    |params| {
        let speed = Speed::new(params.real(0), params.real(0), params.real(1));
        running(Parabolic::new([speed; 2], 0.0, 0.0, 1.0))
    },
);

const SAREXT: Spec = Spec::endless(
    "sarext",
    Inputs::HighLow,
    &[
        Param::real("start_value", 0.0, -MOST, MOST),
        Param::real("offset_on_reverse", 0.0, 0.0, MOST),
        Param::real("acceleration_init_long", 0.02, 0.0, MOST),
        Param::real("acceleration_long", 0.02, 0.0, MOST),
        Param::real("acceleration_max_long", 0.2, 0.0, MOST),
        Param::real("acceleration_init_short", 0.02, 0.0, MOST),
        Param::real("acceleration_short", 0.02, 0.0, MOST),
        Param::real("acceleration_max_short", 0.2, 0.0, MOST),
    ],
    "parabolic stop and reverse with its own start, offset and acceleration for each side; negative while short",
    |_| 1,
    |params| {
        let speed =
            |at: usize| Speed::new(params.real(at), params.real(at + 1), params.real(at + 2));
        running(Parabolic::new(
            [speed(5), speed(2)],
            params.real(0),
            params.real(1),
            -1.0,
        ))
    },
);

/// TA-Lib takes up to 3e37; what no market needs is refused here.
const MOST: f64 = 1e9;

/// How fast the stop follows: at first, more at each new extreme, at most.
#[derive(Clone, Copy, Debug)]
struct Speed {
    first: f64,
    more: f64,
    most: f64,
}

impl Speed {
    fn new(first: f64, more: f64, most: f64) -> Self {
        Self {
            first: first.min(most),
            more: more.min(most),
            most,
        }
    }
}

/// A stop that follows the extreme of the side it is on, ever faster.
#[derive(Clone, Debug)]
struct Parabolic {
    /// Of the short side, then of the long one.
    speeds: [Speed; 2],
    start: f64,
    offset: f64,
    /// The sign of what is given while short.
    short_sign: f64,
    is_long: usize,
    seen: usize,
    stop: f64,
    extreme: f64,
    speed: f64,
    high: f64,
    low: f64,
}

impl Parabolic {
    fn new(speeds: [Speed; 2], start: f64, offset: f64, short_sign: f64) -> Self {
        Self {
            speeds,
            start,
            offset,
            short_sign,
            is_long: 0,
            seen: 0,
            stop: 0.0,
            extreme: 0.0,
            speed: 0.0,
            high: 0.0,
            low: 0.0,
        }
    }

    /// Takes a side at the second bar: short if the bar moved down more than up.
    fn begin(&mut self, bar: &BarInput) {
        let up = bar.high - self.high;
        let down = self.low - bar.low;
        let is_long = if self.start == 0.0 {
            !(down > 0.0 && up < down)
        } else {
            self.start > 0.0
        };
        self.is_long = usize::from(is_long);
        (self.extreme, self.stop) = if is_long {
            (bar.high, self.low)
        } else {
            (bar.low, self.high)
        };
        if self.start != 0.0 {
            self.stop = self.start.abs();
        }
        self.speed = self.speeds[self.is_long].first;
        // The first step looks back no further than this bar.
        (self.high, self.low) = (bar.high, bar.low);
    }

    /// Keeps the stop out of the range of this bar and of the one before.
    fn outside(&mut self, bar: &BarInput) {
        self.stop = if self.is_long == 1 {
            self.stop.min(self.low).min(bar.low)
        } else {
            self.stop.max(self.high).max(bar.high)
        };
    }

    /// Returns the stop of this bar, and moves on to the next.
    fn step(&mut self, bar: &BarInput) -> f64 {
        let is_hit = if self.is_long == 1 {
            bar.low <= self.stop
        } else {
            bar.high >= self.stop
        };
        let stop;
        if is_hit {
            self.is_long = 1 - self.is_long;
            self.stop = self.extreme;
            self.outside(bar);
            let away = if self.is_long == 1 { -1.0 } else { 1.0 };
            self.stop += away * self.stop * self.offset;
            stop = self.stop;
            self.speed = self.speeds[self.is_long].first;
            self.extreme = if self.is_long == 1 { bar.high } else { bar.low };
        } else {
            stop = self.stop;
            let is_new = if self.is_long == 1 {
                bar.high > self.extreme
            } else {
                bar.low < self.extreme
            };
            if is_new {
                self.extreme = if self.is_long == 1 { bar.high } else { bar.low };
                let speed = self.speeds[self.is_long];
                self.speed = (self.speed + speed.more).min(speed.most);
            }
        }
        self.stop += self.speed * (self.extreme - self.stop);
        self.outside(bar);
        if self.is_long == 1 {
            stop
        } else {
            stop * self.short_sign
        }
    }
}

impl Kernel for Parabolic {
    type Output = f64;
    const INPUTS: Inputs = Inputs::HighLow;
    fn next(&mut self, bar: &BarInput) -> Option<f64> {
        if self.seen == 0 {
            self.seen = 1;
            (self.high, self.low) = (bar.high, bar.low);
            return None;
        }
        if self.seen == 1 {
            self.seen = 2;
            self.begin(bar);
        }
        let stop = self.step(bar);
        (self.high, self.low) = (bar.high, bar.low);
        Some(stop)
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        visit.index(&mut self.is_long, 1);
        visit.index(&mut self.seen, 2);
        for number in [
            &mut self.stop,
            &mut self.extreme,
            &mut self.speed,
            &mut self.high,
            &mut self.low,
        ] {
            visit.number(number);
        }
    }
}
