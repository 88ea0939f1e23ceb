//! The order of things at one instant, and what happens to orders and accounts between bars.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a strategy of a test answers the calls that it is about"
)]

use std::cell::RefCell;
use std::rc::Rc;

use chrono::NaiveTime;
use rust_decimal::{Decimal, dec};
use rustybt::core::engine::desk::Desk;
use rustybt::core::engine::schedule::{DateRule, Rule, TimeRule};
use rustybt::core::engine::strategy::Call;
use rustybt::core::model::asset::{AssetId, AssetKind};
use rustybt::core::model::market::CorporateAction;
use rustybt::core::model::number::{Money, Price, Quantity};
use rustybt::core::model::order::{Change, OrderId, OrderRequest, OrderType, TimeInForce};
use rustybt::core::model::time::Span;
use rustybt::core::sim::commission::Commission;
use rustybt::core::sim::rules::{AccountRules, FillAt};
use rustybt::core::sim::slippage::Slippage;
use rustybt::core::sim::world::WorldError;

use crate::support::world::{
    Builder, Closure, Seen, bracket, each_bar, hours, limit, market, place, request, stop, world,
};

const A: AssetId = AssetId(0);

fn flat(price: i64, count: usize) -> Vec<Option<[Decimal; 5]>> {
    let price = Decimal::from(price);
    vec![Some([price, price, price, price, Decimal::from(1_000)]); count]
}

fn schedule(desk: &mut Desk, name: &str, time: TimeRule) {
    let rule = Rule::Session(DateRule::EveryDay, time);
    desk.schedule.add(name, name, rule, true, desk.now);
}

fn day(request: OrderRequest) -> OrderRequest {
    OrderRequest {
        tif: TimeInForce::Day,
        ..request
    }
}

/// Runs a strategy and returns the names of its calls with their instants, of those that `keep` wants.
fn calls_of(builder: Builder, mut strategy: impl FnMut(&Call, &mut Desk)) -> Vec<String> {
    let log = Rc::new(RefCell::new(Vec::new()));
    let seen = Rc::clone(&log);
    builder.run(Closure(move |call: &Call, desk: &mut Desk| {
        let at = desk.now.naive().format("%d %H:%M");
        seen.borrow_mut().push(format!("{at} {}", call.handler()));
        strategy(call, desk);
    }));
    log.take()
}

#[test]
fn at_midnight_fills_come_first_then_bars_triggers_expiry_and_the_next_open() {
    let bars = world()
        .times("24/7", "1h", "2024-01-01T22:00:00Z")
        .rows("A", flat(100, 3));
    let calls = calls_of(bars, |call, desk| match call {
        Call::Initialize => {
            schedule(desk, "at_close", TimeRule::MarketClose(Span::ZERO));
            schedule(desk, "at_open", TimeRule::MarketOpen(Span::ZERO));
        }
        Call::HandleData if desk.orders.all().is_empty() => {
            market(desk, 1);
            place(
                desk,
                day(request(1, OrderType::Limit(Price::new(dec!(90))))),
            );
        }
        _ => {}
    });
    let midnight: Vec<&str> = calls
        .iter()
        .filter_map(|call| call.strip_prefix("02 00:00 "))
        .collect();
    assert_eq!(
        midnight,
        [
            "on_order_fill",
            "handle_data",
            "at_close",
            "at_open",
            "on_order_cancel",
            "before_trading_start"
        ]
    );
}

#[test]
fn a_trigger_at_the_open_sees_yesterdays_bar_and_fills_at_that_open() {
    let sim = world()
        .times("XNYS", "1d", "2024-01-02")
        .bars(
            "A",
            &["10 11 9 10 100", "20 21 19 20 100", "30 31 29 30 100"],
        )
        .run(Closure(|call: &Call, desk: &mut Desk| match call {
            Call::Initialize => schedule(desk, "buy", TimeRule::MarketOpen(Span::ZERO)),
            Call::Function(_) if desk.market.len(A) == 1 => {
                assert_eq!(desk.now.to_string(), "2024-01-03T14:30:00Z");
                assert_eq!(desk.market.last_price(A), Some(Price::new(dec!(10))));
                market(desk, 5);
            }
            _ => {}
        }));
    assert_eq!(sim.fills(), ["1 o1 5 @ 20"]);
}

#[test]
fn a_day_order_from_within_a_daily_bar_lives_through_the_next_session() {
    // Placed at 11:00 of the second day it could first fill in the third day's bar.
    let sim = world()
        .times("XNYS", "1d", "2024-01-02")
        .bars(
            "A",
            &[
                "10 10 10 10 1",
                "10 10 10 10 1",
                "10 10 8 10 1",
                "10 10 8 10 1",
            ],
        )
        .run(Closure(|call: &Call, desk: &mut Desk| match call {
            Call::Initialize => {
                let eleven = NaiveTime::from_hms_opt(11, 0, 0).unwrap();
                schedule(
                    desk,
                    "buy",
                    TimeRule::At(eleven, chrono_tz::America::New_York),
                );
            }
            Call::Function(_) if desk.market.len(A) == 1 => {
                place(desk, day(request(1, OrderType::Limit(Price::new(dec!(9))))));
                place(desk, day(request(1, OrderType::Limit(Price::new(dec!(5))))));
            }
            _ => {}
        }));
    assert_eq!(sim.fills(), ["2 o1 1 @ 9"]);
    assert_eq!(sim.order(2), "expired 0/1");
    let expired = sim.desk().orders.get(OrderId(2)).unwrap().updated;
    assert_eq!(expired.to_string(), "2024-01-04T21:00:00Z");
}

#[test]
fn on_a_half_day_a_day_order_expires_at_the_early_close() {
    // 2024-11-29 closes at 13:00 in New York: bars at 9:30, 10:30, 11:30, 12:30.
    let sim = world()
        .times("XNYS", "1h", "2024-11-29T14:30:00Z")
        .rows("A", flat(100, 6))
        .run(each_bar(|n, desk| {
            if n == 0 {
                place(
                    desk,
                    day(request(1, OrderType::Limit(Price::new(dec!(90))))),
                );
            }
        }));
    assert_eq!(sim.order(1), "expired 0/1");
    let expired = sim.desk().orders.get(OrderId(1)).unwrap().updated;
    assert_eq!(expired.to_string(), "2024-11-29T18:00:00Z");
}

#[test]
fn at_a_sessions_end_the_policy_cancels_only_what_could_have_filled_in_it() {
    let sim = world()
        .times("24/7", "1h", "2024-01-01T22:00:00Z")
        .rules(|rules| rules.cancel_at_session_end = true)
        .rows("A", flat(100, 5))
        .run(each_bar(|n, desk| {
            // At the end of the last bar but one of the day, and of the last.
            if n < 2 {
                limit(desk, 1, dec!(90));
            }
        }));
    assert_eq!(sim.order(1), "canceled 0/1");
    assert_eq!(sim.order(2), "accepted 0/1");
}

#[test]
fn an_order_from_any_callback_waits_for_the_next_bar() {
    let sim = world()
        .bars(
            "A",
            &[
                "10 10 10 10 1",
                "11 11 11 11 1",
                "12 12 12 12 1",
                "13 13 13 13 1",
            ],
        )
        .run(Closure(|call: &Call, desk: &mut Desk| match call {
            Call::HandleData if desk.market.len(A) == 1 => {
                market(desk, 1);
                // Fill-or-kill far away is canceled, too much is rejected.
                place(
                    desk,
                    OrderRequest {
                        tif: TimeInForce::Fok,
                        ..request(1, OrderType::Limit(Price::new(dec!(1))))
                    },
                );
            }
            Call::HandleData if desk.market.len(A) == 2 => {
                market(desk, 1_000_000);
            }
            Call::OrderFill(OrderId(1), _) => {
                market(desk, 2);
            }
            Call::OrderCancel(..) => {
                market(desk, 3);
            }
            Call::OrderReject(..) => {
                market(desk, 4);
            }
            _ => {}
        }));
    assert_eq!(
        sim.fills(),
        ["1 o1 1 @ 11", "2 o3 2 @ 12", "2 o4 3 @ 12", "2 o6 4 @ 12"]
    );
    assert_eq!(sim.order(5), "rejected 0/1000000");
}

#[test]
fn a_callback_that_answers_its_own_orders_for_ever_is_stopped() {
    let mut sim = world()
        .rows("A", flat(100, 2))
        .open(Closure(|call: &Call, desk: &mut Desk| match call {
            Call::HandleData | Call::OrderReject(..) => {
                market(desk, 1_000_000);
            }
            _ => {}
        }));
    sim.open_valve(1);
    let ended = sim.world.run(&mut Seen::default());
    assert!(matches!(ended, Err(WorldError::Circles(_))), "{ended:?}");
}

#[test]
fn the_children_of_a_rejected_entry_never_come_to_life() {
    let sim = world()
        .bars(
            "A",
            &["100 100 100 100 1", "100 110 90 100 1", "100 110 90 100 1"],
        )
        .run(each_bar(|n, desk| {
            if n == 0 {
                let entry = request(1_000_000, OrderType::Market);
                bracket(desk, &entry, dec!(95), dec!(105));
            }
        }));
    assert_eq!(sim.fills(), [""; 0]);
    for number in 1..=3 {
        assert_eq!(sim.order(number), "rejected 0/1000000");
    }
}

#[test]
fn an_entry_that_is_canceled_in_part_leaves_children_of_what_it_filled() {
    let sim = world()
        .rules(|rules| rules.volume_limit = Some(dec!(0.025)))
        .bars(
            "A",
            &[
                "100 100 100 100 1",
                "100 100 100 100 2400",
                "100 106 100 104 9999",
            ],
        )
        .run(each_bar(|n, desk| match n {
            0 => {
                let entry = request(100, OrderType::Market);
                bracket(desk, &entry, dec!(95), dec!(105));
            }
            1 => {
                desk.cancel(OrderId(1));
            }
            _ => {}
        }));
    assert_eq!(sim.fills(), ["1 o1 60 @ 100", "2 o3 -60 @ 105"]);
    assert_eq!(sim.order(1), "canceled 60/100");
    assert_eq!(sim.order(2), "canceled 0/60");
    assert_eq!(sim.order(3), "filled 60/60");
}

#[test]
fn a_stop_does_not_act_on_the_bar_at_whose_close_its_entry_filled() {
    for fill_at in [FillAt::NextClose, FillAt::ThisClose] {
        // The bar of the entry reaches down to 90; the next one only to 96 and then 94.
        let rows = [
            "100 100 90 100 1",
            "100 100 90 100 1",
            "98 98 96 98 1",
            "98 98 94 98 1",
        ];
        let sim = world()
            .rules(|rules| rules.fill_at = fill_at)
            .bars("A", &rows)
            .run(each_bar(|n, desk| {
                if n == 0 {
                    let entry = request(10, OrderType::Market);
                    bracket(desk, &entry, dec!(95), dec!(120));
                }
            }));
        let entry = usize::from(fill_at == FillAt::NextClose);
        let stopped = if fill_at == FillAt::ThisClose {
            "1 o2 -10 @ 95"
        } else {
            "3 o2 -10 @ 95"
        };
        assert_eq!(
            sim.fills(),
            [format!("{entry} o1 10 @ 100"), stopped.into()]
        );
    }
}

#[test]
fn tied_orders_share_what_fills_in_part() {
    let sim = world()
        .rules(|rules| rules.volume_limit = Some(dec!(0.1)))
        .bars(
            "A",
            &[
                "100 100 100 100 9999",
                "100 100 100 100 9999",
                "100 106 100 104 400",
                "104 104 90 94 9999",
            ],
        )
        .run(each_bar(|n, desk| match n {
            0 => {
                market(desk, 100);
            }
            1 => {
                let target = limit(desk, -100, dec!(105));
                let stop = stop(desk, -100, dec!(95));
                desk.tie(target, stop);
            }
            _ => {}
        }));
    assert_eq!(
        sim.fills(),
        ["1 o1 100 @ 100", "2 o2 -40 @ 105", "3 o3 -60 @ 95"]
    );
    assert_eq!(sim.order(2), "canceled 40/100");
    assert_eq!(sim.order(3), "filled 60/60");
}

#[test]
fn more_units_are_judged_like_a_new_order_and_fewer_than_filled_are_refused() {
    let sim = world()
        .rules(|rules| rules.volume_limit = Some(dec!(0.1)))
        .bars(
            "A",
            &[
                "100 100 100 100 100",
                "100 100 100 100 100",
                "100 100 100 100 100",
            ],
        )
        .run(each_bar(|n, desk| {
            let to = |units: i64| Change::to_quantity(Quantity::new(units.into()));
            match n {
                0 => {
                    market(desk, 100);
                }
                1 => {
                    assert!(desk.replace(OrderId(1), to(3_000)).unwrap());
                    assert!(desk.replace(OrderId(1), to(5)).unwrap());
                    assert!(desk.replace(OrderId(1), to(1_500)).unwrap());
                }
                _ => {}
            }
        }));
    assert_eq!(sim.order(1), "partially_filled 20/1500");
}

#[test]
fn a_changed_order_keeps_its_price_on_the_tick() {
    let sim = world().rows("A", flat(100, 3)).run(each_bar(|n, desk| {
        if n == 0 {
            let id = limit(desk, 10, dec!(90));
            let change = Change {
                quantity: Some(Quantity::new(dec!(7.9))),
                limit: Some(Price::new(dec!(91.119))),
                stop: None,
            };
            assert!(desk.replace(id, change).unwrap());
        }
    }));
    assert_eq!(sim.order(1), "accepted 0/7");
    let order = sim.desk().orders.get(OrderId(1)).unwrap();
    assert_eq!(
        order.request.order_type,
        OrderType::Limit(Price::new(dec!(91.11)))
    );
}

#[test]
fn a_post_only_order_never_takes() {
    let sim = world()
        .rules(|rules| {
            rules.commission = Some(Commission::MakerTaker {
                maker: dec!(0.001),
                taker: dec!(0.002),
            });
        })
        .bars("A", &["100 100 100 100 1", "98 98 98 98 1"])
        .run(each_bar(|n, desk| {
            for price in [dec!(100), dec!(99)] {
                if n == 0 {
                    place(
                        desk,
                        OrderRequest {
                            post_only: true,
                            ..request(10, OrderType::Limit(Price::new(price)))
                        },
                    );
                }
            }
        }));
    assert_eq!(sim.order(1), "rejected 0/10");
    assert_eq!(sim.fills(), ["1 o2 10 @ 98"]);
    assert_eq!(sim.seen.fills[0].fill.commission, Money::new(dec!(0.98)));
}

#[test]
fn a_stop_limit_takes_where_it_triggers_at_the_open_and_makes_where_it_rests() {
    let rows = [
        ("106 107 106 106 1", "106 107 106 106 1", dec!(0.212)),
        // Triggered inside, so the next open is its first as a limit.
        ("100 106 100 106 1", "104 104 104 104 1", dec!(0.208)),
        ("106 109 106 109 1", "104 104 104 104 1", dec!(0.212)),
        ("109 109 106.5 109 1", "109 109 107 107 1", dec!(0.107)),
    ];
    for (first, second, commission) in rows {
        let sim = world()
            .rules(|rules| {
                rules.commission = Some(Commission::MakerTaker {
                    maker: dec!(0.001),
                    taker: dec!(0.002),
                });
            })
            .bars("A", &["100 100 100 100 1", first, second])
            .run(each_bar(|n, desk| {
                if n == 0 {
                    let kind = OrderType::StopLimit {
                        stop: Price::new(dec!(105)),
                        limit: Price::new(dec!(107)),
                    };
                    place(desk, request(1, kind));
                }
            }));
        let paid: Vec<Decimal> = sim
            .seen
            .fills
            .iter()
            .map(|seen| seen.fill.commission.get())
            .collect();
        assert_eq!(paid, [commission], "{first}, {second}");
    }
}

#[test]
fn a_reduce_only_order_stops_at_nothing() {
    let sim = world()
        .bars(
            "A",
            &[
                "10 10 10 10 1",
                "10 10 10 10 1",
                "10 10 10 10 1",
                "10 10 10 10 1",
            ],
        )
        .run(each_bar(|n, desk| match n {
            0 => {
                market(desk, 10);
            }
            1 => {
                for _ in 0..2 {
                    place(
                        desk,
                        OrderRequest {
                            reduce_only: true,
                            ..request(-15, OrderType::Market)
                        },
                    );
                }
            }
            _ => {}
        }));
    assert_eq!(sim.fills(), ["1 o1 10 @ 10", "2 o2 -10 @ 10"]);
    assert_eq!(sim.order(2), "canceled 10/15");
    assert_eq!(sim.order(3), "canceled 0/15");
}

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

#[test]
fn this_close_fills_what_triggers_at_the_close_order_and_its_rest_a_bar_later() {
    let sim = world()
        .times("24/7", "1h", "2024-01-01T22:00:00Z")
        .rules(|rules| {
            rules.fill_at = FillAt::ThisClose;
            rules.volume_limit = Some(dec!(0.1));
        })
        .bars(
            "A",
            &["10 10 10 11 100", "12 12 12 13 100", "14 14 14 15 100"],
        )
        .run(Closure(|call: &Call, desk: &mut Desk| match call {
            Call::Initialize => schedule(desk, "buy", TimeRule::MarketClose(Span::ZERO)),
            Call::Function(_) => {
                market(desk, 15);
            }
            _ => {}
        }));
    // The session ends with the second bar.
    assert_eq!(sim.fills(), ["1 o1 10 @ 13", "2 o1 5 @ 15"]);
    let equity: Vec<Decimal> = sim.seen.equity.iter().map(|value| value.get()).collect();
    assert_eq!(equity, [dec!(100000), dec!(100000), dec!(100020)]);
}

#[test]
fn warm_up_bars_call_nobody_and_are_seen() {
    let bars = world().rows("A", flat(100, 3)).warm_up(2);
    let calls = calls_of(bars, |call, desk| {
        if *call == Call::HandleData {
            assert_eq!(desk.market.len(A), 3);
        }
    });
    assert_eq!(calls, ["01 02:00 initialize", "01 03:00 handle_data"]);
}

#[test]
fn an_order_far_away_costs_and_changes_nothing() {
    let sim = world().rows("A", flat(100, 50)).run(each_bar(|n, desk| {
        if n == 0 {
            limit(desk, 1, dec!(1));
            assert_eq!(desk.now, desk.market.last_bar(A).unwrap().start + hours(1));
        }
    }));
    assert_eq!(sim.order(1), "accepted 0/1");
    assert!(!sim.world.exchange().is_idle());
    assert!(
        sim.seen
            .equity
            .iter()
            .all(|value| value.get() == dec!(100000))
    );
}

#[test]
fn a_leverage_limit_counts_the_open_orders_of_all_assets() {
    world()
        .rows("A", flat(100, 1))
        .rows("B", flat(100, 1))
        .run(each_bar(|_, desk| {
            desk.limits.max_leverage = Some(dec!(1));
            market(desk, 600);
            let second = OrderRequest {
                asset: AssetId(1),
                ..request(600, OrderType::Market)
            };
            let denied = desk.place(second).unwrap_err();
            assert_eq!(
                denied.to_string(),
                "max_leverage: leverage could become 1.2, the limit is 1"
            );
        }));
}

#[test]
fn a_change_is_held_to_the_same_rules_as_an_order() {
    world()
        .rows("A", flat(100, 1))
        .asset("A", |asset| asset.min_quantity = Quantity::new(dec!(2)))
        .run(each_bar(|_, desk| {
            desk.limits.max_order = vec![(None, Quantity::new(dec!(50)))];
            desk.limits.max_position = vec![(Some(A), Quantity::new(dec!(60)))];
            let one = limit(desk, 30, dec!(90));
            let other = limit(desk, 20, dec!(90));
            let huge = Decimal::MAX;
            for (units, price, rule) in [
                (dec!(1), dec!(90), "minimum of 2"),
                (dec!(51), dec!(90), "max_order"),
                (dec!(41), dec!(90), "max_position: A could become 61"),
                (huge, dec!(90), "out of range"),
                (dec!(30), huge, "out of range"),
                (dec!(30), dec!(0.001), "must be above zero"),
            ] {
                let change = Change {
                    quantity: Some(Quantity::new(units)),
                    limit: Some(Price::new(price)),
                    stop: None,
                };
                let denied = desk.replace(one, change).unwrap_err().to_string();
                assert!(denied.contains(rule), "{denied}");
            }
            let fewer = Change::to_quantity(Quantity::new(dec!(10)));
            assert_eq!(desk.replace(other, fewer), Ok(true));
            let far = OrderType::Limit(Price::new(huge));
            assert!(desk.place(request(1, far)).is_err());
        }));
}
