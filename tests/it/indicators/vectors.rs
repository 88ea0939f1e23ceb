//! The reference vectors of `tests/data/vectors/talib`; their format is described in `generate.py` there.

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

/// The bars of a vector file and what TA-Lib makes of them.
pub(super) struct Vectors {
    pub(super) high: Vec<f64>,
    pub(super) low: Vec<f64>,
    pub(super) close: Vec<f64>,
    pub(super) volume: Vec<f64>,
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
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
            .join("tests/data/vectors/talib")
            .join(format!("{name}.csv.gz"));
        let mut text = String::new();
        GzDecoder::new(std::fs::File::open(&path).unwrap())
            .read_to_string(&mut text)
            .unwrap();
        let mut vectors = Self {
            high: vec![],
            low: vec![],
            close: vec![],
            volume: vec![],
            cases: vec![],
        };
        for line in text.lines() {
            vectors.take(line);
        }
        vectors
    }

    fn take(&mut self, line: &str) {
        let fields: Vec<&str> = line.split(',').collect();
        match fields[0] {
            "input" => {
                let column = match fields[1] {
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
            other => panic!("unknown line {other}"),
        }
    }

    pub(super) fn columns(&self) -> Columns<'_> {
        Columns {
            open: &[],
            high: &self.high,
            low: &self.low,
            close: &self.close,
            volume: &self.volume,
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
            open: columns.close[place],
            high: columns.high[place],
            low: columns.low[place],
            close: columns.close[place],
            volume: columns.volume[place],
        })
        .collect()
}
