//! What `--data` names: a file, a folder, the sample, or made-up bars.
//!
//! Invariants: without a name it is the sample.

use std::path::Path;

use crate::shell::catalog::error::DataError;
use crate::shell::catalog::load::{LoadOptions, Loaded, load};
use crate::shell::catalog::sample::sample;
use crate::shell::catalog::synthetic::{SYNTHETIC_PREFIX, synthetic};

/// Loads what `--data` names: nothing or `sample`, `synthetic:…`, or a path.
///
/// # Errors
/// As [`load`], [`sample`] and [`synthetic`].
pub fn load_source(data: Option<&str>, options: &LoadOptions) -> Result<Loaded, DataError> {
    match data {
        None | Some("sample") => sample(&options.symbols),
        Some(text) if text.starts_with(SYNTHETIC_PREFIX) => synthetic(text, &options.symbols),
        Some(path) => load(Path::new(path), options),
    }
}
