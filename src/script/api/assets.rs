//! Assets: how scripts name, find and compare them.

use std::rc::Rc;

use rhai::{Array, Dynamic};

use crate::core::model::asset::{Asset, AssetId};
use crate::core::model::number::to_f64;
use crate::script::convert::{Outcome, fail, kind_of, nearest};
use crate::script::host::Host;
use crate::script::registry::Registry;

/// An asset as scripts see it.
#[derive(Clone, Debug)]
pub struct AssetRef {
    pub(crate) id: AssetId,
    pub(crate) all: Rc<[Asset]>,
}

impl AssetRef {
    pub(crate) fn asset(&self) -> &Asset {
        &self.all[self.id.index()]
    }
}

impl Host {
    /// Returns an asset as scripts see it.
    pub(in crate::script) fn asset_ref(&self, id: AssetId) -> AssetRef {
        AssetRef {
            id,
            all: Rc::clone(&self.assets),
        }
    }

    /// Reads an asset or the symbol of one.
    pub(super) fn need_asset(&self, value: &Dynamic) -> Outcome<AssetId> {
        if let Some(asset) = value.read_lock::<AssetRef>() {
            return Ok(asset.id);
        }
        if let Some(symbol) = value.read_lock::<rhai::ImmutableString>() {
            return self.find_asset(&symbol);
        }
        fail(format!(
            "an asset is needed here, or its symbol as a string; this is {}",
            kind_of(value)
        ))
    }

    /// Reads an array of assets or symbols.
    pub(super) fn need_assets(&self, value: &Dynamic) -> Outcome<Vec<AssetId>> {
        let Some(array) = value.read_lock::<Array>() else {
            return fail(format!(
                "a list of assets is needed here; this is {}",
                kind_of(value)
            ));
        };
        array.iter().map(|item| self.need_asset(item)).collect()
    }

    /// Finds an asset by its symbol.
    pub(crate) fn find_asset(&self, symbol: &str) -> Outcome<AssetId> {
        if let Some(at) = self
            .assets
            .iter()
            .position(|asset| &*asset.symbol == symbol)
        {
            return Ok(AssetId(u32::try_from(at).unwrap_or(u32::MAX)));
        }
        let known = || self.assets.iter().map(|asset| &*asset.symbol);
        let hint = nearest(symbol, known()).map_or_else(
            || {
                let all: Vec<&str> = known().take(10).collect();
                format!(
                    "the data has {}{}",
                    all.join(", "),
                    if self.assets.len() > 10 { ", …" } else { "" }
                )
            },
            |near| format!("did you mean `{near}`?"),
        );
        fail(format!(
            "there is no data for the symbol `{symbol}`\nhint: {hint}"
        ))
    }
}

pub(super) fn register(engine: &mut Registry, host: &Rc<Host>) {
    engine.register_type_with_name::<AssetRef>("Asset");
    register_fields(engine);
    let at = Rc::clone(host);
    engine.register_fn("symbol", move |name: &str| -> Outcome<AssetRef> {
        at.find_asset(name).map(|id| at.asset_ref(id))
    });
    let at = Rc::clone(host);
    engine.register_fn(
        "symbol",
        move |name: &str, exchange: &str| -> Outcome<AssetRef> {
            let id = at.find_asset(name)?;
            let found = at.asset_ref(id);
            let known = &found.asset().exchange;
            if !known.is_empty() && !known.eq_ignore_ascii_case(exchange) {
                return fail(format!(
                    "the data for `{name}` is from {known}, not from {exchange}"
                ));
            }
            Ok(found)
        },
    );
    let at = Rc::clone(host);
    engine.register_fn("symbols", move |names: Dynamic| -> Outcome<Array> {
        let ids = at.need_assets(&names)?;
        Ok(ids
            .into_iter()
            .map(|id| Dynamic::from(at.asset_ref(id)))
            .collect())
    });
    let at = Rc::clone(host);
    engine.register_fn("symbols", move || -> Array {
        (0..at.assets.len())
            .map(|i| Dynamic::from(at.asset_ref(AssetId(u32::try_from(i).unwrap_or(u32::MAX)))))
            .collect()
    });
    register_derived(engine, host);
}

/// Futures, options and currency pairs are found by the symbol that their parts make.
fn register_derived(engine: &mut Registry, host: &Rc<Host>) {
    let at = Rc::clone(host);
    engine.register_fn(
        "future",
        move |root: &str, expiry: &str| -> Outcome<AssetRef> {
            at.find_asset(&format!("{root}-{expiry}"))
                .map(|id| at.asset_ref(id))
        },
    );
    let at = Rc::clone(host);
    engine.register_fn(
        "option",
        move |underlying: &str, expiry: &str, right: &str, strike: Dynamic| -> Outcome<AssetRef> {
            let strike = crate::script::convert::need_exact(&strike, "strike")?.normalize();
            at.find_asset(&format!("{underlying}-{expiry}-{right}-{strike}"))
                .map(|id| at.asset_ref(id))
        },
    );
    let at = Rc::clone(host);
    engine.register_fn("forex", move |pair: &str| -> Outcome<AssetRef> {
        at.find_asset(pair).map(|id| at.asset_ref(id))
    });
}

fn register_fields(engine: &mut Registry) {
    engine.register_get("symbol", |a: &mut AssetRef| a.asset().symbol.to_string());
    engine.register_get("name", |a: &mut AssetRef| a.asset().name.to_string());
    engine.register_get("exchange", |a: &mut AssetRef| {
        a.asset().exchange.to_string()
    });
    engine.register_get("kind", |a: &mut AssetRef| a.asset().kind.name().to_owned());
    engine.register_get("currency", |a: &mut AssetRef| {
        a.asset().currency.to_string()
    });
    engine.register_get("tick_size", |a: &mut AssetRef| to_f64(a.asset().tick_size));
    engine.register_get("lot_size", |a: &mut AssetRef| to_f64(a.asset().lot_size));
    engine.register_get("multiplier", |a: &mut AssetRef| {
        to_f64(a.asset().multiplier)
    });
    engine.register_get("calendar", |a: &mut AssetRef| {
        a.asset().calendar.to_string()
    });
    engine.register_fn("to_string", |a: &mut AssetRef| a.asset().symbol.to_string());
    engine.register_fn("to_debug", |a: &mut AssetRef| a.asset().symbol.to_string());
    engine.register_fn("==", |a: AssetRef, b: AssetRef| a.id == b.id);
    engine.register_fn("!=", |a: AssetRef, b: AssetRef| a.id != b.id);
    engine.register_fn("==", |a: AssetRef, b: &str| &*a.asset().symbol == b);
    engine.register_fn("!=", |a: AssetRef, b: &str| &*a.asset().symbol != b);
    engine.register_fn("==", |a: &str, b: AssetRef| a == &*b.asset().symbol);
    engine.register_fn("!=", |a: &str, b: AssetRef| a != &*b.asset().symbol);
    engine.register_fn("+", |a: &str, b: AssetRef| {
        format!("{a}{}", b.asset().symbol)
    });
    engine.register_fn("+", |a: AssetRef, b: &str| {
        format!("{}{b}", a.asset().symbol)
    });
}
