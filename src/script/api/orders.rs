//! Orders: placing, sizing, changing, reading.

/// Orders and executions as scripts read them.
mod fields;

use std::rc::Rc;

use rhai::{Array, Dynamic, INT, Map};
use rust_decimal::Decimal;

use crate::core::engine::desk::Desk;
use crate::core::model::asset::AssetId;
use crate::core::model::number::{Money, Price, Quantity};
use crate::core::model::order::{
    Change, OrderId, OrderRequest, OrderType, Side, TimeInForce, Trail,
};
use crate::script::api::orders::fields::OrderRef;
use crate::script::api::panel::PanelRef;
use crate::script::convert::{
    Outcome, check_keys, error, fail, kind_of, need_exact, need_flag, need_text,
};
use crate::script::host::Host;
use crate::script::registry::Registry;

/// The options of an order.
pub(in crate::script) const OPTIONS: [&str; 8] = [
    "limit",
    "stop",
    "trail",
    "trail_percent",
    "tif",
    "tag",
    "reduce_only",
    "post_only",
];

/// How much a call asks for.
#[derive(Clone, Copy)]
enum Size {
    Units,
    Value,
    Percent,
    Target,
    TargetValue,
    TargetPercent,
}

pub(super) fn register(engine: &mut Registry, host: &Rc<Host>) {
    let sizes = [
        ("order", Size::Units),
        ("order_value", Size::Value),
        ("order_percent", Size::Percent),
        ("order_target", Size::Target),
        ("order_target_value", Size::TargetValue),
        ("order_target_percent", Size::TargetPercent),
    ];
    for (name, size) in sizes {
        let at = Rc::clone(host);
        engine.register_fn(name, move |asset: Dynamic, amount: Dynamic| {
            order(&at, size, &asset, &amount, &Map::new())
        });
        let at = Rc::clone(host);
        engine.register_fn(
            name,
            move |asset: Dynamic, amount: Dynamic, options: Map| {
                order(&at, size, &asset, &amount, &options)
            },
        );
    }
    let at = Rc::clone(host);
    engine.register_fn("close_position", move |asset: Dynamic| {
        order(
            &at,
            Size::Target,
            &asset,
            &Dynamic::from_int(0),
            &Map::new(),
        )
    });
    let at = Rc::clone(host);
    engine.register_fn("try_order", move |asset: Dynamic, amount: Dynamic| {
        try_order(&at, &asset, &amount, &Map::new())
    });
    let at = Rc::clone(host);
    engine.register_fn(
        "try_order",
        move |asset: Dynamic, amount: Dynamic, options: Map| {
            try_order(&at, &asset, &amount, &options)
        },
    );
    register_weights(engine, host);
    register_linked(engine, host);
    register_changes(engine, host);
    register_reading(engine, host);
    fields::register(engine);
}

fn order(
    host: &Rc<Host>,
    size: Size,
    asset: &Dynamic,
    amount: &Dynamic,
    options: &Map,
) -> Outcome<Dynamic> {
    let id = host.need_asset(asset)?;
    let (what, named) = match size {
        Size::Units => ("order", "amount"),
        Size::Value => ("order_value", "money"),
        Size::Percent => ("order_percent", "fraction"),
        Size::Target => ("order_target", "amount"),
        Size::TargetValue => ("order_target_value", "money"),
        Size::TargetPercent => ("order_target_percent", "fraction"),
    };
    let amount = need_exact(amount, named)?;
    let options = Options::read(options, what)?;
    host.with(|desk| {
        let units = units(desk, size, id, amount)?;
        place(host, desk, id, units, &options)
    })?
}

fn units(desk: &mut Desk, size: Size, id: AssetId, amount: Decimal) -> Outcome<Quantity> {
    let denied = |denial: crate::core::engine::gate::Denial| error(denial.to_string());
    Ok(match size {
        Size::Units => Quantity::new(amount),
        Size::Value => desk
            .units_for_value(id, Money::new(amount))
            .map_err(denied)?,
        Size::Percent => desk
            .units_for_value(id, desk.value_of_fraction(amount))
            .map_err(denied)?,
        Size::Target => desk.units_to_target(id, Quantity::new(amount)),
        Size::TargetValue => {
            let target = desk
                .units_for_value(id, Money::new(amount))
                .map_err(denied)?;
            desk.units_to_target(id, target)
        }
        Size::TargetPercent => {
            let target = if amount.is_zero() {
                Quantity::ZERO
            } else {
                desk.units_for_value(id, desk.value_of_fraction(amount))
                    .map_err(denied)?
            };
            desk.units_to_target(id, target)
        }
    })
}

fn place(
    host: &Host,
    desk: &mut Desk,
    id: AssetId,
    units: Quantity,
    options: &Options,
) -> Outcome<Dynamic> {
    let placed = desk
        .place(options.request(id, units))
        .map_err(|denial| error(denial.to_string()))?;
    if let Some(id) = placed {
        return Ok(id.to_string().into());
    }
    if !units.is_zero() {
        host.say_once(desk, id, units);
    }
    Ok(Dynamic::UNIT)
}

fn try_order(host: &Rc<Host>, asset: &Dynamic, amount: &Dynamic, options: &Map) -> Outcome<Map> {
    let id = host.need_asset(asset)?;
    let amount = need_exact(amount, "amount")?;
    let options = Options::read(options, "try_order")?;
    host.with(|desk| {
        let answer = desk.place(options.request(id, Quantity::new(amount)));
        let (ok, id, error) = match answer {
            Ok(id) => (
                true,
                id.map_or(Dynamic::UNIT, |id| id.to_string().into()),
                Dynamic::UNIT,
            ),
            Err(denial) => (false, Dynamic::UNIT, denial.to_string().into()),
        };
        [
            ("ok".into(), ok.into()),
            ("id".into(), id),
            ("error".into(), error),
        ]
        .into()
    })
}

/// The options of an order, read and checked.
struct Options {
    order_type: OrderType,
    tif: TimeInForce,
    tag: String,
    reduce_only: bool,
    post_only: bool,
}

impl Options {
    fn read(options: &Map, what: &str) -> Outcome<Self> {
        if options.is_empty() {
            return Ok(Self {
                order_type: OrderType::Market,
                tif: TimeInForce::Gtc,
                tag: String::new(),
                reduce_only: false,
                post_only: false,
            });
        }
        check_keys(options, &OPTIONS, what)?;
        let price = |key: &str| -> Outcome<Option<Price>> {
            options
                .get(key)
                .filter(|value| !value.is_unit())
                .map(|value| need_exact(value, key).map(Price::new))
                .transpose()
        };
        let (limit, stop, trail) = (price("limit")?, price("stop")?, price("trail")?);
        let fraction = price("trail_percent")?.map(Price::get);
        let order_type = match (limit, stop, trail, fraction) {
            (None, None, None, None) => OrderType::Market,
            (Some(limit), None, None, None) => OrderType::Limit(limit),
            (None, Some(stop), None, None) => OrderType::Stop(stop),
            (Some(limit), Some(stop), None, None) => OrderType::StopLimit { stop, limit },
            (None, None, Some(amount), None) => OrderType::Trail(Trail::Amount(amount)),
            (None, None, None, Some(fraction)) => OrderType::Trail(Trail::Fraction(fraction)),
            _ => {
                return fail(
                    "trail or trail_percent goes alone: not with the other, nor with limit or stop",
                );
            }
        };
        let post_only = flag(options, "post_only")?;
        if post_only && !matches!(order_type, OrderType::Limit(_)) {
            return fail("post_only needs a limit: only a limit order can rest");
        }
        Ok(Self {
            order_type,
            tif: time_in_force(options)?,
            tag: options
                .get("tag")
                .map_or(Ok(String::new()), |tag| need_text(tag, "tag"))?,
            reduce_only: flag(options, "reduce_only")?,
            post_only,
        })
    }

    fn request(&self, asset: AssetId, units: Quantity) -> OrderRequest {
        OrderRequest {
            asset,
            side: Side::of(units),
            quantity: units.abs(),
            order_type: self.order_type,
            tif: self.tif,
            tag: self.tag.as_str().into(),
            reduce_only: self.reduce_only,
            post_only: self.post_only,
            parent: None,
            oco: None,
        }
    }
}

fn flag(options: &Map, key: &str) -> Outcome<bool> {
    options
        .get(key)
        .map_or(Ok(false), |value| need_flag(value, key))
}

fn time_in_force(options: &Map) -> Outcome<TimeInForce> {
    let Some(value) = options.get("tif") else {
        return Ok(TimeInForce::Gtc);
    };
    let text = need_text(value, "tif")?;
    TimeInForce::parse(&text).map_or_else(
        || {
            fail(format!(
                "tif must be \"gtc\", \"day\", \"ioc\" or \"fok\", was \"{text}\""
            ))
        },
        Ok,
    )
}

fn register_weights(engine: &mut Registry, host: &Rc<Host>) {
    let at = Rc::clone(host);
    engine.register_fn(
        "order_target_weights",
        move |weights: Map| -> Outcome<Array> {
            let pairs = weights
                .iter()
                .map(|(symbol, weight)| Ok((at.find_asset(symbol)?, need_exact(weight, symbol)?)))
                .collect::<Outcome<Vec<_>>>()?;
            target_weights(&at, &pairs)
        },
    );
    let at = Rc::clone(host);
    engine.register_fn(
        "order_target_weights",
        move |panel: PanelRef| -> Outcome<Array> {
            let pairs = panel
                .weights()
                .into_iter()
                .map(|(id, weight)| Ok((id, need_exact(&Dynamic::from_float(weight), "weight")?)))
                .collect::<Outcome<Vec<_>>>()?;
            target_weights(&at, &pairs)
        },
    );
}

/// Brings every asset to its weight; what is held and has no weight is closed. Reductions first, each
/// group by symbol.
fn target_weights(host: &Rc<Host>, pairs: &[(AssetId, Decimal)]) -> Outcome<Array> {
    host.with(|desk| {
        let mut targets: Vec<(AssetId, Decimal)> = pairs.to_vec();
        for id in desk.ledger.held() {
            if !targets.iter().any(|(other, _)| other == id) {
                targets.push((*id, Decimal::ZERO));
            }
        }
        let symbol = |id: AssetId| std::sync::Arc::clone(&host.assets[id.index()].symbol);
        targets.sort_by(|(a, x), (b, y)| {
            let grows = |id: AssetId, weight: Decimal| weight.abs() > desk.ledger.weight(id).abs();
            (grows(*a, *x), symbol(*a)).cmp(&(grows(*b, *y), symbol(*b)))
        });
        let market = Options::read(&Map::new(), "order_target_weights")?;
        let mut ids = Array::new();
        for (id, weight) in targets {
            let units = units(desk, Size::TargetPercent, id, weight)?;
            let placed = place(host, desk, id, units, &market)?;
            if !placed.is_unit() {
                ids.push(placed);
            }
        }
        Ok(ids)
    })?
}

fn register_linked(engine: &mut Registry, host: &Rc<Host>) {
    let at = Rc::clone(host);
    engine.register_fn(
        "bracket",
        move |asset: Dynamic, amount: Dynamic, options: Map| {
            bracket(&at, &asset, &amount, &options)
        },
    );
    let at = Rc::clone(host);
    engine.register_fn("oco", move |one: &str, other: &str| -> Outcome<()> {
        let (one, other) = (need_id(one)?, need_id(other)?);
        at.with(|desk| {
            for id in [one, other] {
                if desk.orders.get(id).is_none_or(|order| !order.is_open()) {
                    return fail(format!("oco: {id} is not an open order"));
                }
            }
            desk.tie(one, other);
            Ok(())
        })?
    });
}

/// Places an entry and its two children, which sleep until the entry fills.
fn bracket(host: &Rc<Host>, asset: &Dynamic, amount: &Dynamic, options: &Map) -> Outcome<Dynamic> {
    check_keys(
        options,
        &["stop", "target", "entry_limit", "tif", "tag"],
        "bracket",
    )?;
    let id = host.need_asset(asset)?;
    let amount = Quantity::new(need_exact(amount, "amount")?);
    let side = Side::of(amount);
    let legs = Legs::read(options, side)?;
    let entry = Options {
        order_type: legs.limit.map_or(OrderType::Market, OrderType::Limit),
        tif: time_in_force(options)?,
        tag: options
            .get("tag")
            .map_or(Ok(String::new()), |tag| need_text(tag, "tag"))?,
        reduce_only: false,
        post_only: false,
    };
    host.with(|desk| {
        let placed = place(host, desk, id, amount, &entry)?;
        let Some(parent) = OrderId::parse(&placed.to_string()) else {
            return Ok(Dynamic::UNIT);
        };
        let child = OrderRequest {
            side: side.opposite(),
            quantity: amount.abs(),
            tif: TimeInForce::Gtc,
            parent: Some(parent),
            ..entry.request(id, amount)
        };
        if let Err(e) = legs.place(desk, &child) {
            // An entry must not go out without what protects it, should the script catch the error.
            desk.cancel(parent);
            return Err(e);
        }
        Ok(placed)
    })?
}

/// The prices of a bracket.
struct Legs {
    stop: Option<Price>,
    target: Option<Price>,
    limit: Option<Price>,
}

impl Legs {
    fn read(options: &Map, side: Side) -> Outcome<Self> {
        let leg = |key: &str| -> Outcome<Option<Price>> {
            let Some(value) = options.get(key).filter(|value| !value.is_unit()) else {
                return Ok(None);
            };
            let price = need_exact(value, key)?;
            if price <= Decimal::ZERO {
                return fail(format!(
                    "bracket: the {key} must be above zero, was {price}"
                ));
            }
            Ok(Some(Price::new(price)))
        };
        let (stop, target, limit) = (leg("stop")?, leg("target")?, leg("entry_limit")?);
        match (stop, target) {
            (None, None) => return fail("bracket needs a stop, a target or both"),
            (Some(stop), Some(target)) => {
                let (between, where_) = match side {
                    Side::Buy => (stop < target, "below"),
                    Side::Sell => (target < stop, "above"),
                };
                if !between {
                    return fail(format!(
                        "bracket: a {side} needs its stop {where_} its target, were {stop} and {target}"
                    ));
                }
            }
            (Some(_), None) | (None, Some(_)) => {}
        }
        Ok(Self {
            stop,
            target,
            limit,
        })
    }

    /// Places the children and ties them.
    fn place(&self, desk: &mut Desk, child: &OrderRequest) -> Outcome<()> {
        let mut placed = Vec::new();
        let types = [
            self.stop.map(OrderType::Stop),
            self.target.map(OrderType::Limit),
        ];
        for order_type in types.into_iter().flatten() {
            let request = OrderRequest {
                order_type,
                ..child.clone()
            };
            let id = desk
                .place(request)
                .map_err(|denial| error(denial.to_string()))?;
            placed.extend(id);
        }
        if let [stop, target] = placed[..] {
            desk.tie(stop, target);
        }
        Ok(())
    }
}

fn register_changes(engine: &mut Registry, host: &Rc<Host>) {
    let at = Rc::clone(host);
    engine.register_fn("cancel_order", move |id: Dynamic| -> Outcome<bool> {
        let id = need_order(&id)?;
        at.with(|desk| desk.cancel(id))
    });
    let at = Rc::clone(host);
    engine.register_fn("cancel_all", move || -> Outcome<INT> {
        cancel_all(&at, None)
    });
    let at = Rc::clone(host);
    engine.register_fn("cancel_all", move |asset: Dynamic| -> Outcome<INT> {
        let id = at.need_asset(&asset)?;
        cancel_all(&at, Some(id))
    });
    let at = Rc::clone(host);
    engine.register_fn("modify_order", move |id: Dynamic, options: Map| {
        modify(&at, &id, &options)
    });
}

fn cancel_all(host: &Rc<Host>, asset: Option<AssetId>) -> Outcome<INT> {
    host.with(|desk| {
        let ids: Vec<OrderId> = desk
            .orders
            .open()
            .filter(|order| {
                asset.is_none_or(|id| order.request.asset == id) && !desk.is_leaving(order.id)
            })
            .map(|order| order.id)
            .collect();
        let canceled = ids.into_iter().filter(|id| desk.cancel(*id)).count();
        INT::try_from(canceled).unwrap_or(INT::MAX)
    })
}

fn modify(host: &Rc<Host>, id: &Dynamic, options: &Map) -> Outcome<bool> {
    check_keys(options, &["amount", "limit", "stop"], "modify_order")?;
    let id = need_order(id)?;
    let read = |key: &str| {
        options
            .get(key)
            .map(|value| need_exact(value, key))
            .transpose()
    };
    let (amount, limit, stop) = (read("amount")?, read("limit")?, read("stop")?);
    host.with(|desk| {
        let Some(order) = desk.orders.get(id) else {
            return fail(format!("there is no order {id}"));
        };
        let (side, asset) = (order.request.side, desk.asset(order.request.asset));
        for (name, price) in [("limit", limit), ("stop", stop)] {
            if price.is_some_and(|price| price <= Decimal::ZERO) {
                return fail(format!("{name} must be above zero"));
            }
        }
        let change = Change {
            quantity: amount.map(|amount| asset.round_quantity(Quantity::new(amount.abs()))),
            limit: limit.map(|price| asset.round_limit(side, Price::new(price))),
            stop: stop.map(|price| asset.round_stop(side, Price::new(price))),
        };
        desk.replace(id, change)
            .map_err(|denial| error(denial.to_string()))
    })?
}

fn register_reading(engine: &mut Registry, host: &Rc<Host>) {
    let at = Rc::clone(host);
    engine.register_fn("get_order", move |id: Dynamic| -> Outcome<Dynamic> {
        let id = need_order(&id)?;
        at.with(|desk| at.order_ref(desk, id).map_or(Dynamic::UNIT, Dynamic::from))
    });
    let at = Rc::clone(host);
    engine.register_fn("open_orders", move || -> Outcome<Array> {
        open_orders(&at, None)
    });
    let at = Rc::clone(host);
    engine.register_fn("open_orders", move |asset: Dynamic| -> Outcome<Array> {
        let id = at.need_asset(&asset)?;
        open_orders(&at, Some(id))
    });
}

fn open_orders(host: &Rc<Host>, asset: Option<AssetId>) -> Outcome<Array> {
    host.with(|desk| {
        desk.orders
            .open()
            .filter(|order| {
                asset.is_none_or(|id| order.request.asset == id) && !desk.is_leaving(order.id)
            })
            .filter_map(|order| host.order_ref(desk, order.id).map(Dynamic::from))
            .collect()
    })
}

/// Reads the id of an order, or an order.
fn need_order(value: &Dynamic) -> Outcome<OrderId> {
    if let Some(order) = value.read_lock::<OrderRef>() {
        return Ok(order.order.id);
    }
    match value.clone().into_string() {
        Ok(text) => need_id(&text),
        Err(_) => fail(format!(
            "an order's id is needed here, such as \"o1\"; this is {}",
            kind_of(value)
        )),
    }
}

fn need_id(text: &str) -> Outcome<OrderId> {
    OrderId::parse(text).map_or_else(
        || {
            fail(format!(
                "`{text}` is not an order's id; they look like \"o1\""
            ))
        },
        Ok,
    )
}
