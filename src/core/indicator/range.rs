//! The range of a bar with its gap: TRANGE, ATR, NATR (Wilder 1978).

use crate::core::indicator::input::{BarInput, Inputs};
use crate::core::indicator::running::Kernel;
use crate::core::indicator::smooth::Wilder;
use crate::core::indicator::spec::{Memory, Param, Spec, running};
use crate::core::indicator::state::Visit;

/// The indicators of this file.
pub(super) static TABLE: &[Spec] = &[TRANGE, ATR, NATR];

const TRANGE: Spec = Spec {
    name: "trange",
    aliases: &["true_range"],
    inputs: Inputs::HighLowClose,
    params: &[],
    outputs: &["value"],
    doc: "true range: the bar's range, or its distance from the close before if that is more",
    memory: Memory::Window,
    lookback: |_| 1,
    build: |_| running(TrueRange::default()),
    quick: None,
};

const ATR: Spec = Spec {
    name: "atr",
    aliases: &[],
    inputs: Inputs::HighLowClose,
    params: &[Param::period("period", 14.0, 1.0)],
    outputs: &["value"],
    doc: "average true range: Wilder's average of the true range",
    memory: Memory::Endless,
    lookback: |params| params.whole(0),
    build: |params| running(AverageRange::new(params.whole(0))),
    quick: None,
};

const NATR: Spec = Spec {
    name: "natr",
    aliases: &[],
    inputs: Inputs::HighLowClose,
    params: &[Param::period("period", 14.0, 1.0)],
    outputs: &["value"],
    doc: "average true range in percent of the close",
    memory: Memory::Endless,
    lookback: |params| params.whole(0),
    build: |params| running(NormalizedRange::new(params.whole(0))),
    quick: None,
};

/// The greatest of high − low, |high − close before| and |low − close before|.
#[derive(Clone, Debug, Default)]
pub(super) struct TrueRange {
    close: f64,
    seen: usize,
}

impl Kernel for TrueRange {
    type Output = f64;
    const INPUTS: Inputs = Inputs::HighLowClose;
    #[inline]
    fn next(&mut self, bar: &BarInput) -> Option<f64> {
        let close = std::mem::replace(&mut self.close, bar.close);
        if self.seen == 0 {
            self.seen = 1;
            return None;
        }
        let range = bar.high - bar.low;
        Some(
            range
                .max((bar.high - close).abs())
                .max((bar.low - close).abs()),
        )
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        visit.number(&mut self.close);
        visit.index(&mut self.seen, 1);
    }
}

/// Wilder's average of the true range.
#[derive(Clone, Debug)]
pub(super) struct AverageRange {
    range: TrueRange,
    average: Wilder,
}

impl AverageRange {
    pub(super) fn new(period: usize) -> Self {
        Self {
            range: TrueRange::default(),
            average: Wilder::new(period),
        }
    }
}

impl Kernel for AverageRange {
    type Output = f64;
    const INPUTS: Inputs = Inputs::HighLowClose;
    fn next(&mut self, bar: &BarInput) -> Option<f64> {
        let range = self.range.next(bar)?;
        self.average.push(range)
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.range.walk(visit);
        self.average.walk(visit);
    }
}

#[derive(Clone, Debug)]
struct NormalizedRange {
    average: AverageRange,
    is_plain: bool,
}

impl NormalizedRange {
    fn new(period: usize) -> Self {
        Self {
            average: AverageRange::new(period),
            // TA-Lib gives the true range itself, not the percentage, for a period of 1.
            is_plain: period == 1,
        }
    }
}

impl Kernel for NormalizedRange {
    type Output = f64;
    const INPUTS: Inputs = Inputs::HighLowClose;
    fn next(&mut self, bar: &BarInput) -> Option<f64> {
        let range = self.average.next(bar)?;
        Some(if self.is_plain {
            range
        } else if bar.close == 0.0 {
            0.0
        } else {
            range / bar.close * 100.0
        })
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.average.walk(visit);
    }
}
