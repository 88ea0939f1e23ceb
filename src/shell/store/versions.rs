//! Every version of a script that ever ran, by the hash of its text.

#![expect(
    clippy::disallowed_methods,
    reason = "this room owns the state directory"
)]

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use crate::shell::store::{StoreError, io_error, sync_folder};

/// Keeps a text under `scripts/<hash>.rhai`; one that is there stays as it is. Returns the file.
///
/// # Errors
/// When the system refuses.
pub fn keep(directory: &Path, hash: &str, text: &str) -> Result<PathBuf, StoreError> {
    let folder = directory.join("scripts");
    fs::create_dir_all(&folder).map_err(io_error("create", &folder))?;
    let path = folder.join(format!("{hash}.rhai"));
    if fs::read_to_string(&path).is_ok_and(|kept| kept == text) {
        return Ok(path);
    }
    let next = folder.join(format!("{hash}.next"));
    let mut file = File::create(&next).map_err(io_error("create", &next))?;
    file.write_all(text.as_bytes())
        .and_then(|()| file.sync_all())
        .map_err(io_error("write", &next))?;
    fs::rename(&next, &path).map_err(io_error("rename", &next))?;
    sync_folder(&folder)?;
    Ok(path)
}

/// Returns a version that was kept.
///
/// # Errors
/// When it is not there or cannot be read.
pub fn get(directory: &Path, hash: &str) -> Result<String, StoreError> {
    let path = directory.join("scripts").join(format!("{hash}.rhai"));
    fs::read_to_string(&path).map_err(io_error("read", &path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_kept_once_and_a_half_written_one_replaced() {
        let folder = std::env::temp_dir().join(format!("rustybt-versions-{}", std::process::id()));
        let _fresh = fs::remove_dir_all(&folder);
        assert!(get(&folder, "ab").is_err());
        let path = keep(&folder, "ab", "fn f() {}").unwrap();
        assert_eq!(get(&folder, "ab").unwrap(), "fn f() {}");
        fs::write(&path, "fn").unwrap();
        keep(&folder, "ab", "fn f() {}").unwrap();
        assert_eq!(get(&folder, "ab").unwrap(), "fn f() {}");
    }
}
