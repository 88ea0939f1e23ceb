//! Orders and executions as scripts read them.

use rhai::{Dynamic, Map};

use crate::core::engine::desk::Desk;
use crate::core::model::fill::Fill;
use crate::core::model::number::Price;
use crate::core::model::order::{Order, OrderId};
use crate::script::api::assets::AssetRef;
use crate::script::api::time::TimeRef;
use crate::script::host::Host;
use crate::script::registry::Registry;

/// An order as it was when it was asked for.
#[derive(Clone, Debug)]
pub(crate) struct OrderRef {
    asset: AssetRef,
    pub(super) order: Box<Order>,
}

/// An execution.
#[derive(Clone, Debug)]
pub(crate) struct FillRef {
    asset: AssetRef,
    fill: Fill,
}

impl Host {
    /// Returns an order as scripts see it.
    pub(crate) fn order_ref(&self, desk: &Desk, id: OrderId) -> Option<OrderRef> {
        let order = desk.orders.get(id)?;
        Some(OrderRef {
            asset: self.asset_ref(order.request.asset),
            order: Box::new(order.clone()),
        })
    }

    /// Returns an execution as scripts see it.
    pub(crate) fn fill_ref(&self, fill: Fill) -> FillRef {
        FillRef {
            asset: self.asset_ref(fill.asset),
            fill,
        }
    }
}

/// Registers the fields of orders and executions.
pub(super) fn register(engine: &mut Registry) {
    register_order_fields(engine);
    register_fill_fields(engine);
}

fn register_order_fields(engine: &mut Registry) {
    engine.register_type_with_name::<OrderRef>("Order");
    engine.register_get("id", |o: &mut OrderRef| o.order.id.to_string());
    engine.register_get("asset", |o: &mut OrderRef| o.asset.clone());
    engine.register_get("side", |o: &mut OrderRef| {
        o.order.request.side.name().to_owned()
    });
    engine.register_get("type", |o: &mut OrderRef| {
        o.order.request.order_type.name().to_owned()
    });
    engine.register_get("tif", |o: &mut OrderRef| {
        o.order.request.tif.name().to_owned()
    });
    engine.register_get("amount", |o: &mut OrderRef| {
        o.order
            .request
            .side
            .signed(o.order.request.quantity)
            .to_f64()
    });
    engine.register_get("filled", |o: &mut OrderRef| {
        o.order.request.side.signed(o.order.filled).to_f64()
    });
    engine.register_get("remaining", |o: &mut OrderRef| {
        o.order.request.side.signed(o.order.remaining()).to_f64()
    });
    engine.register_get("average_price", |o: &mut OrderRef| {
        number(o.order.average_price())
    });
    engine.register_get("limit", |o: &mut OrderRef| {
        number(o.order.request.order_type.limit())
    });
    engine.register_get("stop", |o: &mut OrderRef| {
        number(o.order.request.order_type.stop())
    });
    engine.register_get("status", |o: &mut OrderRef| {
        o.order.status.name().to_owned()
    });
    engine.register_get("tag", |o: &mut OrderRef| o.order.request.tag.to_string());
    engine.register_get("created", |o: &mut OrderRef| TimeRef::from(o.order.created));
    engine.register_get("updated", |o: &mut OrderRef| TimeRef::from(o.order.updated));
    engine.register_get("commission", |o: &mut OrderRef| o.order.commission.to_f64());
    engine.register_get("reason", |o: &mut OrderRef| o.order.reason.to_string());
    engine.register_get("exact", |o: &mut OrderRef| -> Map {
        let order = &o.order;
        [
            (
                "amount",
                order.request.side.signed(order.request.quantity).get(),
            ),
            ("filled", order.request.side.signed(order.filled).get()),
            (
                "remaining",
                order.request.side.signed(order.remaining()).get(),
            ),
            ("commission", order.commission.get()),
        ]
        .map(|(name, value)| (name.into(), Dynamic::from_decimal(value)))
        .into()
    });
    engine.register_fn("to_string", show_order);
    engine.register_fn("to_debug", show_order);
}

fn show_order(o: &mut OrderRef) -> String {
    let request = &o.order.request;
    format!(
        "Order({} {} {} {} {})",
        o.order.id,
        request.side,
        request.quantity,
        o.asset.asset().symbol,
        o.order.status
    )
}

fn register_fill_fields(engine: &mut Registry) {
    engine.register_type_with_name::<FillRef>("Fill");
    engine.register_get("order_id", |f: &mut FillRef| f.fill.order.to_string());
    engine.register_get("asset", |f: &mut FillRef| f.asset.clone());
    engine.register_get("amount", |f: &mut FillRef| f.fill.quantity.to_f64());
    engine.register_get("price", |f: &mut FillRef| f.fill.price.to_f64());
    engine.register_get("commission", |f: &mut FillRef| f.fill.commission.to_f64());
    engine.register_get("slippage", |f: &mut FillRef| f.fill.slippage.to_f64());
    engine.register_get("time", |f: &mut FillRef| TimeRef::from(f.fill.time));
    let show = |f: &mut FillRef| {
        format!(
            "Fill({} {} at {})",
            f.fill.quantity,
            f.asset.asset().symbol,
            f.fill.price
        )
    };
    engine.register_fn("to_string", show);
    engine.register_fn("to_debug", show);
}

fn number(price: Option<Price>) -> Dynamic {
    price.map_or(Dynamic::UNIT, |price| Dynamic::from_float(price.to_f64()))
}
