//! Bars as Parquet files, exactly.
//!
//! Invariants: what is written reads back to the same whole numbers; prices and volumes are stored as
//! decimals, never as floats. The same bars give the same bytes.

use std::io::Write;
use std::sync::Arc;

use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::data_type::{FixedLenByteArray, FixedLenByteArrayType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::parser::parse_message_type;

use crate::shell::catalog::bars::BarColumns;

/// Most digits of a decimal that a 64-bit column may hold.
const INT64_DIGITS: u64 = 1_000_000_000_000_000_000;

/// Rows that are read or written at a time.
const GROUP_ROWS: usize = 1 << 17;

/// Writes bars as Parquet: a UTC timestamp and five decimals.
///
/// # Errors
/// What the writer says.
pub(super) fn write_parquet<W: Write + Send>(
    bars: &BarColumns,
    out: W,
) -> Result<(), ParquetError> {
    let in_micros = bars.starts.iter().all(|at| at.as_nanos() % 1_000 == 0);
    let unit = if in_micros { "MICROS" } else { "NANOS" };
    let columns: [(&str, &Vec<i64>, u8); 5] = [
        ("open", &bars.open, bars.price_scale),
        ("high", &bars.high, bars.price_scale),
        ("low", &bars.low, bars.price_scale),
        ("close", &bars.close, bars.price_scale),
        ("volume", &bars.volume, bars.volume_scale),
    ];
    let mut schema = format!("message bars {{ required int64 timestamp (TIMESTAMP({unit},true));");
    for (name, values, scale) in columns {
        let kind = if is_wide(values) {
            format!(" required fixed_len_byte_array(9) {name} (DECIMAL(20,{scale}));")
        } else {
            format!(" required int64 {name} (DECIMAL(18,{scale}));")
        };
        schema.push_str(&kind);
    }
    schema.push_str(" }");
    let schema = Arc::new(parse_message_type(&schema)?);
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(3)?))
        .set_dictionary_enabled(false)
        .set_encoding(Encoding::DELTA_BINARY_PACKED);
    let properties = columns
        .iter()
        .filter(|(_, values, _)| is_wide(values))
        .fold(properties, |p, (name, ..)| {
            p.set_column_encoding((*name).into(), Encoding::PLAIN)
        });
    let mut writer = SerializedFileWriter::new(out, schema, Arc::new(properties.build()))?;
    let divisor = if in_micros { 1_000 } else { 1 };
    let starts: Vec<i64> = bars
        .starts
        .iter()
        .map(|at| at.as_nanos() / divisor)
        .collect();
    let numbers = columns
        .iter()
        .map(|(_, values, _)| (*values, is_wide(values)));
    let all: Vec<(&Vec<i64>, bool)> = std::iter::once((&starts, false)).chain(numbers).collect();
    for begin in (0..bars.len()).step_by(GROUP_ROWS) {
        let rows = begin..bars.len().min(begin + GROUP_ROWS);
        let mut group = writer.next_row_group()?;
        for (values, wide) in &all {
            let mut column = group
                .next_column()?
                .ok_or_else(|| ParquetError::General("a column too few".to_owned()))?;
            write_values(&mut column, &values[rows.clone()], *wide)?;
            column.close()?;
        }
        group.close()?;
    }
    writer.close()?;
    Ok(())
}

fn write_values(
    column: &mut SerializedColumnWriter<'_>,
    values: &[i64],
    wide: bool,
) -> Result<(), ParquetError> {
    if wide {
        let bytes: Vec<FixedLenByteArray> = values.iter().map(|value| nine_bytes(*value)).collect();
        let column = column.typed::<FixedLenByteArrayType>();
        column.write_batch(&bytes, None, None)?;
    } else {
        let column = column.typed::<Int64Type>();
        column.write_batch(values, None, None)?;
    }
    Ok(())
}

fn is_wide(values: &[i64]) -> bool {
    values
        .iter()
        .any(|value| value.unsigned_abs() >= INT64_DIGITS)
}

fn nine_bytes(value: i64) -> FixedLenByteArray {
    let whole = i128::from(value).to_be_bytes();
    FixedLenByteArray::from(whole[7..].to_vec())
}
