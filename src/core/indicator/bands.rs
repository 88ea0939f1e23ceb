//! Lines that follow the price at a distance of its average true range: SUPERTREND (Seban) and Keltner
//! channels (Keltner 1960, with the exponential average and the true range of Raschke).

use crate::core::indicator::input::{BarInput, Inputs};
use crate::core::indicator::range::{AverageRange, TrueRange};
use crate::core::indicator::running::Kernel;
use crate::core::indicator::smooth::{Exponential, Wilder};
use crate::core::indicator::spec::{Memory, Param, Params, Spec, running};
use crate::core::indicator::state::Visit;
use crate::core::indicator::typical::typical;

/// The indicators of this file.
pub(super) static TABLE: &[Spec] = &[KELTNER, SUPERTREND];

const SUPERTREND: Spec = Spec {
    name: "supertrend",
    aliases: &[],
    inputs: Inputs::HighLowClose,
    params: &[
        Param::period("period", 10.0, 2.0),
        Param::real("multiplier", 3.0, 0.0, 1e9),
    ],
    outputs: &["value", "trend"],
    doc: "supertrend: a line `multiplier` average true ranges from the middle of the bar that only moves with the trend; trend is 1 (line below) or −1",
    memory: Memory::Endless,
    lookback: |params| params.whole(0),
    build: |params| running(Supertrend::new(params)),
    quick: None,
};

const KELTNER: Spec = Spec {
    name: "keltner",
    aliases: &["kc"],
    inputs: Inputs::HighLowClose,
    params: &[
        Param::period("period", 20.0, 2.0),
        Param::period("atr_period", 10.0, 1.0),
        Param::factor("multiplier", 2.0),
    ],
    outputs: &["upper", "middle", "lower"],
    doc: "Keltner channel: exponential average of the typical price, ± `multiplier` average true ranges",
    memory: Memory::Endless,
    lookback: keltner_lookback,
    build: |params| running(Keltner::new(params)),
    quick: None,
};

/// The line stays below the closes or above them until a close passes it. The first trend is up.
#[derive(Clone, Debug)]
struct Supertrend {
    range: AverageRange,
    multiplier: f64,
    /// 0 before the first value.
    seen: usize,
    /// 1 while the trend is up.
    up: usize,
    upper: f64,
    lower: f64,
    close: f64,
}

impl Supertrend {
    fn new(params: &Params) -> Self {
        Self {
            range: AverageRange::new(params.whole(0)),
            multiplier: params.real(1),
            seen: 0,
            up: 1,
            upper: 0.0,
            lower: 0.0,
            close: 0.0,
        }
    }
}

impl Kernel for Supertrend {
    type Output = [f64; 2];
    const INPUTS: Inputs = Inputs::HighLowClose;
    fn next(&mut self, bar: &BarInput) -> Option<[f64; 2]> {
        let before = std::mem::replace(&mut self.close, bar.close);
        let distance = self.multiplier * self.range.next(bar)?;
        let middle = f64::midpoint(bar.high, bar.low);
        let (upper, lower) = (middle + distance, middle - distance);
        let is_first = self.seen == 0;
        self.seen = 1;
        if is_first || upper < self.upper || before > self.upper {
            self.upper = upper;
        }
        if is_first || lower > self.lower || before < self.lower {
            self.lower = lower;
        }
        // The first value is of an up trend whatever the close.
        if is_first {
            self.up = 1;
        } else if self.up == 1 && bar.close < self.lower {
            self.up = 0;
        } else if self.up == 0 && bar.close > self.upper {
            self.up = 1;
        }
        Some(if self.up == 1 {
            [self.lower, 1.0]
        } else {
            [self.upper, -1.0]
        })
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.range.walk(visit);
        visit.index(&mut self.seen, 1);
        visit.index(&mut self.up, 1);
        visit.number(&mut self.upper);
        visit.number(&mut self.lower);
        visit.number(&mut self.close);
    }
}

fn keltner_lookback(params: &Params) -> usize {
    (params.whole(0) - 1).max(params.whole(1))
}

/// Both averages give their first value at the same bar, so the shorter one starts later, as in TA-Lib.
#[derive(Clone, Debug)]
struct Keltner {
    middle: Exponential,
    range: TrueRange,
    average: Wilder,
    multiplier: f64,
    seen: usize,
    middle_from: usize,
    range_from: usize,
}

impl Keltner {
    fn new(params: &Params) -> Self {
        let lookback = keltner_lookback(params);
        Self {
            middle: Exponential::new(params.whole(0)),
            range: TrueRange::default(),
            average: Wilder::new(params.whole(1)),
            multiplier: params.real(2),
            seen: 0,
            middle_from: lookback + 1 - params.whole(0),
            range_from: lookback + 1 - params.whole(1),
        }
    }
}

impl Kernel for Keltner {
    type Output = [f64; 3];
    const INPUTS: Inputs = Inputs::HighLowClose;
    fn next(&mut self, bar: &BarInput) -> Option<[f64; 3]> {
        let range = self.range.next(bar);
        let middle = if self.seen < self.middle_from {
            None
        } else {
            self.middle.push(typical(bar))
        };
        let average = if self.seen < self.range_from {
            None
        } else {
            range.and_then(|range| self.average.push(range))
        };
        if self.seen < self.middle_from.max(self.range_from) {
            self.seen += 1;
        }
        let (middle, distance) = (middle?, self.multiplier * average?);
        Some([middle + distance, middle, middle - distance])
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.middle.walk(visit);
        self.range.walk(visit);
        self.average.walk(visit);
        let most = self.middle_from.max(self.range_from);
        visit.index(&mut self.seen, most);
    }
}
