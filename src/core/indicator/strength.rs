//! Gains against losses, and change against the way there: CMO, CMOU, IMI, RVI, TSI, ER, VHF,
//! STOCHRSI, ULTOSC.

use crate::core::indicator::blend::Average;
use crate::core::indicator::extreme::{Highest, Lowest};
use crate::core::indicator::input::{BarInput, Inputs};
use crate::core::indicator::line::{Before, Line, Over, Total, ratio, ratio_or};
use crate::core::indicator::momentum::Strength;
use crate::core::indicator::range::TrueRange;
use crate::core::indicator::ring::{Ring, Spread};
use crate::core::indicator::running::Kernel;
use crate::core::indicator::smooth::{Exponential, Wilder};
use crate::core::indicator::spec::{Param, Params, Spec, running};
use crate::core::indicator::state::Visit;
use crate::core::indicator::sum::is_rounding;

/// The indicators of this file.
pub(super) static TABLE: &[Spec] = &[CMO, CMOU, IMI, RVI, TSI, ER, VHF, STOCHRSI, ULTOSC];

const CMO: Spec = Spec::endless(
    "cmo",
    Inputs::Close,
    &[Param::period("period", 14.0, 2.0)],
    "Chande momentum oscillator with Wilder's averages: 100 × (gains − losses) ÷ (gains + losses)",
    |params| params.whole(0),
    |params| {
        let average = Wilder::new(params.whole(0));
        running(Over::series(Balance::new(average, average)))
    },
);

const CMOU: Spec = Spec::window(
    "cmou",
    Inputs::Close,
    &[Param::period("period", 14.0, 2.0)],
    "Chande momentum oscillator as first published, with plain sums",
    |params| params.whole(0),
    |params| {
        let sum = Total::new(params.whole(0));
        running(Over::series(Balance::new(sum.clone(), sum)))
    },
);

const IMI: Spec = Spec::window(
    "imi",
    Inputs::OpenClose,
    &[Param::period("period", 14.0, 2.0)],
    "intraday momentum index: rises from open to close, in percent of rises and falls; 50 without any",
    |params| params.whole(0) - 1,
    |params| {
        running(Intraday {
            rises: Total::new(params.whole(0)),
            falls: Total::new(params.whole(0)),
        })
    },
);

const RVI: Spec = Spec::endless(
    "rvi",
    Inputs::Close,
    &[
        Param::period("period", 14.0, 1.0),
        Param::period("deviation_period", 10.0, 2.0),
    ],
    "relative volatility index (Dorsey): Wilder's average of the deviation at rises, in percent of that at rises and falls",
    |params| (params.whole(1) - 1).max(1) + params.whole(0) - 1,
    |params| {
        running(Over::series(Volatility {
            before: Before::default(),
            spread: Spread::new(params.whole(1)),
            rises: Wilder::new(params.whole(0)),
            falls: Wilder::new(params.whole(0)),
        }))
    },
);

const TSI: Spec = Spec::endless(
    "tsi",
    Inputs::Close,
    &[
        Param::period("first_period", 25.0, 2.0),
        Param::period("second_period", 13.0, 2.0),
    ],
    "true strength index (Blau): the change, averaged twice, in percent of the absolute change averaged likewise",
    |params| params.whole(0) + params.whole(1) - 1,
    |params| {
        let twice = Twice::new(params.whole(0), params.whole(1));
        running(Over::series(TrueStrength {
            before: Before::default(),
            change: twice,
            size: twice,
        }))
    },
);

const ER: Spec = Spec::window(
    "er",
    Inputs::Close,
    &[Param::period("period", 10.0, 2.0)],
    "efficiency ratio (Kaufman): the change over the period against the way there, 0 to 1",
    |params| params.whole(0),
    |params| {
        running(Over::series(Efficiency {
            past: Ring::new(params.whole(0)),
            before: Before::default(),
            way: Total::new(params.whole(0)),
        }))
    },
);

const VHF: Spec = Spec::window(
    "vhf",
    Inputs::Close,
    &[Param::period("period", 28.0, 2.0)],
    "vertical horizontal filter: the range of the last values against the way through them",
    |params| params.whole(0),
    |params| {
        running(Over::series(Filter {
            highest: Highest::new(params.whole(0)),
            lowest: Lowest::new(params.whole(0)),
            before: Before::default(),
            way: Total::new(params.whole(0)),
        }))
    },
);

const STOCHRSI: Spec = Spec::endless(
    "stochrsi",
    Inputs::Close,
    &[
        Param::period("period", 14.0, 2.0),
        Param::period("fastk_period", 5.0, 1.0),
        Param::period("fastd_period", 3.0, 1.0),
        Param::average("fastd_type", 0.0),
    ],
    "fast stochastic of the relative strength index: its place in its range in percent, and the average of that",
    |params| params.whole(0) + params.whole(1) - 1 + Average::lookback(params, 3, 2),
    |params| {
        running(StrengthPlace {
            strength: Strength::new(params.whole(0)),
            highest: Highest::new(params.whole(1)),
            lowest: Lowest::new(params.whole(1)),
            average: Average::of(params, 3, 2),
        })
    },
)
.of(&["fastk", "fastd"]);

const ULTOSC: Spec = Spec::window(
    "ultosc",
    Inputs::HighLowClose,
    &[
        Param::period("period1", 7.0, 1.0),
        Param::period("period2", 14.0, 1.0),
        Param::period("period3", 28.0, 1.0),
    ],
    "ultimate oscillator (Williams): buying pressure in the true range over three periods, the shortest weighing 4, the longest 1",
    |params| params.whole(0).max(params.whole(1)).max(params.whole(2)),
    |params| running(Ultimate::new(params)),
);

/// `100 × (gains − losses) ÷ (gains + losses)`, each gathered by a line.
#[derive(Clone, Debug)]
struct Balance<L> {
    before: Before,
    gains: L,
    losses: L,
}

impl<L: Line> Balance<L> {
    fn new(gains: L, losses: L) -> Self {
        Self {
            before: Before::default(),
            gains,
            losses,
        }
    }
}

impl<L: Line> Line for Balance<L> {
    fn push(&mut self, value: f64) -> Option<f64> {
        let change = value - self.before.push(value)?;
        let gains = self.gains.push(change.max(0.0));
        let losses = self.losses.push((-change).max(0.0));
        let (gains, losses) = (gains?, losses?);
        Some(100.0 * ratio(gains - losses, gains + losses))
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.before.walk(visit);
        self.gains.walk(visit);
        self.losses.walk(visit);
    }
}

#[derive(Clone, Debug)]
struct Intraday {
    rises: Total,
    falls: Total,
}

impl Kernel for Intraday {
    type Output = f64;
    const INPUTS: Inputs = Inputs::OpenClose;
    fn next(&mut self, bar: &BarInput) -> Option<f64> {
        let change = bar.close - bar.open;
        let rises = self.rises.push(change.max(0.0));
        let falls = self.falls.push((-change).max(0.0));
        let (rises, falls) = (rises?, falls?);
        Some(100.0 * ratio_or(rises, rises + falls, 0.5))
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.rises.walk(visit);
        self.falls.walk(visit);
    }
}

#[derive(Clone, Debug)]
struct Volatility {
    before: Before,
    spread: Spread,
    rises: Wilder,
    falls: Wilder,
}

impl Line for Volatility {
    fn push(&mut self, value: f64) -> Option<f64> {
        let before = self.before.push(value);
        let spread = self.spread.push(value);
        let change = value - before?;
        let deviation = spread?.1.sqrt();
        let of = |moved: bool| if moved { deviation } else { 0.0 };
        let rises = self.rises.push(of(change > 0.0));
        let falls = self.falls.push(of(change < 0.0));
        let (rises, falls) = (rises?, falls?);
        Some(100.0 * ratio_or(rises, rises + falls, 0.5))
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.before.walk(visit);
        self.spread.walk(visit);
        self.rises.walk(visit);
        self.falls.walk(visit);
    }
}

/// An exponential average of an exponential average.
#[derive(Clone, Copy, Debug)]
pub(super) struct Twice {
    first: Exponential,
    second: Exponential,
}

impl Twice {
    pub(super) fn new(first: usize, second: usize) -> Self {
        Self {
            first: Exponential::new(first),
            second: Exponential::new(second),
        }
    }
}

impl Line for Twice {
    fn push(&mut self, value: f64) -> Option<f64> {
        let first = self.first.push(value)?;
        self.second.push(first)
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.first.walk(visit);
        self.second.walk(visit);
    }
}

#[derive(Clone, Debug)]
struct TrueStrength {
    before: Before,
    change: Twice,
    size: Twice,
}

impl Line for TrueStrength {
    fn push(&mut self, value: f64) -> Option<f64> {
        let change = value - self.before.push(value)?;
        let size = self.size.push(change.abs());
        let change = self.change.push(change)?;
        Some(100.0 * ratio(change, size?))
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.before.walk(visit);
        self.change.walk(visit);
        self.size.walk(visit);
    }
}

#[derive(Clone, Debug)]
struct Efficiency {
    past: Ring,
    before: Before,
    way: Total,
}

impl Line for Efficiency {
    fn push(&mut self, value: f64) -> Option<f64> {
        let old = self.past.push(value);
        let step = value - self.before.push(value)?;
        let way = self.way.push(step.abs())?;
        Some(ratio_or((value - old?).abs(), way, 1.0))
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.past.walk(visit);
        self.before.walk(visit);
        self.way.walk(visit);
    }
}

#[derive(Clone, Debug)]
struct Filter {
    highest: Highest,
    lowest: Lowest,
    before: Before,
    way: Total,
}

impl Line for Filter {
    fn push(&mut self, value: f64) -> Option<f64> {
        let highest = self.highest.push(value);
        let lowest = self.lowest.push(value);
        let step = value - self.before.push(value)?;
        let way = self.way.push(step.abs())?;
        Some(ratio(highest? - lowest?, way))
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.highest.walk(visit);
        self.lowest.walk(visit);
        self.before.walk(visit);
        self.way.walk(visit);
    }
}

#[derive(Clone, Debug)]
struct StrengthPlace {
    strength: Strength,
    highest: Highest,
    lowest: Lowest,
    average: Average,
}

impl Kernel for StrengthPlace {
    type Output = [f64; 2];
    fn next(&mut self, bar: &BarInput) -> Option<[f64; 2]> {
        let strength = self.strength.next(bar)?;
        let highest = self.highest.push(strength);
        let (lowest, highest) = (self.lowest.push(strength)?, highest?);
        let range = highest - lowest;
        let place = if is_rounding(range, highest + lowest) {
            0.0
        } else {
            (strength - lowest) / range * 100.0
        };
        Some([place, self.average.push(place)?])
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.strength.walk(visit);
        self.highest.walk(visit);
        self.lowest.walk(visit);
        self.average.walk(visit);
    }
}

/// Buying pressure and true range over three periods, shortest first.
#[derive(Clone, Debug)]
struct Ultimate {
    range: TrueRange,
    before: Before,
    sums: [(Total, Total); 3],
}

impl Ultimate {
    fn new(params: &Params) -> Self {
        let mut periods = [params.whole(0), params.whole(1), params.whole(2)];
        periods.sort_unstable();
        Self {
            range: TrueRange::default(),
            before: Before::default(),
            sums: periods.map(|period| (Total::new(period), Total::new(period))),
        }
    }
}

impl Kernel for Ultimate {
    type Output = f64;
    const INPUTS: Inputs = Inputs::HighLowClose;
    fn next(&mut self, bar: &BarInput) -> Option<f64> {
        let before = self.before.push(bar.close);
        let range = self.range.next(bar)?;
        let pressure = bar.close - bar.low.min(before?);
        let mut shares = [None; 3];
        for (share, (pressures, ranges)) in shares.iter_mut().zip(&mut self.sums) {
            let pressure = pressures.push(pressure);
            *share = ranges
                .push(range)
                .zip(pressure)
                .map(|(range, pressure)| ratio(pressure, range));
        }
        let [first, second, third] = shares;
        Some(100.0 * (4.0 * first? + 2.0 * second? + third?) / 7.0)
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.range.walk(visit);
        self.before.walk(visit);
        for (pressures, ranges) in &mut self.sums {
            pressures.walk(visit);
            ranges.walk(visit);
        }
    }
}
