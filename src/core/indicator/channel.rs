//! The range of the last bars and where the price is in it: MIN, MAX, Donchian, WILLR, STOCHF, STOCH,
//! AROON.

use crate::core::indicator::blend::Average;
use crate::core::indicator::extreme::{Extreme, Highest, Lowest};
use crate::core::indicator::input::{BarInput, Inputs};
use crate::core::indicator::line::Line;
use crate::core::indicator::recent;
use crate::core::indicator::running::Kernel;
use crate::core::indicator::spec::{Memory, Param, Params, Spec, padded, running};
use crate::core::indicator::state::{Visit, real};
use crate::core::indicator::sum::is_rounding;

/// The indicators of this file.
pub(super) static TABLE: &[Spec] = &[MAX, MIN, DONCHIAN, WILLR, STOCHF, STOCH, AROON, AROONOSC];

const MAX: Spec = Spec {
    name: "max",
    aliases: &["highest"],
    inputs: Inputs::Close,
    params: &[Param::period("period", 30.0, 1.0)],
    outputs: &["value"],
    doc: "greatest of the last `period` values",
    memory: Memory::Window,
    lookback: |params| params.whole(0) - 1,
    build: |params| running(Highest::new(params.whole(0))),
    quick: Some(|values, params| Some(padded(&[recent::highest(values, params.whole(0))?]))),
};

const MIN: Spec = Spec {
    name: "min",
    aliases: &["lowest"],
    inputs: Inputs::Close,
    params: &[Param::period("period", 30.0, 1.0)],
    outputs: &["value"],
    doc: "least of the last `period` values",
    memory: Memory::Window,
    lookback: |params| params.whole(0) - 1,
    build: |params| running(Lowest::new(params.whole(0))),
    quick: Some(|values, params| Some(padded(&[recent::lowest(values, params.whole(0))?]))),
};

const DONCHIAN: Spec = Spec {
    name: "donchian",
    aliases: &[],
    inputs: Inputs::HighLow,
    params: &[Param::period("period", 20.0, 1.0)],
    outputs: &["upper", "middle", "lower"],
    doc: "Donchian channel: highest high, lowest low and their midpoint over `period` bars, this one included",
    memory: Memory::Window,
    lookback: |params| params.whole(0) - 1,
    build: |params| running(Channel::new(params.whole(0))),
    quick: None,
};

const WILLR: Spec = Spec {
    name: "willr",
    aliases: &["williams_r"],
    inputs: Inputs::HighLowClose,
    params: &[Param::period("period", 14.0, 2.0)],
    outputs: &["value"],
    doc: "Williams %R: distance of the close from the highest high in percent of the range, 0 to −100",
    memory: Memory::Window,
    lookback: |params| params.whole(0) - 1,
    build: |params| running(PercentRange(Channel::new(params.whole(0)))),
    quick: None,
};

const STOCHF: Spec = Spec {
    name: "stochf",
    aliases: &[],
    inputs: Inputs::HighLowClose,
    params: &[
        Param::period("fastk_period", 5.0, 1.0),
        Param::period("fastd_period", 3.0, 1.0),
        Param::average("fastd_type", 0.0),
    ],
    outputs: &["fastk", "fastd"],
    doc: "fast stochastic: the close's place in the range in percent, and its average",
    memory: Memory::ByAverage,
    lookback: |params| params.whole(0) - 1 + Average::lookback(params, 2, 1),
    build: |params| running(FastStochastic::new(params)),
    quick: None,
};

const STOCH: Spec = Spec {
    name: "stoch",
    aliases: &[],
    inputs: Inputs::HighLowClose,
    params: &[
        Param::period("fastk_period", 5.0, 1.0),
        Param::period("slowk_period", 3.0, 1.0),
        Param::period("slowd_period", 3.0, 1.0),
        Param::average("slowk_type", 0.0),
        Param::average("slowd_type", 0.0),
    ],
    outputs: &["slowk", "slowd"],
    doc: "slow stochastic: an average of the close's place in the range, and the average of that",
    memory: Memory::ByAverage,
    lookback: |params| {
        params.whole(0) - 1 + Average::lookback(params, 3, 1) + Average::lookback(params, 4, 2)
    },
    build: |params| running(SlowStochastic::new(params)),
    quick: None,
};

const AROON: Spec = Spec {
    name: "aroon",
    aliases: &[],
    inputs: Inputs::HighLow,
    params: &[Param::period("period", 14.0, 2.0)],
    outputs: &["down", "up"],
    doc: "how recent the lowest low and the highest high of the last `period` + 1 bars are, 100 = this bar",
    memory: Memory::Window,
    lookback: |params| params.whole(0),
    build: |params| running(Aroon::new(params.whole(0))),
    quick: None,
};

const AROONOSC: Spec = Spec::window(
    "aroonosc",
    Inputs::HighLow,
    &[Param::period("period", 14.0, 2.0)],
    "aroon oscillator: aroon's up − down",
    |params| params.whole(0),
    |params| running(AroonDistance(Aroon::new(params.whole(0)))),
);

impl<const GREATEST: bool> Kernel for Extreme<GREATEST> {
    type Output = f64;
    const INPUTS: Inputs = Inputs::Close;
    fn next(&mut self, bar: &BarInput) -> Option<f64> {
        self.push(bar.close)
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        Self::walk(self, visit);
    }
}

/// Highest high and lowest low.
#[derive(Clone, Debug)]
pub(super) struct Channel {
    highs: Highest,
    lows: Lowest,
}

impl Channel {
    pub(super) fn new(period: usize) -> Self {
        Self {
            highs: Highest::new(period),
            lows: Lowest::new(period),
        }
    }

    /// Returns the highest high and the lowest low.
    pub(super) fn push(&mut self, bar: &BarInput) -> Option<(f64, f64)> {
        let high = self.highs.push(bar.high);
        let low = self.lows.push(bar.low);
        Some((high?, low?))
    }

    /// Returns the place of the close in the range in percent, 0 where there is no range.
    pub(super) fn place(&mut self, bar: &BarInput) -> Option<f64> {
        let (high, low) = self.push(bar)?;
        let range = high - low;
        Some(if is_rounding(range, high.abs() + low.abs()) {
            0.0
        } else {
            (bar.close - low) / range * 100.0
        })
    }
}

impl Kernel for Channel {
    type Output = [f64; 3];
    const INPUTS: Inputs = Inputs::HighLow;
    fn next(&mut self, bar: &BarInput) -> Option<[f64; 3]> {
        let (high, low) = self.push(bar)?;
        Some([high, f64::midpoint(high, low), low])
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.highs.walk(visit);
        self.lows.walk(visit);
    }
}

#[derive(Clone, Debug)]
struct PercentRange(Channel);

impl Kernel for PercentRange {
    type Output = f64;
    const INPUTS: Inputs = Inputs::HighLowClose;
    fn next(&mut self, bar: &BarInput) -> Option<f64> {
        let (high, low) = self.0.push(bar)?;
        let range = high - low;
        Some(if is_rounding(range, high.abs() + low.abs()) {
            0.0
        } else {
            ((bar.close - high) / range * 100.0).clamp(-100.0, 0.0)
        })
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.0.walk(visit);
    }
}

#[derive(Clone, Debug)]
struct FastStochastic {
    channel: Channel,
    average: Average,
}

impl FastStochastic {
    fn new(params: &Params) -> Self {
        Self {
            channel: Channel::new(params.whole(0)),
            average: Average::of(params, 2, 1),
        }
    }
}

impl Kernel for FastStochastic {
    type Output = [f64; 2];
    const INPUTS: Inputs = Inputs::HighLowClose;
    fn next(&mut self, bar: &BarInput) -> Option<[f64; 2]> {
        let place = self.channel.place(bar)?;
        Some([place, self.average.push(place)?])
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.channel.walk(visit);
        self.average.walk(visit);
    }
}

#[derive(Clone, Debug)]
struct SlowStochastic {
    channel: Channel,
    slow: Average,
    average: Average,
}

impl SlowStochastic {
    fn new(params: &Params) -> Self {
        Self {
            channel: Channel::new(params.whole(0)),
            slow: Average::of(params, 3, 1),
            average: Average::of(params, 4, 2),
        }
    }
}

impl Kernel for SlowStochastic {
    type Output = [f64; 2];
    const INPUTS: Inputs = Inputs::HighLowClose;
    fn next(&mut self, bar: &BarInput) -> Option<[f64; 2]> {
        let place = self.channel.place(bar)?;
        let slow = self.slow.push(place)?;
        Some([slow, self.average.push(slow)?])
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.channel.walk(visit);
        self.slow.walk(visit);
        self.average.walk(visit);
    }
}

/// `100 × (period − bars since the extreme) ÷ period`; of equal extremes the newest counts.
#[derive(Clone, Debug)]
struct Aroon {
    channel: Channel,
    period: usize,
}

impl Aroon {
    fn new(period: usize) -> Self {
        Self {
            channel: Channel::new(period + 1),
            period,
        }
    }
}

impl Kernel for Aroon {
    type Output = [f64; 2];
    const INPUTS: Inputs = Inputs::HighLow;
    fn next(&mut self, bar: &BarInput) -> Option<[f64; 2]> {
        self.channel.push(bar)?;
        let scale = 100.0 / real(self.period);
        let strength = |age: usize| scale * real(self.period.saturating_sub(age));
        Some([
            strength(self.channel.lows.age()),
            strength(self.channel.highs.age()),
        ])
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.channel.walk(visit);
    }
}

#[derive(Clone, Debug)]
struct AroonDistance(Aroon);

impl Kernel for AroonDistance {
    type Output = f64;
    const INPUTS: Inputs = Inputs::HighLow;
    fn next(&mut self, bar: &BarInput) -> Option<f64> {
        let [down, up] = self.0.next(bar)?;
        Some(up - down)
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.0.walk(visit);
    }
}
