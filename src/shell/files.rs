//! Text files and folders of a person's project.
//!
//! Invariants: an error names the path; a file is never overwritten unless its function says so.
//! Knows nothing of what the files say.

#![expect(clippy::disallowed_methods, reason = "this room owns files")]

use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Something that could not be done to a file.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The system refused.
    #[error("cannot {verb} `{}`: {}", path.display(), words(source))]
    Io {
        /// What was tried: `read`, `write`, `create`.
        verb: &'static str,
        /// On what.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// Not text.
    #[error("`{}` is not UTF-8 text, from byte {at} on", path.display())]
    NotText {
        /// The file.
        path: PathBuf,
        /// The first byte that is not text.
        at: usize,
    },
    /// Larger than a file of its kind can sensibly be.
    #[error("`{}` is larger than {limit} bytes", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// The limit in bytes.
        limit: u64,
    },
    /// A file that is none of ours lies where results are to be written.
    #[error("`{}` is no result of a run; choose another folder, or remove it", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// It is there already.
    #[error("`{}` is there already", path.display())]
    Exists {
        /// The file or folder.
        path: PathBuf,
    },
}

/// Returns the words of the system's error, without its number.
fn words(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error")
        .next()
        .unwrap_or(&text)
        .to_lowercase()
}

fn io_error(verb: &'static str, path: &Path) -> impl FnOnce(io::Error) -> FileError {
    let path = path.to_owned();
    move |source| FileError::Io { verb, path, source }
}

/// Reads a text file of at most `limit` bytes; a leading byte order mark is dropped.
///
/// # Errors
/// If it cannot be read, is larger, or is not UTF-8.
pub fn read_text(path: &Path, limit: u64) -> Result<String, FileError> {
    let file = fs::File::open(path).map_err(io_error("read", path))?;
    let mut bytes = Vec::new();
    file.take(limit + 1)
        .read_to_end(&mut bytes)
        .map_err(io_error("read", path))?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length > limit) {
        return Err(FileError::TooLarge {
            path: path.to_owned(),
            limit,
        });
    }
    let text = String::from_utf8(bytes).map_err(|error| FileError::NotText {
        path: path.to_owned(),
        at: error.utf8_error().valid_up_to(),
    })?;
    Ok(text
        .strip_prefix('\u{feff}')
        .map(ToOwned::to_owned)
        .unwrap_or(text))
}

/// Returns the nearest file of this name in `folder` or above it; `folder` empty is the current one.
pub fn find_upwards(folder: &Path, name: &str) -> Option<PathBuf> {
    let here = folder.join(name);
    if here.is_file() {
        return Some(here);
    }
    let absolute = std::path::absolute(folder.join(".")).ok()?;
    absolute
        .ancestors()
        .skip(1)
        .map(|above| above.join(name))
        .find(|path| path.is_file())
}

/// Writes a file that is not there yet, with the folders above it.
///
/// # Errors
/// [`FileError::Exists`] if it is there; else if it cannot be written.
pub fn create(path: &Path, text: &str) -> Result<(), FileError> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(io_error("create", folder))?;
    }
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(path)
        .map_err(|error| {
            if error.kind() == io::ErrorKind::AlreadyExists {
                FileError::Exists {
                    path: path.to_owned(),
                }
            } else {
                io_error("create", path)(error)
            }
        })?;
    file.write_all(text.as_bytes())
        .map_err(io_error("write", path))
}

/// Writes a file whether or not it is there, with the folders above it.
///
/// # Errors
/// If it cannot be written.
pub fn replace(path: &Path, text: &str) -> Result<(), FileError> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(io_error("create", folder))?;
    }
    fs::write(path, text).map_err(io_error("write", path))
}

/// Puts a text in the place of a file's, whole or not at all: it is written beside it and renamed.
///
/// # Errors
/// If it cannot be written.
pub fn replace_whole(path: &Path, text: &str) -> Result<(), FileError> {
    // A link stays one: what it names is replaced.
    let target = fs::canonicalize(path).map_err(io_error("write", path))?;
    let mut name = target.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    let beside = target.with_file_name(name);
    let written = fs::write(&beside, text)
        .and_then(|()| fs::set_permissions(&beside, fs::metadata(&target)?.permissions()))
        .and_then(|()| fs::rename(&beside, &target));
    written.map_err(|error| {
        let _may_not_be_there = fs::remove_file(&beside);
        io_error("write", path)(error)
    })
}

/// Whether there is a file or folder of this name.
pub fn exists(path: &Path) -> bool {
    path.exists()
}

/// Whether there is a folder of this name.
pub fn is_folder(path: &Path) -> bool {
    path.is_dir()
}

/// Returns the names in a folder, sorted.
///
/// # Errors
/// If it cannot be read.
pub fn names(folder: &Path) -> Result<Vec<String>, FileError> {
    let shown = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    let mut names = Vec::new();
    for entry in fs::read_dir(shown).map_err(io_error("read", shown))? {
        let entry = entry.map_err(io_error("read", shown))?;
        names.push(entry.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

/// Tries whether a file can be made in a folder, and removes it again.
///
/// # Errors
/// If it cannot.
pub fn probe_writable(folder: &Path) -> Result<(), FileError> {
    let probe = folder.join(format!(".rustybt-probe-{}", std::process::id()));
    fs::File::create(&probe).map_err(io_error("write to", folder))?;
    fs::remove_file(&probe).map_err(io_error("remove", &probe))
}

/// Returns the free bytes of the file system that holds a folder, from the system's `df`; `None` where
/// that is not to be had.
pub fn free_bytes(folder: &Path) -> Option<u64> {
    let output = Command::new("df")
        .arg("-Pk")
        .arg("--")
        .arg(folder)
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let available = text.lines().nth(1)?.split_whitespace().nth(3)?;
    available.parse::<u64>().ok()?.checked_mul(1024)
}
