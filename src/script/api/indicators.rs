//! Indicators: at once over series and bars, and kept up to date by the engine.

use std::any::TypeId;
use std::rc::Rc;

use rhai::{Dynamic, FLOAT, INT, ImmutableString, Map};
use std::sync::Arc;

use crate::core::engine::handles::{HandleId, Line, RECENT};
use crate::core::indicator::{ALL, MAX_PARAMS, Spec, crossed_above, crossed_below, spec};
use crate::core::model::time::Timeframe;
use crate::script::api::indicators::forms::{numbers, values, with_columns};
use crate::script::api::series::{BarsRef, SeriesRef, optional, wide};
use crate::script::convert::{
    Outcome, check_keys, fail, float, kind_of, nearest, need_float, need_timeframe,
};
use crate::script::host::Host;
use crate::script::registry::{NativeFn, Registry};

/// Every indicator at once over series, bars and panels.
pub(super) mod forms;

/// An indicator that the engine keeps, as scripts see it.
#[derive(Clone, Debug)]
pub struct IndicatorRef {
    host: Rc<Host>,
    id: HandleId,
    spec: &'static Spec,
}

impl IndicatorRef {
    /// Returns the number by which the engine knows it.
    pub(crate) fn id(&self) -> HandleId {
        self.id
    }

    /// Returns the indicator of a number; only while the host is at a desk that has it.
    pub(in crate::script) fn of(host: &Rc<Host>, id: HandleId) -> Option<Self> {
        let spec = host.with(|desk| desk.handles.spec(id)).ok().flatten()?;
        Some(Self {
            host: Rc::clone(host),
            id,
            spec,
        })
    }
}

pub(super) fn register(engine: &mut Registry, host: &Rc<Host>) {
    forms::register(engine);
    register_averaged_bars(engine);
    register_handles(engine, host);
    register_comparisons(engine);
    register_crosses(engine, "crossed_above", crossed_above);
    register_crosses(engine, "crossed_below", crossed_below);
}

fn register_crosses(engine: &mut Registry, name: &str, rule: CrossRule) {
    engine.register_fn(name, move |a: SeriesRef, b: SeriesRef| {
        crossed(&a, &b, rule)
    });
    let over = move |a: &SeriesRef, level: FLOAT| {
        ends(a).is_some_and(|(before, now)| rule(before, now, level, level))
    };
    engine.register_fn(name, move |a: SeriesRef, level: FLOAT| over(&a, level));
    engine.register_fn(name, move |a: SeriesRef, level: INT| over(&a, wide(level)));
    engine.register_fn(name, move |a: IndicatorRef, b: IndicatorRef| {
        crossed_handles(&a, &b, rule)
    });
    engine.register_fn(name, move |a: IndicatorRef, level: FLOAT| {
        crossed_level(&a, level, rule)
    });
    engine.register_fn(name, move |a: IndicatorRef, level: INT| {
        crossed_level(&a, wide(level), rule)
    });
}

/// Lets Heikin-Ashi candles be bars again, in place of the map of the latest one.
fn register_averaged_bars(engine: &mut Registry) {
    for name in ["heikin_ashi", "ha"] {
        engine.register_fn(name, |b: &mut BarsRef| -> Outcome<BarsRef> {
            let Some(spec) = spec("heikin_ashi") else {
                return fail("there is no indicator `heikin_ashi`".to_owned());
            };
            let mut prices = Vec::new();
            let _unit = with_columns(b, &mut |columns| {
                prices = spec.series(columns, &[]).or_else(|e| fail(e.to_string()))?;
                Ok(Dynamic::UNIT)
            })?;
            let mut windows = b.0.clone();
            for (window, values) in windows.iter_mut().zip(prices) {
                *window = window.replaced(values);
            }
            Ok(BarsRef(windows))
        });
    }
}

fn register_handles(engine: &mut Registry, host: &Rc<Host>) {
    engine.register_type_with_name::<IndicatorRef>("Indicator");
    let at = Rc::clone(host);
    let make: NativeFn = Rc::new(move |_, args| {
        let [name, asset, params @ ..] = args else {
            return fail("indicator takes a name and an asset");
        };
        let Some(name) = name.read_lock::<ImmutableString>() else {
            return fail(format!(
                "indicator takes a name first, was {}",
                kind_of(name)
            ));
        };
        ask(&at, &name, asset, &values(params)).map(Dynamic::from)
    });
    // A name, an asset, parameters and a frequency.
    engine.register_any(
        "indicator",
        TypeId::of::<Dynamic>(),
        2..=MAX_PARAMS + 3,
        &make,
    );
    engine.register_get("ready", |i: &mut IndicatorRef| {
        i.host.with(|desk| desk.handles.ready(i.id))
    });
    engine.register_get("value", |i: &mut IndicatorRef| output(i, 0, 0));
    // Outputs of those with several: `macd.signal`, `bbands.upper`.
    let mut names: Vec<&str> = ALL
        .iter()
        .flat_map(|spec| spec.outputs.iter().copied())
        .collect();
    names.sort_unstable();
    names.dedup();
    for name in names.into_iter().filter(|name| *name != "value") {
        engine.register_get(name, move |i: &mut IndicatorRef| -> Outcome<Dynamic> {
            match i.spec.outputs.iter().position(|output| *output == name) {
                Some(place) => output(i, place, 0),
                None => fail(format!(
                    "`{}` has no output `{name}`; it has {}",
                    i.spec.name,
                    i.spec.outputs.join(", ")
                )),
            }
        });
    }
    engine.register_indexer_get(|i: &mut IndicatorRef, index: INT| -> Outcome<Dynamic> {
        let back = usize::try_from(-index).ok().filter(|back| *back < RECENT);
        match back {
            Some(back) => output(i, 0, back),
            None => fail(format!("[{index}] is not kept: [0] is the latest value, [-1] the one before, down to [-{}]", RECENT - 1)),
        }
    });
    let show = |i: &mut IndicatorRef| format!("Indicator({})", i.spec.name);
    engine.register_fn("to_string", show);
    engine.register_fn("to_debug", show);
    register_on_cross(engine, host);
}

fn ask(host: &Rc<Host>, name: &str, asset: &Dynamic, params: &[Dynamic]) -> Outcome<IndicatorRef> {
    let Some(found) = spec(name) else {
        let hint = nearest(name, ALL.iter().map(|spec| spec.name))
            .map(|near| format!("\nhint: did you mean \"{near}\"?"))
            .unwrap_or_default();
        return fail(format!("there is no indicator `{name}`{hint}"));
    };
    let (params, frequency) = match params.split_last() {
        Some((last, rest)) if last.is_string() => (rest, Some(last.to_string())),
        _ => (params, None),
    };
    if !found.inputs.is_of_bars() {
        return fail(format!(
            "`{name}` takes two series, which the bars of one asset are not\nhint: calculate it from series: a.{name}(b, …)"
        ));
    }
    let params = numbers(found, params)?;
    let asset = host.need_asset(asset)?;
    let id = host.with(|desk| {
        let timeframe: Timeframe = match frequency {
            Some(text) => need_timeframe(&text)?,
            None => desk.market.base(),
        };
        desk.handles
            .ask(&mut desk.market, found, asset, &params, timeframe)
            .or_else(|e| fail(e.to_string()))
    })??;
    Ok(IndicatorRef {
        host: Rc::clone(host),
        id,
        spec: found,
    })
}

fn output(indicator: &IndicatorRef, place: usize, back: usize) -> Outcome<Dynamic> {
    indicator
        .host
        .with(|desk| optional(desk.handles.value(indicator.id, place, back)))
}

fn register_on_cross(engine: &mut Registry, host: &Rc<Host>) {
    let at = Rc::clone(host);
    engine.register_fn(
        "on_cross",
        move |a: Dynamic, b: Dynamic, function: Dynamic| watch(&at, &a, &b, &function, &Map::new()),
    );
    let at = Rc::clone(host);
    engine.register_fn(
        "on_cross",
        move |a: Dynamic, b: Dynamic, function: Dynamic, options: Map| {
            watch(&at, &a, &b, &function, &options)
        },
    );
}

fn watch(
    host: &Rc<Host>,
    a: &Dynamic,
    b: &Dynamic,
    function: &Dynamic,
    options: &Map,
) -> Outcome<()> {
    check_keys(options, &["tolerance", "initial"], "on_cross")?;
    let tolerance = options
        .get("tolerance")
        .map_or(Ok(0.0), |v| need_float(v, "tolerance"))?;
    let initial = options
        .get("initial")
        .is_some_and(|v| v.as_bool().unwrap_or(false));
    let (a, b) = (line(a)?, line(b)?);
    let function: Arc<str> = host.need_function(function)?;
    host.with_set_up("on_cross", |desk| {
        desk.handles.watch(a, b, function, tolerance, initial);
    })
}

fn line(value: &Dynamic) -> Outcome<Line> {
    if let Some(indicator) = value.read_lock::<IndicatorRef>() {
        return Ok(Line::Handle(indicator.id, 0));
    }
    float(value).map(Line::Level).map_or_else(
        || {
            fail(format!(
                "on_cross compares indicators and numbers; this is {}",
                kind_of(value)
            ))
        },
        Ok,
    )
}

type CrossRule = fn(f64, f64, f64, f64) -> bool;

fn crossed(a: &SeriesRef, b: &SeriesRef, rule: CrossRule) -> bool {
    match (ends(a), ends(b)) {
        (Some((a_before, a)), Some((b_before, b))) => rule(a_before, a, b_before, b),
        _ => false,
    }
}

fn ends(series: &SeriesRef) -> Option<(f64, f64)> {
    Some((series.0.get(-2)?, series.0.get(-1)?))
}

fn crossed_level(a: &IndicatorRef, level: f64, rule: CrossRule) -> Outcome<bool> {
    a.host.with(|desk| {
        let value = |back| desk.handles.value(a.id, 0, back).unwrap_or(f64::NAN);
        rule(value(1), value(0), level, level)
    })
}

fn crossed_handles(a: &IndicatorRef, b: &IndicatorRef, rule: CrossRule) -> Outcome<bool> {
    a.host.with(|desk| {
        let value = |id, back| desk.handles.value(id, 0, back).unwrap_or(f64::NAN);
        rule(
            value(a.id, 1),
            value(a.id, 0),
            value(b.id, 1),
            value(b.id, 0),
        )
    })
}

/// Lets `indicator > number` read the latest value.
fn register_comparisons(engine: &mut Registry) {
    type Test = fn(f64, f64) -> bool;
    let tests: [(&str, Test); 4] = [
        (">", |a, b| a > b),
        (">=", |a, b| a >= b),
        ("<", |a, b| a < b),
        ("<=", |a, b| a <= b),
    ];
    for (name, test) in tests {
        engine.register_fn(
            name,
            move |a: IndicatorRef, b: IndicatorRef| -> Outcome<bool> {
                Ok(test(current(&a)?, current(&b)?))
            },
        );
        engine.register_fn(name, move |a: IndicatorRef, b: FLOAT| -> Outcome<bool> {
            Ok(test(current(&a)?, b))
        });
        engine.register_fn(name, move |a: FLOAT, b: IndicatorRef| -> Outcome<bool> {
            Ok(test(a, current(&b)?))
        });
        engine.register_fn(name, move |a: IndicatorRef, b: INT| -> Outcome<bool> {
            Ok(test(current(&a)?, wide(b)))
        });
        engine.register_fn(name, move |a: INT, b: IndicatorRef| -> Outcome<bool> {
            Ok(test(wide(a), current(&b)?))
        });
    }
}

fn current(indicator: &IndicatorRef) -> Outcome<f64> {
    let value = indicator
        .host
        .with(|desk| desk.handles.value(indicator.id, 0, 0))?;
    value.map_or_else(
        || {
            fail(format!(
                "`{}` has no value yet\nhint: test indicator.ready first",
                indicator.spec.name
            ))
        },
        Ok,
    )
}
