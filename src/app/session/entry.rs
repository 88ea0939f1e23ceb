//! What the journal holds: everything that the core was told, in order.
//!
//! Invariants: an entry read back equals what was written; an entry without a hash changed nothing that
//! passed between engine and exchange.

use serde::{Deserialize, Serialize};

use crate::core::message::Wish;
use crate::core::model::asset::AssetId;
use crate::core::model::market::Bar;
use crate::core::model::time::Timestamp;

/// One line of the journal.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Record {
    /// What the core was told.
    #[serde(flatten)]
    pub entry: Entry,
    /// The calls of the script that the watchdog stopped, counted from 1 within the entry.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stopped: Vec<u32>,
    /// The hash over all commands and order reports up to here; `None` when there were none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hash: Option<String>,
}

/// What the core was told.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Entry {
    /// The session began.
    Begin(Begin),
    /// Bars ended; all of one instant.
    Slice {
        /// When.
        at: Timestamp,
        /// Which.
        bars: Vec<BarEntry>,
    },
    /// Time went on to this instant without a bar.
    Clock(Timestamp),
    /// An operator wanted something; who and why.
    Operator(Wish, String),
    /// Another version of the script took over.
    Reload(String),
}

/// What a session was begun with.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Begin {
    /// The version of the format.
    pub version: u32,
    /// The program.
    pub program: String,
    /// `paper` or `live`.
    pub mode: String,
    /// The hash of the script with its modules.
    pub script_sha256: String,
    /// The assets, by their numbers.
    pub symbols: Vec<String>,
    /// The interval of the bars.
    pub timeframe: String,
}

/// A bar in few letters: asset, start, open, close, prices, volume, and their scales.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct BarEntry(
    AssetId,
    Timestamp,
    Timestamp,
    Timestamp,
    [i64; 4],
    i64,
    u8,
    u8,
);

impl From<&(AssetId, Bar)> for BarEntry {
    fn from((asset, bar): &(AssetId, Bar)) -> Self {
        Self(
            *asset,
            bar.start,
            bar.opens,
            bar.closes,
            bar.prices,
            bar.volume,
            bar.price_scale,
            bar.volume_scale,
        )
    }
}

impl From<BarEntry> for (AssetId, Bar) {
    fn from(entry: BarEntry) -> Self {
        let BarEntry(asset, start, opens, closes, prices, volume, price_scale, volume_scale) =
            entry;
        let bar = Bar {
            start,
            opens,
            closes,
            prices,
            volume,
            price_scale,
            volume_scale,
        };
        (asset, bar)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_reads_as_it_was_written() {
        let at = |text: &str| Timestamp::parse(text).unwrap();
        let bar = Bar {
            start: at("2024-01-02"),
            opens: at("2024-01-02T14:30:00Z"),
            closes: at("2024-01-02T21:00:00Z"),
            prices: [1_851_501, 1_851_600, 1_850_000, 1_851_234],
            volume: 12_345,
            price_scale: 4,
            volume_scale: 0,
        };
        let record = Record {
            entry: Entry::Slice {
                at: bar.closes,
                bars: vec![BarEntry::from(&(AssetId(3), bar))],
            },
            stopped: vec![2],
            hash: Some("5be1".into()),
        };
        let text = serde_json::to_string(&record).unwrap();
        assert_eq!(
            text,
            "{\"slice\":{\"at\":\"2024-01-02T21:00:00Z\",\"bars\":[[3,\"2024-01-02T00:00:00Z\",\"2024-01-02T14:30:00Z\",\"2024-01-02T21:00:00Z\",[1851501,1851600,1850000,1851234],12345,4,0]]},\"stopped\":[2],\"hash\":\"5be1\"}"
        );
        let read: Record = serde_json::from_str(&text).unwrap();
        assert_eq!(read, record);
        let clock = Record {
            entry: Entry::Clock(bar.opens),
            stopped: Vec::new(),
            hash: None,
        };
        let text = serde_json::to_string(&clock).unwrap();
        assert_eq!(text, "{\"clock\":\"2024-01-02T14:30:00Z\"}");
        assert_eq!(serde_json::from_str::<Record>(&text).unwrap(), clock);
    }
}
