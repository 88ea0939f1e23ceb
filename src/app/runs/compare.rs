//! Two runs side by side.
//!
//! Invariants: fills are compared in the order of booking, exactly; the first that differs is where
//! two runs part, whatever follows.

use std::collections::BTreeSet;
use std::path::Path;

use serde::Serialize;

use crate::app::report::data::FillRow;
use crate::app::report::folder::read_fills;
use crate::app::run::summary::{Summary, plain};
use crate::app::runs::{RunsError, show};

/// How two runs differ.
#[derive(Debug, Serialize)]
pub struct Comparison {
    /// The first run's id.
    pub a: String,
    /// The second run's id.
    pub b: String,
    /// What went in and is not the same.
    pub inputs: Vec<Difference>,
    /// The final portfolio value of the first and of the second run, exact.
    pub final_value: [String; 2],
    /// Every metric of both.
    pub metrics: Vec<MetricPair>,
    /// How far the fills agree.
    pub fills: FillsComparison,
}

/// An input that is not the same; `None` where a run has none of that name.
#[derive(Debug, Serialize, PartialEq, Eq)]
pub struct Difference {
    /// What it is, such as `script` or `params.fast`.
    pub name: String,
    /// Its value in the first run.
    pub a: Option<String>,
    /// Its value in the second run.
    pub b: Option<String>,
}

/// One metric of both runs.
#[derive(Debug, Serialize)]
pub struct MetricPair {
    /// Its name in `summary.json`.
    pub name: &'static str,
    /// In the first run.
    pub a: Option<f64>,
    /// In the second run.
    pub b: Option<f64>,
}

/// How far the fills of two runs agree.
#[derive(Debug, Serialize)]
pub struct FillsComparison {
    /// Fills of the first run.
    pub a: usize,
    /// Fills of the second run.
    pub b: usize,
    /// The first that differs; `None` if all are equal.
    pub first_difference: Option<FirstDifference>,
}

/// The first fill that is not the same.
#[derive(Debug, Serialize, PartialEq, Eq)]
pub struct FirstDifference {
    /// Its place, from 1.
    pub number: usize,
    /// The first run's fill; `None` after its last one.
    pub a: Option<String>,
    /// The second run's fill; `None` after its last one.
    pub b: Option<String>,
}

/// Compares the runs in two folders.
///
/// # Errors
/// [`RunsError::Folder`] with the file and line that cannot be read.
pub fn compare(a: &Path, b: &Path) -> Result<Comparison, RunsError> {
    let (first, second) = (show(a)?, show(b)?);
    let (mine, theirs) = (read_fills(a)?, read_fills(b)?);
    Ok(Comparison {
        inputs: inputs(&first.summary, &second.summary),
        final_value: [&first, &second].map(|run| run.summary.final_value.to_string()),
        metrics: metrics(&first.summary, &second.summary),
        fills: fills(&mine, &theirs),
        a: first.id,
        b: second.id,
    })
}

fn inputs(a: &Summary, b: &Summary) -> Vec<Difference> {
    let fields = |s: &Summary| {
        vec![
            ("script", s.script.clone()),
            ("script_sha256", s.script_sha256.clone()),
            ("data_sha256", s.data_sha256.clone()),
            ("symbols", s.symbols.join(",")),
            ("timeframe", s.timeframe.clone()),
            ("start", s.start.clone()),
            ("end", s.end.clone()),
            ("capital", s.capital.to_string()),
            ("commission", s.commission.clone()),
            ("slippage", s.slippage.clone()),
            ("fill_at", s.fill_at.clone()),
            ("volume_limit", s.volume_limit.clone()),
            ("calendar", s.calendar.clone()),
            ("seed", s.seed.to_string()),
            ("version", s.version.clone()),
        ]
    };
    let mut found: Vec<Difference> = fields(a)
        .into_iter()
        .zip(fields(b))
        .filter(|(one, two)| one != two)
        .map(|((name, one), (_, two))| Difference {
            name: name.to_owned(),
            a: Some(one),
            b: Some(two),
        })
        .collect();
    let names: BTreeSet<&String> = a.params.keys().chain(b.params.keys()).collect();
    for name in names {
        let (one, two) = (a.params.get(name), b.params.get(name));
        if one != two {
            found.push(Difference {
                name: format!("params.{name}"),
                a: one.map(plain),
                b: two.map(plain),
            });
        }
    }
    found
}

fn metrics(a: &Summary, b: &Summary) -> Vec<MetricPair> {
    let both = a.metrics.named().into_iter().zip(b.metrics.named());
    both.map(|((name, a), (_, b))| MetricPair { name, a, b })
        .collect()
}

fn fills(a: &[FillRow], b: &[FillRow]) -> FillsComparison {
    let most = a.len().max(b.len());
    let parted = (0..most).find(|at| a.get(*at) != b.get(*at));
    FillsComparison {
        a: a.len(),
        b: b.len(),
        first_difference: parted.map(|at| FirstDifference {
            number: at + 1,
            a: a.get(at).map(fill_text),
            b: b.get(at).map(fill_text),
        }),
    }
}

fn fill_text(fill: &FillRow) -> String {
    format!(
        "{} {} {} {} {} at {}, commission {}",
        fill.time,
        fill.order_id,
        fill.side,
        fill.quantity.normalize(),
        fill.asset,
        fill.price.normalize(),
        fill.commission.normalize()
    )
}
