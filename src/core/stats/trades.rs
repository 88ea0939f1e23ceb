//! Round trips, first in, first out.
//!
//! Invariants: quantities, prices, gains and commissions are exact; what a lot cost and what it paid
//! in commission is handed to its round trips without remainder, so the gains of all round trips sum
//! to the money made on closed positions. A fill through zero closes first, then opens. While
//! nothing is held, a bar costs one comparison. Dividends, funding and borrowing are not part of a
//! round trip. Knows nothing of orders, accounts or files.

use std::collections::VecDeque;
use std::sync::Arc;

use rust_decimal::Decimal;

use crate::core::model::asset::AssetId;
use crate::core::model::fill::Fill;
use crate::core::model::number::{Money, Price, Quantity, to_f64};
use crate::core::model::order::Side;
use crate::core::model::time::Timestamp;
use crate::core::stats::TradeResult;

/// One entry and the exit that closed it.
#[derive(Clone, PartialEq, Debug)]
pub struct RoundTrip {
    /// The asset.
    pub asset: AssetId,
    /// The side of the entry: `Buy` was held long, `Sell` short.
    pub side: Side,
    /// Units closed; positive, in units after splits.
    pub quantity: Quantity,
    /// When it was entered: the label of the fill's bar.
    pub entry_time: Timestamp,
    /// The price of entry for each unit, after splits.
    pub entry_price: Price,
    /// When it was left: the label of the fill's bar.
    pub exit_time: Timestamp,
    /// The price of exit for each unit.
    pub exit_price: Price,
    /// What it made after commissions of both sides; negative is a loss.
    pub pnl: Money,
    /// `pnl` as a fraction of the entry's value; `None` for an entry at a price of zero.
    pub fraction: Option<f64>,
    /// Commissions of entry and exit, each by its share of the fill.
    pub commission: Money,
    /// Bars from entry to exit: entered at one open and left at the next is 1.
    pub bars_held: u64,
    /// Maximum adverse excursion: the worst price while held against the entry price, as a fraction
    /// of the latter; not positive.
    pub mae: f64,
    /// Maximum favorable excursion: the best price while held, likewise; not negative.
    pub mfe: f64,
    /// The tag of the entry's order; empty for none.
    pub tag: Arc<str>,
}

impl RoundTrip {
    /// Returns what the metrics need of it.
    pub fn result(&self) -> TradeResult {
        TradeResult {
            pnl: self.pnl.to_f64(),
            fraction: self.fraction.unwrap_or(0.0),
        }
    }
}

/// What is left of one entry.
#[derive(Clone, Debug)]
struct Lot {
    /// Units, positive.
    quantity: Decimal,
    price: Decimal,
    /// Quantity × price × multiplier, kept apart since a split's price may not be exact.
    value: Decimal,
    commission: Decimal,
    time: Timestamp,
    /// The asset's count of bars at the entry.
    bar: u64,
    /// Extremes from this entry to the next one; later lots hold what followed.
    high: Decimal,
    low: Decimal,
    tag: Arc<str>,
}

/// One asset's open lots, oldest first, all on one side.
#[derive(Clone, Debug)]
struct Book {
    side: Side,
    lots: VecDeque<Lot>,
    bars: u64,
}

/// Pairs fills into round trips as they come.
#[derive(Clone, Debug, Default)]
pub struct RoundTrips {
    books: Vec<Book>,
    open_books: usize,
    closed: Vec<RoundTrip>,
}

/// The part of a fill that closes lots.
struct Exit {
    asset: AssetId,
    price: Decimal,
    multiplier: Decimal,
    time: Timestamp,
}

impl RoundTrips {
    /// Starts with nothing held.
    pub fn new() -> Self {
        Self::default()
    }

    /// Books one fill. `multiplier` is the asset's money per unit of price and quantity; `tag` is
    /// that of the fill's order and is kept if the fill opens a lot.
    pub fn fill(&mut self, fill: &Fill, multiplier: Decimal, tag: &Arc<str>) {
        let total = fill.quantity.get().abs();
        if total.is_zero() {
            return;
        }
        let side = Side::of(fill.quantity);
        let was_open = self.book(fill.asset).is_open();
        let closing = self.closes(fill.asset, side).min(total);
        let closing_commission = share(fill.commission.get(), closing, total);
        if !closing.is_zero() {
            let exit = Exit {
                asset: fill.asset,
                price: fill.price.get(),
                multiplier,
                time: fill.bar,
            };
            self.close(&exit, closing, closing_commission);
        }
        let opening = total - closing;
        if !opening.is_zero() {
            let price = fill.price.get();
            let book = self.book(fill.asset);
            book.side = side;
            book.lots.push_back(Lot {
                quantity: opening,
                price,
                value: opening * price * multiplier,
                commission: fill.commission.get() - closing_commission,
                time: fill.bar,
                bar: book.bars,
                high: price,
                low: price,
                tag: Arc::clone(tag),
            });
        }
        let is_open = self.book(fill.asset).is_open();
        self.open_books = self.open_books + usize::from(is_open) - usize::from(was_open);
    }

    /// Tells the extremes of a bar of `asset`. Call it once for each bar, after the fills at its
    /// open and inside it and before those at its close. An asset that is not held is skipped.
    pub fn bar(&mut self, asset: AssetId, high: Price, low: Price) {
        if self.open_books == 0 {
            return;
        }
        let Some(book) = self.books.get_mut(asset.index()) else {
            return;
        };
        if let Some(newest) = book.lots.back_mut() {
            newest.high = newest.high.max(high.get());
            newest.low = newest.low.min(low.get());
            book.bars += 1;
        }
    }

    /// Whether any asset is held: if not, [`Self::bar`] need not be called.
    pub fn any_open(&self) -> bool {
        self.open_books > 0
    }

    /// Whether `asset` is held.
    pub fn is_open(&self, asset: AssetId) -> bool {
        self.books.get(asset.index()).is_some_and(Book::is_open)
    }

    /// Applies a split of `ratio` new units for each old one: quantities × ratio, prices ÷ ratio.
    /// What is then paid in cash for a fraction is a fill to be booked by the caller. A ratio that
    /// is not positive is ignored.
    pub fn split(&mut self, asset: AssetId, ratio: Decimal) {
        let Some(book) = self.books.get_mut(asset.index()) else {
            return;
        };
        if ratio <= Decimal::ZERO {
            return;
        }
        for lot in &mut book.lots {
            lot.quantity *= ratio;
            lot.price /= ratio;
            lot.high /= ratio;
            lot.low /= ratio;
        }
    }

    /// Returns the finished round trips, in the order of their exits.
    pub fn closed(&self) -> &[RoundTrip] {
        &self.closed
    }

    /// Takes out the round trips finished since the last call, in the order of their exits.
    pub fn take_closed(&mut self) -> Vec<RoundTrip> {
        std::mem::take(&mut self.closed)
    }

    fn book(&mut self, asset: AssetId) -> &mut Book {
        if self.books.len() <= asset.index() {
            self.books.resize_with(asset.index() + 1, Book::empty);
        }
        &mut self.books[asset.index()]
    }

    /// Returns how many units a fill on `side` could close.
    fn closes(&self, asset: AssetId, side: Side) -> Decimal {
        match self.books.get(asset.index()) {
            Some(book) if book.side != side => book.lots.iter().map(|lot| lot.quantity).sum(),
            Some(_) | None => Decimal::ZERO,
        }
    }

    /// Closes `quantity` units, oldest lots first; there are that many.
    fn close(&mut self, exit: &Exit, quantity: Decimal, commission: Decimal) {
        let book = &mut self.books[exit.asset.index()];
        let (mut left, mut unpaid) = (quantity, commission);
        while left > Decimal::ZERO
            && let Some(lot) = book.lots.front()
        {
            let units = lot.quantity.min(left);
            let paid = share(unpaid, units, left);
            left -= units;
            unpaid -= paid;
            let trip = book.leave(exit, units, paid);
            self.closed.extend(trip);
        }
    }
}

impl Book {
    fn empty() -> Self {
        Self {
            side: Side::Buy,
            lots: VecDeque::new(),
            bars: 0,
        }
    }

    fn is_open(&self) -> bool {
        !self.lots.is_empty()
    }

    /// Takes `units` of the oldest lot, which has at least as many.
    fn leave(
        &mut self,
        exit: &Exit,
        units: Decimal,
        exit_commission: Decimal,
    ) -> Option<RoundTrip> {
        let extreme = |pick: fn(Decimal, Decimal) -> Decimal, of: fn(&Lot) -> Decimal| {
            self.lots.iter().map(of).fold(exit.price, pick)
        };
        let (high, low) = (
            extreme(Ord::max, |lot| lot.high),
            extreme(Ord::min, |lot| lot.low),
        );
        let (side, bars) = (self.side, self.bars);
        let lot = self.lots.front_mut()?;
        let value = share(lot.value, units, lot.quantity);
        let commission = share(lot.commission, units, lot.quantity);
        let proceeds = units * exit.price * exit.multiplier;
        let gain = match side {
            Side::Buy => proceeds - value,
            Side::Sell => value - proceeds,
        };
        let paid = commission + exit_commission;
        let (worst, best) = match side {
            Side::Buy => (low, high),
            Side::Sell => (high, low),
        };
        let trip = RoundTrip {
            asset: exit.asset,
            side,
            quantity: Quantity::new(units),
            entry_time: lot.time,
            entry_price: Price::new(lot.price),
            exit_time: exit.time,
            exit_price: Price::new(exit.price),
            pnl: Money::new(gain - paid),
            fraction: fraction(gain - paid, value.abs()),
            commission: Money::new(paid),
            bars_held: bars - lot.bar,
            mae: excursion(side, lot.price, worst).min(0.0),
            mfe: excursion(side, lot.price, best).max(0.0),
            tag: Arc::clone(&lot.tag),
        };
        lot.quantity -= units;
        lot.value -= value;
        lot.commission -= commission;
        // The extremes of a lot that leaves belong to no older one: it was the oldest.
        if lot.quantity.is_zero() {
            self.lots.pop_front();
        }
        Some(trip)
    }
}

/// Returns the part of `total` that `units` of `all` units take; all of it for all units.
fn share(total: Decimal, units: Decimal, all: Decimal) -> Decimal {
    if units == all {
        return total;
    }
    // Dividing first would round twice; the product overflows only beyond 28 digits.
    match total.checked_mul(units) {
        Some(product) => product / all,
        None => total / all * units,
    }
}

fn fraction(part: Decimal, whole: Decimal) -> Option<f64> {
    part.checked_div(whole).map(to_f64)
}

/// Returns how far `price` is from `entry` in favor of a position on `side`, as a fraction.
fn excursion(side: Side, entry: Decimal, price: Decimal) -> f64 {
    let distance = match side {
        Side::Buy => price - entry,
        Side::Sell => entry - price,
    };
    fraction(distance, entry.abs()).unwrap_or(0.0)
}

#[cfg(test)]
mod tests;
