//! Candlestick patterns, TA-Lib's 61 with its rules, settings and numbers.
//!
//! A pattern is a [`Rule`]: a function of the last few candles that compares bodies and shadows with
//! averages of the candles before them. The value is 100 for a bullish pattern, −100 for a bearish one
//! and 0 for none; a few give 80 or 200 as well, and say so.
//!
//! What "long", "short" or "near" means is a [`Setting`] with TA-Lib's defaults. Its average is over the
//! candles *before* the one that is judged.
//!
//! Invariants:
//! * Averages come from running sums in TA-Lib's order of operations (add new − old in one step), since a
//!   comparison at its border turns on the last bit. So a value depends, by rounding only, on where the
//!   data start.
//! * A bar costs the same whatever came before, and allocates nothing.
//! * A candle that closes where it opened counts as white.
//!
//! Knows nothing of trends: whether a hammer comes after a fall is for the caller to see.

/// Patterns of two candles.
pub(super) mod double;
/// The two patterns that may be confirmed later.
pub(super) mod hikkake;
/// Patterns of four and five candles.
pub(super) mod longer;
/// Patterns of one candle, with at most a look at the one before.
pub(super) mod single;
/// Stars, crows and soldiers: patterns of three candles.
pub(super) mod stars;
/// Other patterns of three candles.
pub(super) mod triple;

use crate::core::indicator::input::{BarInput, Inputs};
use crate::core::indicator::running::Kernel;
use crate::core::indicator::spec::{Param, Params};
use crate::core::indicator::state::{Visit, real};

/// How many candles are kept: the longest average, 10, before the oldest of five candles.
const KEPT: usize = 16;
/// The most averages of one rule.
const MOST_AVERAGES: usize = 8;
/// No parameters, for patterns without a penetration.
const NONE: &[Param] = &[];

/// How deep a candle must reach into the body of another, as a part of it.
const fn penetration(default: f64) -> Param {
    Param::real("penetration", default, 0.0, 1e9)
}

/// Prices of one bar.
#[derive(Clone, Copy, Default, Debug)]
struct Candle {
    open: f64,
    high: f64,
    low: f64,
    close: f64,
}

impl Candle {
    fn is_white(self) -> bool {
        self.close >= self.open
    }

    fn is_black(self) -> bool {
        !self.is_white()
    }

    /// 100 for a white candle, −100 for a black one.
    fn sign(self) -> i32 {
        if self.is_white() { 100 } else { -100 }
    }

    /// The upper end of the body.
    fn top(self) -> f64 {
        if self.is_white() {
            self.close
        } else {
            self.open
        }
    }

    /// The lower end of the body.
    fn bottom(self) -> f64 {
        if self.is_white() {
            self.open
        } else {
            self.close
        }
    }

    fn body(self) -> f64 {
        (self.close - self.open).abs()
    }

    fn upper_shadow(self) -> f64 {
        self.high - self.top()
    }

    fn lower_shadow(self) -> f64 {
        self.bottom() - self.low
    }

    fn range(self) -> f64 {
        self.high - self.low
    }

    /// Whether the whole body is above that of another.
    fn body_above(self, other: Self) -> bool {
        self.bottom() > other.top()
    }

    /// Whether the whole body is below that of another.
    fn body_below(self, other: Self) -> bool {
        self.top() < other.bottom()
    }

    /// Whether all prices are above those of another.
    fn all_above(self, other: Self) -> bool {
        self.low > other.high
    }

    /// Whether all prices are below those of another.
    fn all_below(self, other: Self) -> bool {
        self.high < other.low
    }

    /// Whether high and low are within those of another, touching neither.
    fn is_inside(self, other: Self) -> bool {
        self.high < other.high && self.low > other.low
    }
}

impl From<&BarInput> for Candle {
    fn from(bar: &BarInput) -> Self {
        Self {
            open: bar.open,
            high: bar.high,
            low: bar.low,
            close: bar.close,
        }
    }
}

/// Whether a price is within some distance of another, the ends included.
fn is_about(price: f64, other: f64, distance: f64) -> bool {
    price <= other + distance && price >= other - distance
}

/// What a body, shadow or distance is compared with: TA-Lib's default candle settings.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Setting {
    /// The mean body of 10 candles.
    BodyLong,
    /// The mean body of 10 candles.
    BodyShort,
    /// A tenth of the mean range of 10 candles.
    BodyDoji,
    /// The candle's own body.
    ShadowLong,
    /// Twice the candle's own body.
    ShadowVeryLong,
    /// Half the mean of both shadows together of 10 candles.
    ShadowShort,
    /// A tenth of the mean range of 10 candles.
    ShadowVeryShort,
    /// A fifth of the mean range of 5 candles.
    Near,
    /// Six tenths of the mean range of 5 candles.
    Far,
    /// A twentieth of the mean range of 5 candles.
    Equal,
}

impl Setting {
    /// Over how many candles it is averaged; none are the candle itself.
    const fn period(self) -> usize {
        match self {
            Self::BodyLong
            | Self::BodyShort
            | Self::BodyDoji
            | Self::ShadowShort
            | Self::ShadowVeryShort => 10,
            Self::ShadowLong | Self::ShadowVeryLong => 0,
            Self::Near | Self::Far | Self::Equal => 5,
        }
    }

    /// What is averaged.
    fn of(self, candle: Candle) -> f64 {
        match self {
            Self::BodyLong | Self::BodyShort | Self::ShadowLong | Self::ShadowVeryLong => {
                candle.body()
            }
            Self::ShadowShort => candle.upper_shadow() + candle.lower_shadow(),
            Self::BodyDoji | Self::ShadowVeryShort | Self::Near | Self::Far | Self::Equal => {
                candle.range()
            }
        }
    }

    /// The limit that follows from an average.
    fn limit(self, average: f64) -> f64 {
        match self {
            Self::BodyLong | Self::BodyShort | Self::ShadowLong => average,
            Self::ShadowVeryLong => 2.0 * average,
            Self::ShadowShort => average / 2.0,
            Self::BodyDoji | Self::ShadowVeryShort => 0.1 * average,
            Self::Near => 0.2 * average,
            Self::Far => 0.6 * average,
            Self::Equal => 0.05 * average,
        }
    }
}

/// The average of a setting before the candle that is this many bars back.
type Average = (Setting, usize);

/// A pattern.
#[derive(Debug)]
struct Rule {
    /// The bars before the first value.
    lookback: usize,
    /// The averages that the test asks for.
    averages: &'static [Average],
    /// Tells the pattern that the newest candle completes.
    test: fn(&View) -> i32,
}

/// The candles and averages at one bar.
#[derive(Clone, Debug)]
struct View {
    candles: [Candle; KEPT],
    /// Where the newest candle is.
    at: usize,
    totals: [f64; MOST_AVERAGES],
    averages: &'static [Average],
    penetration: f64,
}

impl View {
    fn new(averages: &'static [Average], penetration: f64) -> Self {
        Self {
            candles: [Candle::default(); KEPT],
            at: 0,
            totals: [0.0; MOST_AVERAGES],
            averages,
            penetration,
        }
    }

    /// Returns the candle some bars back.
    fn back(&self, bars: usize) -> Candle {
        self.candles[(self.at + KEPT - bars) % KEPT]
    }

    /// Returns the last candles, oldest first.
    fn last<const N: usize>(&self) -> [Candle; N] {
        std::array::from_fn(|place| self.back(N - 1 - place))
    }

    /// Returns the limit of a setting for the candle some bars back; one that the rule did not name
    /// is no limit at all.
    fn limit(&self, setting: Setting, bars: usize) -> f64 {
        if setting.period() == 0 {
            return setting.limit(setting.of(self.back(bars)));
        }
        let place = self
            .averages
            .iter()
            .position(|&average| average == (setting, bars));
        debug_assert!(place.is_some(), "{setting:?} {bars} back");
        place.map_or(f64::NAN, |place| {
            setting.limit(self.totals[place] / real(setting.period()))
        })
    }

    /// Takes a candle in.
    fn push(&mut self, candle: Candle) {
        self.at = (self.at + 1) % KEPT;
        self.candles[self.at] = candle;
    }

    /// Brings the sums to where the next candle needs them; `missing` is how many candles are to come
    /// before the first test.
    fn advance(&mut self, missing: usize) {
        for (place, &(setting, bars)) in self.averages.iter().enumerate() {
            let new = setting.of(self.back(bars));
            if missing == 0 {
                let old = setting.of(self.back(bars + setting.period()));
                self.totals[place] += new - old;
            } else if missing <= setting.period() {
                self.totals[place] += new;
            }
        }
    }

    fn walk(&mut self, visit: &mut dyn Visit) {
        visit.index(&mut self.at, KEPT - 1);
        for candle in &mut self.candles {
            visit.number(&mut candle.open);
            visit.number(&mut candle.high);
            visit.number(&mut candle.low);
            visit.number(&mut candle.close);
        }
        for total in &mut self.totals[..self.averages.len()] {
            visit.number(total);
        }
    }
}

/// A rule at work.
#[derive(Clone, Debug)]
struct Pattern {
    rule: &'static Rule,
    view: View,
    seen: usize,
}

impl Pattern {
    fn new(rule: &'static Rule, params: &Params) -> Self {
        Self {
            rule,
            view: View::new(rule.averages, params.real(0)),
            seen: 0,
        }
    }
}

impl Kernel for Pattern {
    type Output = f64;
    const INPUTS: Inputs = Inputs::Prices;
    fn next(&mut self, bar: &BarInput) -> Option<f64> {
        self.view.push(bar.into());
        let missing = self.rule.lookback - self.seen;
        let value = if missing == 0 {
            Some(f64::from((self.rule.test)(&self.view)))
        } else {
            self.seen += 1;
            None
        };
        self.view.advance(missing);
        value
    }
    fn walk(&mut self, visit: &mut dyn Visit) {
        visit.index(&mut self.seen, self.rule.lookback);
        self.view.walk(visit);
    }
}

/// Makes the row of a pattern: its name, words, parameters and rule.
macro_rules! pattern {
    ($name:literal, $doc:literal, $params:expr, $rule:expr) => {{
        const RULE: Rule = $rule;
        Spec {
            name: $name,
            aliases: &[],
            inputs: Inputs::Prices,
            params: $params,
            outputs: &["value"],
            doc: $doc,
            memory: Memory::Endless,
            lookback: |_| RULE.lookback,
            build: |params| running(Pattern::new(&RULE, params)),
            quick: None,
        }
    }};
}
use pattern;

/// Returns 100 where a test holds.
fn bullish(holds: bool) -> i32 {
    if holds { 100 } else { 0 }
}

/// Returns −100 where a test holds.
fn bearish(holds: bool) -> i32 {
    if holds { -100 } else { 0 }
}

/// Returns a value where a test holds, else 0.
fn signed(holds: bool, value: i32) -> i32 {
    if holds { value } else { 0 }
}
