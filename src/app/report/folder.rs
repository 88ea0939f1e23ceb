//! Reads a run's folder.
//!
//! Invariants: columns are found by name; a missing optional file is an empty table, a broken line is
//! an error with its file and line, never a guess. Knows nothing of pages.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use csv::StringRecord;
use rust_decimal::Decimal;

use crate::app::report::data::{
    EquityRow, FillRow, LogRow, OrderRow, PositionRow, PriceRow, Recorded, ReportData, TradeRow,
};
use crate::app::run::summary::{SCHEMA, Summary};
use crate::core::model::time::Timestamp;
use crate::shell::files::{FileError, exists, read_text};

/// The largest file of a run that is read, in bytes.
const LARGEST: u64 = 1 << 36;
/// How many lines of the log a report shows.
const LOG_LINES: usize = 200;

/// Why a run's folder cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// A file that cannot be opened or read.
    #[error(transparent)]
    Read(#[from] FileError),
    /// A summary that is not of the known shape.
    #[error("{} line {line}: {reason}", path.display())]
    Summary {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong.
        reason: String,
    },
    /// A table without a column that it must have.
    #[error("{} has no column `{column}`", path.display())]
    Column {
        /// The file.
        path: PathBuf,
        /// The column.
        column: &'static str,
    },
    /// A line that cannot be understood.
    #[error("{} line {line}: {reason}", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// What is wrong.
        reason: String,
    },
}

impl ReportData {
    /// Reads the folder of one run. `summary.json` and `equity.csv` must exist, the other files need
    /// not.
    ///
    /// # Errors
    /// [`FolderError`] with the file and line.
    pub fn from_folder(folder: &Path) -> Result<Self, FolderError> {
        let optional = |name: &str| read_optional(&folder.join(name));
        Ok(Self {
            id: folder_name(folder),
            summary: read_summary(folder)?,
            equity: equity(&Table::required(&folder.join("equity.csv"))?)?,
            fills: optional("fills.csv")?.map_or(Ok(Vec::new()), |t| fills(&t))?,
            orders: optional("orders.csv")?.map_or(Ok(Vec::new()), |t| orders(&t))?,
            trades: optional("trades.csv")?.map_or(Ok(Vec::new()), |t| trades(&t))?,
            positions: optional("positions.csv")?.map_or(Ok(Vec::new()), |t| positions(&t))?,
            recorded: optional("recorded.csv")?
                .map_or(Ok(Recorded::default()), |t| recorded(&t))?,
            prices: optional("prices.csv")?.map_or(Ok(BTreeMap::new()), |t| prices(&t))?,
            benchmark: optional("benchmark.csv")?.map_or(Ok(Vec::new()), |t| benchmark(&t))?,
            log: read_log(&folder.join("log.jsonl"))?,
        })
    }
}

/// Returns the last part of a path: a run's id.
pub fn folder_name(folder: &Path) -> String {
    let name = folder.file_name().map(|name| name.to_string_lossy());
    name.map_or_else(|| folder.display().to_string(), Cow::into_owned)
}

/// Reads the summary of the run in `folder`.
///
/// # Errors
/// [`FolderError::Read`] or [`FolderError::Summary`].
pub fn read_summary(folder: &Path) -> Result<Summary, FolderError> {
    let path = folder.join("summary.json");
    let text = read(&path)?;
    let summary: Summary = serde_json::from_str(&text).map_err(|error| FolderError::Summary {
        path: path.clone(),
        line: error.line(),
        reason: error.to_string(),
    })?;
    if summary.schema == SCHEMA {
        return Ok(summary);
    }
    Err(FolderError::Summary {
        path,
        line: 1,
        reason: format!("schema `{}` is not `{SCHEMA}`", summary.schema),
    })
}

/// Reads only the executions of the run in `folder`; none without the file.
///
/// # Errors
/// [`FolderError`] with the file and line.
pub fn read_fills(folder: &Path) -> Result<Vec<FillRow>, FolderError> {
    read_optional(&folder.join("fills.csv"))?.map_or(Ok(Vec::new()), |table| fills(&table))
}

fn read(path: &Path) -> Result<String, FolderError> {
    Ok(read_text(path, LARGEST)?)
}

fn read_optional(path: &Path) -> Result<Option<Table>, FolderError> {
    if exists(path) {
        Table::required(path).map(Some)
    } else {
        Ok(None)
    }
}

/// A CSV file in memory, with the places of its columns.
struct Table {
    path: PathBuf,
    header: StringRecord,
    rows: Vec<StringRecord>,
}

/// One line of a table.
struct Row<'a> {
    table: &'a Table,
    record: &'a StringRecord,
}

impl Table {
    fn required(path: &Path) -> Result<Self, FolderError> {
        let text = read(path)?;
        let broken = |error: &csv::Error| FolderError::Line {
            path: path.to_owned(),
            line: error.position().map_or(1, csv::Position::line),
            reason: error.to_string(),
        };
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let header = reader.headers().map_err(|error| broken(&error))?.clone();
        let mut rows = Vec::new();
        for record in reader.records() {
            rows.push(record.map_err(|error| broken(&error))?);
        }
        Ok(Self {
            path: path.to_owned(),
            header,
            rows,
        })
    }

    fn rows<T>(
        &self,
        read: impl Fn(&Row) -> Result<T, FolderError>,
    ) -> Result<Vec<T>, FolderError> {
        let rows = self.rows.iter().map(|record| Row {
            table: self,
            record,
        });
        rows.map(|row| read(&row)).collect()
    }
}

impl Row<'_> {
    fn text(&self, column: &'static str) -> Result<&str, FolderError> {
        let at = self.table.header.iter().position(|name| name == column);
        at.and_then(|at| self.record.get(at))
            .ok_or_else(|| FolderError::Column {
                path: self.table.path.clone(),
                column,
            })
    }

    fn owned(&self, column: &'static str) -> Result<String, FolderError> {
        self.text(column).map(str::to_owned)
    }

    fn time(&self, column: &'static str) -> Result<Timestamp, FolderError> {
        let text = self.text(column)?;
        Timestamp::parse(text).map_err(|error| self.wrong(&error.to_string()))
    }

    fn exact(&self, column: &'static str) -> Result<Decimal, FolderError> {
        let text = self.text(column)?;
        decimal(text).ok_or_else(|| self.not_a_number(column, text))
    }

    fn exact_or_none(&self, column: &'static str) -> Result<Option<Decimal>, FolderError> {
        match self.text(column)? {
            "" => Ok(None),
            _ => self.exact(column).map(Some),
        }
    }

    fn float(&self, column: &'static str) -> Result<f64, FolderError> {
        let text = self.text(column)?;
        number(text).ok_or_else(|| self.not_a_number(column, text))
    }

    fn float_or_none(&self, column: &'static str) -> Result<Option<f64>, FolderError> {
        match self.text(column)? {
            "" => Ok(None),
            _ => self.float(column).map(Some),
        }
    }

    fn count(&self, column: &'static str) -> Result<u64, FolderError> {
        let text = self.text(column)?;
        text.parse().map_err(|_| self.not_a_number(column, text))
    }

    fn not_a_number(&self, column: &str, text: &str) -> FolderError {
        self.wrong(&format!("{column} `{text}` is not a number"))
    }

    fn wrong(&self, reason: &str) -> FolderError {
        FolderError::Line {
            path: self.table.path.clone(),
            line: self.record.position().map_or(1, csv::Position::line),
            reason: reason.to_owned(),
        }
    }
}

fn decimal(text: &str) -> Option<Decimal> {
    // More than 28 digits are rounded: a report shows a few.
    text.parse().ok()
}

fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|value: &f64| value.is_finite())
}

fn equity(table: &Table) -> Result<Vec<EquityRow>, FolderError> {
    table.rows(|row| {
        Ok(EquityRow {
            time: row.time("time")?,
            cash: row.float("cash")?,
            positions_value: row.float("positions_value")?,
            portfolio_value: row.float("portfolio_value")?,
        })
    })
}

fn fills(table: &Table) -> Result<Vec<FillRow>, FolderError> {
    table.rows(|row| {
        Ok(FillRow {
            time: row.time("time")?,
            order_id: row.owned("order_id")?,
            asset: row.owned("asset")?,
            side: row.owned("side")?,
            quantity: row.exact("quantity")?,
            price: row.exact("price")?,
            commission: row.exact("commission")?,
        })
    })
}

fn orders(table: &Table) -> Result<Vec<OrderRow>, FolderError> {
    table.rows(|row| {
        Ok(OrderRow {
            order_id: row.owned("order_id")?,
            created: row.time("created")?,
            asset: row.owned("asset")?,
            side: row.owned("side")?,
            order_type: row.owned("type")?,
            quantity: row.exact("quantity")?,
            limit: row.exact_or_none("limit")?,
            stop: row.exact_or_none("stop")?,
            status: row.owned("status")?,
            filled: row.exact("filled")?,
            tag: row.owned("tag")?,
            reason: row.owned("reason")?,
        })
    })
}

fn trades(table: &Table) -> Result<Vec<TradeRow>, FolderError> {
    table.rows(|row| {
        Ok(TradeRow {
            asset: row.owned("asset")?,
            side: row.owned("side")?,
            quantity: row.exact("quantity")?,
            entry_time: row.time("entry_time")?,
            entry_price: row.exact("entry_price")?,
            exit_time: row.time("exit_time")?,
            exit_price: row.exact("exit_price")?,
            pnl: row.exact("pnl")?,
            fraction: row.float_or_none("return")?,
            commission: row.exact("commission")?,
            bars_held: row.count("bars_held")?,
            mae: row.float_or_none("mae")?,
            mfe: row.float_or_none("mfe")?,
            tag: row.owned("tag")?,
        })
    })
}

fn positions(table: &Table) -> Result<Vec<PositionRow>, FolderError> {
    table.rows(|row| {
        Ok(PositionRow {
            time: row.time("time")?,
            asset: row.owned("asset")?,
            amount: row.exact("amount")?,
            cost_basis: row.exact("cost_basis")?,
            last_price: row.exact("last_price")?,
            market_value: row.exact("market_value")?,
            unrealized_pnl: row.exact("unrealized_pnl")?,
        })
    })
}

fn recorded(table: &Table) -> Result<Recorded, FolderError> {
    let names = table.header.iter().skip(1).map(str::to_owned).collect();
    let rows = table.rows(|row| {
        let values = row.record.iter().skip(1).map(number).collect();
        Ok((row.time("time")?, values))
    })?;
    Ok(Recorded { names, rows })
}

fn prices(table: &Table) -> Result<BTreeMap<String, Vec<PriceRow>>, FolderError> {
    let rows = table.rows(|row| {
        let price = PriceRow {
            time: row.time("time")?,
            open: row.float("open")?,
            high: row.float("high")?,
            low: row.float("low")?,
            close: row.float("close")?,
        };
        Ok((row.owned("asset")?, price))
    })?;
    let mut prices: BTreeMap<String, Vec<PriceRow>> = BTreeMap::new();
    for (asset, price) in rows {
        prices.entry(asset).or_default().push(price);
    }
    Ok(prices)
}

fn benchmark(table: &Table) -> Result<Vec<(Timestamp, f64)>, FolderError> {
    table.rows(|row| Ok((row.time("time")?, row.float("value")?)))
}

/// Reads the end of the log. A line that is no JSON object is shown as it is.
fn read_log(path: &Path) -> Result<Vec<LogRow>, FolderError> {
    if !exists(path) {
        return Ok(Vec::new());
    }
    let text = read(path)?;
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    let first = lines.len().saturating_sub(LOG_LINES);
    Ok(lines[first..].iter().map(|line| log_row(line)).collect())
}

fn log_row(line: &str) -> LogRow {
    let value: serde_json::Value = serde_json::from_str(line).unwrap_or_default();
    let field = |names: &[&str]| {
        let found = names.iter().find_map(|name| value.get(name)?.as_str());
        found.map(str::to_owned)
    };
    LogRow {
        time: field(&["time", "ts", "timestamp"]).unwrap_or_default(),
        level: field(&["level"]).unwrap_or_default().to_lowercase(),
        text: field(&["message", "msg", "text"]).unwrap_or_else(|| line.to_owned()),
    }
}
