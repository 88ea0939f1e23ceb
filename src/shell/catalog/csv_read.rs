//! CSV files of bars or trades into columns.
//!
//! Invariants: lines are those of the file; the common row is read by `csv_fast`, everything
//! else here, with the same result; an error leaves nothing behind. Knows nothing of folders.

use std::path::Path;

use crate::core::model::time::Timestamp;
use crate::shell::catalog::builder::{Builder, Built, RowFault};
use crate::shell::catalog::cells::{Dialect, fields_of, parse_cell, split};
use crate::shell::catalog::csv_fast::{DateCache, FastTime, read_row};
use crate::shell::catalog::error::{DataError, DataWarning, Notice, Notices, Place, Rule};
use crate::shell::catalog::fixed::Fixed;
use crate::shell::catalog::instant::{TimeReader, TimeStyle};
use crate::shell::catalog::layout::{Content, Layout};
use crate::shell::catalog::load::LoadOptions;
use crate::shell::catalog::text::{Blocks, FileFormat};
use crate::shell::catalog::trades::Trades;

/// So many characters of a line are kept for an error.
const LONGEST_SHOWN: usize = 200;

/// What a CSV file held.
pub(super) struct CsvFile {
    pub(super) rows: Rows,
    pub(super) warnings: Vec<DataWarning>,
    pub(super) sha256: String,
}

/// The rows of a file, in order of time.
pub(super) enum Rows {
    Bars(Built),
    Trades(Trades),
}

enum Target {
    Bars(Builder),
    Trades(Trades),
}

struct CsvReader<'a> {
    path: &'a Path,
    options: &'a LoadOptions,
    dialect: Dialect,
    layout: Option<Layout>,
    times: TimeReader,
    cache: DateCache,
    notices: Notices,
    target: Target,
    line: u64,
    n_bytes: u64,
    scratch: Vec<u8>,
}

/// Reads a whole file.
pub(super) fn read_csv(path: &Path, options: &LoadOptions) -> Result<CsvFile, DataError> {
    let blocks = Blocks::open(path)?;
    let size = std::fs::metadata(path).map_or(0, |file| file.len());
    read_all(path, blocks, options, size)
}

/// Reads gzip from the program itself; `path` is for errors.
pub(super) fn read_memory(
    path: &Path,
    bytes: &'static [u8],
    options: &LoadOptions,
) -> Result<CsvFile, DataError> {
    let size = bytes.len() as u64;
    read_all(path, Blocks::packed(path, bytes), options, size)
}

fn read_all(
    path: &Path,
    mut blocks: Blocks,
    options: &LoadOptions,
    size: u64,
) -> Result<CsvFile, DataError> {
    let mut reader = CsvReader::new(path, options, size);
    match blocks.format() {
        FileFormat::Utf16 => reader.notices.file(Notice::Utf16, 0),
        FileFormat::Text | FileFormat::Gzip | FileFormat::Parquet | FileFormat::Other(_) => {}
    }
    let mut is_first = true;
    while let Some((mut block, is_last)) = blocks.next_block()? {
        if is_first {
            block = block.strip_prefix(b"\xef\xbb\xbf").unwrap_or(block);
        }
        is_first = false;
        reader.take(block, is_last)?;
    }
    let sha256 = blocks.finish();
    let (rows, notices) = reader.finish()?;
    Ok(CsvFile {
        rows,
        warnings: notices.finish(path, options.strict)?,
        sha256,
    })
}

impl<'a> CsvReader<'a> {
    fn new(path: &'a Path, options: &'a LoadOptions, size: u64) -> Self {
        Self {
            path,
            options,
            dialect: Dialect {
                delimiter: options.delimiter.unwrap_or(b','),
                decimal_comma: options.decimal_comma,
            },
            layout: None,
            times: TimeReader::new(options.zone, options.date_order),
            cache: DateCache::default(),
            notices: Notices::default(),
            target: Target::Bars(Builder::with_capacity(0)),
            line: 0,
            n_bytes: size,
            scratch: Vec::new(),
        }
    }

    fn take(&mut self, block: &[u8], is_last: bool) -> Result<(), DataError> {
        let mut at = 0;
        while at < block.len() {
            if let Some(used) = self.fast_rows(&block[at..])
                && used > 0
            {
                at += used;
                continue;
            }
            let rest = &block[at..];
            let end = rest.iter().position(|byte| *byte == b'\n');
            let line = &rest[..end.unwrap_or(rest.len())];
            at += end.map_or(rest.len(), |end| end + 1);
            self.line += 1;
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if line.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            if self.layout.is_none() && !self.header(line, &block[at..])? {
                continue;
            }
            self.slow_row(line, is_last && end.is_none())?;
        }
        Ok(())
    }

    /// Reads common rows as long as there are any; returns the bytes used, or nothing when this file
    /// has no common rows.
    fn fast_rows(&mut self, block: &[u8]) -> Option<usize> {
        let layout = self.layout.as_ref()?;
        let style = match self.times.style()? {
            TimeStyle::Zoned(0) => FastTime::Utc,
            TimeStyle::Epoch(unit) => FastTime::Epoch(unit),
            TimeStyle::Zoned(_) | TimeStyle::Naive | TimeStyle::Date => return None,
        };
        if !layout.is_uniform() || self.dialect.delimiter != b',' || self.dialect.decimal_comma {
            return None;
        }
        let Target::Bars(builder) = &mut self.target else {
            return None;
        };
        let mut at = 0;
        while let Some(row) = read_row(&block[at..], style, &mut self.cache) {
            let start = Timestamp::from_nanos(row.nanos);
            let pushed = builder.push(self.line + 1, start, row.values, &mut self.notices);
            if pushed.is_err() {
                // The general reader meets the same row again and describes the fault.
                break;
            }
            self.line += 1;
            at += row.n_bytes;
        }
        Some(at)
    }

    /// Settles the layout from the first line. Returns whether that line is data.
    fn header(&mut self, line: &[u8], rest: &[u8]) -> Result<bool, DataError> {
        let text = String::from_utf8_lossy(line).into_owned();
        if line.contains(&0) {
            return Err(self.fault(None, Rule::NulBytes, line));
        }
        if matches!(line.first(), Some(b'[' | b'{')) {
            return Err(self.fault(None, Rule::Format("JSON"), line));
        }
        self.settle_delimiter(line, rest)?;
        let fields =
            split(line, self.dialect.delimiter).map_err(|rule| self.fault(None, rule, line))?;
        let fields: Vec<String> = fields
            .iter()
            .map(|field| String::from_utf8_lossy(field.bytes(line)).into_owned())
            .collect();
        if fields.len() == 1 && self.line == 1 && !rest.is_empty() {
            let second = rest.split(|byte| *byte == b'\n').next().unwrap_or(rest);
            if second.contains(&self.dialect.delimiter) && !text.contains("time") {
                self.notices.row(Notice::LinesAboveHeader, self.line);
                return Ok(false);
            }
        }
        let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
        let layout = Layout::of_first_line(&fields, &self.options.map)
            .map_err(|rule| self.fault(None, rule, line))?;
        let is_data = layout.headerless;
        if layout.content == Content::Bars && layout.amount.is_none() {
            self.notices.file(Notice::NoVolume, 0);
        }
        // A row is as long as the first; a file cut off or of growing rows needs one more step.
        let row = rest
            .split(|byte| *byte == b'\n')
            .next()
            .map_or(1, <[u8]>::len);
        let rows = usize::try_from(self.n_bytes).unwrap_or(0) / (row + 1) + 1;
        self.target = match layout.content {
            Content::Bars => Target::Bars(Builder::with_capacity(rows.min(1 << 24))),
            Content::Trades => Target::Trades(Trades::default()),
        };
        self.layout = Some(layout);
        Ok(is_data)
    }

    /// Finds the separator where none is given; refuses decimal commas that nobody announced.
    fn settle_delimiter(&mut self, header: &[u8], rest: &[u8]) -> Result<(), DataError> {
        if self.options.delimiter.is_some() || header.contains(&b',') {
            return Ok(());
        }
        let Some(delimiter) = [b';', b'\t', b'|']
            .into_iter()
            .find(|byte| header.contains(byte))
        else {
            return Ok(());
        };
        let row = rest.split(|byte| *byte == b'\n').next().unwrap_or(rest);
        if row.contains(&b',') && !self.dialect.decimal_comma {
            let rule = Rule::DecimalComma {
                delimiter: char::from(delimiter),
            };
            return Err(self.fault(None, rule, header));
        }
        self.dialect.delimiter = delimiter;
        Ok(())
    }

    fn slow_row(&mut self, line: &[u8], cut_off: bool) -> Result<(), DataError> {
        let Err((column, rule)) = self.try_row(line, cut_off) else {
            return Ok(());
        };
        let skips = self.options.skip_bad_rows
            && !matches!(rule, Rule::Conflict { .. } | Rule::UnitChanged { .. });
        if skips {
            self.notices
                .row(Notice::RowsSkipped(rule.to_string()), self.line);
            return Ok(());
        }
        Err(self.fault(column, rule, line))
    }

    fn try_row(&mut self, line: &[u8], cut_off: bool) -> Result<(), RowFault> {
        let layout = self.layout.as_ref().expect("settled by the first line");
        let fields = fields_of(line, self.dialect.delimiter, layout.names.len(), cut_off)
            .map_err(|rule| (None, rule))?;
        let cell = |column: usize| fields[column].bytes(line);
        let time = match layout.clock {
            None => cell(layout.time),
            Some(clock) => {
                self.scratch.clear();
                self.scratch.extend_from_slice(cell(layout.time));
                self.scratch.push(b' ');
                self.scratch.extend_from_slice(cell(clock));
                &self.scratch
            }
        };
        let start = match plain_time(&self.times, &mut self.cache, time) {
            Some(start) => start,
            None => self
                .times
                .read(time, self.line, &mut self.notices)
                .map_err(|rule| (Some(layout.time), rule))?,
        };
        let (dialect, line_number, notices) = (self.dialect, self.line, &mut self.notices);
        let mut number = |column: usize| {
            parse_cell(cell(column), dialect, line_number, notices)
                .map_err(|rule| (Some(column), rule))
        };
        let amount = match layout.amount {
            Some(column) => Some(number(column)?),
            None => None,
        };
        match &mut self.target {
            Target::Bars(builder) => {
                let mut values = [Fixed::default(); 5];
                for (value, column) in values.iter_mut().zip(&layout.prices) {
                    *value = number(*column)?;
                }
                values[4] = amount.unwrap_or_default();
                if self.times.take_leaves_midnight() {
                    for earlier in builder.starts_mut() {
                        *earlier = self.times.convert_midnight(*earlier).unwrap_or(*earlier);
                    }
                }
                builder
                    .push(self.line, start, values, &mut self.notices)
                    .map_err(|(field, rule)| (field.map(|at| column_of(layout, at)), rule))
            }
            Target::Trades(trades) => {
                let price = number(layout.prices[0])?;
                let side = layout.side.map_or(&b""[..], cell);
                trades
                    .push(start, price, amount.unwrap_or_default(), side, self.line)
                    .map_err(|(field, rule)| {
                        let column = [
                            Some(layout.time),
                            Some(layout.prices[0]),
                            layout.amount,
                            layout.side,
                        ][field];
                        (column, rule)
                    })
            }
        }
    }

    /// Describes a fault at the current line. `column` is an index into the header.
    fn fault(&self, column: Option<usize>, rule: Rule, line: &[u8]) -> DataError {
        let names = self.layout.as_ref().map(|layout| &layout.names);
        let text = |bytes: &[u8]| -> String {
            let visible = |letter: char| if letter.is_control() { ' ' } else { letter };
            String::from_utf8_lossy(bytes)
                .chars()
                .map(visible)
                .collect()
        };
        let fields = split(line, self.dialect.delimiter).unwrap_or_default();
        let cell = column.and_then(|at| fields.get(at)).map(|field| {
            let start = text(&line[..field.start]).chars().count() + 1;
            (
                start,
                start + text(&line[field.start..field.end]).chars().count(),
            )
        });
        let mut shown = text(line);
        if let Some((at, _)) = shown.char_indices().nth(LONGEST_SHOWN) {
            shown.truncate(at);
        }
        DataError::at(
            Place {
                file: self.path.to_owned(),
                line: Some(self.line.max(1)),
                column: column.and_then(|at| names.and_then(|names| names.get(at).cloned())),
                source_line: Some(shown),
                cell: cell.filter(|(_, end)| *end <= LONGEST_SHOWN),
            },
            rule,
        )
    }

    fn finish(mut self) -> Result<(Rows, Notices), DataError> {
        if self.layout.is_none() {
            return Err(DataError::of_file(self.path, Rule::Empty));
        }
        let rows = match self.target {
            Target::Bars(builder) => finish_bars(self.path, builder, &mut self.notices)?,
            Target::Trades(trades) => finish_trades(self.path, trades, &mut self.notices)?,
        };
        Ok((rows, self.notices))
    }
}

/// Puts the bars of a file in order.
pub(super) fn finish_bars(
    path: &Path,
    builder: Builder,
    notices: &mut Notices,
) -> Result<Rows, DataError> {
    if builder.len() == 0 {
        return Err(DataError::of_file(path, Rule::NoRows));
    }
    let built = builder.finish(notices).map_err(|(line, rule)| {
        DataError::at(
            Place {
                file: path.to_owned(),
                line: Some(line),
                column: Some("timestamp".to_owned()),
                source_line: None,
                cell: None,
            },
            rule,
        )
    })?;
    Ok(Rows::Bars(built))
}

/// Puts the trades of a file in order.
pub(super) fn finish_trades(
    path: &Path,
    mut trades: Trades,
    notices: &mut Notices,
) -> Result<Rows, DataError> {
    if trades.is_empty() {
        return Err(DataError::of_file(path, Rule::NoRows));
    }
    trades.sort(notices);
    Ok(Rows::Trades(trades))
}

/// Reads a time that needs no zone and no memory of the row before, if it is written in the common
/// way and the file does so throughout.
fn plain_time(times: &TimeReader, cache: &mut DateCache, text: &[u8]) -> Option<Timestamp> {
    let (clock, rest) = text.split_first_chunk::<19>()?;
    let is_plain = match times.style()? {
        TimeStyle::Zoned(0) => rest == b"Z",
        TimeStyle::Naive => rest.is_empty() && !times.has_zone(),
        TimeStyle::Zoned(_) | TimeStyle::Date | TimeStyle::Epoch(_) => false,
    };
    let nanos = if is_plain {
        cache.read_clock(clock)
    } else {
        None
    };
    nanos.map(Timestamp::from_nanos)
}

/// The column of the header that holds a field of the row (0 time, 1 to 4 prices, 5 volume).
fn column_of(layout: &Layout, field: usize) -> usize {
    match field {
        0 => layout.time,
        1..=4 => layout.prices[field - 1],
        _ => layout.amount.unwrap_or(0),
    }
}
