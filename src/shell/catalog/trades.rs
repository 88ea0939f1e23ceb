//! Trades in memory, and bars made of them.
//!
//! Invariants: trades of equal time keep the order of the file, which is that of the events; sums are
//! exact. Knows nothing of sessions: a day is a UTC day.

use crate::core::model::time::{Timeframe, Timestamp};
use crate::shell::catalog::builder::{Builder, Built};
use crate::shell::catalog::error::{Notice, Notices, Rule};
use crate::shell::catalog::fixed::{Fixed, write_fixed};

/// The trades of one file.
#[derive(Debug, Default)]
pub(super) struct Trades {
    trades: Vec<Trade>,
    backward_lines: Vec<u64>,
}

#[derive(Debug, Clone, Copy)]
struct Trade {
    at: Timestamp,
    price: Fixed,
    quantity: Fixed,
}

impl Trades {
    /// Takes a trade. A fault names the field: 0 time, 1 price, 2 quantity, 3 side.
    pub(super) fn push(
        &mut self,
        at: Timestamp,
        price: Fixed,
        quantity: Fixed,
        side: &[u8],
        line: u64,
    ) -> Result<(), (usize, Rule)> {
        let text = |value: Fixed| {
            let mut out = String::new();
            write_fixed(&mut out, value.mantissa, value.scale);
            out
        };
        if price.mantissa <= 0 {
            return Err((1, Rule::PriceNotPositive(text(price))));
        }
        if quantity.mantissa < 0 {
            let rule = Rule::Amount {
                what: "quantity",
                least: "zero or more",
                value: text(quantity),
            };
            return Err((2, rule));
        }
        let known = [&b""[..], b"buy", b"sell"];
        if !known.iter().any(|word| side.eq_ignore_ascii_case(word)) {
            return Err((3, Rule::Side(String::from_utf8_lossy(side).into_owned())));
        }
        if self.trades.last().is_some_and(|last| at < last.at) {
            self.backward_lines.push(line);
        }
        self.trades.push(Trade {
            at,
            price,
            quantity,
        });
        Ok(())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.trades.is_empty()
    }

    /// Puts trades in order of time.
    pub(super) fn sort(&mut self, notices: &mut Notices) {
        for line in self.backward_lines.drain(..) {
            notices.row(Notice::Sorted, line);
        }
        self.trades.sort_by_key(|trade| trade.at);
    }

    /// Makes bars of the trades; intervals without a trade have none.
    pub(super) fn to_bars(&self, to: Timeframe, notices: &mut Notices) -> Result<Built, Rule> {
        let mut builder = Builder::with_capacity(0);
        let week_start = Timestamp::from_nanos(-3 * 86_400_000_000_000);
        let label = |at: Timestamp| match to {
            Timeframe::Intraday(_) | Timeframe::Day => at.floor(to.span()),
            // The epoch was a Thursday; weeks start on Monday.
            Timeframe::Week => {
                let since = Timestamp::from_nanos((at - week_start).as_nanos());
                week_start + (since.floor(to.span()) - Timestamp::from_nanos(0))
            }
        };
        let mut index = 0;
        while index < self.trades.len() {
            let start = label(self.trades[index].at);
            let n_trades = self.trades[index..]
                .iter()
                .take_while(|trade| label(trade.at) == start)
                .count();
            let bar = fold(&self.trades[index..index + n_trades])?;
            builder
                .push(index as u64 + 1, start, bar, notices)
                .map_err(|(_, rule)| rule)?;
            index += n_trades;
        }
        builder.finish(notices).map_err(|(_, rule)| rule)
    }
}

/// Makes open, high, low, close and volume of trades, of which there is at least one.
fn fold(trades: &[Trade]) -> Result<[Fixed; 5], Rule> {
    let value =
        |fixed: Fixed| i128::from(fixed.mantissa) * 10_i128.pow(u32::from(18 - fixed.scale));
    let first = trades[0].price;
    let last = trades[trades.len() - 1].price;
    let mut high = first;
    let mut low = first;
    let mut volume: i128 = 0;
    for trade in trades {
        if value(trade.price) > value(high) {
            high = trade.price;
        }
        if value(trade.price) < value(low) {
            low = trade.price;
        }
        volume += value(trade.quantity);
    }
    let volume = Fixed::fit(volume, 18, false)
        .map_err(|_| Rule::OutOfRange("the sum of the quantities".to_owned()))?;
    Ok([first, high, low, last, volume])
}
