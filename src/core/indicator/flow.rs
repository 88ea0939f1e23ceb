//! Volume weighed by the price: AD, ADOSC, CMF, EFI, MARKETFI, NVI, PVI, PVT, RVOL, VWMA.

use crate::core::indicator::input::{BarInput, Inputs};
use crate::core::indicator::line::{Before, Each, Line, Over, Total, ratio, ratio_or};
use crate::core::indicator::running::Kernel;
use crate::core::indicator::smooth::Exponential;
use crate::core::indicator::spec::{Param, Params, Spec, running};
use crate::core::indicator::state::{Visit, real};
use crate::core::indicator::sum::Sum;

/// The indicators of this file.
pub(super) static TABLE: &[Spec] = &[AD, ADOSC, CMF, EFI, MARKETFI, NVI, PVI, PVT, RVOL, VWMA];

const AD: Spec = Spec::endless(
    "ad",
    Inputs::HighLowCloseVolume,
    &[],
    "accumulation and distribution (Chaikin): adds volume × ((close − low) − (high − close)) ÷ (high − low)",
    |_| 0,
    |_| running(Accumulation::default()),
);

const ADOSC: Spec = Spec::endless(
    "adosc",
    Inputs::HighLowCloseVolume,
    &[
        Param::period("fast_period", 3.0, 2.0),
        Param::period("slow_period", 10.0, 2.0),
    ],
    "Chaikin oscillator: fast − slow exponential average of ad, both started with its first value",
    |params| params.whole(0).max(params.whole(1)) - 1,
    |params| running(Oscillator::new(params)),
);

const CMF: Spec = Spec::window(
    "cmf",
    Inputs::HighLowCloseVolume,
    &[Param::period("period", 20.0, 2.0)],
    "Chaikin money flow: what ad adds over `period` bars ÷ their volume",
    |params| params.whole(0) - 1,
    |params| {
        running(Shares {
            without: 0.0,
            inputs: Inputs::HighLowCloseVolume,
            of: flow,
            parts: Total::new(params.whole(0)),
            wholes: Total::new(params.whole(0)),
        })
    },
);

const EFI: Spec = Spec::endless(
    "efi",
    Inputs::CloseVolume,
    &[Param::period("period", 13.0, 1.0)],
    "force index (Elder): exponential average of change × volume",
    |params| params.whole(0),
    |params| {
        running(Force {
            before: Before::default(),
            average: Exponential::new(params.whole(0)),
        })
    },
);

const MARKETFI: Spec = Spec::window(
    "marketfi",
    Inputs::HighLowVolume,
    &[],
    "market facilitation index (Williams): (high − low) ÷ volume, 0 without volume",
    |_| 0,
    |_| {
        running(Each {
            inputs: Inputs::HighLowVolume,
            of: |bar| ratio(bar.high - bar.low, bar.volume),
        })
    },
);

const NVI: Spec = Spec::endless(
    "nvi",
    Inputs::CloseVolume,
    &[],
    "negative volume index: from 1000, follows the close on bars of less volume than the one before",
    |_| 0,
    |_| running(ByVolume::new(|volume, before| volume < before)),
);

const PVI: Spec = Spec::endless(
    "pvi",
    Inputs::CloseVolume,
    &[],
    "positive volume index: from 1000, follows the close on bars of more volume than the one before",
    |_| 0,
    |_| running(ByVolume::new(|volume, before| volume > before)),
);

const PVT: Spec = Spec::endless(
    "pvt",
    Inputs::CloseVolume,
    &[],
    "price volume trend: adds volume × relative change of the close",
    |_| 0,
    |_| running(Trend::default()),
);

const RVOL: Spec = Spec::window(
    "rvol",
    Inputs::Volume,
    &[Param::period("period", 20.0, 1.0)],
    "relative volume: volume ÷ mean volume of the `period` bars before; nothing without any",
    |params| params.whole(0),
    |params| {
        running(Over {
            inputs: Inputs::Volume,
            of: |bar| bar.volume,
            line: Relative {
                total: Total::new(params.whole(0)),
                period: real(params.whole(0)),
                mean: 0.0,
                seen: 0,
            },
        })
    },
);

const VWMA: Spec = Spec::window(
    "vwma",
    Inputs::CloseVolume,
    &[Param::period("period", 30.0, 1.0)],
    "volume weighted moving average of the close; nothing without volume",
    |params| params.whole(0) - 1,
    |params| {
        if params.whole(0) == 1 {
            return running(Each {
                inputs: Inputs::CloseVolume,
                of: |bar| bar.close,
            });
        }
        running(Shares {
            without: f64::NAN,
            inputs: Inputs::CloseVolume,
            of: |bar| bar.close * bar.volume,
            parts: Total::new(params.whole(0)),
            wholes: Total::new(params.whole(0)),
        })
    },
);

/// Volume by the close's place in the range: all of it at the high, minus all at the low.
fn flow(bar: &BarInput) -> f64 {
    let range = bar.high - bar.low;
    if range > 0.0 {
        ((bar.close - bar.low) - (bar.high - bar.close)) / range * bar.volume
    } else {
        0.0
    }
}

#[derive(Clone, Default, Debug)]
struct Accumulation(Sum);

impl Kernel for Accumulation {
    type Output = f64;
    const INPUTS: Inputs = Inputs::HighLowCloseVolume;
    fn next(&mut self, bar: &BarInput) -> Option<f64> {
        self.0.add(flow(bar));
        Some(self.0.value())
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.0.walk(visit);
    }
}

#[derive(Clone, Debug)]
struct Oscillator {
    flow: Accumulation,
    fast: f64,
    slow: f64,
    weights: [f64; 2],
    seen: usize,
    lookback: usize,
}

impl Oscillator {
    fn new(params: &Params) -> Self {
        Self {
            flow: Accumulation::default(),
            fast: 0.0,
            slow: 0.0,
            weights: [0, 1].map(|place| 2.0 / (real(params.whole(place)) + 1.0)),
            seen: 0,
            lookback: params.whole(0).max(params.whole(1)) - 1,
        }
    }
}

impl Kernel for Oscillator {
    type Output = f64;
    const INPUTS: Inputs = Inputs::HighLowCloseVolume;
    fn next(&mut self, bar: &BarInput) -> Option<f64> {
        let flow = self.flow.next(bar)?;
        if self.seen == 0 {
            (self.fast, self.slow) = (flow, flow);
        } else {
            let [fast, slow] = self.weights;
            self.fast = fast * flow + (1.0 - fast) * self.fast;
            self.slow = slow * flow + (1.0 - slow) * self.slow;
        }
        if self.seen < self.lookback {
            self.seen += 1;
            return None;
        }
        Some(self.fast - self.slow)
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.flow.walk(visit);
        visit.number(&mut self.fast);
        visit.number(&mut self.slow);
        visit.index(&mut self.seen, self.lookback);
    }
}

/// A sum over the window in its volume.
#[derive(Clone, Debug)]
struct Shares {
    /// What is given without volume.
    without: f64,
    inputs: Inputs,
    of: fn(&BarInput) -> f64,
    parts: Total,
    wholes: Total,
}

impl Kernel for Shares {
    type Output = f64;
    fn inputs(&self) -> Inputs {
        self.inputs
    }
    fn next(&mut self, bar: &BarInput) -> Option<f64> {
        let part = self.parts.push((self.of)(bar));
        let whole = self.wholes.push(bar.volume)?;
        Some(ratio_or(part?, whole, self.without))
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.parts.walk(visit);
        self.wholes.walk(visit);
    }
}

#[derive(Clone, Debug)]
struct Force {
    before: Before,
    average: Exponential,
}

impl Kernel for Force {
    type Output = f64;
    const INPUTS: Inputs = Inputs::CloseVolume;
    fn next(&mut self, bar: &BarInput) -> Option<f64> {
        let change = bar.close - self.before.push(bar.close)?;
        self.average.push(change * bar.volume)
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.before.walk(visit);
        self.average.walk(visit);
    }
}

/// Follows the close on the bars whose volume passes a test against the one before.
#[derive(Clone, Debug)]
struct ByVolume {
    close: Before,
    volume: Before,
    value: f64,
    test: fn(f64, f64) -> bool,
}

impl ByVolume {
    fn new(test: fn(f64, f64) -> bool) -> Self {
        Self {
            close: Before::default(),
            volume: Before::default(),
            value: 1000.0,
            test,
        }
    }
}

impl Kernel for ByVolume {
    type Output = f64;
    const INPUTS: Inputs = Inputs::CloseVolume;
    fn next(&mut self, bar: &BarInput) -> Option<f64> {
        let close = self.close.push(bar.close);
        let volume = self.volume.push(bar.volume);
        if let (Some(close), Some(volume)) = (close, volume)
            && (self.test)(bar.volume, volume)
        {
            // Prices that swing without end would leave the range of floats.
            let value = self.value + self.value * ratio(bar.close - close, close);
            self.value = value.clamp(-1e250, 1e250);
        }
        Some(self.value)
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.close.walk(visit);
        self.volume.walk(visit);
        visit.number(&mut self.value);
    }
}

#[derive(Clone, Default, Debug)]
struct Trend {
    before: Before,
    sum: Sum,
}

impl Kernel for Trend {
    type Output = f64;
    const INPUTS: Inputs = Inputs::CloseVolume;
    fn next(&mut self, bar: &BarInput) -> Option<f64> {
        if let Some(before) = self.before.push(bar.close) {
            self.sum.add(ratio(bar.close - before, before) * bar.volume);
        }
        Some(self.sum.value())
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.before.walk(visit);
        self.sum.walk(visit);
    }
}

/// A value against the mean of those before it.
#[derive(Clone, Debug)]
struct Relative {
    total: Total,
    period: f64,
    mean: f64,
    seen: usize,
}

impl Line for Relative {
    fn push(&mut self, value: f64) -> Option<f64> {
        let mean = self.mean;
        self.mean = self.total.push(value)? / self.period;
        if self.seen == 0 {
            self.seen = 1;
            return None;
        }
        Some(ratio_or(value, mean, f64::NAN))
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.total.walk(visit);
        visit.number(&mut self.mean);
        visit.index(&mut self.seen, 1);
    }
}
