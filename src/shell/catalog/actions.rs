//! Splits and dividends from files.
//!
//! Invariants: values are above zero; actions are in order of their ex-date, those of one date in the
//! order of the file. Knows nothing of how they are applied.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::core::model::market::CorporateAction;
use crate::core::model::time::Timestamp;
use crate::shell::catalog::error::{DataError, Place, Rule};
use crate::shell::catalog::text::{reason, sha256_hex};

/// One action of one asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DatedAction {
    /// The first session that trades without it.
    pub ex_date: NaiveDate,
    /// What happens.
    pub action: CorporateAction,
}

/// Actions by symbol.
pub type Actions = BTreeMap<String, Vec<DatedAction>>;

/// Returns the file of actions that would stand beside the bars of a symbol.
pub(super) fn beside(folder: &Path, symbol_in_file: &str) -> PathBuf {
    folder.join(format!("{symbol_in_file}.actions.csv"))
}

/// Reads one file. Rows without a symbol column are of `symbol`. Returns the SHA-256 of the file.
///
/// # Errors
/// Names the line and the column.
pub fn read_actions(path: &Path, symbol: &str, into: &mut Actions) -> Result<String, DataError> {
    let bytes =
        std::fs::read(path).map_err(|error| DataError::of_file(path, Rule::Io(reason(&error))))?;
    parse_actions(path, &bytes, symbol, into)?;
    Ok(sha256_hex(&bytes))
}

/// Reads the bytes of a file; `path` is for errors.
pub(super) fn parse_actions(
    path: &Path,
    bytes: &[u8],
    symbol: &str,
    into: &mut Actions,
) -> Result<(), DataError> {
    if bytes.is_empty() {
        return Err(DataError::of_file(path, Rule::Empty));
    }
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .flexible(true)
        .from_reader(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes));
    let header: Vec<String> = reader
        .headers()
        .map_err(|error| csv_fault(path, &error))?
        .iter()
        .map(str::to_lowercase)
        .collect();
    let at = |name: &str| header.iter().position(|column| column == name);
    let needed = |name: &str| {
        at(name).ok_or_else(|| {
            let rule = Rule::MissingColumn {
                name: name.to_owned(),
                found: header.join(", "),
            };
            place(path, 1, None, rule)
        })
    };
    let columns = Columns {
        ex_date: needed("ex_date")?,
        kind: needed("type")?,
        value: needed("value")?,
        symbol: at("symbol"),
    };
    let mut found: Actions = BTreeMap::new();
    for record in reader.records() {
        let record = record.map_err(|error| csv_fault(path, &error))?;
        let (of, action) = columns.read(path, &record, header.len())?;
        found
            .entry(of.unwrap_or(symbol).to_owned())
            .or_default()
            .push(action);
    }
    for (symbol, actions) in found {
        let all = into.entry(symbol).or_default();
        all.extend(actions);
        all.sort_by_key(|action| action.ex_date);
    }
    Ok(())
}

/// Writes the actions of one asset as a file.
pub(super) fn write_actions(actions: &[DatedAction]) -> String {
    let mut out = String::from("ex_date,type,value\n");
    for dated in actions {
        let (kind, value) = match dated.action {
            CorporateAction::Split(value) => ("split", value),
            CorporateAction::Dividend(value) => ("dividend", value),
        };
        out.extend([format!("{},{kind},{}\n", dated.ex_date, value.normalize())]);
    }
    out
}

struct Columns {
    ex_date: usize,
    kind: usize,
    value: usize,
    symbol: Option<usize>,
}

impl Columns {
    fn read<'r>(
        &self,
        path: &Path,
        record: &'r csv::StringRecord,
        n_columns: usize,
    ) -> Result<(Option<&'r str>, DatedAction), DataError> {
        let line = record.position().map_or(0, csv::Position::line);
        if record.len() != n_columns {
            let rule = Rule::FieldCount {
                found: record.len(),
                expected: n_columns,
                cut_off: false,
            };
            return Err(place(path, line, None, rule));
        }
        let date = &record[self.ex_date];
        let ex_date = Timestamp::parse(date)
            .map_err(|_| place(path, line, Some("ex_date"), Rule::NotATime(date.to_owned())))?
            .date();
        let text = &record[self.value];
        let fault = |rule| place(path, line, Some("value"), rule);
        let value = Decimal::from_str_exact(text)
            .map_err(|_| fault(Rule::NotANumber(text.to_owned())))?
            .normalize();
        if value <= Decimal::ZERO {
            return Err(fault(Rule::Amount {
                what: "value",
                least: "above zero",
                value: text.to_owned(),
            }));
        }
        let action = match record[self.kind].to_lowercase().as_str() {
            "split" => CorporateAction::Split(value),
            "dividend" => CorporateAction::Dividend(value),
            other => {
                let rule = Rule::ActionType(other.to_owned());
                return Err(place(path, line, Some("type"), rule));
            }
        };
        let symbol = self
            .symbol
            .map(|column| &record[column])
            .filter(|symbol| !symbol.is_empty());
        Ok((symbol, DatedAction { ex_date, action }))
    }
}

fn place(path: &Path, line: u64, column: Option<&str>, rule: Rule) -> DataError {
    DataError::at(
        Place {
            file: path.to_owned(),
            line: Some(line),
            column: column.map(str::to_owned),
            source_line: None,
            cell: None,
        },
        rule,
    )
}

fn csv_fault(path: &Path, error: &csv::Error) -> DataError {
    match error.position() {
        Some(position) => place(path, position.line(), None, Rule::Io(error.to_string())),
        None => DataError::of_file(path, Rule::Io(error.to_string())),
    }
}
