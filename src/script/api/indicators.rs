//! Indicators: at once over series and bars, and kept up to date by the engine.

use std::rc::Rc;

use rhai::{Dynamic, FLOAT, INT, Map};
use std::sync::Arc;

use crate::core::engine::handles::{HandleId, Line, RECENT};
use crate::core::indicator::{ALL, Columns, Inputs, Spec, crossed_above, crossed_below, spec};
use crate::core::model::time::Timeframe;
use crate::script::api::series::{BarsRef, SeriesRef, optional, wide};
use crate::script::convert::{
    Outcome, check_keys, fail, float, kind_of, nearest, need_float, need_timeframe,
};
use crate::script::host::Host;
use crate::script::registry::Registry;

/// An indicator that the engine keeps, as scripts see it.
#[derive(Clone, Debug)]
pub struct IndicatorRef {
    host: Rc<Host>,
    id: HandleId,
    spec: &'static Spec,
}

pub(super) fn register(engine: &mut Registry, host: &Rc<Host>) {
    for &spec in ALL.iter() {
        for name in std::iter::once(&spec.name).chain(spec.aliases) {
            register_forms(engine, spec, name);
        }
    }
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

/// Registers `name(series, …)`, `name(bars, …)` and their `…_series`, with any number of parameters.
fn register_forms(engine: &mut Registry, spec: &'static Spec, name: &str) {
    let series_name = format!("{name}_series");
    // A series stands for the close, so an indicator of whole bars has no such form.
    if spec.inputs == Inputs::Close {
        register_over::<SeriesRef>(engine, spec, name, &series_name, |s, read| {
            s.0.with(|values| read(&Columns::values(values)))
        });
    }
    register_over::<BarsRef>(engine, spec, name, &series_name, with_columns);
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

/// Opens the five columns of bars.
fn with_columns(bars: &BarsRef, read: Read<'_>) -> Outcome<Dynamic> {
    let [open, high, low, close, volume] = &bars.0;
    open.with(|open| {
        high.with(|high| {
            low.with(|low| {
                close.with(|close| {
                    volume.with(|volume| {
                        read(&Columns {
                            open,
                            high,
                            low,
                            close,
                            volume,
                        })
                    })
                })
            })
        })
    })
}

/// Without a period these are of the whole series: `prices.max()` is no indicator.
const OF_SERIES: [&str; 3] = ["min", "max", "var"];

type Read<'a> = &'a mut dyn FnMut(&Columns<'_>) -> Outcome<Dynamic>;

fn register_over<T: Clone + 'static>(
    engine: &mut Registry,
    spec: &'static Spec,
    name: &str,
    series_name: &str,
    open: fn(&T, Read<'_>) -> Outcome<Dynamic>,
) {
    let now = move |source: &T, params: &[Dynamic]| -> Outcome<Dynamic> {
        let params = numbers(spec, params)?;
        open(source, &mut |columns| latest(spec, columns, &params))
    };
    let all = move |source: &T, params: &[Dynamic]| -> Outcome<Dynamic> {
        let params = numbers(spec, params)?;
        open(source, &mut |columns| whole(spec, columns, &params))
    };
    if !OF_SERIES.contains(&name) {
        engine.register_fn(name, move |s: &mut T| now(s, &[]));
    }
    engine.register_fn(series_name, move |s: &mut T| all(s, &[]));
    if !spec.params.is_empty() {
        engine.register_fn(name, move |s: &mut T, a: Dynamic| now(s, &[a]));
        engine.register_fn(series_name, move |s: &mut T, a: Dynamic| all(s, &[a]));
    }
    if spec.params.len() > 1 {
        engine.register_fn(name, move |s: &mut T, a: Dynamic, b: Dynamic| {
            now(s, &[a, b])
        });
        engine.register_fn(series_name, move |s: &mut T, a: Dynamic, b: Dynamic| {
            all(s, &[a, b])
        });
    }
    if spec.params.len() > 2 {
        engine.register_fn(
            name,
            move |s: &mut T, a: Dynamic, b: Dynamic, c: Dynamic| now(s, &[a, b, c]),
        );
        engine.register_fn(
            series_name,
            move |s: &mut T, a: Dynamic, b: Dynamic, c: Dynamic| all(s, &[a, b, c]),
        );
    }
}

fn numbers(spec: &Spec, params: &[Dynamic]) -> Outcome<Vec<f64>> {
    params
        .iter()
        .enumerate()
        .map(|(at, value)| need_float(value, spec.params.get(at).map_or("parameter", |p| p.name)))
        .collect()
}

fn latest(spec: &'static Spec, columns: &Columns<'_>, params: &[f64]) -> Outcome<Dynamic> {
    let values = match spec.latest(columns, params) {
        Ok(values) => values,
        Err(e) => return fail(e.to_string()),
    };
    let Some(values) = values else {
        return Ok(Dynamic::UNIT);
    };
    if let [_] = spec.outputs {
        return Ok(optional(Some(values[0])));
    }
    let map: Map = spec
        .outputs
        .iter()
        .zip(values)
        .map(|(name, value)| ((*name).into(), optional(Some(value))))
        .collect();
    Ok(map.into())
}

/// The values of the whole window; what comes before the first value is left off.
fn whole(spec: &'static Spec, columns: &Columns<'_>, params: &[f64]) -> Outcome<Dynamic> {
    let series = match spec.series(columns, params) {
        Ok(series) => series,
        Err(e) => return fail(e.to_string()),
    };
    let mut parts = series.into_iter().map(|values| {
        let first = values
            .iter()
            .position(|v| !v.is_nan())
            .unwrap_or(values.len());
        Dynamic::from(SeriesRef::of(values[first..].to_vec()))
    });
    if let [_] = spec.outputs {
        return Ok(parts.next().unwrap_or(Dynamic::UNIT));
    }
    let map: Map = spec
        .outputs
        .iter()
        .map(|name| (*name).into())
        .zip(parts)
        .collect();
    Ok(map.into())
}

fn register_handles(engine: &mut Registry, host: &Rc<Host>) {
    engine.register_type_with_name::<IndicatorRef>("Indicator");
    let at = Rc::clone(host);
    engine.register_fn("indicator", move |name: &str, asset: Dynamic| {
        ask(&at, name, &asset, &[])
    });
    let at = Rc::clone(host);
    engine.register_fn(
        "indicator",
        move |name: &str, asset: Dynamic, a: Dynamic| ask(&at, name, &asset, &[a]),
    );
    let at = Rc::clone(host);
    engine.register_fn(
        "indicator",
        move |name: &str, asset: Dynamic, a: Dynamic, b: Dynamic| ask(&at, name, &asset, &[a, b]),
    );
    let at = Rc::clone(host);
    engine.register_fn(
        "indicator",
        move |name: &str, asset: Dynamic, a: Dynamic, b: Dynamic, c: Dynamic| {
            ask(&at, name, &asset, &[a, b, c])
        },
    );
    let at = Rc::clone(host);
    engine.register_fn(
        "indicator",
        move |name: &str, asset: Dynamic, a: Dynamic, b: Dynamic, c: Dynamic, d: Dynamic| {
            ask(&at, name, &asset, &[a, b, c, d])
        },
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
