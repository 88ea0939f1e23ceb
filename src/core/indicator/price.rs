//! Prices put together from those of a bar, and their averages and middles: AVGPRICE, MEDPRICE,
//! TYPPRICE, WCLPRICE, BOP, ADR, ACCBANDS, MIDPOINT, MIDPRICE, WAD.

use crate::core::indicator::channel::Channel;
use crate::core::indicator::extreme::{Highest, Lowest};
use crate::core::indicator::input::{BarInput, Inputs};
use crate::core::indicator::line::{Before, Each, Line, Over};
use crate::core::indicator::ring::Mean;
use crate::core::indicator::running::Kernel;
use crate::core::indicator::spec::{Param, Spec, running};
use crate::core::indicator::state::Visit;
use crate::core::indicator::sum::Sum;

/// The indicators of this file.
pub(super) static TABLE: &[Spec] = &[
    AVGPRICE, MEDPRICE, TYPPRICE, WCLPRICE, BOP, ADR, ACCBANDS, MIDPOINT, MIDPRICE, WAD,
];

const AVGPRICE: Spec = Spec::window(
    "avgprice",
    Inputs::Prices,
    &[],
    "average price: (open + high + low + close) ÷ 4",
    |_| 0,
    |_| {
        running(Each {
            inputs: Inputs::Prices,
            of: |bar| (bar.high + bar.low + bar.close + bar.open) / 4.0,
        })
    },
);

const MEDPRICE: Spec = Spec::window(
    "medprice",
    Inputs::HighLow,
    &[],
    "median price: (high + low) ÷ 2",
    |_| 0,
    |_| {
        running(Each {
            inputs: Inputs::HighLow,
            of: |bar| f64::midpoint(bar.high, bar.low),
        })
    },
);

const TYPPRICE: Spec = Spec::window(
    "typprice",
    Inputs::HighLowClose,
    &[],
    "typical price: (high + low + close) ÷ 3",
    |_| 0,
    |_| {
        running(Each {
            inputs: Inputs::HighLowClose,
            of: |bar| (bar.high + bar.low + bar.close) / 3.0,
        })
    },
);

const WCLPRICE: Spec = Spec::window(
    "wclprice",
    Inputs::HighLowClose,
    &[],
    "weighted close price: (high + low + 2 × close) ÷ 4",
    |_| 0,
    |_| {
        running(Each {
            inputs: Inputs::HighLowClose,
            of: |bar| (bar.high + bar.low + bar.close * 2.0) / 4.0,
        })
    },
);

const BOP: Spec = Spec::window(
    "bop",
    Inputs::Prices,
    &[],
    "balance of power: (close − open) ÷ (high − low), 0 without a range",
    |_| 0,
    |_| {
        running(Each {
            inputs: Inputs::Prices,
            of: |bar| {
                let range = bar.high - bar.low;
                // TA-Lib's least range that counts.
                if range < 1e-14 {
                    0.0
                } else {
                    (bar.close - bar.open) / range
                }
            },
        })
    },
);

const ADR: Spec = Spec::window(
    "adr",
    Inputs::HighLow,
    &[Param::period("period", 14.0, 1.0)],
    "average day range: simple average of high − low",
    |params| params.whole(0) - 1,
    |params| {
        running(Over {
            inputs: Inputs::HighLow,
            of: |bar| bar.high - bar.low,
            line: Mean::new(params.whole(0)),
        })
    },
);

const ACCBANDS: Spec = Spec::window(
    "accbands",
    Inputs::HighLowClose,
    &[Param::period("period", 20.0, 2.0)],
    "acceleration bands (Headley): averages of high × (1 + w), close, low × (1 − w); w = 4 × (high − low) ÷ (high + low)",
    |params| params.whole(0) - 1,
    |params| {
        let mean = Mean::new(params.whole(0));
        running(Acceleration([mean.clone(), mean.clone(), mean]))
    },
)
.of(&["upper", "middle", "lower"]);

const MIDPOINT: Spec = Spec::window(
    "midpoint",
    Inputs::Close,
    &[Param::period("period", 14.0, 2.0)],
    "middle of the highest and the lowest of the last `period` values",
    |params| params.whole(0) - 1,
    |params| {
        running(Over::series(Middle {
            highest: Highest::new(params.whole(0)),
            lowest: Lowest::new(params.whole(0)),
        }))
    },
);

const MIDPRICE: Spec = Spec::window(
    "midprice",
    Inputs::HighLow,
    &[Param::period("period", 14.0, 2.0)],
    "middle of the highest high and the lowest low of the last `period` bars",
    |params| params.whole(0) - 1,
    |params| running(MiddlePrice(Channel::new(params.whole(0)))),
);

const WAD: Spec = Spec::endless(
    "wad",
    Inputs::HighLowClose,
    &[],
    "Williams accumulation and distribution: adds close − true low at rises, close − true high at falls",
    |_| 0,
    |_| running(Accumulation::default()),
);

#[derive(Clone, Debug)]
struct Acceleration([Mean; 3]);

impl Kernel for Acceleration {
    type Output = [f64; 3];
    const INPUTS: Inputs = Inputs::HighLowClose;
    fn next(&mut self, bar: &BarInput) -> Option<[f64; 3]> {
        let both = bar.high + bar.low;
        let width = if both == 0.0 {
            0.0
        } else {
            4.0 * (bar.high - bar.low) / both
        };
        let upper = self.0[0].push(bar.high * (1.0 + width));
        let middle = self.0[1].push(bar.close);
        let lower = self.0[2].push(bar.low * (1.0 - width));
        Some([upper?, middle?, lower?])
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.0.iter_mut().for_each(|mean| mean.walk(visit));
    }
}

#[derive(Clone, Debug)]
struct Middle {
    highest: Highest,
    lowest: Lowest,
}

impl Line for Middle {
    fn push(&mut self, value: f64) -> Option<f64> {
        let highest = self.highest.push(value);
        let lowest = self.lowest.push(value)?;
        Some(f64::midpoint(highest?, lowest))
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.highest.walk(visit);
        self.lowest.walk(visit);
    }
}

#[derive(Clone, Debug)]
struct MiddlePrice(Channel);

impl Kernel for MiddlePrice {
    type Output = f64;
    const INPUTS: Inputs = Inputs::HighLow;
    fn next(&mut self, bar: &BarInput) -> Option<f64> {
        let (high, low) = self.0.push(bar)?;
        Some(f64::midpoint(high, low))
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.0.walk(visit);
    }
}

#[derive(Clone, Default, Debug)]
struct Accumulation {
    before: Before,
    sum: Sum,
}

impl Kernel for Accumulation {
    type Output = f64;
    const INPUTS: Inputs = Inputs::HighLowClose;
    fn next(&mut self, bar: &BarInput) -> Option<f64> {
        if let Some(before) = self.before.push(bar.close) {
            if bar.close > before {
                self.sum.replace(bar.close, bar.low.min(before));
            } else if bar.close < before {
                self.sum.replace(bar.close, bar.high.max(before));
            }
        }
        Some(self.sum.value())
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.before.walk(visit);
        self.sum.walk(visit);
    }
}
