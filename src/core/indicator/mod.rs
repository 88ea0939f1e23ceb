//! Technical indicators in floats: TA-Lib's values and warm-up, bar by bar and over columns.
//!
//! Every indicator has one implementation, the stateful one. `Spec::series` runs it over columns and
//! `Spec::latest` over their end, so all forms agree. Values are held to those of TA-Lib 0.8.1 (see
//! `tests/data/vectors`); where TA-Lib has no such thing, the file of an indicator names its source.
//!
//! There are all functions of TA-Lib, the candlestick patterns included, and some of our own. What the
//! files do not say of themselves is in their `Spec`s and in `rustybt doc`; of those used most:
//!
//! | name | parameters and defaults | reads | outputs | lookback |
//! |---|---|---|---|---|
//! | `sma` `ema` `wma` | period 30 | close | value | period − 1 |
//! | `dema` | period 30 | close | value | 2 × (period − 1) |
//! | `tema` | period 30 | close | value | 3 × (period − 1) |
//! | `trix` | period 30 | close | value | 3 × (period − 1) + 1 |
//! | `macd` | fast 12, slow 26, signal 9 | close | macd, signal, hist | slow − 1 + signal − 1 |
//! | `mom` `roc` `rocp` `rocr` `rocr100` | period 10 | close | value | period |
//! | `rsi` | period 14 | close | value | period |
//! | `var` `stddev` | period 5, deviations 1 | close | value | period − 1 |
//! | `bbands` | period 20, up 2, down 2, average type 0 | close | upper, middle, lower | that of the average |
//! | `min` (`lowest`) `max` (`highest`) | period 30 | close | value | period − 1 |
//! | `donchian` | period 20 | high, low | upper, middle, lower | period − 1 |
//! | `aroon` | period 14 | high, low | down, up | period |
//! | `trange` | – | high, low, close | value | 1 |
//! | `atr` `natr` | period 14 | high, low, close | value | period |
//! | `plus_di` `minus_di` `dx` | period 14 | high, low, close | value | period |
//! | `adx` | period 14 | high, low, close | value | 2 × period − 1 |
//! | `willr` | period 14 | high, low, close | value | period − 1 |
//! | `stochf` | fastk 5, fastd 3, type 0 | high, low, close | fastk, fastd | fastk − 1 + fastd − 1 |
//! | `stoch` | fastk 5, slowk 3, slowd 3, types 0, 0 | high, low, close | slowk, slowd | fastk + slowk + slowd − 3 |
//! | `cci` | period 14 | high, low, close | value | period − 1 |
//! | `mfi` | period 14 | high, low, close, volume | value | period |
//! | `obv` | – | close, volume | value | 0 |
//! | `vwap` | period 0 (all bars) | high, low, close, volume | value | period − 1, at least 0 |
//! | `supertrend` | period 10, multiplier 3 | high, low, close | value, trend | period |
//! | `keltner` (`kc`) | period 20, atr_period 10, multiplier 2 | high, low, close | upper, middle, lower | the greater of period − 1 and atr_period |
//! | `ichimoku` | tenkan 9, kijun 26, senkou 52, displacement 26 | high, low, close | tenkan, kijun, senkou_a, senkou_b, chikou | longest − 1 + displacement |
//! | `heikin_ashi` (`ha`) | – | all prices | open, high, low, close | 0 |
//! | `ht_dcperiod` | – | close | value | 32 |
//! | `ht_phasor` | – | close | inphase, quadrature | 32 |
//! | `mama` | fast_limit 0.5, slow_limit 0.05 | close | mama, fama | 32 |
//! | `ht_dcphase` `ht_trendline` `ht_trendmode` | – | close | value | 63 |
//! | `ht_sine` | – | close | sine, leadsine | 63 |
//! | `cdl…`, the 61 patterns | penetration 0.3 or 0.5 for some | all prices | value | 2 to 14 |
//!
//! A value comes with bar `lookback + 1` and with every bar after it. Where TA-Lib asks for a period of at
//! least 2 for `min`, `max` and `donchian`, 1 is taken too. The types of `stoch` and `kdj` come after the
//! periods, where TA-Lib has each after its period. `trange`, `atr` and the like need the close
//! before, so their first bar gives nothing.
//!
//! Invariants:
//! * A bar costs O(1) amortized and allocates nothing. O(period): `cci`, `avgdev`, `percentile`,
//!   `percentrank`, `fractal`, and `mavp` for its periods together; O(cycle): `ht_…` of 63 bars.
//! * Sums do not drift: they carry their rounding errors and are exact for the numbers of markets, so
//!   a value does not depend on what came before its window. Patterns and cycles keep TA-Lib's own
//!   rounding instead, since they compare.
//! * A window of equal values has that value as mean and zero as deviation, exactly.
//! * Once ready a value is a number: where a range, a movement or a divisor is zero the value is 0 (`dx`,
//!   `adx`: the one before; `imi`, `rvi`: 50; `er`: 1), as in TA-Lib. Not so where mathematics has no
//!   result or volume is missing: `acos` to `tanh`, `div`, `rvol` and `vwma` give NaN there.
//! * Inputs that are not numbers, infinite or beyond ±1e100 are passed over.
//! * A snapshot restores the state bit for bit.
//!
//! To add an indicator: a `Spec` and its kernel in a file of this room, and its name in the `TABLE` of
//! that file; a new file has its line in `TABLES`.
//! Knows nothing of assets, time frames, scripts or money.

use std::sync::LazyLock;

/// Averages of averages, and one that adapts.
mod adaptive;
/// Sums, places and functions of mathematics.
mod arithmetic;
/// Moving averages.
mod average;
/// Lines at a distance of average ranges.
mod bands;
/// Moving averages by number.
mod blend;
/// Candlestick patterns.
mod candle;
/// Ranges of the last bars and the price's place in them.
mod channel;
/// When lines pass each other.
mod cross;
/// Cycles.
mod cycle;
/// Spread around the mean.
mod deviation;
/// Directional movement.
mod direction;
/// What can be wrong with a request.
mod error;
/// Greatest and least of a window.
mod extreme;
/// Volume weighed by the price.
mod flow;
/// Averaged candles.
mod heikin_ashi;
/// Lines of middles.
mod ichimoku;
/// Bars and columns as floats.
mod input;
/// Parts that indicators are put together from.
mod line;
/// The distance of two averages.
mod macd;
/// Changes over some bars, and their strength.
mod momentum;
/// Distances of averages.
mod oscillator;
/// Two series together.
mod pair;
/// Prices put together from those of a bar.
mod price;
/// True range.
mod range;
/// Where a value stands among the last ones.
mod rank;
/// Latest values without a state.
mod recent;
/// Least-squares lines.
mod regression;
/// Windows, means and spreads.
mod ring;
/// The stateful form.
mod running;
/// The parabolic stop.
mod sar;
/// Exponential smoothing.
mod smooth;
/// What is known of an indicator.
mod spec;
/// Snapshots.
mod state;
/// Gains against losses.
mod strength;
/// Sums without drift.
mod sum;
/// Swings and ranges.
mod swing;
/// Indicators of the typical price.
mod typical;
/// Volume by the direction of the price.
mod volume;
/// Average prices weighted by volume.
mod vwap;

pub use cross::{crossed_above, crossed_below};
pub use error::IndicatorError;
pub use input::{BarInput, Columns, Inputs};
pub use running::Indicator;
pub use spec::{Kind, MAX_OUTPUTS, MAX_PARAMS, Memory, Param, Spec};

/// The tables of the families.
static TABLES: &[&[Spec]] = &[
    adaptive::TABLE,
    arithmetic::TABLE,
    average::TABLE,
    bands::TABLE,
    blend::TABLE,
    candle::double::TABLE,
    candle::hikkake::TABLE,
    candle::longer::TABLE,
    candle::single::TABLE,
    candle::stars::TABLE,
    candle::triple::TABLE,
    channel::TABLE,
    cycle::average::TABLE,
    cycle::measure::TABLE,
    cycle::phase::TABLE,
    deviation::TABLE,
    direction::TABLE,
    flow::TABLE,
    heikin_ashi::TABLE,
    ichimoku::TABLE,
    macd::TABLE,
    momentum::TABLE,
    oscillator::TABLE,
    pair::TABLE,
    price::TABLE,
    range::TABLE,
    rank::TABLE,
    regression::TABLE,
    sar::TABLE,
    strength::TABLE,
    swing::TABLE,
    typical::TABLE,
    volume::TABLE,
    vwap::TABLE,
];

/// Every indicator, in alphabetical order of names.
pub static ALL: LazyLock<Vec<&'static Spec>> = LazyLock::new(|| {
    let mut all: Vec<&'static Spec> = TABLES.iter().copied().flatten().collect();
    all.sort_unstable_by_key(|spec| spec.name);
    all
});

/// Every name and alias, in alphabetical order.
static NAMES: LazyLock<Vec<(&'static str, &'static Spec)>> = LazyLock::new(|| {
    let mut names: Vec<(&'static str, &'static Spec)> = ALL
        .iter()
        .flat_map(|spec| {
            std::iter::once(&spec.name)
                .chain(spec.aliases)
                .map(|name| (*name, *spec))
        })
        .collect();
    names.sort_unstable_by_key(|(name, _)| *name);
    names
});

/// Returns the indicator of a name or of an alias.
pub fn spec(name: &str) -> Option<&'static Spec> {
    let place = NAMES.binary_search_by_key(&name, |(name, _)| name).ok()?;
    Some(NAMES[place].1)
}
