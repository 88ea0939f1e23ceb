//! How an asset usually trades: the last 20 sessions' volume and volatility.
//!
//! Sessions are told apart by the UTC date of their bars' labels.

use chrono::NaiveDate;
use rust_decimal::{Decimal, MathematicalOps};

use serde::{Deserialize, Serialize};

use crate::core::model::market::Bar;
use crate::core::sim::slippage::Usual;

const SESSIONS: usize = 20;

/// Daily closes and volumes of one asset.
#[derive(Clone, Default, Debug, Serialize, Deserialize)]
pub(super) struct UsualTracker {
    /// Date, close and volume of sessions, oldest first; the last may still be going on.
    days: Vec<(NaiveDate, Decimal, Decimal)>,
}

impl UsualTracker {
    /// Takes a bar.
    pub(super) fn push(&mut self, bar: &Bar) {
        let (date, close, volume) = (bar.start.date(), bar.close().get(), bar.volume().get());
        match self.days.last_mut() {
            Some(last) if last.0 == date => {
                last.1 = close;
                last.2 += volume;
            }
            Some(_) | None => self.days.push((date, close, volume)),
        }
        // One more than the returns need, and the session at hand.
        if self.days.len() > SESSIONS + 2 {
            self.days.remove(0);
        }
    }

    /// Restates what was seen in units of after a split.
    pub(super) fn split(&mut self, ratio: Decimal) {
        for (_, close, volume) in &mut self.days {
            *close /= ratio;
            *volume *= ratio;
        }
    }

    /// Returns the figures of the sessions before the one at hand; `None` while there are too few.
    pub(super) fn usual(&self) -> Option<Usual> {
        let done = self.days.split_last()?.1;
        let window = done.get(done.len().checked_sub(SESSIONS + 1)?..)?;
        let count = Decimal::from(SESSIONS);
        let volume = window[1..].iter().map(|day| day.2).sum::<Decimal>() / count;
        let returns: Vec<Decimal> = window
            .windows(2)
            .map(|pair| pair[1].1 / pair[0].1 - Decimal::ONE)
            .collect();
        let mean = returns.iter().sum::<Decimal>() / count;
        let squares: Decimal = returns.iter().map(|r| (r - mean) * (r - mean)).sum();
        let deviation = (squares / (count - Decimal::ONE)).sqrt()?;
        Some(Usual {
            volume,
            volatility: deviation * Decimal::from(252).sqrt()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::model::time::{Span, Timestamp};

    fn feed(tracker: &mut UsualTracker, day: i64, close: i64, volume: i64) {
        let start = Timestamp::from_seconds(day * 86_400).unwrap();
        tracker.push(&Bar {
            start,
            opens: start,
            closes: start + Span::DAY,
            prices: [close; 4],
            volume,
            price_scale: 2,
            volume_scale: 0,
        });
    }

    #[test]
    fn the_mean_volume_is_that_of_the_twenty_sessions_before_this_one() {
        // SL-31: volumes 119 to 138.
        let mut tracker = UsualTracker::default();
        for day in 0..40 {
            feed(&mut tracker, day, 10_000, 100 + day);
        }
        assert_eq!(tracker.usual().unwrap().volume, Decimal::new(1285, 1));
        assert_eq!(tracker.usual().unwrap().volatility, Decimal::ZERO);
    }

    #[test]
    fn there_are_no_figures_before_twenty_returns() {
        let mut tracker = UsualTracker::default();
        for day in 0..=21 {
            assert_eq!(tracker.usual(), None, "day {day}");
            feed(&mut tracker, day, 10_000, 100);
        }
        assert!(tracker.usual().is_some());
    }

    #[test]
    fn a_split_is_no_return() {
        let mut tracker = UsualTracker::default();
        for day in 0..30 {
            if day == 25 {
                tracker.split(Decimal::TWO);
            }
            let (close, volume) = if day < 25 {
                (10_000, 100)
            } else {
                (5_000, 200)
            };
            feed(&mut tracker, day, close, volume);
        }
        assert_eq!(tracker.usual().unwrap().volatility, Decimal::ZERO);
        assert_eq!(tracker.usual().unwrap().volume, Decimal::from(200));
    }
}
