//! Market data: the bar that has just closed, and history.

use std::rc::Rc;

use rhai::{Array, Dynamic, INT};

use crate::core::engine::desk::Desk;
use crate::core::model::asset::AssetId;
use crate::core::model::market::Field;
use crate::core::model::time::Timeframe;
use crate::script::api::panel::PanelRef;
use crate::script::api::series::{BarsRef, SeriesRef, optional, to_int};
use crate::script::api::time::TimeRef;
use crate::script::convert::{Outcome, fail, nearest, need_count, need_timeframe};
use crate::script::host::Host;
use crate::script::registry::Registry;

/// Market data as scripts see it.
#[derive(Clone, Debug)]
pub(crate) struct DataRef(pub(crate) Rc<Host>);

/// History of several assets.
#[derive(Clone, Debug)]
pub(crate) struct HistoriesRef {
    host: Rc<Host>,
    parts: Rc<Vec<(AssetId, Dynamic)>>,
}

pub(super) fn register(engine: &mut Registry) {
    engine.register_type_with_name::<DataRef>("Data");
    engine.register_fn("current", |d: &mut DataRef, asset: Dynamic, field: &str| {
        current(&d.0, &asset, field)
    });
    engine.register_fn(
        "can_trade",
        |d: &mut DataRef, asset: Dynamic| -> Outcome<bool> {
            let id = d.0.need_asset(&asset)?;
            d.0.with(|desk| {
                desk.market.last_bar(id).is_some() && !desk.limits.do_not_trade.contains(&id)
            })
        },
    );
    engine.register_fn(
        "is_stale",
        |d: &mut DataRef, asset: Dynamic| -> Outcome<bool> {
            let id = d.0.need_asset(&asset)?;
            d.0.with(|desk| desk.market.is_stale(id))
        },
    );
    engine.register_fn(
        "last_time",
        |d: &mut DataRef, asset: Dynamic| -> Outcome<Dynamic> {
            let id = d.0.need_asset(&asset)?;
            d.0.with(|desk| {
                desk.market.last_bar(id).map_or(Dynamic::UNIT, |bar| {
                    Dynamic::from(TimeRef::from(bar.closes))
                })
            })
        },
    );
    register_history(engine);
    register_histories(engine);
}

fn register_history(engine: &mut Registry) {
    engine.register_fn(
        "history",
        |d: &mut DataRef,
         assets: Dynamic,
         field: &str,
         count: INT,
         frequency: &str|
         -> Outcome<Dynamic> {
            let (count, timeframe) = (need_bars(count)?, need_timeframe(frequency)?);
            let field = need_field(field)?;
            each(&d.0, &assets, |desk, id| {
                series(desk, id, field, count, timeframe)
            })
        },
    );
    engine.register_fn(
        "history",
        |d: &mut DataRef, assets: Dynamic, count: INT, frequency: &str| -> Outcome<Dynamic> {
            let (count, timeframe) = (need_bars(count)?, need_timeframe(frequency)?);
            each(&d.0, &assets, |desk, id| bars(desk, id, count, timeframe))
        },
    );
    engine.register_fn(
        "panel",
        |d: &mut DataRef,
         assets: Dynamic,
         field: &str,
         count: INT,
         frequency: &str|
         -> Outcome<PanelRef> {
            let (count, timeframe) = (need_bars(count)?, need_timeframe(frequency)?);
            let field = need_field(field)?;
            let ids = d.0.need_assets(&assets)?;
            let host = Rc::clone(&d.0);
            d.0.with(|desk| PanelRef::of_history(host, desk, &ids, field, count, timeframe))?
        },
    );
}

fn register_histories(engine: &mut Registry) {
    engine.register_type_with_name::<HistoriesRef>("Histories");
    engine.register_indexer_get(|h: &mut HistoriesRef, asset: Dynamic| -> Outcome<Dynamic> {
        let id = h.host.need_asset(&asset)?;
        h.parts.iter().find(|(part, _)| *part == id).map_or_else(
            || {
                fail(format!(
                    "`{}` is not among the assets that were asked for",
                    h.host.assets[id.index()].symbol
                ))
            },
            |(_, part)| Ok(part.clone()),
        )
    });
    engine.register_get("len", |h: &mut HistoriesRef| to_int(h.parts.len()));
    engine.register_fn("len", |h: &mut HistoriesRef| to_int(h.parts.len()));
    engine.register_get("assets", |h: &mut HistoriesRef| -> Array {
        h.parts
            .iter()
            .map(|(id, _)| Dynamic::from(h.host.asset_ref(*id)))
            .collect()
    });
    engine.register_iterator::<HistoriesRef>();
}

/// Iterates over maps of `asset` and `history`.
impl IntoIterator for HistoriesRef {
    type Item = Dynamic;
    type IntoIter = std::vec::IntoIter<Dynamic>;

    fn into_iter(self) -> Self::IntoIter {
        let items: Vec<Dynamic> = self
            .parts
            .iter()
            .map(|(id, part)| {
                let map: rhai::Map = [
                    ("asset".into(), Dynamic::from(self.host.asset_ref(*id))),
                    ("history".into(), part.clone()),
                ]
                .into();
                map.into()
            })
            .collect();
        items.into_iter()
    }
}

fn current(host: &Host, asset: &Dynamic, field: &str) -> Outcome<Dynamic> {
    let id = host.need_asset(asset)?;
    if field == "price" {
        return host
            .with(|desk| optional(desk.market.last_bar(id).map(|bar| bar.value(Field::Close))));
    }
    let field = need_field(field)?;
    host.with(|desk| match desk.market.current(id, field) {
        Some(value) => Dynamic::from_float(value),
        // Nothing was traded: the volume is known, the prices are not.
        None if field == Field::Volume && desk.market.last_bar(id).is_some() => {
            Dynamic::from_float(0.0)
        }
        None => Dynamic::UNIT,
    })
}

/// Answers for one asset, or for a list of them.
fn each(
    host: &Rc<Host>,
    assets: &Dynamic,
    answer: impl Fn(&mut Desk, AssetId) -> Outcome<Dynamic>,
) -> Outcome<Dynamic> {
    if !assets.is_array() {
        let id = host.need_asset(assets)?;
        return host.with(|desk| answer(desk, id))?;
    }
    let ids = host.need_assets(assets)?;
    let parts = host.with(|desk| {
        ids.into_iter()
            .map(|id| Ok((id, answer(desk, id)?)))
            .collect::<Outcome<Vec<_>>>()
    })??;
    Ok(Dynamic::from(HistoriesRef {
        host: Rc::clone(host),
        parts: Rc::new(parts),
    }))
}

fn series(
    desk: &mut Desk,
    id: AssetId,
    field: Field,
    count: usize,
    timeframe: Timeframe,
) -> Outcome<Dynamic> {
    match desk.market.history(id, field, count, timeframe) {
        Ok(window) => Ok(Dynamic::from(SeriesRef(window))),
        Err(e) => fail(e.to_string()),
    }
}

fn bars(desk: &mut Desk, id: AssetId, count: usize, timeframe: Timeframe) -> Outcome<Dynamic> {
    match desk.market.columns(id, timeframe) {
        Ok(columns) => Ok(Dynamic::from(BarsRef(
            columns.each_ref().map(|window| window.tail(count)),
        ))),
        Err(e) => fail(e.to_string()),
    }
}

fn need_bars(count: INT) -> Outcome<usize> {
    need_count(&count.into(), "count", 1)
}

fn need_field(text: &str) -> Outcome<Field> {
    if text == "price" {
        return Ok(Field::Close);
    }
    Field::parse(text).map_or_else(
        || {
            let known = ["open", "high", "low", "close", "volume", "price"];
            let hint = nearest(text, known.into_iter())
                .map(|near| format!("\nhint: did you mean \"{near}\"?"))
                .unwrap_or_default();
            fail(format!(
                "there is no field `{text}`; the fields are {}{hint}",
                known.join(", ")
            ))
        },
        Ok,
    )
}
