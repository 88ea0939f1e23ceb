//! Laws that hold for whatever a strategy does and the market does to it.

use std::collections::BTreeMap;

use proptest::prelude::*;
use rust_decimal::Decimal;
use rustybt::core::engine::desk::Desk;
use rustybt::core::engine::strategy::{Call, Failure, Handler, Strategy as Trader};
use rustybt::core::message::{Envelope, Event, OrderReport};
use rustybt::core::model::asset::AssetId;
use rustybt::core::model::fill::Fill;
use rustybt::core::model::market::CorporateAction;
use rustybt::core::model::number::{Money, Price, Quantity, floor_to_step};
use rustybt::core::model::order::{Change, Order, OrderId, OrderRequest, OrderType, Side};
use rustybt::core::model::status::{OrderStatus, OrderStep};
use rustybt::core::sim::slippage::Slippage;

use crate::support::world::{Closure, Sim, bracket, market, request, world};

use plan::{Act, BARS, Kind, Plan, bars, cents, plan};

/// Random markets, rules and strategies.
mod plan;

impl Plan {
    fn run(&self) -> Sim<Player> {
        self.build().run(self.player())
    }

    fn player(&self) -> Player {
        Player {
            plan: self.clone(),
            answered: 0,
            called: 0,
            statuses: BTreeMap::new(),
        }
    }
}

/// A strategy that does what a plan says, and looks at the laws whenever it is called.
#[derive(Debug)]
struct Player {
    plan: Plan,
    answered: usize,
    called: usize,
    statuses: BTreeMap<OrderId, OrderStatus>,
}

impl Player {
    fn act(desk: &mut Desk, act: &Act) {
        let price = |desk: &Desk, asset: u32, by: i64| {
            let last = desk.market.last_price(AssetId(asset));
            last.map(|last| Price::new(last.get() + cents(by)))
        };
        let nth = |desk: &Desk, n: usize| {
            let count = desk.orders.all().len();
            (count > 0).then(|| OrderId((n % count) as u64 + 1))
        };
        match *act {
            Act::Order(asset, units, kind, tif, reduce_only) => {
                let last = desk.market.last_price(AssetId(asset));
                if let Some(last) = last {
                    // A refusal is an answer too.
                    let _denied = desk.place(OrderRequest {
                        asset: AssetId(asset),
                        tif,
                        reduce_only,
                        post_only: matches!(kind, Kind::PostOnly(_)),
                        ..request(units, kind.around(last))
                    });
                }
            }
            Act::Bracket(asset, units, stop, target) => {
                let sign = units.signum();
                let legs = price(desk, asset, -sign * stop).zip(price(desk, asset, sign * target));
                if let Some((stop, target)) = legs {
                    let entry = OrderRequest {
                        asset: AssetId(asset),
                        ..request(units, OrderType::Market)
                    };
                    bracket(desk, &entry, stop.get(), target.get());
                }
            }
            Act::Target(asset, target) => {
                let units = desk.units_to_target(AssetId(asset), Quantity::new(target.into()));
                let _nothing = desk.place(OrderRequest {
                    asset: AssetId(asset),
                    ..request(units.get(), OrderType::Market)
                });
            }
            Act::Tie(one, other) => {
                if let (Some(one), Some(other)) = (nth(desk, one), nth(desk, other)) {
                    let free = |id| desk.orders.get(id).is_some_and(|o| o.request.oco.is_none());
                    if one != other && free(one) && free(other) {
                        desk.tie(one, other);
                    }
                }
            }
            Act::Cancel(n) => {
                if let Some(id) = nth(desk, n) {
                    desk.cancel(id);
                }
            }
            Act::Modify(n, units, by) => {
                let Some(id) = nth(desk, n) else { return };
                let asset = desk.orders.get(id).map_or(0, |o| o.request.asset.0);
                let change = Change {
                    quantity: Some(Quantity::new(units.into())),
                    limit: price(desk, asset, by),
                    stop: price(desk, asset, -by),
                };
                let _denied = desk.replace(id, change);
            }
        }
    }

    /// An order moves only along the transition table, and never out of a final state.
    fn check_statuses(&mut self, desk: &Desk) {
        for order in desk.orders.all() {
            let before = self.statuses.insert(order.id, order.status);
            if let Some(before) = before.filter(|before| before.is_final()) {
                assert_eq!(before, order.status, "{}", order.id);
            }
            assert!(order.filled <= order.request.quantity, "{order:?}");
        }
    }

    fn check_fill(&self, desk: &Desk, fill: &Fill) {
        let order = desk.orders.get(fill.order).unwrap();
        if let Some(limit) = order.request.order_type.limit() {
            match order.request.side {
                Side::Buy => assert!(fill.price <= limit, "{fill:?} {order:?}"),
                Side::Sell => assert!(fill.price >= limit, "{fill:?} {order:?}"),
            }
            assert_eq!(fill.slippage, Money::ZERO);
        }
        assert!(fill.slippage >= Money::ZERO, "{fill:?}");
        assert!(!fill.quantity.is_zero());
        assert_eq!(Side::of(fill.quantity), order.request.side);
        if order.request.reduce_only {
            let after = desk.ledger.position(fill.asset).amount;
            let before = after - fill.quantity;
            assert!(after.abs() < before.abs(), "{fill:?}");
        }
        // After a split a child closes more units than its entry, which was over, had counted.
        let is_split = matches!(self.plan.action, Some(CorporateAction::Split(_)));
        let Some(entry) = order.request.parent.filter(|_| !is_split) else {
            return;
        };
        let children = desk.orders.all().iter();
        let closed: Quantity = children
            .filter(|child| child.request.parent == Some(entry))
            .map(|child| child.filled)
            .sum();
        let entered = desk.orders.get(entry).unwrap().filled;
        assert!(closed <= entered, "{closed} of {entered}");
    }
}

impl Trader for Player {
    fn handles(&self, _handler: &Handler) -> bool {
        true
    }

    fn call(&mut self, call: &Call, desk: &mut Box<Desk>) -> Result<(), Failure> {
        self.check_statuses(desk);
        match call {
            Call::HandleData => {
                let hour = (desk.now.as_nanos() / 3_600_000_000_000 + 6) % 24;
                let bar = usize::try_from(hour).unwrap();
                self.called += 1;
                for (at, act) in &self.plan.acts {
                    if *at == bar {
                        Self::act(desk, act);
                    }
                }
            }
            Call::OrderFill(_, fill) => {
                self.check_fill(desk, fill);
                if let Some(act) = self.plan.answers.get(self.answered) {
                    Self::act(desk, act);
                    self.answered += 1;
                }
            }
            Call::OrderCancel(..) | Call::OrderReject(..) => {
                if let Some(act) = self.plan.answers.get(self.answered) {
                    Self::act(desk, act);
                    self.answered += 1;
                }
            }
            Call::Initialize
            | Call::BeforeTradingStart
            | Call::Function(_)
            | Call::BrokerMessage(_)
            | Call::Reload(_)
            | Call::Analyze(_) => {}
        }
        Ok(())
    }
}

/// The broker's books and ours are the same to the last digit.
fn assert_same_books(sim: &Sim<Player>) {
    let (ours, theirs) = (&sim.desk().ledger, sim.world.exchange().ledger());
    assert_eq!(ours.cash(), theirs.cash());
    assert_eq!(ours.value(), theirs.value());
    for asset in [AssetId(0), AssetId(1)] {
        assert_eq!(ours.position(asset), theirs.position(asset));
    }
}

fn assert_volume_limit(sim: &Sim<Player>, plan: &Plan) {
    let own = match plan.slippage {
        Slippage::VolumeShare { limit, .. } | Slippage::VolatilityVolumeShare { limit, .. } => {
            Some(limit)
        }
        Slippage::None
        | Slippage::Fixed { .. }
        | Slippage::BasisPoints { .. }
        | Slippage::Spread { .. } => None,
    };
    let Some(limit) = plan.volume_limit.into_iter().chain(own).min() else {
        return;
    };
    let mut filled: BTreeMap<(usize, AssetId), Decimal> = BTreeMap::new();
    for seen in &sim.seen.fills {
        let row = sim.labels.binary_search(&seen.fill.bar).unwrap();
        *filled.entry((row, seen.fill.asset)).or_default() += seen.fill.quantity.get().abs();
    }
    for ((row, asset), units) in filled {
        let volume = plan.bars[asset.index()][row].unwrap()[4];
        assert!(units <= floor_to_step(volume * limit, Decimal::ONE));
    }
}

fn orders(sim: &Sim<Player>) -> Vec<Order> {
    sim.desk().orders.all().to_vec()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn books_agree_limits_hold_and_volume_is_not_exceeded(plan in plan()) {
        let mut sim = plan.build().open(plan.player());
        while sim.step() {
            assert_same_books(&sim);
        }
        assert_volume_limit(&sim, &plan);
        if plan.cash_account {
            for seen in &sim.seen.fills {
                prop_assert!(seen.position >= Quantity::ZERO, "{seen:?}");
                let buys = seen.fill.quantity.is_long();
                prop_assert!(!buys || seen.cash >= Money::ZERO, "{seen:?}");
            }
        }
        // Nothing waits for an answer that the exchange owes.
        for order in sim.desk().orders.all() {
            let settled = order.status.is_final()
                || matches!(order.status, OrderStatus::Accepted | OrderStatus::PartiallyFilled);
            prop_assert!(settled, "{order:?}");
        }
    }

    #[test]
    fn the_same_run_twice_is_the_same(plan in plan()) {
        let (one, other) = (plan.run(), plan.run());
        prop_assert_eq!(&one.seen.fills, &other.seen.fills);
        prop_assert_eq!(&one.seen.equity, &other.seen.equity);
        prop_assert_eq!(orders(&one), orders(&other));
    }

    #[test]
    fn what_comes_later_changes_nothing_of_what_was(plan in plan(), kept in 1..BARS) {
        let whole = plan.run();
        let part = plan.build().first_bars(kept).run(plan.player());
        let before = whole.seen.fills.iter().filter(|seen| seen.fill.bar < whole.labels[kept]);
        prop_assert_eq!(&before.copied_fills(), &part.seen.fills);
        let rows = part.seen.equity.len();
        prop_assert_eq!(&whole.seen.equity[..rows], &part.seen.equity[..]);
    }

    #[test]
    fn tied_orders_fill_no_more_than_the_larger_of_them(
        bars in bars(),
        (one, other) in (1_i64..200, 1_i64..200),
        (up, down) in (1_i64..100, 1_i64..100),
        limited in proptest::bool::ANY,
    ) {
        let sim = world()
            .rules(|rules| rules.volume_limit = limited.then(|| Decimal::new(25, 3)))
            .rows("A", bars)
            .run(Closure(move |call: &Call, desk: &mut Desk| {
                if *call != Call::HandleData || !desk.orders.all().is_empty() {
                    return;
                }
                let last = desk.market.last_price(AssetId(0)).unwrap().get();
                market(desk, 500);
                let target = OrderType::Limit(Price::new(last + cents(up)));
                let stop = OrderType::Stop(Price::new(last - cents(down)));
                let target = desk.place(request(-one, target)).unwrap().unwrap();
                let stop = desk.place(request(-other, stop)).unwrap().unwrap();
                desk.tie(target, stop);
            }));
        let filled = |number| sim.desk().orders.get(OrderId(number)).unwrap().filled;
        let sum = filled(2) + filled(3);
        prop_assert!(sum <= Quantity::new(one.max(other).into()), "{sum}");
    }

    #[test]
    fn reports_move_orders_only_along_the_table_and_book_a_fill_once(
        reports in proptest::collection::vec((1..5_u64, 0..7_u8, 1..20_u64, 1_i64..40), 0..60),
        doubled in 0..3_usize,
    ) {
        check_reports(&reports, doubled);
    }
}

trait CopiedFills {
    fn copied_fills(self) -> Vec<crate::support::world::SeenFill>;
}

impl<'a, I: Iterator<Item = &'a crate::support::world::SeenFill>> CopiedFills for I {
    fn copied_fills(self) -> Vec<crate::support::world::SeenFill> {
        self.cloned().collect()
    }
}

const STEPS: [OrderStep; 13] = [
    OrderStep::Send,
    OrderStep::Deny,
    OrderStep::LoseAnswer,
    OrderStep::Accept,
    OrderStep::Reject,
    OrderStep::FillPart,
    OrderStep::FillRest,
    OrderStep::AskCancel,
    OrderStep::AskReplace,
    OrderStep::Keep,
    OrderStep::KeepPart,
    OrderStep::Cancel,
    OrderStep::Expire,
];

/// Feeds an engine with whatever a broker might say, in any order and more than once.
fn check_reports(reports: &[(u64, u8, u64, i64)], doubled: usize) {
    let mut sim = world().bars("A", &["100 100 100 100 1000"]).open(Closure(
        |call: &Call, desk: &mut Desk| {
            if *call == Call::HandleData {
                for _ in 0..4 {
                    market(desk, 100);
                }
                desk.cancel(OrderId(4));
            }
        },
    ));
    sim.step();
    let engine = sim.world.engine_mut();
    let at = engine.desk().now;
    let mut commands = Vec::new();
    let mut booked: BTreeMap<u64, Decimal> = BTreeMap::new();
    for (order, what, fill, units) in reports {
        let id = OrderId(*order);
        let text = || "because".into();
        let report = match what {
            0 => OrderReport::Accepted(id),
            1 => OrderReport::Rejected(id, text()),
            2 => OrderReport::Canceled(id, text()),
            3 => OrderReport::Expired(id),
            4 => OrderReport::Kept(id, text()),
            5 => {
                OrderReport::Replaced(id, Change::to_quantity(Quantity::new((*units + 90).into())))
            }
            _ => OrderReport::Filled(Fill {
                id: *fill + 1_000,
                order: id,
                asset: AssetId(0),
                quantity: Quantity::new((*units).into()),
                price: Price::new(100.into()),
                commission: Money::ZERO,
                slippage: Money::ZERO,
                time: at,
                bar: at,
            }),
        };
        for _ in 0..=doubled {
            let before = engine.desk().orders.get(id).unwrap().clone();
            let held = engine.desk().ledger.position(AssetId(0)).amount;
            let event = Event::Report(report.clone());
            engine.handle(&Envelope { at, event }, &mut commands);
            let after = engine.desk().orders.get(id).unwrap();
            let possible = before.status == after.status
                || STEPS
                    .iter()
                    .any(|step| before.status.after(*step) == Some(after.status));
            assert!(possible, "{} to {}", before.status, after.status);
            let new = engine.desk().ledger.position(AssetId(0)).amount - held;
            if !new.is_zero() {
                assert_eq!(
                    booked.insert(*fill, new.get()),
                    None,
                    "fill {fill} booked twice"
                );
                assert!(!before.status.is_final());
                assert_eq!(after.filled - before.filled, new);
            }
        }
    }
    let orders = engine.desk().orders.all();
    let filled: Quantity = orders.iter().map(|order| order.filled).sum();
    assert_eq!(filled, engine.desk().ledger.position(AssetId(0)).amount);
}
