//! Indicators of the typical price, `(high + low + close) ÷ 3`: CCI and MFI.

use crate::core::indicator::input::{BarInput, Inputs};
use crate::core::indicator::ring::{Mean, Ring};
use crate::core::indicator::running::Kernel;
use crate::core::indicator::spec::{Memory, Param, Spec, running};
use crate::core::indicator::state::{Visit, real};
use crate::core::indicator::sum::{Sum, is_rounding};

/// The indicators of this file.
pub(super) static TABLE: &[Spec] = &[CCI, MFI];

const CCI: Spec = Spec {
    name: "cci",
    aliases: &[],
    inputs: Inputs::HighLowClose,
    params: &[Param::period("period", 14.0, 2.0)],
    outputs: &["value"],
    doc: "commodity channel index: distance of the typical price from its mean ÷ (0.015 × mean deviation)",
    memory: Memory::Window,
    lookback: |params| params.whole(0) - 1,
    build: |params| running(Commodity::new(params.whole(0))),
    quick: None,
};

const MFI: Spec = Spec {
    name: "mfi",
    aliases: &[],
    inputs: Inputs::HighLowCloseVolume,
    params: &[Param::period("period", 14.0, 2.0)],
    outputs: &["value"],
    doc: "money flow index: share of the turnover at rising typical prices, in percent; 0 without any",
    memory: Memory::Window,
    lookback: |params| params.whole(0),
    build: |params| running(Flow::new(params.whole(0))),
    quick: None,
};

/// `(high + low + close) ÷ 3`.
pub(super) fn typical(bar: &BarInput) -> f64 {
    (bar.high + bar.low + bar.close) / 3.0
}

/// Costs O(period) a bar: a mean deviation changes with the mean.
#[derive(Clone, Debug)]
struct Commodity {
    mean: Mean,
    period: f64,
}

impl Commodity {
    fn new(period: usize) -> Self {
        Self {
            mean: Mean::new(period),
            period: real(period),
        }
    }
}

impl Kernel for Commodity {
    type Output = f64;
    const INPUTS: Inputs = Inputs::HighLowClose;
    fn next(&mut self, bar: &BarInput) -> Option<f64> {
        let price = typical(bar);
        let mean = self.mean.push(price)?;
        let deviation = self
            .mean
            .iter()
            .map(|price| (price - mean).abs())
            .sum::<f64>();
        let deviation = deviation / self.period;
        let distance = price - mean;
        Some(
            if is_rounding(distance, mean) || is_rounding(deviation, mean) {
                0.0
            } else {
                distance / (0.015 * deviation)
            },
        )
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.mean.walk(visit);
    }
}

/// Sums of typical price × volume of the bars that rose and of those that fell.
#[derive(Clone, Debug)]
struct Flow {
    ups: Ring,
    downs: Ring,
    up: Sum,
    down: Sum,
    before: f64,
    seen: usize,
    idle: usize,
    period: usize,
}

impl Flow {
    fn new(period: usize) -> Self {
        Self {
            ups: Ring::new(period),
            downs: Ring::new(period),
            up: Sum::default(),
            down: Sum::default(),
            before: 0.0,
            seen: 0,
            idle: 0,
            period,
        }
    }
}

impl Kernel for Flow {
    type Output = f64;
    const INPUTS: Inputs = Inputs::HighLowCloseVolume;
    fn next(&mut self, bar: &BarInput) -> Option<f64> {
        let price = typical(bar);
        let before = std::mem::replace(&mut self.before, price);
        if self.seen == 0 {
            self.seen = 1;
            return None;
        }
        let change = price - before;
        let flow = if is_rounding(change, price.abs() + before.abs()) {
            0.0
        } else {
            price * bar.volume
        };
        let (up, down) = if change < 0.0 {
            (0.0, flow)
        } else {
            (flow, 0.0)
        };
        self.up.replace(up, self.ups.push(up).unwrap_or(0.0));
        self.down
            .replace(down, self.downs.push(down).unwrap_or(0.0));
        // A window without any flow is known by counting: the sums may keep a residue.
        self.idle = if flow == 0.0 {
            (self.idle + 1).min(self.period)
        } else {
            0
        };
        if self.idle == self.period {
            (self.up, self.down) = (Sum::default(), Sum::default());
        }
        if !self.ups.is_full() {
            return None;
        }
        let (up, down) = (self.up.value().max(0.0), self.down.value().max(0.0));
        let both = up + down;
        Some(if both > 0.0 { 100.0 * (up / both) } else { 0.0 })
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.ups.walk(visit);
        self.downs.walk(visit);
        self.up.walk(visit);
        self.down.walk(visit);
        visit.number(&mut self.before);
        visit.index(&mut self.seen, 1);
        visit.index(&mut self.idle, self.period);
    }
}
