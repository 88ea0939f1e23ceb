//! Every version of a script that ever ran, with its modules, by the hash over all of them.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::shell::store::{StoreError, io_error, sync_folder};

/// A script and the modules that it imports, by the names of their imports.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Version {
    /// The script.
    pub text: String,
    /// Its modules, those of the standard library left out.
    pub modules: BTreeMap<String, Arc<str>>,
}

/// Keeps a version under `scripts/<hash>.rhai`, its modules under `scripts/<hash>.modules.json`; one
/// that is there stays as it is.
///
/// # Errors
/// When the system refuses.
pub fn keep(directory: &Path, hash: &str, version: &Version) -> Result<(), StoreError> {
    let folder = directory.join("scripts");
    fs::create_dir_all(&folder).map_err(io_error("create", &folder))?;
    if !version.modules.is_empty() {
        let modules = serde_json::to_string_pretty(&version.modules).unwrap_or_default();
        put(&folder, &format!("{hash}.modules.json"), &modules)?;
    }
    // The script comes last: a version is there when its script is.
    put(&folder, &format!("{hash}.rhai"), &version.text)?;
    sync_folder(&folder)
}

fn put(folder: &Path, name: &str, text: &str) -> Result<(), StoreError> {
    let path = folder.join(name);
    if fs::read_to_string(&path).is_ok_and(|kept| kept == text) {
        return Ok(());
    }
    let next = folder.join(format!("{name}.next"));
    let mut file = File::create(&next).map_err(io_error("create", &next))?;
    file.write_all(text.as_bytes())
        .and_then(|()| file.sync_all())
        .map_err(io_error("write", &next))?;
    fs::rename(&next, &path).map_err(io_error("rename", &next))
}

/// Returns a version that was kept.
///
/// # Errors
/// When it is not there or cannot be read.
pub fn get(directory: &Path, hash: &str) -> Result<Version, StoreError> {
    let folder = directory.join("scripts");
    let path = folder.join(format!("{hash}.rhai"));
    let text = fs::read_to_string(&path).map_err(io_error("read", &path))?;
    let path = modules_path(&folder, hash);
    let modules = match fs::read_to_string(&path) {
        Ok(text) => serde_json::from_str(&text).map_err(|error| StoreError::Checkpoint {
            path,
            reason: error.to_string(),
        })?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => BTreeMap::new(),
        Err(error) => return Err(io_error("read", path)(error)),
    };
    Ok(Version { text, modules })
}

fn modules_path(folder: &Path, hash: &str) -> PathBuf {
    folder.join(format!("{hash}.modules.json"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_kept_with_its_modules_and_a_half_written_one_replaced() {
        let folder = std::env::temp_dir().join(format!("rustybt-versions-{}", std::process::id()));
        let _fresh = fs::remove_dir_all(&folder);
        assert!(get(&folder, "ab").is_err());
        let version = Version {
            text: "fn f() {}".to_owned(),
            modules: BTreeMap::from([("lib/risk".to_owned(), "fn g() {}".into())]),
        };
        keep(&folder, "ab", &version).unwrap();
        assert_eq!(get(&folder, "ab").unwrap(), version);
        fs::write(folder.join("scripts/ab.rhai"), "fn").unwrap();
        keep(&folder, "ab", &version).unwrap();
        assert_eq!(get(&folder, "ab").unwrap(), version);
    }
}
