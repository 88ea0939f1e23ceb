//! Parquet files of bars or trades, read column by column.
//!
//! Invariants: whole numbers and decimals are read as they are; a float of somebody else's file becomes
//! the shortest decimal that prints as it does. The line of an error is the number of the row, counted
//! from 1. A damaged file is an error, whatever its decoder does.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use parquet::basic::{ConvertedType, LogicalType, TimeUnit, Type};
use parquet::column::reader::{ColumnReader, get_typed_column_reader};
use parquet::data_type::{DataType, DoubleType, FixedLenByteArrayType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::schema::types::ColumnDescriptor;
use sha2::{Digest, Sha256};

use crate::core::model::time::Timestamp;
use crate::shell::catalog::builder::Builder;
use crate::shell::catalog::contain::contain;
use crate::shell::catalog::csv_read::{CsvFile, Rows, finish_bars, finish_trades};
use crate::shell::catalog::error::{DataError, Notices, Place, Rule};
use crate::shell::catalog::fixed::{Fixed, MAX_SCALE, NumberFault};
use crate::shell::catalog::instant::{TimeReader, unit_of};
use crate::shell::catalog::layout::{Content, Layout};
use crate::shell::catalog::load::LoadOptions;
use crate::shell::catalog::text::{hex, reason};
use crate::shell::catalog::trades::Trades;

/// The values of one column of one row group.
enum Cells {
    Instants(Vec<i64>),
    Numbers(Vec<Fixed>),
    Texts(Vec<Vec<u8>>),
    /// All empty: a column that the file does not have.
    Nothing,
}

/// Reads a whole file.
pub(super) fn read_parquet(path: &Path, options: &LoadOptions) -> Result<CsvFile, DataError> {
    // The decoder takes much of a file for granted; on damaged ones it overflows or asserts.
    contain(|| read_file(path, options)).unwrap_or_else(|| {
        let rule = Rule::Parquet("the file is damaged".to_owned());
        Err(DataError::of_file(path, rule))
    })
}

fn read_file(path: &Path, options: &LoadOptions) -> Result<CsvFile, DataError> {
    let failed = |error: &ParquetError| DataError::of_file(path, Rule::Parquet(error.to_string()));
    let sha256 = hash_file(path)?;
    let file = File::open(path).map_err(|e| DataError::of_file(path, Rule::Io(reason(&e))))?;
    let reader = SerializedFileReader::new(file).map_err(|e| failed(&e))?;
    let schema = reader.metadata().file_metadata().schema_descr_ptr();
    let names: Vec<&str> = schema
        .columns()
        .iter()
        .map(|column| column.name())
        .collect();
    let layout = Layout::of_first_line(&names, &options.map)
        .map_err(|rule| DataError::of_file(path, rule))?;
    let mut import = Import {
        path,
        layout,
        times: TimeReader::new(options.zone, options.date_order),
        notices: Notices::default(),
        builder: Builder::with_capacity(0),
        trades: Trades::default(),
        row: 0,
    };
    for index in 0..reader.num_row_groups() {
        let group = reader.get_row_group(index).map_err(|e| failed(&e))?;
        let n_rows = usize::try_from(group.metadata().num_rows()).unwrap_or(0);
        let cells = |column: usize, is_time: bool| {
            let descriptor = schema.column(column);
            group
                .get_column_reader(column)
                .map_err(|e| failed(&e))
                .and_then(|reader| {
                    read_column(reader, &descriptor, n_rows, is_time)
                        .map_err(|rule| import_fault(path, &descriptor, rule))
                })
        };
        let layout = &import.layout;
        let time = cells(layout.time, true)?;
        let prices = layout
            .prices
            .iter()
            .map(|at| cells(*at, false))
            .collect::<Result<Vec<_>, _>>()?;
        let optional =
            |column: Option<usize>| column.map_or(Ok(Cells::Nothing), |at| cells(at, false));
        let (amount, side) = (optional(layout.amount)?, optional(layout.side)?);
        import.take(n_rows, &time, &prices, &amount, &side)?;
    }
    let (rows, notices) = import.finish()?;
    Ok(CsvFile {
        rows,
        warnings: notices.finish(path, options.strict)?,
        sha256,
    })
}

struct Import<'a> {
    path: &'a Path,
    layout: Layout,
    times: TimeReader,
    notices: Notices,
    builder: Builder,
    trades: Trades,
    row: u64,
}

impl Import<'_> {
    fn take(
        &mut self,
        n_rows: usize,
        time: &Cells,
        prices: &[Cells],
        amount: &Cells,
        side: &Cells,
    ) -> Result<(), DataError> {
        for index in 0..n_rows {
            self.row += 1;
            self.take_row(index, time, prices, amount, side)
                .map_err(|(column, rule)| self.fault(column, rule))?;
        }
        Ok(())
    }

    fn take_row(
        &mut self,
        index: usize,
        time: &Cells,
        prices: &[Cells],
        amount: &Cells,
        side: &Cells,
    ) -> Result<(), (Option<usize>, Rule)> {
        let at = match time {
            Cells::Instants(nanos) => Timestamp::from_nanos(nanos[index]),
            Cells::Texts(texts) => self
                .times
                .read(texts[index].trim_ascii(), self.row, &mut self.notices)
                .map_err(|rule| (Some(self.layout.time), rule))?,
            Cells::Numbers(_) | Cells::Nothing => {
                let rule = Rule::NotATime("a number with decimals".to_owned());
                return Err((Some(self.layout.time), rule));
            }
        };
        let column = |field: usize| match field {
            0 => Some(self.layout.time),
            1..=4 => self.layout.prices.get(field - 1).copied(),
            _ => self.layout.amount,
        };
        let amount = number(amount, index).map_err(|rule| (self.layout.amount, rule))?;
        if self.layout.content == Content::Trades {
            let side = match side {
                Cells::Texts(texts) => &texts[index][..],
                Cells::Instants(_) | Cells::Numbers(_) | Cells::Nothing => b"",
            };
            let price = number(&prices[0], index).map_err(|rule| (column(1), rule))?;
            return self
                .trades
                .push(at, price, amount, side, self.row)
                .map_err(|(field, rule)| {
                    let columns = [column(0), column(1), self.layout.amount, self.layout.side];
                    (columns[field], rule)
                });
        }
        let mut values = [amount; 5];
        for (field, (value, cells)) in values.iter_mut().zip(prices).enumerate() {
            *value = number(cells, index).map_err(|rule| (column(field + 1), rule))?;
        }
        self.builder
            .push(self.row, at, values, &mut self.notices)
            .map_err(|(field, rule)| (field.and_then(column), rule))
    }

    fn fault(&self, column: Option<usize>, rule: Rule) -> DataError {
        DataError::at(
            Place {
                file: self.path.to_owned(),
                line: Some(self.row),
                column: column.and_then(|at| self.layout.names.get(at).cloned()),
                source_line: None,
                cell: None,
            },
            rule,
        )
    }

    fn finish(mut self) -> Result<(Rows, Notices), DataError> {
        let rows = match self.layout.content {
            Content::Bars => finish_bars(self.path, self.builder, &mut self.notices)?,
            Content::Trades => finish_trades(self.path, self.trades, &mut self.notices)?,
        };
        Ok((rows, self.notices))
    }
}

fn import_fault(path: &Path, column: &ColumnDescriptor, rule: Rule) -> DataError {
    DataError::at(
        Place {
            file: path.to_owned(),
            line: None,
            column: Some(column.name().to_owned()),
            source_line: None,
            cell: None,
        },
        rule,
    )
}

fn number(cells: &Cells, index: usize) -> Result<Fixed, Rule> {
    match cells {
        Cells::Numbers(numbers) => Ok(numbers[index]),
        Cells::Texts(texts) => {
            let text = texts[index].trim_ascii();
            let shown = || String::from_utf8_lossy(text).into_owned();
            Fixed::parse(text).map_err(|fault| match fault {
                NumberFault::Syntax => Rule::NotANumber(shown()),
                NumberFault::Range => Rule::OutOfRange(shown()),
            })
        }
        Cells::Nothing => Ok(Fixed::default()),
        Cells::Instants(_) => Err(Rule::NotANumber("a time".to_owned())),
    }
}

/// Reads a column of one row group. Every row must have a value.
fn read_column(
    reader: ColumnReader,
    column: &ColumnDescriptor,
    n_rows: usize,
    is_time: bool,
) -> Result<Cells, Rule> {
    if column.max_rep_level() > 0 {
        return Err(Rule::Parquet("a column of lists is not read".to_owned()));
    }
    match column.physical_type() {
        Type::INT64 => {
            let values = read_values::<Int64Type>(reader, column, n_rows)?;
            if is_time {
                return instants(values, column);
            }
            integers(values.into_iter().map(i128::from), column)
        }
        Type::INT32 => {
            let values = read_values::<parquet::data_type::Int32Type>(reader, column, n_rows)?;
            if is_time && column.converted_type() == ConvertedType::DATE {
                let nanos = |days: i32| i64::from(days) * 86_400_000_000_000;
                return Ok(Cells::Instants(values.into_iter().map(nanos).collect()));
            }
            integers(values.into_iter().map(i128::from), column)
        }
        Type::DOUBLE => {
            let values = read_values::<DoubleType>(reader, column, n_rows)?;
            floats(values.into_iter().map(|value| value.to_string()))
        }
        Type::FLOAT => {
            let values = read_values::<parquet::data_type::FloatType>(reader, column, n_rows)?;
            floats(values.into_iter().map(|value| value.to_string()))
        }
        Type::BYTE_ARRAY => {
            let values = read_values::<parquet::data_type::ByteArrayType>(reader, column, n_rows)?;
            let bytes = values.into_iter().map(|value| value.data().to_vec());
            bytes_of(bytes.collect(), column)
        }
        Type::FIXED_LEN_BYTE_ARRAY => {
            let values = read_values::<FixedLenByteArrayType>(reader, column, n_rows)?;
            let bytes = values.into_iter().map(|value| value.data().to_vec());
            bytes_of(bytes.collect(), column)
        }
        Type::BOOLEAN | Type::INT96 => Err(Rule::Parquet(format!(
            "the column is stored as {}, which is not read",
            column.physical_type()
        ))),
    }
}

fn read_values<T: DataType>(
    reader: ColumnReader,
    column: &ColumnDescriptor,
    n_rows: usize,
) -> Result<Vec<T::T>, Rule> {
    let mut reader = get_typed_column_reader::<T>(reader);
    // The count comes from the file: it is trusted only as far as values follow.
    let mut values = Vec::with_capacity(n_rows.min(1 << 20));
    let mut levels = Vec::new();
    loop {
        let optional = (column.max_def_level() > 0).then_some(&mut levels);
        let (n_records, _, _) = reader
            .read_records(64 * 1024, optional, None, &mut values)
            .map_err(|error| Rule::Parquet(error.to_string()))?;
        if n_records == 0 {
            break;
        }
    }
    if let Some(row) = levels
        .iter()
        .position(|level| *level < column.max_def_level())
    {
        return Err(Rule::NotANumber(format!("null in row {}", row + 1)));
    }
    if values.len() != n_rows {
        return Err(Rule::Parquet(format!(
            "{} values for {n_rows} rows",
            values.len()
        )));
    }
    Ok(values)
}

/// Integers as instants: of the unit in the schema, or of the one that their size suggests.
fn instants(values: Vec<i64>, column: &ColumnDescriptor) -> Result<Cells, Rule> {
    let declared = match (column.logical_type_ref(), column.converted_type()) {
        (Some(LogicalType::Timestamp(stamp)), _) => Some(match stamp.unit {
            TimeUnit::MILLIS => 1_000_000,
            TimeUnit::MICROS => 1_000,
            TimeUnit::NANOS => 1,
        }),
        (_, ConvertedType::TIMESTAMP_MILLIS) => Some(1_000_000),
        (_, ConvertedType::TIMESTAMP_MICROS) => Some(1_000),
        _ => None,
    };
    let unit =
        declared.unwrap_or_else(|| unit_of(values.first().map_or(0, |first| first.unsigned_abs())));
    values
        .into_iter()
        .map(|value| {
            value
                .checked_mul(unit)
                .ok_or_else(|| Rule::OutOfRange(value.to_string()))
        })
        .collect::<Result<_, _>>()
        .map(Cells::Instants)
}

fn integers(values: impl Iterator<Item = i128>, column: &ColumnDescriptor) -> Result<Cells, Rule> {
    let scale = u8::try_from(column.type_scale().max(0)).unwrap_or(u8::MAX);
    let fit = |value: i128| match i64::try_from(value) {
        Ok(mantissa) if scale <= MAX_SCALE => Ok(Fixed {
            mantissa,
            scale,
            rounded: false,
        }),
        Ok(_) | Err(_) => Fixed::fit(value, i64::from(scale), false)
            .map_err(|_| Rule::OutOfRange(format!("{value}e-{scale}"))),
    };
    values
        .map(fit)
        .collect::<Result<_, _>>()
        .map(Cells::Numbers)
}

fn floats(texts: impl Iterator<Item = String>) -> Result<Cells, Rule> {
    texts
        .map(|text| {
            Fixed::parse(text.as_bytes()).map_err(|fault| match fault {
                NumberFault::Syntax => Rule::NotANumber(text),
                NumberFault::Range => Rule::OutOfRange(text),
            })
        })
        .collect::<Result<_, _>>()
        .map(Cells::Numbers)
}

/// Bytes as text, or as the big-endian whole numbers of a decimal column.
fn bytes_of(values: Vec<Vec<u8>>, column: &ColumnDescriptor) -> Result<Cells, Rule> {
    let is_decimal = matches!(column.logical_type_ref(), Some(LogicalType::Decimal(_)))
        || column.converted_type() == ConvertedType::DECIMAL;
    if !is_decimal {
        return Ok(Cells::Texts(values));
    }
    let numbers = values.iter().map(|bytes| from_big_endian(bytes));
    let numbers: Vec<i128> = numbers
        .collect::<Option<_>>()
        .ok_or_else(|| Rule::OutOfRange("a decimal of more than 128 bits".to_owned()))?;
    integers(numbers.into_iter(), column)
}

fn from_big_endian(bytes: &[u8]) -> Option<i128> {
    let negative = bytes.first().is_some_and(|byte| *byte >= 0x80);
    let mut whole = [if negative { 0xff } else { 0 }; 16];
    let start = whole.len().checked_sub(bytes.len())?;
    whole[start..].copy_from_slice(bytes);
    Some(i128::from_be_bytes(whole))
}

fn hash_file(path: &Path) -> Result<String, DataError> {
    let failed = |e: std::io::Error| DataError::of_file(path, Rule::Io(reason(&e)));
    let mut file = File::open(path).map_err(failed)?;
    let mut hash = Sha256::new();
    std::io::copy(&mut file, &mut HashWriter(&mut hash)).map_err(failed)?;
    Ok(hex(&hash.finalize()))
}

struct HashWriter<'a>(&'a mut Sha256);

impl Write for HashWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
