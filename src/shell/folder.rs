//! The folder that a run writes its results into.
//!
//! Invariants: a folder with foreign files is not written into; errors name the path, and the first one
//! sticks until it is asked for, so that rows can be written without a branch each.

#![expect(
    clippy::disallowed_methods,
    reason = "this room owns the files of results"
)]

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::shell::files::FileError;

/// A text file that grows.
#[derive(Debug)]
pub struct TextFile {
    path: PathBuf,
    writer: BufWriter<File>,
    failed: Option<io::Error>,
}

/// The names that runs write; a folder with anything else in it is not one of theirs.
const OWN: [&str; 12] = [
    "summary.json",
    "fills.csv",
    "orders.csv",
    "equity.csv",
    "trades.csv",
    "recorded.csv",
    "positions.csv",
    "prices.csv",
    "benchmark.csv",
    "plots.csv",
    "report.html",
    "log.jsonl",
];

/// Makes a folder for results. One that is there already may hold results of an earlier run, which
/// are removed.
///
/// # Errors
/// When it cannot be made, or holds files that no run wrote.
pub fn make_results_folder(folder: &Path) -> Result<(), FileError> {
    let failed = |verb| {
        move |source| FileError::Io {
            verb,
            path: folder.to_owned(),
            source,
        }
    };
    fs::create_dir_all(folder).map_err(failed("create"))?;
    for entry in fs::read_dir(folder).map_err(failed("read"))? {
        let entry = entry.map_err(failed("read"))?;
        let name = entry.file_name();
        if !name.to_str().is_some_and(|name| OWN.contains(&name)) {
            return Err(FileError::Foreign {
                path: folder.join(name),
            });
        }
    }
    for name in OWN {
        match fs::remove_file(folder.join(name)) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(source) => {
                return Err(FileError::Io {
                    verb: "remove",
                    path: folder.join(name),
                    source,
                });
            }
        }
    }
    Ok(())
}

/// Removes the results in a folder, and the folder once it is empty. What cannot be removed stays.
pub fn remove_results_folder(folder: &Path) {
    for name in OWN {
        let _gone = fs::remove_file(folder.join(name));
    }
    let _gone = fs::remove_dir(folder);
}

impl TextFile {
    /// Creates a file.
    ///
    /// # Errors
    /// When that cannot be done.
    pub fn create(path: &Path) -> Result<Self, FileError> {
        let file = File::create(path).map_err(|source| FileError::Io {
            verb: "create",
            path: path.to_owned(),
            source,
        })?;
        Ok(Self {
            path: path.to_owned(),
            writer: BufWriter::with_capacity(1 << 16, file),
            failed: None,
        })
    }

    /// Appends a text; an error is kept for [`Self::finish`].
    pub fn write(&mut self, text: &str) {
        if self.failed.is_none()
            && let Err(error) = self.writer.write_all(text.as_bytes())
        {
            self.failed = Some(error);
        }
    }

    /// Writes what is still buffered.
    ///
    /// # Errors
    /// The first that happened since the file was created.
    pub fn finish(mut self) -> Result<(), FileError> {
        let outcome = match self.failed.take() {
            Some(error) => Err(error),
            None => self.writer.flush(),
        };
        outcome.map_err(|source| FileError::Io {
            verb: "write",
            path: self.path,
            source,
        })
    }
}
