//! The checkpoint: one JSON document, replaced as a whole, with the one before it kept.
//!
//! Invariants: at no instant is there no whole checkpoint once one was written; a document carries the
//! SHA-256 of itself without it, so that damage is noticed; the newest one that is whole is read.

#![expect(
    clippy::disallowed_methods,
    reason = "this room owns the state directory"
)]

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::shell::store::{StoreError, io_error, sync_folder};

const CURRENT: &str = "checkpoint.json";
const PREVIOUS: &str = "checkpoint.prev.json";
const NEXT: &str = "checkpoint.next.json";

/// A checkpoint that was read.
#[derive(Debug)]
pub struct Loaded {
    /// What it says, without the checksum.
    pub document: Map<String, Value>,
    /// The file.
    pub path: PathBuf,
    /// Newer ones that could not be used, and why.
    pub passed_over: Vec<StoreError>,
}

/// Writes a checkpoint and keeps the one before it. Returns its length in bytes.
///
/// # Errors
/// When the system refuses; the checkpoints that are there stay.
pub fn write(directory: &Path, document: &Map<String, Value>) -> Result<u64, StoreError> {
    let mut document = document.clone();
    document.insert("checksum".to_owned(), checksum(&document).into());
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    let [current, previous, next] = [CURRENT, PREVIOUS, NEXT].map(|name| directory.join(name));
    let mut file = File::create(&next).map_err(io_error("create", &next))?;
    file.write_all(text.as_bytes())
        .and_then(|()| file.sync_all())
        .map_err(io_error("write", &next))?;
    // A link, then a rename over it: the current one keeps its name until the new one takes it.
    let linked = directory.join("checkpoint.link.json");
    let _leftover = fs::remove_file(&linked);
    match fs::hard_link(&current, &linked) {
        Ok(()) => fs::rename(&linked, &previous).map_err(io_error("rename", &linked))?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        // Where the file system has no links, a copy does.
        Err(_) => {
            fs::copy(&current, &previous).map_err(io_error("copy", &current))?;
        }
    }
    fs::rename(&next, &current).map_err(io_error("rename", &next))?;
    sync_folder(directory)?;
    Ok(text.len() as u64)
}

/// Reads the newest checkpoint that can be used; `None` where none was ever written. `usable` says why
/// one that is whole cannot be used all the same.
///
/// # Errors
/// The last reason, when there are checkpoints and none can be used.
pub fn load(
    directory: &Path,
    usable: impl Fn(&Map<String, Value>) -> Result<(), String>,
) -> Result<Option<Loaded>, StoreError> {
    let mut passed_over = Vec::new();
    for name in [CURRENT, PREVIOUS] {
        let path = directory.join(name);
        match read(&path) {
            Ok(None) => {}
            Ok(Some(document)) => match usable(&document) {
                Ok(()) => {
                    return Ok(Some(Loaded {
                        document,
                        path,
                        passed_over,
                    }));
                }
                Err(reason) => passed_over.push(StoreError::Checkpoint { path, reason }),
            },
            Err(error) => passed_over.push(error),
        }
    }
    match passed_over.pop() {
        Some(error) => Err(error),
        None => Ok(None),
    }
}

/// Reads a checkpoint; `None` when it is not there.
///
/// # Errors
/// When it cannot be read, is not JSON, or is damaged.
pub fn read(path: &Path) -> Result<Option<Map<String, Value>>, StoreError> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(io_error("read", path)(error)),
    };
    let unusable = |reason: String| StoreError::Checkpoint {
        path: path.to_owned(),
        reason,
    };
    let mut document: Map<String, Value> =
        serde_json::from_str(&text).map_err(|e| unusable(format!("it is not whole: {e}")))?;
    let told = document.remove("checksum");
    let told = told.as_ref().and_then(Value::as_str).unwrap_or_default();
    if told == checksum(&document) {
        Ok(Some(document))
    } else {
        Err(unusable("its checksum is wrong".to_owned()))
    }
}

/// SHA-256 over the compact form of the document, in hexadecimal digits.
fn checksum(document: &Map<String, Value>) -> String {
    let compact = serde_json::to_vec(document).unwrap_or_default();
    let digest = Sha256::digest(compact);
    digest.iter().fold(String::new(), |mut text, byte| {
        let _infallible = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder =
            std::env::temp_dir().join(format!("rustybt-checkpoint-{}-{name}", std::process::id()));
        let _fresh = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    fn document(sequence: u64) -> Map<String, Value> {
        let text = format!(r#"{{"sequence":{sequence},"cash":"100.5","held":[1,2],"rate":0.1}}"#);
        serde_json::from_str(&text).unwrap()
    }

    fn sequence(directory: &Path) -> Option<u64> {
        let loaded = load(directory, |_| Ok(())).unwrap()?;
        loaded.document["sequence"].as_u64()
    }

    #[test]
    fn the_newest_is_read_and_the_one_before_it_kept() {
        let folder = folder("newest");
        assert_eq!(sequence(&folder), None);
        for number in 1..=3 {
            write(&folder, &document(number)).unwrap();
            assert_eq!(sequence(&folder), Some(number));
        }
        let previous = read(&folder.join(PREVIOUS)).unwrap().unwrap();
        assert_eq!(previous, document(2));
        let loaded = load(&folder, |_| Ok(())).unwrap().unwrap();
        assert_eq!(loaded.document, document(3));
        assert!(loaded.passed_over.is_empty());
    }

    #[test]
    fn a_damaged_one_is_passed_over_and_two_are_an_error() {
        let folder = folder("damaged");
        write(&folder, &document(1)).unwrap();
        write(&folder, &document(2)).unwrap();
        let current = folder.join(CURRENT);
        let text = fs::read_to_string(&current).unwrap();
        for broken in [
            &text[..text.len() / 2],
            "",
            &text.replace("100.5", "900.5"),
            &text.replace("\"checksum\"", "\"other\""),
        ] {
            fs::write(&current, broken).unwrap();
            let loaded = load(&folder, |_| Ok(())).unwrap().unwrap();
            assert_eq!(loaded.document, document(1));
            assert_eq!(loaded.passed_over.len(), 1);
        }
        fs::write(folder.join(PREVIOUS), "{}").unwrap();
        assert!(load(&folder, |_| Ok(())).is_err());
    }

    #[test]
    fn what_a_crash_leaves_between_the_steps_is_harmless() {
        let folder = folder("steps");
        write(&folder, &document(1)).unwrap();
        // Before the renames: the next one is there, whole or not.
        for text in ["", "{\"sequence\":2", "{}"] {
            fs::write(folder.join(NEXT), text).unwrap();
            fs::write(folder.join("checkpoint.link.json"), text).unwrap();
            assert_eq!(sequence(&folder), Some(1));
        }
        write(&folder, &document(2)).unwrap();
        assert_eq!(sequence(&folder), Some(2));
    }

    #[test]
    fn a_whole_one_may_be_refused() {
        let folder = folder("refused");
        write(&folder, &document(1)).unwrap();
        write(&folder, &document(2)).unwrap();
        let newer = |document: &Map<String, Value>| {
            if document["sequence"] == 2 {
                Err("it is of another account".to_owned())
            } else {
                Ok(())
            }
        };
        let loaded = load(&folder, newer).unwrap().unwrap();
        assert_eq!(loaded.document["sequence"], 1);
        assert!(
            loaded.passed_over[0]
                .to_string()
                .contains("another account")
        );
    }
}
