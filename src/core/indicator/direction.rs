//! Directional movement (Wilder 1978): `PLUS_DI`, `MINUS_DI`, DX, ADX.

use crate::core::indicator::input::{BarInput, Inputs};
use crate::core::indicator::range::TrueRange;
use crate::core::indicator::running::Kernel;
use crate::core::indicator::smooth::{Wilder, WilderSum};
use crate::core::indicator::spec::{Memory, Param, Spec, running};
use crate::core::indicator::state::Visit;

/// The indicators of this file.
pub(super) static TABLE: &[Spec] = &[PLUS_DI, MINUS_DI, DX, ADX];

const PLUS_DI: Spec = Spec {
    name: "plus_di",
    aliases: &[],
    inputs: Inputs::HighLowClose,
    params: &[Param::period("period", 14.0, 1.0)],
    outputs: &["value"],
    doc: "directional indicator up: share of upward movement in the true range, in percent",
    memory: Memory::Endless,
    lookback: |params| params.whole(0),
    build: |params| running(Indicated::<true>::new(params.whole(0))),
    quick: None,
};

const MINUS_DI: Spec = Spec {
    name: "minus_di",
    aliases: &[],
    inputs: Inputs::HighLowClose,
    params: &[Param::period("period", 14.0, 1.0)],
    outputs: &["value"],
    doc: "directional indicator down: share of downward movement in the true range, in percent",
    memory: Memory::Endless,
    lookback: |params| params.whole(0),
    build: |params| running(Indicated::<false>::new(params.whole(0))),
    quick: None,
};

const DX: Spec = Spec {
    name: "dx",
    aliases: &[],
    inputs: Inputs::HighLowClose,
    params: &[Param::period("period", 14.0, 2.0)],
    outputs: &["value"],
    doc: "directional movement index: 100 × |plus_di − minus_di| ÷ (plus_di + minus_di)",
    memory: Memory::Endless,
    lookback: |params| params.whole(0),
    build: |params| running(Index::new(params.whole(0))),
    quick: None,
};

const ADX: Spec = Spec {
    name: "adx",
    aliases: &[],
    inputs: Inputs::HighLowClose,
    params: &[Param::period("period", 14.0, 2.0)],
    outputs: &["value"],
    doc: "average directional movement index: Wilder's average of dx",
    memory: Memory::Endless,
    lookback: |params| 2 * params.whole(0) - 1,
    build: |params| running(AverageIndex::new(params.whole(0))),
    quick: None,
};

/// Wilder's sums of upward movement, downward movement and true range.
#[derive(Clone, Debug)]
struct Movement {
    range: TrueRange,
    high: f64,
    low: f64,
    plus: WilderSum,
    minus: WilderSum,
    ranges: WilderSum,
}

impl Movement {
    fn new(period: usize) -> Self {
        Self {
            range: TrueRange::default(),
            high: 0.0,
            low: 0.0,
            plus: WilderSum::new(period),
            minus: WilderSum::new(period),
            ranges: WilderSum::new(period),
        }
    }

    /// Takes a bar in; returns the sums (plus, minus, range) from bar `period + 1` on. Only the larger
    /// of the two ways in which a bar leaves the range of the one before counts, and neither when they
    /// are equal.
    fn push(&mut self, bar: &BarInput) -> Option<(f64, f64, f64)> {
        let up = bar.high - std::mem::replace(&mut self.high, bar.high);
        let down = std::mem::replace(&mut self.low, bar.low) - bar.low;
        let range = self.range.next(bar)?;
        let plus = self.plus.push(if up > down { up.max(0.0) } else { 0.0 });
        let minus = self.minus.push(if down > up { down.max(0.0) } else { 0.0 });
        let ranges = self.ranges.push(range);
        Some((plus?, minus?, ranges?))
    }

    fn walk(&mut self, visit: &mut dyn Visit) {
        self.range.walk(visit);
        visit.number(&mut self.high);
        visit.number(&mut self.low);
        self.plus.walk(visit);
        self.minus.walk(visit);
        self.ranges.walk(visit);
    }
}

/// One side's share of the true range; 0 where there is no range.
#[derive(Clone, Debug)]
struct Indicated<const UP: bool> {
    movement: Movement,
    scale: f64,
}

impl<const UP: bool> Indicated<UP> {
    fn new(period: usize) -> Self {
        Self {
            movement: Movement::new(period),
            // TA-Lib gives the share itself, not the percentage, for a period of 1.
            scale: if period == 1 { 1.0 } else { 100.0 },
        }
    }
}

impl<const UP: bool> Kernel for Indicated<UP> {
    type Output = f64;
    const INPUTS: Inputs = Inputs::HighLowClose;
    fn next(&mut self, bar: &BarInput) -> Option<f64> {
        let (plus, minus, range) = self.movement.push(bar)?;
        let moved = if UP { plus } else { minus };
        Some(if range == 0.0 {
            0.0
        } else {
            self.scale * (moved / range)
        })
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.movement.walk(visit);
    }
}

/// Returns the movement index, nothing when there is no range or no movement.
fn index((plus, minus, range): (f64, f64, f64)) -> Option<f64> {
    let (plus, minus) = (100.0 * (plus / range), 100.0 * (minus / range));
    let both = plus + minus;
    (range != 0.0 && both != 0.0).then(|| 100.0 * ((minus - plus).abs() / both))
}

/// The movement index; where there is none the one before stands.
#[derive(Clone, Debug)]
struct Index {
    movement: Movement,
    value: f64,
}

impl Index {
    fn new(period: usize) -> Self {
        Self {
            movement: Movement::new(period),
            value: 0.0,
        }
    }
}

impl Kernel for Index {
    type Output = f64;
    const INPUTS: Inputs = Inputs::HighLowClose;
    fn next(&mut self, bar: &BarInput) -> Option<f64> {
        self.value = index(self.movement.push(bar)?).unwrap_or(self.value);
        Some(self.value)
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.movement.walk(visit);
        visit.number(&mut self.value);
    }
}

/// The mean of the first `period` indices, then Wilder's average. A bar without an index counts as 0
/// among the first and is left out later.
#[derive(Clone, Debug)]
struct AverageIndex {
    movement: Movement,
    average: Wilder,
    value: f64,
    seen: usize,
    period: usize,
}

impl AverageIndex {
    fn new(period: usize) -> Self {
        Self {
            movement: Movement::new(period),
            average: Wilder::new(period),
            value: 0.0,
            seen: 0,
            period,
        }
    }
}

impl Kernel for AverageIndex {
    type Output = f64;
    const INPUTS: Inputs = Inputs::HighLowClose;
    fn next(&mut self, bar: &BarInput) -> Option<f64> {
        let index = index(self.movement.push(bar)?);
        if self.seen < self.period {
            self.seen += 1;
            self.value = self.average.push(index.unwrap_or(0.0))?;
        } else if let Some(index) = index {
            self.value = self.average.push(index)?;
        }
        Some(self.value)
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.movement.walk(visit);
        self.average.walk(visit);
        visit.number(&mut self.value);
        visit.index(&mut self.seen, self.period);
    }
}
