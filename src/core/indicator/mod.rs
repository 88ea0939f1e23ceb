//! Technical indicators in floats: TA-Lib's values and warm-up, bar by bar and over columns.
//!
//! Every indicator has one implementation, the stateful one. `Spec::series` runs it over columns and
//! `Spec::latest` over their end, so all forms agree. Values are held to those of TA-Lib 0.8.1 (see
//! `tests/data/vectors/talib`).
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
//! | `bbands` | period 20, up 2, down 2, average type 0 | close | upper, middle, lower | period − 1 |
//! | `min` (`lowest`) `max` (`highest`) | period 30 | close | value | period − 1 |
//! | `donchian` | period 20 | high, low | upper, middle, lower | period − 1 |
//! | `aroon` | period 14 | high, low | down, up | period |
//! | `trange` | – | high, low, close | value | 1 |
//! | `atr` `natr` | period 14 | high, low, close | value | period |
//! | `plus_di` `minus_di` `dx` | period 14 | high, low, close | value | period |
//! | `adx` | period 14 | high, low, close | value | 2 × period − 1 |
//! | `willr` | period 14 | high, low, close | value | period − 1 |
//! | `stochf` | fastk 5, fastd 3, type 0 | high, low, close | fastk, fastd | fastk − 1 + fastd − 1 |
//! | `stoch` | fastk 5, slowk 3, slowd 3 | high, low, close | slowk, slowd | fastk + slowk + slowd − 3 |
//! | `cci` | period 14 | high, low, close | value | period − 1 |
//! | `mfi` | period 14 | high, low, close, volume | value | period |
//! | `obv` | – | close, volume | value | 0 |
//!
//! A value comes with bar `lookback + 1` and with every bar after it. Where TA-Lib asks for a period of at
//! least 2 for `min`, `max` and `donchian`, 1 is taken too. `trange`, `atr` and the like need the close
//! before, so their first bar gives nothing.
//!
//! Invariants:
//! * A bar costs O(1) amortized (`cci`: O(period)) and allocates nothing.
//! * Sums do not drift: they carry their rounding errors and are exact for the numbers of markets, so
//!   a value does not depend on what came before its window.
//! * A window of equal values has that value as mean and zero as deviation, exactly.
//! * Once ready a value is a number: where a range, a movement or a divisor is zero the value is 0 (`dx`,
//!   `adx`: the one before), as in TA-Lib.
//! * Inputs that are not numbers, infinite or beyond ±1e100 are passed over.
//! * A snapshot restores the state bit for bit.
//!
//! To add an indicator: a `Spec` and its kernel in a file of this room, and its line in `ALL`.
//! Knows nothing of assets, time frames, scripts or money.

/// Moving averages.
mod average;
/// Candlestick patterns.
mod candle;
/// Ranges of the last bars and the price's place in them.
mod channel;
/// When lines pass each other.
mod cross;
/// Spread around the mean.
mod deviation;
/// Directional movement.
mod direction;
/// What can be wrong with a request.
mod error;
/// Greatest and least of a window.
mod extreme;
/// Bars and columns as floats.
mod input;
/// The distance of two averages.
mod macd;
/// Changes over some bars, and their strength.
mod momentum;
/// True range.
mod range;
/// Latest values without a state.
mod recent;
/// Windows, means and spreads.
mod ring;
/// The stateful form.
mod running;
/// Exponential smoothing.
mod smooth;
/// What is known of an indicator.
mod spec;
/// Snapshots.
mod state;
/// Sums without drift.
mod sum;
/// Indicators of the typical price.
mod typical;
/// Volume by the direction of the price.
mod volume;

pub use cross::{crossed_above, crossed_below};
pub use error::IndicatorError;
pub use input::{BarInput, Columns, Inputs};
pub use running::Indicator;
pub use spec::{Kind, MAX_OUTPUTS, MAX_PARAMS, Memory, Param, Spec};

/// Every indicator, in alphabetical order of names.
pub static ALL: &[Spec] = &[
    direction::ADX,
    channel::AROON,
    range::ATR,
    deviation::BBANDS,
    typical::CCI,
    candle::CDL2CROWS,
    candle::CDL3BLACKCROWS,
    candle::CDL3INSIDE,
    candle::CDL3LINESTRIKE,
    candle::CDL3OUTSIDE,
    candle::CDL3STARSINSOUTH,
    candle::CDL3WHITESOLDIERS,
    candle::CDLABANDONEDBABY,
    candle::CDLADVANCEBLOCK,
    candle::CDLBELTHOLD,
    candle::CDLBREAKAWAY,
    candle::CDLCLOSINGMARUBOZU,
    candle::CDLCONCEALBABYSWALL,
    candle::CDLCOUNTERATTACK,
    candle::CDLDARKCLOUDCOVER,
    candle::CDLDOJI,
    candle::CDLDOJISTAR,
    candle::CDLDRAGONFLYDOJI,
    candle::CDLENGULFING,
    candle::CDLEVENINGDOJISTAR,
    candle::CDLEVENINGSTAR,
    candle::CDLGAPSIDESIDEWHITE,
    candle::CDLGRAVESTONEDOJI,
    candle::CDLHAMMER,
    candle::CDLHANGINGMAN,
    candle::CDLHARAMI,
    candle::CDLHARAMICROSS,
    candle::CDLHIGHWAVE,
    candle::CDLHIKKAKE,
    candle::CDLHIKKAKEMOD,
    candle::CDLHOMINGPIGEON,
    candle::CDLIDENTICAL3CROWS,
    candle::CDLINNECK,
    candle::CDLINVERTEDHAMMER,
    candle::CDLKICKING,
    candle::CDLKICKINGBYLENGTH,
    candle::CDLLADDERBOTTOM,
    candle::CDLLONGLEGGEDDOJI,
    candle::CDLLONGLINE,
    candle::CDLMARUBOZU,
    candle::CDLMATCHINGLOW,
    candle::CDLMATHOLD,
    candle::CDLMORNINGDOJISTAR,
    candle::CDLMORNINGSTAR,
    candle::CDLONNECK,
    candle::CDLPIERCING,
    candle::CDLRICKSHAWMAN,
    candle::CDLRISEFALL3METHODS,
    candle::CDLSEPARATINGLINES,
    candle::CDLSHOOTINGSTAR,
    candle::CDLSHORTLINE,
    candle::CDLSPINNINGTOP,
    candle::CDLSTALLEDPATTERN,
    candle::CDLSTICKSANDWICH,
    candle::CDLTAKURI,
    candle::CDLTASUKIGAP,
    candle::CDLTHRUSTING,
    candle::CDLTRISTAR,
    candle::CDLUNIQUE3RIVER,
    candle::CDLUPSIDEGAP2CROWS,
    candle::CDLXSIDEGAP3METHODS,
    average::DEMA,
    channel::DONCHIAN,
    direction::DX,
    average::EMA,
    macd::MACD,
    channel::MAX,
    typical::MFI,
    channel::MIN,
    direction::MINUS_DI,
    momentum::MOM,
    range::NATR,
    volume::OBV,
    direction::PLUS_DI,
    momentum::ROC,
    momentum::ROCP,
    momentum::ROCR,
    momentum::ROCR100,
    momentum::RSI,
    average::SMA,
    deviation::STDDEV,
    channel::STOCH,
    channel::STOCHF,
    average::TEMA,
    range::TRANGE,
    average::TRIX,
    deviation::VAR,
    channel::WILLR,
    average::WMA,
];

/// Returns the indicator of a name or of an alias.
pub fn spec(name: &str) -> Option<&'static Spec> {
    ALL.iter()
        .find(|spec| spec.name == name || spec.aliases.contains(&name))
}
