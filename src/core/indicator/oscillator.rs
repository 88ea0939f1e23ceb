//! Distances of moving averages: APO, PPO, PVO, MACDEXT, MACDFIX, AO, AC, COPPOCK, DPO, ERI, QSTICK.

use crate::core::indicator::blend::{Aligned, Average};
use crate::core::indicator::input::{BarInput, Inputs};
use crate::core::indicator::line::{Line, Over, ratio};
use crate::core::indicator::ring::{Mean, Ring, WeightedMean};
use crate::core::indicator::running::Kernel;
use crate::core::indicator::smooth::Exponential;
use crate::core::indicator::spec::{Param, Params, Spec, running};
use crate::core::indicator::state::Visit;

/// The indicators of this file.
pub(super) static TABLE: &[Spec] = &[
    APO, PPO, PVO, MACDEXT, MACDFIX, AO, AC, COPPOCK, DPO, ERI, QSTICK,
];

const PAIR: &[Param] = &[
    Param::period("fast_period", 12.0, 2.0),
    Param::period("slow_period", 26.0, 2.0),
    Param::average("average_type", 1.0),
];
const MACD: &[&str] = &["macd", "signal", "hist"];

const APO: Spec = Spec::averaged(
    "apo",
    Inputs::Close,
    PAIR,
    "absolute price oscillator: fast − slow average",
    pair_lookback,
    |params| {
        running(Distance::new(params, Inputs::Close, |fast, slow| {
            fast - slow
        }))
    },
);

const PPO: Spec = Spec::averaged(
    "ppo",
    Inputs::Close,
    PAIR,
    "percentage price oscillator: fast − slow average, in percent of the slow one",
    pair_lookback,
    |params| running(Distance::new(params, Inputs::Close, in_percent)),
);

const PVO: Spec = Spec::averaged(
    "pvo",
    Inputs::Volume,
    PAIR,
    "percentage volume oscillator: fast − slow average of the volume, in percent of the slow one",
    pair_lookback,
    |params| running(Distance::new(params, Inputs::Volume, in_percent)),
);

const MACDEXT: Spec = Spec::averaged(
    "macdext",
    Inputs::Close,
    &[
        Param::period("fast_period", 12.0, 2.0),
        Param::average("fast_type", 0.0),
        Param::period("slow_period", 26.0, 2.0),
        Param::average("slow_type", 0.0),
        Param::period("signal_period", 9.0, 1.0),
        Param::average("signal_type", 0.0),
    ],
    "macd with a kind of average for each of its three lines",
    |params| {
        let [fast, slow] = fast_and_slow(params);
        Average::lookback_of(fast.0, fast.1).max(Average::lookback_of(slow.0, slow.1))
            + Average::lookback(params, 5, 4)
    },
    |params| running(AnyMacd::new(params)),
)
.of(MACD);

const MACDFIX: Spec = Spec::endless(
    "macdfix",
    Inputs::Close,
    &[Param::period("signal_period", 9.0, 1.0)],
    "macd of 12 and 26 bars with the weights 0.15 and 0.075, as first published",
    |params| 25 + params.whole(0) - 1,
    |params| running(FixedMacd::new(params.whole(0))),
)
.of(MACD);

const AO: Spec = Spec::window(
    "ao",
    Inputs::HighLow,
    &[
        Param::period("fast_period", 5.0, 2.0),
        Param::period("slow_period", 34.0, 2.0),
    ],
    "awesome oscillator (Williams): fast − slow simple average of the median price",
    |params| params.whole(0).max(params.whole(1)) - 1,
    |params| {
        running(Over {
            inputs: Inputs::HighLow,
            of: |bar| f64::midpoint(bar.high, bar.low),
            line: Awesome::new(params),
        })
    },
);

const AC: Spec = Spec::window(
    "ac",
    Inputs::HighLow,
    &[
        Param::period("fast_period", 5.0, 2.0),
        Param::period("slow_period", 34.0, 2.0),
        Param::period("signal_period", 5.0, 2.0),
    ],
    "acceleration oscillator (Williams): awesome oscillator − its own simple average",
    |params| params.whole(0).max(params.whole(1)) - 1 + params.whole(2) - 1,
    |params| {
        running(Over {
            inputs: Inputs::HighLow,
            of: |bar| f64::midpoint(bar.high, bar.low),
            line: Acceleration {
                awesome: Awesome::new(params),
                signal: Mean::new(params.whole(2)),
            },
        })
    },
);

const COPPOCK: Spec = Spec::window(
    "coppock",
    Inputs::Close,
    &[
        Param::period("wma_period", 10.0, 1.0),
        Param::period("roc1_period", 11.0, 1.0),
        Param::period("roc2_period", 14.0, 1.0),
    ],
    "Coppock curve: weighted average of the sum of two rates of change in percent",
    |params| params.whole(1).max(params.whole(2)) + params.whole(0) - 1,
    |params| {
        running(Over::series(Coppock {
            first: Ring::new(params.whole(1)),
            second: Ring::new(params.whole(2)),
            average: WeightedMean::new(params.whole(0)),
        }))
    },
);

const DPO: Spec = Spec::window(
    "dpo",
    Inputs::Close,
    &[Param::period("period", 20.0, 2.0)],
    "detrended price oscillator: the value period ÷ 2 + 1 bars before − simple average of now",
    |params| (params.whole(0) - 1).max(params.whole(0) / 2 + 1),
    |params| {
        let period = params.whole(0);
        running(Over::series(Detrended {
            past: Ring::new(period / 2 + 1),
            average: Mean::new(period),
        }))
    },
);

const ERI: Spec = Spec::endless(
    "eri",
    Inputs::HighLowClose,
    &[Param::period("period", 13.0, 1.0)],
    "Elder ray: high (bullpower) and low (bearpower) − exponential average of the close",
    |params| params.whole(0) - 1,
    |params| running(Ray(Exponential::new(params.whole(0)))),
)
.of(&["bullpower", "bearpower"]);

const QSTICK: Spec = Spec::window(
    "qstick",
    Inputs::OpenClose,
    &[Param::period("period", 10.0, 1.0)],
    "simple average of close − open",
    |params| params.whole(0) - 1,
    |params| {
        running(Over {
            inputs: Inputs::OpenClose,
            of: |bar| bar.close - bar.open,
            line: Mean::new(params.whole(0)),
        })
    },
);

fn in_percent(fast: f64, slow: f64) -> f64 {
    ratio(fast - slow, slow) * 100.0
}

fn pair_lookback(params: &Params) -> usize {
    let kind = params.whole(2);
    let of = |place| Average::lookback_of(kind, params.whole(place));
    of(0).max(of(1))
}

/// What is made of a fast and a slow average, both started with the first values; periods in the wrong
/// order are swapped.
#[derive(Clone, Debug)]
struct Distance {
    fast: Average,
    slow: Average,
    inputs: Inputs,
    form: fn(f64, f64) -> f64,
}

impl Distance {
    fn new(params: &Params, inputs: Inputs, form: fn(f64, f64) -> f64) -> Self {
        let (one, other, kind) = (params.whole(0), params.whole(1), params.whole(2));
        Self {
            fast: Average::new(kind, one.min(other)),
            slow: Average::new(kind, one.max(other)),
            inputs,
            form,
        }
    }
}

impl Kernel for Distance {
    type Output = f64;
    fn inputs(&self) -> Inputs {
        self.inputs
    }
    fn next(&mut self, bar: &BarInput) -> Option<f64> {
        let value = if self.inputs == Inputs::Volume {
            bar.volume
        } else {
            bar.close
        };
        let fast = self.fast.push(value);
        let slow = self.slow.push(value)?;
        Some((self.form)(fast?, slow))
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.fast.walk(visit);
        self.slow.walk(visit);
    }
}

/// Kind and period of the fast average and of the slow one, in the right order.
fn fast_and_slow(params: &Params) -> [(usize, usize); 2] {
    let one = (params.whole(1), params.whole(0));
    let other = (params.whole(3), params.whole(2));
    if other.1 < one.1 {
        [other, one]
    } else {
        [one, other]
    }
}

#[derive(Clone, Debug)]
struct AnyMacd {
    averages: Aligned,
    signal: Average,
}

impl AnyMacd {
    fn new(params: &Params) -> Self {
        let [fast, slow] = fast_and_slow(params);
        Self {
            averages: Aligned::new(fast, slow),
            signal: Average::of(params, 5, 4),
        }
    }
}

impl Kernel for AnyMacd {
    type Output = [f64; 3];
    fn next(&mut self, bar: &BarInput) -> Option<[f64; 3]> {
        let (fast, slow) = self.averages.push(bar.close)?;
        let macd = fast - slow;
        let signal = self.signal.push(macd)?;
        Some([macd, signal, macd - signal])
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.averages.walk(visit);
        self.signal.walk(visit);
    }
}

/// As [`crate::core::indicator::macd`], with other weights.
#[derive(Clone, Debug)]
struct FixedMacd {
    fast: Exponential,
    slow: Exponential,
    signal: Exponential,
    skipped: usize,
}

/// The fast average starts so many bars after the slow one.
const SKIP: usize = 26 - 12;

impl FixedMacd {
    fn new(signal: usize) -> Self {
        Self {
            fast: Exponential::with_weight(12, 0.15),
            slow: Exponential::with_weight(26, 0.075),
            signal: Exponential::new(signal),
            skipped: 0,
        }
    }
}

impl Kernel for FixedMacd {
    type Output = [f64; 3];
    fn next(&mut self, bar: &BarInput) -> Option<[f64; 3]> {
        let slow = self.slow.push(bar.close);
        if self.skipped < SKIP {
            self.skipped += 1;
            return None;
        }
        let macd = self.fast.push(bar.close)? - slow?;
        let signal = self.signal.push(macd)?;
        Some([macd, signal, macd - signal])
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.fast.walk(visit);
        self.slow.walk(visit);
        self.signal.walk(visit);
        visit.index(&mut self.skipped, SKIP);
    }
}

/// Fast − slow simple average.
#[derive(Clone, Debug)]
struct Awesome {
    fast: Mean,
    slow: Mean,
}

impl Awesome {
    fn new(params: &Params) -> Self {
        Self {
            fast: Mean::new(params.whole(0)),
            slow: Mean::new(params.whole(1)),
        }
    }
}

impl Line for Awesome {
    fn push(&mut self, value: f64) -> Option<f64> {
        let fast = self.fast.push(value);
        let slow = self.slow.push(value)?;
        Some(fast? - slow)
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.fast.walk(visit);
        self.slow.walk(visit);
    }
}

#[derive(Clone, Debug)]
struct Acceleration {
    awesome: Awesome,
    signal: Mean,
}

impl Line for Acceleration {
    fn push(&mut self, value: f64) -> Option<f64> {
        let awesome = self.awesome.push(value)?;
        Some(awesome - self.signal.push(awesome)?)
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.awesome.walk(visit);
        self.signal.walk(visit);
    }
}

#[derive(Clone, Debug)]
struct Coppock {
    first: Ring,
    second: Ring,
    average: WeightedMean,
}

impl Line for Coppock {
    fn push(&mut self, value: f64) -> Option<f64> {
        let change = |before: f64| {
            if before == 0.0 {
                0.0
            } else {
                (value / before - 1.0) * 100.0
            }
        };
        let first = self.first.push(value).map(change);
        let second = self.second.push(value).map(change);
        self.average.push(first? + second?)
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.first.walk(visit);
        self.second.walk(visit);
        self.average.walk(visit);
    }
}

#[derive(Clone, Debug)]
struct Detrended {
    past: Ring,
    average: Mean,
}

impl Line for Detrended {
    fn push(&mut self, value: f64) -> Option<f64> {
        let before = self.past.push(value);
        let average = self.average.push(value)?;
        Some(before? - average)
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.past.walk(visit);
        self.average.walk(visit);
    }
}

#[derive(Clone, Debug)]
struct Ray(Exponential);

impl Kernel for Ray {
    type Output = [f64; 2];
    const INPUTS: Inputs = Inputs::HighLowClose;
    fn next(&mut self, bar: &BarInput) -> Option<[f64; 2]> {
        let average = self.0.push(bar.close)?;
        Some([bar.high - average, bar.low - average])
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.0.walk(visit);
    }
}
