//! What can be typed after `data`.

use std::path::PathBuf;

use chrono_tz::Tz;
use clap::{Args, Subcommand};

use crate::core::calendar::Calendar;
use crate::core::calendar::zone::parse_zone;
use crate::core::model::asset::AssetKind;
use crate::core::model::time::Timeframe;
use crate::shell::catalog::{ColumnMap, DateOrder, LoadOptions};

/// The arguments of `data`.
#[derive(Debug, Clone, Args)]
pub struct DataArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: DataCommand,
    /// Print one JSON document
    #[arg(long, global = true)]
    pub json: bool,
}

/// The commands for bars at rest.
#[derive(Debug, Clone, Subcommand)]
pub enum DataCommand {
    /// Import bars or trades from CSV or Parquet into the catalog
    Import(Box<ImportArgs>),
    /// List what the catalog holds
    List(ListArgs),
    /// Show one symbol: where it came from, its last bars
    Show(ShowArgs),
    /// Look for gaps, jumps, unrecorded splits and stale ends; exit code 1 when something is found
    Verify(VerifyArgs),
    /// Write bars as CSV
    Export(ExportArgs),
}

/// Where the catalog is.
#[derive(Debug, Clone, Args)]
pub struct CatalogArgs {
    /// The folder of the catalog
    #[arg(
        long,
        env = "RUSTYBT_DATA_DIR",
        default_value = "data",
        value_name = "DIR"
    )]
    pub catalog: PathBuf,
}

/// `data import`.
#[derive(Debug, Clone, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct ImportArgs {
    /// Files or folders of SYMBOL.csv, SYMBOL.csv.gz, SYMBOL.parquet
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// The symbol, for one file whose name does not say it
    #[arg(long, value_name = "SYMBOL")]
    pub symbol: Option<String>,
    /// Columns by name: date=Date,close="Adj Close"; by number in a file without a header
    #[arg(
        long,
        value_name = "FIELD=COLUMN,…",
        default_value = "",
        hide_default_value = true
    )]
    pub map: ColumnMap,
    /// The zone of times without an offset [default: UTC, with a warning]
    #[arg(long, value_name = "ZONE", value_parser = parse_zone)]
    pub tz: Option<Tz>,
    /// How dates with slashes are written: mdy or dmy
    #[arg(long, value_name = "ORDER")]
    pub date_order: Option<DateOrder>,
    /// The interval of the bars, where thin trading hides it
    #[arg(long, value_name = "INTERVAL", value_parser = Timeframe::parse)]
    pub timeframe: Option<Timeframe>,
    /// The interval to store: bars of trades, or coarser bars of bars
    #[arg(long, value_name = "INTERVAL", value_parser = Timeframe::parse)]
    pub to: Option<Timeframe>,
    /// equity, crypto, forex, future or option [default: crypto if it trades on Saturdays, else equity]
    #[arg(long, value_name = "KIND", value_parser = parse_kind)]
    pub kind: Option<AssetKind>,
    /// The calendar [default: 24/7 if it trades on Saturdays, else XNYS]
    #[arg(long, value_name = "NAME", value_parser = Calendar::named)]
    pub calendar: Option<Calendar>,
    /// A file or folder of splits and dividends [default: SYMBOL.actions.csv beside the bars]
    #[arg(long, value_name = "PATH")]
    pub actions: Option<PathBuf>,
    /// The separator of fields: , ; | or tab [default: found]
    #[arg(long, value_name = "CHAR", value_parser = parse_delimiter)]
    pub delimiter: Option<u8>,
    /// Numbers are written 1.234,5
    #[arg(long)]
    pub decimal_comma: bool,
    /// Leave out wrong rows, with a warning, instead of refusing the file
    #[arg(long)]
    pub skip_bad_rows: bool,
    /// Refuse what would be a warning
    #[arg(long)]
    pub strict: bool,
    /// Read and check, store nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Where to store.
    #[command(flatten)]
    pub catalog: CatalogArgs,
}

/// `data list`.
#[derive(Debug, Clone, Args)]
pub struct ListArgs {
    /// Where to look.
    #[command(flatten)]
    pub catalog: CatalogArgs,
}

/// `data show`.
#[derive(Debug, Clone, Args)]
pub struct ShowArgs {
    /// The symbol
    pub symbol: String,
    /// How many of the last bars to show
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub tail: usize,
    /// The interval [default: the finest there is]
    #[arg(long, value_name = "INTERVAL", value_parser = Timeframe::parse)]
    pub timeframe: Option<Timeframe>,
    /// Where to look.
    #[command(flatten)]
    pub catalog: CatalogArgs,
}

/// `data verify`.
#[derive(Debug, Clone, Args)]
pub struct VerifyArgs {
    /// Symbols [default: all]
    pub symbols: Vec<String>,
    /// Look at a file or folder instead of the catalog
    #[arg(long, value_name = "PATH")]
    pub data: Option<String>,
    /// The calendar [default: that of the catalog]
    #[arg(long, value_name = "NAME", value_parser = Calendar::named)]
    pub calendar: Option<Calendar>,
    /// The interval, where there are several
    #[arg(long, value_name = "INTERVAL", value_parser = Timeframe::parse)]
    pub timeframe: Option<Timeframe>,
    /// A move of more than so many percent is reported
    #[arg(long, value_name = "PERCENT", default_value_t = 30)]
    pub jump: u32,
    /// So many equal bars in a row are reported
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub stale: usize,
    /// Show every finding, not the first 20 of a symbol
    #[arg(long)]
    pub all: bool,
    /// Where to look.
    #[command(flatten)]
    pub catalog: CatalogArgs,
}

/// `data export`.
#[derive(Debug, Clone, Args)]
pub struct ExportArgs {
    /// The symbol
    pub symbol: String,
    /// The file to write, CSV or with .gz compressed CSV [default: standard output]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// The interval; coarser ones are made from finer ones [default: the finest there is]
    #[arg(long, value_name = "INTERVAL", value_parser = Timeframe::parse)]
    pub timeframe: Option<Timeframe>,
    /// Where to look.
    #[command(flatten)]
    pub catalog: CatalogArgs,
}

impl ImportArgs {
    /// Returns how the files are to be read.
    pub fn load_options(&self) -> LoadOptions {
        LoadOptions {
            symbols: self.symbol.iter().cloned().collect(),
            timeframe: None,
            declared: self.timeframe,
            actions: self.actions.clone(),
            map: self.map.clone(),
            zone: self.tz,
            date_order: self.date_order,
            delimiter: self.delimiter,
            decimal_comma: self.decimal_comma,
            skip_bad_rows: self.skip_bad_rows,
            strict: self.strict,
            trades_to: self.to,
        }
    }
}

fn parse_kind(text: &str) -> Result<AssetKind, String> {
    AssetKind::parse(text).ok_or_else(|| {
        format!("`{text}` is not a kind; write equity, crypto, forex, future or option")
    })
}

fn parse_delimiter(text: &str) -> Result<u8, String> {
    match text {
        "tab" | "\\t" | "\t" => Ok(b'\t'),
        _ => match text.as_bytes() {
            [one] if one.is_ascii_punctuation() && !matches!(one, b'"' | b'.' | b'-' | b':') => {
                Ok(*one)
            }
            _ => Err(format!("`{text}` is not a separator; write , ; | or tab")),
        },
    }
}
