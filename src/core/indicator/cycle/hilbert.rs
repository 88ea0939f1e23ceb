//! Smoothing, the Hilbert transform and the period of the dominant cycle.
//!
//! Invariants: one price costs the same whatever came before; nothing is allocated; each result is
//! computed in TA-Lib's order of operations, because rounding is all there is where a price stands still.

use crate::core::indicator::state::Visit;

/// Prices before the first one whose smoothed form is looked at: three start the average.
const FIRST: usize = 3;
/// The shortest period in bars.
const SHORTEST: f64 = 6.0;
/// The longest period in bars.
const LONGEST: f64 = 50.0;

/// Degrees of one radian, TA-Lib's.
pub(super) fn degrees() -> f64 {
    45.0 / 1.0_f64.atan()
}

/// What the engine makes of one price.
#[derive(Clone, Copy, Debug)]
pub(super) struct Turn {
    /// The smoothed price.
    pub(super) smooth: f64,
    /// The part in phase.
    pub(super) in_phase: f64,
    /// The part a quarter cycle behind.
    pub(super) quadrature: f64,
    /// The smoothed period of the dominant cycle, in bars.
    pub(super) period: f64,
}

/// `(4 × newest + 3 × … + oldest) ÷ 10` over four prices, as a running sum.
#[derive(Clone, Copy, Default, Debug)]
struct Smooth {
    /// The last three prices, oldest first.
    last: [f64; 3],
    seen: usize,
    sum: f64,
    weighted: f64,
    /// The price that leaves the sum with the next one.
    leaving: f64,
}

impl Smooth {
    fn push(&mut self, price: f64) -> Option<f64> {
        let oldest = self.last[0];
        self.last = [self.last[1], self.last[2], price];
        if self.seen < FIRST {
            self.seen += 1;
            self.sum += price;
            self.weighted += price * [1.0, 2.0, 3.0][self.seen - 1];
            return None;
        }
        self.sum += price;
        self.sum -= self.leaving;
        self.weighted += price * 4.0;
        self.leaving = oldest;
        let average = self.weighted * 0.1;
        self.weighted -= self.sum;
        Some(average)
    }

    fn walk(&mut self, visit: &mut dyn Visit) {
        for price in &mut self.last {
            visit.number(price);
        }
        visit.index(&mut self.seen, FIRST);
        visit.number(&mut self.sum);
        visit.number(&mut self.weighted);
        visit.number(&mut self.leaving);
    }
}

/// One Hilbert transformer, for every second price.
#[derive(Clone, Copy, Default, Debug)]
struct Transformer {
    delayed: [f64; 3],
    before: f64,
    input_before: f64,
}

impl Transformer {
    fn push(&mut self, input: f64, place: usize, gain: f64) -> f64 {
        let outer = 0.0962 * input;
        let mut value = -std::mem::replace(&mut self.delayed[place], outer);
        value += outer;
        value -= self.before;
        self.before = 0.5769 * self.input_before;
        value += self.before;
        self.input_before = input;
        value * gain
    }

    fn walk(&mut self, visit: &mut dyn Visit) {
        for value in &mut self.delayed {
            visit.number(value);
        }
        visit.number(&mut self.before);
        visit.number(&mut self.input_before);
    }
}

/// The transformers of the even or of the odd prices, and the detrended prices that they wait for.
#[derive(Clone, Copy, Default, Debug)]
struct Half {
    detrender: Transformer,
    quadrature: Transformer,
    advanced_in_phase: Transformer,
    advanced_quadrature: Transformer,
    /// The detrended price three bars ago, and two bars ago.
    detrended: [f64; 2],
}

/// The engine.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hilbert {
    smooth: Smooth,
    /// Smoothed prices that are left out at first.
    skip: usize,
    skipped: usize,
    halves: [Half; 2],
    /// The half of the next price.
    half: usize,
    place: usize,
    /// The in-phase and quadrature parts of the bar before, smoothed.
    before: (f64, f64),
    /// Products of a bar and the one before: real and imaginary part, smoothed.
    product: (f64, f64),
    raw_period: f64,
    period: f64,
}

impl Hilbert {
    /// Leaves the first `skip` smoothed prices out.
    pub(super) fn new(skip: usize) -> Self {
        Self {
            smooth: Smooth::default(),
            skip,
            skipped: 0,
            halves: [Half::default(); 2],
            // TA-Lib goes by the number of the bar.
            half: (FIRST + skip) % 2,
            place: 0,
            before: (0.0, 0.0),
            product: (0.0, 0.0),
            raw_period: 0.0,
            period: 0.0,
        }
    }

    /// Takes a price in; returns what it turns, after 3 + `skip` prices.
    pub(super) fn push(&mut self, price: f64) -> Option<Turn> {
        let smooth = self.smooth.push(price)?;
        if self.skipped < self.skip {
            self.skipped += 1;
            return None;
        }
        let gain = 0.075 * self.raw_period + 0.54;
        let (half, other) = (self.half, 1 - self.half);
        let transformers = &mut self.halves[half];
        let in_phase = transformers.detrended[0];
        let detrended = transformers.detrender.push(smooth, self.place, gain);
        let quadrature = transformers.quadrature.push(detrended, self.place, gain);
        let advanced = transformers
            .advanced_in_phase
            .push(in_phase, self.place, gain);
        let advanced_quadrature = transformers
            .advanced_quadrature
            .push(quadrature, self.place, gain);
        self.halves[other].detrended[0] = self.halves[other].detrended[1];
        self.halves[other].detrended[1] = detrended;
        if half == 0 {
            self.place = (self.place + 1) % 3;
        }
        self.half = other;
        self.measure(in_phase - advanced_quadrature, quadrature + advanced);
        Some(Turn {
            smooth,
            in_phase,
            quadrature,
            period: self.period,
        })
    }

    /// Measures the period from the angle between this bar and the one before.
    fn measure(&mut self, in_phase: f64, quadrature: f64) {
        let (in_phase_before, quadrature_before) = self.before;
        let quadrature = 0.2 * quadrature + 0.8 * quadrature_before;
        let in_phase = 0.2 * in_phase + 0.8 * in_phase_before;
        let (real, imaginary) = self.product;
        let real = 0.2 * (in_phase * in_phase_before + quadrature * quadrature_before) + 0.8 * real;
        let imaginary =
            0.2 * (in_phase * quadrature_before - quadrature * in_phase_before) + 0.8 * imaginary;
        self.before = (in_phase, quadrature);
        self.product = (real, imaginary);
        let before = self.raw_period;
        let mut period = before;
        if imaginary != 0.0 && real != 0.0 {
            period = 360.0 / ((imaginary / real).atan() * degrees());
        }
        // The smaller bound goes last, as in TA-Lib: before is 0 at first.
        period = period.min(1.5 * before).max(0.67 * before);
        period = period.clamp(SHORTEST, LONGEST);
        self.raw_period = 0.2 * period + 0.8 * before;
        self.period = 0.33 * self.raw_period + 0.67 * self.period;
    }

    pub(super) fn walk(&mut self, visit: &mut dyn Visit) {
        self.smooth.walk(visit);
        visit.index(&mut self.skipped, self.skip);
        for half in &mut self.halves {
            half.detrender.walk(visit);
            half.quadrature.walk(visit);
            half.advanced_in_phase.walk(visit);
            half.advanced_quadrature.walk(visit);
            visit.number(&mut half.detrended[0]);
            visit.number(&mut half.detrended[1]);
        }
        visit.index(&mut self.half, 1);
        visit.index(&mut self.place, 2);
        for value in [
            &mut self.before.0,
            &mut self.before.1,
            &mut self.product.0,
            &mut self.product.1,
            &mut self.raw_period,
            &mut self.period,
        ] {
            visit.number(value);
        }
    }
}
