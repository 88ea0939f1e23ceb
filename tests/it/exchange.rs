//! The simulated exchange answers every scenario of the reference to the last digit.

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;
use rustybt::core::engine::desk::Desk;
use rustybt::core::engine::strategy::{Call as Event, Failure, Handler, Strategy};
use rustybt::core::model::asset::{AssetId, AssetKind};
use rustybt::core::model::market::CorporateAction;
use rustybt::core::model::number::{Money, Price, Quantity};
use rustybt::core::model::order::{Change, Order, OrderId, OrderRequest, OrderType};
use rustybt::core::model::order::{TimeInForce, Trail};
use rustybt::core::model::status::OrderStatus;
use rustybt::core::model::time::{Timeframe, Timestamp};
use rustybt::core::sim::commission::Commission;
use rustybt::core::sim::rules::{AccountRules, FillAt};
use rustybt::core::sim::slippage::Slippage;

use crate::reference_vectors::{self as vectors, Call, Scenario, Scripted, scenarios};
use crate::support::world::{Builder, Sim, bracket, request, world};

/// A strategy that makes the calls of a scenario at their moments.
struct Script<'a> {
    scenario: &'a Scenario,
    start: Timestamp,
    timeframe: Timeframe,
    ids: BTreeMap<String, OrderId>,
    filled: BTreeSet<OrderId>,
}

impl<'a> Script<'a> {
    fn new(scenario: &'a Scenario) -> Self {
        Self {
            scenario,
            start: Timestamp::parse(&scenario.start).unwrap(),
            timeframe: Timeframe::parse(&scenario.timeframe).unwrap(),
            ids: BTreeMap::new(),
            filled: BTreeSet::new(),
        }
    }

    fn name_of(&self, id: OrderId) -> &str {
        let found = self.ids.iter().find(|(_, other)| **other == id);
        found.map_or("", |(name, _)| name)
    }

    fn play(&mut self, desk: &mut Desk, due: impl Fn(&Scripted) -> bool) {
        for scripted in self.scenario.script.iter().filter(|call| due(call)) {
            self.make(desk, scripted);
        }
    }

    fn make(&mut self, desk: &mut Desk, scripted: &Scripted) {
        let find = |desk: &Desk, symbol: &str| desk.market.find(symbol).unwrap();
        let placed = match &scripted.call {
            Call::Order { asset, .. } => {
                let id = find(desk, asset);
                desk.place(order_request(id, &scripted.call)).unwrap()
            }
            Call::OrderValue { asset, .. }
            | Call::OrderTarget { asset, .. }
            | Call::OrderTargetPercent { asset, .. } => {
                let id = find(desk, asset);
                let units = sized(desk, id, &scripted.call);
                place(desk, id, units)
            }
            Call::Bracket {
                asset,
                amount,
                stop,
                target,
                entry_limit,
            } => {
                let kind =
                    entry_limit.map_or(OrderType::Market, |at| OrderType::Limit(Price::new(at)));
                let entry = OrderRequest {
                    asset: find(desk, asset),
                    ..request(*amount, kind)
                };
                let [entry, stop, target] = bracket(desk, &entry, *stop, *target);
                let name = scripted.name.as_deref().unwrap();
                self.ids.insert(format!("{name}.stop"), stop);
                self.ids.insert(format!("{name}.target"), target);
                Some(entry)
            }
            Call::Oco { first, second } => {
                desk.tie(self.ids[first], self.ids[second]);
                None
            }
            Call::Cancel { order } => {
                let id = self.ids.get(order).copied().unwrap_or(OrderId(9_999));
                desk.cancel(id);
                None
            }
            Call::Modify {
                order,
                amount,
                limit,
                stop,
            } => {
                // A name that ordered nothing is unknown here as well.
                if let Some(id) = self.ids.get(order) {
                    let change = Change {
                        quantity: amount.map(Quantity::new),
                        limit: limit.map(Price::new),
                        stop: stop.map(Price::new),
                    };
                    desk.replace(*id, change).unwrap();
                }
                None
            }
        };
        if let (Some(id), Some(name)) = (placed, &scripted.name) {
            self.ids.insert(name.clone(), id);
        }
    }
}

/// Returns the units that a call for a value or a target comes to.
fn sized(desk: &mut Desk, id: AssetId, call: &Call) -> Quantity {
    match call {
        Call::OrderValue { money, .. } => desk.units_for_value(id, Money::new(*money)).unwrap(),
        Call::OrderTarget { target, .. } => desk.units_to_target(id, Quantity::new(*target)),
        Call::OrderTargetPercent { fraction, .. } => {
            let value = desk.value_of_fraction(*fraction);
            let target = desk.units_for_value(id, value).unwrap();
            desk.units_to_target(id, target)
        }
        Call::Order { .. }
        | Call::Bracket { .. }
        | Call::Oco { .. }
        | Call::Cancel { .. }
        | Call::Modify { .. } => panic!("no size to work out"),
    }
}

fn place(desk: &mut Desk, asset: AssetId, units: Quantity) -> Option<OrderId> {
    let request = OrderRequest {
        asset,
        ..request(units.get(), OrderType::Market)
    };
    desk.place(request).unwrap()
}

fn order_request(id: AssetId, call: &Call) -> OrderRequest {
    let Call::Order {
        amount,
        limit,
        stop,
        trail,
        trail_percent,
        tif,
        reduce_only,
        ..
    } = call
    else {
        panic!("only orders have options");
    };
    let price = |at: &Option<Decimal>| at.map(Price::new);
    let kind = match (price(limit), price(stop), price(trail), trail_percent) {
        (None, None, None, None) => OrderType::Market,
        (Some(limit), None, None, None) => OrderType::Limit(limit),
        (None, Some(stop), None, None) => OrderType::Stop(stop),
        (Some(limit), Some(stop), None, None) => OrderType::StopLimit { stop, limit },
        (None, None, Some(amount), None) => OrderType::Trail(Trail::Amount(amount)),
        (None, None, None, Some(part)) => OrderType::Trail(Trail::Fraction(*part)),
        _ => panic!("no such order"),
    };
    let tif = tif.as_deref().unwrap_or("gtc");
    OrderRequest {
        asset: id,
        tif: TimeInForce::parse(tif).unwrap(),
        reduce_only: *reduce_only,
        ..request(*amount, kind)
    }
}

impl Strategy for Script<'_> {
    fn handles(&self, handler: &Handler) -> bool {
        matches!(handler, Handler::HandleData | Handler::OrderFill)
    }

    fn call(&mut self, call: &Event, desk: &mut Box<Desk>) -> Result<(), Failure> {
        if let Event::OrderFill(id, _) = call {
            if self.filled.insert(*id) {
                let name = self.name_of(*id).to_owned();
                self.play(desk, |call| call.after_fill_of.as_ref() == Some(&name));
            }
        } else {
            let passed = (desk.now - self.start).as_nanos() / self.timeframe.span().as_nanos();
            let bar = usize::try_from(passed - 1).unwrap();
            self.play(desk, |call| call.bar == Some(bar));
        }
        Ok(())
    }
}

fn build(scenario: &Scenario) -> Builder {
    let config = &scenario.config;
    let mut builder = world()
        .times(&scenario.calendar, &scenario.timeframe, &scenario.start)
        .cash(config.capital)
        .rules(|rules| {
            rules.account = match config.account.as_str() {
                "margin" => AccountRules::margin(),
                "cash" => AccountRules::Cash,
                other => panic!("no account {other}"),
            };
            rules.fill_at = FillAt::parse(&config.fill_at).unwrap();
            rules.commission = Some(commission(&config.commission));
            rules.slippage = Some(slippage(&config.slippage));
            rules.volume_limit = config.volume_limit;
            rules.cancel_at_session_end = match config.cancel_policy.as_str() {
                "eod" => true,
                "never" => false,
                other => panic!("no policy {other}"),
            };
        });
    for asset in &scenario.assets {
        builder = builder
            .rows(&asset.symbol, scenario.bars[&asset.symbol].clone())
            .asset(&asset.symbol, |rules| {
                rules.lot_size = asset.lot;
                rules.tick_size = asset.tick;
                rules.multiplier = asset.multiplier;
                if asset.multiplier != Decimal::ONE {
                    // The reference pays for what it buys, as options do and futures do not.
                    rules.kind = AssetKind::Option;
                }
            });
    }
    for action in &scenario.actions {
        let kind = match action.kind.as_str() {
            "split" => CorporateAction::Split(action.value),
            "dividend" => CorporateAction::Dividend(action.value),
            other => panic!("no action {other}"),
        };
        builder = builder.action(&action.asset, &action.ex_date, kind);
    }
    builder
}

/// Returns the engine's model for the reference's description of it.
pub(crate) fn commission(model: &vectors::Commission) -> Commission {
    use vectors::Commission as From;
    let (none, zero) = (Commission::None, Decimal::ZERO);
    match model.clone() {
        From::None => none,
        From::PerShare { rate, minimum } => Commission::PerShare {
            rate,
            minimum,
            fee: zero,
        },
        From::PerContract { rate, fee, minimum } => Commission::PerShare { rate, minimum, fee },
        From::PerTrade { cost } => Commission::PerTrade { cost },
        From::PerDollar { rate } => Commission::PerDollar { rate },
        From::MakerTaker { maker, taker } => Commission::MakerTaker { maker, taker },
        From::Tiered { tiers } => Commission::Tiered {
            tiers: tiers.iter().map(|tier| (tier.from, tier.rate)).collect(),
            minimum: zero,
        },
    }
}

/// Returns the engine's model for the reference's description of it.
pub(crate) fn slippage(model: &vectors::Slippage) -> Slippage {
    use vectors::Slippage as From;
    match *model {
        From::None => Slippage::None,
        From::Fixed { amount } => Slippage::Fixed { amount },
        From::Bps { bps } => Slippage::BasisPoints { bps },
        From::VolumeShare { limit, impact } => Slippage::VolumeShare { limit, impact },
    }
}

/// Whether two quotients agree to 20 significant digits.
fn agree(one: Decimal, other: Decimal) -> bool {
    one.round_sf(20) == other.round_sf(20)
}

fn compare(scenario: &Scenario, sim: &Sim<Script<'_>>) -> Result<(), String> {
    let script = sim.world.engine().strategy();
    let desk = sim.desk();
    let symbol = |id: AssetId| desk.asset(id).symbol.to_string();
    let fills: Vec<String> = sim
        .seen
        .fills
        .iter()
        .map(|seen| {
            let fill = &seen.fill;
            let number = |n: Decimal| n.normalize().to_string();
            format!(
                "{} {} {} {} @ {} commission {} slippage {} cash {} position {}",
                sim.labels.binary_search(&fill.bar).unwrap(),
                script.name_of(fill.order),
                symbol(fill.asset),
                number(fill.quantity.get()),
                number(fill.price.get()),
                number(fill.commission.get()),
                number(fill.slippage.get()),
                number(seen.cash.get()),
                number(seen.position.get()),
            )
        })
        .collect();
    let expected: Vec<String> = scenario
        .expect
        .fills
        .iter()
        .map(|fill| {
            let sign = if fill.side == "sell" && !fill.quantity.is_zero() {
                "-"
            } else {
                ""
            };
            format!(
                "{} {} {} {sign}{} @ {} commission {} slippage {} cash {} position {}",
                fill.bar,
                fill.order,
                fill.asset,
                fill.quantity,
                fill.price,
                fill.commission,
                fill.slippage,
                fill.cash_after,
                fill.position_after
            )
        })
        .collect();
    if fills != expected {
        let at = fills.iter().zip(&expected).position(|(a, b)| a != b);
        let at = at.unwrap_or(fills.len().min(expected.len()));
        return Err(format!(
            "fill {at}\n  was      {:?}\n  expected {:?}",
            fills.get(at),
            expected.get(at)
        ));
    }
    compare_orders(scenario, script, desk)?;
    compare_books(scenario, sim)
}

fn compare_orders(scenario: &Scenario, script: &Script<'_>, desk: &Desk) -> Result<(), String> {
    let expected: BTreeSet<&str> = scenario
        .expect
        .orders
        .iter()
        .map(|order| order.order.as_str())
        .collect();
    for (name, id) in &script.ids {
        let is_child = name.contains('.');
        if !is_child && !expected.contains(name.as_str()) {
            return Err(format!("{name} ({id}) should not exist"));
        }
    }
    for expected in &scenario.expect.orders {
        let Some(id) = script.ids.get(&expected.order) else {
            return Err(format!("{} was not placed", expected.order));
        };
        let order = desk.orders.get(*id).unwrap();
        let mut wrong = Vec::new();
        let mut check = |what: &str, is: String, should: String| {
            if is != should {
                wrong.push(format!("{what} is {is}, should be {should}"));
            }
        };
        if let Some(number) = &expected.id {
            check("id", id.to_string(), number.clone());
        }
        check(
            "type",
            order.request.order_type.name().into(),
            expected.kind.clone(),
        );
        check("status", status(order), expected.status.clone());
        check("filled", order.filled.to_string(), plain(expected.filled));
        check(
            "quantity",
            order.request.quantity.to_string(),
            plain(expected.quantity),
        );
        check(
            "commission",
            order.commission.to_string(),
            plain(expected.commission),
        );
        let price = |price: Option<Price>| price.map(|price| plain(price.get()));
        let (limit, stop) = (
            order.request.order_type.limit(),
            order.request.order_type.stop(),
        );
        check(
            "limit",
            format!("{:?}", price(limit)),
            format!("{:?}", expected.limit.map(plain)),
        );
        check(
            "stop",
            format!("{:?}", price(stop)),
            format!("{:?}", expected.stop.map(plain)),
        );
        match (order.average_price(), expected.average_price) {
            (Some(is), Some(should)) if agree(is.get(), should) => {}
            (None, None) => {}
            (is, should) => check("average price", format!("{is:?}"), format!("{should:?}")),
        }
        if !wrong.is_empty() {
            return Err(format!("{}: {}", expected.order, wrong.join("; ")));
        }
    }
    Ok(())
}

fn plain(value: Decimal) -> String {
    value.normalize().to_string()
}

fn status(order: &Order) -> String {
    match order.status {
        OrderStatus::Intent
        | OrderStatus::Sent
        | OrderStatus::Unknown
        | OrderStatus::PendingCancel
        | OrderStatus::PendingReplace => panic!("{} is still {}", order.id, order.status),
        OrderStatus::Accepted
        | OrderStatus::PartiallyFilled
        | OrderStatus::Filled
        | OrderStatus::Canceled
        | OrderStatus::Rejected
        | OrderStatus::Expired
        | OrderStatus::Denied => order.status.to_string(),
    }
}

fn compare_books(scenario: &Scenario, sim: &Sim<Script<'_>>) -> Result<(), String> {
    let expect = &scenario.expect;
    let desk = sim.desk();
    let ledger = &desk.ledger;
    let mut wrong = Vec::new();
    let mut check = |what: &str, is: Decimal, should: Decimal| {
        if is != should {
            wrong.push(format!("{what} is {is}, should be {should}"));
        }
    };
    check("cash", ledger.cash().get(), expect.cash);
    check("value", ledger.value().get(), expect.portfolio_value);
    let rows = Decimal::from(sim.seen.equity.len());
    check("equity rows", rows, Decimal::from(expect.equity.len()));
    for (row, (is, should)) in sim.seen.equity.iter().zip(&expect.equity).enumerate() {
        check(&format!("equity {row}"), is.get(), *should);
    }
    let held = Decimal::from(ledger.held().len());
    check("positions", held, Decimal::from(expect.positions.len()));
    for position in &expect.positions {
        let id = desk.market.find(&position.asset).unwrap();
        let is = ledger.position(id);
        check(&position.asset, is.amount.get(), position.amount);
        let basis = is.cost_basis(desk.asset(id)).get();
        if let Some(should) = position.cost_basis
            && !agree(basis, should)
        {
            check("cost basis", basis, should);
        }
    }
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(wrong.join("; "))
    }
}

#[test]
fn every_scenario_comes_out_as_the_reference_says() {
    let mut failures = Vec::new();
    let scenarios = scenarios();
    for scenario in &scenarios {
        let sim = build(scenario).run(Script::new(scenario));
        if let Err(difference) = compare(scenario, &sim) {
            failures.push(format!("{}: {difference}", scenario.name));
        }
    }
    assert!(
        failures.is_empty(),
        "{} of {} differ:\n{}",
        failures.len(),
        scenarios.len(),
        failures.join("\n")
    );
}
