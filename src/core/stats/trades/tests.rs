//! Round trips by hand, and one law.

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

    fn fill_with(&mut self, quantity: Decimal, price: Decimal, commission: Decimal, m: Decimal) {
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
