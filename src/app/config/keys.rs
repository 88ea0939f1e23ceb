//! Every key of the configuration: its name, its default and what it says.
//!
//! Invariants: one place per fact; a key that is not listed here does not exist in files, in the
//! environment or in flags. A `*` stands for a name that the user chooses.

use std::fmt;

use crate::app::config::value::nearest;

/// The way to a value, such as `engine.capital`; a symbol in it may hold dots.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct KeyPath(pub Vec<String>);

impl KeyPath {
    /// Reads a dotted path without user-chosen names.
    pub fn fixed(text: &str) -> Self {
        Self(text.split('.').map(ToOwned::to_owned).collect())
    }

    /// Whether the last name looks like that of a secret, whose value no output may show.
    pub fn is_secret(&self) -> bool {
        const WORDS: [&str; 8] = [
            "secret",
            "password",
            "passwd",
            "passphrase",
            "token",
            "api_key",
            "apikey",
            "credential",
        ];
        let last = self
            .0
            .last()
            .map(|name| name.to_lowercase())
            .unwrap_or_default();
        WORDS.iter().any(|word| last.contains(word)) || last == "key" || last.ends_with("_key")
    }
}

impl fmt::Display for KeyPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("."))
    }
}

/// One key.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// The dotted path; `*` stands for any name.
    pub path: &'static str,
    /// What it says, in one line.
    pub help: &'static str,
    /// The value where nothing is set, or in words what happens then.
    pub default: Default,
    /// What kind of value it takes.
    pub shape: Shape,
}

/// What holds where a key is not set.
#[derive(Clone, Copy, Debug)]
pub enum Default {
    /// This value.
    Value(&'static str),
    /// No value; in words what happens.
    Absent(&'static str),
}

/// What kind of value a key takes in a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shape {
    /// A single value.
    Scalar,
    /// A list of single values, or one text with commas.
    List,
    /// A file or folder, relative to the configuration file.
    Path,
}

const fn value(path: &'static str, default: &'static str, help: &'static str) -> Key {
    Key {
        path,
        help,
        default: Default::Value(default),
        shape: Shape::Scalar,
    }
}

const fn absent(
    path: &'static str,
    shape: Shape,
    otherwise: &'static str,
    help: &'static str,
) -> Key {
    Key {
        path,
        help,
        default: Default::Absent(otherwise),
        shape,
    }
}

/// All keys, in the order in which `config show` lists them.
#[rustfmt::skip]
pub const KEYS: &[Key] = &[
    absent("strategy.script", Shape::Path, "must be given", "the strategy"),
    absent("strategy.params.*", Shape::Scalar, "the script's default", "a parameter of the strategy"),
    absent("data.path", Shape::Path, "the built-in sample", "a file or folder of bars"),
    absent("data.symbols", Shape::List, "all there are", "the assets"),
    absent("data.timeframe", Shape::Scalar, "the file's own interval", "the base resolution"),
    absent("data.calendar", Shape::Scalar, "from the data", "the trading calendar"),
    absent("data.kind", Shape::Scalar, "from the data", "equity, crypto, forex, future or option"),
    absent("data.start", Shape::Scalar, "the first bar", "where the run starts"),
    absent("data.end", Shape::Scalar, "the last bar", "where the run ends, inclusive"),
    absent("data.warmup", Shape::Scalar, "all bars before the start", "bars before the start that history sees"),
    absent("data.actions", Shape::Path, "beside the bars", "splits and dividends"),
    value("engine.capital", "100000", "cash at the start"),
    value("engine.seed", "0", "what all randomness follows from"),
    absent("engine.benchmark", Shape::Scalar, "the script's, if any", "the asset to compare with"),
    absent("execution.commission", Shape::Scalar, "the script's, else by kind", "what a trade costs"),
    absent("execution.slippage", Shape::Scalar, "the script's, else bps:5", "how much worse an order fills"),
    value("execution.fill_at", "next_open", "where market orders fill"),
    value("execution.volume_limit", "0.025", "the share of a bar's volume that fills, or none"),
    value("execution.account", "margin", "margin or cash"),
    absent("execution.leverage", Shape::Scalar, "2, on a cash account 1", "gross value over equity, at most"),
    value("execution.initial_margin", "0.5", "equity needed to open, as a share of the value"),
    value("execution.maintenance_margin", "0.25", "equity needed to hold, as a share of the value"),
    value("execution.margin_call", "warn", "what a maintenance breach does: warn or liquidate"),
    value("execution.borrow_rate", "0", "yearly fee on the value of shorts"),
    value("execution.cancel_policy", "never", "whether a session's end cancels orders: never or eod"),
    absent("execution.latency_ms", Shape::Scalar, "by mode and kind", "simulated latency in milliseconds"),
    value("execution.latency_jitter", "0.2", "how far the latency varies, as a share"),
    value("schedule.misfire_grace", "60s", "how late a trigger may be and still run"),
    absent("schedule.triggers.*.function", Shape::Scalar, "the trigger's name", "the function of the script that it calls"),
    absent("schedule.triggers.*.date", Shape::Scalar, "every_day()", "on which sessions, such as month_end()"),
    absent("schedule.triggers.*.time", Shape::Scalar, "market_open()", "when on them, such as market_close(\"15m\")"),
    absent("schedule.triggers.*.every", Shape::Scalar, "date and time", "an interval within sessions, such as 15m"),
    absent("schedule.triggers.*.cron", Shape::Scalar, "date and time", "a cron expression, such as 0 9 * * MON-FRI"),
    absent("schedule.triggers.*.zone", Shape::Scalar, "the calendar's", "the zone of the cron expression"),
    absent("schedule.triggers.*.half_days", Shape::Scalar, "true", "whether it runs on sessions that close early"),
    absent("schedule.triggers.*.enabled", Shape::Scalar, "true", "whether it runs from the start"),
    absent("check.*", Shape::Scalar, "the rule's own", "how much a rule of check matters: off, warn or error"),
    absent("assets.*.kind", Shape::Scalar, "data.kind", "the kind of one asset"),
    absent("assets.*.tick_size", Shape::Scalar, "by kind", "the step of prices"),
    absent("assets.*.lot_size", Shape::Scalar, "by kind", "the step of quantities"),
    absent("assets.*.multiplier", Shape::Scalar, "1", "money per unit of price and quantity"),
    absent("assets.*.currency", Shape::Scalar, "USD", "the currency of its price"),
    absent("assets.*.exchange", Shape::Scalar, "unknown", "where it trades"),
    absent("assets.*.calendar", Shape::Scalar, "data.calendar", "its trading calendar"),
    absent("assets.*.min_quantity", Shape::Scalar, "none", "the smallest order, in units"),
    absent("assets.*.min_notional", Shape::Scalar, "none", "the smallest order, in money"),
];

/// What a path leads to.
#[derive(Clone, Debug)]
pub enum Found {
    /// A value.
    Leaf(&'static Key),
    /// A map of keys.
    Branch,
    /// Nothing; with what was perhaps meant, or the names that exist there.
    Unknown {
        /// A name near the one that was written.
        near: Option<String>,
        /// The names that exist at this level.
        known: Vec<&'static str>,
    },
}

/// Looks a path up, name by name.
pub fn find(path: &[String]) -> Found {
    let matching = |prefix: &[String]| {
        KEYS.iter()
            .filter(move |key| {
                let mut names = key.path.split('.');
                prefix
                    .iter()
                    .all(|part| names.next().is_some_and(|name| name == "*" || name == part))
            })
            .collect::<Vec<_>>()
    };
    for length in 1..=path.len() {
        if !matching(&path[..length]).is_empty() {
            continue;
        }
        let mut known: Vec<_> = matching(&path[..length - 1])
            .iter()
            .filter_map(|key| key.path.split('.').nth(length - 1))
            .collect();
        known.dedup();
        let written = path[length - 1].as_str();
        return Found::Unknown {
            near: suggestion(path, length, written, &known),
            known,
        };
    }
    match matching(path)
        .iter()
        .find(|key| key.path.split('.').count() == path.len())
    {
        Some(key) => Found::Leaf(key),
        None => Found::Branch,
    }
}

/// Returns the nearest name at this level, else the full path of a key of that name elsewhere.
fn suggestion(path: &[String], length: usize, written: &str, known: &[&str]) -> Option<String> {
    let last = |key: &Key| key.path.rsplit('.').next().unwrap_or_default();
    nearest(written, known.iter().copied())
        .map(ToOwned::to_owned)
        .or_else(|| {
            let wanted = path.last().filter(|_| length == path.len())?;
            KEYS.iter()
                .find(|key| last(key) == wanted)
                .map(|key| key.path.to_owned())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Found {
        find(&KeyPath::fixed(text).0)
    }

    #[test]
    fn a_path_is_a_value_a_section_or_unknown() {
        assert!(matches!(at("engine.capital"), Found::Leaf(key) if key.path == "engine.capital"));
        assert!(matches!(at("strategy.params.fast"), Found::Leaf(_)));
        assert!(matches!(at("assets.BTCUSDT"), Found::Branch));
        assert!(matches!(at("engine"), Found::Branch));
        assert!(matches!(at("engin"), Found::Unknown { near: Some(near), .. } if near == "engine"));
        assert!(
            matches!(at("capital"), Found::Unknown { near: Some(near), .. } if near == "engine.capital")
        );
        assert!(
            matches!(at("engine.xyz"), Found::Unknown { near: None, known } if known == ["capital", "seed", "benchmark"])
        );
        assert!(matches!(at("engine.capital.more"), Found::Unknown { .. }));
    }

    #[test]
    fn a_name_that_looks_secret_is_one() {
        for (name, secret) in [
            ("api_key", true),
            ("smtp_password", true),
            ("KEY", true),
            ("monkey", false),
            ("fast", false),
        ] {
            assert_eq!(
                KeyPath::fixed(&format!("strategy.params.{name}")).is_secret(),
                secret,
                "{name}"
            );
        }
    }

    #[test]
    fn each_key_is_listed_once() {
        for (index, key) in KEYS.iter().enumerate() {
            assert!(
                KEYS[..index].iter().all(|other| other.path != key.path),
                "{}",
                key.path
            );
        }
    }
}
