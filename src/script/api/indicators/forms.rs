//! Every indicator at once: `name(x, …)` and `name_series(x, …)`, of series, bars and panels, as functions
//! and methods.
//!
//! These are hundreds of names times the numbers of arguments, and an engine is made for every run: so one
//! function stands behind all forms of a name and looks at its first argument itself, and all engines of
//! a thread share them.
//!
//! Invariants: what is registered for a series precisely comes before: without a period `s.max()`,
//! `s.min()`, `s.sum()` and `s.var()` are of the whole series, as `s.beta(other)`, `s.cumsum()` and the
//! functions of mathematics are.

use std::any::TypeId;
use std::rc::Rc;

use rhai::{Dynamic, Map};

use crate::core::indicator::{ALL, Columns, Inputs, Memory, Spec};
use crate::core::model::market::Field;
use crate::script::api::panel::PanelRef;
use crate::script::api::series::{BarsRef, SeriesRef, optional, same_length};
use crate::script::convert::{Outcome, fail, kind_of, need_float};
use crate::script::registry::{NativeFn, Registry, Shared};

/// What a call gives.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Latest,
    Whole,
}

/// Names that the language has for numbers with as many arguments: only what is theirs is taken.
const OF_NUMBERS: [&str; 2] = ["min", "max"];

thread_local! {
    static ALL_FORMS: Shared = every().into_shared();
}

/// Registers all forms of all indicators.
pub(super) fn register(engine: &mut Registry) {
    engine.share(ALL_FORMS.with(Shared::clone));
}

fn every() -> Registry {
    let mut engine = Registry::default();
    for &spec in ALL.iter() {
        let form = |form: Form| -> NativeFn { Rc::new(move |_, args| call(spec, form, args)) };
        let (latest, whole) = (form(Form::Latest), form(Form::Whole));
        let most = if spec.inputs.is_pair() { 2 } else { 1 } + spec.params.len();
        for &name in std::iter::once(&spec.name).chain(spec.aliases) {
            if OF_NUMBERS.contains(&name) {
                for first in [
                    TypeId::of::<SeriesRef>(),
                    TypeId::of::<BarsRef>(),
                    TypeId::of::<PanelRef>(),
                ] {
                    engine.register_any(name, first, 2..=most, &latest);
                }
            } else if !is_by_value(spec) {
                engine.register_any(name, TypeId::of::<Dynamic>(), 1..=most, &latest);
            }
            let name = format!("{name}_series");
            engine.register_any(&name, TypeId::of::<Dynamic>(), 1..=most, &whole);
        }
    }
    engine
}

/// Whether it is a function of mathematics, which [`crate::script::api::series`] has for whole series.
pub(in crate::script::api) fn is_by_value(spec: &Spec) -> bool {
    spec.inputs == Inputs::Close && spec.memory == Memory::Window && spec.params.is_empty()
}

fn call(spec: &'static Spec, form: Form, args: &mut [&mut Dynamic]) -> Outcome<Dynamic> {
    let Some((source, rest)) = args.split_first() else {
        return fail(format!("`{}` needs something to work on", spec.name));
    };
    if let Some(series) = source.read_lock::<SeriesRef>() {
        return of_series(spec, form, &series, rest);
    }
    if let Some(bars) = source.read_lock::<BarsRef>() {
        if !spec.inputs.is_of_bars() {
            return fail(format!("`{}` takes two series, not bars", spec.name));
        }
        let params = numbers(spec, &values(rest))?;
        return with_columns(&bars, &mut |columns| run(spec, form, columns, &params));
    }
    if let Some(panel) = source.read_lock::<PanelRef>() {
        let is_of_rows =
            spec.inputs == Inputs::Close && spec.outputs.len() == 1 && form == Form::Latest;
        if !is_of_rows {
            return fail(format!(
                "`{}` of a panel is not there: only indicators of one series that give one value are",
                spec.name
            ));
        }
        let params = numbers(spec, &values(rest))?;
        return panel.indicator(spec, &params).map(Dynamic::from);
    }
    fail(format!(
        "`{}` is of {}, not of {}",
        spec.name,
        takes(spec),
        kind_of(source)
    ))
}

/// What an indicator is calculated from, in words.
fn takes(spec: &Spec) -> &'static str {
    if let Inputs::Close | Inputs::Volume = spec.inputs {
        "a Series or Bars"
    } else if !spec.inputs.is_of_bars() {
        "two Series"
    } else if spec.inputs.is_pair() {
        "two Series or Bars"
    } else {
        "Bars"
    }
}

fn of_series(
    spec: &'static Spec,
    form: Form,
    series: &SeriesRef,
    rest: &[&mut Dynamic],
) -> Outcome<Dynamic> {
    if let [field] = spec.inputs.fields() {
        let params = numbers(spec, &values(rest))?;
        return series.0.with(|values| {
            let columns = if *field == Field::Volume {
                Columns {
                    volume: values,
                    ..Columns::default()
                }
            } else {
                Columns::values(values)
            };
            run(spec, form, &columns, &params)
        });
    }
    if !spec.inputs.is_pair() {
        return fail(format!(
            "`{}` is of Bars, not of a Series\nhint: take bars: data.history(asset, count, frequency)",
            spec.name
        ));
    }
    let Some((other, rest)) = rest.split_first() else {
        return fail(format!("`{}` takes a second series", spec.name));
    };
    let Some(other) = other.read_lock::<SeriesRef>() else {
        return fail(format!(
            "`{}` takes a second series, not {}",
            spec.name,
            kind_of(other)
        ));
    };
    same_length(series, &other)?;
    let params = numbers(spec, &values(rest))?;
    series.0.with(|one| {
        other.0.with(|two| {
            let columns = if spec.inputs == Inputs::Pair {
                Columns {
                    high: one,
                    low: two,
                    ..Columns::default()
                }
            } else {
                Columns {
                    close: one,
                    volume: two,
                    ..Columns::default()
                }
            };
            run(spec, form, &columns, &params)
        })
    })
}

/// Returns copies of arguments.
pub(super) fn values(args: &[&mut Dynamic]) -> Vec<Dynamic> {
    args.iter().map(|value| (**value).clone()).collect()
}

/// Reads parameters.
pub(super) fn numbers(spec: &Spec, params: &[Dynamic]) -> Outcome<Vec<f64>> {
    params
        .iter()
        .enumerate()
        .map(|(at, value)| need_float(value, spec.params.get(at).map_or("parameter", |p| p.name)))
        .collect()
}

type Read<'a> = &'a mut dyn FnMut(&Columns<'_>) -> Outcome<Dynamic>;

/// Opens the five columns of bars.
pub(super) fn with_columns(bars: &BarsRef, read: Read<'_>) -> Outcome<Dynamic> {
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

fn run(spec: &'static Spec, form: Form, columns: &Columns<'_>, params: &[f64]) -> Outcome<Dynamic> {
    match form {
        Form::Latest => latest(spec, columns, params),
        Form::Whole => whole(spec, columns, params),
    }
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
    let (series, lookback) = match (spec.series(columns, params), spec.lookback(params)) {
        (Ok(series), Ok(lookback)) => (series, lookback),
        (Err(e), _) | (_, Err(e)) => return fail(e.to_string()),
    };
    let mut parts = series.into_iter().map(|values| {
        let first = values.iter().position(|v| !v.is_nan());
        // Without a warm-up every value has its bar, also one that is no number.
        let first = if lookback == 0 { Some(0) } else { first };
        let first = first.unwrap_or(values.len());
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
