//! Brackets, tied orders, changes, and orders that may not do what others may.

use rust_decimal::{Decimal, dec};
use rustybt::core::model::asset::AssetId;
use rustybt::core::model::number::{Money, Price, Quantity};
use rustybt::core::model::order::{Change, OrderId, OrderRequest, OrderType};
use rustybt::core::sim::commission::Commission;
use rustybt::core::sim::rules::FillAt;

use crate::support::world::{
    bracket, each_bar, flat, hours, limit, market, place, request, stop, world,
};

const A: AssetId = AssetId(0);

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
