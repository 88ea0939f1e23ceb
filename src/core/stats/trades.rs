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
mod tests {
    use rust_decimal::dec;

    use super::*;
    use crate::core::model::order::OrderId;

    const ASSET: AssetId = AssetId(0);

    struct World {
        trips: RoundTrips,
        clock: i64,
    }

    impl World {
        fn new() -> Self {
            Self {
                trips: RoundTrips::new(),
                clock: 0,
            }
        }

        fn fill(&mut self, quantity: Decimal, price: Decimal, commission: Decimal) {
            self.fill_with(quantity, price, commission, Decimal::ONE);
        }

        fn fill_with(
            &mut self,
            quantity: Decimal,
            price: Decimal,
            commission: Decimal,
            m: Decimal,
        ) {
            self.clock += 1;
            let at = Timestamp::from_seconds(self.clock).unwrap();
            let fill = Fill {
                id: 1,
                order: OrderId(1),
                asset: ASSET,
                quantity: Quantity::new(quantity),
                price: Price::new(price),
                commission: Money::new(commission),
                slippage: Money::ZERO,
                time: at,
                bar: at,
            };
            let tag = format!("at {price}").into();
            self.trips.fill(&fill, m, &tag);
        }

        fn bar(&mut self, high: Decimal, low: Decimal) {
            self.trips.bar(ASSET, Price::new(high), Price::new(low));
        }

        /// Quantity, entry, exit, gain and commission of each round trip.
        fn table(&self) -> Vec<String> {
            self.trips
                .closed()
                .iter()
                .map(|t| {
                    format!(
                        "{} {} {} {} {} {}",
                        t.side, t.quantity, t.entry_price, t.exit_price, t.pnl, t.commission
                    )
                })
                .collect()
        }
    }

    #[test]
    fn lots_close_first_in_first_out_with_commissions_by_share() {
        let mut world = World::new();
        world.fill(dec!(100), dec!(10), dec!(1));
        world.fill(dec!(50), dec!(12), dec!(1));
        world.fill(dec!(-120), dec!(11), dec!(1.2));
        world.fill(dec!(-30), dec!(13), dec!(0.6));
        assert_eq!(
            world.table(),
            [
                "buy 100 10 11 98 2",
                "buy 20 12 11 -20.6 0.6",
                "buy 30 12 13 28.8 1.2",
            ]
        );
        assert!(!world.trips.any_open());
        assert_eq!(&*world.trips.closed()[1].tag, "at 12");
    }

    #[test]
    fn a_fill_through_zero_closes_then_opens_the_other_side() {
        let mut world = World::new();
        world.fill(dec!(10), dec!(100), dec!(0));
        world.fill(dec!(-25), dec!(110), dec!(5));
        assert!(world.trips.is_open(ASSET));
        world.fill(dec!(15), dec!(100), dec!(0));
        assert_eq!(
            world.table(),
            ["buy 10 100 110 98 2", "sell 15 110 100 147 3"]
        );
    }

    #[test]
    fn a_split_changes_units_and_prices_and_makes_no_money() {
        let mut world = World::new();
        world.fill(dec!(100), dec!(101), dec!(0));
        world.bar(dec!(105), dec!(98));
        world.trips.split(ASSET, dec!(7));
        world.fill(dec!(-350), dec!(15), dec!(0));
        world.fill(dec!(-350), dec!(15), dec!(0));
        let total: Money = world.trips.closed().iter().map(|t| t.pnl).sum();
        assert_eq!(total, Money::new(dec!(400)));
        assert!((world.trips.closed()[0].mae - (98.0 / 101.0 - 1.0)).abs() < 1e-12);
    }

    #[test]
    fn shares_of_an_entry_sum_to_what_was_paid() {
        let mut world = World::new();
        world.fill(dec!(3), dec!(10.01), dec!(1));
        for _ in 0..3 {
            world.fill(dec!(-1), dec!(10.01), dec!(0));
        }
        let paid: Money = world.trips.closed().iter().map(|t| t.commission).sum();
        let gain: Money = world.trips.closed().iter().map(|t| t.pnl).sum();
        assert_eq!(paid, Money::new(dec!(1)));
        assert_eq!(gain, Money::new(dec!(-1)));
    }

    #[test]
    fn the_multiplier_scales_the_gain_and_not_the_return() {
        let mut world = World::new();
        world.fill_with(dec!(-2), dec!(4000), dec!(0), dec!(50));
        world.fill_with(dec!(2), dec!(3900), dec!(0), dec!(50));
        assert_eq!(world.table(), ["sell 2 4000 3900 10000 0"]);
        assert!((world.trips.closed()[0].fraction.unwrap() - 0.025).abs() < 1e-15);
    }

    #[test]
    fn bars_count_while_held_and_extremes_are_fractions_of_the_entry() {
        let mut world = World::new();
        world.bar(dec!(1000), dec!(1));
        world.fill(dec!(1), dec!(100), dec!(0));
        world.bar(dec!(104), dec!(99));
        world.bar(dec!(110), dec!(95));
        world.fill(dec!(1), dec!(105), dec!(0));
        world.bar(dec!(108), dec!(84));
        world.fill(dec!(-2), dec!(126), dec!(0));
        let [first, second] = world.trips.closed() else {
            panic!("two round trips");
        };
        assert_eq!((first.bars_held, second.bars_held), (3, 1));
        assert!((first.mae + 0.16).abs() < 1e-15, "{}", first.mae);
        // The exit at 126 is the best price.
        assert!((first.mfe - 0.26).abs() < 1e-15, "{}", first.mfe);
        assert!((second.mae + 0.2).abs() < 1e-15, "{}", second.mae);
        assert!((second.mfe - 0.2).abs() < 1e-15, "{}", second.mfe);
    }

    #[test]
    fn a_short_suffers_from_highs() {
        let mut world = World::new();
        world.fill(dec!(-1), dec!(100), dec!(0));
        world.bar(dec!(120), dec!(90));
        world.fill(dec!(1), dec!(101), dec!(0));
        let trip = &world.trips.closed()[0];
        assert!((trip.mae + 0.2).abs() < 1e-15);
        assert!((trip.mfe - 0.1).abs() < 1e-15);
    }

    proptest::proptest! {
        /// What was paid and received, with what is still held at its entry prices, is what the
        /// round trips gained.
        #[test]
        fn gains_are_the_cash_that_moved_and_the_cost_of_what_is_left(
            fills in proptest::collection::vec((-50_i64..50, 1_i64..1_000, 0_i64..5), 1..60)
        ) {
            let mut world = World::new();
            let mut cash = Decimal::ZERO;
            for (units, price, commission) in fills {
                let (units, price) = (Decimal::from(units), Decimal::from(price));
                let commission = Decimal::from(commission);
                if units.is_zero() {
                    continue;
                }
                world.fill(units, price, commission);
                cash -= units * price + commission;
            }
            let gains: Decimal = world.trips.closed().iter().map(|t| t.pnl.get()).sum();
            let left: Decimal = world.trips.books.iter().flat_map(|book| {
                let sign = if book.side == Side::Buy { Decimal::ONE } else { -Decimal::ONE };
                book.lots.iter().map(move |lot| sign * lot.value + lot.commission)
            }).sum();
            let error = (gains - cash - left).abs();
            proptest::prop_assert!(error < dec!(0.00000000000000001), "{}", error);
            for trip in world.trips.closed() {
                proptest::prop_assert!(trip.mae <= 0.0 && trip.mfe >= 0.0);
                proptest::prop_assert!(trip.quantity.is_long());
            }
        }
    }
}
