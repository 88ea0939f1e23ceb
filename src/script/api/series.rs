//! Windows of numbers (`Series`) and of bars (`Bars`), oldest first.

use rhai::{Array, Dynamic, FLOAT, INT};

use crate::core::engine::window::Window;
use crate::script::api::statistics as stat;
use crate::script::convert::{Outcome, fail, need_count, need_float};
use crate::script::registry::Registry;

/// A window of numbers as scripts see it.
#[derive(Clone, Debug)]
pub struct SeriesRef(pub(crate) Window);

impl SeriesRef {
    pub(crate) fn of(values: Vec<f64>) -> Self {
        Self(Window::of(values))
    }
}

/// A window of bars as scripts see it.
#[derive(Clone, Debug)]
pub struct BarsRef(pub(crate) [Window; 5]);

/// Returns a number, or `()` where there is none.
pub(super) fn optional(value: Option<f64>) -> Dynamic {
    match value {
        Some(value) if !value.is_nan() => Dynamic::from_float(value),
        Some(_) | None => Dynamic::UNIT,
    }
}

pub(super) fn register(engine: &mut Registry) {
    engine.register_type_with_name::<SeriesRef>("Series");
    register_parts(engine);
    register_numbers(engine);
    register_transforms(engine);
    register_pairs(engine);
    register_operators(engine);
    register_bars(engine);
}

fn register_parts(engine: &mut Registry) {
    engine.register_fn("series", |numbers: Array| -> Outcome<SeriesRef> {
        let numbers = numbers
            .iter()
            .map(|number| need_float(number, "each element"));
        numbers.collect::<Outcome<_>>().map(SeriesRef::of)
    });
    engine.register_get("len", |s: &mut SeriesRef| to_int(s.0.len()));
    engine.register_fn("len", |s: &mut SeriesRef| to_int(s.0.len()));
    engine.register_get("is_full", |s: &mut SeriesRef| s.0.is_full());
    engine.register_fn("is_full", |s: &mut SeriesRef| s.0.is_full());
    engine.register_fn("is_empty", |s: &mut SeriesRef| s.0.is_empty());
    engine.register_fn("first", |s: &mut SeriesRef| optional(s.0.get(0)));
    engine.register_fn("last", |s: &mut SeriesRef| optional(s.0.get(-1)));
    engine.register_indexer_get(|s: &mut SeriesRef, index: INT| -> Outcome<FLOAT> {
        s.0.get(index).map_or_else(
            || {
                fail(format!(
                    "index {index} is outside of a series of {}",
                    s.0.len()
                ))
            },
            Ok,
        )
    });
    engine.register_indexer_get(|s: &mut SeriesRef, range: std::ops::Range<INT>| {
        part(s, range.start, range.end)
    });
    engine.register_indexer_get(|s: &mut SeriesRef, range: std::ops::RangeInclusive<INT>| {
        part(s, *range.start(), range.end() + 1)
    });
    engine.register_fn("tail", |s: &mut SeriesRef, n: INT| -> Outcome<SeriesRef> {
        Ok(SeriesRef(s.0.tail(need_count(&n.into(), "n", 0)?)))
    });
    engine.register_fn("head", |s: &mut SeriesRef, n: INT| -> Outcome<SeriesRef> {
        Ok(SeriesRef(s.0.head(need_count(&n.into(), "n", 0)?)))
    });
    engine.register_fn("to_array", |s: &mut SeriesRef| to_array(s));
    engine.register_iterator::<SeriesRef>();
    engine.register_fn("to_string", |s: &mut SeriesRef| show(s));
    engine.register_fn("to_debug", |s: &mut SeriesRef| show(s));
}

impl IntoIterator for SeriesRef {
    type Item = Dynamic;
    type IntoIter = std::vec::IntoIter<Dynamic>;

    fn into_iter(mut self) -> Self::IntoIter {
        to_array(&mut self).into_iter()
    }
}

fn register_numbers(engine: &mut Registry) {
    type Number = fn(&[f64]) -> Option<f64>;
    let numbers: [(&str, Number); 10] = [
        ("sum", |v| Some(stat::sum(v))),
        ("mean", stat::mean),
        ("std", stat::std),
        ("var", stat::var),
        ("min", stat::min),
        ("max", stat::max),
        ("median", |v| stat::quantile(v, 0.5)),
        ("slope", stat::slope),
        ("zscore", |v| {
            let spread = stat::std(v)?;
            (spread > 0.0).then(|| (v[v.len() - 1] - stat::mean(v).unwrap_or(0.0)) / spread)
        }),
        ("product", |v| Some(v.iter().product())),
    ];
    for (name, number) in numbers {
        engine.register_fn(name, move |s: &mut SeriesRef| optional(s.0.with(number)));
    }
    engine.register_fn(
        "quantile",
        |s: &mut SeriesRef, q: Dynamic| -> Outcome<Dynamic> {
            let q = need_float(&q, "q")?;
            if !(0.0..=1.0).contains(&q) {
                return fail(format!("q must lie between 0 and 1, was {q}"));
            }
            Ok(optional(s.0.with(|v| stat::quantile(v, q))))
        },
    );
    engine.register_fn("argmin", |s: &mut SeriesRef| place(s.0.with(stat::argmin)));
    engine.register_fn("argmax", |s: &mut SeriesRef| place(s.0.with(stat::argmax)));
}

type Map = fn(f64) -> f64;

/// Functions of mathematics, value by value.
const MATHEMATICS: [(&str, Map); 16] = [
    ("abs", f64::abs),
    ("acos", f64::acos),
    ("asin", f64::asin),
    ("atan", f64::atan),
    ("ceil", f64::ceil),
    ("cos", f64::cos),
    ("cosh", f64::cosh),
    ("exp", f64::exp),
    ("floor", f64::floor),
    ("ln", f64::ln),
    ("log10", f64::log10),
    ("sin", f64::sin),
    ("sinh", f64::sinh),
    ("sqrt", f64::sqrt),
    ("tan", f64::tan),
    ("tanh", f64::tanh),
];

fn register_transforms(engine: &mut Registry) {
    engine.register_fn("returns", |s: &mut SeriesRef| {
        change_over(s, 1, |now, then| now / then - 1.0)
    });
    engine.register_fn(
        "returns",
        |s: &mut SeriesRef, n: INT| -> Outcome<SeriesRef> {
            Ok(change_over(
                s,
                need_count(&n.into(), "n", 1)?,
                |now, then| now / then - 1.0,
            ))
        },
    );
    engine.register_fn("log_returns", |s: &mut SeriesRef| {
        change_over(s, 1, |now, then| (now / then).ln())
    });
    engine.register_fn(
        "log_returns",
        |s: &mut SeriesRef, n: INT| -> Outcome<SeriesRef> {
            Ok(change_over(
                s,
                need_count(&n.into(), "n", 1)?,
                |now, then| (now / then).ln(),
            ))
        },
    );
    engine.register_fn("diff", |s: &mut SeriesRef| {
        change_over(s, 1, |now, then| now - then)
    });
    engine.register_fn("diff", |s: &mut SeriesRef, n: INT| -> Outcome<SeriesRef> {
        Ok(change_over(
            s,
            need_count(&n.into(), "n", 1)?,
            |now, then| now - then,
        ))
    });
    engine.register_fn("shift", |s: &mut SeriesRef, n: INT| -> Outcome<SeriesRef> {
        if n < 0 {
            return fail(format!(
                "shift({n}) would be look-ahead: it moves later values to earlier bars\nhint: a series holds the past only; shift by a positive number of bars"
            ));
        }
        let n = need_count(&n.into(), "n", 0)?;
        Ok(SeriesRef(s.0.head(s.0.len().saturating_sub(n))))
    });
    engine.register_fn("rank", |s: &mut SeriesRef| {
        SeriesRef::of(s.0.with(stat::rank))
    });
    engine.register_fn("cumsum", |s: &mut SeriesRef| {
        SeriesRef::of(s.0.with(|v| {
            v.iter()
                .scan(0.0, |sum, value| {
                    *sum += value;
                    Some(*sum)
                })
                .collect()
        }))
    });
    for (name, map) in MATHEMATICS {
        // Rhai has most of them for floats only, and none for whole numbers but `abs`.
        if name != "abs" {
            engine.register_fn(name, move |x: INT| map(wide(x)));
        }
        if let "ceil" | "log10" = name {
            engine.register_fn(name, move |x: FLOAT| map(x));
        }
        engine.register_fn(name, move |s: &mut SeriesRef| {
            SeriesRef::of(s.0.with(|v| v.iter().map(|x| map(*x)).collect()))
        });
    }
}

fn register_pairs(engine: &mut Registry) {
    type Pair = fn(&[f64], &[f64]) -> Option<f64>;
    let pairs: [(&str, Pair); 3] = [
        ("correlation", stat::correlation),
        ("covariance", stat::covariance),
        ("beta", stat::beta),
    ];
    for (name, pair) in pairs {
        engine.register_fn(
            name,
            move |a: &mut SeriesRef, b: SeriesRef| -> Outcome<Dynamic> {
                same_length(a, &b)?;
                Ok(optional(a.0.with(|x| b.0.with(|y| pair(x, y)))))
            },
        );
    }
}

fn register_operators(engine: &mut Registry) {
    type Op = fn(f64, f64) -> f64;
    let ops: [(&str, Op); 4] = [
        ("+", |a, b| a + b),
        ("-", |a, b| a - b),
        ("*", |a, b| a * b),
        ("/", |a, b| a / b),
    ];
    for (name, op) in ops {
        engine.register_fn(
            name,
            move |a: SeriesRef, b: SeriesRef| -> Outcome<SeriesRef> {
                same_length(&a, &b)?;
                Ok(SeriesRef::of(a.0.with(|x| {
                    b.0.with(|y| x.iter().zip(y).map(|(x, y)| op(*x, *y)).collect())
                })))
            },
        );
        engine.register_fn(name, move |a: SeriesRef, b: FLOAT| with_number(&a, b, op));
        engine.register_fn(name, move |a: FLOAT, b: SeriesRef| {
            with_number(&b, a, |x, y| op(y, x))
        });
        engine.register_fn(name, move |a: SeriesRef, b: INT| {
            with_number(&a, wide(b), op)
        });
        engine.register_fn(name, move |a: INT, b: SeriesRef| {
            with_number(&b, wide(a), |x, y| op(y, x))
        });
    }
    engine.register_fn("-", |a: SeriesRef| with_number(&a, -1.0, |x, y| x * y));
}

fn register_bars(engine: &mut Registry) {
    engine.register_type_with_name::<BarsRef>("Bars");
    for (at, name) in ["open", "high", "low", "close", "volume"]
        .into_iter()
        .enumerate()
    {
        engine.register_get(name, move |b: &mut BarsRef| SeriesRef(b.0[at].clone()));
    }
    engine.register_get("len", |b: &mut BarsRef| to_int(b.0[0].len()));
    engine.register_fn("len", |b: &mut BarsRef| to_int(b.0[0].len()));
    engine.register_get("is_full", |b: &mut BarsRef| b.0[0].is_full());
    engine.register_fn("is_full", |b: &mut BarsRef| b.0[0].is_full());
    engine.register_fn("tail", |b: &mut BarsRef, n: INT| -> Outcome<BarsRef> {
        let n = need_count(&n.into(), "n", 0)?;
        Ok(BarsRef(b.0.each_ref().map(|window| window.tail(n))))
    });
    engine.register_fn("to_string", |b: &mut BarsRef| {
        format!("Bars({})", b.0[0].len())
    });
    engine.register_fn("to_debug", |b: &mut BarsRef| {
        format!("Bars({})", b.0[0].len())
    });
}

fn with_number(series: &SeriesRef, number: f64, op: impl Fn(f64, f64) -> f64) -> SeriesRef {
    SeriesRef::of(
        series
            .0
            .with(|v| v.iter().map(|x| op(*x, number)).collect()),
    )
}

fn change_over(series: &SeriesRef, n: usize, change: impl Fn(f64, f64) -> f64) -> SeriesRef {
    SeriesRef::of(series.0.with(|v| {
        v.iter()
            .zip(v.iter().skip(n))
            .map(|(then, now)| change(*now, *then))
            .collect()
    }))
}

pub(super) fn same_length(a: &SeriesRef, b: &SeriesRef) -> Outcome<()> {
    if a.0.len() == b.0.len() {
        return Ok(());
    }
    fail(format!(
        "the two series differ in length: {} and {}\nhint: take the same number of the last values of both with tail(n)",
        a.0.len(),
        b.0.len()
    ))
}

/// Cuts a part out; negative ends count from the end.
fn part(series: &mut SeriesRef, from: INT, to: INT) -> SeriesRef {
    let len = to_int(series.0.len());
    let at = |index: INT| {
        let index = if index < 0 { index + len } else { index };
        usize::try_from(index.clamp(0, len)).unwrap_or(0)
    };
    SeriesRef(series.0.slice(at(from), at(to)))
}

fn place(at: Option<usize>) -> Dynamic {
    at.map_or(Dynamic::UNIT, |at| to_int(at).into())
}

fn to_array(series: &mut SeriesRef) -> Array {
    series
        .0
        .with(|v| v.iter().map(|x| Dynamic::from_float(*x)).collect())
}

fn show(series: &SeriesRef) -> String {
    let shown: Vec<String> = series
        .0
        .tail(5)
        .to_vec()
        .iter()
        .map(ToString::to_string)
        .collect();
    let more = if series.0.len() > 5 { "…, " } else { "" };
    format!("Series({}: {more}{})", series.0.len(), shown.join(", "))
}

pub(super) fn to_int(value: usize) -> INT {
    INT::try_from(value).unwrap_or(INT::MAX)
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
pub(super) fn wide(value: INT) -> f64 {
    value as f64
}
