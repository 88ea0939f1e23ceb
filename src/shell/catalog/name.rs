//! What the name of a file says: the symbol, the interval, the format.
//!
//! Invariants: `AAPL.csv` and `AAPL-1d-wiki.csv.gz` are AAPL; `*.actions.csv` is no bar file. A `/`
//! in a symbol is written `%2F` in a file's name.

use std::path::Path;

use crate::core::model::time::Timeframe;

/// The parts of the name of a bar file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FileName {
    /// The symbol.
    pub(super) symbol: String,
    /// The symbol as the name writes it.
    pub(super) symbol_in_file: String,
    /// The interval in the name.
    pub(super) timeframe: Option<Timeframe>,
    /// Whether there is more in the name than the symbol.
    has_more: bool,
}

impl FileName {
    /// Reads the name of a file; `None` if it is not named as a bar file.
    pub(super) fn of(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?;
        let lower = name.to_lowercase();
        if lower.ends_with(".actions.csv") || lower.ends_with(".actions.csv.gz") {
            return None;
        }
        let stem = [".csv.gz", ".csv", ".txt", ".tsv", ".parquet"]
            .into_iter()
            .find(|extension| lower.ends_with(extension))
            .map(|extension| &name[..name.len() - extension.len()])?;
        let parts: Vec<&str> = stem.split('-').collect();
        let cut = parts.iter().skip(1).position(|part| {
            Timeframe::parse(part).is_ok() || matches!(*part, "trades" | "quotes")
        });
        let symbol_in_file = match cut {
            Some(at) => parts[..=at].join("-"),
            None => stem.to_owned(),
        };
        let timeframe = cut.and_then(|at| Timeframe::parse(parts[at + 1]).ok());
        Some(Self {
            symbol: decode(&symbol_in_file),
            symbol_in_file,
            timeframe,
            has_more: cut.is_some(),
        })
    }

    /// Makes the best of the name of a file that is not named as a bar file.
    pub(super) fn of_stem(path: &Path) -> Self {
        let name = path.file_name().map(|name| name.to_string_lossy());
        let stem = name.as_deref().unwrap_or_default().split('.').next();
        let symbol = stem.unwrap_or_default().to_owned();
        Self {
            symbol_in_file: encode(&symbol),
            symbol,
            timeframe: None,
            has_more: false,
        }
    }

    /// Whether the name is the symbol and nothing else.
    pub(super) fn is_bare(&self) -> bool {
        !self.has_more
    }
}

/// Whether a text can be a symbol: one to 64 characters, no blanks, nothing that a path could
/// misread.
pub fn is_symbol(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 64
        && !text.starts_with('.')
        && text
            .chars()
            .all(|c| c.is_alphanumeric() || "-_./:=^&$#@+!".contains(c))
}

/// Writes a symbol as part of a file's name.
pub(super) fn encode(symbol: &str) -> String {
    symbol
        .replace('%', "%25")
        .replace('/', "%2F")
        .replace(':', "%3A")
}

fn decode(text: &str) -> String {
    text.replace("%3A", ":")
        .replace("%2F", "/")
        .replace("%25", "%")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_symbol_is_what_stands_before_the_interval() {
        for (name, symbol, timeframe) in [
            ("AAPL.csv", "AAPL", None),
            ("AAPL-1d-wiki.csv", "AAPL", Some(Timeframe::Day)),
            (
                "ADAUSDT-PERP-1m-binance-20221213.csv.gz",
                "ADAUSDT-PERP",
                Some(Timeframe::MINUTE),
            ),
            ("BTCUSDT-trades-barter-20250325.csv", "BTCUSDT", None),
            ("00-clean-reference.csv", "00-clean-reference", None),
            ("BTC%2FUSDT-1h.parquet", "BTC/USDT", Some(Timeframe::HOUR)),
        ] {
            let found = FileName::of(Path::new(name)).unwrap();
            assert_eq!(
                (found.symbol.as_str(), found.timeframe),
                (symbol, timeframe),
                "{name}"
            );
        }
        for name in ["AAPL.actions.csv", "README.md", "AAPL-1d.json", "MSFT"] {
            assert_eq!(FileName::of(Path::new(name)), None, "{name}");
        }
    }
}
