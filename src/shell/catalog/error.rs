//! What can be wrong with data at rest: where, what, and what to do about it.
//!
//! Invariants: an error names the file, and the line, column and text as far as there are any; lines
//! count from 1 and include the header. Knows nothing of colors, frames or exit codes.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::core::model::time::{Timeframe, Timestamp};

/// Why a file, a row or an option was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rule {
    /// The operating system said no.
    #[error("cannot be read: {0}")]
    Io(String),
    /// The operating system said no to a write.
    #[error("cannot be written: {0}")]
    Write(String),
    /// Zero bytes.
    #[error("the file is empty")]
    Empty,
    /// A header and nothing else.
    #[error("no data rows")]
    NoRows,
    /// A needed column is not in the header.
    #[error("column {name} is missing; found: {found}")]
    MissingColumn {
        /// The column.
        name: String,
        /// The header, as it is.
        found: String,
    },
    /// A row with another number of fields than the header.
    #[error("{found} fields, expected {expected}{}", if *.cut_off { " (file cut off?)" } else { "" })]
    FieldCount {
        /// Fields in the row.
        found: usize,
        /// Fields in the header.
        expected: usize,
        /// Whether it is the last line and has no line end.
        cut_off: bool,
    },
    /// A cell that should hold a number.
    #[error("`{0}` is not a number")]
    NotANumber(String),
    /// A number too large for exact arithmetic.
    #[error("`{0}` is out of range")]
    OutOfRange(String),
    /// A price of zero or less.
    #[error("prices must be above zero, was {0}")]
    PriceNotPositive(String),
    /// A volume or a quantity below its least value.
    #[error("{what} must be {least}, was {value}")]
    Amount {
        /// `volume`, `quantity` or `value`.
        what: &'static str,
        /// `zero or more` or `above zero`.
        least: &'static str,
        /// The text of the cell.
        value: String,
    },
    /// Open, high, low and close contradict each other.
    #[error("{upper_name} {upper} is below {lower_name} {lower}")]
    PricesCross {
        /// The price that must not be lower.
        upper_name: &'static str,
        /// Its value.
        upper: String,
        /// The price that must not be higher.
        lower_name: &'static str,
        /// Its value.
        lower: String,
    },
    /// A cell that should hold a time.
    #[error("`{0}` is not a time")]
    NotATime(String),
    /// The 31st of November.
    #[error("`{0}` is no day of the calendar, or no time of the day")]
    ImpossibleTime(String),
    /// `03/04/2020`.
    #[error("`{0}` can be read month first or day first")]
    AmbiguousDate(String),
    /// A local time that the clocks skipped.
    #[error("`{text}` does not exist in {zone}: the clocks skipped it")]
    SkippedTime {
        /// The text of the cell.
        text: String,
        /// The zone of the option.
        zone: String,
    },
    /// Times with and without an offset in one file.
    #[error("`{0}` is written differently from the times above it")]
    TimeStyle(String),
    /// Epoch seconds became milliseconds, or the like.
    #[error("`{text}` is a time in {found}, the lines above it are in {unit}")]
    UnitChanged {
        /// The text of the cell.
        text: String,
        /// The unit of the first row.
        unit: &'static str,
        /// The unit that this cell must have.
        found: &'static str,
    },
    /// Two rows for one instant that differ.
    #[error("{at} is here twice with different values; the other is line {other_line}")]
    Conflict {
        /// The instant.
        at: Timestamp,
        /// The line of the earlier of the two.
        other_line: u64,
    },
    /// NUL bytes, as a crash leaves them.
    #[error("the line holds NUL bytes: the file is damaged")]
    NulBytes,
    /// A quotation mark without its pair.
    #[error("a quotation mark is not closed")]
    OpenQuote,
    /// A compressed stream that stops.
    #[error("compressed data ends early")]
    GzipEndsEarly,
    /// A compressed stream that is no such thing.
    #[error("compressed data is damaged: {0}")]
    GzipDamaged(String),
    /// Decimal commas and no permission to read them.
    #[error("fields are separated by `{delimiter}` and numbers have decimal commas")]
    DecimalComma {
        /// The separator.
        delimiter: char,
    },
    /// Something that is neither CSV nor Parquet.
    #[error("the file is {0}, which is not read")]
    Format(&'static str),
    /// Parquet that cannot be read.
    #[error("Parquet: {0}")]
    Parquet(String),
    /// A trades file where bars were expected.
    #[error("the file holds trades, not bars")]
    Trades,
    /// A side that is none.
    #[error("side is `{0}`; it must be buy, sell or empty")]
    Side(String),
    /// An action that is none.
    #[error("type is `{0}`; it must be split or dividend")]
    ActionType(String),
    /// No file for a symbol.
    #[error("no data for {symbol}; there is: {found}")]
    UnknownSymbol {
        /// What was asked for.
        symbol: String,
        /// What the folder holds.
        found: String,
    },
    /// Two files for one symbol.
    #[error("several files hold {symbol}: {files}")]
    SeveralFiles {
        /// The symbol.
        symbol: String,
        /// Their names.
        files: String,
    },
    /// A folder without bars.
    #[error("the folder holds no bars")]
    NoFiles,
    /// Bars that are too coarse for what was asked.
    #[error("the bars are {own}; {asked} bars cannot be made from them")]
    Finer {
        /// The interval of the file.
        own: Timeframe,
        /// The interval asked for.
        asked: Timeframe,
    },
    /// A symbol that no file can be named after.
    #[error("`{0}` is not a symbol")]
    Symbol(String),
    /// An option that makes no sense.
    #[error("{0}")]
    Option(String),
    /// A warning under `strict`.
    #[error("{0}")]
    Strict(String),
    /// A file of the catalog that is not as the catalog wrote it.
    #[error("{0}")]
    Catalog(String),
}

impl Rule {
    /// Returns what can be done about it, if anything can be said.
    pub fn hint(&self) -> Option<String> {
        let text = match self {
            Self::MissingColumn { name, .. } => {
                return Some(format!("name it with --map {name}=\"<column>\""));
            }
            Self::FieldCount { cut_off: true, .. } => {
                "fetch the file again, or drop the row with --skip-bad-rows"
            }
            Self::FieldCount { .. }
            | Self::NotANumber(_)
            | Self::OutOfRange(_)
            | Self::PriceNotPositive(_)
            | Self::PricesCross { .. }
            | Self::Amount { .. }
            | Self::ImpossibleTime(_) => "correct the row, or drop such rows with --skip-bad-rows",
            Self::NotATime(_) => {
                "write 2023-01-31T09:30:00Z, a date, or seconds or milliseconds since 1970"
            }
            Self::AmbiguousDate(_) => "add --date-order mdy or --date-order dmy",
            Self::SkippedTime { .. } => "check --tz: is it the zone of the file?",
            Self::UnitChanged { .. } => "the file was joined from two sources; import them apart",
            Self::TimeStyle(_) => "write all times of a file in one style",
            Self::Conflict { .. } => "remove the wrong one of the two rows",
            Self::NulBytes
            | Self::GzipEndsEarly
            | Self::GzipDamaged(_)
            | Self::NoRows
            | Self::Empty => "fetch the file again",
            Self::DecimalComma { delimiter } => {
                return Some(format!(
                    "add --delimiter '{delimiter}' --decimal-comma to data import"
                ));
            }
            Self::Format(_) => "unpack or convert it to CSV",
            Self::Trades => "make bars of it with data import --to 1m",
            Self::OpenQuote | Self::Side(_) | Self::ActionType(_) => "correct the row",
            Self::SeveralFiles { .. } => "name the file instead of the folder",
            Self::Finer { own, .. } => return Some(format!("use --timeframe {own} or coarser")),
            Self::Strict(_) => "without --strict this is a warning",
            Self::Symbol(_) => "name it with --symbol",
            Self::NoFiles => "it should hold SYMBOL.csv, SYMBOL.csv.gz or SYMBOL.parquet",
            Self::Catalog(_) => "import the data again",
            Self::Io(_)
            | Self::Write(_)
            | Self::Parquet(_)
            | Self::UnknownSymbol { .. }
            | Self::Option(_) => return None,
        };
        Some(text.to_owned())
    }
}

/// A place in a file, as exactly as it is known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    /// The file or folder.
    pub file: PathBuf,
    /// The line, counted from 1, the header included.
    pub line: Option<u64>,
    /// The column, as the header names it.
    pub column: Option<String>,
    /// The text of the line, shortened; for a frame around the error.
    pub source_line: Option<String>,
    /// Where the cell stands in that text: its first character and the one after its last, from 1.
    pub cell: Option<(usize, usize)>,
}

/// A refusal: the place and the rule. Nothing was stored.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}: {}", .0.0, .0.1)]
pub struct DataError(Box<(Place, Rule)>);

impl DataError {
    /// Makes an error about a file as a whole.
    pub fn of_file(file: &Path, rule: Rule) -> Self {
        Self::at(
            Place {
                file: file.to_owned(),
                ..Place::default()
            },
            rule,
        )
    }

    /// Makes an error about a place in a file.
    pub fn at(place: Place, rule: Rule) -> Self {
        Self(Box::new((place, rule)))
    }

    /// Makes an error about an option; its place has an empty file.
    pub fn option(text: impl Into<String>) -> Self {
        Self::at(Place::default(), Rule::Option(text.into()))
    }

    /// Returns the file or folder; empty for an error about an option.
    pub fn file(&self) -> &Path {
        &self.0.0.file
    }

    /// Returns the line, counted from 1, the header included.
    pub fn line(&self) -> Option<u64> {
        self.0.0.line
    }

    /// Returns the column, as the header names it.
    pub fn column(&self) -> Option<&str> {
        self.0.0.column.as_deref()
    }

    /// Returns the text of the line, for a frame around the error.
    pub fn source_line(&self) -> Option<&str> {
        self.0.0.source_line.as_deref()
    }

    /// Returns where the cell stands in [`Self::source_line`]: its first character and the one after
    /// its last, counted from 1.
    pub fn cell(&self) -> Option<(usize, usize)> {
        self.0.0.cell
    }

    /// Returns the rule that was broken, without the place.
    pub fn rule(&self) -> &Rule {
        &self.0.1
    }

    /// Returns what can be done about it.
    pub fn hint(&self) -> Option<String> {
        self.rule().hint()
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.file.as_os_str().is_empty() {
            return f.write_str("data");
        }
        write!(f, "{}", self.file.display())?;
        if let Some(line) = self.line {
            write!(f, ": line {line}")?;
        }
        if let Some(column) = &self.column {
            write!(f, ", column {column}")?;
        }
        Ok(())
    }
}

/// Something that was put right on the way in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataWarning {
    /// The file.
    pub file: PathBuf,
    /// What was found and what was done.
    pub notice: Notice,
    /// The first lines concerned, at most [`DataWarning::LINES`]; empty when it is the whole file.
    pub lines: Vec<u64>,
    /// How many rows are concerned.
    pub rows: u64,
}

/// What was found and what was done about it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Notice {
    /// Identical rows were dropped.
    DuplicatesDropped,
    /// Rows were put in order of time.
    Sorted,
    /// The file ran from newest to oldest and was turned round.
    NewestFirst,
    /// Offsets from UTC differ within the file; all were converted.
    OffsetsChange,
    /// Times without a zone were taken as UTC.
    AssumedUtc,
    /// The file was UTF-16 and was decoded.
    Utf16,
    /// Thousands separators were removed from numbers.
    ThousandsSeparators,
    /// Digits beyond what exact numbers hold were rounded.
    Rounded,
    /// There is no volume; it is 0.
    NoVolume,
    /// Rows were left out; the text is the first reason.
    RowsSkipped(String),
    /// Lines above the header were left out.
    LinesAboveHeader,
    /// The file's interval could not be told from its rows.
    TimeframeUnclear,
    /// Daily or weekly bars with another time of day than midnight UTC.
    NotAtMidnight,
}

impl DataWarning {
    /// How many line numbers a warning keeps.
    pub const LINES: usize = 5;
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DuplicatesDropped => "repeats the row before it; dropped",
            Self::Sorted => "out of order; rows sorted by time",
            Self::NewestFirst => "newest first; turned round",
            Self::OffsetsChange => "the offset from UTC changes; all times converted to UTC",
            Self::AssumedUtc => "times have no zone; taken as UTC (--tz names another)",
            Self::Utf16 => "the file is UTF-16; decoded",
            Self::ThousandsSeparators => "numbers have thousands separators; removed",
            Self::Rounded => "more digits than exact numbers hold; rounded half to even",
            Self::NoVolume => "no volume column; volume is 0",
            Self::RowsSkipped(why) => return write!(f, "rows left out: {why}"),
            Self::LinesAboveHeader => "text above the header; left out",
            Self::NotAtMidnight => {
                "labels of daily bars are not at 00:00Z; their UTC date is taken as the session"
            }
            Self::TimeframeUnclear => "too few rows to tell the interval; taken as 1d",
        })
    }
}

impl fmt::Display for DataWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.file.display())?;
        if let [one] = self.lines[..] {
            write!(f, "line {one}: ")?;
        } else if let [first, .., last] = self.lines[..] {
            let more = if self.rows > self.lines.len() as u64 {
                " …"
            } else {
                ""
            };
            write!(f, "lines {first} … {last}{more}: ")?;
        }
        write!(f, "{}", self.notice)?;
        if self.rows > 1 {
            write!(f, " ({} rows)", self.rows)?;
        }
        Ok(())
    }
}

/// The warnings of one file, one for each kind.
#[derive(Debug, Default)]
pub(super) struct Notices {
    found: Vec<(Notice, Vec<u64>, u64)>,
}

impl Notices {
    /// Notes that a row is concerned.
    pub(super) fn row(&mut self, notice: Notice, line: u64) {
        let same_kind =
            |other: &Notice| std::mem::discriminant(other) == std::mem::discriminant(&notice);
        if let Some((_, lines, rows)) = self.found.iter_mut().find(|(n, ..)| same_kind(n)) {
            *rows += 1;
            if lines.len() < DataWarning::LINES {
                lines.push(line);
            }
        } else {
            self.found.push((notice, vec![line], 1));
        }
    }

    /// Notes that the file as a whole is concerned, in `rows` rows.
    pub(super) fn file(&mut self, notice: Notice, rows: u64) {
        self.found.push((notice, Vec::new(), rows));
    }

    /// Returns the warnings, or the first of them as an error when `strict`.
    pub(super) fn finish(self, file: &Path, strict: bool) -> Result<Vec<DataWarning>, DataError> {
        let warnings: Vec<DataWarning> = self
            .found
            .into_iter()
            .map(|(notice, lines, rows)| DataWarning {
                file: file.to_owned(),
                notice,
                lines,
                rows,
            })
            .collect();
        match warnings.first() {
            Some(first) if strict => Err(DataError::at(
                Place {
                    file: file.to_owned(),
                    line: first.lines.first().copied(),
                    ..Place::default()
                },
                Rule::Strict(first.notice.to_string()),
            )),
            Some(_) | None => Ok(warnings),
        }
    }
}
