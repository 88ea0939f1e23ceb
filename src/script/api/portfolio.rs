//! Portfolio, positions and account, read from the books.

use std::rc::Rc;

use rhai::{Array, Dynamic, FLOAT, Map};

use crate::core::engine::desk::Desk;
use crate::core::model::asset::AssetId;
use crate::core::model::number::{Money, to_f64};
use crate::script::api::assets::AssetRef;
use crate::script::api::series::to_int;
use crate::script::api::time::TimeRef;
use crate::script::convert::{Outcome, fail, kind_of};
use crate::script::host::Host;
use crate::script::registry::Registry;

/// The portfolio as scripts see it.
#[derive(Clone, Debug)]
pub(crate) struct PortfolioRef(pub(crate) Rc<Host>);

/// The account as scripts see it.
#[derive(Clone, Debug)]
pub(crate) struct AccountRef(pub(crate) Rc<Host>);

/// The positions held.
#[derive(Clone, Debug)]
pub(crate) struct PositionsRef(Rc<Host>);

/// The weights of what is held.
#[derive(Clone, Debug)]
pub(crate) struct WeightsRef(Rc<Host>);

/// One position, as it was when it was asked for.
#[derive(Clone, Debug)]
pub(crate) struct PositionRef {
    asset: AssetRef,
    position: crate::core::ledger::position::Position,
}

pub(super) fn register(engine: &mut Registry) {
    register_portfolio(engine);
    register_exact(engine);
    register_positions(engine);
    register_position(engine);
    register_account(engine);
}

fn register_portfolio(engine: &mut Registry) {
    type Figure = fn(&Desk) -> FLOAT;
    engine.register_type_with_name::<PortfolioRef>("Portfolio");
    let figures: [(&str, Figure); 8] = [
        ("cash", |d| d.ledger.cash().to_f64()),
        ("value", |d| d.ledger.value().to_f64()),
        ("portfolio_value", |d| d.ledger.value().to_f64()),
        ("positions_value", |d| d.ledger.positions_value().to_f64()),
        ("pnl", |d| {
            (d.ledger.value() - d.ledger.starting_cash()).to_f64()
        }),
        ("returns", returns),
        ("starting_cash", |d| d.ledger.starting_cash().to_f64()),
        ("leverage", |d| to_f64(d.ledger.leverage())),
    ];
    for (name, figure) in figures {
        engine.register_get(name, move |p: &mut PortfolioRef| {
            p.0.with(|desk| figure(desk))
        });
    }
    engine.register_get("positions", |p: &mut PortfolioRef| {
        PositionsRef(Rc::clone(&p.0))
    });
    engine.register_get("weights", |p: &mut PortfolioRef| {
        WeightsRef(Rc::clone(&p.0))
    });
    engine.register_get("assets", |p: &mut PortfolioRef| held_assets(&p.0));
    engine.register_fn("position", |p: &mut PortfolioRef, asset: Dynamic| {
        position_of(&p.0, &asset)
    });
    engine.register_fn(
        "holds",
        |p: &mut PortfolioRef, asset: Dynamic| -> Outcome<bool> {
            let id = p.0.need_asset(&asset)?;
            p.0.with(|desk| !desk.ledger.position(id).amount.is_zero())
        },
    );
    engine.register_fn("to_string", |p: &mut PortfolioRef| {
        p.0.with(|desk| {
            format!(
                "Portfolio(value {}, cash {})",
                desk.ledger.value(),
                desk.ledger.cash()
            )
        })
    });
}

fn returns(desk: &Desk) -> f64 {
    let start = desk.ledger.starting_cash().get();
    let profit = (desk.ledger.value() - desk.ledger.starting_cash()).get();
    to_f64(profit.checked_div(start).unwrap_or_default())
}

fn register_exact(engine: &mut Registry) {
    engine.register_get("exact", |p: &mut PortfolioRef| -> Outcome<Map> {
        p.0.with(|desk| {
            let ledger = &desk.ledger;
            [
                ("cash", ledger.cash()),
                ("value", ledger.value()),
                ("positions_value", ledger.positions_value()),
                ("pnl", ledger.value() - ledger.starting_cash()),
                ("starting_cash", ledger.starting_cash()),
            ]
            .map(|(name, money)| (name.into(), Dynamic::from_decimal(money.get())))
            .into()
        })
    });
    engine.register_get("exact", |p: &mut PositionRef| -> Map {
        let (asset, position) = (p.asset.asset(), &p.position);
        [
            ("amount", position.amount.get()),
            ("cost_basis", position.cost_basis(asset).get()),
            ("last_price", position.last_price.get()),
            ("market_value", position.market_value(asset).get()),
            ("unrealized_pnl", position.unrealized(asset).get()),
            ("realized_pnl", position.realized.get()),
        ]
        .map(|(name, value)| (name.into(), Dynamic::from_decimal(value)))
        .into()
    });
}

fn register_positions(engine: &mut Registry) {
    engine.register_type_with_name::<PositionsRef>("Positions");
    engine.register_indexer_get(|p: &mut PositionsRef, asset: Dynamic| position_of(&p.0, &asset));
    engine.register_get("len", |p: &mut PositionsRef| {
        p.0.with(|desk| to_int(desk.ledger.held().len()))
    });
    engine.register_fn("len", |p: &mut PositionsRef| {
        p.0.with(|desk| to_int(desk.ledger.held().len()))
    });
    engine.register_fn("is_empty", |p: &mut PositionsRef| {
        p.0.with(|desk| desk.ledger.held().is_empty())
    });
    engine.register_fn(
        "contains",
        |p: &mut PositionsRef, asset: Dynamic| -> Outcome<bool> {
            let id = p.0.need_asset(&asset)?;
            p.0.with(|desk| !desk.ledger.position(id).amount.is_zero())
        },
    );
    engine.register_iterator::<PositionsRef>();
    engine.register_type_with_name::<WeightsRef>("Weights");
    engine.register_indexer_get(|w: &mut WeightsRef, asset: Dynamic| -> Outcome<FLOAT> {
        let id = need(&w.0, &asset)?;
        w.0.with(|desk| to_f64(desk.ledger.weight(id)))
    });
    engine.register_get("len", |w: &mut WeightsRef| {
        w.0.with(|desk| to_int(desk.ledger.held().len()))
    });
    engine.register_iterator::<WeightsRef>();
}

impl IntoIterator for PositionsRef {
    type Item = Dynamic;
    type IntoIter = std::vec::IntoIter<Dynamic>;

    fn into_iter(self) -> Self::IntoIter {
        held(&self.0, |host, desk, id| {
            Dynamic::from(snapshot(host, desk, id))
        })
        .into_iter()
    }
}

/// Iterates over maps of `asset` and `weight`.
impl IntoIterator for WeightsRef {
    type Item = Dynamic;
    type IntoIter = std::vec::IntoIter<Dynamic>;

    fn into_iter(self) -> Self::IntoIter {
        held(&self.0, |host, desk, id| {
            let map: Map = [
                ("asset".into(), Dynamic::from(host.asset_ref(id))),
                (
                    "weight".into(),
                    Dynamic::from_float(to_f64(desk.ledger.weight(id))),
                ),
            ]
            .into();
            map.into()
        })
        .into_iter()
    }
}

fn register_position(engine: &mut Registry) {
    engine.register_type_with_name::<PositionRef>("Position");
    engine.register_get("asset", |p: &mut PositionRef| p.asset.clone());
    engine.register_get("amount", |p: &mut PositionRef| p.position.amount.to_f64());
    engine.register_get("cost_basis", |p: &mut PositionRef| {
        p.position.cost_basis(p.asset.asset()).to_f64()
    });
    engine.register_get("last_price", |p: &mut PositionRef| {
        p.position.last_price.to_f64()
    });
    engine.register_get("market_value", |p: &mut PositionRef| {
        p.position.market_value(p.asset.asset()).to_f64()
    });
    engine.register_get("unrealized_pnl", |p: &mut PositionRef| {
        p.position.unrealized(p.asset.asset()).to_f64()
    });
    engine.register_get("realized_pnl", |p: &mut PositionRef| {
        p.position.realized.to_f64()
    });
    engine.register_get("since", |p: &mut PositionRef| {
        p.position
            .since
            .map_or(Dynamic::UNIT, |at| Dynamic::from(TimeRef::from(at)))
    });
    engine.register_fn("to_string", show_position);
    engine.register_fn("to_debug", show_position);
}

fn show_position(p: &mut PositionRef) -> String {
    format!("Position({} {})", p.position.amount, p.asset.asset().symbol)
}

fn register_account(engine: &mut Registry) {
    type Figure = fn(&Host, &Desk) -> FLOAT;
    engine.register_type_with_name::<AccountRef>("Account");
    let figures: [(&str, Figure); 5] = [
        ("initial_margin", |h, d| {
            requirement(h.margin.initial, d).to_f64()
        }),
        ("maintenance_margin", |h, d| {
            requirement(h.margin.maintenance, d).to_f64()
        }),
        ("leverage", |_, d| to_f64(d.ledger.leverage())),
        ("available_funds", |h, d| available(h, d).to_f64()),
        ("buying_power", |h, d| {
            let funds = available(h, d).get();
            to_f64(funds.checked_div(h.margin.initial).unwrap_or(funds))
        }),
    ];
    for (name, figure) in figures {
        engine.register_get(name, move |a: &mut AccountRef| {
            a.0.with(|desk| figure(&a.0, desk))
        });
    }
}

fn requirement(fraction: rust_decimal::Decimal, desk: &Desk) -> Money {
    Money::new(desk.ledger.gross_exposure().get() * fraction)
}

fn available(host: &Host, desk: &Desk) -> Money {
    let free = desk.ledger.value() - requirement(host.margin.initial, desk);
    free.max(Money::ZERO)
}

fn held<T>(host: &Rc<Host>, make: impl Fn(&Rc<Host>, &Desk, AssetId) -> T) -> Vec<T> {
    host.with(|desk| {
        desk.ledger
            .held()
            .iter()
            .map(|id| make(host, desk, *id))
            .collect()
    })
    .unwrap_or_default()
}

fn held_assets(host: &Rc<Host>) -> Array {
    held(host, |host, _, id| Dynamic::from(host.asset_ref(id)))
}

fn snapshot(host: &Host, desk: &Desk, id: AssetId) -> PositionRef {
    PositionRef {
        asset: host.asset_ref(id),
        position: *desk.ledger.position(id),
    }
}

pub(super) fn position_of(host: &Rc<Host>, asset: &Dynamic) -> Outcome<PositionRef> {
    let id = need(host, asset)?;
    host.with(|desk| snapshot(host, desk, id))
}

fn need(host: &Rc<Host>, asset: &Dynamic) -> Outcome<AssetId> {
    if asset.is_int() {
        return fail(format!(
            "positions are found by asset or symbol, not by {}",
            kind_of(asset)
        ));
    }
    host.need_asset(asset)
}
