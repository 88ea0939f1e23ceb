//! What an account pays, borrows and is paid: cash, margin, futures, splits and dividends.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a strategy of a test answers the calls that it is about"
)]

use rust_decimal::{Decimal, dec};
use rustybt::core::engine::desk::Desk;
use rustybt::core::engine::schedule::TimeRule;
use rustybt::core::engine::strategy::Call;
use rustybt::core::model::asset::{AssetId, AssetKind};
use rustybt::core::model::market::CorporateAction;
use rustybt::core::model::number::{Money, Price, Quantity};
use rustybt::core::model::order::{OrderId, OrderRequest, OrderType, TimeInForce};
use rustybt::core::model::time::Span;
use rustybt::core::sim::commission::Commission;
use rustybt::core::sim::rules::AccountRules;
use rustybt::core::sim::slippage::Slippage;

use crate::support::world::{
    Closure, bracket, each_bar, flat, market, place, request, schedule, world,
};

const A: AssetId = AssetId(0);

#[test]
fn a_cash_account_sells_no_more_than_it_holds_whoever_sells() {
    // The children of the bracket and a plain sale would sell twice what is held.
    let sim = world()
        .rules(|rules| rules.account = AccountRules::Cash)
        .bars(
            "A",
            &[
                "100 100 100 100 1",
                "100 100 100 100 1",
                "100 100 100 100 1",
                "100 106 100 104 1",
            ],
        )
        .run(each_bar(|n, desk| match n {
            0 => {
                let entry = request(10, OrderType::Market);
                bracket(desk, &entry, dec!(95), dec!(105));
            }
            1 => {
                market(desk, -10);
            }
            _ => {}
        }));
    assert_eq!(sim.fills(), ["1 o1 10 @ 100", "2 o4 -10 @ 100"]);
    assert_eq!(sim.order(3), "canceled 0/10");
}

#[test]
fn fill_or_kill_is_killed_where_the_cash_pays_for_a_part() {
    let sim = world()
        .cash(1_000)
        .rules(|rules| rules.account = AccountRules::Cash)
        .rows("A", flat(100, 2))
        .run(each_bar(|_, desk| {
            place(
                desk,
                OrderRequest {
                    tif: TimeInForce::Fok,
                    ..request(11, OrderType::Market)
                },
            );
        }));
    assert_eq!(sim.order(1), "canceled 0/11");
}

#[test]
fn a_cash_account_buys_the_most_that_slippage_and_commission_leave() {
    let sim = world()
        .cash(10_000)
        .rules(|rules| {
            rules.account = AccountRules::Cash;
            rules.slippage = Some(Slippage::VolumeShare {
                limit: dec!(1),
                impact: dec!(0.5),
            });
            rules.commission = Some(Commission::PerTrade { cost: dec!(20) });
        })
        .rows("A", flat(100, 2))
        .run(each_bar(|n, desk| {
            if n == 0 {
                market(desk, 200);
            }
        }));
    // 99 units: share 0.099, price 100 + 50 × 0.009801 = 100.49005, cost 9948.51495 + 20; of 100 units
    // at a share of 0.1 the cost is 10050 + 20.
    let fill = &sim.seen.fills[0].fill;
    assert_eq!(fill.price, Price::new(dec!(100.49005)));
    assert_eq!(sim.order(1), "canceled 99/200");
    assert_eq!(sim.desk().ledger.cash(), Money::new(dec!(31.48505)));
}

#[test]
fn borrowing_is_charged_for_every_day_of_the_calendar() {
    // 2024-01-04 is a Thursday; a weekend lies between the second and the third session after it.
    let sim = world()
        .times("XNYS", "1d", "2024-01-04")
        .rules(|rules| rules.borrow_rate = dec!(0.365))
        .rows("A", flat(100, 4))
        .run(each_bar(|n, desk| {
            if n == 0 {
                market(desk, -10);
            }
        }));
    // 1000 × 0.365 ÷ 365 = 1 a day: Friday 1, Monday 3, Tuesday 1.
    let equity: Vec<Decimal> = sim.seen.equity.iter().map(|value| value.get()).collect();
    assert_eq!(
        equity,
        [dec!(100000), dec!(99999), dec!(99996), dec!(99995)]
    );
    assert_eq!(
        sim.world.exchange().ledger().cash(),
        sim.desk().ledger.cash()
    );
}

#[test]
fn a_margin_call_closes_positions_where_it_is_set_to() {
    let rows = [
        "100 100 100 100 1",
        "100 100 100 100 1",
        "100 100 60 60 1",
        "61 61 61 61 1",
    ];
    let buy = |n: usize, desk: &mut Desk| {
        if n == 0 {
            market(desk, 1_990);
        } else if n == 2 {
            // Bought for 199 000 with 100 000: at 60 the value is 20 400 of 119 400.
            assert_eq!(desk.ledger.value(), Money::new(dec!(20400)));
            assert_eq!(
                desk.place(request(1, OrderType::Market)).unwrap(),
                Some(OrderId(2))
            );
        }
    };
    let sim = world().bars("A", &rows).run(each_bar(buy));
    assert_eq!(sim.order(2), "rejected 0/1");
    assert_eq!(sim.desk().orders.all().len(), 2);
    let sim = world().liquidate().bars("A", &rows).run(each_bar(buy));
    assert_eq!(sim.fills(), ["1 o1 1990 @ 100", "3 o3 -1990 @ 61"]);
}

#[test]
fn a_future_moves_cash_by_what_it_realizes() {
    let sim = world()
        .bars(
            "F",
            &[
                "100 100 100 100 1",
                "100 100 100 110 1",
                "110 110 110 110 1",
                "110 110 110 110 1",
            ],
        )
        .asset("F", |asset| {
            asset.kind = AssetKind::Future;
            asset.multiplier = dec!(50);
        })
        .run(each_bar(|n, desk| match n {
            0 => {
                market(desk, 2);
            }
            1 => {
                assert_eq!(desk.ledger.cash(), Money::new(dec!(100000)));
                assert_eq!(desk.ledger.value(), Money::new(dec!(101000)));
                market(desk, -2);
            }
            _ => {}
        }));
    assert_eq!(sim.desk().ledger.cash(), Money::new(dec!(101000)));
}

#[test]
fn on_the_day_of_a_split_orders_are_sized_at_the_new_price() {
    // At the open of the ex-date the last close is 100, the price of a new share 50.
    let sim = world()
        .times("XNYS", "1d", "2024-01-02")
        .bars("A", &["100 100 100 100 1", "50 50 50 50 1"])
        .action("A", "2024-01-03", CorporateAction::Split(dec!(2)))
        .run(Closure(|call: &Call, desk: &mut Desk| match call {
            Call::Initialize => schedule(desk, "buy", TimeRule::MarketOpen(Span::ZERO)),
            Call::Function(_) if desk.market.len(A) == 1 => {
                let units = desk.units_for_value(A, Money::new(dec!(1000))).unwrap();
                assert_eq!(units, Quantity::new(dec!(20)));
                place(desk, request(units.get(), OrderType::Market));
            }
            _ => {}
        }));
    assert_eq!(sim.fills(), ["1 o1 20 @ 50"]);
}

#[test]
fn a_split_and_a_dividend_of_one_day_use_the_price_after_the_split() {
    let sim = world()
        .times("XNYS", "1d", "2024-01-02")
        .bars(
            "A",
            &["100 100 100 100 1", "100 100 100 100 1", "49 49 49 49 1"],
        )
        .action("A", "2024-01-04", CorporateAction::Split(dec!(2)))
        .action("A", "2024-01-04", CorporateAction::Dividend(dec!(1)))
        .run(each_bar(|n, desk| {
            if n == 0 {
                market(desk, 10);
            }
            if n == 2 {
                let close = rustybt::core::model::market::Field::Close;
                let base = desk.market.base();
                let history = desk.market.history(A, close, 3, base).unwrap();
                history.with(|values| assert_eq!(values, [49.0, 49.0, 49.0]));
            }
        }));
    // 20 shares at 49, and 20 in dividends.
    assert_eq!(sim.desk().ledger.value(), Money::new(dec!(100000)));
}

#[test]
fn a_split_carries_a_bracket_a_trail_and_a_partly_filled_order_over() {
    let sim = world()
        .times("XNYS", "1d", "2024-01-02")
        .rules(|rules| rules.volume_limit = Some(dec!(0.1)))
        .bars(
            "A",
            &[
                "100 100 100 100 999",
                "100 100 100 100 30",
                "50 50 50 50 0",
                "50 50 50 50 9999",
            ],
        )
        .action("A", "2024-01-04", CorporateAction::Split(dec!(2)))
        .run(each_bar(|n, desk| {
            if n == 0 {
                let entry = request(5, OrderType::Market);
                bracket(desk, &entry, dec!(90), dec!(110));
            }
            if n == 2 {
                let table = &desk.orders;
                let entry = table.get(OrderId(1)).unwrap();
                assert_eq!(
                    (entry.filled.get(), entry.request.quantity.get()),
                    (dec!(6), dec!(10))
                );
                assert_eq!(entry.average_price(), Some(Price::new(dec!(50))));
                let stop = table.get(OrderId(2)).unwrap().request.order_type;
                assert_eq!(stop, OrderType::Stop(Price::new(dec!(45))));
            }
        }));
    assert_eq!(sim.fills(), ["1 o1 3 @ 100", "3 o1 4 @ 50"]);
    assert_eq!(sim.order(1), "filled 10/10");
    assert_eq!(sim.order(2), "accepted 0/10");
}
