//! What outlives the process: the state directory of a running engine.
//!
//! Invariants: what `Journal::commit` called durable is there after a power cut; a checkpoint
//! is there in full or not at all, and the one before it is kept; two engines never share a directory.
//! Knows nothing of what records and checkpoints say.

#![expect(
    clippy::disallowed_methods,
    reason = "this room owns the state directory"
)]

/// One file that is there in full or not at all, with the one before it.
pub mod checkpoint;
/// Text files that go on growing after a restart.
pub mod growing;
/// Records in order, never changed.
pub mod journal;
/// A record as a line.
mod line;
/// One engine a directory.
pub mod lock;
/// Every version of a script that ever ran.
pub mod versions;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Something that could not be done to the state directory.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The system refused.
    #[error("cannot {verb} `{}`: {source}", path.display())]
    Io {
        /// What was tried: `read`, `write`, `create`.
        verb: &'static str,
        /// On what.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// A record in the middle of the journal is damaged; what follows it cannot be trusted.
    #[error("`{}` is damaged at byte {at}: {reason}", path.display())]
    Damaged {
        /// The segment.
        path: PathBuf,
        /// Where the damaged record begins.
        at: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// Records between two segments are missing.
    #[error("the journal goes from record {last} to `{}`; records are missing", path.display())]
    Gap {
        /// The last record that is there.
        last: u64,
        /// The segment after it.
        path: PathBuf,
    },
    /// A file of results is shorter than it was.
    #[error("`{}` has {there} bytes, and the checkpoint knows {length}", path.display())]
    Short {
        /// The file.
        path: PathBuf,
        /// Its length.
        there: u64,
        /// What it was.
        length: u64,
    },
    /// A checkpoint that cannot be used.
    #[error("`{}` cannot be used: {reason}", path.display())]
    Checkpoint {
        /// The file.
        path: PathBuf,
        /// Why not.
        reason: String,
    },
    /// Another engine has the directory.
    #[error("`{}` is in use by another engine{}", path.display(), by.as_ref().map(|by| format!(" ({by})")).unwrap_or_default())]
    Locked {
        /// The directory.
        path: PathBuf,
        /// What the lock says about its holder.
        by: Option<String>,
    },
}

/// Moves checkpoints, journal and results of a session into a folder of their own, `before-<name>`;
/// the versions of scripts stay.
///
/// # Errors
/// When the system refuses.
pub fn set_aside(directory: &Path, name: &str) -> Result<(), StoreError> {
    let aside = directory.join(format!("before-{}", name.replace(':', "")));
    for part in [
        "checkpoint.json",
        "checkpoint.prev.json",
        "journal",
        "results",
    ] {
        let from = directory.join(part);
        if from.exists() {
            fs::create_dir_all(&aside).map_err(io_error("create", &aside))?;
            fs::rename(&from, aside.join(part)).map_err(io_error("move", &from))?;
        }
    }
    sync_folder(directory)
}

/// Makes an error of the system's, with what was tried on what.
fn io_error(verb: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> StoreError {
    let path = path.into();
    move |source| StoreError::Io { verb, path, source }
}

/// Makes the names in a folder durable.
fn sync_folder(folder: &Path) -> Result<(), StoreError> {
    fs::File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(io_error("sync", folder))
}
