//! The built-in sample: real daily bars of AAPL, MSFT and GOOG, with their splits and dividends.
//!
//! Invariants: read by the same reader as any file. The credits stand in `sample/SOURCES.md`.

use std::collections::BTreeMap;
use std::path::Path;

use crate::core::model::time::Timeframe;
use crate::shell::catalog::actions::{Actions, parse_actions};
use crate::shell::catalog::bars::BarColumns;
use crate::shell::catalog::csv_read::{Rows, read_memory};
use crate::shell::catalog::error::{DataError, Rule};
use crate::shell::catalog::load::{LoadOptions, Loaded, hash_of};
use crate::shell::catalog::text::sha256_hex;

/// One asset of the sample: symbol, bars (gzip), actions.
type Entry = (&'static str, &'static [u8], &'static [u8]);

const ENTRIES: [Entry; 3] = [
    (
        "AAPL",
        include_bytes!("sample/AAPL.csv.gz"),
        include_bytes!("sample/AAPL.actions.csv"),
    ),
    (
        "GOOG",
        include_bytes!("sample/GOOG.csv.gz"),
        include_bytes!("sample/GOOG.actions.csv"),
    ),
    (
        "MSFT",
        include_bytes!("sample/MSFT.csv.gz"),
        include_bytes!("sample/MSFT.actions.csv"),
    ),
];

/// Returns the sample, or the given symbols of it.
///
/// # Errors
/// [`Rule::UnknownSymbol`] for a symbol that it does not hold.
pub fn sample(symbols: &[String]) -> Result<Loaded, DataError> {
    let source = Path::new("sample");
    let has = |symbol: &String| ENTRIES.iter().any(|(name, ..)| name == symbol);
    if let Some(unknown) = symbols.iter().find(|symbol| !has(symbol)) {
        let rule = Rule::UnknownSymbol {
            symbol: unknown.clone(),
            found: ENTRIES.map(|(name, ..)| name).join(", "),
        };
        return Err(DataError::of_file(source, rule));
    }
    let mut assets = Vec::new();
    let mut actions = Actions::new();
    let mut action_hashes = Vec::new();
    for (symbol, bars, action_file) in ENTRIES {
        if !symbols.is_empty() && !symbols.iter().any(|wanted| wanted == symbol) {
            continue;
        }
        assets.push(bars_of(source, symbol, bars)?);
        parse_actions(source, action_file, symbol, &mut actions)?;
        action_hashes.push(sha256_hex(action_file));
    }
    let sha256 = hash_of(&assets, &action_hashes);
    Ok(Loaded {
        assets,
        actions,
        facts: BTreeMap::new(),
        warnings: Vec::new(),
        sha256,
    })
}

fn bars_of(source: &Path, symbol: &str, bytes: &'static [u8]) -> Result<BarColumns, DataError> {
    let file = read_memory(source, bytes, &LoadOptions::default())?;
    let Rows::Bars(built) = file.rows else {
        return Err(DataError::of_file(source, Rule::Trades));
    };
    let [open, high, low, close] = built.prices;
    Ok(BarColumns {
        symbol: symbol.to_owned(),
        starts: built.starts,
        open,
        high,
        low,
        close,
        volume: built.volume,
        price_scale: built.price_scale,
        volume_scale: built.volume_scale,
        timeframe: Timeframe::Day,
        source: source.to_owned(),
        sha256: file.sha256,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::model::time::{Span, Timestamp};

    #[test]
    fn the_sample_holds_what_its_source_says() {
        let loaded = sample(&[]).unwrap();
        let rows: Vec<(&str, usize)> = loaded
            .assets
            .iter()
            .map(|bars| (bars.symbol.as_str(), bars.len()))
            .collect();
        assert_eq!(rows, [("AAPL", 3270), ("GOOG", 2148), ("MSFT", 3270)]);
        assert!(loaded.warnings.is_empty());
        let aapl = &loaded.assets[0];
        let at = Timestamp::parse("2005-02-28").unwrap();
        let row = aapl.starts.binary_search(&at).unwrap();
        let bar = aapl.bar(row, at, at + Span::DAY);
        assert_eq!(bar.open().to_string(), "44.68");
        assert_eq!(bar.close().to_string(), "44.86");
        assert_eq!(loaded.actions["AAPL"].len(), 5);
        assert_eq!(loaded.actions["MSFT"].len(), 38);
        assert!(!loaded.actions.contains_key("GOOG"));
    }

    #[test]
    fn an_unknown_symbol_is_refused_with_what_there_is() {
        let error = sample(&["TSLA".to_owned()]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "sample: no data for TSLA; there is: AAPL, GOOG, MSFT"
        );
    }
}
