//! What the settings mean, read once.
//!
//! Invariants: later layers win, key by key; every wrong setting is reported, not only the first; a
//! value that is optional here is optional on purpose, and its documentation says what its absence
//! means.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::str::FromStr;

use rust_decimal::Decimal;

use crate::app::config::keys::{Default, KEYS, KeyPath};
use crate::app::config::layer::{ConfigError, Origin, Setting};
use crate::app::config::model::{
    AccountKind, AssetConfig, CancelPolicy, Config, Data, Engine, Execution, MarginCall, Strategy,
    VolumeLimit,
};
use crate::app::config::value::{
    Moment, ValueError, Words, from_time, parse_count, parse_fraction, parse_list,
    parse_not_negative, parse_positive,
};
use crate::core::calendar::Calendars;
use crate::core::model::asset::AssetKind;
use crate::core::model::number::{Money, Quantity};
use crate::core::model::time::Timeframe;
use crate::core::sim::rules::FillAt;
use crate::script::check::level::{Level, Levels, is_settable};

/// Merges the layers, the weakest first, and reads them.
///
/// # Errors
/// Everything that is wrong, in the order of the keys.
pub fn resolve(layers: impl IntoIterator<Item = Setting>) -> Result<Config, Vec<ConfigError>> {
    let mut settings = BTreeMap::new();
    for setting in layers {
        settings.insert(setting.key.clone(), setting);
    }
    let mut reader = Reader {
        settings: &settings,
        errors: Vec::new(),
    };
    let strategy = reader.strategy();
    let data = reader.data();
    let engine = reader.engine();
    let execution = reader.execution();
    let schedule = reader.schedule();
    let check = reader.check();
    let assets = reader.assets();
    if reader.errors.is_empty() {
        Ok(Config {
            strategy,
            data,
            engine,
            execution,
            schedule,
            check,
            assets,
            calendars: Calendars::default(),
            settings,
        })
    } else {
        Err(reader.errors)
    }
}

/// Reads settings by their keys and keeps what is wrong.
pub(super) struct Reader<'a> {
    pub(super) settings: &'a BTreeMap<KeyPath, Setting>,
    errors: Vec<ConfigError>,
}

impl Reader<'_> {
    fn strategy(&mut self) -> Strategy {
        let params = self
            .settings
            .iter()
            .filter_map(|(key, setting)| match key.0.as_slice() {
                [section, map, name] if section == "strategy" && map == "params" => {
                    Some((name.clone(), setting.text.clone()))
                }
                _ => None,
            })
            .collect();
        Strategy {
            script: self.optional("strategy.script", parse_path),
            params,
        }
    }

    fn data(&mut self) -> Data {
        let data = Data {
            path: self.optional("data.path", parse_path),
            symbols: self
                .optional("data.symbols", parse_list)
                .unwrap_or_default(),
            timeframe: self.optional("data.timeframe", |text| {
                Timeframe::parse(text).map_err(|error| from_time(&error))
            }),
            calendar: self.optional("data.calendar", parse_name),
            kind: self.optional("data.kind", AssetKind::parse_word),
            start: self.optional("data.start", Moment::from_str),
            end: self.optional("data.end", Moment::from_str),
            warmup: self.optional("data.warmup", parse_count),
            actions: self.optional("data.actions", parse_path),
        };
        if let (Some(start), Some(end)) = (data.start, data.end)
            && end.last() < start.first()
        {
            self.wrong(
                "data.end",
                &ValueError::new(
                    format!("`{end}` is before the start `{start}`"),
                    "give an end that is later; it is inclusive",
                ),
            );
        }
        data
    }

    fn engine(&mut self) -> Engine {
        Engine {
            capital: Money::new(self.value("engine.capital", parse_positive)),
            seed: self.value("engine.seed", parse_count),
            benchmark: self.optional("engine.benchmark", parse_name),
        }
    }

    fn execution(&mut self) -> Execution {
        let account = self.value("execution.account", AccountKind::parse_word);
        let leverage = self.optional("execution.leverage", parse_leverage);
        let execution = Execution {
            commission: self.optional("execution.commission", FromStr::from_str),
            slippage: self.optional("execution.slippage", FromStr::from_str),
            fill_at: self.value("execution.fill_at", FillAt::parse_word),
            volume_limit: self.value("execution.volume_limit", VolumeLimit::from_str),
            account,
            leverage: leverage.unwrap_or(match account {
                AccountKind::Margin => Decimal::TWO,
                AccountKind::Cash => Decimal::ONE,
            }),
            initial_margin: self.value("execution.initial_margin", parse_fraction),
            maintenance_margin: self.value("execution.maintenance_margin", parse_fraction),
            margin_call: self.value("execution.margin_call", MarginCall::parse_word),
            borrow_rate: self.value("execution.borrow_rate", parse_not_negative),
            cancel_policy: self.value("execution.cancel_policy", CancelPolicy::parse_word),
            latency_ms: self.optional("execution.latency_ms", parse_count),
            latency_jitter: self.value("execution.latency_jitter", parse_share),
        };
        self.check_account(&execution);
        execution
    }

    /// Checks what only holds between settings.
    fn check_account(&mut self, execution: &Execution) {
        if execution.account == AccountKind::Cash && execution.leverage != Decimal::ONE {
            self.wrong(
                "execution.leverage",
                &ValueError::new(
                    format!(
                        "`{}` is leverage on a cash account, which has none",
                        execution.leverage
                    ),
                    "remove it, or write account: margin",
                ),
            );
        }
        let (initial, maintenance) = (execution.initial_margin, execution.maintenance_margin);
        if maintenance > initial {
            let key = "execution.maintenance_margin";
            let is_set = |setting: &Setting| setting.origin != Origin::BuiltIn;
            let (key, what) = if self.settings.get(&KeyPath::fixed(key)).is_some_and(is_set) {
                (
                    key,
                    format!("`{maintenance}` is above the initial margin {initial}"),
                )
            } else {
                let what = format!("`{initial}` is below the maintenance margin {maintenance}");
                ("execution.initial_margin", what)
            };
            let hint = "what is enough to open must be enough to hold";
            self.wrong(key, &ValueError::new(what, hint));
        }
    }

    fn check(&mut self) -> Levels {
        let keys: Vec<KeyPath> = self
            .settings
            .keys()
            .filter(|key| key.0[0] == "check")
            .cloned()
            .collect();
        let mut levels = Levels::new();
        for key in keys {
            let code = key.0[1].to_uppercase();
            if !is_settable(&code) {
                let error = ValueError::new(
                    "there is no such rule, or its level is fixed",
                    "rustybt check --explain CODE explains a rule",
                );
                let origin = self.settings[&key].origin.clone();
                self.report(&key, &error, origin);
            } else if let Some(level) = self.at(&key, Level::parse_word) {
                levels.insert(code, level);
            }
        }
        levels
    }

    fn assets(&mut self) -> BTreeMap<String, AssetConfig> {
        let mut symbols: Vec<String> = self
            .settings
            .keys()
            .filter(|key| key.0[0] == "assets")
            .map(|key| key.0[1].clone())
            .collect();
        symbols.dedup();
        symbols
            .into_iter()
            .map(|symbol| {
                let asset = self.asset(&symbol);
                (symbol, asset)
            })
            .collect()
    }

    fn asset(&mut self, symbol: &str) -> AssetConfig {
        let key = |field: &str| KeyPath(["assets", symbol, field].map(str::to_owned).to_vec());
        AssetConfig {
            kind: self.at(&key("kind"), AssetKind::parse_word),
            tick_size: self.at(&key("tick_size"), parse_positive),
            lot_size: self.at(&key("lot_size"), parse_positive),
            multiplier: self.at(&key("multiplier"), parse_positive),
            currency: self.at(&key("currency"), parse_name),
            exchange: self.at(&key("exchange"), parse_name),
            calendar: self.at(&key("calendar"), parse_name),
            min_quantity: self
                .at(&key("min_quantity"), parse_not_negative)
                .map(Quantity::new),
            min_notional: self
                .at(&key("min_notional"), parse_not_negative)
                .map(Money::new),
        }
    }

    /// Reads a key that may be absent.
    fn optional<T>(
        &mut self,
        key: &str,
        read: impl Fn(&str) -> Result<T, ValueError>,
    ) -> Option<T> {
        self.at(&KeyPath::fixed(key), read)
    }

    pub(super) fn at<T>(
        &mut self,
        key: &KeyPath,
        read: impl Fn(&str) -> Result<T, ValueError>,
    ) -> Option<T> {
        let setting = self.settings.get(key)?;
        match read(&setting.text) {
            Ok(value) => Some(value),
            Err(error) => {
                self.report(key, &error, setting.origin.clone());
                None
            }
        }
    }

    /// Reads a key that has a default.
    pub(super) fn value<T>(
        &mut self,
        key: &str,
        read: impl Fn(&str) -> Result<T, ValueError>,
    ) -> T {
        self.optional(key, &read).unwrap_or_else(|| {
            KEYS.iter()
                .find(|known| known.path == key)
                .and_then(|known| match known.default {
                    Default::Value(text) => read(text).ok(),
                    Default::Absent(_) => None,
                })
                .expect("a test reads the default of every key")
        })
    }

    /// Reports what is wrong between this key and others.
    fn wrong(&mut self, key: &str, error: &ValueError) {
        self.wrong_at(&KeyPath::fixed(key), error);
    }

    pub(super) fn wrong_at(&mut self, key: &KeyPath, error: &ValueError) {
        let origin = self
            .settings
            .get(key)
            .map_or(Origin::BuiltIn, |setting| setting.origin.clone());
        self.report(key, error, origin);
    }

    fn report(&mut self, key: &KeyPath, error: &ValueError, origin: Origin) {
        let what = format!("`{key}`: {}", error.what);
        self.errors
            .push(ConfigError::new(what, error.hint.clone(), origin));
    }
}

fn parse_path(text: &str) -> Result<PathBuf, ValueError> {
    if text.is_empty() {
        return Err(ValueError::new(
            "an empty path",
            "write the name of a file or folder",
        ));
    }
    Ok(PathBuf::from(text))
}

fn parse_name(text: &str) -> Result<String, ValueError> {
    if text.is_empty() || text.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Err(ValueError::new(
            format!("`{}` is not a name", text.escape_debug()),
            "write a name without spaces",
        ));
    }
    Ok(text.to_owned())
}

fn parse_leverage(text: &str) -> Result<Decimal, ValueError> {
    let leverage = parse_positive(text)?;
    if leverage < Decimal::ONE {
        return Err(ValueError::new(
            format!("`{text}` is below 1"),
            "write 1 or more, such as 2",
        ));
    }
    Ok(leverage)
}

/// Reads a fraction from 0 to 1.
fn parse_share(text: &str) -> Result<Decimal, ValueError> {
    let share = parse_not_negative(text)?;
    if share > Decimal::ONE {
        return Err(ValueError::new(
            format!("`{text}` is above 1"),
            "write 0.2 for 20 %",
        ));
    }
    Ok(share)
}
