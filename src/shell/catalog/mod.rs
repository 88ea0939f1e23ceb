//! Bars at rest: files, folders, the local catalog, the built-in sample (R-DATA-2, R-DATA-5, R-BAD).
//!
//! Invariants: numbers are exact, never through a float; a file is imported whole or not at all; what
//! is put right is reported. Knows nothing of engines, scripts or words for people.

#![expect(clippy::disallowed_methods, reason = "this room owns files of data")]

/// Splits and dividends.
mod actions;
/// Bars in memory.
mod bars;
/// Rows into columns.
mod builder;
/// Lines into fields, fields into numbers.
mod cells;
/// Panics of decoders that others wrote.
#[cfg(feature = "parquet")]
mod contain;
/// The common row, fast.
mod csv_fast;
/// CSV of bars and trades.
mod csv_read;
/// What can be wrong.
mod error;
/// Decimal text as whole numbers.
mod fixed;
/// What a bare file does not say.
mod infer;
/// Times as files write them.
mod instant;
/// Which column is which.
mod layout;
/// A file or a folder.
mod load;
/// What a file's name says.
mod name;
/// Parquet of bars and trades.
#[cfg(feature = "parquet")]
mod parquet;
/// Bars as Parquet.
#[cfg(feature = "parquet")]
mod parquet_write;
/// Coarser bars from finer ones.
mod resample;
/// The built-in sample.
mod sample;
/// What `--data` names.
mod source;
/// The local catalog.
mod store;
/// Made-up bars from a seed.
mod synthetic;
/// Files as blocks of lines.
mod text;
/// Trades, and bars made of them.
mod trades;
/// What is suspicious.
mod verify;

pub use crate::shell::catalog::actions::{Actions, DatedAction, read_actions};
pub use crate::shell::catalog::bars::{BarColumns, UNIFORM_HEADER};
pub use crate::shell::catalog::error::{DataError, DataWarning, Notice, Place, Rule};
pub use crate::shell::catalog::infer::Inferred;
pub use crate::shell::catalog::instant::DateOrder;
pub use crate::shell::catalog::layout::ColumnMap;
pub use crate::shell::catalog::load::{LoadOptions, Loaded, bar_files, load};
pub use crate::shell::catalog::name::is_symbol;
pub use crate::shell::catalog::sample::sample;
pub use crate::shell::catalog::source::load_source;
pub use crate::shell::catalog::store::{
    AssetFacts, Catalog, CatalogEntry, write_atomically, write_csv,
};
pub use crate::shell::catalog::synthetic::{SYNTHETIC_PREFIX, synthetic};
pub use crate::shell::catalog::verify::{Finding, FindingKind, VerifyLimits, verify};
