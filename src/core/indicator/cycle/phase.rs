//! The phase of the dominant cycle and what follows from it: HT_DCPHASE, HT_SINE, HT_TRENDLINE,
//! HT_TRENDMODE.
//!
//! Costs O(period of the cycle) a bar, at most 50.

use crate::core::indicator::cycle::hilbert::{Hilbert, Turn, degrees};
use crate::core::indicator::input::{BarInput, Inputs};
use crate::core::indicator::running::Kernel;
use crate::core::indicator::spec::{Memory, Spec, run_over, running};
use crate::core::indicator::state::{Visit, real};

/// The indicators of this file.
pub(in crate::core::indicator) static TABLE: &[Spec] =
    &[HT_DCPHASE, HT_SINE, HT_TRENDLINE, HT_TRENDMODE];

const HT_DCPHASE: Spec = Spec {
    name: "ht_dcphase",
    aliases: &[],
    inputs: Inputs::Close,
    params: &[],
    outputs: &["value"],
    doc: "phase of the dominant cycle in degrees, −45 to 315",
    memory: Memory::Endless,
    lookback: |_| LOOKBACK,
    build: |_| running(Phase(Cycle::new())),
    quick: Some(|values, _| run_over(Phase(Cycle::new()), values)),
};

const HT_SINE: Spec = Spec {
    name: "ht_sine",
    aliases: &[],
    inputs: Inputs::Close,
    params: &[],
    outputs: &["sine", "leadsine"],
    doc: "sine of the phase of the dominant cycle, and of 45 degrees later; they cross at turns",
    memory: Memory::Endless,
    lookback: |_| LOOKBACK,
    build: |_| running(Sine(Cycle::new())),
    quick: Some(|values, _| run_over(Sine(Cycle::new()), values)),
};

const HT_TRENDLINE: Spec = Spec {
    name: "ht_trendline",
    aliases: &[],
    inputs: Inputs::Close,
    params: &[],
    outputs: &["value"],
    doc: "instantaneous trend line: the mean price of one dominant cycle, smoothed",
    memory: Memory::Endless,
    lookback: |_| LOOKBACK,
    build: |_| running(Line(Cycle::new())),
    quick: Some(|values, _| run_over(Line(Cycle::new()), values)),
};

const HT_TRENDMODE: Spec = Spec {
    name: "ht_trendmode",
    aliases: &[],
    inputs: Inputs::Close,
    params: &[],
    outputs: &["value"],
    doc: "1 while the price trends, 0 while it follows the dominant cycle",
    memory: Memory::Endless,
    lookback: |_| LOOKBACK,
    build: |_| running(Mode::new()),
    quick: Some(|values, _| run_over(Mode::new(), values)),
};

/// Bars before the first value.
const LOOKBACK: usize = 63;
/// Smoothed prices that are left out.
const SKIP: usize = 34;
/// Bars of which the engine says nothing.
const SILENT: usize = 3 + SKIP;
/// The longest cycle, in bars.
const LONGEST: usize = 50;

/// The last prices, newest found by age.
#[derive(Clone, Debug)]
struct Recent {
    slots: [f64; LONGEST],
    /// Where the newest is.
    at: usize,
}

impl Recent {
    fn new() -> Self {
        Self {
            slots: [0.0; LONGEST],
            at: 0,
        }
    }

    fn push(&mut self, price: f64) {
        self.at = (self.at + 1) % LONGEST;
        self.slots[self.at] = price;
    }

    /// The prices, newest first.
    fn newest_first(&self) -> impl Iterator<Item = f64> {
        let (old, new) = (&self.slots[self.at + 1..], &self.slots[..=self.at]);
        new.iter().rev().chain(old.iter().rev()).copied()
    }

    fn walk(&mut self, visit: &mut dyn Visit) {
        visit.index(&mut self.at, LONGEST - 1);
        for slot in &mut self.slots {
            visit.number(slot);
        }
    }
}

/// What is known of the cycle at one bar.
#[derive(Clone, Copy, Debug)]
struct Known {
    turn: Turn,
    /// In degrees.
    phase: f64,
    trend: f64,
    /// Whether values count now.
    counts: bool,
}

/// The engine, the phase and the trend line.
#[derive(Clone, Debug)]
struct Cycle {
    engine: Hilbert,
    early: usize,
    prices: Recent,
    smooth: Recent,
    phase: f64,
    /// The last three means, newest first.
    means: [f64; 3],
}

impl Cycle {
    fn new() -> Self {
        Self {
            engine: Hilbert::new(SKIP),
            early: 0,
            prices: Recent::new(),
            smooth: Recent::new(),
            phase: 0.0,
            means: [0.0; 3],
        }
    }

    fn push(&mut self, price: f64) -> Option<Known> {
        self.prices.push(price);
        let turn = self.engine.push(price)?;
        self.smooth.push(turn.smooth);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a period lies between 0 and 50"
        )]
        let bars = (turn.period + 0.5) as usize;
        self.turn(turn.period, bars);
        let mut trend = self.prices.newest_first().take(bars).sum::<f64>();
        if bars > 0 {
            trend /= real(bars);
        }
        let [one, two, three] = self.means;
        self.means = [trend, one, two];
        let counts = self.early == LOOKBACK - SILENT;
        self.early += usize::from(!counts);
        Some(Known {
            turn,
            phase: self.phase,
            trend: (4.0 * trend + 3.0 * one + 2.0 * two + three) / 10.0,
            counts,
        })
    }

    /// Measures the phase: the angle of the smoothed prices of one cycle as a sum of sines and cosines.
    fn turn(&mut self, period: f64, bars: usize) {
        let (mut sines, mut cosines) = (0.0, 0.0);
        let circle = 1.0_f64.atan() * 8.0;
        for (age, price) in self.smooth.newest_first().take(bars).enumerate() {
            let angle = real(age) * circle / real(bars);
            sines += angle.sin() * price;
            cosines += angle.cos() * price;
        }
        if cosines != 0.0 {
            self.phase = (sines / cosines).atan() * degrees();
        } else if sines < 0.0 {
            self.phase -= 90.0;
        } else if sines > 0.0 {
            self.phase += 90.0;
        }
        self.phase += 90.0;
        // The smoothed price lags by one bar.
        self.phase += 360.0 / period;
        if cosines < 0.0 {
            self.phase += 180.0;
        }
        if self.phase > 315.0 {
            self.phase -= 360.0;
        }
    }

    fn walk(&mut self, visit: &mut dyn Visit) {
        self.engine.walk(visit);
        visit.index(&mut self.early, LOOKBACK - SILENT);
        self.prices.walk(visit);
        self.smooth.walk(visit);
        visit.number(&mut self.phase);
        for mean in &mut self.means {
            visit.number(mean);
        }
    }
}

#[derive(Clone, Debug)]
struct Phase(Cycle);

impl Kernel for Phase {
    type Output = f64;
    const INPUTS: Inputs = Inputs::Close;
    fn next(&mut self, bar: &BarInput) -> Option<f64> {
        let known = self.0.push(bar.close)?;
        known.counts.then_some(known.phase)
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.0.walk(visit);
    }
}

#[derive(Clone, Debug)]
struct Sine(Cycle);

impl Kernel for Sine {
    type Output = [f64; 2];
    const INPUTS: Inputs = Inputs::Close;
    fn next(&mut self, bar: &BarInput) -> Option<[f64; 2]> {
        let known = self.0.push(bar.close)?;
        known.counts.then_some(sines(known.phase))
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.0.walk(visit);
    }
}

/// Returns the sine of a phase in degrees and that of 45 degrees later.
fn sines(phase: f64) -> [f64; 2] {
    let radians = 1.0_f64.atan() / 45.0;
    [(phase * radians).sin(), ((phase + 45.0) * radians).sin()]
}

#[derive(Clone, Debug)]
struct Line(Cycle);

impl Kernel for Line {
    type Output = f64;
    const INPUTS: Inputs = Inputs::Close;
    fn next(&mut self, bar: &BarInput) -> Option<f64> {
        let known = self.0.push(bar.close)?;
        known.counts.then_some(known.trend)
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.0.walk(visit);
    }
}

/// Trend or cycle.
#[derive(Clone, Debug)]
struct Mode {
    cycle: Cycle,
    sines: [f64; 2],
    phase: f64,
    /// Bars since the sines crossed, up to [`ENOUGH`].
    bars: usize,
}

/// Beyond half of the longest cycle the bars since a cross do not matter.
const ENOUGH: usize = LONGEST;

impl Mode {
    fn new() -> Self {
        Self {
            cycle: Cycle::new(),
            sines: [0.0; 2],
            phase: 0.0,
            bars: 0,
        }
    }

    fn is_trend(&mut self, known: &Known) -> bool {
        let mut is_trend = true;
        let [sine, lead] = sines(known.phase);
        let [sine_before, lead_before] = std::mem::replace(&mut self.sines, [sine, lead]);
        if (sine > lead && sine_before <= lead_before)
            || (sine < lead && sine_before >= lead_before)
        {
            self.bars = 0;
            is_trend = false;
        }
        self.bars = (self.bars + 1).min(ENOUGH);
        let period = known.turn.period;
        if real(self.bars) < 0.5 * period {
            is_trend = false;
        }
        let moved = known.phase - std::mem::replace(&mut self.phase, known.phase);
        let step = 360.0 / period;
        if period != 0.0 && moved > 0.67 * step && moved < 1.5 * step {
            is_trend = false;
        }
        let distance = (known.turn.smooth - known.trend) / known.trend;
        if known.trend != 0.0 && distance.abs() >= 0.015 {
            is_trend = true;
        }
        is_trend
    }
}

impl Kernel for Mode {
    type Output = f64;
    const INPUTS: Inputs = Inputs::Close;
    fn next(&mut self, bar: &BarInput) -> Option<f64> {
        let known = self.cycle.push(bar.close)?;
        let is_trend = self.is_trend(&known);
        known.counts.then_some(if is_trend { 1.0 } else { 0.0 })
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        self.cycle.walk(visit);
        visit.number(&mut self.sines[0]);
        visit.number(&mut self.sines[1]);
        visit.number(&mut self.phase);
        visit.index(&mut self.bars, ENOUGH);
    }
}
