//! Swings, and the price's place in the range of them: FRACTAL, KDJ, SMI, CVI, MASSI.

use crate::core::indicator::blend::Average;
use crate::core::indicator::channel::Channel;
use crate::core::indicator::input::{BarInput, Inputs};
use crate::core::indicator::line::{Line, Over, Total, ratio, ratio_or};
use crate::core::indicator::ring::Ring;
use crate::core::indicator::running::Kernel;
use crate::core::indicator::smooth::Exponential;
use crate::core::indicator::spec::{Param, Params, Spec, running};
use crate::core::indicator::state::Visit;
use crate::core::indicator::strength::Twice;

/// The indicators of this file.
pub(super) static TABLE: &[Spec] = &[FRACTAL, KDJ, SMI, CVI, MASSI];

const FRACTAL: Spec = Spec::window(
    "fractal",
    Inputs::HighLow,
    &[
        Param::period("left_bars", 2.0, 1.0),
        Param::period("right_bars", 2.0, 1.0),
    ],
    "100 where the bar `right_bars` before proves to be a swing, its high above (swinghigh) or its low below (swinglow) those of all bars around it, else 0",
    |params| params.whole(0) + params.whole(1),
    |params| running(Fractal::new(params)),
)
.of(&["swinghigh", "swinglow"]);

const KDJ: Spec = Spec::averaged(
    "kdj",
    Inputs::HighLowClose,
    &[
        Param::period("fastk_period", 9.0, 1.0),
        Param::period("slowk_period", 3.0, 1.0),
        Param::period("slowd_period", 3.0, 1.0),
        Param::average("slowk_type", 13.0),
        Param::average("slowd_type", 13.0),
    ],
    "stochastic averaged twice (k, d), and j = 3 × k − 2 × d",
    |params| {
        params.whole(0) - 1 + Average::lookback(params, 3, 1) + Average::lookback(params, 4, 2)
    },
    |params| {
        running(Kdj {
            channel: Channel::new(params.whole(0)),
            slow: Average::of(params, 3, 1),
            average: Average::of(params, 4, 2),
        })
    },
)
.of(&["k", "d", "j"]);

const SMI: Spec = Spec::endless(
    "smi",
    Inputs::HighLowClose,
    &[
        Param::period("period", 13.0, 2.0),
        Param::period("fast_period", 2.0, 2.0),
        Param::period("slow_period", 25.0, 2.0),
        Param::period("signal_period", 9.0, 2.0),
    ],
    "stochastic momentum index (Blau): distance from the middle of the range in percent of half of it, both averaged twice, and its average (signal)",
    |params| (0..4).map(|place| params.whole(place) - 1).sum(),
    |params| {
        let twice = Twice::new(params.whole(2), params.whole(1));
        running(Momentum {
            channel: Channel::new(params.whole(0)),
            distance: twice,
            range: twice,
            signal: Exponential::new(params.whole(3)),
        })
    },
)
.of(&["smi", "signal"]);

const CVI: Spec = Spec::endless(
    "cvi",
    Inputs::HighLow,
    &[
        Param::period("period", 10.0, 2.0),
        Param::period("roc_period", 10.0, 1.0),
    ],
    "Chaikin volatility: change in percent, over roc_period bars, of the exponential average of high − low",
    |params| params.whole(0) - 1 + params.whole(1),
    |params| {
        running(Over {
            inputs: Inputs::HighLow,
            of: |bar| bar.high - bar.low,
            line: Volatility {
                average: Exponential::new(params.whole(0)),
                past: Ring::new(params.whole(1)),
            },
        })
    },
);

const MASSI: Spec = Spec::endless(
    "massi",
    Inputs::HighLow,
    &[
        Param::period("fast_period", 9.0, 2.0),
        Param::period("slow_period", 25.0, 2.0),
    ],
    "mass index (Dorsey): sum over slow_period bars of the averaged range ÷ its own average",
    |params| 2 * (params.whole(0) - 1) + params.whole(1) - 1,
    |params| {
        running(Over {
            inputs: Inputs::HighLow,
            of: |bar| bar.high - bar.low,
            line: Mass {
                first: Exponential::new(params.whole(0)),
                second: Exponential::new(params.whole(0)),
                total: Total::new(params.whole(1)),
            },
        })
    },
);

/// Costs O(bars around) a bar.
#[derive(Clone, Debug)]
struct Fractal {
    highs: Ring,
    lows: Ring,
    left: usize,
}

impl Fractal {
    fn new(params: &Params) -> Self {
        let count = params.whole(0) + params.whole(1) + 1;
        Self {
            highs: Ring::new(count),
            lows: Ring::new(count),
            left: params.whole(0),
        }
    }
}

/// 100 if the value at a place is beyond all others of a window, else 0.
fn swing(window: &Ring, place: usize, is_beyond: fn(f64, f64) -> bool) -> f64 {
    let Some(middle) = window.iter().nth(place) else {
        return 0.0;
    };
    let stands_out = window
        .iter()
        .enumerate()
        .all(|(at, value)| at == place || is_beyond(middle, value));
    if stands_out { 100.0 } else { 0.0 }
}

impl Kernel for Fractal {
    type Output = [f64; 2];
    const INPUTS: Inputs = Inputs::HighLow;
    fn next(&mut self, bar: &BarInput) -> Option<[f64; 2]> {
        self.highs.push(bar.high);
        self.lows.push(bar.low);
        self.highs.is_full().then(|| {
            [
                swing(&self.highs, self.left, |middle, other| middle > other),
                swing(&self.lows, self.left, |middle, other| middle < other),
            ]
        })
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.highs.walk(visit);
        self.lows.walk(visit);
    }
}

#[derive(Clone, Debug)]
struct Kdj {
    channel: Channel,
    slow: Average,
    average: Average,
}

impl Kernel for Kdj {
    type Output = [f64; 3];
    const INPUTS: Inputs = Inputs::HighLowClose;
    fn next(&mut self, bar: &BarInput) -> Option<[f64; 3]> {
        let place = self.channel.place(bar)?;
        let k = self.slow.push(place)?;
        let d = self.average.push(k)?;
        Some([k, d, 3.0 * k - 2.0 * d])
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.channel.walk(visit);
        self.slow.walk(visit);
        self.average.walk(visit);
    }
}

#[derive(Clone, Debug)]
struct Momentum {
    channel: Channel,
    distance: Twice,
    range: Twice,
    signal: Exponential,
}

impl Kernel for Momentum {
    type Output = [f64; 2];
    const INPUTS: Inputs = Inputs::HighLowClose;
    fn next(&mut self, bar: &BarInput) -> Option<[f64; 2]> {
        let (high, low) = self.channel.push(bar)?;
        let distance = self.distance.push(bar.close - f64::midpoint(high, low));
        let range = self.range.push(high - low)?;
        let momentum = 100.0 * ratio(distance?, range / 2.0);
        Some([momentum, self.signal.push(momentum)?])
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.channel.walk(visit);
        self.distance.walk(visit);
        self.range.walk(visit);
        self.signal.walk(visit);
    }
}

#[derive(Clone, Debug)]
struct Volatility {
    average: Exponential,
    past: Ring,
}

impl Line for Volatility {
    fn push(&mut self, value: f64) -> Option<f64> {
        let average = self.average.push(value)?;
        let before = self.past.push(average)?;
        Some(100.0 * ratio(average - before, before))
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.average.walk(visit);
        self.past.walk(visit);
    }
}

#[derive(Clone, Debug)]
struct Mass {
    first: Exponential,
    second: Exponential,
    total: Total,
}

impl Line for Mass {
    fn push(&mut self, value: f64) -> Option<f64> {
        let first = self.first.push(value)?;
        let second = self.second.push(first)?;
        self.total.push(ratio_or(first, second, 1.0))
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.first.walk(visit);
        self.second.walk(visit);
        self.total.walk(visit);
    }
}
