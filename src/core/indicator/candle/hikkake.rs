//! Hikkake: a false break of an inside bar, which a later close may confirm (Chesler 2003).

use crate::core::indicator::candle::Setting::Near;
use crate::core::indicator::candle::{Average, Candle, View};
use crate::core::indicator::input::{BarInput, Inputs};
use crate::core::indicator::running::Kernel;
use crate::core::indicator::spec::{Memory, Spec, running};
use crate::core::indicator::state::Visit;

/// Its rows.
pub(in crate::core::indicator) static TABLE: &[Spec] = &[CDLHIKKAKE, CDLHIKKAKEMOD];

/// Within how many bars a pattern may be confirmed.
const PATIENCE: usize = 3;

const CDLHIKKAKE: Spec = Spec {
    name: "cdlhikkake",
    aliases: &[],
    inputs: Inputs::Prices,
    params: &[],
    outputs: &["value"],
    doc: "hikkake: a false break of an inside bar, down (100) or up (−100); ±200 when a close within 3 bars confirms it",
    memory: Memory::Endless,
    lookback: |_| 5,
    build: |_| running(Hikkake::new(false)),
    quick: None,
};

const CDLHIKKAKEMOD: Spec = Spec {
    name: "cdlhikkakemod",
    aliases: &[],
    inputs: Inputs::Prices,
    params: &[],
    outputs: &["value"],
    doc: "modified hikkake: a false break of two nested inside bars, down (100) or up (−100); ±200 when a close within 3 bars confirms it",
    memory: Memory::Endless,
    lookback: |_| 10,
    build: |_| running(Hikkake::new(true)),
    quick: None,
};

/// Looks for patterns from three bars before the first value on, so that one of those bars can be
/// confirmed.
#[derive(Clone, Debug)]
struct Hikkake {
    view: View,
    seen: usize,
    is_modified: bool,
    /// 1 while what may yet be confirmed is bullish, 0 for bearish.
    bullish: usize,
    /// How many bars it may still be confirmed for.
    left: usize,
    /// What the close must pass.
    level: f64,
}

impl Hikkake {
    fn new(is_modified: bool) -> Self {
        let averages: &'static [Average] = if is_modified { &[(Near, 2)] } else { &[] };
        Self {
            view: View::new(averages, 0.0),
            seen: 0,
            is_modified,
            bullish: 0,
            left: 0,
            level: 0.0,
        }
    }

    fn lookback(&self) -> usize {
        if self.is_modified { 10 } else { 5 }
    }

    /// Returns whether the newest candle breaks down (100) or up (−100), 0 where there is no pattern.
    fn found(&self) -> i32 {
        let [outer, a, b, c] = self.view.last();
        let lower = c.high < b.high && c.low < b.low;
        let higher = c.high > b.high && c.low > b.low;
        if !b.is_inside(a) || !(lower || higher) {
            return 0;
        }
        if self.is_modified && !(a.is_inside(outer) && self.closes_at_end(a, lower)) {
            return 0;
        }
        if lower { 100 } else { -100 }
    }

    /// Whether the second candle of the modified pattern closes near its low, or near its high.
    fn closes_at_end(&self, candle: Candle, lower: bool) -> bool {
        let near = self.view.limit(Near, 2);
        if lower {
            candle.close <= candle.low + near
        } else {
            candle.close >= candle.high - near
        }
    }

    fn judge(&mut self) -> i32 {
        let found = self.found();
        let [inside, now] = self.view.last();
        if found != 0 {
            self.bullish = usize::from(found > 0);
            self.level = if found > 0 { inside.high } else { inside.low };
            self.left = PATIENCE;
            return found;
        }
        if self.left == 0 {
            return 0;
        }
        self.left -= 1;
        let is_up = self.bullish == 1;
        let confirmed = if is_up {
            now.close > self.level
        } else {
            now.close < self.level
        };
        if !confirmed {
            return 0;
        }
        self.left = 0;
        if is_up { 200 } else { -200 }
    }
}

impl Kernel for Hikkake {
    type Output = f64;
    const INPUTS: Inputs = Inputs::Prices;
    fn next(&mut self, bar: &BarInput) -> Option<f64> {
        self.view.push(bar.into());
        let lookback = self.lookback();
        let missing = (lookback - PATIENCE).saturating_sub(self.seen);
        let value = if missing == 0 { self.judge() } else { 0 };
        self.view.advance(missing);
        if self.seen < lookback {
            self.seen += 1;
            return None;
        }
        Some(f64::from(value))
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        let lookback = self.lookback();
        visit.index(&mut self.seen, lookback);
        self.view.walk(visit);
        visit.index(&mut self.bullish, 1);
        visit.index(&mut self.left, PATIENCE);
        visit.number(&mut self.level);
    }
}
