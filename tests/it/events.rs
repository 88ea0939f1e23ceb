//! The order of things at one instant, and the ends of sessions.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a strategy of a test answers the calls that it is about"
)]

use std::cell::RefCell;
use std::rc::Rc;

use chrono::NaiveTime;
use rust_decimal::{Decimal, dec};
use rustybt::core::engine::desk::Desk;
use rustybt::core::engine::schedule::TimeRule;
use rustybt::core::engine::strategy::Call;
use rustybt::core::model::asset::AssetId;
use rustybt::core::model::number::Price;
use rustybt::core::model::order::{OrderId, OrderRequest, OrderType, TimeInForce};
use rustybt::core::model::time::Span;
use rustybt::core::sim::rules::FillAt;
use rustybt::core::sim::world::WorldError;

use crate::support::world::{
    Builder, Closure, Seen, each_bar, flat, limit, market, place, request, schedule, world,
};

const A: AssetId = AssetId(0);

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
