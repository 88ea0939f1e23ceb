//! What a bare file does not say: its interval, its calendar, its kind.
//!
//! Invariants: only suggestions; a flag, a configuration or the catalog's own record goes first
//! (`simulation.md` 19). Knows nothing of files.

use std::collections::BTreeMap;

use crate::core::model::asset::AssetKind;
use crate::core::model::time::{Span, Timeframe, Timestamp};
use crate::shell::catalog::bars::BarColumns;

/// What the bars of an asset suggest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Inferred {
    /// The interval of the bars.
    pub timeframe: Timeframe,
    /// `24/7` if there is a bar on a Saturday, else `XNYS`.
    pub calendar: &'static str,
    /// Crypto on 24/7, else equity.
    pub kind: AssetKind,
}

impl Inferred {
    /// Looks at the bars of an asset.
    pub fn of(bars: &BarColumns) -> Self {
        let (calendar, kind) = if has_saturday(&bars.starts) {
            ("24/7", AssetKind::Crypto)
        } else {
            ("XNYS", AssetKind::Equity)
        };
        Self {
            timeframe: bars.timeframe,
            calendar,
            kind,
        }
    }
}

/// Whether a bar starts on a Saturday, UTC.
fn has_saturday(starts: &[Timestamp]) -> bool {
    // 1970-01-01 was a Thursday.
    starts
        .iter()
        .any(|at| at.as_nanos().div_euclid(Span::DAY.as_nanos()).rem_euclid(7) == 2)
}

/// Returns the interval that most neighboring bars are apart; the shorter of two that are equally
/// frequent. `None` for fewer than two bars.
pub(super) fn timeframe_of(starts: &[Timestamp]) -> Option<Timeframe> {
    let mut counts: BTreeMap<i64, u64> = BTreeMap::new();
    // The first tens of thousands say it; the rest of a long file costs time.
    let looked_at = &starts[..starts.len().min(50_000)];
    for pair in looked_at.windows(2) {
        *counts.entry((pair[1] - pair[0]).as_nanos()).or_default() += 1;
    }
    let (&nanos, _) = counts
        .iter()
        .max_by_key(|&(nanos, count)| (count, std::cmp::Reverse(nanos)))?;
    let seconds = Span::from_nanos(nanos).as_seconds();
    Some(match seconds {
        ..86_400 => Timeframe::Intraday(u32::try_from(seconds.max(1)).unwrap_or(1)),
        86_400..432_000 => Timeframe::Day,
        _ => Timeframe::Week,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn starts(texts: &[&str]) -> Vec<Timestamp> {
        texts.iter().map(|t| Timestamp::parse(t).unwrap()).collect()
    }

    #[test]
    fn the_most_common_distance_is_the_interval() {
        for (texts, expected) in [
            (
                &["2013-11-01", "2013-11-04", "2013-11-05", "2013-11-06"][..],
                Timeframe::Day,
            ),
            (&["2006-01-06", "2006-01-13", "2006-01-20"], Timeframe::Week),
            (
                &[
                    "2006-01-06T09:30:00Z",
                    "2006-01-06T09:31:00Z",
                    "2006-01-06T10:00:00Z",
                ],
                Timeframe::MINUTE,
            ),
            (
                &[
                    "2006-01-06T09:00:00Z",
                    "2006-01-06T10:00:00Z",
                    "2006-01-06T11:00:00Z",
                    "2006-01-07T09:00:00Z",
                ],
                Timeframe::HOUR,
            ),
        ] {
            assert_eq!(timeframe_of(&starts(texts)), Some(expected), "{texts:?}");
        }
        assert_eq!(timeframe_of(&starts(&["2006-01-06"])), None);
    }

    #[test]
    fn a_saturday_makes_it_round_the_clock() {
        assert!(has_saturday(&starts(&["2015-01-02", "2015-01-03"])));
        assert!(!has_saturday(&starts(&["2015-01-02", "2015-01-04"])));
    }
}
