//! The reference vectors of `tests/data/vectors`; their formats are described in the `generate.py` of each
//! folder.

use std::io::Read;
use std::path::PathBuf;

use flate2::read::GzDecoder;
use rustybt::core::indicator::{BarInput, Columns};

/// Every vector file of `tests/data/vectors/talib`.
pub(super) const FILES: [&str; 10] = [
    "aapl",
    "msft",
    "goog",
    "walk",
    "flat",
    "flat-no-volume",
    "step",
    "step-with-range",
    "rounding",
    "short",
];

/// Other vector files, by folder.
pub(super) const MORE: [(&str, &str); 20] = [
    ("candles", "aapl"),
    ("candles", "msft"),
    ("candles", "goog"),
    ("candles", "random"),
    ("candles", "short"),
    ("trends", "aapl"),
    ("trends", "msft"),
    ("trends", "walk"),
    ("trends", "waves"),
    ("trends", "no-volume"),
    ("talib-more", "stock"),
    ("talib-more", "coin"),
    ("talib-more", "quiet"),
    ("talib-more", "flat"),
    ("talib-more", "no-volume"),
    ("talib-more", "rising"),
    ("talib-more", "step"),
    ("talib-more", "rounding"),
    ("talib-more", "short"),
    ("talib-more", "one"),
];

/// The bars of a vector file and what TA-Lib makes of them.
pub(super) struct Vectors {
    pub(super) open: Vec<f64>,
    pub(super) high: Vec<f64>,
    pub(super) low: Vec<f64>,
    pub(super) close: Vec<f64>,
    pub(super) volume: Vec<f64>,
    /// From −1 to 1, for functions of mathematics.
    unit: Vec<f64>,
    /// Periods of `mavp`.
    periods: Vec<f64>,
    pub(super) cases: Vec<Case>,
}

pub(super) struct Case {
    pub(super) indicator: String,
    pub(super) params: Vec<f64>,
    pub(super) output: String,
    pub(super) warm_up: usize,
    pub(super) values: Vec<f64>,
}

impl Vectors {
    pub(super) fn read(name: &str) -> Self {
        Self::of("talib", name)
    }

    pub(super) fn of(folder: &str, name: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
            .join("tests/data/vectors")
            .join(folder)
            .join(format!("{name}.csv.gz"));
        let mut text = String::new();
        GzDecoder::new(std::fs::File::open(&path).unwrap())
            .read_to_string(&mut text)
            .unwrap();
        let mut vectors = Self {
            open: vec![],
            high: vec![],
            low: vec![],
            close: vec![],
            volume: vec![],
            unit: vec![],
            periods: vec![],
            cases: vec![],
        };
        for line in text.lines() {
            vectors.take(line);
        }
        if vectors.volume.is_empty() {
            vectors.volume = vec![0.0; vectors.close.len()];
        }
        if vectors.open.is_empty() {
            // Where the file has none: each bar opens at the close before.
            let closes = &vectors.close;
            vectors.open = closes.first().into_iter().chain(closes).copied().collect();
            vectors.open.pop();
        }
        vectors
    }

    fn take(&mut self, line: &str) {
        let fields: Vec<&str> = line.split(',').collect();
        match fields[0] {
            "input" => {
                let column = match fields[1] {
                    "unit" => &mut self.unit,
                    "periods" => &mut self.periods,
                    "open" => &mut self.open,
                    "high" => &mut self.high,
                    "low" => &mut self.low,
                    "close" => &mut self.close,
                    "volume" => &mut self.volume,
                    other => panic!("unknown input {other}"),
                };
                *column = numbers(&fields[2..]);
            }
            "case" => self.cases.push(Case {
                indicator: fields[1].to_string(),
                params: numbers(&fields[2].split_whitespace().collect::<Vec<_>>()),
                output: fields[3].to_string(),
                warm_up: fields[4].parse().unwrap(),
                values: numbers(&fields[5..]),
            }),
            "sparse" => {
                let warm_up: usize = fields[4].parse().unwrap();
                let mut values = vec![0.0; self.close.len() - warm_up];
                for field in &fields[5..] {
                    let (bar, value) = field.split_once(':').unwrap();
                    values[bar.parse::<usize>().unwrap() - warm_up] = value.parse().unwrap();
                }
                self.cases.push(Case {
                    indicator: fields[1].to_string(),
                    params: numbers(&fields[2].split_whitespace().collect::<Vec<_>>()),
                    output: fields[3].to_string(),
                    warm_up,
                    values,
                });
            }
            other => panic!("unknown line {other}"),
        }
    }

    pub(super) fn columns(&self) -> Columns<'_> {
        Columns {
            open: &self.open,
            high: &self.high,
            low: &self.low,
            close: &self.close,
            volume: &self.volume,
        }
    }

    /// The columns that a case was computed from.
    pub(super) fn columns_of(&self, indicator: &str) -> Columns<'_> {
        let all = self.columns();
        match indicator {
            "acos" | "asin" | "cosh" | "exp" | "sinh" => Columns {
                close: &self.unit,
                ..all
            },
            "mavp" => Columns {
                volume: &self.periods,
                ..all
            },
            _ => all,
        }
    }

    pub(super) fn bars(&self) -> Vec<BarInput> {
        bars(&self.columns())
    }
}

fn numbers(fields: &[&str]) -> Vec<f64> {
    fields.iter().map(|field| field.parse().unwrap()).collect()
}

fn bars(columns: &Columns<'_>) -> Vec<BarInput> {
    (0..columns.close.len())
        .map(|place| BarInput {
            open: columns.open[place],
            high: columns.high[place],
            low: columns.low[place],
            close: columns.close[place],
            volume: columns.volume[place],
        })
        .collect()
}
