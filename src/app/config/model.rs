//! The configuration as it is meant: typed, checked, with the origin of each value.
//!
//! Invariants: made only by [`crate::app::config::resolve`]. What a person set anywhere wins over the
//! script, a built-in default never does: ask [`Config::is_explicit`].

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use rust_decimal::Decimal;

use crate::app::config::keys::{Default, KEYS, Key, KeyPath};
use crate::app::config::layer::{Origin, Setting};
use crate::app::config::value::{Moment, ValueError, Words, parse_fraction};
use crate::core::calendar::Calendars;
use crate::core::engine::schedule::Trigger;
use crate::core::model::asset::AssetKind;
use crate::core::model::number::{Money, Quantity};
use crate::core::model::time::{Span, Timeframe};
use crate::core::sim::commission::Commission;
use crate::core::sim::rules::FillAt;
use crate::core::sim::slippage::Slippage;
use crate::script::check::level::{Level, Levels};

/// Everything that a run is configured with.
#[derive(Clone, Debug)]
pub struct Config {
    /// What runs.
    pub strategy: Strategy,
    /// On which data.
    pub data: Data,
    /// With what the engine starts.
    pub engine: Engine,
    /// How the simulated exchange and account behave.
    pub execution: Execution,
    /// What runs when, beside what the script schedules.
    pub schedule: Schedule,
    /// How much rules of `check` matter, by code.
    pub check: Levels,
    /// What differs from the defaults of its kind, by symbol.
    pub assets: BTreeMap<String, AssetConfig>,
    /// The calendars, those of the project included.
    pub calendars: Calendars,
    pub(crate) settings: BTreeMap<KeyPath, Setting>,
}

/// What runs.
#[derive(Clone, Debug)]
pub struct Strategy {
    /// The script; `None` if none was named.
    pub script: Option<PathBuf>,
    /// The parameters that were set, as written: only the script knows their types.
    pub params: BTreeMap<String, String>,
}

/// On which data a strategy runs.
#[derive(Clone, Debug)]
pub struct Data {
    /// A file or folder of bars; `None` is the built-in sample.
    pub path: Option<PathBuf>,
    /// The assets, in the order written; empty is all there are.
    pub symbols: Vec<String>,
    /// The base resolution; `None` is the interval of the files.
    pub timeframe: Option<Timeframe>,
    /// The name of the trading calendar; `None` is decided by the data.
    pub calendar: Option<String>,
    /// The kind of all assets; `None` is decided by the data.
    pub kind: Option<AssetKind>,
    /// Where the run starts; `None` is the first bar.
    pub start: Option<Moment>,
    /// Where the run ends, inclusive; `None` is the last bar.
    pub end: Option<Moment>,
    /// How many base bars before the start are visible; `None` is all.
    pub warmup: Option<u64>,
    /// Splits and dividends, a file or folder; `None` is beside the bars.
    pub actions: Option<PathBuf>,
}

/// With what the engine starts.
#[derive(Clone, Debug)]
pub struct Engine {
    /// Cash at the start; positive.
    pub capital: Money,
    /// What all randomness follows from.
    pub seed: u64,
    /// The asset to compare with; `None` leaves it to the script.
    pub benchmark: Option<String>,
}

/// How the simulated exchange and account behave.
#[derive(Clone, Debug)]
pub struct Execution {
    /// `None` leaves it to the script, else to what is usual for the asset's kind.
    pub commission: Option<Commission>,
    /// `None` leaves it to the script, else to five basis points.
    pub slippage: Option<Slippage>,
    /// Where market orders fill.
    pub fill_at: FillAt,
    /// The share of a bar's volume that fills.
    pub volume_limit: VolumeLimit,
    /// The kind of account.
    pub account: AccountKind,
    /// Gross value over equity, at most; 1 or more.
    pub leverage: Decimal,
    /// Equity needed to open, as a fraction of the value.
    pub initial_margin: Decimal,
    /// Equity needed to hold, as a fraction of the value; at most the initial margin.
    pub maintenance_margin: Decimal,
    /// What a breach of the maintenance margin does.
    pub margin_call: MarginCall,
    /// The yearly fee on the value of shorts, as a fraction.
    pub borrow_rate: Decimal,
    /// Whether the end of a session cancels orders.
    pub cancel_policy: CancelPolicy,
    /// Simulated latency in milliseconds; `None` leaves it to mode and kind.
    pub latency_ms: Option<u64>,
    /// How far the latency varies, as a fraction of it; 0 to 1.
    pub latency_jitter: Decimal,
}

/// What runs when.
#[derive(Clone, Debug)]
pub struct Schedule {
    /// How late a trigger may be and still run; zero or more.
    pub misfire_grace: Span,
    /// Triggers, in order of their names.
    pub triggers: Vec<Trigger>,
}

/// What differs for one asset; `None` keeps the default of its kind.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AssetConfig {
    /// The kind.
    pub kind: Option<AssetKind>,
    /// The step of prices; positive.
    pub tick_size: Option<Decimal>,
    /// The step of quantities; positive.
    pub lot_size: Option<Decimal>,
    /// Money per unit of price and quantity; positive.
    pub multiplier: Option<Decimal>,
    /// The currency of its price.
    pub currency: Option<String>,
    /// Where it trades.
    pub exchange: Option<String>,
    /// The name of its trading calendar.
    pub calendar: Option<String>,
    /// The smallest order, in units.
    pub min_quantity: Option<Quantity>,
    /// The smallest order, in money.
    pub min_notional: Option<Money>,
}

/// The kind of account.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AccountKind {
    /// May owe and sell short, within margin and leverage.
    Margin,
    /// Pays in full.
    Cash,
}

/// What a breach of the maintenance margin does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MarginCall {
    /// Blocks new exposure and warns.
    Warn,
    /// Closes positions.
    Liquidate,
}

/// Whether the end of a session cancels orders.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CancelPolicy {
    /// Orders last as long as their time in force says.
    Never,
    /// What could have filled in the session is canceled at its end.
    EndOfDay,
}

/// The share of a bar's volume that fills.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum VolumeLimit {
    /// Volume is not looked at.
    None,
    /// At most this fraction per bar and asset; above 0, at most 1.
    Share(Decimal),
}

impl Words for FillAt {
    const NOUN: &'static str = "place to fill";
    const ALL: &'static [(&'static str, Self)] = &[
        ("next_open", Self::NextOpen),
        ("next_close", Self::NextClose),
        ("this_close", Self::ThisClose),
    ];
}

impl Words for AccountKind {
    const NOUN: &'static str = "kind of account";
    const ALL: &'static [(&'static str, Self)] = &[("margin", Self::Margin), ("cash", Self::Cash)];
}

impl Words for MarginCall {
    const NOUN: &'static str = "margin call";
    const ALL: &'static [(&'static str, Self)] =
        &[("warn", Self::Warn), ("liquidate", Self::Liquidate)];
}

impl Words for Level {
    const NOUN: &'static str = "level of a rule";
    const ALL: &'static [(&'static str, Self)] = &[
        ("off", Self::Off),
        ("warn", Self::Warn),
        ("error", Self::Error),
    ];
}

impl Words for CancelPolicy {
    const NOUN: &'static str = "cancel policy";
    const ALL: &'static [(&'static str, Self)] = &[("never", Self::Never), ("eod", Self::EndOfDay)];
}

impl Words for AssetKind {
    const NOUN: &'static str = "kind of asset";
    const ALL: &'static [(&'static str, Self)] = &[
        ("equity", Self::Equity),
        ("crypto", Self::Crypto),
        ("forex", Self::Forex),
        ("future", Self::Future),
        ("option", Self::Option),
    ];
}

/// Reads `true` or `false`.
pub(super) fn parse_flag(text: &str) -> Result<bool, ValueError> {
    text.parse().map_err(|_| {
        ValueError::new(
            format!("`{text}` is not a truth value"),
            "write true or false",
        )
    })
}

impl FromStr for VolumeLimit {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        if text == "none" {
            return Ok(Self::None);
        }
        parse_fraction(text)
            .map(Self::Share)
            .map_err(|error| ValueError::new(error.what, "write 0.025 for 2.5 %, or none"))
    }
}

impl fmt::Display for VolumeLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("none"),
            Self::Share(share) => write!(f, "{share}"),
        }
    }
}

/// One line of `config show`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Shown {
    /// The key.
    pub key: String,
    /// The value, `***` for what looks secret; `None` where nothing is set.
    pub value: Option<String>,
    /// Where it comes from, or what its absence means.
    pub origin: String,
}

impl Config {
    /// Returns where a key's value comes from: [`Origin::BuiltIn`] where nobody set it. `key` is the
    /// dotted path, such as `execution.commission`.
    pub fn origin(&self, key: &str) -> Origin {
        self.settings
            .get(&KeyPath::fixed(key))
            .map_or(Origin::BuiltIn, |setting| setting.origin.clone())
    }

    /// Returns where the first value below a path comes from.
    pub fn origin_under(&self, path: &[&str]) -> Origin {
        self.settings
            .values()
            .find(|setting| path.iter().eq(setting.key.0.iter().take(path.len())))
            .map_or(Origin::BuiltIn, |setting| setting.origin.clone())
    }

    /// Whether a person set this key, by flag, environment or file.
    pub fn is_explicit(&self, key: &str) -> bool {
        self.origin(key) != Origin::BuiltIn
    }

    /// Returns all keys with value and origin, in the order of [`KEYS`].
    pub fn shown(&self) -> Vec<Shown> {
        KEYS.iter().flat_map(|key| self.shown_key(key)).collect()
    }

    fn shown_key(&self, key: &Key) -> Vec<Shown> {
        let pattern: Vec<&str> = key.path.split('.').collect();
        let set = self.settings.values().filter(|setting| {
            let path = &setting.key.0;
            path.len() == pattern.len()
                && path
                    .iter()
                    .zip(&pattern)
                    .all(|(name, part)| *part == "*" || name == part)
        });
        let mut lines: Vec<Shown> = set
            .map(|setting| Shown {
                key: setting.key.to_string(),
                value: Some(if setting.key.is_secret() {
                    "***".to_owned()
                } else {
                    setting.text.clone()
                }),
                origin: setting.origin.to_string(),
            })
            .collect();
        if let Default::Absent(meaning) = key.default
            && lines.is_empty()
            && !key.path.contains('*')
        {
            lines.push(Shown {
                key: key.path.to_owned(),
                value: None,
                origin: meaning.to_owned(),
            });
        }
        lines
    }
}
