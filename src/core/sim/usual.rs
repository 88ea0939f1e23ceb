//! How an asset usually trades: the last 20 sessions' volume and volatility.
//!
//! Sessions are told apart by the UTC date of their bars' labels.

use chrono::NaiveDate;
use rust_decimal::{Decimal, MathematicalOps};

use crate::core::model::market::Bar;
use crate::core::sim::slippage::Usual;

const SESSIONS: usize = 20;

/// Daily closes and volumes of one asset.
#[derive(Clone, Default, Debug)]
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
