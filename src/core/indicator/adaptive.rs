//! Moving averages of averages, and one that adapts: RMA, TRIMA, T3, HMA, ZLEMA, KAMA, and MAVP with
//! a period of its own at each bar.

use crate::core::indicator::blend::Average;
use crate::core::indicator::input::{BarInput, Inputs};
use crate::core::indicator::line::{Before, Line, Over, Total};
use crate::core::indicator::ring::{Mean, Ring, WeightedMean};
use crate::core::indicator::running::Kernel;
use crate::core::indicator::smooth::{Exponential, Wilder};
use crate::core::indicator::spec::{Param, Params, Spec, running};
use crate::core::indicator::state::{Visit, real};

/// The indicators of this file.
pub(super) static TABLE: &[Spec] = &[RMA, TRIMA, T3_SPEC, HMA, ZLEMA, KAMA, MAVP];

const PERIOD: &[Param] = &[Param::period("period", 30.0, 1.0)];

const RMA: Spec = Spec::endless(
    "rma",
    Inputs::Close,
    PERIOD,
    "Wilder's moving average: weight 1 ÷ period, started with the mean of the first values",
    |params| params.whole(0) - 1,
    |params| running(Over::series(Wilder::new(params.whole(0)))),
);

const TRIMA: Spec = Spec::window(
    "trima",
    Inputs::Close,
    PERIOD,
    "triangular moving average: the middle of the window weighs most",
    |params| params.whole(0) - 1,
    |params| running(Over::series(Triangular::new(params.whole(0)))),
);

const T3_SPEC: Spec = Spec::endless(
    "t3",
    Inputs::Close,
    &[
        Param::period("period", 5.0, 1.0),
        Param::real("volume_factor", 0.7, 0.0, 1.0),
    ],
    "T3 moving average (Tillson): six exponential averages in a row, mixed by the volume factor",
    |params| 6 * (params.whole(0) - 1),
    |params| running(Over::series(T3::new(params.whole(0), params.real(1)))),
);

const HMA: Spec = Spec::window(
    "hma",
    Inputs::Close,
    &[Param::period("period", 20.0, 1.0)],
    "Hull moving average: wma(√period) of 2 × wma(period ÷ 2) − wma(period)",
    |params| Average::lookback_of(9, params.whole(0)),
    |params| running(Over::series(Average::new(9, params.whole(0)))),
);

const ZLEMA: Spec = Spec::endless(
    "zlema",
    Inputs::Close,
    PERIOD,
    "exponential moving average of 2 × value − value (period − 1) ÷ 2 bars before, which takes its lag off",
    |params| Average::lookback_of(12, params.whole(0)),
    |params| running(Over::series(Average::new(12, params.whole(0)))),
);

const KAMA: Spec = Spec::endless(
    "kama",
    Inputs::Close,
    PERIOD,
    "Kaufman's adaptive moving average: fast (ema 2) in a trend, slow (ema 30) without",
    |params| Average::lookback_of(6, params.whole(0)),
    |params| running(Over::series(Average::new(6, params.whole(0)))),
);

const MAVP: Spec = Spec::averaged(
    "mavp",
    Inputs::CloseAndPeriods,
    &[
        Param {
            max: LONGEST_OF_MANY,
            ..Param::period("min_period", 2.0, 2.0)
        },
        Param {
            max: LONGEST_OF_MANY,
            ..Param::period("max_period", 30.0, 2.0)
        },
        Param::average("average_type", 0.0),
    ],
    "moving average whose period is that of a second series at each bar, from min_period to max_period",
    |params| Average::lookback_of(params.whole(2), params.whole(1)),
    |params| running(Variable::new(params)),
);

/// All periods are averaged side by side.
const LONGEST_OF_MANY: f64 = 1000.0;

/// The mean of means: of `⌈(period + 1) ÷ 2⌉` values and of what is left.
#[derive(Clone, Debug)]
pub(super) struct Triangular {
    inner: Mean,
    outer: Mean,
}

impl Triangular {
    pub(super) fn new(period: usize) -> Self {
        let inner = period / 2 + 1;
        Self {
            inner: Mean::new(inner),
            outer: Mean::new(period + 1 - inner),
        }
    }
}

impl Line for Triangular {
    fn push(&mut self, value: f64) -> Option<f64> {
        let inner = self.inner.push(value)?;
        self.outer.push(inner)
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.inner.walk(visit);
        self.outer.walk(visit);
    }
}

/// `−v³ e6 + (3v² + 3v³) e5 − (6v² + 3v + 3v³) e4 + (1 + 3v + v³ + 3v²) e3`, each `e` the average of the
/// one before.
#[derive(Clone, Debug)]
pub(super) struct T3 {
    chain: [Exponential; 6],
    weights: [f64; 4],
}

impl T3 {
    pub(super) fn new(period: usize, factor: f64) -> Self {
        let square = factor * factor;
        let cube = square * factor;
        Self {
            chain: [Exponential::new(period); 6],
            weights: [
                1.0 + 3.0 * factor + cube + 3.0 * square,
                -6.0 * square - 3.0 * (factor + cube),
                3.0 * (square + cube),
                -cube,
            ],
        }
    }
}

impl Line for T3 {
    fn push(&mut self, value: f64) -> Option<f64> {
        let mut value = value;
        let mut mixed = 0.0;
        for (place, average) in self.chain.iter_mut().enumerate() {
            value = average.push(value)?;
            if place >= 2 {
                mixed += self.weights[place - 2] * value;
            }
        }
        Some(mixed)
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.chain
            .iter_mut()
            .for_each(|average| average.walk(visit));
    }
}

/// See `HMA`; for periods from 2.
#[derive(Clone, Debug)]
pub(super) struct Hull {
    half: WeightedMean,
    whole: WeightedMean,
    outer: WeightedMean,
}

impl Hull {
    pub(super) fn new(period: usize) -> Self {
        Self {
            half: WeightedMean::new(period / 2),
            whole: WeightedMean::new(period),
            outer: WeightedMean::new(period.isqrt()),
        }
    }

    pub(super) fn lookback(period: usize) -> usize {
        period - 1 + period.isqrt() - 1
    }
}

impl Line for Hull {
    fn push(&mut self, value: f64) -> Option<f64> {
        let half = self.half.push(value);
        let whole = self.whole.push(value)?;
        self.outer.push(2.0 * half? - whole)
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.half.walk(visit);
        self.whole.walk(visit);
        self.outer.walk(visit);
    }
}

/// See `ZLEMA`.
#[derive(Clone, Debug)]
pub(super) struct ZeroLag {
    past: Option<Ring>,
    average: Exponential,
}

impl ZeroLag {
    pub(super) fn new(period: usize) -> Self {
        let lag = (period - 1) / 2;
        Self {
            past: (lag > 0).then(|| Ring::new(lag)),
            average: Exponential::new(period),
        }
    }

    pub(super) fn lookback(period: usize) -> usize {
        (period - 1) / 2 + period - 1
    }
}

impl Line for ZeroLag {
    fn push(&mut self, value: f64) -> Option<f64> {
        let before = match &mut self.past {
            Some(past) => past.push(value)?,
            None => value,
        };
        self.average.push(2.0 * value - before)
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        if let Some(past) = &mut self.past {
            past.walk(visit);
        }
        self.average.walk(visit);
    }
}

/// `kama += (value − kama) × (efficiency × (fast − slow) + slow)²`, started with the value before the
/// first; efficiency is the change over the period against the way there, 1 where nothing moved.
#[derive(Clone, Debug)]
pub(super) struct Kaufman {
    past: Ring,
    way: Total,
    before: Before,
    value: f64,
    seen: usize,
}

impl Kaufman {
    pub(super) fn new(period: usize) -> Self {
        Self {
            past: Ring::new(period),
            way: Total::new(period),
            before: Before::default(),
            value: 0.0,
            seen: 0,
        }
    }
}

impl Line for Kaufman {
    fn push(&mut self, value: f64) -> Option<f64> {
        let old = self.past.push(value);
        let before = self.before.push(value)?;
        let way = self.way.push((value - before).abs())?;
        let change = value - old?;
        if self.seen == 0 {
            self.seen = 1;
            self.value = before;
        }
        let efficiency = if way == 0.0 || way <= change {
            1.0
        } else {
            (change / way).abs()
        };
        let (slow, fast) = (2.0 / 31.0, 2.0 / 3.0);
        let weight = efficiency * (fast - slow) + slow;
        self.value += (value - self.value) * weight * weight;
        Some(self.value)
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.past.walk(visit);
        self.way.walk(visit);
        self.before.walk(visit);
        visit.number(&mut self.value);
        visit.index(&mut self.seen, 1);
    }
}

/// One average for each period, all giving their first value together.
#[derive(Clone, Debug)]
struct Variable {
    averages: Vec<(Average, usize)>,
    least: f64,
    most: f64,
    seen: usize,
    longest: usize,
}

impl Variable {
    fn new(params: &Params) -> Self {
        let (least, most, kind) = (params.whole(0), params.whole(1), params.whole(2));
        let longest = Average::lookback_of(kind, most);
        let averages = (least.min(most)..=most)
            .map(|period| {
                let skip = longest - Average::lookback_of(kind, period).min(longest);
                (Average::new(kind, period), skip)
            })
            .collect();
        Self {
            averages,
            least: real(least.min(most)),
            most: real(most),
            seen: 0,
            longest,
        }
    }
}

impl Kernel for Variable {
    type Output = f64;
    const INPUTS: Inputs = Inputs::CloseAndPeriods;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "within the periods, 1 to 1,000"
    )]
    fn next(&mut self, bar: &BarInput) -> Option<f64> {
        let chosen = (bar.volume.clamp(self.least, self.most) - self.least) as usize;
        let mut value = None;
        for (place, (average, skip)) in self.averages.iter_mut().enumerate() {
            if self.seen >= *skip {
                let next = average.push(bar.close);
                if place == chosen {
                    value = next;
                }
            }
        }
        let is_ready = self.seen >= self.longest;
        self.seen = (self.seen + 1).min(self.longest);
        value.filter(|_| is_ready)
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        for (average, _) in &mut self.averages {
            average.walk(visit);
        }
        visit.index(&mut self.seen, self.longest);
    }
}
