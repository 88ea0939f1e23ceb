//! The whole universe at once (`Panel`): one call instead of a loop over assets.
//!
//! A panel has a row for each asset. Rows of history are aligned on the union of their timestamps,
//! values carried forward, missing before an asset's first.

use std::collections::BTreeSet;
use std::rc::Rc;

use rhai::{Array, Dynamic, FLOAT, INT, Map};

use crate::core::engine::desk::Desk;
use crate::core::indicator::{Columns, Spec};
use crate::core::model::asset::AssetId;
use crate::core::model::market::Field;
use crate::core::model::time::{Timeframe, Timestamp};
use crate::script::api::series::{SeriesRef, optional, to_int, wide};
use crate::script::api::statistics as stat;
use crate::script::convert::{Outcome, fail, need_count, need_float};
use crate::script::host::Host;
use crate::script::registry::Registry;

/// A table of numbers, a row for each asset, oldest first.
#[derive(Clone, Debug)]
pub(crate) struct PanelRef {
    host: Rc<Host>,
    assets: Rc<Vec<AssetId>>,
    /// NaN where there is no value.
    rows: Rc<Vec<Vec<f64>>>,
    asked: usize,
}

impl PanelRef {
    pub(super) fn of_history(
        host: Rc<Host>,
        desk: &mut Desk,
        ids: &[AssetId],
        field: Field,
        count: usize,
        timeframe: Timeframe,
    ) -> Outcome<Self> {
        let mut windows = Vec::with_capacity(ids.len());
        for id in ids {
            let starts = match desk.market.starts(*id, timeframe) {
                Ok(starts) => starts[starts.len().saturating_sub(count)..].to_vec(),
                Err(e) => return fail(e.to_string()),
            };
            match desk.market.history(*id, field, count, timeframe) {
                Ok(window) => windows.push((starts, window)),
                Err(e) => return fail(e.to_string()),
            }
        }
        let aligned = windows.windows(2).all(|pair| pair[0].0 == pair[1].0);
        let rows = if aligned {
            windows.iter().map(|(_, window)| window.to_vec()).collect()
        } else {
            let union: BTreeSet<Timestamp> = windows
                .iter()
                .flat_map(|(starts, _)| starts.iter().copied())
                .collect();
            let times: Vec<Timestamp> = union.into_iter().collect();
            let times = &times[times.len().saturating_sub(count)..];
            windows
                .iter()
                .map(|(starts, window)| window.with(|v| align(times, starts, v)))
                .collect()
        };
        Ok(Self {
            host,
            assets: Rc::new(ids.to_vec()),
            rows: Rc::new(rows),
            asked: count,
        })
    }

    fn with_rows(&self, rows: Vec<Vec<f64>>) -> Self {
        Self {
            rows: Rc::new(rows),
            ..self.clone()
        }
    }

    /// Returns the latest value of an indicator of each row.
    pub(super) fn indicator(&self, spec: &'static Spec, params: &[f64]) -> Outcome<Self> {
        let rows = self.rows.iter().map(|row| {
            let latest = spec.latest(&Columns::values(known(row)), params);
            latest.map(|values| vec![values.map_or(f64::NAN, |v| v[0])])
        });
        match rows.collect::<Result<Vec<_>, _>>() {
            Ok(rows) => Ok(self.with_rows(rows)),
            Err(e) => fail(e.to_string()),
        }
    }

    fn map_rows(&self, map: impl Fn(&[f64]) -> Vec<f64>) -> Self {
        self.with_rows(self.rows.iter().map(|row| map(row)).collect())
    }

    fn numbers(&self, number: impl Fn(&[f64]) -> Option<f64>) -> Self {
        self.map_rows(|row| vec![number(row).unwrap_or(f64::NAN)])
    }

    /// Returns the last value of each row; NaN where there is none.
    fn latest(&self) -> Vec<f64> {
        self.rows
            .iter()
            .map(|row| row.last().copied().unwrap_or(f64::NAN))
            .collect()
    }

    /// Applies a function across assets, at the last values; rows without a value stay without.
    fn across(&self, apply: impl Fn(&[f64]) -> Vec<f64>) -> Self {
        let latest = self.latest();
        let there: Vec<usize> = (0..latest.len())
            .filter(|at| !latest[*at].is_nan())
            .collect();
        let values: Vec<f64> = there.iter().map(|at| latest[*at]).collect();
        let mut rows = vec![vec![f64::NAN]; latest.len()];
        for (at, value) in there.iter().zip(apply(&values)) {
            rows[*at] = vec![value];
        }
        self.with_rows(rows)
    }

    /// Returns the assets with values, best last value first (or worst), ties by symbol.
    fn ordered(&self, best_first: bool) -> Vec<AssetId> {
        let latest = self.latest();
        let mut there: Vec<usize> = (0..latest.len())
            .filter(|at| !latest[*at].is_nan())
            .collect();
        let symbol = |at: usize| &self.host.assets[self.assets[at].index()].symbol;
        there.sort_by(|a, b| {
            let by_value = latest[*a].total_cmp(&latest[*b]);
            let by_value = if best_first {
                by_value.reverse()
            } else {
                by_value
            };
            by_value.then_with(|| symbol(*a).cmp(symbol(*b)))
        });
        there.into_iter().map(|at| self.assets[at]).collect()
    }

    /// Returns assets and last values, for [`crate::script::api::orders`].
    pub(super) fn weights(&self) -> Vec<(AssetId, f64)> {
        self.assets
            .iter()
            .copied()
            .zip(self.latest())
            .filter(|(_, w)| !w.is_nan())
            .collect()
    }
}

fn align(times: &[Timestamp], starts: &[Timestamp], values: &[f64]) -> Vec<f64> {
    times
        .iter()
        .map(|time| match starts.partition_point(|start| start <= time) {
            0 => f64::NAN,
            n => values[n - 1],
        })
        .collect()
}

pub(super) fn register(engine: &mut Registry) {
    engine.register_type_with_name::<PanelRef>("Panel");
    register_parts(engine);
    register_series_methods(engine);
    register_cross_section(engine);
    register_masks(engine);
    register_arithmetic(engine);
}

/// Returns a row from its first value on.
fn known(row: &[f64]) -> &[f64] {
    let first = row.iter().position(|v| !v.is_nan()).unwrap_or(row.len());
    &row[first..]
}

fn register_parts(engine: &mut Registry) {
    engine.register_get("assets", |p: &mut PanelRef| refs(p, &p.assets));
    engine.register_get("len", |p: &mut PanelRef| to_int(p.assets.len()));
    engine.register_fn("len", |p: &mut PanelRef| to_int(p.assets.len()));
    engine.register_get("is_full", |p: &mut PanelRef| {
        p.rows
            .iter()
            .all(|row| row.len() >= p.asked && !row[0].is_nan())
    });
    engine.register_indexer_get(|p: &mut PanelRef, asset: Dynamic| -> Outcome<Dynamic> {
        let id = p.host.need_asset(&asset)?;
        match p.assets.iter().position(|other| *other == id) {
            Some(at) if p.rows[at].len() == 1 => Ok(optional(Some(p.rows[at][0]))),
            Some(at) => Ok(Dynamic::from(SeriesRef::of(known(&p.rows[at]).to_vec()))),
            None => fail(format!(
                "`{}` is not in this panel",
                p.host.assets[id.index()].symbol
            )),
        }
    });
    engine.register_fn("last", |p: &mut PanelRef| {
        p.numbers(|row| row.last().copied())
    });
    engine.register_fn("to_map", |p: &mut PanelRef| -> Map {
        p.assets
            .iter()
            .zip(p.latest())
            .map(|(id, value)| {
                (
                    (&*p.host.assets[id.index()].symbol).into(),
                    optional(Some(value)),
                )
            })
            .collect()
    });
    engine.register_fn("to_string", |p: &mut PanelRef| {
        format!(
            "Panel({} assets, {} values each)",
            p.assets.len(),
            p.rows.iter().map(Vec::len).max().unwrap_or(0)
        )
    });
}

fn register_series_methods(engine: &mut Registry) {
    type Number = fn(&[f64]) -> Option<f64>;
    let numbers: [(&str, Number); 8] = [
        ("mean", stat::mean),
        ("sum", |v| Some(stat::sum(v))),
        ("std", stat::std),
        ("var", stat::var),
        ("min", stat::min),
        ("max", stat::max),
        ("median", |v| stat::quantile(v, 0.5)),
        ("zscore", |v| {
            let spread = stat::std(v)?;
            (spread > 0.0).then(|| (v[v.len() - 1] - stat::mean(v).unwrap_or(0.0)) / spread)
        }),
    ];
    for (name, number) in numbers {
        engine.register_fn(name, move |p: &mut PanelRef| {
            p.numbers(|row| number(known(row)))
        });
    }
    engine.register_fn("returns", |p: &mut PanelRef, n: INT| -> Outcome<PanelRef> {
        let n = need_count(&n.into(), "n", 1)?;
        Ok(p.map_rows(|row| {
            row.iter()
                .zip(row.iter().skip(n))
                .map(|(then, now)| now / then - 1.0)
                .collect()
        }))
    });
    engine.register_fn("returns", |p: &mut PanelRef| {
        p.map_rows(|row| row.windows(2).map(|w| w[1] / w[0] - 1.0).collect())
    });
    engine.register_fn("diff", |p: &mut PanelRef, n: INT| -> Outcome<PanelRef> {
        let n = need_count(&n.into(), "n", 1)?;
        Ok(p.map_rows(|row| {
            row.iter()
                .zip(row.iter().skip(n))
                .map(|(then, now)| now - then)
                .collect()
        }))
    });
    engine.register_fn("tail", |p: &mut PanelRef, n: INT| -> Outcome<PanelRef> {
        let n = need_count(&n.into(), "n", 0)?;
        Ok(p.map_rows(|row| row[row.len().saturating_sub(n)..].to_vec()))
    });
}

fn register_cross_section(engine: &mut Registry) {
    engine.register_fn("rank", |p: &mut PanelRef| p.across(stat::rank));
    engine.register_fn("demean", |p: &mut PanelRef| {
        p.across(|values| {
            let mean = stat::mean(values).unwrap_or(0.0);
            values.iter().map(|v| v - mean).collect()
        })
    });
    engine.register_fn(
        "winsorize",
        |p: &mut PanelRef, q: Dynamic| -> Outcome<PanelRef> {
            let q = need_float(&q, "q")?;
            if !(0.0..0.5).contains(&q) {
                return fail(format!("q must lie between 0 and 0.5, was {q}"));
            }
            Ok(p.across(|values| {
                let low = stat::quantile(values, q).unwrap_or(f64::NEG_INFINITY);
                let high = stat::quantile(values, 1.0 - q).unwrap_or(f64::INFINITY);
                values.iter().map(|v| v.clamp(low, high)).collect()
            }))
        },
    );
    engine.register_fn("top", |p: &mut PanelRef, n: INT| -> Outcome<Array> {
        let n = need_count(&n.into(), "n", 0)?;
        let best = p.ordered(true);
        Ok(refs(p, &best[..n.min(best.len())]))
    });
    engine.register_fn("bottom", |p: &mut PanelRef, n: INT| -> Outcome<Array> {
        let n = need_count(&n.into(), "n", 0)?;
        let worst = p.ordered(false);
        Ok(refs(p, &worst[..n.min(worst.len())]))
    });
}

/// Comparisons give masks: 1 where they hold, 0 where not, nothing where there is no value.
fn register_masks(engine: &mut Registry) {
    type Test = fn(f64, f64) -> bool;
    let tests: [(&str, Test); 4] = [
        (">", |a, b| a > b),
        (">=", |a, b| a >= b),
        ("<", |a, b| a < b),
        ("<=", |a, b| a <= b),
    ];
    let mask = |holds: bool| if holds { 1.0 } else { 0.0 };
    for (name, test) in tests {
        let op = move |a: f64, b: f64| {
            if a.is_nan() || b.is_nan() {
                f64::NAN
            } else {
                mask(test(a, b))
            }
        };
        register_pair(engine, name, op);
    }
    engine.register_fn("select", |p: &mut PanelRef| -> Array {
        let chosen: Vec<AssetId> = p
            .weights()
            .into_iter()
            .filter(|(_, v)| *v > 0.0)
            .map(|(id, _)| id)
            .collect();
        refs(p, &chosen)
    });
}

fn register_arithmetic(engine: &mut Registry) {
    register_pair(engine, "+", |a, b| a + b);
    register_pair(engine, "-", |a, b| a - b);
    register_pair(engine, "*", |a, b| a * b);
    register_pair(engine, "/", |a, b| a / b);
}

fn register_pair(engine: &mut Registry, name: &str, op: impl Fn(f64, f64) -> f64 + Copy + 'static) {
    engine.register_fn(name, move |a: PanelRef, b: PanelRef| -> Outcome<PanelRef> {
        if a.assets != b.assets {
            return fail("the two panels are not of the same assets");
        }
        // A single value a row goes with every value of the other panel's.
        let rows = a
            .rows
            .iter()
            .zip(b.rows.iter())
            .map(|(x, y)| match (x.len(), y.len()) {
                (n, m) if n == m => x.iter().zip(y).map(|(x, y)| op(*x, *y)).collect(),
                (_, 1) => x.iter().map(|x| op(*x, y[0])).collect(),
                (1, _) => y.iter().map(|y| op(x[0], *y)).collect(),
                (n, m) => {
                    let n = n.min(m);
                    x[x.len() - n..]
                        .iter()
                        .zip(&y[y.len() - n..])
                        .map(|(x, y)| op(*x, *y))
                        .collect()
                }
            });
        Ok(a.with_rows(rows.collect()))
    });
    engine.register_fn(name, move |a: PanelRef, b: FLOAT| {
        a.map_rows(|row| row.iter().map(|x| op(*x, b)).collect())
    });
    engine.register_fn(name, move |a: FLOAT, b: PanelRef| {
        b.map_rows(|row| row.iter().map(|x| op(a, *x)).collect())
    });
    engine.register_fn(name, move |a: PanelRef, b: INT| {
        a.map_rows(|row| row.iter().map(|x| op(*x, wide(b))).collect())
    });
    engine.register_fn(name, move |a: INT, b: PanelRef| {
        b.map_rows(|row| row.iter().map(|x| op(wide(a), *x)).collect())
    });
}

fn refs(panel: &PanelRef, ids: &[AssetId]) -> Array {
    ids.iter()
        .map(|id| Dynamic::from(panel.host.asset_ref(*id)))
        .collect()
}
