//! Directional movement (Wilder 1978): `PLUS_DI`, `MINUS_DI`, DX, ADX.

use crate::core::indicator::input::{BarInput, Inputs};
use crate::core::indicator::line::{Before, Line, Total, ratio};
use crate::core::indicator::range::TrueRange;
use crate::core::indicator::ring::Ring;
use crate::core::indicator::running::Kernel;
use crate::core::indicator::smooth::{Wilder, WilderSum};
use crate::core::indicator::spec::{Memory, Param, Spec, running};
use crate::core::indicator::state::{Visit, real};

/// The indicators of this file.
pub(super) static TABLE: &[Spec] = &[PLUS_DI, MINUS_DI, DX, ADX, ADXR, PLUS_DM, MINUS_DM, VORTEX];

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

const ADXR: Spec = Spec::endless(
    "adxr",
    Inputs::HighLowClose,
    &[Param::period("period", 14.0, 2.0)],
    "average directional movement rating: mean of adx and of adx `period` − 1 bars before",
    |params| 3 * params.whole(0) - 2,
    |params| {
        running(Rating {
            index: AverageIndex::new(params.whole(0)),
            past: Ring::new(params.whole(0) - 1),
        })
    },
);

const PLUS_DM: Spec = Spec::endless(
    "plus_dm",
    Inputs::HighLow,
    &[Param::period("period", 14.0, 1.0)],
    "upward directional movement: Wilder's running sum",
    |params| (params.whole(0) - 1).max(1),
    |params| running(Moved::<true>::new(params.whole(0))),
);

const MINUS_DM: Spec = Spec::endless(
    "minus_dm",
    Inputs::HighLow,
    &[Param::period("period", 14.0, 1.0)],
    "downward directional movement: Wilder's running sum",
    |params| (params.whole(0) - 1).max(1),
    |params| running(Moved::<false>::new(params.whole(0))),
);

const VORTEX: Spec = Spec::window(
    "vortex",
    Inputs::HighLowClose,
    &[Param::period("period", 14.0, 1.0)],
    "vortex indicator: movement from low before to high (plusvi) and from high before to low (minusvi) in the true range",
    |params| params.whole(0),
    |params| running(Vortex::new(params.whole(0))),
)
.of(&["plusvi", "minusvi"]);

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

#[derive(Clone, Debug)]
struct Rating {
    index: AverageIndex,
    past: Ring,
}

impl Kernel for Rating {
    type Output = f64;
    const INPUTS: Inputs = Inputs::HighLowClose;
    fn next(&mut self, bar: &BarInput) -> Option<f64> {
        let index = self.index.next(bar)?;
        Some(f64::midpoint(index, self.past.push(index)?))
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.index.walk(visit);
        self.past.walk(visit);
    }
}

/// The sum of the first `period − 1` movements, then Wilder's running sum.
#[derive(Clone, Debug)]
struct Moved<const UP: bool> {
    high: Before,
    low: Before,
    sum: f64,
    seen: usize,
    period: usize,
}

impl<const UP: bool> Moved<UP> {
    fn new(period: usize) -> Self {
        Self {
            high: Before::default(),
            low: Before::default(),
            sum: 0.0,
            seen: 0,
            period,
        }
    }
}

impl<const UP: bool> Kernel for Moved<UP> {
    type Output = f64;
    const INPUTS: Inputs = Inputs::HighLow;
    fn next(&mut self, bar: &BarInput) -> Option<f64> {
        let high = self.high.push(bar.high);
        let up = bar.high - high.unwrap_or(bar.high);
        let low = self.low.push(bar.low)?;
        let down = low - bar.low;
        let (ours, other) = if UP { (up, down) } else { (down, up) };
        let moved = if ours > other { ours.max(0.0) } else { 0.0 };
        if self.period == 1 {
            return Some(moved);
        }
        let first = self.period - 1;
        if self.seen < first {
            self.seen += 1;
            self.sum += moved;
            return (self.seen == first).then_some(self.sum);
        }
        self.sum = self.sum - self.sum / real(self.period) + moved;
        Some(self.sum)
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.high.walk(visit);
        self.low.walk(visit);
        visit.number(&mut self.sum);
        visit.index(&mut self.seen, self.period);
    }
}

#[derive(Clone, Debug)]
struct Vortex {
    range: TrueRange,
    high: Before,
    low: Before,
    plus: Total,
    minus: Total,
    ranges: Total,
}

impl Vortex {
    fn new(period: usize) -> Self {
        Self {
            range: TrueRange::default(),
            high: Before::default(),
            low: Before::default(),
            plus: Total::new(period),
            minus: Total::new(period),
            ranges: Total::new(period),
        }
    }
}

impl Kernel for Vortex {
    type Output = [f64; 2];
    const INPUTS: Inputs = Inputs::HighLowClose;
    fn next(&mut self, bar: &BarInput) -> Option<[f64; 2]> {
        let high = self.high.push(bar.high);
        let low = self.low.push(bar.low);
        let range = self.range.next(bar)?;
        let plus = self.plus.push((bar.high - low?).abs());
        let minus = self.minus.push((bar.low - high?).abs());
        let range = self.ranges.push(range)?;
        Some([ratio(plus?, range), ratio(minus?, range)])
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.range.walk(visit);
        self.high.walk(visit);
        self.low.walk(visit);
        self.plus.walk(visit);
        self.minus.walk(visit);
        self.ranges.walk(visit);
    }
}
